"""Which pairs are worth comparing: those that share an atom few hold; where many hold it, two or three atoms together; at last their neighbours.

A block over the cap is never dropped: it is split by every second and third atom of its records, and what is still too large is walked in
alphabetical order with a window, and counted in the report.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from sinergi.core.linkage.declared.atoms import Atoms

Ints = NDArray[np.int64]
CAPS = (1000, 700, 500, 350, 250, 180, 120, 100, 80, 60, 50, 40, 30, 25, 20, 16, 12, 9, 6, 4, 2)
MOST_JOINING, WINDOW = 14, 6
LEAST_BUDGET, BUDGET_EACH = 1_000_000, 40


@dataclass
class Passes:
    """What each pass did: (name, cap, blocks, blocks over the cap, pairs, pairs not met before)."""

    rows: list[tuple[str, int, int, int, int, int]] = field(default_factory=list)


def mixed(*parts: Ints) -> Ints:
    """Numbers stirred into one that hardly ever meets another's (splitmix)."""
    state = np.full(len(parts[0]), 0x9E3779B97F4A7C15, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            state = (state ^ part.astype(np.uint64)) * np.uint64(0xBF58476D1CE4E5B9)
            state = (state ^ (state >> np.uint64(29))) * np.uint64(0x94D049BB133111EB)
            state ^= state >> np.uint64(32)
    return state.view(np.int64)


def pairs_within(order: Ints, starts: Ints, sizes: Ints, window: int = 0) -> tuple[Ints, Ints]:
    """All pairs inside each block order[start:start + size]; with a window only those at most so far apart."""
    where = np.repeat(starts, sizes) + np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    ahead = np.repeat(starts + sizes, sizes) - where - 1
    ahead = np.minimum(ahead, window) if window else ahead
    first = np.repeat(where, ahead)
    step = np.arange(ahead.sum()) - np.repeat(np.cumsum(ahead) - ahead, ahead) + 1
    return order[first], order[first + step]


def pairs_across(order: Ints, starts: Ints, sizes: Ints, first: Ints) -> tuple[Ints, Ints]:
    """All pairs between the first `first` records of each block and the others."""
    where = np.repeat(starts, first) + np.arange(first.sum()) - np.repeat(np.cumsum(first) - first, first)
    others = np.repeat(sizes - first, first)
    step = np.arange(others.sum()) - np.repeat(np.cumsum(others) - others, others)
    return order[np.repeat(where, others)], order[np.repeat(np.repeat(starts + first, first), others) + step]


def grouped(record: Ints, key: Ints, side: Ints) -> tuple[Ints, Ints, Ints]:
    """(order, starts, sizes): the records of each key lie side by side, each once, those of side 0 before those of 1."""
    order = np.lexsort((record, side[record], key))
    record, key = record[order], key[order]
    fresh = np.ones(len(key), dtype=bool)
    fresh[1:] = (key[1:] != key[:-1]) | (record[1:] != record[:-1])
    kept, key = order[fresh], key[fresh]
    edge = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])) if len(key) else np.zeros(0, dtype=np.int64)
    return kept, edge, np.diff(np.concatenate([edge, [len(key)]]))


def different(order: Ints, starts: Ints, sizes: Ints) -> NDArray[np.bool_]:
    """True for one of the blocks that hold the very same records: a rare word, its skeleton and its shortened forms mostly do."""
    if not len(starts):
        return np.zeros(0, dtype=bool)
    members = np.add.reduceat(mixed(order), starts)
    found = np.zeros(len(starts), dtype=bool)
    found[np.unique(mixed(members, sizes), return_index=True)[1]] = True
    return found


def room(cap: int) -> int:
    """Pairs in a block of `cap` records."""
    return cap * (cap - 1) // 2


def cap_for(pairs: Ints, budget: int) -> int:
    """The largest cap under which the blocks, with so many pairs each, hold no more pairs together than the budget."""
    return next((cap for cap in CAPS if pairs[pairs <= room(cap)].sum() <= budget), CAPS[-1])


class Finder:
    """Collects pairs (i < j) of n records; where `side` tells two tables apart, only pairs across them."""

    def __init__(self, size: int, side: NDArray[np.int8] | None) -> None:
        self.size, self.is_across = size, side is not None
        self.side = np.zeros(size, dtype=np.int64) if side is None else side.astype(np.int64)
        self.budget = max(LEAST_BUDGET, BUDGET_EACH * size)
        self.codes = np.zeros(0, dtype=np.int64)
        self.passes = Passes()

    def take(self, name: str, record: Ints, key: Ints) -> NDArray[np.bool_]:
        """One pass: pairs from the blocks under the cap. True for each given row whose block was too large."""
        kept, starts, sizes = grouped(record, key, self.side)
        order = record[kept]
        first = np.bincount(np.repeat(np.arange(len(sizes)), sizes), self.side[order] == 0, len(sizes)).astype(np.int64)
        every = first * (sizes - first) if self.is_across else sizes * (sizes - 1) // 2
        pairs = every * different(order, starts, sizes)
        cap = cap_for(pairs, self.budget)
        large, use = every > room(cap), (pairs > 0) & (pairs <= room(cap))
        found = pairs_across(order, starts[use], sizes[use], first[use]) if self.is_across else pairs_within(order, starts[use], sizes[use])
        self.keep(name, cap, int(use.sum()), int(large.sum()), *found)
        too_large = np.zeros(len(record), dtype=bool)
        too_large[kept[np.repeat(large, sizes)]] = True
        return too_large

    def walk(self, name: str, record: Ints, key: Ints) -> None:
        """Pairs of neighbours in each block, whatever its size."""
        kept, starts, sizes = grouped(record, key, np.zeros(self.size, dtype=np.int64))
        i, j = pairs_within(record[kept], starts, sizes, WINDOW)
        use = (self.side[i] != self.side[j]) | (not self.is_across)
        self.keep(name, WINDOW, len(sizes), 0, i[use], j[use])

    def keep(self, name: str, cap: int, blocks: int, large: int, i: Ints, j: Ints) -> None:
        """Add pairs and say what the pass brought."""
        codes = np.unique(np.minimum(i, j) * self.size + np.maximum(i, j))
        before = len(self.codes)
        self.codes = np.union1d(self.codes, codes)
        self.passes.rows.append((name, cap, blocks, large, len(codes), len(self.codes) - before))


def joining(atoms: Atoms, large: NDArray[np.bool_], size: int) -> tuple[Ints, Ints]:
    """The atoms of each record that were too common alone, in order of their numbers: (size, MOST_JOINING) atoms (−1 none) and sources."""
    use = np.flatnonzero(large & atoms.joins)
    held = np.bincount(np.unique(atoms.atom[use], return_inverse=True)[1])[np.unique(atoms.atom[use], return_inverse=True)[1]] if len(use) else use
    rank = np.lexsort((held, atoms.record[use]))
    record = atoms.record[use][rank]
    slot = np.arange(len(record)) - np.searchsorted(record, record)
    kept = slot < MOST_JOINING
    wide, source = np.full((size, MOST_JOINING), -1, dtype=np.int64), np.full((size, MOST_JOINING), -1, dtype=np.int64)
    wide[record[kept], slot[kept]] = atoms.atom[use][rank][kept]
    source[record[kept], slot[kept]] = atoms.source[use][rank][kept]
    order = np.argsort(wide, axis=1)
    return np.take_along_axis(wide, order, 1), np.take_along_axis(source, order, 1)


def take_twos(finder: Finder, wide: Ints, source: Ints) -> dict[tuple[int, int], NDArray[np.bool_]]:
    """Blocks of two common atoms together. Returns, by the two positions, which records are in a block that is still too large."""
    records, keys, spots = [], [], list(combinations(range(MOST_JOINING), 2))
    for a, b in spots:
        rows = np.flatnonzero((wide[:, a] >= 0) & (wide[:, b] >= 0) & (source[:, a] != source[:, b]))
        records.append(rows)
        keys.append(mixed(wide[rows, a], wide[rows, b]))
    large = finder.take("two together", np.concatenate(records), np.concatenate(keys))
    found, at = {}, 0
    for spot, rows in zip(spots, records, strict=True):
        found[spot] = np.zeros(len(wide), dtype=bool)
        found[spot][rows[large[at:at + len(rows)]]] = True
        at += len(rows)
    return found


def take_threes(finder: Finder, wide: Ints, large: dict[tuple[int, int], NDArray[np.bool_]]) -> None:
    """Blocks of three, all of whose twos are too large; what is still too large is walked in alphabetical order."""
    records, keys = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for a, b, c in combinations(range(MOST_JOINING), 3):
        rows = np.flatnonzero(large[a, b] & large[a, c] & large[b, c])
        records.append(rows)
        keys.append(mixed(wide[rows, a], wide[rows, b], wide[rows, c]))
    record, key = np.concatenate(records), np.concatenate(keys)
    left = finder.take("three together", record, key)
    finder.walk("neighbours", record[left], key[left])


def candidates(atoms: Atoms, order: Ints, side: NDArray[np.int8] | None = None) -> tuple[Ints, Ints, Passes]:
    """(i, j, report) of all pairs worth comparing, i < j; `order`: the records alphabetically, as large blocks are walked."""
    size = len(order)
    rank = np.empty(size, dtype=np.int64)
    rank[order] = np.arange(size)
    finder = Finder(size, None if side is None else side[order])
    ordered = Atoms(rank[atoms.record], atoms.atom, atoms.source, atoms.joins)
    large = finder.take("one alone", ordered.record, ordered.atom)
    wide, source = joining(ordered, large, size)
    take_threes(finder, wide, take_twos(finder, wide, source))
    one, other = order[finder.codes // max(size, 1)], order[finder.codes % max(size, 1)]
    return np.minimum(one, other), np.maximum(one, other), finder.passes
