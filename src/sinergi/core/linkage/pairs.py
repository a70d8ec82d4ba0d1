"""Pairs worth comparing: records that share a key, compared on the spot. No table of pairs exists before comparison.

A pair that met under an earlier key is passed over, so nothing is compared twice. A block over its key's cap is divided by a second key; what is then
still over the cap is reported, never dropped in silence, and its pairs may still meet under a later key.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from sinergi.core.linkage.encode import Encoded, mixed
from sinergi.core.linkage.keys import Keys, batch_keys
from sinergi.core.linkage.levels import SAMPLE, glances, is_drawn, is_hopeless, pattern_of
from sinergi.core.linkage.machine import compiled, in_parallel, spread

AT_ONCE = 20_000_000
PIECES = 64  # of the blocks of a key, shared among threads


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
    """Pairs i < j with pattern, the key that found each, and for how many pairs it stands (arrays of one length), and what each key brought.

    A pair stands for itself. Where hopeless pairs were spared, one in SAMPLE is there, for learning, and stands for SAMPLE.
    """

    i: np.ndarray
    j: np.ndarray
    pattern: np.ndarray
    key: np.ndarray
    weight: np.ndarray
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
def walk(k, rows, starts, sizes, cuts, offsets, columns, begins, values, side, seen, sparing, e, out_i, out_j, out_pattern, out_weight, filled):
    """Compare the pairs of blocks, piece by piece; passed over is who met before (earlier key, smaller value of this one), lies on one side, or is
    hopeless and not drawn."""
    width = begins[k + 1] - begins[k]
    for piece in spread(len(cuts) - 1):
        o = offsets[piece]
        for g in range(cuts[piece], cuts[piece + 1]):
            for x in range(starts[g], starts[g] + sizes[g]):
                i = rows[x]
                for y in range(x + 1, starts[g] + sizes[g]):
                    j = rows[y]
                    met, weight = side[i] == side[j] and side[i] != 0, 1
                    if not met and k > 0:  # most who meet again met under the first key
                        met = is_shared(columns, begins[0], begins[1], i, j, np.uint64(0))
                    if sparing and not met and is_hopeless(seen, i, j):
                        met, weight = not is_drawn(seen, i, j), SAMPLE
                    if not met and width > 1:
                        met = is_shared(columns, begins[k], begins[k + 1], i, j, values[g])
                    q = 1
                    while not met and q < k:
                        met = is_shared(columns, begins[q], begins[q + 1], i, j, np.uint64(0))
                        q += 1
                    if not met:
                        out_i[o], out_j[o], out_pattern[o], out_weight[o] = min(i, j), max(i, j), pattern_of(e, i, j), weight
                        o += 1
        filled[piece] = o - offsets[piece]


def blocks(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Where equal values other than 0 stand, block by block, where each block begins, and how long it is; blocks of one are left out.

    Sorted are value and place as one integer, three times as fast as an order of values; the lowest bits of the value give way to the place. Should
    that bring two values together, the values themselves are put in order.
    """
    some = np.flatnonzero(values)
    low = np.uint64(max(1, len(values)).bit_length())
    place = np.uint64((1 << int(low)) - 1)
    packed = pl.Series(values[some] & ~place | some.astype(np.uint64)).sort().to_numpy()  # twice as fast as NumPy's own on some processors
    order = packed & place
    packed = packed >> low
    alike = packed[1:] == packed[:-1]
    near = np.flatnonzero(alike)
    if (values[order[near]] != values[order[near + 1]]).any():
        order = some[np.argsort(values[some], kind="stable")].astype(np.uint64)
        alike = values[order[1:]] == values[order[:-1]]
    edges = np.diff(np.r_[False, alike, False].astype(np.int8))
    starts, sizes = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    sizes = sizes - starts + 1
    inside = np.r_[alike, False] | np.r_[False, alike]
    return order[inside[: len(order)]].astype(np.int64), np.cumsum(sizes) - sizes, sizes


def divided(column: np.ndarray, split: np.ndarray, width: int, cap: int) -> tuple[tuple[np.ndarray, ...], tuple[int, int, int]]:
    """The blocks of a key, those over the cap divided by the second key; what is still over it loses its key (so that a later one may pair it).

    `column`: its columns row by row, changed in place. Gives (places, sizes) and (blocks divided, blocks still over, records in those).
    """
    order, _, sizes = blocks(column)
    big = sizes > cap
    if not big.any():
        return (order, sizes), (0, 0, 0)
    large = np.repeat(big, sizes)
    places = order[large]
    column[places] = mixed(column[places], split[places // width])
    inner, _, parts = blocks(column[places])
    still = parts > cap
    beyond = np.repeat(still, parts)
    over = places[inner[beyond]]
    column[over] = 0
    kept = np.r_[order[~large], places[inner[~beyond]]], np.r_[sizes[~big], parts[~still]]
    return kept, (int(big.sum()), int(still.sum()), len(over))


def candidates(encoded: Encoded, side: np.ndarray | None = None, keys: Keys | None = None, on_pass: Callable[[Pass], None] | None = None,
               at_once: int = AT_ONCE, sparing: bool = False) -> Candidates:
    """All pairs that share a key. `side` (n) int8: records of one side other than 0 do not meet each other; `at_once` bounds memory.

    `sparing`: of hopeless pairs one in SAMPLE is compared."""
    given, keys = keys, batch_keys(encoded) if keys is None else keys
    beside = np.zeros(len(encoded.own), np.int8) if side is None else side
    found: list[tuple[np.ndarray, ...]] = []
    passes = []
    columns, begins, seen = keys.columns if given is None else np.array(keys.columns), keys.begins, glances(encoded)
    for k, (name, cap) in enumerate(zip(keys.names, keys.caps, strict=True)):
        width = int(begins[k + 1] - begins[k])
        flat = columns[:, begins[k] : begins[k + 1]].ravel()
        (order, sizes), counts = divided(flat, keys.split, width, cap)
        if counts[0]:
            columns[:, begins[k] : begins[k + 1]] = flat.reshape(-1, width)
        new = [one_pass(k, chunk, flat, columns, begins, beside, seen, sparing, encoded) for chunk in chunks(order, sizes, at_once)]
        found += [(*one, np.full(len(one[0]), k, np.int8)) for one in new]
        passes.append(Pass(name, sum(len(one[0]) for one in new), *counts))
        if on_pass is not None:
            on_pass(passes[-1])
    kinds = (np.int32, np.int32, np.int32, np.uint8, np.int8)
    whole = [np.concatenate([f[c] for f in found]) if found else np.zeros(0, kind) for c, kind in enumerate(kinds)]
    return Candidates(whole[0], whole[1], whole[2], whole[4], whole[3], tuple(passes))


def chunks(order: np.ndarray, sizes: np.ndarray, at_once: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The blocks of a key in pieces of at most `at_once` pairs: (places, where each block begins among them, sizes)."""
    starts = np.cumsum(sizes) - sizes
    total = np.cumsum(sizes * (sizes - 1) // 2)
    out, low = [], 0
    while low < len(starts):
        base = total[low - 1] if low else 0
        high = max(int(np.searchsorted(total, base + at_once, side="right")), low + 1)
        out.append((order, starts[low:high], sizes[low:high]))
        low = high
    return out


def one_pass(k: int, chunk: tuple[np.ndarray, np.ndarray, np.ndarray], flat: np.ndarray, columns: np.ndarray, begins: np.ndarray,
             side: np.ndarray, seen: np.ndarray, sparing: bool, encoded: Encoded) -> tuple[np.ndarray, ...]:
    """The new pairs of a piece: i, j, pattern, weight. `flat`: the key's columns row by row, where places point."""
    order, starts, sizes = chunk
    total = np.cumsum(sizes * (sizes - 1) // 2)
    ends = np.searchsorted(total, np.linspace(0, total[-1], PIECES + 1))
    cuts = np.unique(np.r_[0, ends, len(sizes)])
    offsets = np.r_[0, total][cuts]
    out = [np.empty(int(total[-1]), kind) for kind in (np.int32, np.int32, np.int32, np.uint8)]
    filled = np.zeros(len(cuts) - 1, np.int64)
    rows, values = order // (begins[k + 1] - begins[k]), flat[order[starts]]
    walk(k, rows, starts, sizes, cuts, offsets, columns, begins, values, side, seen, sparing, encoded, *out, filled)
    return tuple(np.concatenate([part[o : o + n] for o, n in zip(offsets, filled, strict=False)]) for part in out)
