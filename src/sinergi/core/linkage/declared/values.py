"""One value as somebody wrote it, read: what is not known, plain letters of several alphabets, dates in any order, amounts with units.

A value that is not there in any of the usual ways ('', NA, unknown, -, 9999 …) is not known: it weighs nothing, for or against.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

GONE = frozenset((
    "na", "n/a", "n.a.", "nan", "nat", "nil", "null", "none", "unknown", "unk", "undefined", "undisclosed", "missing", "#n/a", "not known",
    "not available", "not given", "not stated", "not applicable", "no data", "no answer", "tiada", "tidak diketahui", "inconnu", "inconnue",
    "unbekannt", "desconocido", "sconosciuto", "xxx", "xxxx"))
MONTHS = {name: number for number, names in enumerate(
    ("jan", "feb fev", "mar mac", "apr avr abr", "may mei mai", "jun", "jul", "aug ogo agu", "sep", "oct okt ott", "nov", "dec dis dez dic"), 1)
    for name in names.split()}
SINGLE = dict(zip("абвгдеёзийклмнопрстуфхцыэєіїґαβγδεζηικλμνοπρςστυφχωø", "abvgdeeziiklmnoprstufhcyeeiigavgdeziiklmnoprsstyfhoo", strict=True))
OTHER_LETTERS = str.maketrans(SINGLE | {
    "ж": "zh", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya", "ь": "", "ъ": "", "θ": "th", "ξ": "x", "ψ": "ps",
    "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "đ": "d", "ł": "l", "ı": "i"})
UNITS = {"kg": 1e3, "g": 1.0, "mg": 1e-3, "lb": 453.6, "lbs": 453.6, "oz": 28.35, "l": 1e3, "lt": 1e3, "ltr": 1e3, "cl": 10.0, "ml": 1.0,
         "km": 1e3, "m": 1.0, "cm": 0.01, "mm": 1e-3, "tb": 1e12, "gb": 1e9, "mb": 1e6, "kb": 1e3, "k": 1e3, "mio": 1e6,
         "h": 3600.0, "hr": 3600.0, "hrs": 3600.0, "min": 60.0, "mins": 60.0, "ghz": 1e9, "mhz": 1e6}
MARKS = "'’`´ʹʼ"


def written(value: Any) -> str:
    """The value as text without spaces around it; '' where it says that nothing is known.

    >>> written(3.0), written(" Unknown"), written("0000"), written(None), written("?"), written("Ann ")
    ('3', '', '', '', '', 'Ann')
    """
    if value is None or value != value:
        return ""
    text = (str(int(value)) if isinstance(value, float) and math.isfinite(value) and value.is_integer() else str(value)).strip()
    if text.casefold() in GONE or re.fullmatch(r"0{3,}|9{4,}", text) or not any(c.isalnum() for c in text):
        return ""
    return text


def plain(value: Any) -> str:
    """A value as small letters and digits with single spaces: accents off, marks to spaces, Cyrillic and Greek in Latin letters, signs of Han apart.

    >>> plain("Ann-Marie  O'Hára"), plain(None), plain(3.0), plain("Жуков"), plain("北京 x")
    ('ann marie ohara', '', '3', 'zhukov', '北 京 x')
    """
    text = written(value).casefold()
    if not text.isascii():
        bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
        text = "".join(f" {c} " if "\u3400" <= c <= "\u9fff" else c for c in bare.translate(OTHER_LETTERS))
    return " ".join("".join(c if c.isalnum() else "" if c in MARKS else " " for c in text).split())


def full_year(year: int, newest: int) -> int:
    """A year of two digits in the hundred years up to `newest`."""
    return newest - (newest - year) % 100


def date_parts(value: str, month_first: bool = False, newest: int = 0) -> tuple[int, int, int]:
    """(year, month, day) of a date in any usual order, 0 for a part that is not there; impossible days are kept as they were written.

    `newest` year of the column: those of two digits are of the hundred years before it (0: not read).

    >>> date_parts("1980-03-07"), date_parts("7/3/1980"), date_parts("19800307"), date_parts("Mar 1980"), date_parts("about 1890"), date_parts("-")
    ((1980, 3, 7), (1980, 3, 7), (1980, 3, 7), (1980, 3, 0), (1890, 0, 0), (0, 0, 0))
    >>> date_parts("7/3/80", newest=2010), date_parts("72", newest=2010), date_parts("1980-03-07T00:00:00")
    ((1980, 3, 7), (1972, 0, 0), (1980, 3, 7))
    """
    numbers = [int(n) for n in re.findall(r"\d+", value.partition("T")[0].partition(":")[0]) if len(n) < 9]
    word = next((MONTHS[w[:3]] for w in re.findall(r"[^\W\d_]+", value.lower()) if w[:3] in MONTHS), 0)
    if len(numbers) == 1 and numbers[0] >= 10**7:
        return numbers[0] // 10000, numbers[0] // 100 % 100, numbers[0] % 100
    at = next((k for k, n in enumerate(numbers) if 1000 <= n <= 9999), None)
    if at is None:
        if not newest or not (short := re.fullmatch(r"'?(?:\d{1,2}\D(?:\d{1,2}|[^\W\d_]+)\D)?(\d\d)", value)):
            return 0, 0, 0
        at = len(numbers) - 1
        numbers[at] = full_year(int(short[1]), newest)
    others = [n for k, n in enumerate(numbers) if k != at and n < 100][:2]
    if word:
        return numbers[at], word, others[0] if others else 0
    if len(others) < 2:
        return numbers[at], others[0] if others else 0, 0
    ahead = at == 0 or month_first
    return (numbers[at], others[0], others[1]) if ahead else (numbers[at], others[1], others[0])


def newest_year(values: Sequence[str], otherwise: int = 1999) -> int:
    """The newest year of four digits that stands in a column of dates more than once in a thousand values."""
    years = sorted(int(y) for value in values for y in re.findall(r"(?<!\d)(?:1[5-9]|20)\d\d(?=$|\D|\d{4}$)", value))
    return years[-1 - len(years) // 1000] if years else otherwise


def months_stand_first(values: Sequence[str]) -> bool:
    """Whether dates like 3/25/1980 tell that this column writes the month before the day."""
    pairs = [found for value in values if (found := re.match(r"\s*(\d{1,2})\D(\d{1,2})\D\d{2,4}", value))]
    return sum(int(p[2]) > 12 for p in pairs) > sum(int(p[1]) > 12 for p in pairs)


def digits_of(value: str, most: int) -> int:
    """The last `most` digits as a number; 0 when there are fewer than four."""
    digits = re.sub(r"\D", "", value)
    return int(digits[-most:]) if len(digits) >= 4 else 0


def amount_of(text: str) -> float:
    """A value that is a number, with thousands apart, a currency, a unit or as a time, as one number; else NaN.

    >>> [amount_of(text) for text in ("$1,299.00", "1.299,00 EUR", "3:05", "3m 5sec", "0.5kg", "500 g", "a", "1.2.3")]
    [1299.0, 1299.0, 185.0, 185.0, 500.0, 500.0, nan, nan]
    """
    if clock := re.fullmatch(r"(?:(\d+):)?(\d+):(\d\d(?:\.\d+)?)", text):
        return int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + float(clock[3])
    if clock := re.fullmatch(r"(?:(\d+)\s*h\w*\s*)?(\d+)\s*m\w*\s*(?:(\d+)\s*s\w*)", text):
        return int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + float(clock[3])
    found = re.fullmatch(r"[^\d\-.,]*(-?[\d.,]*\d)\s*([^\W\d_]*)\W*", text.strip())
    if not found:
        return math.nan
    digits, unit = found[1], found[2].lower()
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+,\d+|-?\d+,\d{1,2}", digits):
        digits = digits.replace(".", "").replace(",", ".")
    digits = re.sub(r",(?=\d{3}(?!\d))", "", digits)
    return float(digits) * UNITS.get(unit, 1.0) if re.fullmatch(r"-?\d*\.?\d+", digits) else math.nan
