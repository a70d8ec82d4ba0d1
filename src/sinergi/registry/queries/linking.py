"""Runs of linkage as pages and the API tell them: where they stand, their report, samples, and the partner's own keys with the answer."""
import datetime as dt
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import polars as pl
from django.db import connection
from django.db.models import Count, Q

from sinergi.kernel.jobs import progress_about

from ..models import Candidate, ColumnMapping, LinkageAgreement, LinkageChunk, LinkageModel, LinkageRow, LinkageRun
from ..submission.columns import column_of, header_key
from ..submission.list_record import OWN, guess
from ..submission.spreadsheet import csv_bytes, safe_cell
from .weighing import FIRST_VERSION

BUSY = ("comparing", "applying")
DAYS = 30
ANSWER = {"auto": {"ms": "ya", "en": "yes"}, "review": {"ms": "disemak", "en": "review"}, "new": {"ms": "tidak", "en": "no"},
          "wrong": {"ms": "tidak dibaca", "en": "not read"}, "waiting": {"ms": "belum dibandingkan", "en": "not compared yet"}}
COLUMNS = {"ms": ("Kunci", "Baris", "Jawapan", "Keadaan"), "en": ("Key", "Row", "Answer", "State")}


@dataclass(frozen=True)
class RunView:
    """A run with its rows by zone; `done` of `pieces` while it is compared, `applied` of `to_apply` while applied; `fault` when its job failed."""

    id: UUID
    kind: str
    title: str
    agency: str
    state: str
    rows: int
    received_at: dt.datetime
    finished_at: dt.datetime | None
    counts: dict[str, int]
    pieces: int
    done: int
    to_apply: int
    applied: int
    undone: int
    drop_on: dt.date | None
    dropped_at: dt.datetime | None
    model: str
    fault: str
    given_up: bool


@dataclass(frozen=True)
class Sample:
    """A row of a zone as the partner sent it, with what was found: the bits, which keys met, what stands in the way. Nothing of the register."""

    row: int
    key: str
    cells: tuple[str, ...]
    bits: float | None
    keys: tuple[str, ...]
    vetoes: tuple[str, ...]
    levels: tuple[int, ...]


@dataclass(frozen=True)
class BadCell:
    """One cell that is wrong, or that was mended: the row and column as the spreadsheet shows them, what stands there, and the mend."""

    row: int
    column: str
    value: str
    words: dict[str, str]


def present_model() -> LinkageModel | None:
    """The model that pairs are weighed by: the newest that somebody approved, else the one that comes with the platform. At the counter too."""
    approved = LinkageModel.objects.exclude(approved_at=None).order_by("-approved_at").first()
    return approved or LinkageModel.objects.filter(version=FIRST_VERSION).first()


def runs(limit: int = 50) -> tuple[RunView, ...]:
    """Runs that one may see, newest first. Three queries."""
    return views(list(LinkageRun.objects.order_by("-received_at")[:limit]))


def run(run_id: UUID) -> LinkageRun | None:
    """A run that one may see, for its actions."""
    return LinkageRun.objects.filter(pk=run_id).first()


def run_view(found: LinkageRun) -> RunView:
    """A run with its counts, and how its job does."""
    (view,) = views([found])
    progress = progress_about(subject(found.pk)) if found.state in (*BUSY, "undone") else None
    return replace(view, fault=progress.fault if progress else "", given_up=progress is not None and progress.state == "failed")


def views(found: Sequence[LinkageRun]) -> tuple[RunView, ...]:
    """Runs with their counts. Two queries."""
    ids = [one.pk for one in found]
    zones: dict[UUID, dict[str, tuple[int, int, int]]] = {pk: {} for pk in ids}
    lines = LinkageRow.objects.filter(run_id__in=ids).values_list("run_id", "zone").annotate(
        n=Count("id"), applied=Count("id", filter=Q(applied=True)), undone=Count("id", filter=Q(undone=True)))
    for pk, zone, n, applied, undone in lines.order_by():
        zones[pk][zone] = (n, applied, undone)
    chunks = {pk: (n, done) for pk, n, done in LinkageChunk.objects.filter(run_id__in=ids).values_list("run_id").annotate(
        n=Count("id"), done=Count("id", filter=Q(done_at__isnull=False))).order_by()}
    return tuple(view(one, zones[one.pk], *chunks.get(one.pk, (0, 0))) for one in found)


def view(found: LinkageRun, zones: Mapping[str, tuple[int, int, int]], pieces: int, done: int) -> RunView:
    """A run as pages tell it. `zones`: zone -> rows, those applied, those taken back."""
    return RunView(
        found.pk, found.kind, found.title, found.agency_id, found.state, found.rows, found.received_at, found.finished_at,
        {zone: n for zone, (n, _, _) in zones.items()}, pieces, done, sum(zones.get(zone, (0, 0, 0))[0] for zone in ("auto", "review")),
        sum(applied for _, applied, _ in zones.values()), sum(undone for _, _, undone in zones.values()), found.drop_on, found.dropped_at,
        found.model_id or "", "", False)


def subject(run_id: UUID) -> str:
    """What a run's jobs are about."""
    return f"registry.LinkageRun:{run_id}"


def mapping_of(found: LinkageRun) -> dict[str, str]:
    """The columns as mapped, else as the agency mapped this header before, else as guessed."""
    if found.columns:
        return dict(found.columns)
    before = ColumnMapping.objects.filter(agency_id=found.agency_id, header=header_key(["padanan", *found.header])).first()
    return dict(before.columns) if before else guess(found.header)


def first_rows(found: LinkageRun, most: int = 3) -> list[list[str]]:
    """The first rows, for the page that asks what the columns mean."""
    return list(LinkageRow.objects.filter(run=found).order_by("row").values_list("cells", flat=True)[:most])


def samples(found: LinkageRun, zone: str, most: int = 5) -> tuple[Sample, ...]:
    """Rows of a zone worth a look before it is applied: of the certain ones the least certain, of the doubtful ones the nearest."""
    order = {"auto": "bits", "review": "-bits"}.get(zone, "row")
    lines = LinkageRow.objects.filter(run=found, zone=zone).exclude(keys=["told_before"]).order_by(order, "row")[:most]
    return tuple(Sample(x.row, x.key, tuple(x.cells), x.bits, tuple(x.keys), tuple(x.vetoes), tuple(x.levels)) for x in lines)


def cells_named(found: LinkageRun, language: str, *, wrong: bool, most: int = 200) -> tuple[BadCell, ...]:
    """What rows keep about their cells: of wrong rows what to mend, of the others what was mended. One query."""
    rows = LinkageRow.objects.filter(run=found)
    rows = rows.filter(zone="wrong") if wrong else rows.exclude(zone="wrong").exclude(errors=[])
    lines = rows.order_by("row").values_list("row", "errors")[:most]
    return tuple(BadCell(row, column(found, e["field"], language), e["value"], e["words"]) for row, errors in lines for e in errors)


def column(found: LinkageRun, field: str, language: str) -> str:
    """The name of the column that a field came from."""
    known = next((n for n, meant in found.columns.items() if meant == field), None)
    if known is None and field in OWN:
        return OWN[field]["en" if language == "en" else "ms"]
    return column_of(field, found.columns, found.header, language)


def vetoes_met(found: LinkageRun) -> dict[str, int]:
    """What stood in the way of linking by itself, and how often."""
    counts: dict[str, int] = {}
    for codes, n in LinkageRow.objects.filter(run=found, zone="review").exclude(vetoes=[]).values_list("vetoes").annotate(n=Count("id")):
        for code in codes:
            counts[code] = counts.get(code, 0) + n
    return dict(sorted(counts.items(), key=lambda one: -one[1]))


def answered(found: LinkageRun) -> dict[str, int]:
    """What became of the pairs that went to the queue: state -> how many."""
    return dict(Candidate.objects.filter(run_id=found.pk).values_list("state").annotate(n=Count("id")))


def agreement(agency: str) -> tuple[int, bool]:
    """(after how many days rows that met nobody are dropped, whether the published state is told too), as agreed with an agency."""
    found = LinkageAgreement.objects.filter(agency=agency).values_list("days", "standing").first()
    return found or (DAYS, False)


@dataclass(frozen=True)
class Answer:
    """One row's own key with yes, no, review or not_read, and what to mend or what was mended."""

    row: int
    key: str
    answer: str
    mends: list[dict[str, str]]


def answers(found: LinkageRun, *, after: int, most: int) -> tuple[Answer, ...]:
    """The next answers of a list, in the order of its rows. One query."""
    lines = LinkageRow.objects.filter(run=found, row__gt=after).order_by("row").values_list("row", "key", "zone", "errors")[:most]
    return tuple(Answer(row, key, ANSWER[zone]["en"].replace(" ", "_"), [e["words"] for e in errors]) for row, key, zone, errors in lines)


def result_rows(found: LinkageRun, language: str, words: dict[str, str]) -> Iterator[list[object]]:
    """The partner's own keys with yes, no or review, and the published state where its agreement tells it; nothing of the register's fields."""
    _, standing = agreement(found.agency_id)
    yield list(COLUMNS[language] if standing else COLUMNS[language][:3])
    lines = LinkageRow.objects.filter(run=found).order_by("row").values_list("key", "row", "zone", "person_id")
    states = standings(found) if standing else {}
    for key, row, zone, person in lines.iterator(chunk_size=5000):
        told, state = ANSWER[zone][language], words.get(states.get(person, ""), "")
        yield [key, row, told, state] if standing else [key, row, told]


def standings(found: LinkageRun) -> dict[UUID, str]:
    """The published state of those who were found for certain, where the agency's agreement tells it. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT person, standing FROM sinergi_linkage_standings(%s)", [found.pk])
        return dict(cursor.fetchall())


def result_csv(found: LinkageRun, language: str, words: dict[str, str]) -> bytes:
    """The answer as CSV."""
    return csv_bytes(result_rows(found, language, words))


def result_xlsx(found: LinkageRun, language: str, words: dict[str, str]) -> bytes:
    """The answer as a workbook; keys are text, so no zero is eaten on the way back."""
    rows = result_rows(found, language, words)
    header = next(rows)
    frame = pl.DataFrame([[safe_cell(value) for value in row] for row in rows], schema={str(name): pl.String for name in header}, orient="row")
    out = io.BytesIO()
    frame.write_excel(out, autofit=True)
    return out.getvalue()
