"""Gives every node of a parsed tree its type, resolves names, writes derived facts out in place of their names."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from sinergi.core.money import MICRO
from sinergi.core.rules.parser import ROUNDING, parse
from sinergi.core.rules.tree import AGGREGATES, COMPARE, Node, RuleError, aggregated, literal

NUMBERS = ("int", "money", "rate")
ORDERED = (*NUMBERS, "date")
SUM = {**{(k, k): k for k in (*NUMBERS, "exact")}, ("money", "exact"): "exact", ("exact", "money"): "exact"}
PRODUCT = {
    ("int", "int"): "int",
    ("money", "int"): "money",
    ("int", "money"): "money",
    ("rate", "int"): "rate",
    ("int", "rate"): "rate",
    ("money", "rate"): "exact",
    ("rate", "money"): "exact",
    ("exact", "rate"): "exact",
    ("rate", "exact"): "exact",
    ("exact", "int"): "exact",
    ("int", "exact"): "exact",
}
WORDS = {
    "money": "an amount of money",
    "int": "a number",
    "bool": "yes/no",
    "date": "a date",
    "rate": "a percentage",
    "code": "a code in quotes",
    "exact": "an unrounded amount",
    "months": "a record of months",
    "amounts": "a record of amounts by month",
}
CALLS = ("if", "min", "max", "mean", "sum", "days_between", "years_between", "year_of", "add_months", "band", "prorate")
FUNCTIONS = (*CALLS, *ROUNDING, "months", "holds", *AGGREGATES)


def kind_words(kind: str) -> str:
    """A type in words, as faults say it."""
    if kind.startswith("enum:"):
        return "one of: " + kind[5:].replace(",", ", ")
    if kind.startswith("list:"):
        return "a list of " + kind_words(kind[5:])
    return "a table" if kind.startswith("table|") else WORDS.get(kind, kind)


@dataclass(frozen=True)
class Names:
    """What an expression may name: facts and derived facts as nodes, parameters by type, groups of held benefits by programme."""

    facts: Mapping[str, Node]
    parameters: Mapping[str, Node]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    households: frozenset[str] = frozenset()

    def suggestions(self) -> list[str]:
        """Every name, for 'did you mean'."""
        return [*self.facts, *self.parameters]


def compile_text(text: str, names: Names, expected: str, own: str = "") -> Node:
    """Text -> checked tree of the expected type, or RuleError. `own` is the programme whose rule it is: a group it holds leaves it out."""
    node = Checker(names, text, own).check(parse(text), expected)
    if node.type != expected:
        raise RuleError(f"this must give {kind_words(expected)}, but gives {kind_words(node.type)}", node.pos, text)
    return node


def near(word: str, options: list[str]) -> str:
    """': did you mean X?' or nothing."""
    found = difflib.get_close_matches(word, options, 1, 0.6)
    return f": did you mean {found[0]!r}?" if found else ""


class Checker:
    """One text's types."""

    def __init__(self, names: Names, text: str, own: str) -> None:
        self.names, self.text, self.own, self.inside = names, text, own, False

    def fail(self, message: str, node: Node) -> NoReturn:
        """Raise the fault at the node's place."""
        raise RuleError(message, node.pos, self.text)

    def check(self, node: Node, expected: str = "") -> Node:
        """The node with its type; `expected` lets a bare word be a value of that enum."""
        handler = getattr(self, f"check_{HANDLERS.get(node.op, node.op)}", None)
        if handler is None:
            return node
        checked: Node = handler(node, expected)
        return checked

    def check_name(self, node: Node, expected: str) -> Node:
        """A fact, a parameter, or a value of the expected enum."""
        options = expected[5:].split(",") if expected.startswith("enum:") else []
        if node.value in options:
            return literal(expected, node.value, node.pos)
        if found := self.names.facts.get(node.value):
            return self.fact(node, found)
        if found := self.names.parameters.get(node.value):
            if found.value:
                self.fail(f"{node.value!r} differs by {found.value}, which is no fact of the vocabulary", node)
            return Node("param", found.type, found.args, node.value, pos=node.pos)
        self.fail(f"unknown name {node.value!r}{near(node.value, [*self.names.suggestions(), *options])}", node)

    def fact(self, node: Node, found: Node) -> Node:
        """A fact; inside members(...) only a member's own facts may stand."""
        if self.inside:
            if found.op == "fact" and found.value in self.names.households:
                self.fail(f"{node.value!r} is a fact of the household: take it out of members(...)", node)
            if aggregated(found):
                self.fail("members of members: a figure over the household cannot stand inside another", node)
        return Node(found.op, found.type, found.args, found.value, found.limits, pos=node.pos)

    def check_logic(self, node: Node, expected: str) -> Node:
        """and, or, not: yes/no parts, flattened."""
        flat: list[Node] = []
        for part in (self.check(a, "bool") for a in node.args):
            if part.type != "bool":
                self.fail(f"{node.op!r} needs yes/no conditions; this is {kind_words(part.type)}", part)
            flat += part.args if part.op == node.op != "not" else [part]
        return Node(node.op, "bool", tuple(flat), pos=node.pos)

    def check_known(self, node: Node, expected: str) -> Node:
        """x is known"""
        return Node("known", "bool", (self.check(node.args[0]),), pos=node.pos)

    def pair(self, node: Node) -> tuple[Node, Node]:
        """Both sides of a comparison; a bare word takes the enum of the other side."""
        left, right = node.args
        if left.op == "name" and left.value not in self.names.facts and left.value not in self.names.parameters:
            right = self.check(right)
            return self.check(left, right.type), right
        left = self.check(left)
        return left, self.check(right, left.type)

    def check_compare(self, node: Node, expected: str) -> Node:
        """= <> < <= > >="""
        left, right = self.pair(node)
        if left.type != right.type:
            number = next((x for x in (left, right) if x.op == "lit" and x.type == "int"), None)
            hint = f": write RM {number.value}" if number and {left.type, right.type} == {"money", "int"} else ""
            self.fail(f"cannot compare {kind_words(left.type)} with {kind_words(right.type)}{hint}", node)
        if left.type not in ORDERED and (node.op not in ("=", "<>") or left.type.partition(":")[0] not in ("bool", "enum", "code")):
            self.fail(f"{node.op!r} cannot be used with {kind_words(left.type)}", node)
        return Node(node.op, "bool", (left, right), pos=node.pos)

    def check_in(self, node: Node, expected: str) -> Node:
        """x in (a, b) | x in a_list"""
        left = self.check(node.args[0])
        items = [self.check(item, left.type) for item in node.args[1:]]
        if len(items) == 1 and items[0].type.startswith("list:"):
            if not same_kind(items[0].type[5:], left.type):
                self.fail(f"this is {kind_words(items[0].type)}, not of {kind_words(left.type)}", items[0])
            return Node("in_list", "bool", (left, items[0]), pos=node.pos)
        for item in items:
            if item.op not in ("lit", "param") or item.type != left.type:
                self.fail(f"the list must hold fixed values of the same kind ({kind_words(left.type)})", item)
        return Node("in", "bool", (left, *items), pos=node.pos)

    def check_neg(self, node: Node, expected: str) -> Node:
        """-x"""
        inner = self.check(node.args[0])
        if inner.type not in NUMBERS:
            self.fail(f"cannot negate {kind_words(inner.type)}", node)
        return Node("neg", inner.type, (inner,), pos=node.pos)

    def check_arithmetic(self, node: Node, expected: str) -> Node:
        """+ - *"""
        left, right = (self.check(a) for a in node.args)
        result = (PRODUCT if node.op == "*" else SUM).get((left.type, right.type))
        if not result:
            verb = {"+": "add", "-": "subtract", "*": "multiply"}[node.op]
            self.fail(f"cannot {verb} {kind_words(left.type)} and {kind_words(right.type)}", node)
        if node.op == "*":
            if left.type == "rate" or (left.type == "int" and right.type != "int"):
                left, right = right, left
            if left.type == "int" and right.type == "rate":
                left, right = right, left
            return Node("scale" if (left.type, right.type) == ("exact", "rate") else "*", result, (left, right), pos=node.pos)
        if result == "exact":
            whole = literal("rate", MICRO)
            left, right = (x if x.type == "exact" else Node("*", "exact", (x, whole), pos=x.pos) for x in (left, right))
        return Node(node.op, result, (left, right), pos=node.pos)

    def check_agg(self, node: Node, expected: str) -> Node:
        """sum, count, any, all over the members."""
        if self.inside:
            self.fail("members of members: a figure over the household cannot stand inside another", node)
        self.inside = True
        inner = self.check(node.args[0])
        self.inside = False
        if node.value == "sum" and inner.type not in NUMBERS:
            self.fail(f"sum(...) needs an amount or a number; this is {kind_words(inner.type)}", node)
        if node.value != "sum" and inner.type != "bool":
            self.fail(f"{node.value}(members where ...) needs a yes/no condition", node)
        return Node("agg", {"sum": inner.type, "count": "int"}.get(node.value, "bool"), (inner,), node.value, pos=node.pos)

    def check_months(self, node: Node, expected: str) -> Node:
        """months(record, last N before D)"""
        args = tuple(self.check(a) for a in node.args)
        if [a.type for a in args] != ["months", "int", "date"]:
            self.fail("months(record, last N before date): a record of months, a number, a date", node)
        return Node("months", "int", args, node.value, pos=node.pos)

    def check_window(self, node: Node, expected: str) -> Node:
        """record[6 before day]"""
        args = tuple(self.check(a) for a in node.args)
        if [a.type for a in args] != ["amounts", "int", "date"]:
            self.fail("record[N before date]: a record of amounts by month, a number, a date", node)
        return Node("window", "list:money", args, node.value, pos=node.pos)

    def check_index(self, node: Node, expected: str) -> Node:
        """list[n], counted from one"""
        args = tuple(self.check(a) for a in node.args)
        if not args[0].type.startswith("list:") or args[1].type != "int":
            self.fail("only a list can be taken by number", node)
        return Node("index", args[0].type[5:], args, pos=node.pos)

    def check_at(self, node: Node, expected: str) -> Node:
        """fact at day"""
        known, day = self.check(node.args[0]), self.check(node.args[1])
        if known.op != "fact":
            self.fail("only a fact that is asked or recorded can be read 'at' a day", node)
        if day.type != "date":
            self.fail(f"'at' needs a date; this is {kind_words(day.type)}", day)
        return Node("at", known.type, (known, day), pos=node.pos)

    def check_holds(self, node: Node, expected: str) -> Node:
        """holds(programme or group, day)"""
        day = self.check(node.args[0])
        if day.type != "date":
            self.fail(f"holds(...) needs a date; this is {kind_words(day.type)}", day)
        if node.value != "any" and node.value not in self.names.groups:
            self.fail(f"unknown programme or group {node.value!r}{near(node.value, list(self.names.groups))}", node)
        members = self.names.groups.get(node.value, ())
        listed = tuple(p for p in members if p != self.own or node.value == self.own)
        return Node("holds", "bool", (day,), (node.value, self.own, listed), pos=node.pos)

    def check_round(self, node: Node, expected: str) -> Node:
        """round(x[, to step])"""
        inner = self.check(node.args[0])
        if inner.type == "money":
            inner = Node("*", "exact", (inner, literal("rate", MICRO)), pos=inner.pos)
        if inner.type != "exact":
            self.fail(f"{node.value[0]}(...) does not take {kind_words(inner.type)}", node)
        return Node("round", "money", (inner,), node.value, pos=node.pos)

    def check_call(self, node: Node, expected: str) -> Node:
        """A function by its name."""
        args = list(node.args)
        if node.value == "if" and args[-1].op == "zero":
            args[-1] = literal(self.check(args[1]).type, 0)
        if node.value == "band":
            return self.band(node)
        checked: list[Node] = []
        for arg in args:
            hint = checked[1].type if node.value == "if" and len(checked) == 2 else expected if node.value == "if" else ""
            checked.append(self.check(arg, hint))
        result = call_type(node.value, [a.type for a in checked])
        if result:
            return Node(node.value, result, tuple(checked), pos=node.pos)
        if node.value in FUNCTIONS:
            self.fail(f"{node.value}(...) does not take {', '.join(kind_words(a.type) for a in checked)}", node)
        self.fail(f"unknown function {node.value!r}{near(node.value, list(FUNCTIONS))}", node)

    def band(self, node: Node) -> Node:
        """band(table, x[, y]): the row of the table in which x (and y) lie."""
        table = self.check(node.args[0])
        if not table.type.startswith("table|"):
            self.fail(f"band(...) reads a table; this is {kind_words(table.type)}", table)
        _, keys, result = table.type.split("|")
        wanted = [key.removeprefix("~") for key in keys.split("*")]
        parts = [self.check(a, k) for a, k in zip(node.args[1:], wanted, strict=False)]
        if len(node.args) - 1 != len(wanted):
            self.fail(f"this table is read by {len(wanted)} value(s), not {len(node.args) - 1}", node)
        for part, key in zip(parts, wanted, strict=True):
            if not same_kind(key, part.type):
                self.fail(f"this table is read by {kind_words(key)}; this is {kind_words(part.type)}", part)
        return Node("band", result, (table, *parts), pos=node.pos)


HANDLERS = {
    **dict.fromkeys(("and", "or", "not"), "logic"),
    **dict.fromkeys(COMPARE, "compare"),
    **dict.fromkeys(("+", "-", "*"), "arithmetic"),
}


def same_kind(one: str, other: str) -> bool:
    """Equal types; 'word' in a list or table stands for the values of any enum or code."""
    return one == other or (one == "word" and other.partition(":")[0] in ("enum", "code"))


def call_type(name: str, kinds: list[str]) -> str | None:
    """The type a function gives for arguments of these types, or None if it does not take them."""
    alike = len(set(kinds)) == 1
    if name in ("min", "max"):
        return kinds[0] if len(kinds) > 1 and alike and kinds[0] in (*ORDERED, "exact") else None
    if name == "if":
        return kinds[1] if len(kinds) == 3 and kinds[0] == "bool" and kinds[1] == kinds[2] else None
    if name == "mean":
        money = alike and kinds[0] in ("money", "list:money") and (len(kinds) == 1) == (kinds[0] == "list:money")
        return "exact" if money else None
    if name == "sum":
        return kinds[0][5:] if len(kinds) == 1 and kinds[0] in ("list:int", "list:money", "list:rate") else None
    if name == "prorate":
        return "exact" if len(kinds) == 3 and kinds[0] in ("money", "exact") and kinds[1] == kinds[2] and kinds[1] in NUMBERS else None
    fixed = {
        ("days_between", "date", "date"): "int",
        ("years_between", "date", "date"): "int",
        ("year_of", "date"): "int",
        ("add_months", "date", "int"): "date",
    }
    return fixed.get((name, *kinds))
