"""What must be installed: uv, the virtual environment, and what only the distribution can supply (Chromium, PostgreSQL 15).

One virtual environment serves demo and tests; requirements/test.txt holds all of requirements/demo.txt. A stamp, written last,
says which files it was made from; a marker, written first, tells that an installation was cut short.
"""
from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from launcher.checkout import ROOT, STATE, TOOLS, VENV, locked
from launcher.postgres import system_binaries
from launcher.serving import captured
from launcher.speech import Stopped, say, step

UV_VERSION = "0.13.9"
UV = TOOLS / "bin" / "uv"
MARKER = STATE / "venv.unfinished"
STAMP = VENV / ".installed"
CHROMIUM = ("chromium", "libatomic1", "fonts-dejavu-core")
CREATECLUSTER = Path("/etc/postgresql-common/createcluster.d/sinergi-install.conf")


def call(*command: object, doing: str, **environment: str) -> str:
    """Run a program and return what it printed. Raises Stopped with that when it fails."""
    done = captured(command, {**os.environ, **environment})
    if done.returncode:
        raise Stopped(f"{done.stdout.strip()[-4000:]}\nStopped while {doing}. Nothing was left half done: run the same command again.")
    return done.stdout


def uv_environment() -> dict[str, str]:
    """uv's settings: never fetch a Python; use the index and certificate that pip is told to use, unless uv has its own."""
    wanted = {"UV_PYTHON_DOWNLOADS": "never", "VIRTUAL_ENV": str(VENV)}
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True).stdout
    pip = {}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        pip[key.rpartition(".")[2]] = value.strip("'\"")
    if "index-url" in pip and "UV_DEFAULT_INDEX" not in os.environ and "UV_INDEX_URL" not in os.environ:
        wanted["UV_DEFAULT_INDEX"] = pip["index-url"]
    if "cert" in pip and "SSL_CERT_FILE" not in os.environ:
        wanted["SSL_CERT_FILE"] = pip["cert"]
    return wanted


def runs(*command: object) -> str:
    """What a program prints, or an empty string when it cannot be run."""
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""


def ensure_uv() -> None:
    """Have the pinned uv in .sinergi/tools. pip may install into a folder of ours even where Debian blocks its own."""
    if runs(UV, "--version").split()[1:2] == [UV_VERSION]:
        return
    if not runs(sys.executable, "-m", "pip", "--version"):
        raise Stopped("This Python has no pip. Type: apt-get install python3-pip")
    with step(f"fetching uv {UV_VERSION}"):
        new, old = TOOLS.with_name("tools.new"), TOOLS.with_name("tools.old")
        for folder in (new, old):
            shutil.rmtree(folder, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-input", "--disable-pip-version-check"]
        call(*pip, "--target", new, f"uv=={UV_VERSION}", doing="fetching uv")
        if TOOLS.exists():
            TOOLS.rename(old)
        new.rename(TOOLS)
        shutil.rmtree(old, ignore_errors=True)


def fingerprint(kind: str) -> str:
    """SHA-256 of the requirements file of demo or test."""
    return hashlib.sha256((ROOT / "requirements" / f"{kind}.txt").read_bytes()).hexdigest()


def installed() -> dict[str, str]:
    """What the stamp says: {"demo": fingerprint} or {"demo": …, "test": …}; empty when there is no whole environment."""
    if MARKER.exists() or not runs(VENV / "bin" / "python", "--version"):
        return {}
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}


def ensure_packages(kind: str) -> None:
    """Have a virtual environment that holds what `kind` (demo or test) needs. An environment that already does is not touched."""
    with locked("packages"):
        found = installed()
        if found.get(kind) == fingerprint(kind):
            return
        kind = "test" if "test" in found else kind
        ensure_uv()
        surroundings = uv_environment()
        with step(f"installing the packages of requirements/{kind}.txt"):
            if MARKER.exists() or not runs(VENV / "bin" / "python", "--version"):
                MARKER.touch()
                fresh = [UV, "venv", "-q", "--clear", "--no-project", "--python", sys.executable, VENV]
                call(*fresh, doing="making the virtual environment", **surroundings)
            wanted = ROOT / "requirements" / f"{kind}.txt"
            # Only an environment that is known to hold nothing but test.txt is brought to the letter of it; another may be somebody's own.
            change = ["sync", wanted] if "test" in found else ["install", "-r", wanted]
            MARKER.touch()
            options = ("-q", "--require-hashes", "--python", VENV / "bin" / "python")
            call(UV, "pip", *change, *options, doing="installing packages", **surroundings)
            kinds = ("demo", "test") if kind == "test" else ("demo",)
            STAMP.write_text(json.dumps({name: fingerprint(name) for name in kinds}))
            MARKER.unlink()


def ensure_peer(name: str) -> Path:
    """Have the peers that a bench measures ours against (requirements/NAME.txt) in an environment of their own; gives its Python."""
    home, wanted = STATE / "peers" / name, ROOT / "requirements" / f"{name}.txt"
    stamp = home / ".installed"
    with locked("packages"):
        if stamp.exists() and stamp.read_text() == fingerprint(name):
            return home / "bin" / "python"
        ensure_uv()
        surroundings = uv_environment()
        with step(f"installing the peers of requirements/{name}.txt"):
            call(UV, "venv", "-q", "--clear", "--no-project", "--python", sys.executable, home, doing="making their environment", **surroundings)
            options = ("-q", "--require-hashes", "--python", home / "bin" / "python")
            call(UV, "pip", "install", *options, "-r", wanted, doing="installing peers", **surroundings)
            stamp.write_text(fingerprint(name))
    return home / "bin" / "python"


def apt_install(*packages: str) -> None:
    """Install packages of the distribution as root; otherwise Stopped with the one line to type."""
    line = f"apt-get install --no-install-recommends {' '.join(packages)}"
    if os.geteuid() or not shutil.which("apt-get"):
        raise Stopped(f"This needs packages of the distribution. Type this once, then run the command again:\n  sudo {line}")
    with step(f"apt-get install {' '.join(packages)}"):
        quiet = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
        if not runs("apt-cache", "policy", packages[0]).count("Candidate: ") or "(none)" in runs("apt-cache", "policy", packages[0]):
            call("apt-get", "update", "-q", doing="asking the distribution for its packages", **quiet)
        command = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages]
        try:
            call(*command, doing=line, **quiet)
        except Stopped:
            call("apt-get", "update", "-q", doing="asking the distribution for its packages", **quiet)
            call(*command, doing=line, **quiet)


def ensure_chromium() -> None:
    """Have a Chromium that runs, with one library and one font that it needs and Debian does not pull in by itself."""
    library = any(Path("/usr/lib").glob("*/libatomic.so.1"))
    font = any(Path("/usr/share/fonts").glob("**/DejaVuSans.ttf"))
    if not (shutil.which("chromium") and library and font):
        apt_install(*CHROMIUM)


def ensure_java() -> None:
    """Have a Java that Spark runs on (17 or newer), Debian's where there is none."""
    if not shutil.which("java"):
        apt_install("openjdk-17-jre-headless")


def ensure_system_postgres() -> None:
    """Have Debian's PostgreSQL, without the cluster that its package would make and start on port 5432."""
    if system_binaries():
        return
    if os.geteuid() == 0:
        CREATECLUSTER.parent.mkdir(parents=True, exist_ok=True)
        CREATECLUSTER.write_text("create_main_cluster = false\n")
    try:
        apt_install("postgresql-15")
    finally:
        if os.geteuid() == 0:
            CREATECLUSTER.unlink(missing_ok=True)
    if not system_binaries():
        raise Stopped("PostgreSQL 15 was installed but its programs are not under /usr/lib/postgresql.")
    say("  Debian's PostgreSQL is installed; no cluster of its own was made.")
