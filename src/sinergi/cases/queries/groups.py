"""Many persons referred at once: how far the sending came, and who was left out for which reason."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sinergi.kernel.acting import shown
from sinergi.kernel.actors import Actor
from sinergi.registry import queries as registry

from ..models import GroupRow, Referral, ReferralGroup


@dataclass(frozen=True)
class GroupRowView:
    """One case of a group. `outcome`: waiting, sent, left_out (then `code` is the refusal); `state`: of its referral, '' before it is sent."""

    case_id: UUID
    person_id: UUID
    name: str
    need: str
    outcome: str
    code: str
    referral_id: UUID | None
    state: str


@dataclass(frozen=True)
class GroupView:
    """A group with its rows; `sent` and `left_out` count them."""

    id: UUID
    to_agency: str
    programme: str
    note: str
    answer_by: date
    made_at: datetime
    undone_at: datetime | None
    sent: int
    left_out: int
    rows: tuple[GroupRowView, ...]


def group(group_id: UUID) -> GroupView | None:
    """One group of the actor's agency; None when there is no such one for him. Four queries."""
    row = ReferralGroup.objects.filter(pk=group_id).first()
    if row is None:
        return None
    rows = list(GroupRow.objects.filter(group=row).select_related("case").order_by("pk"))
    sent = dict(Referral.objects.filter(group=row.pk).values_list("case_id", "pk"))
    states = dict(Referral.objects.filter(group=row.pk).values_list("case_id", "state"))
    people = registry.people(r.case.person_id for r in rows)
    shown(r.case.person_id for r in rows)
    views = tuple(
        GroupRowView(
            r.case_id,
            r.case.person_id,
            people[r.case.person_id].name if r.case.person_id in people else "",
            r.case.need,
            r.outcome,
            r.code,
            sent.get(r.case_id),
            states.get(r.case_id, ""),
        )
        for r in rows
    )
    counts = {outcome: sum(r.outcome == outcome for r in rows) for outcome in ("sent", "left_out")}
    return GroupView(
        row.pk,
        row.to_agency_id,
        row.programme,
        row.note,
        row.answer_by,
        row.made_at,
        row.undone_at,
        counts["sent"],
        counts["left_out"],
        views,
    )


def groups(actor: Actor, *, most: int = 20) -> tuple[ReferralGroup, ...]:
    """The newest groups the actor's agency sent, without their rows. One query."""
    return tuple(ReferralGroup.objects.filter(agency_id=actor.agency).order_by("-made_at")[:most])
