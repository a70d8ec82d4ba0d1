"""Two records compared by declared fields: one small level per piece of evidence, packed into one integer, the pattern.

Level 0 is not known on one side and weighs nothing; then from the strongest agreement to none. A name, place, date, number and phone are one
piece each; free text is two: its words, and the words with digits in it (a model, an edition).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sinergi.core.linkage.declared.alignment import aligned, near_values
from sinergi.core.linkage.declared.fields import Column, Tokens

Ints = NDArray[np.int64]
Levels = NDArray[np.int64]
RADIX = {"name": 13, "place": 9, "date": 8, "number": 10, "phone": 6, "text": 11, "digits": 5}
SWAPPED = 12
CHUNK = 500_000


@dataclass(frozen=True)
class Encoded:
    """A list ready to be compared: its columns, the letters of its tokens, and the pieces of evidence (field, kind) with their radix."""

    columns: tuple[Column, ...]
    letters: NDArray[np.uint32]
    length: NDArray[np.int64]
    with_digits: NDArray[np.bool_]
    size: int

    @property
    def evidence(self) -> tuple[tuple[str, str], ...]:
        """(field, kind of comparison) of each piece."""
        found = []
        for column in self.columns:
            found += [(column.field.name, column.field.kind)] + [(column.field.name, "digits")] * (column.field.kind == "text")
        return tuple(found)

    @property
    def radix(self) -> tuple[int, ...]:
        """Levels of each piece, 0 included."""
        return tuple(RADIX[kind] for _, kind in self.evidence)


def encoded(columns: Sequence[Column], tokens: Tokens, size: int) -> Encoded:
    """Columns and the tokens they share, ready to be compared."""
    letters, length = tokens.letters()
    digit = np.array([any(c.isdigit() for c in token) for token in tokens.numbers] or [False])
    return Encoded(tuple(columns), letters, length, digit, size)


def graded(amount: NDArray[np.float64], edges: Sequence[float], first: int) -> Levels:
    """`first` where the amount reaches the first (highest) edge, one more for each edge missed."""
    found = np.full(len(amount), first, dtype=np.int64)
    for edge in edges:
        found += amount < edge
    return found


def words_of(list_: Encoded, column: Column, i: Ints, j: Ints) -> NDArray[np.float64]:
    """What `aligned` says of one column."""
    return aligned(column.tokens, column.tokens, i, j, (column.bits, column.bits), list_.letters, list_.length)


def both_known(column: Column, i: Ints, j: Ints) -> NDArray[np.bool_]:
    """Where both sides hold a value."""
    return (column.value[i] > 0) & (column.value[j] > 0)


def name_levels(list_: Encoded, column: Column, i: Ints, j: Ints) -> Levels:
    """Equal (1–4 by rarity); all of the shorter agrees (5–7 by bits); a part does (8, 9); nearly none (10); none (11); 12 is given by `swap`."""
    agreed, left_i, left_j = words_of(list_, column, i, j).T
    least = np.minimum(left_i, left_j)
    whole = graded(agreed, (14, 9, 5), 1)
    inside = graded(agreed, (12, 6), 5)
    partly = np.where(agreed <= 0, 11, graded(agreed / np.maximum(agreed + least, 1e-9), (0.6, 0.3), 8))
    level = np.where(column.value[i] == column.value[j], whole, np.where((least < 2) & (agreed > 0), inside, partly))
    return np.where(both_known(column, i, j), level, 0)


def place_levels(list_: Encoded, column: Column, i: Ints, j: Ints) -> Levels:
    """Equal (1–3 by rarity); all of the shorter (4) or most (5) agrees; some (6); the same beginning (7); nothing (8)."""
    agreed, left_i, left_j = words_of(list_, column, i, j).T
    share = agreed / np.maximum(agreed + np.minimum(left_i, left_j), 1e-9)
    begin_i, begin_j = list_.letters[column.tokens[i, 0]], list_.letters[column.tokens[j, 0]]
    same_start = (begin_i[:, :2] == begin_j[:, :2]).all(1)
    other = np.where(same_start, 7, 8)
    partly = np.where(agreed > 0, graded(share, (0.95, 0.6), 4), other)
    level = np.where(column.value[i] == column.value[j], graded(column.value_bits[i], (8, 4), 1), partly)
    return np.where(both_known(column, i, j), level, 0)


def text_levels(list_: Encoded, column: Column, i: Ints, j: Ints) -> Levels:
    """Equal (1); by share of the mean of both (2–4, 6–8); the shorter lies within the longer (5); hardly anything (9); nothing (10)."""
    agreed, left_i, left_j = words_of(list_, column, i, j).T
    share = agreed / np.maximum(agreed + (left_i + left_j) / 2, 1e-9)
    within = agreed / np.maximum(agreed + np.minimum(left_i, left_j), 1e-9)
    level = graded(share, (0.85, 0.7, 0.55, 0.55, 0.4, 0.25, 0.1), 2)
    level = np.where((level > 5) & (within >= 0.85) & (agreed >= 10), 5, level)
    level = np.where(column.value[i] == column.value[j], 1, np.where(agreed <= 0, 10, level))
    return np.where(both_known(column, i, j), level, 0)


def digit_levels(list_: Encoded, column: Column, i: Ints, j: Ints) -> Levels:
    """Of the words with digits in a text: those of the shorter are all there (1 rare, 2), some (3), none (4); 0 where a side has none."""
    with_digit = np.where((column.tokens >= 0) & list_.with_digits[column.tokens], column.tokens, -1)
    with_digit = -np.sort(-with_digit, axis=1)
    agreed, left_i, left_j = aligned(with_digit, with_digit, i, j, (column.bits, column.bits), list_.letters, list_.length).T
    level = np.where(agreed <= 0, 4, np.where(np.minimum(left_i, left_j) < 1, np.where(agreed >= 8, 1, 2), 3))
    return np.where((with_digit[i, 0] >= 0) & (with_digit[j, 0] >= 0), level, 0)


def date_levels(_: Encoded, column: Column, i: Ints, j: Ints) -> Levels:
    """Equal (1); equal as far as one side tells (2); one part or digit off, or two swapped (3); year (4); a year apart (5); five (6); 7."""
    a, b = column.parts[i], column.parts[j]
    equal, missing = a == b, (a == 0) | (b == 0)
    apart = np.abs(a[:, 0] - b[:, 0])
    swapped = (a[:, 0] == b[:, 0]) & (a[:, 1] == b[:, 2]) & (a[:, 2] == b[:, 1])
    digits = sum((a[:, 0] // 10**k % 10 != b[:, 0] // 10**k % 10).astype(np.int64) for k in range(4))
    rest = equal[:, 1:].all(1) & ~missing[:, 1:].any(1)
    one_off = (equal.sum(1) == 2) & ~missing.any(1) & (equal[:, 0] | (digits == 1) | (apart <= 2))
    dull = equal[:, 0] & ~missing.any(1) & (((a[:, 1:] == 1).all(1)) | ((b[:, 1:] == 1).all(1)))
    level = graded(-apart.astype(np.float64), (0, -1, -5), 4)
    level = np.where(one_off | swapped | (rest & (digits == 1)), 3, level)
    level = np.where(((equal | missing).all(1) & equal[:, 0]) | dull, 2, level)
    level = np.where(equal.all(1) & (~missing.any(1)), np.where(dull, 2, 1), level)
    year_only = (column.parts[:, 1:] == 0).all()
    level = np.where(year_only & equal[:, 0], 1, level)
    return np.where((a[:, 0] > 0) & (b[:, 0] > 0), level, 0)


def nearness(column: Column, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bits of how seldom two amounts of the column lie so near: by the share of all its amounts that lie between them; 0 where one is none."""
    between = np.searchsorted(column.steps, np.maximum(x, y), "right") - np.searchsorted(column.steps, np.minimum(x, y), "left")
    known = ~(np.isnan(x) | np.isnan(y))
    return np.where(known, np.log2(max(len(column.steps), 1)) - np.log2(np.maximum(between, 1)), 0.0)


def number_levels(list_: Encoded, column: Column, i: Ints, j: Ints) -> Levels:
    """Equal (1–3 by rarity); one digit off in five (4); two in seven, part of the other, a thousandfold (5); near (6–8 by rarity); 9."""
    one, other = column.tokens[i, 0], column.tokens[j, 0]
    known = both_known(column, i, j)
    apart = np.full(len(i), 9, dtype=np.int64)
    single = known & (column.tokens[i][:, 1:] < 0).all(1) & (column.tokens[j][:, 1:] < 0).all(1)
    apart[single] = near_two(one[single], other[single], list_)
    short = np.minimum(list_.length[one], list_.length[other])
    x, y = column.amount[i], column.amount[j]
    least, most = np.minimum(np.abs(x), np.abs(y)), np.maximum(np.abs(x), np.abs(y))
    unit = (least > 0) & (np.abs(most - 1000 * least) <= 0.005 * most)
    agreed, left_i, left_j = words_of(list_, column, i, j).T
    inside = (agreed > 0) & (np.minimum(left_i, left_j) < 1)
    level = graded(nearness(column, x, y), (9, 6, 3), 6)
    level = np.where((level > 6) & (((apart == 2) & (short >= 7)) | inside & np.isnan(x + y) | unit), 5, level)
    level = np.where((level > 6) & (apart == 1) & (short >= 5), 4, level)
    level = np.where(column.value[i] == column.value[j], graded(column.value_bits[i], (8, 4), 1), level)
    return np.where(known, level, 0)


def near_two(one: Ints, other: Ints, list_: Encoded) -> Ints:
    """Edit distance of tokens, three for more than two."""
    out = np.full(len(one), 9, dtype=np.int64)
    near_values(out, one, other, list_.letters, list_.length)
    return out


def phone_levels(_: Encoded, column: Column, i: Ints, j: Ints) -> Levels:
    """The last nine digits equal (1); the last seven (2); one digit off (3); the last four (4); otherwise (5)."""
    a, b = column.value[i], column.value[j]
    wrong = sum((a // 10**k % 10 != b // 10**k % 10).astype(np.int64) for k in range(9))
    level = np.where(a == b, 1, np.where(a % 10**7 == b % 10**7, 2, np.where(wrong == 1, 3, np.where(a % 10**4 == b % 10**4, 4, 5))))
    return np.where(both_known(column, i, j), level, 0)


COMPARE: dict[str, Callable[[Encoded, Column, Ints, Ints], Levels]] = {
    "name": name_levels, "place": place_levels, "date": date_levels, "number": number_levels, "phone": phone_levels, "text": text_levels,
    "digits": digit_levels}


def swap(list_: Encoded, levels: Levels, i: Ints, j: Ints) -> None:
    """Where two name fields disagree but agree crosswise (first and family name changed places), both get the level SWAPPED."""
    at = {name: k for k, (name, kind) in enumerate(list_.evidence) if kind == "name"}
    names = [column for column in list_.columns if column.field.kind == "name"]
    for a, b in [(a, b) for k, a in enumerate(names) for b in names[k + 1:]]:
        here, there = at[a.field.name], at[b.field.name]
        odd = np.flatnonzero((levels[:, here] >= 10) & (levels[:, there] >= 10))
        tables = (list_.letters, list_.length)
        one = aligned(a.tokens, b.tokens, i[odd], j[odd], (a.bits, b.bits), *tables)
        other = aligned(b.tokens, a.tokens, i[odd], j[odd], (b.bits, a.bits), *tables)
        found = odd[(one[:, 0] >= 3) & (other[:, 0] >= 3) & (np.minimum(one[:, 1], one[:, 2]) < 2) & (np.minimum(other[:, 1], other[:, 2]) < 2)]
        levels[found, here] = levels[found, there] = SWAPPED


def compare(list_: Encoded, i: Ints, j: Ints) -> Levels:
    """(n, pieces): the level of each piece of evidence for the records i[k] and j[k]."""
    by_name = {column.field.name: column for column in list_.columns}
    found = np.zeros((len(i), len(list_.evidence)), dtype=np.int64)
    for k, (name, kind) in enumerate(list_.evidence):
        found[:, k] = COMPARE[kind](list_, by_name[name], i, j)
    swap(list_, found, i, j)
    return found


def patterns_of(list_: Encoded, i: Ints, j: Ints, at_once: int = CHUNK) -> Ints:
    """The pattern of each pair; `at_once` pairs bound the memory."""
    parts = [pack(compare(list_, i[k:k + at_once], j[k:k + at_once]), list_.radix) for k in range(0, len(i), at_once)]
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def pack(levels: Levels, radix: Sequence[int]) -> Ints:
    """Levels -> patterns, the first piece the most significant."""
    patterns = np.zeros(len(levels), dtype=np.int64)
    for k, size in enumerate(radix):
        patterns = patterns * size + levels[:, k]
    return patterns


def unpack(patterns: Ints, radix: Sequence[int]) -> Levels:
    """Patterns -> levels (n, pieces)."""
    levels, rest = np.zeros((len(patterns), len(radix)), dtype=np.int64), patterns.copy()
    for k in reversed(range(len(radix))):
        levels[:, k], rest = rest % radix[k], rest // radix[k]
    return levels
