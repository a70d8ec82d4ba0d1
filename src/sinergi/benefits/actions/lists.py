"""A partner's list of what it gives: received, mapped, checked and loaded step by step, undone whole. A kill between two steps loses nothing."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection

from sinergi.core import overlap, rules
from sinergi.core.linkage import name_key
from sinergi.kernel import files
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.flow import move
from sinergi.registry.submission.spreadsheet import Table

from .. import list_rows, policy
from ..models import AWARD_LIST, AwardList, AwardRow, Entitlement
from ..queries.held import holdings, month_sen
from .awarding import Given, entitlement_of, lock_until, wait_for

KEPT_AT_ONCE = 2000
SAVE = """UPDATE benefits_awardrow r SET outcome = v.outcome, errors = v.errors, read = v.read, person_id = v.person, beside = v.beside,
  entitlement_id = v.entitlement FROM unnest(%s::bigint[], %s::text[], %s::jsonb[], %s::jsonb[], %s::uuid[], %s::bool[], %s::uuid[])
  AS v (id, outcome, errors, read, person, beside, entitlement) WHERE r.id = v.id"""
REACH = "INSERT INTO benefits_beneficiary (entitlement_id, person_id) SELECT * FROM unnest(%s::uuid[], %s::uuid[]) ON CONFLICT DO NOTHING"
LOCKS = """INSERT INTO benefits_lock (entitlement_id, person_id, key, share, during)
  SELECT e, p, k, s, daterange(f, t, '[]') FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::date[], %s::date[]) AS l (e, p, k, s, f, t)
  ON CONFLICT DO NOTHING RETURNING entitlement_id"""


@action("award_list.receive", policy.anyone)
def receive_list(content: bytes, *, actor: Actor, table: Table, title: str, on: date, at: datetime) -> AwardList:
    """Keep a list as it came, encrypted. Nothing is loaded yet. Refused: as reading the rows does; then nothing is kept."""
    made = AwardList(
        agency_id=actor.agency, title=title.strip()[:160] or f"{on:%d/%m/%Y}", header=list(table.header), on=on, received_at=at, received_by=actor.id
    )
    made.save()
    while lines := [AwardRow(award_list=made, row=number, cells=list(cells)) for number, cells in islice(table.rows, KEPT_AT_ONCE)]:
        AwardRow.objects.bulk_create(lines)
        made.rows += len(lines)
    made.file = str(files.keep(content, name=made.title, kind="list").id)
    made.save()
    return made


def lock(found: AwardList) -> None:
    """Wait for whoever works on the list, then see where it stands."""
    found.refresh_from_db(fields=["state"], from_queryset=AwardList.objects.select_for_update())


def step(found: AwardList, verb: str) -> None:
    """One step of the list's life, kept. Refused: `flow.wrong_state`."""
    lock(found)
    move(found, AWARD_LIST, verb)
    found.save(update_fields=["state"])


@action("award_list.map", policy.own_list)
def map_list(found: AwardList, *, actor: Actor, columns: Mapping[str, str]) -> AwardList:
    """Say which column means what, and begin the check.

    Refused: `award_list.no_column`, `list.unknown_column`, `list.column_twice`, `award_list.begun`, `flow.wrong_state`.
    """
    chosen = {number: field for number, field in columns.items() if field and number in map(str, range(len(found.header)))}
    unknown = next((f for f in chosen.values() if f not in list_rows.FIELDS), None)
    if unknown is not None:
        raise Refused("list.unknown_column", field="columns", name=unknown)
    if not set(list_rows.NEEDED) <= set(chosen.values()):
        raise Refused("award_list.no_column", field="columns")
    if len(set(chosen.values())) != len(chosen):
        raise Refused("list.column_twice", field="columns")
    step(found, "award_list.map")
    if AwardRow.objects.filter(award_list=found, outcome__in=["loaded", "known"]).exists():
        raise Refused("award_list.begun")
    found.columns = chosen
    found.save(update_fields=["columns"])
    AwardRow.objects.filter(award_list=found).update(outcome="waiting", errors=[], read={}, beside=False)
    return found


@action("award_list.check", policy.own_list)
def check_list(found: AwardList, *, actor: Actor, law: rules.Law, most: int) -> int:
    """Check the next rows: read them, find whose they are, see what overlaps. Returns how many. Refused: `flow.wrong_state`."""
    lock(found)
    if found.state != "checking":
        move(found, AWARD_LIST, "award_list.check")
    lines = list(AwardRow.objects.filter(award_list=found, outcome="waiting").order_by("row")[:most])
    reader = list_rows.Reader(law, found.agency_id, found.columns, found.on)
    for line in lines:
        try:
            line.read, line.outcome, line.errors = reader.read(line.cells), "good", []
        except list_rows.RowFaults as faults:
            line.outcome, line.errors = "refused", faults.errors
    good = [line for line in lines if line.outcome == "good"]
    name_persons(good)
    mark_overlaps(law, [line for line in good if line.outcome == "good"], found)
    save_lines(lines)
    if not AwardRow.objects.filter(award_list=found, outcome="waiting").exists():
        step(found, "award_list.check")
    changes().note(checked=len(lines), refused=sum(line.outcome == "refused" for line in lines))
    return len(lines)


def name_persons(lines: Sequence[AwardRow]) -> None:
    """Whose row it is, by number; refused where nobody is registered, or where the name beside the number is quite another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, person_id, name_key FROM sinergi_persons_by_number(%s)", [sorted({line.read["number"] for line in lines})])
        known = {number: (person, key) for number, person, key in cursor.fetchall()}
    for line in lines:
        person, key = known.get(line.read["number"], (None, ""))
        if person is None:
            line.outcome, line.errors = "refused", [list_rows.error("number", "award_row.not_registered", line.read["number"])]
        elif line.read["name"] and not set(name_key(line.read["name"]).split()) & set(key.split()):
            line.outcome, line.errors = "refused", [list_rows.error("name", "award_row.other_name", line.read["name"])]
        else:
            line.person_id = person


def mark_overlaps(law: rules.Law, lines: Sequence[AwardRow], found: AwardList) -> None:
    """Which rows stand beside help that forbids them, of anybody; said, not refused, for the agency gives it already."""
    held: dict[UUID, list[overlap.Holding]] = {}
    for one in holdings({line.person_id for line in lines if line.person_id}, on=found.on):
        for person in one.persons:
            held.setdefault(person, []).append(one)
    for line in lines:
        assert line.person_id is not None
        others = [h for h in held.get(line.person_id, []) if not is_this(h, line, found.agency_id)]
        if len(others) < len(held.get(line.person_id, [])):
            line.outcome = "known"
        elif overlap.clashes(law, as_holding(line), others, found.on):
            line.beside, line.errors = True, [list_rows.error("programme", "award_row.overlaps", line.read["programme"])]


def is_this(held: overlap.Holding, line: AwardRow, agency: str) -> bool:
    """Is it the very benefit of the row, loaded before or awarded here?"""
    return (
        held.source != "declared"
        and held.agency == agency
        and held.programme == line.read["programme"]
        and held.start == date.fromisoformat(line.read["from"])
    )


def given_of(line: AwardRow) -> Given:
    """A row as what is given; what is given once, without a last day, is held on its first day alone."""
    assert line.person_id is not None
    read, start = line.read, date.fromisoformat(line.read["from"])
    end = date.fromisoformat(read["to"]) if read["to"] else start if read["pay"] == "once" else None
    return Given(line.person_id, read["programme"], read["need"], start, end, list_rows.ringgit(read["sen"]), read["pay"])


def as_holding(line: AwardRow) -> overlap.Holding:
    """A row as a benefit held."""
    given = given_of(line)
    month = month_sen(given.amount, given.pay)
    return overlap.Holding(
        given.programme, given.need, given.from_on, given.to_on, month, "file", "", persons=frozenset({given.person_id}))


def save_lines(lines: Sequence[AwardRow]) -> None:
    """What became of rows: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            SAVE,
            [
                [line.pk for line in lines],
                [line.outcome for line in lines],
                [json.dumps(line.errors) for line in lines],
                [json.dumps(line.read) for line in lines],
                [line.person_id for line in lines],
                [line.beside for line in lines],
                [line.entitlement_id for line in lines],
            ],
        )


@action("award_list.start", policy.own_list)
def start_list(found: AwardList, *, actor: Actor) -> AwardList:
    """Begin to load the good rows, or go on after a stop. Refused: `list.not_checked`, `list.nothing_good`, `flow.wrong_state`."""
    step(found, "award_list.start")
    outcomes = set(AwardRow.objects.filter(award_list=found).values_list("outcome", flat=True).distinct())
    if "waiting" in outcomes:
        raise Refused("list.not_checked")
    if "good" not in outcomes:
        raise Refused("list.nothing_good")
    return found


@action("award_list.load", policy.own_list)
def load_list(found: AwardList, *, actor: Actor, law: rules.Law, most: int, at: datetime) -> int:
    """Load the next good rows as entitlements, each with its locks where they are free. Returns how many; the last call closes the list.

    Refused: `flow.wrong_state`.
    """
    lock(found)
    if found.state != "running":
        move(found, AWARD_LIST, "award_list.load")
    lines = list(AwardRow.objects.filter(award_list=found, outcome="good").order_by("row")[:most])
    wait_for(sorted({line.person_id for line in lines if line.person_id}))
    twice = {line.pk for line in lines} - {line.pk for line in first_of_each(lines)}
    mark_overlaps(law, [line for line in lines if line.pk not in twice], found)
    fresh = [line for line in lines if line.outcome == "good" and line.pk not in twice]
    for line in lines:
        line.outcome = "known" if line.pk in twice or line.outcome == "known" else "loaded"
    born(found, fresh, law, actor, at)
    save_lines(lines)
    if not AwardRow.objects.filter(award_list=found, outcome="good").exists():
        step(found, "award_list.load")
        found.finished_at = at
        found.save(update_fields=["finished_at"])
    changes().concern(*{line.person_id for line in fresh if line.person_id})
    changes().note(loaded=len(fresh), known=len(lines) - len(fresh))
    return len(lines)


def first_of_each(lines: Iterable[AwardRow]) -> list[AwardRow]:
    """Rows that say the same benefit of the same person twice count once."""
    found: dict[tuple[Any, ...], AwardRow] = {}
    for line in lines:
        found.setdefault((line.person_id, line.read["programme"], line.read["from"]), line)
    return list(found.values())


def born(found: AwardList, lines: Sequence[AwardRow], law: rules.Law, actor: Actor, at: datetime) -> None:
    """The entitlements of rows, whom they reach and their locks: three statements, whatever the number of rows."""
    made = []
    locks: list[tuple[Any, ...]] = []
    for line in lines:
        assert line.person_id is not None
        given, of = given_of(line), law.programmes[line.read["programme"]]
        one = entitlement_of(given, of, actor, law, at)
        one.source, one.clashes, one.batch_id, one.reference = "file", line.beside, found.pk, line.read["reference"]
        made.append(one)
        line.entitlement_id = one.pk
        until = lock_until(law, given)
        locks += [
            (one.pk, one.person_id, key.key, key.share or str(one.pk), one.from_on, until)
            for key in overlap.keys(law, of.id, one.need, one.from_on)
        ]
    Entitlement.objects.bulk_create(made, batch_size=KEPT_AT_ONCE)
    with connection.cursor() as cursor:
        cursor.execute(REACH, [[one.pk for one in made], [one.person_id for one in made]])
        cursor.execute(LOCKS, [list(column) for column in zip(*locks, strict=True)] if locks else [[]] * 6)


@action("award_list.stop", policy.own_list)
def stop_list(found: AwardList, *, actor: Actor) -> AwardList:
    """Stop at the next step: what is loaded stays, and can be undone; what is left can be gone on with."""
    step(found, "award_list.stop")
    return found


@action("award_list.undo", policy.own_list)
def undo_list(found: AwardList, *, actor: Actor, at: datetime) -> AwardList:
    """Take back everything this list brought: its benefits count as never held, their locks are free. Refused: `flow.wrong_state`."""
    step(found, "award_list.undo")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM benefits_lock WHERE entitlement_id IN (SELECT id FROM benefits_entitlement WHERE batch_id = %s)", [found.pk])
    removed = Entitlement.objects.filter(batch_id=found.pk, state="active").update(state="undone", ended_at=at, ended_by=actor.id, reference="")
    AwardRow.objects.filter(award_list=found, outcome="loaded").update(outcome="undone")
    changes().note(removed=removed)
    return found
