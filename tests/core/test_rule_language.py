"""The language of the rules: every form read by both readers, and every fault named with its place and its mend."""

from __future__ import annotations

import datetime as dt

import pytest

from sinergi.core import rules
from sinergi.core.rules.checker import Names, compile_text
from sinergi.core.rules.tree import Node, RuleError
from tests.core.small_law import documents, finding, law_of, sample

PERSON = {
    "birth_date": dt.date(1966, 11, 23),
    "income": "RM 500.00",
    "debt": "RM 100.00",
    "works": True,
    "relation": "head",
    "district": "kinta",
    "claims": 2,
    "share": "25%",
    "lost_job": False,
    "paid": ["2025-01..2026-10"],
    "used": [],
    "wages": {"2026-04..2026-10": "RM 90.00"},
    "held": [],
}
HOME = {"state": "perak", "savings": "RM -5.00"}


@pytest.mark.parametrize(
    ("when", "value"),
    [
        ("age = 60", True),
        ("age >= aid.grown and not works", False),
        ("works or age > 90", True),
        ("income + RM 1.00 > income", True),
        ("income - debt = RM 400.00", True),
        ("income * 2 = RM 1,000.00", True),
        ("2 * income = RM 1,000.00", True),
        ("-income < RM 0.00", True),
        ("- claims = -2", True),
        ("round(income * 12.5%) = RM 62.50", True),
        ("round(12.5% * income) = RM 62.50", True),
        ("round(income * share * 2) = RM 250.00", True),
        ("round(2 * (income * share)) = RM 250.00", True),
        ("round(income * share + RM 1.00) = RM 126.00", True),
        ("round(RM 6.00 - income * 1%) = RM 1.00", True),
        ("round(mean(income, debt) * 50%) = RM 150.00", True),
        ("round(mean(wages[6 before 2026-11-01])) = RM 90.00", True),
        ("round(mean(wages[7 to 2026-10-31]) * 100% ) = RM 90.00", True),
        ("round(mean(wages[6 before 2026-06-15])) = RM 90.00", True),  # two of the six months have an amount
        ("round(income, to RM 3.00) = RM 501.00", True),
        ("round_up(income * 0.01%) = RM 0.05", True),
        ("round(prorate(income, share, 50%)) = RM 250.00", True),
        ("round(prorate(income * 50%, 1, 3)) = RM 83.33", True),
        ("share * 3 = 75%", True),
        ("3 * share = 75%", True),
        ("min(income, debt, RM 50.00) = RM 50.00", True),
        ("max(claims, 1) = 2", True),
        ("min(birth_date, 2000-01-01) = birth_date", True),
        ("if(works, income, debt) = RM 500.00", True),
        ("if(income < debt, true, false)", False),
        ("days_between(2026-11-01, as_of) = 22", True),
        ("years_between(birth_date, 2026-11-22) = 59", True),
        ("year_of(as_of) - year_of(birth_date) = 60", True),
        ("add_months(2026-08-31, 6) = 2027-02-28", True),
        ("months(paid, last 12 to as_of) = 11", True),
        ("months(paid, last 6 + 6 before 2026-11-01) = 12", True),
        ("relation in (head, spouse)", True),
        ("relation not in (spouse, child)", True),
        ("state in aid.states", True),
        ("state not in aid.words", False),
        ('district = "kinta"', True),
        ("district in ('kinta', 'kerian')", True),
        ("perak = state", True),
        ("birth_date is known", True),
        ("flood_on is unknown", True),
        ("flood_on is not known", True),
        ("flood_on is not unknown", False),
        ("works = true", True),
        ("works <> aid.open", False),
        ("aid.tier = b1", True),
        ("claims in (1, 2)", True),
        ("income in (aid.line, RM 500.00)", True),
        ("not (works = false)", True),
        ("band(aid.by_income, income, 0) = RM 200.00", True),
        ("band(job.need, claims) = 18", True),
        ("aid.wage = RM 20.00", None),
        ("grown", True),
        ("sum(members.income) = RM 500.00", True),
        ("sum(members.income where works) = RM 500.00", True),
        ("sum(members.claims where not works) = 0", True),
        ("count(members where age > 50) = 1", True),
        ("count(members) = 1", True),
        ("any(members where lost_job)", False),
        ("all(members where works)", True),
        ("any(members.works)", True),
        ("all(members.works where age < 18)", True),
        ("any(members.works where age > 18)", True),
        ("count(members.works where age < 18) = 0", True),
        ("holds(jkm.aid, as_of)", False),
        ("holds(any, 2026-01-01)", False),
        ("listed at aid.cutoff = poor", None),
        ("state at 2026-01-01 = perak", True),
        ("if(flood_on is unknown, state, selangor) = perak", True),
        ("job.rates[2] = 50%", True),
        ("sum(job.rates) = 170%", True),
        ("1_000 = 1000", True),
    ],
)
def test_every_form_of_the_language(when, value):
    assert finding(law_of(when), PERSON, {**HOME, "savings": "RM 5.00"}).values == (value,)


@pytest.mark.parametrize(
    ("when", "value"),
    [
        ("flood_on > 2020-01-01 and not works", False),
        ("flood_on > 2020-01-01 or works", True),
        ("flood_on > 2020-01-01 and works", None),
        ("if(listed = poor, RM 5.00, RM 5.00) = RM 5.00", True),
        ("if(listed = poor, RM 5.00, RM 6.00) = RM 5.00", None),
        ("max(savings, RM 1.00) > RM 0.00", None),
        ("aid.unknown = RM 1.00", None),
        ("aid.unknown = RM 1.00 and not works", False),
        ("band(job.need, 3) = 1", None),
        ("job.rates[4] = 50%", None),
        ("job.rates[0] = 1%", None),
        ("round(mean(wages[2 before 2025-01-01])) = RM 1.00", None),
        ("round(prorate(income, 1, 0)) = RM 1.00", None),
        ("round(mean(wages[0 before 2025-01-01])) = RM 1.00", None),
        ("add_months(as_of, 999999) = as_of", None),
        ("state at 2026-12-01 = perak", None),
    ],
)
def test_what_is_not_known_is_never_no(when, value):
    assert finding(law_of(when), PERSON, {"state": "perak"}).values == (value,)


@pytest.mark.parametrize(
    ("when", "value"),
    [
        ("sum(members.income) <= RM 499.99", False),
        ("sum(members.income) < RM 500.00", False),
        ("sum(members.income) > RM 499.99", True),
        ("sum(members.income) >= RM 500.00", True),
        ("RM 500.00 <= sum(members.income)", True),
        ("sum(members.income) <= RM 1,000,500.00", True),
        ("sum(members.income) > RM 2,000,000.00", False),
        ("sum(members.debt) >= RM 0.00", None),
        ("count(members where works) >= 1", True),
        ("count(members where works) <= 1", None),
        ("count(members where works) > 2", False),
        ("count(members where works) < 3", True),
        ("sum(members.income) + debt > RM 599.99", True),
        ("sum(members.income) - debt < RM 0.00", False),
        ("sum(members.income) * 2 >= RM 1,000.00", True),
        ("-sum(members.income) <= -RM 500.00", True),
        ("max(sum(members.income), debt) >= RM 500.00", True),
        ("min(sum(members.income), debt) <= RM 100.00", True),
        ("sum(members.income) = RM 100.00", None),
        ("if(works, sum(members.income), RM 0.00) >= RM 500.00", True),
        ("if(lost_job, sum(members.income), RM 600.00) >= RM 500.00", True),
        ("sum(members.income) * count(members where works) >= RM 500.00", True),
        ("sum(members.debt) * count(members where works) >= RM 0.00", None),
        ("sum(members.rent) * count(members where works) >= RM 0.00", True),
        ("round(sum(members.income) * 10%) >= RM 0.00", None),
        ("sum(members.income) <= savings", None),
    ],
)
def test_a_figure_over_members_uses_what_is_known(when, value):
    members = [{"income": "RM 500.00", "works": True, "debt": "RM 100.00"}, {"held": []}]
    assert finding(law_of(when), members=members).values == (value,)


@pytest.mark.parametrize(
    ("when", "says", "place"),
    [
        ("age >= 60 an works", "unexpected 'an'", 10),
        ("income <= 5250", "write RM 5250", 7),
        ("incme > RM 1.00 and works", "did you mean 'income'", 0),
        ("income / 3 < RM 3.00", "no division", 7),
        ("relation = hed", "did you mean 'head'", 11),
        ("age == 3", "write = instead", 4),
        ("age != 3", "write <> instead", 4),
        ("18 < age < 60", "write 'a < b and b < c'", 9),
        ("income * 3%", "must give yes/no, but gives an unrounded amount", 7),
        ("months(paid) > 3", "expected ','", 11),
        ("(age > 3", "expected ')', found 'the end'", 8),
        ("", "unexpected end", 0),
        ("age > 3 ?", "unexpected character '?'", 8),
        ("and works", "unexpected 'and'", 0),
        ("birth_date is gone", "expected 'known' or 'unknown'", 14),
        ("works and age", "'and' needs yes/no conditions; this is a number", 10),
        ("works > true", "'>' cannot be used with yes/no", 6),
        ("relation > head", "'>' cannot be used with one of: head, spouse, child", 9),
        ("income = birth_date", "cannot compare an amount of money with a date", 7),
        ("relation in (head, works)", "the list must hold fixed values", 19),
        ("age in job.rates", "this is a list of a percentage, not of a number", 7),
        ("income in (5, 6)", "fixed values of the same kind", 11),
        ("-works", "cannot negate yes/no", 0),
        ("income + 5 > income", "cannot add an amount of money and a number", 7),
        ("income * income > income", "cannot multiply", 7),
        ("birth_date - birth_date > 3", "cannot subtract a date and a date", 11),
        ("sum(members.works) > 3", "sum(...) needs an amount or a number", 0),
        ("any(members.income)", "any(members where ...) needs a yes/no condition", 0),
        ("count(members where any(members where works)) > 1", "members of members", 20),
        ("count(members where hh_income > RM 1.00) > 1", "members of members", 20),
        ("count(members where state = perak) > 1", "'state' is a fact of the household", 20),
        ("months(paid, first 3 to as_of) > 1", "expected 'last'", 13),
        ("months(paid, last 3 after as_of) > 1", "expected 'before' or 'to' and a date", 20),
        ("months(age, last 3 to as_of) > 1", "a record of months, a number, a date", 0),
        ("round(mean(paid[3 before as_of])) > RM 1.00", "a record of amounts by month", 11),
        ("income[1] > RM 1.00", "only a list can be taken by number", 0),
        ("job.rates[works] = 1%", "only a list can be taken by number", 0),
        ("age at as_of = 3", "only a fact that is asked or recorded", 0),
        ("state at 3 = perak", "'at' needs a date; this is a number", 9),
        ("holds(jkm.montly, as_of)", "did you mean 'jkm.monthly'", 0),
        ("holds(any, 3)", "holds(...) needs a date", 11),
        ("holds(3, as_of)", "expected a programme, a group such as jkm.monthly, or any", 6),
        ("round(claims) > RM 1.00", "round(...) does not take a number", 0),
        ("round(income * 1%, to 5) > RM 1.00", "expected a step such as RM 0.05", 22),
        ("round(income * 1%, to RM 0.00) > RM 1.00", "a step must be above", 22),
        ("min(income, 3) > RM 1.00", "min(...) does not take an amount of money, a number", 0),
        ("min(income) > RM 1.00", "does not take", 0),
        ("if(income, 1, 2) = 1", "if(...) does not take", 0),
        ("mean(income, 3) > RM 1.00", "mean(...) does not take", 0),
        ("prorate(income, 3, 5%) > RM 1.00", "prorate(...) does not take", 0),
        ("sum(income) > RM 1.00", "sum(...) does not take", 0),
        ("year_off(as_of) = 3", "unknown function 'year_off': did you mean 'year_of'?", 0),
        ("zzz(as_of) = 3", "unknown function 'zzz'", 0),
        ("band(income, 3) > RM 1.00", "band(...) reads a table", 5),
        ("band(aid.by_income, income) > RM 1.00", "this table is read by 2 value(s), not 1", 0),
        ("band(job.need, income) > 1", "this table is read by a number; this is an amount of money", 15),
        ("aid.place > RM 1.00", "'aid.place' differs by council", 0),
        ("2026-02-31 < as_of", "day is out of range", 0),
        ("income * 1.00001% > income", "at most four decimals", 9),
        ("aid.rule = aid.rule", "'=' cannot be used with text", 9),
        ("aid.by_income = aid.by_income", "'=' cannot be used with a table", 14),
        ("sum(zebra.income) > RM 1.00", "unknown name 'zebra.income'", 4),
        ("works not known", "expected 'in', found 'known'", 10),
    ],
)
def test_faults_name_their_place_and_mend(when, says, place):
    law = sample()
    names = Names(
        {f.name: f.tree or Node("fact", f.kind, value=f.name) for f in law.facts.values()},
        {p.name: Node("param", p.kind, value="council" if p.name == "aid.place" else None) for p in law.parameters.values()},
        law.groups,
        frozenset({"state", "listed", "savings"}),
    )
    with pytest.raises(RuleError) as found:
        compile_text(when, names, "bool")
    assert says in found.value.message
    assert found.value.position == place
    assert found.value.text == when


def test_a_fault_of_a_file_is_shown_with_a_caret():
    with pytest.raises(rules.LawFaults) as found:
        law_of("incme > RM 1.00")
    assert str(found.value) == (
        "programmes/aim/test.yaml: criteria[0] (only).when: unknown name 'incme': did you mean 'income'?\n    incme > RM 1.00\n    ^"
    )


def test_a_group_never_counts_the_programme_that_asks():
    law = rules.build(
        documents(
            criteria=[{**documents()["programmes/jkm/aid.yaml"]["excluded_when"][0], "when": "holds(jkm.monthly, as_of)"}],
            held_groups=["jkm.monthly"],
        )
    )
    assert finding(law, {"held": [{"programme": "aim.test"}]}).values == (False,)
    assert finding(law, {"held": [{"programme": "jkm.monthly"}]}).values == (True,)
    assert finding(law, {}).values == (None,)
    assert finding(law, {"held": [{"programme": "jkm.aid", "from": dt.date(2026, 12, 1)}]}).values == (False,)
