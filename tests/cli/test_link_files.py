"""link FILE --fields: lists of every kind and file in and out, mistakes in words, the same answer with and without machine code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from sinergi.cli.link_files import main
from tests.core.declared_sets import SETS, Row
from tests.shape.house import ROOT


def table(rows: list[Row]) -> pl.DataFrame:
    """Rows as they would stand in somebody's file: no truth, no side."""
    return pl.DataFrame([{k: v for k, v in row.items() if k not in ("truth", "side")} for row in rows])


def fields(name: str) -> str:
    """The declaration of a set as it is typed."""
    return ",".join(f"{column}:{kind}" for column, kind in SETS[name][1].items())


def best_f1(pairs: pl.DataFrame, rows: list[Row], wanted: int) -> float:
    """The best F1 over all thresholds; pairs come best first."""
    truth = {row["id"]: row["truth"] for row in rows}
    right = best = 0
    for count, (a, b) in enumerate(pairs.select("a", "b").iter_rows(), 1):
        right += truth[a] == truth[b]
        best = max(best, 2 * right / (count + wanted))
    return best


def same_within(rows: list[Row]) -> int:
    """Pairs of rows that are the same thing."""
    counts = pl.DataFrame({"t": [row["truth"] for row in rows]}).group_by("t").len()["len"]
    return int((counts * (counts - 1) // 2).sum())


@pytest.mark.parametrize(("name", "least"), [("persons", 0.99), ("old_records", 0.95), ("citations", 0.98), ("eating_places", 0.99)])
def test_a_list_of_each_kind_is_linked(name, least, tmp_path, capsys):
    rows = SETS[name][0](21, 600)
    table(rows).write_csv(tmp_path / "list.csv")
    asked = [str(tmp_path / "list.csv"), "--fields", fields(name), "--id", "id",
             "--out", str(tmp_path / "pairs.parquet"), "--clusters", str(tmp_path / "c.csv")]
    assert main(asked) == 0
    pairs, told = pl.read_parquet(tmp_path / "pairs.parquet"), json.loads(capsys.readouterr().out.splitlines()[-1])
    found = best_f1(pairs, rows, same_within(rows))
    assert found >= least
    assert told["rows"] == len(rows) and told["same_pairs"] == pairs["same"].sum() and told["listed_pairs"] == pairs.height
    clusters = pl.read_csv(tmp_path / "c.csv")
    assert clusters["cluster"].n_unique() == told["things"] and set(clusters["id"]) == {row["id"] for row in rows}


def test_two_lists_as_workbooks(tmp_path, capsys):
    rows = SETS["goods"][0](21, 500)
    sides = [[row for row in rows if row["side"] == side] for side in (0, 1)]
    for name, side in zip("ab", sides, strict=True):
        table(side).write_excel(tmp_path / f"{name}.xlsx")
    asked = ["--against", str(tmp_path / "b.xlsx"), "--fields", fields("goods"), "--id", "id", "--out", str(tmp_path / "o.csv")]
    assert main([str(tmp_path / "a.xlsx"), *asked]) == 0
    pairs = pl.read_csv(tmp_path / "o.csv")
    assert set(pairs["a"]) <= {row["id"] for row in sides[0]} and set(pairs["b"]) <= {row["id"] for row in sides[1]}
    found = best_f1(pairs, rows, len({row["truth"] for row in sides[0]} & {row["truth"] for row in sides[1]}))
    assert found >= 0.9
    assert "cam" not in capsys.readouterr().out


@pytest.mark.parametrize("content", [
    "k;n\n1;Ánna Brøwn\n2;Anna Brown\n".encode("cp1252"), "k\tn\n1\tÁnna\n2\tAnna\n".encode("utf-16"), b"k,n\n1,a\n2,a,extra\n"])
def test_texts_of_other_codes_and_marks_are_read(content, tmp_path, capsys):
    (tmp_path / "x.csv").write_bytes(content)
    assert main([str(tmp_path / "x.csv"), "--fields", "n:name", "--id", "k"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["rows"] == 2


@pytest.mark.parametrize(("name", "content", "more", "says"), [
    ("x.csv", b"a,b\n1,2\n", ["--fields", "c:name"], "no column c; there are a, b"),
    ("x.csv", b"a,b\n1,2\n", ["--fields", "a:colour"], "no kind of field"),
    ("x.csv", b"a,b\n1,2\n1,3\n", ["--fields", "b:name", "--id", "a"], "id of its own"),
    ("x.csv", b"", ["--fields", "a:name"], "cannot be read as a list"),
    ("x.xlsx", b"PK no", ["--fields", "a:name"], "cannot be read as a list"),
    ("x.parquet", b"no", ["--fields", "a:name"], "cannot be read as a list"),
    ("x.doc", b"no", ["--fields", "a:name"], "ends in .csv"), ("", b"", ["--fields", "a:name"], "No such file"),
    ("x.csv", b"a\n1\n", ["--fields", "a:name", "--out", "y.doc"], "a result is a file"),
    ("x.csv", b"a\n1\n", ["--fields", "a:name", "--out", "nowhere/y.csv"], "No such file")])
def test_mistakes_are_said_in_words_with_code_two(name, content, more, says, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / (name or "other.csv")).write_bytes(content)
    assert main([name or "x.csv", *more]) == 2
    found = capsys.readouterr()
    assert says in found.err and not found.out and "Traceback" not in found.err


def test_without_machine_code_the_answer_is_the_same(tmp_path: Path):
    rows = SETS["old_records"][0](2, 80)
    table(rows).write_csv(tmp_path / "list.csv")
    for setting in ("0", "1"):
        command = [sys.executable, "-m", "sinergi.cli.link_files", str(tmp_path / "list.csv"), "--fields", fields("old_records"), "--id", "id",
                   "--out", str(tmp_path / f"{setting}.csv")]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "NUMBA_DISABLE_JIT": setting})
    assert (tmp_path / "0.csv").read_bytes() == (tmp_path / "1.csv").read_bytes()
