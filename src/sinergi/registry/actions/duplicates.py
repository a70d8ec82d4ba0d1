"""The register against itself: one key at a time in pieces of bounded size, then what hangs together is checked and cut at the weakest link."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
import polars as pl

from sinergi.core.linkage.clusters import clusters
from sinergi.core.linkage.vetoes import CODES

from ..models import LinkageChunk, LinkagePiece, LinkageRow, LinkageRun
from ..queries.comparing import MOST_RECORDS, Pairs, apart, bearers, met_counts, scored
from ..queries.linkage_register import frame_of, key_columns, parquet

if TYPE_CHECKING:
    from .comparing import Scales

IDENTITY = ("number", "digits", "whole", "year", "sex")
SURE = 6.63  # bits: 99 in 100, where no certificate says more
SAVED_AT_ONCE = 5000


def compare_key(run: LinkageRun, chunk: LinkageChunk, by: Scales) -> dict[str, Any]:
    """The pairs of the register that share one key, of one share of its values; they wait with the piece until all are weighed together."""
    columns, parts = key_columns(), LinkageChunk.objects.filter(run=run, key=chunk.key).count()
    frames = list(sharing(by, columns[chunk.key], chunk.chunk, parts))
    if not frames:
        return {"candidates": 0, "likely": 0, "keys": {}}
    pairs = scored(pl.concat(frames), by.words, by.model, None, list(columns).index(chunk.key))
    chunk.found = parquet(kept(pairs))
    return pairs.counts


def sharing(by: Scales, key: Sequence[str], part: int, parts: int) -> Iterator[pl.DataFrame]:
    """Features of the records whose key another record holds too, piece by piece."""
    pieces = list(LinkagePiece.objects.filter(register=by.register).order_by("number").values_list("pk", flat=True))
    marks = [frame_of(LinkagePiece.objects.values_list("keys", flat=True).get(pk=pk), key).to_numpy() for pk in pieces]
    every = np.concatenate([one.ravel() for one in marks]) if marks else np.zeros(0, np.uint32)
    mine = every[(every != 0) & (every % parts == part)]
    values, times = np.unique(mine, return_counts=True)
    shared = values[times > 1]
    for pk, column in zip(pieces, marks, strict=True):
        hit = np.isin(column, shared).any(1)
        if hit.any():
            yield frame_of(LinkagePiece.objects.values_list("features", flat=True).get(pk=pk)).filter(pl.Series(hit))


def kept(pairs: Pairs) -> pl.DataFrame:
    """Pairs as they wait: both records with what clusters are checked by, bits, levels, keys that met, vetoes."""
    ends: dict[str, Any] = {}
    for end, rows in (("first", pairs.first), ("second", pairs.second)):
        side = pairs.frame.select("record", *IDENTITY)[rows]
        ends |= {f"{end}_{name}": side[name] for name in side.columns}
    return pl.DataFrame(ends | {
        "bits": pairs.bits, "levels": pl.Series(pairs.levels.tolist(), dtype=pl.List(pl.Int64)),
        "met": pl.Series(pairs.met.tolist(), dtype=pl.List(pl.Boolean)), "barred": pl.Series(pairs.barred.tolist(), dtype=pl.List(pl.Boolean)),
        "names": pl.Series([list(pairs.names)] * len(pairs.bits), dtype=pl.List(pl.String))})


def weigh(run: LinkageRun, by: Scales) -> dict[str, Any]:
    """Every pair once, the best for each two persons, cut where they cannot be one person -> rows of the run. Gives what the report adds."""
    waiting = LinkageChunk.objects.filter(run=run).exclude(found=None).order_by("id").values_list("found", flat=True)
    frames = [frame_of(content) for content in waiting.iterator(chunk_size=1)]
    LinkageRow.objects.filter(run=run, applied=False).delete()
    if not frames:
        return {"zones": {}}
    pairs = pl.concat(frames).unique(["first_record", "second_record"], keep="first", maintain_order=True)
    met = np.array(pairs["met"].to_list(), bool)
    counts = met_counts(tuple(pairs["names"][0]), met, np.array(pairs["levels"].to_list(), np.int64)) if pairs.height else {}
    cut, why = groups_cut(pairs, by.threshold if by.threshold is not None else SURE)
    rows = list(rows_of(run, pairs, cut, by.threshold))
    LinkageRow.objects.bulk_create(rows, batch_size=SAVED_AT_ONCE)
    LinkageChunk.objects.filter(run=run).update(found=None)
    return {**counts, "cut": why, "zones": dict(Counter(row.zone for row in rows))}


def groups_cut(pairs: pl.DataFrame, threshold: float) -> tuple[np.ndarray, dict[str, int]]:
    """Which pairs are the weakest link of a group that cannot be one person (n), and how often each contradiction was met."""
    ends = pl.concat([pairs.select(record=f"{end}_record", **{name: f"{end}_{name}" for name in IDENTITY}) for end in ("first", "second")])
    people = ends.unique("record", keep="first", maintain_order=True).with_row_index("at")
    place = dict(zip(people["record"], people["at"], strict=True))
    sure = np.flatnonzero(pairs["bits"].to_numpy() >= threshold)
    i, j = (np.array([place[r] for r in pairs[f"{end}_record"].gather(sure)], np.int64) for end in ("first", "second"))
    _, cut, why = clusters(people.height, i, j, pairs["bits"].to_numpy()[sure], {name: people[name].to_numpy() for name in IDENTITY})
    out = np.zeros(pairs.height, bool)
    out[sure[cut]] = True
    return out, why


def rows_of(run: LinkageRun, pairs: pl.DataFrame, cut: np.ndarray, threshold: float | None) -> Iterator[LinkageRow]:
    """A row for each two persons, their best pair; who is one person already, or was told apart, is left out."""
    records = list({UUID(bytes=r) for end in ("first", "second") for r in pairs[f"{end}_record"]})
    told = apart(records)
    whose = bearers([*records, *{r for pair in told for r in pair}])
    different = {frozenset(whose[r].person for r in pair if r in whose) for pair in told}
    seen: set[frozenset[UUID]] = set()
    for n in np.argsort(-pairs["bits"].to_numpy(), kind="stable"):
        one = pairs.row(int(n), named=True)
        first, second = sorted((UUID(bytes=one["first_record"]), UUID(bytes=one["second_record"])))
        if first not in whose or second not in whose:
            continue
        both = frozenset((whose[first].person, whose[second].person))
        if len(both) < 2 or both in seen or both in different:
            continue
        seen.add(both)
        barred = [code for code, there in zip(CODES, one["barred"], strict=True) if there] + ["cluster_cut"] * bool(cut[n])
        barred += ["dead"] * (whose[first].died or whose[second].died)
        barred += ["too_many_records"] * (whose[first].members + whose[second].members > MOST_RECORDS and "too_many_records" not in barred)
        zone = "auto" if threshold is not None and one["bits"] >= threshold and not barred else "review"
        yield LinkageRow(run=run, row=len(seen), key=f"#{len(seen)}", cells=[], zone=zone, record_id=first, other_id=second,
                         person_id=whose[second].person, bits=round(float(one["bits"]), 3), levels=one["levels"],
                         keys=[name for name, there in zip(one["names"], one["met"], strict=True) if there], vetoes=barred)
