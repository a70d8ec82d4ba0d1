"""The environment variables handed to Django, and the server behind them: a private cluster, or the one DATABASE_URL names."""
from __future__ import annotations

import hashlib
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlsplit

from launcher.checkout import FINGERPRINT, ROOT, STATE, VENV, role_password, stored_secrets
from launcher.postgres import OWNER, Cluster
from launcher.speech import Stopped, say, step

PORT = 8000
PYTHONPATH = f"{ROOT / 'src'}:{ROOT}"
# Machine code is kept once it is made, for making it takes seconds; under the name of its sources, for numba sees no change in what a function calls.
SOURCES = hashlib.sha256(b"".join(path.read_bytes() for path in sorted((ROOT / "src/sinergi/core/linkage").rglob("*.py")))).hexdigest()[:12]
MACHINE_CODE = {"NUMBA_CACHE_DIR": str(STATE / "machine-code" / SOURCES)}


def python() -> str:
    """The Python of the virtual environment."""
    return str(VENV / "bin" / "python")


def environment() -> dict[str, str]:
    """For a program of ours that needs no settings: where our packages lie, and where machine code is kept once it is made."""
    return {**MACHINE_CODE, **os.environ, "PYTHONPATH": PYTHONPATH, "PYTHONUNBUFFERED": "1"}


def url_of(owner_url: str, role: str, password: str) -> str:
    """The owner's URL with another login in it."""
    parts = urlsplit(owner_url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{quote(role, safe='')}:{quote(password, safe='')}@{host}").geturl()


def database_of(owner_url: str) -> str:
    """The database a URL names. Raises Stopped when it names none."""
    name = urlsplit(owner_url).path.lstrip("/")
    if not name:
        raise Stopped("DATABASE_URL names no database. It should look like postgresql://owner:password@host:5432/sinergi")
    return name


def role_urls(owner_url: str, mode: str, ours: bool) -> dict[str, str]:
    """Make the database and both login roles; returns SINERGI_DATABASE_URL and SINERGI_FINDER_URL.

    Tests on a server that is not ours use roles of their own, so that they never touch the roles a running platform signs in with.
    """
    given = {name: os.environ[name] for name in ("SINERGI_DATABASE_URL", "SINERGI_FINDER_URL") if os.environ.get(name)}
    if not ours and len(given) == 2:
        return given
    database, parts = database_of(owner_url), urlsplit(owner_url)
    stem = database if ours or mode != "test" else f"{database}_test_{FINGERPRINT[:6]}"
    server = "private" if ours else f"{parts.hostname or 'local'}:{parts.port or 5432}"
    roles = {f"{stem}_{part}": role_password(f"{stem}_{part}", server) for part in ("app", "finder")}
    order = {"owner_url": owner_url, "database": database, "roles": roles, "ours": ours}
    done = subprocess.run([python(), str(ROOT / "launcher" / "roles.py")], input=json.dumps(order), text=True, capture_output=True)
    if done.returncode:
        raise Stopped((done.stdout + done.stderr).strip())
    urls = [url_of(owner_url, role, password) for role, password in roles.items()]
    return {"SINERGI_DATABASE_URL": urls[0], "SINERGI_FINDER_URL": urls[1]}


def settings_of(mode: str, owner_url: str, roles: dict[str, str], port: int, server: str) -> dict[str, str]:
    """What Django reads, as environment variables on top of the ones already set. Secrets, folders and addresses already set win.

    Each database of a `server` has a folder of its own for its seals, which are no proof of another.
    """
    kept = stored_secrets()
    made = {
        "SINERGI_SECRET_KEY": kept["secret_key"],
        "SINERGI_KEYS": ",".join(kept["keys"]),
        "SINERGI_STATE_DIR": str(STATE),
        "SINERGI_SEALS_DIR": str(STATE / "seals" / f"{server}-{database_of(owner_url)}"),
        "SINERGI_HOSTS": "127.0.0.1,localhost",
        "SINERGI_ORIGIN": f"http://127.0.0.1:{port}",
    }
    made = {name: os.environ.get(name) or value for name, value in made.items()}
    fixed = {"SINERGI_MODE": mode, "SINERGI_OWNER_URL": owner_url, **roles, "DJANGO_SETTINGS_MODULE": "sinergi.config.settings",
             "PYTHONPATH": PYTHONPATH, "PYTHONUNBUFFERED": "1"}
    return {**MACHINE_CODE, **os.environ, **made, **fixed}


@contextmanager
def database(mode: str, kind: str = "wheel", port: int = PORT, name: str = OWNER, fast: bool | None = None) -> Iterator[dict[str, str]]:
    """The whole environment for Django while its database `name` runs. `mode` is demo, test or production.

    With DATABASE_URL (an owner who may create roles) that server and database are used and none is started. `fast` chooses the
    cluster that forgets in a crash; left out, tests get it.
    """
    given = os.environ.get("DATABASE_URL")
    if given:
        given = given if name == OWNER else urlsplit(given)._replace(path=f"/{name}").geturl()
        with step("asking the server that DATABASE_URL names"):
            roles = role_urls(given, mode, ours=False)
        parts = urlsplit(given)
        yield settings_of(mode, given, roles, port, f"{(parts.hostname or 'local').replace(':', '.')}-{parts.port or 5432}")
        return
    cluster = Cluster(kind, fast=mode == "test" if fast is None else fast)
    begun = time.monotonic()
    with cluster.in_use():
        owner_url = cluster.url(name)
        roles = role_urls(owner_url, mode, ours=True)
        say(f"· PostgreSQL {cluster.version()} ({kind}), its database and roles … {time.monotonic() - begun:.1f} s")
        yield settings_of(mode, owner_url, roles, port, cluster.home.name)
