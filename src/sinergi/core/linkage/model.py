"""How much each level weighs: Fellegi and Sunter's log ratios, with one class of matches and several of non-matches, learnt from patterns alone.

A million records give some millions of pairs but only thousands of patterns, so learning costs the same at any size. Candidates that are different
people are not random: they are family, twins, namesakes; each is a class of its own. Pairs of two valid, different numbers are clamped to non-match,
and the chance that two people bear one correct number is fixed from outside. Labels do not train the model; they certify its threshold.
Source: Fellegi and Sunter (1969), JASA 64; expectation and maximisation after Winkler (1988).
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sinergi.core.linkage.levels import EVIDENCE, RADIX, unpack

MATCH, OTHERS = 0, 7
BORROWED = OTHERS  # the last class: another's number on one of two records
SMOOTHING, FLOOR, CLAMP = 0.5, 1e-12, -30.0
SHARED_NUMBER = 1e-5  # two who did not borrow bear one number, from outside: a slip of the pen that is another's number
EQUAL = (1, 11)  # identity: equal number, equal document
NAMED = 9  # the name's level from which names do not agree
FEW = 20.0
# What a level weighs that the learning data held too little of: bits for being the same person.
EXPECTED: Mapping[tuple[int, int], float] = {(2, 11): 14.0, (2, 12): 5.0}


@dataclass(frozen=True)
class Model:
    """`shares`: of each class, the match first; `odds[f]` (levels, classes): the chance of each level in each class. `radix`: how many levels."""

    shares: np.ndarray
    odds: tuple[np.ndarray, ...]
    radix: tuple[int, ...] = RADIX
    evidence: tuple[str, ...] = EVIDENCE

    def as_json(self) -> dict[str, Any]:
        """The model as plain values; from_json gives the same model again."""
        odds = [table.tolist() for table in self.odds]
        return {"shares": self.shares.tolist(), "odds": odds, "radix": list(self.radix), "evidence": list(self.evidence)}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Model:
        """The model that as_json wrote."""
        return cls(np.array(body["shares"]), tuple(np.array(t) for t in body["odds"]), tuple(body["radix"]), tuple(body["evidence"]))


def likelihoods(model: Model, levels: np.ndarray) -> np.ndarray:
    """log2 of the share times the chance of each row's levels (n, pieces) in each class (n, classes)."""
    total = np.broadcast_to(np.log2(model.shares), (len(levels), len(model.shares))).copy()
    for f, table in enumerate(model.odds):
        total += np.log2(table)[levels[:, f]]
    return total


def scores(model: Model, levels: np.ndarray) -> np.ndarray:
    """Levels (n, pieces) -> bits (n): log2 of how much likelier it is one person than two."""
    each = likelihoods(model, levels)
    return np.asarray(each[:, MATCH] - np.logaddexp2.reduce(each[:, MATCH + 1 :], axis=1))


def pattern_scores(model: Model, patterns: np.ndarray) -> np.ndarray:
    """Patterns (n) -> bits (n); each distinct pattern is scored once."""
    if not len(patterns):
        return np.zeros(0)
    distinct, _ = tally(patterns)
    table = np.zeros(distinct[-1] + 1)
    table[distinct] = scores(model, unpack(distinct))
    return np.asarray(table[patterns])


def tally(patterns: np.ndarray, weights: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Patterns (n), and for how many pairs each stands -> (the distinct ones, how many pairs have each), without sorting: there are not many."""
    counts = np.bincount(patterns, weights).astype(np.int64)
    distinct = np.flatnonzero(counts)
    return distinct, counts[distinct]


def probability(bits: np.ndarray) -> np.ndarray:
    """Bits -> the chance of being one person."""
    return np.asarray(1 / (1 + np.exp2(-np.clip(bits, -60, 60))))


def seeds(levels: np.ndarray) -> np.ndarray:
    """First guesses (n, classes) by rule: match; family, twins, namesakes, the rest, two classes that learning may use; borrowed numbers."""
    name, father, identity, sex, phone, address = levels.T
    good, bad = (name >= 1) & (name <= 8), name >= 10
    born = np.isin(identity, [8, 11]) & (name >= 1) & (name <= 6) & (father != 3) & (sex != 2)
    match = (identity == 1) & good | born
    borrowed = np.isin(identity, EQUAL) & bad & ~match
    family = bad & ((phone == 1) | (address == 1)) & ~match & ~borrowed
    twin = ~match & np.isin(identity, [3, 6, 8]) & (name >= 8)
    namesake = ~match & ~family & (name <= 7) & ~twin
    rest = ~match & ~family & ~twin & ~namesake & ~borrowed
    out = np.full((len(levels), 1 + OTHERS), 1e-3)
    for place, group in enumerate((match, family & ~twin, twin, namesake, rest)):
        out[group, place] = 1
    out[borrowed, MATCH], out[borrowed, BORROWED] = np.where((name == 12) & (sex == 2), 0.01, 0.5)[borrowed], 0.5
    spare = (np.arange(len(levels)) % 97) / 194  # any uneven start will do; chance has no place here
    free = ~match & ~borrowed
    out[free, 5], out[free, 6] = spare[free], 0.5 - spare[free]
    return np.asarray(out / out.sum(1, keepdims=True))


def clamps(levels: np.ndarray) -> np.ndarray:
    """Rows that cannot be one person by their numbers: another number and another birth, unless name and home agree."""
    name, _, identity, _, phone, address = levels.T
    at_home = (phone == 1) | (address <= 2) & (address > 0)
    return np.asarray((identity == 7) & ~((name >= 1) & (name <= 6) & at_home))


def level_odds(weights: np.ndarray) -> np.ndarray:
    """Weights of the levels of one piece in each class (levels, classes) -> the chance of each level, smoothed; level 0 tells nothing."""
    table = weights + SMOOTHING / len(weights)
    table[0] = 0
    table /= table.sum(0)
    table[0] = 1.0
    return np.asarray(table)


def train(patterns: np.ndarray, counts: np.ndarray, rounds: int = 300) -> Model:
    """Distinct patterns with how many pairs have each -> the model. Deterministic."""
    levels = unpack(patterns)
    found = learn(levels, counts.astype(float), RADIX, seeds(levels), np.where(clamps(levels), CLAMP, 0.0), rounds, hold_number)
    return Model(found.shares, expected(found.odds, levels, counts))


def hold_number(tables: Sequence[np.ndarray]) -> None:
    """What numbers tell is held from outside, whatever the data suggest. In place.

    Two different people bear one number by a slip, hardly ever, or because one borrowed the other's: then names do not agree and sex tells nothing.
    Left to the data, one of the two would take the other's pairs: a mistyped name beside an equal number, or a borrowed number.
    """
    name, _, identity, sex, _, _ = tables
    identity[1, 1:BORROWED] = SHARED_NUMBER
    borrowed = np.zeros(len(identity))
    borrowed[list(EQUAL)] = identity[list(EQUAL), BORROWED]
    identity[:, BORROWED] = np.maximum(borrowed / borrowed.sum(), FLOOR)
    name[1:NAMED, BORROWED] = FLOOR
    name[1:, BORROWED] /= name[1:, BORROWED].sum()
    sex[1:, BORROWED] = 0.5


def learn(levels: np.ndarray, counts: np.ndarray, radix: Sequence[int], first: np.ndarray, clamped: np.ndarray, rounds: int,
          hold: Callable[[Sequence[np.ndarray]], None]) -> Model:
    """Expectation and maximisation over patterns until the likelihood stands still; `hold` keeps what is known from outside."""
    belief, before = np.ascontiguousarray(first.T), -np.inf  # class by class: rows of thousands are summed faster than rows of eight
    stands = [np.equal.outer(levels[:, f], np.arange(r)).astype(float) for f, r in enumerate(radix)]
    columns = [np.ascontiguousarray(levels[:, f]) for f in range(len(radix))]
    for _ in range(rounds):
        weights = belief * counts
        shares = np.maximum(weights.sum(1) / weights.sum(), FLOOR)
        tables = [level_odds((weights @ here).T) for here in stands]
        hold(tables)
        each = np.repeat(np.log(shares)[:, None], len(levels), 1)
        for table, column in zip(tables, columns, strict=True):
            each += np.log(table).T.take(column, 1)
        each[MATCH] += clamped
        top = each.max(0)
        share = np.exp(each - top)
        total = share.sum(0)
        likelihood = float((counts * (top + np.log(total))).sum())
        belief = share / total
        if abs(likelihood - before) < 1e-8 * abs(likelihood):
            break
        before = likelihood
    return Model(shares, tuple(tables), tuple(radix))


def expected(odds: Sequence[np.ndarray], levels: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, ...]:
    """Levels that were hardly met in learning get what is expected of them instead of what smoothing leaves."""
    out = [table.copy() for table in odds]
    for (f, level), bits in EXPECTED.items():
        if counts[levels[:, f] == level].sum() < FEW:
            out[f][level, 1:BORROWED] = out[f][level, MATCH] * 2.0**-bits
    return tuple(out)
