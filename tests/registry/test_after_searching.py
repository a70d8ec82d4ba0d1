"""What follows from a search: pairs that look alike wait in the queue, who looks through people and opens none is told of, words are counted."""

from __future__ import annotations

import pytest
from django.db import connection
from registry_stage import ON, officer, somebody

from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import command
from sinergi.kernel.models import Grant, User
from sinergi.registry import actions, queries, tasks
from sinergi.registry.actions.finding import WALKING
from sinergi.registry.models import Candidate


@pytest.fixture
def irm(own_db):
    """A coordinator of a partner."""
    return officer("irm")


def search(actor, text):
    with acting(actor, purpose="register"):
        return queries.find_persons(text, actor=actor, on=ON)


def pairs(owner):
    return owner.execute("SELECT found_by, state, model_id, bits, levels, keys, vetoes FROM registry_candidate").fetchall()


def test_somebody_new_who_is_like_somebody_elses_person_goes_to_the_queue(irm, owner):
    known = somebody(officer("maiwp"), "Kamarul bin Yusof", "680411-17-5013", phone="0123456789")
    new = somebody(irm, "Kamarul Yusuf", "680411-17-5031", phone="0123456789")
    somebody(irm, "Rohani binti Hamid", "900101-17-5012")
    with acting(irm, purpose="register"):
        assert actions.suspect_same(new, actor=irm, shown=[known, known, new], on=ON) == 1
        assert Candidate.objects.count() == 1
        assert actions.suspect_same(new, actor=irm, shown=[known], on=ON) == 1
    ((found_by, state, model, bits, levels, keys, vetoes),) = pairs(owner)
    assert (found_by, state, model, keys, vetoes) == ("search", "open", "first-2026-11", ["search"], []) and levels[2] == 3 and bits > 0


def test_nobody_goes_to_the_queue_who_is_another(irm, owner):
    known = somebody(irm, "Rohani binti Hamid", "900101-17-5012")
    new = somebody(irm, "Kamarul Yusuf", "680411-17-5031")
    with acting(irm, purpose="register"):
        assert actions.suspect_same(new, actor=irm, shown=[known], on=ON) == 0
    assert pairs(owner) == []


def test_who_looks_through_people_and_opens_none_is_told_of_once(irm, owner, settings):
    settings.SEARCHES_AN_HOUR = WALKING + 10
    with acting(command("stage"), purpose="administer"), writing("try.stage"):
        boss = User.objects.create(email="boss@example.my", name="Boss", agency_id="irm")
        Grant.objects.create(user=boss, role="administrator", area_kind="agency", area="irm")
    for _ in range(WALKING):
        search(irm, "Kamarul 1968")
    search(officer("maiwp"), "Kamarul 1968")
    tasks.watch_searches(0)
    tasks.watch_searches(0)
    rows = owner.execute("SELECT template, facts ->> 'searches', facts ->> 'user', user_id FROM kernel_message").fetchall()
    assert rows == [("search.walking", str(WALKING), irm.id, boss.pk)]
    ((noted,),) = owner.execute("SELECT changes FROM kernel_auditentry WHERE verb = 'search.alarm' AND changes::text LIKE '%user%'").fetchall()
    assert noted[f"user {irm.id}"] == WALKING


def test_words_are_counted_at_night(irm, owner):
    for n in range(3):
        somebody(irm, "Kamarul bin Yusof", f"68041{n}-17-5013")
    tasks.count_words_nightly(0)
    assert owner.execute("SELECT word, people FROM registry_nameword ORDER BY word").fetchall() == [("", 3), ("IUSUP", 3), ("KAMARUL", 3)]
    assert search(irm, "Kamaru Yusof 680411").candidates[0].levels[2] == 8
    with pytest.raises(Exception, match="outside search.count"), acting(irm, purpose="register"):
        connection.cursor().execute("SELECT sinergi_count_words()")
