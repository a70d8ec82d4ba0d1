"""Sheets by machine: what a household may receive, live, and the best package of it; screenings as stored."""
import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema

from sinergi.assistance import actions, queries
from sinergi.registry import queries as registry

from .factory import Operations, found, now, today, who
from .shapes import Both

router = Operations(tags=["sheets"])


class AnswerOut(Schema):
    """The answer of one programme for one of the household (`subject`: his place; none: the household), with reasons and amounts in sen."""

    programme: str
    agency: str
    name: Both
    subject: int | None
    outcome: str
    group: str
    likely: bool
    reasons: list[dict[str, Any]]
    need: list[dict[str, Any]]
    benefits: list[dict[str, Any]]
    next_step: Both


class SheetOut(Schema):
    """Every programme for a household on a day, by one version of the law; `ask`: what to ask next, the most telling first."""

    household_id: UUID
    as_of: dt.date
    law_version: str
    people: list[UUID]
    answers: list[AnswerOut]
    ask: list[dict[str, Any]]


class PackageOut(Schema):
    """The best lawful package over twelve months: steps in order, sums in sen, what is given up and why; certain apart from if confirmed."""

    household_id: UUID
    as_of: dt.date
    law_version: str
    steps: list[dict[str, Any]]
    month_totals: list[int]
    once_sen: int
    total_sen: int
    certain_sen: int
    if_confirmed_sen: int
    alternatives: list[dict[str, Any]]
    rejected: list[dict[str, Any]]
    loans: list[dict[str, Any]]
    rests_on_silence: bool


class ScreeningOut(Schema):
    """A stored screening, with how many answers there are of each outcome."""

    id: UUID
    as_of: dt.date
    made_at: dt.datetime
    agency: str
    law_version: str
    counts: dict[str, int]


class ScreeningsOut(Schema):
    """Stored screenings of a household, the newest first, at most fifty."""

    items: list[ScreeningOut]


class MadeOut(Schema):
    """The number of a stored screening."""

    id: UUID


def opened(household_id: UUID) -> UUID:
    """The household, if it is open to who asks. Raises Http404."""
    return found(household_id if registry.household_is_open(household_id) else None)


@router.add("GET", "/households/{household_id}/sheet", SheetOut, verb="household.screen")
def read_sheet(request: HttpRequest, household_id: UUID) -> SheetOut:
    """The sheet of this moment; nothing is stored."""
    live = queries.sheet_of(opened(household_id), on=today(), actor=who(request))
    reach = len(live.document.people) - live.document.hidden
    told = live.sheet.as_json()
    answers = [answer for answer in told["answers"] if answer["subject"] is None or answer["subject"] < reach]
    return SheetOut(household_id=household_id, people=list(live.document.people[:reach]), as_of=live.sheet.as_of, law_version=live.law.version,
                    answers=answers, ask=[q for q in told["ask"] if q["member"] is None or q["member"] < reach])


@router.add("GET", "/households/{household_id}/package", PackageOut, verb="household.screen")
def read_package(request: HttpRequest, household_id: UUID) -> PackageOut:
    """Which programmes together, in which order, are the most that is lawful. Nothing is stored."""
    found_ = queries.plan(opened(household_id), on=today(), actor=who(request))
    return PackageOut(household_id=household_id, as_of=found_.live.sheet.as_of, law_version=found_.live.law.version, **found_.package.as_json())


@router.add("POST", "/households/{household_id}/screenings", MadeOut, 201, verb="household.screen")
def screen_household(request: HttpRequest, household_id: UUID) -> MadeOut:
    """Screen the household and keep every answer with the facts and the law it rests on."""
    made = actions.screen_household(opened(household_id), actor=who(request), on=today(), at=now())
    return MadeOut(id=made.pk)


@router.add("GET", "/households/{household_id}/screenings", ScreeningsOut, verb="determination.read")
def list_screenings(request: HttpRequest, household_id: UUID) -> ScreeningsOut:
    """The stored screenings of a household."""
    return ScreeningsOut(items=list(queries.screenings(opened(household_id))))  # type: ignore[arg-type]
