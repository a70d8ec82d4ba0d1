"""What the person at the terminal reads: steps with their time, and the one way to stop with a reason."""
from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopped(Exception):
    """The command cannot go on. The message says why and what to do; `code` becomes the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def say(line: str) -> None:
    """One line to the terminal, at once, in order with what child processes print."""
    sys.stderr.flush()
    print(line, flush=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Announce a step whose own output is captured; its time ends the line: `· name … 3.2 s`."""
    begun = time.monotonic()
    print(f"· {name} …", end="", flush=True)
    try:
        yield
    except BaseException:
        print(f" stopped after {time.monotonic() - begun:.1f} s", flush=True)
        raise
    print(f" {time.monotonic() - begun:.1f} s", flush=True)


def spoken_time(seconds: float) -> str:
    """Seconds as a person says them: `4.2 s`, `4 min 10 s`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"
