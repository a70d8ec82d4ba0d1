"""What `./sinergi demo` does, on a database of its own: loads, tells its story twice, and every stored answer is recomputed to the byte."""
from __future__ import annotations

import pytest
from django.utils import timezone

from sinergi.assistance import actions, queries
from sinergi.assistance.models import Screening
from sinergi.benefits.models import Entitlement
from sinergi.cli.demo import load, story
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import actor_of
from sinergi.kernel.models import Grant, User
from sinergi.kernel.roles import ROLES


@pytest.fixture
def demo(own_db, settings, tmp_path):
    """The demo as loaded, and its moment."""
    settings.STATE_DIR = settings.FILES_DIR = settings.SEALS_DIR = tmp_path
    now = timezone.now()
    load.load_law_and_agencies(load.loader(), now)
    load.load_users(load.loader())
    load.load_people(now)
    return now


FIRST = ("Registered: 3 people", "PAKEJ TERBAIK YANG SAH",
         "sent with", "approved until", "telah dibantu oleh MAIWP hingga", "referred to AKPK", "he answered: received, and solved")
AGAIN = ("She is here already", "PAKEJ TERBAIK YANG SAH",
         "sent before", "decided before", "telah dibantu oleh MAIWP hingga", "referred and accepted before", "closed by his own word")


def test_the_story_ends_as_it_should_and_may_be_told_again(demo):
    for expected in (FIRST, AGAIN):
        lines: list[str] = []
        story.tell(lines.append, demo, timezone.localdate(demo))
        assert any("verified: as they were written" in line for line in lines)
        assert [words for words in expected if not any(words in line for line in lines)] == []


def test_what_is_paid_already_is_an_award_and_not_a_saying(demo):
    with acting(actor_of(User.objects.get(email="pegawai@maiwp.demo")), purpose="follow"):
        paid = Entitlement.objects.get(programme="maiwp.medical")
        assert (paid.need, f"{paid.to_on}", paid.agency_id) == ("medical", "2027-03-31", "maiwp")


def test_every_stored_answer_of_the_demo_people_is_recomputed_to_the_byte(demo):
    replayed = 0
    for agency in {user.agency_id for user in User.objects.all()}:
        actor = actor_of(User.objects.get(email=f"penyelaras@{agency}.demo"))
        with acting(actor, purpose="screen"):
            for screening in Screening.objects.all():
                kept, answers = queries.stored(screening.pk)
                again = {(a.programme, a.subject): actions.canonical(a) for a in queries.replayed(kept).answers}
                assert again == answers
                replayed += len(answers)
    assert replayed > 15 * 43


def test_there_is_a_user_for_every_role_and_a_coordinator_for_each_partner_and_loading_again_changes_nothing(demo):
    before = load.load_users(load.loader())
    assert {g.role for g in Grant.objects.all()} == set(ROLES) - {"machine"}
    assert User.objects.filter(grants__role="coordinator", agency__partner=True).values("agency").distinct().count() == 17
    assert User.objects.filter(grants__role="officer", agency__partner=True).values("agency").distinct().count() == 17
    load.load_people(demo)
    assert load.load_users(load.loader()) == before and all(len(u["password"]) >= 12 for u in before)
