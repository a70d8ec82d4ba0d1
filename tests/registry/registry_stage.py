"""What the registry's tests stand on: two partners with their people, the law of the repository, and a family to register."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sinergi.core.rules import Law, build
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import Actor
from sinergi.kernel.law_files import read_documents
from sinergi.kernel.models import Agency, User
from sinergi.kernel.roles import ROLES
from sinergi.registry import actions

ON = dt.date(2026, 11, 23)
LAW_DIR = Path(__file__).resolve().parents[2] / "law"
FAMILY: dict[str, Any] = {
    "person": {
        "name": "Norazlina binti Hamzah",
        "mykad": "891214-17-5078",
        "phone": "019-000 0110",
        "facts": {"income": "RM 600.00", "religion": "islam"},
    },
    "members": [
        {"name": "Faizal bin Ahmad Shah", "mykad": "860521-17-5083", "relation": "spouse", "facts": {"income": "2,000"}},
        {"name": "Aisyah binti Faizal", "birth_date": "3/4/2015", "sex": "P", "relation": "anak"},
    ],
    "address": {"lines": "12 Jalan Mawar", "postcode": "70100", "state": "Negeri Sembilan", "district": "Seremban"},
    "household": {"ekasih": "poor"},
    "needs": ["food", "schooling"],
    "held_known": True,
    "language": "ms",
}


@cache
def law() -> Law:
    """The law of the repository."""
    return build(read_documents(LAW_DIR))


def setting(*codes: str) -> None:
    """Partners, put in by the pen of an action that leaves no entry."""
    with acting(Actor("command:stage", "stage"), purpose="administer"), writing("try.stage"):
        for code in codes:
            Agency.objects.get_or_create(code=code, defaults={"name_ms": code, "name_en": code, "kind": "partner", "partner": True})


def officer(agency: str, role: str = "coordinator", *, national: bool = False, states: tuple[str, ...] = (), name: str = "") -> Actor:
    """A signed-in user of an agency with a role, over his agency, the nation or some states."""
    setting(agency)
    name = name or f"{role} {agency}"
    with acting(Actor("command:stage", "stage"), purpose="administer"), writing("try.stage"):
        user, _ = User.objects.get_or_create(email=f"{name.replace(' ', '.')}@example.my", defaults={"name": name, "agency_id": agency})
    areas = {("national", "")} if national else {("state", s) for s in states} or {("agency", agency)}
    return Actor(str(user.pk), name, agency, {verb: frozenset(areas) for verb in ROLES[role]})


def family(actor: Actor, **changed: Any) -> actions.Registered:
    """The family above, registered by an actor."""
    return actions.take_in({**FAMILY, **changed}, actor=actor, purpose="register", on=ON, law=law())


def somebody(actor: Actor, name: str = "Jimbai anak Sigan", mykad: str = "000109-17-0159", **more: Any) -> UUID:
    """One person alone, registered by an actor."""
    body = {"person": {"name": name, "mykad": mykad, **more}, "address": {"state": "kuala_lumpur"}}
    return actions.take_in(body, actor=actor, purpose="register", on=ON, law=law()).person_id


def spoken(**more: Any) -> actions.ConsentGiven:
    """A consent given by word of mouth."""
    return actions.ConsentGiven(**{"how": "spoken_with_witness", "language": "ms", "witness": "Puan Siti", **more})
