"""The register against itself past one machine: the engine's own keys and compare function as a Spark job, batch by batch through Arrow.

Patterns are the contract: whatever machine compares two records, the pattern is the same, and a model trained here scores there. The steps are
those of core.linkage.pairs: features, vocabulary, keys, blocks over the cap divided, pairs that met under no earlier key, patterns.

    python -m sinergi.cli.spark_link RECORDS.parquet PAIRS --on 2026-11-24 [--model MODEL.json] [--master local[2]]

RECORDS: `n` (a whole number for each record) and the columns of core.linkage.records.WRITTEN. PAIRS (a folder of Parquet): i, j, key, pattern, bits.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import pathlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from sinergi.core.linkage.encode import Vocabulary, encode, mixed
from sinergi.core.linkage.keys import Keys, batch_keys
from sinergi.core.linkage.levels import compare_pairs
from sinergi.core.linkage.model import Model, pattern_scores
from sinergi.core.linkage.records import features

Batches = Iterator[pa.RecordBatch]
UNSIGNED = {"canon": pl.UInt64, "given": pl.UInt64, "folds": pl.UInt64, "skeletons": pl.UInt64, "document": pl.UInt64, "initials": pl.UInt32}
FEATURES = (
    "n bigint, canon bigint, own array<string>, father array<string>, marker tinyint, initials bigint, given bigint, folds bigint, skeletons bigint, "
    "number bigint, digits tinyint, whole boolean, born int, year smallint, document bigint, phones array<bigint>, words array<string>, "
    "postcode int, sex tinyint")
KEYED = "k int, value bigint, split bigint, n bigint"
PAIRS, FOUND = "i bigint, j bigint, k int", "i bigint, j bigint, key int, pattern int, bits double"
ARROW = {"bigint": pa.int64(), "int": pa.int32(), "smallint": pa.int16(), "tinyint": pa.int8(), "boolean": pa.bool_(), "double": pa.float64(),
         "array<string>": pa.list_(pa.string()), "array<bigint>": pa.list_(pa.int64())}


def arrow_schema(text: str) -> pa.Schema:
    """Spark's short form of a schema as Arrow's."""
    return pa.schema([(name, ARROW[kind]) for name, kind in (part.split() for part in text.split(", "))])


def batches_of(frame: pl.DataFrame, text: str) -> Batches:
    """A frame as Arrow batches of a schema."""
    schema = arrow_schema(text)
    yield from frame.select(schema.names).to_arrow().cast(schema).to_batches()


def to_wire(frame: pl.DataFrame) -> pl.DataFrame:
    """Features as Spark can hold them: it knows no number without a sign."""
    return frame.with_columns([pl.col(n).reinterpret(signed=True) if kind == pl.UInt64 else pl.col(n).cast(pl.Int64) for n, kind in UNSIGNED.items()])


def from_wire(frame: pl.DataFrame) -> pl.DataFrame:
    """Features as the engine reads them."""
    return frame.with_columns([pl.col(n).reinterpret(signed=False) if kind == pl.UInt64 else pl.col(n).cast(kind) for n, kind in UNSIGNED.items()])


def feature_step(on: dt.date) -> Callable[[Batches], Batches]:
    """Written records -> features."""
    def step(batches: Batches) -> Batches:
        for batch in batches:
            frame = pl.DataFrame(pl.from_arrow(batch))
            yield from batches_of(to_wire(features(frame, on)).with_columns(n=frame["n"].cast(pl.Int64)), FEATURES)
    return step


def rows_of(keys: Keys, number: np.ndarray) -> pl.DataFrame:
    """The keys of each record in long form: k, value, split, n."""
    parts = []
    for k in range(len(keys.names)):
        for column in range(*keys.begins[k : k + 2]):
            held = np.flatnonzero(keys.columns[:, column])
            parts.append(pl.DataFrame({"k": np.full(len(held), k, np.int32), "value": keys.columns[held, column].view(np.int64),
                                       "split": keys.split[held].view(np.int64), "n": number[held]}))
    return pl.concat(parts)


def key_step(vocabulary: Callable[[], Vocabulary]) -> Callable[[Batches], Batches]:
    """Features -> keys in long form."""
    def step(batches: Batches) -> Batches:
        for batch in batches:
            frame = from_wire(pl.DataFrame(pl.from_arrow(batch)))
            yield from batches_of(rows_of(batch_keys(encode(frame, vocabulary())), frame["n"].to_numpy()), KEYED)
    return step


def whole_blocks(batches: Batches) -> Iterator[pl.DataFrame]:
    """Frames sorted by k and value, as they come -> frames in which no block is cut."""
    held: pl.DataFrame | None = None
    for batch in batches:
        frame = pl.DataFrame(pl.from_arrow(batch))
        frame = frame if held is None else pl.concat([held, frame])
        last = (frame["k"] == frame["k"][-1]) & (frame["value"] == frame["value"][-1])
        held = frame.filter(last)
        if (~last).any():
            yield frame.filter(~last)
    if held is not None:
        yield held


def divide_step(caps: Sequence[int]) -> Callable[[Batches], Batches]:
    """Blocks over their cap get the second key, as in pairs.divided; they say so by a negative k, so that they meet no other block."""
    def step(batches: Batches) -> Batches:
        for frame in whole_blocks(batches):
            sized = frame.with_columns(size=pl.len().over("k", "value"))
            large = sized["size"].to_numpy() > np.array(caps)[sized["k"].to_numpy()]
            again = mixed(sized["value"].to_numpy().view(np.uint64), sized["split"].to_numpy().view(np.uint64)).view(np.int64)
            value = np.where(large, again, sized["value"].to_numpy())
            k = np.where(large, -1 - sized["k"].to_numpy(), sized["k"].to_numpy()).astype(np.int32)
            yield from batches_of(sized.with_columns(k=pl.Series(k), value=pl.Series(value)), KEYED)
    return step


def pair_step(caps: Sequence[int]) -> Callable[[Batches], Batches]:
    """Blocks -> their pairs i < j; a block still over the cap has none."""
    def step(batches: Batches) -> Batches:
        for frame in whole_blocks(batches):
            frame = frame.with_columns(k=pl.when(pl.col("k") < 0).then(-1 - pl.col("k")).otherwise("k"), block=pl.struct("k", "value").rle_id())
            kept = frame.filter(pl.len().over("block") <= pl.col("k").replace_strict(dict(enumerate(caps)), return_dtype=pl.Int64))
            both = kept.select("block", "k", i="n").join(kept.select("block", j="n"), on="block").filter(pl.col("i") < pl.col("j"))
            yield from batches_of(both.with_columns(pl.col("k").cast(pl.Int32)), PAIRS)
    return step


def compare_step(vocabulary: Callable[[], Vocabulary], model: Model | None) -> Callable[[Batches], Batches]:
    """Pairs with the features of both -> pattern, and bits where there is a model (else none)."""
    names = [part.split()[0] for part in FEATURES.split(", ")]

    def step(batches: Batches) -> Batches:
        for batch in batches:
            frame = pl.DataFrame(pl.from_arrow(batch))
            sides = [frame.select([pl.col(f"{side}_{name}").alias(name) for name in names]) for side in "ab"]
            people = pl.concat(sides).unique("n", keep="first", maintain_order=True)
            where = pl.DataFrame({"n": people["n"], "at": np.arange(people.height)})
            i, j = (side.join(where, on="n", how="left", maintain_order="left")["at"].to_numpy() for side in sides)
            pattern = np.asarray(compare_pairs(encode(from_wire(people), vocabulary()), i.astype(np.int64), j.astype(np.int64)), np.int32)
            bits = pl.Series("bits", pattern_scores(model, pattern)) if model else pl.lit(None, pl.Float64).alias("bits")
            yield from batches_of(frame.select(i="a_n", j="b_n", key="k").with_columns(pl.Series("pattern", pattern), bits), FOUND)
    return step


def vocabulary_of(told: DataFrame) -> Vocabulary:
    """How many records hold each word, counted by Spark."""
    words = told.select(f.explode(f.array_distinct(f.concat("own", "father"))).alias("word")).where("word is not null").groupBy("word").count()
    return Vocabulary({row["word"]: row["count"] for row in words.collect()}, max(1, told.count()))


def spread(keyed: DataFrame) -> DataFrame:
    """Every block on one machine, in order."""
    return keyed.repartition("k", "value").sortWithinPartitions("k", "value", "n")


def linked(spark: SparkSession, records: DataFrame, on: dt.date, model: Model | None = None) -> DataFrame:
    """Records -> pairs with the first key they share, their pattern and bits. The same as core.linkage.pairs finds on one machine."""
    told = records.mapInArrow(feature_step(on), FEATURES).cache()
    shared: Any = spark.sparkContext.broadcast(vocabulary_of(told))
    empty = batch_keys(encode(features(pl.DataFrame(), on), Vocabulary({}, 1)))
    keyed = told.mapInArrow(key_step(lambda: shared.value), KEYED)
    pairs = spread(spread(keyed).mapInArrow(divide_step(empty.caps), KEYED)).mapInArrow(pair_step(empty.caps), PAIRS)
    first = pairs.groupBy("i", "j").agg(f.min("k").alias("k"))
    left, right = (told.select([f.col(name).alias(f"{side}_{name}") for name in told.columns]) for side in "ab")
    both = first.join(left, first.i == left.a_n).join(right, first.j == right.b_n)
    return both.mapInArrow(compare_step(lambda: shared.value, model), FOUND)


def session(master: str | None) -> SparkSession:
    """A Spark session that speaks little; without a master, the one that spark-submit names."""
    builder = SparkSession.builder.appName("sinergi-link").config("spark.ui.enabled", "false").config("spark.log.level", "ERROR")
    builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", 50_000)
    return (builder.master(master).config("spark.sql.shuffle.partitions", 8) if master else builder).getOrCreate()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job; the last line tells pairs and seconds as JSON."""
    top = argparse.ArgumentParser(description="The register against itself as a Spark job.")
    top.add_argument("records")
    top.add_argument("pairs")
    top.add_argument("--on", type=dt.date.fromisoformat, required=True, help="the day that settles the century of a number")
    top.add_argument("--model", type=pathlib.Path)
    top.add_argument("--master")
    asked = top.parse_args(arguments)
    begun = time.perf_counter()
    model = Model.from_json(json.loads(asked.model.read_text())) if asked.model else None
    spark = session(asked.master)
    linked(spark, spark.read.parquet(asked.records), asked.on, model).write.mode("overwrite").parquet(asked.pairs)
    print(json.dumps({"pairs": spark.read.parquet(asked.pairs).count(), "seconds": round(time.perf_counter() - begun, 1)}))
    spark.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
