"""./sinergi bench lists [--most N]: a partner's list of 1,000, 10,000 and 100,000 rows, from the file to registered persons.

Each size in a process of its own on an emptied database: the CSV is received, its columns mapped, then the two jobs (batch.check,
batch.register) are run to their end step by step as the worker runs them, each step one transaction with its audit entry. One row in a
hundred is bad. Seconds by the clock on the wall, peak memory of the process from /proc. Goal: 10,000 rows under 60 s, memory flat.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parent.parent)  # not bench/, where a file has the name of a package that others import

import django  # noqa: E402

DATABASE = True
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sinergi.config.settings")
django.setup()

from django.conf import settings  # noqa: E402

from bench.stage import people as stage  # noqa: E402
from bench.stage.servers import peak_mb  # noqa: E402
from sinergi.kernel import law  # noqa: E402
from sinergi.kernel.acting import acting  # noqa: E402
from sinergi.kernel.action import writing  # noqa: E402
from sinergi.kernel.actors import Actor, actor_of, command  # noqa: E402
from sinergi.kernel.jobs import Job  # noqa: E402
from sinergi.kernel.models import Agency, Grant, User  # noqa: E402
from sinergi.registry import tasks  # noqa: E402
from sinergi.registry.actions import batches as actions  # noqa: E402
from sinergi.registry.queries import batches as queries  # noqa: E402
from sinergi.registry.submission.columns import guess  # noqa: E402
from sinergi.registry.submission.spreadsheet import table_of  # noqa: E402

SIZES, PATIENCE = (1_000, 10_000, 100_000), 300
HEADER = ("Nama", "No KP", "Telefon", "Alamat", "Poskod", "Negeri", "Pendapatan")
COLUMNS = ("receive_s", "check_s", "register_s", "seconds", "peak_mb", "grown_mb")


def coordinator() -> Actor:
    """A coordinator by his grants, under the published law."""
    law.publish_law(settings.LAW_DIR, actor=command("bench", "law.publish"), purpose="administer")
    with acting(command("bench"), purpose="administer"), writing("bench.stage"):
        agency = Agency.objects.create(code=stage.AGENCY, name_ms="AIM", name_en="AIM", kind="partner", partner=True)
        user = User.objects.create(email="coordinator@bench.invalid", name="Coordinator", agency=agency)
        Grant.objects.create(user=user, role="coordinator", area_kind="agency", area=stage.AGENCY, given_by="command:bench")
    return actor_of(user)


def file_of(rows: int) -> bytes:
    """The list; every hundredth row has a number that is no number."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(HEADER)
    for i, p in enumerate(stage.invented(rows)):
        number = "12345" if i % 100 == 99 else p.mykad
        lines.writerow((p.name, number, p.phone, f"{i} Jalan Mawar", "21000", "Terengganu", f"RM {800 + i % 2000}.00"))
    return out.getvalue().encode()


def worked_off(job: Job, progress: Any, batch: Any, actor: Actor) -> None:
    """Run a job to its end, as the worker does."""
    job.run(attempts=0, progress=str(progress), actor=actor.id, agency=actor.agency, purpose="register", ids={"batch_id": str(batch.pk)})
    with acting(actor, purpose="register"):
        batch.refresh_from_db()


def measure(rows: int) -> dict[str, float]:
    """One list in this process: seconds of each part, rows by outcome, memory at its peak and how much of it the list took."""
    with stage.owner() as owner:
        stage.clear(owner)
    actor, content = coordinator(), file_of(rows)
    law.current()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew: building the law had one of its own
    before, marks = peak_mb(), [time.perf_counter()]
    with acting(actor, purpose="register"):
        batch = actions.receive_batch(content, actor=actor, table=table_of(content), title="Bench", on=dt.date(2026, 11, 23), at=stage.AT)
        marks.append(time.perf_counter())
        checking = tasks.map_and_check(batch, actor=actor, columns=guess(batch.header), at=stage.AT)
    worked_off(tasks.check, checking, batch, actor)
    marks.append(time.perf_counter())
    worked_off(tasks.register, tasks.start(batch, actor=actor), batch, actor)
    marks.append(time.perf_counter())
    with acting(actor, purpose="register"):
        counts = queries.batch_view(batch).counts
    found = dict(zip(COLUMNS, [late - early for early, late in zip(marks, marks[1:], strict=False)], strict=False))
    return found | {"seconds": marks[-1] - marks[0], "peak_mb": peak_mb(), "grown_mb": peak_mb() - before, "rows": rows, **counts}


def apart(rows: int) -> dict[str, float]:
    """The measurement in a process of its own."""
    quiet = {**os.environ, "SINERGI_LOG": "WARNING"}
    done = subprocess.run([sys.executable, __file__, "--only", str(rows)], capture_output=True, text=True, env=quiet)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> int:
    """Print the table and, last, one JSON line."""
    wanted = argparse.ArgumentParser("./sinergi bench lists")
    wanted.add_argument("--most", type=int, default=SIZES[-1], help="leave out longer lists (default: 100,000 rows)")
    wanted.add_argument("--only", type=int, help=argparse.SUPPRESS)
    given = wanted.parse_args()
    if given.only:
        print(json.dumps(measure(given.only)))
        return 0
    print(f"{'rows':>9}{'receive s':>11}{'check s':>9}{'register s':>12}{'in all s':>10}{'peak MB':>9}{'of it grown':>12}  outcome", flush=True)
    rows: list[dict[str, float]] = []
    for size in SIZES:
        expected = rows[-1]["seconds"] * size / rows[-1]["rows"] if rows else 0
        if size > given.most or expected > PATIENCE:
            print(f"{size:>9,}  left out" + (f": about {expected:.0f} s by the list before" if size <= given.most else ""))
            continue
        one = apart(size)
        rows.append(one)
        known = ", ".join(f"{int(n):,} {name}" for name, n in one.items() if name not in (*COLUMNS, "rows"))
        cells = (f"{one[name]:>{wide}.1f}" for name, wide in zip(COLUMNS, (11, 9, 12, 10, 9, 12), strict=True))
        print(f"{size:>9,}{''.join(cells)}  {known}", flush=True)
    print("Not timed: the upload and its pages, the wait for a worker, XLSX (slower to read), the result file.")
    print(json.dumps({"rows": [{name: round(value, 1) for name, value in one.items()} for one in rows],
                      "seconds_10000": next((round(one["seconds"], 1) for one in rows if one["rows"] == 10_000), None)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
