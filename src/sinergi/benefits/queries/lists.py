"""Award lists of one's agency: where they stand, their bad rows with the mend, their result as a file."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from sinergi.kernel.jobs import progress_about
from sinergi.registry.submission.columns import WHOLE_ROW
from sinergi.registry.submission.spreadsheet import ADDED, csv_bytes

from ..list_rows import FIELDS, guess
from ..models import AwardList, AwardRow, Beneficiary

OUTCOME_WORDS = {
    "waiting": {"ms": "belum diperiksa", "en": "not checked yet"},
    "good": {"ms": "baik, belum dimuatkan", "en": "good, not loaded yet"},
    "refused": {"ms": "perlu dibetulkan", "en": "to mend"},
    "loaded": {"ms": "dimuatkan", "en": "loaded"},
    "known": {"ms": "sudah ada", "en": "already here"},
    "undone": {"ms": "dibatalkan", "en": "undone"},
}


@dataclass(frozen=True)
class AwardListView:
    """A list with its counts by outcome; `done` of `rows` while a job works on it, `fault` when that job failed, `given_up` for good."""

    id: UUID
    title: str
    state: str
    rows: int
    received_at: dt.datetime
    finished_at: dt.datetime | None
    counts: dict[str, int]
    overlaps: int
    done: int
    fault: str
    given_up: bool


@dataclass(frozen=True)
class WrongCell:
    """One cell to mend or to look at: the row and column as the spreadsheet shows them, what stands there, and the words."""

    row: int
    column: str
    value: str
    words: dict[str, str]


def award_lists(limit: int = 50) -> tuple[AwardListView, ...]:
    """Lists of the actor's agency, newest first."""
    return tuple(map(list_view, AwardList.objects.order_by("-received_at")[:limit]))


def award_list(list_id: UUID) -> AwardList | None:
    """A list of the actor's agency, for its actions."""
    return AwardList.objects.filter(pk=list_id).first()


def reached(list_id: UUID) -> tuple[UUID, ...]:
    """Everybody whom the benefits of a list reach or reached, as far as the actor sees them."""
    of_list = Beneficiary.objects.filter(entitlement__batch_id=list_id)
    return tuple(of_list.order_by("person_id").values_list("person_id", flat=True).distinct())


def list_view(found: AwardList) -> AwardListView:
    """A list with its counts; rows no longer waiting while it is checked, no longer good while it is loaded, are done."""
    lines = AwardRow.objects.filter(award_list=found)
    counts = dict(lines.values_list("outcome").annotate(n=Count("id")))
    left = counts.get("waiting" if found.state == "checking" else "good", 0)
    progress = progress_about(f"benefits.AwardList:{found.pk}") if found.state in ("checking", "running") else None
    return AwardListView(
        found.pk,
        found.title,
        found.state,
        found.rows,
        found.received_at,
        found.finished_at,
        counts,
        lines.filter(beside=True).count(),
        found.rows - left,
        progress.fault if progress else "",
        progress is not None and progress.state == "failed",
    )


def mapping_of(found: AwardList) -> dict[str, str]:
    """The columns as mapped, else as the agency mapped the same header before, else as guessed."""
    if found.columns:
        return dict(found.columns)
    before = AwardList.objects.filter(agency_id=found.agency_id, header=found.header).exclude(columns={}).order_by("-received_at").first()
    return dict(before.columns) if before else guess(found.header)


def samples(found: AwardList, most: int = 3) -> list[list[str]]:
    """The first rows, for the page that asks what the columns mean."""
    return list(AwardRow.objects.filter(award_list=found).order_by("row").values_list("cells", flat=True)[:most])


def wrong_cells(found: AwardList, language: str, most: int = 200) -> tuple[WrongCell, ...]:
    """Cells to mend, in the order of the file."""
    return named(AwardRow.objects.filter(award_list=found, outcome="refused"), found, language, most)


def odd_cells(found: AwardList, language: str, most: int = 200) -> tuple[WrongCell, ...]:
    """Rows that overlap with other help; they do not block."""
    return named(AwardRow.objects.filter(award_list=found, beside=True, outcome__in=["good", "loaded"]), found, language, most)


def named(rows: QuerySet[AwardRow], found: AwardList, language: str, most: int) -> tuple[WrongCell, ...]:
    """What rows keep about their cells. One query."""
    lines = rows.order_by("row").values_list("row", "errors")[:most]
    return tuple(WrongCell(row, column_of(e["field"], found, language), e["value"], e["words"]) for row, errors in lines for e in errors)


def column_of(field: str, found: AwardList, language: str) -> str:
    """The name of the column a fault's field came from; where none did, what the field is called."""
    number = next((n for n, mapped in found.columns.items() if mapped == field), None)
    if number is not None and int(number) < len(found.header):
        return str(found.header[int(number)] or int(number) + 1)
    words = FIELDS.get(field, WHOLE_ROW)
    return words["en"] if language == "en" else words["ms"]


def result_file(found: AwardList, language: str, outcome: str = "") -> bytes:
    """Every row (or those of one outcome) with what became of it and the mend, as CSV that can be corrected and sent again."""
    return csv_bytes(result_rows(found, language, outcome))


def result_rows(found: AwardList, language: str, outcome: str) -> Iterator[list[object]]:
    """The header, then the rows; streamed from the database."""
    yield [*found.header, *ADDED[language]]
    lines = AwardRow.objects.filter(award_list=found, **({"outcome": outcome} if outcome else {})).order_by("row")
    for row, cells, what, errors in lines.values_list("row", "cells", "outcome", "errors").iterator(chunk_size=2000):
        mends = "; ".join(f"{column_of(e['field'], found, language)}: {e['words'][language]}" for e in errors)
        yield [*cells[: len(found.header)], row, OUTCOME_WORDS[what][language], mends]
