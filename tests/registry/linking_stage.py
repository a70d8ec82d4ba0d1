"""What tests of linkage stand on: a register made ready, officers by their real grants, partners' lists, and runs taken their whole way."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from django.utils import timezone
from registry_stage import ON, law, setting, somebody

from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import Actor, actor_of
from sinergi.kernel.models import Grant, User
from sinergi.registry import tasks
from sinergi.registry.actions import applying, comparing, linking, preparing
from sinergi.registry.models import Certificate, LinkageRun
from sinergi.registry.queries import linking as queries
from sinergi.registry.submission.list_record import guess
from sinergi.registry.submission.spreadsheet import table_of

AT = dt.datetime(2026, 11, 24, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))
HEADER = ("No ahli", "Nama", "No KP", "Tarikh lahir", "Telefon", "Alamat", "Poskod")
PEOPLE = (("Norazlina binti Hamzah", "891214175078"), ("Kamarul bin Yusof", "680411175013"), ("Lim Mei Ling", "751102175042"),
          ("Jimbai anak Sigan", "800109170159"), ("Suresh a/l Raman", "900523175061"))


def linker(agency: str, role: str = "officer", *, national: bool = False) -> Actor:
    """A user of an agency as jobs find him: by his grants."""
    setting(agency)
    with acting(Actor("command:stage", "stage"), purpose="administer"), writing("try.stage"):
        user = User.objects.create(email=f"{role}{'.n' * national}@{agency}.example", name="Puan Rohana", agency_id=agency)
        Grant.objects.create(user=user, role=role, area_kind="national" if national else "agency", area="" if national else agency,
                             given_by="command:stage")
    return actor_of(user)


def registered(actor: Actor, people: Sequence[tuple[str, str]] = PEOPLE) -> list[UUID]:
    """People in the register."""
    return [somebody(actor, name, number, phone=f"0190000{n:03d}") for n, (name, number) in enumerate(people, 100)]


def made_ready() -> None:
    """The register made ready to be compared, to its end."""
    while preparing.refresh_register(True, actor=tasks.PREPARER, purpose="register", on=ON, at=AT):
        pass


def row(n: int, **changed: str) -> list[str]:
    """A row of a list about one of PEOPLE (from 0), or about a stranger."""
    name, number = PEOPLE[n] if n < len(PEOPLE) else (f"Orang Asing {'ABCDEFGHIJ'[n % 10]}zuri", f"71010117{5000 + n}")
    values = (f"A{n:03d}", name, number, "", f"0190000{100 + n:03d}", "", "")
    return list({**dict(zip(HEADER, values, strict=True)), **changed}.values())


def csv_of(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER, encoding: str = "utf-8") -> bytes:
    """A list as a CSV file."""
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode(encoding)


def received(content: bytes, actor: Actor, title: str = "Ahli") -> LinkageRun:
    """A list just received."""
    return linking.receive_run(content, actor=actor, purpose="register", table=table_of(content, "linkage"), title=title, on=ON, at=AT)


def mapped(content: bytes, actor: Actor, columns: dict[str, str] | None = None) -> LinkageRun:
    """A list whose columns are mapped as guessed, or as told."""
    run = received(content, actor)
    return linking.map_run(run, actor=actor, purpose="register", columns=columns or guess(run.header), at=AT)


def compared(content: bytes, actor: Actor, columns: dict[str, str] | None = None) -> LinkageRun:
    """A list compared to its end."""
    run = mapped(content, actor, columns)
    while run.state == "comparing":
        comparing.compare_next(run, actor=actor, purpose="register", on=ON, at=AT)
    return run


def applied(content: bytes, actor: Actor, most: int = 200) -> LinkageRun:
    """A list approved and applied to its end, in the platform's name."""
    run = compared(content, actor)
    linking.approve_run(run, actor=actor, purpose="register")
    return apply_all(run, most)


def apply_all(run: LinkageRun, most: int = 200) -> LinkageRun:
    """An approved run applied to its end."""
    who = applier(run)
    while run.state == "applying":
        applying.apply_rows(run, actor=who, purpose="register", on=ON, at=timezone.now(), most=most)
    return run


def applier(run: LinkageRun) -> Actor:
    """The platform in a run of an agency."""
    return tasks.applier_of(run.agency_id)


def certified(run_agency: str, threshold: float = 5.0, version: str = "first-2026-11", sources: str = "") -> None:
    """A certificate put in place by the pen of the stage."""
    with acting(Actor("command:stage", "stage"), purpose="administer"), writing("try.stage"):
        Certificate.objects.create(model_id=version, sources=sources or f"list:{run_agency}", target=0.99, thresholds=[[threshold, 1400]],
                                   drawn_each=1400, threshold=threshold, lower_bound=0.995, labels=1400, state="valid", drawn_at=AT,
                                   drawn_by="x", signed_by="y", from_on=ON - dt.timedelta(days=3650), to_on=ON + dt.timedelta(days=3650))


def lines(run: LinkageRun, owner: psycopg.Connection, what: str = "zone") -> list[Any]:
    """A column of a run's rows, in the order of the file."""
    return [value for value, in owner.execute(f"SELECT {what} FROM registry_linkagerow WHERE run_id = %s ORDER BY row", [run.pk])]


def seen(run: LinkageRun, actor: Actor) -> queries.RunView:
    """A run as its page tells it."""
    with acting(actor, purpose="register"):
        return queries.run_view(LinkageRun.objects.get(pk=run.pk))


def bad(run: LinkageRun, actor: Actor, language: str = "ms", *, wrong: bool = True) -> list[tuple[int, str, str, str]]:
    """(row, column, value, mend) of every cell that is wrong, or that was mended."""
    with acting(actor, purpose="register"):
        return [(b.row, b.column, b.value, b.words[language]) for b in queries.cells_named(run, language, wrong=wrong)]


__all__ = ["AT", "HEADER", "ON", "PEOPLE", "applied", "applier", "apply_all", "bad", "certified", "compared", "csv_of", "law", "lines", "linker",
           "made_ready", "mapped", "received", "registered", "row", "seen"]
