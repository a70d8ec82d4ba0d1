"""Work that waits: queued in the caller's transaction, done by a worker in the name of who asked for it, resumed when a worker dies.

    @job("batch.register", queue="bulk")
    def register_rows(batch_id: str, *, actor: Actor, done: int) -> Step | None:
        '''Register the next 500 rows.'''
        …
        return Step(done + 500, total)

    progress_id = register_rows.later(actor=actor, purpose="register", subject=str(batch_id), batch_id=batch_id)

A body is one step in one transaction. It is called again until it returns None or a Step that is finished; how far it came is kept
in the same transaction (`Progress`), so a killed worker's job goes on exactly where it stood. Arguments are ids only: they lie in the
queue's table.
"""
import inspect
import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job as Queued
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from . import logs
from .acting import acting, current
from .action import writing
from .actors import Actor, actor_of, command
from .errors import Refused
from .models import Progress, User

log = logging.getLogger("sinergi.jobs")
TRIES, LONGEST = 8, timedelta(hours=1)
ID = re.compile(r"[\w.:/-]{1,120}")
DEFER = """SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(%s, %s, 0, %s, NULL, %s::jsonb, %s)::procrastinate_job_to_defer_v1])"""


@dataclass(frozen=True)
class Step:
    """How far a job came: `done` of `total` (None: not known). Finished when both are equal."""

    done: int
    total: int | None = None

    @property
    def finished(self) -> bool:
        """Nothing left?"""
        return self.total is not None and self.done >= self.total


class GivenUp(Exception):
    """A refusal, or the last try failed. Not tried again."""


class Backoff(BaseRetryStrategy):
    """Again after 2, 4, 8 … seconds, at most an hour apart; a refusal never; what a stopping worker put down at once."""

    def get_retry_decision(self, *, exception: BaseException, job: Queued) -> RetryDecision | None:
        """When to try again, or None."""
        if isinstance(exception, JobAborted):
            return RetryDecision(retry_at=timezone.now())
        if isinstance(exception, GivenUp) or job.attempts + 1 >= TRIES:
            return None
        return RetryDecision(retry_at=timezone.now() + min(timedelta(seconds=2 ** (job.attempts + 1)), LONGEST))


COMMANDS: dict[str, Actor] = {}
JOBS: dict[str, "Job"] = {}


def operator(name: str, *verbs: str) -> Actor:
    """A command that jobs may run in the name of; the queue carries its name only, never its verbs."""
    return COMMANDS.setdefault(f"command:{name}", command(name, *verbs))


def actor_named(name: str, agency: str) -> Actor:
    """The actor of a job as he is now: who lost a right since he asked no longer has it. Refused("not_allowed") when he is gone."""
    if name in COMMANDS:
        return replace(COMMANDS[name], agency=agency)
    user = User.objects.filter(pk=name, agency_id=agency or None).first() if re.fullmatch(r"[0-9a-f-]{36}", name) else None
    if user is None:
        raise Refused("not_allowed", verb="")
    return actor_of(user)


@dataclass(frozen=True)
class Job:
    """One kind of work. `gave_up` is told, in a transaction of its own, when it is never tried again."""

    name: str
    queue: str
    body: Callable[..., Step | None]
    gave_up: Callable[..., object] | None = None

    def later(self, *, actor: Actor, purpose: str, subject: str = "", one_at_a_time: str = "", at: datetime | None = None,
              **ids: Any) -> UUID:
        """Queue it in the caller's transaction; returns the id of its Progress. Jobs of one `one_at_a_time` word run one after another.

        `actor` is in whose name it runs: who asks, or an `operator` that serves him. Raises TypeError when an argument is not an id:
        a number, a UUID, or a short word without spaces.
        """
        plain = {key: checked(key, value) for key, value in ids.items()}
        around = current()
        with acting(around.actor if around else actor, purpose=purpose) as context, writing(self.name):
            if actor.id not in (context.actor.id, *COMMANDS):
                raise TypeError(f"{self.name}: a job runs for who asks or for an operator")
            agency = context.actor.agency
            progress = Progress.objects.create(job=self.name, subject=subject, actor=actor.id, agency=agency)
            arguments = {"progress": str(progress.pk), "actor": actor.id, "agency": agency, "purpose": purpose, "ids": plain}
            with connection.cursor() as cursor:
                cursor.execute(DEFER, [self.queue, self.name, one_at_a_time or None, json.dumps(arguments), at])
        return progress.pk

    def run(self, *, attempts: int, progress: str, actor: str, agency: str, purpose: str, ids: dict[str, Any],
            stopping: Callable[[], bool] = lambda: False) -> None:
        """Step by step until finished. Raises GivenUp, or whatever the body raised if it is worth another try.

        A worker that is `stopping` puts the job down after the step that runs: JobAborted, and another worker goes on.
        """
        try:
            who = actor_named(actor, agency)
            while self.step(who, progress, purpose, ids):
                if stopping():
                    raise JobAborted
        except JobAborted:
            raise
        except Exception as fault:
            final = isinstance(fault, Refused) or attempts + 1 >= TRIES
            word = fault.code if isinstance(fault, Refused) else type(fault).__name__
            self.note_fault(actor, agency, progress, purpose, word, final=final, ids=ids)
            log.warning("job given up" if final else "job failed", extra={"job": self.name, "code": word, "actor": actor})
            if final:
                raise GivenUp(word) from fault
            raise

    def step(self, who: Actor, progress: str, purpose: str, ids: dict[str, Any]) -> bool:
        """One step in one transaction; is there more? Whoever comes second waits for the first and then goes on from there."""
        with acting(who, purpose=purpose, request=logs.request_id.get(), page=self.name):
            row = Progress.objects.select_for_update().filter(pk=progress).first()
            if row is None or row.state in ("finished", "failed"):
                return False
            given = {"done": row.done} if "done" in inspect.signature(self.body).parameters else {}
            came = self.body(actor=who, **ids, **given)
            ended = came is None or came.finished
            row.done, row.total = (came.done, came.total) if came is not None else (row.total or row.done, row.total)
            row.state, row.fault, row.ended_at = "finished" if ended else "running", "", timezone.now() if ended else None
            with writing(self.name):
                row.save(update_fields=["done", "total", "state", "fault", "ended_at"])
        return not ended

    def note_fault(self, actor: str, agency: str, progress: str, purpose: str, word: str, *, final: bool, ids: dict[str, Any]) -> None:
        """Write down why it failed, in the name of the platform (the actor himself may be gone)."""
        with acting(command("worker", agency=agency), purpose=purpose), writing(self.name):
            Progress.objects.filter(pk=progress).update(fault=word[:100], state="failed" if final else "waiting",
                                                        ended_at=timezone.now() if final else None)
        if final and self.gave_up is not None:
            who = replace(COMMANDS.get(actor) or command("worker"), agency=agency)
            with acting(who, purpose=purpose):
                self.gave_up(actor=who, fault=word[:100], **ids)


def checked(key: str, value: object) -> int | str:
    """An argument as the queue carries it. TypeError unless it is an id."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, str) and ID.fullmatch(value))):
        raise TypeError(f"{key}: a job carries ids only")
    return value


def job(name: str, *, queue: str = "work", gave_up: Callable[..., object] | None = None) -> Callable[[Callable[..., Step | None]], Job]:
    """Make a body a job. Keep it in a room's tasks.py or below: the worker imports those."""

    def wrap(body: Callable[..., Step | None]) -> Job:
        made = Job(name, queue, body, gave_up)
        JOBS[name] = made

        def task(context: Any, **given: Any) -> None:
            token = logs.request_id.set(f"job-{context.job.id}")
            try:
                made.run(attempts=context.job.attempts, stopping=context.should_abort, **given)
            finally:
                logs.request_id.reset(token)

        app.task(name=name, queue=queue, pass_context=True, retry=Backoff())(task)
        return made

    return wrap


def progress_of(progress_id: UUID) -> Progress | None:
    """How far a job of the actor's own agency is; None when there is no such job for him. One query."""
    return Progress.objects.filter(pk=progress_id).first()


def progress_about(subject: str) -> Progress | None:
    """The newest job about a subject, of the actor's own agency. One query."""
    return Progress.objects.filter(subject=subject).order_by("-queued_at").first()
