"""What two records may share before they are compared: words, their skeletons, words with one letter left out, whole values, parts of dates.

Every such thing is an atom, a number per record. An atom that many hold tells little alone; `blocks` then asks for two or three together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sinergi.core.linkage.declared.comparing import Encoded
from sinergi.core.linkage.declared.fields import Column

Ints = NDArray[np.int64]
SOFT = str.maketrans({"c": "k", "q": "k", "z": "s", "x": "s", "v": "f", "w": "f", "y": "i", "j": "i", "d": "t", "b": "p", "g": "k"})
VOWELS = frozenset("aeiouyhw")
SHORTEST_TYPO, FEW_AMOUNTS = 4, 50


@dataclass(frozen=True)
class Atoms:
    """Atom `atom[k]` of record `record[k]`, from `source[k]` (the same word or value of a field); `joins` tells whether it may stand with others."""

    record: Ints
    atom: Ints
    source: Ints
    joins: NDArray[np.bool_]


def skeleton(token: str) -> str:
    """First letter and the consonants after it, sounds alike written alike, doubles once; digits as they are.

    >>> skeleton("katherine"), skeleton("catrin"), skeleton("smyth"), skeleton("42b")
    ('ktrn', 'ktrn', 'smt', '42p')
    """
    found = ""
    for k, letter in enumerate(token):
        letter = letter.translate(SOFT)
        if (k == 0 or letter not in VOWELS and letter != "i") and found[-1:] != letter:
            found += letter
    return found


def shortened(token: str) -> Iterable[str]:
    """The token and all it becomes when one letter is left out: two tokens one edit apart share one of these."""
    return {token, *(token[:k] + token[k + 1:] for k in range(len(token)))}


class Collector:
    """Atoms gathered field by field; equal things of the same space get the same number."""

    def __init__(self) -> None:
        self.parts: list[tuple[Ints, Ints, int, bool]] = []
        self.spaces: dict[object, int] = {}

    def space(self, of: object) -> int:
        """The first number of a space of atoms (2**40 in each)."""
        return self.spaces.setdefault(of, len(self.spaces)) << 40

    def add(self, of: object, values: Ints, source: int, joins: bool = True) -> None:
        """One atom per record from a column of numbers; below 0 is none."""
        held = np.flatnonzero(values >= 0)
        self.parts.append((held.astype(np.int64), values[held].astype(np.int64) + self.space(of), source, joins))

    def add_many(self, of: object, tokens: Ints, variants: Sequence[Sequence[int]], source: int) -> None:
        """Several atoms for each token of a column."""
        counts = np.array([len(v) for v in variants], dtype=np.int64)
        flat = np.array([x for v in variants for x in v], dtype=np.int64)
        starts = np.concatenate([[0], np.cumsum(counts)])[:-1]
        held = np.flatnonzero(tokens >= 0)
        many = counts[tokens[held]]
        within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        found = flat[np.repeat(starts[tokens[held]], many) + within]
        self.parts.append((np.repeat(held, many), found + self.space(of), source, False))

    def atoms(self) -> Atoms:
        """All of them."""
        record, atom = (np.concatenate([part[k] for part in self.parts] or [np.zeros(0, dtype=np.int64)]) for k in (0, 1))
        source = np.concatenate([np.full(len(part[0]), part[2]) for part in self.parts] or [np.zeros(0, dtype=np.int64)])
        joins = np.concatenate([np.full(len(part[0]), part[3]) for part in self.parts] or [np.zeros(0, dtype=bool)])
        return Atoms(record, atom, source, joins)


def token_tables(tokens: Sequence[str]) -> tuple[Ints, list[list[int]]]:
    """For each token the number of its skeleton (−1 where it says no more than the token) and the numbers of its shortened forms."""
    forms: dict[str, int] = {}
    bones = np.full(max(len(tokens), 1), -1, dtype=np.int64)
    cut: list[list[int]] = []
    for k, token in enumerate(tokens):
        if len(token) > 2 and not token.isdigit():
            bones[k] = forms.setdefault(skeleton(token), len(forms))
        cut.append([forms.setdefault(s, len(forms)) for s in shortened(token)] if len(token) >= SHORTEST_TYPO else [])
    return bones, cut or [[]]


def word_atoms(into: Collector, column: Column, at: int, bones: Ints, cut: Sequence[Sequence[int]]) -> None:
    """Names, places and texts: whole value, tokens, skeletons, mistyped tokens. Names share one space: first and last may be swapped."""
    kind, of = column.field.kind, "name" if column.field.kind == "name" else column.field.name
    into.add((of, "whole"), np.where(column.value > 0, column.value + (at << 32 if of == "name" else 0), -1), at * 100 + 99)
    for slot in range(column.tokens.shape[1]):
        tokens = column.tokens[:, slot]
        into.add((of, "token"), tokens, at * 100 + slot)
        into.add((of, "bones"), np.where(tokens >= 0, bones[tokens], -1), at * 100 + slot)
        if kind != "text":
            into.add_many((of, "cut"), tokens, cut, at * 100 + slot)


def near_bins(column: Column) -> tuple[Ints, ...]:
    """Two ways to cut amounts into as many bins as each holds, half a bin apart: what lies near shares one; none for few different amounts."""
    known = ~np.isnan(column.amount)
    if len(np.unique(column.steps)) < FEW_AMOUNTS:
        return ()
    width = max(1.0, len(column.steps) ** 0.5)
    place = np.searchsorted(column.steps, np.where(known, column.amount, 0.0)) / width
    return tuple(np.where(known, (place + shift).astype(np.int64), -1) for shift in (0.0, 0.5))


def atoms(list_: Encoded, tokens: Sequence[str]) -> Atoms:
    """The atoms of a list; `tokens` in the order of their numbers."""
    into = Collector()
    bones, cut = token_tables(tokens)
    for at, column in enumerate(list_.columns):
        name, kind = column.field.name, column.field.kind
        source = at * 100
        if kind in ("name", "place", "text"):
            word_atoms(into, column, at, bones, cut)
        elif kind == "date":
            year, month, day = column.parts.T
            full = (year > 0) & (month > 0) & (day > 0)
            into.add((name, "year"), np.where(year > 0, year, -1), source)
            for part, value in (("day", year * 10000 + month * 100 + day), ("no day", year * 100 + month), ("no month", year * 100 + day),
                                ("no year", month * 100 + day)):
                into.add((name, part), np.where(full, value, -1), source)
        else:
            into.add((name, "whole"), np.where(column.value > 0, column.value, -1), source)
            if kind == "phone":
                into.add((name, "local"), np.where(column.value > 0, column.value % 10**7, -1), source)
            into.add_many((name, "cut"), column.tokens[:, 0], cut, source)
            for shift, bins in enumerate(near_bins(column)):
                into.add((name, "near", shift), bins, source)
    return into.atoms()
