"""Cases: opened, planned, handed over without a gap, talked about, and, where nobody can be reached, closed by a supervisor."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone

from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.flow import move
from sinergi.kernel.models import Agency, User
from sinergi.registry import codes
from sinergi.registry import queries as registry

from .. import policy
from ..models import CASE, WAITING, Case, Contact, Outcome, Referral
from ..words import CHANNELS, FAIR_ATTEMPTS, STEPS

FARTHEST = timedelta(days=366)  # how far ahead the next date of an open case may lie


def restand(*persons: UUID) -> None:
    """Work out anew which of the three published states persons stand in; PostgreSQL's own function writes it, always in one order of persons."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sinergi_restand(who) FROM unnest(%s::uuid[]) AS reached (who)", [sorted(persons)])


def held(case_id: UUID, *, open_only: bool = True) -> Case:
    """The case, held until the transaction ends. Refused("case.closed") when it must be open and is not."""
    row = Case.objects.select_for_update().get(pk=case_id)
    if open_only and row.state != "open":
        raise Refused("case.closed")
    changes().watch(row)
    return row


def mine(case_id: UUID, actor: Actor) -> Case:
    """The open case, held; asked again whose it is, since somebody may have handed it over while this step waited for it."""
    row = held(case_id)
    if row.agency_id != actor.agency:
        raise Refused("not_allowed", verb=changes().verb)
    return row


def check_plan(next_on: date, next_step: str, on: date) -> None:
    """A next date lies ahead and within a year, so that no open case sleeps for ever; a next step is one of those there are."""
    if next_on < on:
        raise Refused("case.next_past", field="next_on")
    if next_on > on + FARTHEST:
        raise Refused("case.next_far", field="next_on", days=FARTHEST.days)
    if next_step not in STEPS:
        raise Refused("case.step_unknown", field="next_step", given=next_step)


@action("case.open", policy.serving)
def open_case(
    person_id: UUID, *, actor: Actor, need: str, next_on: date, at: datetime, on: date, next_step: str = "refer", household_id: UUID | None = None
) -> Case:
    """Open a case for one need of a person; the agency that opens it is responsible. Where one is open already, that one.

    Refused: `case.need_unknown`, `case.next_past`, `case.next_far`, `case.step_unknown`, `case.open_elsewhere`.
    """
    if need not in codes.NEEDS:
        raise Refused("case.need_unknown", field="need", given=need)
    check_plan(next_on, next_step, on)
    who = registry.resolve(person_id)
    there = Case.objects.filter(person_id__in=registry.bearers(who), need=need, state="open").first()
    if there is not None:
        return there
    person = registry.person(who)
    made = Case(
        person_id=who,
        household_id=household_id or registry.household_of(who, on),
        need=need,
        agency_id=actor.agency,
        from_agency_id=actor.agency,
        next_on=next_on,
        next_step=next_step,
        region="" if person is None or person.safe_address else person.state,
        opened_at=at,
        opened_by=actor.id,
        touched_at=at,
    )
    Case.objects.bulk_create([made], ignore_conflicts=True)  # another counter may open the same one at this moment: then it is that one
    there = Case.objects.filter(person_id=who, need=need, state="open").first()
    if there is None:
        raise Refused("case.open_elsewhere")
    if there.pk != made.pk:
        return there
    restand(who)
    return made


@action("case.plan", policy.responsible)
def plan_case(case_id: UUID, *, actor: Actor, next_on: date, next_step: str, on: date, at: datetime) -> Case:
    """Set the next step and its day. Refused: `case.closed`, `case.next_past`, `case.next_far`, `case.step_unknown`."""
    row = mine(case_id, actor)
    check_plan(next_on, next_step, on)
    row.next_on, row.next_step, row.touched_at = next_on, next_step, at
    row.save(update_fields=["next_on", "next_step", "touched_at"])
    return row


@action("case.hand_over", policy.responsible)
def hand_over(case_id: UUID, *, actor: Actor, next_on: date, on: date, at: datetime, to_agency: str = "", to_user: UUID | None = None) -> Case:
    """Give a case to a colleague (`to_user`), or to another partner that may open the person. Nobody is without one in between.

    Refused: `case.closed`, `case.next_past`, `case.next_far`, `case.nobody`, `case.user_unfit`, `case.agency_unfit`, `case.referral_waits`.
    """
    row = mine(case_id, actor)
    check_plan(next_on, row.next_step, on)
    if to_user is not None:
        if not User.objects.filter(pk=to_user, agency_id=actor.agency, left_at=None, is_active=True).exists():
            raise Refused("case.user_unfit", field="to_user")
        row.holder_id = to_user
    elif to_agency and to_agency != actor.agency:
        if not Agency.objects.filter(pk=to_agency, partner=True, left_on=None).exists() or not may_open(row.person_id, to_agency):
            raise Refused("case.agency_unfit", field="to_agency")
        if Referral.objects.filter(case=row, state__in=WAITING).exists():
            raise Refused("case.referral_waits")
        row.from_agency_id, row.agency_id, row.holder_id = row.agency_id, to_agency, None
    else:
        raise Refused("case.nobody", field="to_user")
    row.next_on, row.touched_at = next_on, at
    row.save(update_fields=["agency", "from_agency", "holder", "next_on", "touched_at"])
    return row


def may_open(person_id: UUID, agency: str) -> bool:
    """May another agency open the person: did it register him, or did he consent to it?"""
    person = registry.person(person_id)
    return person is not None and (
        person.agency == agency or any(a.agency == agency and a.ground != "emergency" and a.until_at is None for a in registry.accesses(person_id))
    )


@action("contact.record", policy.responsible)
def record_contact(
    case_id: UUID, *, actor: Actor, channel: str, inward: bool, reached: bool, note: str, at: datetime, on: date, next_on: date | None = None
) -> Contact:
    """Write down that the person was called, visited, or came. Refused: `contact.channel`, `case.next_past`, `case.next_far`."""
    if channel not in CHANNELS:
        raise Refused("contact.channel", field="channel", given=channel)
    row = held(case_id, open_only=False)
    if next_on is not None and row.state == "open":
        check_plan(next_on, row.next_step, on)
        row.next_on = next_on
    row.touched_at = at
    row.save(update_fields=["next_on", "touched_at"])
    return Contact.objects.create(
        case=row,
        person_id=row.person_id,
        channel=channel,
        inward=inward,
        reached=reached,
        note=note.strip()[:500],
        agency_id=actor.agency,
        at=at,
        by=actor.id,
    )


@action("case.close_unreachable", policy.overseeing)
def close_unreachable(case_id: UUID, *, actor: Actor, reason: str, at: datetime) -> Case:
    """Close a case whose person could not be reached on two days at least, each try recorded; counted apart from those he closed himself.

    Refused: `case.closed`, `case.too_few_attempts`, `reason_too_short`.
    """
    row = held(case_id)
    tries = {(timezone.localdate(c.at), c.channel) for c in Contact.objects.filter(case=row, reached=False, inward=False)}
    if len({day for day, _ in tries}) < FAIR_ATTEMPTS:
        raise Refused("case.too_few_attempts", least=FAIR_ATTEMPTS, made=len({day for day, _ in tries}))
    if len(reason.split()) < 3:
        raise Refused("reason_too_short", field="reason", least=15)
    move(row, CASE, "case.close_unreachable")
    Outcome.objects.filter(case=row, state="waiting").update(state="silent")
    close(row, "unreachable", " ".join(reason.split())[:500], at)
    return row


def close(row: Case, closed_as: str, words: str, at: datetime) -> None:
    """Write a case closed; its state was moved by the verb."""
    row.closed_as, row.closed_words, row.closed_at, row.touched_at, row.next_on = closed_as, words, at, at, None
    row.save(update_fields=["state", "closed_as", "closed_words", "closed_at", "touched_at", "next_on"])
    restand(row.person_id)
