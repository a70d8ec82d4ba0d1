"""Households proposed from the register, and what the people answer: nobody joins a household because an address is the same."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from hashlib import blake2b
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from sinergi.core.linkage.together import KINDS, Proposal, proposed
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from .. import policy
from ..codes import RELATIONS
from ..models import HouseholdProposal, Membership, ProposalMember
from ..queries.people import present
from ..queries.proposals import along, meeting, somebodies
from ..submission import CleanPerson
from .people import end_membership
from .registering import add_member
from .rows import Rows, is_minor

PARTS = 64
WIDTH, LOWEST = 2**64 // PARTS, -(2**63)
SAID_BY = ("self", "household_member", "guardian")  # of SAID_BY in codes: the people themselves


@action("household.propose", policy.of_an_agency)
def propose_households(part: int, *, actor: Actor, on: date, at: datetime | None = None) -> int:
    """Look through one of PARTS parts of the doors and phones that the agency may see, and propose what was not asked before. Gives how many.

    In the first part what has been overtaken becomes stale: who now lives in one household is not asked whether he does.
    """
    if part == 0:
        overtaken(on)
    low = LOWEST + part * WIDTH
    groups, large = meeting(low, min(low + WIDTH, 2**63 - 1))
    found = proposed(somebodies({who for group in groups for who in group}, on), on.year)
    new = unasked(found.proposals)
    made_at = at or timezone.now()
    rows = [HouseholdProposal(kind=p.kind, mark=mark, evidence={"codes": list(p.evidence)}, proposed_at=made_at) for mark, p in new.items()]
    HouseholdProposal.objects.bulk_create(rows)
    ProposalMember.objects.bulk_create(ProposalMember(proposal=row, person_id=UUID(who)) for row, p in zip(rows, new.values(), strict=True)
                                       for who in (p.first, p.second))
    changes().concern(*(UUID(who) for p in new.values() for who in (p.first, p.second)))
    changes().note(part=part, proposed=len(rows), crowded=large + found.crowded)
    return len(rows)


def mark_of(kind: str, persons: Iterable[str]) -> str:
    """A proposal's mark: the same for the same kind and persons, whoever asks."""
    return blake2b("|".join([kind, *sorted(persons)]).encode(), digest_size=16).hexdigest()


def unasked(found: Iterable[Proposal]) -> dict[str, Proposal]:
    """Those that were never asked, by mark; what was answered is not asked again."""
    marks = {mark_of(p.kind, (p.first, p.second)): p for p in found}
    known = set(HouseholdProposal.objects.filter(mark__in=marks).exclude(state="stale").values_list("mark", flat=True))
    return {mark: p for mark, p in marks.items() if mark not in known}


def overtaken(on: date) -> None:
    """Open proposals whose two people live in one household by now are stale."""
    together = Membership.objects.filter(present(on), person__in=ProposalMember.objects.filter(proposal__state="open").values("person"))
    homes = together.values("household_id").annotate(n=Count("person_id", distinct=True)).filter(n__gt=1).values("household_id")
    inside: dict[UUID, set[UUID]] = {}
    for who, home in together.filter(household_id__in=homes).values_list("person_id", "household_id"):
        inside.setdefault(who, set()).add(home)
    named: dict[UUID, list[UUID]] = {}
    for proposal, who in ProposalMember.objects.filter(proposal__state="open", person__in=list(inside)).values_list("proposal_id", "person_id"):
        named.setdefault(proposal, []).append(who)
    stale = [proposal for proposal, who in named.items() if len(who) > 1 and set.intersection(*(inside[w] for w in who))]
    HouseholdProposal.objects.filter(pk__in=stale).update(state="stale")


@action("household.accept_proposal", policy.of_proposal)
def accept_proposal(proposal_id: UUID, *, actor: Actor, household_id: UUID, said_by: str, on: date, joins: Mapping[UUID, str] | None = None,
                    at: datetime | None = None) -> HouseholdProposal:
    """The people say that it is so. Who lives together joins the household (`joins`: person -> relation), and leaves the one he lived in.

    Family and support are written down as said; nobody moves by them. Refused: `proposal.answered`, `proposal.said_by_missing`,
    `proposal.other_household`, `proposal.nobody_joins`, `proposal.not_named`, `proposal.relation_missing`,
    `proposal.minors_left`; and as adding and ending a membership.
    """
    row, joining = answered(proposal_id, said_by), dict(joins or {})
    named = list(row.members.values_list("person_id", flat=True))
    inside = Membership.objects.filter(present(on), household_id=household_id).values_list("person_id", flat=True)
    here = set(named) & set(inside)
    if not here:
        raise Refused("proposal.other_household")
    if row.kind == KINDS[0]:
        joined(household_id, set(named) - here, joining, actor, on, at)
    close(row, "accepted", said_by, actor, at)
    return row


def joined(household_id: UUID, others: set[UUID], joining: Mapping[UUID, str], actor: Actor, on: date, at: datetime | None) -> None:
    """Who comes joins the household on the day, and leaves any other the day before; that one is not left without a head."""
    if not joining:
        raise Refused("proposal.nobody_joins", field="joins")
    left_behind: set[UUID] = set()
    may_come = {*others, *(m.person.id for who in others for m in along(who, on))}
    for who, relation in joining.items():
        if who not in may_come:
            raise Refused("proposal.not_named", field="joins")
        if relation not in RELATIONS:
            raise Refused("proposal.relation_missing", field=f"relation.{who}")
        for left in Membership.objects.filter(person_id=who, to_on=None).exclude(household_id=household_id):
            left_behind.add(left.household_id)
            end_membership(left.household_id, actor=actor, person_id=who, on=max(left.from_on, on - timedelta(days=1)))
        add_member(household_id, actor=actor, member=CleanPerson("", relation, person_id=who), on=on, at=at)
    for home in sorted(left_behind):
        head_anew(home, actor, on, at)


def head_anew(household_id: UUID, actor: Actor, on: date, at: datetime | None) -> None:
    """Whoever stays where the head left heads it now: the spouse, else the oldest adult. Refused: `proposal.minors_left`, where only minors stay."""
    staying = list(Membership.objects.filter(household_id=household_id, to_on=None).select_related("person"))
    if not staying or any(m.relation == "head" for m in staying):
        return
    adults = [m for m in staying if not is_minor(m.person.birth_date, on)]
    if not adults:
        raise Refused("proposal.minors_left", field="joins")
    new = min(adults, key=lambda m: (m.relation != "spouse", m.person.birth_date or date.max, m.pk))
    end_membership(household_id, actor=actor, person_id=new.person_id, on=max(new.from_on, on - timedelta(days=1)))
    rows = Rows(actor, at or timezone.now())
    rows.member(household_id, new.person_id, "head", on)
    rows.save()
    rows.enter()


@action("household.refuse_proposal", policy.of_proposal)
def refuse_proposal(proposal_id: UUID, *, actor: Actor, said_by: str, at: datetime | None = None) -> HouseholdProposal:
    """The people say that it is not so; they are not asked again. Refused: `proposal.answered`, `proposal.said_by_missing`."""
    row = answered(proposal_id, said_by)
    close(row, "refused", said_by, actor, at)
    return row


def answered(proposal_id: UUID, said_by: str) -> HouseholdProposal:
    """The open proposal that is about to be answered, held until the step ends."""
    row = HouseholdProposal.objects.select_for_update().get(pk=proposal_id)
    if row.state != "open":
        raise Refused("proposal.answered")
    if said_by not in SAID_BY:
        raise Refused("proposal.said_by_missing", field="said_by")
    changes().watch(row)
    changes().concern(*row.members.values_list("person_id", flat=True))
    return row


def close(row: HouseholdProposal, state: str, said_by: str, actor: Actor, at: datetime | None) -> None:
    """Write the answer down."""
    row.state, row.said_by, row.answered_by, row.answered_at = state, said_by, actor.id, at or timezone.now()
    row.save(update_fields=["state", "said_by", "answered_by", "answered_at"])
