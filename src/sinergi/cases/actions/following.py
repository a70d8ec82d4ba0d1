"""Cases follow what other rooms do: a registration opens one for each need, an application and an award move it on. The platform's own steps."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.crypto import salted_hmac

from sinergi.assistance import queries as assistance
from sinergi.kernel.action import action, changes, writing
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import queries as registry

from .. import policy
from ..days import after
from ..models import Case, Guess
from .opening import restand

MOST_GUESSES, WITHIN = 12, 3600


@action("case.follow", policy.anyone)
def follow_person(person_id: UUID, *, actor: Actor, on: date, at: datetime) -> int:
    """Open a case for each need that a registered household said, with the agency that registered it; gives how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sinergi_open_cases(%s, %s, %s)", [person_id, after("first_step", on), at])
        opened = int(cursor.fetchone()[0])
    changes().concern(person_id)
    changes().note(cases=opened)
    return opened


def is_followed(person_id: UUID) -> bool:
    """Has each need that the person's household said a case? Inside `acting`."""
    with writing("case.follow"), connection.cursor() as cursor:
        cursor.execute("SELECT NOT EXISTS (SELECT 1 FROM sinergi_unfollowed(%s))", [person_id])
        return bool(cursor.fetchone()[0])


def follow_application(application_id: UUID, *, actor: Actor, on: date, at: datetime) -> None:
    """Move the case of an application on: awaited, approved, or refused and to be referred on. Opens it where there is none."""
    found = assistance.followed(application_id)
    if found is not None:
        follow_need(found.person_id, actor=actor, found=found, on=on, at=at)


@action("case.follow_application", policy.anyone)
def follow_need(person_id: UUID, *, actor: Actor, found: Any, on: date, at: datetime) -> None:
    """The case of one need after its application moved."""
    case = Case.objects.select_for_update().filter(person_id__in=registry.bearers(person_id), need=found.need, state="open").first()
    step, day = {"lodged": ("await_decision", found.due_on), "asked": ("await_decision", found.due_on), "approved": ("serve", None)}.get(
        found.state, ("refer_on", after("refer_on", on))
    )
    if case is None:
        if found.state not in ("lodged", "asked"):
            return
        case = Case(
            person_id=person_id,
            household_id=found.household_id,
            need=found.need,
            agency_id=found.from_agency,
            from_agency_id=found.from_agency,
            region=found.region,
            opened_at=at,
            opened_by=actor.id,
        )
    else:
        changes().watch(case)
    ahead = day if day is not None and day >= on else after("decision" if step == "await_decision" else "follow", on)
    case.next_step, case.next_on, case.touched_at, case.helped = step, ahead, at, step != "refer_on"
    case.discreet = case.discreet or found.discreet
    if found.state == "approved":
        case.from_agency_id, case.agency_id = case.agency_id, found.agency
    case.save()
    changes().made(case)
    restand(person_id)


@action("case.follow_award", policy.anyone)
def follow_award(persons: Collection[UUID], *, actor: Actor) -> None:
    """A benefit began or ended: the person's state is worked out anew.

    So is that of everybody whom one piece of news names: one statement and one entry for a thousand rows of a list as for one award.
    """
    restand(*persons)
    changes().concern(*persons)


def note_guess(source: str, at: datetime) -> None:
    """Count a code that was none from an address; inside `acting`. The count is kept though the request ends in a refusal."""
    with writing("outcome.guess"):
        Guess.objects.create(source=salted_hmac("sinergi.guess", source, algorithm="sha256").hexdigest(), at=at)


def may_guess(source: str, at: datetime) -> None:
    """Refused("outcome.too_many_codes", seconds until it may try again) after too many wrong codes from an address within the hour."""
    print_of = salted_hmac("sinergi.guess", source, algorithm="sha256").hexdigest()
    recent = Guess.objects.filter(source=print_of, at__gte=at - timedelta(seconds=WITHIN)).order_by("-at").values_list("at", flat=True)[:MOST_GUESSES]
    if len(recent) == MOST_GUESSES:
        raise Refused("outcome.too_many_codes", seconds=WITHIN + 1 - int((at - recent[MOST_GUESSES - 1]).total_seconds()))
