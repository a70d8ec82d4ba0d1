"""What a declared list is made of: fields by kind, and their values read into tokens, dates and digits of no country in particular.

Each different value is read once, however many records hold it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinergi.core.linkage.declared.values import amount_of, date_parts, digits_of, months_stand_first, newest_year, plain, written

KINDS = ("name", "date", "place", "text", "number", "phone")
ALSO = {other: kind for kind, others in {
    "text": "free text,title,string,description", "number": "code,id,price,amount,integer,float,geo,latitude,longitude", "date": "year,birthdate,dob",
    "place": "address,email,e-mail,url,sex,gender,category,postcode,city,town", "phone": "tel,mobile", "name": "person,surname"}.items()
    for other in others.split(",")}
MOST_TOKENS, LONGEST_TOKEN, MOST_BITS = 40, 20, 14.0


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

    `bits[token]` and `value_bits[record]` say how rare they are in this column, at most MOST_BITS; `order` is the alphabetical place of the plain
    value; `steps` are all known amounts in order.
    """

    field: Field
    order: NDArray[Any]
    tokens: NDArray[Any]
    value: NDArray[np.int64]
    value_bits: NDArray[Any]
    parts: NDArray[Any]
    amount: NDArray[np.float64]
    steps: NDArray[np.float64]
    bits: NDArray[np.float64]


def rarity(counts: NDArray[Any], known: int) -> NDArray[np.float64]:
    """Bits told by an agreement on something that `counts` of `known` records hold."""
    return np.asarray(np.minimum(np.log2(max(known, 1) + 1.0) - np.log2(np.maximum(counts, 1.0)), MOST_BITS), dtype=np.float64)


def tokens_of(texts: Sequence[str], tokens: Tokens) -> NDArray[np.int32]:
    """(texts, width): the different words of each text by number, at most MOST_TOKENS, -1 beyond."""
    rows = [list(dict.fromkeys(tokens.number(t[:LONGEST_TOKEN]) for t in text.split()))[:MOST_TOKENS] for text in texts]
    wide = np.full((len(rows), max([len(row) for row in rows] or [1]) or 1), -1, dtype=np.int32)
    for at, row in enumerate(rows):
        wide[at, :len(row)] = row
    return wide


def values_of(kind: str, raw: Sequence[str], texts: Sequence[str], parts: NDArray[np.int32], amounts: NDArray[np.float64]) -> list[int]:
    """A number for each different value, the same for values that are equal once read; 0 for none."""
    if kind == "phone":
        return [digits_of(text, 9) for text in raw]
    if kind == "date":
        return [int(y * 10000 + m * 100 + d) for y, m, d in parts.tolist()]
    names: dict[str, int] = {"": 0}
    said = [" ".join(sorted(text.split())) if amount != amount else repr(amount) for text, amount in zip(texts, amounts.tolist(), strict=True)]
    return [names.setdefault(text, len(names)) for text in said]


def column_of(field_: Field, values: Sequence[Any], tokens: Tokens) -> Column:
    """A column read; the rarities of its tokens are filled in by `read` once every token has its number."""
    places: dict[str, int] = {}
    where = np.array([places.setdefault(written(value), len(places)) for value in values], dtype=np.int64)
    raw, kind = list(places), field_.kind
    texts = [plain(value) for value in raw]
    parts = np.zeros((len(raw), 3), dtype=np.int32)
    if kind == "date":
        first, newest = months_stand_first(raw), newest_year(raw)
        parts = np.array([date_parts(text, first, newest) for text in raw], dtype=np.int32).reshape(-1, 3)
    amount = np.array([amount_of(text) if kind == "number" else np.nan for text in raw])
    value = np.array(values_of(kind, raw, texts, parts, amount), dtype=np.int64)[where]
    _, same, held = np.unique(value, return_inverse=True, return_counts=True)
    amount = amount[where]
    rank = np.argsort(np.argsort(np.array(texts, dtype=object), kind="stable"))
    return Column(field_, rank.astype(np.int32)[where], tokens_of(texts, tokens)[where], value,
                  rarity(held[same], int((value > 0).sum())).astype(np.float32), parts[where], amount,
                  np.sort(amount[~np.isnan(amount)]), np.zeros(0))


def read(rows: Mapping[str, Sequence[Any]], fields: Sequence[Field]) -> tuple[tuple[Column, ...], Tokens]:
    """Columns of values by field name -> columns read. KeyError where a field is no column."""
    tokens = Tokens()
    columns = [column_of(f, rows[f.name], tokens) for f in fields]
    many = max(len(tokens.numbers), 1)
    return tuple(replace(column, bits=rarity(np.bincount(column.tokens[column.tokens >= 0], minlength=many), int((column.value > 0).sum())))
                 for column in columns), tokens
