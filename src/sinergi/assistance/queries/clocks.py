"""The clocks of applications as pages show them: until when, in which days, how long still, what happens then."""
import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from sinergi.core import rules
from sinergi.kernel import law as kernel_law
from sinergi.kernel.actors import Actor
from sinergi.kernel.calendar import end_of_clock, working_days_between
from sinergi.registry import queries as registry

from ..models import Application, ClockRun

UNITS = {"days": {"ms": "hari kalendar", "en": "calendar days"}, "working_days": {"ms": "hari bekerja", "en": "working days"},
         "months": {"ms": "bulan", "en": "months"}}
THEN = {"remind": {"ms": "Peringatan dihantar; permohonan tetap hidup.", "en": "A reminder is sent; the application stays alive."},
        "lapse": {"ms": "Permohonan luput menurut peraturannya; orang itu diberitahu dan boleh memohon semula.",
                  "en": "By its rules the application lapses; the person is told and may apply again."}}
QUESTION = {"ms": "Jawab soalan agensi", "en": "Answer the agency’s question"}
SOON_DAYS = 7


@dataclass(frozen=True)
class ClockView:
    """One clock. `left`: days until the end (in its unit; negative: late), None when it has ended; `then`: what happens at the end.

    `side`: whose step it is (person, agency; sender: the agency that sent the application). `weak`: the status where the source is no law.
    """

    id: int | None
    clock: str
    text: rules.law.Words
    side: str
    began_on: dt.date
    due_on: dt.date
    length: int
    unit: str
    unit_words: rules.law.Words
    left: int | None
    late: bool
    then: rules.law.Words
    on_lapse: str
    cite: str
    status: str
    ended_on: dt.date | None
    ended_as: str
    reminded_on: dt.date | None


@dataclass(frozen=True)
class DueClock:
    """A clock that ends soon or is late, for the page of the day: whose it is, of which application and person."""

    application_id: UUID
    person_id: UUID
    name: str
    programme: str
    state: str
    side: str
    due_on: dt.date
    late: bool


def clocks_of(row: Application, on: dt.date) -> tuple[ClockView, ...]:
    """The clocks of an application, the running ones first, by the day they end. One query."""
    law = kernel_law.current()
    if row.programme not in law.programmes:
        law = kernel_law.at_version(row.law_version)
    known = {clock.id: clock for clock in law.programmes[row.programme].clocks}
    runs = sorted(ClockRun.objects.filter(application=row), key=lambda r: (r.ended_on is not None, r.due_on, r.pk))
    return tuple(view(run, known.get(run.clock), row.region, on) for run in runs)


def view(run: ClockRun, clock: rules.law.Clock | None, region: str, on: dt.date) -> ClockView:
    """A kept clock as a view; one that is no clock of the programme is a question's."""
    unit = clock.unit if clock else "days"
    length = clock.length if clock else (run.due_on - run.began_on).days
    running = run.ended_on is None
    return ClockView(run.pk, run.clock, clock.text if clock else QUESTION, run.side, run.began_on, run.due_on, length, unit, UNITS[unit],
                     left(on, run.due_on, unit, region) if running else None, running and run.due_on < on, THEN[run.on_lapse], run.on_lapse,
                     clock.cite if clock else "", clock.status if clock else "", run.ended_on, run.ended_as, run.reminded_on)


def left(on: dt.date, due: dt.date, unit: str, region: str) -> int:
    """Days until the end, in working days where the clock counts these; days of the calendar when it is past, then negative."""
    return working_days_between(on, due, region) if unit == "working_days" and due >= on else (due - on).days


def clocks_before(answer: rules.Answer, region: str, on: dt.date) -> tuple[ClockView, ...]:
    """Clocks that run before anybody applied: from the event of the person (60 days from the loss of work to apply). Nothing is read."""
    began = answer.finding.day if answer.of.event != "as_of" else None
    if began is None:
        return ()
    found = []
    for clock in answer.of.clocks:
        if clock.event == "event":
            due = end_of_clock(began, clock.length, clock.unit, region)
            still = left(on, due, clock.unit, region)
            found.append(ClockView(None, clock.id, clock.text, clock.side, began, due, clock.length, clock.unit, UNITS[clock.unit], still, due < on,
                                   THEN[clock.on_lapse], clock.on_lapse, clock.cite, clock.status, None, "", None))
    return tuple(found)


def due_clocks(actor: Actor, on: dt.date, *, within: int = SOON_DAYS, most: int = 200) -> tuple[DueClock, ...]:
    """Clocks that end within some days or are late, of the actor's agency: its own steps where it decides, the rest where it sent. Two queries."""
    mine = list(due_rows(actor, on, within).select_related("application")[:most])
    names = {p.id: p.name for p in registry.people({r.application.person_id for r in mine}).values()}
    return tuple(DueClock(r.application_id, r.application.person_id, names.get(r.application.person_id, ""), r.application.programme,
                          r.application.state, r.side, r.due_on, r.due_on < on) for r in mine)


def due_rows(actor: Actor, on: dt.date, within: int = SOON_DAYS) -> QuerySet[ClockRun]:
    """The clocks of `due_clocks`, the first to end first."""
    own = Q(side="agency", application__agency_id=actor.agency) | (~Q(side="agency") & Q(application__from_agency_id=actor.agency))
    return ClockRun.objects.filter(own, ended_on=None, due_on__lte=on + dt.timedelta(days=within)).order_by("due_on", "id")


def clocks_due(actor: Actor, on: dt.date) -> tuple[int, dt.date | None]:
    """How many clocks `due_clocks` would tell of, and the first day one ends; nobody is shown. One query."""
    days = list(due_rows(actor, on).values_list("due_on", flat=True))
    return len(days), days[0] if days else None
