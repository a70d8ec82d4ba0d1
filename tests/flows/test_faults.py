"""Web, worker and database killed by -9 in the middle of awards, referrals, a list being loaded and persons joined: nothing lost, nothing doubled."""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench" / "faults.py"


@pytest.mark.installation
def test_a_few_kills_lose_nothing_and_double_nothing():
    ran = subprocess.run([sys.executable, str(BENCH), "--kills", "4", "--rows", "800"], capture_output=True, text=True, timeout=600)
    assert ran.returncode == 0, ran.stdout[-1500:] + ran.stderr[-3000:]
    told = json.loads(ran.stdout.splitlines()[-1])
    assert (told["kills"], told["lost"], told["doubled"], told["odd"], told["rows"]) == (4, 0, 0, 0, 800)
    assert told["awards"] and told["referrals"] and told["joined_and_parted"]
