"""The one birth of an entitlement, and its end.

Awards to one person wait for each other, and each reads what was held after the one before: so of many at once one wins and the others
learn until when. Under that, lock rows hold in the database what an award that did not look would break.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from sinergi.core import overlap, rules
from sinergi.core.money import money_words
from sinergi.core.time import add_months
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.flow import move
from sinergi.registry import codes
from sinergi.registry import queries as registry

from .. import policy, queries
from ..models import OVERRIDE, PAYS, Entitlement, Lock, Override
from ..queries.held import household_people, month_sen

WAIT = "SELECT pg_advisory_xact_lock(hashtextextended('benefits:' || p, 0)) FROM unnest(%s::text[]) p"
REACH = "INSERT INTO benefits_beneficiary (entitlement_id, person_id) SELECT %s, p FROM unnest(%s::uuid[]) p"
TAKE = """INSERT INTO benefits_lock (entitlement_id, person_id, key, share, during)
  SELECT %(id)s, p, k.key, k.share, daterange(%(start)s, %(end)s, '[]') FROM unnest(%(people)s::uuid[]) p,
    unnest(%(keys)s::text[], %(shares)s::text[]) AS k(key, share) ON CONFLICT DO NOTHING"""


@dataclass(frozen=True)
class Given:
    """What an agency gives: to whom and for what, from a day (to a day, or open), how much in ringgit for each `pay`."""

    person_id: UUID
    programme: str
    need: str
    from_on: date
    to_on: date | None
    amount: Decimal | None
    pay: str


@action("entitlement.award", policy.serving)
def award(
    person_id: UUID, *, actor: Actor, programme: str, need: str, from_on: date, on: date, at: datetime, law: rules.Law, to_on: date | None = None,
    amount: Decimal | None = None, pay: str = "monthly", household_id: UUID | None = None, application_id: UUID | None = None,
    override_id: UUID | None = None, figures: Mapping[str, int] | None = None,
) -> Entitlement:
    """Give a person a benefit of one's own agency. `figures`: facts in sen a month that a ceiling names, such as had_kifayah.

    Given once without a last day it is held on its first. A programme that decides for a household reaches everybody of it on the day, and
    nobody of them may hold what the law forbids beside it.
    Refused: `award.programme_unknown`, `award.other_agency`, `award.need_unknown`, `award.not_in_force`, `award.days`, `award.pay`, `award.amount`,
    `award.in_kind_amount`, `overlap.held`, `overlap.held_by`, `overlap.declared`, `overlap.ceiling`, `override.unfit`, `override.ends_before`.
    """
    person_id = registry.bearers(person_id)[0]
    given = Given(person_id, programme, need, from_on, from_on if pay == "once" and to_on is None else to_on, amount, pay)
    of = check(given, actor, law)
    household = household_id or registry.household_of(person_id, on)
    people = household_people(household, person_id, on)
    wait_for(people)
    exception = usable(override_id, given, actor, on) if override_id else None
    new = holding(given, of, people, actor)
    if (found := standing_in_the_way(law, new, people, on, figures)) and exception is None:
        raise refusal(found[0], need, actor)
    made = entitlement_of(given, of, actor, law, at)
    made.household_id, made.application_id, made.clashes = household if of.for_household else None, application_id, exception is not None
    born(made, given, law, sorted(new.persons))
    if exception is not None:
        use(exception, made)
    return made


def use(exception: Override, made: Entitlement) -> None:
    """An exception serves one benefit."""
    changes().watch(exception)
    move(exception, OVERRIDE, "entitlement.award")
    exception.entitlement = made
    exception.save(update_fields=["state", "entitlement"])


def check(given: Given, actor: Actor, law: rules.Law) -> rules.Programme:
    """The programme, if the agency may give this of it."""
    of = law.programmes.get(given.programme)
    if of is None:
        raise Refused("award.programme_unknown", field="programme", given=given.programme)
    if of.agency != actor.agency:
        raise Refused("award.other_agency", field="programme", agency=of.agency.upper())
    if given.need not in of.needs:
        raise Refused("award.need_unknown", field="need", given=given.need, needs=", ".join(of.needs))
    if not of.in_force_on(given.from_on):
        raise Refused("award.not_in_force", field="from_on", day=f"{given.from_on:%d/%m/%Y}")
    if given.to_on is not None and given.to_on < given.from_on:
        raise Refused("award.days", field="to_on")
    if given.pay not in PAYS:
        raise Refused("award.pay", field="pay", given=given.pay)
    if given.amount is not None and (given.amount <= 0 or given.amount != round(given.amount, 2) or given.amount >= 10**10):
        raise Refused("award.amount", field="amount")
    if given.amount is not None and given.pay == "in_kind":
        raise Refused("award.in_kind_amount", field="amount")
    return of


def wait_for(people: Sequence[UUID]) -> None:
    """Let no other award to these people go on until this transaction ends. Taken in one order, so that no two wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(WAIT, [[str(p) for p in sorted(people)]])


def holding(given: Given, of: rules.Programme, people: Sequence[UUID], actor: Actor) -> overlap.Holding:
    """The new benefit as the rules read it: whom it reaches, and until when."""
    reaches = frozenset(people) if of.for_household else frozenset({given.person_id})
    month = month_sen(given.amount, given.pay)
    return overlap.Holding(given.programme, given.need, given.from_on, given.to_on, month, "award", actor.agency, of.discreet, reaches)


def standing_in_the_way(
    law: rules.Law, new: overlap.Holding, people: Sequence[UUID], on: date, figures: Mapping[str, int] | None
) -> tuple[overlap.Clash, ...]:
    """What the persons concerned hold that forbids the new benefit: what was awarded first, what they only said last."""
    found = overlap.clashes(law, new, queries.holdings(people, on=on), on, figures)
    return tuple(sorted(found, key=lambda c: c.held.source == "declared"))


def refusal(clash: overlap.Clash, need: str, actor: Actor) -> Refused:
    """Why the award is not made: until when help runs; by whom only where the actor may know it."""
    words, until = codes.NEEDS[need], day_words(clash.until)
    facts = {
        "need_ms": words["ms"].lower(),
        "need_en": words["en"].lower(),
        "until_ms": until["ms"],
        "until_en": until["en"],
        "law_ms": clash.relation.text["ms"],
        "law_en": clash.relation.text["en"],
    }
    if clash.room is not None:
        return Refused("overlap.ceiling", field="amount", room=money_words(clash.room), **facts)
    if clash.held.source == "declared":
        return Refused("overlap.declared", programme=clash.held.programme, **facts)
    told = clash.held.id is not None and queries.entitlement(clash.held.id) is not None
    return Refused("overlap.held_by", agency=clash.held.agency.upper(), **facts) if told else Refused("overlap.held", **facts)


def day_words(day: date | None) -> dict[str, str]:
    """Until when, in both languages."""
    if day is None:
        return {"ms": "diberitahu kelak", "en": "further notice"}
    return {"ms": f"{day:%d/%m/%Y}", "en": f"{day:%d/%m/%Y}"}


def usable(override_id: UUID, given: Given, actor: Actor, on: date) -> Override:
    """The approved exception, if it is for this and still stands."""
    row = Override.objects.select_for_update().filter(pk=override_id, agency_id=actor.agency).first()
    if (
        row is None
        or row.state != "approved"
        or row.until_on < on
        or (registry.bearers(row.person_id)[0], row.programme, row.need) != (given.person_id, given.programme, given.need)
    ):
        raise Refused("override.unfit")
    if given.pay != "once" and (given.to_on is None or given.to_on > row.until_on):
        raise Refused("override.ends_before", field="to_on", until=f"{row.until_on:%d/%m/%Y}")
    return row


def entitlement_of(given: Given, of: rules.Programme, actor: Actor, law: rules.Law, at: datetime) -> Entitlement:
    """The row, not written yet."""
    return Entitlement(
        id=uuid4(), programme=given.programme, need=given.need, agency_id=actor.agency, person_id=given.person_id, from_on=given.from_on,
        to_on=given.to_on, amount=given.amount, pay=given.pay, discreet=of.discreet, law_version=law.version, made_at=at, made_by=actor.id)


def born(made: Entitlement, given: Given, law: rules.Law, people: Sequence[UUID]) -> None:
    """Write the entitlement, whom it reaches and its locks. Refused("overlap.held") when a lock is taken, unless it is an exception."""
    made.save(force_insert=True)
    locks = overlap.keys(law, given.programme, given.need, given.from_on)
    values: dict[str, Any] = {
        "id": made.pk, "people": list(people), "keys": [k.key for k in locks], "shares": [k.share or str(made.pk) for k in locks],
        "start": given.from_on, "end": lock_until(law, given)}
    with connection.cursor() as cursor:
        cursor.execute(REACH, [made.pk, list(people)])
        cursor.execute(TAKE, values)
        if cursor.rowcount < len(people) * len(locks) and not made.clashes:
            words, until = codes.NEEDS[given.need], day_words(queries.helped_until(given.person_id, given.need))
            raise Refused("overlap.held", need_ms=words["ms"].lower(), need_en=words["en"].lower(), until_ms=until["ms"], until_en=until["en"],
                          law_ms="", law_en="")
    changes().concern(*people)


def lock_until(law: rules.Law, given: Given) -> date | None:
    """The last day of the locks: of the benefit, put off by a season or for ever where a rule of the programme against itself says so."""
    end, said = given.to_on, overlap.relation(law, given.programme, given.programme, same_need=True, on=given.from_on)
    if said.rule is None or end is None or not said.forbids:
        return end
    return None if said.rule.over == "ever" else add_months(end, said.rule.season_months)


@action("entitlement.end", policy.giving)
def end(entitlement_id: UUID, *, actor: Actor, on: date, reason: str, at: datetime) -> Entitlement:
    """End a benefit; `on` is the last day it is held. Its locks end with that day, so that its money may serve another at once.

    Refused: `entitlement.ended_already`, `entitlement.end_days`, `entitlement.end_reason`.
    """
    row = Entitlement.objects.select_for_update().get(pk=entitlement_id)
    if row.state != "active":
        raise Refused("entitlement.ended_already")
    if on < row.from_on or (row.to_on is not None and on > row.to_on):
        raise Refused("entitlement.end_days", field="on", start=f"{row.from_on:%d/%m/%Y}")
    if len(reason.split()) < 2:
        raise Refused("entitlement.end_reason", field="reason")
    changes().watch(row)
    row.state, row.ended_on, row.ended_at, row.ended_by, row.end_reason = "ended", on, at, actor.id, " ".join(reason.split())[:500]
    row.save(update_fields=["state", "ended_on", "ended_at", "ended_by", "end_reason"])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE benefits_lock SET during = daterange(lower(during), %s, '[]') WHERE entitlement_id = %s", [on, row.pk])
    return row


def forget_entitlements(person_id: UUID) -> int:
    """Empty what an erased person's benefits say of him; counts and sums of the agencies stay. Called inside `person.erase`."""
    emptied = Entitlement.objects.filter(person_id=person_id).update(end_reason="", reference="")
    Lock.objects.filter(person_id=person_id).delete()
    return emptied + Override.objects.filter(person_id=person_id).update(reason="-", finding="")


def pass_entitlements(leaving: Any, successor: Any, at: datetime) -> int:
    """What a leaving partner gives passes to its successor; no person moves by it. Inside `agency.leave` only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sinergi_pass_entitlements(%s, %s)", [leaving.pk, successor.pk])
        changes().note(entitlements=int(cursor.fetchone()[0]))
    return 0
