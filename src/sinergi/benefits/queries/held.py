"""What persons hold, from any source: for the check inside an award, and for the eyes of who may see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from sinergi.core.overlap import Holding
from sinergi.kernel.acting import shown
from sinergi.kernel.actors import Actor
from sinergi.registry import queries as registry

from ..models import Beneficiary, Entitlement

PER_MONTH = {"monthly": 1, "yearly": 12}
DAYS_A_MONTH = 30


@dataclass(frozen=True)
class HeldView:
    """A line of what a person holds. What may not be told is empty: then only the need and until when. `amount` in ringgit for each `pay`."""

    source: str
    need: str
    programme: str
    agency: str
    from_on: date | None
    to_on: date | None
    amount: Decimal | None
    pay: str
    state: str
    entitlement_id: UUID | None
    mine: bool
    discreet: bool
    clashes: bool
    end_reason: str = ""


def month_sen(amount: Decimal | None, pay: str) -> int | None:
    """Sen a month of what is paid so; None for what is given once or in kind, or is not known."""
    if amount is None or pay in ("once", "in_kind"):
        return None
    sen = int(amount * 100)
    return sen * DAYS_A_MONTH if pay == "daily" else sen // PER_MONTH[pay]


def household_people(household_id: UUID | None, person_id: UUID, on: date) -> list[UUID]:
    """Everybody of a household on a day, those too whom the actor may not open; the person alone where he has none. In one fixed order.

    Who was merged stands there once, by his survivor.
    """
    if household_id is None:
        return [registry.bearers(person_id)[0]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id FROM sinergi_members(%s, %s, NULL)", [household_id, on])
        everyone = registry.bearers_of({row[0] for row in cursor.fetchall()} | {person_id})
    return sorted({ids[0] for ids in everyone.values()})


def holdings(person_ids: Iterable[UUID], *, on: date) -> tuple[Holding, ...]:
    """What persons hold on a day or later, and what a rule over a season or for ever may still count, whoever gives it.

    What was given to somebody who was merged is his survivor's.

    For checks alone: only while a verb runs that must know it (entitlement.award, award_list.load, override.ask) PostgreSQL tells all of it;
    else what the actor may see.
    """
    wanted = list(person_ids)
    survivor = {bearer: ids[0] for ids in registry.bearers_of(wanted).values() for bearer in ids}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sinergi_holdings(%s::uuid[])", [list(survivor)])
        rows = cursor.fetchall()
    found = [
        Holding(programme, need, start, end, month_sen(amount, pay), source, agency, discreet, frozenset(survivor.get(r, r) for r in reaches), id_)
        for id_, programme, need, start, end, amount, pay, source, agency, discreet, reaches in rows
    ]
    return (*found, *declared(wanted))


def declared(person_ids: Iterable[UUID]) -> tuple[Holding, ...]:
    """What persons said they receive, as the register keeps it."""
    return tuple(
        Holding(row["programme"], "", day(row.get("from")), day(row.get("to")), row.get("amount_sen"), "declared", "", False, frozenset({who}))
        for who, rows in registry.declared(person_ids).items()
        for row in rows
    )


def day(text: str | None) -> date | None:
    """A day as facts keep it."""
    return date.fromisoformat(text) if text else None


def timeline(person_id: UUID, *, actor: Actor) -> tuple[HeldView, ...]:
    """Everything a person holds or held, from any source, the newest first. What may not be told stands with its need and last day alone."""
    rows = Entitlement.objects.filter(beneficiaries__person_id__in=registry.bearers(person_id)).exclude(state="undone").distinct()
    told = [awarded_view(r, actor) for r in rows]
    said = [declared_view(h) for h in declared([person_id])]
    hidden = [
        HeldView("award", need, "", "", None, until, None, "", "active", None, False, True, False)
        for need, until in helped(person_id)
        if not any(t.need == need and t.state == "active" for t in told)
    ]
    shown([person_id])
    return tuple(sorted((*told, *said, *hidden), key=lambda v: v.from_on or date.min, reverse=True))


def awarded_view(r: Entitlement, actor: Actor) -> HeldView:
    """An entitlement the actor may see."""
    return HeldView(r.source, r.need, r.programme, r.agency_id, r.from_on, r.ended_on or r.to_on, r.amount, r.pay, r.state, r.pk,
                    r.agency_id == actor.agency, r.discreet, r.clashes, r.end_reason)


def declared_view(h: Holding) -> HeldView:
    """What the person said."""
    amount = None if h.sen is None else Decimal(h.sen) / 100
    return HeldView("declared", "", h.programme, "", h.start, h.end, amount, "monthly", "active", None, False, False, False)


def helped(person_id: UUID) -> list[tuple[str, date | None]]:
    """(need, last day; None: open) of what a person is helped with today, whoever helps: what every partner may know."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT need, until FROM sinergi_helped(%s)", [person_id])
        return cursor.fetchall()


def helped_until(person_id: UUID, need: str) -> date | None:
    """The last day of the help for one need that runs today; None where none runs, the last day of the calendar where it is open."""
    found = [until or date.max for name, until in helped(person_id) if name == need]
    return max(found, default=None)


def entitlement(entitlement_id: UUID) -> Entitlement | None:
    """One entitlement the actor may see."""
    found = Entitlement.objects.filter(pk=entitlement_id).first()
    shown([found.person_id] if found else [])
    return found


def held_facts(person_ids: Iterable[UUID], *, on: date) -> dict[UUID, list[dict[str, Any]]]:
    """Entitlements the actor may see, as a household document has benefits held: {person: [{programme, from, to?, amount?}]}, of any day."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    one_of = {bearer: asked for asked, ids in registry.bearers_of(person_ids).items() for bearer in ids}
    told: set[tuple[UUID, UUID]] = set()
    rows = Beneficiary.objects.filter(person_id__in=list(one_of)).exclude(entitlement__state="undone").select_related("entitlement")
    for row in rows.order_by("entitlement__from_on", "entitlement_id"):
        of, who = row.entitlement, one_of[row.person_id]
        if (who, of.pk) in told:
            continue
        told.add((who, of.pk))
        last = of.ended_on or of.to_on
        line = {"programme": of.programme, "from": of.from_on.isoformat(), "to": last and last.isoformat(), "amount": month_sen(of.amount, of.pay)}
        found.setdefault(who, []).append({k: v for k, v in line.items() if v is not None})
    return found
