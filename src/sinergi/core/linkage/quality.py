"""How well a linking did when the truth is known: precision and recall at every threshold, best F1, recall at a precision, and the same by group.

The truth comes from a generator or from labels, never from what the model said. Thresholds are whole steps of the score: pairs of one score stand
or fall together. Groups (name tradition, no paper, sex, age band) come from the truth too; they are measured at the one threshold for all.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Curve:
    """Precision and recall at every distinct score, the strictest threshold first. Arrays of one length (n,); `total`: true pairs that exist."""

    threshold: Bits
    precision: Bits
    recall: Bits
    total: int

    @property
    def f1(self) -> Bits:
        """The harmonic mean of precision and recall at each threshold, (n,); 0 where both are 0."""
        both = self.precision + self.recall
        return np.divide(2 * self.precision * self.recall, both, out=np.zeros_like(both), where=both > 0)

    def best_f1(self) -> float:
        """The highest F1 of all thresholds; 0.0 for no pairs."""
        return float(self.f1.max(initial=0.0))

    def recall_at(self, precision: float) -> float:
        """The highest recall of a threshold whose precision is at least this; 0.0 when none reaches it."""
        return float(self.recall[self.precision >= precision].max(initial=0.0))

    def threshold_at(self, precision: float) -> float | None:
        """The loosest threshold whose precision is at least this, in the score's unit; None when none reaches it."""
        reached = np.flatnonzero(self.precision >= precision)
        return float(self.threshold[reached[-1]]) if len(reached) else None


@dataclass(frozen=True)
class Group:
    """One group at the one threshold. `pairs`: its true pairs; shares in [0, 1], None where nothing can be counted."""

    name: str
    pairs: int
    ceiling: float | None
    recall: float | None
    precision: float | None
    review: float | None


def true_pairs(persons: npt.ArrayLike) -> int:
    """How many pairs of records belong to one person. `persons`: whose each record is, (n,)."""
    held = np.unique(np.asarray(persons), return_counts=True)[1]
    return int((held * (held - 1) // 2).sum())


def curve(scores: npt.ArrayLike, same: npt.ArrayLike, total: int) -> Curve:
    """The curve of candidate pairs. `scores`, `same`: one per pair, (n,); `total`: true pairs, those no key found included."""
    found, truth = np.asarray(scores, float), np.asarray(same, bool)
    order = np.argsort(-found, kind="stable")
    ranked = found[order]
    last = np.ones(len(ranked), bool)
    last[:-1] = ranked[1:] != ranked[:-1]
    right = np.cumsum(truth[order])[last]
    taken = np.arange(1, len(ranked) + 1)[last]
    return Curve(ranked[last], right / taken, right / max(total, 1), total)


def ceiling(same: npt.ArrayLike, total: int) -> float:
    """The recall no threshold can pass: true pairs among the candidates, by all true pairs; 1.0 when there are none."""
    return float(np.count_nonzero(np.asarray(same, bool)) / total) if total else 1.0


def calibration(probability: npt.ArrayLike, same: npt.ArrayLike, edges: tuple[float, ...]) -> tuple[tuple[float, float, int], ...]:
    """For each band between two edges that holds pairs: the mean probability said, the share that was true, how many pairs."""
    said, truth = np.asarray(probability, float), np.asarray(same, bool)
    band = np.searchsorted(np.asarray(edges), said, side="right")
    return tuple((float(said[band == k].mean()), float(truth[band == k].mean()), int(np.count_nonzero(band == k))) for k in np.unique(band))


def share(part: int, whole: int) -> float | None:
    """A part of a whole in [0, 1]; None when there is no whole."""
    return part / whole if whole else None


def by_group(groups: npt.ArrayLike, names: Mapping[int, str], persons: npt.ArrayLike, pairs: tuple[npt.NDArray[Any], npt.NDArray[Any]],
             scores: npt.ArrayLike, threshold: float, review_from: float) -> tuple[Group, ...]:
    """Recall, precision and the share sent to review of each group at one threshold.

    `groups`, `persons`: of each record, (n,); `pairs`: records i and j of each candidate, (m,) each; `scores`: (m,). A candidate counts in the group
    of its first record, and in that of its second too when that is another. Review: what lies in [review_from, threshold), by its candidates
    from review_from up. Groups without a record are left out, in the order of `names`."""
    held, whose = np.asarray(groups), np.asarray(persons)
    first, second = pairs
    same, found = whose[first] == whose[second], np.asarray(scores, float)
    linked, shown = found >= threshold, found >= review_from
    told = []
    for code, name in names.items():
        own = held == code
        if not own.any():
            continue
        touches: Mask = own[first] | own[second]
        total, hit = true_pairs(whose[own]), int(np.count_nonzero(touches & linked & same))
        told.append(Group(name, total, share(int(np.count_nonzero(touches & same)), total), share(hit, total),
                          share(hit, int(np.count_nonzero(touches & linked))),
                          share(int(np.count_nonzero(touches & shown & ~linked)), int(np.count_nonzero(touches & shown)))))
    return tuple(told)


def worst_gap(groups: tuple[Group, ...]) -> float:
    """Recall of the best group minus recall of the worst, in [0, 1]; 0.0 when fewer than two can be told."""
    recalls = [group.recall for group in groups if group.recall is not None]
    return max(recalls) - min(recalls) if recalls else 0.0
