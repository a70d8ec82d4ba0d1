"""Cases by machine: open, read, plan, hand over; contacts; "served", and what the person answered."""
import datetime as dt
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from sinergi.cases import actions, queries
from sinergi.registry import queries as registry

from . import cursors
from .factory import Operations, found, now, today, who
from .shapes import Body, Channel, Code, Cursor, Day, Line, Most, Words

router = Operations(tags=["cases"])


class CaseRowOut(Schema):
    """A case of one need of one person. While it is open one agency is responsible, and there is a next day."""

    id: UUID
    person_id: UUID
    household_id: UUID | None
    need: str
    agency: str
    from_agency: str
    holder_id: UUID | None
    state: str
    standing: str
    next_on: dt.date | None
    next_step: str
    opened_at: dt.datetime
    reopened: int
    closed_at: dt.datetime | None
    closed_as: str


class ContactOut(Schema):
    """One time the person was tried or came."""

    channel: str
    inward: bool
    reached: bool
    note: str
    agency: str
    at: dt.datetime


class OutcomeOut(Schema):
    """"Served", and what the person said (`state`: waiting, yes, no, silent)."""

    id: UUID
    agency: str
    served_on: dt.date
    state: str
    tries: int
    ask_again_on: dt.date
    received: bool | None
    solved: bool | None
    said: str
    how: str
    answered_at: dt.datetime | None


class CaseOut(CaseRowOut):
    """A case with its contacts and outcomes, the newest first."""

    contacts: list[ContactOut]
    outcomes: list[OutcomeOut]


class CasesOut(Schema):
    """A person's cases, the open ones first."""

    items: list[CaseRowOut]


class CasePageOut(CasesOut):
    """A page of cases; `next`: the cursor of the page after it, empty at the end."""

    next: str


class OpenIn(Body):
    """A need, and when one goes on with what."""

    need: Code
    next_on: Day
    next_step: Code = "refer"


class PlanIn(Body):
    """The next step and its day."""

    next_on: Day
    next_step: Code


class HandOverIn(Body):
    """To a colleague, or to another partner that may open the person."""

    next_on: Day
    to_agency: Code = ""
    to_user: UUID | None = None


class ContactIn(Body):
    """A try to reach the person (`inward`: he came), and when one goes on."""

    channel: Channel
    inward: bool = False
    reached: bool
    note: Words = ""
    next_on: Day | None = None


class ServedIn(Body):
    """The day the help was given, and how the person is to be asked."""

    served_on: Day
    channel: Channel
    words: Words = ""


class AskAgainIn(Body):
    """How the person is to be asked."""

    channel: Channel


class AskedOut(Schema):
    """The person was asked; `code`: for the letter, where that is the way; empty else."""

    outcome_id: UUID
    channel: str
    code: str
    expires_on: dt.date


class AnswerIn(Body):
    """What the person said to somebody, named, at the counter or by phone."""

    received: bool
    solved: bool
    how: Literal["phone", "counter", "visit", "letter"]
    asked_by: Line = ""
    said: Words = ""
    answered_by: UUID | None = Field(None, description="The guardian, where he answered.")


class AnsweredOut(Schema):
    """The outcome after the answer: yes closed the case, no reopened the work."""

    id: UUID
    case_id: UUID
    state: str
    received: bool | None
    solved: bool | None


@router.add("GET", "/cases", CasePageOut, verb="case.read")
def list_cases(request: HttpRequest, cursor: Cursor = "", most: Most = 50) -> CasePageOut:
    """The open cases one's agency is responsible for, the nearest day first, page by page."""
    after = cursors.place(cursor, "cases")
    rows = queries.cases_due(who(request).agency, after=(dt.date.fromisoformat(after[0]), UUID(after[1])) if after else None,
                             most=most + 1)
    last = rows[most - 1] if len(rows) > most else None
    onward = cursors.cursor("cases", str(last.next_on), str(last.id)) if last else ""
    return CasePageOut(items=list(map(CaseRowOut.from_orm, rows[:most])), next=onward)


@router.add("GET", "/persons/{person_id}/cases", CasesOut, verb="case.read")
def list_cases_of_person(request: HttpRequest, person_id: UUID) -> CasesOut:
    """The cases of a person that one may see."""
    return CasesOut(items=list(map(CaseRowOut.from_orm, queries.cases_of(person_id))))


@router.add("POST", "/persons/{person_id}/cases", CaseOut, 201, verb="case.open")
def open_case(request: HttpRequest, person_id: UUID, body: OpenIn) -> Any:
    """Open a case for one need; where one is open with one's agency already, that one."""
    found(registry.person(person_id))
    made = actions.open_case(person_id, actor=who(request), need=body.need, next_on=body.next_on, next_step=body.next_step,
                             on=today(), at=now())
    return queries.case(made.pk)


@router.add("GET", "/cases/{case_id}", CaseOut, verb="case.read")
def read_case(request: HttpRequest, case_id: UUID) -> Any:
    """One case with its contacts and outcomes."""
    return found(queries.case(case_id))


@router.add("POST", "/cases/{case_id}/plan", CaseOut, verb="case.plan", match=read_case)
def plan_case(request: HttpRequest, case_id: UUID, body: PlanIn) -> Any:
    """Set the next step and its day."""
    actions.plan_case(case_id, actor=who(request), next_on=body.next_on, next_step=body.next_step, on=today(), at=now())
    return queries.case(case_id)


@router.add("POST", "/cases/{case_id}/hand-over", CaseOut, verb="case.hand_over", match=read_case)
def hand_over(request: HttpRequest, case_id: UUID, body: HandOverIn) -> Any:
    """Give a case to a colleague or to another partner; nobody is without one in between."""
    actions.hand_over(case_id, actor=who(request), next_on=body.next_on, to_agency=body.to_agency, to_user=body.to_user,
                      on=today(), at=now())
    return queries.case(case_id)


@router.add("POST", "/cases/{case_id}/contacts", CaseOut, 201, verb="contact.record")
def record_contact(request: HttpRequest, case_id: UUID, body: ContactIn) -> Any:
    """Write down that the person was tried, or came."""
    actions.record_contact(case_id, actor=who(request), channel=body.channel, inward=body.inward, reached=body.reached,
                           note=body.note, next_on=body.next_on, on=today(), at=now())
    return queries.case(case_id)


@router.add("POST", "/cases/{case_id}/outcomes", AskedOut, 201, verb="outcome.record")
def record_outcome(request: HttpRequest, case_id: UUID, body: ServedIn) -> AskedOut:
    """Say that the help was given; the person is asked whether it came and whether it solved his need."""
    return told(actions.record_outcome(case_id, actor=who(request), served_on=body.served_on, channel=body.channel,
                                       words=body.words, on=today(), at=now()))


@router.add("POST", "/outcomes/{outcome_id}/askings", AskedOut, 201, verb="outcome.ask")
def ask_again(request: HttpRequest, outcome_id: UUID, body: AskAgainIn) -> AskedOut:
    """Ask the person once more."""
    return told(actions.ask_again(outcome_id, actor=who(request), channel=body.channel, on=today(), at=now()))


def told(asked: actions.Asked) -> AskedOut:
    """An asking as the API tells it: the link stays with the person; the code is told for his letter."""
    code = asked.code if asked.channel == "letter" else ""
    return AskedOut(outcome_id=asked.outcome_id, channel=asked.channel, code=code, expires_on=asked.expires_on)


@router.add("POST", "/outcomes/{outcome_id}/answer", AnsweredOut, verb="outcome.confirm")
def confirm_outcome(request: HttpRequest, outcome_id: UUID, body: AnswerIn) -> Any:
    """What the person said. Both yes closes the case; a no reopens the work with a day."""
    return actions.confirm_outcome(outcome_id, actor=who(request), received=body.received, solved=body.solved, how=body.how,
                                   asked_by=body.asked_by, said=body.said, answered_by=body.answered_by, on=today(), at=now())
