"""Referrals as the two agencies see them: the inbox by the time that is left, and one with what it carried."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from sinergi.kernel.acting import shown
from sinergi.kernel.actors import Actor
from sinergi.registry import queries as registry

from ..models import Referral, ReferralPacket
from .cases import names_of

BOXES: dict[str, tuple[str, tuple[str, ...]]] = {
    "answer": ("to_agency_id", ("sent",)),
    "asked": ("to_agency_id", ("asked",)),
    "accepted": ("to_agency_id", ("accepted",)),
    "ended": ("to_agency_id", ("withdrawn",)),
    "sent": ("from_agency_id", ("sent", "asked")),
    "returned": ("from_agency_id", ("declined", "expired", "withdrawn")),
    "taken": ("from_agency_id", ("accepted",)),
}
SEEN = Q(consent__withdrawn_at__isnull=False, acknowledged_at=None)  # what ended with its consent stands there until the receiver says he saw it
BY_CLOCK = ("answer", "asked", "sent")


@dataclass(frozen=True)
class ReferralView:
    """A referral. `name`: '' when the person is not open to the actor. `facts`: what it carried, as far as the actor may see it."""

    id: UUID
    case_id: UUID
    person_id: UUID
    name: str
    masked: str
    from_agency: str
    to_agency: str
    programme: str
    need: str
    note: str
    state: str
    sent_at: datetime
    sent_by: str
    answer_by: date
    question: str
    answer: str
    answered_at: datetime | None
    answered_by: str
    decline_code: str
    decline_words: str
    consent_id: UUID
    consent_withdrawn_at: datetime | None
    acknowledged_at: datetime | None
    discreet: bool
    group: UUID | None
    facts: tuple[dict[str, Any], ...] = ()
    reminded_on: date | None = None


def views(rows: Iterable[Referral], facts: tuple[dict[str, Any], ...] = ()) -> tuple[ReferralView, ...]:
    """Rows as views. Four queries. A consent that is not open to the actor hides no referral."""
    found = list(rows)
    withdrawn = dict(Referral.objects.filter(pk__in=[r.pk for r in found]).values_list("pk", "consent__withdrawn_at"))
    people = registry.people(r.person_id for r in found)
    names = names_of({r.sent_by for r in found} | {r.answered_by for r in found})
    shown(r.person_id for r in found)
    return tuple(
        ReferralView(
            r.pk,
            r.case_id,
            r.person_id,
            people[r.person_id].name if r.person_id in people else "",
            people[r.person_id].masked if r.person_id in people else "",
            r.from_agency_id,
            r.to_agency_id,
            r.programme,
            r.need,
            r.note,
            r.state,
            r.sent_at,
            names.get(r.sent_by, ""),
            r.answer_by,
            r.question,
            r.answer,
            r.answered_at,
            names.get(r.answered_by, ""),
            r.decline_code,
            r.decline_words,
            r.consent_id,
            withdrawn.get(r.pk),
            r.acknowledged_at,
            r.discreet,
            r.group,
            facts,
            r.reminded_on,
        )
        for r in found
    )


def referrals(actor: Actor, box: str, *, after: tuple[date, UUID] | None = None, most: int = 50) -> tuple[ReferralView, ...]:
    """One box of the actor's agency: what is to be answered by the time left, what was answered the newest first. Goes on `after` a row."""
    column, states = BOXES[box]
    rows = Referral.objects.filter(state__in=states, **{column: actor.agency})
    rows = rows.filter(SEEN) if box == "ended" else rows
    if box not in BY_CLOCK:
        return views(rows.order_by("-answered_at", "-sent_at")[:most])
    rows = rows.order_by("answer_by", "pk")
    if after is not None:
        rows = rows.filter(answer_by__gte=after[0]).exclude(answer_by=after[0], pk__lte=after[1])
    return views(rows[:most])


def referral_counts(actor: Actor) -> dict[str, int]:
    """How many lie in each box of the actor's agency. Two queries, no person read."""
    plain = {box: Q(state__in=states, **{column: actor.agency}) for box, (column, states) in BOXES.items() if box != "ended"}
    counts = Referral.objects.aggregate(**{box: Count("pk", filter=condition) for box, condition in plain.items()})
    return counts | {"ended": Referral.objects.filter(SEEN, state="withdrawn", to_agency_id=actor.agency).count()}


def referrals_of(case_id: UUID) -> tuple[ReferralView, ...]:
    """The referrals of a case, the newest first."""
    return views(Referral.objects.filter(case_id=case_id).order_by("-sent_at"))


def referrals_in(group: UUID) -> tuple[ReferralView, ...]:
    """The referrals that were sent together, in the order sent."""
    return views(Referral.objects.filter(group=group).order_by("sent_at", "pk"))


def referral(referral_id: UUID) -> ReferralView | None:
    """One referral with what it carried; None when it is not the actor's to see."""
    row = Referral.objects.filter(pk=referral_id).first()
    if row is None:
        return None
    packets = ReferralPacket.objects.filter(referral=row).order_by("sensitive")
    return views([row], tuple(fact for packet in packets for fact in packet.facts))[0]
