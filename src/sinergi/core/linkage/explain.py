"""Why two records have their score: a starting point and one signed piece for each evidence, in bits, that sum exactly to the score; and in words.

With several classes of non-matches the sum of logarithms is taken under their shares after the fact; what is left over belongs to the starting point.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sinergi.core.linkage.model import MATCH, Model, likelihoods, scores
from sinergi.core.linkage.sentences import LEVELS, STRENGTH, Words


@dataclass(frozen=True)
class Piece:
    """One evidence: its level and what it adds to the score."""

    evidence: str
    level: int
    bits: float


@dataclass(frozen=True)
class Explanation:
    """`start` + the bits of all pieces = `score`, exactly."""

    score: float
    start: float
    pieces: tuple[Piece, ...]


def explain(model: Model, levels: Sequence[int]) -> Explanation:
    """The score of one pair of levels as a sum."""
    row = np.asarray(levels, np.int64)[None, :]
    score = float(scores(model, row)[0])
    others = likelihoods(model, row)[0, MATCH + 1 :]
    share = np.exp2(others - np.logaddexp2.reduce(others))
    chance = [np.log2(table[level]) for table, level in zip(model.odds, row[0], strict=True)]
    pieces = tuple(Piece(name, int(level), float(c[MATCH] - c[MATCH + 1 :] @ share))
                   for name, level, c in zip(model.evidence, row[0], chance, strict=True))
    return Explanation(score, score - sum(p.bits for p in pieces), pieces)


def sentences(explanation: Explanation) -> tuple[Words, ...]:
    """What speaks for and against, the heaviest first, in words; what is not known is left out."""
    told = sorted((p for p in explanation.pieces if p.level), key=lambda p: -abs(p.bits))
    return tuple(sentence(piece) for piece in told)


def sentence(piece: Piece) -> Words:
    """One piece in both languages: 'Same MyKad number: strongly for.'"""
    said, how = LEVELS[piece.evidence][piece.level], strength(piece.bits)
    return {language: f"{said[language]}: {how[language]}." for language in ("ms", "en")}


def strength(bits: float) -> Words:
    """How strongly a number of bits speaks for or against."""
    return next(words for least, words in STRENGTH if bits >= least)
