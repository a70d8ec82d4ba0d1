"""An installation of its own, made to be killed: a durable PostgreSQL cluster, a web server and a worker, each killed by -9 and started again."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("web", "worker", "database")
WEB = "--workers 2 --threads 4 --worker-class gthread --no-control-socket --bind 127.0.0.1:{port} sinergi.config.wsgi"


def work() -> None:
    """A worker that takes up what a dead one held after ten seconds, not after a minute; sooner, a busy machine makes the living look dead."""
    import django

    django.setup()
    from sinergi.kernel.worker import Clock, Worker

    asyncio.run(Worker(Clock(heartbeat=1, stalled=10, sweep=1, carry=0.2, grace=0.5)).run())


class Installation:
    """The three parts. `environment` is what Django reads; `log` holds what the parts said."""

    def __init__(self, folder: Path) -> None:
        from launcher import postgres, surroundings

        self.cluster = postgres.Cluster("wheel", name="faults", extra="max_connections = 100\n")
        self.forget_cluster()  # of a run that was itself killed; after a crash PostgreSQL reads every file of it again
        self.cluster.start()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.owner_url = self.cluster.url(f"faults_{os.getpid()}")
        os.environ["SINERGI_STATE_DIR"] = str(folder)
        roles = surroundings.role_urls(self.owner_url, "test", ours=True)
        self.environment = surroundings.settings_of("test", self.owner_url, roles, self.port, "faults") | {"SINERGI_LOG": "WARNING"}
        self.environment["PYTHONPATH"] = f"{ROOT / 'src'}:{ROOT}"
        self.log = folder / "parts.log"
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.hand = threading.Lock()

    def manage(self, *arguments: str) -> None:
        """One command of the platform."""
        subprocess.run([sys.executable, "-m", "sinergi.config.manage", *arguments], env=self.environment, check=True)

    def begin(self, part: str) -> None:
        """Start the web server or the worker, in a process group of its own."""
        gunicorn = [str(Path(sys.executable).parent / "gunicorn"), *WEB.format(port=self.port).split()]
        command = gunicorn if part == "web" else [sys.executable, __file__]
        with open(self.log, "ab") as out:
            self.running[part] = subprocess.Popen(command, env=self.environment, start_new_session=True, stdout=out, stderr=out)

    def kill(self, part: str) -> None:
        """End a part as a power cut would, and start it again."""
        if part == "database":
            postmaster = int((self.cluster.data / "postmaster.pid").read_text().split()[0])
            os.kill(postmaster, signal.SIGKILL)
            self.cluster.launch()
            return
        with self.hand:
            with suppress(ProcessLookupError):
                os.killpg(self.running[part].pid, signal.SIGKILL)
            self.running[part].wait()
            self.begin(part)

    def revive(self) -> None:
        """Begin again what ended by itself, a worker whose database was killed say: what `Restart=` of the services in deploy/ does."""
        with self.hand:
            for part, process in self.running.items():
                if process.poll() is not None:
                    self.begin(part)

    def answers(self, seconds: float = 180) -> None:
        """Wait until the web server takes a connection."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise SystemExit(f"The web server did not come up:\n{self.log.read_text(errors='replace')[-2000:]}")

    def forget_cluster(self) -> None:
        """Stop the cluster and remove its data."""
        self.cluster.stop()
        shutil.rmtree(self.cluster.data, ignore_errors=True)

    def end(self) -> None:
        """End the parts and leave nothing of the cluster."""
        for process in self.running.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.forget_cluster()


@contextmanager
def installed() -> Iterator[Installation]:
    """An installation, migrated, its web server and worker not yet begun. One at a time: a second run waits, for they would kill each other's."""
    with open(Path(tempfile.gettempdir()) / "sinergi-faults.lock", "w") as lock, tempfile.TemporaryDirectory() as folder:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = Installation(Path(folder))
        try:
            made.manage("migrate", "--database", "owner", "-v0")
            yield made
        finally:
            made.end()


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    work()
