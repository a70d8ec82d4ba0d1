"""Screen a household and keep every answer."""
import datetime as dt
import json
from uuid import UUID

from sinergi.core import rules
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor

from .. import policy, queries
from ..models import Determination, Screening


def canonical(answer: rules.Answer) -> str:
    """An answer as it is kept: the same law, facts and day give the same text."""
    return json.dumps(answer.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@action("household.screen", policy.may_screen)
def screen_household(household_id: UUID, *, actor: Actor, on: dt.date, at: dt.datetime, law: rules.Law | None = None) -> Screening:
    """Answer every programme for a household on a day and store one determination for each answer.

    Raises Refused("screening.unusable_facts"), naming the fact and its mend.
    """
    live = queries.sheet_of(household_id, on=on, actor=actor, law=law)
    head = live.sheet.situation.head
    people = live.document.people
    screening = Screening.objects.create(
        household_id=household_id, person_id=people[head], as_of=on, known_at=at, law_version=live.law.version,
        document=live.document.raw, sensitive=has_sensitive(live.law, live.document.raw),
        agency_id=actor.agency, made_at=at, made_by=actor.id)
    Determination.objects.bulk_create(
        Determination(screening=screening, programme=answer.programme, subject=answer.subject, outcome=str(answer.outcome),
                      likely=answer.likely, person_id=people[head if answer.subject is None else answer.subject], answer=canonical(answer))
        for answer in live.sheet.answers)
    changes().concern(*people)
    changes().note(determinations=len(live.sheet.answers))
    return screening


def has_sensitive(law: rules.Law, document: dict[str, object]) -> bool:
    """Does the document hold religion, health or offences?"""
    members, household = document.get("members"), document.get("household")
    assert isinstance(members, list) and isinstance(household, dict)
    return any(fact in law.facts and law.facts[fact].sensitive for part in (household, *members) for fact in part)
