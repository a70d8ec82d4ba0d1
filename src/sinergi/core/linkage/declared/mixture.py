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
HEAVY, MOSTLY, AGAINST_CLASS = 0.6, 3.0, -3.0  # of what the most telling field tells; times oftener wrong than right; mean bits of a field
OFTEN, DOUBTED, LITTLE = 0.5, 1.4, 1.0  # a field that divides: how often it is against, how much oftener another one then is
DOUBT = 0.7  # how much of what agrees but for such a field is at first not taken for the same
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


def divides(against: NDArray[np.bool_], agree: NDArray[np.bool_], weight: Floats) -> NDArray[np.bool_]:
    """(fields): whether what seems the same is two kinds by this field: it often disagrees, and then another one does oftener than otherwise.

    Tracks of one record agree in all but title and length; the trade that somebody has is another now and then, whatever else is said of him.
    `against`, `agree` (patterns, fields): known and disagreeing, known and agreeing.
    """
    known = (against | agree).astype(np.float64)
    doubted, sure = ((part * weight[:, None]).T for part in (against, agree))
    there = (doubted @ against + LITTLE) / (doubted @ known + 1)
    here = (sure @ against + LITTLE) / (sure @ known + 1)
    np.fill_diagonal(there, 0)
    return np.asarray((weight @ against > OFTEN * (weight @ agree)) & (there > DOUBTED * here).any(1), dtype=bool)


def first_classes(levels: Ints, counts: Floats, told: Sequence[Floats], owner: Sequence[int], prior: float) -> Floats:
    """(patterns, classes) first shares: same by the sum of the first guesses; who agree but for a telling field that divides them are a class beside
    it. The rest by the field that agrees most, else chance.
    """
    each = np.stack([told[k][levels[:, k]] for k in range(len(told))], axis=1)
    fields = max(owner) + 1
    pieces = [[k for k, o in enumerate(owner) if o == f] for f in range(fields)]
    by_field = np.stack([each[:, at].max(1) for at in pieces], axis=1)
    known = np.stack([(levels[:, at] > 0).any(1) for at in pieces], axis=1)
    same = 1 / (1 + np.exp2(-np.clip(by_field.sum(1) - prior, -SURE, SURE)))
    most = np.array([max(told[k].max() for k in at) for at in pieces])
    against = known & (by_field <= 0)
    contrary = np.where(against & (most >= TELLS) & divides(against, known & ~against, same * counts), most, 0.0)
    best = np.where(by_field.max(1) >= TELLS, by_field.argmax(1), fields)
    shares = np.full((len(levels), 2 * fields + 2), 1e-3)
    shares[np.arange(len(levels)), best + 1] = 1.0
    shares *= ((1 - same) / shares.sum(1))[:, None]
    odd = contrary.max(1) > 0
    doubted = np.where(odd, DOUBT, 0.0) * same
    shares[np.arange(len(levels)), fields + 2 + contrary.argmax(1)] += doubted
    shares[:, 0] = same - doubted
    return np.asarray(shares / shares.sum(1, keepdims=True), dtype=np.float64)


def fitted(levels: Ints, counts: Floats, first: Floats, chance: Sequence[Floats]) -> Model:
    """The model that learning reaches from these first shares."""
    def not_below_chance(tables: Sequence[NDArray[Any]]) -> None:
        for table, usual in zip(tables, chance, strict=True):
            table[:, 1:] = (1 - LEFT_TO_CHANCE) * table[:, 1:] + LEFT_TO_CHANCE * usual[:, None]

    return learn(levels, counts, [len(share) for share in chance], first, np.zeros(len(levels)), ROUNDS, not_below_chance)


def against_chance(model: Model, chance: Sequence[Floats]) -> tuple[Floats, ...]:
    """For each piece the bits of each level for same, were chance the only other reason."""
    found = []
    for table, usual in zip(model.odds, chance, strict=True):
        bits = np.log2(table[:, 0]) - np.log2(np.maximum(usual, 1e-12))
        bits[0] = 0.0
        found.append(np.clip(bits, -MOST_AGAINST, MOST_FOR))
    return tuple(found)


def margins(levels: Ints, held: Floats, told: Sequence[Floats], prior: float) -> Floats:
    """(classes): the mean bits by which the pairs a class holds (`held`: patterns, classes) would be same, were chance the only other reason."""
    total = np.stack([bits[levels[:, k]] for k, bits in enumerate(told)]).sum(0)
    return np.asarray((held * (total - prior)[:, None]).sum(0) / np.maximum(held.sum(0), 1e-9), dtype=np.float64)


def contradicts(levels: Ints, held: Floats, told: Sequence[Floats], owner: Sequence[int], which: int) -> bool:
    """Whether a class differs from same by one of the fields that tell most in same; by it alone only if it would then be mostly wrong."""
    told_most, met = 0.0, []
    for k, bits in enumerate(told):
        known = held * (levels[:, k] > 0)[:, None]
        many = known.sum(0)[[0, which]]
        mean = (known * bits[levels[:, k]][:, None]).sum(0)[[0, which]] / np.maximum(many, 1e-9)
        told_most = max(told_most, mean[0])
        if mean[0] >= TELLS and mean[1] <= AGAINST_CLASS and many[1] > 0.1 * held[:, which].sum():
            met.append((float(mean[0]), owner[k], many[1] > MOSTLY * many[0]))
    heavy = [found for found in met if found[0] >= HEAVY * told_most]
    return bool(heavy) and (len({field for _, field, _ in met}) > 1 or any(mostly for _, _, mostly in heavy))


def train(levels: Ints, counts: Floats, drawn: Ints, evidence: Sequence[tuple[str, str]], radix: Sequence[int], pairs: float) -> Model:
    """Learn from distinct patterns' levels (n, pieces) and how many pairs show each.

    `drawn`: the levels of random pairs, which tell what chance agrees on; `evidence` (field, kind) of each piece; `pairs`: all that the list has.
    """
    fields = list(dict.fromkeys(name for name, _ in evidence))
    owner = [fields.index(name) for name, _ in evidence]
    chance = by_chance(drawn, np.ones(len(drawn)), radix)
    share = first_classes(levels, counts, first_bits(chance), owner, 0.5 * float(np.log2(max(2 * pairs, 4))))
    model = fitted(levels, counts, share, chance)
    while True:
        each = likelihoods(model, levels)
        held = np.exp2(each - np.logaddexp2.reduce(each, axis=1)[:, None]) * counts[:, None]
        chance = by_chance(drawn, 1 - probability(scores(model, drawn)), radix)
        told = against_chance(model, chance)
        margin = margins(levels, held, told, float(np.log2(max(pairs / max(held[:, 0].sum(), 1.0), 1.0))))
        alike = [k for k in np.argsort(-margin).tolist() if k and margin[k] >= ALIKE and held[:, k].sum() >= 1
                 and not contradicts(levels, held, told, owner, k)]
        if not alike or share.shape[1] == 2:
            break
        share = held / counts[:, None]
        share[:, 0] += share[:, alike[0]]
        share = np.delete(share, alike[0], axis=1)
        model = fitted(levels, counts, share, chance)
    return Model(model.shares, model.odds, model.radix, tuple(f"{name}: {kind}" if kind == "digits" else name for name, kind in evidence))
