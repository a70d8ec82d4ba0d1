"""Our engine on prepared features: words counted, encoded, keys, pairs compared, weights learnt, pairs scored and written. A child of bench linkage.

Arguments: OUT FEATURES [REGISTER]. With a register the first file is a list, linked to it: of the register only what shares a key is encoded in full.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[2])

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402

from bench.peers import peak_gb  # noqa: E402
from sinergi.core.linkage.encode import Numbered, Vocabulary, encode, of_names  # noqa: E402
from sinergi.core.linkage.keys import batch_keys  # noqa: E402
from sinergi.core.linkage.model import pattern_scores, tally, train  # noqa: E402
from sinergi.core.linkage.pairs import candidates  # noqa: E402

PLACES, GOLDEN = 26, np.uint64(0x9E3779B97F4A7C15)
SPENT: dict[str, float] = {"start": round(time.process_time(), 2)}


@contextmanager
def phase(name: str) -> Iterator[None]:
    """CPU seconds of a phase."""
    before = time.process_time()
    yield
    SPENT[name] = round(time.process_time() - before, 2)


def near(listed: pl.DataFrame, register: pl.DataFrame, words: Vocabulary) -> np.ndarray:
    """Rows of the register that share a key with the list: first those whose key falls on a marked place, then those that have it."""
    wanted = np.unique(batch_keys(encode(listed, words)).columns)
    wanted = wanted[wanted != 0]
    columns, places = batch_keys(encode(register, words)).columns, np.zeros(1 << PLACES, bool)
    places[place(wanted)] = True
    row, key = np.nonzero(places[place(columns)])
    return np.unique(row[np.isin(columns[row, key], wanted)])


def place(keys: np.ndarray) -> np.ndarray:
    """Where a key falls among the places."""
    return (keys.astype(np.uint64) * GOLDEN) >> np.uint64(64 - PLACES)


def linked(frame: pl.DataFrame, words: Vocabulary, numbered: Numbered | None, side: np.ndarray | None) -> tuple[pl.DataFrame, dict[str, int]]:
    """(i, j, bits) of every candidate, and how many each key brought."""
    with phase("encode"):
        encoded = encode(frame, words, numbered)
    with phase("keys and pairs"):
        found = candidates(encoded, side, sparing=True)
    with phase("learn and score"):
        bits = pattern_scores(train(*tally(found.pattern, found.weight)), found.pattern)
    return pl.DataFrame({"i": found.i, "j": found.j, "bits": bits}), {one.key: one.pairs for one in found.passes}


def main(out: str, features: str, register: str | None = None) -> int:
    """Write the scored pairs to OUT and print the phases as JSON."""
    with phase("read"):
        frame = pl.read_parquet(features)
        known = pl.read_parquet(register) if register else None
    with phase("words"):
        numbered = of_names(frame if known is None else known)
        words = Vocabulary.of(frame if known is None else known, numbered)
    side, rows = None, None
    if known is not None:
        with phase("near"):
            rows = near(frame, known, words)
            side = np.r_[np.ones(len(frame), np.int8), np.full(len(rows), 2, np.int8)]
            frame = pl.concat([frame, known[rows]])
    pairs, brought = linked(frame, words, numbered if known is None else None, side)
    if rows is not None:
        listed = int((side == 1).sum())
        pairs = pairs.with_columns(j=pl.Series(rows)[pairs["j"].to_numpy() - listed])
    with phase("write"):
        pairs.write_parquet(out, compression="uncompressed")
    print(json.dumps({"phases": SPENT, "pairs": len(pairs), "keys": brought, "peak_gb": peak_gb()}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
