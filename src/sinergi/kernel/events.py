"""News of what was done, carried upward after commit: to each subscriber once, in his own transaction.

    @on("person.register", verbs=("household.screen",), purpose="screen")
    def screen_newcomer(news: Event, *, actor: Actor) -> None: ...

A room subscribes in its `apps.ready()` (by importing the module). The handler and its mark are one transaction: done means done, exactly
once. A handler that fails is tried again later; meanwhile others go on. After MOST tries it rests until an operator looks (`events_stuck`
of /metrics).
"""
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from .acting import acting
from .action import writing
from .actors import Actor, command
from .models import Delivery, Event

log = logging.getLogger("sinergi.events")
Handler = Callable[..., None]
MOST, LONGEST, BATCH = 12, timedelta(hours=1), 200
CARRIER = command("carrier")


@dataclass(frozen=True)
class Subscriber:
    """Who wants which news, and in whose name he acts on it."""

    name: str
    verb: str
    handler: Handler
    actor: Actor
    purpose: str


SUBSCRIBERS: dict[str, Subscriber] = {}


def on(verb: str, *, name: str = "", verbs: tuple[str, ...] = (), purpose: str = "follow") -> Callable[[Handler], Handler]:
    """Subscribe `(event, *, actor)` to a verb. `name` (by default module and function) marks its deliveries: do not change it later.

    `verbs` are what the handler may do and read, nationwide, as command `on:NAME`.
    """

    def wrap(handler: Handler) -> Handler:
        known = name or f"{handler.__module__}.{handler.__qualname__}"
        if len(known) > 100:
            raise TypeError(f"{known}: a subscriber's name has at most 100 characters")
        SUBSCRIBERS[known] = Subscriber(known, verb, handler, command(f"on:{known}"[:50], *verbs), purpose)
        return handler

    return wrap


def deliver(most: int = BATCH) -> int:
    """Hand out new events, then run what is due. Returns how many events or deliveries moved. Any number of workers may do so at once."""
    moved = hand_out(most)
    for number, name in due(most):
        moved += attempt(number, SUBSCRIBERS[name])
    return moved


def hand_out(most: int) -> int:
    """Note, for each new event, who is to receive it."""
    with acting(CARRIER, purpose="follow"), writing("event.deliver"):
        events = list(Event.objects.select_for_update(skip_locked=True).filter(delivered_at=None).order_by("id")[:most])
        wanted = [Delivery(event=event, subscriber=s.name) for event in events for s in SUBSCRIBERS.values() if s.verb == event.verb]
        Delivery.objects.bulk_create(wanted, ignore_conflicts=True)
        Event.objects.filter(pk__in=[event.pk for event in events]).update(delivered_at=timezone.now())
    return len(events)


def due(most: int) -> list[tuple[int, str]]:
    """Deliveries whose time has come, oldest first."""
    with acting(CARRIER, purpose="follow"):
        rows = Delivery.objects.filter(done_at=None, due_at__lte=timezone.now(), attempts__lt=MOST, subscriber__in=list(SUBSCRIBERS))
        return list(rows.order_by("due_at", "id").values_list("id", "subscriber")[:most])


def attempt(number: int, to: Subscriber) -> int:
    """Run one handler and mark it done, in one transaction; 1 if it was tried, 0 if somebody else has it."""
    with acting(to.actor, purpose=to.purpose) as context:
        waiting = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).select_related("event")
        row = waiting.filter(pk=number, done_at=None).first()
        if row is None:
            return 0
        try:
            with transaction.atomic():
                to.handler(row.event, actor=to.actor)
            row.done_at, row.fault = timezone.now(), ""
        except Exception as fault:
            context.shown.clear()
            row.attempts += 1
            row.due_at = timezone.now() + min(timedelta(seconds=5 * 2**row.attempts), LONGEST)
            row.fault = type(fault).__name__
            log.exception("event not delivered", extra={"verb": to.verb, "job": to.name, "count": row.attempts})
        with writing("event.deliver"):
            row.save(update_fields=["done_at", "attempts", "due_at", "fault"])
    return 1
