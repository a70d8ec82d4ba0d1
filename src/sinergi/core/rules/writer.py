"""Trees -> lines of straight Python, a part that several rules share written once. Every name may be None: not known.

The text is written by us from checked trees, never from words of a user: names of facts and figures enter it as quoted constants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sinergi.core.money import MICRO
from sinergi.core.rules.bind import SHARP
from sinergi.core.rules.law import Law
from sinergi.core.rules.needs import Need
from sinergi.core.rules.tree import COMPARE, Node

PYTHON = {"=": "==", "<>": "!="}
SURELY_KNOWN = ("lit", "known", "as_of", "month")
CALLS = {
    "years_between": "years_between({})",
    "add_months": "later({})",
    "index": "taken({})",
    "band": "band({})",
    "mean": "mean({})",
    "min": "min({})",
    "max": "max({})",
    "sum": "sum({})",
}


class Asking(dict[int | None, Need]):
    """Needs of one fact by member (None: of the household), each made once: a household asks the same of many programmes."""

    def __init__(self, fact: str) -> None:
        super().__init__()
        self.fact = fact

    def __missing__(self, member: int | None) -> Need:
        self[member] = need = Need(member, self.fact)
        return need


class Shared:
    """What all functions of one unit share: constants, and the members' values of every figure over the household."""

    def __init__(self, law: Law) -> None:
        self.law = law
        self.constants: dict[str, Any] = {}
        self.numbers: dict[Any, str] = {}
        self.columns: dict[Node, int] = {}
        self.asked: dict[tuple[int, str], str] = {}

    def constant(self, value: Any) -> str:
        """A name for a value; equal values of one type share it."""
        key = (type(value), value)
        if key not in self.numbers:
            self.numbers[key] = f"k{len(self.numbers)}"
            self.constants[self.numbers[key]] = value
        return self.numbers[key]

    def asking(self, fact: str) -> str:
        """A name for the needs of a fact, by member."""
        key = (Asking, fact)
        if key not in self.numbers:
            self.numbers[key] = f"k{len(self.numbers)}"
            self.constants[self.numbers[key]] = Asking(fact)
        return self.numbers[key]

    def column(self, inner: Node) -> int:
        """The place of a figure's inner value in a member's row."""
        return self.columns.setdefault(inner, len(self.columns))

    def inner_needs(self, column: int, event: str) -> str:
        """The function that asks what one member's inner value still needs, for programmes of this event."""
        return self.asked.setdefault((column, event), f"inner_needs_{column}_{len(self.asked)}")

    def of_household(self, node: Node) -> bool:
        """Whether the node is the same for every member: no fact of a person stands in it outside a figure over members."""
        if node.op == "agg":
            return True
        if node.op == "fact":
            return self.law.facts[node.value].of_household
        return node.op not in ("holds", "month") and all(map(self.of_household, node.args))


class Writer:
    """Lines of one scope. `above` holds the parts already written around it; `home` the scope that runs once a household."""

    def __init__(self, shared: Shared, prefix: str, above: Writer | None = None, home: Writer | None = None) -> None:
        self.shared, self.prefix, self.above = shared, prefix, above
        self.home: Writer | None = home or (above.home if above else None)
        self.lines: list[str] = []
        self.names: dict[Node, str] = {}
        self.depth = 0
        self.count = 0

    def line(self, text: str) -> None:
        """One line at the depth of now."""
        self.lines.append(" " * self.depth + text)

    @contextmanager
    def block(self, head: str) -> Iterator[Writer]:
        """An indented block; parts first written inside it are not known outside."""
        inner = Writer(self.shared, f"{self.prefix}{self.count}_", self)
        self.count += 1
        self.line(head)
        yield inner
        for text in inner.lines or ["pass"]:
            self.lines.append(" " * (self.depth + 1) + text)

    def keep(self, text: str) -> str:
        """A new name for an expression."""
        name = f"{self.prefix}{self.count}"
        self.count += 1
        self.line(f"{name} = {text}")
        return name

    def known_as(self, node: Node) -> str | None:
        """The name a node already has here or around."""
        return self.names.get(node) or (self.above.known_as(node) if self.above else None)

    def write(self, node: Node) -> str:
        """The name (or literal) that stands for the node's value."""
        if node.op in ("missing", "pending"):
            return "None"
        if node.op == "lit":
            return repr(node.value) if isinstance(node.value, (bool, int, str)) else self.shared.constant(node.value)
        if node.op in ("as_of", "month"):
            return node.op
        if self.home is not None and self.home is not self and node.op != "fact" and self.shared.of_household(node):
            return self.home.write(node)
        found = self.known_as(node)
        if found is None:
            found = self.names[node] = self.keep(self.expression(node))
        return found

    def expression(self, node: Node) -> str:
        """The right side of a node's line."""
        op = node.op
        if op == "fact":
            return f"get({node.value!r})"
        if op == "agg":
            return self.aggregate(node)
        if op == "at":
            day = self.write(node.args[1])
            return f"None if {day} is None else snapshot(who, {node.args[0].value!r}, {day})"
        values = [self.write(part) for part in node.args]
        if op in ("and", "or"):
            return self.logic(op, values)
        if op == "known":
            return "True" if node.args[0].op in SURELY_KNOWN else f"{values[0]} is not None"
        if op == "if":
            c, x, y = values
            return f"({x} if {x} == {y} else None) if {c} is None else {x} if {c} else {y}"
        doubtful = dict.fromkeys(v for part, v in zip(node.args, values, strict=True) if part.op not in SURELY_KNOWN)
        text = self.simple(node, values)
        if not doubtful:
            return text
        otherwise = f"settled({self.shared.constant(node)}, who)" if node.value == SHARP else "None"
        return f"{otherwise} if {' or '.join(f'{v} is None' for v in doubtful)} else {text}"

    def logic(self, op: str, values: list[str]) -> str:
        """Kleene and, or."""
        stop, go = (False, True) if op == "and" else (True, False)
        decided, is_open = (" or ".join(f"{v} is {w}" for v in values) for w in (stop, None))
        return f"{stop} if {decided} else None if {is_open} else {go}"

    def simple(self, node: Node, values: list[str]) -> str:
        """A node whose parts are all known."""
        op, given = node.op, ", ".join(values)
        if op in COMPARE or op in ("+", "-", "*"):
            return f"{values[0]} {PYTHON.get(op, op)} {values[1]}"
        if op in ("not", "neg"):
            return f"{'not ' if op == 'not' else '-'}{values[0]}"
        if op == "in":
            return f"{values[0]} in ({', '.join(values[1:])},)"
        if op == "holds":
            return f"holds(who, {self.shared.constant(node.value)}, {given})"
        if op in ("months", "window"):
            return f"{'set_months' if op == 'months' else 'window'}({given}, {node.value!r})"
        if op == "round":
            return f"rounded({values[0]}, {node.value[0]!r}, {node.value[1]})"
        if op == "prorate":
            return f"prorate({given}, {MICRO if node.args[0].type == 'money' else 1})"
        other = {
            "days_between": "({1} - {0}).days",
            "year_of": "{0}.year",
            "in_list": "{0} in {1}",
            "scale": f"Fraction({{0}} * {{1}}, {MICRO})",
        }
        return other[op].format(*values) if op in other else CALLS[op].format(given)

    def aggregate(self, node: Node) -> str:
        """A figure over the members, from their column."""
        return f"aggregate({node.value!r}, [row[{self.shared.column(node.args[0])}] for row in rows])"

    def needs(self, node: Node, member: str, event: str) -> None:
        """Lines that add what a node, not settled here, still needs; the same steps as needs.Needs.of."""
        NEEDS.get(node.op, Writer.needs_of_parts)(self, node, member, event)

    def needs_of_fact(self, node: Node, member: str, event: str) -> None:
        """A fact, unless it does not apply."""
        fact = self.shared.law.facts[node.value]
        add = f"need[{self.shared.asking(fact.name)}[{None if fact.of_household else member}]] = None"
        if fact.only_if is None:
            self.line(add)
            return
        applies = self.write(fact.only_if)
        with self.block(f"if {applies} is None:") as inner:
            inner.needs(fact.only_if, member, event)
        with self.block(f"elif {applies}:") as inner:
            inner.line(add)

    def needs_of_missing(self, node: Node, member: str, event: str) -> None:
        """A figure without a value."""
        self.line(f"missing[{node.value!r}] = None")

    def needs_of_pending(self, node: Node, member: str, event: str) -> None:
        """The day of the event."""
        self.needs_of_event(event, member)

    def needs_of_event(self, event: str, member: str) -> None:
        """The day of the event, by the name of its fact."""
        self.needs_of_fact(Node("fact", "date", value=event), member, event)

    def needs_of_at(self, node: Node, member: str, event: str) -> None:
        """The day, then the fact of that day."""
        day, name = self.write(node.args[1]), node.args[0].value
        owner = None if self.shared.law.facts[name].of_household else member
        with self.block(f"if {day} is None:") as inner:
            inner.needs(node.args[1], member, event)
        with self.block("else:") as inner:
            inner.line(f"need[new(Need, ({owner}, {name!r}, {day}))] = None")

    def needs_of_aggregate(self, node: Node, member: str, event: str) -> None:
        """Members whose own value is open."""
        column = self.shared.column(node.args[0])
        with self.block("for index, row in enumerate(rows):") as loop, loop.block(f"if row[{column}] is None:") as inner:
            inner.line(f"{self.shared.inner_needs(column, event)}(people[index], index, need, missing)")

    def needs_of_choice(self, node: Node, member: str, event: str) -> None:
        """The condition while it is open, else the part that was chosen."""
        condition = self.write(node.args[0])
        with self.block(f"if {condition} is None:") as inner:
            inner.needs(node.args[0], member, event)
        with self.block(f"elif {condition}:") as inner:
            inner.needs(node.args[1], member, event)
        with self.block("else:") as inner:
            inner.needs(node.args[2], member, event)

    def needs_of_parts(self, node: Node, member: str, event: str) -> None:
        """Every part that is not known; with all parts known, what the node itself lacks."""
        doubtful = [(part, self.write(part)) for part in node.args if part.op not in SURELY_KNOWN]
        for part, name in doubtful:
            with self.block(f"if {name} is None:") as inner:
                inner.needs(part, member, event)
        lacking = self.lacking(node, member)
        if lacking:
            guard = " and ".join(f"{name} is not None" for _, name in doubtful) or "True"
            with self.block(f"if {guard}:") as inner:
                inner.line(lacking)

    def lacking(self, node: Node, member: str) -> str:
        """What a node lacks that is open though its parts are known."""
        if node.op == "holds":
            return f"need.update(dict.fromkeys(held_needs(situation, who, {member})))"
        if node.op == "window":
            return f"need[{self.shared.asking(node.args[0].value)}[{member}]] = None"
        return f"missing[table_name(law, {self.write(node.args[0])})] = None" if node.op == "band" else ""


NEEDS: dict[str, Callable[[Writer, Node, str, str], None]] = {
    "fact": Writer.needs_of_fact,
    "missing": Writer.needs_of_missing,
    "pending": Writer.needs_of_pending,
    "at": Writer.needs_of_at,
    "agg": Writer.needs_of_aggregate,
    "if": Writer.needs_of_choice,
}
