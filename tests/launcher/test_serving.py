"""Serving: pages and worker come up together, go down together, and leave nothing behind, however the launcher ends."""
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from copies import Copy, build, forget, open_ground

pytestmark = [pytest.mark.installation, pytest.mark.xdist_group("serving")]  # one process of the run: they share a checkout

SERVE = "serve"


def wait_for(what, seconds: float = 60):
    """The first true value of `what()`; fails the test when none comes in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.1)
    pytest.fail(f"waited {seconds} s in vain")


def processes_of(copy) -> list[str]:
    """Command lines of living processes that belong to the checkout: web, worker, database."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line, state = path.read_bytes().replace(b"\0", b" ").decode(), (path.parent / "stat").read_text().rsplit(")", 1)[1].split()[0]
            mine = str(copy.folder) in line or f"{copy.folder}" in os.readlink(path.parent / "cwd")
        except OSError:
            continue
        if mine and state != "Z" and str(os.getpid()) != path.parent.name:
            found.append(line)
    return found


class Served:
    """A launcher that serves in the background."""

    def __init__(self, copy, *arguments: str) -> None:
        self.log = copy.folder / "serve.log"
        with open(self.log, "w") as log:
            self.launcher = subprocess.Popen([sys.executable, copy.folder / "sinergi", *arguments], env=copy.surroundings, cwd=copy.folder,
                                             stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def address(self) -> str:
        """Where the pages are, once they are."""
        def ready() -> str:
            if self.launcher.poll() is not None:
                pytest.fail(self.log.read_text())
            found = re.search(r"^  (http://\S+)$", self.log.read_text(), re.MULTILINE)
            return found[1] if found and "Ctrl-C stops it" in self.log.read_text() else ""
        return wait_for(ready, 120)


@pytest.fixture(scope="module")
def checkout() -> Iterator[Copy]:
    """One checkout for all of these, since its database is then migrated once."""
    with open_ground() as ground:
        copy = build(ground / "a")
        yield copy
        forget(copy)


@pytest.fixture
def served(checkout) -> Iterator[Callable[..., Served]]:
    """Serve the checkout's pages; ended whatever happens, and nothing may be left."""
    made: list[Served] = []

    def serve() -> Served:
        made.append(Served(checkout, "serve"))
        return made[-1]

    yield serve
    for each in made:
        if each.launcher.poll() is None:
            each.launcher.terminate()
            each.launcher.wait(60)
    assert processes_of(checkout) == []


def test_pages_come_up_and_stop_from_another_terminal_ends_all(checkout, served):
    running = served()
    address = running.address()
    with urllib.request.urlopen(f"{address}/health", timeout=10) as answer:
        assert answer.status == 200
    said = checkout.sinergi("status").stdout
    assert f"{address} answers" in said and "running, in use" in said and re.search(r"web \d+, worker \d+", said)
    again = checkout.sinergi("serve")
    assert again.returncode == 1 and f"serves already: {address}" in again.stderr
    assert checkout.sinergi("stop").returncode == 0
    assert running.launcher.wait(30) == 0 and processes_of(checkout) == []
    assert "not served" in checkout.sinergi("status").stdout


def test_a_killed_launcher_takes_pages_and_worker_along_the_next_carries_on_and_ctrl_c_ends_it(checkout, served):
    killed = served()
    killed.address()
    killed.launcher.kill()
    killed.launcher.wait()
    wait_for(lambda: not [line for line in processes_of(checkout) if "gunicorn" in line or "manage work" in line], 40)
    running = served()
    running.address()
    running.launcher.send_signal(signal.SIGINT)
    assert running.launcher.wait(60) == 0 and processes_of(checkout) == []


def test_a_child_that_dies_is_reported_with_its_log_and_ends_the_other(checkout, served):
    running = served()
    running.address()
    worker = int(re.search(r"worker (\d+)", checkout.sinergi("status").stdout)[1])
    os.kill(worker, signal.SIGKILL)
    assert running.launcher.wait(60) == 1
    assert "worker ended by itself" in running.log.read_text()


def test_a_port_that_is_taken_is_said_so(checkout):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = checkout.sinergi("serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1 and "is taken" in done.stderr
