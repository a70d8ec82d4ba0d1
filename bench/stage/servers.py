"""Servers of one kind, gunicorn with one process of four threads, whose CPU time and memory are read from /proc."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

TICK = os.sysconf("SC_CLK_TCK")
OPTIONS = "--workers 1 --threads 4 --worker-class gthread --preload --no-control-socket --keep-alive 600"


def cpu_of(pid: int) -> float:
    """Seconds of CPU a process has used, its own code and the system's for it; 0 when it cannot be seen.

    By the scheduler's own account of its threads, in nanoseconds; where the system keeps none, in ticks of a hundredth of a second.
    """
    try:
        threads = [int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{pid}/task").iterdir()]
        if sum(threads):
            return sum(threads) / 1e9
    except (OSError, ValueError, IndexError):
        pass
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICK


def peak_mb(pid: int | str = "self") -> float:
    """The most memory a process ever held, in megabytes."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return round(int(line.split()[1]) / 1024, 1)


def worker_of(master: int) -> int:
    """The one process that a gunicorn master made."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            if parent == master:
                return int(entry.name)
    return 0


@dataclass
class Server:
    """A running server; `worker` answers, `application` is its name in PostgreSQL."""

    port: int
    worker: int
    application: str
    line: http.client.HTTPConnection

    def ask(self, method: str, path: str, body: str | None, headers: dict[str, str], expected: int) -> bytes:
        """One request on the open line. Ends the run when the answer has another status."""
        self.line.request(method, path, body, headers)
        answer = self.line.getresponse()
        content = answer.read()
        if answer.status != expected:
            raise SystemExit(f"{self.application}: {method} {path} answered {answer.status}: {content[:300]!r}")
        return content

    def backends(self, owner: psycopg.Connection) -> list[int]:
        """The PostgreSQL processes that serve it."""
        rows = owner.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [self.application]).fetchall()
        return [pid for (pid,) in rows]

    def used(self, owner: psycopg.Connection) -> tuple[float, float]:
        """Seconds of CPU so far: of the server, of its PostgreSQL processes (0 where they run elsewhere)."""
        return cpu_of(self.worker), sum(map(cpu_of, self.backends(owner)))


@contextmanager
def serving(module: str, settings: str, name: str, log: Path) -> Iterator[Server]:
    """A server of a WSGI module under some settings, while the block runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    around = {**os.environ, "DJANGO_SETTINGS_MODULE": settings, "SINERGI_POOL": "1", "SINERGI_LOG": "INFO", "SINERGI_API_PER_MINUTE": "1000000",
              "PGAPPNAME": name}
    gunicorn = str(Path(sys.executable).parent / "gunicorn")
    with open(log, "wb") as out:
        master = subprocess.Popen([gunicorn, *OPTIONS.split(), "--bind", f"127.0.0.1:{port}", module], env=around, stdout=out, stderr=out)
    try:
        wait(port, master, log)
        yield Server(port, worker_of(master.pid), name, http.client.HTTPConnection("127.0.0.1", port))
    finally:
        master.terminate()
        master.wait(20)


def wait(port: int, master: subprocess.Popen[bytes], log: Path) -> None:
    """Until it listens. Ends the run with its log when it does not."""
    until = time.monotonic() + 60
    while time.monotonic() < until and master.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                time.sleep(0.5)
                return
        time.sleep(0.1)
    raise SystemExit(f"The server did not come up:\n{log.read_text(errors='replace')[-2000:]}")
