"""A figure through time as a small step chart: server-side SVG, classes only, the same numbers in the table beside it."""
from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sinergi.core.rules.law import WEAK
from sinergi.web.catalogue import Value

WIDTH, HEIGHT = 360, 150
LEFT, RIGHT, TOP, BOTTOM = 18, 12, 30, 24


@dataclass(frozen=True)
class Step:
    """One level of the line: from x1 to x2 at y; a label where it begins; dashed where its source is weak."""

    x1: float
    x2: float
    y: float
    rise_to: float | None
    text: str
    label_x: float
    anchor: str
    weak: bool


@dataclass(frozen=True)
class Chart:
    """What the template draws."""

    width: int
    height: int
    base: float
    steps: tuple[Step, ...]
    ticks: tuple[tuple[float, int], ...]


def chart(values: Sequence[Value], today: dt.date) -> Chart | None:
    """Steps for values in order of time; None where there is nothing to draw. A value of today reaches today; a gap stays a gap."""
    known = [v for v in values if v.start is not None and v.number is not None]
    if len(known) < 3:
        return None
    first = known[0].start or today
    last = max(today, *(v.start or today for v in known))
    span = max((last - first).days, 1)
    most = max(v.number or 0 for v in known) or 1

    def x(day: dt.date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (min(max(day, first), last) - first).days / span, 1)

    def y(number: int) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * number / most, 1)

    steps, taken = [], -100.0
    for i, value in enumerate(known):
        begins, number = value.start or today, value.number or 0
        x1, x2 = x(begins), x(value.end or last)
        after = known[i + 1] if i + 1 < len(known) else None
        joined = after is not None and value.end is not None and after.start is not None and (after.start - value.end).days <= 1
        wide = len(value.text) * 7.5
        at_end = x1 + wide > WIDTH - RIGHT
        place = WIDTH - RIGHT if at_end else x1
        begin = place - wide if at_end else place
        shown = value.text if begin >= taken + 4 else ""
        taken = begin + wide if shown else taken
        steps.append(Step(x1, x2, y(number), y(after.number or 0) if joined and after else None, shown, place, "end" if at_end else "start",
                          value.status in WEAK))
    years = range(first.year, last.year + 1)
    every = max(1, -(-len(years) // 6))
    ticks = tuple((x(dt.date(year, 1, 1)), year) for year in years if (year - first.year) % every == 0 and dt.date(year, 1, 1) >= first)
    return Chart(WIDTH, HEIGHT, HEIGHT - BOTTOM, tuple(steps), ticks)
