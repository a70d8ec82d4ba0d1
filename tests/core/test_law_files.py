"""Every fault of a law file is found, named with its file and key, and hides no other; a circle of facts, an overlap, a missing language."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sinergi.core import rules
from sinergi.core.rules.tree import RuleError
from sinergi.core.rules.values import kind_of, value_of
from sinergi.core.rules.words import value_words
from tests.core.small_law import BOTH, CRITERION, documents, sample

FIGURE = {
    "type": "int",
    "unit": "u",
    "name": BOTH,
    "values": [{"from": dt.date(2020, 1, 1), "value": 1, "status": "official", "source": "s", "cite": "c"}],
}
ROW = FIGURE["values"][0]


def faults_of(made: dict[str, Any]) -> str:
    """The faults of documents, one a line."""
    return "\n".join(map(str, rules.assemble(made)[1]))


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ({"programme": None}, "programme: needs its id"),
        ({"programme": "aim.other"}, "belongs in programmes/aim/other.yaml"),
        ({"agency": "jkm"}, "with agency aim"),
        ({"agency": "xyz"}, "agency: 'xyz' is not one of"),
        ({"zebra": 1}, "zebra: unknown key"),
        ({"in_force": {}}, "in_force: needs from"),
        ({"in_force": {"from": "x"}}, "in_force.from: write a date"),
        ({"event": "birthday"}, "event: 'birthday' is neither as_of nor a date fact"),
        ({"event": "income"}, "event: 'income' is neither"),
        ({"name": "x"}, "name: needs a text in both languages"),
        ({"purpose": {"ms": "x", "en": " "}}, "purpose: needs a text in both"),
        ({"needs": ["love"]}, "needs[0]: 'love' is not one of"),
        ({"needs": "cash"}, "needs: write a list"),
        ({"decides_for": "family"}, "decides_for: 'family' is not one of: person, household"),
        ({"documents": [{"ms": "x"}]}, "documents[0]: needs a text"),
        ({"office": "far"}, "office: needs a text"),
        ({"yes": {"ms": "{zebra}", "en": "x"}}, "yes.ms: unknown placeholder {zebra}"),
        ({"yes": "x"}, "yes: needs a text"),
        ({"versions": []}, "versions: needs at least one version"),
        ({"versions": [{"criteria": []}]}, "versions[0].from: a version needs its first day"),
        ({"versions": [{"from": dt.date(2020, 1, 1), "zebra": 1}]}, "versions[0].zebra: unknown key"),
        ({"benefits": [{"id": "b"}]}, "benefits[0] (b): needs 'amount', an expression, or 'in_kind'"),
        ({"benefits": [{"id": "b", "in_kind": "x"}]}, "in_kind: needs a text"),
        ({"benefits": [{"id": "b", "amount": "RM 1.00", "pay": "weekly"}]}, "pay: 'weekly' is not one of"),
        ({"benefits": [{"id": "b", "amount": "income * 2%"}]}, "this must give an amount of money"),
        ({"benefits": [{"id": "b", "amount": "RM 1.00", "months": "works"}]}, "months: this must give a number"),
        ({"benefits": [{"amount": "RM 1.00"}]}, "needs an id"),
        ({"benefits": [{"id": "b", "amount": "RM 1.00"}, {"id": "b", "amount": "RM 1.00"}]}, "the id 'b' is used twice"),
        ({"benefits": [{"id": "b", "amount": "RM 1.00", "when": "zebra"}]}, "unknown name 'zebra'"),
    ],
)
def test_faults_of_a_programme(over, says):
    assert says in faults_of(documents(**over))


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ({}, "needs 'when', an expression, or 'decided_by: officer'"),
        ({"when": "works", "decided_by": "officer"}, "and not both"),
        ({"when": "works", "decided_by": "clerk"}, "and not both"),
        ({"when": "works", "if_false": "clerk"}, "if_false: only 'officer'"),
        ({"when": "works", "cite": None}, "cite: needs its cite"),
        ({"when": "works", "source": ""}, "source: needs its source"),
        ({"when": "works", "status": "passed"}, "status: 'passed' is not one of"),
        ({"when": "works", "only_when": "income"}, "only_when: this must give yes/no"),
        ({"when": "works", "text": None}, "text: needs a text"),
        ({"when": "works", "no": None}, "no: needs the spoken sentence"),
        ({"when": "works", "zebra": 1}, "criteria[0].zebra: unknown key"),
        ({"when": "works", "text": {"ms": "{aid.line[1]}", "en": "{zebra}"}}, "text.en: unknown placeholder"),
    ],
)
def test_faults_of_a_criterion(over, says):
    assert says in faults_of(documents(criteria=[{**CRITERION, **over}]))


def test_a_criterion_may_be_fixed_and_an_officer_needs_no_sentence():
    assert (
        faults_of(
            documents(
                criteria=[
                    {**CRITERION, "when": True},
                    {**CRITERION, "id": "b", "when": False},
                    {**CRITERION, "id": "c", "no": None, "decided_by": "officer"},
                ]
            )
        )
        == ""
    )


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({**FIGURE, "type": "float"}, "x.type: unknown type 'float'"),
        ({**FIGURE, "type": 3}, "x.type: a type is written as text"),
        ({**FIGURE, "zebra": 1}, "x.zebra: unknown key"),
        ({**FIGURE, "name": None}, "x.name: needs a text"),
        ({**FIGURE, "values": []}, "x.values: needs a list of dated values"),
        ({**FIGURE, "values": [{**ROW, "value": 1.5}]}, "is a bare decimal number"),
        ({**FIGURE, "values": [{k: v for k, v in ROW.items() if k != "value"}]}, "needs a value (null where"),
        ({**FIGURE, "values": [{**ROW, "status": "sure"}]}, "status: 'sure' is not one of"),
        ({**FIGURE, "values": [{**ROW, "from": None}]}, "a value without 'from' has status passed"),
        ({**FIGURE, "values": [{**ROW, "status": "passed"}]}, "a passed value has no 'from'"),
        ({**FIGURE, "values": [{**ROW, "to": dt.date(2019, 1, 1)}]}, "ends before it begins"),
        ({**FIGURE, "values": [{**ROW, "cite": None}]}, "cite: needs its cite"),
        ({**FIGURE, "values": [ROW, {**ROW, "from": dt.date(2021, 1, 1)}]}, "two values on 2021-01-01: 2020-01-01 to now"),
        ({**FIGURE, "values": [{**ROW, "for": "town"}]}, "for: write for: {fact: value}"),
        ({**FIGURE, "values": [{**ROW, "for": {"claims": "two"}}]}, "for.claims: write a whole number"),
        ({**FIGURE, "type": "table(band bool -> int)"}, "only numbers, amounts and dates have bands"),
        ({**FIGURE, "type": "table(int)"}, "a table has one or two keys and a value"),
        ({**FIGURE, "type": "table(int, int, int -> int)"}, "a table has one or two keys"),
        ({**FIGURE, "type": "list of months"}, "unknown type 'months'"),
        ({**FIGURE, "type": "table(band int -> int)", "values": [{**ROW, "value": [[1, 2]]}]}, "has 2 cells, not 3"),
        ({**FIGURE, "type": "table(int -> int)", "values": [{**ROW, "value": [[1]]}]}, "has 1 cells, not 3"),
        ({**FIGURE, "type": "list of int", "values": [{**ROW, "value": 3}]}, "write a list [..]"),
        ({**FIGURE, "type": "months"}, "a figure of the law is no record"),
    ],
)
def test_faults_of_a_parameter(entry, says):
    assert says in faults_of({**documents(), "parameters/x.yaml": {"x": entry}})


@pytest.mark.parametrize(
    ("vocabulary", "says"),
    [
        ({"persons": {}}, "vocabulary/x.yaml: persons: unknown group of facts"),
        ({"person": {"income": {"type": "money"}}}, "person.income: this fact is already defined in vocabulary/sample.yaml"),
        ({"person": {"held": {"type": "bool"}}}, "person.held: this name is taken"),
        ({"person": {"x": "bool"}}, "person.x: a fact is a mapping with a type"),
        ({"person": {"x": {"type": "bool"}}}, "a fact that is asked has 'ask'"),
        ({"person": {"x": {"type": "float", "ask": BOTH}}}, "person.x: unknown type"),
        ({"derived": {"x": {"type": "int"}}}, "a derived fact has 'from'"),
        ({"derived": {"x": {"type": "int", "from": "y"}, "y": {"type": "int", "from": "x"}}}, "in a circle: x -> y -> x"),
        ({"derived": {"x": {"type": "int", "from": "income"}}}, "derived.x: this must give a number"),
        ({"person": {"x": {"type": "money", "min": 5, "ask": BOTH}}}, "write RM 1.00, not the bare number 5"),
        ({"person": {"x": {"type": "bool", "ask": BOTH, "only_if": "zebra"}}}, "person.x.only_if: unknown name 'zebra'"),
        ({"person": {"x": {"type": "bool", "ask": BOTH, "only_if": "income < aid.line"}}}, "cannot rest on a figure of the law"),
    ],
)
def test_faults_of_the_vocabulary(vocabulary, says):
    assert says in faults_of({**documents(), "vocabulary/x.yaml": vocabulary})


def test_a_fault_hides_no_other_and_the_rest_can_be_read():
    made = {
        **documents(criteria=[{**CRITERION, "when": "zebra"}]),
        "parameters/x.yaml": {"aid.line": FIGURE},
        "vocabulary/x.yaml": None,
        "agencies.yaml": [],
        "programmes/aim/twice.yaml": documents()["programmes/aim/test.yaml"],
    }
    law, faults = rules.assemble(made)
    assert [f.key for f in faults] == ["aid.line", "criteria[0] (only).when", "programme", "programme"]
    assert {"jkm.aid", "aim.test"} <= set(law.programmes)
    with pytest.raises(rules.LawFaults) as found:
        rules.build(made)
    assert len(found.value.faults) == 4


def test_groups_of_held_benefits():
    law = rules.build(documents(held_groups=["jkm.monthly"]))
    assert law.groups["jkm.monthly"] == ("aim.test", "jkm.aid", "mof.grant")
    assert law.groups["jkm.aid"] == ("jkm.aid",)
    assert "held_groups: write a list" in faults_of(documents(held_groups="jkm.monthly"))


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("list:money", ["RM 1.00", "RM 2.50"], (100, 250)),
        ("bool", True, True),
        ("date", "2026-11-23", dt.date(2026, 11, 23)),
        ("date", dt.date(2026, 1, 2), dt.date(2026, 1, 2)),
        ("code", 1, "1"),
        ("text", "x", "x"),
        ("months", ["2026-01..2026-03", "2026-05"], frozenset({24312, 24313, 24314, 24316})),
        ("amounts", {"2026-01..2026-02": "RM 1.00"}, ((24312, 100), (24313, 100))),
        ("money", None, None),
        ("enum:a,b", "a", "a"),
        ("table|~int*enum:a,b|rate", [[None, 3, "a", "1%"], [3, None, "b", None]], (((None, 3), "a", 10_000), ((3, None), "b", None))),
        ("table|int|int", [[1, 2, 3]], (((1, 2), 3),)),
    ],
)
def test_values_as_files_write_them(kind, raw, value):
    assert value_of(kind, raw) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("bool", "yes"),
        ("bool", 1),
        ("int", True),
        ("int", "3"),
        ("money", 5),
        ("rate", 5),
        ("date", dt.datetime(2026, 1, 1)),
        ("date", 2026),
        ("code", True),
        ("code", 1.5),
        ("text", 3),
        ("months", "2026-01"),
        ("months", ["x"]),
        ("months", ["2026-03..2026-01"]),
        ("amounts", ["2026-01"]),
        ("enum:a,b", "c"),
        ("enum:true,b", True),
        ("money", 1.0),
    ],
)
def test_values_that_are_refused(kind, raw):
    with pytest.raises(ValueError):
        value_of(kind, raw)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("one of [a, b ]", "enum:a,b"),
        ("list of one of [a, b]", "list:enum:a,b"),
        ("code(district)", "code"),
        ("list of state", "list:enum:x"),
        ("table(band money, state -> rate)", "table|~money*enum:x|rate"),
        ("table( one of [a, b], int -> one of [c, d])", "table|enum:a,b*int|enum:c,d"),
        ("amounts", "amounts"),
    ],
)
def test_types_as_files_write_them(text, kind):
    assert kind_of(text, {"state": "enum:x", "income": "money"}) == kind


def test_a_fact_without_fixed_values_is_no_type():
    with pytest.raises(RuleError, match="unknown type 'income'"):
        kind_of("list of income", {"income": "money"})


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("money", 100, "RM1"),
        ("rate", 12_500, "1.25%"),
        ("date", dt.date(2026, 8, 1), "1 Ogos 2026"),
        ("bool", True, "ya"),
        ("bool", False, "tidak"),
        ("int", 3, "3"),
        ("code", "a_b", "a b"),
        ("money", None, "(belum diketahui)"),
        ("list:money", (100, 200), "RM1, RM2"),
        ("months", frozenset({1, 2}), "2 bulan"),
        ("amounts", ((1, 2),), "1 bulan"),
        ("enum:head,x", "head", "head"),
        (
            "table|~money|rate",
            (((None, 100), 10_000), ((100, 200), 0), ((200, None), None)),
            "hingga RM1: 1%; RM1–RM2: 0%; melebihi RM2: (angka tidak ditemui)",
        ),
        ("table|enum:a_b|int", (("a_b", 3),), "a b: 3"),
    ],
)
def test_values_in_words(kind, value, words):
    assert value_words(kind, value, "ms") == words


def test_values_of_a_fact_have_their_own_words():
    fact = sample().facts["relation"]
    assert value_words(fact.kind, "head", "ms", fact.labels) == "ketua"
    assert value_words(fact.kind, "child", "ms", fact.labels) == "child"
