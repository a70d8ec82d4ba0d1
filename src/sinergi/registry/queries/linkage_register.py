"""The register as it is compared: records as features, piece by piece, and the words that make a name rare. Read only while a run's verb runs.

A piece is Parquet in a column of the database, so features live and die under the guard of what they were made from.
"""
from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl
from django.db import connection

from sinergi.core.identity import CARDS
from sinergi.core.linkage.encode import Vocabulary, encode
from sinergi.core.linkage.keys import batch_keys
from sinergi.core.linkage.records import WRITTEN, features

from ..models import LinkagePiece, LinkageRegister

LOW = np.uint64(0xFFFFFFFF)
RECORDS = "SELECT record, received, payload, numbers FROM sinergi_linkage_records(%s, %s, %s)"
Numbers = Sequence[Sequence[str]]


def parquet(frame: pl.DataFrame) -> bytes:
    """A frame as it is kept."""
    out = io.BytesIO()
    frame.write_parquet(out, compression="zstd", compression_level=3)
    return out.getvalue()


def frame_of(content: bytes | memoryview | None, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """A kept frame again, or only these columns of it."""
    return pl.read_parquet(io.BytesIO(bytes(content or b"")), columns=list(columns) if columns else None)


def written(rows: Iterable[tuple[Mapping[str, Any], Numbers]]) -> pl.DataFrame:
    """(payload, numbers) as records keep them -> a frame with the columns that features are read from."""
    columns: dict[str, list[Any]] = {name: [] for name in WRITTEN}
    for payload, numbers in rows:
        cards = [value for kind, _, value in numbers if kind in CARDS]
        others = [f"{kind}:{country}:{value}" for kind, country, value in numbers if kind not in CARDS]
        born = payload.get("birth_date")
        columns["number"].append(cards[0] if cards else None)
        columns["document"].append(others[0] if others else None)
        columns["birth_date"].append(dt.date.fromisoformat(born) if born else None)
        columns["birth_year"].append(payload.get("birth_year"))
        columns["phones"].append(list(payload.get("phones") or ()))
        for name in ("name", "sex", "address", "postcode"):
            columns[name].append(payload.get(name) or None)
    return pl.DataFrame(columns, schema=WRITTEN)


def next_records(after: tuple[dt.datetime, UUID], most: int) -> list[tuple[UUID, dt.datetime, Any, Any]]:
    """The next records of the register in the order of their coming. One query, in `linkage.refresh` alone."""
    with connection.cursor() as cursor:
        cursor.execute(RECORDS, [*after, most])
        return cursor.fetchall()


def prepared(rows: Sequence[tuple[UUID, dt.datetime, Any, Any]], on: dt.date) -> pl.DataFrame:
    """Records of the register as features, each with its id."""
    frame = features(written((loaded(payload), loaded(numbers) or []) for _, _, payload, numbers in rows), on)
    return frame.with_columns(record=pl.Series([row[0].bytes for row in rows], dtype=pl.Binary))


def loaded(value: Any) -> Any:
    """What a JSON column of a plain query holds."""
    return json.loads(value) if isinstance(value, str) else value


def key_marks(frame: pl.DataFrame, words: Vocabulary) -> np.ndarray:
    """The keys of records as short hashes (n, keys) uint32, 0: none; enough to see which records are worth a look."""
    return np.asarray((batch_keys(encode(frame, words)).columns & LOW).astype(np.uint32))


def key_columns() -> dict[str, tuple[str, ...]]:
    """The keys that records may share, in the order they are tried -> the columns of a piece's marks that hold them."""
    keys = batch_keys(encode(prepared([], dt.date.min), Vocabulary({}, 1)))
    return {name: tuple(f"k{n}" for n in range(low, high)) for name, low, high in zip(keys.names, keys.begins[:-1], keys.begins[1:], strict=True)}


def ready() -> LinkageRegister | None:
    """The register as it was last prepared."""
    return LinkageRegister.objects.exclude(ready_at=None).order_by("-id").first()


def words_of(register: LinkageRegister) -> Vocabulary:
    """The words of names and how many of the register bear each."""
    frame = frame_of(register.words or b"") if register.words else pl.DataFrame({"t": [], "c": []}, schema={"t": pl.String, "c": pl.Int64})
    return Vocabulary(dict(frame.iter_rows()), max(1, register.total))


def counted_words(register: LinkageRegister) -> pl.DataFrame:
    """How many records bear each folded word (t, c), over all pieces; one piece in memory at a time."""
    found: pl.DataFrame | None = None
    for _, frame in pieces(register, ("own", "father")):
        each = frame.select(t=pl.col("own").list.concat("father").list.unique()).explode("t").drop_nulls()
        each = each.group_by("t").agg(c=pl.len().cast(pl.Int64))
        found = each if found is None else pl.concat([found, each]).group_by("t").agg(pl.col("c").sum())
    return found if found is not None else pl.DataFrame({"t": [], "c": []}, schema={"t": pl.String, "c": pl.Int64})


def pieces(register: LinkageRegister, columns: Sequence[str] | None = None) -> Iterator[tuple[int, pl.DataFrame]]:
    """(number of the piece, its features), one at a time."""
    for pk in LinkagePiece.objects.filter(register=register).order_by("number").values_list("pk", flat=True):
        number, content = LinkagePiece.objects.values_list("number", "features").get(pk=pk)
        yield number, frame_of(content, columns)


def near(register: LinkageRegister, wanted: np.ndarray) -> pl.DataFrame | None:
    """Records of the register that share a key with somebody wanted (marks, uint32); only those, whatever the size of the register."""
    found = []
    marks = pl.Series(np.unique(wanted[wanted != 0])).implode()
    for pk, content in LinkagePiece.objects.filter(register=register).order_by("number").values_list("pk", "keys").iterator(chunk_size=1):
        hit = frame_of(content).select(pl.any_horizontal(pl.all().is_in(marks))).to_series()
        if hit.any():
            found.append(frame_of(LinkagePiece.objects.values_list("features", flat=True).get(pk=pk)).filter(hit))
    return pl.concat(found) if found else None
