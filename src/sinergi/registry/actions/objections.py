"""A person says that records which are not his were joined with his: it is looked at again by two others, undone if he is right, and answered."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from .. import policy
from ..models import Candidate, IdentityDecision, LinkageModel, Objection
from ..queries import resolve
from ..queries.identity import bearers
from ..queries.joined import joining, pair_of
from ..queries.linking import present_model
from .identity import confirm_link, unmerge

MOST = 2000


@action("identity.object", policy.taking_requests)
def object_identity(person_id: UUID, *, actor: Actor, decision_id: UUID, words: str, at: datetime | None = None) -> Objection:
    """Take down that a person objects to a decision that joined records into him: two reviewers look at them again, whatever the score was.

    Refused: `objection.words_missing`, `objection.no_such_joining`, `objection.waiting` (one to the same decision is not answered yet).
    """
    who, now = resolve(person_id), at or timezone.now()
    found = next((d for d in joining(bearers(who)) if d.pk == decision_id), None)
    pair = pair_of(found) if found is not None else None
    if found is None or pair is None:
        raise Refused("objection.no_such_joining")
    if not words.strip():
        raise Refused("objection.words_missing", field="words")
    if Objection.objects.filter(decision=found, answered_at=None).exists():
        raise Refused("objection.waiting")
    review = Candidate.objects.create(first_id=pair[0], second_id=pair[1], model=model_of(found, now), bits=found.bits or 0.0,
                                      levels=found.evidence.get("levels", []), keys=found.evidence.get("keys", []),
                                      vetoes=found.evidence.get("vetoes", []), found_by="objection", found_at=now)
    changes().note(review=str(review.pk))
    return Objection.objects.create(person_id=who, decision=found, candidate=review, words=words.strip()[:MOST], raised_by=actor.id, raised_at=now)


def model_of(decision: IdentityDecision, now: datetime) -> LinkageModel:
    """The model that weighed the decision, or the present one; where none was ever trained a row that says so, for nobody is kept from objecting."""
    found = LinkageModel.objects.filter(pk=decision.model_id).first() or present_model()
    if found is not None:
        return found
    return LinkageModel.objects.create(version="none", parameters={}, trained_at=now, registry_size=0, origin="no model: an objection")


@action("identity.answer_objection", policy.answering_objection)
def answer_objection(objection_id: UUID, *, actor: Actor, answer: str, at: datetime | None = None) -> None:
    """Tell the person what was found, in words, once the review is settled.

    Refused: `objection.answered`, `objection.in_review`, `objection.answer_missing`.
    """
    row = Objection.objects.select_for_update(of=("self",)).select_related("candidate").get(pk=objection_id)
    if row.answered_at is not None:
        raise Refused("objection.answered")
    if row.candidate.state == "open":
        raise Refused("objection.in_review")
    if not answer.strip():
        raise Refused("objection.answer_missing", field="answer")
    changes().watch(row)
    row.answered_at, row.answered_by, row.answer = at or timezone.now(), actor.id, answer.strip()[:MOST]
    row.save(update_fields=["answered_at", "answered_by", "answer"])


def uphold(candidate: Candidate, reason: str, actor: Actor, at: datetime) -> None:
    """The reviewers found that he is right: what was joined is parted again. Refused as `identity.unmerge`."""
    joined = Objection.objects.get(candidate=candidate).decision
    if IdentityDecision.objects.filter(undoes=joined).exists():
        settle_review(candidate, "different", IdentityDecision.objects.get(undoes=joined))
        return
    settle_review(candidate, "different", unmerge(joined.pk, actor=actor, reason=reason, at=at).decision)


def keep_joined(candidate: Candidate) -> None:
    """The reviewers found that the records are his: the decision stands."""
    settle_review(candidate, "same", Objection.objects.get(candidate=candidate).decision)


def reopen_review(candidate: Candidate, actor: Actor, at: datetime) -> None:
    """A reviewer takes his answer back at once: what was parted by it is joined again, and the pair waits as before."""
    was, parted = candidate.state, candidate.decision
    settle_review(candidate, "open", None)
    if was == "different" and parted is not None:
        unmerge(parted.pk, actor=actor, reason="taken back at once by the reviewer", at=at)
        confirm_link(candidate.pk, actor=actor, reason="taken back at once by the reviewer", at=at)
        settle_review(candidate, "open", None)


def settle_review(candidate: Candidate, state: str, decision: IdentityDecision | None) -> None:
    """What became of the pair."""
    candidate.state, candidate.decision = state, decision
    candidate.save(update_fields=["state", "decision"])
