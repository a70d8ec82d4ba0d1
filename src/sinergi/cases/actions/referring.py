"""Referrals: sent by consent with exactly what was shown, accepted, declined, asked back about, taken back, or run out of time.

While a referral waits, the sender stays responsible; whoever accepts takes the case in the same transaction. So nobody is ever without one.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sinergi.benefits import queries as benefits
from sinergi.core.rules import Programme
from sinergi.kernel import law
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.flow import move
from sinergi.kernel.models import Agency
from sinergi.registry import queries as registry

from .. import policy
from ..days import after
from ..models import REFERRAL, WAITING, Case, Referral, ReferralPacket
from ..words import DECLINES
from .opening import check_plan, mine, restand

PURPOSES = ("refer", "decide", "screen")


@action("referral.send", policy.responsible)
def refer(
    case_id: UUID,
    *,
    actor: Actor,
    to_agency: str,
    facts: Sequence[Mapping[str, Any]],
    consent_id: UUID,
    on: date,
    at: datetime,
    programme: str = "",
    note: str = "",
    answer_by: date | None = None,
    group: UUID | None = None,
) -> Referral:
    """Refer a person to a partner, by his consent to it. `facts`: what was shown, each {fact, label, words, sensitive, …}; nothing else goes.

    Refused: `case.closed`, `referral.agency_unfit`, `referral.programme_unfit`, `referral.no_consent`, `referral.waits`, `referral.helped`,
    `referral.answer_by`.
    """
    row, of = mine(case_id, actor), receiver_of(to_agency, programme, actor)
    check_consent(consent_id, row.person_id, to_agency, on)
    if Referral.objects.filter(case=row, state__in=WAITING).exists():
        raise Refused("referral.waits")
    until = benefits.helped_until(row.person_id, row.need)
    if until is not None:
        raise Refused("referral.helped", until=f"{until:%d/%m/%Y}" if until != date.max else "—")
    by = answer_by or after("answer", on)
    check_plan(by, "await_referral", on)
    made = Referral(case=row, person_id=row.person_id, need=row.need, from_agency_id=actor.agency, to_agency_id=to_agency, programme=programme)
    made.note, made.consent_id, made.group, made.discreet = note.strip()[:1000], consent_id, group, bool(of and of.discreet)
    made.sent_at, made.sent_by, made.answer_by = at, actor.id, by
    made.save(force_insert=True)
    pack(made, facts)
    row.next_on, row.next_step, row.touched_at, row.discreet = by, "await_referral", at, row.discreet or made.discreet
    row.save(update_fields=["next_on", "next_step", "touched_at", "discreet"])
    restand(row.person_id)
    return made


def receiver_of(to_agency: str, programme: str, actor: Actor) -> Programme | None:
    """The programme a referral names, of an agency that may receive it. Refused: `referral.agency_unfit`, `referral.programme_unfit`."""
    if to_agency == actor.agency or not Agency.objects.filter(pk=to_agency, partner=True, left_on=None).exists():
        raise Refused("referral.agency_unfit", field="to_agency")
    of = law.current().programmes.get(programme) if programme else None
    if programme and (of is None or of.agency != to_agency):
        raise Refused("referral.programme_unfit", field="programme")
    return of


def check_consent(consent_id: UUID, person_id: UUID, to_agency: str, on: date) -> None:
    """Refused("referral.no_consent") unless it is this person's, to this agency, for a purpose a referral serves, and stands."""
    consent = registry.consent(consent_id)
    stands = consent is not None and consent.withdrawn_at is None and (consent.until_on is None or consent.until_on >= on)
    if consent is None or not stands or (consent.person_id, consent.agency) != (person_id, to_agency) or consent.purpose not in PURPOSES:
        raise Refused("referral.no_consent", field="consent")


def pack(made: Referral, facts: Sequence[Mapping[str, Any]]) -> None:
    """Keep what goes along, the sensitive apart."""
    changes().note(facts=len(facts))
    for sensitive in (False, True):
        part = [dict(f) for f in facts if bool(f.get("sensitive")) == sensitive]
        if part or not sensitive:
            ReferralPacket.objects.bulk_create([ReferralPacket(referral=made, sensitive=sensitive, facts=part)])


def waiting(referral_id: UUID, verb: str) -> tuple[Referral, Case]:
    """The referral after one step, and its case, both held. The case first, so that two at once do not wait for each other."""
    found = Referral.objects.get(pk=referral_id)
    case = Case.objects.select_for_update().get(pk=found.case_id)
    row = Referral.objects.select_for_update().get(pk=referral_id)
    changes().watch(row, case)
    move(row, REFERRAL, verb)
    return row, case


@action("referral.accept", policy.receiver)
def accept(referral_id: UUID, *, actor: Actor, next_on: date, on: date, at: datetime, next_step: str = "serve") -> Referral:
    """Take the person on: this agency is responsible from now on, and says when it goes on.

    Refused: `flow.wrong_state`, `case.next_past`, `case.next_far`, `case.step_unknown`, `referral.no_consent`.
    """
    row, case = waiting(referral_id, "referral.accept")
    check_plan(next_on, next_step, on)
    if row.consent.withdrawn_at is not None:
        raise Refused("referral.no_consent")
    row.answered_at, row.answered_by = at, actor.id
    row.save(update_fields=["state", "answered_at", "answered_by"])
    case.from_agency_id, case.agency_id, case.holder_id = case.agency_id, actor.agency, None
    case.next_on, case.next_step, case.helped, case.touched_at = next_on, next_step, True, at
    case.save(update_fields=["agency", "from_agency", "holder", "next_on", "next_step", "helped", "touched_at"])
    restand(case.person_id)
    return row


@action("referral.decline", policy.receiver)
def decline(referral_id: UUID, *, actor: Actor, code: str, at: datetime, on: date, words: str = "") -> Referral:
    """Decline with a coded reason; the case goes back to the sender with a date, to refer on.

    Refused: `flow.wrong_state`, `referral.decline_code`, `referral.decline_words`.
    """
    row, case = waiting(referral_id, "referral.decline")
    if code not in DECLINES:
        raise Refused("referral.decline_code", field="code")
    if code == "other" and len(words.split()) < 2:
        raise Refused("referral.decline_words", field="words")
    row.decline_code, row.decline_words, row.answered_at, row.answered_by = code, words.strip()[:500], at, actor.id
    row.save(update_fields=["state", "decline_code", "decline_words", "answered_at", "answered_by"])
    give_back(case, on, at)
    return row


def give_back(case: Case, on: date, at: datetime) -> None:
    """A referral came to nothing: whoever sent it goes on, within days."""
    case.next_on, case.next_step, case.touched_at = after("refer_on", on), "refer_on", at
    case.save(update_fields=["next_on", "next_step", "touched_at"])
    restand(case.person_id)


@action("referral.ask", policy.receiver)
def ask_back(referral_id: UUID, *, actor: Actor, words: str, on: date, at: datetime) -> Referral:
    """Ask the sender something before answering; the clock begins again with his answer. Refused: `flow.wrong_state`, `referral.question`."""
    row, case = waiting(referral_id, "referral.ask")
    if len(words.split()) < 2:
        raise Refused("referral.question", field="words")
    row.question, row.answer = words.strip()[:1000], ""
    row.save(update_fields=["state", "question", "answer"])
    case.next_on, case.touched_at = min(row.answer_by, after("refer_on", on)) if row.answer_by >= on else after("refer_on", on), at
    case.save(update_fields=["next_on", "touched_at"])
    return row


@action("referral.answer", policy.sender)
def answer_back(referral_id: UUID, *, actor: Actor, words: str, on: date, at: datetime) -> Referral:
    """Answer what the receiver asked. Refused: `flow.wrong_state`, `referral.answer_missing`."""
    row, case = waiting(referral_id, "referral.answer")
    if not words.strip():
        raise Refused("referral.answer_missing", field="words")
    row.answer, row.answer_by, row.reminded_on = words.strip()[:1000], after("answer", on), None
    row.save(update_fields=["state", "answer", "answer_by", "reminded_on"])
    case.next_on, case.touched_at = row.answer_by, at
    case.save(update_fields=["next_on", "touched_at"])
    return row


@action("referral.withdraw", policy.sender)
def withdraw_referral(referral_id: UUID, *, actor: Actor, on: date, at: datetime) -> Referral:
    """Take a referral back while it waits. Refused: `flow.wrong_state`."""
    row, case = waiting(referral_id, "referral.withdraw")
    row.answered_at, row.answered_by = at, actor.id
    row.save(update_fields=["state", "answered_at", "answered_by"])
    give_back(case, on, at)
    return row


@action("referral.acknowledge", policy.receiver)
def acknowledge_withdrawal(referral_id: UUID, *, actor: Actor, at: datetime) -> Referral:
    """Say that one has seen that the person withdrew his consent. Refused: `referral.consent_stands`."""
    row = Referral.objects.select_for_update().get(pk=referral_id)
    if row.consent.withdrawn_at is None:
        raise Refused("referral.consent_stands")
    changes().watch(row)
    row.acknowledged_at = row.acknowledged_at or at
    row.save(update_fields=["acknowledged_at"])
    return row
