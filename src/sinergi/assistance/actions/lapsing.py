"""What a clock does when its day comes near or is past: it reminds, and lapses only where the law lapses."""
import datetime as dt

from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.flow import move

from .. import policy
from ..models import Application, ClockRun
from .applying import LIFE, close, locked
from .clocks import papers_until, remind_on
from .telling import tell


@action("application.remind", policy.is_platform)
def remind(clock_id: int, *, actor: Actor, on: dt.date, at: dt.datetime) -> ClockRun:
    """Remind of a clock before it ends, and once more when it has: the person by message, the agencies on their pages of the day.

    Raises Refused: `clock.not_due`.
    """
    run = ClockRun.objects.select_for_update(of=("self",)).select_related("application").get(pk=clock_id)
    changes().watch(run)
    if run.ended_on is not None or on < remind_on(run) or (run.reminded_on is not None and (on <= run.due_on or run.overdue_on is not None)):
        raise Refused("clock.not_due")
    if on > run.due_on:
        run.overdue_on = on
    run.reminded_on = run.reminded_on or on
    run.save(update_fields=["reminded_on", "overdue_on"])
    changes().concern(run.application.person_id)
    if run.side == "person":
        tell(run.application, "application.reminded", actor, by=run.due_on.isoformat())
    return run


@action("application.lapse", policy.is_platform)
def lapse(clock_id: int, *, actor: Actor, on: dt.date, at: dt.datetime) -> Application:
    """End an application whose clock ran out where the law itself ends it; the person is told why, and that he may apply again.

    Raises Refused: `clock.not_due`, `flow.wrong_state`.
    """
    run = ClockRun.objects.get(pk=clock_id)
    row = locked(run.application_id)
    changes().watch(row)
    if run.ended_on is not None or run.on_lapse != "lapse" or on <= run.due_on:
        raise Refused("clock.not_due")
    move(row, LIFE, "application.lapse")
    ClockRun.objects.filter(pk=run.pk).update(ended_on=on, ended_as="lapsed")
    close(row, on, at, why=run.clock[:24], papers_until=papers_until(on))
    tell(row, "application.lapsed", actor, by=run.due_on.isoformat())
    return row
