"""Source records: what an agency wrote about somebody, kept as received with its numbers, whose it is, and the decision that says so.

A correction is one more version of a record, never an edit.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import Max

from sinergi.core.linkage import name_key
from sinergi.kernel.actors import Actor
from sinergi.kernel.context import current

from ..models import Identifier, Person, RecordIdentifier, SourceRecord
from ..queries import resolve
from ..submission import CleanAddress, CleanNumber, CleanPerson

# Sent along with whatever is written next: records cost a registration no journey of their own.
RECORDS = """INSERT INTO registry_sourcerecord (id, agency_id, source, key, version, payload, received_at)
  SELECT r.id, %s, r.source, r.key, r.version, r.payload::jsonb, %s
  FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::int[], %s::text[]) AS r (id, source, key, version, payload)"""
NUMBERS = """INSERT INTO registry_recordidentifier (record_id, kind, country, value, quality)
  SELECT n.record, n.kind, n.country, n.value, n.quality
  FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[]) AS n (record, kind, country, value, quality)"""
DECISIONS = """INSERT INTO registry_identitydecision (id, verb, actor, agency_id, reason, person_id, first_id, evidence, decided_at)
  SELECT d.id, d.verb, %s, %s, '', d.person, d.record, '{}', %s
  FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::uuid[]) AS d (id, verb, person, record)"""
CONCEAL = """UPDATE registry_sourcerecord s SET payload = s.payload - %s::text[] FROM registry_belonging b
  WHERE b.record_id = s.id AND b.to_at IS NULL AND b.person_id = ANY (%s) AND s.payload ?| %s::text[]"""
REACH = ["address", "postcode", "district", "state", "phones", "emails"]
BELONGINGS = """INSERT INTO registry_belonging (record_id, person_id, from_at, opened_by_id)
  SELECT b.record, b.person, %s, b.decision FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS b (record, person, decision)"""


@dataclass(frozen=True)
class NewRecord:
    """A record about to be written. `person_id`: whose it is; `verb`: the decision that makes it his; `payload` as SourceRecord keeps it."""

    person_id: UUID
    key: str
    payload: Mapping[str, Any]
    numbers: Sequence[CleanNumber] = ()
    source: str = "officer"
    version: int = 1
    verb: str = "create"
    id: UUID = field(default_factory=uuid4)
    decision_id: UUID = field(default_factory=uuid4)


def said_of(clean: CleanPerson, address: CleanAddress | None, language: str, hidden: bool) -> dict[str, Any]:
    """What a submission says of one person, as a record keeps it; of somebody hidden for safety neither address nor ways to reach him."""
    born = clean.birth_date
    open_part = {"name": clean.name, "birth_date": born and born.isoformat(), "birth_year": born and born.year, "sex": clean.sex,
                 "language": language, "state": address.state if address and not hidden else ""}
    reach = {"phones": list(clean.phones), "emails": list(clean.emails), **place_of(address)}
    return {k: v for k, v in {**open_part, **({} if hidden else reach)}.items() if v}


def place_of(address: CleanAddress | None) -> dict[str, str]:
    """An address as a record keeps it."""
    return {"address": address.lines, "postcode": address.postcode, "district": address.district, "state": address.state} if address else {}


def write_records(records: Sequence[NewRecord], agency: str, actor: Actor, at: datetime, *, decided: UUID | None = None) -> None:
    """Write records with their numbers, decisions and belongings: one statement a table, however many, sent along with the next statement.

    `decided`: the decision that makes them theirs is written already.
    """
    around = current()
    assert around is not None
    if not records:
        return
    put, ids, people = around.ahead.put, [r.id for r in records], [r.person_id for r in records]
    put(RECORDS, [agency, at, ids, [r.source for r in records], [r.key for r in records], [r.version for r in records],
                  [json.dumps(r.payload) for r in records]])
    numbers = [(r.id, n.kind, n.country, n.value, n.quality) for r in records for n in r.numbers]
    if numbers:
        put(NUMBERS, [list(column) for column in zip(*numbers, strict=True)])
    decisions = [decided or r.decision_id for r in records]
    if decided is None:
        put(DECISIONS, [actor.id, agency, at, decisions, [r.verb for r in records], people, ids])
    put(BELONGINGS, [at, ids, people, decisions])


def keyed(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A payload with the key of the name it says, so that the person it is linked to is found by that name too."""
    name = payload.get("name")
    return {**payload, "name_key": name_key(name)[:200]} if name else dict(payload)


def conceal(person_ids: Sequence[UUID]) -> None:
    """Empty out of the records behind persons hidden for safety where they live and how they are reached; what is hidden stands on them alone."""
    with connection.cursor() as cursor:
        cursor.execute(CONCEAL, [REACH, list(person_ids), REACH])


def locked(person_id: UUID) -> Person:
    """The person an id stands for, held until the transaction ends, so that he is not merged meanwhile. Raises Person.DoesNotExist."""
    while True:
        row = Person.objects.select_for_update().get(pk=resolve(person_id))
        if row.merged_into_id is None:
            return row


def record_source(
    person: Person, said: Mapping[str, Any], numbers: Iterable[CleanNumber], *, actor: Actor, at: datetime, source: str = "officer"
) -> NewRecord:
    """What the actor's agency says of a person from now on: one more version of its own record of him, or its first; what it said before stands.

    Of a person who was merged the agency begins a record of its own in his survivor's name: after an unmerge nobody need guess whose it is.
    """
    agency = actor.agency or person.registered_by_id
    mine = SourceRecord.objects.filter(agency_id=agency, belongings__person=person, belongings__to_at=None)
    if Person.objects.filter(merged_into=person).exists():
        mine = mine.filter(key=f"person:{person.pk}")
    before = mine.order_by("-received_at", "-version").first()
    key = before.key if before is not None else f"person:{person.pk}"
    last = SourceRecord.objects.filter(agency_id=agency, key=key).aggregate(last=Max("version"))["last"] or 0
    numbers = tuple(numbers)
    replaced = {n.kind for n in numbers}
    kept = [] if before is None else [n for n in clean_numbers(before.identifiers.all()) if n.kind not in replaced]
    payload = keyed({**(before.payload if before is not None else {}), **said})
    made = NewRecord(person.pk, key, payload, [*kept, *numbers], source, last + 1, "link" if before is not None or last else "create")
    write_records([made], agency, actor, at)
    return made


def clean_numbers(rows: Iterable[RecordIdentifier | Identifier]) -> list[CleanNumber]:
    """Numbers as submissions have them."""
    return [CleanNumber(n.kind, n.country, n.value, n.quality) for n in rows]


def adopt(person: Person, actor: Actor, at: datetime) -> None:
    """Give a record to a person who has none, of what stands on him: whoever came in before there were records is merged like all others."""
    if SourceRecord.objects.filter(belongings__person=person, belongings__to_at=None).exists():
        return
    born = person.birth_date
    said = {"name": person.name, "birth_date": born and born.isoformat(), "birth_year": born and born.year, "sex": person.sex,
            "language": person.language, "died_on": person.died_on and person.died_on.isoformat()}
    numbers = clean_numbers(Identifier.objects.filter(person=person, ended_at=None))
    write_records([NewRecord(person.pk, f"person:{person.pk}", {k: v for k, v in said.items() if v}, numbers)], person.registered_by_id, actor, at)
