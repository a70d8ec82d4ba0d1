"""Lists of one's agency: where they stand, their bad rows with the mend, their result as a file."""
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet

from sinergi.kernel.jobs import progress_about

from ..models import Batch, BatchRow, ColumnMapping
from ..submission.columns import column_of, guess, header_key
from ..submission.spreadsheet import ADDED, csv_bytes

UNTOUCHED = ("person.register", "person.read", "person.search", "batch.register")
OUTCOME_WORDS = {
    "waiting": {"ms": "belum diperiksa", "en": "not checked yet"}, "good": {"ms": "baik, belum didaftar", "en": "good, not registered yet"},
    "refused": {"ms": "perlu dibetulkan", "en": "to mend"}, "registered": {"ms": "didaftar", "en": "registered"},
    "known": {"ms": "sudah ada", "en": "already here"}, "undone": {"ms": "dibatalkan", "en": "undone"}}


@dataclass(frozen=True)
class BatchView:
    """A list with its counts by outcome; `done` of `rows` while a job works on it, `fault` when that job failed, `given_up` for good."""

    id: UUID
    title: str
    state: str
    rows: int
    received_at: dt.datetime
    finished_at: dt.datetime | None
    counts: dict[str, int]
    done: int
    fault: str
    given_up: bool


@dataclass(frozen=True)
class BadField:
    """One wrong cell: the row and column as the spreadsheet shows them, what stands there, and the mend."""

    row: int
    column: str
    value: str
    words: dict[str, str]


def batches(limit: int = 50) -> tuple[BatchView, ...]:
    """Lists of the actor's agency, newest first. Two queries."""
    found = list(Batch.objects.order_by("-received_at")[:limit])
    counts: dict[UUID, dict[str, int]] = {b.pk: {} for b in found}
    for batch, outcome, n in BatchRow.objects.filter(batch_id__in=list(counts)).values_list("batch", "outcome").annotate(n=Count("id")):
        counts[batch][outcome] = n
    return tuple(view(b, counts[b.pk]) for b in found)


def batch(batch_id: UUID) -> Batch | None:
    """A list of the actor's agency, for its actions."""
    return Batch.objects.filter(pk=batch_id).first()


def batch_view(found: Batch) -> BatchView:
    """A list with its counts."""
    counts = dict(BatchRow.objects.filter(batch=found).values_list("outcome").annotate(n=Count("id")))
    return view(found, counts)


def view(found: Batch, counts: dict[str, int]) -> BatchView:
    """Counts tell how far it came: rows no longer waiting while it is checked, no longer good while it is registered."""
    left = counts.get("waiting" if found.state == "checking" else "good", 0)
    progress = progress_about(f"registry.Batch:{found.pk}") if found.state in ("checking", "running") else None
    return BatchView(found.pk, found.title, found.state, found.rows, found.received_at, found.finished_at, counts, found.rows - left,
                     progress.fault if progress else "", progress is not None and progress.state == "failed")


def mapping_of(found: Batch) -> dict[str, str]:
    """The columns as mapped, else as the agency mapped this header before, else as guessed."""
    if found.columns:
        return dict(found.columns)
    before = ColumnMapping.objects.filter(agency_id=found.agency_id, header=header_key(found.header)).first()
    return dict(before.columns) if before else guess(found.header)


def samples(found: Batch, most: int = 3) -> list[list[str]]:
    """The first rows, for the page that asks what the columns mean."""
    return list(BatchRow.objects.filter(batch=found).order_by("row").values_list("cells", flat=True)[:most])


def bad_fields(found: Batch, language: str, most: int = 200) -> tuple[BadField, ...]:
    """Wrong cells in the order of the file, at most so many rows."""
    return named(BatchRow.objects.filter(batch=found, outcome="refused"), found, language, most)


def odd_fields(found: Batch, language: str, most: int = 200) -> tuple[BadField, ...]:
    """Cells of good rows that should be looked at, an odd number say; they do not block."""
    return named(BatchRow.objects.filter(batch=found, outcome__in=["good", "registered"]).exclude(errors=[]), found, language, most)


def named(rows: QuerySet[BatchRow], found: Batch, language: str, most: int) -> tuple[BadField, ...]:
    """What rows keep about their cells. One query."""
    lines = rows.order_by("row").values_list("row", "errors")[:most]
    return tuple(BadField(row, column_of(e["field"], found.columns, found.header, language), e["value"], e["words"])
                 for row, errors in lines for e in errors)


def result_file(found: Batch, language: str, outcome: str = "") -> bytes:
    """Every row (or those of one outcome) with what became of it and the mend, as CSV that can be corrected and sent again."""
    return csv_bytes(result_rows(found, language, outcome))


def result_rows(found: Batch, language: str, outcome: str) -> Iterator[list[object]]:
    """The header, then the rows; streamed from the database. What stood beyond the header's columns joins the last of them."""
    width = len(found.header)
    yield [*found.header, *ADDED[language]]
    lines = BatchRow.objects.filter(batch=found, **({"outcome": outcome} if outcome else {})).order_by("row")
    for row, cells, what, errors in lines.values_list("row", "cells", "outcome", "errors").iterator(chunk_size=2000):
        mends = "; ".join(f"{column_of(e['field'], found.columns, found.header, language)}: {e['words'][language]}" for e in errors)
        last = ", ".join(filter(None, cells[width - 1:]))
        yield [*cells[:width - 1], last, row, OUTCOME_WORDS[what][language], mends]


def touched(persons: set[Any]) -> set[UUID]:
    """Of these persons, those on whom somebody has worked since they were registered, by the audit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sinergi_touched(%s, %s)", [list(persons), list(UNTOUCHED)])
        return {row[0] for row in cursor.fetchall()}
