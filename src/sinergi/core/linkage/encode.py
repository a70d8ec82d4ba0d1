"""Features -> integers: what the comparison and the keys read. Words become numbers of one vocabulary, with their rarity in bits.

Hashes are stable across processes and versions, so a run that was killed, a second machine and the counter meet the same keys and patterns.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from sinergi.core.linkage.records import mark
from sinergi.core.linkage.spelling import spell

NAMED, ADDRESSED, LETTERS, PHONES = 7, 8, 16, 2
MOST_BITS = 17.0


class Encoded(NamedTuple):
    """n records as arrays; 0 (words: -1) is not known.

    own, father (n, 7) int32 words; marker (n) int8; canon, given, folds, skeletons, document, address (n) uint64 hashes; initials (n) uint32 bits;
    number (n) int64, digits (n) int8, whole (n) bool: it holds a date; born (n) int32 yyyymmdd; year (n) int16; sex (n) int8; phones (n, 2) int64;
    places (n, 8) uint64; postcode (n) int32; of each word: bits float32, letters (words, 16) uint8, length int8, hashes uint64.
    """

    own: np.ndarray
    father: np.ndarray
    marker: np.ndarray
    canon: np.ndarray
    given: np.ndarray
    folds: np.ndarray
    skeletons: np.ndarray
    initials: np.ndarray
    number: np.ndarray
    digits: np.ndarray
    whole: np.ndarray
    born: np.ndarray
    year: np.ndarray
    sex: np.ndarray
    phones: np.ndarray
    document: np.ndarray
    address: np.ndarray
    places: np.ndarray
    postcode: np.ndarray
    bits: np.ndarray
    letters: np.ndarray
    length: np.ndarray
    hashes: np.ndarray


@dataclass(frozen=True)
class Vocabulary:
    """How many records bear each folded word of a name, of how many records: what makes a word rare. From the register itself."""

    counts: Mapping[str, int]
    total: int

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Vocabulary:
        """The words of a frame of features."""
        rows = frame.select(t=pl.col("own").list.concat("father").list.unique()).with_row_index("r")
        found = rows.explode("t", empty_as_null=False).drop_nulls("t").group_by("t").len()
        return cls(dict(found.iter_rows()), max(1, frame.height))

    def rarity(self, words: list[str]) -> np.ndarray:
        """Bits that each word tells, capped so that a typing error does not become proof."""
        counts = np.array([self.counts.get(word, 0) for word in words], float)
        share = np.maximum(counts, self.total * 2.0**-MOST_BITS) / self.total
        return np.asarray(-np.log2(share)).clip(0, MOST_BITS).astype(np.float32)


def encode(frame: pl.DataFrame, vocabulary: Vocabulary) -> Encoded:
    """A frame of features -> arrays, row by row in the same order."""
    words = sorted(set(frame["own"].explode().drop_nulls()) | set(frame["father"].explode().drop_nulls()))
    index = pl.DataFrame({"t": words, "id": np.arange(len(words), dtype=np.int32)}, schema={"t": pl.String, "id": pl.Int32})
    place_words = frame["words"].explode().drop_nulls().unique().to_list()
    marks = np.array([mark("a", w) for w in place_words], np.uint64)
    places = pl.DataFrame({"t": place_words, "id": marks}, schema={"t": pl.String, "id": pl.UInt64})
    letters, length = spelled(words)
    phones = matrix(frame["phones"], PHONES, 0, np.int64)
    where = matrix(frame["words"], ADDRESSED, 0, np.uint64, places)
    return Encoded(
        own=matrix(frame["own"], NAMED, -1, np.int32, index), father=matrix(frame["father"], NAMED, -1, np.int32, index),
        **{name: column(frame[name], kind) for name, kind in PLAIN.items()},
        phones=phones, address=np.where((where != 0).any(1), mixed(*where.T), 0).astype(np.uint64), places=where,
        bits=vocabulary.rarity(words), letters=letters, length=length,
        hashes=np.array([mark("t", w) for w in words], np.uint64),
    )


PLAIN: dict[str, type] = {
    "marker": np.int8, "canon": np.uint64, "given": np.uint64, "folds": np.uint64, "skeletons": np.uint64, "initials": np.uint32, "number": np.int64,
    "digits": np.int8, "whole": np.bool_, "born": np.int32, "year": np.int16, "sex": np.int8, "document": np.uint64, "postcode": np.int32}


def column(values: pl.Series, kind: type) -> np.ndarray:
    """A column without gaps, a copy of its own: one that may not be written to is another type to machine code, which would be made anew."""
    return np.array(values.fill_null(False if kind is np.bool_ else 0).to_numpy(), dtype=kind)


def matrix(lists: pl.Series, width: int, empty: int, kind: type, index: pl.DataFrame | None = None) -> np.ndarray:
    """Lists as a matrix of `width` columns; words become the `id` of `index` (t, id). What does not fit is left out."""
    out: np.ndarray = np.full((len(lists), width), empty, kind)
    rows = pl.DataFrame({"r": np.arange(len(lists), dtype=np.int64), "t": lists}).filter(pl.col("t").list.len() > 0)
    flat = rows.with_columns(place=pl.int_ranges(0, pl.col("t").list.len())).explode("t", "place").filter(pl.col("place") < width)
    named = flat.rename({"t": "id"}) if index is None else flat.join(index, on="t", how="inner")
    out[named["r"].to_numpy(), named["place"].to_numpy()] = named["id"].to_numpy()
    return out


def spelled(words: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """The letters of each word (16 at most) and how many they are, spelled alone: a slip in YAHYA is spelled, YAHYA stands among the forms."""
    letters, length = np.zeros((len(words), LETTERS), np.uint8), np.zeros(len(words), np.int8)
    for i, word in enumerate(words):
        code = spell(word).encode("ascii", "replace")[:LETTERS]
        letters[i, : len(code)] = np.frombuffer(code, np.uint8)
        length[i] = len(code)
    return letters, length


def mixed(*parts: np.ndarray | int) -> np.ndarray:
    """Hashes of numbers, column by column (splitmix64). Equal inputs give equal hashes everywhere."""
    found: np.ndarray = np.asarray(np.uint64(0x9E3779B97F4A7C15))
    with np.errstate(over="ignore"):
        for part in parts:
            found = (found ^ np.asarray(part).astype(np.uint64)) * np.uint64(0xBF58476D1CE4E5B9)
            found = found ^ (found >> np.uint64(29))
            found = found * np.uint64(0x94D049BB133111EB)
            found = found ^ (found >> np.uint64(32))
    return np.asarray(found)
