"""A household as given: values as people write them, every unusable fact named with its member and its mend, dated facts, events."""

from __future__ import annotations

import datetime as dt

import pytest

from sinergi.core import rules
from sinergi.core.rules.situation import on_day
from tests.core.small_law import DAY, sample


def faults(raw: object) -> list[rules.FactFault]:
    """The faults of a household."""
    with pytest.raises(rules.FactFaults) as found:
        rules.read_situation(sample(), raw, DAY)
    assert str(found.value) == "\n".join(map(str, found.value.faults))
    return found.value.faults


@pytest.mark.parametrize(
    ("member", "says"),
    [
        ({"incme": "RM 5.00"}, "This fact is not known. Did you mean income?"),
        ({"zzzz": 1}, "This fact is not known."),
        ({500.0: None}, 'An amount with a comma needs quotes inside { }: "RM 1,500.00".'),
        ({"age": 3}, "This fact is computed, not given: remove the line."),
        ({"state": "perak"}, "This is a fact of the household: move it under household."),
        ({"income": 5}, "Write an amount like RM 1,236.00."),
        ({"income": "RM -1.00"}, "This value is too small: at least RM0."),
        ({"income": "RM 2,000,000.00"}, "This value is too large: at most RM1,000,000."),
        ({"claims": 21}, "This value is too large: at most 20."),
        ({"birth_date": "tomorrow"}, "Write a date like 23/11/2026 or 2026-11-23."),
        ({"birth_date": "24/11/2026"}, "This date is after the day of the assessment (23 November 2026)."),
        ({"birth_date": dt.datetime(2026, 1, 1)}, "Write a date like"),
        ({"relation": "cousin"}, "Choose one of: head, spouse, child."),
        ({"works": "yes"}, "Write true (yes) or false (no)."),
        ({"claims": "two"}, "Write a whole number."),
        ({"share": 5}, "Write a percentage like 1.25%."),
        ({"paid": "2026"}, "Write months like [2023-09..2025-04]."),
        ({"wages": []}, "Write amounts by month like {2026-04: RM 4,000.00}."),
        ({"district": True}, "This value cannot be read."),
        ({"held": "jkm.aid"}, "Write benefits held like"),
        ({"held": [{"programme": "jkm.none"}]}, "with a known programme code."),
        ({"held": ["jkm.aid"]}, "Write benefits held like"),
        ({"held": [{"programme": "jkm.aid", "amount": "much"}]}, "Write an amount like"),
        ({"held": [{"programme": "jkm.aid", "from": "soon"}]}, "Write a date like"),
        ({"relation": [{"from": "soon", "value": "head"}]}, "Write a date like"),
    ],
)
def test_unusable_facts_are_named_with_their_mend(member, says):
    found = faults({"members": [{"name": "Ali", **member}]})
    assert says in found[0].message["en"]
    assert found[0].message["ms"] != found[0].message["en"]
    assert (found[0].member, found[0].fact) == ("Ali", str(next(iter(member))))


@pytest.mark.parametrize(
    ("raw", "fact"),
    [
        (None, "members"),
        ({}, "members"),
        ({"members": []}, "members"),
        ({"members": {}}, "members"),
        ({"members": [3]}, "members"),
        ({"members": [{}], "household": [1]}, "household"),
        ({"members": [{}], "house": {}}, "house"),
        ({"members": [{}], "household": {"income": "RM 5.00"}}, "income"),
    ],
)
def test_unusable_households(raw, fact):
    assert [f.fact for f in faults(raw)] == [fact]


def test_the_day_of_the_assessment_itself_is_no_later_day():
    assert rules.read_situation(sample(), {"members": [{"birth_date": DAY, "claims": 20, "income": "RM 0.00"}]}, DAY).people[0]["birth_date"] == DAY


def test_every_fault_is_told_at_once():
    assert [(f.member, f.fact) for f in faults({"household": {"state": "Perak"}, "members": [{"name": "Ali", "works": 1}, {"claims": "x"}]})] == [
        (None, "state"),
        ("Ali", "works"),
        ("2", "claims"),
    ]


def test_a_household_is_read():
    found = rules.read_situation(
        sample(),
        {
            "household": {"state": "perak", "flood_on": "1 Mac 2026"},
            "as_of": "x",
            "members": [
                {"works": True, "flood_on": "2026-02-01"},
                {
                    "name": "Siti",
                    "relation": "head",
                    "income": "RM 1,236.50",
                    "held": [{"programme": "other.zakat", "from": "2026-01-01", "amount": 500}],
                    "claims": None,
                },
            ],
        },
        DAY,
    )
    assert found.names == ("1", "Siti")
    assert (found.head, found.household["relation"], found.household["state"]) == (1, "head", "perak")
    assert [p["flood_on"] for p in found.people] == [dt.date(2026, 2, 1), dt.date(2026, 3, 1)]
    assert found.people[1]["income"] == 123_650
    assert found.people[1]["claims"] is None
    assert found.people[1]["held"] == ((rules.Held("other.zakat", dt.date(2026, 1, 1), None, 500),), True)
    assert found.people[0]["held"] == ((), False)
    assert found.household["held"] == (found.people[1]["held"][0], False)


def test_others_may_be_held_beside_those_that_are_known():
    member = {"held": [{"programme": "other.zakat"}, {"more": True}]}
    assert rules.read_situation(sample(), {"members": [member]}, DAY).people[0]["held"] == ((rules.Held("other.zakat", None, None),), False)


def test_a_fact_through_time():
    rows = [{"from": "2026-06-01", "to": "2026-09-30", "value": "poor"}, {"to": "2026-05-31", "value": "none"}]
    found = rules.read_situation(sample(), {"household": {"listed": rows}, "members": [{}]}, dt.date(2026, 7, 1))
    assert found.household["listed"] == "poor"
    assert rules.read_situation(sample(), {"household": {"listed": rows}, "members": [{}]}, DAY).household["listed"] is None


def test_the_same_household_on_another_day():
    found = rules.read_situation(sample(), {"members": [{"works": True}]}, DAY)
    later = on_day(found, dt.date(2027, 1, 1))
    assert (later.as_of, later.people[0]["as_of"], later.household["as_of"]) == (dt.date(2027, 1, 1),) * 3
    assert later.people[0]["members"][0]["as_of"] == dt.date(2027, 1, 1)
    assert found.people[0]["as_of"] == DAY
