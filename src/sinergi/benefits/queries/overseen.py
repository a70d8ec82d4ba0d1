"""For who oversees: help received twice, with both sides and amounts; and the exceptions."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.db.models import Q

from sinergi.kernel.acting import shown
from sinergi.kernel.actors import Actor

from ..models import Override

# Two running entitlements of two agencies for one need of one person, each side once.
TWICE = """WITH asked (day, agency, need, state) AS (VALUES (%s::date, %s::text, %s::text, %s::text))
  SELECT b.person_id, p.name, p.state, e.need,
    e.id, e.programme, e.agency_id, e.amount, e.pay, o.id, o.programme, o.agency_id, o.amount, o.pay,
    greatest(e.from_on, o.from_on), least(coalesce(e.ended_on, e.to_on), coalesce(o.ended_on, o.to_on))
  FROM asked, benefits_entitlement e
  JOIN benefits_beneficiary b ON b.entitlement_id = e.id
  JOIN benefits_beneficiary c ON c.person_id = b.person_id
  JOIN benefits_entitlement o ON o.id = c.entitlement_id AND o.need = e.need AND o.id > e.id AND (o.clashes OR e.clashes)
  LEFT JOIN registry_person p ON p.id = b.person_id
  WHERE e.state <> 'undone' AND o.state <> 'undone'
    AND greatest(e.from_on, o.from_on, asked.day)
      <= least(coalesce(e.ended_on, e.to_on, 'infinity'), coalesce(o.ended_on, o.to_on, 'infinity'))
    AND (asked.agency = '' OR asked.agency IN (e.agency_id, o.agency_id)) AND (asked.need = '' OR e.need = asked.need)
    AND (asked.state = '' OR p.state = asked.state) AND (b.person_id, e.id, o.id) > (%s::uuid, %s::uuid, %s::uuid)
  ORDER BY b.person_id, e.id, o.id LIMIT %s"""
FIRST = UUID(int=0)


@dataclass(frozen=True)
class Side:
    """One of two that help: which agency, by which programme, how much in ringgit for each `pay`."""

    entitlement_id: UUID
    programme: str
    agency: str
    amount: Decimal | None
    pay: str


@dataclass(frozen=True)
class Twice:
    """One need of one person that two help at once, from a day to a day (None: open). `name` empty: not open to the visitor."""

    person_id: UUID
    name: str
    state: str
    need: str
    first: Side
    second: Side
    from_on: date
    to_on: date | None


@dataclass(frozen=True)
class OverrideView:
    """An exception in a list."""

    id: UUID
    person_id: UUID
    agency: str
    programme: str
    need: str
    code: str
    reason: str
    state: str
    until_on: date
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str
    reviewed_at: datetime | None
    finding: str


def received_twice(
    actor: Actor,
    *,
    on: date,
    agency: str = "",
    state: str = "",
    need: str = "",
    after: tuple[UUID, UUID, UUID] = (FIRST, FIRST, FIRST),
    most: int = 100,
) -> tuple[Twice, ...]:
    """Help for one need that two give at once on a day or later, as partners' lists and exceptions show it.

    Of the actor's own agency, unless he oversees all of them.
    Pages go on `after` (person, first entitlement, second) of the last row. One query.
    """
    if not actor.holds("overlap.read"):
        return ()
    if not actor.nationwide("overlap.read"):
        agency = actor.agency
    with connection.cursor() as cursor:
        cursor.execute(TWICE, [on, agency, need, state, *after, most])
        rows = cursor.fetchall()
    shown(row[0] for row in rows)
    return tuple(Twice(r[0], r[1] or "", r[2] or "", r[3], Side(*r[4:9]), Side(*r[9:14]), r[14], r[15]) for r in rows)


def overrides(actor: Actor, *, state: str = "", most: int = 200) -> tuple[OverrideView, ...]:
    """Exceptions the actor may see, the newest first; those of one state."""
    rows = Override.objects.filter(Q(state=state) if state else Q()).order_by("-asked_at")[:most]
    return tuple(map(view, rows))


def override(override_id: UUID) -> OverrideView | None:
    """One exception the actor may see."""
    row = Override.objects.filter(pk=override_id).first()
    return view(row) if row else None


def view(r: Override) -> OverrideView:
    """A row as a view."""
    shown([r.person_id])
    return OverrideView(
        r.pk,
        r.person_id,
        r.agency_id,
        r.programme,
        r.need,
        r.code,
        r.reason,
        r.state,
        r.until_on,
        r.asked_at,
        r.asked_by,
        r.decided_at,
        r.decided_by,
        r.reviewed_at,
        r.finding,
    )
