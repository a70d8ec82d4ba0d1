"""Events reach each subscriber exactly once; a poisoned one waits aside; several carriers do not disturb each other."""
from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections
from django.utils import timezone
from kernel_stage import an_actor, entries, tamper, value

from sinergi.kernel import events, policy
from sinergi.kernel.acting import acting, shown
from sinergi.kernel.action import action
from sinergi.kernel.actors import Actor
from sinergi.kernel.models import Agency, Delivery, Event

WHO = an_actor("administrator", extra=("try.cause",))


@action("try.cause", policy.anyone)
def cause(code: str, *, actor: Actor) -> Agency:
    """Something worth telling."""
    return Agency.objects.create(code=code, name_ms="x", name_en="x", kind="cause")


@action("try.follow", policy.anyone)
def follow(code: str, *, actor: Actor) -> Agency:
    """What a subscriber does about it."""
    return Agency.objects.create(code=code, name_ms="x", name_en="x", kind="follow")


@pytest.fixture(autouse=True)
def no_subscribers(own_db, monkeypatch) -> Iterator[None]:
    monkeypatch.setattr(events, "SUBSCRIBERS", {})
    yield


def subscribe(poison: str = "") -> list[str]:
    """A subscriber that acts on each event, except that one code breaks it. Its calls, in order."""
    calls: list[str] = []

    @events.on("try.cause", name="try.subscriber", verbs=("try.follow", "person.read"))
    def handler(event: Event, *, actor: Actor) -> None:
        code = event.subject.split(":")[1]
        calls.append(code)
        follow(f"{code}2", actor=actor)
        shown([value_of(code)])
        if code == poison:
            raise LookupError("poisoned")

    return calls


def value_of(code: str) -> UUID:
    """A person id made of a code."""
    return UUID(int=sum(map(ord, code)))


def followed(owner) -> list[str]:
    """What the subscriber did."""
    return [row[0] for row in owner.execute("SELECT code FROM kernel_agency WHERE kind = 'follow' ORDER BY code").fetchall()]


def test_each_event_is_delivered_once(own_db, owner):
    calls = subscribe()
    for code in ("a", "b", "c"):
        cause(code, actor=WHO, purpose="administer")
    assert events.deliver() == 6 and events.deliver() == 3  # what the subscriber did is news itself, with nobody waiting for it
    assert events.deliver() == 0
    assert calls == ["a", "b", "c"] and followed(owner) == ["a2", "b2", "c2"]
    assert value(owner, "SELECT count(*) FROM kernel_delivery WHERE done_at IS NOT NULL") == 3
    entry = entries(owner, "verb = 'try.follow'")[0]
    assert entry["actor"] == "command:on:try.subscriber" and entry["purpose"] == "follow"
    assert len(entries(owner, "verb = 'person.read'")) == 3


def test_an_event_of_a_rolled_back_action_is_never_told(own_db):
    calls = subscribe()
    with pytest.raises(ZeroDivisionError), acting(WHO, purpose="administer"):
        cause("a", actor=WHO)
        _ = 1 / 0
    assert events.deliver() == 0 and calls == []


def test_a_poisoned_event_blocks_nobody_leaves_nothing_and_is_tried_again_later(own_db, owner):
    calls = subscribe(poison="b")
    for code in ("a", "b", "c"):
        cause(code, actor=WHO, purpose="administer")
    events.deliver()
    assert calls == ["a", "b", "c"] and followed(owner) == ["a2", "c2"] and len(entries(owner, "verb = 'person.read'")) == 2
    assert owner.execute("SELECT attempts, fault, done_at, due_at > now() FROM kernel_delivery WHERE fault <> ''").fetchall() == [
        (1, "LookupError", None, True)]
    events.deliver()
    assert calls.count("b") == 1  # not before its time
    tamper(owner, "UPDATE kernel_delivery SET due_at = now() - interval '1 s'")
    events.deliver()
    assert calls.count("b") == 2 and value(owner, "SELECT attempts FROM kernel_delivery WHERE fault <> ''") == 2
    mended = subscribe()
    tamper(owner, "UPDATE kernel_delivery SET due_at = now() - interval '1 s'")
    events.deliver()
    assert mended == ["b"] and followed(owner) == ["a2", "b2", "c2"]
    assert value(owner, "SELECT count(*) FROM kernel_delivery WHERE done_at IS NULL") == 0


def test_after_the_last_try_it_rests_until_somebody_looks(own_db, owner):
    calls = subscribe(poison="a")
    cause("a", actor=WHO, purpose="administer")
    events.deliver()
    tamper(owner, f"UPDATE kernel_delivery SET attempts = {events.MOST}, due_at = now() - interval '1 s'")
    events.deliver()
    assert len(calls) == 1


def test_two_subscribers_are_told_each_for_himself(own_db, owner):
    calls = subscribe(poison="a")
    heard: list[int] = []
    events.on("try.cause", name="try.other")(lambda event, *, actor: heard.append(event.pk))
    cause("a", actor=WHO, purpose="administer")
    events.deliver()
    assert len(calls) == 1 and len(heard) == 1
    assert value(owner, "SELECT count(*) FROM kernel_delivery") == 2


def test_a_subscriber_is_named_by_where_it_stands_and_not_at_length():
    def heard(event: Event, *, actor: Actor) -> None:
        """Hears."""

    heard.__qualname__ = "heard"
    events.on("try.cause")(heard)
    assert f"{__name__}.heard" in events.SUBSCRIBERS
    with pytest.raises(TypeError, match="100 characters"):
        events.on("try.cause", name="x" * 101)(heard)


def test_who_is_served_by_another_carrier_is_left_alone(own_db, in_thread):
    calls = subscribe()
    cause("a", actor=WHO, purpose="administer")
    events.hand_out(10)
    with acting(events.CARRIER, purpose="follow"):
        number = Delivery.objects.select_for_update().get().pk
        assert in_thread(events.attempt, number, events.SUBSCRIBERS["try.subscriber"]) == 0
    assert events.attempt(number, events.SUBSCRIBERS["try.subscriber"]) == 1
    assert events.attempt(number, events.SUBSCRIBERS["try.subscriber"]) == 0 and calls == ["a"]


def test_four_carriers_at_once_deliver_each_event_once(own_db, owner):
    calls = subscribe()
    for n in range(40):
        cause(f"n{n}x", actor=WHO, purpose="administer")

    def carry() -> None:
        try:
            while events.deliver(7):
                pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=carry) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    while events.deliver():
        pass
    assert sorted(calls) == sorted(f"n{n}x" for n in range(40)) and len(followed(owner)) == 40


def test_a_deliverys_pause_grows_to_an_hour(own_db, owner):
    subscribe(poison="a")
    cause("a", actor=WHO, purpose="administer")
    events.deliver()
    tamper(owner, "UPDATE kernel_delivery SET attempts = 10, due_at = now() - interval '1 s'")
    events.deliver()
    due = value(owner, "SELECT due_at FROM kernel_delivery")
    assert timedelta(minutes=59) < due - timezone.now() <= timedelta(hours=1)
