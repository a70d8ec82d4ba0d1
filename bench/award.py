"""./sinergi bench award [--entitlements N] [--rounds N]: awards a second by eight clients at once, and how that grows with what is kept.

Ours: benefits.award, from the check of the verb to the audit entry, each client a process with a connection of its own, under row security.
Plain: the same rows (an entitlement, whom it reaches, its locks) put in by INSERT in one transaction, as the tables' owner with triggers and
row security off: no check, no audit, no event. Both in turns, so that the machine's load meets both. Then the race: all eight award one need of
the same persons; whoever holds more than one afterwards is doubled. First among a hundredth of the entitlements, then among all of them.
Goals: double_awards 0, p99_growth_100x 2.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parent.parent)  # not bench/: this file is not the package of its name

import django  # noqa: E402

DATABASE = True
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sinergi.config.settings")
django.setup()

import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection, connections  # noqa: E402

from bench.stage import people as stage  # noqa: E402
from bench.stage.servers import cpu_of, peak_mb  # noqa: E402
from sinergi.benefits import actions  # noqa: E402
from sinergi.core import rules  # noqa: E402
from sinergi.core.linkage import name_key  # noqa: E402
from sinergi.kernel.acting import acting  # noqa: E402
from sinergi.kernel.action import writing  # noqa: E402
from sinergi.kernel.actors import Actor, command  # noqa: E402
from sinergi.kernel.errors import Refused  # noqa: E402
from sinergi.kernel.law_files import read_documents  # noqa: E402
from sinergi.kernel.models import Agency, User  # noqa: E402
from sinergi.kernel.roles import ROLES  # noqa: E402

CLIENTS, EACH, WARM, RACED, HELD, ROUNDS = 8, 30, 5, 50, 5, 3
PROGRAMME, NEED = "aim.ikhtiar", "business"
FROM, TO = dt.date(2026, 11, 23), dt.date(2027, 11, 22)
# What everybody holds already: help for one need in five years that are over or running; none of it forbids what is awarded.
KEPT = """INSERT INTO benefits_entitlement (id, programme, need, agency_id, person_id, source, from_on, to_on, pay, state, discreet, clashes,
    reference, law_version, made_at, made_by, ended_by, end_reason)
  SELECT gen_random_uuid(), 'irm.aid', 'medical', %(agency)s, p.id, 'file', make_date(2022 + y, 1, 1), make_date(2022 + y, 12, 31), 'in_kind',
    'active', false, false, '', 'bench', now(), 'bench', '', '' FROM registry_person p, generate_series(0, %(held)s - 1) y"""
REACH = "INSERT INTO benefits_beneficiary (entitlement_id, person_id) SELECT id, person_id FROM benefits_entitlement"
LOCKS = """INSERT INTO benefits_lock (entitlement_id, person_id, key, share, during)
  SELECT id, person_id, k, id::text, daterange(from_on, to_on, '[]')
  FROM benefits_entitlement, unnest(ARRAY['need:medical', 'programme:irm.aid']) k"""
PLAIN = """INSERT INTO benefits_entitlement (id, programme, need, agency_id, person_id, source, from_on, to_on, pay, state, discreet, clashes,
    reference, law_version, made_at, made_by, ended_by, end_reason)
  VALUES (%s, 'plain', 'plain', %s, %s, 'award', %s, %s, 'in_kind', 'active', false, false, '', 'bench', now(), 'bench', '', '')"""
PLAIN_REACH = "INSERT INTO benefits_beneficiary (entitlement_id, person_id) VALUES (%s, %s)"
PLAIN_LOCK = """INSERT INTO benefits_lock (entitlement_id, person_id, key, share, during) VALUES (%s, %s, 'need:plain', %s, daterange(%s, %s, '[]')),
  (%s, %s, 'programme:plain', %s, daterange(%s, %s, '[]'))"""
DOUBLED = """SELECT count(*) FROM (SELECT b.person_id FROM benefits_entitlement e JOIN benefits_beneficiary b ON b.entitlement_id = e.id
  WHERE e.programme = %s GROUP BY 1 HAVING count(*) > 1) twice"""
FORK = multiprocessing.get_context("fork")


def partner() -> Actor:
    """An officer of the partner that registered everybody."""
    with acting(command("bench"), purpose="administer"), writing("bench.stage"):
        agency = Agency.objects.create(code=stage.AGENCY, name_ms="AIM", name_en="AIM", kind="partner", partner=True)
        user = User.objects.create(email="officer@bench.invalid", name="Officer", agency=agency)
    connections.close_all()
    return Actor(str(user.pk), "Officer", stage.AGENCY, {verb: frozenset({("agency", stage.AGENCY)}) for verb in ROLES["officer"]})


def load(owner: psycopg.Connection, entitlements: int) -> list[uuid.UUID]:
    """So many entitlements, HELD a person, with their locks; the lock's constraint is built anew over all of them. Whoever was there goes."""
    people = list(stage.invented(entitlements // HELD))
    owner.execute("TRUNCATE registry_person, benefits_entitlement CASCADE")
    with owner.cursor() as cursor, cursor.copy(stage.PERSON) as copy:
        for p in people:
            copy.write_row((p.id, p.name, name_key(p.name), p.birth_date, p.sex, "ms", "yet_to_be_helped", p.state, False, stage.AGENCY, stage.AT))
    held = owner.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'lock_once'").fetchone()
    assert held is not None, "the migration makes it"
    owner.execute("ALTER TABLE benefits_lock DROP CONSTRAINT lock_once")
    owner.execute(KEPT, {"agency": stage.AGENCY, "held": HELD})
    owner.execute(REACH)
    owner.execute(LOCKS)
    owner.execute(f"ALTER TABLE benefits_lock ADD CONSTRAINT lock_once {held[0]}")
    owner.execute("VACUUM ANALYZE registry_person, benefits_entitlement, benefits_beneficiary, benefits_lock")
    return [p.id for p in people]


def our_client(actor: Actor, law: rules.Law) -> tuple[Callable[[uuid.UUID], bool], Callable[[], int]]:
    """One award to a person (False: refused), and the PostgreSQL process that serves."""

    def award(person: uuid.UUID) -> bool:
        try:
            actions.award(person, actor=actor, purpose="pay", programme=PROGRAMME, need=NEED, from_on=FROM, to_on=TO, pay="in_kind", on=FROM,
                          at=stage.AT, law=law)
        except Refused as why:
            if why.code not in ("overlap.held", "overlap.held_by"):
                raise
            return False
        return True

    def backend() -> int:
        with connection.cursor() as cursor:
            return int(cursor.execute("SELECT pg_backend_pid()").fetchone()[0])

    return award, backend


def plain_client() -> tuple[Callable[[uuid.UUID], bool], Callable[[], int]]:
    """The same rows by INSERT."""
    owner = stage.owner()

    def insert(person: uuid.UUID) -> bool:
        made = uuid.uuid4()
        with owner.transaction():
            owner.execute(PLAIN, [made, stage.AGENCY, person, FROM, TO])
            owner.execute(PLAIN_REACH, [made, person])
            owner.execute(PLAIN_LOCK, [made, person, str(made), FROM, TO] * 2)
        return True

    return insert, lambda: owner.info.backend_pid


def client(kind: str, actor: Actor, law: rules.Law, people: list[uuid.UUID], warm: int, gate: Any, out: Any) -> None:
    """A process: warms, waits for the others, then does its persons one after another and tells what it took."""
    try:
        once, backend = our_client(actor, law) if kind == "ours" else plain_client()
        for person in people[:warm]:
            once(person)
        pid, times, won = backend(), [], 0
        gate.wait(120)
        cpu, served, began = time.process_time(), cpu_of(pid), time.perf_counter()
        for person in people[warm:]:
            start = time.perf_counter()
            won += once(person)
            times.append((time.perf_counter() - start) * 1000)
        out.put({"times": times, "won": won, "cpu": time.process_time() - cpu, "db_cpu": cpu_of(pid) - served, "began": began,
                 "ended": time.perf_counter(), "mb": peak_mb()})
    except BaseException as why:  # the parent must hear of it: it waits for an answer of each
        gate.abort()
        out.put({"failed": repr(why)})
        raise


def at_once(kind: str, actor: Actor, law: rules.Law, shares: list[list[uuid.UUID]], warm: int = WARM) -> dict[str, Any]:
    """All clients together, each with its persons."""
    gate, out = FORK.Barrier(len(shares)), FORK.Queue()
    running = [FORK.Process(target=client, args=(kind, actor, law, people, warm, gate, out)) for people in shares]
    for process in running:
        process.start()
    found = [out.get(timeout=300) for _ in running]
    for process in running:
        process.join()
    failed = [f["failed"] for f in found if "failed" in f]
    if failed:
        raise SystemExit(f"A client failed, the measurement means nothing: {failed[0]}")
    times = sorted(t for f in found for t in f["times"])
    seconds = max(f["ended"] for f in found) - min(f["began"] for f in found)
    return {"times": times, "rate": len(times) / seconds, "p50": statistics.median(times), "p99": times[int(len(times) * 0.99)],
            "cpu": sum(f["cpu"] for f in found) * 1000 / len(times), "db_cpu": sum(f["db_cpu"] for f in found) * 1000 / len(times),
            "won": sum(f["won"] for f in found), "mb": max(f["mb"] for f in found)}


def one_size(owner: psycopg.Connection, actor: Actor, law: rules.Law, entitlements: int, rounds: int) -> dict[str, Any]:
    """Awards and plain inserts in turns, then the race, among so many entitlements. Medians over the rounds."""
    people = load(owner, entitlements)
    spread, turns = people[:: max(1, len(people) // (2 * rounds * CLIENTS * (EACH + WARM) + RACED))], {"ours": [], "plain": []}
    raced, rest = spread[:RACED], iter(spread[RACED:])
    for turn in range(rounds):
        for kind in ("ours", "plain")[:: 1 if turn % 2 else -1]:
            turns[kind].append(at_once(kind, actor, law, [[next(rest) for _ in range(EACH + WARM)] for _ in range(CLIENTS)]))
    wrong = [t for t in turns["ours"] if t["won"] != CLIENTS * EACH]
    if wrong:
        raise SystemExit(f"Of {CLIENTS * EACH} awards to as many persons {wrong[0]['won']} were made: the measurement means nothing")
    race = at_once("ours", actor, law, [raced] * CLIENTS, warm=0)
    doubled = owner.execute(DOUBLED, [PROGRAMME]).fetchone()
    assert doubled is not None, "count(*) gives a row"
    if race["won"] != RACED:
        print(f"The race for {RACED} persons was won {race['won']} times")
    found = {f"{kind}_{what}": statistics.median(t[what] for t in many)
             for kind, many in turns.items() for what in ("rate", "p50", "p99", "cpu", "db_cpu")}
    return found | {"mb": max(t["mb"] for t in turns["ours"]), "plain_mb": max(t["mb"] for t in turns["plain"]), "doubled": doubled[0],
                    "race_won": race["won"], "race_p99": race["p99"]}


def table(size: int, r: dict[str, Any]) -> None:
    """Print what was measured among so many entitlements."""
    print(f"\n{f'{CLIENTS} clients, {size:,} entitlements':40}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}"
          f"{'PostgreSQL CPU ms':>19}{'peak MB':>9}")
    for kind, says, memory in (("ours", "benefits.award", "mb"), ("plain", "plain INSERTs of the same rows", "plain_mb")):
        print(f"{says:40}{r[f'{kind}_rate']:>10.0f}{r[f'{kind}_p50']:>9.1f}{r[f'{kind}_p99']:>9.1f}"
              f"{r[f'{kind}_cpu']:>9.2f}{r[f'{kind}_db_cpu']:>19.2f}{r[memory]:>9.0f}")
    print(f"the race: {RACED} persons, {CLIENTS * RACED} awards, {r['race_won']} made, p99 {r['race_p99']:.1f} ms, "
          f"persons with two: {r['doubled']}", flush=True)


def main() -> int:
    """Print the tables and, last, one JSON line."""
    wanted = argparse.ArgumentParser("./sinergi bench award")
    wanted.add_argument("--entitlements", type=int, default=1_000_000, help="how many are kept in the end (default: 1,000,000)")
    wanted.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds of {CLIENTS * EACH} awards and as many plain inserts (default: {ROUNDS})")
    given = wanted.parse_args()
    few = max(10_000, given.entitlements // 100)
    law, sizes = rules.build(read_documents(settings.LAW_DIR)), {}
    with stage.owner() as owner:
        stage.clear(owner)
        actor = partner()
        for size in sorted({few, max(few, given.entitlements)}):
            began = time.monotonic()
            sizes[size] = one_size(owner, actor, law, size, given.rounds)
            table(size, sizes[size])
            print(f"loading and measuring took {time.monotonic() - began:.0f} s; load of the machine {os.getloadavg()[0]:.1f} "
                  f"on {os.cpu_count()} processors", flush=True)
    print("Not timed: the request around it (sign-in, API or page), the reading of the law, delivering the event and sealing the audit (jobs),\n"
          "households (each person stands alone). Clients and PostgreSQL share the processors.")
    print(json.dumps(line(sizes[few], sizes[max(sizes)], max(sizes) // few) | {"entitlements": max(sizes)}))
    return 0


def line(few: dict[str, Any], many: dict[str, Any], times: int) -> dict[str, Any]:
    """The one JSON line."""
    found = {"awards_per_s": round(many["ours_rate"]), "plain_per_s": round(many["plain_rate"]), "p50_ms": many["ours_p50"],
             "p99_ms": many["ours_p99"], "plain_p99_ms": many["plain_p99"],
             "cpu_ms": many["ours_cpu"], "db_cpu_ms": many["ours_db_cpu"], "client_mb": many["mb"],
             f"p99_growth_{times}x": many["ours_p99"] / few["ours_p99"], f"p50_growth_{times}x": many["ours_p50"] / few["ours_p50"],
             f"db_cpu_growth_{times}x": many["ours_db_cpu"] / few["ours_db_cpu"]}
    return {"double_awards": few["doubled"] + many["doubled"]} | {name: round(value, 2) for name, value in found.items()}


if __name__ == "__main__":
    sys.exit(main())
