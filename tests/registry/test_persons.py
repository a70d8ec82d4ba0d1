"""What is kept of a person: facts on two time axes, corrections, addresses that are hidden, guardians, the document the law reads."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.utils import timezone
from registry_stage import ON, family, law, officer, somebody, spoken

from sinergi.core import rules
from sinergi.kernel.acting import acting
from sinergi.kernel.errors import Refused
from sinergi.registry import actions, queries
from sinergi.registry.submission import CleanAddress, SubmissionFaults


@pytest.fixture
def aim(own_db):
    """A coordinator of one partner."""
    return officer("aim")


@pytest.fixture
def home(aim):
    """A family of his."""
    return family(aim)


def document(actor, home, **more):
    with acting(actor, purpose="screen"):
        return queries.document_of(home.household_id, on=more.pop("on", ON), actor=actor, law=law(), **more)


def record(actor, who, **facts):
    more = {k: facts.pop(k) for k in ("at", "on") if k in facts}
    actions.record_facts(who, actor=actor, purpose="register", facts=facts, law=law(), **{"on": ON, **more})


def test_the_document_is_what_the_law_reads(aim, home):
    made = document(aim, home)
    assert made.raw["household"] == {"state": "negeri_sembilan", "ekasih": "poor"}
    first = made.raw["members"][0]
    assert (first["relation"], first["birth_date"], first["sex"], first["income"], first["religion"]) == (
        "head",
        "1989-12-14",
        "female",
        "RM 600.00",
        "islam",
    )
    assert all(member["held"] == [] for member in made.raw["members"]) and made.raw["members"][2]["income"] == "RM 0.00"
    assert made.people[0] == home.person_id and made.sensitive
    assert made.origins[(0, "income")].said_by == "self" and made.origins[(1, "income")].said_by == "household_member"
    situation = rules.read_situation(law(), made.raw, ON)
    assert situation.people[0]["birth_date"] == dt.date(1989, 12, 14)


def test_without_the_right_to_sensitive_facts_they_stay_out(aim, home):
    machine = officer("aim", "machine")
    made = document(machine, home)
    assert "religion" not in made.raw["members"][0] and not made.sensitive


def test_what_if_saves_nothing(aim, home, owner):
    before = owner.execute("SELECT count(*) FROM registry_fact").fetchone()
    made = document(aim, home, overrides={(0, "income"): "RM 5000.00", (None, "ekasih"): None})
    assert made.raw["members"][0]["income"] == "RM 5000.00" and "ekasih" not in made.raw["household"]
    assert owner.execute("SELECT count(*) FROM registry_fact").fetchone() == before


def test_a_past_answer_is_recomputed_with_what_was_known_then(aim, home):
    before = timezone.now()
    record(aim, home.person_id, income="RM 900.00", ekasih="hardcore")
    assert document(aim, home).raw["members"][0]["income"] == "RM 900.00"
    old = document(aim, home, known_at=before).raw
    assert old["members"][0]["income"] == "RM 600.00" and old["household"]["ekasih"] == "poor"


def test_the_history_shows_what_was_believed_before(aim, home):
    record(aim, home.person_id, income="RM 900.00", held=[])
    with acting(aim, purpose="register"):
        rows = [(f.value, f.replaced_at is None) for f in queries.fact_history(home.person_id, ON, law=law()) if f.name == "income"]
        assert rows == [(90000, True), (60000, False)]
        assert {"ekasih", "held", "religion", "needs"} <= {f.name for f in queries.fact_history(home.person_id, ON)}


def test_a_later_value_overtakes_and_the_past_day_keeps_its_own(aim, home):
    record(aim, home.person_id, on=ON + dt.timedelta(days=30), income="RM 1,200.00")
    assert document(aim, home, on=ON).raw["members"][0]["income"][0]["value"] == "RM 600.00"
    rows = document(aim, home, on=ON + dt.timedelta(days=40)).raw["members"][0]["income"]
    assert [(r["value"], r["to"]) for r in rows] == [("RM 600.00", "2026-12-22"), ("RM 1200.00", None)]
    situation = rules.read_situation(law(), document(aim, home, on=ON + dt.timedelta(days=40)).raw, ON + dt.timedelta(days=40))
    assert situation.people[0]["income"] == 120000


def test_a_monthly_amount_of_last_year_is_stale(aim, home):
    assert "income" not in document(aim, home, on=ON + dt.timedelta(days=400)).raw["members"][0]


def test_said_not_to_be_known_is_left_out_and_remembered(aim, home):
    record(aim, home.person_id, income=None)
    made = document(aim, home)
    assert "income" not in made.raw["members"][0] and (0, "income") in made.said_unknown


def test_benefits_held_are_replaced_as_a_list(aim, home):
    record(aim, home.person_id, held=[{"programme": "jkm.bwe", "from": "1/1/2026", "amount": "600", "need": "cash"}])
    assert document(aim, home).raw["members"][0]["held"] == [{"programme": "jkm.bwe", "from": "2026-01-01", "amount": 60000}]
    record(aim, home.person_id, held=[])
    assert document(aim, home).raw["members"][0]["held"] == []
    with pytest.raises(SubmissionFaults) as wrong:
        record(aim, home.person_id, held=[{"programme": "moon.money", "amount": "many", "need": "gold", "from": "2026-02-01", "to": "2026-01-01"}])
    assert {f.field for f in wrong.value.faults} == {"held.0.programme", "held.0.amount", "held.0.need", "held.0.to"}


def test_a_sensitive_fact_of_the_household_lies_with_the_head_and_returns_to_the_household(aim, home, owner):
    record(aim, home.people[2], care_need="bedridden_no_carer")
    assert owner.execute("SELECT person_id FROM registry_sensitivefact WHERE name = 'care_need'").fetchone() == (home.person_id,)
    assert document(aim, home).raw["household"]["care_need"] == "bedridden_no_carer"


def test_needs_are_replaced(aim, home):
    record(aim, home.person_id, needs=["rent"])
    with acting(aim, purpose="register"):
        assert queries.needs_of(home.household_id, ON) == ("rent",)


def test_facts_that_cannot_be_used_are_named(aim, home):
    with pytest.raises(SubmissionFaults) as wrong:
        record(aim, home.person_id, income="many", oku="x", needs=["gold"], age=3)
    assert {f.field for f in wrong.value.faults} == {"income", "oku", "needs", "age"}
    for given, code in (({}, "fact.nothing"), ({"facts": {"income": "1"}, "said_by": "the wind"}, "fact.source_unknown")):
        with pytest.raises(Refused) as refused:
            actions.record_facts(home.person_id, actor=aim, purpose="register", on=ON, law=law(), **{"facts": {}, **given})
        assert refused.value.code == code


def test_no_other_agency_and_no_machine_records_what_it_may_not(aim, home):
    with pytest.raises(Refused) as refused:
        record(officer("irm"), home.person_id, income="RM 1.00")
    assert refused.value.code == "not_allowed"
    with pytest.raises(Refused) as refused:
        record(officer("aim", "machine"), home.person_id, religion="islam")
    assert refused.value.code == "fact.sensitive_not_allowed"


def test_the_database_refuses_two_present_values(aim, home):
    from django.db import IntegrityError

    from sinergi.kernel.action import writing
    from sinergi.registry.models import Fact

    with pytest.raises(IntegrityError, match="fact_one_present_person"), acting(aim, purpose="register"), writing("try.twice"):
        Fact.objects.create(person_id=home.person_id, name="income", value=1, valid_from=ON, recorded_by="x", recorded_at=timezone.now())


def test_particulars_are_corrected_and_the_old_ones_stay_for_the_past(aim, home):
    before = timezone.now()
    actions.correct_person(
        home.person_id,
        actor=aim,
        purpose="register",
        on=ON,
        law=law(),
        corrections={"name": "Norazlina bt Hamzah", "birth_date": "13/12/1989", "phone": "019-000 0111", "passport": "A12345678", "language": "en"},
    )
    with acting(aim, purpose="register"):
        seen = queries.person(home.person_id)
        assert (seen.name, seen.birth_date, seen.language) == ("Norazlina bt Hamzah", dt.date(1989, 12, 13), "en")
        assert [c.value for c in queries.contact_points(home.person_id)] == ["+60190000111"]
        assert {i.kind for i in queries.identifiers(home.person_id)} == {"mykad", "passport"}
    assert document(aim, home).raw["members"][0]["birth_date"] == "1989-12-13"
    assert document(aim, home, known_at=before).raw["members"][0]["birth_date"] == "1989-12-14"


def test_a_correction_is_refused_where_it_cannot_stand(aim, home):
    other = somebody(aim)
    for corrections, code in (({"mykad": "891214-17-5078"}, "number.belongs_to_another"), ({"name": "Jimbai anak Sigan"}, "person.nothing_changed")):
        with pytest.raises(Refused) as refused:
            actions.correct_person(other, actor=aim, purpose="register", on=ON, law=law(), corrections=corrections)
        assert refused.value.code == code
    with pytest.raises(SubmissionFaults) as wrong:
        actions.correct_person(other, actor=aim, purpose="register", on=ON, law=law(), corrections={"died_on": "1/1/1999", "language": "fr"})
    assert {f.field for f in wrong.value.faults} == {"died_on", "language"}
    with pytest.raises(Refused):
        actions.correct_person(other, actor=officer("irm"), purpose="register", on=ON, law=law(), corrections={"name": "X"})


def test_an_address_is_dated_and_moves_those_who_live_there(aim, home):
    actions.record_address(
        home.person_id, actor=aim, purpose="register", address=CleanAddress("perak", "7 Lorong Intan", "34000"), on=ON + dt.timedelta(days=2)
    )
    with acting(aim, purpose="register"):
        assert [a.state for a in queries.addresses(home.person_id, ON)] == ["perak", "negeri_sembilan"]
        assert queries.person(home.people[2]).state == "perak"
    assert document(aim, home).raw["household"]["state"] == "negeri_sembilan"
    assert document(aim, home, on=ON + dt.timedelta(days=3)).raw["household"]["state"] == "perak"


def test_a_coordinator_of_one_state_moves_nobody_out_of_it(own_db):
    perak = officer("aim", states=("perak",))
    home = family(perak, address={"state": "perak"})
    with pytest.raises(Refused) as refused:
        actions.record_address(home.person_id, actor=perak, purpose="register", address=CleanAddress("kedah"), on=ON)
    assert refused.value.code == "address.outside_area"


def test_a_hidden_address_is_seen_by_named_people_alone(aim, home):
    colleague, named = officer("aim", name="colleague"), officer("aim", name="named")
    from uuid import UUID

    actions.protect_address(home.person_id, actor=aim, purpose="register", readers=[UUID(named.id)])
    for actor, sees in ((aim, True), (named, True), (colleague, False), (officer("aim", "supervisor"), True)):
        with acting(actor, purpose="register"):
            assert queries.person(home.person_id).safe_address
            assert bool(queries.addresses(home.people[1], ON)) is sees and bool(queries.contact_points(home.person_id)) is sees
    for change in ({"protect": False}, {"readers": [UUID(colleague.id)]}):
        with pytest.raises(Refused) as refused:
            actions.protect_address(home.person_id, actor=colleague, purpose="register", **change)
        assert refused.value.code == "address.hidden_from_you"
    with pytest.raises(Refused) as refused:
        actions.record_address(home.person_id, actor=colleague, purpose="register", address=CleanAddress("perak"), on=ON)
    assert refused.value.code == "address.hidden_from_you"
    actions.record_address(home.person_id, actor=named, purpose="register", address=CleanAddress("perak"), on=ON)
    actions.protect_address(home.person_id, actor=named, purpose="register", protect=False)
    with acting(colleague, purpose="register"):
        assert queries.addresses(home.person_id, ON)[0].state == "perak"


def test_an_address_recorded_as_hidden_hides_the_phone_too_and_moves_the_household_under_the_same_readers(aim, home):
    colleague, mother, child = officer("aim", name="colleague"), home.person_id, home.people[2]
    actions.record_address(mother, actor=aim, purpose="register", address=CleanAddress("perak", "7 Lorong Intan", "34000", safe=True), on=ON)
    with acting(colleague, purpose="register"):
        assert queries.person(mother).safe_address and queries.person(child).safe_address
        assert not queries.contact_points(mother) and not queries.addresses(mother, ON) and not queries.addresses(child, ON)
    with acting(aim, purpose="register"):
        assert queries.contact_points(mother) and queries.addresses(mother, ON)[0].hidden
        assert queries.find_persons("019-000 0110", actor=aim, on=ON).candidates == ()
    actions.record_address(child, actor=aim, purpose="register", address=CleanAddress("perak"), on=ON)


def test_an_address_hidden_from_the_first_moment(aim):
    home = family(aim, address={"state": "perak", "lines": "x", "safe": True})
    with acting(aim, purpose="register"):
        assert queries.addresses(home.person_id, ON)[0].hidden
    with acting(officer("aim", name="colleague"), purpose="register"):
        assert queries.addresses(home.person_id, ON) == ()


def test_guardians_are_adults_and_others(aim, home):
    child, mother = home.people[2], home.person_id
    uncle = somebody(aim)
    actions.appoint_guardian(child, actor=aim, purpose="register", guardian_id=uncle, on=ON)
    with acting(aim, purpose="register"):
        assert {w.person.id for w in queries.wards(uncle, ON)} == {child}
        for guardian, code in ((child, "guardian.himself"), (uncle, "guardian.already"), (uuid4(), "person.unknown")):
            with pytest.raises(Refused) as refused:
                actions.appoint_guardian(child, actor=aim, guardian_id=guardian, on=ON)
            assert refused.value.code == code
        with pytest.raises(Refused) as refused:
            actions.appoint_guardian(mother, actor=aim, guardian_id=child, on=ON)
        assert refused.value.code == "guardian.minor"


def test_a_merged_id_answers_for_its_survivor(aim, home, owner):
    old = somebody(aim)
    actions.merge_persons(home.person_id, gone_id=old, actor=officer("aim", "officer"), purpose="register", reason="Nombor lama dan baharu")
    with acting(aim, purpose="register"):
        assert queries.person(old).id == home.person_id and queries.household_of(old, ON) == home.household_id
        assert queries.identifiers(old)[0].value == "891214175078"


def test_a_page_of_a_person_leaves_one_read_entry_and_shows_who_looked(aim, home, owner):
    with acting(aim, purpose="screen", page="person"):
        queries.person(home.person_id)
        queries.facts_of(home.person_id, ON)
    reads = owner.execute("SELECT subject, purpose, persons FROM kernel_auditentry WHERE verb = 'person.read'").fetchall()
    assert reads == [("person", "screen", [home.person_id])]
    with acting(aim, purpose="register"):
        assert [(h.verb, h.actor_name, h.agency, h.purpose) for h in queries.looked(home.person_id)] == [
            ("person.read", "coordinator aim", "aim", "screen")
        ]
        assert [h.verb for h in queries.timeline(home.person_id)] == ["person.register"]
        assert queries.recent_people(aim)[0].agency == "aim"


def test_members_who_are_not_open_are_counted_and_leave_the_answer_unknown(aim, home):
    irm = officer("irm")
    actions.claim_person(home.person_id, actor=irm, purpose="register", consent=spoken())
    made = document(irm, home)
    assert made.hidden == 2 and made.raw["members"][1:] == [{}, {}] and set(made.people) == set(home.people)
    situation = rules.read_situation(law(), made.raw, ON)
    assert len(situation.people) == 3 and "income" not in situation.people[1]
    assert document(irm, home, overrides={(2, "income"): "RM 1.00"}).raw["members"][2] == {"income": "RM 1.00"}
    assert document(aim, home).hidden == 0
    with acting(irm, purpose="screen") as context:
        queries.document_of(home.household_id, on=ON, actor=irm, law=law())
        assert set(context.shown) == {home.person_id}, "nobody hidden was shown"


def test_another_agency_gets_no_document(aim, home):
    with pytest.raises(Refused) as refused:
        document(officer("irm"), home)
    assert refused.value.code == "household.none"
