"""One row of a partner's list as a record to compare: what each cell means, what is wrong with it and how it was mended.

Nothing here registers anybody, so little is demanded: a name or a number. A cell that cannot be what its column says (a shifted row, a broken
encoding, a formula, a cell of megabytes) makes the row wrong and is named; what a spreadsheet did to a number or a date is undone, with a word.
"""
from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sinergi.core.identity import CARDS, NumberFault, read_day, read_number
from sinergi.core.linkage import name_key

from ..codes import IDENTIFIER_KINDS, Words
from .columns import BY_NAME, column_of, plain, with_zeros
from .fields import FORMAT
from .people import SEX_WORDS, CleanNumber, phone_number
from .spreadsheet import MOST_CELL
from .values import Fault, fault

OWN = {
    "key": Words(ms="Kunci baris agensi", en="The agency's own key of the row"),
    "birth_year": Words(ms="Tahun lahir", en="Year of birth"),
    "second_phone": Words(ms="Telefon kedua", en="Second phone"),
}
MEANT = ("person.name", *(f"person.{kind}" for kind in IDENTIFIER_KINDS), "person.country", "person.birth_date", "person.sex", "person.phone",
         "address.lines", "address.postcode", "address.state")
OWN_NAMES = {"key": ("id", "no id", "rujukan", "no rujukan", "no ahli", "kunci", "key", "reference", "member no", "unique_id", "bil", "no fail"),
             "birth_year": ("tahun lahir", "year of birth", "birth year"), "second_phone": ("telefon kedua", "no telefon 2", "telefon 2", "phone 2")}
NAMES = ({name: meant for name, meant in BY_NAME.items() if meant in MEANT} | {plain(n): meant for meant, names in OWN_NAMES.items() for n in names}
         | {"nric": "person.mykad", "addr": "address.lines"})
SERIAL = re.compile(r"[1-5]\d{4}")  # a day as a spreadsheet counts them: 27 September 1927 to 14 June 2064
EPOCH = dt.date(1899, 12, 30)
SCALED = re.compile(r"\d(\.\d+)?[eE]\+\d\d")
LETTER = re.compile(r"[^\W\d_]")
SHIFTED = ("person.name", "person.birth_date", "person.phone", "address.postcode")


@dataclass
class ListRecord:
    """What a row says. `payload`: as a source record keeps it; a number that cannot be right is a typo. `errors` make it wrong, `warnings` do not."""

    key: str
    payload: dict[str, Any] = field(default_factory=dict)
    numbers: list[CleanNumber] = field(default_factory=list)
    errors: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


def fields() -> dict[str, Words]:
    """What a column may mean: field -> its words."""
    return {"key": OWN["key"], **{name: FORMAT[name] for name in MEANT}, **{name: words for name, words in OWN.items() if name != "key"}}


def guess(header: Sequence[str]) -> dict[str, str]:
    """Column number (as text) -> field, each field once."""
    found: dict[str, str] = {}
    for i, name in enumerate(header):
        meant = NAMES.get(plain(name), "")
        if meant and meant not in found.values():
            found[str(i)] = meant
    return found


def named(one: Fault, columns: Mapping[str, str], header: Sequence[str], language: str) -> str:
    """The column a fault's field came from, as the spreadsheet calls it."""
    return OWN[one.field][language if language == "en" else "ms"] if one.field in OWN else column_of(one.field, columns, header, language)


def read_row(cells: Sequence[str], *, row: int, width: int, columns: Mapping[str, str], on: dt.date, demo: bool = False) -> ListRecord:
    """A row -> its record. `row`: its number in the file, its key where no column gives one; `width`: how many columns the header names."""
    given = {meant: cells[int(number)].strip() for number, meant in columns.items() if int(number) < len(cells)}
    found = ListRecord(key=given.get("key", "")[:80] or f"#{row}")
    if any(cells[width:]):
        found.errors.append(fault("row", "linking.too_many_cells", " | ".join(filter(None, cells[width:]))[:80], columns=width))
    for meant, text in given.items():
        found.errors += unreadable(meant, text)
    if found.errors:
        return found
    read_numbers(found, given, on, demo)
    read_person(found, given, on)
    found.errors += shifted(given)
    if not found.errors and not LETTER.search(found.payload.get("name", "")) and not found.numbers:
        found.errors.append(fault("person.name", "linking.nobody", given.get("person.name", "")))
    return found


def unreadable(meant: str, text: str) -> list[Fault]:
    """What makes a cell no value at all."""
    if len(text) > MOST_CELL:
        return [fault(meant, "list.cell_too_long", text[:80], most=MOST_CELL)]
    if text.startswith(("=", "#REF", "#VALUE", "#N/A", "#NAME", "#DIV")):
        return [fault(meant, "linking.formula", text[:80])]
    if is_garbled(text):
        return [fault(meant, "linking.encoding", text[:80])]
    return []


def is_garbled(text: str) -> bool:
    """Letters lost, or UTF-8 read as a Western code: what then still decodes as UTF-8 was never meant so."""
    if text.isascii():
        return False
    try:
        return "\ufffd" in text or text.encode("cp1252").decode("utf-8") != text
    except UnicodeError:
        return False


def shifted(given: Mapping[str, str]) -> list[Fault]:
    """Cells that hold what another column should: a name without letters, a birth date or phone that is a word."""
    name = given.get("person.name", "")
    if name and not LETTER.search(name) and sum(c.isdigit() for c in name) >= 4:
        return [fault("person.name", "linking.shifted", name)]
    for meant in SHIFTED[1:]:
        text = given.get(meant, "")
        if len(re.findall(LETTER, text)) > 3 and not any(c.isdigit() for c in text) and name and len(text.split()) > 1:
            return [fault(meant, "linking.shifted", text)]
    return []


def read_numbers(found: ListRecord, given: Mapping[str, str], on: dt.date, demo: bool) -> None:
    """Numbers with what a spreadsheet did to them undone; one that cannot be right is kept as typed, for its digits still tell something."""
    for kind in IDENTIFIER_KINDS:
        text = given.get(f"person.{kind}", "")
        if not any(c.isdigit() for c in text):
            if len(re.findall(LETTER, text)) > 3 and len(text.split()) > 1:
                found.errors.append(fault(f"person.{kind}", "linking.shifted", text))
            continue
        if SCALED.fullmatch(text):
            found.warnings.append(fault(f"person.{kind}", "linking.scaled", text))
            continue
        typed = "".join(c for c in text.upper() if c.isalnum())
        whole = with_zeros(typed) if kind in CARDS else typed
        if whole != typed:
            found.warnings.append(fault(f"person.{kind}", "linking.zeros", text))
        try:
            number = read_number(kind, whole, on=on, demo=demo, country=given.get("person.country", ""))
        except NumberFault as wrong:
            found.warnings.append(Fault(f"person.{kind}", wrong.code, text[:40], wrong.words))
            found.numbers.append(CleanNumber(kind, "MY", whole[:40], "typo"))
            continue
        found.warnings += [Fault(f"person.{kind}", "number.odd", text[:40], words) for words in number.warnings]
        found.numbers.append(CleanNumber(number.kind, number.country, number.value, number.quality))


def read_person(found: ListRecord, given: Mapping[str, str], on: dt.date) -> None:
    """Name, birth, sex, phones, address: what cannot be read is not known, with a word about it."""
    phones = [p for p in (phone(found, meant, given.get(meant, "")) for meant in ("person.phone", "second_phone")) if p]
    sex = SEX_WORDS.get(given.get("person.sex", "").casefold(), "")
    if given.get("person.sex") and not sex:
        found.warnings.append(fault("person.sex", "linking.unread", given["person.sex"]))
    born, year = birth(found, given.get("person.birth_date", ""), on), given.get("birth_year", "")
    postcode = given.get("address.postcode", "")
    if postcode.isdigit() and len(postcode) == 4:
        found.warnings.append(fault("address.postcode", "linking.zeros", postcode))
        postcode = postcode.zfill(5)
    name = given.get("person.name", "")[:200]
    found.payload = {
        "name": name, "name_key": name_key(name)[:200], "birth_date": born.isoformat() if born else None,
        "birth_year": born.year if born else int(year) if year.isdigit() and 1890 <= int(year) <= on.year else None, "sex": sex, "phones": phones,
        "address": given.get("address.lines", ""), "postcode": postcode[:5], "state": given.get("address.state", ""), "language": "ms"}


def phone(found: ListRecord, meant: str, text: str) -> str:
    """A phone as it is kept; its leading zero is given back."""
    if not text or not any(c.isdigit() for c in text):
        return ""
    eaten = text.isdigit() and text.startswith("1") and len(text) in (9, 10)
    if eaten:
        found.warnings.append(fault(meant, "linking.zeros", text))
    read = phone_number("0" + text if eaten else text)
    if read is None:
        found.warnings.append(fault(meant, "linking.unread", text))
    return read or ""


def birth(found: ListRecord, text: str, on: dt.date) -> dt.date | None:
    """A day as typed, or as a spreadsheet counts days."""
    if not text:
        return None
    try:
        if SERIAL.fullmatch(text):
            found.warnings.append(fault("person.birth_date", "linking.date_number", text, read=f"{EPOCH + dt.timedelta(days=int(text)):%d/%m/%Y}"))
            return EPOCH + dt.timedelta(days=int(text))
        return day(text, on)
    except ValueError:
        found.warnings.append(fault("person.birth_date", "linking.unread", text))
        return None


@lru_cache(maxsize=1 << 16)
def day(text: str, on: dt.date) -> dt.date:
    """A day as typed. Raises ValueError."""
    return read_day(text, on=on, born=True)
