"""What tests of partners' lists stand on: a coordinator by his real grants, lists of invented people, and a list taken its whole way."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import job_stage
import psycopg
from registry_stage import ON, law, setting

from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import Actor, actor_of
from sinergi.kernel.models import Grant, User
from sinergi.registry.actions import batches as actions
from sinergi.registry.models import Batch
from sinergi.registry.queries import batches as queries
from sinergi.registry.submission.columns import guess
from sinergi.registry.submission.spreadsheet import table_of

HEADER = ("Nama", "No KP", "Telefon", "Pendapatan", "Negeri")
AT = dt.datetime(2026, 11, 23, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def coordinator(agency: str, role: str = "coordinator") -> Actor:
    """A user of an agency as jobs find him: by his grants."""
    setting(agency)
    with acting(Actor("command:stage", "stage"), purpose="administer"), writing("try.stage"):
        user = User.objects.create(email=f"{role}@{agency}.example", name="Awang bin Daud", agency_id=agency)
        Grant.objects.create(user=user, role=role, area_kind="agency", area=agency, given_by="command:stage")
    return actor_of(user)


def mykad(i: int) -> str:
    """The same number for the same i, another for each, of a person invented."""
    day = dt.date(1960, 1, 1) + dt.timedelta(days=i % 14_000)
    return f"{day:%y%m%d}17{5001 + 2 * (i // 14_000):04d}"


def fisherman(i: int, **changed: str) -> list[str]:
    """One row under HEADER."""
    values = (f"Nelayan {'ABCDEFGHIJ'[i % 10]} bin Daud", mykad(i), f"019{i:07d}", "RM1,200", "Terengganu")
    row = dict(zip(HEADER, values, strict=True))
    return list({**row, **changed}.values())


def csv_of(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER, encoding: str = "utf-8") -> bytes:
    """A list as a CSV file."""
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode(encoding)


def receive(content: bytes, actor: Actor, title: str = "Nelayan") -> Batch:
    """A list just received."""
    return actions.receive_batch(content, actor=actor, purpose="register", table=table_of(content), title=title, on=ON, at=AT)


def mapped(content: bytes, actor: Actor, columns: dict[str, str] | None = None) -> Batch:
    """A list whose columns are mapped as guessed, or as told."""
    batch = receive(content, actor)
    chosen = columns or guess(batch.header)
    return actions.map_batch(batch, actor=actor, purpose="register", columns=chosen, law=law(), at=AT)


def checked(content: bytes, actor: Actor, *, most: int = 1000, columns: dict[str, str] | None = None) -> Batch:
    """A list checked to its end, so many rows at a time."""
    batch = mapped(content, actor, columns)
    while batch.state == "checking":
        actions.check_rows(batch, actor=actor, purpose="register", law=law(), most=most)
    return batch


def registered(content: bytes, actor: Actor, *, most: int = 250) -> Batch:
    """A list registered to its end, so many rows at a time."""
    batch = checked(content, actor)
    actions.start_batch(batch, actor=actor, purpose="register")
    while batch.state == "running":
        actions.register_rows(batch, actor=actor, purpose="register", law=law(), most=most, at=AT)
    return batch


def again(batch: Batch, actor: Actor) -> Batch:
    """The list as it stands now."""
    with acting(actor, purpose="register"):
        return Batch.objects.get(pk=batch.pk)


def seen(batch: Batch, actor: Actor) -> queries.BatchView:
    """A list as its page tells it."""
    now = again(batch, actor)
    with acting(actor, purpose="register"):
        return queries.batch_view(now)


def bad(batch: Batch, actor: Actor, language: str = "ms") -> list[tuple[int, str, str, str]]:
    """(row, column, value, mend) of every wrong cell."""
    with acting(actor, purpose="register"):
        return [(b.row, b.column, b.value, b.words[language]) for b in queries.bad_fields(batch, language)]


def result(batch: Batch, actor: Actor, language: str = "ms", outcome: str = "") -> bytes:
    """The result file."""
    with acting(actor, purpose="register"):
        return queries.result_file(batch, language, outcome)


def cells(content: bytes) -> list[list[str]]:
    """A result file as rows of cells."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def persons(owner: psycopg.Connection) -> int:
    """How many are in the register."""
    found = owner.execute("SELECT count(*) FROM registry_person").fetchone()
    return found[0] if found else 0


def counts(owner: psycopg.Connection, batch: Batch) -> dict[str, int]:
    """A list's rows by outcome, behind row security."""
    return dict(owner.execute("SELECT outcome, count(*) FROM registry_batchrow WHERE batch_id = %s GROUP BY 1", [batch.pk]).fetchall())


def worker(database: str, log: Path) -> subprocess.Popen[bytes]:
    """A worker process of its own on a test's database."""
    around: dict[str, Any] = dict(os.environ)
    for name in ("SINERGI_OWNER_URL", "SINERGI_DATABASE_URL", "SINERGI_FINDER_URL"):
        around[name] = urlunsplit(urlsplit(around[name])._replace(path=f"/{database}"))
    around["PYTHONPATH"] = f"{Path(queries.__file__).parents[3]}:{Path(job_stage.__file__).parent}"
    with open(log, "wb") as out:
        return subprocess.Popen([sys.executable, job_stage.__file__], env=around, start_new_session=True, stdout=out, stderr=out)
