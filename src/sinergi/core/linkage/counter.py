"""One record against a few, at a counter: the same features and the same patterns as in a batch, without the cost of starting one.

Frames and threads pay from thousands of rows on; for forty they cost more than the comparison. A property test holds both ways equal.
"""
from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from sinergi.core.identity import MISREAD, birth_of
from sinergi.core.linkage.encode import ADDRESSED, NAMED, PHONES, Encoded, Vocabulary, mixed, spelled
from sinergi.core.linkage.levels import pattern_of
from sinergi.core.linkage.machine import compiled
from sinergi.core.linkage.records import ADDRESS_WORDS, Record, mark, name_features

SEXES = {"m": 1, "f": 2}
CARD, LONGEST = 12, 18


def few(records: Sequence[Record], vocabulary: Vocabulary, on: dt.date) -> Encoded:
    """Records as arrays, as `encode(features(written(records), on), vocabulary)` gives them; `on` settles the century."""
    n, named = len(records), [name_features(r.name) if r.name else None for r in records]
    words = sorted({t for f in named if f for t in (*f[1], *f[2])})
    index = {word: i for i, word in enumerate(words)}
    letters, length, hashes = (np.concatenate(part) for part in zip(*map(written_word, words), strict=True)) if words else written_word("")
    cards = [digits_of(r.number) for r in records]
    births = [r.birth_date or (birth_of(c, on) if len(c) == CARD else None) for r, c in zip(records, cards, strict=True)]
    places = np.zeros((n, ADDRESSED), np.uint64)
    for i, record in enumerate(records):
        found = address_words(record.address)[:ADDRESSED]
        places[i, : len(found)] = [mark("a", w) for w in found]
    return Encoded(
        own=filled([f[1] if f else [] for f in named], index), father=filled([f[2] if f else [] for f in named], index),
        marker=np.array([f[3] if f else 0 for f in named], np.int8), canon=np.array([f[0] if f else 0 for f in named], np.uint64),
        given=np.array([f[5] if f else 0 for f in named], np.uint64), folds=np.array([f[6] if f else 0 for f in named], np.uint64),
        skeletons=np.array([f[7] if f else 0 for f in named], np.uint64), initials=np.array([f[4] if f else 0 for f in named], np.uint32),
        number=np.array([int(c or 0) for c in cards], np.int64), digits=np.array([len(c) for c in cards], np.int8),
        whole=np.array([len(c) == CARD and birth_of(c, on) is not None for c in cards], np.bool_),
        born=np.array([b.year * 10000 + b.month * 100 + b.day if b else 0 for b in births], np.int32),
        year=np.array([b.year if b else r.birth_year or 0 for r, b in zip(records, births, strict=True)], np.int16),
        sex=np.array([sex(r, c, f[8] if f else None) for r, c, f in zip(records, cards, named, strict=True)], np.int8),
        phones=phones(records), document=np.array([mark(r.document) if r.document else 0 for r in records], np.uint64),
        address=np.where((places != 0).any(1), mixed(*places.T), 0).astype(np.uint64), places=places,
        postcode=np.array([int(r.postcode[:5]) if r.postcode[:5].isascii() and r.postcode[:5].isdigit() else 0 for r in records], np.int32),
        bits=vocabulary.rarity(words), letters=letters[: len(words)], length=length[: len(words)], hashes=hashes[: len(words)])


@lru_cache(maxsize=1 << 15)
def written_word(word: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(letters (1, 16), length (1), hash (1)) of one word."""
    letters, length = spelled([word])
    return letters, length, np.array([mark("t", word)], np.uint64)


@lru_cache(maxsize=1 << 12)
def digits_of(number: str) -> str:
    """The digits of a number as typed; '' where there are none or too many."""
    found = re.sub(r"[^0-9]", "", number.upper().translate(MISREAD))
    return found if len(found) <= LONGEST else ""


def address_words(address: str) -> list[str]:
    """The telling words of an address, sorted."""
    return sorted(set(re.findall(r"[A-Z]+|[0-9]+", address.upper())) - set(ADDRESS_WORDS))


def sex(record: Record, card: str, by_name: int | None) -> int:
    """Said, by the number, or by the name."""
    by_card = (1 if int(card[11]) % 2 else 2) if len(card) == CARD else 0
    return SEXES.get(record.sex.lower()[:1], 0) or by_card or by_name or 0


def filled(lists: Sequence[Sequence[str]], index: dict[str, int]) -> np.ndarray:
    """Words by their numbers (n, 7); -1 where there is none."""
    out = np.full((len(lists), NAMED), -1, np.int32)
    for i, words in enumerate(lists):
        found = [index[w] for w in words[:NAMED]]
        out[i, : len(found)] = found
    return out


def phones(records: Sequence[Record]) -> np.ndarray:
    """The last nine digits of each phone (n, 2)."""
    out = np.zeros((len(records), PHONES), np.int64)
    for i, record in enumerate(records):
        digits = [re.sub(r"[^0-9]", "", phone).removeprefix("60") for phone in record.phones]
        found = [int(d[-9:]) for d in digits if len(d) >= 9][:PHONES]
        out[i, : len(found)] = found
    return out


@compiled
def first_against(e, out):  # type: ignore[no-untyped-def]
    """The pattern of row 0 with each other row, into `out`."""
    for j in range(len(out)):
        out[j] = pattern_of(e, 0, j + 1)


def patterns(record: Record, others: Sequence[Record], vocabulary: Vocabulary, on: dt.date) -> np.ndarray:
    """One record against others -> patterns int32 (n)."""
    out = np.empty(len(others), np.int32)
    if len(others):
        first_against(few([record, *others], vocabulary, on), out)
    return out
