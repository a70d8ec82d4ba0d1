"""What production refuses to start with, and how its mail leaves: the settings file read in a process of its own."""
from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEMO_KEY = re.search(r'secret\("SINERGI_KEYS", "([^"]+)"\)', (ROOT / "src/sinergi/config/settings.py").read_text())[1]
OWN_KEY = "YSBrZXkgb2Ygb25lJ3Mgb3duIGZvciB0aGUgdGVzdHM="  # fixed, since it names a test and every worker must collect the same names
GOOD = {"SINERGI_SECRET_KEY": "k" * 50, "SINERGI_KEYS": OWN_KEY, "SINERGI_ORIGIN": "https://sinergi.example"}


def read(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Import the settings under exactly this environment and run one line."""
    return subprocess.run([sys.executable, "-c", f"from sinergi.config import settings as s; {code}"], text=True, capture_output=True,
                          env={"PYTHONPATH": str(ROOT / "src"), **environment})


@pytest.mark.parametrize(("changed", "says"), [
    ({"SINERGI_SECRET_KEY": ""}, "SINERGI_SECRET_KEY"),
    ({"SINERGI_SECRET_KEY": "demo-" + "k" * 50}, "SINERGI_SECRET_KEY"),
    ({"SINERGI_SECRET_KEY": "short"}, "SINERGI_SECRET_KEY"),
    ({"SINERGI_KEYS": DEMO_KEY}, "SINERGI_KEYS"),
    ({"SINERGI_KEYS": f"{OWN_KEY},{DEMO_KEY}"}, "SINERGI_KEYS"),
    ({"SINERGI_DEBUG": "1"}, "DEBUG"),
    ({"SINERGI_ORIGIN": "http://sinergi.example"}, "https://"),
    ({"SINERGI_SMTP_TLS": "perhaps"}, "SINERGI_SMTP_TLS"),
    ({"SINERGI_MODE": "prod"}, "SINERGI_MODE"),
], ids=str)
def test_production_refuses_to_start(changed, says):
    done = read("pass", **{**GOOD, **changed})
    assert done.returncode == 1 and says in done.stderr.splitlines()[-1]


def test_production_starts_with_secrets_of_its_own_and_admits_no_made_up_people():
    assert read("print(s.PRODUCTION, s.DEBUG, s.DEMO_PEOPLE)", **GOOD).stdout.split() == ["True", "False", "False"]


@pytest.mark.parametrize(("given", "sent"), [
    ({}, "25 True False"), ({"SINERGI_SMTP_TLS": "tls", "SINERGI_SMTP_PORT": "465"}, "465 False True"),
    ({"SINERGI_SMTP_TLS": "none"}, "25 False False"), ({"SINERGI_SMTP_PORT": ""}, "25 True False")])
def test_mail_leaves_encrypted_unless_told_otherwise(given, sent):
    assert read("print(s.EMAIL_PORT, s.EMAIL_USE_TLS, s.EMAIL_USE_SSL)", **GOOD, **given).stdout.strip() == sent
