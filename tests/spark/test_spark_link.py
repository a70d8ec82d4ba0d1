"""The Spark job finds on 100,000 invented records what the engine finds on one machine: the same pairs, first keys and patterns, and the same bits.

Run by ./sinergi test --with spark, in an environment of its own; the plain run leaves this folder out.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from bench.people.damage import MIXED, REGISTER, Plan, records
from bench.people.population import ON, population
from sinergi.cli import spark_link
from sinergi.core.linkage import encode, model, pairs
from sinergi.core.linkage.records import features

ROWS = 100_000


def written(people: int, rows: int) -> pl.DataFrame:
    """Invented records as agencies write them, numbered."""
    frame = records(population(people, 5), Plan(REGISTER, MIXED, 5)).head(rows)
    return frame.select(
        "name", "birth_date", "sex", "address", "postcode", n=pl.int_range(pl.len(), dtype=pl.Int64), number="mykad",
        document=pl.coalesce(pl.format("passport::{}", "passport"), pl.format("unhcr:UN:{}", "unhcr")),
        phones=pl.concat_list("phone", "other_phone").list.drop_nulls())


def on_one_machine(frame: pl.DataFrame) -> tuple[pl.DataFrame, pairs.Candidates]:
    """What the engine finds."""
    told = features(frame, ON)
    found = pairs.candidates(encode.encode(told, encode.Vocabulary.of(told)))
    columns = {"i": found.i.astype(np.int64), "j": found.j.astype(np.int64), "key": found.key.astype(np.int32), "pattern": found.pattern}
    return pl.DataFrame(columns), found


@pytest.fixture(scope="module")
def list_(tmp_path_factory) -> pl.DataFrame:
    """100,000 records."""
    return written(100_000, ROWS)


def test_patterns_on_a_hundred_thousand_records_are_equal(list_, tmp_path: Path, capsys):
    assert list_.height == ROWS
    begun = time.perf_counter()
    here, found = on_one_machine(list_)
    seconds = time.perf_counter() - begun
    trained = model.train(*np.unique(found.pattern, return_counts=True))
    list_.write_parquet(tmp_path / "records.parquet")
    (tmp_path / "model.json").write_text(json.dumps(trained.as_json()))
    asked = ["--on", ON.isoformat(), "--model", str(tmp_path / "model.json"), "--master", "local[2]"]
    assert spark_link.main([str(tmp_path / "records.parquet"), str(tmp_path / "pairs"), *asked]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    there = pl.read_parquet(tmp_path / "pairs/*.parquet")
    same = here.sort("i", "j").equals(there.select("i", "j", "key", "pattern").sort("i", "j"))
    assert same and told["pairs"] == here.height > ROWS
    bits = model.pattern_scores(trained, there["pattern"].to_numpy())
    assert np.allclose(bits, there["bits"].to_numpy()) and np.isfinite(bits).all()
    with capsys.disabled():
        print(f"\n{ROWS:,} records, {here.height:,} pairs: one machine {seconds:.1f} s, Spark local[2] {told['seconds']} s")


def batches(frame: pl.DataFrame, size: int) -> list[pa.RecordBatch]:
    """A frame in small batches, as Spark hands it over."""
    return frame.to_arrow().to_batches(max_chunksize=size)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_no_block_is_cut_by_the_edge_of_a_batch(size):
    frame = pl.DataFrame({"k": [0] * 6 + [1] * 4, "value": [5, 5, 5, 6, 6, 7, 5, 5, 8, 8], "split": [0] * 10, "n": range(10)},
                         schema={"k": pl.Int32, "value": pl.Int64, "split": pl.Int64, "n": pl.Int64})
    whole = list(spark_link.whole_blocks(iter(batches(frame, size))))
    assert pl.concat(whole).equals(frame)
    blocks = [set(part.select("k", "value").iter_rows()) for part in whole]
    assert sum(map(len, blocks)) == len(set().union(*blocks)) == 5
    found = pl.concat([pl.DataFrame(pl.from_arrow(b)) for b in spark_link.pair_step((60, 60))(iter(batches(frame, size)))])
    assert sorted(found.iter_rows()) == [(0, 1, 0), (0, 2, 0), (1, 2, 0), (3, 4, 0), (6, 7, 1), (8, 9, 1)]


def test_a_block_over_its_cap_is_divided_by_the_second_key_and_what_is_still_over_pairs_nobody():
    frame = pl.DataFrame({"k": [0] * 7, "value": [5] * 7, "split": [1, 1, 2, 2, 2, 2, 3], "n": range(7)},
                         schema={"k": pl.Int32, "value": pl.Int64, "split": pl.Int64, "n": pl.Int64})
    divided = pl.concat([pl.DataFrame(pl.from_arrow(b)) for b in spark_link.divide_step((3,))(iter(batches(frame, 2)))])
    assert divided["k"].to_list() == [-1] * 7 and divided["value"].n_unique() == 3
    found = spark_link.pair_step((3,))(iter(batches(divided.sort("k", "value", "n"), 2)))
    assert sorted(pl.concat([pl.DataFrame(pl.from_arrow(b)) for b in found]).iter_rows()) == [(0, 1, 0)]
