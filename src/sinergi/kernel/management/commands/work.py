"""Run a worker."""
import asyncio
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sinergi.kernel.worker import Clock, Worker


class Command(BaseCommand):
    """`work [--concurrency N] [--queues a,b]`."""

    help = "Run jobs, take up stalled ones, carry events, until stopped (SIGTERM or Ctrl-C finishes the running steps first)."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many at a time, which queues, and the clock (tests run it faster)."""
        parser.add_argument("--concurrency", type=int, default=2)
        parser.add_argument("--queues", default="", help="comma-separated; all when left out")
        parser.add_argument("--heartbeat", type=float, default=Clock.heartbeat, help="seconds between signs of life")
        parser.add_argument("--stalled", type=float, default=Clock.stalled, help="seconds of silence after which a worker counts as dead")
        parser.add_argument("--sweep", type=float, default=Clock.sweep, help="seconds between looks for stalled jobs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work."""
        clock = Clock(options["heartbeat"], options["stalled"], options["sweep"])
        queues = tuple(name for name in options["queues"].split(",") if name)
        asyncio.run(Worker(clock, options["concurrency"], queues).run())
