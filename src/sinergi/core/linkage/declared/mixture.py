"""Where learning begins for declared fields: what each level tells by how seldom chance shows it, and who is different by which field.

Different things that were worth comparing are not drawn at random: they share a street, a maker, a family name. Therefore a class of different
for each field that may agree by itself, one for chance, and one of same; `model.learn` goes on from there, as for any other list. Where a thing
has very many records, such a class may learn to agree on everything: it is then taken into same, and learning goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinergi.core.linkage.model import Model, learn, likelihoods, probability, scores

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
ROUNDS = 200
ALIKE, MOST_AGAINST, MOST_FOR = 1.0, 6.0, 14.0  # bits from which a class of different is really same; bits of one piece in that question
LEFT_TO_CHANCE = 1e-3  # of every class of different, so that a level it hardly shows does not prove too much
AGAINST, TELLS, SURE = 3.0, 3.0, 40.0  # bits against at the last level; from which a field agrees by itself; beyond which all is said


def by_chance(levels: Ints, weights: Floats, radix: Sequence[int]) -> tuple[Floats, ...]:
    """How often random pairs that know both sides show each level, half a pair added to every level."""
    found = []
    for k, size in enumerate(radix):
        counts = np.bincount(levels[:, k], weights, size).astype(np.float64)
        counts[0] = 0.0
        counts[1:] += 0.5
        found.append(counts / counts.sum())
    return tuple(found)


def first_bits(chance: Sequence[Floats]) -> tuple[Floats, ...]:
    """A first guess of what each level tells: how seldom chance agrees so well or better; AGAINST where it agrees least, nothing at level 0."""
    found = []
    for share in chance:
        told = np.zeros(len(share))
        told[1:] = -np.log2(np.minimum(np.cumsum(share[1:]), 1.0))
        told[1:] -= np.where(told[1:] < 1.0, AGAINST * np.linspace(0, 1, len(share) - 1) ** 2, 0.0)
        found.append(told)
    return tuple(found)


def first_classes(levels: Ints, told: Sequence[Floats], owner: Sequence[int], prior: float) -> Floats:
    """(patterns, classes) first shares: same by the sum of the first guesses, else the field that agrees most, else chance."""
    each = np.stack([told[k][levels[:, k]] for k in range(len(told))], axis=1)
    fields = max(owner) + 1
    by_field = np.stack([each[:, [k for k, o in enumerate(owner) if o == f]].max(1) for f in range(fields)], axis=1)
    same = 1 / (1 + np.exp2(-np.clip(by_field.sum(1) - prior, -SURE, SURE)))
    best = np.where(by_field.max(1) >= TELLS, by_field.argmax(1), fields)
    shares = np.full((len(levels), fields + 2), 1e-3)
    shares[np.arange(len(levels)), best + 1] = 1.0
    shares *= ((1 - same) / shares.sum(1))[:, None]
    shares[:, 0] = same
    return np.asarray(shares / shares.sum(1, keepdims=True), dtype=np.float64)


def fitted(levels: Ints, counts: Floats, first: Floats, chance: Sequence[Floats]) -> Model:
    """The model that learning reaches from these first shares."""
    def not_below_chance(tables: Sequence[NDArray[Any]]) -> None:
        for table, usual in zip(tables, chance, strict=True):
            table[:, 1:] = (1 - LEFT_TO_CHANCE) * table[:, 1:] + LEFT_TO_CHANCE * usual[:, None]

    return learn(levels, counts, [len(share) for share in chance], first, np.zeros(len(levels)), ROUNDS, not_below_chance)


def margins(levels: Ints, held: Floats, model: Model, chance: Sequence[Floats], prior: float) -> Floats:
    """(classes): the mean bits by which the pairs a class holds (`held`: patterns, classes) would be same, were chance the only other reason."""
    told = np.zeros(len(levels))
    for k, usual in enumerate(chance):
        bits = np.log2(model.odds[k][:, 0]) - np.log2(np.maximum(usual, 1e-12))
        bits[0] = 0.0
        told += np.clip(bits, -MOST_AGAINST, MOST_FOR)[levels[:, k]]
    return np.asarray((held * (told - prior)[:, None]).sum(0) / np.maximum(held.sum(0), 1e-9), dtype=np.float64)


def train(levels: Ints, counts: Floats, drawn: Ints, evidence: Sequence[tuple[str, str]], radix: Sequence[int], pairs: float) -> Model:
    """Learn from distinct patterns' levels (n, pieces) and how many pairs show each.

    `drawn`: the levels of random pairs, which tell what chance agrees on; `evidence` (field, kind) of each piece; `pairs`: all that the list has.
    """
    fields = list(dict.fromkeys(name for name, _ in evidence))
    chance = by_chance(drawn, np.ones(len(drawn)), radix)
    share = first_classes(levels, first_bits(chance), [fields.index(name) for name, _ in evidence], 0.5 * float(np.log2(max(2 * pairs, 4))))
    model = fitted(levels, counts, share, chance)
    while True:
        each = likelihoods(model, levels)
        held = np.exp2(each - np.logaddexp2.reduce(each, axis=1)[:, None]) * counts[:, None]
        chance = by_chance(drawn, 1 - probability(scores(model, drawn)), radix)
        margin = margins(levels, held, model, chance, float(np.log2(max(pairs / max(held[:, 0].sum(), 1.0), 1.0))))
        most = int(np.argmax(np.where(held.sum(0)[1:] >= 1, margin[1:], -np.inf))) + 1
        if margin[most] < ALIKE or share.shape[1] == 2:
            break
        share = held / counts[:, None]
        share[:, 0] += share[:, most]
        share = np.delete(share, most, axis=1)
        model = fitted(levels, counts, share, chance)
    return Model(model.shares, model.odds, model.radix, tuple(f"{name}: {kind}" if kind == "digits" else name for name, kind in evidence))
