"""Awards by machine: give and end a benefit of one's own agency; what a person holds, as far as one may know it."""
import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema

from sinergi.assistance import queries as assistance
from sinergi.benefits import actions, queries
from sinergi.kernel import law
from sinergi.registry import queries as registry

from .factory import Operations, found, now, today, who
from .shapes import Body, Code, Day, Pay, Sen, Words, ringgit_to_sen

router = Operations(tags=["awards"])


class AwardIn(Body):
    """What is given from a day to a day (none: until ended); `sen` for each `pay`; `override_id`: an approved exception to the overlap lock."""

    programme: Code
    need: Code
    from_on: Day
    to_on: Day | None = None
    sen: Sen | None = None
    pay: Pay = "monthly"
    override_id: UUID | None = None


class AwardOut(Schema):
    """A benefit as given. `ended_on`: the last day it was held, when it ended before `to_on`."""

    id: UUID
    person_id: UUID
    household_id: UUID | None
    programme: str
    need: str
    agency: str
    source: str
    from_on: dt.date
    to_on: dt.date | None
    ended_on: dt.date | None
    sen: int | None
    pay: str
    state: str
    application_id: UUID | None

    @staticmethod
    def resolve_sen(row: Any) -> int | None:
        """The amount in sen."""
        return ringgit_to_sen(row.amount)

    @staticmethod
    def resolve_agency(row: Any) -> str:
        """The agency's code."""
        return str(row.agency_id)


class HeldOut(Schema):
    """A line of what a person holds, from any source. What one may not be told is empty: then only the need and until when."""

    source: str
    need: str
    programme: str
    agency: str
    from_on: dt.date | None
    to_on: dt.date | None
    sen: int | None
    pay: str
    state: str
    entitlement_id: UUID | None

    @staticmethod
    def resolve_sen(view: Any) -> int | None:
        """The amount in sen."""
        return ringgit_to_sen(view.amount)


class TimelineOut(Schema):
    """Everything a person holds or held, the newest first."""

    items: list[HeldOut]


class EndIn(Body):
    """The last day the benefit is held, and why it ends."""

    on: Day
    reason: Words


@router.add("POST", "/persons/{person_id}/awards", AwardOut, 201, verb="entitlement.award")
def award(request: HttpRequest, person_id: UUID, body: AwardIn) -> Any:
    """Give a benefit of one's own agency. Refused where another that the law does not allow beside it runs: with the need and until when."""
    found(registry.person(person_id))
    amount = None if body.sen is None else Decimal(body.sen) / 100
    sums = assistance.known_sums(registry.household_of(person_id, today()), on=today(), actor=who(request))
    return actions.award(person_id, actor=who(request), programme=body.programme, need=body.need, from_on=body.from_on, to_on=body.to_on,
                         amount=amount, pay=body.pay, override_id=body.override_id, figures=sums, law=law.current(), on=today(), at=now())


@router.add("GET", "/awards/{award_id}", AwardOut, verb="entitlement.read")
def read_award(request: HttpRequest, award_id: UUID) -> Any:
    """One benefit that one may see."""
    return found(queries.entitlement(award_id))


@router.add("POST", "/awards/{award_id}/end", AwardOut, verb="entitlement.end", match=read_award)
def end_award(request: HttpRequest, award_id: UUID, body: EndIn) -> Any:
    """End a benefit of one's own agency; its lock ends with that day."""
    return actions.end(award_id, actor=who(request), on=body.on, reason=body.reason, at=now())


@router.add("GET", "/persons/{person_id}/awards", TimelineOut, verb="entitlement.read")
def list_awards(request: HttpRequest, person_id: UUID) -> TimelineOut:
    """What a person holds or held, from any source."""
    found(registry.person(person_id))
    return TimelineOut.from_orm({"items": queries.timeline(person_id, actor=who(request))})
