"""Whether an answer rests on weak sources: then the agency confirms, and the answer is only likely."""
from __future__ import annotations

import datetime as dt

from sinergi.core.rules.find import Finding, Outcome
from sinergi.core.rules.law import WEAK, Law, Row


def rows_used(law: Law, name: str, day: dt.date | None) -> tuple[Row, ...]:
    """The rows of a parameter that an answer rests on; where the day is not known, those that have a beginning."""
    parameter = law.parameters[name]
    return parameter.on(day) if day else tuple(row for row in parameter.rows if row.start)


def weak_criterion(law: Law, found: Finding, index: int) -> bool:
    """Whether the criterion's own source, or a figure it reads, is weak."""
    criterion = found.bound.criteria[index][0]
    return criterion.status in WEAK or weak_figures(law, found, index)


def weak_figures(law: Law, found: Finding, index: int) -> bool:
    """Whether a figure read by a criterion (or, behind them, a benefit) is weak."""
    return any(row.status in WEAK for name in found.bound.figures[index] for row in rows_used(law, name, found.day))


def likely(law: Law, found: Finding) -> bool:
    """A yes is likely if anything it rests on is weak, a no if every reason for it is; what is open is neither."""
    if found.outcome is Outcome.NOT_ENTITLED:
        return all(weak_criterion(law, found, i) for i, value in enumerate(found.values) if value is False)
    if found.outcome not in (Outcome.ENTITLED, Outcome.HUMAN_REVIEW):
        return False
    count = len(found.values)
    return any(weak_criterion(law, found, i) for i in range(count) if found.shown[i]) or any(
        weak_figures(law, found, count + given.index) for given in found.benefits)
