"""The ten commonest values of every column, to see at once what a generator does wrong.

Type: PYTHONPATH=src:. .sinergi/venv/bin/python -m bench.people.look [COUNT] [SEED]
"""

from __future__ import annotations

import sys

import polars as pl

from bench.people.damage import MIXED, REGISTER, Plan, records
from bench.people.population import population

TOP = 10


def top_values(frame: pl.DataFrame) -> str:
    """Each column on a line: how many values it has, how many are missing, its ten commonest with their counts."""
    lines = []
    for column in frame.columns:
        counted = frame[column].drop_nulls().value_counts(sort=True)
        shown = ", ".join(f"{value} {count:,}" for value, count in counted.head(TOP).iter_rows())
        lines.append(f"{column}: {len(counted):,} values, {frame[column].null_count():,} missing: {shown}")
    return "\n".join(lines)


def main() -> int:
    """Print both tables: people, and records of them."""
    count, seed = (int(text) for text in (sys.argv[1:] + ["100000", "1"][len(sys.argv) - 1:])[:2])
    people = population(count, seed)
    print(f"people: {len(people):,}\n{top_values(people)}")
    held = records(people, Plan(REGISTER, MIXED, seed))
    print(f"\nrecords: {len(held):,}\n{top_values(held)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
