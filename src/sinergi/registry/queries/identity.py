"""Who stands for whom: all ids of a person, the records behind him, what of each is believed, and the decisions that made him so."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from sinergi.kernel.acting import shown
from sinergi.kernel.actors import Actor

from ..codes.trust import trust
from ..models import Approval, Belonging, Identifier, IdentityDecision, Person, SourceRecord

UUID_IN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
JOINING = ("merge", "link", "auto_link")
BEARERS = """SELECT asked.id, r.survivor_id, array_agg(o.person_id) FROM unnest(%s::uuid[]) AS asked (id)
  CROSS JOIN LATERAL (SELECT coalesce((SELECT b.survivor_id FROM registry_bearer b WHERE b.person_id = asked.id), asked.id) AS survivor_id) r
  LEFT JOIN registry_bearer o ON o.survivor_id = r.survivor_id GROUP BY asked.id, r.survivor_id"""


@dataclass(frozen=True)
class Golden:
    """A value that is shown of a person, and where it comes from: the record, its source and agency, and when it was received."""

    value: Any
    source: str
    agency: str
    record: UUID
    on: datetime


@dataclass(frozen=True)
class RecordView:
    """A source record of a person, in its newest version. `since`: how long it has been his; `emptied`: its content went with retention."""

    id: UUID
    agency: str
    source: str
    version: int
    received_at: datetime
    since: datetime
    payload: dict[str, Any]
    emptied: bool


@dataclass(frozen=True)
class DecisionView:
    """A decision about who a person is. `other`: whom it joined or parted; `undone`: by which later one; `records`: how many it moved."""

    id: UUID
    verb: str
    actor: str
    agency: str
    reason: str
    person_id: UUID | None
    other_id: UUID | None
    bits: float | None
    records: int
    decided_at: datetime
    undoes: UUID | None
    undone: bool


@dataclass(frozen=True)
class ApprovalView:
    """A merge or unmerge that waits for a second person. `why`: codes of the catalogue; `mine`: the actor asked for it himself."""

    id: UUID
    verb: str
    person_id: UUID
    other_id: UUID
    reason: str
    why: tuple[str, ...]
    asked_by: str
    asked_at: datetime
    mine: bool


def bearers(person_id: UUID) -> tuple[UUID, ...]:
    """All ids that stand for a person today, his survivor's first: himself, and everybody who was merged with him."""
    return bearers_of([person_id])[person_id]


def bearers_of(person_ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """`bearers` of several persons, by the id asked for. One query."""
    with connection.cursor() as cursor:
        cursor.execute(BEARERS, [list(dict.fromkeys(person_ids))])
        return {asked: (survivor, *sorted(o for o in others if o is not None)) for asked, survivor, others in cursor.fetchall()}


def survivors(table: str) -> RawSQL:
    """An expression: whom the person of a row of this table stands for today."""
    return RawSQL(f"coalesce((SELECT b.survivor_id FROM registry_bearer b WHERE b.person_id = {table}.person_id), {table}.person_id)", [])


def newest(records: Iterable[SourceRecord]) -> list[SourceRecord]:
    """Of each record the newest version."""
    found: dict[tuple[str, str], SourceRecord] = {}
    for record in sorted(records, key=lambda r: r.version):
        found[record.agency_id, record.key] = record
    return list(found.values())


def believed(records: Iterable[SourceRecord]) -> dict[str, Golden]:
    """What is believed of a person, by field: of the most trusted source, of these the newest, of these the most frequent value.

    Of versions of one record only the newest speaks.
    """
    rule, speaking, found = trust(), newest(records), {}
    for field in (*rule.trusted, *rule.newest):
        said = [r for r in speaking if r.payload.get(field) not in (None, "")]
        often = Counter(str(r.payload[field]) for r in said)
        if said:
            best = min(said, key=lambda r: (rule.rank(r.source) if field in rule.trusted else 0, -r.received_at.timestamp(),
                                            -often[str(r.payload[field])], str(r.pk)))
            found[field] = Golden(best.payload[field], best.source, best.agency_id, best.pk, best.received_at)
    return found


def records_present(person_id: UUID) -> list[SourceRecord]:
    """The records that are a person's now, all versions, oldest first."""
    return list(SourceRecord.objects.filter(belongings__person_id=person_id, belongings__to_at=None).order_by("received_at", "id"))


def golden(person_id: UUID) -> dict[str, Golden]:
    """Each value shown of a person with its source and date."""
    who = bearers(person_id)[0]
    shown([who])
    return believed(records_present(who))


def records_of(person_id: UUID) -> tuple[RecordView, ...]:
    """The records behind a person, each in its newest version, newest first. Of somebody hidden for safety without address and phones."""
    who = bearers(person_id)[0]
    hidden = Person.objects.filter(pk=who, safe_address=True).exists()
    since: dict[UUID, datetime] = dict(Belonging.objects.filter(person_id=who, to_at=None).values_list("record_id", "from_at"))
    shown([who] if since else [])
    return tuple(RecordView(r.pk, r.agency_id, r.source, r.version, r.received_at, since[r.pk], told(r.payload, hidden), r.emptied_at is not None)
                 for r in sorted(newest(records_present(who)), key=lambda r: r.received_at, reverse=True))


def told(payload: dict[str, Any], hidden: bool) -> dict[str, Any]:
    """A payload as a page may show it."""
    return {k: v for k, v in payload.items() if not (hidden and k in ("address", "postcode", "district", "phones", "emails"))}


def members_at(person_id: UUID, instant: datetime) -> tuple[UUID, ...]:
    """The records that were a person's at an instant. The id is taken as it is: whom it stands for today does not matter."""
    rows = Belonging.objects.filter(Q(to_at=None) | Q(to_at__gt=instant), person_id=person_id, from_at__lte=instant)
    return tuple(sorted(rows.values_list("record_id", flat=True)))


def decisions_of(person_id: UUID) -> tuple[DecisionView, ...]:
    """The decisions about who a person is, newest first."""
    ids = bearers(person_id)
    rows = list(IdentityDecision.objects.filter(Q(person_id__in=ids) | Q(other_id__in=ids)).order_by("-decided_at", "-id"))
    undone = set(IdentityDecision.objects.filter(undoes__in=rows).values_list("undoes_id", flat=True))
    shown(ids[:1] if rows else [])
    return tuple(decision_view(r, r.pk in undone) for r in rows)


def decision_view(r: IdentityDecision, undone: bool) -> DecisionView:
    """A row as a view."""
    moved = len(r.evidence.get("moved", ()))
    return DecisionView(r.pk, r.verb, r.actor, r.agency_id or "", r.reason, r.person_id, r.other_id, r.bits, moved, r.decided_at, r.undoes_id, undone)


def decision(decision_id: UUID) -> DecisionView | None:
    """One decision; None when it is not the actor's to see."""
    row = IdentityDecision.objects.filter(pk=decision_id).first()
    shown([row.person_id] if row is not None and row.person_id is not None else [])
    return None if row is None else decision_view(row, IdentityDecision.objects.filter(undoes=row).exists())


def approvals_of(person_id: UUID, actor: Actor) -> tuple[ApprovalView, ...]:
    """What waits for a second person about this one, oldest first."""
    ids = bearers(person_id)
    rows = list(Approval.objects.filter(Q(person_id__in=ids) | Q(other_id__in=ids), state="asked").order_by("asked_at"))
    shown(ids[:1] if rows else [])
    return tuple(ApprovalView(r.pk, r.verb, r.person_id, r.other_id, r.reason, tuple(r.why), r.asked_by, r.asked_at, r.asked_by == actor.id)
                 for r in rows)


def named_by(text: str) -> UUID | None:
    """Whom somebody means by a number in force, or by the address (or id) of a person's page; None where nobody of ours is meant."""
    if found := UUID_IN.search(text):
        return Person.objects.filter(pk=found.group()).values_list("pk", flat=True).first()
    number = re.sub(r"[^0-9A-Z]", "", text.upper())
    return Identifier.objects.filter(value=number, ended_at=None).values_list("person_id", flat=True).first() if number else None


def why_joined(person_id: UUID) -> tuple[DecisionView, ...]:
    """The decisions that hold today and made him one of several, newest first: to these he may object."""
    return tuple(d for d in decisions_of(person_id) if d.verb in JOINING and d.records and d.other_id is not None and not d.undone)
