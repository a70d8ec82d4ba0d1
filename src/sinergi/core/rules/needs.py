"""What is still to be asked: facts that are not known and stand in a part of a rule that is not settled, by member."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from sinergi.core.rules.law import Law
from sinergi.core.rules.naive import Who, evaluate
from sinergi.core.rules.situation import Situation
from sinergi.core.rules.tree import Node

HELD = "held"


class Need(NamedTuple):
    """A fact to ask: of which member (None: of the household), and of which day if not of the assessment's."""

    member: int | None
    fact: str
    day: dt.date | None = None


class Needs:
    """Collects the needs of one answer. `missing` are parameters without a value that stand in an unsettled part."""

    def __init__(self, law: Law, situation: Situation, event: str) -> None:
        self.law, self.situation, self.event = law, situation, event
        self.found: dict[Need, None] = {}
        self.missing: dict[str, None] = {}

    def of(self, node: Node, who: Who, member: int) -> None:
        """Add what the node, not settled for this person, still needs."""
        op = node.op
        if op == "fact":
            self.fact(node.value, who, member)
        elif op == "missing":
            self.missing[node.value] = None
        elif op == "pending":
            self.fact(self.event, who, member)
        elif op == "at":
            self.snapshot(node, who, member)
        elif op == "agg":
            for index, person in enumerate(who["members"]):
                if evaluate(node.args[0], person) is None:
                    self.of(node.args[0], person, index)
        elif op == "if":
            self.choice(node, who, member)
        else:
            self.parts(node, who, member)

    def parts(self, node: Node, who: Who, member: int) -> None:
        """Every part that is not known; a table without a row for known keys, a benefit held."""
        unknown = [part for part in node.args if evaluate(part, who) is None]
        for part in unknown:
            self.of(part, who, member)
        if unknown or node.op in ("and", "or"):
            return
        if node.op == "holds":
            self.held(who, member)
        elif node.op == "window":
            self.found[Need(member, node.args[0].value)] = None
        elif node.op == "band":
            self.missing[table_name(self.law, evaluate(node.args[0], who))] = None

    def choice(self, node: Node, who: Who, member: int) -> None:
        """if(c, x, y): the condition while it is open, else only the part that was chosen."""
        condition = evaluate(node.args[0], who)
        if condition is None:
            self.of(node.args[0], who, member)
        else:
            self.of(node.args[1 if condition else 2], who, member)

    def held(self, who: Who, member: int) -> None:
        """Benefits held: of the person, or of every member whose list is not complete."""
        self.found.update(dict.fromkeys(held_needs(self.situation, who, member)))

    def snapshot(self, node: Node, who: Who, member: int) -> None:
        """fact at day: the day first, then the fact of that day."""
        day = evaluate(node.args[1], who)
        if day is None:
            self.of(node.args[1], who, member)
        else:
            fact = node.args[0].value
            self.found[Need(None if self.law.facts[fact].of_household else member, fact, day)] = None

    def fact(self, name: str, who: Who, member: int) -> None:
        """A fact, unless it does not apply; while that is open, what decides whether it applies."""
        fact = self.law.facts[name]
        if fact.only_if is not None:
            applies = evaluate(fact.only_if, who)
            if applies is None:
                self.of(fact.only_if, who, member)
            if not applies:
                return
        self.found[Need(None if fact.of_household else member, name)] = None


def held_needs(situation: Situation, who: Who, member: int) -> list[Need]:
    """Whose benefits held are to be asked: the person's own, or for the household every member's whose list is not complete."""
    if who[HELD] is not situation.household[HELD]:  # a month of the household is a copy of it that shares what is held
        return [Need(member, HELD)]
    return [Need(index, HELD) for index, person in enumerate(situation.people) if not person[HELD][1]]


def table_name(law: Law, rows: Any) -> str:
    """The parameter whose table has no row here: the first that holds such rows."""
    return next((p.name for p in law.parameters.values() if any(r.value == rows for r in p.rows)), "table")
