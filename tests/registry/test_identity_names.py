"""What a record that was linked says is found by, and what of it is hidden with the person: his other names, his address and phones."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.db.models.expressions import RawSQL
from identity_stage import CARDS, NAMES, by, reviewer, unmerge
from linking_stage import applied, csv_of, linker, made_ready, registered, row
from linking_stage import certified as list_certified
from registry_stage import ON, family, officer, somebody

from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import Actor
from sinergi.registry import actions, queries
from sinergi.registry.models import SourceRecord
from sinergi.registry.submission import CleanAddress

SENT = actions.Incoming("p-1", {"name": NAMES[0], "address": "9 Lorong Ros", "phones": ["+60190000155"]})
REACH = {"address", "postcode", "district", "state", "phones", "emails"}


def found(actor: Actor, text: str) -> list:
    """Whom a search lists."""
    with acting(actor, purpose="register"):
        return [p.person_id for p in queries.find_persons(text, actor=actor, on=ON).candidates]


def test_the_name_by_which_an_agency_knows_a_person_finds_him_until_it_is_no_longer_his(own_db):
    aim = officer("aim", "officer")
    who = somebody(aim, "Jimbai anak Sigan", CARDS[2])
    assert found(aim, "Robert Ensulu 2000") == []
    decision = actions.identify(who, **by(aim), record=actions.Incoming("p-1", {"name": "Robert Ensulu"}, source="community"))
    assert found(aim, "Robert Ensulu 2000") == [who] == found(aim, "Jimbai Sigan 2000")
    with acting(aim, purpose="register"):
        assert queries.person(who).name == "Jimbai anak Sigan"
    unmerge(decision, reviewer())
    assert who not in found(aim, "Robert Ensulu 2000")


def test_the_name_of_a_row_of_a_list_finds_who_it_was_linked_to_by_a_model_or_by_a_reviewer(own_db, owner):
    mvm = linker("mvm")
    known = registered(linker("aim", "coordinator"))
    made_ready()
    list_certified("mvm")
    boss = reviewer()
    run = applied(csv_of([row(0, Nama="Norazlina Rozita binti Hamzah"), row(3, **{"Nama": "Robert anak Sigan", "No KP": ""})]), mvm)
    assert run.state == "applied"
    assert found(officer("aim", name="finder"), "Norazlina Rozita Hamzah 1989")[0] == known[0]
    pairs = owner.execute("SELECT id FROM registry_candidate WHERE state = 'open'").fetchall()
    for (pair,) in pairs:
        actions.confirm_link(pair, **by(boss))
        assert found(officer("aim", name="finder"), "Robert Sigan 1980")[0] == known[3]


def test_what_agencies_sent_of_somebody_loses_his_address_and_phones_when_he_is_hidden(own_db, owner):
    aim, maiwp = officer("aim", "officer"), officer("maiwp", "officer")
    home = family(aim)
    actions.identify(home.person_id, **by(aim), record=SENT)
    other = somebody(maiwp, phone="019-000 0177")
    held = owner.execute("SELECT id, payload FROM registry_sourcerecord").fetchall()
    before = {pk: {k: v for k, v in payload.items() if k not in REACH} for pk, payload in held}
    said = {key for _, payload in held for key in payload}
    assert {"address", "phones", "state"} <= said
    actions.protect_address(home.person_id, **by(aim))
    after = dict(owner.execute("SELECT s.id, payload FROM registry_sourcerecord s JOIN registry_belonging b ON b.record_id = s.id "
                               "WHERE person_id <> %s", [other]).fetchall())
    assert len(after) == 4 and not any(REACH & set(payload) for payload in after.values())
    assert after == {pk: before[pk] for pk in after}  # and nothing else went
    assert owner.execute("SELECT payload -> 'phones' FROM registry_sourcerecord WHERE agency_id = 'maiwp'").fetchone() == (["+60190000177"],)
    with acting(aim, purpose="register"):
        assert [a.lines for a in queries.addresses(home.person_id, ON)] == ["12 Jalan Mawar"]  # the address itself is under its own protection
        assert queries.golden(home.person_id)["name"].value
    actions.protect_address(home.person_id, **by(aim), protect=False)
    assert not owner.execute("SELECT 1 FROM registry_sourcerecord WHERE payload ? 'address'").fetchall()


def test_a_hidden_address_that_is_recorded_hides_what_was_sent_before(own_db, owner):
    aim = officer("aim", "officer")
    who = somebody(aim, phone="019-000 0110")
    actions.record_address(who, **by(aim), address=CleanAddress("perak", lines="1 Jalan Ipoh", safe=True), on=ON + timedelta(days=1))
    assert not [1 for (payload,) in owner.execute("SELECT payload FROM registry_sourcerecord") if REACH & set(payload)]


def test_nothing_but_the_place_leaves_a_record_and_only_while_he_is_hidden(own_db):
    aim = officer("aim", "officer")
    who = somebody(aim, phone="019-000 0110")
    for verb, change in (("person.correct", "payload - 'phones'"), ("person.protect_address", "payload - 'name'"),
                         ("person.protect_address", "payload || '{\"address\": \"x\"}'")):
        with pytest.raises(DatabaseError, match="never edited"), acting(aim, purpose="register"), writing(verb), transaction.atomic():
            SourceRecord.objects.filter(belongings__person=who).update(payload=RawSQL(change, []))
