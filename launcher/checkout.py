"""The folders of one checkout, its lock and its private secrets.

Everything the launcher makes lies in `.sinergi/`, which is never committed; removing that folder forgets everything.
"""
from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STATE = ROOT / ".sinergi"
VENV = STATE / "venv"
TOOLS = STATE / "tools"
RUN = STATE / "run"
FINGERPRINT = hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:12]


def prepare() -> None:
    """Make the private folders. 0711 on the top one: as root the database runs as `nobody`, who must be able to walk in."""
    STATE.mkdir(mode=0o711, exist_ok=True)
    for name in ("run", "files", "mail"):
        (STATE / name).mkdir(mode=0o700, exist_ok=True)


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the lock `name` of this checkout; a second command waits for the first. A killed holder lets go by itself."""
    with open(STATE / f"{name}.lock", "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write_private(path: Path, text: str) -> None:
    """Replace a file as a whole, readable by its owner alone: after a kill the old or the new text is there, never half of it."""
    new = path.with_name(path.name + ".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    new.replace(path)


def stored_secrets() -> dict:
    """The secrets of this checkout, made at the first call: Django's secret key, the file and person keys, the role passwords.

    Returns {"secret_key": str, "keys": [Fernet key, newest first], "roles": {role as used on a server: password}}.
    """
    path = STATE / "secrets.json"
    with locked("secrets"):
        if path.exists():
            return json.loads(path.read_text())
        fresh = {"secret_key": secrets.token_urlsafe(48),
                 "keys": [base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()], "roles": {}}
        write_private(path, json.dumps(fresh, indent=1))
        return fresh


def role_password(role: str, server: str = "private") -> str:
    """The password of a login role on a server, made at the first call. `server` tells apart servers that DATABASE_URL named."""
    path, name = STATE / "secrets.json", f"{role}@{server}"
    known = stored_secrets()
    if name in known["roles"]:
        return known["roles"][name]
    with locked("secrets"):
        known = json.loads(path.read_text())
        password = known["roles"].setdefault(name, secrets.token_urlsafe(24))
        write_private(path, json.dumps(known, indent=1))
    return password
