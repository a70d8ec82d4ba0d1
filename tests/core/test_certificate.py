"""The certificate: its bound is exact, its walk stops, its promise is kept in the drill; and the agreement of two people."""

from __future__ import annotations

import doctest
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sinergi.core.linkage import agreement as agreeing
from sinergi.core.linkage import certificate
from sinergi.core.linkage.agreement import agreement
from sinergi.core.linkage.certificate import Draw, Step, draws, labels_needed, lower_bound, settled, upper_bound, walk_down, watched

ANSWERS = st.sampled_from(["same", "different", "unsure"])


@pytest.mark.parametrize("module", [certificate, agreeing])
def test_the_examples_in_the_docstrings_are_true(module):
    assert doctest.testmod(module).failed == 0 and doctest.testmod(module).attempted > 0


def at_least(right: int, labels: int, share: float) -> float:
    """The chance of `right` or more in `labels` when each is right with `share`, summed term by term."""
    return math.fsum(math.comb(labels, k) * share**k * (1 - share) ** (labels - k) for k in range(right, labels + 1))


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))))
def test_the_lower_bound_is_the_share_that_would_give_so_many_in_one_of_twenty(seen):
    right, labels = seen
    assert at_least(right, labels, lower_bound(right, labels)) == pytest.approx(0.05, abs=1e-9)


@given(st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_bounds_lie_around_the_share_and_mirror_each_other(seen):
    right, labels = seen
    low, high = lower_bound(right, labels), upper_bound(right, labels)
    assert 0 <= low <= high <= 1
    assert not labels or low <= right / labels <= high
    assert upper_bound(labels - right, labels) == pytest.approx(1 - low)


@given(st.sampled_from([0.9, 0.99, 0.995, 0.999]), st.integers(0, 12))
def test_labels_needed_are_just_enough(target, wrong):
    needed = labels_needed(target, wrong)
    assert lower_bound(needed - wrong, needed) >= target > lower_bound(needed - 1 - wrong, needed - 1)


@given(st.lists(st.floats(-5, 25), max_size=200), st.integers(1, 30), st.integers(0, 5))
def test_a_draw_is_of_different_pairs_above_its_threshold(scores, labels, seed):
    given_ = np.array(scores, dtype=np.float64)
    drawn = draws(given_, labels, np.random.default_rng(seed))
    assert drawn == draws(given_, labels, np.random.default_rng(seed))
    assert [d.threshold for d in drawn] == [t for t in certificate.SEQUENCE if (given_ >= t).sum() >= labels]
    for draw in drawn:
        assert len(set(draw.pairs)) == labels == len(draw.pairs)
        assert draw.above == (given_ >= draw.threshold).sum() and all(given_[pair] >= draw.threshold for pair in draw.pairs)


def test_every_pair_above_is_drawn_equally_often():
    scores, times = np.arange(20, dtype=np.float64), np.zeros(20)
    for seed in range(2000):
        times[list(draws(scores, 4, np.random.default_rng(seed), (12.0,))[0].pairs)] += 1
    assert times[:12].sum() == 0 and times[12:].min() > 900 and times[12:].max() < 1100


@pytest.mark.parametrize(("labels", "says"), [
    (("", ""), None), (("same", ""), None), (("", "same"), None), (("same", "same"), True), (("different", "different"), False),
    (("unsure", "unsure"), False), (("same", "different"), None), (("same", "different", "same"), True),
    (("unsure", "same", "different"), False), (("different", "same", "unsure"), False)])
def test_two_label_blind_and_a_third_decides(labels, says):
    assert settled(*labels) is says


def test_the_walk_asks_for_labels_then_goes_down_and_stops_at_the_first_failure():
    sure, wide, loose = Draw(9.0, 900, tuple(range(300))), Draw(5.0, 2000, tuple(range(100, 400))), Draw(1.0, 5000, tuple(range(200, 500)))
    drawn = [sure, wide, loose]
    assert walk_down(drawn, {}, 0.99).wanted == sure.pairs and walk_down(drawn, {}, 0.99).certified is None
    known = dict.fromkeys(range(300), True)
    after_one = walk_down(drawn, known, 0.99)
    assert after_one.wanted == tuple(range(300, 400)) and after_one.certified == Step(9.0, 300, 300, lower_bound(300, 300), True)
    failed = walk_down(drawn, known | dict.fromkeys(range(300, 500), False), 0.99)
    assert not failed.wanted and [step.holds for step in failed.steps] == [True, False]
    assert failed.certified is not None and failed.certified.threshold == 9.0
    held = walk_down(drawn, dict.fromkeys(range(500), True), 0.99)
    assert held.certified is not None and held.certified.threshold == 1.0 and not held.wanted
    assert walk_down([], {}, 0.99) == certificate.Walk(())


def test_a_looser_threshold_is_never_reached_over_a_failed_one():
    drawn = [Draw(9.0, 300, tuple(range(300))), Draw(5.0, 900, tuple(range(300, 600)))]
    truth = dict.fromkeys(range(300), False) | dict.fromkeys(range(300, 600), True)
    walk = walk_down(drawn, truth, 0.99)
    assert walk.certified is None and len(walk.steps) == 1


class TestTheWeeklySample:
    """Off by a slow slide or by a sudden fault; on while neither shows."""

    step = Step(8.0, 2595, 2600, lower_bound(2595, 2600), True)

    def test_good_weeks_keep_it(self):
        assert watched(self.step, [], 0.995).holds and watched(self.step, [(50, 50)] * 40, 0.995).holds
        assert watched(self.step, [(50, 50)] * 40, 0.995).bound > self.step.bound

    def test_a_slow_slide_ends_it(self):
        slide = [(49, 50), (50, 50)] * 20
        kept = [watched(self.step, slide[:weeks], 0.995).holds for weeks in range(len(slide) + 1)]
        assert kept[0] and not kept[-1]
        assert watched(self.step, slide, 0.995).recent >= 0.995 > watched(self.step, slide, 0.995).bound

    def test_a_sudden_fault_ends_it_in_a_week_though_the_old_labels_are_many(self):
        many = Step(8.0, 19990, 20000, lower_bound(19990, 20000), True)
        assert watched(many, [(50, 50)] * 3, 0.995).holds
        fault = watched(many, [(50, 50)] * 3 + [(44, 50)], 0.995)
        assert fault.bound >= 0.995 > fault.recent and not fault.holds


def population(seed: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Scores (bits) and truth of 60,000 pairs: the model is too sure of itself where it matters, as the real one is on small registries."""
    chance = np.random.default_rng(seed)
    scores = np.concatenate([chance.normal(13, 5, 45_000), chance.normal(-6, 6, 15_000)])
    believed = 0.8 * scores - 0.5  # bits that the truth grants
    return scores, chance.random(len(scores)) < 1 / (1 + 2.0**-believed)


@pytest.mark.parametrize(("target", "labels"), [(0.99, 500), (0.995, 1000)])
def test_the_drill_keeps_the_promise_in_at_least_95_of_100(target, labels):
    kept, shares = 0, []
    for seed in range(100):
        scores, truth = population(seed)
        drawn = draws(scores, labels, np.random.default_rng(1000 + seed))
        known: dict[int, bool] = {}
        while (walk := walk_down(drawn, known, target)).wanted:
            known |= {pair: bool(truth[pair]) for pair in walk.wanted}
        step = walk.certified
        above = scores >= (step.threshold if step else math.inf)
        kept += step is None or truth[above].mean() >= target
        shares.append(truth[above].sum() / truth.sum())
    assert kept >= 95
    assert np.mean(shares) > 0.3  # a certificate that lets nothing through keeps every promise


@given(st.lists(st.tuples(ANSWERS, ANSWERS), max_size=60))
def test_kappa_is_at_most_one_and_the_same_from_either_side(pairs):
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    found = agreement(first, second)
    assert found.kappa == agreement(second, first).kappa and found.pairs == len(pairs)
    if found.kappa is None:
        assert not pairs or len(set(first) | set(second)) == 1
    else:
        assert -1 <= found.kappa <= 1 and (found.kappa == 1) == (first == second)


@pytest.mark.parametrize(("first", "second", "kappa"), [
    ([], [], None), (["same"] * 5, ["same"] * 5, None), (["same"] * 4, ["different"] * 4, 0.0),
    (["same", "different"], ["different", "same"], -1.0), (["same", "different"], ["same", "different"], 1.0)])
def test_kappa_of_the_cases_at_the_edge(first, second, kappa):
    assert agreement(first, second).kappa == kappa


def test_answers_to_different_pairs_are_a_mistake():
    with pytest.raises(ValueError, match="2 answers against 1"):
        agreement(["same", "same"], ["same"])
