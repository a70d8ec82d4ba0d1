"""The measures of a linking, against counts made by hand and against each other."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinergi.core.linkage.quality import by_group, calibration, ceiling, curve, true_pairs, worst_gap


def test_a_curve_made_by_hand():
    found = curve([5.0, 3.0, 3.0, 1.0], [True, True, False, True], total=4)
    assert found.threshold.tolist() == [5.0, 3.0, 1.0]
    assert found.precision.tolist() == pytest.approx([1, 2 / 3, 3 / 4])
    assert found.recall.tolist() == [0.25, 0.5, 0.75]
    assert found.best_f1() == pytest.approx(0.75)
    assert (found.recall_at(0.99), found.recall_at(0.75), found.threshold_at(0.75)) == (0.25, 0.75, 1.0)


def test_pairs_of_one_score_stand_or_fall_together():
    found = curve([2.0, 2.0], [False, True], total=1)
    assert found.precision.tolist() == [0.5]
    assert (found.recall_at(0.9), found.threshold_at(0.9)) == (0.0, None)


def test_nothing_compared_and_nothing_true():
    empty = curve([], [], total=0)
    assert (empty.best_f1(), empty.recall_at(0.5), empty.threshold_at(0.5)) == (0.0, 0.0, None)
    assert curve([1.0], [False], total=0).f1.tolist() == [0.0]
    assert (ceiling([], 0), ceiling([True, False], 2)) == (1.0, 0.5)


def test_records_of_one_person_make_pairs():
    assert true_pairs([1, 1, 1, 2, 2, 3]) == 4


def test_said_beside_true_by_band():
    assert calibration([0.1, 0.2, 0.99], [False, True, True], (0.5, 0.995)) == (pytest.approx((0.15, 0.5, 2)), pytest.approx((0.99, 1.0, 1)))


def test_by_group_at_one_threshold():
    persons = np.array([1, 1, 2, 2, 3, 4])
    groups = np.array([0, 0, 1, 1, 1, 2])
    first, second = np.array([0, 2, 3, 4]), np.array([1, 3, 4, 5])
    found = by_group(groups, {0: "malay", 1: "chinese", 2: "other", 3: "nobody"}, persons, (first, second), [9.0, 2.0, 8.0, -9.0], 7.0, 0.0)
    assert [group.name for group in found] == ["malay", "chinese", "other"]
    malay, chinese, other = found
    assert (malay.pairs, malay.ceiling, malay.recall, malay.precision, malay.review) == (1, 1.0, 1.0, 1.0, 0.0)
    assert (chinese.pairs, chinese.ceiling, chinese.recall, chinese.precision, chinese.review) == (1, 1.0, 0.0, 0.0, 0.5)
    assert (other.pairs, other.ceiling, other.recall, other.precision, other.review) == (0, None, None, None, None)
    assert (worst_gap(found), worst_gap(()), worst_gap((other,))) == (1.0, 0.0, 0.0)


@given(st.lists(st.tuples(st.integers(-20, 20), st.booleans()), max_size=60), st.integers(0, 10))
def test_recall_never_falls_and_no_threshold_passes_the_ceiling(pairs, missed):
    same = [truth for _, truth in pairs]
    total = sum(same) + missed
    found = curve([score for score, _ in pairs], same, total)
    assert np.all(np.diff(found.recall) >= 0)
    assert np.all(np.diff(found.threshold) < 0)
    assert found.recall.max(initial=0.0) == pytest.approx(ceiling(same, total) if total else 0.0)
    assert found.recall_at(0.99) <= found.recall_at(0.9)
    assert 0 <= found.best_f1() <= 1
