"""Lists against the register by machine: send rows, compare, see what was found, let it be applied, fetch one's own keys with yes, no or review."""
import datetime as dt
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from sinergi.registry import tasks
from sinergi.registry.actions import linking as actions
from sinergi.registry.queries import linking as queries
from sinergi.registry.submission.spreadsheet import MOST_CELL, MOST_COLUMNS, Table

from . import cursors
from .factory import Operations, found, now, today, who
from .shapes import Body, Both, Code, Cursor, Most

router = Operations(tags=["linkage"])
Cell = Annotated[str, Field(max_length=MOST_CELL)]
Row = Annotated[list[Cell], Field(min_length=1, max_length=MOST_COLUMNS)]
Rows = Annotated[list[Row], Field(min_length=1, max_length=10_000)]


class RunIn(Body):
    """A list. `fields`: what each column means, such as key, person.name, person.mykad, person.birth_date, person.phone, address.lines."""

    title: Annotated[str, Field(max_length=160)] = ""
    fields: Annotated[list[Code], Field(min_length=1, max_length=MOST_COLUMNS)]
    rows: Rows


class RowsIn(Body):
    """More rows, under the same fields."""

    rows: Rows


class RunOut(Schema):
    """A run. `counts`: rows by zone (auto: yes; review; new: no; wrong: not read). Nothing is applied before it is approved."""

    id: UUID
    kind: str
    title: str
    state: str
    rows: int
    counts: dict[str, int]
    done: int
    pieces: int
    applied: int
    to_apply: int
    undone: int
    drop_on: dt.date | None
    dropped_at: dt.datetime | None
    received_at: dt.datetime
    finished_at: dt.datetime | None
    model: str


class RunsOut(Schema):
    """Runs of one's agency, newest first."""

    items: list[RunOut]


class LinkedRowOut(Schema):
    """One's own key with the answer: yes, no, review or not_read; `mends`: what to mend in the row, or what was mended."""

    row: int
    key: str
    answer: str
    mends: list[Both]


class AnswersOut(Schema):
    """A page of answers, in the order of the list."""

    items: list[LinkedRowOut]
    next: str


def view(run_id: UUID) -> queries.RunView:
    """A run of one's agency, or the answer that there is none."""
    return queries.run_view(found(queries.run(run_id)))


@router.add("POST", "/linkage-runs", RunOut, 201, verb="linkage.receive")
def send_list(request: HttpRequest, body: RunIn) -> Any:
    """Send a list, or its first ten thousand rows. It is compared only when one says so."""
    table = Table(tuple(body.fields), iter((n, tuple(cells)) for n, cells in enumerate(body.rows, 2)))
    run = actions.receive_run(b"", actor=who(request), table=table, title=body.title, on=today(), at=now())
    return queries.run_view(run)


@router.add("GET", "/linkage-runs", RunsOut, verb="linkage.read")
def list_linkage_runs(request: HttpRequest) -> Any:
    """Runs of one's agency, newest first."""
    return RunsOut.from_orm({"items": queries.runs()})


@router.add("GET", "/linkage-runs/{run_id}", RunOut, verb="linkage.read")
def read_linkage_run(request: HttpRequest, run_id: UUID) -> Any:
    """One run: where it stands, and what was found."""
    return view(run_id)


@router.add("POST", "/linkage-runs/{run_id}/rows", RunOut, verb="linkage.extend")
def send_more_rows(request: HttpRequest, run_id: UUID, body: RowsIn) -> Any:
    """More rows of a list that is not compared yet."""
    run = found(queries.run(run_id))
    actions.extend_run(run, actor=who(request), rows=body.rows)
    return view(run_id)


@router.add("POST", "/linkage-runs/{run_id}/compare", RunOut, verb="linkage.map", match=read_linkage_run)
def compare_list(request: HttpRequest, run_id: UUID) -> Any:
    """Compare the list with the register."""
    run = found(queries.run(run_id))
    tasks.link_list(run, actor=who(request), columns={str(n): field for n, field in enumerate(run.header)}, at=now())
    return view(run_id)


@router.add("POST", "/linkage-runs/{run_id}/approve", RunOut, verb="linkage.approve", match=read_linkage_run)
def approve_linkage_run(request: HttpRequest, run_id: UUID) -> Any:
    """Let what was found be applied: certain rows are linked, doubtful ones wait for an officer, nobody is registered."""
    tasks.approve(found(queries.run(run_id)), actor=who(request))
    return view(run_id)


@router.add("POST", "/linkage-runs/{run_id}/cancel", RunOut, verb="linkage.cancel", match=read_linkage_run)
def cancel_linkage_run(request: HttpRequest, run_id: UUID) -> Any:
    """Give a run up before anything is applied; its rows are dropped."""
    actions.cancel_run(found(queries.run(run_id)), actor=who(request), at=now())
    return view(run_id)


@router.add("POST", "/linkage-runs/{run_id}/undo", RunOut, verb="linkage.undo", match=read_linkage_run)
def undo_linkage_run(request: HttpRequest, run_id: UUID) -> Any:
    """Take back everything a run linked."""
    tasks.undo_run(found(queries.run(run_id)), actor=who(request), at=now())
    return view(run_id)


@router.add("GET", "/linkage-runs/{run_id}/answers", AnswersOut, verb="linkage.read")
def read_answers(request: HttpRequest, run_id: UUID, cursor: Cursor = "", limit: Most = 200) -> Any:
    """One's own keys with yes, no, review or not read; nothing of the register's fields."""
    run = found(queries.run(run_id))
    place = cursors.place(cursor, "answers")
    rows = queries.answers(run, after=place[0] if place else 0, most=limit)
    more = cursors.cursor("answers", rows[-1].row) if len(rows) == limit else ""
    return AnswersOut.from_orm({"items": rows, "next": more})
