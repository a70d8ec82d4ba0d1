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

MATCH, OTHERS = 0, 6
SMOOTHING, FLOOR, CLAMP = 0.5, 1e-12, -30.0
SHARED_NUMBER = (2e-3, 1e-5)  # family, others: from outside, since what borrowed numbers there are look like matches
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
    distinct, where = np.unique(patterns, return_inverse=True)
    return scores(model, unpack(distinct))[where]


def probability(bits: np.ndarray) -> np.ndarray:
    """Bits -> the chance of being one person."""
    return np.asarray(1 / (1 + np.exp2(-np.clip(bits, -60, 60))))


def seeds(levels: np.ndarray) -> np.ndarray:
    """First guesses (n, classes) by rule: match; family, twins, namesakes, the rest, and two classes that learning may use."""
    name, father, identity, sex, phone, address = levels.T
    good, bad = (name >= 1) & (name <= 8), name >= 10
    born = np.isin(identity, [8, 11]) & (name >= 1) & (name <= 6) & (father != 3) & (sex != 2)
    match = (identity == 1) & good | born
    family = bad & ((phone == 1) | (address == 1)) & (identity != 1) & ~match
    twin = ~match & np.isin(identity, [3, 6, 8]) & (name >= 8)
    namesake = ~match & ~family & (name <= 7) & ~twin
    rest = ~match & ~family & ~twin & ~namesake
    out = np.full((len(levels), 1 + OTHERS), 1e-3)
    for place, group in enumerate((match, family & ~twin, twin, namesake, rest)):
        out[group, place] = 1
    spare = (np.arange(len(levels)) % 97) / 194  # any uneven start will do; chance has no place here
    out[~match, 5], out[~match, 6] = spare[~match], 0.5 - spare[~match]
    return np.asarray(out / out.sum(1, keepdims=True))


def clamps(levels: np.ndarray) -> np.ndarray:
    """Rows that cannot be one person by their numbers: another number and another birth, unless name and home agree."""
    name, _, identity, _, phone, address = levels.T
    at_home = (phone == 1) | (address <= 2) & (address > 0)
    return np.asarray((identity == 7) & ~((name >= 1) & (name <= 6) & at_home))


def level_odds(levels: np.ndarray, weights: np.ndarray, radix: int) -> np.ndarray:
    """The chance of each level of one piece in each class, smoothed; level 0 tells nothing."""
    table = np.zeros((radix, weights.shape[1]))
    np.add.at(table, levels, weights)
    table[1:] += SMOOTHING / radix
    table[0] = 0
    return np.asarray(table / table.sum(0))


def train(patterns: np.ndarray, counts: np.ndarray, rounds: int = 300) -> Model:
    """Distinct patterns with how many pairs have each -> the model. Deterministic."""
    levels = unpack(patterns)
    found = learn(levels, counts.astype(float), RADIX, seeds(levels), np.where(clamps(levels), CLAMP, 0.0), rounds, hold_number)
    return Model(found.shares, expected(found.odds, levels, counts))


def hold_number(tables: Sequence[np.ndarray]) -> None:
    """Two different people rarely bear one number, whatever the data suggest. In place."""
    held = np.array([SHARED_NUMBER[0]] + [SHARED_NUMBER[1]] * (tables[2].shape[1] - 2))
    tables[2][1, 1:] = np.minimum(tables[2][1, 1:], held)


def learn(levels: np.ndarray, counts: np.ndarray, radix: Sequence[int], first: np.ndarray, clamped: np.ndarray, rounds: int,
          hold: Callable[[Sequence[np.ndarray]], None]) -> Model:
    """Expectation and maximisation over patterns until the likelihood stands still; `hold` keeps what is known from outside."""
    belief, before = first, -np.inf
    for _ in range(rounds):
        weights = belief * counts[:, None]
        shares = np.maximum(weights.sum(0) / weights.sum(), FLOOR)
        tables = [level_odds(levels[:, f], weights, r) for f, r in enumerate(radix)]
        hold(tables)
        for table in tables:
            table[0] = 1.0
        each = np.log(shares)[None, :] + sum(np.log(t)[levels[:, f]] for f, t in enumerate(tables))
        each[:, MATCH] += clamped
        top = each.max(1, keepdims=True)
        share = np.exp(each - top)
        likelihood = float((counts * (top[:, 0] + np.log(share.sum(1)))).sum())
        belief = share / share.sum(1, keepdims=True)
        if abs(likelihood - before) < 1e-8 * abs(likelihood):
            break
        before = likelihood
    return Model(shares, tuple(tables), tuple(radix))


def expected(odds: Sequence[np.ndarray], levels: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, ...]:
    """Levels that were hardly met in learning get what is expected of them instead of what smoothing leaves."""
    out = [table.copy() for table in odds]
    for (f, level), bits in EXPECTED.items():
        if counts[levels[:, f] == level].sum() < FEW:
            out[f][level, 1:] = out[f][level, MATCH] * 2.0**-bits
    return tuple(out)
