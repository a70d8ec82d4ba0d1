"""The queue: who gets which pair, what two officers must agree on, what the second may not see, planted pairs, undo, agreement."""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from registry_stage import family, officer, somebody
from review_stage import AT, LEVELS, STAGE, model, pair, reviewer, two

from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import actions as registry
from sinergi.registry import queries as people
from sinergi.registry.actions import review as actions
from sinergi.registry.models import Candidate, ReviewAnswer, ReviewTurn
from sinergi.registry.queries import agreement as agreeing
from sinergi.registry.queries import review as queries

DAY = AT.date()


def take(who: Actor, most: int = 1, at: dt.datetime = AT) -> tuple[UUID, ...]:
    """Turns an officer holds."""
    return actions.take_pairs(most, actor=who, purpose="register", at=at)


def say(who: Actor, answer: str, turn: UUID | None = None, **more: Any) -> ReviewAnswer:
    """An officer takes the next pair and answers it."""
    at = more.pop("at", AT)
    if turn is None:
        (turn,) = take(who, at=at)
    given = {"reason": "number mistyped", **more}
    return actions.answer_pair(turn, actor=who, purpose="register", answer=answer, at=at, **given)


def seen(who: Actor, turn: UUID) -> queries.Pair:
    """The pair on an officer's screen."""
    with acting(who, purpose="register"):
        (found,) = queries.pairs([turn], actor=who, on=DAY)
    return found


@contextmanager
def refused(code: str) -> Iterator[None]:
    """It is refused with this code."""
    with pytest.raises(Refused) as why:
        yield
    assert why.value.code == code


def platform() -> Actor:
    """The nightly command."""
    return Actor("command:review", "review", "", {v: frozenset({("national", "")}) for v in ("identity.review", "identity_review.weigh")})


def state(candidate: Candidate) -> str:
    """How a candidate stands."""
    with acting(STAGE, purpose="administer"):
        return Candidate.objects.get(pk=candidate.pk).state


def test_two_officers_get_two_pairs_the_most_valuable_first(in_order_pairs):
    low, high = in_order_pairs
    one, two_ = reviewer("A"), reviewer("B")
    first, second = take(one), take(two_)
    with acting(one, purpose="register"):
        held = {t.pk: t.candidate_id for t in ReviewTurn.objects.all()}
    assert held == {first[0]: high.pk, second[0]: low.pk}
    assert take(one) == first, "he keeps what he holds"
    assert take(reviewer("C")) == ()


@pytest.fixture
def in_order_pairs(own_db) -> tuple[Candidate, Candidate]:
    """(a pair with a low score, one with a high score)."""
    return pair(*two(0), bits=1.0), pair(*two(1), bits=9.0)


def test_what_is_held_too_long_is_given_to_another(own_db):
    pair(*two())
    (turn,) = take(reviewer("A"))
    assert take(reviewer("B")) == ()
    later = AT + actions.HELD + dt.timedelta(seconds=1)
    assert len(take(reviewer("B"), at=later)) == 1
    with refused("review.turn_over"):
        say(reviewer("A"), "same", turn, at=later)


def test_same_joins_and_different_keeps_apart(own_db):
    joined, apart = pair(*two(0)), pair(*two(1), bits=7.0)
    who = reviewer()
    say(who, "same")
    say(who, "different")
    assert (state(joined), state(apart)) == ("same", "different")
    with acting(STAGE, purpose="administer"):
        decided = Candidate.objects.select_related("decision").get(pk=joined.pk).decision
        assert decided is not None and decided.verb in ("merge", "link") and decided.actor == who.id


def test_risky_pairs_need_two_and_the_database_hides_the_first_answer_from_the_second(own_db):
    risky = pair(*two(), vetoes=["twin_pattern"])
    one, other = reviewer("A"), reviewer("B")
    (turn,) = take(one)
    assert seen(one, turn).risky
    say(one, "same", turn)
    assert state(risky) == "open" and take(one) == ()
    (second,) = take(other)
    shown = seen(other, second)
    assert "same" not in repr(shown.vetoes) and not any("answer" in field for field in shown.__dataclass_fields__)
    with acting(other, purpose="register"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM registry_reviewanswer")
        assert cursor.fetchone() == (0,), "not even a query of his own shows it"
    say(other, "same", second)
    assert state(risky) == "same"
    with acting(other, purpose="register"):
        assert ReviewAnswer.objects.count() == 2, "after his own he may see"


def test_where_two_differ_a_third_decides(own_db):
    risky = pair(*two(), vetoes=["sex_contradicts"])
    say(reviewer("A"), "same")
    say(reviewer("B"), "different")
    assert state(risky) == "open"
    say(reviewer("C"), "different")
    assert state(risky) == "different"


def test_a_supervisor_sees_answers_only_when_the_pair_is_settled(own_db):
    pair(*two(), vetoes=["twin_pattern"])
    boss = officer("perkeso", "supervisor", national=True)
    say(reviewer("A"), "same")
    with acting(boss, purpose="register"):
        assert ReviewAnswer.objects.count() == 0
    say(reviewer("B"), "same")
    with acting(boss, purpose="register"):
        assert ReviewAnswer.objects.count() == 2


def test_a_pair_needs_a_reason_where_it_goes_against_the_score(own_db, certified):
    certified(threshold=6.0)
    pair(*two(0), bits=9.0)
    pair(*two(1), bits=3.0)
    who = reviewer()
    high, low = take(who, 2)
    assert (seen(who, high).reasons_for, seen(who, low).reasons_for) == ({"different"}, {"same"})
    with refused("review.reason_missing"):
        say(who, "different", high, reason=" ")
    say(who, "same", high, reason="")
    say(who, "different", low, reason="")


@pytest.fixture
def certified(own_db):
    """certified(threshold=…): a certificate of today for the register."""
    from sinergi.kernel.action import writing
    from sinergi.registry.models import Certificate

    def make(threshold: float) -> Certificate:
        with acting(STAGE, purpose="administer"), writing("try.stage"):
            return Certificate.objects.create(
                model_id=model().pk, sources="register", target=0.99, thresholds=[[threshold, 900]], drawn_each=598, threshold=threshold,
                lower_bound=0.995, state="valid", signed_by="somebody", drawn_at=AT, drawn_by="x", from_on=DAY, to_on=DAY + dt.timedelta(days=90))

    return make


def test_who_cannot_tell_says_whom_he_asks_and_takes_it_up_again(own_db):
    waiting = pair(*two())
    who = reviewer("A")
    (turn,) = take(who)
    with refused("review.ask_whom"):
        say(who, "cannot_tell", turn)
    with refused("review.ask_whom"):
        say(who, "cannot_tell", turn, asked="agency", sent_to="nobody")
    made = say(who, "cannot_tell", turn, asked="call")
    assert take(reviewer("B")) == (), "it waits for the answer from outside"
    with acting(who, purpose="register"):
        (put,) = queries.aside(who, DAY)
    assert (put.answer, put.asked, put.until) == (made.pk, "call", DAY + actions.ASIDE)
    later = AT + dt.timedelta(days=3)
    again = actions.undo_answer(made.pk, actor=who, purpose="register", at=later)
    say(who, "same", again, at=later)
    assert state(waiting) == "same"


def test_a_pair_sent_to_an_agency_is_offered_there(own_db):
    pair(*two())
    say(reviewer("A"), "cannot_tell", asked="agency", sent_to="mvm")
    there = reviewer("M", agency="mvm")
    assert take(reviewer("B")) == () and len(take(there)) == 1
    with acting(there, purpose="register"):
        (put,) = queries.aside(there, DAY)
    assert put.answer is None and put.asked == "agency"
    week = AT + actions.ASIDE
    assert len(take(reviewer("B"), at=week)) == 1, "nobody answered: back to all"


def test_undo_at_once_takes_back_what_it_did(own_db):
    joined = pair(*two(0))
    who = reviewer()
    made = say(who, "same")
    assert state(joined) == "same"
    turn = actions.undo_answer(made.pk, actor=who, purpose="register", at=AT)
    assert state(joined) == "open" and take(who) == (turn,)
    apart = say(who, "different", turn)
    actions.undo_answer(apart.pk, actor=who, purpose="register", at=AT)
    assert state(joined) == "open"
    say(who, "same", turn)
    assert state(joined) == "same"


def test_undo_has_its_limits(own_db):
    pair(*two(), vetoes=["twin_pattern"])
    one, other = reviewer("A"), reviewer("B")
    first = say(one, "same")
    with refused("review.not_yours"):
        actions.undo_answer(first.pk, actor=other, purpose="register", at=AT)
    with refused("review.too_late"):
        actions.undo_answer(first.pk, actor=one, purpose="register", at=AT + actions.UNDO + dt.timedelta(seconds=1))
    say(other, "same", at=AT + dt.timedelta(minutes=1))
    with refused("review.answered_since"):
        actions.undo_answer(first.pk, actor=one, purpose="register", at=AT + dt.timedelta(minutes=2))


def test_who_else_holds_it_loses_it_when_the_first_takes_his_answer_back(own_db):
    pair(*two(), vetoes=["twin_pattern"])
    one, other = reviewer("A"), reviewer("B")
    first = say(one, "same")
    (second,) = take(other)
    turn = actions.undo_answer(first.pk, actor=one, purpose="register", at=AT)
    with refused("review.turn_over"):
        say(other, "same", second)
    assert take(one) == (turn,) and take(other) == ()


@pytest.mark.parametrize("answer", ["perhaps", ""])
def test_an_answer_is_one_of_three(own_db, answer):
    pair(*two())
    with refused("review.answer_unknown"):
        say(reviewer(), answer)


def test_nobody_answers_what_another_settled(own_db):
    from sinergi.kernel.action import writing

    candidate = pair(*two())
    who = reviewer()
    (turn,) = take(who)
    with acting(STAGE, purpose="administer"), writing("try.stage"):
        Candidate.objects.filter(pk=candidate.pk).update(state="stale")
    with refused("review.settled"):
        say(who, "same", turn)
    assert take(who) == () and not ReviewTurn.objects.exists()


def test_what_hangs_on_a_pair_and_how_long_it_waits_make_its_weight(own_db):
    plain, objected = pair(*two(0), bits=0.0), pair(*two(1), bits=0.0, found_by="objection")
    assert (plain.weight, objected.weight) == (0.5, 5.0)
    assert queries.is_risky(objected, {}) and not queries.is_risky(plain, {})
    assert actions.weigh_pairs(None, actor=platform(), purpose="administer", at=AT + dt.timedelta(days=30)) == 2
    with acting(STAGE, purpose="administer"):
        assert Candidate.objects.get(pk=plain.pk).weight == pytest.approx(1.0)


def test_pairs_of_one_household_come_one_after_the_other(own_db):
    home = family(officer("aim"))
    with acting(officer("aim"), purpose="register"):
        spouse = next(m.person.id for m in people.members(home.household_id, DAY) if m.relation == "spouse")
    mine = pair(home.person_id, somebody(officer("mvm"), "Norazlina bt Hamzah", "891214-17-5087"), bits=9.0)
    other = pair(*two(), bits=8.0)
    his = pair(spouse, somebody(officer("mvm"), "Faizal Ahmad Shah", "860521-17-5038"), bits=1.0)
    assert mine.block is not None and mine.block == his.block != other.block
    who = reviewer()
    turns = take(who, 3)
    with acting(who, purpose="register"):
        order = [ReviewTurn.objects.get(pk=turn).candidate_id for turn in turns]
    assert order == [mine.pk, his.pk, other.pk]
    actions.weigh_pairs(None, actor=platform(), purpose="administer", at=AT)
    with acting(STAGE, purpose="administer"):
        assert {Candidate.objects.get(pk=one.pk).block for one in (mine, his)} == {mine.block}, "the nightly order keeps them together"


def test_a_hidden_address_is_told_by_no_record_and_no_reason(own_db):
    one, other = two()
    registrar = officer("aim")
    registry.protect_address(one, actor=registrar, purpose="register")
    pair(one, other, levels=LEVELS)
    who = reviewer()
    (turn,) = take(who)
    shown = seen(who, turn)
    assert shown.first.hidden and shown.second.hidden and not (shown.first.phones or shown.second.phones or shown.phones_shared)
    assert {piece.evidence for piece in shown.explanation.pieces} == {"name", "father", "identity", "sex"}
    assert shown.explanation.start + sum(p.bits for p in shown.explanation.pieces) == pytest.approx(shown.explanation.score)
    boss = officer("perkeso", "supervisor", national=True)
    with acting(boss, purpose="register"):
        sides = queries.sides_of(Candidate.objects.select_related("first", "second").get(), queries.facts_of_records([]), boss)
    assert any(side.phones for side in sides)


def test_an_agency_alone_sees_pairs_of_which_it_may_open_both(own_db):
    one, other = two()
    pair(one, other)
    assert take(reviewer("at aim", agency="aim", national=False)) == ()
    pair(somebody(officer("aim"), "Siti binti Abu", "800101-17-5002"), somebody(officer("aim"), "Siti Abu", "800101-17-5020"))
    assert len(take(reviewer("at aim", agency="aim", national=False), 5)) == 1


def test_the_score_is_told_in_pieces_and_without_a_model_in_none(own_db):
    pair(*two())
    who = reviewer()
    (turn,) = take(who)
    shown = seen(who, turn)
    assert len(shown.explanation.pieces) == 6 and shown.phones_shared == ("+60190000110",)
    assert queries.explained(None, LEVELS) is None


def test_who_is_shown_is_named_in_the_audit(own_db):
    one, other = two()
    pair(one, other)
    who = reviewer()
    (turn,) = take(who)
    with acting(who, purpose="register") as context:
        queries.pairs([turn], actor=who, on=DAY)
        assert set(context.shown) == {one, other}


SIDE = {"payload": {"name": "Awang bin Daud", "birth_date": "1979-10-08"}, "numbers": [["mykad", "MY", "791008175117"]], "source": "officer",
        "agency": "mvm", "received_on": "2026-10-01"}


def plant(boss: Actor, truth: str = "same", name: str = "Awang Daud") -> int:
    """A planted pair."""
    other = {**SIDE, "payload": {**SIDE["payload"], "name": name}}
    return actions.plant_pairs([actions.Planting(SIDE, other, truth, LEVELS, 7.0)], actor=boss, purpose="register", model=model(), at=AT)


def test_every_twentieth_is_planted_and_looks_like_the_others(own_db, monkeypatch):
    monkeypatch.setattr(actions, "EVERY", 3)
    boss, who = officer("perkeso", "supervisor", national=True), reviewer()
    assert (plant(boss), plant(boss)) == (1, 0)
    with refused("review.planted_truth"):
        plant(boss, "perhaps", "X")
    for number in range(4):
        pair(*two(number), bits=9.0 - number)
    turns = take(who, 5)
    with acting(who, purpose="register"):
        planted = [ReviewTurn.objects.get(pk=turn).planted_id is not None for turn in turns]
    assert planted == [False, False, True, False, False]
    shown = seen(who, turns[2])
    assert {type(getattr(shown, f)) for f in ("first", "second")} == {queries.Side} and shown.explanation.pieces and shown.found_by == "register"
    made = say(who, "same", turns[2])
    assert made.candidate_id is None
    again = actions.undo_answer(made.pk, actor=who, purpose="register", at=AT)
    say(who, "different", again)
    with acting(who, purpose="register"):
        (own,) = agreeing.agreements(who)
    assert (own.planted, own.planted_right) == (1, 0)


def test_agreement_is_shown_to_oneself_and_to_the_supervisor(own_db):
    one, other = reviewer("A"), reviewer("B")
    for number in range(4):
        pair(*two(number), bits=9.0 - number, vetoes=["twin_pattern"])
    for answers in (("same", "same"), ("same", "same"), ("different", "different"), ("same", "different")):
        for who, answer in zip((one, other), answers, strict=True):
            say(who, answer)
    with acting(one, purpose="register"):
        (own,) = agreeing.agreements(one)
    assert (own.by, own.pairs, own.observed, own.kappa) == (one.id, 4, 0.75, pytest.approx(0.5))
    with acting(officer("perkeso", "supervisor", national=True), purpose="register"):
        everybody = agreeing.agreements(None)
    assert {(a.by, a.pairs, a.kappa) for a in everybody} == {(one.id, 3, 1.0), (other.id, 3, 1.0)}, "settled pairs only"


def test_the_day_is_counted(own_db):
    pair(*two(0))
    pair(*two(1))
    who = reviewer()
    say(who, "same")
    with acting(who, purpose="register"):
        assert queries.day(who, AT + dt.timedelta(minutes=1)) == queries.Day(1, 1, 1)
        assert queries.last_answer(who, AT - actions.UNDO).answer == "same"
        assert queries.last_answer(who, AT + dt.timedelta(seconds=1)) is None


def test_no_role_without_the_verb_takes_or_answers(own_db):
    candidate = pair(*two())
    for role in ("coordinator", "officer", "administrator", "auditor"):
        with refused("not_allowed"):
            take(officer("perkeso", role, national=True))
        with refused("not_allowed"):
            say(officer("perkeso", role, national=True), "same", uuid4())
    assert state(candidate) == "open"
