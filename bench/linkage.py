"""./sinergi bench linkage [--rows N] [--list N --registry N] [--seeds N --first-seed N]: one person found, ours beside Splink 5.

Both engines get the same prepared columns (names parsed, numbers and phones cleaned), which are made once and timed apart; each is a child process,
so processor time (user + system) and peak memory are its own, reading and writing included. Splink is set by one who knows both: our fields,
seventeen keys and role-aware levels (bench/peers/splink_expert.py). People and records are invented: bench/people/specification.md.
Goals at a million records: F1 .985, recall at precision .999 .95, ceiling .992, a fifth of Splink's processor time, traditions within .02 of recall;
for a list of 100,000 against a register of a million: F1 .995, recall at precision .999 .99.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parent.parent)  # not bench/: this file is not the package of its name

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402

from bench.people.damage import MIXED, REGISTER, Plan, records  # noqa: E402
from bench.people.partner_list import partner_list  # noqa: E402
from bench.people.population import ON, population  # noqa: E402
from bench.people.words import TRADITIONS  # noqa: E402
from launcher.checkout import ROOT, STATE  # noqa: E402
from launcher.packages import ensure_peer  # noqa: E402
from launcher.surroundings import environment  # noqa: E402
from sinergi.core.linkage import quality  # noqa: E402
from sinergi.core.linkage.records import features  # noqa: E402
from sinergi.core.linkage.spelling import fold  # noqa: E402
from sinergi.core.linkage.words import WEAK  # noqa: E402

HOME, PEERS = STATE / "bench" / "linkage", Path(__file__).parent / "peers"
SHARE, EACH = .95, 1.0007  # of the people drawn this share is asked for records, which gives about one record a person
BESIDE = 1 << 40  # register rows are numbered from here for Splink
STRICT, LIKELY = .99, -4.25  # groups are told at this precision; review begins at these bits, where 1 in 20 is true
AGES = ("0-6", "7-17", "18-39", "40-59", "60 and over")
PAPERS = ("mykad", "foreign", "none")
GROUPS = ("tradition", "paper", "sex", "age")
NAMES = {"tradition": TRADITIONS, "paper": ("Malaysian number", "foreign paper", "no paper"), "sex": ("male", "female"), "age": AGES}
RATIOS = ("f1", "r_p99", "r_p999", "ceiling", "cpu_s", "peak_gb")


@dataclass(frozen=True)
class Files:
    """What one seed's engines read: features for ours, columns for Splink, the truth of each row; for a list the register's too."""

    features: Path
    columns: Path
    truth: pl.DataFrame
    register_features: Path | None = None
    register_columns: Path | None = None
    register_truth: pl.DataFrame | None = None


def written(frame: pl.DataFrame) -> pl.DataFrame:
    """Records or people of bench/people as columns that features are read from."""
    return frame.select(
        "name", "birth_date", "sex", "address", "postcode", number="mykad",
        document=pl.coalesce(pl.format("passport::{}", "passport"), pl.format("unhcr:UN:{}", "unhcr")),
        phones=pl.concat_list("phone", "other_phone").list.drop_nulls())


def columns_of(frame: pl.DataFrame, made: pl.DataFrame, begin: int) -> pl.DataFrame:
    """The same prepared columns as text, as Splink wants them."""
    weak = sorted({fold(word) for word in WEAK})
    strong = pl.col("own").list.eval(pl.element().filter(~pl.element().is_in(weak)))
    given = pl.when(strong.list.len() > 0).then(strong).otherwise("own")
    text = {name: pl.when(pl.col(of) != 0).then(pl.col(of).cast(pl.String)) for name, of in (("nm", "canon"), ("skels", "skeletons"))}
    some = {name: pl.when(pl.col(name) != "").then(name) for name in ("own", "father", "given", "fold_sorted", "addr")}
    return made.select(
        unique_id=pl.int_range(pl.len(), dtype=pl.Int64) + begin, **text, own=pl.col("own").list.join(" "), father=pl.col("father").list.join(" "),
        given=given.list.join(" "), given1=given.list.first(), fold_sorted=pl.col("own").list.concat("father").list.sort().list.join(" "),
        nric=pl.when(pl.col("number") > 0).then(pl.col("number").cast(pl.String).str.zfill(pl.col("digits"))),
        dob=pl.when(pl.col("born") > 0).then(pl.col("born").cast(pl.String).str.to_date("%Y%m%d", strict=False)),
        sex=pl.when(pl.col("sex") > 0).then(pl.col("sex")), phone=pl.col("phones").list.first().cast(pl.String),
        addr=pl.col("words").list.join(" "),
    ).hstack(written(frame).select("document", postcode=pl.col("postcode").str.slice(0, 5))).with_columns(**some)


def truth_of(frame: pl.DataFrame) -> pl.DataFrame:
    """Who each row is, and the number of his group in each kind of group. People who are not yet records are their own truth."""
    if "true_sex" not in frame.columns:
        paper = pl.when(pl.col("mykad").is_not_null()).then(pl.lit("mykad")).when(pl.coalesce("passport", "unhcr").is_not_null()).then(
            pl.lit("foreign")).otherwise(pl.lit("none"))
        frame = frame.with_columns(true_sex="sex", true_born="birth_date", paper=paper)
    age = ON.year - pl.col("true_born").dt.year()
    band = pl.sum_horizontal(*(age >= first for first in (7, 18, 40, 60)))
    return frame.select("person", "tradition", paper=pl.col("paper").replace_strict(list(PAPERS), [0, 1, 2]),
                        sex=(pl.col("true_sex") == "female").cast(pl.Int8), age=band)


def prepared(frame: pl.DataFrame, stem: Path, begin: int = 0) -> tuple[Path, Path, pl.DataFrame]:
    """Features, Splink's columns and truth of records, as files that are kept for the next run."""
    ours, theirs, truth = (stem.with_name(f"{stem.name}.{kind}.parquet") for kind in ("features", "columns", "truth"))
    before, made = time.process_time(), features(written(frame), ON)
    print(f"  prepared {len(frame):,} rows for both (names parsed, fields cleaned): {time.process_time() - before:.1f} CPU s, counted in neither",
          flush=True)
    made.write_parquet(ours)
    columns_of(frame, made, begin).write_parquet(theirs)
    truth_of(frame).write_parquet(truth)
    return ours, theirs, pl.read_parquet(truth)


def drawn(given: argparse.Namespace, seed: int) -> Files:
    """The files of one seed."""
    sources = [*sorted((ROOT / "bench" / "people").glob("*.*")), *sorted((ROOT / "src/sinergi/core/linkage").glob("*.py"))]
    version = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:8]
    kind = f"list{given.list}-{given.registry}" if given.list else f"rows{given.rows}"
    stem = HOME / f"{kind}-seed{seed}-{version}"
    kept = [stem.with_name(f"{stem.name}{of}.{part}.parquet") for of in ("", "-register")[: 2 if given.list else 1]
            for part in ("features", "columns", "truth")]
    if not all(path.exists() for path in kept):
        for old in HOME.glob(f"{kind}-seed{seed}-*.parquet"):  # of a version that is no more
            old.unlink()
        if given.list:
            people = population(given.registry, seed)
            prepared(people, stem.with_name(f"{stem.name}-register"), BESIDE)
            prepared(partner_list(people, given.list, seed), stem)
        else:
            people = population(round(given.rows * EACH), seed).head(round(given.rows * SHARE * EACH))
            prepared(records(people, Plan(REGISTER, MIXED, seed)), stem)
    found = [path if path.name.count("truth") == 0 else pl.read_parquet(path) for path in kept]
    return Files(*found)  # type: ignore[arg-type]


def child(python: Path, script: str, arguments: list[Path], out: Path) -> dict[str, Any]:
    """Run one engine as a process of its own: what it printed, its CPU seconds and its peak memory in GB. Ends with its words when it fails."""
    surroundings = environment()
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as complained:
        began = time.monotonic()
        process = subprocess.Popen([python, PEERS / script, out, *arguments], stdout=said, stderr=complained, env=surroundings, cwd=HOME)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        complained.seek(0)
        if process.returncode:
            raise SystemExit(f"{script} failed:\n{complained.read()[-3000:]}")
        told = json.loads(said.read().strip().splitlines()[-1])
    return told | {"cpu_s": used.ru_utime + used.ru_stime, "wall_s": time.monotonic() - began}


def deduplicated(pairs: pl.DataFrame, truth: pl.DataFrame) -> dict[str, Any]:
    """How well the pairs of a register with itself did; groups at the threshold of precision .99."""
    i, j, bits = (pairs[name].to_numpy() for name in ("i", "j", "bits"))
    persons = truth["person"].to_numpy()
    total, same = quality.true_pairs(persons), persons[i] == persons[j]
    found = quality.curve(bits, same, total)
    threshold = found.threshold_at(STRICT)
    groups = {kind: quality.by_group(truth[kind].to_numpy(), dict(enumerate(NAMES[kind])), persons, (i, j), bits,
                                     np.inf if threshold is None else threshold, LIKELY) for kind in GROUPS}
    return {"f1": found.best_f1(), "r_p99": found.recall_at(.99), "r_p999": found.recall_at(.999), "ceiling": quality.ceiling(same, total),
            "groups": groups}


def listed(pairs: pl.DataFrame, files: Files) -> dict[str, Any]:
    """How well a list did: the best person for each row, right or not; found are rows whose person is in the register."""
    assert files.register_truth is not None, "a list has a register"
    low, high = np.minimum(pairs["i"], pairs["j"]).to_numpy(), np.maximum(pairs["i"], pairs["j"]).to_numpy()
    row, other = (low, high - BESIDE) if len(high) and high.max() >= BESIDE else (pairs["i"].to_numpy(), pairs["j"].to_numpy())
    person, whose = files.truth["person"].to_numpy(), files.register_truth["person"].to_numpy()
    bits = pairs["bits"].to_numpy()
    order = np.lexsort((-bits, row))
    best = order[np.r_[True, np.diff(row[order]) != 0]] if len(order) else order
    right = person[row[best]] == whose[other[best]]
    known = np.isin(person, whose)
    found = quality.curve(bits[best], right, int(known.sum()))
    met = np.unique(row[person[row] == whose[other]])
    hit, taken = np.zeros(len(person), bool), np.zeros(len(person), bool)
    threshold = found.threshold_at(STRICT)
    certain = bits[best] >= (np.inf if threshold is None else threshold)
    hit[row[best[certain & right]]], taken[row[best[certain]]] = True, True
    shown = np.zeros(len(person), bool)
    shown[row[best[(bits[best] >= LIKELY) & ~certain]]] = True
    groups = {kind: rows_by_group(files.truth[kind].to_numpy(), NAMES[kind], known, hit, taken, shown) for kind in GROUPS}
    return {"f1": found.best_f1(), "r_p99": found.recall_at(.99), "r_p999": found.recall_at(.999), "ceiling": len(met) / max(1, known.sum()),
            "groups": groups}


def rows_by_group(codes: np.ndarray, names: tuple[str, ...], known: np.ndarray, hit: np.ndarray, taken: np.ndarray,
                  shown: np.ndarray) -> tuple[quality.Group, ...]:
    """Rows of a list by group: recall among those known, precision of those linked, share sent to review."""
    told = []
    for code, name in enumerate(names):
        own = codes == code
        total = int((own & known).sum())
        right, linked, review = (int((own & one).sum()) for one in (hit, taken, shown))
        shares = (quality.share(right, total), quality.share(right, linked), quality.share(review, int(own.sum())))
        told.append(quality.Group(name, total, None, *shares))
    return tuple(told)


def one_seed(given: argparse.Namespace, peer: Path, seed: int) -> dict[str, dict[str, Any]]:
    """Both engines on the file of one seed."""
    files, found = drawn(given, seed), {}
    for engine, python, script, first, second in (
            ("ours", Path(sys.executable), "ours.py", files.features, files.register_features),
            ("splink", peer, "splink_expert.py", files.columns, files.register_columns)):
        out = HOME / f"{engine}.pairs.parquet"
        spent = child(python, script, [first, *([second] if second else [])], out)
        pairs = pl.read_parquet(out)
        out.unlink()
        found[engine] = spent | (listed(pairs, files) if given.list else deduplicated(pairs, files.truth)) | {"pairs": len(pairs)}
        phases = ", ".join(f"{name} {value:.1f}" for name, value in spent["phases"].items())
        print(f"  seed {seed} {engine:6}: {spent['cpu_s']:.1f} CPU s in {spent['wall_s']:.0f} s ({phases}); {len(pairs):,} pairs", flush=True)
    brought = ", ".join(f"{key} {count:,}" for key, count in found["ours"]["keys"].items())
    print(f"  seed {seed} new pairs of each key: {brought}", flush=True)
    return found


def spread(values: list[float], digits: int = 4) -> str:
    """The median and, of several, the lowest and highest."""
    middle = f"{statistics.median(values):.{digits}f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def print_table(given: argparse.Namespace, seeds: list[dict[str, dict[str, Any]]]) -> None:
    """Both engines side by side, then ours and theirs by group."""
    what = f"a list of {given.list:,} against {given.registry:,} people" if given.list else f"{given.rows:,} records with themselves"
    print(f"\n{what}; {len(seeds)} seeds, median (lowest-highest); specification: bench/people/specification.md")
    print(f"{'':26}{'ours':>28}{'Splink 5 expert':>28}")
    says = {"f1": "best F1", "r_p99": "recall at precision .99", "r_p999": "recall at precision .999", "ceiling": "ceiling (pairs met)",
            "cpu_s": "CPU s", "peak_gb": "peak GB"}
    for name in RATIOS:
        digits = 4 if name in ("f1", "r_p99", "r_p999", "ceiling") else 1
        print(f"{says[name]:26}" + "".join(f"{spread([seed[engine][name] for seed in seeds], digits):>28}" for engine in ("ours", "splink")))
    print(f"\n{'at precision .99 overall':26}{'recall':>10}{'lowest':>9}{'precision':>11}{'to review':>11}{'Splink recall':>15}")
    for kind in GROUPS:
        for name in NAMES[kind]:
            rows = [[group for group in seed[engine]["groups"][kind] if group.name == name] for engine in ("ours", "splink") for seed in seeds]
            ours, theirs = ([row[0] for row in half if row and row[0].recall is not None] for half in (rows[: len(seeds)], rows[len(seeds):]))
            if ours and theirs:
                print(f"{kind + ' ' + name:26}{statistics.mean(g.recall for g in ours):>10.4f}{min(g.recall for g in ours):>9.4f}"
                      f"{statistics.mean(g.precision or 0 for g in ours):>11.4f}{statistics.mean(g.review or 0 for g in ours):>11.4f}"
                      f"{statistics.mean(g.recall for g in theirs):>15.4f}")


def line(given: argparse.Namespace, seeds: list[dict[str, dict[str, Any]]]) -> dict[str, Any]:
    """The one JSON line: medians over the seeds, the worst gap of any."""
    middle = {engine: {name: round(statistics.median(seed[engine][name] for seed in seeds), 4) for name in RATIOS} for engine in ("ours", "splink")}
    ratio = statistics.median(seed["splink"]["cpu_s"] / seed["ours"]["cpu_s"] for seed in seeds)
    gap = max(quality.worst_gap(seed["ours"]["groups"]["tradition"]) for seed in seeds)
    told = {**middle["ours"], **{f"splink_{name}": middle["splink"][name] for name in ("f1", "r_p99", "r_p999", "cpu_s", "peak_gb")},
            "cpu_ratio": round(ratio, 2), "worst_tradition_gap": round(gap, 4), "seeds": len(seeds)}
    return told | ({"list": given.list, "registry": given.registry} if given.list else {"rows": given.rows})


def main() -> int:
    """Print the tables and, last, one JSON line."""
    wanted = argparse.ArgumentParser("./sinergi bench linkage")
    wanted.add_argument("--rows", type=int, default=100_000, help="records of a register that is linked with itself (default: 100,000)")
    wanted.add_argument("--list", type=int, default=0, help="instead: rows of a partner's list")
    wanted.add_argument("--registry", type=int, default=1_000_000, help="people of the register that the list is linked to (default: 1,000,000)")
    wanted.add_argument("--seeds", type=int, default=3, help="how many populations (default: 3)")
    wanted.add_argument("--first-seed", type=int, default=1, help="the first of them (default: 1)")
    given = wanted.parse_args()
    peer = ensure_peer("bench")
    HOME.mkdir(parents=True, exist_ok=True)
    few = HOME / "warm.features.parquet"
    features(written(records(population(600, 0), Plan(REGISTER, MIXED, 0))), ON).write_parquet(few)
    warmed = child(Path(sys.executable), "ours.py", [few], HOME / "warm.pairs.parquet")
    print(f"  machine code made or fetched: {warmed['cpu_s']:.1f} CPU s, once an installation, counted nowhere", flush=True)
    seeds = [one_seed(given, peer, seed) for seed in range(given.first_seed, given.first_seed + given.seeds)]
    print_table(given, seeds)
    print("\nNot timed: drawing people, preparing both engines' columns, making machine code, grouping pairs into persons, the database.\n"
          f"Both may use two threads. Load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors: other work makes both dearer.")
    print(json.dumps(line(given, seeds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
