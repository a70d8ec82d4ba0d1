"""Many persons referred to one agency at once: each by his own consent, in a transaction of his own; who gave none is named and left out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sinergi.assistance import queries as assistance
from sinergi.assistance.packets import as_json
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import queries as registry

from .. import policy
from ..days import after
from ..models import WAITING, Case, GroupRow, Referral, ReferralGroup
from .opening import check_plan
from .referring import PURPOSES, receiver_of, refer, withdraw_referral

MOST = 500


@action("referral.group", policy.in_hand)
def refer_group(
    case_ids: Sequence[UUID],
    *,
    actor: Actor,
    to_agency: str,
    on: date,
    at: datetime,
    programme: str = "",
    fact_names: Iterable[str] = (),
    note: str = "",
    answer_by: date | None = None,
) -> ReferralGroup:
    """Prepare the referral of many cases to a partner; `tasks.start_group` sends them. `fact_names`: the kinds of facts shown and ticked for all.

    Refused: `referral.agency_unfit`, `referral.programme_unfit`, `referral.group_size`, `case.next_past`, `case.next_far`.
    """
    receiver_of(to_agency, programme, actor)
    chosen = list(dict.fromkeys(case_ids))
    if not 1 <= len(chosen) <= MOST:
        raise Refused("referral.group_size", most=MOST)
    by = answer_by or after("answer", on)
    check_plan(by, "await_referral", on)
    made = ReferralGroup.objects.create(
        agency_id=actor.agency,
        to_agency_id=to_agency,
        programme=programme,
        fact_names=sorted(set(fact_names)),
        note=note.strip()[:1000],
        answer_by=by,
        made_at=at,
        made_by=actor.id,
    )
    GroupRow.objects.bulk_create([GroupRow(group=made, case_id=case_id) for case_id in chosen])
    changes().note(cases=len(chosen))
    return made


def send_row(row: GroupRow, *, actor: Actor, on: date, at: datetime) -> None:
    """Send one case of a group, or note why it was left out; inside the pen of its job."""
    group = row.group
    try:
        if group.undone_at is not None:
            raise Refused("referral.group_undone")
        case = Case.objects.filter(pk=row.case_id).first()
        consent = case and consent_to(case.person_id, group.to_agency_id, on)
        if case is None or consent is None:
            raise Refused("referral.no_consent")
        refer(
            case.pk,
            actor=actor,
            to_agency=group.to_agency_id,
            programme=group.programme,
            note=group.note,
            facts=facts_of(case, group, actor, on),
            consent_id=consent,
            answer_by=group.answer_by,
            group=group.pk,
            on=on,
            at=at,
        )
        row.outcome = "sent"
    except Refused as why:
        row.outcome, row.code = "left_out", why.code[:60]


def consent_to(person_id: UUID, agency: str, on: date) -> UUID | None:
    """The person's consent to an agency that a referral may rest on, the one for referring first."""
    standing = [
        c
        for c in registry.consents(person_id)
        if c.agency == agency and c.withdrawn_at is None and (c.until_on is None or c.until_on >= on) and c.purpose in PURPOSES
    ]
    return min(standing, key=lambda c: PURPOSES.index(c.purpose)).id if standing else None


def facts_of(case: Case, group: ReferralGroup, actor: Actor, on: date) -> list[Mapping[str, Any]]:
    """What goes along with one case: of the facts the programme reads, those kinds that were ticked."""
    if not group.fact_names or not group.programme or case.household_id is None:
        return []
    live = assistance.sheet_of(case.household_id, on=on, actor=actor)
    of = live.law.programmes[group.programme]
    place = {person: i for i, person in enumerate(live.document.people)}.get(case.person_id)
    sent = assistance.facts_to_send(case.household_id, group.programme, None if of.for_household else place, on=on, actor=actor)
    return [as_json(fact) for fact in sent if fact.fact in group.fact_names and fact.raw is not None]


@action("referral.undo_group", policy.own_group)
def undo_group(group_id: UUID, *, actor: Actor, on: date, at: datetime) -> ReferralGroup:
    """Take a group back: what waits unanswered is withdrawn, what is not sent yet stays unsent; answered ones stand, and are counted.

    Refused: `referral.group_undone`.
    """
    group = ReferralGroup.objects.select_for_update().get(pk=group_id)
    if group.undone_at is not None:
        raise Refused("referral.group_undone")
    changes().watch(group)
    group.undone_at = at
    group.save(update_fields=["undone_at"])
    taken = stood = 0
    for referral in Referral.objects.filter(group=group.pk).order_by("case_id"):
        try:
            if referral.state not in WAITING:
                raise Refused("referral.answered")
            withdraw_referral(referral.pk, actor=actor, on=on, at=at)
            taken += 1
        except Refused:  # answered meanwhile: it stands
            stood += 1
    changes().note(taken_back=taken, stand=stood)
    return group
