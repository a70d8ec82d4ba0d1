"""What the package chooses from: offers with the month each can begin, which exclude which, and what is topped up only so far."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sinergi.core.overlap.net import Net, Pair
from sinergi.core.overlap.offers import Offer


@dataclass(frozen=True)
class Ceiling:
    """`offer` is topped up only as far as its sum and that of `beside` stay under `sen` a month."""

    offer: int
    beside: tuple[int, ...]
    sen: int


@dataclass(frozen=True)
class Task:
    """Offers with the month each can begin (None: never), the pairs that exclude each other on one day, and those that do so for ever.

    `weighed`: what is certain before what is to be confirmed; else their sum counts.
    """

    offers: tuple[Offer, ...]
    starts: tuple[int | None, ...]
    apart: frozenset[Pair]
    never: frozenset[Pair]
    ceilings: tuple[Ceiling, ...]
    months: int
    kept: frozenset[int] = frozenset()
    left_out: frozenset[int] = frozenset()
    weighed: bool = True

    def ends_of(self, offer: int) -> int:
        """The month after its last, if nothing ends it early."""
        start, lasts = self.starts[offer], self.offers[offer].months
        return self.months if start is None or lasts is None else min(self.months, start + lasts)

    @cached_property
    def net(self) -> Net:
        """Every end that an offer may have, and which of them exclude each other."""
        return Net(self.offers, self.starts, self.apart, self.never, self.months)

    def but(self, **other: Any) -> Task:
        """The same task with something else than the offers; where the same exclude each other, what was found of that stays."""
        task = replace(self, **other)
        if task.never == self.never:
            task.__dict__["net"] = self.net
        return task


Runs = tuple[int, ...]
"""For each offer the month after its last; its own start: it is not taken."""
