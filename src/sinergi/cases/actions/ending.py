"""How referrals end without an answer: time runs out, or the consent they rest on is taken back. Reminders stand before it."""

from datetime import date, datetime
from uuid import UUID

from django.db import connection

from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Agency

from .. import policy
from ..models import WAITING, Referral
from .referring import give_back, waiting

LAST_RESORT = "perkeso"


@action("referral.expire", policy.anyone)
def expire_referral(referral_id: UUID, *, actor: Actor, on: date, at: datetime) -> Referral:
    """Nobody answered in time: the case goes back to the sender with a date, so that it moves on. Refused: `flow.wrong_state`, `referral.not_due`."""
    row, case = waiting(referral_id, "referral.expire")
    if row.answer_by >= on:
        raise Refused("referral.not_due")
    row.answered_at = at
    row.save(update_fields=["state", "answered_at"])
    give_back(case, on, at)
    return row


@action("referral.remind", policy.anyone)
def remind_referral(referral_id: UUID, *, actor: Actor, on: date, at: datetime) -> Referral:
    """Remind the receiver, on his pages, that a referral still waits. Refused: `referral.not_due`."""
    row = Referral.objects.select_for_update().get(pk=referral_id)
    if row.state not in WAITING or row.reminded_on is not None:
        raise Refused("referral.not_due")
    changes().watch(row)
    row.reminded_on = on
    row.save(update_fields=["reminded_on"])
    return row


@action("referral.revoke", policy.anyone)
def revoke_referral(referral_id: UUID, *, actor: Actor, on: date, at: datetime) -> Referral:
    """The person took back the consent a referral rests on: it ends, and a case its receiver had goes back to who sent it.

    What was sent is closed to the receiver, who acknowledges. Refused: `flow.wrong_state`, `referral.consent_stands`.
    """
    row, case = waiting(referral_id, "referral.revoke")
    if not is_consent_over(row.consent_id, on):
        raise Refused("referral.consent_stands")
    row.answered_at = row.answered_at or at
    row.save(update_fields=["state", "answered_at"])
    if case.state != "open":
        return row
    if case.agency_id == row.to_agency_id:
        case.from_agency_id, case.agency_id, case.holder_id = case.agency_id, still_there(row.from_agency_id), None
        case.helped = False
        case.save(update_fields=["agency", "from_agency", "holder", "helped"])
    give_back(case, on, at)
    return row


def is_consent_over(consent_id: UUID, on: date) -> bool:
    """Does a consent no longer stand? Asked of PostgreSQL, since the platform's steps see no person."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sinergi_consent_over(%s, %s)", [consent_id, on])
        return bool(cursor.fetchone()[0])


def still_there(agency: str) -> str:
    """The agency, or, where it has left, PERKESO."""
    return agency if Agency.objects.filter(pk=agency, left_on=None).exists() else LAST_RESORT

