"""Web server and worker: started as one group, found again by another command, stopped in order.

`.sinergi/run/serving.json` names the launcher that serves, its address and its children. A pid in it counts only together with
the instant its process began, because numbers are used again; whether pages are served is found out by connecting.
"""
from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launcher.checkout import ROOT, RUN, VENV, write_private
from launcher.speech import Stopped

RECORD = RUN / "serving.json"
PATIENCE = 20.0  # seconds a child has to end by itself
PR_SET_PDEATHSIG = 1


def born(pid: int) -> int:
    """Start time of a process in clock ticks since boot; 0 when there is none, or only its zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return 0 if fields[0] == "Z" else int(fields[19])


def free_port(wanted: int, fixed: bool) -> int:
    """The wanted port when it is free, else (unless `fixed`) one that the system picks. Raises Stopped when a fixed one is taken."""
    for port in (wanted,) if fixed else (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise Stopped(f"Port {wanted} is taken. Name another one with --port, or none to get a free one.")


@dataclass
class Serving:
    """What the record says about a launcher that serves: its pid, where, and its children {name: pid}; `births` guards each pid."""

    pid: int
    port: int
    children: dict[str, int]
    births: dict[str, int]

    @classmethod
    def found(cls) -> Serving | None:
        """The recorded one while any of its processes lives; a stale record is removed."""
        try:
            serving = cls(**json.loads(RECORD.read_text()))
        except (OSError, ValueError, TypeError):
            return None
        if not serving.living():
            RECORD.unlink(missing_ok=True)
            return None
        return serving

    def living(self) -> list[int]:
        """Pids of the launcher and its children that still run and are the same processes."""
        return [pid for pid in (self.pid, *self.children.values()) if self.births.get(str(pid)) and born(pid) == self.births[str(pid)]]

    def answers(self) -> bool:
        """Whether the pages answer at this moment."""
        return answers(self.port)

    def end(self) -> None:
        """Ask the launcher to stop (it stops its children in order); what outlives its patience is ended by force."""
        for signal_, patience in ((signal.SIGTERM, PATIENCE + 10), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            living = self.living()
            for pid in living[:1] if self.pid in living and signal_ == signal.SIGTERM else living:
                os.kill(pid, signal_)
            if waited(lambda: not self.living(), patience):
                break
        RECORD.unlink(missing_ok=True)


def waited(done: Callable[[], object], patience: float) -> bool:
    """Wait until `done()` is true, at most `patience` seconds; whether it became true."""
    until = time.monotonic() + patience
    while not done():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def answers(port: int) -> bool:
    """Whether the address answers HTTP at /health, with whatever status below 500."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
            return True
    except urllib.error.HTTPError as answer:
        return answer.code < 500
    except OSError:
        return False


def attached(command: list[str], surroundings: dict[str, str], folder: Path | None = None) -> int:
    """Run a child on this terminal and return its exit code. Interrupted, it first lets the child clean up behind itself."""
    child = subprocess.Popen(command, env=surroundings, cwd=folder)
    try:
        return child.wait()
    except BaseException:
        if not waited(lambda: child.poll() is not None, 1.0):
            child.terminate()
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        raise


def captured(command: Sequence[object], surroundings: dict[str, str], **more: Any) -> subprocess.CompletedProcess[str]:
    """Run a child to its end in the checkout's folder; what it printed, errors among it, is in `.stdout`."""
    return subprocess.run([str(part) for part in command], env=surroundings, cwd=ROOT, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)


def die_with_launcher() -> None:
    """In the child: be sent SIGTERM when the launcher dies, even by kill -9. A session of its own keeps Ctrl-C away."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def start(name: str, command: list[str], surroundings: dict[str, str]) -> subprocess.Popen:
    """Start one child whose output goes to .sinergi/run/NAME.log."""
    with open(RUN / f"{name}.log", "ab") as log:
        return subprocess.Popen(command, env=surroundings, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                start_new_session=True, preexec_fn=die_with_launcher)


def start_web(port: int, surroundings: dict[str, str]) -> subprocess.Popen:
    """gunicorn, two processes of four threads, made from one that has loaded and warmed everything."""
    options = f"--bind 127.0.0.1:{port} --workers 2 --threads 4 --worker-class gthread --graceful-timeout 10 --preload --no-control-socket"
    return start("web", [str(VENV / "bin" / "gunicorn"), *options.split(), "sinergi.config.wsgi"], {**surroundings, "SINERGI_POOL": "1"})


def start_worker(surroundings: dict[str, str]) -> subprocess.Popen:
    """One worker of the job queue."""
    return start("worker", [str(VENV / "bin" / "python"), "-m", "sinergi.config.manage", "work"], surroundings)


def record(port: int, children: dict[str, subprocess.Popen]) -> None:
    """Write down who serves, for `status` and `stop` in another terminal."""
    pids = {name: child.pid for name, child in children.items()}
    births = {str(pid): born(pid) for pid in (os.getpid(), *pids.values())}
    write_private(RECORD, json.dumps({"pid": os.getpid(), "port": port, "children": pids, "births": births}))


def stop_children(children: dict[str, subprocess.Popen]) -> None:
    """End the children together; each may finish what it is doing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an impatient second Ctrl-C must not leave a child behind
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    for child in children.values():
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    RECORD.unlink(missing_ok=True)


def tail(name: str, lines: int = 15) -> str:
    """The last lines of a child's log."""
    try:
        return "\n".join((RUN / f"{name}.log").read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
