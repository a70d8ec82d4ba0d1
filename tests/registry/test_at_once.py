"""Two who take down the same person at one moment, without a number: one person, and the second is told; members of a household too, by its place."""

from __future__ import annotations

import psycopg
import pytest
from identity_stage import CARDS, at_once, by
from registry_stage import ON, law, officer

from sinergi.kernel.errors import Refused
from sinergi.registry import actions
from sinergi.registry.actions.batches import settle
from sinergi.registry.models import BatchRow
from sinergi.registry.submission import CleanPerson, read_submission

CHILD = {"name": "Aisyah binti Faizal", "birth_date": "3/4/2015", "sex": "P", "relation": "anak"}
HOME = {"lines": "12, Jalan Mawar", "postcode": "70100", "state": "Negeri Sembilan"}
FATHER = {"person": {"name": "Faizal bin Ahmad", "mykad": CARDS[0], "phone": "019-000 0110"}, "members": [CHILD], "address": HOME}
MOTHER = {"person": {"name": "Norazlina binti Hamzah", "mykad": CARDS[1]}, "members": [CHILD], "address": {**HOME, "lines": "12 JALAN MAWAR"}}
ELSEWHERE = {**MOTHER, "address": {**HOME, "lines": "7 Jalan Ros"}}
CALLED = {**ELSEWHERE, "person": {**MOTHER["person"], "phone": "0190000110"}}


def children(owner: psycopg.Connection) -> int:
    """How many children of that name there are."""
    return owner.execute("SELECT count(*) FROM registry_person WHERE name LIKE 'Aisyah%'").fetchone()[0]


@pytest.mark.parametrize(("second", "made"), [(MOTHER, 1), (CALLED, 1), (ELSEWHERE, 2)], ids=["address", "phone", "neither"])
def test_a_member_without_a_number_is_one_person_where_two_counters_take_the_household_down_at_once(own_db, owner, second, made):
    one, two = officer("aim"), officer("aim", name="second counter")
    results = at_once([lambda a=a, b=b: actions.take_in(b, **by(a), on=ON, law=law()) for a, b in ((one, FATHER), (two, second))])
    assert not [r for r in results if isinstance(r, Exception)]
    assert children(owner) == made and len({r.people[1] for r in results}) == made


def test_the_counter_of_another_agency_is_told_which_member_is_known_there(own_db, owner):
    aim, maiwp = officer("aim"), officer("maiwp")
    results = at_once([lambda a=a, b=b: actions.take_in(b, **by(a), on=ON, law=law()) for a, b in ((aim, FATHER), (maiwp, MOTHER))])
    (told,) = [r for r in results if isinstance(r, Exception)]
    assert isinstance(told, Refused) and (told.code, told.facts["who"]) == ("person.known_elsewhere", 2)
    assert children(owner) == 1 and owner.execute("SELECT count(*) FROM registry_person").fetchone() == (2,)


def test_rows_of_a_file_meet_each_other_and_another_file_that_is_loaded_at_once(own_db, owner):
    one, two = officer("aim"), officer("aim", name="second counter")
    aunt = {**CALLED, "person": {**CALLED["person"], "mykad": CARDS[2]}}
    rows = [(None, read_submission(body, law=law(), on=ON, demo=True)) for body in (FATHER, MOTHER, aunt)]
    lists = ((one, rows), (two, [rows[0], rows[2]]))
    results = at_once([lambda a=a, r=r: actions.register_households(r, **by(a), channel="group") for a, r in lists])
    assert not [r for r in results if isinstance(r, Exception)]
    assert children(owner) == 1 and owner.execute("SELECT count(*) FROM registry_person").fetchone() == (4,)


def test_two_counters_who_add_the_same_member_at_once_add_one(own_db, owner):
    one, two = officer("aim"), officer("aim", name="second counter")
    home = actions.take_in({**FATHER, "members": []}, **by(one), on=ON, law=law()).household_id
    child: CleanPerson = read_submission(FATHER, law=law(), on=ON, demo=True).people[1]
    results = at_once([lambda a=a: actions.add_member(home, **by(a), member=child, on=ON) for a in (one, two)])
    assert sorted(getattr(r, "code", "") for r in results) == ["", "household.already_member"] and children(owner) == 1
    owner.execute("SET session_replication_role = replica")
    owner.execute("UPDATE registry_person SET registered_at = registered_at - interval '1 year'")
    with pytest.raises(Refused, match="already_member"):  # who lives here is known however long ago he came
        actions.add_member(home, **by(two), member=child, on=ON)


def test_a_row_whose_person_another_agency_took_down_a_moment_ago_says_so(own_db):
    nameless = {"person": {"name": "Layang anak Budi", "birth_date": "3/4/1980", "no_document": True}, "address": {"state": "sarawak"}}
    actions.take_in(nameless, **by(officer("maiwp")), on=ON, law=law())
    row, line = read_submission(nameless, law=law(), on=ON), BatchRow(row=1)
    (told,) = actions.register_households([(None, row)], **by(officer("aim")), channel="group")
    settle(line, row, told)
    assert (line.outcome, [e["field"] for e in line.errors]) == ("refused", ["person.name"])
