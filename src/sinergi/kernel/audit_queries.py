"""Reading the audit: the auditor's search, and who looked at one person. Row security decides which entries anybody sees."""
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

PAGE = 50
COLUMNS = "id, at, actor, agency, purpose, verb, subject, persons, changes, request"
LOCKED = "•"
END = 2**63 - 1


@dataclass(frozen=True)
class Entry:
    """One audit entry as shown. `changes`: column or note -> (before, after) as text; personal values show only that they changed."""

    id: int
    at: datetime
    actor: str
    agency: str
    purpose: str
    verb: str
    subject: str
    persons: tuple[UUID, ...]
    request: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Wanted:
    """What an auditor searches for; an empty field does not limit. Days are inclusive, in the zone of the platform."""

    person: UUID | None = None
    actor: str = ""
    verb: str = ""
    agency: str = ""
    since: date | None = None
    until: date | None = None


def _conditions(wanted: Wanted, before: int) -> tuple[str, list[Any]]:
    """The WHERE of a search and its values. Every condition has an index to go by."""
    parts: list[str] = ["id < %s"]
    given: list[Any] = [before]
    for column, sought in (("actor", wanted.actor), ("verb", wanted.verb), ("agency", wanted.agency)):
        if sought:
            parts.append(f"{column} = %s")
            given.append(sought)
    if wanted.person is not None:
        parts.append("id = ANY (ARRAY(SELECT sinergi_entries_of(%s)))")
        given.append(wanted.person)
    zone = timezone.get_default_timezone()
    if wanted.since is not None:
        parts.append("at >= %s")
        given.append(datetime.combine(wanted.since, time(), zone))
    if wanted.until is not None:
        parts.append("at < %s")
        given.append(datetime.combine(wanted.until + timedelta(days=1), time(), zone))
    return " AND ".join(parts), given


def entries(wanted: Wanted, *, before: int = END, most: int = PAGE) -> list[Entry]:
    """The newest entries the actor may see, older than id `before` (the last id of the page before). One query."""
    where, given = _conditions(wanted, before)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM kernel_auditentry WHERE {where} ORDER BY id DESC LIMIT %s", [*given, most])
        return [_entry(row) for row in cursor.fetchall()]


def every_entry(wanted: Wanted, *, most: int) -> Iterator[Entry]:
    """The same, page by page, up to `most` entries: for a file."""
    before, left = END, most
    while left > 0 and (page := entries(wanted, before=before, most=min(1000, left))):
        yield from page
        before, left = page[-1].id, left - len(page)


def looks_at(person: UUID, *, before: int = END, most: int = PAGE) -> list[Entry]:
    """Who looked at a person or changed something of his, newest first; without changes. One query.

    Ask only for a person whom the actor may open: this function cannot know.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, at, actor, agency, purpose, verb FROM sinergi_looks(%s, %s, %s)", [person, before, most])
        found = cursor.fetchall()
    return [Entry(id=number, at=at, actor=actor, agency=agency, purpose=purpose, verb=verb, subject="", persons=(person,))
            for number, at, actor, agency, purpose, verb in found]


def _entry(row: tuple[Any, ...]) -> Entry:
    """A row as shown."""
    number, at, actor, agency, purpose, verb, subject, persons, changes, request = row
    found = json.loads(changes) if isinstance(changes, str) else changes
    return Entry(number, at, actor, agency, purpose, verb, subject, tuple(persons), request, tuple(_lines(found)))


def _lines(changes: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(record.column, before, after) of each change; a note of the action has no before."""
    for record, columns in changes.items():
        if not isinstance(columns, dict):
            yield record, "", _text(columns)
            continue
        for column, pair in columns.items():
            name = f"{record.split('.')[-1]} {column}"
            if isinstance(pair, dict) and "locked" in pair:
                yield name, LOCKED, LOCKED
            elif isinstance(pair, list) and len(pair) == 2:
                yield name, _text(pair[0]), _text(pair[1])
            else:
                yield name, "", _text(pair)


def _text(value: object) -> str:
    """A plain value as text; nothing is an empty text."""
    return "" if value is None else json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
