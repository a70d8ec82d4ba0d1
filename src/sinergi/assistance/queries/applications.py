"""Applications as the inbox and their page show them, and what one would carry before it is sent.

Who is no party to an application sees that it exists (unless it is discreet) and nothing of what was sent: its view has no facts then.
"""
import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from sinergi.core import rules
from sinergi.core.rules.find import Outcome
from sinergi.kernel import law as kernel_law
from sinergi.kernel.acting import shown
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import User
from sinergi.registry import queries as registry

from ..models import Application, Attachment, Packet
from ..packets import Packer, PacketFact, PacketReason, fact_of, reason_of
from .clocks import ClockView, clocks_of
from .sheets import Live, sheet_of

NOT_IN_FORCE = Outcome.NOT_IN_FORCE
NO_END = {"ms": "tarikh tamatnya tidak diketahui", "en": "a day that is not known"}
NEVER = dt.date(9999, 12, 31)
BOXES: dict[str, tuple[str, tuple[str, ...]]] = {
    "decide": ("agency_id", ("lodged",)), "waiting": ("agency_id", ("asked",)),
    "decided": ("agency_id", ("approved", "refused", "withdrawn", "lapsed")),
    "sent": ("from_agency_id", ("lodged", "asked", "approved", "refused", "withdrawn", "lapsed")), "asked": ("from_agency_id", ("asked",))}
BY_CLOCK = ("decide", "waiting", "asked")


@dataclass(frozen=True)
class ApplicationRow:
    """An application in a list. `name`: '' when the person is not open to the actor. `cursor` goes on after this row."""

    id: UUID
    household_id: UUID
    person_id: UUID
    name: str
    for_household: bool
    programme: str
    need: str
    agency: str
    from_agency: str
    state: str
    screened: str
    applied_on: dt.date
    due_on: dt.date | None
    closed_at: dt.datetime | None
    papers: int
    missing: int
    cursor: str


@dataclass(frozen=True)
class AttachmentView:
    """A paper: `scan` clean or unscanned; `may_open`: the actor's agency decides and the paper is still kept."""

    id: UUID
    name: str
    media_type: str
    size: int
    scan: str
    attached_at: dt.datetime
    by: str
    removed_at: dt.datetime | None
    may_open: bool


@dataclass(frozen=True)
class QuestionView:
    """What the agency asked, until when, and the answer ('' while open)."""

    words: str
    by_on: dt.date
    asked_at: dt.datetime
    asked_by: str
    answer: str
    answered_at: dt.datetime | None
    answered_by: str


@dataclass(frozen=True)
class DecisionView:
    """The decision: `reasons` ids of criteria or codes of assistance.words; `basis`: the legal basis as the law file has it."""

    id: UUID
    outcome: str
    reasons: tuple[str, ...]
    text: str
    against: str
    basis: dict[str, Any]
    law_version: str
    entitlement_id: UUID | None
    appeal: rules.law.Appeal | None
    appeal_by_on: dt.date | None
    decided_on: dt.date
    decided_at: dt.datetime
    by: str
    agency: str


@dataclass(frozen=True)
class Moment:
    """One thing that happened: code (applied, asked, answered, attached, approved, refused, withdrawn, lapsed), when, by whom, in which agency."""

    code: str
    at: dt.datetime
    by: str
    agency: str


@dataclass(frozen=True)
class Followed:
    """What a case needs to know of an application."""

    id: UUID
    household_id: UUID
    person_id: UUID
    need: str
    agency: str
    from_agency: str
    region: str
    state: str
    due_on: dt.date | None
    discreet: bool


@dataclass(frozen=True)
class ApplicationView:
    """An application with all that the actor may see of it. `open_facts`: facts still to be asked; `documents`: papers the programme wants."""

    row: ApplicationRow
    law_version: str
    likely: bool
    discreet: bool
    event_on: dt.date | None
    applied_at: dt.datetime
    applied_by: str
    closed_why: str
    programme: rules.Programme
    facts: tuple[PacketFact, ...]
    reasons: tuple[PacketReason, ...]
    open_facts: tuple[PacketFact, ...]
    documents: tuple[rules.law.Words, ...]
    attachments: tuple[AttachmentView, ...]
    questions: tuple[QuestionView, ...]
    clocks: tuple[ClockView, ...]
    decision: DecisionView | None
    history: tuple[Moment, ...]
    screening_id: UUID | None


def answer_of(live: Live, programme: str, subject: int | None) -> rules.Answer:
    """The answer of one programme for one of the household. Raises Refused: `application.programme_unknown`, `application.nobody`."""
    if programme not in live.law.programmes:
        raise Refused("application.programme_unknown", given=programme)
    if subject is not None and subject >= len(live.document.people) - live.document.hidden:
        raise Refused("application.nobody", field="member")
    found = next((a for a in live.sheet.answers if a.programme == programme and a.subject == subject), None)
    if found is None:
        raise Refused("application.nobody", field="member")
    return found


def packet_to_send(household_id: UUID, programme: str, subject: int | None, *, on: dt.date, actor: Actor) -> Packer:
    """What an application or a referral to the programme's agency would carry: `facts()` and `reasons()`. Raises Refused as `answer_of`."""
    live = sheet_of(household_id, on=on, actor=actor)
    return Packer(live.law, answer_of(live, programme, subject), live.document)


def facts_to_send(household_id: UUID, programme: str, subject: int | None, *, on: dt.date, actor: Actor) -> tuple[PacketFact, ...]:
    """The facts an application or a referral to that programme's agency carries, as they are shown before sending."""
    return packet_to_send(household_id, programme, subject, on=on, actor=actor).facts()


def programme_of(row: Application) -> rules.Programme:
    """The programme as the law says it today; as it was when applied for, where it is gone."""
    today = kernel_law.current().programmes.get(row.programme)
    return today or kernel_law.at_version(row.law_version).programmes[row.programme]


def applications(actor: Actor, box: str = "decide", *, after: str = "", most: int = 50, person_id: UUID | None = None) -> tuple[ApplicationRow, ...]:
    """A box of the actor's agency: `decide`, `waiting` (asked back), `decided`; `sent` by it, `asked` of it. By clock, closed ones newest first.

    `after`: the cursor of the last row shown. `person_id`: those of one person only (any box). Four queries.
    """
    side, states = BOXES[box]
    rows = Application.objects.filter(**{side: actor.agency}, state__in=states)
    if person_id is not None:
        rows = rows.filter(person_id__in=registry.bearers(person_id))
    return listed(paged(rows, box, after)[:most], box)


def paged(rows: QuerySet[Application], box: str, after: str) -> QuerySet[Application]:
    """In the order of the box, after a cursor."""
    when, _, last = after.partition("|")
    if box in BY_CLOCK:
        rows = rows.annotate(ends=Coalesce("due_on", NEVER)).order_by("ends", "id")
        return rows.filter(Q(ends__gt=when) | Q(ends=when, id__gt=last)) if last else rows
    rows = rows.annotate(ends=Coalesce("closed_at", "applied_at")).order_by("-ends", "id")
    return rows.filter(Q(ends__lt=when) | Q(ends=when, id__gt=last)) if last else rows


def listed(rows: QuerySet[Application], box: str) -> tuple[ApplicationRow, ...]:
    """Rows as views, with names, papers and how many facts are missing."""
    found = list(rows)
    names = {p.id: p.name for p in registry.people({r.person_id for r in found}).values()}
    ids = [r.pk for r in found]
    papers = dict(Attachment.objects.filter(application_id__in=ids, removed_at=None).values_list("application_id").annotate(n=Count("id")))
    missing: dict[UUID, int] = {}
    for application_id, facts in Packet.objects.filter(application_id__in=ids).values_list("application_id", "facts"):
        missing[application_id] = missing.get(application_id, 0) + sum(fact["raw"] is None for fact in facts)
    return tuple(row_view(r, names.get(r.person_id, ""), papers.get(r.pk, 0), missing.get(r.pk, 0), getattr(r, "ends", "")) for r in found)


def row_view(r: Application, name: str, papers: int, missing: int, ends: Any) -> ApplicationRow:
    """One row as a view."""
    cursor = f"{ends.isoformat()}|{r.pk}" if ends else ""
    return ApplicationRow(r.pk, r.household_id, r.person_id, name, r.for_household, r.programme, r.need, r.agency_id, r.from_agency_id, r.state,
                          r.screened, r.applied_on, r.due_on, r.closed_at, papers, missing, cursor)


def application(application_id: UUID, *, actor: Actor, on: dt.date) -> ApplicationView | None:
    """One application; None when it is not the actor's to see."""
    r = Application.objects.select_related("determination").filter(pk=application_id).first()
    if r is None:
        return None
    shown([r.person_id])
    programme, parts = programme_of(r), list(Packet.objects.filter(application=r).order_by("sensitive"))
    facts = tuple(fact_of(kept) for part in parts for kept in part.facts)
    who, attachments, questions = names_of(r), list(r.attachments.order_by("attached_at")), list(r.questions.order_by("asked_at"))
    person = registry.people([r.person_id]).get(r.person_id)
    papers = tuple(AttachmentView(a.pk, a.name, a.media_type, a.size, a.scan, a.attached_at, who(a.attached_by), a.removed_at,
                                  r.agency_id == actor.agency and a.removed_at is None) for a in attachments)
    missing = tuple(fact for fact in facts if fact.raw is None)
    row = row_view(r, person.name if person else "", sum(a.removed_at is None for a in attachments), len(missing), "")
    decision = decision_of(r, programme, who)
    return ApplicationView(
        row, r.law_version, r.likely, r.discreet, r.event_on, r.applied_at, who(r.applied_by), r.closed_why, programme, facts,
        tuple(reason_of(kept) for part in parts for kept in part.reasons), missing, programme.documents, papers,
        tuple(QuestionView(q.words, q.by_on, q.asked_at, who(q.asked_by), q.answer, q.answered_at, who(q.answered_by)) for q in questions),
        clocks_of(r, on), decision, history(r, papers, questions, decision, who), r.determination.screening_id if r.determination else None)


def followed(application_id: UUID) -> Followed | None:
    """An application for the case that follows it; None when it is not the actor's to see."""
    r = Application.objects.filter(pk=application_id).first()
    if r is None:
        return None
    return Followed(r.pk, r.household_id, r.person_id, r.need, r.agency_id, r.from_agency_id, r.region, r.state, r.due_on, r.discreet)


def names_of(r: Application) -> Any:
    """The function that names a user by his id: '' for nobody, the id itself for a command."""
    ids = {r.applied_by, *r.attachments.values_list("attached_by", flat=True), *r.questions.values_list("asked_by", flat=True),
           *r.questions.values_list("answered_by", flat=True)} | {d.decided_by for d in decisions(r)}
    names = {str(pk): name for pk, name in User.objects.filter(pk__in={i for i in ids if len(i) == 36}).values_list("id", "name")}
    return lambda user: names.get(user, user)


def decisions(r: Application) -> list[Any]:
    """The decision, in a list; empty while there is none or it is not ours to see."""
    found = getattr(r, "decision", None)
    return [found] if found is not None else []


def decision_of(r: Application, programme: rules.Programme, who: Any) -> DecisionView | None:
    """The decision as a view."""
    for d in decisions(r):
        return DecisionView(d.pk, d.outcome, tuple(d.reasons), d.text, d.against, d.basis, d.law_version, d.entitlement_id, programme.appeal,
                            d.appeal_by_on, d.decided_on, d.decided_at, who(d.decided_by), d.agency_id)
    return None


def history(r: Application, papers: tuple[AttachmentView, ...], questions: list[Any], decision: DecisionView | None, who: Any) -> tuple[Moment, ...]:
    """What happened, oldest first."""
    found = [Moment("applied", r.applied_at, who(r.applied_by), r.from_agency_id), *(Moment("attached", p.attached_at, p.by, "") for p in papers)]
    for asked in questions:
        found.append(Moment("asked", asked.asked_at, who(asked.asked_by), r.agency_id))
        if asked.answer:
            found.append(Moment("answered", asked.answered_at, who(asked.answered_by), r.from_agency_id))
    if decision is not None:
        found.append(Moment(r.state, decision.decided_at, decision.by, r.agency_id))
    elif r.closed_at is not None:
        found.append(Moment(r.state, r.closed_at, "", r.from_agency_id if r.state == "withdrawn" else ""))
    return tuple(sorted(found, key=lambda m: m.at))
