"""The standing work of assistance: clocks reminded of and lapsed, papers removed, applications taken back with the consent they rest on."""
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from sinergi.kernel import events
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor
from sinergi.kernel.jobs import job, operator
from sinergi.kernel.models import Event

from . import actions
from .actions.clocks import remind_on
from .models import Application, ClockRun

KEEPER = operator("applications", "application.read", "application.remind", "application.lapse", "attachment.remove")
REMIND_AHEAD = 7
RESTING = """SELECT id FROM assistance_application
  WHERE person_id = ANY (%s) AND state IN ('lodged', 'asked') AND sinergi_consent_ended(consent_id) ORDER BY id"""


@app.periodic(cron="20 22 * * *")
@app.task(name="applications.keep", queue="upkeep", queueing_lock="applications.keep", lock="applications.keep")
def keep_applications(timestamp: int) -> None:
    """Every night (06:20 in Malaysia): one job for each clock and each application whose papers are to be looked at."""
    queue_due()


def queue_due() -> int:
    """Queue what is due today. Gives how many jobs."""
    on = timezone.localdate()
    with acting(KEEPER, purpose="follow"):
        due = ClockRun.objects.filter(ended_on=None, due_on__lte=on + timedelta(days=REMIND_AHEAD))
        clocks = [run.pk for run in due.order_by("pk") if on >= remind_on(run)]
        papers = list(Application.objects.filter(papers_until_on__lte=on).order_by("pk").values_list("pk", flat=True))
        for clock in clocks:
            keep_clock.later(actor=KEEPER, purpose="follow", clock_id=clock)
        for application in papers:
            remove_papers.later(actor=KEEPER, purpose="follow", application_id=application)
    return len(clocks) + len(papers)


@job("application.clock")
def keep_clock(clock_id: int, *, actor: Actor) -> None:
    """Look at one clock: lapse where the law lapses and the day is past, else remind once before the end and once after it."""
    run, on, now = ClockRun.objects.select_related("application").filter(pk=clock_id, ended_on=None).first(), timezone.localdate(), timezone.now()
    if run is None:
        return
    if run.on_lapse == "lapse" and on > run.due_on and run.application.state in ("lodged", "asked"):
        actions.lapse(clock_id, actor=actor, on=on, at=now)
    elif run.reminded_on is None or (on > run.due_on and run.overdue_on is None):
        actions.remind(clock_id, actor=actor, on=on, at=now)


@job("attachment.remove")
def remove_papers(application_id: str, *, actor: Actor) -> None:
    """Remove the papers of one application, if they have not been removed meanwhile."""
    on = timezone.localdate()
    if Application.objects.filter(pk=application_id, papers_until_on__lte=on).exists():
        actions.remove_papers(UUID(application_id), actor=actor, on=on, at=timezone.now())


@events.on("application.withdraw", name="assistance.papers_of_withdrawn", verbs=("application.read", "attachment.remove"))
def remove_at_once(news: Event, *, actor: Actor) -> None:
    """The papers of an application that was taken back go at once."""
    application_id = news.subject.rpartition(":")[2]
    for row in Application.objects.filter(pk=application_id, papers_until_on__isnull=False):
        actions.remove_papers(row.pk, actor=actor, on=timezone.localdate(), at=timezone.now())


@events.on("consent.withdraw", name="assistance.consent_withdrawn", verbs=("application.read", "application.withdraw"))
def withdraw_with_consent(news: Event, *, actor: Actor) -> None:
    """Open applications that rest on a consent that was taken back are taken back with it."""
    with connection.cursor() as cursor:
        cursor.execute(RESTING, [list(news.persons)])
        resting = [row[0] for row in cursor.fetchall()]
    for application_id in resting:
        actions.withdraw(application_id, actor=actor, at=timezone.now(), why="consent_withdrawn")
