"""From the values of the criteria to the outcome: what the judge finds for one programme and one person."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any, NamedTuple

from sinergi.core.rules.bind import Bound, BoundBenefit, bind, event_day
from sinergi.core.rules.law import Law, Programme
from sinergi.core.rules.naive import Who, evaluate
from sinergi.core.rules.needs import Need, Needs
from sinergi.core.rules.situation import Situation

OFFICER = "officer"
MOST_MONTHS = 1200


class Outcome(StrEnum):
    """What the law says on the facts known."""

    ENTITLED = "entitled"
    NOT_ENTITLED = "not_entitled"
    UNKNOWN = "unknown"
    HUMAN_REVIEW = "human_review"
    CANNOT_BE_COMPUTED = "cannot_be_computed"
    NOT_IN_FORCE = "not_in_force"


class Given(NamedTuple):
    """One benefit as found: whether it applies (None: not known), sen by period (None: not known), how many months."""

    place: int
    applies: bool | None
    amounts: tuple[int | None, ...]
    months: int | None


class Finding(NamedTuple):
    """One programme for one person (subject None: for the household). `values` are True, False, None or 'officer' by criterion.

    `day` is the day whose law was read; None: the day of the event is not known.
    """

    bound: Bound
    day: dt.date | None
    subject: int | None
    outcome: Outcome
    values: tuple[Any, ...]
    shown: tuple[bool, ...]
    need: tuple[Need, ...]
    missing: tuple[str, ...]
    benefits: tuple[Given, ...]


def outcome_of(bound: Bound, values: tuple[Any, ...], need: tuple[Need, ...]) -> Outcome:
    """The outcome from the criteria: a failure decides, then what is open, then what an officer finds."""
    if not bound.in_force:
        return Outcome.NOT_IN_FORCE
    if False in values:
        return Outcome.NOT_ENTITLED
    if None in values or bound.pending:
        return Outcome.UNKNOWN if need or bound.pending else Outcome.CANNOT_BE_COMPUTED
    return Outcome.HUMAN_REVIEW if OFFICER in values or not values else Outcome.ENTITLED


def softened(bound: Bound, raw: list[Any]) -> tuple[Any, ...]:
    """Values of the criteria: an officer's own, and a failure that an officer may look past, are 'officer'."""
    return tuple(
        OFFICER if tree is None or (value is False and criterion.soft) else value
        for (criterion, tree), value in zip(bound.criteria, raw, strict=True)
    )


def find(law: Law, programme: Programme, situation: Situation, subject: int | None) -> Finding:
    """The judge's finding for a member of the household, or for the household as a whole (subject None)."""
    who: Who = situation.household if subject is None else situation.people[subject]
    member = situation.head if subject is None else subject
    day = event_day(programme, who)
    bound = bind(law, programme, day, situation.as_of)
    raw = [None if tree is None else evaluate(tree, who) for _, tree in bound.criteria]
    values = softened(bound, raw)
    shown = tuple(only is None or evaluate(only, who) is not False for only in bound.only_when)
    needs = Needs(law, situation, programme.event)
    benefits: tuple[Given, ...] = ()
    if bound.in_force and False not in values:
        collect(needs, bound, values, who, member)
        benefits = given(bound, who)
        if not needs.found and None not in values and not bound.pending:
            collect_amounts(needs, bound, benefits, who, member)
    need = tuple(needs.found)
    return Finding(bound, day, subject, outcome_of(bound, values, need), values, shown, need, tuple(needs.missing), benefits)


def collect(needs: Needs, bound: Bound, values: tuple[Any, ...], who: Who, member: int) -> None:
    """Needs of the criteria that are open, and of the day of the event."""
    for (_, tree), value in zip(bound.criteria, values, strict=True):
        if value is None and tree is not None:
            needs.of(tree, who, member)
    if bound.pending:
        needs.fact(bound.programme.event, who, member)


def given(bound: Bound, who: Who) -> tuple[Given, ...]:
    """Every benefit that applies or may apply."""
    found = [benefit_given(i, b, who) for i, b in enumerate(bound.benefits)]
    return tuple(b for b in found if b.applies is not False)


def benefit_given(index: int, benefit: BoundBenefit, who: Who) -> Given:
    """One benefit with its amounts by month."""
    applies = True if benefit.when is None else evaluate(benefit.when, who)
    months = None if benefit.months is None else evaluate(benefit.months, who)
    if benefit.amount is None or applies is False:
        return Given(index, applies, (), months)
    if benefit.months is None:
        return Given(index, applies, (evaluate(benefit.amount, who),), None)
    if months is None:
        return Given(index, applies, (None,), None)
    amounts = tuple(evaluate(benefit.amount, {**who, "month": m}) for m in range(1, min(months, MOST_MONTHS) + 1))
    return Given(index, applies, amounts, months)


def collect_amounts(needs: Needs, bound: Bound, benefits: tuple[Given, ...], who: Who, member: int) -> None:
    """Needs of amounts that are not known."""
    for found in benefits:
        benefit = bound.benefits[found.place]
        if benefit.when is not None and found.applies is None:
            needs.of(benefit.when, who, member)
        elif benefit.months is not None and found.months is None:
            needs.of(benefit.months, who, member)
        elif benefit.amount is not None and None in found.amounts:
            month = found.amounts.index(None) + 1
            needs.of(benefit.amount, {**who, "month": month}, member)
