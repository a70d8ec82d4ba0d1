"""The sheets and packages of all demo people, with what agencies gave them, are recomputed from stored facts and law versions: the same bytes."""
from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import yaml
from registry_stage import ON, officer, spoken

from sinergi.assistance import actions, queries
from sinergi.benefits import actions as benefits
from sinergi.kernel import law
from sinergi.kernel.acting import acting
from sinergi.kernel.errors import Refused
from sinergi.registry import queries as registry
from sinergi.registry.actions import ConsentGiven, give_consent, take_in

AT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
PEOPLE = yaml.safe_load((Path(__file__).resolve().parents[2] / "src/sinergi/cli/demo/people.yaml").read_text("utf-8"))["households"]


def given(rules, person, said: ConsentGiven, by) -> bool:
    """One benefit of IRM for a person, where nothing stands in its way."""
    irm, programme = officer("irm", "officer"), rules.programmes["irm.aid"]
    if by.agency != "irm":
        give_consent(person, actor=by, purpose="refer", agencies=["irm"], consent=said, at=AT)
    try:
        benefits.award(person, actor=irm, purpose="pay", programme=programme.id, need=programme.needs[0], from_on=ON, to_on=dt.date(2027, 1, 31),
                       amount=Decimal(100), pay="monthly", law=rules, on=ON, at=AT)
    except Refused as held:
        assert held.code.startswith("overlap."), held
        return False
    return True


def test_every_sheet_and_determination_of_the_demo_people_is_the_same_again(published_law):
    stored, gave = [], 0
    for household in PEOPLE:
        actor = officer(household["agency"])
        done = take_in(household["submission"], actor=actor, purpose="register", on=ON, law=published_law, channel="demo")
        gave += given(published_law, done.person_id, spoken(), actor)
        screening = actions.screen_household(done.household_id, actor=actor, purpose="screen", on=ON, at=AT)
        stored.append((actor, done.household_id, screening.pk))
    assert gave > len(PEOPLE) // 2
    merged = weighed = 0
    for actor, household_id, screening_id in stored:
        with acting(actor, purpose="screen"):
            kept, answers = queries.stored(screening_id)
            assert {(a.programme, a.subject): actions.canonical(a) for a in queries.replayed(kept).answers} == answers
            assert queries.sheet_of(household_id, on=ON, actor=actor).sheet.as_bytes() == queries.replayed(kept).as_bytes()
            merged += "irm." in str(kept.document)
            again = queries.package_of(law.at_version(kept.law_version), queries.replayed(kept), registry.needs_of(household_id, ON))
            now = queries.plan(household_id, on=ON, actor=actor).package
            assert json.dumps(again.as_json(), sort_keys=True) == json.dumps(now.as_json(), sort_keys=True)
            weighed += bool(now.steps)
    assert merged == gave and weighed == len(PEOPLE)
