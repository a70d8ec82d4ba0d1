"""What a run found, applied in batches with one decision each, and taken back whole. New rows stay with the partner: nobody is registered.

Who is certain is linked in the platform's own name, by a certificate, and PostgreSQL refuses what none covers: then it goes to review as all others.
Each step is one transaction that marks its rows, so a killed worker's run goes on where it stood.
"""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.flow import move

from .. import policy
from ..models import LINKING, Belonging, Candidate, IdentityDecision, LinkageRow, LinkageRun, Person, RecordIdentifier, SourceRecord
from ..queries.certificates import sources_of, valid
from ..submission.list_record import ListRecord, read_row
from .golden import believe
from .identity.joining import Evidence, Incoming, auto_link, restand
from .identity.parting import unmerge
from .kept_lists import lock, step
from .learning import LEARN, put_back
from .linking import LIST, forget_file

AT_WORK, UNAPPROVED = ("comparing", "applying"), ("received", "compared", "stopped")
TAKEN_BACK = "The whole run was taken back"
CLOSE = """UPDATE registry_belonging b SET to_at = greatest(%s, b.from_at), closed_by_id = d.decision FROM unnest(%s::uuid[], %s::uuid[])
  AS d (record, decision) WHERE b.record_id = d.record AND b.to_at IS NULL"""


@dataclass(frozen=True)
class Promise:
    """What is linked with by itself: the model, the certificate (none: '') and who acts when."""

    model: str
    certificate: str
    actor: Actor
    at: datetime


@action("linkage.apply", policy.own_run)
def apply_rows(run: LinkageRun, *, actor: Actor, on: date, at: datetime, most: int) -> int:
    """Apply the next rows of an approved run: certain ones are linked, doubtful ones wait for an officer. Returns how many; the last call ends it.

    Refused: `flow.wrong_state`.
    """
    lock(run)
    if run.state != "applying":
        move(run, LINKING, "finish")
    lines = list(LinkageRow.objects.filter(run=run, zone__in=["auto", "review"], applied=False).order_by("row")[:most])
    certificate = valid(run.model_id, sources_of(run.kind, run.pk), on)
    promise = Promise(run.model_id or "", str(certificate.pk) if certificate else "", actor, at)
    linked = [line for line in lines if line.zone == "auto" and link(run, line, promise)]
    ask(run, [line for line in lines if line.zone != "auto"], promise)
    for line in lines:
        line.applied = True
    LinkageRow.objects.bulk_update(lines, ["applied", "zone", "vetoes", "record", "decision"], batch_size=500)
    run.applied += len(lines)
    run.save(update_fields=["applied"])
    if not LinkageRow.objects.filter(run=run, zone__in=["auto", "review"], applied=False).exists():
        step(run, LINKING, "finish")
        run.finished_at = at
        run.save(update_fields=["finished_at"])
    changes().note(linked=len(linked), to_review=len(lines) - len(linked))
    return len(lines)


def link(run: LinkageRun, line: LinkageRow, promise: Promise) -> bool:
    """Link one certain row by itself. What PostgreSQL refuses goes to review, with why."""
    evidence = Evidence(model=promise.model, bits=line.bits, certificate=promise.certificate, levels=tuple(line.levels), keys=tuple(line.keys),
                        vetoes=tuple(line.vetoes), run_id=run.pk, second=line.other_id)
    try:
        with transaction.atomic():
            if run.kind == LIST:
                record = read(run, line)
                incoming = Incoming(record_key(run, line), record.payload, tuple(record.numbers), LIST)
                decision = auto_link(line.person_id, actor=promise.actor, evidence=evidence, record=incoming, at=promise.at)
                line.record_id = decision.first_id
            else:
                decision = join_records(line, evidence, promise)
    except Refused as why:
        line.zone, line.vetoes = "review", [*line.vetoes, why.code.removeprefix("identity.")]
        return False
    line.decision = decision
    note_candidates(run, [line], promise, "auto")
    return True


def join_records(line: LinkageRow, evidence: Evidence, promise: Promise) -> IdentityDecision:
    """Two persons of the register become one. Refused: as `auto_link`, `identity.record_unknown`."""
    whose = dict(Belonging.objects.filter(record_id__in=[line.record_id, line.other_id], to_at=None).values_list("record_id", "person_id"))
    if len(whose) < 2:
        raise Refused("identity.record_unknown", count=2 - len(whose))
    assert line.record_id is not None and line.other_id is not None
    return auto_link(whose[line.record_id], actor=promise.actor, evidence=evidence, gone_id=whose[line.other_id], at=promise.at)


def read(run: LinkageRun, line: LinkageRow) -> ListRecord:
    """A row again, as it was compared."""
    return read_row(line.cells, row=line.row, width=len(run.header), columns=run.columns, on=run.on, demo=settings.DEMO_PEOPLE)


def record_key(run: LinkageRun, line: LinkageRow) -> str:
    """The key a row's record is kept under: the agency's own, or its place in this very file."""
    return f"{run.pk}{line.key}" if line.key.startswith("#") else line.key


def ask(run: LinkageRun, lines: Sequence[LinkageRow], promise: Promise) -> None:
    """Doubtful rows become pairs for the queue; a row's record is kept, and is nobody's until somebody has said whose."""
    for line in lines:
        line.record_id = line.record_id or already(run, line)
    fresh = [line for line in lines if line.record_id is None]
    read_again = [read(run, line) for line in fresh]
    records = [SourceRecord(agency_id=run.agency_id, source=LIST, key=record_key(run, line), payload=said.payload, received_at=run.received_at)
               for line, said in zip(fresh, read_again, strict=True)]
    SourceRecord.objects.bulk_create(records)
    RecordIdentifier.objects.bulk_create(
        RecordIdentifier(record=record, kind=n.kind, country=n.country, value=n.value, quality=n.quality)
        for record, said in zip(records, read_again, strict=True) for n in said.numbers)
    for line, record in zip(fresh, records, strict=True):
        line.record = record
    note_candidates(run, lines, promise, "open")


def already(run: LinkageRun, line: LinkageRow) -> UUID | None:
    """The record that this row left before, if it did."""
    return SourceRecord.objects.filter(agency_id=run.agency_id, key=record_key(run, line)).order_by("-version").values_list("pk", flat=True).first()


def note_candidates(run: LinkageRun, lines: Sequence[LinkageRow], promise: Promise, state: str) -> None:
    """Pairs as the queue and the weekly sample find them; one that is there already stays as it is, also one that other weights brought there."""
    ids = ends(lines)
    asked = set(Candidate.objects.filter(state="open", first_id__in=ids, second_id__in=ids).values_list("first_id", "second_id"))
    made = []
    for line in lines:
        for other, found in near_of(line, state):
            if line.record_id is None or other is None or line.record_id == other:
                continue
            first, second = sorted((line.record_id, other))
            if state != "open" or (first, second) not in asked:
                made.append(Candidate(first_id=first, second_id=second, model_id=promise.model, state=state, found_by=run.kind, run_id=run.pk,
                                      found_at=promise.at, decision=line.decision, **found))
    Candidate.objects.bulk_create(made, ignore_conflicts=True)


def near_of(line: LinkageRow, state: str) -> Iterator[tuple[UUID | None, dict[str, Any]]]:
    """Whom a row is asked about: the best, and while a person must choose also the next ones: (his record, the pair as a candidate keeps it)."""
    yield line.other_id, {"bits": line.bits or 0.0, "levels": line.levels, "keys": line.keys, "vetoes": line.vetoes}
    for near in line.others if state == "open" else ():
        yield UUID(near["other"]), {name: near[name] for name in ("bits", "levels", "keys", "vetoes")}


@action("linkage.undo", policy.own_run)
def undo_run(run: LinkageRun, *, actor: Actor, at: datetime, most: int = 0) -> int:
    """Take a run back: its links are undone, its pairs leave the queue. The first call says so, later ones take back so many rows each.

    Returns how many are left. What an officer decided since stays decided. Refused: `flow.wrong_state`.
    """
    lock(run)
    if run.state != "undone":
        step(run, LINKING, "undo")
        if run.kind == LEARN:
            put_back(run)
    applied = LinkageRow.objects.filter(run=run, applied=True, undone=False)
    lines = list(applied.select_related("decision").order_by("row")[:most])
    linked = [line.decision for line in lines if line.decision is not None and not line.decision.undone_by.exists()]
    if run.kind == LIST and linked:
        detach(linked, actor=actor, reason=TAKEN_BACK, at=at)
    for decision in linked if run.kind != LIST else ():
        unmerge(decision.pk, actor=actor, reason=TAKEN_BACK, at=at)
    Candidate.objects.filter(run_id=run.pk, state__in=["open", "auto"], first_id__in=ends(lines), second_id__in=ends(lines)).update(state="stale")
    LinkageRow.objects.filter(pk__in=[line.pk for line in lines]).update(undone=True)
    changes().note(undone=len(linked), rows=len(lines))
    return applied.count()


def ends(lines: Sequence[LinkageRow]) -> list[UUID]:
    """All records that rows are about."""
    return [pk for line in lines for pk in (line.record_id, line.other_id, *(UUID(near["other"]) for near in line.others)) if pk is not None]


@action("identity.detach", policy.linking_alone)
def detach(linked: Sequence[IdentityDecision], *, actor: Actor, reason: str, at: datetime) -> int:
    """Records that a run linked to persons are nobody's again; unlike an unmerge this makes no new person, and lets them be proposed anew.

    What is shown of the persons follows from what is left. Returns how many.
    """
    undone = [IdentityDecision(verb="unmerge", actor=actor.id, agency_id=actor.agency or None, reason=reason, person_id=d.person_id,
                               first_id=d.first_id, run_id=d.run_id, undoes=d, decided_at=at, evidence={"detached": True}) for d in linked]
    IdentityDecision.objects.bulk_create(undone)
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, [at, [d.first_id for d in undone], [d.pk for d in undone]])
    people = list(Person.objects.select_for_update().filter(pk__in={d.person_id for d in undone}, merged_into=None, erased_at=None).order_by("pk"))
    changes().concern(*(person.pk for person in people))
    for person in people:
        believe(person, actor, at)
    restand(*(person.pk for person in people))
    return len(undone)


@action("linkage.drop", policy.platform)
def drop_rows(on: date, *, actor: Actor, at: datetime) -> int:
    """Empty what is due by agreement: rows that met nobody, the file as it came, records that turned out to be nobody known. Gives how many runs.

    A run that nobody approved until then is given up; one that is at work is left to the next night.
    """
    due = [run for run in LinkageRun.objects.select_for_update().filter(drop_on__lte=on, dropped_at=None) if run.state not in AT_WORK]
    for run in due:
        if run.state in UNAPPROVED and not LinkageRow.objects.filter(run=run, applied=True).exists():
            LinkageRow.objects.filter(run=run).delete()
            move(run, LINKING, "cancel")
        LinkageRow.objects.filter(run=run, applied=False, zone__in=["auto", "review"]).update(zone="new")  # too late to be applied
        LinkageRow.objects.filter(run=run).update(cells=[])
        empty_strangers(run, at)
        forget_file(run)
        run.dropped_at = at
        run.save(update_fields=["file", "state", "dropped_at"])
    changes().note(runs=len(due))
    return len(due)


def empty_strangers(run: LinkageRun, at: datetime) -> None:
    """Records that a run left and that somebody said are not the one they were like: nobody known."""
    parted = Candidate.objects.filter(run_id=run.pk, found_by=LIST, state__in=["different", "stale"]).values_list("first_id", "second_id")
    waiting = Candidate.objects.filter(run_id=run.pk, state="open").values_list("first_id", "second_id")
    records: set[UUID] = {pk for pair in parted for pk in pair} - {pk for pair in waiting for pk in pair}
    nobody = SourceRecord.objects.filter(pk__in=records, agency_id=run.agency_id, source=LIST, emptied_at=None).exclude(belongings__to_at=None)
    nobody.update(payload={}, emptied_at=at)
