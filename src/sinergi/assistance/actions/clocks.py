"""The clocks of an application: begun by its events, counted as the law of each says, ended."""
import datetime as dt
from collections.abc import Iterable

from sinergi.core import rules
from sinergi.core.rules.clocks import remind_days
from sinergi.kernel.action import changes
from sinergi.kernel.calendar import end_of_clock

from .. import retention
from ..models import Application, ClockRun

QUESTION = "question"


def planned(row: Application, programme: rules.Programme, events: Iterable[str], on: dt.date | None = None) -> list[ClockRun]:
    """The clocks of a programme that such events start, not yet kept. One that ran from the person's own event ends with the application."""
    made = []
    for clock in programme.clocks:
        began = {"event": row.event_on, "applied": row.applied_on}.get(clock.event, on)
        if clock.event not in events or began is None or (clock.needs and row.need not in clock.needs):
            continue
        due = end_of_clock(began, clock.length, clock.unit, row.region)
        run = ClockRun(application=row, clock=clock.id, side=clock.side, began_on=began, due_on=due, on_lapse=clock.on_lapse)
        if clock.event == "event":
            run.ended_on, run.ended_as = row.applied_on, "met" if row.applied_on <= due else "lapsed"
        made.append(run)
    return made


def question(row: Application, on: dt.date, by_on: dt.date) -> ClockRun:
    """The clock of a question: until when the agency that sent the application answers."""
    return ClockRun(application=row, clock=QUESTION, side="sender", began_on=on, due_on=by_on, on_lapse="remind")


def begin(row: Application, runs: Iterable[ClockRun]) -> None:
    """Keep clocks."""
    ClockRun.objects.bulk_create(runs)


def end(row: Application, on: dt.date, ended_as: str, sides: tuple[str, ...] = ("person", "agency", "sender")) -> None:
    """Stop the clocks that run for these sides."""
    ClockRun.objects.filter(application=row, ended_on=None, side__in=sides).update(ended_on=on, ended_as=ended_as)


def first_due(runs: Iterable[ClockRun], on: dt.date) -> dt.date | None:
    """The first day one of these clocks ends."""
    return min((run.due_on for run in runs if run.ended_on is None), default=None)


def next_due(row: Application) -> dt.date | None:
    """The first day a running clock ends."""
    return ClockRun.objects.filter(application=row, ended_on=None).order_by("due_on").values_list("due_on", flat=True).first()


def came(row: Application, on: dt.date) -> None:
    """The person came to the agency that decides: his steps are done."""
    end(row, on, "met", sides=("person",))
    changes().watch(row)
    row.due_on = next_due(row)
    row.save(update_fields=["due_on"])


def remind_on(run: ClockRun) -> dt.date:
    """From which day people are reminded of a clock."""
    return run.due_on - dt.timedelta(days=remind_days((run.due_on - run.began_on).days))


def papers_until(on: dt.date) -> dt.date:
    """From which day the papers of an application that was not approved are removed."""
    return on + dt.timedelta(days=retention.days(on))
