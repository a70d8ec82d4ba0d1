"""The report of fairness: groups of what the register holds, counts that are right, precision and recall from labels alone, nobody's rows."""
from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection
from identity_stage import CARDS, NAMES, WHY, by, merge, reviewer
from registry_stage import ON, officer, somebody
from review_stage import AT, STAGE, model, pair, record_of, two

from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import actions, queries
from sinergi.registry.models import Candidate, Certificate, Label
from sinergi.registry.queries.fairness import widest

NO_PAPER = {"no_document": "true", "birth_date": "1/1/1950", "sex": "P"}


def report(actor: Actor) -> queries.Fairness:
    """What an actor is told."""
    with acting(actor, purpose="audit"):
        return queries.fairness(actor, ON)


def told(actor: Actor) -> dict[tuple[str, str], queries.Group]:
    """The groups by dimension and code."""
    return {(g.dimension, g.code): g for groups in report(actor).groups.values() for g in groups}


def nameless(actor: Actor) -> Any:
    """An old woman without any number."""
    body = {"person": {"name": "Sapiah binti Musa", **NO_PAPER}, "address": {"state": "perak"}}
    return actions.take_in(body, **by(actor), on=ON).person_id


@pytest.fixture
def boss(published_law) -> Actor:
    return officer("perkeso", "supervisor", national=True)


def labels(candidate: Candidate, *, right: int, wrong: int, **more: Any) -> Certificate:
    """A certificate at 8 bits, and labels of the pair: two people agree on each; the strict draw, and a loose one."""
    with acting(STAGE, purpose="administer"), writing("try.stage"):
        made = Certificate.objects.create(model=model(), sources="register", target=0.5, thresholds=[[8.0, 100], [2.0, 200]], drawn_each=50,
                                          threshold=8.0, lower_bound=0.6, state="valid", drawn_at=AT, drawn_by="x", signed_by="board", from_on=ON)
        Label.objects.bulk_create(
            Label(certificate=made, candidate=candidate, step=n, bits=bits, first=said, second=said, **{"steps": steps, **more})
            for n, (said, bits, steps) in enumerate([("same", 9.0, [0, 1])] * right + [("different", 9.0, [0, 1])] * wrong
                                                    + [("same", 4.0, [1])] * 10))
    return made


def test_who_waits_is_joined_and_kept_apart_by_group(boss):
    aim = officer("aim", "officer")
    one, other = somebody(aim, NAMES[0], CARDS[0]), somebody(aim, NAMES[1], CARDS[1])
    merge(one, other, aim)
    third, fourth = two(1)
    pair(third, fourth)
    nameless(aim)
    found = told(boss)
    assert (found["paper", "paper"].people, found["paper", "no_paper"].people) == (3, 1)
    assert found["paper", "paper"].joined == 1 and found["paper", "paper"].waiting == 2 and found["paper", "no_paper"].waiting == 0
    assert found["age", "old"].people == 1 and found["sex", "female"].people == 2 and report(boss).total.people == 4
    assert found["paper", "paper"].per_thousand(2) == pytest.approx(666.7, abs=0.1)
    actions.not_same(record_of(third), **by(reviewer()), second=record_of(fourth), reason=WHY)
    assert told(boss)["paper", "paper"].apart == 2


def test_an_agency_reads_of_its_own_people_and_who_does_not_oversee_reads_nothing(boss):
    somebody(officer("aim"), NAMES[0], CARDS[0])
    assert report(boss).total.people == 1 == report(officer("aim", "supervisor")).total.people
    assert report(officer("maiwp", "supervisor")).total.people == 0 and told(officer("maiwp", "supervisor")) == {}
    coordinator = officer("aim")
    with pytest.raises(Refused) as refused:
        report(coordinator)
    assert refused.value.code == "not_allowed"
    for function in ("sinergi_fairness", "sinergi_fairness_labels"):
        with pytest.raises(ProgrammingError) as stopped, acting(coordinator, purpose="audit"), connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {function}(%s)", [ON])
        assert isinstance(stopped.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_without_labels_nothing_is_said_of_right_and_missed(boss):
    pair(*two())
    seen = report(boss)
    assert seen.labels == 0 and seen.gap is None and seen.total.labelled.precision is None and seen.total.labelled.recall is None


def test_precision_and_recall_come_from_labels_alone(boss):
    labels(pair(*two()), right=36, wrong=4)
    seen = report(boss)
    assert seen.labels == 50 and (seen.total.labelled.precision, seen.total.labelled.recall) == (0.9, pytest.approx(36 / 46))
    assert told(boss)["sex", "female"].labelled == seen.total.labelled and seen.gap == 0.0


def test_too_few_labels_tell_nothing_and_what_is_not_settled_does_not_count(boss):
    candidate = pair(*two())
    made = labels(candidate, right=5, wrong=1)
    with acting(STAGE, purpose="administer"), writing("try.stage"):
        Label.objects.create(certificate=made, candidate=candidate, step=99, steps=[1], bits=4.0, first="same")
        Label.objects.create(certificate=made, candidate=candidate, step=98, steps=[], week=dt.date(2026, 11, 23), bits=9.0, first="same",
                             second="same")
    seen = report(boss)
    assert seen.labels == 17 and seen.total.labelled.precision is None
    assert (seen.total.labelled.above, seen.total.labelled.right, seen.total.labelled.same) == (7, 6, 0)


def test_the_widest_gap_is_between_groups_of_one_dimension():
    def group(code: str, found: int) -> queries.Group:
        return queries.Group("sex", code, 10, 0, 0, 0, 0, queries.Labelled(0, 0, 100, found))

    gap = widest([(group("male", 97), group("female", 90)), (group("old", 50),)])
    assert gap == pytest.approx(0.07) and queries.Group("sex", "male", 0, 0, 0, 0, 0, queries.Labelled()).per_thousand(3) == 0.0
