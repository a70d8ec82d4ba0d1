"""A run of linkage from file to result: received, its columns mapped, compared by a job, shown, approved; stopped, gone on with, cancelled.

Nothing of the register changes before the run is approved; what it found is applied by `applying`, in batches, one decision each.
"""
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction

from sinergi.kernel import files
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.flow import move

from .. import policy
from ..models import LINKING, ColumnMapping, LinkageAgreement, LinkageChunk, LinkageRow, LinkageRun
from ..queries.linkage_register import key_columns
from ..submission.columns import header_key
from ..submission.list_record import fields
from ..submission.spreadsheet import MOST_ROWS, Table
from .kept_lists import keep_rows, lock, step

ROWS_AT_ONCE = 25_000
RECORDS_AT_ONCE = 250_000
LIST = "list"
DAYS = 30


@action("linkage.receive", policy.of_an_agency)
def receive_run(content: bytes, *, actor: Actor, table: Table, title: str, on: date, at: datetime) -> LinkageRun:
    """Keep a partner's list as it came, encrypted, to look for its rows in the register. Refused: as reading the rows does; then nothing is kept."""
    run = LinkageRun(kind=LIST, agency_id=actor.agency, title=title.strip()[:160] or f"{on:%d/%m/%Y}", header=list(table.header), on=on,
                     received_at=at, received_by=actor.id, drop_on=on + timedelta(days=days_of(actor.agency)))
    run.save()
    keep_rows(run, table, content, LinkageRow, kind="linkage", run=run)
    return run


@action("linkage.extend", policy.own_run)
def extend_run(run: LinkageRun, *, actor: Actor, rows: Sequence[Sequence[str]]) -> int:
    """More rows of a list that comes in pieces, until it is compared. Returns how many it has. Refused: `list.too_many_rows`, `flow.wrong_state`."""
    lock(run)
    if run.state != "received":
        move(run, LINKING, "extend")
    run.refresh_from_db(fields=["rows"])
    if run.rows + len(rows) > MOST_ROWS:
        raise Refused("list.too_many_rows", field="rows", most=MOST_ROWS)
    LinkageRow.objects.bulk_create(LinkageRow(run=run, row=n, cells=list(cells)) for n, cells in enumerate(rows, run.rows + 2))
    run.rows += len(rows)
    run.save(update_fields=["rows"])
    changes().note(added=len(rows))
    return run.rows


def mapping_key(header: list[str]) -> str:
    """What the choice for a header is remembered under: apart from that for lists of people, where columns mean more."""
    return header_key(["padanan", *header])


@action("linkage.map", policy.own_run)
def map_run(run: LinkageRun, *, actor: Actor, columns: Mapping[str, str], at: datetime) -> LinkageRun:
    """Say which column means what, and begin to compare; the agency's choice is remembered for the same header.

    Refused: `linking.no_name`, `list.unknown_column`, `list.column_twice`, `flow.wrong_state`.
    """
    chosen = {number: meant for number, meant in columns.items() if meant and number in map(str, range(len(run.header)))}
    unknown = next((f for f in chosen.values() if f not in fields()), None)
    if unknown is not None:
        raise Refused("list.unknown_column", field="columns", name=unknown)
    if not {"person.name", "person.mykad"} & set(chosen.values()):
        raise Refused("linking.no_name", field="columns")
    if len(set(chosen.values())) != len(chosen):
        raise Refused("list.column_twice", field="columns")
    step(run, LINKING, "map")
    run.columns, run.report, run.applied = chosen, {}, 0
    run.drop_on = run.on + timedelta(days=days_of(run.agency_id))
    run.save(update_fields=["columns", "report", "applied", "drop_on"])
    LinkageRow.objects.filter(run=run, applied=False).update(zone="waiting", errors=[], person=None, other=None, bits=None, others=[])
    LinkageChunk.objects.filter(run=run).delete()
    LinkageChunk.objects.bulk_create(LinkageChunk(run=run, key=LIST, chunk=n) for n in range(-(-run.rows // ROWS_AT_ONCE)))
    ColumnMapping.objects.update_or_create(agency_id=run.agency_id, header=mapping_key(run.header), defaults={"columns": chosen, "mapped_at": at})
    return run


def days_of(agency: str) -> int:
    """After how many days rows that met nobody are dropped, as agreed with the agency."""
    return LinkageAgreement.objects.filter(agency=agency).values_list("days", flat=True).first() or DAYS


@action("linkage.begin", policy.national_linker)
def begin_run(records: int, *, actor: Actor, title: str, on: date, at: datetime) -> LinkageRun:
    """Look for the register's own duplicates. `records`: how many it holds, about; each key is worked through in pieces of bounded size."""
    return by_key("register", records, actor, title, on, at)


def by_key(kind: str, records: int, actor: Actor, title: str, on: date, at: datetime) -> LinkageRun:
    """A run over the whole register, begun, with its pieces of work: each key in shares of bounded size."""
    run = LinkageRun(kind=kind, agency_id=actor.agency, title=title.strip()[:160] or f"{on:%d/%m/%Y}", on=on, received_at=at,
                     received_by=actor.id, state="comparing", rows=records)
    run.save()
    parts = max(1, -(-records // RECORDS_AT_ONCE))
    LinkageChunk.objects.bulk_create(LinkageChunk(run=run, key=name, chunk=n) for name in key_columns() for n in range(parts))
    return run


@action("linkage.approve", policy.own_run)
def approve_run(run: LinkageRun, *, actor: Actor) -> LinkageRun:
    """Let what was shown be applied. Refused: `linking.nothing_to_apply`, `flow.wrong_state`."""
    step(run, LINKING, "approve")
    if not LinkageRow.objects.filter(run=run, zone__in=["auto", "review"], applied=False).exists():
        raise Refused("linking.nothing_to_apply")
    run.approved_by = actor.id
    run.save(update_fields=["approved_by"])
    return run


@action("linkage.stop", policy.own_run)
def stop_run(run: LinkageRun, *, actor: Actor) -> LinkageRun:
    """Stop at the next step: what is compared or applied stays; what is left can be gone on with, and what is applied undone."""
    step(run, LINKING, "stop")
    return run


@action("linkage.resume", policy.own_run)
def resume_run(run: LinkageRun, *, actor: Actor) -> LinkageRun:
    """Go on where the run was stopped; what is compared already is not compared again."""
    step(run, LINKING, "resume")
    return run


@action("linkage.cancel", policy.own_run)
def cancel_run(run: LinkageRun, *, actor: Actor, at: datetime) -> LinkageRun:
    """Give a run up before anything is applied: its rows and its file are dropped. Refused: `flow.wrong_state`."""
    lock(run)
    if run.state == "stopped" and LinkageRow.objects.filter(run=run, applied=True).exists():
        raise Refused("flow.wrong_state", state="applying", verb="cancel", allowed="received, comparing, compared")
    step(run, LINKING, "cancel")
    LinkageChunk.objects.filter(run=run).delete()
    removed, _ = LinkageRow.objects.filter(run=run).delete()
    forget_file(run)
    run.dropped_at = at
    run.save(update_fields=["file", "dropped_at"])
    changes().note(removed=removed)
    return run


def forget_file(run: LinkageRun) -> None:
    """The list as it came goes for good, once it is certain that it shall."""
    if run.file:
        transaction.on_commit(partial(files.discard, UUID(run.file)))
        run.file = ""


@action("linkage.agree", policy.of_an_agency)
def agree(agency: str, *, actor: Actor, days: int, standing: bool) -> LinkageAgreement:
    """Write down what is agreed with a partner about its lists. Refused: `linking.days`."""
    if not 1 <= days <= 365:
        raise Refused("linking.days", field="days")
    found, _ = LinkageAgreement.objects.update_or_create(agency_id=agency, defaults={"days": days, "standing": standing})
    return found
