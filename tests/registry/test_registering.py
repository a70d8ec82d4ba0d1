"""A household comes in: kept as received, registered once, whoever else registers it at the same moment."""

from __future__ import annotations

import threading

import pytest
from registry_stage import FAMILY, ON, family, law, officer, setting, somebody

from sinergi.kernel.acting import acting
from sinergi.kernel.errors import Refused
from sinergi.registry import actions, queries
from sinergi.registry.submission import SubmissionFaults, read_person, read_submission


@pytest.fixture
def aim(own_db):
    """A coordinator of one partner."""
    return officer("aim")


def test_a_family_is_registered_with_everything_it_said(aim, owner):
    registered = family(aim)
    with acting(aim, purpose="register"):
        members = queries.members(registered.household_id, ON)
        assert [(m.person.name, m.relation) for m in members] == [
            ("Norazlina binti Hamzah", "head"),
            ("Faizal bin Ahmad Shah", "spouse"),
            ("Aisyah binti Faizal", "child"),
        ]
        child = members[2].person.id
        assert {g.person.name for g in queries.guardians(child, ON)} == {"Norazlina binti Hamzah", "Faizal bin Ahmad Shah"}
        assert queries.needs_of(registered.household_id, ON) == ("food", "schooling")
        facts = {f.name: f for f in queries.facts_of(registered.person_id, ON, law=law())}
        assert facts["income"].value == 60000 and facts["income"].written == "RM 600.00" and facts["income"].said_by == "self"
        assert facts["religion"].sensitive and facts["ekasih"].of_household
        assert queries.addresses(child, ON)[0].of_household and queries.addresses(registered.person_id, ON)[0].district == "seremban"
        assert [c.value for c in queries.contact_points(registered.person_id)] == ["+60190000110"]
        assert queries.person(registered.person_id).masked == "•••••• •• 5078"


def test_each_step_leaves_one_entry_and_no_personal_value_in_clear(aim, owner):
    family(aim)
    rows = owner.execute("SELECT verb, changes::text, cardinality(persons) FROM kernel_auditentry ORDER BY id").fetchall()
    assert [(verb, count) for verb, _, count in rows] == [("submission.receive", 0), ("person.register", 3)]
    assert not any(word in text for _, text, _ in rows for word in ("Norazlina", "891214175078", "Mawar", "0190000110", "60000", "islam"))


def test_the_submission_is_kept_as_received_and_tied_to_its_household(aim, owner):
    registered = family(aim)
    body, household = owner.execute("SELECT body, household_id FROM registry_submission").fetchone()
    assert body == FAMILY and household == registered.household_id


def test_the_same_family_again_is_known_and_nothing_is_doubled(aim, owner):
    first = family(aim)
    again = family(aim)
    assert again.known and again.household_id == first.household_id and again.person_id == first.person_id
    assert owner.execute("SELECT count(*) FROM registry_person").fetchone() == (3,)


def test_somebody_of_another_agency_is_refused_with_the_way_on(aim):
    family(aim)
    with pytest.raises(Refused) as refused:
        family(officer("irm"))
    assert refused.value.code == "person.known_elsewhere" and "ini orangnya" in refused.value.sentence("ms")


def test_a_member_known_to_another_agency_is_named_by_his_place(aim):
    somebody(aim, "Faizal bin Ahmad Shah", "860521-17-5083")
    with pytest.raises(Refused) as refused:
        family(officer("irm"))
    assert refused.value.facts["who"] == 2


def test_two_counters_at_once_make_one_person(aim, in_thread, owner):
    barrier, results = threading.Barrier(2), []

    def counter():
        barrier.wait()
        results.append(family(aim))

    from django.db import connections

    def run():
        try:
            counter()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(r.known for r in results) == [False, True]
    assert len({r.person_id for r in results}) == 1
    assert owner.execute("SELECT count(*) FROM registry_person WHERE name LIKE 'Norazlina%'").fetchone() == (1,)


def test_nobody_registers_without_an_agency(aim):
    nobody = officer("irm")
    with pytest.raises(Refused) as refused:
        family(type(nobody)(nobody.id, nobody.name, "", nobody.areas))
    assert refused.value.code == "not_allowed"


def test_an_auditor_registers_nobody(own_db):
    with pytest.raises(Refused) as refused:
        family(officer("aim", "auditor"))
    assert refused.value.code == "not_allowed"


def test_a_coordinator_of_one_state_registers_there_alone(own_db, owner):
    perak = officer("aim", states=("perak",))
    with pytest.raises(Refused) as refused:
        family(perak)
    assert refused.value.code == "person.outside_area"
    assert owner.execute("SELECT count(*) FROM registry_submission").fetchone() == (0,), "a refused submission leaves nothing half-written"
    assert family(perak, address={"state": "perak"}).known is False


def test_a_machine_may_not_bring_sensitive_facts(own_db):
    with pytest.raises(Refused) as refused:
        family(officer("aim", "machine"))
    assert refused.value.code == "fact.sensitive_not_allowed"


def test_a_wrong_submission_names_every_field(aim, owner):
    body = {
        "person": {"name": " ", "mykad": "89121417507", "phone": "12"},
        "members": [{"name": "Abu", "relation": "jiran", "birth_date": "31/11/2015"}],
        "address": {"postcode": "7010"},
        "needs": ["gold"],
        "household": {"ekasih": "rich"},
        "extra": 1,
    }
    with pytest.raises(SubmissionFaults) as wrong:
        actions.take_in(body, actor=aim, purpose="register", on=ON, law=law())
    assert {f.field for f in wrong.value.faults} == {
        "person.name",
        "person.mykad",
        "person.phone",
        "members.0.relation",
        "members.0.birth_date",
        "address.postcode",
        "address.state",
        "needs",
        "household.ekasih",
        "extra",
    }
    assert all(f.words["ms"] and f.words["en"] for f in wrong.value.faults)
    assert owner.execute("SELECT count(*) FROM registry_submission").fetchone() == (0,)


def test_a_list_is_registered_in_order_and_one_bad_row_harms_no_other(aim, owner):
    somebody(officer("irm"), "Kamarul bin Yusof", "680411-17-5013")
    people = [
        ("Chik Som binti Deris", "900227-17-5136"),
        ("Kamarul bin Yusof", "680411-17-5013"),
        ("Siva a/l Raman", "851103-17-5121"),
        ("Chik Som", "900227-17-5136"),
    ]
    cleans = [read_submission({"person": {"name": n, "mykad": m}, "address": {"state": "kelantan"}}, law=law(), on=ON, demo=True) for n, m in people]
    results = actions.register_households([(None, c) for c in cleans], actor=aim, purpose="register")
    assert isinstance(results[1], Refused) and not results[0].known and not results[2].known
    assert results[3].known and results[3].person_id == results[0].person_id
    changes = owner.execute("SELECT changes::text FROM kernel_auditentry WHERE verb = 'person.register' ORDER BY id DESC LIMIT 1").fetchone()[0]
    assert '"registry.Person": 2' in changes and "Chik" not in changes


def test_a_member_joins_leaves_and_is_not_taken_twice(aim):
    home = family(aim)
    baby = read_person({"name": "Adam bin Faizal", "birth_date": "1/11/2026", "relation": "child"}, law=law(), on=ON)
    who = actions.add_member(home.household_id, actor=aim, purpose="register", member=baby, on=ON)
    with acting(aim, purpose="register"):
        assert [g.person.id for g in queries.guardians(who, ON)] == [home.person_id]
        assert len(queries.members(home.household_id, ON)) == 4
        same = read_person({"name": "Adam", "person_id": str(who), "relation": "child"}, law=law(), on=ON)
        for member, code in (
            (same, "household.already_member"),
            (read_person({"name": "X", "relation": "head"}, law=law(), on=ON), "household.has_head"),
        ):
            with pytest.raises(Refused) as refused:
                actions.add_member(home.household_id, actor=aim, member=member, on=ON)
            assert refused.value.code == code
        actions.end_membership(home.household_id, actor=aim, person_id=who, on=ON)
        assert queries.household_of(who, ON.replace(day=24)) is None
        with pytest.raises(Refused) as refused:
            actions.end_membership(home.household_id, actor=aim, person_id=who, on=ON)
        assert refused.value.code == "household.not_member"
        with pytest.raises(Refused) as refused:
            actions.end_membership(home.household_id, actor=aim, person_id=home.person_id, on=ON.replace(day=1))
        assert refused.value.code == "household.before_joining"
    with pytest.raises(Refused):
        actions.add_member(home.household_id, actor=officer("irm"), purpose="register", member=baby, on=ON)


def test_who_left_by_mistake_lives_there_again(aim):
    home = family(aim)
    child, mother = home.people[2], home.person_id
    with acting(aim, purpose="register"):
        for who in (child, mother):
            actions.end_membership(home.household_id, actor=aim, person_id=who, on=ON)
        assert [m.person.id for m in queries.former_members(home.household_id, ON)] == [child, mother]
        actions.resume_membership(home.household_id, actor=aim, person_id=child)
        assert queries.household_of(child, ON.replace(day=30)) == home.household_id
        with pytest.raises(Refused) as refused:
            actions.resume_membership(home.household_id, actor=aim, person_id=child)
        assert refused.value.code == "household.already_member"
        stranger = somebody(aim)
        with pytest.raises(Refused) as refused:
            actions.resume_membership(home.household_id, actor=aim, person_id=stranger)
        assert refused.value.code == "household.not_member"
        new_head = read_person({"name": "Nenek", "relation": "head"}, law=law(), on=ON)
        actions.add_member(home.household_id, actor=aim, member=new_head, on=ON.replace(day=24))
        with pytest.raises(Refused) as refused:
            actions.resume_membership(home.household_id, actor=aim, person_id=mother)
        assert refused.value.code == "household.has_head"
    with pytest.raises(Refused) as refused:
        actions.resume_membership(home.household_id, actor=officer("irm"), purpose="register", person_id=mother)
    assert refused.value.code == "not_allowed"


def test_the_database_itself_refuses_a_second_head(aim):
    from django.db import IntegrityError

    from sinergi.kernel.action import writing
    from sinergi.registry.models import Membership

    home = family(aim)
    with pytest.raises(IntegrityError, match="membership_one_head"), acting(aim, purpose="register"), writing("try.second_head"):
        Membership.objects.filter(household_id=home.household_id, relation="spouse").update(relation="head")


def test_a_draft_is_kept_for_its_writer_alone_and_goes_with_the_registration(aim, owner):
    draft = actions.save_draft(None, actor=aim, purpose="register", body={"person": {"name": "Nor"}})
    actions.save_draft(draft, actor=aim, purpose="register", body={"person": {"name": "Norazlina"}})
    other = officer("aim", name="another")
    with acting(aim, purpose="register"):
        assert queries.draft(draft, aim).body == {"person": {"name": "Norazlina"}}
    with acting(other, purpose="register"):
        assert queries.drafts(other) == ()
        with pytest.raises(Refused):
            actions.save_draft(draft, actor=other, body={})
    actions.take_in(FAMILY, actor=aim, purpose="register", on=ON, law=law(), draft_id=draft)
    with acting(aim, purpose="register"):
        assert queries.drafts(aim) == ()
        with pytest.raises(Refused) as refused:
            actions.save_draft(None, actor=aim, body={"x": "y" * 300_000})
        assert refused.value.code == "draft.too_large"
    assert "Norazlina" not in str(owner.execute("SELECT changes FROM kernel_auditentry").fetchall())


def test_an_unknown_channel_is_refused(aim):
    setting("aim")
    with pytest.raises(Refused) as refused:
        actions.receive_submission({}, actor=aim, purpose="register", channel="pigeon")
    assert refused.value.code == "submission.channel_unknown"
