"""./sinergi bench search [--rows N] [--users 1|8] [--asked N]: the right person first, and how soon, by what was typed.

Ours: the search table as the registry's triggers fill it, looked up by the finder's login and weighed by core.linkage: all that
registry.queries.find_persons does but its audit entry, which one row of the table adds. Who is asked for was drawn by bench/people and is typed as
badly as at a counter (damage.py, half Q2, half Q3). Before and after one in a hundred people changed. Peer, in the same run on the same
rows: pg_trgm, the ten names most similar to the whole typed one. Beside a name alone stands what folded words could tell at best: ten of n, where n
people bear all that were typed; the very spelling and the order of the words tell more. Goals at a million: p99 25 ms, name alone in the first ten
.95, name + birth year in the first five .97, 700 bytes a person.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path[0] = str(Path(__file__).resolve().parent.parent)  # not bench/: this file is not the package of its name

import django  # noqa: E402

DATABASE = True
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sinergi.config.settings")
os.environ["SINERGI_SEARCHES_AN_HOUR"] = str(10**9)
django.setup()

import polars as pl  # noqa: E402
import psycopg  # noqa: E402

from bench.people import damage  # noqa: E402
from bench.stage import people as stage  # noqa: E402
from bench.stage import register  # noqa: E402
from sinergi.core.identity import birth_of  # noqa: E402
from sinergi.core.linkage import finding  # noqa: E402
from sinergi.core.linkage.names import name_key  # noqa: E402
from sinergi.kernel.acting import acting  # noqa: E402
from sinergi.kernel.action import writing  # noqa: E402
from sinergi.kernel.actors import Actor, command  # noqa: E402
from sinergi.kernel.models import Agency, User  # noqa: E402
from sinergi.kernel.roles import ROLES  # noqa: E402
from sinergi.registry.queries import find_persons  # noqa: E402
from sinergi.registry.queries.search import ranked  # noqa: E402
from sinergi.registry.queries.typed import Typed  # noqa: E402
from sinergi.registry.submission.people import phone_number  # noqa: E402

ON, WARM, PEER = dt.date(2026, 11, 24), 20, 60
TABLES = ("registry_personsearch", "registry_nameword")


@dataclass(frozen=True)
class Asked:
    """Somebody of the register and a record of him as it was typed."""

    id: UUID
    mykad: str
    name: str
    typed: dict[str, Any]

    def number(self) -> str:
        """The digits of the typed number."""
        return "".join(c for c in self.typed["mykad"] or "" if c.isdigit())

    def born(self) -> dt.date | None:
        """The typed birth date, else that of the typed number."""
        number = self.number()
        found: dt.date | None = self.typed["birth_date"] or (birth_of(number, ON) if len(number) == 12 else None)
        return found

    def phones(self) -> tuple[str, ...]:
        """The typed phone."""
        return tuple(p for p in [phone_number(self.typed["phone"] or "")] if p)


def slip(number: str, chance: random.Random) -> str:
    """Another digit in one place."""
    at = chance.randrange(len(number))
    return number[:at] + chance.choice([d for d in "0123456789" if d != number[at]]) + number[at + 1 :]


def by_kind(chance: random.Random) -> dict[str, Callable[[Asked], Typed | None]]:
    """What is typed of somebody, by kind; None where he gave no such thing."""
    def named(a: Asked, **more: Any) -> Typed | None:
        return Typed(a.typed["name"], **more) if a.typed["name"] and all(more.values()) else None

    def year(a: Asked) -> int | None:
        born = a.born()
        return born.year if born else None
    return {
        "name": named,
        "name + birth year": lambda a: named(a, birth_year=year(a)),
        "name + birth date": lambda a: named(a, birth_date=a.born()),
        "name + last four digits": lambda a: named(a, tail=a.number()[-4:]),
        "name + phone": lambda a: named(a, phones=a.phones()),
        "MyKad": lambda a: Typed(numbers=(a.number(),)) if a.number() else None,
        "MyKad + name": lambda a: named(a, numbers=(a.number(),) if a.number() else ()),
        "MyKad, a digit wrong": lambda a: Typed(numbers=(slip(a.mykad, chance),)) if a.mykad else None,
        "MyKad, a digit wrong + name": lambda a: named(a, numbers=(slip(a.mykad, chance),) if a.mykad else ()),
        "phone": lambda a: Typed(phones=a.phones()) if a.phones() else None,
    }


def drawn(people: pl.DataFrame, count: int, seed: int) -> list[Asked]:
    """So many people of these, each with a record of him; the next in the household may have lent his number."""
    chance, out, columns = random.Random(seed), [], list(damage.SCHEMA)
    for turn, at in enumerate(sorted(chance.sample(range(people.height - 1), count))):
        one, other = people.slice(at, 2).to_dicts()
        written = damage.record(one, other if other["household"] == one["household"] else None, "Q3" if turn % 2 else "Q2", chance)
        out.append(Asked(register.id_of(one["person"]), one["mykad"] or "", one["name"], dict(zip(columns, written, strict=True))))
    chance.shuffle(out)
    return out


def coordinator() -> Actor:
    """A partner with somebody at its counter."""
    with acting(command("bench"), purpose="administer"), writing("bench.stage"):
        agency = Agency.objects.create(code=stage.AGENCY, name_ms="AIM", name_en="AIM", kind="partner", partner=True)
        user = User.objects.create(email="coordinator@bench.invalid", name="Coordinator", agency=agency)
    return Actor(str(user.pk), "Coordinator", stage.AGENCY, {verb: frozenset({("agency", stage.AGENCY)}) for verb in ROLES["coordinator"]})


Timed = dict[str, list[tuple[int, float, int]]]


def searched(actor: Actor, asked: Sequence[Asked], seed: int) -> Timed:
    """Kind -> (place of the right person, milliseconds, branches cut) of each search. A process of its own may do it."""
    gc.collect()
    gc.freeze()  # the drawn people are not a server's garbage
    found: Timed = {}
    for kind, typed in by_kind(random.Random(seed)).items():
        for turn, one in enumerate([*asked[:WARM], *asked]):
            if (what := typed(one)) is None:
                continue
            began = time.perf_counter()
            rows, cut = ranked(what, actor, ON)
            spent = (time.perf_counter() - began) * 1000
            if turn >= WARM:
                found.setdefault(kind, []).append((next((i for i, (_, r) in enumerate(rows) if r.person_id == one.id), 999), spent, cut))
    whole = [o for o in asked if o.typed["name"] and o.born()]
    for one in whole[: len(whole) // 3]:
        began = time.perf_counter()
        with acting(actor, purpose="register"):
            shown = find_persons(f"{one.typed['name']} {one.born():%Y}", actor=actor, on=ON).candidates  # type: ignore[str-bytes-safe]
        place = next((i for i, c in enumerate(shown) if c.person_id == one.id), 999)
        found.setdefault("name + birth year, entered in the audit", []).append((place, (time.perf_counter() - began) * 1000, 0))
    return found


def at_once(actor: Actor, asked: Sequence[Asked], users: int, seed: int) -> Timed:
    """The searches, by so many users at once."""
    if users == 1:
        return searched(actor, asked, seed)
    with ProcessPoolExecutor(users, mp_context=get_context("spawn")) as workers:
        each = list(workers.map(searched, [actor] * users, [asked[i::users] for i in range(users)], range(seed, seed + users)))
    return {kind: [hit for one in each for hit in one.get(kind, [])] for kind in each[0]}


def similar(connection: psycopg.Connection, asked: Sequence[Asked]) -> Timed:
    """The plain alternative: the ten most similar whole names, by trigrams."""
    connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    connection.execute("CREATE INDEX IF NOT EXISTS peer_names ON registry_personsearch USING gin (name gin_trgm_ops) WITH (fastupdate = off)")
    connection.execute("SELECT set_limit(0.4)")
    found: Timed = {}
    for turn, one in enumerate([*asked[:5], *asked[:PEER]]):
        if not one.typed["name"]:
            continue
        for kind, more, values in (("pg_trgm: name", "", []), ("pg_trgm: name + birth year", "AND extract(year FROM birth_date) = %s",
                                                              [one.born().year] if one.born() else None)):  # type: ignore[union-attr]
            if values is None:
                continue
            began, name = time.perf_counter(), one.typed["name"].upper()
            rows = connection.execute(f"SELECT person_id FROM registry_personsearch WHERE name %% %s {more} "
                                      "ORDER BY similarity(name, %s) DESC LIMIT 10", [name, *values, name]).fetchall()
            if turn >= 5:
                place = next((i for i, (who,) in enumerate(rows) if who == one.id), 999)
                found.setdefault(kind, []).append((place, (time.perf_counter() - began) * 1000, 0))
    return found


def ceiling(connection: psycopg.Connection, asked: Sequence[Asked]) -> float:
    """The chance of standing among the first ten by folded words alone: ten of those who bear all the words that were typed."""
    chances = []
    for one in asked:
        words, his = set(name_key(one.typed["name"] or "").split()), set(name_key(one.name).split())
        if words and words <= his:
            keys = [finding.key(f"f {' '.join(sorted(words))}")] if words == his else [finding.word_key(w) for w in words]
            row = connection.execute("SELECT count(*) FROM registry_personsearch WHERE keys @> %s::bigint[]", [keys]).fetchone()
            chances.append(min(1.0, 10 / max(1, row[0] if row else 1)))
        elif words:
            chances.append(1.0)
    return statistics.mean(chances)


def churn(connection: psycopg.Connection) -> int:
    """One in a hundred people gets another phone. Gives how many."""
    rows = connection.execute("UPDATE registry_contactpoint SET value = left(value, 6) || lpad(((id * 7919) % 1000000)::text, 7, '0') "
                              "WHERE person_id IN (SELECT person_id FROM registry_personsearch TABLESAMPLE BERNOULLI (1)) AND kind = 'phone' "
                              "RETURNING person_id").fetchall()
    ids = list({row[0] for row in rows})
    for begin in range(0, len(ids), register.AT_ONCE):
        connection.execute("SELECT sinergi_refresh_search(%s)", [ids[begin : begin + register.AT_ONCE]])
    return len(ids)


def line_of(hits: Sequence[tuple[int, float, int]]) -> dict[str, float]:
    """Shares and times of one kind."""
    times = sorted(ms for _, ms, _ in hits)
    share = {name: round(sum(place < most for place, _, _ in hits) / len(hits), 3) for name, most in (("first", 1), ("first5", 5), ("first10", 10))}
    return {**share, "p50_ms": round(times[len(times) // 2], 2), "p99_ms": round(times[min(len(times) - 1, int(len(times) * 0.99))], 2),
            "cut": round(sum(cut > 0 for _, _, cut in hits) / len(hits), 2), "asked": len(hits)}


def table(title: str, found: Timed) -> dict[str, dict[str, float]]:
    """Print the kinds; gives their figures."""
    print(f"\n{title:42}{'first':>8}{'first 5':>9}{'first 10':>10}{'p50 ms':>9}{'p99 ms':>9}{'asked':>8}")
    lines = {kind: line_of(hits) for kind, hits in found.items()}
    for kind, f in lines.items():
        print(f"{kind:42}{f['first']:>8.3f}{f['first5']:>9.3f}{f['first10']:>10.3f}{f['p50_ms']:>9.1f}{f['p99_ms']:>9.1f}{f['asked']:>8}", flush=True)
    return lines


def filled(connection: psycopg.Connection, rows: int, asked: int, seed: int) -> list[Asked]:
    """Put the people in, a million at a time; gives those who will be asked for."""
    borne: set[str] = set()
    out: list[Asked] = []
    began, parts = time.monotonic(), max(1, rows // register.IN_PART)
    for people in register.parts_of(rows, seed):
        register.fill(connection, people, borne)
        out += drawn(people, asked // parts, seed)
        print(f"{people.height:,} people in after {time.monotonic() - began:.0f} s", flush=True)
    register.settle(connection)
    return out


def main() -> int:
    """Print the tables and, last, one JSON line."""
    wanted = argparse.ArgumentParser("./sinergi bench search")
    wanted.add_argument("--rows", type=int, default=1_000_000, help="people in the register (default: 1,000,000)")
    wanted.add_argument("--users", type=int, default=1, choices=range(1, 17), metavar="N", help="users at once (default: 1)")
    wanted.add_argument("--asked", type=int, default=1000, help="people asked for (default: 1,000)")
    wanted.add_argument("--seed", type=int, default=7)
    given = wanted.parse_args()
    with stage.owner() as owner:
        stage.clear(owner)
        actor = coordinator()
        asked = filled(owner, given.rows, given.asked, given.seed)
        size = register.bytes_of(owner, *TABLES) / given.rows
        before = table(f"{given.rows:,} people, {given.users} at once", at_once(actor, asked, given.users, given.seed))
        best = ceiling(owner, asked)
        print(f"{size:.0f} bytes a person in {' and '.join(TABLES)} with their indexes.\n"
              f"By its folded words alone a name could stand among the first ten in {best:.3f} at best.")
        changed = churn(owner)
        after = table(f"after {changed:,} people changed", at_once(actor, asked, given.users, given.seed))
        grown = register.bytes_of(owner, *TABLES) / given.rows
        peer = table("peer", similar(owner, asked))
    print("Not timed: the page, sign-in, the way over a network. Whatever else the machine does is in the times.")
    print(json.dumps({"rows": given.rows, "users": given.users, "seed": given.seed, "bytes_per_person": round(size),
                      "bytes_after_churn": round(grown), "name_ceiling10": round(best, 3), "typed": before, "after_churn": after, "peer": peer,
                      "p50_ms": max(f["p50_ms"] for f in before.values()), "p99_ms": max(f["p99_ms"] for f in before.values())}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
