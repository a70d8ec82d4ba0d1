"""From pairs to things: groups grow while their records on the whole speak for each other, and the whole group then speaks on each pair.

Two groups are joined by the mean of the bits between all their records, not by their best pair, so one bad link does not join two families. A
pair that was never worth comparing counts as MISS; of two tables only pairs across count, for no other was ever looked at. After that a pair is
heard together with the other records of both its groups.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinergi.core.linkage.clusters import components

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
MOST, LEAST, MISS = 12.0, -10.0, -8.0  # bits a pair may count for or against; of a pair never compared


class Groups:
    """Groups of records with the sum of bits towards each other group; joined best mean first."""

    def __init__(self, records: Sequence[int], i: Ints, j: Ints, bits: Floats, side: NDArray[np.int8] | None) -> None:
        self.members: dict[int, list[int]] = {k: [k] for k in records}
        self.is_across = side is not None
        self.second: dict[int, int] = {k: int(side[k]) if side is not None else 0 for k in records}
        self.towards: dict[int, dict[int, list[float]]] = {}
        self.queue: list[tuple[float, int, int]] = []
        for a, b, value in zip(i.tolist(), j.tolist(), np.clip(bits, LEAST, MOST).tolist(), strict=True):
            self.towards.setdefault(a, {})[b] = self.towards.setdefault(b, {})[a] = [value, 1]
            if value > 0:
                self.queue.append((-value, a, b))
        heapq.heapify(self.queue)

    def mean(self, a: int, b: int) -> float:
        """Mean bits over all pairs between two groups."""
        total, count = self.towards[a][b]
        here, there = len(self.members[a]), len(self.members[b])
        pairs = here * there
        if self.is_across:
            x, y = self.second[a], self.second[b]
            pairs = x * (there - y) + (here - x) * y
        return (total + (pairs - count) * MISS) / pairs

    def join(self, a: int, b: int) -> None:
        """Put the smaller group into the larger and queue what now speaks for a further join."""
        if len(self.towards[a]) < len(self.towards[b]):
            a, b = b, a
        self.members[a] += self.members.pop(b)
        self.second[a] += self.second.pop(b)
        mine, theirs = self.towards[a], self.towards.pop(b)
        for other, (total, count) in theirs.items():
            del self.towards[other][b]
            if other != a:
                held = mine.get(other, [0.0, 0])
                mine[other] = self.towards[other][a] = [held[0] + total, held[1] + count]
        for other in mine:
            if (mean := self.mean(a, other)) > 0:
                heapq.heappush(self.queue, (-mean, min(a, other), max(a, other)))

    def grow(self) -> None:
        """Join until no two groups speak for each other."""
        while self.queue:
            value, a, b = heapq.heappop(self.queue)
            if b in self.towards.get(a, ()) and self.mean(a, b) == -value:
                self.join(a, b)

    def labels(self, size: int) -> Ints:
        """The smallest record of each record's group."""
        found = np.arange(size)
        for members in self.members.values():
            found[members] = min(members)
        return found


def groups(size: int, i: Ints, j: Ints, bits: Floats, side: NDArray[np.int8] | None = None) -> Ints:
    """Pairs i < j (each once) with their bits -> for each record the smallest record of its group; `side` tells two tables apart.

    Only what hangs together by pairs that speak for it can be joined, so the rest is left out before.
    """
    whole = components(size, i[bits > 0], j[bits > 0])
    telling = (bits > LEAST) & (whole[i] == whole[j])
    found = Groups(np.unique(np.concatenate([i[telling], j[telling]])).tolist(), i[telling], j[telling], bits[telling], side)
    found.grow()
    return found.labels(size)


def members_of(label: Ints) -> Iterator[Ints]:
    """The records of each group of two or more."""
    order = np.argsort(label, kind="stable")
    edges = np.flatnonzero(np.concatenate([[True], label[order][1:] != label[order][:-1], [True]])) if len(label) else np.zeros(1, dtype=np.int64)
    for start, end in zip(edges[:-1], edges[1:], strict=True):
        if end - start > 1:
            yield order[start:end]


def others_say(size: int, one: Ints, label: Ints, toward: Ints, own: Floats, known: tuple[Any, Any, Any],
               side: NDArray[np.int8] | None) -> tuple[Floats, Ints]:
    """(mean bits of record `one` towards the other records of the group of `toward`, 1 where there are any)."""
    keys, total, count = known
    at = np.searchsorted(keys, one * size + label[toward])
    if side is None:
        others = np.bincount(label, minlength=size)[label[toward]] - 1 - (label[one] == label[toward])
    else:
        across = np.stack([np.bincount(label, side == k, size) for k in (1, 0)]).astype(np.int64)
        others = across[side[one], label[toward]] - 1
    said = total[at] - own + (others - (count[at] - 1)) * MISS
    return np.where(others > 0, said / np.maximum(others, 1), 0.0), (others > 0).astype(np.int64)


def heard_together(size: int, i: Ints, j: Ints, bits: Floats, label: Ints, side: NDArray[np.int8] | None = None) -> Floats:
    """Bits of each pair and what the other records of both groups say on the mean; never below 0 within a group, never above 0 between two."""
    own = np.clip(bits, LEAST, MOST)
    key = np.concatenate([i * size + label[j], j * size + label[i]])
    keys, where = np.unique(key, return_inverse=True)
    known = (keys, np.bincount(where, np.concatenate([own, own])), np.bincount(where))
    there, some_there = others_say(size, i, label, j, own, known, side)
    back, some_back = others_say(size, j, label, i, own, known, side)
    heard = bits + (there + back) / np.maximum(some_there + some_back, 1)
    return np.asarray(np.where(label[i] == label[j], np.logaddexp2(0, heard), -np.logaddexp2(0, -heard)), dtype=np.float64)
