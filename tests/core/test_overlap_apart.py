"""Of things that exclude each other those worth most together: as trying everything finds, and as the solver does where it takes too long."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinergi.core.overlap.apart import Choice, TooHard, members
from sinergi.core.overlap.program import Part
from sinergi.core.overlap.search import solve, totals
from sinergi.core.overlap.task import Ceiling, Task
from tests.core.test_overlap_package import offer


def near_of(count: int, pairs: set[tuple[int, int]]) -> list[int]:
    """The things each excludes."""
    return [sum(1 << j for j in range(count) if (min(i, j), max(i, j)) in pairs) for i in range(count)]


@st.composite
def choices(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """Up to eleven things with their worth, and which exclude each other; seldom few, for these are the hard ones."""
    count, often = draw(st.integers(1, 11)), draw(st.integers(1, 9))
    pairs = {q for q in itertools.combinations(range(count), 2) if draw(st.integers(0, 9)) < often}
    return [draw(st.integers(1, 12)) for _ in range(count)], near_of(count, pairs)


def brute(worth: list[int], near: list[int]) -> int:
    """The greatest worth over all sets."""
    sets = (s for s in range(1 << len(worth)) if not any(near[i] & s for i in members(s)))
    return max(sum(worth[i] for i in members(s)) for s in sets)


@settings(max_examples=250, deadline=None)
@given(choices())
def test_the_choice_equals_trying_everything(given_: tuple[list[int], list[int]]):
    worth, near = given_
    value, chosen = Choice(near, 10_000).best(list(worth), (1 << len(worth)) - 1)
    assert value == sum(worth[i] for i in members(chosen)) == brute(worth, near)
    assert not any(near[i] & chosen for i in members(chosen))


def test_a_choice_says_when_it_takes_too_many_steps():
    near = near_of(7, {(i, i + 1) for i in range(6)} | {(0, 6)})
    assert Choice(near, 9).best([5] * 7, 127)[0] == 15
    with pytest.raises(TooHard):
        Choice(near, 1).best([5] * 7, 127)


def test_what_is_too_much_for_reductions_is_solved_as_well():
    chance = random.Random(7)
    pairs = frozenset(q for q in itertools.combinations(range(70), 2) if chance.random() < 0.12)
    offers = tuple(offer(f"p{i}", chance.randrange(1, 900), certain=chance.random() < 0.5) for i in range(70))
    task = Task(offers, (0,) * 70, pairs, frozenset(), (), 1)
    near = [near & ~(1 << n) for n, near in enumerate(task.net.near)]
    with pytest.raises(TooHard):
        Choice(near).best([o.paid[0] for o in offers], (1 << 70) - 1)
    ends = solve(task, range(70))
    assert ends == dict(enumerate(Part(task, range(70)).best()))
    exact = Choice(near, 10**6).best([o.paid[0] * (10**9 if o.certain else 1) for o in offers], (1 << 70) - 1)[0]
    grid = totals(task, tuple(ends.values()))
    assert sum(sum(row) * (10**9 if o.certain else 1) for o, row in zip(offers, grid, strict=True)) == exact


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6))
def test_reductions_and_solver_give_one_answer_with_and_without_ceilings(seed: int):
    chance = random.Random(seed)
    count = chance.randrange(3, 14)
    offers = tuple(offer(f"p{i}", chance.randrange(1, 900), certain=chance.random() < 0.5, months=chance.choice((None, None, 2)))
                   for i in range(count))
    pairs = frozenset(q for q in itertools.combinations(range(count), 2) if chance.random() < 0.6)
    never = frozenset(q for q in pairs if chance.random() < 0.2)
    topped = chance.sample(range(count), chance.choice((0, 1, 1, 2)))
    ceilings = tuple(Ceiling(i, tuple(j for j in range(count) if j != i and (min(i, j), max(i, j)) not in pairs), chance.randrange(60_000))
                     for i in sorted(topped))
    task = Task(offers, tuple(chance.choice((0, 1, 2)) for _ in offers), pairs, never, ceilings, 6, weighed=chance.random() < 0.7)
    sums = []
    for ends in (solve(task, range(count)), dict(enumerate(Part(task, range(count)).best()))):
        grid = totals(task, tuple(ends[i] for i in range(count)))
        sums.append([sum(sum(row) for o, row in zip(offers, grid, strict=True) if o.certain is sure) for sure in (True, False)])
    assert sums[0] == sums[1] if task.weighed else sum(sums[0]) == sum(sums[1])


def test_the_solver_looks_at_its_part_alone_and_says_what_cannot_be():
    three = (offer("p0", 9), offer("p1", 6), offer("p2", 1))
    assert Part(Task(three, (0, 0, 0), frozenset(), frozenset({(1, 2)}), (), 6), [0, 1]).best() == [6, 6]
    both = Task(three[:2], (0, 0), frozenset(), frozenset(), (Ceiling(1, (0,), 600),), 6, frozenset({0, 1}))
    with pytest.raises(ValueError, match="must be kept"):
        solve(both, [0, 1])
