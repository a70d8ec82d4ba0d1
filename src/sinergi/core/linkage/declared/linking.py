"""A list linked by its declared fields: candidates, patterns, weights learned without labels, groups of records that are the same thing.

The same list, fields and seed always give the same answer. Nothing here knows a country, a number's shape or a language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sinergi.core.linkage.declared.atoms import atoms
from sinergi.core.linkage.declared.blocks import Passes, candidates, mixed
from sinergi.core.linkage.declared.comparing import Encoded, encoded, patterns_of, unpack
from sinergi.core.linkage.declared.fields import Field, Tokens, read
from sinergi.core.linkage.declared.grouping import groups, heard_together, members_of
from sinergi.core.linkage.declared.mixture import train
from sinergi.core.linkage.model import Model, probability, scores

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
RANDOM_PAIRS, MOST_PATTERNS = 200_000, 2**62
SHOWN = -10.0  # pairs below these bits are not listed


@dataclass(frozen=True)
class DeclaredResult:
    """`pairs`: a, b (ids; b of the second table where there are two), score (bits, with what the other records say), probability, alone (bits of
    the pair by itself, which `explain(model, levels)` sums to), pattern, same (one group). `clusters`: id, table (0 or 1), cluster (0, 1, …).

    `passes`: what each key brought: name, cap, blocks, blocks over the cap, pairs, new pairs. `radix` unpacks patterns; `model` weighs them.
    """

    pairs: pl.DataFrame
    clusters: pl.DataFrame
    passes: pl.DataFrame
    model: Model


def table_of(rows: pl.DataFrame | Sequence[Mapping[str, Any]], fields: Sequence[Field], key: str | None) -> tuple[dict[str, list[Any]], list[Any]]:
    """Rows -> (values by field, ids); without a key column the ids are 0, 1, …. ValueError: no such column, an id twice or empty."""
    if isinstance(rows, pl.DataFrame):
        wide, size = {name: rows[name].to_list() for name in rows.columns}, rows.height
    else:
        names = dict.fromkeys(name for row in rows for name in row)
        wide, size = {name: [row.get(name) for row in rows] for name in names}, len(rows)
    wanted = [field.name for field in fields] + ([key] if key else [])
    if size and (absent := [name for name in wanted if name not in wide]):
        raise ValueError(f"no column {', '.join(absent)}; there are {', '.join(wide)}")
    ids = wide.get(key, []) if key else list(range(size))
    if len(set(ids)) != size or None in ids:
        raise ValueError(f"{key}: every row needs an id of its own")
    return {field.name: wide.get(field.name, []) for field in fields}, ids


def random_pairs(size: int, side: NDArray[np.int8] | None, seed: int) -> tuple[Ints, Ints]:
    """Up to RANDOM_PAIRS pairs of different records (of different tables, if two), drawn by the seed; all pairs where there are fewer."""
    if size * (size - 1) // 2 <= RANDOM_PAIRS:
        i, j = (part.astype(np.int64) for part in np.triu_indices(size, 1))
    else:
        turn = np.arange(RANDOM_PAIRS, dtype=np.int64)
        i, j = ((mixed(turn, np.full(RANDOM_PAIRS, 2 * seed + k)).view(np.uint64) % np.uint64(size)).astype(np.int64) for k in (0, 1))
    use = (i != j) if side is None else (side[i] != side[j])
    return i[use], j[use]


def weighed(list_: Encoded, patterns: Ints, side: NDArray[np.int8] | None, seed: int) -> Model:
    """The model learned from the candidates' patterns."""
    distinct, counts = np.unique(patterns if len(patterns) else np.zeros(1, dtype=np.int64), return_counts=True)
    drawn = unpack(patterns_of(list_, *random_pairs(list_.size, side, seed)), list_.radix)
    pairs = list_.size * (list_.size - 1) / 2 if side is None else float((side == 0).sum()) * float((side == 1).sum())
    return train(unpack(distinct, list_.radix), counts.astype(np.float64), drawn, list_.evidence, list_.radix, pairs)


def scored(model: Model, patterns: Ints, radix: Sequence[int]) -> Floats:
    """Bits of each pair by itself; every distinct pattern is scored once."""
    distinct, where = np.unique(patterns, return_inverse=True)
    return np.asarray(scores(model, unpack(distinct, radix))[where], dtype=np.float64) if len(distinct) else np.zeros(0)


def within_groups(label: Ints, side: NDArray[np.int8] | None, met: Ints) -> tuple[Ints, Ints]:
    """Pairs inside the groups that were not among the candidates (`met`: i * n + j, sorted)."""
    found = [np.zeros(0, dtype=np.int64)]
    for members in members_of(label):
        a, b = np.triu_indices(len(members), 1)
        found.append(np.minimum(members[a], members[b]) * len(label) + np.maximum(members[a], members[b]))
    codes = np.setdiff1d(np.concatenate(found), met)
    i, j = codes // max(len(label), 1), codes % max(len(label), 1)
    use = np.ones(len(i), dtype=bool) if side is None else side[i] != side[j]
    return i[use], j[use]


def pair_table(ids: Sequence[Any], i: Ints, j: Ints, columns: Mapping[str, NDArray[Any]], turned: NDArray[np.bool_]) -> pl.DataFrame:
    """Pairs as a table, the best first; `turned` pairs are written the other way round."""
    one, other = np.where(turned, j, i), np.where(turned, i, j)
    order = np.lexsort((other, one, -columns["score"]))
    named = {name: [ids[at] for at in part[order].tolist()] for name, part in (("a", one), ("b", other))}
    return pl.DataFrame(named | {name: part[order] for name, part in columns.items()}, strict=False)


def link(rows: pl.DataFrame | Sequence[Mapping[str, Any]], fields: Sequence[Field], *, id: str | None = None, seed: int = 0,
         against: pl.DataFrame | Sequence[Mapping[str, Any]] | None = None) -> DeclaredResult:
    """The rows that are the same thing, within one table, or of one table and another (`against`; then only pairs across are listed).

    `id` names the column of their keys (none: their places, from 0); any field may be missing in any row. ValueError: a field or key that is no
    column, an id twice, no fields, or more fields than a pattern holds (some sixteen).
    """
    values, ids = table_of(rows, fields, id)
    side, first = None, len(ids)
    if against is not None:
        more, keys = table_of(against, fields, id)
        values, ids = {name: values[name] + more[name] for name in values}, ids + keys
        side = np.repeat(np.array([0, 1], dtype=np.int8), [first, len(keys)])
    columns, tokens = read(values, fields)
    list_ = encoded(columns, tokens, len(ids))
    if not fields or int(np.prod([float(size) for size in list_.radix])) >= MOST_PATTERNS:
        raise ValueError(f"{len(fields)} fields are too few or too many")
    return found_in(list_, tokens, ids, side, seed)


def found_in(list_: Encoded, tokens: Tokens, ids: Sequence[Any], side: NDArray[np.int8] | None, seed: int) -> DeclaredResult:
    """Candidates, model, groups and the pairs as they are heard together."""
    size = list_.size
    order = np.lexsort([column.order for column in reversed(list_.columns)])
    i, j, passes = candidates(atoms(list_, list(tokens.numbers)), order, side)
    patterns = patterns_of(list_, i, j)
    model = weighed(list_, patterns, side, seed)
    bits = scored(model, patterns, list_.radix)
    label = groups(size, i, j, bits, side)
    more_i, more_j = within_groups(label, side, np.sort(i * size + j))
    more = patterns_of(list_, more_i, more_j)
    i, j, patterns = np.concatenate([i, more_i]), np.concatenate([j, more_j]), np.concatenate([patterns, more])
    bits = np.concatenate([bits, scored(model, more, list_.radix)])
    heard = heard_together(size, i, j, bits, label, side)
    use = (heard >= SHOWN) | (label[i] == label[j])
    i, j, heard = i[use], j[use], heard[use]
    told = {"score": heard, "probability": probability(heard), "alone": bits[use], "pattern": patterns[use], "same": label[i] == label[j]}
    turned = np.zeros(len(i), dtype=bool) if side is None else side[i] > side[j]
    table = np.zeros(size, dtype=np.int64) if side is None else side.astype(np.int64)
    clusters = pl.DataFrame({"id": list(ids), "table": table, "cluster": np.unique(label, return_inverse=True)[1]}, strict=False)
    return DeclaredResult(pair_table(ids, i, j, told, turned), clusters, passes_table(passes), model)


def passes_table(passes: Passes) -> pl.DataFrame:
    """What each pass brought, as a table."""
    names = ("key", "cap", "blocks", "over_cap", "pairs", "new")
    return pl.DataFrame(passes.rows, schema=dict(zip(names, (pl.String, *[pl.Int64] * 5), strict=True)), orient="row")


def levels_of(result: DeclaredResult) -> Ints:
    """(pairs, pieces): the levels behind each listed pair, in the order of `model.evidence`."""
    return unpack(result.pairs["pattern"].to_numpy().astype(np.int64), result.model.radix)


