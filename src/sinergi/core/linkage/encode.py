"""Features -> integers: what the comparison and the keys read. Words become numbers of one vocabulary, with their rarity in bits.

Hashes are stable across processes and versions, so a run that was killed, a second machine and the counter meet the same keys and patterns.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from sinergi.core.linkage.machine import compiled
from sinergi.core.linkage.records import mark
from sinergi.core.linkage.spelling import spell
from sinergi.core.linkage.words import CLASSES, SURNAMES

NAMED, ADDRESSED, LETTERS, PHONES = 7, 8, 16, 2
MOST_BITS = 17.0
AT_ONCE = 1 << 13  # rows: what is worked out of so many stays near the processor


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


class Numbered(NamedTuple):
    """The words of names as numbers: `words`, each once; own, father (n, 7) int32 places among them, -1 where there is none."""

    words: list[str]
    own: np.ndarray
    father: np.ndarray


@dataclass(frozen=True)
class Vocabulary:
    """How many records bear each folded word of a name, of how many records: what makes a word rare. From the register itself."""

    counts: Mapping[str, int]
    total: int

    @classmethod
    def of(cls, frame: pl.DataFrame, numbered: Numbered | None = None) -> Vocabulary:
        """The words of a frame of features; `numbered` where its words were numbered before."""
        given = of_names(frame) if numbered is None else numbered
        counts = np.zeros(len(given.words), np.int64)
        count_bearers(np.concatenate([given.own, given.father], 1), counts)
        return cls(dict(zip(given.words, counts.tolist(), strict=True)), max(1, frame.height))

    def rarity(self, words: list[str]) -> np.ndarray:
        """Bits that each word tells, capped so that a typing error does not become proof."""
        counts = np.array([self.counts.get(word, 0) for word in words], float)
        share = np.maximum(counts, self.total * 2.0**-MOST_BITS) / self.total
        return np.asarray(-np.log2(share)).clip(0, MOST_BITS).astype(np.float32)


@compiled
def count_bearers(words: np.ndarray, counts: np.ndarray) -> None:
    """How many rows of `words` (n, 14) hold each word, into `counts`; twice in one row is once."""
    for row in range(len(words)):
        for place in range(words.shape[1]):
            word, before = words[row, place], 0
            if word >= 0:
                while words[row, before] != word:
                    before += 1
                counts[word] += before == place


def of_names(frame: pl.DataFrame) -> Numbered:
    """The words of a frame of features, numbered."""
    lists = [frame["own"], frame["father"]]
    words, numbers = dictionary(pl.concat([flat(one) for one in lists]))
    first = int(lists[0].list.len().sum())
    return Numbered(words, *(matrix(one, NAMED, -1, np.int32, part) for one, part in zip(lists, (numbers[:first], numbers[first:]), strict=True)))


def encode(frame: pl.DataFrame, vocabulary: Vocabulary, numbered: Numbered | None = None) -> Encoded:
    """A frame of features -> arrays, row by row in the same order; `numbered` where its words were numbered before."""
    words, own, father = of_names(frame) if numbered is None else numbered
    letters, length = spelled(words)
    near, numbers = dictionary(flat(frame["words"]))
    where = matrix(frame["words"], ADDRESSED, 0, np.uint64, np.array([mark("a", w) for w in near], np.uint64)[numbers])
    return Encoded(
        own=own, father=father, **{name: column(frame[name], kind) for name, kind in PLAIN.items()},
        phones=matrix(frame["phones"], PHONES, 0, np.int64, flat(frame["phones"]).to_numpy()), address=address_of(where), places=where,
        bits=vocabulary.rarity(words), letters=letters, length=length,
        hashes=np.array([mark("t", w) for w in words], np.uint64),
    )


PLAIN: dict[str, type] = {
    "marker": np.int8, "canon": np.uint64, "given": np.uint64, "folds": np.uint64, "skeletons": np.uint64, "initials": np.uint32, "number": np.int64,
    "digits": np.int8, "whole": np.bool_, "born": np.int32, "year": np.int16, "sex": np.int8, "document": np.uint64, "postcode": np.int32}


def column(values: pl.Series, kind: type) -> np.ndarray:
    """A column without gaps, a copy of its own: one that may not be written to is another type to machine code, which would be made anew."""
    return np.array(values.fill_null(False if kind is np.bool_ else 0).to_numpy(), dtype=kind)


def flat(lists: pl.Series) -> pl.Series:
    """What the lists hold, one after the other."""
    return lists.explode(empty_as_null=False, keep_nulls=False)


def dictionary(texts: pl.Series) -> tuple[list[str], np.ndarray]:
    """Texts -> (each text once, in order; the place of each among those)."""
    coded = texts.cast(pl.Categorical(pl.Categories("linkage")))
    once = coded.unique()
    words = once.cast(pl.String)
    order = words.arg_sort()
    codes = once.to_physical().to_numpy()
    places = np.zeros(int(codes.max(initial=0)) + 1, np.int32)
    places[codes[order.to_numpy()]] = np.arange(len(codes), dtype=np.int32)
    return words[order].to_list(), places[coded.to_physical().to_numpy()]


def matrix(lists: pl.Series, width: int, empty: int, kind: type, values: np.ndarray) -> np.ndarray:
    """Lists as a matrix of `width` columns, of the values that stand for what they hold, one after the other. What does not fit is left out."""
    out: np.ndarray = np.full((len(lists), width), empty, kind)
    sizes = lists.list.len().fill_null(0).to_numpy().astype(np.int64)
    begins = np.cumsum(sizes) - sizes
    for place in range(width):
        rows = np.flatnonzero(sizes > place)
        out[rows, place] = values[begins[rows] + place]
    return out


def address_of(places: np.ndarray) -> np.ndarray:
    """The hash of all words of each address (n, 8); 0 where there is none."""
    out = np.zeros(len(places), np.uint64)
    for low in range(0, len(places), AT_ONCE):
        part = places[low : low + AT_ONCE]
        out[low : low + AT_ONCE] = np.where((part != 0).any(1), mixed(*part.T), 0)
    return out


def spelled(words: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """The letters of each folded word (16 at most) and how many they are, spelled alone: a slip in YAHYA is spelled, YAHYA stands among the forms."""
    letters, length = np.zeros((len(words), LETTERS), np.uint8), np.zeros(len(words), np.int8)
    for i, word in enumerate(words):
        code = (spell(word) if word in CLASSES or word in SURNAMES else word).encode("ascii", "replace")[:LETTERS]
        letters[i, : len(code)] = np.frombuffer(code, np.uint8)
        length[i] = len(code)
    return letters, length


def mixed(*parts: np.ndarray | int) -> np.ndarray:
    """Hashes of numbers, column by column (splitmix64). Equal inputs give equal hashes everywhere."""
    given = [np.asarray(part).astype(np.uint64) for part in parts]
    found: np.ndarray = np.full(np.broadcast_shapes(*(part.shape for part in given)), np.uint64(0x9E3779B97F4A7C15))
    more = np.empty_like(found)
    with np.errstate(over="ignore"):
        for part in given:
            np.bitwise_xor(found, part, out=found)
            for factor, places in ((np.uint64(0xBF58476D1CE4E5B9), np.uint64(29)), (np.uint64(0x94D049BB133111EB), np.uint64(32))):
                np.multiply(found, factor, out=found)
                np.right_shift(found, places, out=more)
                np.bitwise_xor(found, more, out=found)
    return found
