"""A partner's list: received, its columns mapped, checked row by row, registered by a job, undone while nobody has worked on it."""
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings

from sinergi.core.rules import Law
from sinergi.kernel import files
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.flow import move

from .. import policy
from ..models import BATCH, Batch, BatchRow, ColumnMapping, Household, Person, Submission
from ..queries.batches import touched
from ..submission import SubmissionFaults, read_submission
from ..submission.columns import body_of, fields, header_key
from ..submission.spreadsheet import Table
from .registering import Registered, register_households


@action("batch.receive", policy.of_an_agency)
def receive_batch(content: bytes, *, actor: Actor, table: Table, title: str, on: date, at: datetime) -> Batch:
    """Keep a list as it came, encrypted. Nothing is registered yet. `table`: the list as `spreadsheet.table_of` read it."""
    batch = Batch(agency_id=actor.agency, title=title.strip()[:160] or f"{on:%d/%m/%Y}", header=list(table.header), rows=len(table.rows), on=on,
                  received_at=at, received_by=actor.id)
    batch.file = str(files.keep(content, name=batch.title, kind="list").id)
    batch.save()
    BatchRow.objects.bulk_create((BatchRow(batch=batch, row=number, cells=list(cells)) for number, cells in table.rows), batch_size=2000)
    return batch


@action("batch.map", policy.own_batch)
def map_batch(batch: Batch, *, actor: Actor, columns: Mapping[str, str], law: Law, at: datetime) -> Batch:
    """Say which column means what, and begin the check; the agency's choice is remembered for the same header.

    Raises Refused: `list.no_name`, `list.unknown_column`, `list.column_twice`, `flow.wrong_state`.
    """
    chosen = {number: field for number, field in columns.items() if field}
    unknown = next((f for f in chosen.values() if f not in fields(law)), None)
    if unknown is not None:
        raise Refused("list.unknown_column", field="columns", name=unknown)
    if "person.name" not in chosen.values():
        raise Refused("list.no_name", field="columns")
    if len(set(chosen.values())) != len(chosen):
        raise Refused("list.column_twice", field="columns")
    move(batch, BATCH, "map")
    batch.columns = chosen
    batch.save(update_fields=["state", "columns"])
    BatchRow.objects.filter(batch=batch).update(outcome="waiting", errors=[])
    ColumnMapping.objects.update_or_create(agency_id=batch.agency_id, header=header_key(batch.header), defaults={"columns": chosen, "mapped_at": at})
    return batch


@action("batch.check", policy.own_batch)
def check_rows(batch: Batch, *, actor: Actor, law: Law, most: int) -> int:
    """Check the next rows against the vocabulary; a bad row keeps its faults, field by field. Returns how many were checked."""
    lines = list(BatchRow.objects.filter(batch=batch, outcome="waiting").order_by("row")[:most])
    numbers = numbers_before(batch, lines)
    for line in lines:
        line.errors = faults_of(batch, line, law, numbers)
        line.outcome = "refused" if line.errors else "good"
    BatchRow.objects.bulk_update(lines, ["outcome", "errors"], batch_size=1000)
    if not BatchRow.objects.filter(batch=batch, outcome="waiting").exists():
        move(batch, BATCH, "check")
        batch.save(update_fields=["state"])
    changes().note(checked=len(lines), refused=sum(bool(line.errors) for line in lines))
    return len(lines)


def digits(text: object) -> str:
    """The digits of a number without leading zeros, which a spreadsheet may have eaten."""
    return "".join(c for c in str(text or "") if c.isdigit()).lstrip("0")


def numbers_before(batch: Batch, lines: Sequence[BatchRow]) -> dict[str, int]:
    """MyKad number of these rows -> the first row of the list that has it, for finding the same person twice in one file."""
    column = next((int(n) for n, field in batch.columns.items() if field == "person.mykad"), None)
    found: dict[str, int] = {}
    if column is None or not lines:
        return found
    written = {form for line in lines for form in (line.cells[column], digits(line.cells[column]), digits(line.cells[column]).zfill(12))}
    earlier = BatchRow.objects.filter(batch=batch, row__lt=lines[0].row, **{f"cells__{column}__in": sorted(written - {""})})
    for row, number in [*earlier.order_by("row").values_list("row", f"cells__{column}"), *((line.row, line.cells[column]) for line in lines)]:
        if digits(number):
            found.setdefault(digits(number), row)
    return found


def faults_of(batch: Batch, line: BatchRow, law: Law, numbers: Mapping[str, int]) -> list[dict[str, Any]]:
    """What is wrong with a row: field, code, value, and the mend in both languages."""
    body = body_of(line.cells, batch.columns, batch.on.isoformat())
    try:
        read_submission(body, law=law, on=batch.on, demo=settings.DEMO_PEOPLE)
    except SubmissionFaults as faults:
        return [{"field": f.field, "code": f.code, "value": str(f.value or "")[:80], "words": f.words} for f in faults.faults]
    first = numbers.get(digits(body["person"].get("mykad")), line.row)
    if first < line.row:
        return [{"field": "person.mykad", "value": body["person"]["mykad"], **said(Refused("list.twice", row=first))}]
    return []


def said(refused: Refused) -> dict[str, Any]:
    """A refusal as a row keeps it."""
    return {"code": refused.code, "words": {language: refused.sentence(language) for language in ("ms", "en")}}


@action("batch.start", policy.own_batch)
def start_batch(batch: Batch, *, actor: Actor) -> Batch:
    """Begin to register the good rows; bad ones wait for a corrected file. Raises Refused: `list.nothing_good`, `flow.wrong_state`."""
    if not BatchRow.objects.filter(batch=batch, outcome="good").exists():
        raise Refused("list.nothing_good")
    move(batch, BATCH, "start")
    batch.save(update_fields=["state"])
    return batch


@action("batch.register", policy.own_batch)
def register_rows(batch: Batch, *, actor: Actor, law: Law, most: int, at: datetime) -> int:
    """Register the next good rows, each kept as a submission as received. Returns how many; the last call closes the list."""
    lines = list(BatchRow.objects.filter(batch=batch, outcome="good").order_by("row")[:most])
    bodies = [body_of(line.cells, batch.columns, batch.on.isoformat()) for line in lines]
    submissions = Submission.objects.bulk_create(
        Submission(agency_id=actor.agency, channel="group", body=body, received_at=at, received_by=actor.id) for body in bodies)
    received = [(kept.pk, read_submission(kept.body, law=law, on=batch.on, demo=settings.DEMO_PEOPLE)) for kept in submissions]
    for line, result in zip(lines, register_households(received, actor=actor, at=at) if received else [], strict=True):
        settle(line, result)
    BatchRow.objects.bulk_update(lines, ["outcome", "errors", "person"], batch_size=1000)
    if not BatchRow.objects.filter(batch=batch, outcome="good").exists():
        move(batch, BATCH, "finish")
        batch.finished_at = at
        batch.save(update_fields=["state", "finished_at"])
    changes().note(registered=sum(line.outcome == "registered" for line in lines), known=sum(line.outcome == "known" for line in lines))
    return len(lines)


def settle(line: BatchRow, result: Registered | Refused) -> None:
    """What became of a row."""
    if isinstance(result, Refused):
        line.outcome = "refused"
        line.errors = [{"field": result.field or "person", "value": "", **said(result)}]
        return
    line.outcome, line.person_id = ("known" if result.known else "registered"), result.person_id


@action("batch.stop", policy.own_batch)
def stop_batch(batch: Batch, *, actor: Actor) -> Batch:
    """Give the list up: what is registered stays, and can be undone."""
    move(batch, BATCH, "stop")
    batch.save(update_fields=["state"])
    return batch


@action("batch.undo", policy.own_batch)
def undo_batch(batch: Batch, *, actor: Actor) -> Batch:
    """Remove the persons that this list alone brought, while nobody has worked on them; the others stay and are counted."""
    move(batch, BATCH, "undo")
    batch.save(update_fields=["state"])
    lines = BatchRow.objects.filter(batch=batch, outcome="registered")
    mine = set(lines.values_list("person_id", flat=True)) - {None}
    free = mine - touched(mine)
    households = set(Household.objects.filter(memberships__person_id__in=free).values_list("pk", flat=True))
    lines.filter(person_id__in=free).update(outcome="undone", person=None)
    Submission.objects.filter(person_id__in=free).update(household=None, person=None)
    Person.objects.filter(pk__in=free).delete()
    Household.objects.filter(pk__in=households, memberships=None).delete()
    changes().note(removed=len(free), kept=len(mine) - len(free))
    return batch
