"""The comparison of a run, one piece of work at a time: each is one transaction that also says it is done, so a kill loses and doubles nothing."""
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from sinergi.core.linkage.encode import Vocabulary
from sinergi.core.linkage.model import Model
from sinergi.core.linkage.records import features
from sinergi.core.time import years_between
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.flow import move

from .. import policy
from ..models import LINKING, LinkageChunk, LinkageRegister, LinkageRow, LinkageRun, SourceRecord
from ..queries.certificates import certified_threshold
from ..queries.comparing import Nearest, added, against_register, apart, bearers, nearest, zone
from ..queries.linkage_register import ready, words_of, written
from ..queries.linking import present_model
from ..submission.list_record import ListRecord, read_row
from ..submission.values import Fault, fault
from . import duplicates, learning
from .kept_lists import lock, step
from .linking import LIST, ROWS_AT_ONCE

SAVE = """UPDATE registry_linkagerow r SET key = v.key, zone = v.zone, errors = v.errors, person_id = v.person, other_id = v.other,
  record_id = v.record, bits = v.bits, levels = v.levels, keys = v.keys, vetoes = v.vetoes, applied = v.applied,
  others = v.others
  FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::jsonb[], %s::uuid[], %s::uuid[], %s::uuid[], %s::float8[], %s::jsonb[], %s::jsonb[],
  %s::jsonb[], %s::bool[], %s::jsonb[])
  AS v (id, key, zone, errors, person, other, record, bits, levels, keys, vetoes, applied, others) WHERE r.id = v.id"""
TWICE = """SELECT id, first FROM (SELECT id, row, zone, min(row) OVER (PARTITION BY key) AS first FROM registry_linkagerow
    WHERE run_id = %s AND key <> '') f WHERE first < row AND zone <> 'wrong'"""
AGES = (18, 40, 60)
TOLD_BEFORE = "told_before"


@dataclass(frozen=True)
class Scales:
    """What a run weighs with: the register as prepared, its words, the model, and the bits from which a certificate promises (None: nothing does)."""

    register: LinkageRegister
    words: Vocabulary
    model: Model
    version: str
    threshold: float | None


def scales(run: LinkageRun, on: date) -> Scales:
    """Of a run. Refused: `linking.no_model`, `linking.not_prepared`."""
    register, model = ready(), run.model or present_model()
    if register is None:
        raise Refused("linking.not_prepared")
    if model is None:
        raise Refused("linking.no_model")
    if run.model_id is None:
        run.model = model
        run.save(update_fields=["model"])
    return Scales(register, words_of(register), Model.from_json(model.parameters), model.version,
                  certified_threshold(model.version, run.kind, run.pk, on))


@action("linkage.compare", policy.own_run)
def compare_next(run: LinkageRun, *, actor: Actor, on: date, at: datetime) -> int:
    """Do the next piece of the comparison; the last call shows the result. Returns how many pieces are left.

    Refused: `linking.no_model`, `linking.not_prepared`, `flow.wrong_state`.
    """
    lock(run)
    if run.state != "comparing":
        move(run, LINKING, "shown")
    chunk = LinkageChunk.objects.filter(run=run, done_at=None).order_by("id").defer("found").first()
    if chunk is not None:
        by = scales(run, on)
        counts = {LIST: compare_list, learning.LEARN: learning.count_key}.get(run.kind, duplicates.compare_key)(run, chunk, by)
        chunk.pairs, chunk.done_at = counts["candidates"], at
        chunk.save(update_fields=["pairs", "done_at", "found"])
        run.report = added(run.report, counts)
    left = LinkageChunk.objects.filter(run=run, done_at=None).count()
    if not left:
        run.report = {**run.report, **ends(run, on, at)}
        step(run, LINKING, "shown")
    run.save(update_fields=["report"])
    changes().note(left=left)
    return left


def ends(run: LinkageRun, on: date, at: datetime) -> dict[str, Any]:
    """What the report adds once every piece is done."""
    if run.kind == LIST:
        return list_ends(run)
    by = scales(run, on)
    return learning.learnt(run, by, at) if run.kind == learning.LEARN else duplicates.weigh(run, by)


def compare_list(run: LinkageRun, chunk: LinkageChunk, by: Scales) -> dict[str, Any]:
    """One piece of a list against the register."""
    first = chunk.chunk * ROWS_AT_ONCE
    lines = list(LinkageRow.objects.filter(run=run).order_by("row")[first:first + ROWS_AT_ONCE])
    records = [read_row(line.cells, row=line.row, width=len(run.header), columns=run.columns, on=run.on, demo=settings.DEMO_PEOPLE) for line in lines]
    good = [n for n, record in enumerate(records) if not record.errors]
    mine = features(written((records[n].payload, [(x.kind, x.country, x.value) for x in records[n].numbers]) for n in good), run.on)
    pairs = against_register(mine, by.register, by.words, by.model)
    known = told_before(run, [records[n].key for n in good])
    never = {k: known[records[n].key].apart for k, n in enumerate(good) if records[n].key in known}
    best = nearest(pairs, len(good), by.threshold, never)
    for n, record in enumerate(records):
        lines[n].key, lines[n].errors = record.key, as_errors([*record.errors, *record.warnings])
        lines[n].zone = "wrong"
    for k, n in enumerate(good):
        settle(lines[n], best.get(k), known.get(records[n].key), by.threshold)
    save_lines(lines)
    return {**pairs.counts, "groups": groups(run.on, lines, records)}


def as_errors(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    """Faults as a row keeps them."""
    return [{"field": f.field, "code": f.code, "value": str(f.value or "")[:80], "words": f.words} for f in faults]


@dataclass(frozen=True)
class Known:
    """What an earlier list of the agency left under a key: its record, whose it is by now, and which persons it was told apart from."""

    record: UUID
    person: UUID | None
    apart: frozenset[UUID]


def told_before(run: LinkageRun, keys: Sequence[str]) -> dict[str, Known]:
    """Records that the agency sent under these keys before, by key. Four queries."""
    rows = SourceRecord.objects.filter(agency_id=run.agency_id, source=LIST, key__in=keys).order_by("version").values_list("key", "pk")
    held = {key: pk for key, pk in rows if not key.startswith("#")}
    different = apart(list(held.values()))
    whose = bearers([*held.values(), *{record for pair in different for record in pair}])
    return {key: Known(pk, whose[pk].person if pk in whose else None,
                       frozenset(whose[other].person for pair in different if pk in pair for other in pair - {pk} if other in whose))
            for key, pk in held.items()}


def settle(line: LinkageRow, best: Nearest | None, known: Known | None, threshold: float | None) -> None:
    """Into which zone a row falls. One that is linked already stays linked, and is not applied again."""
    line.record_id = known.record if known else None
    line.applied = False
    if known is not None and known.person is not None:
        line.zone, line.person_id, line.other_id, line.bits, line.applied = "auto", known.person, None, None, True
        line.keys, line.levels, line.vetoes, line.others = [TOLD_BEFORE], [], [], []
        return
    line.zone = zone(best, threshold)
    line.person_id, line.other_id = (best.person, best.other) if best else (None, None)
    line.bits, line.levels = (best.bits, best.levels) if best else (None, [])
    line.keys, line.vetoes = (best.keys, best.vetoes) if best else ([], [])
    line.others = [{"other": str(near.other), "bits": near.bits, "levels": near.levels, "keys": near.keys, "vetoes": near.vetoes}
                   for near in (best.near if best else ())]


def save_lines(lines: Sequence[LinkageRow]) -> None:
    """What became of rows: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(SAVE, [
            [x.pk for x in lines], [x.key for x in lines], [x.zone for x in lines], [json.dumps(x.errors) for x in lines],
            [x.person_id for x in lines], [x.other_id for x in lines], [x.record_id for x in lines], [x.bits for x in lines],
            [json.dumps(x.levels) for x in lines], [json.dumps(x.keys) for x in lines], [json.dumps(x.vetoes) for x in lines],
            [x.applied for x in lines], [json.dumps(x.others) for x in lines]])


def groups(on: date, lines: Sequence[LinkageRow], records: Sequence[ListRecord]) -> dict[str, dict[str, dict[str, int]]]:
    """How many rows of each group fell into each zone: by sex, by age, and by whether there is a paper. Never by a guess of descent."""
    found: dict[str, Counter[tuple[str, str]]] = {"sex": Counter(), "age": Counter(), "paper": Counter()}
    for line, record in zip(lines, records, strict=True):
        said = record.payload
        found["sex"][said.get("sex") or "unknown", line.zone] += 1
        found["age"][age_band(said.get("birth_date"), said.get("birth_year"), on), line.zone] += 1
        found["paper"]["with" if record.numbers else "without", line.zone] += 1
    return {name: {group: {z: n for (g, z), n in counted.items() if g == group} for group, _ in counted} for name, counted in found.items()}


def age_band(born: str | None, year: int | None, on: date) -> str:
    """0, 18, 40 or 60: the age from which a band begins; unknown where no birth is told."""
    if not born and not year:
        return "unknown"
    age = years_between(date.fromisoformat(born), on) if born else on.year - (year or on.year)
    return str(max((a for a in (0, *AGES) if age >= a), default=0))


def list_ends(run: LinkageRun) -> dict[str, Any]:
    """Once every row is compared: a key that stands twice makes the later row wrong. Gives the rows by zone."""
    with connection.cursor() as cursor:
        cursor.execute(TWICE, [run.pk])
        first = dict(cursor.fetchall())
    lines = list(LinkageRow.objects.filter(pk__in=first))
    for line in lines:
        line.zone, line.errors = "wrong", [*line.errors, *as_errors([fault("key", "linking.twice", line.key, row=first[line.pk])])]
        line.person_id, line.other_id, line.others = None, None, []
    save_lines(lines)
    return {"zones": dict(Counter(LinkageRow.objects.filter(run=run).values_list("zone", flat=True).iterator(chunk_size=10_000)))}
