"""Search first: one box, one more fact, candidates with reasons; of other agencies' persons existence and standing alone."""

from __future__ import annotations

import datetime as dt

import pytest
from registry_stage import ON, family, officer, somebody

from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import actions, queries
from sinergi.registry.queries.search import finder, read_typed

MANY = """INSERT INTO registry_personsearch
    (person_id, name, name_key, name_tokens, birth_date, birth_year, identifiers, tails, phones, state, agency)
  SELECT gen_random_uuid(), 'N' || i, 'N' || i % 500, ARRAY['N' || i % 500, 'F' || i % 700], date '1950-01-01' + (i % 20000),
         1950 + (i % 20000) / 365, ARRAY[lpad(i::text, 12, '0'), 'mykad:MY:' || lpad(i::text, 12, '0')], ARRAY[right(i::text, 4)],
         ARRAY['+601' || i], 'perak', 'maiwp'
    FROM generate_series(100000, 130000) i"""


@pytest.fixture
def maiwp(own_db):
    """A coordinator whose agency registered Kamarul."""
    actor = officer("maiwp")
    somebody(actor, "Kamarul bin Yusof", "680411-17-5013", phone="012-345 6789")
    return actor


def search(actor, text, more=""):
    with acting(actor, purpose="register"):
        return queries.find_people(text, more, actor=actor, on=ON)


@pytest.mark.parametrize(
    "text, kinds",
    [
        ("Kamarul", ["name"]),
        ("680411-17-5013", ["numbers"]),
        ("Kamarul 680411175013", ["name", "numbers"]),
        ("012-345 6789", ["phones"]),
        ("+60123456789", ["phones"]),
        ("Halimah 1960", ["name", "birth_year"]),
        ("Halimah 2/3/1960", ["name", "birth_date"]),
        ("Halimah 5062", ["name", "tail"]),
        ("Halimah 600302", ["name", "birth_date"]),
        ("A12345678", ["numbers"]),
        ("Siva a/l Raman 3.11.85", ["name", "birth_date"]),
        ("", []),
        ("31/11/2015", []),
    ],
)
def test_the_box_understands(text, kinds):
    assert read_typed(text, ON).kinds() == kinds


def test_half_a_number_is_a_birth_date_of_the_right_century():
    assert read_typed("Ali 020825", ON).birth_date == dt.date(2002, 8, 25)
    assert read_typed("Ali 680411", ON).birth_date == dt.date(1968, 4, 11)


def test_a_name_alone_asks_for_one_more_fact(maiwp):
    found = search(maiwp, "Kamarul")
    assert found.needs_more and not found.candidates and found.read_as == ({"ms": "nama Kamarul", "en": "name Kamarul"},)


def test_a_number_with_a_digit_too_few_says_so(maiwp):
    for typed in ("68041117501", "680411-17-501"):
        (said,) = search(maiwp, typed).read_as
        assert said == {"ms": "nombor 68041117501 (11 digit; kad pengenalan ada 12)", "en": "number 68041117501 (11 digits; an identity card has 12)"}
    assert search(maiwp, "A1234567").read_as[0]["ms"] == "nombor A1234567"


def test_the_number_finds_him_for_certain(maiwp):
    (one,) = search(maiwp, "680411 17 5013").candidates
    assert (one.level, one.mine, one.name, one.agency, one.masked) == ("certain", True, "Kamarul bin Yusof", "maiwp", "•••••• •• 5013")
    assert one.reasons == (
        {"ms": "Nombor pengenalan sama.", "en": "Same identity number."},
        {"ms": "Tarikh lahir sama.", "en": "Same date of birth."},
    )


def test_a_misspelt_name_with_the_year_finds_him_with_reasons(maiwp):
    (one,) = search(officer("irm"), "Md Kamaru b. Yusuf", "1968").candidates
    assert one.level == "possible" and [r["en"] for r in one.reasons] == ["Nearly the same name.", "Same year of birth: 1968."]
    (one,) = search(officer("irm"), "Md Kamaru b. Yusuf", "11/4/1968").candidates
    assert one.level == "likely"


def test_of_others_one_sees_existence_and_standing(maiwp):
    (one,) = search(officer("irm"), "012-345 6789").candidates
    assert (one.name, one.agency, one.mine, one.standing) == ("K… b… Y…", "", False, "yet_to_be_helped")
    (one,) = search(officer("irm"), "680411-17-5013").candidates
    assert one.name == "Kamarul bin Yusof"


def test_a_shared_phone_makes_nobody_likely(maiwp):
    somebody(maiwp, "Salmah binti Yusof", "700101-17-5012", phone="0123456789")
    found = search(maiwp, "0123456789").candidates
    assert len(found) == 2 and {c.level for c in found} == {"possible"}


def test_a_hidden_address_hides_state_and_phone_from_search(maiwp):
    home = family(maiwp)
    with acting(maiwp, purpose="register"):
        actions.protect_address(home.person_id, actor=maiwp)
    assert search(maiwp, "0190000110").candidates == ()
    (one,) = search(maiwp, "891214-17-5078").candidates
    assert one.state == ""


def test_each_search_leaves_one_entry_with_ids_and_no_words(maiwp, owner):
    search(maiwp, "Kamarul", "1968")
    rows = owner.execute(
        "SELECT verb, changes, cardinality(persons) FROM kernel_auditentry WHERE verb IN ('person.search', 'person.read')"
    ).fetchall()
    assert [(v, c["typed"], c["found"], n) for v, c, n in rows] == [("person.search", ["name", "birth_year"], 1, 1)]
    assert "amarul" not in str(rows)


def test_who_may_not_search_is_refused(maiwp):
    with pytest.raises(Refused):
        search(Actor("command:x", "x", "irm"), "680411-17-5013")
    with pytest.raises(RuntimeError, match="outside"):
        queries.find_people("x", actor=maiwp, on=ON)


def test_too_many_says_so_and_gives_the_best(maiwp):
    for i in range(12):
        somebody(maiwp, f"Aminah binti Osman {chr(65 + i) * 3}", f"700101-17-5{i:02d}2")
    found = search(maiwp, "Aminah Osman 1970")
    assert found.too_many and len(found.candidates) == 10


def test_a_person_not_ours_exists_and_no_more(maiwp):
    who = search(maiwp, "680411-17-5013").candidates[0].person_id
    irm = officer("irm")
    with acting(irm, purpose="register"):
        assert queries.person(who) is None and queries.known_person(who, actor=irm).name == "K… b… Y…"
        assert queries.identifiers(who) == () and queries.contact_points(who) == () and queries.facts_of(who, ON) == () and queries.looked(who) == ()
    with acting(maiwp, purpose="register"):
        assert queries.known_person(who, actor=maiwp).mine
    assert queries is not None


def test_search_goes_by_its_indexes_among_many(maiwp, owner):
    with owner.transaction():
        owner.execute("SET LOCAL session_replication_role = replica")
        owner.execute(MANY)
    owner.execute("ANALYZE registry_personsearch")
    for where in (
        "identifiers && ARRAY['000000100777']",
        "phones && ARRAY['+601100777']",
        "pairs && sinergi_pairs(ARRAY['N1', 'F2'], 1971, ARRAY['0777'])",
    ):
        plan = "\n".join(row[0] for row in owner.execute(f"EXPLAIN SELECT person_id FROM registry_personsearch WHERE {where} LIMIT 200").fetchall())
        assert "Seq Scan" not in plan, plan
    with finder(maiwp) as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM sinergi_find(ARRAY['000000100777'], '{}', '{}', NULL, NULL, 200)")
        looked_at = cursor.fetchone()[0][0]["Plan"]["Shared Hit Blocks"]
    assert looked_at < 500, "row security must not keep the finder from its indexes: the whole table is 1,000 blocks"


def test_the_finder_without_an_actor_finds_nobody(maiwp):
    from django.db import connections, transaction

    with transaction.atomic(using="finder"), connections["finder"].cursor() as cursor:
        for statement in (
            "SELECT count(*) FROM registry_personsearch",
            "SELECT count(*) FROM sinergi_find(ARRAY['680411175013'], '{}', '{}', NULL, NULL, 9)",
        ):
            cursor.execute(statement)
            assert cursor.fetchone() == (0,)
