"""What the tests of case pages stand on: a family at one partner's counter, its cases, a referral to another partner, an answer."""
from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.test import Client
from django.utils import timezone

from sinergi.cases import actions, tasks
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import actor_of
from sinergi.kernel.jobs import progress_about
from sinergi.kernel.models import User
from sinergi.registry import actions as registry

CONSENT = {"consent.how": "spoken_with_witness", "consent.witness": "Puan Siti", "consent.language": "ms"}


def today() -> dt.date:
    """The day in the country's time."""
    return timezone.localdate()


def typed(days: int) -> str:
    """A day from today as a form takes it."""
    return f"{today() + dt.timedelta(days=days):%d/%m/%Y}"


def opened(user: User, person: UUID, need: str = "food", days: int = 3) -> UUID:
    """An open case of somebody the user's agency registered."""
    return actions.open_case(person, actor=actor_of(user), purpose="follow", need=need, next_on=today() + dt.timedelta(days=days), at=timezone.now(),
                             on=today()).pk


def consented(user: User, person: UUID, to: str) -> None:
    """The person's consent to a partner, for a referral."""
    given = registry.ConsentGiven(how="signed", language="ms", purposes=("refer",))
    registry.give_consent(person, actor=actor_of(user), purpose="refer", agencies=[to], consent=given, at=timezone.now())


def referred(client: Client, case: UUID, to: str, **more: Any) -> UUID:
    """A referral sent by the page; gives its id."""
    answer = client.post(f"/kes/{case}/rujuk/{to}/", {"note": "Perlu makanan", "answer_by": typed(5), **CONSENT, **more})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return UUID(answer["Location"].strip("/").split("/")[-1])


def served(user: User, case: UUID, channel: str = "letter", days_ago: int = 0) -> Any:
    """Help was given; how the person was asked (token and code)."""
    on = today() - dt.timedelta(days=days_ago)
    return actions.record_outcome(case, actor=actor_of(user), purpose="follow", served_on=on, channel=channel, on=on, at=timezone.now(),
                                  words="RM1,500 untuk pengebumian")


def work_off(user: User, group: UUID) -> None:
    """Send a group as the worker would, one case after the other."""
    actor = actor_of(user)
    with acting(actor, purpose="refer"):
        progress = progress_about(f"cases.ReferralGroup:{group}")
    tasks.send_group.run(attempts=0, progress=str(progress.pk), actor=actor.id, agency=actor.agency, purpose="refer", ids={"group_id": str(group)})
