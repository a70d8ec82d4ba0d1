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
RECORDS = ("months", "amounts")
ONE_OF = re.compile(r"one of \[(.*)\]", re.S)
TABLE = re.compile(r"table\s*\((.*)\)", re.S)
WORD = re.compile(r"[a-z0-9][a-z0-9_]*")


def kind_of(text: object, records: bool = True) -> str:
    """'one of [a, b]' -> 'enum:a,b'; 'list of money'; 'table(money, int -> rate)' -> 'table:money*int:rate'. RuleError otherwise."""
    if not isinstance(text, str):
        raise RuleError(f"a type is written as text, not {text!r}")
    text = text.strip()
    if text in PLAIN or (records and text in RECORDS):
        return text
    if found := ONE_OF.fullmatch(text):
        return "enum:" + ",".join(w.strip() for w in found[1].split(",") if w.strip())
    if text.startswith("list of "):
        return "list:" + item_kind(text[8:])
    if text.startswith("code"):
        return "code"
    if found := TABLE.fullmatch(text):
        keys, result = table_parts(found[1])
        return f"table:{'*'.join(map(item_kind, keys))}:{item_kind(result)}"
    raise RuleError(f"unknown type {text!r}: bool, int, money, rate, date, code, months, amounts, one of [..], list of .., table(key[, key] -> value)")


def item_kind(text: str) -> str:
    """A type inside a list or table: a plain one, or 'word' for values of enums and codes."""
    text = text.strip()
    if text in PLAIN:
        return text
    if text in ("word", "words", "code", "enum", "text") or text.startswith("one of"):
        return "word"
    raise RuleError(f"unknown type {text!r} in a list or table: bool, int, money, rate, date or word")


def table_parts(text: str) -> tuple[list[str], str]:
    """'money, int -> rate' -> (['money', 'int'], 'rate')."""
    before, arrow, after = text.partition("->")
    parts = before.split(",") if arrow else [*text.split(",")]
    keys, result = (parts, after) if arrow else (parts[:-1], parts[-1])
    if not 1 <= len(keys) <= 2:
        raise RuleError("a table has one or two keys and a value: table(money, int -> rate)")
    return keys, result


def value_of(kind: str, raw: object) -> Any:
    """A value as written -> as the readers use it; None stays None (no figure). ValueError says the mend."""
    head, _, rest = kind.partition(":")
    if raw is None:
        return None
    if isinstance(raw, float):
        raise ValueError(f"{raw!r} is a bare decimal number: write RM 1.00 or 1% or a whole number")
    if head == "list":
        return tuple(value_of(rest, x) for x in sequence(raw))
    if head == "table":
        return table_of(rest, sequence(raw))
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
        found.update(range(month_of_text(start), month_of_text(end or start) + 1))
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


def table_of(kinds: str, rows: list[Any]) -> tuple[tuple[Any, ...], ...]:
    """Rows of a band table -> ((key, key, value), …); a key is a word or (over, up to), open where None."""
    keys, _, result = kinds.partition(":")
    found = []
    for row in rows:
        cells, made = sequence(row), []
        bare = len(cells) == keys.count("*") + 2
        for key in keys.split("*"):
            if key in ("word", "bool"):
                made.append(READ[key](cells.pop(0)))
            elif bare and key in ("int", "date"):
                only = READ[key](cells.pop(0))
                made.append((only - 1 if isinstance(only, int) else only - dt.timedelta(days=1), only))
            elif len(cells) < 3:
                raise ValueError(f"the row {row!r} needs [over, up to, value]")
            else:
                made.append((value_of(key, cells.pop(0)), value_of(key, cells.pop(0))))
        if len(cells) != 1:
            raise ValueError(f"the row {row!r} has {len(cells) - 1} cell(s) too many" if cells else f"the row {row!r} has no value")
        found.append((*made, value_of(result, cells[0])))
    return tuple(found)


READ = {"bool": bool_of, "int": int_of, "money": money_of, "rate": rate_of, "date": date_of, "months": months_of, "amounts": amounts_of,
        "code": code_of, "word": code_of}
