"""What cases hear of other rooms, and what they do about it. Each handler and its mark are one transaction."""

from uuid import UUID

from django.utils import timezone

from sinergi.assistance import queries as assistance
from sinergi.benefits.queries import lists as award_lists
from sinergi.kernel import events
from sinergi.kernel.actors import Actor
from sinergi.kernel.models import Event

from . import actions
from .models import WAITING, Referral

READS = ("application.read", "entitlement.read", "case.read")


@events.on("person.register", name="cases.registered", verbs=("case.follow", *READS))
@events.on("batch.register", name="cases.listed", verbs=("case.follow", *READS))
@events.on("fact.record", name="cases.needs_said", verbs=("case.follow", *READS))
def said(news: Event, *, actor: Actor) -> None:
    """A case for each need of a household that was registered, or that has said more since."""
    for person in news.persons:
        if not actions.is_followed(person):
            actions.follow_person(person, actor=actor, on=timezone.localdate(), at=timezone.now())


@events.on("consent.withdraw", name="cases.consent_withdrawn", verbs=("referral.revoke", *READS))
def revoked(news: Event, *, actor: Actor) -> None:
    """Referrals that rest on a consent taken back end with it; the receivers see it and acknowledge."""
    resting = Referral.objects.filter(person_id__in=news.persons, state__in=(*WAITING, "accepted")).order_by("pk").values_list("pk", "consent_id")
    on = timezone.localdate()
    for referral, consent in resting:
        if actions.is_consent_over(consent, on):
            actions.revoke_referral(referral, actor=actor, on=on, at=timezone.now())


def moved(news: Event, *, actor: Actor) -> None:
    """The case of an application that moved."""
    application = assistance.application_behind(news.subject)
    if application is not None:
        actions.follow_application(application, actor=actor, on=timezone.localdate(), at=timezone.now())


for _verb in ("apply", "withdraw", "ask_more", "answer", "decide", "lapse"):
    events.on(f"application.{_verb}", name=f"cases.application_{_verb}", verbs=("case.follow_application", *READS))(moved)


@events.on("entitlement.award", name="cases.awarded", verbs=("case.follow_award", *READS))
@events.on("entitlement.end", name="cases.award_ended", verbs=("case.follow_award", *READS))
@events.on("award_list.load", name="cases.awards_listed", verbs=("case.follow_award", *READS))
def awarded(news: Event, *, actor: Actor) -> None:
    """The state of everybody a benefit, or a step of a partner's list, reaches."""
    if news.persons:
        actions.follow_award(news.persons, actor=actor)


@events.on("award_list.undo", name="cases.awards_unlisted", verbs=("case.follow_award", *READS))
def unlisted(news: Event, *, actor: Actor) -> None:
    """The state of everybody whom a list reached that counts as never given."""
    reached = award_lists.reached(UUID(news.subject.partition(":")[2]))
    if reached:
        actions.follow_award(reached, actor=actor)
