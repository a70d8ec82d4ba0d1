"""Random typed trees, programmes and households over the sample vocabulary, for properties that must hold for any law."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from sinergi.core.money import MICRO
from sinergi.core.rules.law import Benefit, Criterion, Law, Version
from sinergi.core.rules.situation import Held, Situation, situation
from sinergi.core.rules.tree import COMPARE, Node, literal
from sinergi.core.time import month_number
from tests.core.small_law import BOTH, DAY, law_of, sample

STATE, LISTED, RELATION = (sample().facts[n].kind for n in ("state", "listed", "relation"))
MONTH = month_number(DAY)
DATES = st.one_of(
    st.dates(dt.date(1930, 1, 1), DAY), st.sampled_from([dt.date(2004, 2, 29), dt.date(2005, 2, 28), dt.date(2008, 11, 23), dt.date(2026, 7, 31)])
)
VALUES: dict[str, Any] = {
    "int": st.integers(0, 20),
    "money": st.integers(0, 200_000),
    "bool": st.booleans(),
    "rate": st.integers(0, MICRO),
    "date": DATES,
    STATE: st.sampled_from(STATE[5:].split(",")),
    LISTED: st.sampled_from(LISTED[5:].split(",")),
    RELATION: st.sampled_from(RELATION[5:].split(",")),
    "code": st.sampled_from(["kinta", "kerian"]),
    "months": st.frozensets(st.integers(MONTH - 30, MONTH), max_size=30),
    "amounts": st.dictionaries(st.integers(MONTH - 8, MONTH), st.integers(0, 500_000), max_size=9).map(lambda d: tuple(sorted(d.items()))),
}
PARAMETERS = {
    "money": ["aid.line", "aid.head", "aid.unknown", "aid.wage"],
    "int": ["job.days", "aid.grown"],
    "date": ["aid.cutoff"],
    "bool": ["aid.open"],
    "rate": ["job.early", "aid.one"],
}
TABLES = ("job.lookback", "job.need")


def facts(kind: str, inside: bool) -> list[Node]:
    """Nodes of the given facts of a kind; inside members(...) those of a person."""
    found = [f for f in sample().facts.values() if f.tree is None and f.kind == kind and not (inside and f.of_household)]
    return [Node("fact", kind, value=f.name, limits=(f.least, f.most)) for f in found]


def leaf(kind: str, inside: bool) -> Any:
    """A fact, a literal or a figure of a kind."""
    options = [st.builds(lambda v: literal(kind, v), VALUES[kind])]
    if found := facts(kind, inside):
        options += [st.sampled_from(found)] * 3
    if kind in PARAMETERS:
        options.append(st.sampled_from([Node("param", kind, value=n) for n in PARAMETERS[kind]]))
    return st.one_of(options)


@st.composite
def conditions(draw: Any, depth: int, inside: bool = False) -> Node:
    """A yes/no tree."""
    simple, deep = ["fact", "compare", "in", "listed", "holds", "at"], ["and", "or", "not", "known", "if", "compare", "compare"]
    kind = draw(st.sampled_from(simple + (deep + ([] if inside else ["any", "all", "count", "sum", "sum"]) if depth else [])))
    sub = conditions(depth - 1, inside)
    if kind == "fact":
        return draw(leaf("bool", inside))
    if kind in ("and", "or"):
        return Node(kind, "bool", tuple(draw(st.lists(sub, min_size=2, max_size=3))))
    if kind == "not":
        return Node("not", "bool", (draw(sub),))
    if kind == "if":
        return Node("if", "bool", (draw(sub), draw(sub), draw(sub)))
    if kind == "known":
        return Node("known", "bool", (draw(leaf(draw(st.sampled_from(["int", "money", "date", STATE])), inside)),))
    if kind in ("any", "all"):
        return Node("agg", "bool", (draw(conditions(depth - 1, True)),), kind)
    if kind in ("count", "sum"):
        return draw(over_members(depth, kind))
    return draw(plain_condition(kind, depth, inside))


@st.composite
def over_members(draw: Any, depth: int, kind: str) -> Node:
    """A comparison of a figure over the members with a number."""
    type_ = "int" if kind == "count" else draw(st.sampled_from(["money", "int"]))
    figure = Node("agg", type_, (draw(conditions(depth - 1, True) if kind == "count" else numbers(type_, depth - 1, True)),), kind)
    sides = [figure, draw(numbers(type_, depth - 1, False))]
    if draw(st.booleans()):
        sides[0] = Node("+", type_, (figure, sides[1]))
    return Node(draw(st.sampled_from(COMPARE)), "bool", tuple(draw(st.permutations(sides))))


@st.composite
def plain_condition(draw: Any, kind: str, depth: int, inside: bool) -> Node:
    """A comparison, a membership, a benefit held, a fact of a day."""
    day = draw(st.sampled_from([Node("as_of", "date"), Node("param", "date", value="aid.cutoff"), *facts("date", inside)]))
    if kind == "holds":
        name, listed = draw(st.sampled_from([("any", ()), ("jkm.monthly", ("jkm.aid", "mof.grant")), ("mof.grant", ("mof.grant",))]))
        return Node("holds", "bool", (day,), (name, "aim.test", listed))
    if kind == "at":
        kind_ = draw(st.sampled_from([RELATION] if inside else [STATE, LISTED]))
        return Node("=", "bool", (Node("at", kind_, (draw(st.sampled_from(facts(kind_, inside))), day)), draw(leaf(kind_, inside))))
    if kind in ("in", "listed"):
        type_ = RELATION if inside else draw(st.sampled_from([STATE, "int", RELATION]))
        if kind == "listed" and type_ == STATE:
            return Node("in_list", "bool", (draw(leaf(STATE, inside)), Node("param", "list:" + STATE, value="aid.states")))
        return Node(
            "in", "bool", (draw(leaf(type_, inside)), *draw(st.lists(st.builds(lambda v: literal(type_, v), VALUES[type_]), min_size=1, max_size=3)))
        )
    type_ = draw(st.sampled_from(["int", "money", "date", "rate", "code", RELATION]))
    op = draw(st.sampled_from(COMPARE if type_ in ("int", "money", "date", "rate") else ("=", "<>")))
    one = numbers(type_, depth, inside) if type_ in ("int", "money") else dates(inside) if type_ == "date" else leaf(type_, inside)
    return Node(op, "bool", (draw(one), draw(one)))


def dates(inside: bool) -> Any:
    """A day, perhaps some months later."""
    later = st.builds(lambda d, n: Node("add_months", "date", (d, n)), leaf("date", inside), leaf("int", inside))
    return st.one_of(leaf("date", inside), st.just(Node("as_of", "date")), later)


@st.composite
def numbers(draw: Any, kind: str, depth: int, inside: bool) -> Node:
    """A tree of a number or an amount."""
    if depth <= 0:
        return draw(leaf(kind, inside))
    own = ["months", "days", "years", "year", "band", "index"] if kind == "int" else ["round", "mean", "prorate", "agg" if not inside else "round"]
    op = draw(st.sampled_from(["leaf", "+", "-", "*", "neg", "min", "max", "if", *own]))
    sub = numbers(kind, depth - 1, inside)
    if op == "leaf":
        return draw(leaf(kind, inside))
    if op in ("+", "-"):
        return Node(op, kind, (draw(sub), draw(sub)))
    if op == "*":
        return Node("*", kind, (draw(sub), draw(leaf("int", inside))))
    if op == "neg":
        return Node("neg", kind, (draw(sub),))
    if op in ("min", "max"):
        return Node(op, kind, tuple(draw(st.lists(sub, min_size=2, max_size=3))))
    if op == "if":
        return Node("if", kind, (draw(conditions(depth - 1, inside)), draw(sub), draw(sub)))
    if op == "agg":
        return Node("agg", "money", (draw(numbers("money", depth - 1, True)),), "sum")
    return draw(counted(op, inside) if kind == "int" else rounded(op, depth, inside))


@st.composite
def counted(draw: Any, op: str, inside: bool) -> Node:
    """Whole numbers out of days, records, tables and lists."""
    day, number = draw(leaf("date", inside)), draw(leaf("int", inside))
    if op == "months":
        return Node("months", "int", (draw(st.sampled_from(facts("months", inside))), number, day), draw(st.sampled_from(["to", "before"])))
    if op == "days":
        return Node("days_between", "int", (day, draw(dates(inside))))
    if op == "years":
        return Node("years_between", "int", (day, Node("as_of", "date")))
    if op == "year":
        return Node("year_of", "int", (draw(dates(inside)),))
    if op == "band":
        return Node("band", "int", (Node("param", sample().parameters["job.need"].kind, value=draw(st.sampled_from(TABLES))), number))
    return Node("index", "int", (literal("list:int", (1, 2, 3)), number))


@st.composite
def rounded(draw: Any, op: str, depth: int, inside: bool) -> Node:
    """Amounts that were rounded: by a rate, a mean of six months, a share in proportion."""
    mode = (draw(st.sampled_from(["round", "round_up", "round_down"])), draw(st.sampled_from([1, 5, 10])))
    amount = numbers("money", depth - 1, inside)
    if op == "mean":
        window = Node(
            "window", "list:money", (draw(st.sampled_from(facts("amounts", inside))), draw(leaf("int", inside)), draw(leaf("date", inside))), "before"
        )
        exact = Node("scale", "exact", (Node("mean", "exact", (window,)), draw(leaf("rate", inside))))
    elif op == "prorate":
        exact = Node("prorate", "exact", (draw(amount), draw(leaf("rate", inside)), draw(leaf("rate", inside))))
    else:
        exact = Node("*", "exact", (draw(amount), draw(leaf("rate", inside))))
    return Node("round", "money", (exact,), mode)


@st.composite
def laws(draw: Any, depth: int = 3, event: str | None = None) -> Law:
    """The sample law whose programme aim.test has random criteria and benefits."""
    base = law_of("true")
    criteria = []
    for number in range(draw(st.integers(0, 4))):
        tree = draw(st.one_of(conditions(depth), conditions(depth), st.none() if number == 3 else conditions(depth)))
        only = draw(st.one_of(st.none(), conditions(1)))
        if tree is not None and only is not None:
            tree = Node("or", "bool", (Node("not", "bool", (only,)), tree))
        criteria.append(Criterion(f"c{number}", tree, None if tree is None else only, draw(st.booleans()), False, "c", "press", "s", BOTH, BOTH))
    benefits = []
    for number in range(draw(st.integers(0, 3))):
        months = draw(st.one_of(st.none(), numbers("int", 1, False)))
        amount = draw(st.one_of(st.none(), numbers("money", 2, False)))
        if months is not None and amount is not None and draw(st.booleans()):
            amount = Node("*", "money", (amount, Node("month", "int")))
        benefits.append(Benefit(f"b{number}", None, draw(st.one_of(st.none(), conditions(1))), amount, "monthly", months, BOTH))
    programme = replace(
        base.programmes["aim.test"],
        for_household=draw(st.booleans()),
        event=event or draw(st.sampled_from(["as_of", "loss_date", "flood_on"])),
        versions=(Version(dt.date(2000, 1, 1), tuple(criteria), tuple(benefits)),),
    )
    return replace(base, programmes={**base.programmes, "aim.test": programme}, cache={})


def rows(kind: str) -> Any:
    """A fact through time."""
    return st.lists(
        st.tuples(st.dates(dt.date(2025, 1, 1), DAY), st.one_of(st.none(), st.just(dt.date(2026, 8, 1))), st.one_of(st.none(), VALUES[kind])),
        max_size=2,
    ).map(lambda found: tuple(sorted(found, key=lambda r: r[0])))


def held() -> Any:
    """Benefits held, all of them or not."""
    one = st.builds(
        Held, st.sampled_from(["jkm.aid", "mof.grant", "aim.test", "other", "jkm.monthly"]), st.one_of(st.none(), DATES), st.one_of(st.none(), DATES)
    )
    return st.tuples(st.lists(one, max_size=2).map(tuple), st.booleans())


@st.composite
def households(draw: Any, known: bool = False) -> Situation:
    """One to four members; facts known or not, or all of them known."""

    def some(names: list[str]) -> dict[str, Any]:
        found = {n: draw(VALUES[sample().facts[n].kind] if known else st.one_of(st.none(), VALUES[sample().facts[n].kind])) for n in names}
        return {n: v for n, v in found.items() if v is not None or draw(st.booleans())}

    given = [f for f in sample().facts.values() if f.tree is None]
    home = some([f.name for f in given if f.of_household])
    if not known and draw(st.booleans()):
        home["listed@"] = draw(rows(LISTED))
    members = [
        {**some([f.name for f in given if not f.of_household]), "held": (draw(held())[0], True) if known else draw(held())}
        for _ in range(draw(st.integers(1, 4)))
    ]
    return situation(DAY, home, members)
