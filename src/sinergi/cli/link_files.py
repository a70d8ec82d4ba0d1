"""link FILE --fields …: the rows of any list that are the same thing, or those of a list and another, with no database.

CSV, XLSX (its first sheet) or Parquet in, and out the same way. What is printed are counts and figures; the rows themselves stand in no line.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
import time
from collections.abc import Callable, Sequence

import fastexcel
import polars as pl

from sinergi.core.linkage.declared import KINDS, DeclaredResult, Field, fields_of, link

MARKS = ",;\t|"
READERS = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")
WRITERS: dict[str, Callable[[pl.DataFrame, pathlib.Path], object]] = {
    ".csv": lambda frame, path: frame.write_csv(path), ".parquet": lambda frame, path: frame.write_parquet(path),
    ".xlsx": lambda frame, path: frame.write_excel(path)}


class Unusable(Exception):
    """The file or what was asked of it cannot be used; the text says why and what to do."""


def decoded(content: bytes) -> str:
    """The text of a CSV: UTF-8, UTF-16, or the Western code of older spreadsheets."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def read_table(path: pathlib.Path) -> pl.DataFrame:
    """A file as a table; the cells of CSV and XLSX are text. Unusable: no such file, another kind of file, one that cannot be read."""
    if path.suffix.lower() not in READERS:
        raise Unusable(f"{path}: a list is a file that ends in {', '.join(READERS)}")
    try:
        content = path.read_bytes()
        if path.suffix.lower() == ".parquet":
            return pl.read_parquet(content)
        if path.suffix.lower() == ".xlsx":
            return fastexcel.read_excel(content).load_sheet(0, dtypes="string").to_polars()
        text = decoded(content)
        mark = max(MARKS, key=text.partition("\n")[0].count)
        return pl.read_csv(text.encode(), separator=mark, infer_schema=False, truncate_ragged_lines=True)
    except OSError as fault:
        raise Unusable(f"{path}: {fault.strerror or fault}") from fault
    except (pl.exceptions.PolarsError, fastexcel.FastExcelError, ValueError) as fault:
        raise Unusable(f"{path}: this cannot be read as a list ({str(fault).splitlines()[0]})") from fault


def write_table(frame: pl.DataFrame, path: pathlib.Path) -> None:
    """A table as a file. Unusable: another kind of file, a folder that is not there."""
    if path.suffix.lower() not in WRITERS:
        raise Unusable(f"{path}: a result is a file that ends in {', '.join(WRITERS)}")
    try:
        WRITERS[path.suffix.lower()](frame, path)
    except OSError as fault:
        raise Unusable(f"{path}: {fault.strerror or fault}") from fault


def figures(result: DeclaredResult, seconds: float) -> dict[str, object]:
    """The counts of a result, as the last line tells them."""
    sizes = result.clusters.group_by("cluster").len()["len"]
    return {"rows": result.clusters.height, "compared": int(result.passes["new"].sum()), "same_pairs": int(result.pairs["same"].sum()),
            "listed_pairs": result.pairs.height, "things": len(sizes), "with_several_records": int((sizes > 1).sum()),
            "largest": int(sizes.max() or 0) if len(sizes) else 0, "seconds": round(seconds, 2)}  # type: ignore[arg-type]


def printed(result: DeclaredResult, fields: Sequence[Field], told: dict[str, object]) -> list[str]:
    """The result in lines: what was declared, what each key brought, the counts."""
    lines = [f"{told['rows']:,} rows; fields: {', '.join(f'{field.name} ({field.kind})' for field in fields)}", "",
             f"{'shared':18}{'blocks':>10}{'over the cap':>14}{'pairs':>12}{'new':>12}"]
    for key, _, blocks, over, pairs, new in result.passes.iter_rows():
        lines.append(f"{key:18}{blocks:>10,}{over:>14,}{pairs:>12,}{new:>12,}")
    return [*lines, "", f"{told['same_pairs']:,} pairs are the same; {told['things']:,} different things, "
            f"{told['with_several_records']:,} of them with several records, at most {told['largest']:,}."]


def parser() -> argparse.ArgumentParser:
    """The options."""
    top = argparse.ArgumentParser("./sinergi link", description="Find the rows of a list that are the same thing, with no database.")
    top.add_argument("file", type=pathlib.Path, help="CSV, XLSX or Parquet with a row of column names")
    top.add_argument("--fields", required=True, help=f"columns to compare and what they hold, as name:name,born:date; kinds: {', '.join(KINDS)}")
    top.add_argument("--against", type=pathlib.Path, help="a second list with the same columns; then only pairs across the two are listed")
    top.add_argument("--id", help="the column of the rows' own keys (left out: the place of the row, from 0)")
    top.add_argument("--out", type=pathlib.Path, help="where the pairs go: .csv, .xlsx or .parquet")
    top.add_argument("--clusters", type=pathlib.Path, help="where each row's cluster goes")
    top.add_argument("--seed", type=int, default=0, help="of the random pairs that tell what chance agrees on (default: 0)")
    return top


def linked(asked: argparse.Namespace) -> tuple[DeclaredResult, tuple[Field, ...], float]:
    """(result, fields, seconds). Unusable: files, columns or kinds that are not as said."""
    try:
        fields = fields_of(asked.fields)
        rows = read_table(asked.file)
        against = read_table(asked.against) if asked.against else None
        begun = time.perf_counter()
        return link(rows, fields, id=asked.id, seed=asked.seed, against=against), fields, time.perf_counter() - begun
    except ValueError as fault:
        raise Unusable(str(fault)) from fault


def main(arguments: Sequence[str] | None = None) -> int:
    """Link, write, print; 0, or 2 with the reason on standard error."""
    asked = parser().parse_args(arguments)
    try:
        result, fields, seconds = linked(asked)
        for path, frame in ((asked.out, result.pairs), (asked.clusters, result.clusters)):
            if path:
                write_table(frame, path)
    except Unusable as reason:
        print(reason, file=sys.stderr)
        return 2
    told = figures(result, seconds)
    print("\n".join([*printed(result, fields, told), json.dumps(told)]), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
