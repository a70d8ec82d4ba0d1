"""Text of a rule -> tree without types. Every node keeps its position, every fault names its place and its mend."""

from __future__ import annotations

import datetime as dt
import re
from typing import NoReturn

from sinergi.core.money import rate_of_text, sen_of_text
from sinergi.core.rules.tree import AGGREGATES, COMPARE, Node, RuleError, literal, negation

KEYWORDS = {"and", "or", "not", "in", "is", "known", "unknown", "true", "false", "as_of", "where", "last", "before", "to", "at", "members"}
ROUNDING = ("round", "round_up", "round_down")
TOKEN = re.compile(
    r"""\s*(?:(?P<date>\d{4}-\d\d-\d\d)|(?P<money>RM\s*[\d,]*\d(?:\.\d\d)?(?![\d.])|\d[\d,]*\.\d\d(?![\d%]))|(?P<rate>\d+(?:\.\d+)?%)
    |(?P<int>\d[\d_]*)|(?P<name>[a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*)|(?P<quoted>"[^"]*"|'[^']*')
    |(?P<op><>|<=|>=|!=|==|[-+*/(),=<>\[\]])|(?P<bad>\S))""",
    re.X,
)
POWER = {"or": 10, "and": 20, **dict.fromkeys((*COMPARE, "in", "not", "is", "==", "!="), 40), "+": 50, "-": 50, "*": 60, "/": 60}
ABOVE_NOT, ABOVE_COMPARE, ABOVE_PRODUCT = 30, 45, 60

Token = tuple[str, str, int]


def tokens(text: str) -> list[Token]:
    """(kind, text, position) of every token, closed by an ('end', '', length)."""
    found: list[Token] = []
    at = 0
    while match := TOKEN.match(text, at):
        kind = str(match.lastgroup)
        if kind == "bad":
            raise RuleError(f"unexpected character {match[kind]!r}", match.start(kind), text)
        found.append((kind, match[kind], match.start(kind)))
        at = match.end()
    return [*found, ("end", "", len(text))]


def parse(text: str) -> Node:
    """The whole text as one expression, or RuleError."""
    parser = Parser(text)
    node = parser.expression(0)
    kind, word, pos = parser.peek()
    if kind != "end":
        parser.fail(f"unexpected {word!r}", pos)
    return node


class Parser:
    """Precedence climbing over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.at = text, tokens(text), 0

    def fail(self, message: str, pos: int) -> NoReturn:
        """Raise the fault at its place."""
        raise RuleError(message, pos, self.text)

    def peek(self) -> Token:
        """The token that follows, not taken."""
        return self.tokens[self.at]

    def take(self) -> Token:
        """The token that follows, taken; the end is never passed."""
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def want(self, word: str) -> None:
        """Take this word or fail."""
        _, found, pos = self.take()
        if found != word:
            self.fail(f"expected {word!r}, found {found or 'the end'!r}", pos)

    def expression(self, power: int) -> Node:
        """Everything that binds tighter than `power`."""
        left = self.primary()
        while True:
            kind, word, pos = self.peek()
            strength = POWER.get(word, -1) if kind in ("op", "name") else -1
            if strength <= power:
                return left
            self.take()
            left = self.infix(left, word, pos, strength)

    def infix(self, left: Node, word: str, pos: int, strength: int) -> Node:
        """What follows an operator."""
        if word in ("==", "!="):
            self.fail(f"write {'=' if word == '==' else '<>'} instead of {word}", pos)
        if word == "/":
            self.fail("there is no division: multiply the other side, or use a percentage", pos)
        if word == "is":
            return self.knowledge(left, pos)
        if word in ("in", "not"):
            return self.membership(left, word, pos)
        right = self.expression(strength)
        if word in COMPARE and self.peek()[1] in COMPARE:
            self.fail("write 'a < b and b < c', not 'a < b < c'", self.peek()[2])
        return Node(word, "", (left, right), pos=pos)

    def knowledge(self, left: Node, pos: int) -> Node:
        """x is [not] known | unknown"""
        negated = self.peek()[1] == "not"
        if negated:
            self.take()
        _, word, where = self.take()
        if word not in ("known", "unknown"):
            self.fail("expected 'known' or 'unknown' after 'is'", where)
        node = Node("known", "", (left,), pos=pos)
        return negation(node) if (word == "unknown") != negated else node

    def membership(self, left: Node, word: str, pos: int) -> Node:
        """x [not] in (a, b) | x [not] in a_list"""
        if word == "not":
            self.want("in")
        if self.peek()[1] == "(":
            self.take()
            items = self.listed(")")
        else:
            items = [self.expression(ABOVE_COMPARE)]
        node = Node("in", "", (left, *items), pos=pos)
        return negation(node) if word == "not" else node

    def listed(self, end: str) -> list[Node]:
        """Expressions between commas, up to the closing sign."""
        items = [self.expression(0)]
        while self.peek()[1] == ",":
            self.take()
            items.append(self.expression(0))
        self.want(end)
        return items

    def primary(self) -> Node:
        """A literal, a name, a call, brackets, 'not' or a minus."""
        kind, word, pos = self.take()
        if kind in ("int", "money", "rate", "date", "quoted"):
            return self.fixed(kind, word, pos)
        if word == "(":
            node = self.expression(0)
            self.want(")")
            return node
        if word == "-":
            return Node("neg", "", (self.expression(ABOVE_PRODUCT),), pos=pos)
        if word == "not":
            return negation(self.expression(ABOVE_NOT))
        if word in ("true", "false"):
            return literal("bool", word == "true", pos)
        if word == "as_of":
            return Node("as_of", "date", pos=pos)
        if kind == "name" and word not in KEYWORDS:
            return self.named(word, pos)
        self.fail(f"unexpected {word!r}" if word else "unexpected end", pos)

    def fixed(self, kind: str, word: str, pos: int) -> Node:
        """A literal; a number or a day that cannot be is a fault."""
        try:
            if kind == "int":
                return literal("int", int(word.replace("_", "")), pos)
            if kind == "money":
                return literal("money", sen_of_text(word), pos)
            if kind == "rate":
                return literal("rate", rate_of_text(word), pos)
            if kind == "date":
                return literal("date", dt.date.fromisoformat(word), pos)
        except ValueError as fault:
            self.fail(str(fault), pos)
        return literal("code", word[1:-1], pos)

    def named(self, word: str, pos: int) -> Node:
        """A name alone, a call, a taking by number or by window, a fact at a day."""
        follows = self.peek()[1]
        if follows == "(":
            self.take()
            return self.call(word, pos)
        node = Node("name", "", value=word, pos=pos)
        if follows == "[":
            self.take()
            return self.indexed(node, pos)
        if follows == "at":
            self.take()
            return Node("at", "", (node, self.primary()), pos=pos)
        return node

    def call(self, word: str, pos: int) -> Node:
        """f(...), where a few functions have words inside."""
        if word in AGGREGATES and self.peek()[1].partition(".")[0] == "members":
            return self.aggregate(word, pos)
        if word == "months":
            return self.months(pos)
        if word == "holds":
            return self.holds(pos)
        if word in ROUNDING:
            return self.rounding(word, pos)
        return Node("call", "", tuple(self.listed(")")), word, pos=pos)

    def indexed(self, node: Node, pos: int) -> Node:
        """record[6 before day] | list[n]"""
        number = self.expression(0)
        word = self.peek()[1]
        if word in ("before", "to"):
            self.take()
            day = self.expression(0)
            self.want("]")
            return Node("window", "", (node, number, day), word, pos=pos)
        self.want("]")
        return Node("index", "", (node, number), pos=pos)

    def aggregate(self, kind: str, pos: int) -> Node:
        """sum(members.income where adult) | count(members where ...) | any(...) | all(...)"""
        _, word, where = self.take()
        field = word.partition(".")[2]
        inner = Node("name", "", value=field, pos=where) if field else literal("bool", True, where)
        condition = None
        if self.peek()[1] == "where":
            self.take()
            condition = self.expression(0)
        self.want(")")
        if kind == "sum" and condition is not None:
            return Node("agg", "", (Node("call", "", (condition, inner, Node("zero", pos=where)), "if", pos=pos),), kind, pos=pos)
        if condition is not None and field:
            both = negation(condition) if kind == "all" else condition
            return Node("agg", "", (Node("or" if kind == "all" else "and", "", (both, inner), pos=pos),), kind, pos=pos)
        if condition is not None:
            return Node("agg", "", (condition,), kind, pos=pos)
        return Node("agg", "", (inner,), kind, pos=pos)

    def months(self, pos: int) -> Node:
        """months(record, last N before D): the month of D is not counted; 'to D' counts it."""
        record = self.expression(0)
        self.want(",")
        self.want("last")
        number = self.expression(ABOVE_COMPARE)
        _, word, where = self.take()
        if word not in ("before", "to"):
            self.fail("expected 'before' or 'to' and a date", where)
        day = self.expression(0)
        self.want(")")
        return Node("months", "", (record, number, day), word, pos=pos)

    def holds(self, pos: int) -> Node:
        """holds(programme or group, day)"""
        kind, word, where = self.take()
        if kind != "name":
            self.fail("expected a programme, a group such as jkm.monthly, or any", where)
        self.want(",")
        day = self.expression(0)
        self.want(")")
        return Node("holds", "bool", (day,), word, pos=pos)

    def rounding(self, word: str, pos: int) -> Node:
        """round(x) | round(x, to RM 0.05)"""
        inner = self.expression(0)
        step = 1
        if self.peek()[1] == ",":
            self.take()
            self.want("to")
            kind, text, where = self.take()
            if kind != "money":
                self.fail("expected a step such as RM 0.05", where)
            step = sen_of_text(text)
            if step < 1:
                self.fail("a step must be above RM 0.00", where)
        self.want(")")
        return Node("round", "money", (inner,), (word, step), pos=pos)
