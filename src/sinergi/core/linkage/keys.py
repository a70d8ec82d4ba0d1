"""What two records must share to be compared: a few keys, each with a cap on how many may share it before it is split.

A key that nothing is lost without goes; one comes only with the recall it brings (bench linkage tells what each alone found). A record may enter a
key with several values: with each of its two rarest words, for one may be mistyped. A word hardly ever met is taken for such a slip and comes last.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sinergi.core.linkage.encode import AT_ONCE, Encoded, mixed

FULL = 12
SLIP = 16.5  # bits: one record in a hundred thousand
TOLD = 20.0  # bits of two words that are enough alone
PAIRS = ((0, 1), (0, 2), (1, 2))


@dataclass(frozen=True)
class Keys:
    """`columns` (n, columns) uint64, 0: none; `split` (n): what an overfull block is divided by; `widths`: columns of each key, side by side.

    Columns of one key share their values: two records share the key when any column of it agrees with any."""

    names: tuple[str, ...]
    caps: tuple[int, ...]
    columns: np.ndarray
    split: np.ndarray
    widths: tuple[int, ...] = ()

    @property
    def begins(self) -> np.ndarray:
        """The first column of each key, and the number of columns last (keys + 1)."""
        return np.asarray(np.r_[0, np.cumsum(self.widths or (1,) * len(self.names))], np.int64)

    def only(self, k: int) -> Keys:
        """One key alone."""
        low, high = self.begins[k : k + 2]
        return Keys((self.names[k],), (self.caps[k],), self.columns[:, low:high], self.split, (int(high - low),))

    def met(self, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """Which keys the records i (m) and j (m) share: (m, keys)."""
        out = np.zeros((len(i), len(self.names)), np.bool_)
        for k in range(len(self.names)):
            mine = range(*self.begins[k : k + 2])
            for a in mine:
                for b in mine:
                    out[:, k] |= (self.columns[i, a] == self.columns[j, b]) & (self.columns[i, a] != 0)
        return out


def hashed(given: np.ndarray, *parts: np.ndarray | int) -> np.ndarray:
    """The hash of parts where `given`, else 0."""
    return np.where(given, mixed(*parts), np.uint64(0)).astype(np.uint64)


def rarest(e: Encoded, most: int) -> tuple[np.ndarray, np.ndarray]:
    """(hashes of the rarest words of each name, their bits), (n, most) each, rarest first; slips after all others; 0 where there is none."""
    every = np.concatenate([e.own, e.father], 1)
    bits = np.append(e.bits, np.float32(0))[every]
    weight = np.where(every < 0, np.float32(-1), np.where(bits >= SLIP, bits / 1000, bits))
    hashes, rows = np.append(e.hashes, np.uint64(0)), np.arange(len(every))
    words, told = np.zeros((len(every), most), np.uint64), np.zeros((len(every), most), np.float32)
    for place in range(most):
        best = weight.argmax(1)
        word = np.where(weight[rows, best] < 0, -1, every[rows, best])
        words[:, place], told[:, place] = hashes[word], np.where(word < 0, 0, bits[rows, best])
        weight = np.where(every == word[:, None], np.float32(-1), weight)
    return words, told


def two_words(words: np.ndarray, a: int, b: int, *more: np.ndarray | int) -> np.ndarray:
    """The hash of two words of each name in either order and of what stands beside them."""
    one, other = words[:, a], words[:, b]
    return mixed(np.minimum(one, other), np.maximum(one, other), *more)


OF_WORDS = ("bits", "letters", "length", "hashes")


def batch_keys(e: Encoded) -> Keys:
    """The keys of every record."""
    some = part_keys(rows_of(e, 0, AT_ONCE))
    columns, split = np.empty((len(e.own), some.columns.shape[1]), np.uint64), np.empty(len(e.own), np.uint64)
    for low in range(0, len(e.own), AT_ONCE):
        part = part_keys(rows_of(e, low, low + AT_ONCE)) if low else some
        columns[low : low + AT_ONCE], split[low : low + AT_ONCE] = part.columns, part.split
    return Keys(some.names, some.caps, columns, split, some.widths)


def rows_of(e: Encoded, low: int, high: int) -> Encoded:
    """Some rows of all."""
    return e._replace(**{name: getattr(e, name)[low:high] for name in Encoded._fields if name not in OF_WORDS})


def part_keys(e: Encoded) -> Keys:
    """The keys of some records."""
    words, told = rarest(e, 3)
    one, two = words[:, 0] > 0, words[:, 1] > 0
    number, full, day, phones = e.number, e.digits == FULL, e.born > 0, e.phones
    yy, mm, dd, rest = number // 10**10, number // 10**8 % 100, number // 10**6 % 100, number % 10**6
    where, area = e.address > 0, e.postcode // 100
    enough = [words[:, b] > 0 for _, b in PAIRS]
    rows = (
        ("number", 60, (hashed(number > 0, number, 1),)),
        ("month_day", 60, (hashed(full, mm, dd, rest, 2),)),
        ("year_day", 60, (hashed(full, yy, dd, rest, 3),)),
        ("year_month", 60, (hashed(full, yy, mm, rest, 4),)),
        ("document", 60, (hashed(e.document > 0, e.document, 6),)),
        ("born_word", 30, (hashed(day & one, e.born, words[:, 0], 7), hashed(day & two, e.born, words[:, 1], 7))),
        ("phone", 60, (hashed(phones[:, 0] > 0, phones[:, 0], 8), hashed((phones[:, 1] > 0) & (phones[:, 1] != phones[:, 0]), phones[:, 1], 8))),
        ("address_word", 20, (hashed(where & one, e.address, words[:, 0], 9), hashed(where & two, e.address, words[:, 1], 9))),
        ("skeletons_area", 60, (hashed((e.skeletons > 0) & (area > 0), e.skeletons, area, 10),)),
        ("name", 30, (hashed(e.folds > 0, e.folds, 11),)),
        ("rare_area", 60, (hashed(two & (area > 0), two_words(words, 0, 1, area, 12)),)),
        ("rare", 20, tuple(hashed(some & (told[:, a] + told[:, b] >= TOLD), two_words(words, a, b, 13))
                           for some, (a, b) in zip(enough, PAIRS, strict=True))),
    )
    split = mixed(np.where(e.given > 0, e.given, e.folds), e.sex)
    return Keys(tuple(r[0] for r in rows), tuple(r[1] for r in rows), np.stack([column for r in rows for column in r[2]], 1), split,
                tuple(len(r[2]) for r in rows))

