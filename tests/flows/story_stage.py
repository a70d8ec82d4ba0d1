"""What the twelve stories stand on: people of the demo registered by the agency they came to, consents, news carried, and what is shown of a case."""
from __future__ import annotations

import copy
import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.utils import timezone

from sinergi.assistance import queries as sheets
from sinergi.benefits import actions as benefits
from sinergi.cases import actions as cases
from sinergi.cases import queries as followed
from sinergi.cli.demo import load
from sinergi.cli.demo.steps import carry_news
from sinergi.kernel import law
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import actions as registry
from tests.registry.registry_stage import officer, spoken

AT = timezone.now()
ON = timezone.localdate(AT)
LATER = ON + dt.timedelta(days=128)


@cache
def households() -> dict[str, dict[str, Any]]:
    """The households of the demo by key."""
    rows = yaml.safe_load(Path(load.__file__).with_name("people.yaml").read_text("utf-8"))["households"]
    return {row["key"]: row for row in rows}


def came(key: str, agency: str = "", **household: Any) -> tuple[Actor, registry.Registered]:
    """A household of the stories, registered by the coordinator of its agency (or of another), with facts told besides; cases are open."""
    row = copy.deepcopy(households()[key])
    row["submission"]["household"].update(household)
    actor = officer(agency or row["agency"])
    done = registry.take_in(row["submission"], actor=actor, purpose="register", on=ON, law=law.current(), at=AT)
    carry_news()
    return actor, done


def agreed(actor: Actor, person: UUID, agency: str, purpose: str = "refer") -> UUID:
    """The person's consent to another agency, by word of mouth."""
    return registry.give_consent(person, actor=actor, purpose="refer", agencies=[agency], consent=spoken(purposes=(purpose,)), at=AT)[0]


def answer(actor: Actor, household: UUID, programme: str, subject: int | None = None) -> Any:
    """What the sheet says of one programme: of the one named, else of the first who may have it."""
    with acting(actor, purpose="screen"):
        answers = sheets.sheet_of(household, on=ON, actor=actor).sheet.answers
    found = [a for a in answers if a.programme == programme and (subject is None or a.subject == subject)]
    order = ("yes", "ask", "judge", "no")
    return min(found, key=lambda a: order.index(a.group))


def case_of(actor: Actor, person: UUID, need: str) -> Any:
    """The person's case for a need, as an actor sees it; None: he does not."""
    with acting(actor, purpose="follow"):
        return next((c for c in followed.cases_of(person) if c.need == need), None)


def award(actor: Actor, person: UUID, programme: str, need: str, **terms: Any) -> Any:
    """An award of an officer's own agency, a season long unless told otherwise."""
    given = {"from_on": ON, "to_on": LATER, "pay": "in_kind", **terms}
    return benefits.award(person, actor=actor, purpose="pay", programme=programme, need=need, on=ON, at=AT, law=law.current(), **given)


def refused(work: Any, *args: Any, **kwargs: Any) -> Refused:
    """The refusal of a step that must be refused."""
    try:
        work(*args, **kwargs)
    except Refused as why:
        return why
    raise AssertionError("it was not refused")


def refer(actor: Actor, person: UUID, need: str, to: str, consent: UUID, programme: str = "") -> Any:
    """A referral of a person's case by his consent, without facts."""
    case = case_of(actor, person, need)
    return cases.refer(case.id, actor=actor, purpose="refer", to_agency=to, programme=programme, facts=(), consent_id=consent, on=ON, at=AT)


def accept(actor: Actor, referral: Any) -> None:
    """The receiver takes the person on."""
    cases.accept(referral.pk, actor=actor, purpose="follow", next_on=ON + dt.timedelta(days=4), on=ON, at=AT)


def served(actor: Actor, person: UUID, need: str, channel: str = "sms") -> cases.Asked:
    """Said to be served; the person is asked."""
    case = case_of(actor, person, need)
    return cases.record_outcome(case.id, actor=actor, purpose="follow", served_on=ON, channel=channel, on=ON, at=AT)


def says(asked: cases.Asked, received: bool, solved: bool) -> None:
    """The person's own answer by his link."""
    with acting(cases.PERSON, purpose="follow"):
        cases.person_answers(asked.token, received=received, solved=solved, on=ON, at=AT)
