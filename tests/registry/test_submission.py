"""The one form in which people come in: read without a database, every fault at its field with its mend in both languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from registry_stage import FAMILY, ON, law

from sinergi.kernel.errors import sentences
from sinergi.registry import codes
from sinergi.registry.submission import FORMAT, SubmissionFaults, nest, read_address, read_facts, read_person, read_submission, written
from sinergi.registry.submission.places import STATE_WORDS


def clean(**parts):
    return read_submission({"person": {"name": "Ali", "no_document": True}, **parts}, law=law(), on=ON, demo=True)


def faults(read, *args, **more):
    with pytest.raises(SubmissionFaults) as wrong:
        read(*args, **more)
    return {f.field: f for f in wrong.value.faults}


def person(**given):
    return read_person({"name": "Ali", **given}, law=law(), on=ON, demo=True)


def test_a_form_of_flat_names_is_the_same_submission():
    flat = {
        "person.name": "Ali",
        "person.mykad": "680411-17-5013",
        "members.2.name": "Abu",
        "members.2.relation": "anak",
        "address.state": "Perak",
        "needs": ["food"],
        "person.facts.income": "1,500",
        "person.facts.oku_card": "ya",
        "person.email": "",
        "held_known": "on",
    }
    body = nest(flat)
    assert body["members"] == [None, None, {"name": "Abu", "relation": "anak"}] and "email" not in body["person"]
    made = read_submission(body, law=law(), on=ON, demo=True)
    assert {f.name: f.value for f in made.people[0].facts} == {"income": 150000, "oku_card": True}
    assert made.people[1].relation == "child" and made.people[1].held == ()
    assert set(faults(read_submission, nest({**flat, "members.2.sex": "x"}), law=law(), on=ON, demo=True)) == {"members.2.sex"}


def test_facts_are_kept_as_the_law_types_them_and_written_back():
    kept = {
        f.name: f
        for f in read_facts(
            {
                "eis": ["2024-10..2024-12"],
                "assumed_wages": {"2026-04": "RM 3,950.00"},
                "income": "RM1,500.50",
                "loss_date": "30/10/2026",
                "jobs_left": "0",
                "ekasih": [{"value": "poor", "from": "1/1/2024", "to": "31/12/2025"}, {"value": "none", "from": "1/1/2026"}],
                "lost_job": "ya",
            },
            law=law(),
            on=ON,
        )
    }
    assert kept["eis"].value == ["2024-10", "2024-11", "2024-12"] and kept["assumed_wages"].value == {"2026-04": 395000}
    assert (
        kept["income"].value == 150050 and kept["loss_date"].value == "2026-10-30" and kept["jobs_left"].value == 0 and kept["lost_job"].value is True
    )
    assert kept["ekasih"].value == "none" and kept["ekasih"].of_household and kept["ekasih"].valid_from.isoformat() == "2026-01-01"
    assert written("money", 150050) == "RM 1500.50" and written("money", -5) == "RM -0.05" and written("rate", 12500) == "1.25%"
    assert (
        written("amounts", {"2026-04": 395000}) == {"2026-04": "RM 3950.00"}
        and written("bool", None) is None
        and written("date", "2026-10-30") == "2026-10-30"
    )


def test_a_household_fact_is_no_persons_and_a_derived_one_nobodys():
    found = faults(person, facts={"ekasih": "poor", "hh_income": "RM 1.00", "agee": 3})
    assert set(found) == {"facts.ekasih", "facts.hh_income", "facts.agee"} and all(f.words["ms"] for f in found.values())


def test_the_head_is_the_one_registered_unless_a_member_is():
    assert [p.relation for p in clean().people] == ["head"]
    assert [p.relation for p in clean(members=[{"name": "Abu", "relation": "head"}]).people] == ["other", "head"]
    two = {
        "person": {"name": "A", "no_document": True, "relation": "spouse"},
        "members": [{"name": "B", "relation": "head"}, {"name": "C", "relation": "head"}],
    }
    assert set(faults(read_submission, two, law=law(), on=ON)) == {"members.1.relation"}
    alone = read_submission({"person": {"name": "A", "no_document": True, "relation": "spouse"}}, law=law(), on=ON)
    assert alone.people[0].relation == "head"


def test_no_paper_is_a_state_and_not_an_error_but_it_must_be_said():
    assert clean().people[0].numbers == ()
    assert set(faults(read_submission, {"person": {"name": "Ali"}}, law=law(), on=ON)) == {"person.mykad"}
    assert person().numbers == (), "a member needs no number"


def test_one_number_for_two_people_is_named():
    body = {"person": {"name": "Ali", "mykad": "680411-17-5013"}, "members": [{"name": "Abu", "mykad": "680411175013"}]}
    assert set(faults(read_submission, body, law=law(), on=ON, demo=True)) == {"members.0.mykad"}


@pytest.mark.parametrize("body", [None, [], "x", {"person": "Ali"}, {"members": []}])
def test_what_is_no_submission_is_refused(body):
    assert set(faults(read_submission, body, law=law(), on=ON)) == {"person"}


def test_parts_that_are_wrong_as_a_whole():
    assert set(faults(clean, members="Abu", language="fr", needs="food gold")) == {"members", "language", "needs"}
    assert set(faults(clean, members=[{"name": "A"}] * 61)) == {"members"}
    assert clean(needs="food, rent").needs == ("food", "rent")


def test_a_card_fills_birth_and_sex_and_a_difference_warns():
    found = person(mykad="680411-17-5013", birth_date="12/4/1968", sex="P")
    assert found.birth_date.day == 12 and found.sex == "female"
    assert {w.code for w in found.warnings} == {"birth.differs", "sex.differs"}
    assert person(mykad="680411-70-5013").warnings[0].code == "number.odd"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "123"}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"birth_date": "24/11/2026"}, "birth_date"),
        ({"birth_date": "1/1/1850"}, "birth_date"),
        ({"email": "nobody"}, "email"),
        ({"phone": ["019-000 0110", "abc"]}, "phone"),
        ({"person_id": "7"}, "person_id"),
        ({"passport": "B1234567"}, "passport"),
        ({"held": [{"programme": "jkm.bwe", "from": "soon"}]}, "held.0.from"),
    ],
)
def test_faults_of_a_person(given, field):
    assert set(faults(person, **given)) == {field}


def test_names_are_tidied_and_phones_read_as_malaysian():
    found = person(name="  Siti\tAminah \n binti  Ali ", phone="+65 9123 4567", email="siti@example.my")
    assert (found.name, found.phones, found.emails, found.name_key) == ("Siti Aminah binti Ali", ("+6591234567",), ("siti@example.my",), "ALI AMINA")


def test_what_is_received_is_known_only_when_told():
    assert clean().people[0].held is None and clean(held_known=True).people[0].held == ()
    held = person(held=["jkm.bwe", {"programme": "other.mosque", "amount": "RM 50.00", "need": "food"}, {"programme": ""}]).held
    assert [h.as_json() for h in held] == [{"programme": "jkm.bwe"}, {"programme": "other.mosque", "need": "food", "amount_sen": 5000}]


@pytest.mark.parametrize(
    ("raw", "field"), [({"postcode": "123"}, "address.postcode"), ({"state": "Wilayah Bulan"}, "address.state"), ({"lines": "x"}, "address.state")]
)
def test_faults_of_an_address(raw, field):
    assert field in faults(read_address, raw)


def test_an_address_by_postcode_by_name_and_with_warnings():
    assert read_address({"postcode": "34000"}).state == "perak"
    assert read_address({"state": "Penang", "district": "timur laut", "safe": "on"}).district == "timur_laut"
    assert read_address({"state": "kl", "district": "Kampung Baru"}).district == "Kampung Baru"
    assert read_address({"state": "perak", "postcode": "43000"}).warnings[0].code == "address.postcode_elsewhere"
    assert read_address({"state": "perak", "postcode": "99999"}).warnings[0].code == "address.postcode_not_listed"
    assert clean(household={"state": "perak", "stratum": "urban"}).address.state == "perak"


def test_hidden_characters_and_wrong_shapes_are_refused_at_their_place():
    assert set(faults(clean, address="x", household=[1])) == {"address", "household"}
    assert set(faults(person, facts=[1])) == {"facts"}
    assert set(faults(clean, needs=["a\x00"])) == {"person"}


def test_code_lists_are_whole():
    assert set(codes.DISTRICTS) == set(codes.STATES) == set(STATE_WORDS.values()) and sum(map(len, codes.DISTRICTS.values())) == 160
    assert len(codes.NEEDS) == 13 and {"food", "rent", "disaster", "rights", "cover"} < set(codes.NEEDS)
    assert codes.towns_of_postcode("34000") and codes.towns_of_postcode("00000") == () and codes.district_name("perak", "kinta") == "Kinta"
    assert codes.district_name("perak", "Kampung X") == "Kampung X"
    assert all(words["ms"] and words["en"] for words in FORMAT.values())


def test_every_refusal_of_the_registry_speaks_both_languages():
    assert all(words["ms"] and words["en"] for words in sentences().values())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "mykad", "facts", "held", "income", "value", "programme", "phone", "x"]), inner, max_size=3)
    ),
)


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(("members", "address", "household", "needs", "language", "held_known"), JSON)),
    st.dictionaries(
        st.sampled_from(["name", "mykad", "passport", "birth_date", "sex", "relation", "phone", "email", "facts", "held", "person_id"]), JSON
    ),
)
def test_whatever_is_sent_is_read_or_refused_with_words(parts, somebody):
    try:
        read_submission({"person": somebody, **parts}, law=law(), on=ON)
    except SubmissionFaults as wrong:
        assert wrong.faults and all(f.words["ms"] and f.words["en"] for f in wrong.faults)


def test_the_family_of_these_tests_reads():
    assert read_submission(FAMILY, law=law(), on=ON, demo=True).warnings[0].code == "income.none_assumed"
