"""./sinergi bench lists [--rows N …]: what a partner's list of thousands takes to receive, check and register, beside a bare COPY of the same rows.

Each size runs in a process of its own, so that its peak memory is its own; the jobs' bodies are called step by step as a worker would call
them. The peer is what one gets without any of it: the same persons, numbers, phones, households, memberships, addresses and facts put into
the same tables by COPY, as their owner, with triggers and row security off, so without check, search table, audit or look-up. CPU seconds are
the process's own, those of its PostgreSQL process stand beside them. Goal: 10,000 rows under 60 s, memory flat.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parent.parent)  # not bench/: this file is not the package of its name

import django  # noqa: E402

DATABASE = True
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sinergi.config.settings")
django.setup()

import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.stage import people as stage  # noqa: E402
from bench.stage.servers import cpu_of, peak_mb  # noqa: E402
from sinergi.kernel.acting import acting  # noqa: E402
from sinergi.kernel.action import writing  # noqa: E402
from sinergi.kernel.actors import Actor, actor_of, command  # noqa: E402
from sinergi.kernel.jobs import JOBS, progress_about  # noqa: E402
from sinergi.kernel.law import publish_law  # noqa: E402
from sinergi.kernel.models import Agency, Grant, User  # noqa: E402
from sinergi.registry import tasks  # noqa: E402
from sinergi.registry.actions import batches as actions  # noqa: E402
from sinergi.registry.models import Batch  # noqa: E402
from sinergi.registry.submission.columns import guess  # noqa: E402
from sinergi.registry.submission.spreadsheet import table_of  # noqa: E402

SIZES = (1_000, 10_000)
HEADER = ("Nama", "No KP", "Telefon", "Pendapatan", "Negeri")
TABLES = ("person", "identifier", "contactpoint", "household", "membership", "address", "fact")
STEPS = ("receive", "check", "register")


def content_of(count: int) -> bytes:
    """A list of so many invented people, one in a hundred with a number that is too short."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for i, p in enumerate(stage.invented(count)):
        number = p.mykad if i % 100 else p.mykad[:8]
        writer.writerow([p.name, number, p.phone, f"RM{800 + i % 1500}", p.state])
    return out.getvalue().encode()


def partner() -> Actor:
    """A coordinator of a partner, by his grants, under the law of this checkout."""
    with acting(command("bench"), purpose="administer"), writing("bench.stage"):
        agency = Agency.objects.get_or_create(code=stage.AGENCY, defaults={"name_ms": "AIM", "name_en": "AIM", "kind": "partner", "partner": True})[0]
        user = User.objects.create(email="coordinator@bench.invalid", name="Coordinator", agency=agency)
        Grant.objects.create(user=user, role="coordinator", area_kind="agency", area=stage.AGENCY, given_by="command:bench")
    return actor_of(user)


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds by the clock on the wall, CPU seconds of this process, and what the call gave."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return time.perf_counter() - wall, time.process_time() - cpu, found


def run(job: str, batch: Batch, actor: Actor) -> None:
    """Do what a worker would: the list's newest job, step by step to its end."""
    with acting(actor, purpose="register"):
        progress = progress_about(f"registry.Batch:{batch.pk}")
    JOBS[job].run(attempts=0, progress=str(progress.pk), actor=actor.id, agency=actor.agency, purpose="register", ids={"batch_id": str(batch.pk)})


def the_list(content: bytes, actor: Actor, batch: Batch | None, step: str) -> Batch:
    """One step of the list's way."""
    now = stage.AT
    if step == "receive":
        found: Batch = actions.receive_batch(
            content, actor=actor, purpose="register", table=table_of(content), title="Bench", on=timezone.localdate(now), at=now)
        return found
    assert batch is not None, "received first"
    if step == "check":
        tasks.map_and_check(batch, actor=actor, columns=guess(batch.header), at=now)
    else:
        with acting(actor, purpose="register"):
            batch = Batch.objects.get(pk=batch.pk)
        tasks.start(batch, actor=actor)
    run(f"batch.{step}", batch, actor)
    return batch


def copied(owner: psycopg.Connection) -> dict[str, list[str]]:
    """What registration wrote, table by table, as COPY's own text."""
    found = {}
    for table in TABLES:
        with owner.cursor() as cursor, cursor.copy(f"COPY registry_{table} TO STDOUT") as out:
            found[table] = b"".join(bytes(part) for part in out)
    return found  # type: ignore[return-value]


def peer(owner: psycopg.Connection) -> float:
    """Seconds in which the same rows go in by COPY alone, best of three, each in one transaction."""
    rows, best = copied(owner), float("inf")
    for _ in range(3):
        owner.execute("TRUNCATE registry_person, registry_household CASCADE")
        began = time.perf_counter()
        with owner.transaction(), owner.cursor() as cursor:
            for table in TABLES:
                with cursor.copy(f"COPY registry_{table} FROM STDIN") as into:
                    into.write(rows[table])
        best = min(best, time.perf_counter() - began)
    return best


def one_size(count: int) -> dict[str, Any]:
    """A list of so many rows in an empty register."""
    with stage.owner() as owner:
        stage.clear(owner)
        publish_law(settings.LAW_DIR, actor=command("bench", "law.publish"), purpose="administer")
        actor, content = partner(), content_of(count)
        began, batch, row = peak_mb(), None, {"rows": count}
        for step in STEPS:
            row[f"{step}_s"], row[f"{step}_cpu_s"], batch = timed(lambda step=step, batch=batch: the_list(content, actor, batch, step))
            row[f"{step}_mb"] = peak_mb()
        made = owner.execute("SELECT count(*), count(DISTINCT value) FROM registry_identifier").fetchone()
        refused = -(-count // 100)
        if made != (count - refused, count - refused):
            raise SystemExit(f"{count} rows, {refused} of them wrong, made {made}: the measurement means nothing")
        with connection.cursor() as cursor:
            row["db_cpu_s"] = cpu_of(cursor.execute("SELECT pg_backend_pid()").fetchone()[0])
        row |= {"seconds": sum(row[f"{s}_s"] for s in STEPS), "cpu_s": sum(row[f"{s}_cpu_s"] for s in STEPS), "rss_mb": peak_mb(), "idle_mb": began}
        row["copy_s"] = peer(owner)
    return {key: round(value, 2) for key, value in row.items()}


def each_size(sizes: list[int]) -> Iterator[dict[str, Any]]:
    """Each size in a process of its own."""
    for count in sizes:
        out = subprocess.run([sys.executable, __file__, "--one", str(count)], stdout=subprocess.PIPE, text=True, check=True).stdout
        yield json.loads(out.splitlines()[-1])


def table(rows: list[dict[str, Any]]) -> None:
    """Print what was measured."""
    print(f"{'rows':>9}{'receive s':>11}{'check s':>9}{'register s':>12}{'in all s':>10}{'CPU s':>8}{'PostgreSQL CPU s':>18}"
          f"{'rows/s':>8}{'COPY s':>8}{'ratio':>7}{'peak MB':>9}{'before MB':>11}")
    for r in rows:
        print(f"{r['rows']:>9,}{r['receive_s']:>11.1f}{r['check_s']:>9.1f}{r['register_s']:>12.1f}{r['seconds']:>10.1f}{r['cpu_s']:>8.1f}{r['db_cpu_s']:>18.1f}"
              f"{r['rows'] / r['seconds']:>8.0f}{r['copy_s']:>8.2f}{r['seconds'] / r['copy_s']:>7.0f}{r['rss_mb']:>9.0f}{r['idle_mb']:>11.0f}")


def main() -> int:
    """Print the table and, last, one JSON line."""
    wanted = argparse.ArgumentParser("./sinergi bench lists")
    wanted.add_argument("--rows", type=int, nargs="+", default=list(SIZES), help="sizes of the list (default: 1000 10000; at most 100000)")
    wanted.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = wanted.parse_args()
    if given.one:
        print(json.dumps(one_size(given.one)))
        return 0
    rows = list(each_size(given.rows))
    table(rows)
    print("Not timed: the upload over a network, the page, waiting for the worker. The peer neither checks, nor looks anybody up,\n"
          "nor fills the search table, nor writes audit and events: the ratio is the price of all of these together.")
    line: dict[str, Any] = {}
    for r in rows:
        size = f"{r['rows'] // 1000}k"
        line |= {f"seconds_{size}": r["seconds"], f"cpu_s_{size}": r["cpu_s"], f"rss_mb_{size}": r["rss_mb"]}
        line |= {f"db_cpu_s_{size}": r["db_cpu_s"], f"ratio_{size}": round(r["seconds"] / r["copy_s"], 1)}
    print(json.dumps(line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
