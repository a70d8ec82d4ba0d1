"""What the sheet asks: first what settles most, nobody about what cannot concern him, and a no to the household's question settles its claims."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sinergi.core import rules
from tests.law.test_stories import answer, law, sheet

DAY = dt.date(2026, 11, 23)
CLAIMS = ("perkeso.act4_injury", "perkeso.act4_invalidity", "perkeso.eis", "perkeso.lindung_kasih", "perkeso.lindung_kendiri")
WIDOW = {"relation": "head", "birth_date": "1960-03-02", "citizenship": "citizen", "marital": "widowed", "income": "RM 400.00", "work": "not_working"}
CHILD = {"relation": "child", "birth_date": "2016-03-02", "citizenship": "citizen", "income": "RM 0.00"}


def asked(household: dict[str, Any], *members: dict[str, Any]) -> rules.Sheet:
    """The sheet of a household of which only this is known."""
    return rules.screen(law(), rules.read_situation(law(), {"household": household, "members": list(members)}, DAY), DAY)


def test_the_first_question_is_asked_once_for_the_household_and_a_no_settles_every_claim():
    made = asked({"state": "perak", "ekasih": "poor"}, WIDOW, CHILD)
    first = made.ask[0]
    assert (first.fact, first.member, set(CLAIMS) - {"perkeso.eis"} <= set(first.programmes)) == ("life_event", None, True)
    made = asked({"state": "perak", "ekasih": "poor", "life_event": False}, WIDOW, CHILD)
    assert {answer(made, p, who).group for p in CLAIMS for who in (0, 1)} == {"no"}
    assert not {q.fact for q in made.ask} & {"life_event", "accident", "invalidity", "kasih_event", "lost_job", "loss_date", "accident_as"}


def test_a_yes_asks_each_grown_person_what_happened_and_no_child():
    made = asked({"state": "perak", "life_event": True}, WIDOW, CHILD)
    assert {("accident", 0), ("invalidity", 0), ("kasih_event", 0)} <= {(q.fact, q.member) for q in made.ask}
    assert not {q.fact for q in made.ask if q.member == 1} & {"accident", "invalidity", "kasih_event", "lost_job", "work", "own_business", "has_debt"}


def test_what_is_told_of_a_person_counts_without_the_question_to_the_household():
    made = asked({"state": "perak"}, {**WIDOW, "accident": "none", "invalidity": "none", "kasih_event": "none", "lost_job": False})
    assert {answer(made, p).group for p in CLAIMS} == {"no"}


def test_a_card_for_disabled_persons_is_asked_of_the_household_first():
    made = asked({"state": "perak"}, WIDOW, CHILD)
    assert "oku_at_home" in {q.fact for q in made.ask} and "oku_card" not in {q.fact for q in made.ask}
    made = asked({"state": "perak", "oku_at_home": False}, WIDOW, CHILD)
    assert {answer(made, p, who).group for p in ("jkm.bat", "jkm.btb", "jkm.epoku") for who in (0, 1)} == {"no"}


@pytest.mark.parametrize("programme", ["akpk.dmp", "tekun.niaga", "maiwp.housing", "jtksm.complaint", "jkm.btb"])
def test_a_programme_asks_whether_it_concerns_one_before_anything_else(programme):
    home = {"state": "kuala_lumpur", "territory_since": "2000-01-01", "had_kifayah": "RM 900.00"}
    made = asked(home, {**WIDOW, "birth_date": "1980-03-02", "religion": "islam"})
    assert len(answer(made, programme).need) == 1


@pytest.mark.parametrize("name", ["household", "widow", "family", "flood", "debt", "hurt_at_work", "job_lost", "neighbour"])
def test_no_sheet_of_an_example_begins_with_a_claim_of_one_person(name):
    assert not {q.fact for q in sheet(name).ask[:2]} & {"accident", "invalidity", "kasih_event", "lost_job"}
