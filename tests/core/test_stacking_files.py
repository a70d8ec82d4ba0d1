"""A bad stacking file is a fault of the law: where it stands, and what is wrong with it."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest

from sinergi.core import rules
from sinergi.kernel.law_files import read_documents
from tests.law.test_stories import ROOT

RULE = {
    "id": "a", "between": ["p.one", "any"], "relation": "cumulative", "over": "held_now", "scope": "person", "from": dt.date(2026, 1, 1),
    "cite": "A", "status": "official", "source": "s", "text": {"ms": "a", "en": "a"},
}


def faults(*changes: dict[str, Any], base: dict[str, Any] = RULE) -> str:
    """The faults of the law of the sample with these rules."""
    documents = dict(read_documents(ROOT / "tests/core/law_sample"))
    names = [d["programme"] for d in documents.values() if isinstance(d, dict) and "programme" in d]
    made = []
    for change in changes:
        one = copy.deepcopy(base) | {"between": [names[0], "any"]} | change
        made.append({k: v for k, v in one.items() if v is not None})
    documents["stacking.yaml"] = {"rules": made}
    try:
        rules.build(documents)
    except rules.LawFaults as found:
        return " | ".join(str(f) for f in found.faults)
    return ""


def test_a_good_rule_is_no_fault():
    assert faults({}) == ""
    assert faults({"reading": {"ms": "a", "en": "a"}, "to": dt.date(2026, 12, 31)}) == ""


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"between": ["nobody.x", "any"]}, "no programme and no group"),
        ({"between": ["any"]}, "names two"),
        ({"between": "any"}, "names two"),
        ({"within": "any"}, "either between"),
        ({"between": None}, "either between"),
        ({"between": None, "within": "nobody.y"}, "no programme and no group"),
        ({"relation": "sometimes"}, "relation"),
        ({"over": "long"}, "over"),
        ({"scope": "street"}, "scope"),
        ({"cite": None}, "needs a text"),
        ({"source": " "}, "needs a text"),
        ({"status": "sure"}, "status"),
        ({"from": None}, "first day"),
        ({"over": "season"}, "season"),
        ({"season_months": 3}, "season"),
        ({"ceiling": "nothing"}, ""),
        ({"relation": "top_up"}, "names a figure or fact in money"),
        ({"text": {"ms": "a"}}, "text"),
        ({"reading": {"ms": "a"}}, "both languages"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_told(change, says):
    told = faults(change)
    assert says in told and (told or not says)


def test_two_rules_that_contradict_on_one_day_and_an_id_twice():
    assert "on the same day" in faults({}, {"id": "b", "relation": "exclusive"})
    assert faults({"to": dt.date(2026, 5, 31)}, {"id": "b", "relation": "exclusive", "from": dt.date(2026, 6, 1)}) == ""
    assert faults({"from": dt.date(2026, 6, 1)}, {"id": "b", "relation": "exclusive", "to": dt.date(2026, 5, 31)}) == ""
    assert "written twice" in faults({}, {})
