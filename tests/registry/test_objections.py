"""A person objects to records that were joined with his: two others look again, it is parted if he is right, and he is answered with words."""
from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from identity_stage import NAMES, WHY, by, merge, two, whose
from kernel_stage import entries
from registry_stage import ON, officer

from sinergi.core.linkage.explain import explain
from sinergi.core.linkage.model import Model
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import actions, queries
from sinergi.registry.actions.review import answer_pair, take_pairs
from sinergi.registry.models import Candidate, LinkageModel
from sinergi.registry.queries.review import pairs

LEVELS = (2, 1, 7, 1, 3, 5)
WORDS = "Rekod itu kakak saya, bukan saya"


@pytest.fixture
def aim(own_db) -> Actor:
    return officer("aim", "officer")


@pytest.fixture
def joined(aim):
    """Two persons who were made one by an officer, with the levels a model gave them."""
    keep, gone = two(aim)
    decision = merge(keep, gone, aim)
    return keep, gone, decision


def reviewers() -> list[Actor]:
    """Two identity officers of the nation."""
    return [officer("perkeso", "identity_officer", national=True, name=f"penyemak {n}") for n in ("satu", "dua")]


def objected(aim: Actor, joined: Any) -> Any:
    """His objection."""
    return actions.object_identity(joined[0], **by(aim), decision_id=joined[2].pk, words=WORDS)


def judged(answer: str, times: int = 2) -> None:
    """The reviewers' answers to the pair."""
    for reviewer in reviewers()[:times]:
        (turn,) = take_pairs(1, **by(reviewer, "follow"))
        answer_pair(turn, **by(reviewer, "follow"), answer=answer, reason="Nombor berlainan, disahkan oleh JPN")


def why(aim: Actor, who: UUID) -> tuple[queries.Joined, ...]:
    """Why his records are joined."""
    with acting(aim, purpose="register"):
        return queries.joined(who, actor=aim)


def test_a_person_who_was_never_joined_has_nothing_to_object_to(aim):
    keep, _gone = two(aim)
    assert why(aim, keep) == ()


def test_each_joining_tells_who_decided_when_and_which_records_came(aim, joined):
    (one,) = why(aim, joined[1])
    assert (one.id, one.alone, one.agency, one.reason) == (joined[2].pk, False, "aim", WHY)
    assert [s.agency for s in one.came] == ["aim"] and one.explanation is None and one.objections == ()


def test_a_score_is_told_as_it_was_by_its_own_model_and_hidden_places_are_not(aim):
    with acting(aim, purpose="register"):
        model = LinkageModel.objects.order_by("trained_at").first()
    assert model is not None, "the first model comes with the register"
    keep, gone = two(aim)
    bits = explain(Model.from_json(model.parameters), LEVELS).score
    merge(keep, gone, aim, evidence=actions.Evidence(model=model.pk, bits=bits, levels=LEVELS))
    told = why(aim, keep)[0].explanation
    assert told is not None and told.score == pytest.approx(bits) and {p.evidence for p in told.pieces} > {"name", "phone", "address"}
    actions.protect_address(keep, **by(aim))
    assert {p.evidence for p in why(aim, keep)[0].explanation.pieces} > {"name", "phone"}
    other = why(officer("aim", name="another"), keep)[0].explanation
    assert other.score == pytest.approx(bits) and not {p.evidence for p in other.pieces} & {"phone", "address"}


def test_an_objection_opens_a_review_by_two_with_one_entry(aim, joined, owner):
    made = objected(aim, joined)
    (entry,) = entries(owner, "verb = 'identity.object'")
    assert entry["actor"] == aim.id and joined[0] in entry["persons"] and "kakak" not in str(entry["changes"])
    with acting(aim, purpose="register"):
        review = Candidate.objects.get(pk=made.candidate_id)
        assert (review.state, review.found_by) == ("open", "objection") and review.weight >= 5
        (waiting,) = queries.open_objections()
    assert (waiting.state, waiting.words) == ("in_review", WORDS) and why(aim, joined[0])[0].is_contested
    first, _second = reviewers()
    (turn,) = take_pairs(1, **by(first, "follow"))
    with acting(first, purpose="follow"):
        (pair,) = pairs([turn], actor=first, on=ON)
    assert pair.found_by == "objection" and pair.risky and {pair.first.name, pair.second.name} == set(NAMES[:2])


def test_he_was_right_and_what_was_joined_is_parted(aim, joined, owner):
    made = objected(aim, joined)
    judged("different")
    assert len(set(whose(owner).values())) == 2 and why(aim, joined[0]) == ()
    answered = officer("aim", "supervisor")
    actions.answer_objection(made.pk, **by(answered), answer="Rekod itu sudah diasingkan.")
    with acting(aim, purpose="register"):
        told = queries.objection(made.pk)
        assert (told.state, told.answer) == ("parted", "Rekod itu sudah diasingkan.") and queries.open_objections() == ()
    assert len(entries(owner, "verb = 'identity.answer_objection'")) == 1


def test_the_records_are_his_and_stay(aim, joined, owner):
    objected(aim, joined)
    judged("same")
    assert len(set(whose(owner).values())) == 1 and why(aim, joined[0])[0].objections[0].state == "kept"


def test_one_reviewer_alone_parts_nothing_and_may_take_his_answer_back(aim, joined, owner):
    objected(aim, joined)
    judged("different", times=1)
    assert len(set(whose(owner).values())) == 1
    with acting(aim, purpose="register"):
        assert Candidate.objects.get(found_by="objection").state == "open"


def test_the_second_takes_his_answer_back_at_once_and_they_are_one_again(aim, joined, owner):
    objected(aim, joined)
    judged("different")
    second = reviewers()[1]
    last = owner.execute("SELECT id FROM registry_reviewanswer WHERE by = %s", [second.id]).fetchone()[0]
    actions.review.undo_answer(last, **by(second, "follow"))
    assert len(set(whose(owner).values())) == 1
    assert owner.execute("SELECT state FROM registry_candidate WHERE found_by = 'objection'").fetchall() == [("open",)]


def test_it_was_undone_meanwhile_and_the_reviewers_agree(aim, joined, owner):
    objected(aim, joined)
    actions.unmerge(joined[2].pk, **by(aim), reason=WHY)
    judged("different")
    assert owner.execute("SELECT state FROM registry_candidate WHERE found_by = 'objection'").fetchall() == [("different",)]


def test_what_is_missing_is_named(aim, joined, owner):
    def code(call: Any, *given: Any, **more: Any) -> str:
        with pytest.raises(Refused) as refused:
            call(*given, **more)
        return refused.value.code

    stranger = officer("maiwp", "officer")
    assert code(objected, stranger, joined) == "not_allowed" and code(objected, officer("aim", "auditor"), joined) == "not_allowed"
    assert code(actions.object_identity, joined[0], **by(aim), decision_id=joined[2].pk, words="  ") == "objection.words_missing"
    assert code(actions.object_identity, joined[0], **by(aim), decision_id=joined[0], words=WORDS) == "objection.no_such_joining"
    assert not entries(owner, "verb = 'identity.object'")
    made = objected(aim, joined)
    assert code(objected, aim, joined) == "objection.waiting"
    boss = officer("aim", "supervisor")
    assert code(actions.answer_objection, made.pk, **by(aim), answer="x") == "not_allowed"
    assert code(actions.answer_objection, made.pk, **by(boss), answer="x") == "objection.in_review"
    judged("same")
    assert code(actions.answer_objection, made.pk, **by(boss), answer=" ") == "objection.answer_missing"
    actions.answer_objection(made.pk, **by(boss), answer="Ini rekod anda sendiri.")
    assert code(actions.answer_objection, made.pk, **by(boss), answer="x") == "objection.answered"


def test_it_stands_in_his_own_copy_in_both_languages_and_goes_with_him(aim, joined, owner):
    objected(aim, joined)
    with acting(aim, purpose="request"):
        (told,) = queries.own_record(joined[0], ON)["joined"]
    assert told["by"] == "officer" and told["objections"][0]["state"] == "in_review" and WHY not in str(told)
    dpo = officer("perkeso", "protection_officer", national=True)
    actions.open_request(joined[0], **by(dpo, "request"), kind="erase", on=ON)
    actions.erase_person(joined[0], **by(dpo, "request"))
    assert owner.execute("SELECT words, answer FROM registry_objection").fetchall() == [("", "")]
