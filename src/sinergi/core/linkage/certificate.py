"""The promise of a threshold, kept by labels: which pairs to label, what the labels prove, and when the promise is no longer believed.

A sequence of thresholds, strict to loose, is fixed before anybody labels. Above each, n pairs are drawn at random; two people label blind, a
third decides. The walk goes down while the exact lower bound of the share that is right reaches the target, and stops at the first failure.
Because the order is fixed and the walk stops, all looks together break the promise in at most 1 − confidence of the certificates.

Sources: Clopper and Pearson 1934 (the bound); Angelopoulos, Bates, Candès, Jordan and Lei 2021, "Learn then test" (fixed-sequence testing).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

SEQUENCE = (20.0, 17.0, 15.0, 13.0, 12.0, 11.0, 10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0)
CONFIDENCE = 0.95
WEEKLY = 50  # auto-links labelled blind each week
RECENT = 4  # weeks that are also looked at by themselves
SAME, DIFFERENT, UNSURE = "same", "different", "unsure"


@dataclass(frozen=True)
class Draw:
    """The pairs to label for one threshold: positions in the scores. `above` counts all pairs that score at least `threshold` (bits)."""

    threshold: float
    above: int
    pairs: tuple[int, ...]


@dataclass(frozen=True)
class Step:
    """What the labels say of one threshold: `right` of `labels` are the same person, so at least `bound` of all pairs above it are."""

    threshold: float
    right: int
    labels: int
    bound: float
    holds: bool


@dataclass(frozen=True)
class Walk:
    """The walk as far as the labels carry it: every step taken, and the pairs that must be labelled before it can go on (`wanted`).

    `certified` is the loosest step that holds, None where none does. With `wanted` empty the walk has ended.
    """

    steps: tuple[Step, ...]
    wanted: tuple[int, ...] = ()

    @property
    def certified(self) -> Step | None:
        """The step whose threshold may be used."""
        held = [step for step in self.steps if step.holds]
        return held[-1] if held else None


@dataclass(frozen=True)
class Watch:
    """A certificate in use: `bound` from all its labels so far, `recent` the best share recent weeks allow; `holds` if both reach the target."""

    bound: float
    recent: float
    holds: bool


def lower_bound(right: int, labels: int, confidence: float = CONFIDENCE) -> float:
    """The exact one-sided lower bound of a share of which `right` in `labels` were seen; 0.0 without labels.

    >>> round(lower_bound(598, 598), 4)
    0.995
    """
    return 0.0 if right == 0 else float(betaincinv(right, labels - right + 1, 1 - confidence))


def upper_bound(right: int, labels: int, confidence: float = CONFIDENCE) -> float:
    """The exact one-sided upper bound of the share; 1.0 without labels.

    >>> round(upper_bound(48, 50), 4)
    0.9928
    """
    return 1.0 if right == labels else float(betaincinv(right + 1, labels - right, confidence))


def labels_needed(target: float, wrong: int = 0, confidence: float = CONFIDENCE) -> int:
    """The fewest labels that prove `target` though `wrong` of them are not the same person.

    >>> [labels_needed(target) for target in (0.99, 0.995, 0.999)]
    [299, 598, 2995]
    """
    low, high = wrong, wrong + 1
    while lower_bound(high - wrong, high, confidence) < target:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if lower_bound(middle - wrong, middle, confidence) >= target else (middle, high)
    return high


def draws(scores: NDArray[np.float64], labels: int, chance: np.random.Generator, sequence: Sequence[float] = SEQUENCE) -> tuple[Draw, ...]:
    """`labels` pairs at random above each threshold, strict to loose; thresholds with fewer pairs above them are left out.

    One random order serves all thresholds: each draw is a simple random sample of its own, and they share as many pairs as they can.
    """
    order = chance.permutation(len(scores))
    shuffled = scores[order]
    found = []
    for threshold in sorted(sequence, reverse=True):
        above = np.flatnonzero(shuffled >= threshold)
        if len(above) >= labels:
            found.append(Draw(threshold, len(above), tuple(order[above[:labels]].tolist())))
    return tuple(found)


def settled(first: str, second: str, third: str = "") -> bool | None:
    """Whether the pair is the same person by two blind labels (same, different, unsure), a third where they differ; None while one is missing ('').

    Who cannot tell does not prove sameness: unsure counts as not the same.

    >>> settled("same", "same"), settled("same", "unsure", "different"), settled("same", "different")
    (True, False, None)
    """
    if not first or not second:
        return None
    if first == second:
        return first == SAME
    return third == SAME if third else None


def walk_down(drawn: Sequence[Draw], truth: Mapping[int, bool], target: float, confidence: float = CONFIDENCE) -> Walk:
    """Walk from strict to loose by the labels known so far (`truth`: pair -> same person), until one fails or labels are wanted.

    Thresholds are certified only in order: a looser one never holds where a stricter one failed.
    """
    steps: list[Step] = []
    for draw in drawn:
        wanted = tuple(pair for pair in draw.pairs if pair not in truth)
        if wanted:
            return Walk(tuple(steps), wanted)
        right = sum(truth[pair] for pair in draw.pairs)
        bound = lower_bound(right, len(draw.pairs), confidence)
        steps.append(Step(draw.threshold, right, len(draw.pairs), bound, bound >= target))
        if bound < target:
            break
    return Walk(tuple(steps))


def watched(step: Step, weeks: Sequence[tuple[int, int]], target: float, confidence: float = CONFIDENCE) -> Watch:
    """A certified step after its weekly samples (right, labels), oldest first: does it still hold?

    It no longer does when the lower bound from all labels together falls below the target (a slow slide), or when the last four weeks by
    themselves would be unlikely, below 1 − confidence, if the target were kept (a sudden fault that many old labels would hide).
    Fifty labels a week alone can never reach a bound of .99; therefore the two together.
    """
    right, labels = step.right + sum(r for r, _ in weeks), step.labels + sum(n for _, n in weeks)
    bound = lower_bound(right, labels, confidence)
    late = weeks[-RECENT:]
    recent = upper_bound(sum(r for r, _ in late), sum(n for _, n in late), confidence)
    return Watch(bound, recent, bound >= target and recent >= target)
