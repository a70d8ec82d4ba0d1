"""What the tests of identity stand on: persons of two agencies, a national identity officer, and a look at whose every record is."""

from __future__ import annotations

import datetime as dt
import threading
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import psycopg
from registry_stage import officer, somebody

from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import Actor, command
from sinergi.registry import actions
from sinergi.registry.models import Belonging, Certificate, IdentityDecision, LinkageModel, LinkageRun, Person, SourceRecord

WHY = "Nombor dan nama sama, disahkan di kaunter"
CARDS = ("900227-17-5136", "851103-17-5121", "000109-17-0159", "020825-17-0103", "891214-17-5078", "860521-17-5083")
NAMES = ("Halimah binti Yusof", "Halimah bt Yusuf", "Jimbai anak Sigan", "Siti Aminah binti Salleh", "Norazlina binti Hamzah",
         "Faizal bin Ahmad Shah")


def by(actor: Actor, purpose: str = "register") -> dict[str, Any]:
    """Who acts, and why."""
    return {"actor": actor, "purpose": purpose}


def reviewer() -> Actor:
    """Somebody who reviews identity for the nation: he sees the records, and opens no person."""
    found = officer("aim", "supervisor", name="national reviewer")
    verbs = {v for v in found.areas if v.startswith("identity.")} | {"identity.review", "identity.auto_link"}
    return Actor(found.id, found.name, found.agency, {v: frozenset({("national", "")}) for v in verbs})


def merge(keep: UUID, gone: UUID, actor: Actor, **more: Any) -> IdentityDecision:
    """Join two persons."""
    return actions.merge_persons(keep, gone_id=gone, **{**by(actor), "reason": WHY, **more})


def unmerge(decision: IdentityDecision, actor: Actor, **more: Any) -> actions.Unmerged:
    """Undo that."""
    return actions.unmerge(decision.pk, **{**by(actor), "reason": WHY, **more})


def two(actor: Actor, other: Actor | None = None) -> tuple[UUID, UUID]:
    """One person registered twice: with his number by `actor`, under another spelling and number by `other`."""
    return (somebody(actor, NAMES[0], CARDS[0], phone="019-000 0110"), somebody(other or actor, NAMES[1], CARDS[1], phone="019-000 0111"))


def whose(owner: psycopg.Connection) -> dict[UUID, UUID]:
    """Record -> person, as it stands."""
    return dict(owner.execute("SELECT record_id, person_id FROM registry_belonging WHERE to_at IS NULL").fetchall())


def picture(owner: psycopg.Connection) -> dict[str, Any]:
    """Everything a merge may move or change, to be compared after its undoing."""
    def rows(statement: str) -> list[tuple[Any, ...]]:
        return owner.execute(statement).fetchall()

    return {
        "whose": whose(owner), "bearers": rows("SELECT * FROM registry_bearer ORDER BY 1"),
        "persons": rows("SELECT id, name, name_key, birth_date, sex, language, state, safe_address, died_on, merged_into_id FROM registry_person "
                        "ORDER BY 1"),
        "numbers": rows("SELECT id, person_id, value, ended_at FROM registry_identifier ORDER BY 1"),
        "contacts": rows("SELECT id, person_id, value, hidden, ended_at FROM registry_contactpoint ORDER BY 1"),
        "addresses": rows("SELECT id, person_id, hidden, to_on FROM registry_address ORDER BY 1"),
        "readers": rows("SELECT person_id, user_id FROM registry_safereader ORDER BY 1, 2"),
        "search": rows("SELECT person_id, name FROM registry_personsearch ORDER BY 1")}


def certified(version: str = "m1", *, state: str = "valid", threshold: float = 20.0, **more: Any) -> Certificate:
    """A model and a certificate of it."""
    now = dt.datetime.now(dt.UTC)
    with acting(command("stage"), purpose="administer"), writing("try.stage"):
        model = LinkageModel.objects.create(version=version, parameters={}, trained_at=now, registry_size=1000, origin="test",
                                            approved_by="board", approved_at=now)
        return Certificate.objects.create(**{
            "model": model, "sources": "register", "target": 0.99, "thresholds": [threshold], "drawn_each": 10, "threshold": threshold,
            "lower_bound": 0.995, "labels": 1400, "state": state,
            "drawn_at": now, "drawn_by": "x", "signed_by": "board", "from_on": dt.date(2020, 1, 1), **more})


def a_run(kind: str = "register", *, version: str = "m1", agency: str = "aim", state: str = "applying") -> LinkageRun:
    """A run of linkage that was approved and is being applied."""
    now, hand = dt.datetime.now(dt.UTC), Actor("command:stage", "stage", agency, {"linkage.read": frozenset({("national", "")})})
    with acting(hand, purpose="register"), writing("try.stage"):
        return LinkageRun.objects.create(kind=kind, agency_id=agency, title="Berganda", model_id=version, state=state, on=now.date(), received_at=now,
                                         received_by="x", approved_by="y")


def linked(promise: Certificate, run: LinkageRun, **more: Any) -> actions.Evidence:
    """What a model alone stands on."""
    return actions.Evidence(**{"model": "m1", "bits": 25.0, "certificate": str(promise.pk), "levels": (1, 1, 1, 1, 1, 1), "run_id": run.pk, **more})


def seen(actor: Actor) -> SimpleNamespace:
    """What an actor's row security lets him see of identity."""
    with acting(actor, purpose="register"):
        return SimpleNamespace(persons=set(Person.objects.values_list("pk", flat=True)), belongings=Belonging.objects.count(),
                               records=set(SourceRecord.objects.values_list("pk", flat=True)))


def at_once(work: list[Any]) -> list[Any]:
    """Run these in threads that begin together; what each gave or raised."""
    from django.db import connections

    start, found = threading.Barrier(len(work)), [None] * len(work)

    def run(place: int) -> None:
        start.wait()
        try:
            found[place] = work[place]()
        except Exception as fault:
            found[place] = fault
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found
