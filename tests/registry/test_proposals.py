"""Proposed households: found in the register by door and phone, asked of the people, answered once; what is hidden is never in one."""
from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from kernel_stage import entries
from registry_stage import ON, family, officer, spoken

from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor, command
from sinergi.kernel.errors import Refused
from sinergi.registry import actions, queries
from sinergi.registry.actions.proposals import PARTS
from sinergi.registry.models import HouseholdProposal, Membership, ProposalMember
from sinergi.registry.queries import proposals
from sinergi.registry.tasks import propose as propose_job
from sinergi.registry.tasks import propose_all
from tests.registry.registry_stage import law

DOOR = {"lines": "No. 12, Jln Mawar", "postcode": "70100", "state": "Negeri Sembilan", "district": "Seremban"}


def alone(actor: Actor, name: str, mykad: str, address: Any = None, **more: Any) -> UUID:
    """Somebody registered by himself."""
    body = {"person": {"name": name, "mykad": mykad, **more}, "address": address or DOOR}
    return actions.take_in(body, actor=actor, purpose="register", on=ON, law=law()).person_id


def propose(agency: str = "aim") -> int:
    """One night of an agency."""
    me = command("proposals", "person.read", "household.propose", agency=agency)
    with acting(me, purpose="register"):
        return sum(actions.propose_households(part, actor=me, on=ON) for part in range(PARTS))


def asked(actor: Actor, household: UUID) -> tuple[proposals.ProposalView, ...]:
    """What the household's page asks."""
    with acting(actor, purpose="register"):
        return queries.proposals_of(household, ON)


@pytest.fixture
def aim(own_db):
    return officer("aim")


@pytest.fixture
def home(aim):
    return family(aim)


@pytest.fixture
def hamzah(aim, home):
    return alone(aim, "Hamzah bin Deris", "550101-17-5011")


def test_a_father_at_the_same_door_is_proposed_once_and_never_as_a_fact(aim, home, hamzah):
    assert propose() == 2 and propose() == 0
    together, kin = asked(aim, home.household_id)
    assert (together.kind, kin.kind) == ("lives_together", "family") and together.other.id == hamzah == kin.other.id
    assert together.evidence == ("same_address", "father_of") and together.member.id == home.person_id
    assert Membership.objects.filter(person_id=hamzah, household_id=home.household_id).count() == 0


def test_it_is_seen_from_both_households_and_says_who_would_come_along(aim, home, hamzah):
    propose()
    with acting(aim, purpose="register"):
        his = queries.household_of(hamzah, ON)
    (together, _kin) = asked(aim, his)
    assert together.other.id == home.person_id and {m.person.id for m in together.others} == set(home.people[1:])


def test_a_hidden_address_proposes_nothing_and_is_shown_nothing(aim, home, hamzah):
    propose()
    actions.protect_address(hamzah, actor=aim, purpose="register")
    assert asked(aim, home.household_id) == ()
    sought = alone(aim, "Hamzah bin Deris", "560101-17-5011", DOOR | {"safe": "true"}, phone="019-000 0110")
    assert propose() == 0
    safe = officer("aim", "supervisor")
    assert asked(safe, home.household_id) == () and not ProposalMember.objects.filter(person_id=sought).exists()


def test_another_agencys_person_is_not_proposed_until_he_is_open_to_ours(aim, home):
    other = officer("maiwp")
    hamzah = alone(other, "Hamzah bin Deris", "550101-17-5011")
    assert propose() == 0 == propose("maiwp")
    actions.give_consent(hamzah, actor=other, purpose="register", agencies=["aim"], consent=spoken())
    assert propose() == 2
    assert len(asked(aim, home.household_id)) == 2
    with acting(other, purpose="register"):
        assert not HouseholdProposal.objects.exists()


def test_a_crowded_door_is_counted_and_left_out(aim, owner):
    for n in range(13):
        alone(aim, f"Penghuni {'ABCDEFGHIJKLM'[n]}", f"{70 + n}0101-17-50{n:02}", phone="019-000 0111")
    assert propose() == 0
    assert sum(e["changes"]["crowded"] for e in entries(owner, "verb = 'household.propose'")) == 2


def test_a_shared_phone_does_not_empty_a_dormitory_into_one_household(aim):
    for n in range(13):
        alone(aim, f"Penghuni {'ABCDEFGHIJKLM'[n]}", f"{70 + n}0101-17-50{n:02}", **({"phone": "019-000 0111"} if n < 2 else {}))
    assert propose() == 0


def test_he_joins_and_leaves_where_he_was(aim, home, hamzah, owner):
    propose()
    together = asked(aim, home.household_id)[0]
    actions.accept_proposal(together.id, actor=aim, purpose="register", household_id=home.household_id, said_by="self", on=ON,
                            joins={hamzah: "parent"})
    with acting(aim, purpose="register"):
        assert queries.household_of(hamzah, ON) == home.household_id
        assert Membership.objects.filter(person_id=hamzah, to_on=None).count() == 1
        row = HouseholdProposal.objects.get(pk=together.id)
    assert (row.state, row.said_by, row.answered_by) == ("accepted", "self", aim.id)
    (entry,) = entries(owner, "verb = 'household.accept_proposal'")
    assert entry["actor"] == aim.id and set(entry["persons"]) == {hamzah, home.person_id} and "Hamzah" not in str(entry["changes"])
    assert propose() == 0


def test_where_the_head_leaves_the_spouse_or_the_oldest_adult_heads_who_stay_and_minors_are_not_left_alone(aim, home, hamzah, owner):
    propose()
    with acting(aim, purpose="register"):
        his = queries.household_of(hamzah, ON)
    later, together, (head, spouse, child) = ON + timedelta(days=1), asked(aim, his)[0], home.people

    def accept(**joins: str) -> None:
        actions.accept_proposal(together.id, actor=aim, purpose="register", household_id=his, said_by="self", on=later,
                                joins={{"head": head, "spouse": spouse}[who]: relation for who, relation in joins.items()})

    with pytest.raises(Refused, match="minors_left"):
        accept(head="child", spouse="other")
    with acting(aim, purpose="register"):
        assert queries.head_of(home.household_id, ON) == head and HouseholdProposal.objects.get(pk=together.id).state == "open"
    accept(head="child")
    with acting(aim, purpose="register"):
        assert (queries.head_of(home.household_id, later), queries.head_of(his, later)) == (spouse, hamzah)
        assert {m.person.id: m.relation for m in queries.members(home.household_id, later)} == {spouse: "head", child: "child"}


def test_family_elsewhere_is_written_down_and_moves_nobody(aim, home, hamzah):
    propose()
    kin = asked(aim, home.household_id)[1]
    actions.accept_proposal(kin.id, actor=aim, purpose="register", household_id=home.household_id, said_by="household_member", on=ON)
    with acting(aim, purpose="register"):
        (tie,) = queries.ties_of(home.household_id, ON)
        assert (tie.other.id, tie.said_by) == (hamzah, "household_member") and queries.household_of(hamzah, ON) != home.household_id


def test_refused_is_not_asked_again(aim, home, hamzah, owner):
    propose()
    for view in asked(aim, home.household_id):
        actions.refuse_proposal(view.id, actor=aim, purpose="register", said_by="self")
    assert propose() == 0 and asked(aim, home.household_id) == () and len(entries(owner, "verb = 'household.refuse_proposal'")) == 2


@pytest.mark.parametrize(("changed", "code"), [
    ({"said_by": "officer"}, "proposal.said_by_missing"), ({"joins": {}}, "proposal.nobody_joins"),
    ({"household_id": None}, "proposal.other_household"), ({"joins": "stranger"}, "proposal.not_named"),
    ({"joins": "no relation"}, "proposal.relation_missing")])
def test_what_is_missing_is_named_and_nothing_is_written(changed, code, aim, home, hamzah, owner):
    propose()
    stranger = alone(aim, "Jimbai anak Sigan", "000109-17-0159", {"state": "perak"})
    with acting(aim, purpose="register"):
        given: dict[str, Any] = {"household_id": home.household_id, "said_by": "self", "joins": {hamzah: "parent"}} | changed
        given["household_id"] = given["household_id"] or queries.household_of(stranger, ON)
        given["joins"] = {"stranger": {stranger: "other"}, "no relation": {hamzah: ""}}.get(str(given["joins"]), given["joins"])
        first = queries.proposals_of(home.household_id, ON)[0].id
    with pytest.raises(Refused) as refused:
        actions.accept_proposal(first, actor=aim, purpose="register", on=ON, **given)
    assert refused.value.code == code and not entries(owner, "verb = 'household.accept_proposal'")


def test_who_is_answered_is_answered_and_strangers_do_not_answer(aim, home, hamzah):
    propose()
    first = asked(aim, home.household_id)[0].id
    for outsider in (officer("maiwp"), officer("aim", "auditor")):
        with pytest.raises(Refused) as refused:
            actions.refuse_proposal(first, actor=outsider, purpose="register", said_by="self")
        assert refused.value.code == "not_allowed"
    actions.refuse_proposal(first, actor=aim, purpose="register", said_by="self")
    with pytest.raises(Refused) as refused:
        actions.refuse_proposal(first, actor=aim, purpose="register", said_by="self")
    assert refused.value.code == "proposal.answered"


def test_who_has_come_together_by_himself_is_no_longer_asked(aim, home, hamzah):
    propose()
    member = actions.registering.CleanPerson("", "parent", person_id=hamzah)
    actions.add_member(home.household_id, actor=aim, purpose="register", member=member, on=ON)
    propose()
    assert set(HouseholdProposal.objects.values_list("state", flat=True)) <= {"stale"} or asked(aim, home.household_id) == ()
    with acting(aim, purpose="register"):
        assert set(HouseholdProposal.objects.values_list("state", flat=True)) == {"stale"}


def test_who_was_erased_is_in_no_proposal(aim, home, hamzah):
    propose()
    dpo = officer("perkeso", "protection_officer", national=True)
    actions.open_request(hamzah, actor=dpo, purpose="request", kind="erase", on=ON)
    actions.erase_person(hamzah, actor=dpo, purpose="request")
    assert asked(aim, home.household_id) == () and propose() == 0


def test_the_nightly_work_is_one_job_an_agency_and_goes_part_by_part(aim, home, hamzah, owner):
    officer("maiwp")
    assert propose_all() == 2
    for (given,) in owner.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'household.propose' ORDER BY id").fetchall():
        propose_job.run(attempts=0, **given)
    assert owner.execute("SELECT state, done, total, count(*) FROM kernel_progress GROUP BY 1, 2, 3").fetchall() == [("finished", PARTS, PARTS, 2)]
    assert len(asked(aim, home.household_id)) == 2
