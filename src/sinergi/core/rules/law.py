"""What the law files say, as values: facts, dated parameters, programmes with their versions. Built by build.py, read by the readers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sinergi.core.rules.tree import Node, facts_of, walk

Words = Mapping[str, str]
"""A text in both languages: {'ms': …, 'en': …}."""

WEAK = frozenset({"press", "repo", "unverified"})
STATUSES = ("official", "bill", "press", "repo", "derived", "unverified", "passed")


@dataclass(frozen=True)
class Fact:
    """One entry of the vocabulary: a question at the counter, or a derived figure (`tree`)."""

    name: str
    kind: str
    group: str
    ask: Words | None = None
    why: Words | None = None
    least: Any = None
    most: Any = None
    not_after_as_of: bool = False
    only_if: Node | None = None
    tree: Node | None = None
    sensitive: bool = False
    recorded: bool = False
    labels: Mapping[str, Words] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def of_household(self) -> bool:
        """Whether it is told once for the whole household."""
        return self.group == "household"


@dataclass(frozen=True)
class Row:
    """One dated value of a parameter; `start` None: passed, not commenced, never decides. `where` = the facts it is meant for."""

    start: dt.date | None
    end: dt.date | None
    value: Any
    status: str
    source: str = ""
    cite: str = ""
    note: str = ""
    assumed: bool = False
    where: tuple[tuple[str, Any], ...] = ()

    def holds_on(self, day: dt.date) -> bool:
        """Whether the value is in force on the day."""
        return self.start is not None and self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Parameter:
    """One figure of the law through time."""

    name: str
    kind: str
    unit: str
    title: Words
    rows: tuple[Row, ...]

    def on(self, day: dt.date) -> tuple[Row, ...]:
        """The rows in force on the day: none, one, or several that are meant for different facts."""
        return tuple(row for row in self.rows if row.holds_on(day))

    @property
    def passed(self) -> tuple[Row, ...]:
        """Rows that Parliament passed and that have not commenced."""
        return tuple(row for row in self.rows if row.start is None)


@dataclass(frozen=True)
class Criterion:
    """One requirement. `tree` is what must be true (exclusions negated, only_when built in); None: an officer always finds it.

    `soft`: where the tree is false an officer finds it. `by_officer`: it has no expression of its own; its tree is where it does not bind.
    """

    id: str
    tree: Node | None
    only_when: Node | None
    soft: bool
    excluded: bool
    cite: str
    status: str
    source: str
    text: Words
    no: Words | None
    by_officer: bool = False

    @cached_property
    def facts(self) -> tuple[str, ...]:
        """Facts it reads, in the order of its text."""
        return () if self.tree is None else tuple(facts_of(self.tree))

    @cached_property
    def turns(self) -> bool:
        """Whether the day of the assessment alone can change it."""
        return self.tree is not None and any(node.op == "as_of" for node in walk(self.tree))


@dataclass(frozen=True)
class Benefit:
    """One thing the programme gives: an amount by period, or something in kind."""

    id: str
    name: Words | None
    when: Node | None
    amount: Node | None
    pay: str
    months: Node | None
    in_kind: Words | None
    cite: str = ""


@dataclass(frozen=True)
class Version:
    """The criteria and benefits of a programme from a day on."""

    start: dt.date
    criteria: tuple[Criterion, ...]
    benefits: tuple[Benefit, ...]


@dataclass(frozen=True)
class Clock:
    """So many days, working days or months from an event, by which a person or the agency does something.

    `on_lapse`: `lapse` where the law ends the application then, else `remind`. `least`: the shortest time a range gives. `needs`: only for these.
    """

    id: str
    event: str
    length: int
    unit: str
    side: str
    text: Words
    on_lapse: str
    cite: str
    status: str
    source: str
    least: int | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Appeal:
    """To whom a decision can be appealed and within how long (None: no source says)."""

    to: Words
    length: int | None
    unit: str
    cite: str
    status: str
    source: str


@dataclass(frozen=True)
class Programme:
    """One safety net."""

    id: str
    agency: str
    name: Words
    purpose: Words
    needs: tuple[str, ...]
    legal_basis: Mapping[str, Any]
    start: dt.date
    end: dt.date | None
    for_household: bool
    event: str
    versions: tuple[Version, ...]
    documents: tuple[Words, ...]
    next_step: Words
    office: Words
    service_days: Any
    yes: Words | None
    sources: tuple[Any, ...]
    notes: tuple[Any, ...]
    held_groups: tuple[str, ...]
    examples: tuple[Mapping[str, Any], ...]
    file: str
    discreet: bool = False
    credit: bool = False
    clocks: tuple[Clock, ...] = ()
    appeal: Appeal | None = None

    def version_on(self, day: dt.date) -> Version:
        """The last version that had begun by the day; before all of them, the first."""
        begun = [v for v in self.versions if v.start <= day]
        return begun[-1] if begun else self.versions[0]

    def in_force_on(self, day: dt.date) -> bool:
        """Whether the programme exists on the day."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Stack:
    """One rule between programmes of `first` and of `second` (groups of programme ids; `any`: all): may they be held together?

    relation: exclusive, cumulative, top_up (the sum a month under `ceiling`: a parameter or a fact), in_sequence (second after first),
    while_waiting (first until second starts). over: held_now, season (of `season_months`), ever. scope: person or household.
    """

    id: str
    first: str
    second: str
    relation: str
    over: str
    scope: str
    ceiling: str
    season_months: int
    start: dt.date
    end: dt.date | None
    cite: str
    status: str
    source: str
    text: Words
    reading: Words | None

    def holds_on(self, day: dt.date) -> bool:
        """Whether the rule is in force on the day."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, eq=False)
class Law:
    """All of it, with the hash of the documents it was built from."""

    facts: Mapping[str, Fact]
    parameters: Mapping[str, Parameter]
    programmes: Mapping[str, Programme]
    groups: Mapping[str, tuple[str, ...]]
    version: str
    stacking: tuple[Stack, ...] = ()
    cache: dict[Any, Any] = field(default_factory=dict, repr=False)
    """Bound laws and written code by day: readers keep their work here, it never changes an answer."""
