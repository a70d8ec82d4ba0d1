"""What a settled pair does: the verbs of identity are told, and told back when the officer takes his answer back at once."""

from datetime import datetime

from django.db.models import Q

from sinergi.kernel.actors import Actor

from ..models import Candidate, ReviewAnswer
from .identity import confirm_link, not_same, unmerge
from .identity.joining import holders_if_any
from .objections import keep_joined, reopen_review, uphold

OBJECTION, LIST = "objection", "list"


def join(candidate: Candidate, made: ReviewAnswer, actor: Actor, at: datetime) -> None:
    """The two records are one person's from now on. Who objected to that is told that they stay so.

    Whom else a row of a list was near is not asked about any more: one was chosen.
    """
    if candidate.found_by == OBJECTION:
        keep_joined(candidate)
        return
    whose = holders_if_any(candidate.first_id, candidate.second_id)
    decision = confirm_link(candidate.pk, actor=actor, reason=words(made), at=at)
    if None in whose:
        row = (candidate.first_id, candidate.second_id)[whose.index(None)]
        Candidate.objects.filter(Q(first_id=row) | Q(second_id=row), state="open", found_by=LIST).update(state="stale", decision=decision)


def keep_apart(candidate: Candidate, made: ReviewAnswer, actor: Actor, at: datetime) -> None:
    """The two records are two people's: never proposed again. Where somebody objected, what was joined is parted."""
    if candidate.found_by == OBJECTION:
        uphold(candidate, words(made), actor, at)
        return
    not_same(candidate.first_id, actor=actor, second=candidate.second_id, reason=words(made), candidate=candidate.pk, at=at)


def take_back(candidate: Candidate, actor: Actor, at: datetime) -> None:
    """As if the pair had not been settled: what joined is parted, and what keeps apart is lifted, for a slip of the hand is no verdict."""
    if candidate.found_by == OBJECTION:
        reopen_review(candidate, actor, at)
        return
    slip = "taken back at once by the reviewer"
    Candidate.objects.filter(state="stale", decision_id=candidate.decision_id).update(state="open", decision=None)
    undone = unmerge(candidate.decision_id, actor=actor, reason=slip, at=at)
    if candidate.state == "same":
        unmerge(undone.decision.pk, actor=actor, reason=slip, at=at)
    candidate.refresh_from_db()


def words(made: ReviewAnswer) -> str:
    """The reason as the decision keeps it: which answer it came from, and why."""
    return f"review {made.pk}: {made.reason}".strip(": ")
