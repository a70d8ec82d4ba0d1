"""Pairs worth comparing: records that share a key, compared on the spot. No table of pairs exists before comparison.

A pair that met under an earlier key is passed over, so nothing is compared twice. A block over its key's cap is divided by a second key; what is then
still over the cap is reported, never dropped in silence, and its pairs may still meet under a later key.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sinergi.core.linkage.encode import Encoded, mixed
from sinergi.core.linkage.keys import Keys, batch_keys
from sinergi.core.linkage.levels import pattern_of
from sinergi.core.linkage.machine import compiled, in_parallel, spread

AT_ONCE = 20_000_000


@dataclass(frozen=True)
class Pass:
    """What one key brought: `pairs` compared (new under this key), blocks divided, and blocks still over the cap with how many records they hold."""

    key: str
    pairs: int
    divided: int
    over: int
    over_records: int


@dataclass(frozen=True)
class Candidates:
    """Pairs i < j with pattern and the key that found each (arrays of one length), and what each key brought."""

    i: np.ndarray
    j: np.ndarray
    pattern: np.ndarray
    key: np.ndarray
    passes: tuple[Pass, ...]


@compiled
def is_shared(columns, low, high, i, j, below):
    """Do two records share a value of these columns; where `below` is not 0, one that is smaller?"""
    for a in range(low, high):
        value = columns[i, a]
        if value != 0 and (below == 0 or value < below):
            for b in range(low, high):
                if columns[j, b] == value:
                    return True
    return False


@in_parallel
def walk(k, order, starts, sizes, offsets, columns, begins, values, side, e, out_i, out_j, out_pattern):
    """Compare every pair of every block; pattern -1 where the pair met before (earlier key, smaller value of this one) or lies on one side."""
    width = begins[k + 1] - begins[k]
    for g in spread(len(starts)):
        o, value = offsets[g], values[g] if width > 1 else np.uint64(1)
        for x in range(sizes[g]):
            i = order[starts[g] + x]
            for y in range(x + 1, sizes[g]):
                j = order[starts[g] + y]
                met = (side[i] == side[j] and side[i] != 0) or (width > 1 and is_shared(columns, begins[k], begins[k + 1], i, j, value))
                q = 0
                while not met and q < k:
                    met = is_shared(columns, begins[q], begins[q + 1], i, j, np.uint64(0))
                    q += 1
                out_i[o], out_j[o] = min(i, j), max(i, j)
                out_pattern[o] = -1 if met else pattern_of(e, i, j)
                o += 1


def blocks(key: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Records in the order of their key, where each block of equal keys begins, and how long it is."""
    some = np.flatnonzero(key)
    order = some[np.argsort(key[some], kind="stable")]
    sorted_keys = key[order]
    starts = np.flatnonzero(np.r_[True, sorted_keys[1:] != sorted_keys[:-1]]) if len(order) else np.zeros(0, np.int64)
    return order, starts, np.diff(np.r_[starts, len(order)])


def divided(column: np.ndarray, split: np.ndarray, cap: int) -> tuple[int, int, int]:
    """Divide blocks over the cap by the second key, and empty the key of what is still over it (so that a later key may pair it). In place.

    Gives (blocks divided, blocks still over, records in those).
    """
    order, starts, sizes = blocks(column)
    big = np.flatnonzero(sizes > cap)
    if not len(big):
        return 0, 0, 0
    rows = np.concatenate([order[starts[b] : starts[b] + sizes[b]] for b in big])
    column[rows] = mixed(column[rows], split[rows])
    held = np.zeros_like(column)
    held[rows] = column[rows]
    order, starts, sizes = blocks(held)
    still = np.flatnonzero(sizes > cap)
    over = np.concatenate([order[starts[b] : starts[b] + sizes[b]] for b in still]) if len(still) else np.zeros(0, np.int64)
    column[over] = 0
    return len(big), len(still), len(over)


def candidates(encoded: Encoded, side: np.ndarray | None = None, keys: Keys | None = None, on_pass: Callable[[Pass], None] | None = None,
               at_once: int = AT_ONCE) -> Candidates:
    """All pairs that share a key. `side` (n) int8: records of one side other than 0 do not meet each other; `at_once` bounds memory."""
    keys = batch_keys(encoded) if keys is None else keys
    beside = np.zeros(len(encoded.own), np.int8) if side is None else side
    found: list[tuple[np.ndarray, ...]] = []
    passes = []
    columns, begins = np.array(keys.columns), keys.begins
    for k, (name, cap) in enumerate(zip(keys.names, keys.caps, strict=True)):
        width = begins[k + 1] - begins[k]
        flat = columns[:, begins[k] : begins[k + 1]].ravel()
        split, over, over_records = divided(flat, np.repeat(keys.split, width), cap)
        columns[:, begins[k] : begins[k + 1]] = flat.reshape(-1, width)
        new = [one_pass(k, chunk, flat, columns, begins, beside, encoded) for chunk in chunks(flat, at_once)]
        found += [(i, j, p, np.full(len(i), k, np.int8)) for i, j, p in new]
        passes.append(Pass(name, sum(len(i) for i, _, _ in new), split, over, over_records))
        if on_pass is not None:
            on_pass(passes[-1])
    kinds = (np.int32, np.int32, np.int32, np.int8)
    whole = [np.concatenate([f[c] for f in found]) if found else np.zeros(0, kind) for c, kind in enumerate(kinds)]
    return Candidates(whole[0], whole[1], whole[2], whole[3], tuple(passes))


def chunks(column: np.ndarray, at_once: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The blocks of a key in pieces of at most `at_once` pairs: (order, starts, sizes)."""
    order, starts, sizes = blocks(column)
    more = sizes > 1
    starts, sizes = starts[more], sizes[more]
    total = np.cumsum(sizes * (sizes - 1) // 2)
    out, low = [], 0
    while low < len(starts):
        base = total[low - 1] if low else 0
        high = max(int(np.searchsorted(total, base + at_once, side="right")), low + 1)
        out.append((order, starts[low:high], sizes[low:high]))
        low = high
    return out


def one_pass(k: int, chunk: tuple[np.ndarray, np.ndarray, np.ndarray], flat: np.ndarray, columns: np.ndarray, begins: np.ndarray,
             side: np.ndarray, encoded: Encoded) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The new pairs of a piece: i, j, pattern. `flat`: the key's columns row by row, where blocks point."""
    order, starts, sizes = chunk
    each = sizes * (sizes - 1) // 2
    offsets = np.cumsum(each) - each
    i, j, pattern = (np.empty(int(each.sum()), np.int32) for _ in range(3))
    rows = order // (begins[k + 1] - begins[k])
    walk(k, rows, starts, sizes, offsets, columns, begins, flat[order[starts]], side, encoded, i, j, pattern)
    new = pattern >= 0
    return i[new], j[new], pattern[new]
