"""Applications by machine: what one would carry, apply, the boxes, ask and answer, papers, the decision."""
import base64
import datetime as dt
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Schema
from ninja.files import UploadedFile
from pydantic import Field

from sinergi.assistance import actions, queries

from . import cursors
from .factory import Operations, found, now, today, who
from .shapes import Body, Both, Code, Cursor, Day, FactOut, Line, Most, Pay, Place, Sen, Words
from .sheets import opened

router = Operations(tags=["applications"])
Box = Literal["decide", "waiting", "decided", "sent", "asked"]


class PacketOut(Schema):
    """Exactly the facts an application carries, to be shown before it is sent."""

    facts: list[FactOut]


class ApplyIn(Body):
    """A programme, for whom (`subject`: his place in the sheet; none: the household), for which need, by which consent."""

    programme: Code
    subject: Place | None = None
    need: Code
    consent_id: UUID


class RowOut(Schema):
    """An application in a list; `missing`: facts still to be asked."""

    id: UUID
    household_id: UUID
    person_id: UUID
    programme: str
    need: str
    agency: str
    from_agency: str
    state: str
    screened: str
    applied_on: dt.date
    due_on: dt.date | None
    papers: int
    missing: int


class PageOut(Schema):
    """A page of a box; `next`: the cursor of the page after it, empty at the end."""

    items: list[RowOut]
    next: str


class PaperOut(Schema):
    """A paper; `scan`: clean or unscanned."""

    id: UUID
    name: str
    media_type: str
    size: int
    scan: str
    removed_at: dt.datetime | None


class AskedOut(Schema):
    """What the agency asked, and the answer, empty while open."""

    words: str
    by_on: dt.date
    asked_at: dt.datetime
    answer: str
    answered_at: dt.datetime | None


class DecidedOut(Schema):
    """The decision, with the last day to appeal where a source gives one."""

    id: UUID
    outcome: str
    reasons: list[str]
    text: str
    entitlement_id: UUID | None
    appeal_by_on: dt.date | None
    decided_on: dt.date


class ClockOut(Schema):
    """A clock: whose step, until when."""

    clock: str
    side: str
    due_on: dt.date
    ended_on: dt.date | None
    late: bool


class ApplicationOut(RowOut):
    """An application with all that one may see of it; `documents`: papers the programme wants."""

    facts: list[FactOut]
    documents: list[Both]
    attachments: list[PaperOut]
    questions: list[AskedOut]
    clocks: list[ClockOut]
    decision: DecidedOut | None


class MadeOut(Schema):
    """The number of what was made."""

    id: UUID


class AskIn(Body):
    """What is asked for, and until when."""

    words: Words
    by_on: Day


class AnswerIn(Body):
    """The answer."""

    words: Words


class TermsIn(Body):
    """What is given when approved."""

    from_on: Day
    to_on: Day | None = None
    sen: Sen | None = None
    pay: Pay = "monthly"


class DecisionIn(Body):
    """Approve (with terms) or refuse (with reasons and words); `against`: why, where it differs from the screening."""

    outcome: Literal["approve", "refuse"]
    reasons: list[Code] = Field([], max_length=20)
    text: Words = ""
    against: Line = ""
    award: TermsIn | None = None
    override_id: UUID | None = None


class ContentOut(Schema):
    """A paper with its content in base64."""

    name: str
    media_type: str
    content: str


@router.add("GET", "/households/{household_id}/packet", PacketOut, verb="application.apply")
def read_packet(request: HttpRequest, household_id: UUID, programme: Code, subject: Place | None = None) -> PacketOut:
    """The facts an application to a programme would carry."""
    facts = queries.facts_to_send(opened(household_id), programme, subject, on=today(), actor=who(request))
    return PacketOut(facts=list(map(FactOut.from_orm, facts)))


@router.add("POST", "/households/{household_id}/applications", MadeOut, 201, verb="application.apply")
def apply(request: HttpRequest, household_id: UUID, body: ApplyIn) -> Any:
    """Apply; what the programme's rules read goes along, and nothing else."""
    return actions.apply(opened(household_id), actor=who(request), programme=body.programme, subject=body.subject,
                         need=body.need, consent_id=body.consent_id, on=today(), at=now())


@router.add("GET", "/applications", PageOut, verb="application.read")
def list_applications(request: HttpRequest, box: Box = "decide", cursor: Cursor = "", most: Most = 50) -> PageOut:
    """A box of one's agency, page by page: by clock; closed ones the newest first."""
    after = next(iter(cursors.place(cursor, f"applications:{box}")), "")
    rows = queries.applications(who(request), box, after=after, most=most + 1)
    onward = cursors.cursor(f"applications:{box}", rows[most - 1].cursor) if len(rows) > most else ""
    return PageOut(items=list(map(RowOut.from_orm, rows[:most])), next=onward)


@router.add("GET", "/applications/{application_id}", ApplicationOut, verb="application.read")
def read_application(request: HttpRequest, application_id: UUID) -> ApplicationOut:
    """One application. Who is no party to it sees that it exists, and no facts."""
    view = found(queries.application(application_id, actor=who(request), on=today()))
    rest = {name: getattr(view, name) for name in ("facts", "documents", "attachments", "questions", "clocks", "decision")}
    return ApplicationOut.model_validate({**vars(view.row), **rest})


@router.add("POST", "/applications/{application_id}/withdrawal", ApplicationOut, verb="application.withdraw", match=read_application)
def withdraw_application(request: HttpRequest, application_id: UUID) -> ApplicationOut:
    """Take an application back that one's agency sent; its papers are removed."""
    actions.withdraw(application_id, actor=who(request), at=now())
    return read_application(request, application_id)


@router.add("POST", "/applications/{application_id}/questions", ApplicationOut, 201, verb="application.ask_more", match=read_application)
def ask_more(request: HttpRequest, application_id: UUID, body: AskIn) -> ApplicationOut:
    """Ask for more before deciding; the person gets a message."""
    actions.ask_more(application_id, actor=who(request), words=body.words, by_on=body.by_on, at=now())
    return read_application(request, application_id)


@router.add("POST", "/applications/{application_id}/answer", ApplicationOut, verb="application.answer", match=read_application)
def answer_question(request: HttpRequest, application_id: UUID, body: AnswerIn) -> ApplicationOut:
    """Answer what the deciding agency asked."""
    actions.answer(application_id, actor=who(request), words=body.words, at=now())
    return read_application(request, application_id)


@router.add("POST", "/applications/{application_id}/attachments", MadeOut, 201, verb="application.attach")
def attach_paper(request: HttpRequest, application_id: UUID, file: File[UploadedFile]) -> Any:
    """Attach a paper (PDF, JPEG, PNG, WebP; told by its content) to an open application."""
    return actions.attach(application_id, actor=who(request), content=file.read(), name=(file.name or "")[:160], at=now())


@router.add("GET", "/attachments/{attachment_id}", ContentOut, verb="attachment.open")
def open_attachment(request: HttpRequest, attachment_id: UUID) -> ContentOut:
    """The content of a paper, for the agency that decides; each opening enters the audit."""
    opened_paper = actions.open_attachment(attachment_id, actor=who(request))
    return ContentOut(name=opened_paper.name, media_type=opened_paper.media_type, content=base64.b64encode(opened_paper.content).decode())


@router.add("POST", "/applications/{application_id}/decision", ApplicationOut, 201, verb="application.decide", match=read_application)
def decide_application(request: HttpRequest, application_id: UUID, body: DecisionIn) -> ApplicationOut:
    """Approve or refuse under the agency's own Act. What is approved is awarded in the same transaction, or nothing is written."""
    terms = body.award
    amount = None if terms is None or terms.sen is None else Decimal(terms.sen) / 100
    given = None if terms is None else actions.AwardTerms(terms.from_on, terms.to_on, amount, terms.pay)
    actions.decide(application_id, actor=who(request), outcome=body.outcome, reasons=body.reasons, text=body.text,
                   against=body.against, award=given, override_id=body.override_id, on=today(), at=now())
    return read_application(request, application_id)
