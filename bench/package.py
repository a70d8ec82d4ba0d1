"""./sinergi bench package [--runs N]: the best lawful package of a household among 110 programmes, and whether it equals a full search.

Offers and rules are invented by a seed: 110 programmes in thirteen needs, waiting times, yearly and monthly sums, all five relations in the
proportions of the law folder. Timed is `core.overlap.package` alone, from offers to steps, alternatives and reasons. The same package on eleven
programmes stands beside it (ten times fewer), and a full search over every lawful choice on up to twelve is the judge. Beside the clock stands
the process's own CPU time, which other work on the machine touches less.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import json
import random
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)
sys.path.insert(1, str(ROOT / "src"))

from bench.stage.servers import peak_mb  # noqa: E402
from sinergi.core import overlap  # noqa: E402
from sinergi.core.overlap.search import search, totals  # noqa: E402
from sinergi.core.overlap.task import Task  # noqa: E402
from sinergi.core.rules.law import Law, Programme, Stack  # noqa: E402

DAY, MANY, FEW, JUDGED = dt.date(2026, 11, 23), 110, 11, 60
NEEDS = ("food", "rent", "medical", "funeral", "schooling", "debt", "work", "disaster", "cash", "care", "business", "rights", "cover")
WORDS = {"ms": "teks", "en": "text"}
LAW_PROGRAMMES = 43
KINDS = (
    ("cumulative", True, 10), ("cumulative", False, 6), ("exclusive", False, 4),
    ("while_waiting", True, 1), ("in_sequence", False, 1), ("top_up", True, 1),
)
"""(relation, against any?, how many) of the rules in law/stacking.yaml, on its 43 programmes. Councils that look at all other aid are not
multiplied: a household lives in one state."""


def invented(count: int, seed: str, density: int = 1) -> tuple[Law, tuple[overlap.Offer, ...]]:
    """So many programmes with their rules, and an offer of each to a household of three."""
    chance = random.Random(seed)
    names = [f"agency{i % 20}.p{i}" for i in range(count)]
    made = {n: Programme(n, n.partition(".")[0], WORDS, WORDS, (chance.choice(NEEDS),), {}, dt.date(2020, 1, 1), None, chance.random() < 0.5, "as_of",
                         (), (), WORDS, WORDS, None, None, (), (), (), (), "x") for n in names}
    rules = []
    for relation, wide, share in KINDS:
        for _ in range(max(1, share if wide and relation != "cumulative" else round(share * count / LAW_PROGRAMMES * density))):
            first, second = chance.sample(names, 2)
            over = "ever" if relation == "exclusive" and chance.random() < 0.3 else "held_now"
            rules.append(Stack(f"r{len(rules)}", first, "any" if wide else second, relation, over, chance.choice(("person", "household")), "line", 0,
                               dt.date(2020, 1, 1), None, "c", "official", "s", WORDS, WORDS if relation == "while_waiting" else None))
    offers = []
    for n in names:
        month = chance.choice((None, *[chance.randrange(50, 1200) * 100] * 4))
        offers.append(overlap.Offer(
            n, made[n].agency, None if made[n].for_household else chance.randrange(3), made[n].needs[0], WORDS, month, None, chance.random() < 0.6,
            chance.choice((0, 0, 14, 30, 60)), None, () if month is None else (month,)))
    return Law({}, {}, made, {n: (n,) for n in names}, seed, tuple(rules)), tuple(offers)


def taken(count: int, runs: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each of so many packages, by the clock and of CPU."""
    clock, cpu = [], []
    for n in range(runs + 3):
        law, offers = invented(count, f"{count}/{n}")
        began, used = time.perf_counter_ns(), time.process_time_ns()
        overlap.package(law, offers, on=DAY, figures={"line": 150_000})
        if n == 2:  # the first ones load the solver; what is loaded is set apart from garbage, as in a server (config/wsgi.py)
            gc.collect()
            gc.freeze()
        if n >= 3:
            clock.append((time.perf_counter_ns() - began) / 1e6)
            cpu.append((time.process_time_ns() - used) / 1e6)
    return clock, cpu


def judged() -> int:
    """How many of sixty small tasks a full search does better or otherwise than the package."""
    from tests.core.test_overlap_package import brute

    differ = 0
    for n in range(JUDGED):
        chance = random.Random(f"judge/{n}")
        size = chance.randrange(2, 13)
        offers = tuple(overlap.Offer(f"p{i}", f"p{i}", None, "cash", WORDS, 100, None, chance.random() < 0.5, 0, chance.choice((None, None, 1, 6)),
                                     (chance.randrange(1, 900) * 100,)) for i in range(size))
        pairs = [(i, j) for i in range(size) for j in range(i + 1, size) if chance.random() < 0.5]
        never = frozenset(q for q in pairs if chance.random() < 0.2)
        task = Task(offers, tuple(chance.choice((0, 2)) for _ in range(size)), frozenset(pairs), never, (), 6)
        grid = totals(task, search(task))
        sums = tuple(sum(sum(row) for o, row in zip(offers, grid, strict=True) if o.certain is sure) for sure in (True, False))
        differ += sums != brute(task)
    return differ


def part(times: list[float], share: float) -> float:
    """The time below which this share lay."""
    return round(sorted(times)[min(len(times) - 1, int(share * len(times)))], 2)


def main() -> int:
    """Print the table and, last, one JSON line."""
    wanted = argparse.ArgumentParser("./sinergi bench package")
    wanted.add_argument("--runs", type=int, default=200, help="packages of each size (default: 200)")
    given = wanted.parse_args()
    sizes = {count: taken(count, given.runs) for count in (FEW, MANY)}
    print(f"{'programmes':>12}{'p50 ms':>10}{'p99 ms':>10}{'CPU p50':>10}{'CPU p99':>10}")
    for count, (clock, cpu) in sizes.items():
        print(f"{count:>12}{part(clock, 0.5):>10.2f}{part(clock, 0.99):>10.2f}{part(cpu, 0.5):>10.2f}{part(cpu, 0.99):>10.2f}")
    differ = judged()
    print(f"{JUDGED} tasks of up to twelve programmes beside a full search: {differ} differ. Peak memory {peak_mb():.0f} MB.")
    print("Not timed: reading the law, the sheet, and drawing the page.")
    many, cpu = sizes[MANY]
    print(json.dumps({"p50_ms": part(many, 0.5), "p99_ms": part(many, 0.99), "mean_ms": round(statistics.mean(many), 2), "programmes": MANY,
                      "cpu_p50_ms": part(cpu, 0.5), "cpu_p99_ms": part(cpu, 0.99), "differs_from_brute_force": differ,
                      "p99_ms_11": part(sizes[FEW][0], 0.99), "peak_mb": peak_mb()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
