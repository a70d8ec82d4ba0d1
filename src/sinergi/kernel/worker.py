"""The worker: runs jobs, brings stalled ones back, carries events to their subscribers. Any number may run side by side."""
import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from procrastinate.app import WorkerOptions
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

from .events import deliver

log = logging.getLogger("sinergi.worker")
MOST_ATTEMPTS = 20


@dataclass(frozen=True)
class Clock:
    """Seconds between heartbeats, until a silent worker counts as dead, between sweeps, between looks at the outbox, and that a job may
    take to end when the worker stops, before it is put down after its step."""

    heartbeat: float = 10
    stalled: float = 60
    sweep: float = 20
    carry: float = 1
    grace: float = 5


@dataclass
class Worker:
    """One worker of so many jobs at a time."""

    clock: Clock = field(default_factory=Clock)
    concurrency: int = 2
    queues: tuple[str, ...] = ()

    async def run(self) -> None:
        """Until a signal; then the steps that run are finished."""
        with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
            async with app.open_async():
                beside = [asyncio.create_task(self.sweeping()), asyncio.create_task(self.carrying())]
                try:
                    await app.run_worker_async(**self.options())
                finally:
                    for task in beside:
                        task.cancel()
                        with contextlib.suppress(asyncio.CancelledError):
                            await task

    def options(self) -> WorkerOptions:
        """What procrastinate's worker is told."""
        told = WorkerOptions(concurrency=self.concurrency, update_heartbeat_interval=self.clock.heartbeat,
                             stalled_worker_timeout=self.clock.stalled, install_signal_handlers=True,
                             shutdown_graceful_timeout=self.clock.grace)
        if self.queues:
            told["queues"] = self.queues
        return told

    async def sweeping(self) -> None:
        """Give back what a dead worker held. procrastinate does not retry stalled jobs by itself."""
        while True:
            with self.watched("sweep"):
                for held in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self.clock.stalled):
                    with contextlib.suppress(ConnectorException):  # another worker's sweep was first
                        if held.attempts >= MOST_ATTEMPTS:
                            await app.job_manager.finish_job(held, status=Status.FAILED, delete_job=False)
                        else:
                            await app.job_manager.retry_job(held)
                        log.warning("stalled job taken up", extra={"job": held.task_name, "count": held.attempts})
            await asyncio.sleep(self.clock.sweep)

    async def carrying(self) -> None:
        """Carry events to their subscribers."""
        while True:
            carried = 0
            with self.watched("carry"):
                carried = await sync_to_async(fresh(deliver), thread_sensitive=False)()
            if not carried:
                await asyncio.sleep(self.clock.carry)

    @contextlib.contextmanager
    def watched(self, what: str) -> Iterator[None]:
        """A fault (the server restarts, say) is logged; the next round tries again."""
        try:
            yield
        except Exception as fault:
            log.exception("%s failed", what, extra={"code": type(fault).__name__})


def fresh(function: Callable[[], int]) -> Callable[[], int]:
    """With a connection opened and closed for the call: it runs in a pool's thread."""

    def call() -> int:
        close_old_connections()
        try:
            return function()
        finally:
            close_old_connections()

    return call
