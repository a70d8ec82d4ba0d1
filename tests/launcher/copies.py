"""Whole checkouts in throw-away folders, sharing the packages of this one, so that launchers are tried as they are used."""
from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 900  # seconds: no measure, only the end of what hangs, on a machine that others load


@dataclass
class Copy:
    """A checkout of its own: own state, own secrets, own servers."""

    folder: Path

    @property
    def state(self) -> Path:
        return self.folder / ".sinergi"

    @property
    def surroundings(self) -> dict[str, str]:
        """A plain environment, without what the running test session was given."""
        ours = ("SINERGI_", "DATABASE_URL", "PYTHONPATH", "DJANGO_", "PYTEST_")
        return {name: value for name, value in os.environ.items() if not name.startswith(ours)}

    def sinergi(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run ./sinergi with the given arguments."""
        return subprocess.run([sys.executable, self.folder / "sinergi", *arguments], env=self.surroundings | environment, text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=PATIENCE)

    def python(self, code: str) -> subprocess.CompletedProcess[str]:
        """Run Python code that may import this checkout's launcher."""
        return subprocess.run([sys.executable, "-c", code], env=self.surroundings, cwd=self.folder, text=True,
                              capture_output=True, timeout=PATIENCE)

    def answer(self, code: str) -> str:
        """The same, when it must succeed: what it printed."""
        done = self.python(code)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()


def build(folder: Path) -> Copy:
    """Lay out a checkout: the launcher copied, the rest borrowed, the packages of the running environment."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "launcher", folder / "launcher", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    shutil.copy(ROOT / "sinergi", folder)
    for name in ("src", "law", "vendor", "bench", "pyproject.toml"):
        (folder / name).symlink_to(ROOT / name)
    venv = folder / ".sinergi" / "venv"
    venv.mkdir(parents=True)
    (folder / ".sinergi").chmod(0o711)
    real = Path(sys.prefix)
    for name in ("bin", "lib"):
        (venv / name).symlink_to(real / name)
    shutil.copy(real / "pyvenv.cfg", venv)
    stamp = {kind: hashlib.sha256((ROOT / "requirements" / f"{kind}.txt").read_bytes()).hexdigest() for kind in ("demo", "test")}
    (venv / ".installed").write_text(json.dumps(stamp))
    return Copy(folder)


@contextmanager
def open_ground() -> Iterator[Path]:
    """An empty folder with a short path that the server's user can walk into; removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="sng-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def forget(copy: Copy) -> None:
    """End and remove whatever the checkout left running or lying about, by its own `reset`."""
    done = copy.sinergi("reset", "--yes", "--all")
    assert done.returncode == 0, done.stdout + done.stderr
    assert not list(copy.state.iterdir())
