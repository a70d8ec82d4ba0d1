"""A partner's list: received, its columns mapped, checked row by row, registered by a job, undone while nobody has worked on it."""
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q

from sinergi.core.rules import Law
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.flow import move

from .. import policy
from ..codes import IDENTIFIER_KINDS
from ..models import BATCH, Batch, BatchRow, Belonging, Candidate, ColumnMapping, Household, Person, SourceRecord, Submission
from ..queries.batches import touched
from ..submission import Clean, Fault, SubmissionFaults, read_submission
from ..submission.columns import body_of, fields, header_key
from ..submission.spreadsheet import MOST_CELL, Table
from .kept_lists import keep_rows, lock
from .kept_lists import step as take_step
from .registering import Registered, register_households


@action("batch.receive", policy.of_an_agency)
def receive_batch(content: bytes, *, actor: Actor, table: Table, title: str, on: date, at: datetime) -> Batch:
    """Keep a list as it came, encrypted. Nothing is registered yet. `table`: the list as `spreadsheet.table_of` reads it.

    Raises Refused: as reading the rows does; then nothing is kept.
    """
    batch = Batch(agency_id=actor.agency, title=title.strip()[:160] or f"{on:%d/%m/%Y}", header=list(table.header), on=on, received_at=at,
                  received_by=actor.id)
    batch.save()
    keep_rows(batch, table, content, BatchRow, batch=batch)
    return batch


def step(batch: Batch, verb: str) -> None:
    """One step of the list's life, kept. Raises Refused: `flow.wrong_state`."""
    take_step(batch, BATCH, verb)


@action("batch.map", policy.own_batch)
def map_batch(batch: Batch, *, actor: Actor, columns: Mapping[str, str], law: Law, at: datetime) -> Batch:
    """Say which column means what, and begin the check; the agency's choice is remembered for the same header.

    Raises Refused: `list.no_name`, `list.unknown_column`, `list.column_twice`, `list.begun`, `flow.wrong_state`.
    """
    chosen = {number: field for number, field in columns.items() if field and number in map(str, range(len(batch.header)))}
    unknown = next((f for f in chosen.values() if f not in fields(law)), None)
    if unknown is not None:
        raise Refused("list.unknown_column", field="columns", name=unknown)
    if "person.name" not in chosen.values():
        raise Refused("list.no_name", field="columns")
    if len(set(chosen.values())) != len(chosen):
        raise Refused("list.column_twice", field="columns")
    step(batch, "map")
    if BatchRow.objects.filter(batch=batch, outcome__in=["registered", "known"]).exists():
        raise Refused("list.begun")
    batch.columns = chosen
    batch.save(update_fields=["columns"])
    BatchRow.objects.filter(batch=batch).update(outcome="waiting", errors=[])
    ColumnMapping.objects.update_or_create(agency_id=batch.agency_id, header=header_key(batch.header), defaults={"columns": chosen, "mapped_at": at})
    return batch


@action("batch.check", policy.own_batch)
def check_rows(batch: Batch, *, actor: Actor, law: Law, most: int) -> int:
    """Check the next rows against the vocabulary; a bad row keeps its faults, field by field. Returns how many were checked.

    The last call looks for numbers that stand twice in the list. Raises Refused: `flow.wrong_state`.
    """
    lock(batch)
    if batch.state != "checking":
        move(batch, BATCH, "check")
    lines = list(BatchRow.objects.filter(batch=batch, outcome="waiting").order_by("row")[:most])
    for line in lines:
        line.outcome, line.errors = weigh(batch, line, law)
    save_lines(lines)
    twice = 0
    if not BatchRow.objects.filter(batch=batch, outcome="waiting").exists():
        twice = refuse_twice(batch)
        step(batch, "check")
    changes().note(checked=len(lines), refused=sum(line.outcome == "refused" for line in lines) + twice)
    return len(lines)


def save_lines(lines: Sequence[BatchRow]) -> None:
    """What became of rows: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE registry_batchrow r SET outcome = v.outcome, errors = v.errors, person_id = v.person FROM unnest(%s::bigint[], %s::text[], "
            "%s::jsonb[], %s::uuid[]) AS v (id, outcome, errors, person) WHERE r.id = v.id",
            [[line.pk for line in lines], [line.outcome for line in lines], [json.dumps(line.errors) for line in lines],
             [line.person_id for line in lines]])


def refuse_twice(batch: Batch) -> int:
    """Refuse good rows whose number stands in an earlier row already, however it is written there. Returns how many."""
    found = 0
    for number, field in batch.columns.items():
        if field.removeprefix("person.") not in IDENTIFIER_KINDS:
            continue
        first_rows = rows_with_number_before(batch, int(number))
        lines = list(BatchRow.objects.filter(pk__in=first_rows, outcome="good"))
        for line in lines:
            line.outcome = "refused"
            line.errors = [{"field": field, "value": line.cells[int(number)], **said(Refused("list.twice", row=first_rows[line.pk]))}]
        save_lines(lines)
        found += len(lines)
    return found


def rows_with_number_before(batch: Batch, column: int) -> dict[int, int]:
    """Rows whose number is that of an earlier row -> that row's number in the file. Leading zeros, which a spreadsheet eats, do not count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, first FROM (SELECT id, row, min(row) OVER (PARTITION BY number) AS first FROM (SELECT id, row, "
            "ltrim(upper(regexp_replace(cells ->> %s::int, '[^0-9A-Za-z]', '', 'g')), '0') AS number FROM registry_batchrow WHERE batch_id = %s) c "
            "WHERE number <> '') f WHERE first < row", [column, batch.pk])
        return dict(cursor.fetchall())


def weigh(batch: Batch, line: BatchRow, law: Law) -> tuple[str, list[dict[str, Any]]]:
    """Good, with what should be looked at; or refused, with what is wrong: field, code, value, and the mend in both languages."""
    width = len(batch.header)
    if len(line.cells) > width:
        beyond = " | ".join(filter(None, line.cells[width:]))[:80]
        return "refused", [{"field": "row", "value": beyond, **said(Refused("list.too_many_cells", columns=width))}]
    for number, field in batch.columns.items():
        if len(line.cells[int(number)]) > MOST_CELL:
            return "refused", [{"field": field, "value": line.cells[int(number)][:80], **said(Refused("list.cell_too_long", most=MOST_CELL))}]
    try:
        clean = read_row(batch, line, law)
    except SubmissionFaults as faults:
        return "refused", as_errors(faults.faults)
    return "good", as_errors(w for w in clean.warnings if w.field in batch.columns.values())


def read_row(batch: Batch, line: BatchRow, law: Law) -> Clean:
    """A row as a household of one. Raises SubmissionFaults."""
    return read_submission(body_of(line.cells, batch.columns, batch.on.isoformat()), law=law, on=batch.on, demo=settings.DEMO_PEOPLE)


def as_errors(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    """Faults as a row keeps them."""
    return [{"field": f.field, "code": f.code, "value": str(f.value or "")[:80], "words": f.words} for f in faults]


def said(refused: Refused) -> dict[str, Any]:
    """A refusal as a row keeps it."""
    return {"code": refused.code, "words": {language: refused.sentence(language) for language in ("ms", "en")}}


@action("batch.start", policy.own_batch)
def start_batch(batch: Batch, *, actor: Actor) -> Batch:
    """Begin to register the good rows, or go on after a stop; bad ones wait for a corrected file.

    Raises Refused: `list.nothing_good`, `list.not_checked`, `flow.wrong_state`.
    """
    step(batch, "start")
    outcomes = set(BatchRow.objects.filter(batch=batch).values_list("outcome", flat=True).distinct())
    if "waiting" in outcomes:
        raise Refused("list.not_checked")
    if "good" not in outcomes:
        raise Refused("list.nothing_good")
    return batch


@action("batch.register", policy.own_batch)
def register_rows(batch: Batch, *, actor: Actor, law: Law, most: int, at: datetime) -> int:
    """Register the next good rows, each kept as a submission as received. Returns how many; the last call closes the list.

    A row that the law's vocabulary of today no longer takes is refused by itself. Raises Refused: `flow.wrong_state`.
    """
    lock(batch)
    if batch.state != "running":
        move(batch, BATCH, "finish")
    lines = list(BatchRow.objects.filter(batch=batch, outcome="good").order_by("row")[:most])
    received: list[tuple[BatchRow, Submission, Clean]] = []
    for line in lines:
        try:
            clean = read_row(batch, line, law)
        except SubmissionFaults as faults:
            line.outcome, line.errors = "refused", as_errors(faults.faults)
            continue
        body = body_of(line.cells, batch.columns, batch.on.isoformat())
        received.append((line, Submission(agency_id=actor.agency, channel="group", body=body, received_at=at, received_by=actor.id), clean))
    Submission.objects.bulk_create(submission for _, submission, _ in received)
    taken = [(submission.pk, clean) for _, submission, clean in received]
    for (line, _, clean), result in zip(received, register_households(taken, actor=actor, at=at, channel="group") if taken else [], strict=True):
        settle(line, clean, result)
    save_lines(lines)
    if not BatchRow.objects.filter(batch=batch, outcome="good").exists():
        step(batch, "finish")
        batch.finished_at = at
        batch.save(update_fields=["finished_at"])
    changes().note(registered=sum(line.outcome == "registered" for line in lines), known=sum(line.outcome == "known" for line in lines))
    return len(lines)


def settle(line: BatchRow, clean: Clean, result: Registered | Refused) -> None:
    """What became of a row."""
    if not isinstance(result, Refused):
        line.outcome, line.person_id = ("known" if result.known else "registered"), result.person_id
        return
    line.outcome = "refused"
    if result.code == "person.known_elsewhere":
        who = clean.people[int(str(result.facts["who"])) - 1]
        field, value = next(((f"person.{n.kind}", n.value) for n in who.numbers), ("person.name", who.name))
        line.errors = [{"field": field, "value": value, **said(Refused("list.known_elsewhere"))}]
    else:
        line.errors = [{"field": result.field or "row", "value": "", **said(result)}]


@action("batch.stop", policy.own_batch)
def stop_batch(batch: Batch, *, actor: Actor) -> Batch:
    """Stop at the next step: what is registered stays, and can be undone; what is left can be gone on with."""
    step(batch, "stop")
    return batch


@action("batch.undo", policy.own_batch)
def undo_batch(batch: Batch, *, actor: Actor) -> Batch:
    """Remove the persons that this list alone brought, while nobody has worked on them; the others stay and are counted."""
    step(batch, "undo")
    lines = BatchRow.objects.filter(batch=batch, outcome="registered")
    mine = set(lines.values_list("person_id", flat=True)) - {None}
    compared = Candidate.objects.filter(Q(first__belongings__person_id__in=mine) | Q(second__belongings__person_id__in=mine))
    beside = Belonging.objects.filter(Q(record__in=compared.values("first")) | Q(record__in=compared.values("second")))
    free = mine - touched(mine) - set(beside.values_list("person_id", flat=True))
    households = set(Household.objects.filter(memberships__person_id__in=free).values_list("pk", flat=True))
    lines.filter(person_id__in=free).update(outcome="undone", person=None)
    Submission.objects.filter(person_id__in=free).update(household=None, person=None)
    records = list(Belonging.objects.filter(person_id__in=free).values_list("record_id", flat=True))
    Belonging.objects.filter(record_id__in=records).delete()
    SourceRecord.objects.filter(pk__in=records).delete()
    Person.objects.filter(pk__in=free).delete()
    Household.objects.filter(pk__in=households, memberships=None).delete()
    changes().note(removed=len(free), kept=len(mine) - len(free))
    return batch
