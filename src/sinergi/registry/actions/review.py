"""The queue of pairs that a person must judge: taken so that two officers never hold the same, answered, undone at once; planted pairs among them.

A pair is settled when one answer (two where the pair is risky) says the same; whoever cannot tell leaves it to the next, or until he has asked.
What is settled is done by the verbs of identity: same joins, different keeps apart.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from django.utils import timezone

from sinergi.core.linkage.model import Model, scores
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Agency
from sinergi.kernel.policy import anyone

from .. import policy
from ..codes.planted import pairs
from ..models import ANSWERS, Candidate, LinkageModel, PlantedPair, ReviewAnswer, ReviewTurn
from ..queries.review import facts_of_records, is_risky, reason_for
from .verdicts import join, keep_apart, take_back

HELD = timedelta(minutes=15)
UNDO = timedelta(hours=1)
EVERY = 20
ASIDE = timedelta(days=7)
LONGEST_REASON = 400
NEXT = """SELECT c.id FROM registry_candidate c JOIN registry_sourcerecord f ON f.id = c.first_id JOIN registry_sourcerecord s ON s.id = c.second_id
  WHERE c.state = 'open' AND f.emptied_at IS NULL AND s.emptied_at IS NULL AND (%(block)s::uuid IS NULL OR c.block = %(block)s::uuid)
    AND (%(row)s::uuid[] IS NULL OR c.first_id = ANY (%(row)s::uuid[]) OR c.second_id = ANY (%(row)s::uuid[]))
    AND (c.aside_until IS NULL OR c.aside_until <= %(on)s OR c.sent_to_id = %(agency)s)
    AND NOT EXISTS (SELECT 1 FROM registry_reviewturn t WHERE t.candidate_id = c.id
                    AND (t.by = %(by)s OR (t.answered_at IS NULL AND t.until_at > %(at)s)))
  ORDER BY c.weight DESC, c.id LIMIT 1 FOR UPDATE OF c SKIP LOCKED"""
WEIGH = """UPDATE registry_candidate c SET weight = sinergi_review_weight(c.bits, c.found_by, f.helped)
    * (1 + least(extract(epoch FROM %s::timestamptz - c.found_at) / 86400 / 30, 3)), block = f.block
  FROM (SELECT x.id, count(*) FILTER (WHERE g.helped) AS helped, (array_agg(g.household ORDER BY g.members DESC, g.household))[1] AS block
        FROM registry_candidate x, LATERAL sinergi_review_facts(ARRAY[x.first_id, x.second_id]) g WHERE x.state = 'open' GROUP BY x.id) f
  WHERE f.id = c.id"""


@dataclass(frozen=True)
class Planting:
    """A pair whose answer is known: two sides {payload, numbers, source, agency}, the truth, and its levels, as core.linkage would find them."""

    first: dict[str, Any]
    second: dict[str, Any]
    truth: str
    levels: Sequence[int]
    bits: float
    vetoes: Sequence[str] = ()


@action("identity_review.take", policy.of_an_agency)
def take_pairs(most: int, *, actor: Actor, at: datetime | None = None) -> tuple[UUID, ...]:
    """Hold the next pairs for a quarter of an hour, the most valuable first, those of one household together. Gives the turns held, oldest first.

    The second of two officers at once gets the next pair; every twentieth turn is a planted pair that he has not met.
    """
    now = at or timezone.now()
    ReviewTurn.objects.filter(by=actor.id, answered_at=None).exclude(candidate=None).exclude(candidate__state="open").delete()
    held = list(ReviewTurn.objects.filter(by=actor.id, answered_at=None).order_by("claimed_at", "id"))
    ReviewTurn.objects.filter(pk__in=[turn.pk for turn in held]).update(until_at=now + HELD)
    while len(held) < most:
        moment = now + timedelta(microseconds=len(held))  # turns taken together keep their order
        if (turn := planted_turn(actor, moment) or next_turn(actor, moment)) is None:
            break
        held.append(turn)
    return tuple(turn.pk for turn in held[:most])


def planted_turn(actor: Actor, now: datetime) -> ReviewTurn | None:
    """A planted pair, when nineteen others were taken since the last."""
    mine = ReviewTurn.objects.filter(by=actor.id)
    last = mine.exclude(planted=None).order_by("-claimed_at").values_list("claimed_at", flat=True).first()
    since = mine.filter(planted=None)
    if last is not None:
        since = since.filter(claimed_at__gt=last)
    if since.count() < EVERY - 1:
        return None
    pair = PlantedPair.objects.exclude(pk__in=mine.exclude(planted=None).values("planted")).order_by("planted_at", "id").first()
    return None if pair is None else ReviewTurn.objects.create(planted=pair, by=actor.id, claimed_at=now, until_at=now + HELD)


def next_turn(actor: Actor, now: datetime) -> ReviewTurn | None:
    """The next pair nobody holds: of the row of a list he looked at last, of the household, then the most valuable."""
    last = ReviewTurn.objects.filter(by=actor.id, candidate__isnull=False).order_by("-claimed_at", "-id").values_list(
        "candidate__block", "candidate__first", "candidate__second", "candidate__found_by").first()
    block, *row, found_by = last or (None, None, None, "")
    wheres = [(None, row)] * (found_by == "list") + [(block, None)] * (block is not None) + [(None, None)]
    with connection.cursor() as cursor:
        for home, both in wheres:
            cursor.execute(NEXT, {"block": home, "row": both, "on": timezone.localdate(now), "agency": actor.agency, "by": actor.id, "at": now})
            if found := cursor.fetchone():
                return claim(found[0], actor, now)
    return None


def claim(candidate_id: UUID, actor: Actor, now: datetime) -> ReviewTurn:
    """Hold a pair; whoever held it too long loses it."""
    turns = ReviewTurn.objects.filter(candidate_id=candidate_id)
    turns.filter(answered_at=None).delete()
    place = 1 + (turns.order_by("-place").values_list("place", flat=True).first() or 0)
    return ReviewTurn.objects.create(candidate_id=candidate_id, place=place, by=actor.id, claimed_at=now, until_at=now + HELD)


@action("identity_review.answer", policy.of_an_agency)
def answer_pair(turn_id: UUID, *, actor: Actor, answer: str, reason: str = "", asked: str = "", sent_to: str = "",
                at: datetime | None = None) -> ReviewAnswer:
    """Say whether two records are one person: same, different, or cannot_tell (`asked`: person, call, agency `sent_to`). Settles the pair if it can.

    Refused: `review.answer_unknown`, `review.turn_over`, `review.settled`, `review.reason_missing`, `review.ask_whom`, and as the verbs of identity.
    """
    now = at or timezone.now()
    given = spoken(answer, reason, asked, sent_to)
    turn = ReviewTurn.objects.select_for_update().filter(pk=turn_id, by=actor.id, answered_at=None).first()
    if turn is None:
        raise Refused("review.turn_over")
    candidate = None if turn.candidate_id is None else Candidate.objects.select_for_update().get(pk=turn.candidate_id)
    if candidate is not None and candidate.state != "open":
        raise Refused("review.settled")
    told = candidate or PlantedPair.objects.get(turns=turn)
    if not given["reason"] and answer in reason_for(told, timezone.localdate(now)):
        raise Refused("review.reason_missing", field="reason")
    made = ReviewAnswer.objects.create(candidate=candidate, planted_id=turn.planted_id, place=turn.place, by=actor.id, answered_at=now, **given)
    turn.answered_at = now
    turn.save(update_fields=["answered_at"])
    if candidate is not None:
        settle(candidate, made, actor, now)
    return made


def spoken(answer: str, reason: str, asked: str, sent_to: str) -> dict[str, Any]:
    """What he said, checked."""
    if answer not in ANSWERS:
        raise Refused("review.answer_unknown")
    asked = asked if answer == "cannot_tell" else ""
    if answer == "cannot_tell" and asked not in ("person", "call", "agency"):
        raise Refused("review.ask_whom", field="asked")
    if asked == "agency" and not Agency.objects.filter(pk=sent_to, partner=True, left_on=None).exists():
        raise Refused("review.ask_whom", field="sent_to")
    why = " ".join(reason.split())[:LONGEST_REASON]
    return {"answer": answer, "reason": why, "asked": asked, "sent_to_id": sent_to if asked == "agency" else None}


def settle(candidate: Candidate, made: ReviewAnswer, actor: Actor, now: datetime) -> None:
    """Do what enough officers say; put a pair aside that waits for an answer from outside. The others' answers are read only now."""
    facts = facts_of_records([candidate.first_id, candidate.second_id])
    changes().concern(*(fact.person for fact in facts.values()))
    if made.answer == "cannot_tell":
        set_aside(candidate, timezone.localdate(now) + ASIDE, made.sent_to_id)
        return
    votes = Counter(ReviewAnswer.objects.filter(candidate=candidate, undone_at=None).exclude(answer="cannot_tell").values_list("answer", flat=True))
    if votes[made.answer] < (2 if is_risky(candidate, facts) else 1):
        set_aside(candidate, None, None)
        return
    (join if made.answer == "same" else keep_apart)(candidate, made, actor, now)


def set_aside(candidate: Candidate, until: date | None, agency: str | None) -> None:
    """Until somebody outside has answered; None: back into the queue."""
    candidate.aside_until, candidate.sent_to_id = until, agency
    candidate.save(update_fields=["aside_until", "sent_to"])


@action("identity_review.undo", policy.of_an_agency)
def undo_answer(answer_id: UUID, *, actor: Actor, at: datetime | None = None) -> UUID:
    """Take one's own answer back: within the hour, while nobody answered after him; one that could not tell, at any time. Gives the turn, held again.

    What it settled is taken back by the verbs of identity. Refused: `review.not_yours`, `review.too_late`, `review.answered_since`.
    """
    now = at or timezone.now()
    made = ReviewAnswer.objects.select_for_update().filter(pk=answer_id, by=actor.id, undone_at=None).first()
    if made is None:
        raise Refused("review.not_yours")
    if made.answer != "cannot_tell" and now - made.answered_at > UNDO:
        raise Refused("review.too_late")
    turns = ReviewTurn.objects.filter(candidate=made.candidate, planted=made.planted)
    if made.candidate_id is not None:
        reopen(Candidate.objects.select_for_update().get(pk=made.candidate_id), made, turns.exclude(by=actor.id), actor, now)
    changes().watch(made)
    made.undone_at = now
    made.save(update_fields=["undone_at"])
    turn = turns.get(by=actor.id)
    turn.answered_at, turn.until_at = None, now + HELD
    turn.save(update_fields=["answered_at", "until_at"])
    return turn.pk


def reopen(candidate: Candidate, made: ReviewAnswer, others: Any, actor: Actor, now: datetime) -> None:
    """The pair waits again as if he had not answered."""
    if others.filter(answered_at__gt=made.answered_at).exists() or (made.answer == "cannot_tell" and candidate.state != "open"):
        raise Refused("review.answered_since")
    others.filter(answered_at=None).delete()
    if candidate.state != "open":
        take_back(candidate, actor, now)
    set_aside(candidate, None, None)


@action("identity_review.weigh", anyone)
def weigh_pairs(subject: None, *, actor: Actor, at: datetime | None = None) -> int:
    """Every night: order the open pairs anew by what hangs on them and how long they wait; forget what nobody holds any more. Gives how many wait."""
    now = at or timezone.now()
    ReviewTurn.objects.filter(answered_at=None, until_at__lt=now).delete()
    with connection.cursor() as cursor:
        cursor.execute(WEIGH, [now])
        return cursor.rowcount


def shipped(model: LinkageModel | None) -> tuple[Planting, ...]:
    """The invented pairs that come with the platform, weighed by a model."""
    found = pairs()
    scored = [0.0] * len(found) if model is None else scores(Model.from_json(model.parameters), np.array([one["levels"] for one in found]))
    return tuple(Planting(one["first"], one["second"], one["truth"], one["levels"], float(bits), one["vetoes"])
                 for one, bits in zip(found, scored, strict=True))


@action("planted.plant", policy.of_an_agency)
def plant_pairs(planted: Sequence[Planting], *, actor: Actor, model: LinkageModel | None, at: datetime | None = None) -> int:
    """Plant pairs whose answer is known among those to come; one that is planted already is left. Gives how many are new.

    Refused: `review.planted_truth` (the truth of a planted pair is same or different).
    """
    if any(pair.truth not in ("same", "different") for pair in planted):
        raise Refused("review.planted_truth")
    there = [(row.first, row.second) for row in PlantedPair.objects.all()]
    new = [PlantedPair(first=pair.first, second=pair.second, truth=pair.truth, model=model, levels=list(pair.levels), bits=pair.bits,
                       vetoes=list(pair.vetoes), planted_at=at or timezone.now()) for pair in planted if (pair.first, pair.second) not in there]
    PlantedPair.objects.bulk_create(new)
    changes().note(planted=len(new))
    return len(new)
