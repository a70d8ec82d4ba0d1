"""A list against the register, and the register against itself: which pairs are worth a look, what they score, into which zone each row falls.

Bounded memory: of the register only those records are taken that share a key with the rows at hand; nothing is written here.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl
from django.db import connection

from sinergi.core.linkage.encode import Vocabulary, encode
from sinergi.core.linkage.keys import batch_keys
from sinergi.core.linkage.levels import unpack
from sinergi.core.linkage.model import Model, pattern_scores, tally
from sinergi.core.linkage.pairs import Candidates, candidates
from sinergi.core.linkage.vetoes import MOST_RECORDS, named, vetoes

from ..models import LinkageRegister
from .linkage_register import key_marks, near

FLOOR = -4.25  # bits: below it fewer than 1 in 20 would be one person
BEARERS = "SELECT record, person, died, members FROM sinergi_linkage_bearers(%s)"
APART = "SELECT first, second FROM sinergi_linkage_apart(%s)"
EQUAL_NUMBER = 1
NUMBER_KEYS = ("number", "month_day", "year_day", "year_month", "date_serial")
NEAR = 3  # persons of a row that an officer may choose among


@dataclass(frozen=True)
class Pairs:
    """Pairs that scored: `first`, `second` (rows of `frame`), bits, levels (n, 6), which keys met (n, keys), vetoes that levels tell (n, codes)."""

    frame: pl.DataFrame
    names: tuple[str, ...]
    first: np.ndarray
    second: np.ndarray
    bits: np.ndarray
    levels: np.ndarray
    met: np.ndarray
    barred: np.ndarray
    counts: dict[str, Any]


@dataclass
class Nearest:
    """A person near a row, and what speaks against linking him by itself; of the best, also the next ones (`near`)."""

    other: UUID
    person: UUID
    bits: float
    levels: list[int]
    keys: list[str]
    vetoes: list[str] = field(default_factory=list)
    near: list[Nearest] = field(default_factory=list)


@dataclass(frozen=True)
class Bearer:
    """Whose a record is today."""

    person: UUID
    died: bool
    members: int


def against_register(mine: pl.DataFrame, register: LinkageRegister, words: Vocabulary, model: Model) -> Pairs:
    """Rows of a list (features) against the register. Rows 0 … len(mine) - 1 of the frame are the list's."""
    others = near(register, key_marks(mine, words))
    frame = mine.with_columns(record=pl.lit(None, pl.Binary)) if others is None else pl.concat(
        [mine.with_columns(record=pl.lit(None, pl.Binary)), others.select([*mine.columns, "record"])])
    side = np.full(frame.height, 2, np.int8)
    side[:mine.height] = 1
    return scored(frame, words, model, side, None)


def scored(frame: pl.DataFrame, words: Vocabulary, model: Model, side: np.ndarray | None, only: int | None) -> Pairs:
    """Every pair that shares a key (`only`: this one), compared and weighed; those below the floor are counted alone."""
    encoded = encode(frame, words)
    keys = batch_keys(encoded)
    tried = keys if only is None else keys.only(only)
    found = candidates(encoded, side, tried, sparing=True)
    bits = pattern_scores(model, found.pattern)
    above = bits >= FLOOR
    i, j = found.i[above], found.j[above]
    levels = unpack(found.pattern[above])
    met = keys.met(i, j)
    born = (encoded.born[i] > 0) & (encoded.born[i] == encoded.born[j])
    counts = told(found, tried.names, len(levels)) | ({} if only is not None else met_counts(keys.names, met, levels))
    return Pairs(frame, keys.names, i, j, bits[above], levels, met, vetoes(levels, born), counts)


def patterns_under(frame: pl.DataFrame, words: Vocabulary, key: int) -> pl.DataFrame:
    """How many pairs have each pattern (pattern, n): those that share this key and none before it, so that all keys together count a pair once."""
    encoded = encode(frame, words)
    keys = batch_keys(encoded)
    found = candidates(encoded, None, keys.only(key))
    distinct, n = tally(found.pattern[~keys.met(found.i, found.j)[:, :key].any(1)])
    return pl.DataFrame({"pattern": distinct.astype(np.int64), "n": n.astype(np.int64)})


def told(found: Candidates, names: tuple[str, ...], likely: int) -> dict[str, Any]:
    """What the run's report says of its candidates: how many, and what each key brought."""
    return {"candidates": len(found.i), "likely": likely, "keys": {name: {
        "pairs": one.pairs, "divided": one.divided, "over": one.over, "over_records": one.over_records}
        for name, one in zip(names, found.passes, strict=True)}}


def met_counts(names: tuple[str, ...], met: np.ndarray, levels: np.ndarray) -> dict[str, Any]:
    """`alone`: likely pairs that no other key met. `silver`: pairs with one valid number; `silver_met`: those that met under a key without a number
    too, which is what can be hoped for people whose number is missing."""
    alone = (met & (met.sum(1) == 1)[:, None]).sum(0)
    equal = levels[:, 2] == EQUAL_NUMBER
    free = ~np.isin(names, NUMBER_KEYS)
    return {"alone": dict(zip(names, map(int, alone), strict=True)), "silver": int(equal.sum()),
            "silver_met": int((equal & met[:, free].any(1)).sum())}


def added(before: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Two reports as one: counts add up, whatever the depth."""
    return {name: added(before.get(name) or {}, value) if isinstance(value, Mapping) else (before.get(name) or 0) + value
            for name, value in more.items()} | {name: value for name, value in before.items() if name not in more}


def bearers(records: Sequence[UUID]) -> dict[UUID, Bearer]:
    """Whose each record is today. One query, while the run's verb runs."""
    with connection.cursor() as cursor:
        cursor.execute(BEARERS, [list(records)])
        return {record: Bearer(person, died, members) for record, person, died, members in cursor.fetchall()}


def apart(records: Sequence[UUID]) -> set[frozenset[UUID]]:
    """Pairs of records that somebody called different. One query."""
    with connection.cursor() as cursor:
        cursor.execute(APART, [list(records)])
        return {frozenset(pair) for pair in cursor.fetchall()}


def nearest(pairs: Pairs, rows: int, threshold: float | None, never: Mapping[int, frozenset[UUID]]) -> dict[int, Nearest]:
    """The best person of each row of a list with the next ones, except whom he was told apart from (`never`: row -> persons).

    `threshold`: bits from which a pair is certain, where that is promised: two such persons are a veto.
    """
    order = np.lexsort((-pairs.bits, pairs.first))
    records = {int(s): UUID(bytes=pairs.frame["record"][int(s)]) for s in np.unique(pairs.second)}
    whose = bearers(list(records.values()))
    found: dict[int, Nearest] = {}
    for p in order:
        row, other = int(pairs.first[p]), records[int(pairs.second[p])]
        bearer = whose.get(other)
        if row >= rows or bearer is None or bearer.person in never.get(row, ()):
            continue
        best = found.get(row)
        if best is None:
            found[row] = one(pairs, int(p), other, bearer)
        elif bearer.person not in (best.person, *(near.person for near in best.near)):
            if threshold is not None and pairs.bits[p] >= threshold and "two_persons" not in best.vetoes:
                best.vetoes.append("two_persons")
            if len(best.near) < NEAR - 1:
                best.near.append(one(pairs, int(p), other, bearer))
    return found


def one(pairs: Pairs, p: int, other: UUID, bearer: Bearer) -> Nearest:
    """A pair as a row keeps it."""
    barred = [*named(pairs.barred[p]), *(["dead"] if bearer.died else []), *(["too_many_records"] if bearer.members >= MOST_RECORDS else [])]
    return Nearest(other, bearer.person, round(float(pairs.bits[p]), 3), [int(x) for x in pairs.levels[p]],
                   [name for name, there in zip(pairs.names, pairs.met[p], strict=True) if there], list(dict.fromkeys(barred)))


def zone(best: Nearest | None, threshold: float | None) -> str:
    """auto, review or new."""
    if best is None:
        return "new"
    return "auto" if threshold is not None and best.bits >= threshold and not best.vetoes else "review"
