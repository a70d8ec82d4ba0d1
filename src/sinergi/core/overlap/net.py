"""Every end that an offer may have, as one thing each, and which of these exclude each other.

An offer begins when it can, may end early, and does not come back. It ends early only for the sake of another: so only where another that it may
not stand beside begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sinergi.core.overlap.offers import Offer

Pair = tuple[int, int]


class Net:
    """`things`: (offer, the month after its last); `of`: the things of an offer as a set of bits; `near`: the things that a thing excludes;
    `links`: the others of an offer, and whether for ever; `around`: the same as a set of bits."""

    def __init__(self, offers: Sequence[Offer], starts: Sequence[int | None], apart: Iterable[Pair], never: Iterable[Pair], months: int) -> None:
        self.links: list[list[tuple[int, bool]]] = [[] for _ in offers]
        ever = frozenset(never)
        self.around = [0] * len(offers)
        for i, j in sorted({*apart, *ever}):
            self.around[i] |= 1 << j
            self.around[j] |= 1 << i
            self.links[i].append((j, (i, j) in ever))
            self.links[j].append((i, (i, j) in ever))
        self.begin = {i: s for i, s in enumerate(starts) if s is not None and s < months}
        self.things: list[Pair] = []
        self.ends: dict[int, list[tuple[int, int]]] = {}
        for i, start in self.begin.items():
            lasts = offers[i].months
            last = months if lasts is None else min(months, start + lasts)
            cuts = {last, *(c for j, _ in self.links[i] if start < (c := self.begin.get(j, 0)) < last)}
            self.ends[i] = [(end, 1 << len(self.things) + n) for n, end in enumerate(sorted(cuts))]
            self.things += [(i, end) for end, _ in self.ends[i]]
        self.of = {i: sum(bit for _, bit in ends) for i, ends in self.ends.items()}
        self.near = self.excluded()

    def excluded(self) -> list[int]:
        """For each thing those that cannot be taken beside it."""
        found = []
        for i, end in self.things:
            start, near = self.begin[i], self.of[i]
            for j, ever in self.links[i]:
                if j in self.begin and (ever or self.begin[j] < end):
                    near |= self.of[j] if ever else self.after(j, start)
            found.append(near)
        return [near & ~(1 << n) for n, near in enumerate(found)]

    def after(self, offer: int, month: int) -> int:
        """The things of an offer that end after the beginning of a month."""
        ends = self.ends[offer]
        return self.of[offer] if ends[0][0] > month else sum(bit for end, bit in ends if end > month)
