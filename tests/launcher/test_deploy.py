"""What docs/how-to/deploy.md tells an operator to do: a restore tried for real, backups that refuse to lie, files that name real things."""
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from launcher.surroundings import SOURCES

ROOT = Path(__file__).resolve().parents[2]
KEY, OTHER = (Fernet.generate_key().decode() for _ in range(2))


@pytest.mark.installation
def test_backup_and_restore_to_an_instant_are_tried_for_real():
    kind = "system" if "system-" in os.environ.get("SINERGI_OWNER_URL", "") else "wheel"
    done = subprocess.run([sys.executable, ROOT / "deploy" / "try_restore.py", kind], cwd="/", text=True, capture_output=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all as before" in done.stdout and "Restored to the instant before the accident" in done.stdout


@pytest.fixture
def backup(tmp_path):
    """Run deploy/backup.py on a store and a spool of its own, without a server."""
    (tmp_path / "spool").mkdir()

    def run(*arguments: str, keys: str = KEY) -> subprocess.CompletedProcess[str]:
        settings = {"SINERGI_BACKUP_DIR": str(tmp_path / "store"), "SINERGI_WAL_SPOOL": str(tmp_path / "spool"),
                    "SINERGI_BACKUP_KEYS": keys}
        command = [sys.executable, ROOT / "deploy" / "backup.py", *arguments]
        return subprocess.run(command, env={**os.environ, **settings}, text=True, capture_output=True)

    return run


def locked_by(run, folder: Path, name: str, content: bytes, keys: str = KEY) -> Path:
    (folder / "spool" / name).write_bytes(content)
    done = run("carry", keys=keys)
    assert done.returncode == 0, done.stderr
    return folder / "store" / "wal" / f"{name}.lock"


def unlocked(name: str, path: Path, keys: str) -> subprocess.CompletedProcess[bytes]:
    code = f"import sys, backup, pathlib; sys.stdout.buffer.writelines(backup.unlock({name!r}, pathlib.Path({str(path)!r})))"
    environment = {**os.environ, "SINERGI_BACKUP_KEYS": keys}
    return subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT / "deploy", capture_output=True)


def test_a_log_file_is_carried_once_locked_and_comes_back_as_it_was(backup, tmp_path):
    content = os.urandom(9_000_000) + bytes(9_000_000)
    path = locked_by(backup, tmp_path, "000000010000000000000001", content)
    assert not list((tmp_path / "spool").iterdir()) and b"\0\0\0\0" not in path.read_bytes()
    assert unlocked("000000010000000000000001", path, KEY).stdout == content


def test_new_keys_open_what_old_keys_locked_and_other_keys_do_not(backup, tmp_path):
    path = locked_by(backup, tmp_path, "a", b"x" * 1000)
    assert unlocked("a", path, f"{OTHER},{KEY}").stdout == b"x" * 1000
    refused = unlocked("a", path, OTHER)
    assert refused.returncode == 1 and b"does not open" in refused.stderr


def test_a_file_cut_short_reordered_or_renamed_is_refused(backup, tmp_path):
    path = locked_by(backup, tmp_path, "a", os.urandom(9_000_000))
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(lines) >= 3
    for fault, content in {"cut": lines[:-1], "swapped": [lines[1], lines[0], *lines[2:]], "doubled": [*lines, lines[-1]]}.items():
        path.write_bytes(b"".join(content))
        assert unlocked("a", path, KEY).returncode == 1, fault
    path.write_bytes(b"".join(lines))
    assert unlocked("a", path, KEY).returncode == 0
    assert unlocked("b", path, KEY).returncode == 1


def test_pruning_keeps_what_the_days_kept_still_need(backup, tmp_path):
    base = tmp_path / "store" / "base"
    base.mkdir(parents=True)
    now = datetime.now(UTC)
    for number, days in enumerate((40, 35, 10, 1), 1):
        ended = (now - timedelta(days=days)).isoformat()
        (base / f"copy{number}.json").write_text(json.dumps(
            {"began": ended, "ended": ended, "first_wal": f"0000000100000000000000{number * 16:02X}", "server_version": 150000}))
        (base / f"copy{number}.tar.lock").touch()
        locked_by(backup, tmp_path, f"0000000100000000000000{number * 16:02X}", b"log")
    locked_by(backup, tmp_path, "00000002.history", b"history")
    assert backup("prune", "--keep-days", "30").returncode == 0
    assert sorted(path.name for path in base.glob("*.json")) == ["copy2.json", "copy3.json", "copy4.json"]
    kept = sorted(path.name.removesuffix(".lock") for path in (tmp_path / "store" / "wal").glob("*.lock"))
    assert kept == [f"0000000100000000000000{number}" for number in (20, 30, 40)] + ["00000002.history"]


def test_a_restore_never_writes_over_anything_and_never_guesses_the_clock(backup, tmp_path):
    assert "offset" in backup("restore", str(tmp_path / "x"), "--until", "2026-11-24T14:05:00").stderr
    done = backup("restore", str(tmp_path / "x"), "--until", "2026-11-24T14:05:00+08:00")
    assert done.returncode == 1 and "No base copy ended before that instant" in done.stderr


def test_every_variable_of_the_examples_is_read_and_every_file_named_is_there():
    deploy = ROOT / "deploy"
    settings = (ROOT / "src/sinergi/config/settings.py").read_text() + (deploy / "backup.py").read_text()
    for example in deploy.glob("*.env.example"):
        names = re.findall(r"^(SINERGI_\w+)=", example.read_text(), re.MULTILINE)
        assert names and [name for name in names if f'"{name}"' not in settings] == []
    for unit in deploy.glob("*.service"):
        for path in re.findall(r"/opt/sinergi/((?!venv)\S+)", unit.read_text()):
            assert (ROOT / path).exists(), f"{unit.name}: {path}"
    for name in re.findall(r"deploy/([\w.-]+\w)", (ROOT / "docs/how-to/deploy.md").read_text()):
        assert (deploy / name).exists(), name


def test_machine_code_lies_in_a_folder_named_after_its_sources_in_production_too():
    told = "import os; from sinergi.config import settings; print(settings.MACHINE_CODE, os.environ['NUMBA_CACHE_DIR'])"
    production = {"SINERGI_MODE": "production", "SINERGI_SECRET_KEY": KEY, "SINERGI_KEYS": OTHER, "SINERGI_STATE_DIR": "/var/lib/sinergi",
                  "SINERGI_ORIGIN": "https://sinergi.example.org"}
    surroundings = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"} | production
    name, folder = subprocess.run([sys.executable, "-c", told], env=surroundings, text=True, capture_output=True, check=True).stdout.split()
    assert name == SOURCES and folder == f"/var/lib/sinergi/machine-code/{name}"
