"""Search first: one box, one more fact, candidates with reasons; of other agencies' persons existence and standing alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from registry_stage import ON, family, officer, somebody

from sinergi.core.linkage import finding
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import actions, queries
from sinergi.registry.models import Person
from sinergi.registry.queries import weighing
from sinergi.registry.queries.search import asked
from sinergi.registry.queries.typed import read_typed

MANY = """INSERT INTO registry_personsearch (person_id, name, name_key, birth_date, numbers, phones, state, agency, keys)
  SELECT gen_random_uuid(), 'N' || i, 'N' || i % 500, date '1950-01-01' + (i % 20000), ARRAY['mykad:MY:' || lpad(i::text, 12, '0')],
         ARRAY['+601' || i], 'perak', 'maiwp', ARRAY(SELECT sinergi_name_keys('N' || i % 500 || ' F' || i % 700, 1950))
           || sinergi_key('n ' || lpad(i::text, 12, '0'))
    FROM generate_series(100000, 130000) i"""


@pytest.fixture
def maiwp(own_db):
    """A coordinator whose agency registered Kamarul."""
    actor = officer("maiwp")
    somebody(actor, "Kamarul bin Yusof", "680411-17-5013", phone="012-345 6789")
    return actor


def search(actor, text, more=""):
    with acting(actor, purpose="register"):
        return queries.find_persons(text, more, actor=actor, on=ON)


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


def test_a_name_alone_lists_those_whom_few_are_like(maiwp):
    found = search(maiwp, "Kamarul")
    assert [c.name for c in found.candidates] == ["Kamarul bin Yusof"] and not found.needs_more
    assert found.read_as == ({"ms": "nama sendiri KAMARUL", "en": "own name KAMARUL"},)
    assert search(maiwp, "Zulkhairi").needs_more and search(maiwp, "1968").needs_more and not search(maiwp, "??").read_as


def test_a_name_that_many_are_like_asks_for_one_more_fact_and_lists_nobody(maiwp):
    for i in range(11):
        somebody(maiwp, "Aminah binti Osman", f"7001{i + 10}-17-5{i:02d}2")
    found = search(maiwp, "Aminah Osman")
    assert found.needs_more and not found.candidates and not found.mark
    first, second, *_ = search(maiwp, "Aminah Osman", "700115").candidates
    assert first.masked.endswith("5052") and first.levels[2] == 8 and second.levels[2] in (9, 10) and first.bits > second.bits


def test_a_number_with_a_digit_too_few_says_so(maiwp):
    for typed in ("68041117501", "680411-17-501"):
        (said,) = search(maiwp, typed).read_as
        assert said == {"ms": "nombor 68041117501 (11 digit; kad pengenalan ada 12)", "en": "number 68041117501 (11 digits; an identity card has 12)"}
    assert search(maiwp, "A1234567").read_as[0]["ms"] == "nombor A1234567"


def test_the_number_finds_him_for_certain(maiwp):
    (one,) = search(maiwp, "680411 17 5013").candidates
    assert (one.level, one.mine, one.name, one.agency, one.masked) == ("certain", True, "Kamarul bin Yusof", "maiwp", "•••••• •• 5013")
    assert one.reasons[0]["ms"].startswith("Nombor pengenalan sama") and one.reasons[0]["en"].startswith("Same identity number")
    assert one.levels[2] == 1 and one.bits > 0


def test_a_number_with_a_wrong_digit_finds_him(maiwp):
    (one,) = search(maiwp, "Kamarul Yusof 680411-17-5018").candidates
    assert one.levels[2] == 3 and "one digit of the serial" in " ".join(r["en"] for r in one.reasons)
    assert [c.name for c in search(maiwp, "680411-17-50133").candidates] == ["Kamarul bin Yusof"]


@pytest.mark.parametrize(
    "typed",
    [
        "Kamrul Yusof 1968",
        "Kamaru 1968",
        "Kamarulyusof 1968",
        "Kamar ul Yusof 1968",
        "Yusof, Kamarul 5013",
        "Kamarul Yusof 11.4.68",
        "Qamarul Yusuff 0123456789",
    ],
)
def test_slips_of_the_hand_find_him(maiwp, typed):
    somebody(maiwp, "Kamariah binti Yunus", "680101-17-5014")
    assert search(maiwp, typed).candidates[0].name == "Kamarul bin Yusof"


def test_a_misspelt_name_with_the_year_finds_him_with_reasons(maiwp):
    (one,) = search(officer("irm"), "Md Kamaru b. Yusuf", "1968").candidates
    assert one.level == "possible" and one.reasons[0]["en"].startswith("Same year of birth")
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
        queries.find_persons("x", actor=maiwp, on=ON)


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
    find = ("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM sinergi_find(ARRAY[sinergi_key('n 000000100777')], "
            "ARRAY[sinergi_key('w N77') # sinergi_key('w F377')], ARRAY[0::bigint], ARRAY[50])")
    asked(maiwp, find, [])  # the first call also reads what the server keeps of the tables
    (plan,) = asked(maiwp, find, [])
    looked_at = plan[0][0]["Plan"]["Shared Hit Blocks"]
    assert looked_at < 500, "row security must not keep the finder from its indexes: the whole table is 1,000 blocks"


def test_the_finder_without_an_actor_finds_nobody(maiwp):
    for statement in (
        "SELECT count(*) FROM registry_personsearch",
        "SELECT count(*) FROM sinergi_find(ARRAY[sinergi_key('n 680411175013')], '{}', '{}', '{}')",
        "SELECT count(*) FROM sinergi_near_words(ARRAY['KAMARUL'], '{}', '')",
    ):
        assert asked(replace(maiwp, id=""), statement, []) == [(0,)] and asked(maiwp, statement, [])[0][0] > 0


def test_the_database_makes_the_keys_that_are_looked_up(maiwp, owner):
    for name in ("Siti Nurhaliza binti Tarudin", "Tan Ah Kow @ Peter", "Muhammad bin Ali", "A B"):
        somebody(maiwp, name, f"700{name.count(' ')}01-17-5012", phone="0123456789")
    for key, born, numbers, phones, keys in owner.execute("SELECT name_key, birth_date, numbers, phones, keys FROM registry_personsearch").fetchall():
        made = finding.stored([(key, born.year)], born, [n.split(":")[2] for n in numbers], phones)
        assert made == set(keys)


def stand(actor, gone, into):
    """Somebody answers for another, or no longer."""
    with acting(actor, purpose="register"), writing("try.stage"):
        Person.objects.filter(pk=gone).update(merged_into_id=into)


def test_a_merged_person_is_found_by_every_name_and_number_and_stands_once(maiwp):
    other = somebody(maiwp, "Rosmah binti Deris", "700101-17-5012", phone="0198887777")
    who = search(maiwp, "680411-17-5013").candidates[0].person_id
    stand(maiwp, other, who)
    for typed in ("Rosmah Deris", "700101-17-5012", "019-888 7777", "Kamarul Yusof 1968"):
        assert [c.person_id for c in search(maiwp, typed).candidates] == [who], typed
    stand(maiwp, other, None)
    assert [c.person_id for c in search(maiwp, "Rosmah Deris 1970").candidates] == [other]
    assert search(maiwp, "Kamarul Yusof 1968").candidates[0].person_id == who


def test_the_comparison_is_warm_before_anybody_asks(own_db, django_assert_num_queries):
    with django_assert_num_queries(0):
        weighing.warmed()


def test_searches_of_a_user_are_counted_by_the_hour(maiwp, settings):
    settings.SEARCHES_AN_HOUR = 2
    search(maiwp, "Kamarul 1968")
    search(maiwp, "Kamarul 1968")
    with pytest.raises(Refused) as refused:
        search(maiwp, "Kamarul 1968")
    assert refused.value.code == "finding.too_many"
    assert search(officer("irm"), "Kamarul 1968").candidates


def test_what_was_opened_names_its_search_in_the_audit(maiwp, owner):
    found = search(maiwp, "Kamarul 1968")
    with acting(maiwp, purpose="register"):
        queries.opened(found.candidates[0].person_id, found.mark)
    rows = owner.execute("SELECT changes FROM kernel_auditentry WHERE verb = 'person.search' ORDER BY id").fetchall()
    assert [r[0].get("mark") for r in rows] == [found.mark, None] and rows[1][0]["opened"] == found.mark
    assert owner.execute("SELECT searches, settled FROM registry_searchcount").fetchall() == [(1, 1)]
    with acting(maiwp, purpose="register"):
        queries.opened(None, found.mark)
        queries.opened(None, "not a mark")
    assert owner.execute("SELECT searches, settled FROM registry_searchcount").fetchall() == [(1, 2)]
    with pytest.raises(RuntimeError, match="outside"):
        queries.opened(found.candidates[0].person_id, found.mark)
