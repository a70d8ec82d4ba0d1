"""Messages to people: queued as rows inside an action, rendered and sent by a job.

Kept are template, language, channel and state; no text and no address.
Templates: messages/*.yaml, `{code: {ms: {subject, email, sms}, en: {…}}}` with {facts}; facts are ids, codes, dates and counts.
E-mail goes through Django's backend; text messages through the door `Gateway` (settings.SMS_GATEWAY); a letter waits for the page that
prints it. A transport may deliver twice when the server dies between sending and noting it: each message carries its id, so that this
shows.
"""
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import yaml
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from . import links, policy
from .action import action, changes
from .actors import Actor
from .errors import Refused
from .flow import flow, move
from .jobs import job, operator
from .models import Message, User

TEMPLATES = Path(__file__).parent / "messages"
CHANNELS = ("email", "sms", "letter")
NOTIFIER = operator("notify", "message.read", "message.send", "message.fail")
LIFE = flow("message", {"message.send": (frozenset({"queued"}), "sent"), "message.fail": (frozenset({"queued"}), "failed")})


@dataclass(frozen=True)
class Text:
    """A message as somebody reads it."""

    subject: str
    body: str


class Gateway(Protocol):
    """What sends text messages. Raises OSError when it could not; then it is tried again."""

    def send(self, number: str, text: str, reference: str) -> None:
        """Send `text` to a number in international form; `reference` is the message's id."""


class FileGateway:
    """Writes text messages into a folder instead of sending them: demo and tests."""

    def send(self, number: str, text: str, reference: str) -> None:
        """One file a message."""
        folder = settings.STATE_DIR / "sms"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{reference}.txt").write_text(f"{number}\n{text}\n", "utf-8")


AddressOf = Callable[[UUID, str], str]
_person_addresses: list[AddressOf] = []


def addresses_of_persons(function: AddressOf) -> AddressOf:
    """The registry tells here how a person is reached: (person id, channel) -> address, '' when there is none. Asked as `notify`."""
    _person_addresses[:] = [function]
    return function


@cache
def templates() -> dict[str, dict[str, dict[str, str]]]:
    """Every template: code -> language -> {subject, email, sms}. A code in two files is a defect."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for path in sorted(TEMPLATES.glob("*.yaml")):
        for code, languages in yaml.safe_load(path.read_text("utf-8")).items():
            if code in found:
                raise ValueError(f"{path.name}: {code} stands in two files")
            found[code] = languages
    return found


def text_of(message: Message, *, sending: bool = False) -> Text:
    """The message in words. Only while it is sent does a link in it (`signed`: an id) carry its signature. No query."""
    words = templates()[message.template][message.language]
    facts = {"site": settings.ORIGIN, **message.facts}
    if "signed" in facts:
        facts["token"] = links.signed(UUID(facts["signed"])) if sending else "…"
    body = words["sms"] if message.channel == "sms" else words["email"]
    return Text(words["subject"].format(**facts), body.format(**facts))


def queue(template: str, *, to: User | UUID, actor: Actor, channel: str = "email", language: str = "ms", **facts: str | int) -> Message:
    """Queue a message inside the action that causes it; it leaves with that action's commit. `to` is a user, or a person's id.

    Raises KeyError for an unknown template or a missing fact, Refused("message.no_gateway") for a text message where none can be sent.
    """
    message = Message(template=template, language=language, channel=channel, facts=facts, agency=actor.agency)
    if isinstance(to, User):
        message.user = to
    else:
        message.person_id = to
    text_of(message)
    if channel == "sms":
        gateway()
    message.save(force_insert=True)
    changes().made(message)
    if channel != "letter":
        send_message.later(actor=NOTIFIER, purpose="administer", subject=f"message:{message.pk}", message_id=message.pk)
    return message


def gateway() -> Gateway:
    """The installation's door for text messages. Refused("message.no_gateway") where none is set."""
    if not settings.SMS_GATEWAY:
        raise Refused("message.no_gateway")
    module, name = settings.SMS_GATEWAY.rsplit(".", 1)
    made: Gateway = getattr(importlib.import_module(module), name)()
    return made


def address_of(message: Message) -> str:
    """Where it goes, asked at the moment of sending. Refused("message.no_address") when its reader has none."""
    if message.user is not None:
        found = message.user.email if message.channel == "email" and message.user.is_active else ""
    else:
        found = next((function(message.person_id, message.channel) for function in _person_addresses if message.person_id), "")
    if not found:
        raise Refused("message.no_address")
    return found


@action("message.send", policy.anyone)
def send(message: Message, *, actor: Actor) -> None:
    """Send one queued message by its channel and mark it sent."""
    move(message, LIFE, "message.send")
    address, text = address_of(message), text_of(message, sending=True)
    if message.channel == "sms":
        gateway().send(address, text.body, str(message.pk))
    else:
        headers = {"Message-ID": f"<{message.pk}@{settings.ORIGIN.split('//')[-1]}>"}
        EmailMessage(text.subject, text.body, settings.DEFAULT_FROM_EMAIL, [address], headers=headers).send()
    message.sent_at = timezone.now()
    message.save(update_fields=["state", "sent_at"])


@action("message.fail", policy.anyone)
def fail(message: Message, *, actor: Actor, fault: str) -> None:
    """Mark a message that could not be sent after every try."""
    move(message, LIFE, "message.fail")
    message.fault = fault
    message.save(update_fields=["state", "fault"])


def _gave_up(*, actor: Actor, fault: str, message_id: str) -> None:
    """The job of a message is never tried again: its row says so."""
    for message in Message.objects.filter(pk=message_id, state="queued"):
        fail(message, actor=actor, fault=fault)


@job("message.send", queue="messages", gave_up=_gave_up)
def send_message(message_id: str, *, actor: Actor) -> None:
    """Send one message, unless it was sent already."""
    message = Message.objects.select_related("user").select_for_update(of=("self",)).get(pk=message_id)
    if message.state == "queued":
        send(message, actor=actor)


@dataclass(frozen=True)
class Sent:
    """A message for the outbox page, with its words rendered anew."""

    message: Message
    text: Text


def outbox(*, before: Any = None, most: int = 50) -> list[Sent]:
    """The messages the actor may see, newest first, queued before an instant. One query."""
    rows = Message.objects.select_related("user").order_by("-queued_at", "-id")
    if before is not None:
        rows = rows.filter(queued_at__lt=before)
    return [Sent(message, text_of(message)) for message in rows[:most]]
