"""The one door through which anything changes: permission, one transaction, one audit entry, one event on commit.

    @action("consent.withdraw", policy.may_withdraw)
    def withdraw_consent(consent, *, actor, on): ...

The verb is at once the permission, the audit verb, the event and the row in docs/reference/verbs.md. PostgreSQL refuses a write
to a room's table when no action is running (`need_action` triggers), whoever tries it.
"""
import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from django.db import connection, models, transaction

from . import audit
from .acting import acting
from .actors import Actor
from .ahead import Statement
from .context import current
from .errors import Refused

P = ParamSpec("P")
R = TypeVar("R")
May = Callable[[Actor, Any], bool]
PEN = "SELECT set_config('sinergi.verb', %s, true)"
NEWS = "INSERT INTO kernel_event (at, verb, subject, agency, persons) VALUES (clock_timestamp(), %s, %s, %s, %s)"


@dataclass(frozen=True)
class Verb:
    """One verb of the system, for the permission page and the reference."""

    name: str
    module: str
    function: str
    says: str
    may: str


VERBS: dict[str, Verb] = {}


class Changes:
    """What one action changes. Records given to `watch` before they change, and to `made` after they are created, enter the audit."""

    def __init__(self, verb: str) -> None:
        self.verb = verb
        self.before: dict[int, tuple[models.Model, dict[str, Any]]] = {}
        self.persons: dict[UUID, None] = {}
        self.notes: dict[str, Any] = {}
        self.last: list[Statement] = []

    def watch(self, *records: models.Model) -> None:
        """Remember how records stand now."""
        for record in records:
            self.before.setdefault(id(record), (record, {} if record._state.adding else audit.values(record)))

    def made(self, *records: models.Model) -> None:
        """New records: every column is news."""
        for record in records:
            self.before.setdefault(id(record), (record, {}))

    def note(self, **facts: Any) -> None:
        """A count or code for the audit that no column holds. Never a personal value."""
        self.notes |= facts

    def concern(self, *persons: UUID) -> None:
        """Persons the action is about beyond the records it changed."""
        self.persons |= dict.fromkeys(persons)

    def gathered(self) -> tuple[dict[str, Any], list[UUID]]:
        """({record: {column: [before, after]}}, persons)."""
        found: dict[str, Any] = {}
        for record, before in self.before.values():
            person = audit.person_of(record)
            self.persons |= {person: None} if person else {}
            if difference := audit.changed(record, before):
                found[audit.label(record)] = difference
        return {**found, **self.notes}, list(self.persons)


_changes: ContextVar[Changes | None] = ContextVar("changes", default=None)


def changes() -> Changes:
    """Of the action that is running."""
    found = _changes.get()
    if found is None:
        raise RuntimeError("no action is running")
    return found


def execute(*statements: Statement) -> None:
    """Several statements in one go."""
    with connection.cursor() as cursor:
        cursor.execute("; ".join(statement for statement, _ in statements), [value for _, values in statements for value in values])


@contextmanager
def writing(verb: str) -> Iterator[Changes]:
    """The inside of an action; an action called by another leaves its own entry and gives the pen back.

    The pen (`sinergi.verb`) opens the tables for writing until it is given back, or until the end of the transaction. What stands in
    `last` is written together with giving it back.
    """
    outer, inner = _changes.get(), Changes(verb)
    token, around = _changes.set(inner), current()
    if around is None:
        raise RuntimeError("writing outside `acting`")
    around.ahead.put(PEN, [verb])
    try:
        yield inner
    finally:
        _changes.reset(token)
    execute(*inner.last, (PEN, [outer.verb if outer is not None else ""]))


def action(verb: str, may: May) -> Callable[[Callable[Concatenate[Any, P], R]], Callable[..., R]]:
    """Make `(subject, *, actor, …)` a checked, atomic, audited verb. `may(actor, subject)` is asked after the role.

    The made function takes `(subject, *, actor, purpose=None, …)`; `purpose` may be left out inside `acting`.
    Raises Refused("not_allowed") and whatever the function refuses; then nothing is written, not even an entry.
    """

    def wrap(function: Callable[Concatenate[Any, P], R]) -> Callable[..., R]:
        if "actor" not in inspect.signature(function).parameters:
            raise TypeError(f"{verb}: an action names its actor")
        if verb in VERBS and VERBS[verb].function != function.__name__:
            raise TypeError(f"{verb}: two actions with one verb")

        @functools.wraps(function)
        def run(subject: Any, /, *, actor: Actor, purpose: str | None = None, **given: Any) -> R:
            if not isinstance(actor, Actor):
                raise TypeError(f"{verb}: an action needs an actor")
            around = current()
            savepoint = around is not None and not (around.whole and _changes.get() is None)
            with acting(actor, purpose=purpose or (around.purpose if around else "")) as context, transaction.atomic(savepoint=savepoint):
                if not (actor.holds(verb) and may(actor, subject)):
                    raise Refused("not_allowed", verb=verb)
                with writing(verb) as writes:
                    if isinstance(subject, models.Model):
                        writes.watch(subject)
                    result = function(subject, actor=actor, **given)  # type: ignore[call-arg,arg-type]
                    if isinstance(result, models.Model):
                        writes.made(result)
                    about = audit.label(next((x for x in (subject, result) if isinstance(x, models.Model)), None))
                    changed, persons = writes.gathered()
                    writes.last = [(NEWS, [verb, about, actor.agency, persons]), (audit.INSERT, audit.entry(context, verb, about, persons, changed))]
            return result

        says = (inspect.getdoc(function) or "").split("\n")[0]
        VERBS[verb] = Verb(verb, function.__module__, function.__name__, says, (inspect.getdoc(may) or may.__name__).split("\n")[0])
        return run

    return wrap
