"""The exact search: which offers, each for how long, so that the sum is greatest. One connected part at a time, in whole sen.

A part is settled by reductions (`apart`); where a ceiling may bind, or too much hangs together for them, by HiGHS (`program`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sinergi.core.overlap.apart import Choice, TooHard, members
from sinergi.core.overlap.program import Part
from sinergi.core.overlap.task import Ceiling, Task

Runs = tuple[int, ...]
"""For each offer the month after its last; its own start: it is not taken."""
PRICES = (4, 2, 8, 1, 6, 3, 12)
"""What a sen under a ceiling is tried at, in sen of the whole span."""


def search(task: Task, known: Runs | None = None, touched: frozenset[int] = frozenset()) -> Runs:
    """The best runs. First what is certain, then what is to be confirmed; of equals as many as go, the earlier offer first. What pays no known sum
    comes after, one by one, what is certain first, each for as long as it may stand beside the rest.

    `known`: the best runs of a task that differs only in what it says of the offers `touched`; parts without them stay as they are.
    """
    found = [start if start is not None else 0 for start in task.starts]
    weighed = {i for i, offer in enumerate(task.offers) if any(offer.paid) or i in task.kept}
    for part in parts(task, weighed):
        same = known is not None and not touched & set(part)
        ends = {i: known[i] for i in part} if known is not None and same else solve(task, part)
        for offer, end in ends.items():
            found[offer] = end
    for i in sorted(set(range(len(found))) - weighed - task.left_out, key=lambda i: (not task.offers[i].certain, i)):
        found[i] = room(task, found, i)
    return tuple(found)


def parts(task: Task, weighed: set[int]) -> list[list[int]]:
    """Offers that touch each other, together; each part is searched by itself."""
    here = sum(1 << i for i in weighed - task.left_out if i in task.net.begin)
    near = list(task.net.around)
    for ceiling in task.ceilings:
        for other in ceiling.beside:
            near[ceiling.offer] |= 1 << other
            near[other] |= 1 << ceiling.offer
    return [list(members(part)) for part in Choice(near).parts(here)]


def solve(task: Task, part: Sequence[int]) -> dict[int, int]:
    """The end of each of one part's offers. Raises ValueError where what must be kept may not be."""
    try:
        return Ends(task, part).best()
    except TooHard:
        return dict(zip(part, Part(task, part).best(), strict=True))


class Ends:
    """One connected part as a choice among the ends of its offers, what is topped up left out where that is shown to lose nothing."""

    def __init__(self, task: Task, part: Sequence[int]) -> None:
        self.task, self.net, self.part = task, task.net, part
        self.things = sum(self.net.of[i] for i in part)
        self.forced = sum(self.net.ends[i][-1][1] for i in part if i in task.kept)
        for thing in members(self.forced):
            if self.net.near[thing] & self.forced:
                raise ValueError("no package keeps what must be kept")
            self.things &= ~self.net.near[thing]
        self.topped = [c for c in task.ceilings if c.offer in part and self.net.of[c.offer] & self.things]
        self.sums = {n: self.sum_of(n) for n in members(self.things)}
        sure = any(sum_ for n, sum_ in self.sums.items() if self.certain(n))
        self.first = {n: sum_ if self.certain(n) or not (task.weighed and sure) else 0 for n, sum_ in self.sums.items()}

    def sum_of(self, thing: int) -> int:
        """Sen of an offer until an end."""
        offer, end = self.net.things[thing]
        return self.task.offers[offer].until(end - self.net.begin[offer])

    def certain(self, thing: int) -> bool:
        """Is its offer certain?"""
        return self.task.offers[self.net.things[thing][0]].certain

    def best(self) -> dict[int, int]:
        """The ends. Raises TooHard where a ceiling may bind, or after too many steps."""
        among = self.things & ~sum(self.net.of[c.offer] for c in self.topped)
        if self.forced & ~among:
            raise TooHard
        chosen = self.chosen(self.worth(), among)
        least = sum(self.first[n] for n in members(chosen))
        for ceiling in self.topped:
            if not any(self.most(ceiling, price) < least for price in PRICES):
                raise TooHard
        return {i: self.net.begin[i] for i in self.part} | {self.net.things[n][0]: self.net.things[n][1] for n in members(chosen)}

    def chosen(self, worth: list[int], among: int) -> int:
        """The best set of things."""
        return Choice(self.net.near).best(worth, among)[1]

    def worth(self) -> list[int]:
        """What is certain, then what may be confirmed, then months by rank: what is certain before what is not, the earlier before the later."""
        count, months = len(self.task.offers), self.task.months
        ranks, sums = 2 * count * count * months + 1, sum(self.sums.values()) + 1
        found = [0] * len(self.net.things)
        for n, first in self.first.items():
            offer, end = self.net.things[n]
            rank = count - offer + (count if self.certain(n) else 0)
            found[n] = (first * sums + self.sums[n] - first) * ranks + rank * (end - self.net.begin[offer])
        return found

    def most(self, ceiling: Ceiling, price: int) -> int:
        """More than this nothing that takes a topped-up offer adds up to, of what counts first: in its first month all beside it stay under the
        ceiling; a sen of that month is priced, what each then still adds is chosen freely, and the price of the ceiling comes on top."""
        own, month, beside = self.net.of[ceiling.offer], self.net.begin[ceiling.offer], set(ceiling.beside)
        left = [0] * len(self.net.things)
        for n, first in self.first.items():
            offer, end = self.net.things[n]
            priced = offer in beside and self.net.begin[offer] <= month < end
            left[n] = first - (price * self.task.offers[offer].sen(month - self.net.begin[offer]) if priced else 0)
        free = self.things & ~(own | self.net.near[next(members(own))])
        among = sum(1 << n for n in members(free) if left[n] > 0)
        itself = max(0, max(self.first[n] for n in members(own & self.things)) - self.task.offers[ceiling.offer].sen(0))
        return price * ceiling.sen + itself + Choice(self.net.near).best(left, among)[0]


def room(task: Task, ends: Sequence[int], i: int) -> int:
    """The month until which an offer without a sum may stand beside what is taken; its own start where it may not."""
    start = task.starts[i]
    if start is None:
        return 0
    end = task.ends_of(i)
    for other, ever in task.net.links[i]:
        begin = task.starts[other]
        if begin is not None and ends[other] > begin and (ever or ends[other] > start):
            end = start if ever else min(end, max(start, begin))
    for ceiling in task.ceilings:
        if ceiling.offer == i:
            end = min([end, *(m for m in range(start, end) if beside(task, ends, ceiling, m) > ceiling.sen)])
    return end


def beside(task: Task, ends: Sequence[int], ceiling: Ceiling, month: int) -> int:
    """Sen in a month of what is taken and counts under a ceiling."""
    begun = ((j, start) for j in ceiling.beside if (start := task.starts[j]) is not None and start <= month < ends[j])
    return sum(task.offers[j].sen(month - start) for j, start in begun)


def totals(task: Task, runs: Runs) -> list[list[int]]:
    """Sen by offer and month, added up in whole sen from the runs; a topped-up offer gets what is left under its ceiling."""
    grid = [[0] * task.months for _ in runs]
    for i, (start, end) in enumerate(zip(task.starts, runs, strict=True)):
        if start is not None and any(task.offers[i].paid):
            grid[i][start:end] = task.offers[i].by_month(end - start)
    for ceiling in task.ceilings:
        row = grid[ceiling.offer]
        for m in (m for m, sen in enumerate(row) if sen):
            row[m] = min(row[m], max(0, ceiling.sen - sum(grid[j][m] for j in ceiling.beside)))
    return grid
