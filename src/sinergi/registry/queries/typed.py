"""What one box says: a name, numbers, phones, a day or year of birth, the last four digits, in any order; and how it was understood, in words."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from sinergi.core.identity import birth_of, read_day
from sinergi.core.linkage.names import parse
from sinergi.core.linkage.names import read_as as understood

from ..submission.people import phone_number

Words = dict[str, str]
DAY = re.compile(r"(?<!\d)(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})(?!\d))")
CARD = re.compile(r"(?<!\d)(?:\d{6}[- ]?\d{2}[- ]?\d{4}|\d{5,7}-\d{1,3}-\d{1,5})(?!\d)")  # a slip keeps its dashes
PHONE = re.compile(r"(?<![\d+])(?:\+?6?01\d[- ]?\d{3,4}[- ]?\d{3,4}|\+\d{8,14})(?!\d)")
DOCUMENT = re.compile(r"(?<![A-Z\d])[A-Z]{0,3}-?\d{5,15}[A-Z]?(?![A-Z\d])", re.I)


@dataclass(frozen=True)
class Typed:
    """What was understood of the box: numbers, phones, day or year of birth, the last four digits, and the name that is left."""

    name: str = ""
    numbers: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    birth_date: date | None = None
    birth_year: int | None = None
    tail: str = ""

    def kinds(self) -> list[str]:
        """What was typed, by kind: the audit names these, never the words."""
        return [kind for kind in ("name", "numbers", "phones", "birth_date", "birth_year", "tail") if getattr(self, kind)]


def read_typed(text: str, on: date) -> Typed:
    """What one box says, in any order: 'Kamarul 680411-17-5013', '019-000 0110', 'Halimah 1960', 'A1234567'."""
    numbers: list[str] = []
    phones: list[str] = []
    born: date | None = None
    rest = f" {text} "
    for found in DAY.findall(rest):
        rest = rest.replace(found, " ", 1)
        with suppress(ValueError):
            born = read_day(found, on=on, born=True)
    for found in CARD.findall(rest):
        numbers.append(re.sub(r"\D", "", found))
        rest = rest.replace(found, " ", 1)
    for found in PHONE.findall(rest):
        phones += [n for n in [phone_number(found)] if n]
        rest = rest.replace(found, " ", 1)
    tail, year = "", None
    for found in re.findall(r"(?<![\w-])\d{4}(?![\w-])", rest):
        if 1900 <= int(found) <= on.year:
            year = int(found)
        else:
            tail = found
        rest = rest.replace(found, " ", 1)
    for found in re.findall(r"(?<![\w-])\d{6}(?![\w-])", rest):
        half = birth_of(found + "00" + ("0" if int(found[:2]) <= on.year % 100 else "9") + "000", on)
        if half is not None and born is None:
            born = half
            rest = rest.replace(found, " ", 1)
    for found in DOCUMENT.findall(rest):
        numbers.append(re.sub(r"\W", "", found).upper())
        rest = rest.replace(found, " ", 1)
    name = " ".join(re.sub(r"[^\w\s'’@/.()-]|\d", " ", rest).split())
    return Typed(name if any(c.isalpha() for c in name) else "", tuple(numbers), tuple(phones), born, year, tail)


def read_as(typed: Typed) -> tuple[Words, ...]:
    """What was understood, in words, for the line under the box."""
    born = typed.birth_date.strftime("%d/%m/%Y") if typed.birth_date else str(typed.birth_year or "")
    rest = (("telefon", "phone", ", ".join(typed.phones)), ("lahir", "born", born), ("empat digit akhir", "last four digits", typed.tail))
    return (*understood(parse(typed.name)), *map(number_as_read, typed.numbers), *labelled(*rest))


def labelled(*said: tuple[str, str, str]) -> Iterator[Words]:
    """(Malay, English, value) in words, for each value there is."""
    return ({"ms": f"{ms} {value}", "en": f"{en} {value}"} for ms, en, value in said if value)


def number_as_read(number: str) -> Words:
    """A number in words; digits too many or too few for an identity card are counted."""
    if not number.isdigit() or len(number) == 12:
        return {"ms": f"nombor {number}", "en": f"number {number}"}
    return {"ms": f"nombor {number} ({len(number)} digit; kad pengenalan ada 12)",
            "en": f"number {number} ({len(number)} digits; an identity card has 12)"}
