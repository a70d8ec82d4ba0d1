"""The fast reader of one household: all programmes as one written function, kept by span of law. It must find what the judge finds.

A unit is written for programmes bound to the law of one span. It has one part that runs once a household (figures over the members,
whatever is the same for everybody), one part for a person, one for the household as a whole.
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from sinergi.core.money import rounded
from sinergi.core.rules import naive
from sinergi.core.rules.bind import Bound, BoundBenefit, bind, changes, span_of
from sinergi.core.rules.find import MOST_MONTHS, OFFICER, Finding, Given, Outcome
from sinergi.core.rules.law import Law, Programme
from sinergi.core.rules.needs import Need, held_needs, table_name
from sinergi.core.rules.situation import Situation
from sinergi.core.rules.writer import Shared, Writer
from sinergi.core.time import years_between

TOOLS: dict[str, Any] = {
    "rounded": rounded,
    "aggregate": naive.aggregate,
    "set_months": naive.set_months,
    "window": naive.window,
    "band": naive.band,
    "mean": naive.mean,
    "prorate": naive.prorate,
    "snapshot": naive.snapshot,
    "holds": naive.holds,
    "later": naive.later,
    "taken": naive.taken,
    "settled": naive.settled,
    "years_between": years_between,
    "Fraction": Fraction,
    "Need": Need,
    "Given": Given,
    "Finding": Finding,
    "held_needs": held_needs,
    "table_name": table_name,
    "new": tuple.__new__,
    "OFFICER": OFFICER,
    **{str(outcome).upper(): outcome for outcome in Outcome},
}

Reader = Callable[[Any, int, "int | None"], None]
Other = Callable[[str, dt.date, int, "int | None"], None]


class Unit:
    """Written code for bound programmes; `text` is the source, for whoever wants to read it."""

    def __init__(self, law: Law, bound: Sequence[Bound]) -> None:
        self.shared = Shared(law)
        home = Writer(self.shared, "h")
        person, household = (Writer(self.shared, prefix, home=home) for prefix in ("p", "g"))
        for one in bound:
            programme_lines(household if one.programme.for_household else person, one)
        asked = self.inner_needs(home)
        row = Writer(self.shared, "r")
        values = [row.write(node) for node in list(self.shared.columns)]
        self.text = "\n".join(
            [
                "def run(situation, out, other):",
                " people, as_of = situation.people, situation.as_of",
                *(row_lines(row, values) if values else [" rows = ()"]),
                " who = situation.household",
                " get = who.get",
                *indented(home.lines, 1),
                *asked,
                *function("person", person.lines),
                *function("household", household.lines),
                " return person, household",
            ]
        )
        space = {**TOOLS, "law": law, **self.shared.constants}
        exec(compile(self.text, "<law>", "exec"), space)
        self.run: Callable[[Situation, list[Finding], Other], tuple[Reader, Reader]] = space["run"]

    def inner_needs(self, home: Writer) -> list[str]:
        """Functions that ask what a member's inner value needs; writing one may ask for another."""
        lines: list[str] = []
        done: set[tuple[int, str]] = set()
        while ahead := [key for key in self.shared.asked if key not in done]:
            for column, event in ahead:
                done.add((column, event))
                writer = Writer(self.shared, f"n{column}_", home=home)
                node = list(self.shared.columns)[column]
                writer.write(node)
                writer.needs(node, "at", event)
                lines += [
                    f" def {self.shared.asked[column, event]}(who, at, need, missing):",
                    "  get = who.get",
                    *indented(writer.lines, 2),
                ]
        return lines


def row_lines(row: Writer, values: list[str]) -> list[str]:
    """The members' values of every figure over the household, one row a member."""
    return [
        " def row_of(who):",
        "  get = who.get",
        *indented(row.lines, 2),
        f"  return ({', '.join(values)},)",
        " rows = [row_of(who) for who in people]",
    ]


def indented(lines: Iterable[str], depth: int) -> list[str]:
    """Lines moved to the right."""
    return [" " * depth + line for line in lines]


def function(name: str, lines: list[str]) -> list[str]:
    """A function of one subject: `at` = the index of the member, `subject` = the same, or None for the household."""
    return [f" def {name}(who, at, subject):", "  get = who.get", *indented(lines, 2), "  return"]


def programme_lines(writer: Writer, bound: Bound) -> None:
    """Lines that add the finding of one programme to `out`; where the law of another day decides, `other` adds it."""
    programme = bound.programme
    found = writer.shared.constant(bound)
    if not bound.in_force:
        values, shown = [], ""
    else:
        values = criteria_values(writer, bound)
        shown = "".join("True, " if only is None else f"{writer.write(only)} is not False, " for only in bound.only_when)
    day = "as_of" if programme.event == "as_of" else f"get({programme.event!r})"
    with writer.block(f"if {day} is not None:" if bound.pending else "if False:") as inner:
        inner.line(f"other({programme.id!r}, {day}, at, subject)")
    with writer.block("else:") as inner:
        start = f"out.append(new(Finding, ({found}, {'None' if bound.pending else day}, subject, "
        if not bound.in_force:
            inner.line(start + "NOT_IN_FORCE, (), (), (), (), ())))")
            return
        inner.line(f"values = ({''.join(v + ', ' for v in values)})")
        inner.line(f"shown = ({shown})")
        with inner.block("if False in values:") as failed:
            failed.line(start + "NOT_ENTITLED, values, shown, (), (), ())))")
        with inner.block("else:") as rest:
            open_lines(rest, bound, values)
            rest.line(start + f"{outcome_text(bound)}, values, shown, tuple(need), tuple(missing), tuple(given))))")


def criteria_values(writer: Writer, bound: Bound) -> list[str]:
    """A name for each criterion's value."""
    names = []
    for criterion, tree in bound.criteria:
        if tree is None:
            names.append("OFFICER")
            continue
        name = writer.write(tree)
        names.append(writer.keep(f"OFFICER if {name} is False else {name}") if criterion.soft else name)
    return names


def outcome_text(bound: Bound) -> str:
    """The outcome where nothing has failed."""
    if bound.pending:
        return "UNKNOWN"
    settled = (
        "HUMAN_REVIEW"
        if not bound.criteria or any(tree is None for _, tree in bound.criteria)
        else "HUMAN_REVIEW if OFFICER in values else ENTITLED"
    )
    return f"((UNKNOWN if need else CANNOT_BE_COMPUTED) if None in values else {settled})"


def open_lines(writer: Writer, bound: Bound, values: list[str]) -> None:
    """Lines for what is needed and what is given, where nothing has failed."""
    event = bound.programme.event
    writer.line("need, missing, given = {}, {}, []")
    for (_, tree), value in zip(bound.criteria, values, strict=True):
        if tree is not None:
            with writer.block(f"if {value} is None:") as inner:
                inner.needs(tree, "at", event)
    if bound.pending:
        writer.needs_of_event(event, "at")
    late = [benefit_lines(writer, i, benefit, event) for i, benefit in enumerate(bound.benefits)]
    if not bound.pending and any(late):
        with writer.block("if not need and None not in values:") as inner:
            for write_needs in late:
                for write_one in write_needs:
                    write_one(inner)


def benefit_lines(writer: Writer, index: int, benefit: BoundBenefit, event: str) -> list[Callable[[Writer], None]]:
    """Lines for one benefit; what is returned writes what its amount still needs."""
    applies = "True" if benefit.when is None else writer.write(benefit.when)
    months = "None" if benefit.months is None else writer.keep(writer.write(benefit.months))
    amounts = writer.keep("()")
    with writer.block(f"if {applies} is not False:") as inner:
        if benefit.amount is not None and benefit.months is None:
            inner.line(f"{amounts} = ({inner.write(benefit.amount)},)")
        elif benefit.amount is not None:
            with inner.block(f"def {amounts}_of(month):") as each:
                each.line(f"return {each.write(benefit.amount)}")
            several = f"tuple({amounts}_of(month) for month in range(1, min({months}, {MOST_MONTHS}) + 1))"
            inner.line(f"{amounts} = (None,) if {months} is None else {several}")
        inner.line(f"given.append(new(Given, ({index}, {applies}, {amounts}, {months})))")

    def late(inner: Writer) -> None:
        with inner.block(f"if {applies} is None:") as unsure:
            if benefit.when is not None:
                unsure.needs(benefit.when, "at", event)
        if benefit.months is not None:
            with inner.block(f"elif {applies} and {months} is None:") as unsure:
                unsure.needs(benefit.months, "at", event)
        if benefit.amount is not None:
            with inner.block(f"elif {applies} and None in {amounts}:") as unsure:
                unsure.line(f"month = {amounts}.index(None) + 1")
                unsure.write(benefit.amount)
                unsure.needs(benefit.amount, "at", event)

    return [late] if benefit.amount is not None or benefit.when is not None or benefit.months is not None else []


class Household:
    """One household being read: by the unit of today's law, and by units of another law for a person whose event lies in it."""

    def __init__(self, law: Law, situation: Situation) -> None:
        self.law, self.situation = law, situation
        self.out: list[Finding] = []
        self.others: dict[tuple[str, int], tuple[Reader, Reader]] = {}

    def read(self) -> list[list[Finding]]:
        """For each member, then for the household: the findings in the order of the programmes that decide for them."""
        person, household = main_unit(self.law, self.situation.as_of).run(self.situation, self.out, self.other)
        found = []
        for index, who in enumerate(self.situation.people):
            person(who, index, index)
            found.append(self.out[:])
            self.out.clear()
        household(self.situation.household, self.situation.head, None)
        return [*found, self.out]

    def other(self, name: str, day: dt.date, at: int, subject: int | None) -> None:
        """Add the finding of one programme under the law of the day of its event."""
        programme = self.law.programmes[name]
        key = (name, span_of(self.law, programme, day))
        if key not in self.others:
            self.others[key] = unit_of(self.law, programme, day, self.situation.as_of).run(self.situation, self.out, self.other)
        person, household = self.others[key]
        if subject is None:
            household(self.situation.household, at, None)
        else:
            person(self.situation.people[subject], at, subject)


def main_unit(law: Law, as_of: dt.date) -> Unit:
    """The unit of all programmes for the span of unchanged law around the day."""
    if "changes" not in law.cache:
        law.cache["changes"] = sorted({day for programme in law.programmes.values() for day in changes(law, programme)})
    key = ("unit", bisect.bisect_right(law.cache["changes"], as_of))
    if key not in law.cache:
        law.cache[key] = Unit(law, [bind(law, p, as_of if p.event == "as_of" else None, as_of) for p in law.programmes.values()])
    unit: Unit = law.cache[key]
    return unit


def unit_of(law: Law, programme: Programme, day: dt.date, as_of: dt.date) -> Unit:
    """The unit of one programme for the span of unchanged law around the day of its event."""
    key = ("unit", programme.id, span_of(law, programme, day))
    if key not in law.cache:
        law.cache[key] = Unit(law, [bind(law, programme, day, as_of)])
    unit: Unit = law.cache[key]
    return unit


def findings(law: Law, situation: Situation) -> list[Finding]:
    """What every programme finds for everybody in the household, in the order of programmes, then members."""
    *people, household = Household(law, situation).read()
    columns, ordered = zip(*people, strict=True), iter(household)
    found: list[Finding] = []
    for programme in law.programmes.values():
        found += [next(ordered)] if programme.for_household else next(columns)
    return found
