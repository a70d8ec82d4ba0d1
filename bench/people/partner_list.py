"""A partner's list: 70 of 100 are people of the register, 30 strangers whose number nobody in the register holds, as in life."""

from __future__ import annotations

import polars as pl

from bench.people.damage import Plan, records
from bench.people.population import population

KNOWN = .7
MIX = {"Q1": .3, "Q2": .4, "Q3": .3}
ONCE = (0.0, 1.0)
STRANGER = 1_000_000_000_000  # a stranger's person number begins here: no truth of his is in the register


def partner_list(people: pl.DataFrame, count: int, seed: int) -> pl.DataFrame:
    """`count` records, shuffled, of `count` different persons. `people`: the register's. Raises SystemExit when it holds too few."""
    known = round(count * KNOWN)
    if known > len(people):
        raise SystemExit(f"A list of {count:,} needs a register of {known:,} people; this one holds {len(people):,}")
    crowd = population((count - known) * 3, seed + 1_000_003)
    strangers = crowd.filter(~pl.col("mykad").is_in(people["mykad"].drop_nulls().implode()) | pl.col("mykad").is_null()).head(count - known)
    strangers = strangers.with_columns(pl.col("person", "household") + STRANGER)
    told = [records(those, Plan(ONCE, MIX, seed + turn)) for turn, those in enumerate((people.sample(known, seed=seed).sort("person"), strangers))]
    return pl.concat(told).drop("record").sample(fraction=1.0, shuffle=True, seed=seed).with_row_index("record")
