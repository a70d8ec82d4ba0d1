"""The package through the months as a picture: server-side SVG, classes only; the same months stand in the table beside it."""
from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils import formats
from django.utils.translation import gettext as _

LEFT, MONTH, RIGHT = 214, 76, 4
HEAD, LANE, BAR, FOOT = 50, 50, 34, 34
LETTERS = 27  # as many letters of a name fit beside the lanes


@dataclass(frozen=True)
class Track:
    """One programme through the months: sen in each, 0 where no sum is known, None where nothing runs; how its bars look (see Bar).

    `before`, `after`: what stands where nothing runs yet, or no longer; `quiet`: nothing is drawn there.
    """

    name: str
    months: tuple[int | None, ...]
    kind: str
    before: str = ""
    after: str = ""
    quiet: bool = False


@dataclass(frozen=True)
class Bar:
    """One stretch of a lane. kind: brand, gold, soft, yes, or off where nothing runs; what each means stands in the key of the picture."""

    x: float
    y: float
    width: float
    kind: str
    text: str
    ink: str

    @property
    def middle(self) -> float:
        """Where its words stand."""
        return round(self.x + self.width / 2, 1)

    @property
    def line(self) -> float:
        """The line they stand on."""
        return self.y + 22


@dataclass(frozen=True)
class Lane:
    """One programme: the lines of its name and its bars. `base` is the first line's place."""

    lines: tuple[tuple[float, str], ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Picture:
    """What the template draws; every place is worked out here, so that the template holds no sum."""

    width: float
    height: float
    years: tuple[tuple[float, int], ...]
    months: tuple[tuple[float, float, str], ...]
    lanes: tuple[Lane, ...]
    turns: tuple[float, ...]
    totals: tuple[tuple[float, str], ...]
    bar: int = BAR
    left: int = LEFT

    @property
    def floor(self) -> float:
        """The line under the last lane."""
        return self.height - FOOT - 2

    @property
    def foot(self) -> float:
        """Where the totals stand."""
        return self.height - 10


def month_after(first: dt.date, months: int) -> dt.date:
    """The first day of the month that many months later.

    >>> month_after(dt.date(2026, 11, 24), 2)
    datetime.date(2027, 1, 1)
    """
    years, month = divmod(first.month - 1 + months, 12)
    return dt.date(first.year + years, month + 1, 1)


def ringgit_words(sen: int) -> str:
    """Ringgit without the sign, as the picture's note says; sen only where not whole."""
    return f"{sen // 100:,}" if sen % 100 == 0 else f"{sen / 100:,.2f}"


def picture(tracks: Sequence[Track], first: dt.date, totals: Sequence[int]) -> Picture | None:
    """Lanes for what runs in some month, in the order given; None where nothing does. `totals`: sen in each month."""
    shown = [track for track in tracks if any(sen is not None for sen in track.months)]
    if not shown:
        return None
    n = len(totals)
    days = [month_after(first, i) for i in range(n)]
    middles = [round(LEFT + MONTH * (i + 0.5), 1) for i in range(n)]
    years = tuple((middles[i], day.year) for i, day in enumerate(days) if i == 0 or day.month == 1)
    months = tuple((middles[i], float(LEFT + MONTH * i), formats.date_format(day, "M")) for i, day in enumerate(days))
    lanes = tuple(lane(track, HEAD + LANE * place) for place, track in enumerate(shown))
    turns = sorted({begin for track in shown for begin, _end, sen in runs(track.months) if sen is not None and begin})
    return Picture(LEFT + MONTH * n + RIGHT, HEAD + LANE * len(shown) + FOOT, years, months, lanes, tuple(float(LEFT + MONTH * t) for t in turns),
                   tuple((middles[i], ringgit_words(sen)) for i, sen in enumerate(totals)))


def runs(months: Sequence[int | None]) -> list[tuple[int, int, int | None]]:
    """Stretches of equal months: (first, one after the last, sen).

    >>> runs((None, None, 600, 600))
    [(0, 2, None), (2, 4, 600)]
    """
    found = []
    for sen, stretch in groupby(range(len(months)), key=months.__getitem__):
        places = list(stretch)
        found.append((places[0], places[-1] + 1, sen))
    return found


def lane(track: Track, top: float) -> Lane:
    """The name and the bars of one programme."""
    lines = textwrap.wrap(track.name, LETTERS) or [""]
    if len(lines) > 3:
        lines = [*lines[:2], lines[2][:LETTERS - 1] + "…"]
    base = top + BAR / 2 + 5 - 8 * (len(lines) - 1)
    running = [i for i, sen in enumerate(track.months) if sen is not None]
    bars = []
    for begin, end, sen in runs(track.months):
        x, width = float(LEFT + MONTH * begin + 1), float(MONTH * (end - begin) - 3)
        if sen is None and track.quiet:
            continue
        if sen is None:
            word = track.before if end <= running[0] else track.after if begin > running[-1] else ""
            bars.append(Bar(x, top, width, "off", word if end - begin > 1 or len(word) < 10 else "", "soft"))
            continue
        words = ringgit_words(sen) if sen else ""
        bars.append(Bar(x, top, width, track.kind, _("%(sum)s each month") % {"sum": words} if words and end - begin > 2 else words,
                        "on" if track.kind == "brand" else ""))
    return Lane(tuple((base + 16 * i, line) for i, line in enumerate(lines)), tuple(bars))
