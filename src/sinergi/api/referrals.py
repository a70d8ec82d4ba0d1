"""Referrals by machine: send with exactly what was shown, accept, decline, ask back, answer, take back, and the boxes."""
import datetime as dt
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema

from sinergi.assistance import queries as assistance
from sinergi.cases import actions, queries

from . import cursors
from .factory import Operations, found, now, today, who
from .shapes import Body, Both, Code, Cursor, Day, Most, Place, Words

router = Operations(tags=["referrals"])
Box = Literal["answer", "asked", "accepted", "sent", "returned", "taken"]


class SentFactOut(Schema):
    """One fact that a referral carried, in words of both languages."""

    fact: str
    label: Both
    words: Both
    sensitive: bool


class ReferralRowOut(Schema):
    """A referral from one agency to another, to be answered by a day."""

    id: UUID
    case_id: UUID
    person_id: UUID
    from_agency: str
    to_agency: str
    programme: str
    need: str
    note: str
    state: str
    sent_at: dt.datetime
    answer_by: dt.date
    question: str
    answer: str
    answered_at: dt.datetime | None
    decline_code: str
    decline_words: str
    consent_withdrawn_at: dt.datetime | None


class ReferralOut(ReferralRowOut):
    """A referral with what it carried, as far as one may see it."""

    facts: list[SentFactOut]


class ReferralPageOut(Schema):
    """A page of a box; `next`: the cursor of the page after it, empty at the end."""

    items: list[ReferralRowOut]
    next: str


class ReferIn(Body):
    """To whom, for which of its programmes (the facts its rules read go along; none: no fact does), by which consent."""

    to_agency: Code
    programme: Code = ""
    subject: Place | None = None
    note: Words = ""
    consent_id: UUID
    answer_by: Day | None = None


class AcceptIn(Body):
    """When one goes on, with what."""

    next_on: Day
    next_step: Code = "serve"


class DeclineIn(Body):
    """Why not: full, area, not_entitled, no_service, unreachable, helped, other (with words)."""

    code: Code
    words: Words = ""


class WordsIn(Body):
    """The question, or its answer."""

    words: Words


@router.add("GET", "/referrals", ReferralPageOut, verb="case.read")
def list_referrals(request: HttpRequest, box: Box = "answer", cursor: Cursor = "", most: Most = 50) -> ReferralPageOut:
    """A box of one's agency: what waits, by the time left, page by page; of what was answered the newest."""
    after = cursors.place(cursor, f"referrals:{box}")
    rows = queries.referrals(who(request), box, most=most + 1,
                             after=(dt.date.fromisoformat(after[0]), UUID(after[1])) if after else None)
    last = rows[most - 1] if len(rows) > most and box in ("answer", "asked", "sent") else None
    onward = cursors.cursor(f"referrals:{box}", str(last.answer_by), str(last.id)) if last else ""
    return ReferralPageOut(items=list(map(ReferralRowOut.from_orm, rows[:most])), next=onward)


@router.add("GET", "/referrals/{referral_id}", ReferralOut, verb="case.read")
def read_referral(request: HttpRequest, referral_id: UUID) -> Any:
    """One referral with what it carried."""
    return found(queries.referral(referral_id))


@router.add("POST", "/cases/{case_id}/referrals", ReferralOut, 201, verb="referral.send")
def refer(request: HttpRequest, case_id: UUID, body: ReferIn) -> Any:
    """Refer the person of a case to another partner by his consent; what goes along is what `packet` shows."""
    case = found(queries.case(case_id))
    facts: list[dict[str, Any]] = []
    if body.programme and case.household_id:
        sent = assistance.facts_to_send(case.household_id, body.programme, body.subject, on=today(), actor=who(request))
        facts = [{"fact": f.fact, "member": f.member, "label": f.label, "words": f.value, "sensitive": f.sensitive} for f in sent]
    made = actions.refer(case_id, actor=who(request), to_agency=body.to_agency, programme=body.programme, note=body.note,
                         facts=facts, consent_id=body.consent_id, answer_by=body.answer_by, on=today(), at=now())
    return queries.referral(made.pk)


@router.add("POST", "/referrals/{referral_id}/acceptance", ReferralOut, verb="referral.accept", match=read_referral)
def accept_referral(request: HttpRequest, referral_id: UUID, body: AcceptIn) -> Any:
    """Take the person on: from now on one's agency is responsible."""
    actions.accept(referral_id, actor=who(request), next_on=body.next_on, next_step=body.next_step, on=today(), at=now())
    return queries.referral(referral_id)


@router.add("POST", "/referrals/{referral_id}/decline", ReferralOut, verb="referral.decline", match=read_referral)
def decline_referral(request: HttpRequest, referral_id: UUID, body: DeclineIn) -> Any:
    """Decline with a coded reason; the case goes back to the sender with a day."""
    actions.decline(referral_id, actor=who(request), code=body.code, words=body.words, on=today(), at=now())
    return queries.referral(referral_id)


@router.add("POST", "/referrals/{referral_id}/question", ReferralOut, verb="referral.ask", match=read_referral)
def ask_back(request: HttpRequest, referral_id: UUID, body: WordsIn) -> Any:
    """Ask the sender something before answering."""
    actions.ask_back(referral_id, actor=who(request), words=body.words, on=today(), at=now())
    return queries.referral(referral_id)


@router.add("POST", "/referrals/{referral_id}/answer", ReferralOut, verb="referral.answer", match=read_referral)
def answer_back(request: HttpRequest, referral_id: UUID, body: WordsIn) -> Any:
    """Answer what the receiver asked; his clock begins again."""
    actions.answer_back(referral_id, actor=who(request), words=body.words, on=today(), at=now())
    return queries.referral(referral_id)


@router.add("POST", "/referrals/{referral_id}/withdrawal", ReferralOut, verb="referral.withdraw", match=read_referral)
def withdraw_referral(request: HttpRequest, referral_id: UUID) -> Any:
    """Take a referral back while it waits."""
    actions.withdraw_referral(referral_id, actor=who(request), on=today(), at=now())
    return queries.referral(referral_id)
