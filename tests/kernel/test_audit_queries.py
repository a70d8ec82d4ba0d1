"""The auditor's search: what is found, by whom, in which order; personal values stay locked; who looked at a person."""
from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import connection
from kernel_stage import an_actor, tamper

from sinergi.kernel import keys
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.audit import record
from sinergi.kernel.audit_queries import LOCKED, Wanted, entries, every_entry, looks_at

ALI, SITI = UUID(int=1), UUID(int=2)
EVERYTHING = Wanted()
AUDITOR = an_actor("auditor", "perkeso", national=True)


@pytest.fixture
def written(own_db, owner):
    """Five entries: three of aim (two about Ali), two of tekun (one about Ali, one about both)."""
    for agency, verb, persons in (("aim", "person.read", [ALI]), ("aim", "fact.record", [ALI]), ("aim", "person.read", [SITI]),
                                  ("tekun", "person.read", [ALI]), ("tekun", "consent.give", [ALI, SITI])):
        with acting(an_actor("coordinator", agency), purpose="register", request="R1") as context, writing("try.write"):
            locked = {"locked": keys.lock(ALI, [None, "Ali"]), "person": str(ALI)}
            changes = {"registry.Person:1": {"name": locked, "state": [None, "open"]}, "count": 2}
            record(context, verb, "registry.Person:1", persons, changes)
    return owner


def ids(wanted: Wanted = EVERYTHING, actor=AUDITOR, **page) -> list[int]:
    """What the search finds."""
    with acting(actor, purpose="audit"):
        return [entry.id for entry in entries(wanted, **page)]


def test_each_field_limits_and_fields_join(written):
    assert ids() == [5, 4, 3, 2, 1]
    assert ids(Wanted(person=ALI)) == [5, 4, 2, 1] and ids(Wanted(person=uuid4())) == []
    assert ids(Wanted(verb="person.read")) == [4, 3, 1] and ids(Wanted(agency="tekun")) == [5, 4]
    assert ids(Wanted(actor="coordinator-aim", person=SITI)) == [3]


def test_days_are_inclusive_and_local(written):
    half_past_midnight_of_the_23rd = "2026-11-22 16:30+00"
    tamper(written, f"UPDATE kernel_auditentry SET at = '{half_past_midnight_of_the_23rd}' WHERE id = 2")
    day = date(2026, 11, 23)
    assert ids(Wanted(since=day, until=day)) == [2]
    assert ids(Wanted(until=date(2026, 11, 22))) == [] and ids(Wanted(since=date(2026, 11, 24), verb="fact.record")) == []


def test_pages_follow_each_other_without_gap_or_double(written):
    assert ids(most=2) == [5, 4] and ids(most=2, before=4) == [3, 2] and ids(most=2, before=2) == [1]
    with acting(AUDITOR, purpose="audit"):
        assert [entry.id for entry in every_entry(Wanted(), most=3)] == [5, 4, 3]
        assert len(list(every_entry(Wanted(), most=100))) == 5


def test_personal_values_stay_locked_and_plain_ones_are_shown(written):
    with acting(AUDITOR, purpose="audit"):
        entry = entries(Wanted(verb="fact.record"))[0]
    assert entry.changes == (("count", "", "2"), ("Person:1 name", LOCKED, LOCKED), ("Person:1 state", "", "open"))
    assert (entry.agency, entry.purpose, entry.persons, entry.request) == ("aim", "register", (ALI,), "R1")


def test_an_auditor_of_one_agency_sees_its_entries_only(written):
    own = an_actor("auditor", "tekun")
    assert ids(actor=own) == [5, 4] and ids(Wanted(person=ALI), actor=own) == [5, 4] and ids(Wanted(agency="aim"), actor=own) == []


def test_without_the_right_nothing_is_found(written):
    assert ids(actor=an_actor("coordinator", national=True)) == []
    assert ids(Wanted(person=ALI), actor=an_actor("administrator", national=True)) == []


def test_who_looked_at_a_person(written):
    with acting(an_actor("coordinator"), purpose="register"):
        found = looks_at(ALI)
        assert [(x.id, x.agency, x.verb) for x in found] == [(5, "tekun", "consent.give"), (4, "tekun", "person.read"),
                                                             (2, "aim", "fact.record"), (1, "aim", "person.read")]
        assert [x.id for x in looks_at(ALI, before=4, most=1)] == [2] and looks_at(uuid4()) == []
    with acting(an_actor("administrator"), purpose="administer"):
        assert looks_at(ALI) == []


def test_the_search_by_person_uses_its_index_below_row_security(written):
    written.execute("SET enable_seqscan = off")
    plan = str(written.execute(f"EXPLAIN SELECT id FROM kernel_auditentry WHERE persons @> ARRAY['{ALI}'::uuid]").fetchall())
    assert "audit_persons" in plan
    with acting(AUDITOR, purpose="audit"), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM kernel_auditentry WHERE verb = 'x' AND id < 9 ORDER BY id DESC")
        assert "audit_verb" in str(cursor.fetchall())
