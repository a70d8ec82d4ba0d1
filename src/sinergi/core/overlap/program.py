"""The exact search where ceilings bind or where too much hangs together: HiGHS by SciPy, one connected part at a time, relative gap 0.

Months with the same choices are one phase. An offer begins when it can and may end early, at the beginning of a phase; it does not come back.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from sinergi.core.overlap.net import Pair
from sinergi.core.overlap.offers import Offer
from sinergi.core.overlap.task import Ceiling, Task


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
            a, b = (month - self.starts[i] for month in self.phases[p])
            self.values[i, p] = self.task.offers[i].until(b) - self.task.offers[i].until(a)
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
        for presolve in (False, True):  # quicker without; where it then fails, as it may beside a ceiling, once more with it
            options = {"mip_rel_gap": 0, "presolve": presolve}
            found = milp(-goal, constraints=limits, integrality=whole, bounds=Bounds(0, upper), options=options)
            if found.x is not None:
                break
        else:
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
