"""The sample law of these tests, and one expression read by both readers as if it stood in a programme."""

from __future__ import annotations

import copy
import datetime as dt
import pathlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from sinergi.core import rules
from sinergi.core.rules.find import Finding
from sinergi.core.rules.written import findings
from sinergi.kernel.law_files import read_documents

FOLDER = pathlib.Path(__file__).parent / "law_sample"
DAY = dt.date(2026, 11, 23)
BOTH = {"ms": "teks", "en": "text"}
CRITERION = {"id": "only", "cite": "c", "status": "official", "source": "s", "text": BOTH, "no": {"ms": "Tidak.", "en": "No."}}
PROGRAMME = {
    "programme": "aim.test",
    "agency": "aim",
    "name": BOTH,
    "purpose": BOTH,
    "needs": ["cash"],
    "legal_basis": {"policy": "p"},
    "in_force": {"from": dt.date(2000, 1, 1)},
    "decides_for": "person",
    "event": "as_of",
    "documents": "not_published",
    "next_step": "not_published",
    "office": "not_published",
}


@cache
def sample_documents() -> dict[str, object]:
    """The documents of the sample law."""
    return read_documents(FOLDER)


@cache
def sample() -> rules.Law:
    """The sample law."""
    return rules.build(sample_documents())


def documents(**over: object) -> dict[str, Any]:
    """The sample's documents with a programme aim.test of these keys."""
    return {**copy.deepcopy(sample_documents()), "programmes/aim/test.yaml": {**copy.deepcopy(PROGRAMME), **over}}


def law_of(when: str | None = None, amount: str | None = None, **over: object) -> rules.Law:
    """The sample law and a programme aim.test that asks `when` and gives `amount`."""
    made: dict[str, object] = {}
    if when is not None:
        made["criteria"] = [{**CRITERION, "when": when}]
    if amount is not None:
        made["benefits"] = [{"id": "sum", "amount": amount}]
    return rules.build(documents(**{**made, **over}))


def both(law: rules.Law, situation: rules.Situation) -> list[Finding]:
    """What the written code finds for every programme, after checking that the judge finds the same."""
    found = findings(law, situation)
    judged = [
        rules.find(law, p, situation, s) for p in law.programmes.values() for s in ([None] if p.for_household else range(len(situation.people)))
    ]
    for one, other in zip(found, judged, strict=True):
        assert one == other
    return found


def finding(
    law: rules.Law,
    facts: Mapping[str, Any] | None = None,
    household: Mapping[str, Any] | None = None,
    members: list[Any] | None = None,
    as_of: dt.date = DAY,
) -> Finding:
    """The finding of aim.test for the first member, the same by both readers."""
    raw = {"household": household or {}, "members": members or [facts or {}]}
    return next(f for f in both(law, rules.read_situation(law, raw, as_of)) if f.bound.programme.id == "aim.test")
