"""The exact search: which offers, each for how long, so that the sum is greatest. HiGHS by SciPy, one connected part at a time, whole numbers after.

Months with the same choices are one phase. An offer begins when it can and may end early, at the beginning of a phase; it does not come back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from sinergi.core.overlap.offers import Offer

Pair = tuple[int, int]
WHOLE = 1e-7


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


Runs = tuple[int, ...]
"""For each offer the month after its last; its own start: it is not taken."""


def search(task: Task, known: Runs | None = None, touched: frozenset[int] = frozenset()) -> Runs:
    """The best runs. First what is certain, then what is to be confirmed; of equals as many as go, the earlier offer first. What pays no known sum
    comes after, one by one, what is certain first, each for as long as it may stand beside the rest.

    `known`: the best runs of a task that differs only in what it says of the offers `touched`; parts without them stay as they are.
    """
    found = [start if start is not None else 0 for start in task.starts]
    weighed = {i for i, offer in enumerate(task.offers) if any(offer.paid) or i in task.kept}
    for part in parts(task, weighed):
        same = known is not None and not touched & set(part)
        ends = [known[i] for i in part] if known is not None and same else solve(task, part)
        for offer, end in zip(part, ends, strict=True):
            found[offer] = end
    links: dict[int, list[Pair]] = {i: [] for i in range(len(found))}
    for pair in task.apart | task.never:
        for i in pair:
            links[i].append(pair)
    for i in sorted(set(range(len(found))) - weighed - task.left_out, key=lambda i: (not task.offers[i].certain, i)):
        found[i] = room(task, found, i, links[i])
    return tuple(found)


def room(task: Task, ends: Sequence[int], i: int, links: Sequence[Pair]) -> int:
    """The month until which an offer without a sum may stand beside what is taken; its own start where it may not."""
    start = task.starts[i]
    if start is None:
        return 0
    end = task.ends_of(i)
    for a, b in links:
        other = b if a == i else a
        begin = task.starts[other]
        if begin is None or ends[other] <= begin or (ends[other] <= start and (a, b) not in task.never):
            continue
        end = start if (a, b) in task.never else min(end, max(start, begin))
    for ceiling in task.ceilings:
        if ceiling.offer == i:
            end = min([end, *(m for m in range(start, end) if beside(task, ends, ceiling, m) > ceiling.sen)])
    return end


def beside(task: Task, ends: Sequence[int], ceiling: Ceiling, month: int) -> int:
    """Sen in a month of what is taken and counts under a ceiling."""
    begun = ((j, start) for j in ceiling.beside if (start := task.starts[j]) is not None and start <= month < ends[j])
    return sum(task.offers[j].sen(month - start) for j, start in begun)


def parts(task: Task, weighed: set[int]) -> list[list[int]]:
    """Offers that touch each other, together; each part is searched by itself."""
    near: dict[int, set[int]] = {i: set() for i in sorted(weighed - task.left_out) if (s := task.starts[i]) is not None and s < task.months}
    links = [*task.apart, *task.never, *((c.offer, b) for c in task.ceilings for b in c.beside)]
    for a, b in links:
        if a in near and b in near:
            near[a].add(b)
            near[b].add(a)
    seen: set[int] = set()
    found = []
    for first in near:
        if first in seen:
            continue
        group, todo = [], [first]
        seen.add(first)
        while todo:
            here = todo.pop()
            group.append(here)
            todo.extend(near[here] - seen)
            seen |= near[here]
        found.append(sorted(group))
    return found


def solve(task: Task, part: Sequence[int]) -> list[int]:
    """The ends of one part's offers."""
    if len(part) == 1 and not any(c.offer == part[0] for c in task.ceilings):
        return [task.ends_of(part[0])]
    return Part(task, part).best()


class Part:
    """One connected part as a linear program: a yes or no for each offer and phase, and what a topped-up one gets in it."""

    def __init__(self, task: Task, part: Sequence[int]) -> None:
        self.task, self.part = task, list(part)
        starts = {i: s for i in part if (s := task.starts[i]) is not None}
        cuts = {task.months, *starts.values(), *(task.ends_of(i) for i in part)}
        limited = {i for c in task.ceilings for i in (c.offer, *c.beside)} & set(self.part)
        cuts |= {m for i in limited for m in range(starts[i] + 1, task.ends_of(i)) if changes(task.offers[i], m - starts[i])}
        edges = sorted(c for c in cuts if c <= task.months)
        self.phases = list(zip(edges, edges[1:], strict=False))
        self.cells = [(i, p) for i in self.part for p, (a, b) in enumerate(self.phases) if starts[i] <= a and b <= task.ends_of(i)]
        self.place = {cell: n for n, cell in enumerate(self.cells)}
        self.starts = starts
        self.topped = {c.offer for c in task.ceilings} & set(self.part)
        self.sums = [(i, p) for i, p in self.cells if i in self.topped]
        self.sum_place = {cell: len(self.cells) + n for n, cell in enumerate(self.sums)}
        self.size = len(self.cells) + len(self.sums)
        self.rows: list[tuple[dict[int, float], float, float]] = []
        self.cliques: list[list[list[int]]] = []
        self.values: dict[Pair, int] = {}
        self.rules()

    def value(self, i: int, p: int) -> int:
        """Sen an offer pays in a phase."""
        if (i, p) not in self.values:
            a, b = self.phases[p]
            self.values[i, p] = sum(self.task.offers[i].sen(m - self.starts[i]) for m in range(a, b))
        return self.values[i, p]

    def rules(self) -> None:
        """What no choice may break."""
        for i, p in self.cells:
            if (i, p - 1) in self.place:
                self.rows.append(({self.place[i, p]: 1, self.place[i, p - 1]: -1}, -np.inf, 0))
            if i in self.task.kept:
                self.rows.append(({self.place[i, p]: 1}, 1, 1))
        here = set(self.part)
        near = {q for q in self.task.apart if q[0] in here and q[1] in here}
        for p in range(len(self.phases)):
            self.cliques.append(cliques({q for q in near if (q[0], p) in self.place and (q[1], p) in self.place}))
            for clique in self.cliques[p]:
                self.rows.append(({self.place[i, p]: 1 for i in clique}, -np.inf, 1))
        first = {i: self.place[i, p] for i, p in reversed(self.cells)}
        for a, b in self.task.never:
            if a in first and b in first:
                self.rows.append(({first[a]: 1, first[b]: 1}, -np.inf, 1))
        for ceiling in self.task.ceilings:
            self.ceiling(ceiling)

    def ceiling(self, ceiling: Ceiling) -> None:
        """A topped-up offer gets no more than its own sum and than what is left."""
        for p in range(len(self.phases)):
            cell = (ceiling.offer, p)
            if cell not in self.place:
                continue
            y, z = self.place[cell], self.sum_place[cell]
            a, b = self.phases[p]
            self.rows.append(({z: 1, y: -float(self.value(*cell))}, -np.inf, 0))
            beside = {self.place[j, p]: float(self.value(j, p)) for j in ceiling.beside if (j, p) in self.place}
            limit = float(ceiling.sen * (b - a))
            slack = max(0.0, self.most(p, ceiling.beside) - limit)
            self.rows.append(({z: 1, y: slack, **beside}, -np.inf, limit + slack))

    def most(self, p: int, offers: Sequence[int]) -> float:
        """A sum that these offers together cannot pass in a phase: of those that all exclude each other only the greatest counts."""
        left = {j: self.value(j, p) for j in offers if (j, p) in self.place}
        total = 0
        for clique in self.cliques[p]:
            inside = [j for j in clique if j in left]
            total += max((left[j] for j in inside), default=0)
            for j in inside:
                del left[j]
        return float(total + sum(left.values()))

    def best(self) -> list[int]:
        """Two questions, the second under the answer to the first: what is certain; then what may be confirmed and, by less than a sen in all,
        as many of the rest as go, what is certain before what is not, the earlier offer before the later."""
        sure, rest = np.zeros(self.size), np.zeros(self.size)
        count = len(self.task.offers)
        ranks = 2 * count * (count + 1) * self.task.months
        for i, p in self.cells:
            goal = sure if self.task.offers[i].certain else rest
            goal[self.sum_place.get((i, p), self.place[i, p])] = 1.0 if i in self.topped else self.value(i, p)
        wish = np.zeros(self.size)
        for i, p in self.cells:
            rank = count - i + (count if self.task.offers[i].certain else 0)
            wish[self.place[i, p]] = rank * (self.phases[p][1] - self.phases[p][0]) / ranks
        if self.task.weighed and sure.any() and rest.any():
            chosen = self.ask(sure)
            self.rows.append(({n: float(v) for n, v in enumerate(sure) if v}, float(round(sure @ chosen)) - 0.5, np.inf))
            chosen = self.ask(rest + wish)
        else:
            chosen = self.ask(sure + rest + wish)
        ends = dict(self.starts)
        for n, (i, p) in enumerate(self.cells):  # in the order of time
            if chosen[n] > 0.5:
                ends[i] = self.phases[p][1]
        return [ends[i] for i in self.part]

    def ask(self, goal: np.ndarray) -> np.ndarray:
        """The greatest value of one question, as whole yes and no."""
        place, column, value = [], [], []
        for n, (terms, _, _) in enumerate(self.rows):
            for where, weight in terms.items():
                place.append(n)
                column.append(where)
                value.append(weight)
        matrix = csr_matrix((value, (place, column)), shape=(len(self.rows), self.size))
        limits = LinearConstraint(matrix, [low for _, low, _ in self.rows], [high for _, _, high in self.rows])
        whole = np.array([1] * len(self.cells) + [0] * len(self.sums))
        upper = [1.0] * len(self.cells) + [float(self.value(*cell)) for cell in self.sums]
        # Parts without a ceiling mostly have a whole answer without asking for one, in a quarter of the time; it is then the best one.
        found = None if self.topped else milp(-goal, constraints=limits, bounds=Bounds(0, upper))
        for presolve in (False, True):  # quicker without; where it then fails, as it may beside a ceiling, once more with it
            if found is None or found.x is None or np.abs(found.x - found.x.round()).max() > WHOLE:
                options = {"mip_rel_gap": 0, "presolve": presolve}
                found = milp(-goal, constraints=limits, integrality=whole, bounds=Bounds(0, upper), options=options)
        if found is None or found.x is None:
            raise ValueError("no package keeps what must be kept")
        answer: np.ndarray = found.x.copy()
        answer[: len(self.cells)] = answer[: len(self.cells)].round()
        return answer


def changes(offer: Offer, month: int) -> bool:
    """Does it pay another sum in this month than in the one before?"""
    return offer.sen(month) != offer.sen(month - 1)


def cliques(pairs: set[Pair]) -> list[list[int]]:
    """The pairs covered by groups in which all exclude each other: fewer and sharper rules."""
    near: dict[int, set[int]] = {}
    for a, b in pairs:
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    left, found = set(pairs), []
    while left:
        a, b = min(left)
        group, common = [a, b], near[a] & near[b]
        while common:
            c = min(common)
            group.append(c)
            common &= near[c]
        found.append(group)
        members = set(group)
        left -= {q for q in left if q[0] in members and q[1] in members}
    return found


def totals(task: Task, runs: Runs) -> list[list[int]]:
    """Sen by offer and month, added up in whole sen from the runs; a topped-up offer gets what is left under its ceiling."""
    grid = [
        [task.offers[i].sen(m - (start or 0)) if start is not None and start <= m < end else 0 for m in range(task.months)]
        for i, (start, end) in enumerate(zip(task.starts, runs, strict=True))
    ]
    for ceiling in task.ceilings:
        for m in range(task.months):
            grid[ceiling.offer][m] = min(grid[ceiling.offer][m], max(0, ceiling.sen - sum(grid[j][m] for j in ceiling.beside)))
    return grid
