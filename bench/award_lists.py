"""./sinergi bench award-lists [--rows N …]: what a partner's list of awards takes to receive, check and load, beside plain INSERTs.

Each size runs in a process of its own, so that its peak memory is its own; the jobs' bodies are called step by step as a worker would call
them, for as many registered people as the list has rows. The peer is the same rows (an entitlement, whom it reaches, its locks) put in by one
INSERT … SELECT each, as the tables' owner with triggers and row security off: no reading, no look-up, no check, no audit.
Goal: 100,000 rows under 300 s, memory flat.
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
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parent.parent)  # not bench/: this file is not the package of its name

import django  # noqa: E402

DATABASE = True
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sinergi.config.settings")
django.setup()

import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402

from bench.stage import people as stage  # noqa: E402
from bench.stage.servers import peak_mb  # noqa: E402
from sinergi.benefits import tasks  # noqa: E402
from sinergi.benefits.actions import lists as actions  # noqa: E402
from sinergi.benefits.list_rows import guess  # noqa: E402
from sinergi.benefits.models import AwardList  # noqa: E402
from sinergi.kernel import events  # noqa: E402
from sinergi.kernel.acting import acting  # noqa: E402
from sinergi.kernel.action import writing  # noqa: E402
from sinergi.kernel.actors import Actor, actor_of, command  # noqa: E402
from sinergi.kernel.jobs import JOBS, progress_about  # noqa: E402
from sinergi.kernel.law import publish_law  # noqa: E402
from sinergi.kernel.models import Agency, Grant, User  # noqa: E402
from sinergi.registry.submission.spreadsheet import table_of  # noqa: E402

SIZES = (1_000, 10_000)
HEADER = ("No KP", "Nama", "Program", "Mula", "Hingga", "Jumlah", "Rujukan")
PROGRAMME = "aim.ikhtiar"
STEPS = ("receive", "check", "load")
TABLES = ("benefits_entitlement", "benefits_beneficiary", "benefits_lock")


def content_of(people: Sequence[stage.Invented]) -> bytes:
    """A row for each, one in a hundred with a number that is too short."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    writer.writerows([p.mykad if i % 100 else p.mykad[:4], p.name, PROGRAMME, "1/11/2026", "31/10/2027", 300 + i % 200, f"B-{i}"]
                     for i, p in enumerate(people))
    return out.getvalue().encode()


def partner() -> Actor:
    """An officer of a partner, by his grants."""
    with acting(command("bench"), purpose="administer"), writing("bench.stage"):
        agency = Agency.objects.get_or_create(code=stage.AGENCY, defaults={"name_ms": "AIM", "name_en": "AIM", "kind": "partner", "partner": True})[0]
        user = User.objects.create(email="officer@bench.invalid", name="Officer", agency=agency)
        Grant.objects.create(user=user, role="officer", area_kind="agency", area=stage.AGENCY, given_by="command:bench")
    return actor_of(user)


def run(job: str, found: AwardList, actor: Actor) -> None:
    """Do what a worker would: the list's newest job, step by step to its end."""
    with acting(actor, purpose="pay"):
        progress = progress_about(f"benefits.AwardList:{found.pk}")
    JOBS[job].run(attempts=0, progress=str(progress.pk), actor=actor.id, agency=actor.agency, purpose="pay", ids={"list_id": str(found.pk)})


def the_list(content: bytes, actor: Actor, found: AwardList | None, step: str) -> AwardList:
    """One step of the list's way."""
    if step == "receive":
        made: AwardList = actions.receive_list(content, actor=actor, purpose="pay", table=table_of(content), title="Bench", on=stage.AT.date(),
                                               at=stage.AT)
        return made
    assert found is not None, "received first"
    if step == "check":
        tasks.map_and_check(found, actor=actor, columns=guess(found.header))
    else:
        with acting(actor, purpose="pay"):
            found = AwardList.objects.get(pk=found.pk)
        tasks.start(found, actor=actor)
    run(f"award_list.{step}", found, actor)
    return found


def peer(owner: psycopg.Connection) -> float:
    """Seconds in which the same rows go in by INSERT alone, in one transaction."""
    for table in TABLES:
        owner.execute(f"CREATE TEMP TABLE kept_{table} AS TABLE {table}")
    owner.execute("TRUNCATE benefits_entitlement CASCADE")
    began = time.perf_counter()
    with owner.transaction():
        for table in TABLES:
            owner.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE kept_{table}")
    return time.perf_counter() - began


def told(owner: psycopg.Connection) -> float:
    """Seconds in which the carrier tells the rooms above, which work out the published state of everybody the list reaches."""
    began = time.perf_counter()
    while events.deliver():
        pass
    if owner.execute("SELECT count(*) FROM kernel_delivery WHERE done_at IS NULL").fetchone() != (0,):
        raise SystemExit("news did not arrive: the measurement means nothing")
    return time.perf_counter() - began


def one_size(count: int) -> dict[str, Any]:
    """A list of so many rows, in a register of as many people who hold nothing yet."""
    with stage.owner() as owner:
        stage.clear(owner)
        publish_law(settings.LAW_DIR, actor=command("bench", "law.publish"), purpose="administer")
        actor = partner()
        content = content_of(stage.load(owner, count))
        found, row = None, {"rows": count, "idle_mb": peak_mb()}
        for step in STEPS:
            began = time.perf_counter()
            found = the_list(content, actor, found, step)
            row[f"{step}_s"] = time.perf_counter() - began
        refused = -(-count // 100)
        made = owner.execute("SELECT count(*), count(DISTINCT person_id) FROM benefits_entitlement").fetchone()
        if made != (count - refused, count - refused):
            raise SystemExit(f"{count} rows, {refused} of them wrong, made {made}: the measurement means nothing")
        row["news_s"] = told(owner)
        row |= {"seconds": sum(row[f"{s}_s"] for s in STEPS), "rss_mb": peak_mb(), "insert_s": peer(owner)}
    return {key: round(value, 2) for key, value in row.items()}


def each_size(sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Each size in a process of its own."""
    for count in sizes:
        out = subprocess.run([sys.executable, __file__, "--one", str(count)], stdout=subprocess.PIPE, text=True, check=True).stdout
        yield json.loads(out.splitlines()[-1])


def main() -> int:
    """Print the table and, last, one JSON line."""
    wanted = argparse.ArgumentParser("./sinergi bench award-lists")
    wanted.add_argument("--rows", type=int, nargs="+", default=list(SIZES), help="sizes of the list (default: 1000 10000; at most 100000)")
    wanted.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = wanted.parse_args()
    if given.one:
        print(json.dumps(one_size(given.one)))
        return 0
    line: dict[str, Any] = {}
    print(f"{'rows':>9}{'receive s':>11}{'check s':>9}{'load s':>9}{'in all s':>10}{'rows/s':>8}"
          f"{'INSERT s':>10}{'ratio':>7}{'news s':>8}{'peak MB':>9}{'before MB':>11}")
    for r in each_size(given.rows):
        print(f"{r['rows']:>9,}{r['receive_s']:>11.1f}{r['check_s']:>9.1f}{r['load_s']:>9.1f}{r['seconds']:>10.1f}{r['rows'] / r['seconds']:>8.0f}"
              f"{r['insert_s']:>10.2f}{r['seconds'] / r['insert_s']:>7.0f}{r['news_s']:>8.1f}{r['rss_mb']:>9.0f}{r['idle_mb']:>11.0f}")
        size = f"{r['rows'] // 1000}k"
        line |= {f"seconds_{size}": r["seconds"], f"rows_a_second_{size}": round(r["rows"] / r["seconds"]), f"rss_mb_{size}": r["rss_mb"],
                 f"ratio_{size}": round(r["seconds"] / r["insert_s"], 1), f"news_s_{size}": r["news_s"]}
    print("Not timed: the upload over a network, the page, waiting for the worker. The peer neither reads, nor looks anybody up, nor checks,\n"
          "nor writes audit and events: the ratio is the price of all of these together. `news` comes after and is not in the sum: what the\n"
          "carrier then takes to work out the published state of everybody the list reaches.")
    print(json.dumps(line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
