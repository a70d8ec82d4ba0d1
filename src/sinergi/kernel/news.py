"""Carries news of agencies from the outbox to their systems: who is concerned, what is sent, how it is signed, tried again, and given up.

A transaction notes each piece of news for each address it concerns; a job sends what is due, outside any transaction, and writes down what came
of it. After DAYS in which nothing arrived an address is paused and the agency's administrators are told.
"""
import base64
import hmac
import http.client
import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from . import keys, notify, policy
from .acting import acting, current, told
from .action import action, writing
from .actors import Actor, areas_of, command
from .errors import Refused
from .events import on
from .jobs import DEFER
from .models import Event, User, Webhook, WebhookDelivery
from .news_address import post
from .webhooks import NEWS, PREFIX

log = logging.getLogger("sinergi.news")
SENDER = command("news", "webhook.read", "webhook.send")
STEPS = tuple(timedelta(seconds=s) for s in (5, 60, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400))
DAYS, BATCH, AT_ONCE = timedelta(days=3), 20, 8
PARENTS = ("application", "case", "outcome", "referral")
Sending = tuple[UUID, str, bytes, dict[str, str]]


@contextmanager
def seen_by(agency: str) -> Iterator[None]:
    """What PostgreSQL lets a system of an agency see, for the block: row security answers whether news concerns it."""
    around = current()
    assert around is not None
    theirs = Actor(around.actor.id.replace("command:", "news:"), "", agency, areas_of([("machine", "agency", agency)]))
    with connection.cursor() as cursor:
        cursor.execute(*told(theirs, around.purpose))
        try:
            yield
        finally:
            cursor.execute(*told(around.actor, around.purpose))


def concerned(event: Event, agency: str) -> tuple[list[UUID], dict[str, str]] | None:
    """Which of an event's persons an agency may open, and which records its subject belongs to; None where the event is not the agency's to know."""
    kind, _, number = event.subject.partition(":")
    model: Any = apps.get_model(kind) if "." in kind else None
    with seen_by(agency):
        known = apps.get_model("registry", "Person").objects.filter(pk__in=event.persons)
        persons = list(known.values_list("pk", flat=True))
        row = model.objects.filter(pk=number).first() if model is not None else None
    if row is None and (model is not None or not persons):
        return None
    fields = [] if row is None else [f for f in row._meta.concrete_fields if f.name in PARENTS and getattr(row, f.attname)]
    return persons, {f.name: str(getattr(row, f.attname)) for f in fields}


def note(event: Event, *, actor: Actor) -> None:
    """Note an event for each open address that asked for its verb and that it concerns."""
    made = []
    for hook in Webhook.objects.filter(state="open", verbs__contains=[event.verb]):
        found = concerned(event, hook.agency_id)
        if found is not None:
            made.append(WebhookDelivery(webhook=hook, event=event, persons=found[0], of=found[1], due_at=timezone.now()))
    if made:
        with writing("webhook.send"):
            WebhookDelivery.objects.bulk_create(made, ignore_conflicts=True)
        wake()


def wake() -> None:
    """Let a worker send as soon as this transaction is committed."""
    with connection.cursor() as cursor:
        cursor.execute(DEFER, ["messages", "news.send", "news.send", json.dumps({"timestamp": 0}), None])


for verb in NEWS:
    on(verb, name=f"news.{verb}", verbs=("webhook.read",))(note)


def message(row: WebhookDelivery) -> bytes:
    """What is sent: the verb, when, and ids."""
    kind, _, number = row.event.subject.partition(":")
    ids = {"kind": kind, "id": number, "of": row.of, "agency": row.event.agency, "persons": [str(person) for person in row.persons]}
    return json.dumps({"type": row.event.verb, "timestamp": row.event.at.isoformat(), "data": ids}).encode()


def signature(secret: str, number: str, stamp: str, body: bytes) -> str:
    """As Standard Webhooks signs: HMAC-SHA256 over id, time and body, with the secret's bytes."""
    digest = hmac.digest(base64.b64decode(secret.removeprefix(PREFIX)), f"{number}.{stamp}.".encode() + body, "sha256")
    return "v1," + base64.b64encode(digest).decode()


def due(now: datetime, most: int) -> list[Sending]:
    """What is to be sent now, taken: nobody else takes it for a while."""
    with acting(SENDER, purpose="follow"), writing("webhook.send"):
        rows = list(WebhookDelivery.objects.select_for_update(skip_locked=True, of=("self",)).select_related("webhook", "event")
                    .filter(state="waiting", due_at__lte=now, webhook__state="open").order_by("due_at")[:most])
        WebhookDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=now + timedelta(minutes=5))
        found = []
        for row in rows:
            body, stamp, number = message(row), str(int(now.timestamp())), str(row.pk)
            secret = keys.outer().decrypt(row.webhook.secret.encode()).decode()
            found.append((row.pk, row.webhook.url, body, {
                "Content-Type": "application/json", "User-Agent": "Sinergi", "webhook-id": number, "webhook-timestamp": stamp,
                "webhook-signature": signature(secret, number, stamp, body)}))
    return found


def send_due(now: datetime, most: int = BATCH) -> int:
    """Send what is due, outside any transaction, some at once so that a slow one holds up few. Gives how many were tried."""
    sending = due(now, most)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        came = list(threads.map(tried, sending))
    for (number, *_), (status, fault) in zip(sending, came, strict=True):
        with acting(SENDER, purpose="follow"):
            settle(WebhookDelivery.objects.select_for_update(of=("self",)).select_related("webhook").get(pk=number), actor=SENDER, status=status,
                   fault=fault, at=timezone.now())
    return len(sending)


def tried(sending: Sending) -> tuple[int, str]:
    """(status, or 0; what went wrong, as a word) of one try. Touches no database."""
    _, url, body, headers = sending
    try:
        return post(url, body, headers), ""
    except Refused as refused:
        return 0, refused.code
    except (OSError, http.client.HTTPException) as broken:
        return 0, type(broken).__name__


@action("webhook.send", policy.anyone)
def settle(row: WebhookDelivery, *, actor: Actor, status: int, fault: str, at: datetime) -> None:
    """Write down what came of one try: arrived, to be tried again later, or given up; an address that fails for days is paused."""
    arrived = 200 <= status < 300
    row.attempts, row.tried_at, row.status, row.fault = row.attempts + 1, at, status, fault or ("" if arrived else f"HTTP {status}")
    if arrived or row.attempts >= len(STEPS) or status == 410:
        row.state, row.due_at = "sent" if arrived else "given_up", None
    else:
        row.due_at = at + STEPS[row.attempts]
    row.save(update_fields=["attempts", "tried_at", "status", "fault", "state", "due_at"])
    hook = Webhook.objects.select_for_update().get(pk=row.webhook_id)
    since = None if arrived else hook.failing_since or at
    if hook.state == "open" and (status == 410 or (since is not None and at - since >= DAYS)):
        hook.state = "paused"
        for user in User.objects.filter(agency_id=hook.agency_id, is_active=True, left_at=None, grants__role="administrator", grants__ended_at=None):
            notify.queue("webhook.paused", to=user, actor=actor, language=user.language, agency=hook.agency_id, address=str(hook.pk))
    if (hook.failing_since, hook.state) != (since, row.webhook.state):
        hook.failing_since = since
        hook.save(update_fields=["failing_since", "state"])


@app.periodic(cron="* * * * *")
@app.task(name="news.send", queue="messages", queueing_lock="news.send", lock="news.send")
def send_news(timestamp: int) -> None:
    """Send what is due, until nothing is."""
    while send_due(timezone.now()):
        log.info("news sent")
