"""What a declared list is made of: fields by kind, and their values read into tokens, dates and digits of no country in particular.

A value that is not there (None, '' or only marks) is not known: it weighs nothing, for or against.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

KINDS = ("name", "date", "place", "text", "number", "phone")
ALSO = {"free text": "text", "title": "text", "code": "number", "year": "date", "address": "place", "string": "text"}
MOST_TOKENS, LONGEST_TOKEN, MOST_BITS = 40, 20, 14.0
MONTHS = {name: number for number, names in enumerate(
    ("jan", "feb", "mar mac", "apr", "may mei mai", "jun", "jul", "aug ogo agu", "sep", "oct okt", "nov", "dec dis dez"), 1)
    for name in names.split()}


@dataclass(frozen=True)
class Field:
    """A column of the list and what kind of thing stands in it: name, date, place, text, number or phone. ValueError for any other kind."""

    name: str
    kind: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", ALSO.get(self.kind, self.kind))
        if self.kind not in KINDS:
            raise ValueError(f"{self.name}: {self.kind} is no kind of field; there are {', '.join(KINDS)}")


def fields_of(text: str) -> tuple[Field, ...]:
    """'name:name,born:date' -> fields; a column without a kind is free text. ValueError where a kind is none or no field is named.

    >>> fields_of("title:text, year:date")
    (Field(name='title', kind='text'), Field(name='year', kind='date'))
    """
    parts = [part.strip().rpartition(":") if ":" in part else (part.strip(), "", "text") for part in text.split(",") if part.strip()]
    if not parts:
        raise ValueError("no field is declared")
    return tuple(Field(name.strip(), kind.strip().lower()) for name, _, kind in parts)


def plain(value: Any) -> str:
    """A value as small letters and digits with single spaces: accents off, marks to spaces, any script kept.

    >>> plain("Ann-Marie  O'Hára"), plain(None), plain(3.0)
    ('ann marie ohara', '', '3')
    """
    if value is None or value != value:
        return ""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else "" if c in "'’`" else " " for c in bare).split())


def date_parts(value: str, month_first: bool = False) -> tuple[int, int, int]:
    """(year, month, day) of a date in any usual order, 0 for a part that is not there; impossible days are kept as they were written.

    >>> date_parts("1980-03-07"), date_parts("7/3/1980"), date_parts("19800307"), date_parts("Mar 1980"), date_parts("about 1890"), date_parts("-")
    ((1980, 3, 7), (1980, 3, 7), (1980, 3, 7), (1980, 3, 0), (1890, 0, 0), (0, 0, 0))
    """
    numbers = [int(n) for n in re.findall(r"\d+", value) if len(n) < 9]
    word = next((MONTHS[w[:3]] for w in re.findall(r"[^\W\d_]+", value.lower()) if w[:3] in MONTHS), 0)
    if len(numbers) == 1 and numbers[0] >= 10**7:
        return numbers[0] // 10000, numbers[0] // 100 % 100, numbers[0] % 100
    at = next((k for k, n in enumerate(numbers) if 1000 <= n <= 9999), None)
    if at is None:
        return 0, 0, 0
    others = [n for k, n in enumerate(numbers) if k != at and n < 100][:2]
    if word:
        return numbers[at], word, others[0] if others else 0
    if len(others) < 2:
        return numbers[at], others[0] if others else 0, 0
    ahead = at == 0 or month_first
    return (numbers[at], others[0], others[1]) if ahead else (numbers[at], others[1], others[0])


def months_stand_first(values: Sequence[str]) -> bool:
    """Whether dates like 3/25/1980 tell that this column writes the month before the day."""
    pairs = [found for value in values if (found := re.match(r"\s*(\d{1,2})\D(\d{1,2})\D\d{4}", value))]
    return sum(int(p[2]) > 12 for p in pairs) > sum(int(p[1]) > 12 for p in pairs)


def digits_of(value: str, most: int) -> int:
    """The last `most` digits as a number; 0 when there are fewer than four."""
    digits = re.sub(r"\D", "", value)
    return int(digits[-most:]) if len(digits) >= 4 else 0


@dataclass
class Tokens:
    """Every token of all fields, numbered from 0: its text, its letters as code points (rows of LONGEST_TOKEN) and its length."""

    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, token: str) -> int:
        """The number of a token, given at first sight."""
        return self.numbers.setdefault(token, len(self.numbers))

    def letters(self) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """(code points, lengths) of all tokens seen so far."""
        texts = np.array(list(self.numbers) or [""], dtype=f"U{LONGEST_TOKEN}")
        points = np.ascontiguousarray(texts).view(np.uint32).reshape(len(texts), LONGEST_TOKEN)
        return points, (points > 0).sum(1)


@dataclass(frozen=True)
class Column:
    """A field of n records: `tokens` (n, width) by number, -1 beyond; `value` a number for equal values (0 none); `parts` (n, 3) of a date; `amount`.

    `bits[token]` and `value_bits[record]` say how rare they are in this column, at most MOST_BITS; `texts` is the plain value.
    """

    field: Field
    texts: tuple[str, ...]
    tokens: NDArray[np.int64]
    value: NDArray[np.int64]
    value_bits: NDArray[np.float64]
    parts: NDArray[np.int64]
    amount: NDArray[np.float64]
    bits: NDArray[np.float64]


def rarity(counts: NDArray[np.float64], known: int) -> NDArray[np.float64]:
    """Bits told by an agreement on something that `counts` of `known` records hold."""
    return np.asarray(np.minimum(np.log2(max(known, 1) + 1.0) - np.log2(np.maximum(counts, 1.0)), MOST_BITS), dtype=np.float64)


def amounts(raw: Sequence[str]) -> NDArray[np.float64]:
    """The values that are numbers ('1,299.00', '42') as numbers, else NaN."""
    found = np.full(len(raw), np.nan)
    for at, text in enumerate(raw):
        bare = re.sub(r"[^\d.\-]", "", text)
        if re.fullmatch(r"-?\d+(\.\d+)?", bare):
            found[at] = float(bare)
    return found


def column_of(field_: Field, values: Sequence[Any], tokens: Tokens) -> tuple[Column, list[list[int]]]:
    """A column read, and its tokens by record; rarities are filled in by `read` once every token has its number."""
    raw = ["" if value is None else str(value) for value in values]
    texts = tuple(plain(value) for value in values)
    rows = [list(dict.fromkeys(tokens.number(t[:LONGEST_TOKEN]) for t in text.split()))[:MOST_TOKENS] for text in texts]
    order = months_stand_first(raw) if field_.kind == "date" else False
    parts = np.array([date_parts(text, order) if field_.kind == "date" else (0, 0, 0) for text in raw], dtype=np.int64).reshape(-1, 3)
    if field_.kind == "phone":
        known = [digits_of(text, 9) for text in raw]
    elif field_.kind == "date":
        known = [int(y * 10000 + m * 100 + d) for y, m, d in parts]
    else:
        names: dict[str, int] = {"": 0}
        known = [names.setdefault(" ".join(sorted(text.split())), len(names)) for text in texts]
    value = np.array(known, dtype=np.int64)
    held = Counter(known)
    value_bits = rarity(np.array([held[v] for v in known], dtype=np.float64), int((value > 0).sum()))
    wide = np.full((len(rows), max([len(row) for row in rows] or [1]) or 1), -1, dtype=np.int64)
    for at, row in enumerate(rows):
        wide[at, :len(row)] = row
    amount = amounts(raw) if field_.kind == "number" else np.full(len(raw), np.nan)
    return Column(field_, texts, wide, value, value_bits, parts, amount, np.zeros(0)), rows


def read(rows: Mapping[str, Sequence[Any]], fields: Sequence[Field]) -> tuple[tuple[Column, ...], Tokens]:
    """Columns of values by field name -> columns read. KeyError where a field is no column."""
    tokens = Tokens()
    found = [column_of(f, rows[f.name], tokens) for f in fields]
    columns = []
    for column, lists in found:
        counts = np.zeros(max(len(tokens.numbers), 1))
        for row in lists:
            counts[row] += 1
        bits = rarity(counts, int((column.value > 0).sum()))
        columns.append(Column(**{**column.__dict__, "bits": bits}))
    return tuple(columns), tokens
