"""Jobs that only tests know, and a worker process that knows them: `python job_stage.py` with the surroundings of the test."""
from __future__ import annotations

import asyncio
import os
import time

import django

if __name__ == "__main__":
    django.setup()

from sinergi.kernel import policy
from sinergi.kernel.action import action
from sinergi.kernel.actors import Actor
from sinergi.kernel.jobs import Step, job, operator
from sinergi.kernel.models import Agency
from sinergi.kernel.worker import Clock, Worker

TOTAL = 30
OPERATOR = operator("try", "try.row")


@action("try.row", policy.anyone)
def make_row(code: str, *, actor: Actor) -> Agency:
    """One row of the list."""
    return Agency.objects.create(code=code, name_ms=str(os.getpid()), name_en="x", kind="partner")


@job("try.list", queue="try")
def make_list(prefix: str, *, actor: Actor, done: int) -> Step:
    """The next row, slowly."""
    make_row(f"{prefix}{done:02d}", actor=actor)
    time.sleep(0.1)
    return Step(done + 1, TOTAL)


if __name__ == "__main__":
    asyncio.run(Worker(Clock(heartbeat=0.5, stalled=2, sweep=0.5, carry=0.2, grace=0.5), concurrency=1).run())
