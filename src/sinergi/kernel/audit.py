"""What was done and who was shown: one entry for each action, one for each request that showed persons.

Written here, read by `audit_queries`.

Values of personal fields are locked with their person's key (`keys`), so that erasure leaves the chain whole and the content gone.
"""
import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection, models

from . import keys
from .context import Acting

INSERT = """INSERT INTO kernel_auditentry (actor, agency, purpose, verb, subject, persons, changes, request)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"""


def label(subject: object) -> str:
    """How the audit names a thing: `registry.Person:4f…`."""
    if isinstance(subject, models.Model):
        return f"{subject._meta.label}:{subject.pk}"
    return "" if subject is None else str(subject)


def values(record: models.Model) -> dict[str, Any]:
    """Every column of a record as plain values."""
    return {f.attname: getattr(record, f.attname) for f in record._meta.concrete_fields}


def person_of(record: models.Model) -> UUID | None:
    """The person a record is about: itself, or whom its `person_id` names."""
    found = record.pk if getattr(record, "IS_PERSON", False) else getattr(record, "person_id", None)
    return found if isinstance(found, UUID) else None


def changed(record: models.Model, before: dict[str, Any]) -> dict[str, Any]:
    """Column -> [before, after] for what differs; personal values locked. Columns of UNAUDITED are evidence themselves, never changed."""
    after, person = values(record), person_of(record)
    personal: Iterable[str] = getattr(record, "PERSONAL", ())
    for name in getattr(record, "UNAUDITED", ()):
        after.pop(name)
    found: dict[str, Any] = {}
    for name, value in after.items():
        old = before.get(name)
        if old == value or (not before and value in (None, "")):
            continue
        pair = [plain(old), plain(value)]
        found[name] = {"locked": keys.lock(person, pair), "person": str(person)} if name in personal and person else pair
    return found


def plain(value: object) -> object:
    """A value as JSON carries it."""
    return value if value is None or isinstance(value, bool | int | str) else str(value) if not isinstance(value, dict | list) else value


def entry(context: Acting, verb: str, subject: str, persons: Iterable[UUID], changes: dict[str, Any]) -> list[Any]:
    """What INSERT enters. The time, the number and the transaction are PostgreSQL's own."""
    who = context.actor
    return [who.id, who.agency, context.purpose, verb, subject, list(dict.fromkeys(persons)), json.dumps(changes, default=str), context.request]


def record(context: Acting, verb: str, subject: str, persons: Iterable[UUID], changes: dict[str, Any]) -> None:
    """Write one entry."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT, entry(context, verb, subject, persons, changes))


def record_shown(context: Acting) -> None:
    """One entry for a request that showed persons; none for one that showed nobody."""
    if context.shown:
        record(context, "person.read", context.page, context.shown, {})
