"""What agencies gave is read by the rules beside what people say; the stored screening keeps it and is recomputed to the byte."""
from __future__ import annotations

import datetime as dt

from registry_stage import ON, officer, somebody, spoken

from sinergi.assistance import actions, queries
from sinergi.kernel.acting import acting
from sinergi.registry import actions as registry
from sinergi.registry import queries as registered

AT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)


def held_of(stage, actor, member=0):
    with acting(actor, purpose="screen"):
        live = queries.sheet_of(stage.household.household_id, on=ON, actor=actor)
        return live.document.raw["members"][member].get("held"), live.sheet.situation.people[member]["held"][1]


def test_an_award_is_seen_by_the_rules_and_taken_out_of_what_can_be_applied_for(stage):
    assert held_of(stage, stage.aim) == ([], True)
    stage.decide(stage.apply(), outcome="approve")
    row = {"programme": "pbns.zakat", "from": "2026-11-23", "to": "2027-05-31", "amount": 30000}
    assert held_of(stage, stage.aim) == ([row], True)
    said = [{"programme": "mof.str", "from": "2026-01-01"}]
    registry.record_facts(stage.person, actor=stage.aim, purpose="screen", facts={"held": said}, on=ON, at=AT)
    held, complete = held_of(stage, stage.aim)
    assert complete and [r["programme"] for r in held] == ["mof.str", "pbns.zakat"]


def test_of_whom_nothing_was_said_more_may_be_held(stage):
    alone = somebody(stage.aim)
    said = spoken(purposes=("decide",))
    consent = registry.give_consent(alone, actor=stage.aim, purpose="refer", agencies=["tekun"], consent=said, at=AT)
    with acting(stage.aim, purpose="screen"):
        household = registered.household_of(alone, ON)
    sent = actions.apply(household, actor=stage.aim, purpose="refer", programme="tekun.niaga", subject=0, need="business", consent_id=consent[0],
                         on=ON, at=AT)
    stage.decide(sent, actor=officer("tekun", "officer"), outcome="approve", award=actions.AwardTerms(ON, ON, 5000, "once"), against="x" * 15)
    with acting(stage.aim, purpose="screen"):
        live = queries.sheet_of(household, on=ON, actor=stage.aim)
    assert live.document.raw["members"][0]["held"][-1] == {"more": True} and not live.sheet.situation.people[0]["held"][1]


def test_a_stored_screening_keeps_what_was_given_then_and_replays_to_the_byte(stage):
    stage.decide(stage.apply(), outcome="approve")
    screening = actions.screen_household(stage.household.household_id, actor=stage.aim, purpose="screen", on=ON, at=AT)
    assert "pbns.zakat" in str(screening.document)
    with acting(stage.aim, purpose="screen"):
        kept, answers = queries.stored(screening.pk)
        assert {(a.programme, a.subject): actions.canonical(a) for a in queries.replayed(kept).answers} == answers


def test_a_discreet_benefit_stands_in_no_sheet_and_no_stored_screening(stage):
    miasa = officer("miasa", "officer")
    said = spoken(purposes=("decide",))
    consent = registry.give_consent(stage.person, actor=stage.aim, purpose="refer", agencies=["miasa"], consent=said, at=AT)[0]
    sent = stage.apply(programme="miasa.support", subject=0, need="care", consent_id=consent)
    assert sent.discreet
    stage.decide(sent, actor=miasa, outcome="approve", award=actions.AwardTerms(ON, None, None, "in_kind"))
    registry.give_consent(stage.person, actor=stage.aim, purpose="refer", agencies=["irm"], consent=spoken(), at=AT)
    with acting(stage.irm, purpose="screen"):
        assert queries.application(sent.pk, actor=stage.irm, on=ON) is None
    for actor in (stage.aim, miasa):
        assert held_of(stage, actor) == ([], True)
