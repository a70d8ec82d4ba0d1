"""law/stacking.yaml as it stands: what the sources say of two programmes comes out, with rule and status; silence is exclusive within one need."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from sinergi.core import overlap
from tests.law.test_stories import law

DAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("first", "second", "same_need", "kind", "rule"),
    [
        ("maipk.zakat", "jkm.bwe", True, "while_waiting", "maipk.no_other_aid"),
        ("maipk.zakat", "mof.str", True, "while_waiting", "maipk.no_other_aid"),
        ("maipk.zakat", "akpk.dmp", False, "cumulative", "maipk.beside_services"),
        ("pbns.zakat", "jkm.bkk", True, "top_up", "pbns.below_had_kifayah"),
        ("jkm.ba", "jkm.bwe", True, "exclusive", "jkm.ba_no_other_monthly"),
        ("jkm.bwe", "jkm.btb", True, "exclusive", "jkm.monthly_one_a_person"),
        ("jkm.gp", "jkm.bkk", True, "cumulative", "jkm.gp_beside_monthly"),
        ("mof.str", "mof.sara", True, "cumulative", "mof.str_beside_sara"),
        ("mof.sara", "jkm.bwe", True, "cumulative", "mof.sara_beside_any"),
        ("nadma.bwi", "nadma.bwi", True, "exclusive", "nadma.bwi_once_a_season"),
        ("nadma.bwi", "irm.aid", True, "cumulative", "nadma.bwi_beside_any"),
        ("perkeso.lindung_kendiri", "perkeso.lindung_kendiri_matching", True, "cumulative", "perkeso.matching_beside_cover"),
        ("maiwp.medical", "irm.aid", True, "exclusive", None),
        ("maiwp.medical", "maiwp.medical", True, "exclusive", None),
        ("irm.aid", "maiwp.housing", False, "cumulative", None),
    ],
)
def test_what_the_law_says_of_two_programmes(first, second, same_need, kind, rule):
    for one, other in ((first, second), (second, first)):
        found = overlap.relation(law(), one, other, same_need=same_need, on=DAY)
        assert (found.kind, found.rule.id if found.rule else None, found.silent) == (kind, rule, rule is None)
        assert found.text["ms"] and found.text["en"]


def test_the_top_up_of_2021_is_a_rule_of_its_time():
    for day, silent in ((dt.date(2021, 6, 1), False), (DAY, True)):
        assert overlap.relation(law(), "perkeso.eis", "perkeso.sip_prihatin", same_need=True, on=day).silent is silent


def test_bwi_is_barred_for_three_months_after_the_last_one():
    last = overlap.Holding("nadma.bwi", "disaster", dt.date(2026, 9, 1), dt.date(2026, 9, 1))
    for day, until in ((dt.date(2026, 11, 30), dt.date(2026, 12, 1)), (dt.date(2026, 12, 2), None)):
        found = overlap.clashes(law(), overlap.Holding("nadma.bwi", "disaster", day, day), [last], day)
        assert [c.until for c in found] == ([until] if until else [])


def test_pbns_has_the_room_that_is_left_under_had_kifayah():
    held = overlap.Holding("jkm.bkk", "cash", dt.date(2026, 1, 1), None, 40_000)
    new = overlap.Holding("pbns.zakat", "cash", DAY, None, 50_000)
    (clash,) = overlap.clashes(law(), new, [held], DAY, {"had_kifayah": 80_000})
    assert (clash.relation.kind, clash.room) == ("top_up", 40_000)
    assert overlap.clashes(law(), new, [held], DAY, {"had_kifayah": 90_000}) == ()
    assert overlap.clashes(law(), new, [held], DAY) == ()


def test_a_ceiling_may_be_a_figure_of_the_law():
    rule = replace(next(r for r in law().stacking if r.relation == "top_up"), ceiling="bwi.amount")
    capped = replace(law(), stacking=(rule,), cache={})
    new = overlap.Holding("pbns.zakat", "cash", DAY, None, 50_000)
    (clash,) = overlap.clashes(capped, new, [overlap.Holding("jkm.bkk", "cash", None, None, 80_000)], DAY)
    assert clash.room == 20_000


def test_advice_takes_no_lock_of_the_need_and_food_aid_does():
    assert [k.key for k in overlap.keys(law(), "miasa.support", "care", DAY)] == ["programme:miasa.support"]
    assert {(k.key, k.share) for k in overlap.keys(law(), "irm.aid", "food", DAY)} == {("need:food", ""), ("programme:irm.aid", "")}
    assert ("need:cash", "shared") in {(k.key, k.share) for k in overlap.keys(law(), "jkm.bkk", "cash", DAY)}


def test_every_rule_says_where_it_comes_from_and_what_is_weak_is_not_called_official():
    for rule in law().stacking:
        assert rule.cite and rule.source and rule.text["ms"] and rule.text["en"]
    assert {r.id for r in law().stacking if r.reading} == {"maipk.no_other_aid", "maipk.beside_services"}


def test_what_others_may_not_learn_of_is_marked():
    assert {p.id for p in law().programmes.values() if p.discreet} >= {"miasa.support"}
