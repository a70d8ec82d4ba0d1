"""The package of the demo people by the real law: what stories 4 and 5 say comes out, to the sen, and every package is the same again."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

import pytest

from sinergi.core import overlap, rules
from tests.law.test_demo_people import PEOPLE, sheet
from tests.law.test_stories import law


@cache
def package(key: str) -> overlap.Package:
    """The package of one of the demo households, for the needs it came with."""
    return overlap.package_of(law(), sheet(key), PEOPLE[key].get("needs", ()))


def paid(key: str) -> dict[str, int]:
    """Sen in twelve months of each programme that is taken and pays."""
    return {step.offer.programme: sum(step.sen_by_month) for step in package(key).steps if any(step.sen_by_month)}


def test_halimah_takes_three_together_and_is_told_what_maipk_excludes():
    found = package("04-halimah")
    assert paid("04-halimah") == {"jkm.bwe": 720_000, "mof.sara": 180_000, "mof.str": 60_000}
    assert (found.certain_sen, found.if_confirmed_sen, found.total_sen) == (960_000, 0, 960_000)
    assert found.month_totals == (80_000,) * 12
    (maipk,) = [r for r in found.rejected if r.offer.programme == "maipk.zakat"]
    assert maipk.rule.rule is not None and maipk.rule.rule.id == "maipk.no_other_aid"
    assert [o.programme for o in maipk.better][:3] == ["jkm.bwe", "mof.sara", "mof.str"]
    assert not {"perkeso.skuad_prihatin", "perkeso.myfuturejobs", "akpk.dmp"} & {o.programme for o in maipk.better}


def test_the_neighbour_over_the_hardcore_line_has_no_monthly_aid_of_jkm():
    assert paid("04-neighbour") == {"mof.sara": 60_000, "mof.str": 60_000}


def test_norazlina_has_str_and_sara_and_the_council_waits_for_had_kifayah():
    found = package("05-norazlina")
    assert paid("05-norazlina") == {"mof.str": 70_000, "mof.sara": 120_000}
    assert "pbns.zakat" in {u.offer.programme for u in found.unknown}
    assert all(s.offer.programme != "pbns.zakat" for s in found.steps)
    assert "aim.ikhtiar" in {loan.programme for loan in found.loans}
    assert found.total_sen == 190_000


def test_once_had_kifayah_is_entered_the_council_tops_up_beside_the_rest():
    members = [
        {"name": "Norazlina", "relation": "head", "birth_date": "1989-12-14", "sex": "female", "marital": "married", "income": "RM 1,100.00"},
        {"name": "Faizal", "relation": "spouse", "birth_date": "1986-05-21", "sex": "male", "marital": "married", "income": "RM 1,500.00"},
    ]
    for member in members:
        member |= {"citizenship": "citizen", "religion": "islam", "held": []}
    household = {"state": "negeri_sembilan", "had_kifayah": "RM 3,200.00"}
    day = sheet("05-norazlina").as_of
    situation = rules.read_situation(law(), {"household": household, "members": members}, day)
    found = overlap.package_of(law(), rules.screen(law(), situation, day), ("cash",))
    taken = {s.offer.programme: s for s in found.steps}
    assert {"pbns.zakat", "mof.str"} <= taken.keys()
    assert not taken["pbns.zakat"].offer.certain and not any(taken["pbns.zakat"].sen_by_month)
    assert "pbns.zakat" not in {r.offer.programme for r in found.rejected}


def test_tan_is_paid_her_six_months_and_awang_has_cover_and_matching_together():
    assert paid("06-tan")["perkeso.eis"] == 1_066_500
    assert all(r.offer.programme != "perkeso.lindung_kendiri" for r in package("08-awang").rejected)


def test_a_held_dialysis_bars_another_for_the_same_need_until_it_ends():
    day = sheet("01-kamarul").as_of
    found = [o for o in overlap.offers(law(), sheet("01-kamarul"), ("medical",)) if o.programme != "maiwp.medical"]
    held = overlap.Holding("maiwp.medical", "medical", dt.date(2025, 4, 1), dt.date(2027, 3, 31), agency="maiwp", persons=frozenset({0}))
    taken = overlap.package(law(), found, (held,), on=day).steps
    assert [s.start.isoformat() for s in taken if s.offer.programme == "irm.aid"] == ["2027-04-23"]
    left = overlap.package(law(), found, (replace(held, end=None),), on=day)
    assert {r.offer.programme for r in left.rejected} >= {"irm.aid"} and all(s.offer.programme != "irm.aid" for s in left.steps)


@pytest.mark.parametrize("key", PEOPLE)
def test_every_package_adds_up_and_comes_out_the_same_again(key):
    found = package(key)
    assert sum(found.month_totals) == found.total_sen == found.certain_sen + found.if_confirmed_sen
    assert sum(sum(step.sen_by_month) for step in found.steps) == found.total_sen
    assert all(not step.offer.open and not step.offer.credit for step in found.steps)
    assert all(way.total_sen <= found.total_sen or way.total_sen > found.certain_sen for way in found.alternatives)
    assert overlap.package_of(law(), sheet(key), PEOPLE[key].get("needs", ())).as_json() == found.as_json()
