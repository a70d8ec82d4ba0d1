"""The nightly sweep: who waits is reminded of, what ran out moves on, who was silent is asked again or called; and groups, one by one.

Safe to kill at any moment: a step is one transaction, and each looks first whether it is still due.
"""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.jobs import Step, job, operator

from . import actions, queries
from .actions.groups import consent_to
from .days import before
from .models import WAITING, Case, GroupRow, Outcome, Referral
from .words import TRIES

SWEEPER = operator(
    "cases",
    "case.read",
    "person.read",
    "application.read",
    "entitlement.read",
    "referral.expire",
    "referral.remind",
    "referral.revoke",
    "referral.send",
    "outcome.ask",
    "case.reopen",
)


@app.periodic(cron="40 22 * * *")
@app.task(name="cases.sweep", queue="upkeep", queueing_lock="cases.sweep", lock="cases.sweep")
def sweep(timestamp: int) -> None:
    """Every night (06:40 in Malaysia)."""
    queue_due()


def queue_due() -> int:
    """Queue one job for each referral and each unanswered question that is due. Gives how many."""
    on = timezone.localdate()
    with acting(SWEEPER, purpose="follow"):
        waits = Referral.objects.filter(state__in=WAITING).order_by("pk")
        late = list(waits.filter(answer_by__lt=on).values_list("pk", "from_agency_id"))
        slow = list(waits.filter(answer_by__gte=on, reminded_on=None, sent_at__date__lte=before("remind", on)).values_list("pk", flat=True))
        quiet = list(Outcome.objects.filter(state="waiting", ask_again_on__lte=on).order_by("pk").values_list("pk", flat=True))
        for referral in slow:
            remind.later(actor=SWEEPER, purpose="follow", referral_id=referral)
        for outcome in quiet:
            ask.later(actor=SWEEPER, purpose="follow", outcome_id=outcome)
    for referral, sender in late:
        with acting(replace(SWEEPER, agency=sender), purpose="follow"):
            expire.later(actor=SWEEPER, purpose="follow", referral_id=referral)
    return len(late) + len(slow) + len(quiet)


@job("referral.remind")
def remind(referral_id: str, *, actor: Actor) -> None:
    """One referral that has waited long, unless it was answered meanwhile."""
    if Referral.objects.filter(pk=referral_id, state__in=WAITING, reminded_on=None).exists():
        actions.remind_referral(UUID(referral_id), actor=actor, on=timezone.localdate(), at=timezone.now())


@job("referral.expire")
def expire(referral_id: str, *, actor: Actor) -> None:
    """One referral that nobody answered in time, unless somebody has meanwhile: it ends and moves on, for the agency that sent it."""
    on, now = timezone.localdate(), timezone.now()
    if Referral.objects.filter(pk=referral_id, state__in=WAITING, answer_by__lt=on).exists():
        ended = actions.expire_referral(UUID(referral_id), actor=actor, on=on, at=now)
        move_on(ended.case, actor, on, now)


def move_on(case: Case, actor: Actor, on: date, at: datetime) -> None:
    """Send a case to the next able agency the person has consented to already. Without a consent it stays with its agency, which has a date.

    Nobody has shown the person what this agency's programme would be sent, so no fact goes along: the receiver opens him by his consent.
    """
    if case.household_id is None or case.agency_id != actor.agency:
        return
    tried = set(case.referrals.values_list("to_agency_id", flat=True))
    for able in queries.able_agencies(case.household_id, case.need, on=on, actor=actor, excluding=tried):
        consent = consent_to(case.person_id, able.agency, on)
        if consent is None:
            continue
        try:
            actions.refer(case.pk, actor=actor, to_agency=able.agency, programme=able.programme, facts=(), consent_id=consent, on=on, at=at)
        except Refused:
            continue
        return


@job("outcome.ask")
def ask(outcome_id: str, *, actor: Actor) -> None:
    """One person who has not answered: asked a second time by the same channel, then the case is worked on again."""
    on, now = timezone.localdate(), timezone.now()
    row = Outcome.objects.filter(pk=outcome_id, state="waiting", ask_again_on__lte=on).first()
    if row is None:
        return
    if row.tries < TRIES:
        last = row.askings.order_by("-sent_at").first()
        try:
            actions.ask_again(row.pk, actor=actor, channel=last.channel if last else "letter", on=on, at=now)
        except Refused as why:
            if why.code not in ("outcome.hidden", "outcome.no_reach"):
                raise
            actions.ask_again(row.pk, actor=actor, channel="counter", on=on, at=now)
    else:
        actions.reopen_silent(row.pk, actor=actor, on=on, at=now)


@job("referral.group", queue="bulk")
def send_group(group_id: str, *, actor: Actor, done: int) -> Step:
    """Send the next case of a group, or note why it was left out."""
    rows = GroupRow.objects.filter(group_id=UUID(group_id)).select_related("group").order_by("pk")
    total = rows.count()
    row = rows.filter(outcome="waiting").select_for_update(of=("self",)).first()
    if row is None:
        return Step(total, total)
    actions.send_row(row, actor=actor, on=timezone.localdate(), at=timezone.now())
    with writing("referral.group"):
        row.save(update_fields=["outcome", "code"])
    return Step(min(done + 1, total), total)


def start_group(group_id: UUID, *, actor: Actor) -> UUID:
    """Queue the sending of a group in the caller's transaction; gives the id of its progress. Inside `acting`, with `actions.refer_group`."""
    return send_group.later(actor=actor, purpose="refer", subject=f"cases.ReferralGroup:{group_id}", group_id=group_id)
