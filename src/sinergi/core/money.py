"""Money: whole sen, ringgit in words alone, rounding by the rule that the law names. No floats."""

from __future__ import annotations

import re
from fractions import Fraction

MICRO = 1_000_000
MONEY = re.compile(r"(?:RM)?\s*(-?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{2}))?")
RATE = re.compile(r"(\d+)(?:\.(\d{1,4}))?\s*%")

Exact = int | Fraction
"""Sen times a million, before rounding; a Fraction after a mean or a share."""


def sen_of_text(text: str) -> int:
    """'RM 1,050.50' -> 105050 sen. ValueError if it is not an amount with none or two decimals."""
    found = MONEY.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not an amount like RM 1,236.00")
    sen = int(found[2].replace(",", "")) * 100 + int(found[3] or 0)
    return -sen if found[1] else sen


def rate_of_text(text: str) -> int:
    """'1.25%' -> 12500 parts per million. ValueError if it is not a percentage with at most four decimals."""
    found = RATE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a percentage like 1.25% (at most four decimals)")
    return int(found[1]) * 10_000 + int((found[2] or "").ljust(4, "0"))


def money_words(sen: int) -> str:
    """123600 -> 'RM1,236'; 49596 -> 'RM495.96'; below zero '-RM5'."""
    ringgit, rest = divmod(abs(sen), 100)
    return f"{'-' if sen < 0 else ''}RM{ringgit:,}" + (f".{rest:02d}" if rest else "")


def rate_words(parts: int) -> str:
    """12500 -> '1.25%'."""
    whole, rest = divmod(abs(parts), 10_000)
    return f"{'-' if parts < 0 else ''}{whole}" + (f".{rest:04d}".rstrip("0") if rest else "") + "%"


def rounded(exact: Exact, mode: str, step: int = 1) -> int:
    """Sen times a million -> sen, a whole multiple of `step` sen.

    mode: round = half away from zero, round_up = away from zero, round_down = towards zero.
    """
    unit = step * MICRO
    size: Exact = -exact if exact < 0 else exact
    if mode == "round":
        steps = (2 * size + unit) // (2 * unit)
    elif mode == "round_up":
        steps = -(-size // unit)
    else:
        steps = size // unit
    return (-1 if exact < 0 else 1) * int(steps) * step
