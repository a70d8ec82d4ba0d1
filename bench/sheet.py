"""./sinergi bench sheet: one household, every programme for everybody in it, in process, with all reasons and the next questions.

What is timed: rules.screen on a Situation already read, then for every answer its outcome, group, likely flag, the result of every
criterion, needs by member and benefits, and the ranked questions. What is not timed: reading YAML, building the law, the first sheet of a
law version (writing the code), reading the facts, putting reasons into sentences, JSON, any database or page. The last two columns time the
sentences of all answers and the whole sheet as JSON bytes, on their own.
"""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import platform
import random
import sys
import time
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from sinergi.core import rules  # noqa: E402
from sinergi.core.rules.naive import evaluate  # noqa: E402
from sinergi.kernel.law_files import read_documents  # noqa: E402

DAY = dt.date(2026, 11, 23)
HOUSEHOLDS, ROUNDS = 100, 10
AGES = ((40, 60), (38, 58), (15, 22), (5, 14), (60, 80))
ALWAYS = ("birth_date", "sex", "relation", "citizenship", "income", "marital", "work")
RELATIONS = ("head", "spouse", "child", "child", "parent")


def fact_value(fact: rules.Fact, chance: random.Random) -> Any:
    """A plausible value as a file would give it."""
    kind = fact.kind.partition(":")[0]
    if kind == "enum":
        return chance.choice(fact.kind[5:].split(","))
    if kind == "bool":
        return chance.random() < 0.2
    if kind == "money":
        return f"RM {chance.randint((fact.least or 0) // 100, min((fact.most or 600_000) // 100, 6000))}.00"
    if kind == "int":
        return chance.randint(fact.least or 0, min(fact.most if fact.most is not None else 5, 60))
    if kind == "date":
        return DAY - dt.timedelta(days=chance.randint(1, 700))
    if kind == "months":
        return ["2024-06..2026-10"]
    return {"2026-05..2026-10": "RM 3000.00"} if kind == "amounts" else None


def household(law: rules.Law, chance: random.Random, known: float) -> rules.Situation:
    """Four or five persons; the facts a counter always has, and each other fact with the chance `known`."""
    size = chance.choice((4, 5))
    members: list[dict[str, Any]] = [{"relation": RELATIONS[i], "held": []} for i in range(size)]
    home: dict[str, Any] = {}
    for fact in law.facts.values():
        if fact.tree is not None:
            continue
        for i, target in enumerate([home] if fact.of_household else members):
            if fact.name in target or (fact.name not in ALWAYS and chance.random() > known):
                continue
            if fact.name == "birth_date":
                target["birth_date"] = DAY - dt.timedelta(days=365 * chance.randint(*AGES[i]) + chance.randint(0, 364))
            else:
                target[fact.name] = fact_value(fact, chance)
    for _ in range(2):
        drop_what_does_not_apply(law, home, members)
    return rules.read_situation(law, {"household": home, "members": members}, DAY)


def drop_what_does_not_apply(law: rules.Law, home: dict[str, Any], members: list[dict[str, Any]]) -> None:
    """Nobody gives the day of a loss that did not happen: take out facts whose `only_if` does not hold."""
    read = rules.read_situation(law, {"household": home, "members": members}, DAY)
    for fact in law.facts.values():
        if fact.only_if is not None:
            for target, who in [(home, read.household)] if fact.of_household else zip(members, read.people, strict=True):
                if evaluate(fact.only_if, who) is not True:
                    target.pop(fact.name, None)


def sheet(law: rules.Law, situation: rules.Situation) -> int:
    """The sheet with everything that is timed touched; returns how many criteria were weighed."""
    made = rules.screen(law, situation, DAY)
    weighed = 0
    for answer in made.answers:
        found = answer.finding
        if answer.group and not answer.likely and found.need and found.benefits:
            weighed += 0
        weighed += sum(found.shown)
    return weighed if made.ask is not None else 0


def timed(work: Any) -> float:
    """Milliseconds of one call."""
    start = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - start) / 1e6


def timed_cpu(work: Any) -> tuple[float, float]:
    """Milliseconds of one call: by the clock on the wall, and of this process's own work (other work on the machine left out)."""
    start, used = time.perf_counter_ns(), time.process_time_ns()
    work()
    return (time.perf_counter_ns() - start) / 1e6, (time.process_time_ns() - used) / 1e6


def part(times: list[float], share: float) -> float:
    """The time below which this share of the calls lay."""
    return round(sorted(times)[min(len(times) - 1, int(share * len(times)))], 3)


def row(law: rules.Law, name: str, known: float) -> dict[str, Any]:
    """One kind of household."""
    chance = random.Random(f"sheet {known}")
    homes = [household(law, chance, known) for _ in range(HOUSEHOLDS)]
    for home in homes:
        sheet(law, home)
    both = [timed_cpu(lambda home=home: sheet(law, home)) for _ in range(ROUNDS) for home in homes]
    times, cpu = [wall for wall, _ in both], [own for _, own in both]
    made = [rules.screen(law, home, DAY) for home in homes[:20]]
    words = [timed(lambda one=one: [rules.sentence(a, "ms") for a in one.answers]) for one in made]
    written = [timed(one.as_bytes) for one in made]
    return {
        "household": name,
        "answers": round(sum(len(m.answers) for m in made) / len(made)),
        "open": round(sum(a.group == "ask" for m in made for a in m.answers) / len(made)),
        "p50_ms": part(times, 0.5),
        "p99_ms": part(times, 0.99),
        "cpu_p99_ms": part(cpu, 0.99),
        "sentences_ms": part(words, 0.5),
        "json_ms": part(written, 0.5),
    }


def main() -> int:
    """Print the table and, last, one JSON line."""
    law = rules.build(read_documents(ROOT / "law"))
    first = timed(lambda: sheet(law, household(law, random.Random("first"), 0.5)))
    rows = [row(law, "half of the facts known", 0.5), row(law, "the counter's first facts only", 0.0), row(law, "every fact known", 1.0)]
    print(f"{'one household of 4 or 5':32}{'answers':>9}{'open':>7}{'p50 ms':>9}{'p99 ms':>9}{'sentences':>11}{'JSON':>8}")
    for r in rows:
        print(
            f"{r['household']:32}{r['answers']:>9}{r['open']:>7}{r['p50_ms']:>9.3f}{r['p99_ms']:>9.3f}{r['sentences_ms']:>11.3f}{r['json_ms']:>8.1f}"
        )
    print(f"first sheet of a law version: {first:.0f} ms. {HOUSEHOLDS} households, {ROUNDS} rounds, Python {platform.python_version()}")
    print("not timed: reading files, building the law, reading facts, database, page; sentences and JSON stand in columns of their own.")
    print(json.dumps({"programmes": len(law.programmes), "p50_ms": rows[0]["p50_ms"], "p99_ms": rows[0]["p99_ms"], "rows": rows}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
