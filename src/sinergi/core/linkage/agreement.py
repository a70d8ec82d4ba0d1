"""Do two people who label the same pairs answer alike, beyond what chance would give? Cohen's kappa.

Source: Cohen 1960, "A coefficient of agreement for nominal scales".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Agreement:
    """`observed` and by chance `expected` share of equal answers among `pairs`, and kappa.

    Kappa is None where it says nothing: no pair was labelled by both, or both gave one and the same answer to every pair.
    """

    pairs: int
    observed: float
    expected: float
    kappa: float | None


def agreement(first: Sequence[str], second: Sequence[str]) -> Agreement:
    """The agreement of two people's answers to the same pairs, in the same order. ValueError where the numbers of answers differ.

    >>> round(agreement(["same", "same", "different", "same"], ["same", "different", "different", "same"]).kappa or 0, 2)
    0.5
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} answers against {len(second)}")
    total = len(first)
    if not total:
        return Agreement(0, 0.0, 0.0, None)
    observed = sum(a == b for a, b in zip(first, second, strict=True))
    ones, others = Counter(first), Counter(second)
    by_chance = sum(count * others[answer] for answer, count in ones.items())
    if by_chance == total * total:
        return Agreement(total, 1.0, 1.0, None)
    return Agreement(total, observed / total, by_chance / total**2, (observed * total - by_chance) / (total * total - by_chance))
