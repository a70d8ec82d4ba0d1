"""An application is sent, asked back, answered, taken back."""
import datetime as dt
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from sinergi.core import rules
from sinergi.core.time import date_words
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.flow import flow, move
from sinergi.kernel.models import Agency
from sinergi.registry import codes
from sinergi.registry import queries as registry

from .. import packets, policy, queries
from ..models import Application, Determination, Packet, Question, Screening
from . import clocks
from .screening import has_sensitive, screen_household
from .telling import tell

OPEN = frozenset({"lodged", "asked"})
LIFE = flow("application", {
    "application.apply": (frozenset(), "lodged"), "application.ask_more": (frozenset({"lodged"}), "asked"),
    "application.answer": (frozenset({"asked"}), "lodged"), "application.approve": (OPEN, "approved"), "application.refuse": (OPEN, "refused"),
    "application.withdraw": (OPEN, "withdrawn"), "application.lapse": (OPEN, "lapsed")})
CONSENTED = ("decide", "refer")
LEAST_WORDS = 5
ONE_OPEN = "application_one_open_"


@action("application.apply", policy.may_apply)
def apply(household_id: UUID, *, actor: Actor, programme: str, subject: int | None, need: str, consent_id: UUID, on: dt.date, at: dt.datetime,
          law: rules.Law | None = None) -> Application:
    """Ask a programme for a member of the household (`subject`: his place in its document; None: the household) and send what its rules read.

    A screening of the day is stored with it, or the one that stands is used. Raises Refused: `application.programme_unknown`,
    `application.nobody`, `need.unknown`, `application.agency_outside`, `application.not_in_force`, `application.no_consent`,
    `application.already_held`, `application.already_open`.
    """
    live = queries.sheet_of(household_id, on=on, actor=actor, law=law)
    asked = queries.answer_of(live, programme, subject)
    person = live.document.people[live.sheet.situation.head if asked.subject is None else asked.subject]
    if need not in asked.of.needs:
        raise Refused("need.unknown", field="need", given=need)
    agency = deciding_agency(asked)
    check_consent(consent_id, person, asked.agency, on)
    check_not_held(live, asked, on)
    row = Application(
        household_id=household_id, person_id=person, for_household=asked.subject is None, programme=asked.programme, need=need,
        agency_id=asked.agency, from_agency_id=actor.agency, consent_id=consent_id, determination=determination(live, asked, actor, on, at),
        screened=str(asked.outcome), likely=asked.likely, law_version=live.law.version, discreet=asked.of.discreet,
        region=region_of(agency, live), event_on=asked.finding.day if asked.of.event != "as_of" else None,
        applied_on=on, applied_at=at, applied_by=actor.id)
    row.due_on = clocks.first_due(planned := clocks.planned(row, asked.of, ("event", "applied")), on)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as twice:
        if ONE_OPEN not in str(twice):
            raise
        raise Refused("application.already_open") from twice
    clocks.begin(row, planned)
    send_packet(row, packets.Packer(live.law, asked, live.document))
    return row


def deciding_agency(asked: rules.Answer) -> Agency:
    """The agency that decides here. Raises Refused where it is no partner, or the programme does not run."""
    agency = Agency.objects.filter(pk=asked.agency, partner=True, left_on=None).first()
    if agency is None:
        raise Refused("application.agency_outside", agency=asked.agency, next_ms=asked.next_step["ms"], next_en=asked.next_step["en"])
    if asked.outcome is queries.NOT_IN_FORCE:
        raise Refused("application.not_in_force", programme_ms=asked.of.name["ms"], programme_en=asked.of.name["en"])
    return agency


def check_consent(consent_id: UUID, person: UUID, agency: str, on: dt.date) -> None:
    """A consent of this person to this agency, to refer to it or to let it decide, that stands on the day."""
    given = registry.consent(consent_id)
    fits = given is not None and given.person_id == registry.resolve(person) and given.agency == agency and given.purpose in CONSENTED
    if given is None or not fits or given.withdrawn_at is not None or (given.until_on is not None and given.until_on < on):
        raise Refused("application.no_consent", field="consent", agency=agency)


def check_not_held(live: queries.Live, asked: rules.Answer, on: dt.date) -> None:
    """Refuse what the subject holds already."""
    situation = live.sheet.situation
    who = situation.household if asked.subject is None else situation.people[asked.subject]
    for row in who["held"][0]:
        if row.programme == asked.programme and (row.start is None or row.start <= on) and (row.end is None or on <= row.end):
            said = {lang: date_words(row.end, lang) if row.end else words for lang, words in queries.NO_END.items()}
            raise Refused("application.already_held", until_ms=said["ms"], until_en=said["en"])


def region_of(agency: Agency, live: queries.Live) -> str:
    """The state whose working days count: the agency's own; of a national one that of the household."""
    state = live.document.raw["household"].get("state") or ""
    return agency.area if agency.area in codes.STATES else state


def determination(live: queries.Live, asked: rules.Answer, actor: Actor, on: dt.date, at: dt.datetime) -> Determination:
    """The stored answer the application rests on: of the screening with the same facts, day and law, or of one made now."""
    same = Screening.objects.filter(household_id=live.document.household_id, as_of=on, law_version=live.law.version,
                                    sensitive=has_sensitive(live.law, live.document.raw), document=live.document.raw).first()
    screening = same or screen_household(live.document.household_id, actor=actor, on=on, at=at, law=live.law)
    return Determination.objects.get(screening=screening, programme=asked.programme, subject=asked.subject)


def send_packet(row: Application, packer: packets.Packer) -> None:
    """Keep what is sent: one row of what is plain, one of what is sensitive."""
    facts, reasons = packer.facts(), packer.reasons()
    for sensitive in (False, True):
        kept = [[packets.as_json(x) for x in entries if x.sensitive is sensitive] for entries in (facts, reasons)]
        if any(kept) or not sensitive:
            Packet.objects.create(application=row, sensitive=sensitive, facts=kept[0], reasons=kept[1])
    changes().note(facts=len(facts), sensitive=sum(fact.sensitive for fact in facts))


def locked(application_id: UUID) -> Application:
    """The application, held until the transaction ends."""
    return Application.objects.select_for_update(of=("self",)).get(pk=application_id)


@action("application.ask_more", policy.deciding)
def ask_more(application_id: UUID, *, actor: Actor, words: str, by_on: dt.date, at: dt.datetime) -> Question:
    """Ask for more before deciding: the person gets a message, the agency that sent it sees the question, a clock runs to the day.

    Raises Refused: `flow.wrong_state`, `application.words_missing`, `application.day_past`.
    """
    row, on = locked(application_id), timezone.localdate(at)
    changes().watch(row)
    move(row, LIFE, "application.ask_more")
    if len(words.strip()) < LEAST_WORDS:
        raise Refused("application.words_missing", field="words", least=LEAST_WORDS)
    if by_on <= on:
        raise Refused("application.day_past", field="by_on")
    clocks.end(row, on, "met", sides=("person",))
    clocks.begin(row, [clocks.question(row, on, by_on), *clocks.planned(row, queries.programme_of(row), ("asked",), on)])
    row.due_on = clocks.next_due(row)
    row.save(update_fields=["state", "due_on"])
    tell(row, "application.asked", actor, by=by_on.isoformat())
    return Question.objects.create(application=row, person_id=row.person_id, words=words.strip()[:1000], by_on=by_on, asked_at=at, asked_by=actor.id)


@action("application.answer", policy.sending)
def answer(application_id: UUID, *, actor: Actor, words: str, at: dt.datetime) -> Question:
    """Answer what the agency asked; it decides again. Raises Refused: `flow.wrong_state`, `application.words_missing`."""
    row = locked(application_id)
    changes().watch(row)
    move(row, LIFE, "application.answer")
    if not words.strip():
        raise Refused("application.words_missing", field="words", least=1)
    asked = Question.objects.get(application=row, answered_at=None)
    changes().watch(asked)
    asked.answer, asked.answered_at, asked.answered_by = words.strip()[:2000], at, actor.id
    asked.save(update_fields=["answer", "answered_at", "answered_by"])
    clocks.end(row, timezone.localdate(at), "met", sides=("sender",))
    row.due_on = clocks.next_due(row)
    row.save(update_fields=["state", "due_on"])
    return asked


@action("application.withdraw", policy.withdrawing)
def withdraw(application_id: UUID, *, actor: Actor, at: dt.datetime, why: str = "asked_by_person") -> Application:
    """Take an application back; its papers are removed at once. Raises Refused: `flow.wrong_state`."""
    row, on = locked(application_id), timezone.localdate(at)
    changes().watch(row)
    move(row, LIFE, "application.withdraw")
    close(row, on, at, why=why, papers_until=on)
    return row


def close(row: Application, on: dt.date, at: dt.datetime, *, why: str = "", papers_until: dt.date | None = None) -> None:
    """End an application in the state it was moved to: its clocks stop, its open question too."""
    clocks.end(row, on, "closed")
    Question.objects.filter(application=row, answered_at=None).update(answered_at=at, answered_by="")
    row.closed_at, row.closed_why, row.papers_until_on, row.due_on = at, why, papers_until, clocks.next_due(row)
    row.save(update_fields=["state", "closed_at", "closed_why", "papers_until_on", "due_on"])
