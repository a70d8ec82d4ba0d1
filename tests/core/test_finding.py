"""What is typed meets whom it means: keys, words that are like typed ones, which branches are tried first, and the order of who is found."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinergi.core.linkage import counter, encode, finding, levels, records
from sinergi.core.linkage.finding import Asked, Branch, Meant, Sought, key, word_key
from sinergi.core.linkage.records import Record

ON = dt.date(2026, 11, 24)
WORDS = {"KAMARUL": [("KAMARUL", 900), ("KAMARIL", 3)], "IUSUP": [("IUSUP", 4000), ("IUSUPA", 1)], "": [("", 1_000_000)]}
NAMES = ("Kamarul bin Yusof", "Tan Mei Ling", "Siti Nurhaliza", "R. Kumar a/l Samy", "Jimbai anak Sigan", "", "X @ Ali bin Abu", "Md Kamaru b Yusuf")
RECORDS = st.builds(
    Record,
    name=st.sampled_from(NAMES),
    number=st.sampled_from(["", "680411-17-5013", "68041117501", "680411175O13", "991332175013", "1" * 19, "ABC"]),
    document=st.sampled_from(["", "passport:ID:A123"]),
    birth_date=st.sampled_from([None, dt.date(1968, 4, 11), dt.date(1968, 11, 4)]),
    birth_year=st.sampled_from([None, 1968]),
    sex=st.sampled_from(["", "male", "Female"]),
    phones=st.sampled_from([(), ("012-345 6789",), ("+60123456789", "0198887777", "1"), ("12",)]),
    address=st.sampled_from(["", "12 Jalan Mawar", "Lot 5 Kg Baru"]),
    postcode=st.sampled_from(["", "70100", "7010A"]),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(RECORDS, min_size=1, max_size=6))
def test_at_the_counter_and_in_a_batch_a_pair_has_one_pattern(rows):
    counts = encode.Vocabulary({"KAMARUL": 3, "IUSUP": 90}, 1000)
    batch = encode.encode(records.features(records.written(rows), ON), counts)
    few = counter.few(rows, counts, ON)
    for name, one, other in zip(batch._fields, batch, few, strict=True):
        assert one.dtype == other.dtype and np.array_equal(one, other), name
    ours = counter.patterns(rows[0], rows[1:], counts, ON)
    theirs = levels.compare_pairs(batch, np.zeros(len(rows) - 1, np.int64), np.arange(1, len(rows)))
    assert ours.tolist() == theirs.tolist()


def test_a_loop_without_machine_code_gives_the_same():
    counts, out = encode.Vocabulary({}, 1), np.empty(1, np.int32)
    both = [Record("Kamarul bin Yusof", number="680411175013"), Record("Kamarul Yusuf", number="680411175018")]
    plain = getattr(counter.first_against, "py_func", counter.first_against)
    plain(counter.few(both, counts, ON), out)
    assert out.tolist() == counter.patterns(both[0], both[1:], counts, ON).tolist()


def test_a_key_is_stable_and_the_order_of_two_words_does_not_matter():
    assert key("a") == 0x0CC175B9C0F1B6A8 and 0 <= key("x") < 2**63
    one = finding.stored([("KAMARUL IUSUP", 1968)], dt.date(1968, 4, 11), ["680411175013"], ["+60123456789"])
    other = finding.stored([("IUSUP KAMARUL", 1968)], dt.date(1968, 4, 11), ["680411175013"], ["0123456789"])
    assert one ^ other == {key("f KAMARUL IUSUP"), key("f IUSUP KAMARUL")} and len(one) == 10
    assert word_key("KAMARUL") ^ word_key("IUSUP") in one and word_key("IUSUP") ^ key("y 1968") in one
    assert finding.stored([("", None), ("A", None)], None, [], []) == {key("f A"), word_key("A")}


def test_words_are_asked_as_typed_joined_and_parted():
    said = finding.asked("Kamar ul b. Yusof")
    assert said.words == ("KAMAR", "UL", "IUSUP") and said.joined == {0: "KAMARUL", 1: "ULIUSUP"} and said.begun == "IUSUP"
    assert finding.asked("Kamarulyusof").parted[0][5] == ("KAMARUL", "IUSUP") and "IUSUP" in finding.asked("Kamarulyusof").exact()
    assert finding.asked("") == Asked() and finding.asked("Ali").begun == ""


@pytest.mark.parametrize(
    ("typed", "word", "how"),
    [
        ("KAMARUL", "KAMARUL", finding.SAME),
        ("KAMRUL", "KAMARUL", finding.SLIP),
        ("LI", "LIM", finding.FAR),
        ("KAMIRAL", "KAMARUL", finding.SOUND),
        ("KAMA", "KAMARUL", finding.BEGUN),
        ("KAMARUL", "KAMALUR", finding.FAR),
        ("KAMA", "RUHANI", 0.0),
    ],
)
def test_how_like_two_words_are(typed, word, how):
    assert finding.like(typed, word) == how


def test_readings_join_what_the_register_knows_and_part_what_it_does_not():
    known = {"KAMAR": [("KAMAR", 5)], "UL": [], "IUSUP": [("IUSUP", 4000)], "KAMARUL": [("KAMARUL", 900)]}
    plain, joined = finding.readings(finding.asked("Kamar ul Yusof"), known)
    assert [len(m) for m in plain] == [1, 0, 1] and [m[0].word for m in joined] == ["KAMARUL", "IUSUP"]
    _, parted = finding.readings(finding.asked("Kamarulyusof"), {**known, "KAMARULIUSUP": []})
    assert [m[0].word for m in parted] == ["KAMARUL", "IUSUP"]
    assert len(finding.readings(finding.asked("Kamarul"), {"KAMARUL": [("KAMARUL", 9)]})) == 1


def tried(sought, name="", words=WORDS):
    """The branches for what was typed."""
    said = finding.asked(name)
    return finding.branches(sought, said, finding.readings(said, words), 1_000_000)


def test_the_surest_branches_come_first_and_the_budget_holds():
    name = "Kamarul Yusof"
    k, i, born = word_key("KAMARUL"), word_key("IUSUP"), key("y 1968")
    alone = tried(Sought(name), name)
    others = {key("f IUSUP KAMARIL"), key("f IUSUPA KAMARUL")}
    assert alone[0].first == key("f IUSUP KAMARUL") and {b.first for b in alone[1:3]} == others and alone[3].first == k ^ i
    by_year = tried(Sought(name, birth_year=1968), name)
    assert Branch(k ^ born, i ^ born, finding.EACH) in by_year and Branch(i ^ born, 0, finding.EACH) in by_year
    day = dt.date(1968, 4, 11)
    fact = key("d 1968-04-11")
    by_day = tried(Sought(name, phones=("+60123456789",), birth_date=day, tail="5013"), name)
    assert by_day[0].first == key("p 123456789") and Branch(k, fact, finding.EACH) in by_day and Branch(k, key("t 5013"), finding.EACH) in by_day
    assert tried(Sought(phones=("0123456789",))) == [Branch(key("p 123456789"), 0, finding.EACH)]
    many = {w: [(f"{w}{c}", 900) for c in "ABCDEFGH"] for w in ("AMINA", "USMAN", "SALIMA")}
    crowd = tried(Sought("Aminah Osman Salimah"), "Aminah Osman Salimah", {**many, "": [("", 1_000_000)]})
    assert len(crowd) <= finding.MOST_BRANCHES + finding.WHOLE + 1
    split = {"KAMAR": [("KAMAR", 5)], "UL": [("UL", 9)], "IUSUP": [("IUSUP", 40)], "KAMARUL": [("KAMARUL", 900)]}
    read_twice = tried(Sought("Kamar ul Yusof"), "Kamar ul Yusof", split)
    assert len(set(read_twice)) == len(read_twice) and Branch(k ^ i, 0, finding.EXACT) in read_twice
    common = tried(Sought(name), name, {"KAMARUL": [("KAMARUL", 90_000)], "IUSUP": [("IUSUP", 90_000)]})
    assert len(common) == 2


def test_whole_names_but_for_one_word_are_tried_and_all_words_together():
    known = {"ISMAIL": [("ISMAIL", 900)], "SINI": [("SINI", 5)], "KAMARUL": [("KAMARUL", 900)], "KAMAR": [("KAMAR", 40)], "UL": []}
    name = "Kamarul Ismail Zeni"
    said, three = finding.asked(name), tried(Sought(name), name, known)
    assert {key("f ISMAIL KAMARUL"), key("f KAMARUL SINI"), key("f ISMAIL SINI")} <= {b.first for b in three}
    words = [word_key(w) for w in said.words]
    assert Branch(words[0] ^ words[1], words[1] ^ words[2], finding.EXACT) in three
    in_year = tried(Sought(name, birth_year=1968), name, known)
    assert Branch(key("f ISMAIL KAMARUL"), word_key("ISMAIL") ^ key("y 1968"), finding.EACH) in in_year
    assert key("f ISMAIL KAMARUL") in {b.first for b in tried(Sought(""), "Kamar ul Ismail", known)}


def test_a_slip_in_a_surname_is_near_it_as_it_is_written_and_an_initial_begins_a_word():
    said = finding.asked("Loki Zi Leng")
    assert said.spelt["LUKI"] == "LOKI" and finding.like("LUKI", "LOKE") < finding.SLIP
    (loke,) = finding.readings(said, {"LOKI": [("LOKE", 900)]})[0][said.words.index("LUKI")]
    assert (loke.word, loke.like) == ("LOKE", finding.SLIP)
    assert "L" in finding.asked("Nur Amira L.").words and finding.like("L", "LUKMAN") == finding.BEGUN and finding.like("L", "LI") == finding.BEGUN


def test_a_word_of_his_that_nobody_typed_takes_a_little_away():
    slots = finding.slots(finding.readings(finding.asked("Kamarul Yusof"), WORDS), 1_000_000)
    less = finding.likeness(["IUSUP KAMARUL"], slots) - finding.likeness(["AHMAD IUSUP KAMARUL"], slots)
    assert less == pytest.approx(finding.UNSAID)
    assert finding.as_written("TAN LING MEI", "Tan Ling Mei") > finding.as_written("TAN LING MEI", "TAN MEI LING")


def test_likeness_counts_the_best_reading_and_a_slip_tells_no_more_than_the_word():
    read = finding.readings(finding.asked("Kamarul Yusof"), WORDS)
    slots = finding.slots(read, 1_000_000)
    same, slip, other = (finding.likeness([name], slots) for name in ("IUSUP KAMARUL", "IUSUP KAMARIL", "RUHANI"))
    assert same > slip > other == 0 and finding.likeness(["RUHANI", "IUSUP KAMARUL"], slots) == same
    assert finding.slots([((Meant("A", 1, finding.SLIP),), ())], 10)[0][1] == {}
    assert finding.rarity(9, 9) == 0.5 and finding.rarity(0, 10**9) == finding.BITS


def test_the_words_that_everybody_bears_are_common_though_nobody_counts_them():
    counts = finding.vocabulary({"IUSUP": 4}, 600)
    assert counts.counts["MUHAMMAD"] == 100 and counts.counts["IUSUP"] == 4 and finding.vocabulary({}, 0).total == 1


def test_the_nearer_name_comes_first_among_equals():
    typed = "Kamarul bin Yusof"
    found = [finding.order(0, 0, typed, other) for other in (typed, "KAMARUL B YUSOF", "Kamariah binti Yusof", "Rohani binti Hamid", "")]
    assert all(a > b for a, b in pairwise(found)) and finding.resemblance("", typed) == 0
    assert finding.order(1, 8, typed, typed) > finding.order(4, 9, typed, typed)


@pytest.mark.parametrize(
    ("row", "bits", "says"),
    [
        ((1, 1, 1, 1, 0, 0), 20, "certain"),
        ((0, 0, 11, 0, 0, 0), 9, "certain"),
        ((12, 3, 1, 1, 0, 0), 4, "possible"),
        ((2, 1, 1, 2, 0, 0), 4, "possible"),
        ((4, 1, 8, 1, 0, 0), 8, "likely"),
        ((4, 1, 8, 1, 0, 0), 1, "possible"),
        ((1, 1, 12, 1, 0, 0), 12, "possible"),
        ((1, 1, 0, 1, 1, 0), 12, "likely"),
        ((0, 0, 0, 0, 1, 0), 4, "possible"),
        ((12, 3, 10, 2, 0, 0), -20, "no"),
    ],
)
def test_what_is_said_of_a_comparison(row, bits, says):
    assert finding.level(row, bits) == says
