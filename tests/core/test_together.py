"""Households proposed: from one door, one phone and names; never of dormitories or offices; and the score of an identity never hears of it."""

from __future__ import annotations

import ast
import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sinergi.core.linkage as linkage
from sinergi.core.linkage.encode import Vocabulary, encode
from sinergi.core.linkage.levels import compare_pairs
from sinergi.core.linkage.records import Record, features, written
from sinergi.core.linkage.together import KINDS, NOWHERE, Proposal, Somebody, between, counted, kinship, parts_of, proposed, read_place

HERE, THERE = read_place("12 Jalan Mawar", "70100"), read_place("8 Lorong Melur", "70200")
NORAZLINA = Somebody("a", "h1", frozenset({"NURASLINA"}), frozenset({"AMSA"}), "female", 1989, HERE, frozenset({190000110}))
HAMZAH = Somebody("b", "b", frozenset({"AMSA"}), frozenset({"DERIS"}), "male", 1955, HERE)
YEAR = 2026


def test_of_a_name_the_words_that_tell():
    assert parts_of("Norazlina binti Mohd Hamzah") == parts_of("NORAZLINA BT MUHAMMAD HAMZA")
    assert parts_of("Muhammad bin Ahmad")[0] and parts_of("Jimbai anak Sigan")[1] == parts_of("Sigan")[0]
    assert parts_of("Tan Mei Ling")[1] == frozenset() == parts_of("Suriani")[1]


def of(*people: Somebody) -> tuple[Proposal, ...]:
    """What is proposed of these people."""
    return proposed(people, YEAR).proposals


def kinds(*people: Somebody) -> set[str]:
    """The kinds that are proposed."""
    return {p.kind for p in of(*people)}


def test_one_door_and_a_fathers_name():
    assert of(HAMZAH, NORAZLINA) == (Proposal("lives_together", "a", "b", ("same_address", "father_of")),
                                     Proposal("family", "a", "b", ("same_address", "father_of")))


@pytest.mark.parametrize(
    ("lines", "postcode", "exact"),
    [
        ("No. 12, Jalan Mawar", "70100", True), ("12 JLN MAWAR 70100", "70100", True), ("Kampung Laut", "16040", False),
        ("12 Jalan Mawar", "", False), ("12 Jalan", "70100", False), ("", "", False),
        ("7 Jalan Masjid Lama", "70100", True), ("Masjid Lama 7", "70100", False),
        ("Asrama Putera 4", "70100", False), ("Ladang Bukit 12", "70100", False), ("Rumah Orang Tua Sejahtera, Lot 5", "70100", False),
        ("Bilik 3, 12 Jalan Mawar", "70100", False), ("Bilik 3, Rumah Panjang Nanga Engkari", "95900", True), ("Bilik 9 Rh. Jimbai", "95900", True),
    ])
def test_an_address_leads_to_one_door_or_does_not(lines, postcode, exact):
    assert read_place(lines, postcode).is_exact is exact


def test_the_same_door_written_in_two_ways():
    assert read_place("No. 12, Jalan Mawar", "70100") == read_place("12, JLN. MAWAR", "70100") != read_place("14, Jalan Mawar", "70100")


def test_people_of_one_household_are_not_proposed():
    assert of(NORAZLINA, replace(HAMZAH, unit="h1")) == ()


def test_nothing_without_a_door_or_a_phone_in_common():
    assert of(NORAZLINA, replace(HAMZAH, place=THERE)) == () == of(NORAZLINA, replace(HAMZAH, place=NOWHERE))


def test_a_dormitory_an_office_phone_and_rooms_that_are_let_are_counted_and_left_out():
    many = [Somebody(f"p{n:02}", f"p{n:02}", frozenset({f"N{n}"}), place=HERE) for n in range(13)]
    assert proposed(many, YEAR) == proposed([], YEAR).__class__((), 1)
    assert proposed(many[:5], YEAR).proposals == () and len(proposed(many[:4], YEAR).proposals) == 6
    phone = [replace(p, place=replace(HERE, numbers=frozenset({p.key})), phones=frozenset({1}), born=1950) for p in many]
    assert proposed(phone, YEAR).crowded == 1 and kinds(*phone) == set() and kinds(*phone[:2]) == {"supports"}
    hostel = read_place("Asrama Putera 12 Mawar", "70100")
    assert of(replace(NORAZLINA, place=hostel), replace(HAMZAH, place=hostel)) == ()


def test_a_whole_household_that_lives_there_counts():
    inside = [Somebody(f"m{n}", "h2", frozenset({f"M{n}"}), place=HERE) for n in range(11)]
    assert of(NORAZLINA, *inside) and not of(NORAZLINA, HAMZAH, *inside)


def test_of_two_households_the_pair_that_most_speaks_for_it_is_proposed():
    others = [replace(HAMZAH, key="c", own=frozenset({"SALLEH"}), unit="h3"), replace(HAMZAH, unit="h3")]
    assert [(p.first, p.second) for p in of(NORAZLINA, *others)] == [("a", "b"), ("a", "b")]
    assert [(p.first, p.second) for p in of(*reversed(others), NORAZLINA)] == [("a", "b"), ("a", "b")]


@pytest.mark.parametrize(
    ("born", "found"),
    [((1989, 1955), {"father_of"}), ((1989, 1980), set()), ((1955, 1989), set()), ((1989, None), {"father_of"}), ((None, 1955), {"father_of"}),
     ((1989, 1910), set())])
def test_a_father_is_older_by_as_much_as_a_father_may_be(born, found):
    assert kinship(replace(NORAZLINA, born=born[0]), replace(HAMZAH, born=born[1])) == found


def test_a_woman_is_nobodys_father_and_a_surname_makes_none():
    assert kinship(NORAZLINA, replace(HAMZAH, sex="female")) == set() == kinship(replace(NORAZLINA, father=frozenset()), HAMZAH)
    assert kinship(NORAZLINA, replace(HAMZAH, own=frozenset())) == set()


def test_part_of_a_fathers_name_is_enough_another_part_is_not():
    faizal = replace(HAMZAH, own=frozenset({"PAISAL", "SA"}))
    assert kinship(replace(NORAZLINA, father=frozenset({"PAISAL"})), faizal) == {"father_of"}
    assert kinship(replace(NORAZLINA, father=frozenset({"PAISAL", "ALI"})), faizal) == set()


def test_brothers_and_sisters_bear_one_fathers_name():
    sister = replace(NORAZLINA, key="c", unit="c", own=frozenset({"SALMA"}), born=1992)
    assert kinship(NORAZLINA, sister) == {"same_father"} and kinship(NORAZLINA, replace(sister, born=1950)) == set()
    assert kinds(NORAZLINA, replace(sister, place=THERE, phones=NORAZLINA.phones)) == {"family"}


def test_a_wife_names_her_husband_and_a_child_its_mother():
    husband = Somebody("h", "h", frozenset({"PAISAL"}), frozenset({"AMAT", "SA"}), "male", 1986, HERE)
    assert kinship(replace(NORAZLINA, spouse=frozenset({"PAISAL", "AMAT"})), husband) == {"names_spouse"}
    assert kinship(replace(NORAZLINA, spouse=frozenset({"PAISAL", "KARIM"})), husband) == set()
    child = Somebody("k", "k", frozenset({"AISA"}), frozenset({"PAISAL"}), "female", 2015, HERE, mother=frozenset({"NURASLINA"}))
    assert kinship(child, NORAZLINA) == {"names_mother"} and kinship(NORAZLINA, child) == {"names_mother"}
    assert kinship(child, replace(NORAZLINA, born=2010)) == set() == kinship(child, replace(NORAZLINA, sex="male"))


def test_who_lives_apart_but_is_reached_by_one_phone_may_be_supported():
    mother = Somebody("m", "m", frozenset({"SAPIA"}), frozenset({"MUSA"}), "female", 1950, THERE, NORAZLINA.phones)
    (found,) = of(NORAZLINA, mother)
    assert found == Proposal("supports", "a", "m", ("same_phone", "lives_apart", "old"))
    assert "child" in of(NORAZLINA, replace(mother, born=2015))[0].evidence
    for changed in ({"born": 1990}, {"born": None}, {"place": NOWHERE}):
        assert of(NORAZLINA, replace(mother, **changed)) == ()


def test_a_pair_that_shares_nothing_that_counts():
    assert between(NORAZLINA, HAMZAH, counted([]), YEAR) == []


PEOPLE = st.lists(st.builds(
    Somebody, st.uuids().map(str), st.sampled_from(["h1", "h2", "h3"]), st.frozensets(st.sampled_from(["ALI", "ABU", "SITI"]), max_size=2),
    st.frozensets(st.sampled_from(["ALI", "ABU"]), max_size=1), st.sampled_from(["", "male", "female"]), st.none() | st.integers(1930, 2025),
    st.sampled_from([HERE, THERE, NOWHERE]), st.frozensets(st.integers(1, 3), max_size=2)), max_size=9)


@given(PEOPLE, st.randoms())
def test_the_order_of_the_people_changes_nothing(people, random):
    shuffled = list(people)
    random.shuffle(shuffled)
    found = proposed(people, YEAR)
    assert found == proposed(shuffled, YEAR)
    units = {p.key: p.unit for p in people}
    assert all(p.kind in KINDS and p.first < p.second and units[p.first] != units[p.second] and p.evidence for p in found.proposals)


def imported(path: Path) -> set[str]:
    """The modules of the linkage that one of its modules imports."""
    names = [node.module or "" for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)]
    names += [a.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Import) for a in node.names]
    return {name.rpartition(".")[2] for name in names if "linkage" in name or name.startswith(".")}


def pattern(*records: Record) -> int:
    """The level pattern of two records, from which alone every score is computed."""
    frame = features(written(records), dt.date(YEAR, 11, 24))
    return int(compare_pairs(encode(frame, Vocabulary.of(frame)), np.array([0]), np.array([1]))[0])


def test_living_together_never_raises_the_score_of_an_identity():
    one = Record("Norazlina binti Hamzah", birth_date=dt.date(1989, 12, 14), phones=("0190000110",), address="12 Jalan Mawar", postcode="70100")
    other = Record("Norazlina binti Hamid", birth_date=dt.date(1990, 1, 4), phones=("0190000110",), address="12 Jalan Mawar", postcode="70100")
    before = pattern(one, other)
    assert of(NORAZLINA, HAMZAH) and pattern(one, other) == before
    folder = Path(linkage.__file__).parent
    assert imported(folder / "together.py") == {"names", "spelling", "words"}
    assert [path.name for path in sorted(folder.rglob("*.py")) if "together" in imported(path)] == []
