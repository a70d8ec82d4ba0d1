"""May two benefits be held together? What law/stacking.yaml says, what it rests on where it is silent, and what stands in the way of a new one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sinergi.core.rules.law import Law, Stack, Words
from sinergi.core.time import add_months

ANY = "any"
SILENCE: Words = {
    "ms": "Undang-undang tidak menyebutnya, maka satu bantuan sahaja bagi satu keperluan.",
    "en": "The law is silent, so one help for one need.",
}
APART: Words = {"ms": "Untuk keperluan yang lain, maka boleh bersama.", "en": "For another need, so both may be held."}
ITSELF: Words = {"ms": "Program yang sama sedang diterima.", "en": "The same programme is received already."}
LETS_IN = frozenset({"cumulative", "top_up"})


@dataclass(frozen=True)
class Relation:
    """What holds between two benefits: one of the five relations, the rule it rests on; None: it rests on silence."""

    kind: str
    rule: Stack | None
    text: Words

    @property
    def silent(self) -> bool:
        """Does it rest on the silence of the law?"""
        return self.rule is None

    @property
    def forbids(self) -> bool:
        """May the two not be held on one day?"""
        return self.kind in ("exclusive", "while_waiting", "in_sequence")


SILENCE_BARS, SILENCE_LETS = Relation("exclusive", None, SILENCE), Relation("cumulative", None, APART)
ITSELF_BARS = Relation("exclusive", None, ITSELF)


@dataclass(frozen=True)
class Key:
    """A lock of one person: two benefits with one key and different shares cannot lie on one day. `share` empty: shared with no other."""

    key: str
    share: str


@dataclass(frozen=True)
class Holding:
    """A benefit held, from any source: award, file or declared. `sen` a month, None: not known or in kind; end None: open.

    `need` empty: any of the programme's. `persons`: whom it reaches; empty: the same as whatever it is held against. `id`: its own, if any.
    """

    programme: str
    need: str
    start: dt.date | None
    end: dt.date | None
    sen: int | None = None
    source: str = "award"
    agency: str = ""
    discreet: bool = False
    persons: frozenset[Any] = frozenset()
    id: Any = None

    def reaches(self, other: Holding) -> bool:
        """Do they reach one person?"""
        return not self.persons or not other.persons or bool(self.persons & other.persons)

    def meets(self, other: Holding, months: int = 0) -> bool:
        """Do they lie on one day, the other one's end put off by so many months?"""
        ends = [add_months(h.end, months) if h.end and months else h.end for h in (self, other)]
        starts = [self.start or dt.date.min, other.start or dt.date.min]
        return (ends[0] is None or starts[1] <= ends[0]) and (ends[1] is None or starts[0] <= ends[1])


@dataclass(frozen=True)
class Clash:
    """Something held that stands in the way of a new one. `until`: its last day, None: open. `room`: sen a month left under a ceiling."""

    held: Holding
    relation: Relation
    until: dt.date | None
    room: int | None = None


def covers(law: Law, group: str, programme: str) -> bool:
    """Does a side of a rule mean this programme?"""
    return group == ANY or programme in law.groups.get(group, ())


def weight(law: Law, group: str) -> int:
    """How exactly a side names a programme: the programme itself, a group, any."""
    return 0 if group == ANY else 1 if group not in law.programmes else 2


def rules_on(law: Law, day: dt.date) -> tuple[Stack, ...]:
    """The rules in force on a day."""
    return tuple(rule for rule in law.stacking if rule.holds_on(day))


Ranked = tuple[tuple[int, bool], Relation]
"""What a rule says, with how exactly it names two programmes, and whether it forbids."""


def table(law: Law, day: dt.date) -> tuple[dict[tuple[str, str], Ranked], dict[str, Ranked]]:
    """(the deciding rule of each two programmes that are named, of each programme that a rule sets against any) on a day; kept with the law."""
    kept = law.cache.get(("stacking", day))
    if kept is None:
        pairs: dict[tuple[str, str], Ranked] = {}
        wide: dict[str, Ranked] = {}
        for rule in rules_on(law, day):
            exact = weight(law, rule.first) + weight(law, rule.second)
            ranked = ((exact, rule.relation not in LETS_IN), Relation(rule.relation, rule, rule.text))
            for first in law.groups.get(rule.first, (ANY,)):
                for second in law.groups.get(rule.second, (ANY,)):
                    if ANY in (first, second):
                        put(wide, second if first == ANY else first, ranked)
                    else:
                        put(pairs, (min(first, second), max(first, second)), ranked)
        kept = law.cache[("stacking", day)] = (pairs, wide)
    found: tuple[dict[tuple[str, str], Ranked], dict[str, Ranked]] = kept
    return found


def put(where: dict[Any, Ranked], what: Any, ranked: Ranked) -> None:
    """The more exact rule stays; of equals the stricter, then the first."""
    if what not in where or ranked[0] > where[what][0]:
        where[what] = ranked


def relation(law: Law, first: str, second: str, *, same_need: bool, on: dt.date) -> Relation:
    """What the law says of two programmes on a day. The rule that names them most exactly decides; of equals the stricter.

    A programme against itself, and silence within one need, is exclusive; silence across needs is cumulative.
    """
    pairs, wide = table(law, on)
    best = pairs.get((first, second) if first < second else (second, first))
    if first == second:
        return ITSELF_BARS if best is None else best[1]
    for programme in sorted((first, second)):
        one = wide.get(programme)
        if one is not None and (best is None or one[0] > best[0]):
            best = one
    if best is not None:
        return best[1]
    return SILENCE_BARS if same_need else SILENCE_LETS


def keys(law: Law, programme: str, need: str, on: dt.date) -> tuple[Key, ...]:
    """The locks that a benefit takes of each person it reaches, in order.

    They hold in the database what can be said of one benefit alone: who shares nothing within a need shuts out all others; who is let in
    beside some shares the need with whoever is, too; who is let in beside any takes no lock of the need. What only two of them together show
    (`clashes`) is checked under these locks.
    """
    found = [Key(f"programme:{programme}", "")]
    others = [
        b
        for r in rules_on(law, on)
        if r.relation in LETS_IN
        for a, b in ((r.first, r.second), (r.second, r.first))
        if a != ANY and covers(law, a, programme)
    ]
    if ANY not in others:
        found.append(Key(f"need:{need}", "shared" if others else ""))
    for rule in rules_on(law, on):
        if rule.relation in LETS_IN or rule.first == ANY or rule.second == ANY:
            continue
        if rule.first == rule.second and rule.first != programme and covers(law, rule.first, programme):
            found.append(Key(f"rule:{rule.id}", ""))
    return tuple(sorted(found, key=lambda k: k.key))


def clashes(law: Law, new: Holding, held: Iterable[Holding], on: dt.date, figures: Mapping[str, int] | None = None) -> tuple[Clash, ...]:
    """What is held that stands in the way of a new benefit, by the rules of a day.

    `figures`: facts in sen a month that ceilings name (had_kifayah). A ceiling that is not known leaves the deciding to the agency.
    """
    held = tuple(held)
    found, beside = [], [h for h in held if h.meets(new)]
    for one in held:
        said = relation(law, one.programme, new.programme, same_need=one_need(law, one, new), on=on)
        if not one.reaches(new) and (said.rule is None or said.rule.scope == "person"):
            continue
        over = said.rule.over if said.rule else "held_now"
        months = said.rule.season_months if said.rule else 0
        if said.forbids and (over == "ever" or one.meets(new, months)):
            until = add_months(one.end, months) if one.end and months else one.end
            found.append(Clash(one, said, until))
        elif said.kind == "top_up" and said.rule is not None and one.meets(new):
            room = room_under(law, said.rule, new, beside, on, figures or {})
            if room is not None and (new.sen or 0) > room:
                found.append(Clash(one, said, one.end, max(room, 0)))
    return tuple(found)


def one_need(law: Law, one: Holding, other: Holding) -> bool:
    """Do they serve one need? Where a holding does not say which, any need of its programme."""
    served = [law.programmes[h.programme].needs if h.programme in law.programmes else () for h in (one, other)]
    mine, theirs = ((h.need,) if h.need else needs for h, needs in zip((one, other), served, strict=True))
    return bool(set(mine) & set(theirs))


def room_under(law: Law, rule: Stack, new: Holding, beside: Iterable[Holding], on: dt.date, figures: Mapping[str, int]) -> int | None:
    """Sen a month that are left under a ceiling beside what is held; None: the ceiling is not known."""
    ceiling = figures.get(rule.ceiling)
    if ceiling is None and rule.ceiling in law.parameters:
        rows = law.parameters[rule.ceiling].on(on)
        ceiling = rows[0].value if len(rows) == 1 else None
    return None if ceiling is None else ceiling - sum(h.sen or 0 for h in beside)
