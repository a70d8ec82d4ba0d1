"""The law as it stood on a day: parameters become values, comparisons over members learn to use what is known.

The day of the law is the day of the event; the assessment's own day stays `as_of` in the tree. Where the day of the event is
not known, a figure that never changed stands and any other is `pending`: unknown until the day is told.
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sinergi.core.rules.law import WEAK, Benefit, Criterion, Law, Parameter, Programme, Row, Version
from sinergi.core.rules.tree import COMPARE, Node, aggregated, literal, parameters_of

SHARP = "sharp"
NO_CHANGE: Mapping[str, Node] = {}


@dataclass(frozen=True)
class BoundBenefit:
    """A benefit whose figures are values of one day."""

    benefit: Benefit
    when: Node | None
    amount: Node | None
    months: Node | None


@dataclass(frozen=True, eq=False)
class Bound:
    """A programme as the law stood in a span of days without a change; pending: the day of its event is not known."""

    programme: Programme
    pending: bool
    in_force: bool
    criteria: tuple[tuple[Criterion, Node | None], ...]
    only_when: tuple[Node | None, ...]
    benefits: tuple[BoundBenefit, ...]
    figures: tuple[tuple[str, ...], ...]
    """Parameters each criterion reads, then each benefit, in order."""
    weak: tuple[bool, ...]
    """Whether each criterion's own source, or a figure it reads, is weak; then the same of the figures of each benefit."""
    all_weak: bool
    """Whether every criterion is."""


def bind(law: Law, programme: Programme, day: dt.date | None, as_of: dt.date) -> Bound:
    """The programme under the law of `day` (None: under what is sure whatever the day); kept in the law's cache by span of unchanged law."""
    key = ("bound", programme.id, day is None, span_of(law, programme, day or as_of))
    if key not in law.cache:
        law.cache[key] = bound_programme(law, programme, day, as_of, {})
    bound: Bound = law.cache[key]
    return bound


def span_of(law: Law, programme: Programme, day: dt.date) -> int:
    """The number of the span of days, free of any change of the programme's law, in which the day lies."""
    key = ("spans", programme.id)
    if key not in law.cache:
        law.cache[key] = changes(law, programme)
    return bisect.bisect_right(law.cache[key], day)


def changes(law: Law, programme: Programme) -> list[dt.date]:
    """Days on which something the programme reads begins, or has ended the day before, in order."""
    days = {programme.start, *(v.start for v in programme.versions)}
    ends = {programme.end}
    for name in {name for version in programme.versions for name in read_by(version)}:
        for row in law.parameters[name].rows:
            days |= {row.start} if row.start else set()
            ends.add(row.end)
    return sorted(days | {end + dt.timedelta(days=1) for end in ends if end and end < dt.date.max})


def read_by(version: Version) -> list[str]:
    """Parameters that a version reads anywhere."""
    trees = [t for c in version.criteria for t in (c.tree, c.only_when)] + [
        t for b in version.benefits for t in (b.when, b.amount, b.months)
    ]
    return [*used(*trees)]


def bind_changed(law: Law, programme: Programme, day: dt.date | None, as_of: dt.date, name: str, row: Row) -> Bound:
    """The programme as it would be if one parameter had this row's value; kept like any other bound law."""
    parameter = law.parameters[name]
    key = ("changed", programme.id, day is None, span_of(law, programme, day or as_of), name, parameter.rows.index(row))
    if key not in law.cache:
        other = Node("missing", parameter.kind, value=name) if row.value is None else literal(parameter.kind, row.value)
        law.cache[key] = bound_programme(law, programme, day, as_of, {name: other})
    bound: Bound = law.cache[key]
    return bound


def bound_programme(law: Law, programme: Programme, day: dt.date | None, as_of: dt.date, changed: Mapping[str, Node]) -> Bound:
    """The programme with every tree bound; `changed` = nodes that stand in place of parameters."""
    in_force = programme.in_force_on(day) if day else programme.start <= as_of
    if not in_force:
        return Bound(programme, day is None, False, (), (), (), (), (), False)
    version = programme.version_on(day or as_of)

    def tree(node: Node | None) -> Node | None:
        return None if node is None else bound_tree(law, node, day, changed)

    figures = [used(c.tree) for c in version.criteria] + [used(b.when, b.amount, b.months) for b in version.benefits]
    own = [c.status in WEAK for c in version.criteria] + [False] * len(version.benefits)
    weak = tuple(
        mine or any(row.status in WEAK for name in names for row in rows_used(law, name, day))
        for mine, names in zip(own, figures, strict=True)
    )
    return Bound(
        programme,
        day is None,
        True,
        tuple((c, tree(c.tree)) for c in version.criteria),
        tuple(tree(c.only_when) for c in version.criteria),
        tuple(BoundBenefit(b, tree(b.when), tree(b.amount), tree(b.months)) for b in version.benefits),
        tuple(figures),
        weak,
        all(weak[: len(version.criteria)]),
    )


def rows_used(law: Law, name: str, day: dt.date | None) -> tuple[Row, ...]:
    """The rows of a parameter that an answer of the day rests on; where the day is not known, those that have a beginning."""
    parameter = law.parameters[name]
    return parameter.on(day) if day else tuple(row for row in parameter.rows if row.start)


def used(*trees: Node | None) -> tuple[str, ...]:
    """Parameters the trees read, each once."""
    return tuple(dict.fromkeys(name for tree in trees if tree is not None for name in parameters_of(tree)))


def bound_tree(law: Law, node: Node, day: dt.date | None, changed: Mapping[str, Node] = NO_CHANGE) -> Node:
    """The tree with values for parameters, and its comparisons over members marked as sharp."""
    if node.op == "param":
        return changed.get(node.value) or figure(law, law.parameters[node.value], day)
    if not node.args:
        return node
    args = tuple(bound_tree(law, part, day, changed) for part in node.args)
    value = SHARP if node.op in COMPARE and any(map(aggregated, args)) and node.op not in ("=", "<>") else node.value
    return Node(node.op, node.type, args, value, node.limits, node.pos)


def figure(law: Law, parameter: Parameter, day: dt.date | None) -> Node:
    """The parameter's value on the day: a literal, a choice by the facts it is meant for, `missing`, or `pending`."""
    if day is None:
        dated = [row for row in parameter.rows if row.start]
        if len(dated) > 1:
            return Node("pending", parameter.kind, value=parameter.name)
        rows: tuple[Row, ...] = tuple(dated)
    else:
        rows = parameter.on(day)
    node = Node("missing", parameter.kind, value=parameter.name)
    for row in sorted(rows, key=lambda r: (len(r.where), r.where)):
        value = node if row.value is None else literal(parameter.kind, row.value)
        if row.value is None:
            value = Node("missing", parameter.kind, value=parameter.name)
        node = Node("if", parameter.kind, (condition(law, row.where), value, node)) if row.where else value
    return node


def condition(law: Law, where: tuple[tuple[str, Any], ...]) -> Node:
    """All the facts a row is meant for."""
    parts = []
    for name, value in where:
        fact = law.facts[name]
        node = fact.tree or Node("fact", fact.kind, value=name, limits=(fact.least, fact.most))
        parts.append(Node("=", "bool", (node, literal(fact.kind, value))))
    return parts[0] if len(parts) == 1 else Node("and", "bool", tuple(parts))


def event_day(programme: Programme, who: Mapping[str, Any]) -> dt.date | None:
    """The day whose law decides for this person; None where it is not known."""
    if programme.event == "as_of":
        day: dt.date | None = who["as_of"]
        return day
    known: dt.date | None = who.get(programme.event)
    return known
