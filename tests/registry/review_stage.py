"""Pairs to review: two people registered by two partners, a candidate between their records, and officers who judge."""
from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from registry_stage import officer, somebody

from sinergi.core.linkage.levels import RADIX
from sinergi.core.linkage.model import OTHERS, Model
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import Actor
from sinergi.registry.models import Belonging, Candidate, LinkageModel

AT = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
STAGE = Actor("command:stage", "stage", "", {verb: frozenset({("national", "")}) for verb in (
    "identity.review", "identity.oversee", "person.read", "person.search")})
LEVELS = [4, 1, 2, 1, 1, 3]


def weights() -> dict[str, Any]:
    """A model as it would be learnt: agreement is likely among matches, disagreement among the others."""
    import numpy as np

    odds = []
    for radix in RADIX:
        table = np.full((radix, 1 + OTHERS), 1.0)
        table[1:, 0], table[1:, 1:] = np.linspace(0.9, 0.01, radix - 1)[:, None].T, np.linspace(0.02, 0.9, radix - 1)[:, None]
        odds.append(table)
    return Model(np.array([0.2, *[0.8 / OTHERS] * OTHERS]), tuple(odds)).as_json()


def model(version: str = "m1") -> LinkageModel:
    """A model in the register."""
    with acting(STAGE, purpose="administer"), writing("try.stage"):
        return LinkageModel.objects.get_or_create(version=version, defaults={
            "parameters": weights(), "trained_at": AT, "registry_size": 1000, "origin": "tests", "approved_by": "tests", "approved_at": AT})[0]


def record_of(person: UUID) -> UUID:
    """The record a person was registered by."""
    with acting(STAGE, purpose="administer"):
        return Belonging.objects.filter(person_id=person, to_at=None).values_list("record_id", flat=True).order_by("id")[0]


def pair(one: UUID, other: UUID, *, bits: float = 8.0, levels: list[int] | None = None, **more: Any) -> Candidate:
    """A candidate between the records of two persons."""
    first, second = sorted((record_of(one), record_of(other)))
    with acting(STAGE, purpose="administer"), writing("try.stage"):
        made = Candidate.objects.create(first_id=first, second_id=second, model=model(), bits=bits, levels=levels or LEVELS, keys=["number"],
                                        found_at=AT, **more)
        made.refresh_from_db()
    return made


def two(number: int = 0, name: str = "Chik Som binti Deris", other: str = "Che Som bt Dris") -> tuple[UUID, UUID]:
    """Two people whose records look alike, at two partners."""
    return (somebody(officer("aim"), name, f"9002{10 + number:02d}-17-5136", phone="019-000 0110"),
            somebody(officer("mvm"), other, f"9002{10 + number:02d}-17-5163", phone="019-000 0110"))


def reviewer(name: str = "A", *, agency: str = "perkeso", national: bool = True) -> Actor:
    """An identity officer."""
    return officer(agency, "identity_officer", national=national, name=f"identity officer {name}")
