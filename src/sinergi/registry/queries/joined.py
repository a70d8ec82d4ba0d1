"""Why records stand behind one person: each decision that joined them, in sentences, and what the person said against it.

The sentences are rebuilt from the levels and the model that the decision keeps, years later too. Where an address is hidden, who may not read it
is not told that addresses or phones agree.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from sinergi.core.linkage.explain import Explanation, sentence
from sinergi.kernel.acting import current, shown
from sinergi.kernel.actors import Actor

from ..models import Belonging, IdentityDecision, Objection, Person, SafeReader, SourceRecord
from .identity import JOINING, bearers
from .review import HIDDEN_EVIDENCE, explained

MACHINE = "auto_link"


@dataclass(frozen=True)
class ObjectionView:
    """What a person said against a decision. `state`: in_review, parted (he was right) or kept (the records are his); the answer, if there is one."""

    id: UUID
    person_id: UUID
    decision: UUID
    words: str
    raised_at: datetime
    state: str
    answered_at: datetime | None
    answer: str


@dataclass(frozen=True)
class Source:
    """A record that came to the person by the decision: whose it is, and when it was received."""

    agency: str
    source: str
    received_at: datetime


@dataclass(frozen=True)
class Joined:
    """One decision that made records one person's and holds today. `alone`: a model decided, by its certificate; then `reason` is empty.

    `explanation` is None where no score was kept, as when an officer saw papers.
    """

    id: UUID
    alone: bool
    agency: str
    reason: str
    decided_at: datetime
    model: str
    came: tuple[Source, ...]
    explanation: Explanation | None
    objections: tuple[ObjectionView, ...]

    @property
    def is_contested(self) -> bool:
        """Does an objection wait for its review or its answer?"""
        return any(o.answered_at is None for o in self.objections)


def joined(person_id: UUID, *, actor: Actor) -> tuple[Joined, ...]:
    """The decisions to which a person may object, newest first."""
    ids = bearers(person_id)
    rows = joining(ids)
    without = HIDDEN_EVIDENCE if is_hidden_from(ids, actor) else ()
    said: dict[UUID, list[ObjectionView]] = {}
    for one in objections_to(Objection.objects.filter(decision__in=rows)):
        said.setdefault(one.decision, []).append(one)
    shown(ids[:1] if rows else [])
    return tuple(Joined(r.pk, r.verb == MACHINE, r.agency_id or "", "" if r.verb == MACHINE else r.reason, r.decided_at, r.model_id or "", came(r),
                        explained(r.model_id, r.evidence.get("levels", ()), without=without), tuple(said.get(r.pk, ()))) for r in rows)


def joining(person_ids: tuple[UUID, ...]) -> list[IdentityDecision]:
    """Decisions that brought records to these persons and were not undone, newest first; their first registration is none of them."""
    rows = IdentityDecision.objects.filter(Q(person_id__in=person_ids) | Q(other_id__in=person_ids), verb__in=JOINING, undone_by=None)
    return [r for r in rows.order_by("-decided_at", "-id") if r.evidence.get("moved")]


def is_hidden_from(person_ids: tuple[UUID, ...], actor: Actor) -> bool:
    """Is an address of one of these hidden, and may the actor not read it?"""
    if actor.holds("address.read_safe") or not Person.objects.filter(pk__in=person_ids, safe_address=True).exists():
        return False
    return not SafeReader.objects.filter(person_id__in=person_ids, user_id__in=[actor.id] if len(actor.id) == 36 else []).exists()


def came(decision: IdentityDecision) -> tuple[Source, ...]:
    """The records that a decision brought, each agency's newest first."""
    moved = [record for record, *_ in decision.evidence["moved"]]
    rows = SourceRecord.objects.filter(pk__in=moved).order_by("-received_at", "id")
    return tuple(Source(r.agency_id, r.source, r.received_at) for r in rows)


def pair_of(decision: IdentityDecision) -> tuple[UUID, UUID] | None:
    """The two records a reviewer must look at again: those of the decision, or one that it brought beside one that was there; in order."""
    if decision.first_id and decision.second_id:
        return in_order(decision.first_id, decision.second_id)
    if decision.person_id is None:
        return None
    moved = [UUID(record) for record, *_ in decision.evidence["moved"]]
    there = Belonging.objects.filter(Q(to_at=None) | Q(to_at__gt=decision.decided_at), person_id=decision.person_id,
                                     from_at__lte=decision.decided_at).exclude(record_id__in=moved)
    staying = there.order_by("-record__received_at", "record_id").values_list("record_id", flat=True).first()
    return in_order(moved[0], staying) if staying else None


def in_order(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """The smaller first, as candidates are kept."""
    return (one, other) if one < other else (other, one)


def open_objections() -> tuple[ObjectionView, ...]:
    """Objections that wait for a review or an answer, as far as the actor may see them, the oldest first."""
    found = objections_to(Objection.objects.filter(answered_at=None).order_by("raised_at", "id"))
    shown(o.person_id for o in found)
    return found


def objection(objection_id: UUID) -> ObjectionView | None:
    """One objection; None when it is not ours to see."""
    return next(iter(objections_to(Objection.objects.filter(pk=objection_id))), None)


def objections_to(rows: Any) -> tuple[ObjectionView, ...]:
    """Rows as views: what became of each is told by its candidate."""
    state = {"open": "in_review", "different": "parted"}
    return tuple(ObjectionView(o.pk, o.person_id, o.decision_id, o.words, o.raised_at, state.get(o.candidate.state, "kept"), o.answered_at, o.answer)
                 for o in rows.select_related("candidate").order_by("raised_at", "id"))


def own_joined(person_id: UUID) -> list[dict[str, Any]]:
    """The same for the person's own copy of his data: who decided, by what, in both languages; the officer's own words are left out."""
    context = current()
    if context is None:
        raise RuntimeError("a person's data were read outside `acting`")
    return [{"decided_at": j.decided_at.isoformat(), "by": "system" if j.alone else "officer", "agency": j.agency, "model": j.model,
             "records": [{"agency": s.agency, "received_at": s.received_at.isoformat()} for s in j.came],
             "because": [sentence(p) for p in j.explanation.pieces if p.level] if j.explanation else [],
             "objections": [{"words": o.words, "raised_at": o.raised_at.isoformat(), "state": o.state, "answer": o.answer} for o in j.objections]}
            for j in joined(person_id, actor=context.actor)]
