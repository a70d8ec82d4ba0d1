"""Of things that exclude each other in pairs, those worth most together: exact, in whole numbers, without a solver.

A set is an integer, one bit a thing. Reductions take away what some best choice can do without; what is left falls into parts; where a part
stays, one thing is tried without and with. What reductions and halving cannot settle in so many steps is left to the caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

STEPS = 60


class TooHard(Exception):
    """Not settled within the steps."""


def members(things: int) -> Iterator[int]:
    """The things of a set, the first one first."""
    while things:
        bit = things & -things
        yield bit.bit_length() - 1
        things ^= bit


class Choice:
    """One choice: which things each excludes, and how many steps are left."""

    def __init__(self, near: Sequence[int], steps: int = STEPS) -> None:
        self.near, self.steps = near, steps

    def best(self, worth: list[int], among: int) -> tuple[int, int]:
        """(worth, set) of the set of greatest worth, out of `among`, in which no two exclude each other. `worth` is used up. Raises TooHard."""
        self.steps -= 1
        if self.steps < 0:
            raise TooHard
        total, later, among = self.reduced(worth, among)
        chosen = 0
        for part in self.parts(among):
            value, taken = self.halved(worth, part)
            total += value
            chosen |= taken
        for thing, left in reversed(later):
            if not chosen & left:
                chosen |= 1 << thing
        return total, chosen

    def reduced(self, worth: list[int], among: int) -> tuple[int, list[tuple[int, int]], int]:
        """(worth that is certain, things to take where none of theirs is taken, what is left to choose from).

        A thing that excludes all that another excludes, and is worth no more, goes. A thing whose neighbours all exclude each other goes too:
        its worth is certain, by itself or by one of them, which then counts only for what it is worth more.
        """
        total, later, todo = 0, [], among
        while todo:
            bit = todo & -todo
            todo ^= bit
            thing = bit.bit_length() - 1
            around, mine, together = self.near[thing] & among, worth[thing], True
            for other in members(around):
                if around & ~(self.near[other] | 1 << other):
                    together = False
                elif worth[other] <= mine:
                    among ^= 1 << other
                    around ^= 1 << other
                    todo |= self.near[other] & among
            if together:
                among ^= bit
                total += mine
                for other in members(around):
                    worth[other] -= mine
                later.append((thing, around))
                todo |= around
            todo &= among
        return total, later, among

    def parts(self, among: int) -> Iterator[int]:
        """What touches each other, together."""
        while among:
            part, edge = 0, among & -among
            while edge:
                part |= edge
                near = 0
                for thing in members(edge):
                    near |= self.near[thing]
                edge = near & among & ~part
            among &= ~part
            yield part

    def halved(self, worth: list[int], among: int) -> tuple[int, int]:
        """The better of the choice without the thing that excludes most, and with it where it can be better at all."""
        thing = max(members(among), key=lambda one: (self.near[one] & among).bit_count())
        rest = among & ~(self.near[thing] | 1 << thing)
        without = self.best(list(worth), among ^ 1 << thing)
        if worth[thing] + self.most(worth, rest) <= without[0]:
            return without
        value, chosen = self.best(list(worth), rest)
        return max(without, (value + worth[thing], chosen | 1 << thing), key=lambda one: one[0])

    def most(self, worth: Sequence[int], among: int) -> int:
        """What no choice can be worth more than: the greatest of each group in which all exclude each other."""
        total = 0
        while among:
            most, common = 0, among
            while common:
                bit = common & -common
                thing = bit.bit_length() - 1
                among ^= bit
                common &= self.near[thing]
                most = max(most, worth[thing])
            total += most
        return total
