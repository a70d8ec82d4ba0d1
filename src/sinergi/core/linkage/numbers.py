"""Identity numbers as they are typed, and as they go wrong: mended digits, the numbers one slip away, and what a number is worth as proof.

No check digit exists: any slip is a valid number, so a number is looked up together with all that are one slip away. Birth date, century,
place and shape are read by core.identity alone.
"""

from __future__ import annotations

import datetime as dt

from sinergi.core.identity import CARDS, MISREAD, NumberFault, read_number

LENGTH = 12
BORROWERS, CROWD = 2, 6
DIGITS = "0123456789"
# One card stands for a family until somebody asked whose it is.
OF_FAMILIES = frozenset(["unhcr"])


def digits(text: str) -> str:
    """The digits of a number as typed, letters that stand for digits mended (O, Q, D, I, L, B, S, Z); '' where there are none.

    >>> digits("680411-O1-5Ol3")
    '680411015013'
    """
    return "".join(c for c in text.upper().translate(MISREAD) if c in DIGITS)


def near(number: str) -> list[str]:
    """The numbers of twelve digits that may have been meant: one digit or one swap of neighbours away, and the number itself, first.

    Eleven digits: one was lost; thirteen: one was struck twice or added. Of these only what can be a number of somebody is kept: a date in the
    calendar. With other lengths nothing is meant but the number itself. Some 90 numbers.
    """
    if not number.isascii() or not number.isdigit() or len(number) not in (LENGTH - 1, LENGTH, LENGTH + 1):
        return [number] if number else []
    found = {LENGTH: one_away, LENGTH - 1: one_lost, LENGTH + 1: one_more}[len(number)](number)
    return list(dict.fromkeys([number, *filter(is_dated, found)]))


def one_away(number: str) -> list[str]:
    """Another digit in one place, or two neighbours swapped."""
    changed = [number[:i] + d + number[i + 1:] for i in range(len(number)) for d in DIGITS]
    return changed + [number[:i] + number[i + 1] + number[i] + number[i + 2:] for i in range(len(number) - 1)]


def one_lost(number: str) -> list[str]:
    """Any digit put in anywhere."""
    return [number[:i] + d + number[i:] for i in range(len(number) + 1) for d in DIGITS]


def one_more(number: str) -> list[str]:
    """Any one digit taken out."""
    return [number[:i] + number[i + 1:] for i in range(len(number))]


def is_dated(number: str) -> bool:
    """Twelve digits whose first six are a date in some century."""
    month, day = int(number[2:4]), int(number[4:6])
    return 1 <= month <= 12 and 1 <= day <= (29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31)


def is_plausible(number: str, on: dt.date) -> bool:
    """Twelve digits that can be somebody's card on `on`: a birth date not after it and within a long life, a place code that is issued."""
    return worth("mykad", number, on) == "asserted"


def quality(kind: str, value: str, holders: int, on: dt.date) -> str:
    """What a number is worth: 'asserted', 'odd' (shape, date or place is impossible), 'typo' (a digit lost or added), 'borrowed', 'generic'.

    `holders`: how many persons bear it. On 2 to 5 it is borrowed (a guardian's, a neighbour's); on more it is a counter's or a dummy, and so
    is one sign all through. 'verified' is never read off a number: a source says it. `kind` as in core.identity.
    """
    if holders >= CROWD or kind in OF_FAMILIES or len(set(value)) == 1:
        return "generic"
    return "borrowed" if holders >= BORROWERS else worth(kind, value, on)


def worth(kind: str, value: str, on: dt.date) -> str:
    """'asserted', 'odd' or 'typo' of a number by its own shape. Invented people's place code is as good as another."""
    try:
        return read_number(kind, value, on=on, demo=True, country="MY").quality
    except NumberFault:
        return "typo" if kind in CARDS and len(digits(value)) in (LENGTH - 1, LENGTH + 1) else "odd"
