"""The outcome is the person's word: he is asked by a link, a code, at the counter or by phone; yes closes, no and silence reopen.

Link and code are worked out from the asking's id with the house's key, so neither is kept anywhere; looking at them spends nothing.
"""

import base64
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.utils.crypto import salted_hmac

from sinergi.core.time import years_between
from sinergi.kernel import links, notify
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor, command
from sinergi.kernel.errors import Refused
from sinergi.kernel.flow import move
from sinergi.registry import queries as registry

from .. import policy
from ..days import after
from ..models import CASE, Asking, Outcome
from ..words import CHANNELS, TRIES
from .opening import close, held, mine, restand

SALT = "sinergi.outcome"
ADULT = 18
SENT = ("sms", "email", "letter")
PERSON = command("person", "outcome.confirm", "case.read")
LETTERS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "ABCDEFGHJKLMNPQRSTUVWXYZ23456789")


@dataclass(frozen=True)
class Asked:
    """A person was asked: by which channel, with the link's token and the letter's code, both good until a day."""

    outcome_id: UUID
    asking_id: UUID
    channel: str
    token: str
    code: str
    expires_on: date


def code_of(asking_id: UUID) -> str:
    """Eight letters and digits without look-alikes, for a letter."""
    digest = salted_hmac(f"{SALT}.code", asking_id.hex, algorithm="sha256").digest()
    return base64.b32encode(digest[:5]).decode().translate(LETTERS)


def fingerprint(code: str) -> str:
    """What is kept of a code, to find its asking by."""
    return salted_hmac(f"{SALT}.print", code.upper(), algorithm="sha256").hexdigest()


@action("outcome.record", policy.responsible)
def record_outcome(case_id: UUID, *, actor: Actor, served_on: date, channel: str, on: date, at: datetime, words: str = "") -> Asked:
    """Say that the help was given, and ask the person whether it came and whether it solved his need.

    Refused: `case.closed`, `outcome.day`, `contact.channel`, `outcome.waits`, `outcome.no_reach`, `outcome.hidden`, `outcome.no_guardian`.
    """
    row = mine(case_id, actor)
    if served_on > on:
        raise Refused("outcome.day", field="served_on")
    if Outcome.objects.filter(case=row, state="waiting").exists():
        raise Refused("outcome.waits")
    made = Outcome.objects.create(
        case=row,
        person_id=row.person_id,
        asked_of_id=answerer_of(row.person_id, on),
        agency_id=actor.agency,
        served_on=served_on,
        words=words.strip()[:500],
        ask_again_on=after("ask_again", on),
        made_at=at,
        made_by=actor.id,
    )
    changes().made(made)
    row.next_on, row.next_step, row.helped, row.touched_at = made.ask_again_on, "ask_person", True, at
    row.save(update_fields=["next_on", "next_step", "helped", "touched_at"])
    restand(row.person_id)
    return asked(made, channel, actor, on, at)


@action("outcome.ask", policy.asking)
def ask_again(outcome_id: UUID, *, actor: Actor, channel: str, on: date, at: datetime) -> Asked:
    """Ask the person once more. Refused: `outcome.answered`, `contact.channel`, `outcome.no_reach`, `outcome.hidden`."""
    row = Outcome.objects.select_for_update().get(pk=outcome_id)
    if row.state != "waiting":
        raise Refused("outcome.answered")
    changes().watch(row)
    row.tries, row.ask_again_on = row.tries + 1, after("ask_again", on)
    row.save(update_fields=["tries", "ask_again_on"])
    case = held(row.case_id)
    case.next_on, case.touched_at = row.ask_again_on, at
    case.save(update_fields=["next_on", "touched_at"])
    return asked(row, channel, actor, on, at)


def asked(row: Outcome, channel: str, actor: Actor, on: date, at: datetime) -> Asked:
    """One asking: a message leaves with the link, or a code waits for a letter or the counter."""
    if channel not in CHANNELS:
        raise Refused("contact.channel", field="channel", given=channel)
    who = row.asked_of_id
    if channel in SENT and is_hidden(row.person_id, who):
        raise Refused("outcome.hidden", field="channel")
    reach = registry.reach_of(who)
    if channel in ("sms", "email") and reach.channel == "letter":
        raise Refused("outcome.no_reach", field="channel")
    if channel in ("sms", "email"):
        channel = reach.channel
    made = Asking(outcome=row, channel=channel, language=reach.language, sent_at=at, expires_on=after("link", on))
    made.code = fingerprint(code_of(made.pk))
    made.save(force_insert=True)
    if channel in ("sms", "email"):
        notify.queue(
            "outcome.asked", to=who, actor=actor, channel=channel, language=reach.language, signed=made.pk.hex, by=f"{made.expires_on:%d/%m/%Y}"
        )
    return Asked(row.pk, made.pk, channel, links.signed(made.pk), code_of(made.pk), made.expires_on)


def is_hidden(*people: UUID) -> bool:
    """Is an address of theirs hidden? Then nothing is sent: who should not find them may be the one who opens the letter or holds the phone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sinergi_any_hidden(%s)", [list(people)])
        return bool(cursor.fetchone()[0])


def answerer_of(person_id: UUID, on: date) -> UUID:
    """Who answers: the person; for a minor his guardian. Refused("outcome.no_guardian") where none is named."""
    person = registry.person(person_id)
    if person is None or person.birth_date is None or years_between(person.birth_date, on) >= ADULT:
        return person_id
    guardian = next((g.person.id for g in registry.guardians(person_id, on)), None)
    if guardian is None:
        raise Refused("outcome.no_guardian")
    return guardian


@action("outcome.confirm", policy.asking)
def confirm_outcome(
    outcome_id: UUID,
    *,
    actor: Actor,
    received: bool,
    solved: bool,
    how: str,
    on: date,
    at: datetime,
    asked_by: str = "",
    said: str = "",
    answered_by: UUID | None = None,
) -> Outcome:
    """What the person said. Both yes closes the case; a no reopens the work with a date.

    Refused: `outcome.answered`, `contact.channel`, `outcome.asked_by`, `outcome.not_his_answer`.
    """
    row = Outcome.objects.select_for_update().get(pk=outcome_id)
    if row.state != "waiting":
        raise Refused("outcome.answered")
    if how not in CHANNELS:
        raise Refused("contact.channel", field="how", given=how)
    if how in ("counter", "phone") and not asked_by.strip():
        raise Refused("outcome.asked_by", field="asked_by")
    who = answered_by or row.asked_of_id
    if who != row.asked_of_id and who not in {g.person.id for g in registry.guardians(row.person_id, on)}:
        raise Refused("outcome.not_his_answer", field="answered_by")
    changes().watch(row)
    Asking.objects.filter(outcome=row, used_at=None).update(used_at=at)
    row.received, row.solved, row.said, row.how, row.asked_by = received, solved, said.strip()[:500], how, asked_by.strip()[:160]
    row.state, row.answered_at, row.answered_by_id = "yes" if received and solved else "no", at, who
    row.save()
    settle(row, on, at)
    return row


def settle(row: Outcome, on: date, at: datetime) -> None:
    """Close the case on a yes; on a no, or silence, it is worked on by a day."""
    case = held(row.case_id, open_only=False)
    if case.state != "open":
        return
    if row.state == "yes":
        move(case, CASE, "outcome.confirm")
        close(case, "confirmed", "", at)
        return
    case.next_on, case.next_step, case.reopened, case.touched_at = after("reopened", on), "call_person", case.reopened + 1, at
    case.helped = case.helped and bool(row.received)
    case.save(update_fields=["next_on", "next_step", "reopened", "touched_at", "helped"])
    restand(case.person_id)


def person_answers(token: str, *, received: bool, solved: bool, on: date, at: datetime, said: str = "") -> Outcome:
    """The person's own answer by his link, or by a letter's code turned into its token: used once, inside `acting` of `PERSON`.

    Refused: `link.broken`, `outcome.link_over`, `outcome.link_used`, `outcome.answered`.
    """
    row = Asking.objects.select_for_update().filter(pk=links.read(token)).first()
    if row is None:
        raise Refused("link.broken")
    if row.used_at is not None:
        raise Refused("outcome.link_used")
    if row.expires_on < on:
        raise Refused("outcome.link_over")
    how = row.channel if row.channel not in ("counter", "phone") else "link"
    found: Outcome = confirm_outcome(row.outcome_id, actor=PERSON, received=received, solved=solved, how=how, said=said, on=on, at=at)
    return found


@action("case.reopen", policy.anyone)
def reopen_silent(outcome_id: UUID, *, actor: Actor, on: date, at: datetime) -> Outcome:
    """The person was silent after the last try: the case is worked on again, by a day. Refused: `outcome.answered`, `outcome.not_due`."""
    row = Outcome.objects.select_for_update().get(pk=outcome_id)
    if row.state != "waiting":
        raise Refused("outcome.answered")
    if row.tries < TRIES or row.ask_again_on > on:
        raise Refused("outcome.not_due")
    changes().watch(row)
    row.state = "silent"
    row.save(update_fields=["state"])
    settle(row, on, at)
    return row
