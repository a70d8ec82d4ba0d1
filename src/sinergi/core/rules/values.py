"""Kinds and values as the law files write them -> as the readers use them. A float is refused everywhere."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from sinergi.core.money import rate_of_text, sen_of_text
from sinergi.core.rules.tree import RuleError
from sinergi.core.time import month_of_text

PLAIN = ("bool", "int", "money", "rate", "date")
BANDED = ("int", "money", "rate", "date")
RECORDS = ("months", "amounts")
ONE_OF = re.compile(r"one of \[(.*)\]", re.S)
TABLE = re.compile(r"table\s*\((.*)\)", re.S)


def kind_of(text: object, enums: Mapping[str, str] | None = None) -> str:
    """A type as written -> as the tree has it; `enums` = kinds of the facts whose name may stand for their values. RuleError otherwise.

    'one of [a, b]' -> 'enum:a,b'; 'list of money' -> 'list:money'; 'table(band money, state -> rate)' -> 'table|~money*enum:…|rate'.
    """
    if not isinstance(text, str):
        raise RuleError(f"a type is written as text, not {text!r}")
    text = text.strip()
    if text in RECORDS:
        return text
    if text.startswith("code("):
        return "code"
    if text.startswith("list of "):
        return "list:" + item_kind(text[8:], enums or {})
    if found := TABLE.fullmatch(text):
        keys, arrow, result = found[1].rpartition("->")
        parts = split_outside_brackets(keys)
        if not arrow or not 1 <= len(parts) <= 2:
            raise RuleError("a table has one or two keys and a value: table(band money, int -> rate)")
        return f"table|{'*'.join(key_kind(k, enums or {}) for k in parts)}|{item_kind(result, enums or {})}"
    return item_kind(text, enums or {})


def item_kind(text: str, enums: Mapping[str, str]) -> str:
    """A type that can stand in a list or a table."""
    text = text.strip()
    if text in (*PLAIN, "text", "code", "word"):
        return text
    if found := ONE_OF.fullmatch(text):
        return "enum:" + ",".join(w.strip() for w in found[1].split(",") if w.strip())
    if enums.get(text, "").startswith(("enum:", "code")):
        return enums[text]
    raise RuleError(
        f"unknown type {text!r}: bool, int, money, rate, date, code, text, months, amounts, one of [..], a fact with fixed values, "
        "list of .., table(key[, key] -> value)"
    )


def key_kind(text: str, enums: Mapping[str, str]) -> str:
    """The type of a table's key; 'band money' is a range [over, up to]."""
    text = text.strip()
    if text.startswith("band "):
        inner = item_kind(text[5:], enums)
        if inner not in BANDED:
            raise RuleError(f"only numbers, amounts and dates have bands, not {inner!r}")
        return "~" + inner
    return item_kind(text, enums)


def split_outside_brackets(text: str) -> list[str]:
    """Parts between commas that do not stand in [..]."""
    return [part for part in re.split(r",(?![^\[]*\])", text) if part.strip()]


def value_of(kind: str, raw: object) -> Any:
    """A value as written -> as the readers use it; None stays None (no figure). ValueError says the mend."""
    head, _, rest = kind.partition(":")
    if raw is None:
        return None
    if isinstance(raw, float):
        raise ValueError(f"{raw!r} is a bare decimal number: write RM 1.00 or 1% or a whole number")
    if kind.startswith("table|"):
        _, keys, result = kind.split("|")
        return table_of(keys.split("*"), result, sequence(raw))
    if head == "list":
        return tuple(value_of(rest, x) for x in sequence(raw))
    if head == "enum":
        return word_of(raw, rest.split(","))
    return READ[head](raw)


def sequence(raw: object) -> list[Any]:
    """A YAML list, or ValueError."""
    if not isinstance(raw, (list, tuple)):
        raise ValueError(f"write a list [..], not {raw!r}")
    return list(raw)


def word_of(raw: object, options: list[str]) -> str:
    """One of the words of an enum."""
    if isinstance(raw, bool):
        raise ValueError(f"{str(raw).lower()} is not one of {', '.join(options)}")
    if str(raw) not in options:
        raise ValueError(f"{raw!r} is not one of {', '.join(options)}")
    return str(raw)


def bool_of(raw: object) -> bool:
    """true or false."""
    if not isinstance(raw, bool):
        raise ValueError(f"write true or false, not {raw!r}")
    return raw


def int_of(raw: object) -> int:
    """A whole number."""
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise ValueError(f"write a whole number, not {raw!r}")
    return raw


def money_of(raw: object) -> int:
    """'RM 1.00' -> 100 sen."""
    if not isinstance(raw, str):
        raise ValueError(f"write RM 1.00, not the bare number {raw!r}")
    return sen_of_text(raw)


def rate_of(raw: object) -> int:
    """'1%' -> 10000 parts per million."""
    if not isinstance(raw, str):
        raise ValueError(f"write 1%, not the bare number {raw!r}")
    return rate_of_text(raw)


def date_of(raw: object) -> dt.date:
    """A YAML date or its ISO text."""
    if isinstance(raw, str):
        return dt.date.fromisoformat(raw)
    if not isinstance(raw, dt.date) or isinstance(raw, dt.datetime):
        raise ValueError(f"write a date like 2026-11-23, not {raw!r}")
    return raw


def months_of(raw: object) -> frozenset[int]:
    """['2023-09..2025-04', '2025-06'] -> month numbers."""
    found: set[int] = set()
    for part in sequence(raw):
        start, _, end = str(part).partition("..")
        first, last = month_of_text(start), month_of_text(end or start)
        if last < first:
            raise ValueError(f"{part!r} ends before it begins")
        found.update(range(first, last + 1))
    return frozenset(found)


def amounts_of(raw: object) -> tuple[tuple[int, int], ...]:
    """{'2026-04': RM 4,000.00, '2026-05..2026-09': RM 4,100.00} -> ((month number, sen), …) in order of months."""
    if not isinstance(raw, Mapping):
        raise ValueError(f"write month: amount, not {raw!r}")
    found: dict[int, int] = {}
    for months, amount in raw.items():
        found.update(dict.fromkeys(months_of([months]), money_of(amount)))
    return tuple(sorted(found.items()))


def code_of(raw: object) -> str:
    """A code is text; a whole number is taken as its digits."""
    if isinstance(raw, bool) or not isinstance(raw, (str, int)):
        raise ValueError(f"write a code as text, not {raw!r}")
    return str(raw)


def table_of(keys: list[str], result: str, rows: list[Any]) -> tuple[tuple[Any, ...], ...]:
    """Rows of a table -> ((key, …, value), …); the key of a band is (over, up to), open where None; a row may give a
    number's key as a band though the type does not say so."""
    found = []
    bands = ["~" + key if key in BANDED else key for key in keys]
    for row in rows:
        cells, made = sequence(row), []
        written = keys if len(cells) == cells_of(keys) else bands
        if len(cells) != cells_of(written):
            raise ValueError(
                f"the row {row!r} has {len(cells)} cells, not {cells_of(written)}: [over, up to] for a band, one cell for another key, the value"
            )
        for key in written:
            if key.startswith("~"):
                made.append((value_of(key[1:], cells.pop(0)), value_of(key[1:], cells.pop(0))))
            else:
                made.append(value_of(key, cells.pop(0)))
        found.append((*made, value_of(result, cells[0])))
    return tuple(found)


def cells_of(keys: list[str]) -> int:
    """How many cells a row of a table with these keys has."""
    return sum(2 if key.startswith("~") else 1 for key in keys) + 1


def text_of(raw: object) -> str:
    """Words that no expression reads."""
    if not isinstance(raw, str):
        raise ValueError(f"write text, not {raw!r}")
    return raw


READ = {
    "bool": bool_of,
    "int": int_of,
    "money": money_of,
    "rate": rate_of,
    "date": date_of,
    "months": months_of,
    "amounts": amounts_of,
    "code": code_of,
    "word": code_of,
    "text": text_of,
}
