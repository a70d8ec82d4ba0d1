"""The register learns its own weights: its pairs are counted by pattern, key by key; what they teach is shown beside what is in force.

Nothing is weighed by new weights before a second person adopts them. No certificate carries over: until labels certify them anew nothing is linked by
itself. What was explained before is still explained by the weights of then, for those stay.
"""
from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from sinergi.core.linkage.model import train
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from .. import policy
from ..models import LINKING, LinkageChunk, LinkageModel, LinkageRun
from ..queries.comparing import patterns_under
from ..queries.learning import beside, teaching
from ..queries.linkage_register import frame_of, key_columns, parquet
from .duplicates import sharing
from .kept_lists import step
from .linking import by_key
from .rows import user_id

if TYPE_CHECKING:
    from .comparing import Scales

LEARN = "learn"
FEWEST = 200  # pairs of one number and agreeing names, before a register teaches anything


@action("linkage.train", policy.national_linker)
def begin_learning(records: int, *, actor: Actor, title: str, on: date, at: datetime) -> LinkageRun:
    """Begin to learn weights from the register's own pairs. `records`: how many it holds, about."""
    return by_key(LEARN, records, actor, title, on, at)


def count_key(run: LinkageRun, chunk: LinkageChunk, by: Scales) -> dict[str, Any]:
    """How many pairs that share one key, of one share of its values, have each pattern; the counts wait with the piece."""
    columns, parts = key_columns(), LinkageChunk.objects.filter(run=run, key=chunk.key).count()
    frames = list(sharing(by, columns[chunk.key], chunk.chunk, parts))
    if not frames:
        return {"candidates": 0}
    counted = patterns_under(pl.concat(frames), by.words, list(columns).index(chunk.key))
    chunk.found = parquet(counted)
    return {"candidates": int(counted["n"].sum())}


def learnt(run: LinkageRun, by: Scales, at: datetime) -> dict[str, Any]:
    """Weights from all that was counted, only proposed; gives what the report adds. Where too few pairs teach there are none."""
    waiting = LinkageChunk.objects.filter(run=run).exclude(found=None).order_by("id").values_list("found", flat=True)
    frames = [frame_of(content) for content in waiting.iterator(chunk_size=1)]
    LinkageChunk.objects.filter(run=run).update(found=None)
    if not frames:
        return {"teaching": 0}
    total = pl.concat(frames).group_by("pattern").agg(pl.col("n").sum()).sort("pattern")
    patterns, counts = total["pattern"].to_numpy(), total["n"].to_numpy()
    teach = teaching(patterns, counts)
    if teach < FEWEST:
        return {"teaching": teach}
    model = train(patterns, counts)
    made = LinkageModel.objects.create(version=f"register-{at:%Y%m%d-%H%M%S}", parameters=model.as_json(), trained_at=at,
                                       registry_size=by.register.total, origin=f"the register's own pairs, run {run.pk}", trained_by=run.received_by)
    return {"teaching": teach, "trained": made.version, **beside(by.model, model, patterns, counts)}


@action("linkage.adopt", policy.own_run)
def adopt_model(run: LinkageRun, *, actor: Actor, at: datetime) -> LinkageRun:
    """Weigh by what was learnt, from now on; another person than the one who had it learnt says so.

    Refused: `linking.nothing_learnt`, `linking.adopt_another`, `flow.wrong_state`.
    """
    version = run.report.get("trained", "")
    if run.kind != LEARN or (run.state == "compared" and not version):
        raise Refused("linking.nothing_learnt")
    if actor.id == run.received_by or user_id(actor) is None:
        raise Refused("linking.adopt_another")
    step(run, LINKING, "adopt")
    model = LinkageModel.objects.select_for_update().get(pk=version)
    changes().watch(model, run)
    model.approved_by, model.approved_at = actor.id, at
    model.save(update_fields=["approved_by", "approved_at"])
    run.approved_by, run.finished_at = actor.id, at
    run.save(update_fields=["approved_by", "finished_at"])
    return run


def put_back(run: LinkageRun) -> None:
    """The weights that a run brought are only proposed again, and those before them are in force."""
    model = LinkageModel.objects.select_for_update().filter(pk=run.report.get("trained", "")).first()
    if model is not None:
        changes().watch(model)
        model.approved_by, model.approved_at = "", None
        model.save(update_fields=["approved_by", "approved_at"])
