"""A partner's doubtful rows in the queue: a record that is nobody's becomes somebody's, or stays nobody's; either is taken back at once."""
from __future__ import annotations

from uuid import UUID

import pytest
from linking_stage import applied, apply_all, certified, compared, csv_of, linker, made_ready, registered, row
from review_stage import AT, STAGE, reviewer

from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import tasks
from sinergi.registry.actions import applying, linking, review
from sinergi.registry.actions.identity import confirm_link, not_same, unmerge
from sinergi.registry.models import Belonging, Candidate, CannotLink, Certificate, IdentityDecision, LinkageRun, SourceRecord
from sinergi.registry.queries import certificates
from sinergi.registry.queries.review import is_risky
from sinergi.registry.queries.review import pairs as pairs_shown

REASON = "Disahkan dengan kad pengenalan"


@pytest.fixture
def waiting(own_db) -> tuple[Candidate, UUID]:
    """(the pair of a doubtful row, whom it is like)."""
    mvm, known = linker("mvm"), registered(linker("aim", "coordinator"))
    made_ready()
    applied(csv_of([row(0)]), mvm)
    with acting(STAGE, purpose="administer"):
        return Candidate.objects.get(), known[0]


def answered(answer: str, who: Actor) -> UUID:
    """An officer answers the next pair; the answer."""
    (turn,) = review.take_pairs(1, actor=who, purpose="register", at=AT)
    return review.answer_pair(turn, actor=who, purpose="register", answer=answer, reason=REASON, at=AT).pk


def stands() -> tuple[str, list[UUID], int]:
    """(state of the pair, whose the list's record is, how many are kept apart)."""
    with acting(STAGE, purpose="administer"):
        whose = Belonging.objects.filter(record__source="list", to_at=None).values_list("person_id", flat=True)
        return Candidate.objects.get().state, list(whose), CannotLink.objects.filter(lifted_by=None).count()


def test_same_makes_the_record_his_and_undo_makes_it_nobodys_again(waiting):
    who = reviewer()
    made = answered("same", who)
    assert stands() == ("same", [waiting[1]], 0)
    turn = review.undo_answer(made, actor=who, purpose="register", at=AT)
    assert stands() == ("open", [], 0) and review.take_pairs(1, actor=who, purpose="register", at=AT) == (turn,)
    review.answer_pair(turn, actor=who, purpose="register", answer="same", reason=REASON, at=AT)
    assert stands() == ("same", [waiting[1]], 0)


def test_different_leaves_it_nobodys_and_is_taken_back(waiting):
    who = reviewer()
    made = answered("different", who)
    assert stands() == ("different", [], 1)
    review.undo_answer(made, actor=who, purpose="register", at=AT)
    assert stands() == ("open", [], 0)


def test_parted_later_the_two_are_kept_apart(waiting):
    who = reviewer()
    answered("same", who)
    with acting(STAGE, purpose="administer"):
        linked = IdentityDecision.objects.get(verb="link", evidence__candidate=str(waiting[0].pk))
        people = Belonging.objects.values("person").distinct().count()
    parted = unmerge(linked.pk, actor=who, purpose="register", reason=REASON, at=AT)
    assert stands() == ("different", [], 1) and parted.settle == () and parted.decision.undoes_id == linked.pk
    with acting(STAGE, purpose="administer"):
        assert Belonging.objects.values("person").distinct().count() == people, "nobody is made of it"


def test_two_records_that_are_nobodys_cannot_be_judged(waiting):
    who, at = reviewer(), AT
    with acting(STAGE, purpose="administer"), writing("try.stage"):
        pair = [Candidate.objects.get().first_id, Candidate.objects.get().second_id]
        nobodys = next(pk for pk in pair if not Belonging.objects.filter(record_id=pk, to_at=None).exists())
        other = SourceRecord.objects.create(agency_id="mvm", source="list", key="x", received_at=at)
        first, second = sorted((nobodys, other.pk))
        both = Candidate.objects.create(first_id=first, second_id=second, model_id=waiting[0].model_id, bits=1.0, levels=[0] * 6, found_at=at)
    for work in (lambda: confirm_link(both.pk, actor=who, purpose="register", at=at),
                 lambda: not_same(first, second=second, reason=REASON, actor=who, purpose="register", at=at)):
        with pytest.raises(Refused) as why:
            work()
        assert why.value.code == "identity.record_unknown"


def test_a_certificate_that_ended_is_no_veto(own_db):
    mvm, _ = linker("mvm"), registered(linker("aim", "coordinator"))
    made_ready()
    certified("mvm")
    run = compared(csv_of([row(0)]), mvm)
    with acting(STAGE, purpose="administer"), writing("try.stage"):
        Certificate.objects.update(state="suspended")
    linking.approve_run(run, actor=mvm, purpose="register")
    apply_all(run)
    with acting(STAGE, purpose="administer"):
        found = Candidate.objects.get()
        assert found.vetoes == ["no_certificate"] and not is_risky(found, {})
        assert [pk for pk, _ in certificates.candidates_drawable(found.model_id, "list:mvm")] == [found.pk]


@pytest.fixture
def near(own_db) -> tuple[list, UUID]:
    """(pairs of one row that is near three people of one name, the nearest first; who they are)."""
    mvm = linker("mvm")
    known = registered(linker("aim", "coordinator"), [(f"Norazlina binti {father}", f"8912141{number}") for father, number in (
        ("Hamzah", "75078"), ("Hamza", "75098"), ("Hamsah", "75038"), ("Hamzzah", "75058"))])
    made_ready()
    applied(csv_of([row(0, **{"No KP": "", "Tarikh lahir": "14/12/1989"})]), mvm)
    with acting(STAGE, purpose="administer"):
        return list(Candidate.objects.order_by("-bits", "id")), known


def test_up_to_three_people_near_a_row_wait_and_one_is_chosen(near, owner):
    pairs, who = near[0], reviewer()
    assert len(pairs) == 3 and {pair.state for pair in pairs} == {"open"}
    turns = review.take_pairs(3, actor=who, purpose="register", at=AT)
    with acting(who, purpose="register"):
        shown = pairs_shown(turns, actor=who, on=AT.date())
    assert [len(one.near) for one in shown] == [2, 2, 2]
    review.answer_pair(turns[0], actor=who, purpose="register", answer="different", reason=REASON, at=AT)
    assert owner.execute("SELECT count(*) FROM registry_candidate WHERE state = 'open'").fetchone() == (2,)
    made = review.answer_pair(turns[1], actor=who, purpose="register", answer="same", reason=REASON, at=AT)
    with acting(STAGE, purpose="administer"):
        assert sorted(Candidate.objects.values_list("state", flat=True)) == ["different", "same", "stale"]
        assert Belonging.objects.filter(record__source="list", to_at=None).count() == 1
    review.undo_answer(made.pk, actor=who, purpose="register", at=AT)
    with acting(STAGE, purpose="administer"):
        assert sorted(Candidate.objects.values_list("state", flat=True)) == ["different", "open", "open"]
        assert not Belonging.objects.filter(record__source="list", to_at=None).exists()


def test_a_run_taken_back_asks_about_none_of_them(near, owner):
    with acting(STAGE, purpose="administer"):
        run = LinkageRun.objects.get()
    applying.undo_run(run, actor=tasks.applier_of("mvm"), purpose="register", at=AT)
    applying.undo_run(run, actor=tasks.applier_of("mvm"), purpose="register", at=AT, most=9)
    assert owner.execute("SELECT state, count(*) FROM registry_candidate GROUP BY 1").fetchall() == [("stale", 3)]
