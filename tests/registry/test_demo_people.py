"""The demo people can be registered as they are written: every fact is in the vocabulary, every programme they hold in the law."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
import yaml
from registry_stage import ON, law, officer

from sinergi.core.identity import read_number
from sinergi.core.rules import read_situation
from sinergi.kernel.acting import acting
from sinergi.registry.actions import take_in
from sinergi.registry.queries import document_of
from sinergi.registry.submission import read_submission

PEOPLE = yaml.safe_load((Path(__file__).resolve().parents[2] / "src/sinergi/cli/demo/people.yaml").read_text("utf-8"))["households"]


@pytest.mark.parametrize("household", PEOPLE, ids=lambda h: h["key"])
def test_a_household_reads_without_a_fault_or_a_warning(household):
    clean = read_submission(json.loads(json.dumps(household["submission"])), law=law(), on=ON, demo=True)
    assert clean.warnings == () and clean.needs and clean.address
    for person in clean.people:
        assert all(read_number(n.kind, n.value, on=ON, demo=True).place == "" for n in person.numbers), "place code 17 is issued to nobody"


def test_there_are_twelve_stories_and_no_number_twice():
    assert {h["key"][:2] for h in PEOPLE} == {f"{n:02d}" for n in range(1, 13)}
    numbers = [p["mykad"] for h in PEOPLE for p in [h["submission"]["person"], *h["submission"].get("members", [])] if "mykad" in p]
    assert len(numbers) == len(set(numbers))


def test_the_century_of_the_young_is_this_one():
    born = {h["key"]: read_submission(h["submission"], law=law(), on=ON, demo=True).people[0].birth_date for h in PEOPLE}
    assert born["07-haziq"] == dt.date(2002, 8, 25) and born["12-jimbai"] == dt.date(2000, 1, 9)


def test_they_are_registered_once_and_the_law_reads_each_household(own_db):
    for household in PEOPLE:
        actor = officer(household["agency"])
        done = take_in(household["submission"], actor=actor, purpose="register", on=ON, law=law(), channel="demo")
        assert not done.known and take_in(household["submission"], actor=actor, purpose="register", on=ON, law=law(), channel="demo").known
        with acting(actor, purpose="screen"):
            document = document_of(done.household_id, on=ON, actor=actor, law=law())
        situation = read_situation(law(), json.loads(json.dumps(document.raw)), ON)
        assert len(situation.people) == len(done.people)
