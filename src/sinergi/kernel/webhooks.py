"""News of an agency, sent to its own system: where, for which verbs, and what became of each piece. The sending itself: `news`.

Each event that concerns the agency (its subject, or a person in it, is the agency's to see) goes to each address that asked for its verb: ids
only, signed as Standard Webhooks has it, at least once under one id, in no promised order. Shown secrets are kept encrypted, to sign with.
"""
import base64
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from . import keys, policy
from .action import action, changes
from .actors import Actor
from .errors import Refused
from .models import Agency, Webhook, WebhookDelivery
from .news_address import checked
from .roles import FOLLOW, READS

NEWS = sorted((FOLLOW - READS.keys() - {"attachment.open"}) | {
    "application.ask_more", "application.decide", "application.lapse", "entitlement.award", "entitlement.end", "person.register", "consent.give",
    "consent.withdraw", "household.screen", "referral.expire", "case.reopen"})
PREFIX, MOST = "whsec_", 1000


@dataclass(frozen=True)
class Opened:
    """A new address, with the secret that its signatures are made with: shown this once."""

    webhook: Webhook
    secret: str


def reaching(verb: str) -> policy.Callable[[Actor, Agency | Webhook | WebhookDelivery], bool]:
    """The policy of a verb on an agency's addresses."""

    def may(actor: Actor, subject: Agency | Webhook | WebhookDelivery) -> bool:
        """Those of one's own agency, or of any for who holds the verb nationally."""
        of = subject.webhook if isinstance(subject, WebhookDelivery) else subject
        return actor.reaches(verb, of.code if isinstance(of, Agency) else of.agency_id)

    return may


@action("webhook.open", reaching("webhook.open"))
def open_webhook(agency: Agency, *, actor: Actor, url: str, verbs: Iterable[str], at: datetime) -> Opened:
    """Let news of an agency be sent to an address of its system.

    Raises Refused: `agency.has_left`, `webhook.address`, `webhook.inside`, `webhook.verbs`, `webhook.there`.
    """
    if agency.left_on is not None:
        raise Refused("agency.has_left", agency=agency.code)
    checked(url)
    if Webhook.objects.filter(agency=agency, url=url).exclude(state="closed").exists():
        raise Refused("webhook.there", field="url")
    secret = PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    made = Webhook.objects.create(agency=agency, url=url, verbs=chosen(verbs), secret=keys.outer().encrypt(secret.encode()).decode(),
                                  made_at=at, made_by=actor.id)
    changes().made(made)
    return Opened(made, secret)


def chosen(verbs: Iterable[str]) -> list[str]:
    """The verbs, each one of which news is sent. Refused("webhook.verbs")."""
    found = sorted(set(verbs))
    if not found or set(found) - set(NEWS):
        raise Refused("webhook.verbs", field="verbs")
    return found


@action("webhook.change", reaching("webhook.change"))
def change_webhook(webhook: Webhook, *, actor: Actor, url: str, verbs: Iterable[str], paused: bool = False) -> Webhook:
    """Change address or verbs, pause, or go on after a pause. Raises Refused: `webhook.closed`, and as `webhook.open`."""
    if webhook.state == "closed":
        raise Refused("webhook.closed")
    if url != webhook.url:
        checked(url)
        if Webhook.objects.filter(agency=webhook.agency, url=url).exclude(state="closed").exists():
            raise Refused("webhook.there", field="url")
    webhook.url, webhook.verbs, webhook.state, webhook.failing_since = url, chosen(verbs), "paused" if paused else "open", None
    webhook.save(update_fields=["url", "verbs", "state", "failing_since"])
    return webhook


@action("webhook.close", reaching("webhook.close"))
def close_webhook(webhook: Webhook, *, actor: Actor, at: datetime) -> Webhook:
    """Send nothing there any more; what waited is given up. Raises Refused: `webhook.closed`."""
    if webhook.state == "closed":
        raise Refused("webhook.closed")
    webhook.state, webhook.ended_at = "closed", at
    webhook.save(update_fields=["state", "ended_at"])
    WebhookDelivery.objects.filter(webhook=webhook, state="waiting").update(state="given_up", due_at=None)
    return webhook


@action("webhook.replay", reaching("webhook.replay"))
def replay(webhook: Webhook, *, actor: Actor, at: datetime, delivery: UUID | None = None, since: datetime | None = None,
           until: datetime | None = None) -> int:
    """Send again one piece of news, or all of a span, under the ids they had. Gives how many. Raises Refused: `webhook.closed`, `webhook.nothing`."""
    if webhook.state != "open":
        raise Refused("webhook.closed")
    rows = WebhookDelivery.objects.filter(webhook=webhook)
    rows = rows.filter(pk=delivery) if delivery else rows.filter(made_at__gte=since or webhook.made_at, made_at__lte=until or at)
    found = list(rows.order_by("made_at").values_list("pk", flat=True)[:MOST])
    if not found:
        raise Refused("webhook.nothing")
    WebhookDelivery.objects.filter(pk__in=found).update(state="waiting", attempts=0, due_at=at, fault="")
    changes().note(again=len(found))
    return len(found)


def webhooks_of(agency: str) -> list[Webhook]:
    """The addresses of an agency that the actor may see, the open ones first."""
    return sorted(Webhook.objects.filter(agency_id=agency), key=lambda one: (one.state == "closed", one.made_at))


def webhook(webhook_id: UUID) -> Webhook | None:
    """One address; None when it is not the actor's to see."""
    return Webhook.objects.select_related("agency").filter(pk=webhook_id).first()


def deliveries(of: Webhook, *, before: datetime | None = None, most: int = 50) -> list[WebhookDelivery]:
    """The pieces of news to an address, the newest first, made before an instant. One query."""
    rows = WebhookDelivery.objects.filter(webhook=of).select_related("event").order_by("-made_at", "-id")
    return list((rows.filter(made_at__lt=before) if before else rows)[:most])
