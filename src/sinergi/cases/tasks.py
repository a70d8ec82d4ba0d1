"""The nightly sweep: referrals that ran out go back with a date, who was silent is asked again or called. Safe to kill: each step is one action."""

from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor
from sinergi.kernel.jobs import job, operator

from . import actions
from .models import WAITING, Outcome, Referral
from .words import TRIES

SWEEPER = operator("cases", "case.read", "person.read", "referral.expire", "outcome.ask", "case.reopen")


@app.periodic(cron="40 22 * * *")
@app.task(name="cases.sweep", queue="upkeep", queueing_lock="cases.sweep", lock="cases.sweep")
def sweep(timestamp: int) -> None:
    """Every night (06:40 in Malaysia)."""
    queue_due()


def queue_due() -> int:
    """Queue one job for each referral and each unanswered question that is due. Gives how many."""
    on = timezone.localdate()
    with acting(SWEEPER, purpose="follow"):
        late = list(Referral.objects.filter(state__in=WAITING, answer_by__lt=on).order_by("pk").values_list("pk", flat=True))
        quiet = list(Outcome.objects.filter(state="waiting", ask_again_on__lte=on).order_by("pk").values_list("pk", flat=True))
        for referral in late:
            expire.later(actor=SWEEPER, purpose="follow", referral_id=referral)
        for outcome in quiet:
            ask.later(actor=SWEEPER, purpose="follow", outcome_id=outcome)
    return len(late) + len(quiet)


@job("referral.expire")
def expire(referral_id: str, *, actor: Actor) -> None:
    """One referral that nobody answered in time, unless somebody has meanwhile."""
    on = timezone.localdate()
    if Referral.objects.filter(pk=referral_id, state__in=WAITING, answer_by__lt=on).exists():
        actions.expire_referral(UUID(referral_id), actor=actor, on=on, at=timezone.now())


@job("outcome.ask")
def ask(outcome_id: str, *, actor: Actor) -> None:
    """One person who has not answered: asked a second time by the same channel, then the case is worked on again."""
    on, now = timezone.localdate(), timezone.now()
    row = Outcome.objects.filter(pk=outcome_id, state="waiting", ask_again_on__lte=on).first()
    if row is None:
        return
    if row.tries < TRIES:
        last = row.askings.order_by("-sent_at").first()
        actions.ask_again(row.pk, actor=actor, channel=last.channel if last else "letter", on=on, at=now)
    else:
        actions.reopen_silent(row.pk, actor=actor, on=on, at=now)
