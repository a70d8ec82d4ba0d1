"""Weights learnt anew beside those in force: what each level weighs, how many pairs would change zone, and which patterns those are.

Patterns and counts alone: nobody is named, and the whole register is told of, not a sample of it.
"""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from sinergi.core.linkage.levels import unpack
from sinergi.core.linkage.model import MATCH, Model, scores

from ..models import LinkageRun
from .comparing import FLOOR

SURE = 6.63  # bits: 99 in 100
ZONES = ("no", "unsure", "likely")
MOST = 10
NUMBER, EQUAL, NAMED = 2, 1, 9


@dataclass(frozen=True)
class Level:
    """One level of a piece of evidence: bits by the weights in force, and by the new ones; how many pairs have it."""

    evidence: str
    level: int
    before: float
    after: float
    pairs: int


@dataclass(frozen=True)
class Changed:
    """A pattern whose pairs would change zone: its levels, how many pairs have it, bits before and after."""

    levels: tuple[int, ...]
    pairs: int
    before: float
    after: float


@dataclass(frozen=True)
class Learnt:
    """What a run learnt. `version`: '' where too few pairs teach; `teaching`: pairs of one number whose names agree.

    `moved`: (zone before, zone after) -> pairs.
    """

    version: str
    teaching: int
    pairs: int
    before: str
    levels: tuple[Level, ...]
    moved: dict[tuple[str, str], int]
    changed: tuple[Changed, ...]

    @property
    def change(self) -> int:
        """How many pairs would change zone."""
        return sum(n for (before, after), n in self.moved.items() if before != after)


def teaching(patterns: np.ndarray, counts: np.ndarray) -> int:
    """How many pairs bear one valid number and names that agree: what one person looks like is learnt from those."""
    levels = unpack(patterns)
    return int(counts[(levels[:, NUMBER] == EQUAL) & (levels[:, 0] >= 1) & (levels[:, 0] < NAMED)].sum())


def weights(model: Model) -> list[np.ndarray]:
    """Bits of each level of each piece: how much likelier among matches than among all others together."""
    others = model.shares[MATCH + 1 :] / model.shares[MATCH + 1 :].sum()
    return [np.log2(table[:, MATCH]) - np.log2(table[:, MATCH + 1 :] @ others) for table in model.odds]


def beside(before: Model, after: Model, patterns: np.ndarray, counts: np.ndarray) -> dict[str, Any]:
    """Two models over the patterns of a register (distinct, with how many pairs have each), as a run's report keeps it."""
    levels = unpack(patterns)
    old, new = scores(before, levels), scores(after, levels)
    was, now = (np.digitize(bits, [FLOOR, SURE]) for bits in (old, new))
    table = [[name, level, round(float(a[level]), 2), round(float(b[level]), 2), int(counts[levels[:, f] == level].sum())]
             for f, (name, a, b) in enumerate(zip(after.evidence, weights(before), weights(after), strict=True)) for level in range(1, len(a))]
    moved = [[ZONES[x], ZONES[y], int(counts[(was == x) & (now == y)].sum())] for x in range(len(ZONES)) for y in range(len(ZONES))]
    changes = np.flatnonzero(was != now)
    largest = changes[np.argsort(-counts[changes], kind="stable")][:MOST]
    return {"levels": table, "moved": moved,
            "changed": [[levels[n].tolist(), int(counts[n]), round(float(old[n]), 2), round(float(new[n]), 2)] for n in largest]}


def learnt(run: LinkageRun) -> Learnt:
    """What a run learnt, from its report."""
    told = run.report
    moved: Iterable[list[Any]] = told.get("moved", ())
    return Learnt(told.get("trained", ""), told.get("teaching", 0), told.get("candidates", 0), run.model_id or "",
                  tuple(Level(*one) for one in told.get("levels", ())), {(before, after): n for before, after, n in moved},
                  tuple(Changed(tuple(levels), n, before, after) for levels, n, before, after in told.get("changed", ())))
