"""The judge: one person, a walk over the tree, written for clarity and nothing else. None = unknown.

`who` is a mapping of facts (the household's included) with `as_of` (the day), `held` (benefits held), `members` (such mappings,
the person's own among them) and, inside a benefit by month, `month`. The facts of a person never depend on the reader.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sinergi.core.money import MICRO, rounded
from sinergi.core.rules.bind import SHARP
from sinergi.core.rules.tree import Node
from sinergi.core.time import Day, add_months, month_number, years_between

Who = Mapping[str, Any]


def every(values: Iterable[bool | None]) -> bool | None:
    """Kleene and."""
    seen = list(values)
    return False if False in seen else None if None in seen else True


def some(values: Iterable[bool | None]) -> bool | None:
    """Kleene or."""
    seen = list(values)
    return True if True in seen else None if None in seen else False


def later(day: Day, months: int) -> Day | None:
    """add_months; unknown outside the calendar."""
    try:
        return add_months(day, months)
    except OverflowError:
        return None


def taken(items: Sequence[Any], number: int) -> Any:
    """The item of that number, counted from one; unknown outside the list."""
    return items[number - 1] if 1 <= number <= len(items) else None


def lies_in(cell: Any, value: Any) -> bool:
    """A word equals; a band is open below and closed at its top."""
    if isinstance(cell, tuple):
        return (cell[0] is None or value > cell[0]) and (cell[1] is None or value <= cell[1])
    return bool(cell == value)


def band(table: Sequence[Sequence[Any]], *keys: Any) -> Any:
    """The value of the first row in which every key lies; unknown where there is none."""
    return next((row[-1] for row in table if all(map(lies_in, row, keys))), None)


def window(record: Iterable[tuple[int, int]], number: int, day: Day, word: str) -> tuple[int, ...] | None:
    """Amounts of the last `number` months before the month of the day (or up to it), oldest first; unknown if the record has none of them.

    A month that is not in the record is left out, so that a mean divides by the months that have an amount (Act 800, Third Schedule).
    """
    last = month_number(day) - (word == "before")
    return tuple(amount for month, amount in sorted(record) if last - number < month <= last) or None


def set_months(record: frozenset[int], number: int, day: Day, word: str) -> int:
    """How many of the `number` months before the month of the day (or up to it) are in the record."""
    last = month_number(day) - (word == "before")
    return sum(last - i in record for i in range(number))


def mean(*amounts: Any) -> Fraction | None:
    """The mean of amounts, or of one list of them, times a million, exact; unknown for none."""
    items = amounts[0] if len(amounts) == 1 and isinstance(amounts[0], tuple) else amounts
    return Fraction(sum(items) * MICRO, len(items)) if items else None


def prorate(amount: Any, part: int, whole: int, factor: int) -> Fraction | None:
    """amount * part / whole, exact; unknown for a whole that is not above zero."""
    return Fraction(amount * factor * part) / whole if whole > 0 else None


def snapshot(who: Who, name: str, day: Day) -> Any:
    """The fact as it was on the day: from its dated rows; told without dates, it is taken to have been so until the assessment's day."""
    rows = who.get(name + "@")
    if rows is None:
        return who.get(name) if day <= who["as_of"] else None
    return next((value for start, end, value in reversed(rows) if start <= day and (end is None or day <= end)), None)


def holds(who: Who, value: tuple[str, str, tuple[str, ...]], day: Day) -> bool | None:
    """Whether a benefit of the group is held on the day; the programme that asks does not count itself."""
    name, own, listed = value
    rows, complete = who["held"]
    for held in rows:
        right = held.programme != own if name == "any" else held.programme == name or held.programme in listed
        if right and (held.start is None or held.start <= day) and (held.end is None or day <= held.end):
            return True
    return False if complete else None


SIMPLE: dict[str, Callable[..., Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "neg": operator.neg,
    "not": operator.not_,
    "min": lambda *v: min(v),
    "max": lambda *v: max(v),
    "in": lambda x, *v: x in v,
    "in_list": lambda x, v: x in v,
    "index": taken,
    "days_between": lambda a, b: (b - a).days,
    "year_of": lambda d: d.year,
    "years_between": years_between,
    "add_months": later,
    "band": band,
    "mean": mean,
    "sum": lambda v: sum(v),
    "scale": lambda x, r: Fraction(x * r, MICRO),
}


def evaluate(node: Node, who: Who) -> Any:
    """The value of a bound tree for one person, or None where it is not known."""
    op = node.op
    if op == "lit":
        return node.value
    if op in ("missing", "pending"):
        return None
    if op in ("fact", "month", "as_of"):
        return who.get(node.value if op == "fact" else op)
    if op == "agg":
        return aggregate(node.value, [evaluate(node.args[0], member) for member in who["members"]])
    if op == "at":
        day = evaluate(node.args[1], who)
        return None if day is None else snapshot(who, node.args[0].value, day)
    return combined(node, [evaluate(part, who) for part in node.args], who)


def aggregate(kind: str, values: Sequence[Any]) -> Any:
    """sum, count, any, all of the members' values."""
    if kind in ("any", "all"):
        return some(values) if kind == "any" else every(values)
    return None if None in values else sum(values)


def combined(node: Node, values: list[Any], who: Who) -> Any:
    """A node's value from the values of its parts."""
    op = node.op
    if op == "and":
        return every(values)
    if op == "or":
        return some(values)
    if op == "known":
        return values[0] is not None
    if op == "if":
        if values[0] is None:
            return values[1] if values[1] == values[2] else None
        return values[1] if values[0] else values[2]
    if None in values:
        return settled(node, who) if node.value == SHARP else None
    if op == "holds":
        return holds(who, node.value, values[0])
    if op == "months":
        return set_months(values[0], values[1], values[2], node.value)
    if op == "window":
        return window(values[0], values[1], values[2], node.value)
    if op == "round":
        return rounded(values[0], *node.value)
    if op == "prorate":
        return prorate(values[0], values[1], values[2], MICRO if node.args[0].type == "money" else 1)
    return SIMPLE[op](*values)


def settled(node: Node, who: Who) -> bool | None:
    """A comparison with unknown parts, where the least and the most that both sides can be already decide it."""
    (low, high), (least, most) = bounds(node.args[0], who), bounds(node.args[1], who)
    always, never = SURE[node.op]
    if always(low, high, least, most):
        return True
    return False if never(low, high, least, most) else None


def below(one: Any, other: Any) -> bool:
    """one < other, both known."""
    return one is not None and other is not None and one < other


def not_above(one: Any, other: Any) -> bool:
    """one <= other, both known."""
    return one is not None and other is not None and one <= other


SURE: dict[str, tuple[Callable[..., bool], Callable[..., bool]]] = {
    "<": (lambda lo, hi, le, mo: below(hi, le), lambda lo, hi, le, mo: not_above(mo, lo)),
    "<=": (lambda lo, hi, le, mo: not_above(hi, le), lambda lo, hi, le, mo: below(mo, lo)),
    ">": (lambda lo, hi, le, mo: below(mo, lo), lambda lo, hi, le, mo: not_above(hi, le)),
    ">=": (lambda lo, hi, le, mo: not_above(mo, lo), lambda lo, hi, le, mo: below(hi, le)),
}

Bounds = tuple[Any, Any]


def bounds(node: Node, who: Who) -> Bounds:
    """The least and the most a number can be for any completion of what is unknown; None where there is no bound."""
    known = evaluate(node, who)
    if known is not None:
        return known, known
    if node.op == "fact":
        return node.limits
    if node.op == "agg":
        return aggregate_bounds(node, who)
    if node.op == "if":
        condition = evaluate(node.args[0], who)
        if condition is not None:
            return bounds(node.args[1 if condition else 2], who)
        (a, b), (c, d) = bounds(node.args[1], who), bounds(node.args[2], who)
        return pick(min, a, c), pick(max, b, d)
    if node.op in ("+", "-", "neg", "*", "min", "max"):
        return arithmetic_bounds(node.op, [bounds(part, who) for part in node.args])
    return None, None


def pick(choose: Callable[..., Any], *values: Any) -> Any:
    """The least or the most of known values; None if one is not known."""
    return None if None in values else choose(*values)


def aggregate_bounds(node: Node, who: Who) -> Bounds:
    """sum: the members' bounds added; count: those who surely count, and those who may."""
    inner = node.args[0]
    if node.value == "count":
        values = [evaluate(inner, member) for member in who["members"]]
        return sum(v is True for v in values), sum(v is not False for v in values)
    parts = [bounds(inner, member) for member in who["members"]]
    return pick(lambda *v: sum(v), *(p[0] for p in parts)), pick(lambda *v: sum(v), *(p[1] for p in parts))


def arithmetic_bounds(op: str, parts: list[Bounds]) -> Bounds:
    """Bounds of + - * min max from the bounds of the parts."""
    if op == "neg":
        return pick(operator.neg, parts[0][1]), pick(operator.neg, parts[0][0])
    (a, b), (c, d) = parts[0], parts[-1]
    if op == "+":
        return pick(operator.add, a, c), pick(operator.add, b, d)
    if op == "-":
        return pick(operator.sub, a, d), pick(operator.sub, b, c)
    if op == "*":
        corners = [pick(operator.mul, x, y) for x in (a, b) for y in (c, d)]
        if None in corners and not_above(0, a) and not_above(0, c):
            return a * c, None
        return pick(min, *corners), pick(max, *corners)
    lows, highs = [p[0] for p in parts], [p[1] for p in parts]
    known_lows, known_highs = [x for x in lows if x is not None], [x for x in highs if x is not None]
    if op == "min":
        return pick(min, *lows), min(known_highs, default=None)
    return max(known_lows, default=None), pick(max, *highs)
