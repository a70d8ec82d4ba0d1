"""Each verb of the registry by itself: exactly one entry of its own, refused to a role without it and to who is not concerned."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from kernel_stage import entries
from registry_stage import FAMILY, ON, family, law, officer, somebody, spoken

from sinergi.cli.house_reference import load_rooms
from sinergi.kernel.acting import acting
from sinergi.kernel.action import VERBS, writing
from sinergi.kernel.actors import command
from sinergi.kernel.errors import Refused
from sinergi.registry import actions
from sinergi.registry.models import Draft, HouseholdProposal, ProposalMember
from sinergi.registry.submission import CleanAddress, CleanPerson, read_submission
from sinergi.registry.submission.people import read_person

OF_THEIR_OWN = ("batch", "certificate", "identity", "identity_review", "linkage", "planted", "search")
NEW = {"person": {"name": "Jimbai anak Sigan", "mykad": "000109-17-0159"}, "address": {"state": "perak"}}


def by(actor: Any, purpose: str = "register") -> dict[str, Any]:
    """Who acts, and why."""
    return {"actor": actor, "purpose": purpose}


def child(name: str, born: str) -> CleanPerson:
    """Somebody to join the family."""
    return read_person({"name": name, "birth_date": born, "relation": "child"}, law=law(), on=ON)


CALLS: dict[str, Callable[[Any, SimpleNamespace], Any]] = {
    "access.review": lambda me, s: actions.review_access(s.opening, **by(me), finding="Betul"),
    "address.record": lambda me, s: actions.record_address(s.who, **by(me), address=CleanAddress("perak"), on=ON),
    "consent.give": lambda me, s: actions.give_consent(s.who, **by(me), agencies=["miasa"], consent=spoken()),
    "consent.withdraw": lambda me, s: actions.withdraw_consent(s.consent, **by(me)),
    "draft.discard": lambda me, s: actions.discard_draft(s.draft, **by(me)),
    "draft.save": lambda me, s: actions.save_draft(s.draft, **by(me), body={"person": {"name": "Salmah"}}),
    "fact.record": lambda me, s: actions.record_facts(s.who, **by(me), facts={"income": "RM 700"}, on=ON, law=law()),
    "household.accept_proposal": lambda me, s: actions.accept_proposal(
        s.proposal, **by(me), household_id=s.home.household_id, said_by="self", on=ON),
    "household.add_member": lambda me, s: actions.add_member(
        s.home.household_id, **by(me), member=child("Hana binti Faizal", "3/4/2019"), on=ON),
    "household.appoint_guardian": lambda me, s: actions.appoint_guardian(s.child, **by(me), guardian_id=s.left, on=ON),
    "household.end_membership": lambda me, s: actions.end_membership(s.home.household_id, **by(me), person_id=s.spouse, on=ON),
    "household.propose": lambda me, s: actions.propose_households(0, **by(me), on=ON),
    "household.refuse_proposal": lambda me, s: actions.refuse_proposal(s.proposal, **by(me), said_by="household_member"),
    "household.resume_membership": lambda me, s: actions.resume_membership(s.home.household_id, **by(me), person_id=s.left),
    "paper.store": lambda me, s: actions.store_paper(s.who, **by(me), kind="mykad"),
    "person.claim": lambda me, s: actions.claim_person(s.elsewhere, **by(me), consent=spoken()),
    "person.correct": lambda me, s: actions.correct_person(s.who, **by(me), corrections={"name": "Norazlina Hamzah"}, on=ON, law=law()),
    "person.erase": lambda me, s: actions.erase_person(s.who, **by(me, "request")),
    "person.open_by_reason": lambda me, s: actions.open_by_reason(s.elsewhere, **by(me, "emergency"), reason="Banjir, perlu dipindahkan segera"),
    "person.protect_address": lambda me, s: actions.protect_address(s.who, **by(me)),
    "person.register": lambda me, s: actions.register_households([(None, read_submission(NEW, law=law(), on=ON, demo=True))], **by(me)),
    "request.answer": lambda me, s: actions.answer_request(s.request, **by(me, "request"), answer="Dihantar melalui pos"),
    "request.open": lambda me, s: actions.open_request(s.who, **by(me, "request"), kind="access", on=ON),
    "submission.receive": lambda me, s: actions.receive_submission(NEW, **by(me)),
}


def asked_of(first: UUID, second: UUID, actor: Any) -> UUID:
    """A proposal that waits for the answer of two people."""
    with acting(actor, purpose="register"), writing("try.stage"):
        row = HouseholdProposal.objects.create(kind="family", mark="m", proposed_at=timezone.now())
        ProposalMember.objects.bulk_create(ProposalMember(proposal=row, person_id=who) for who in (first, second))
    return row.pk


def names() -> set[str]:
    """The registry's verbs, without those of lists, runs, searches, identity and its review, which have tests of their own."""
    load_rooms()
    return {name for name, verb in VERBS.items() if verb.module.startswith("sinergi.registry.") and name.partition(".")[0] not in OF_THEIR_OWN}


@pytest.fixture
def stage(own_db):
    """A family of one agency, somebody of another, and what each verb starts from; `right` and `wrong`: who may and who may not."""
    aim, maiwp = officer("aim"), officer("maiwp")
    officer("miasa")
    home = family(aim)
    s = SimpleNamespace(aim=aim, home=home, who=home.person_id, spouse=home.people[1], child=home.people[2], elsewhere=somebody(maiwp))
    s.left = actions.add_member(home.household_id, **by(aim), member=child("Ali bin Faizal", "1/2/2001"), on=ON)
    actions.end_membership(home.household_id, **by(aim), person_id=s.left, on=ON)
    (s.consent,) = actions.give_consent(s.spouse, **by(aim), agencies=["miasa"], consent=spoken())
    s.draft = actions.save_draft(None, **by(aim), body=FAMILY)
    s.opening = actions.open_by_reason(s.who, **by(maiwp, "emergency"), reason="Kecemasan di hospital daerah").pk
    dpo = officer("perkeso", "protection_officer", national=True)
    s.request = actions.open_request(s.child, **by(dpo, "request"), kind="access", on=ON).pk
    actions.open_request(s.who, **by(dpo, "request"), kind="erase", on=ON)
    nobodys = replace(officer("aim", name="rover"), agency="")
    stranger, local_dpo = officer("irm"), officer("irm", "protection_officer")
    s.proposal = asked_of(s.who, somebody(aim, "Hamzah bin Deris", "550101-17-5011"), aim)
    night = command("proposals", "household.propose", agency="aim")
    s.right = {"household.propose": night, "access.review": officer("aim", "supervisor"), "person.erase": dpo, "request.answer": dpo}
    s.wrong = {"access.review": officer("irm", "supervisor"), "person.erase": local_dpo, "request.answer": local_dpo,
               "draft.discard": officer("aim", name="colleague"), "draft.save": officer("aim", name="colleague"),
               **dict.fromkeys(("person.claim", "person.open_by_reason", "person.register", "submission.receive"), nobodys)}
    s.stranger = stranger
    return s


def test_no_verb_is_left_out():
    assert set(CALLS) == names()


@pytest.mark.parametrize("verb", sorted(CALLS))
def test_a_verb_leaves_one_entry_and_refuses_whom_it_must(verb, stage, owner):
    def made() -> list[dict[str, Any]]:
        return entries(owner, f"verb = '{verb}'")

    before, call = len(made()), CALLS[verb]
    for outsider in (officer("aim", "auditor"), stage.wrong.get(verb, stage.stranger)):
        with pytest.raises(Refused) as refused:
            call(outsider, stage)
        assert refused.value.code == "not_allowed" and len(made()) == before
    me = stage.right.get(verb, stage.aim)
    call(me, stage)
    (entry,) = made()[before:]
    assert (entry["actor"], entry["agency"]) == (me.id, me.agency)
    assert not any(name in str(entry["changes"]) for name in ("Norazlina", "Jimbai", "Hana", "Salmah", "891214175078", "Banjir"))


def test_a_draft_that_is_gone_is_nobodys(stage):
    actions.discard_draft(stage.draft, **by(stage.aim))
    for gone in (stage.draft, uuid4()):
        with pytest.raises(Refused) as refused:
            actions.discard_draft(gone, **by(stage.aim))
        assert refused.value.code == "not_allowed"
    assert not Draft.objects.exists()
