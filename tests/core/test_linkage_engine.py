"""Two records compared: features, patterns, keys, what is learnt from patterns, explanations that sum, clusters that are cut, vetoes."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinergi.core.identity import birth_of
from sinergi.core.linkage import clusters, encode, explain, keys, levels, machine, model, pairs, records, vetoes
from sinergi.core.linkage.records import Record

ON = dt.date(2026, 11, 1)
ALI = Record(
    "Mohd Hafiz bin Abdul Rahman",
    "900101175555",
    birth_date=dt.date(1990, 1, 1),
    phones=("012-345 6789",),
    address="No 3, Jalan Mawar 2, Taman Mawar",
    postcode="40000",
)
NAMES = [
    "Mohd Hafiz bin Abdul Rahman",
    "Hafiz Abdul Rahman",
    "Siti Aminah binti Salleh",
    "Tan Wei Ming",
    "Wei Ming Tan",
    "Kumar a/l Raman",
    "R. Kumar",
    "Nurul Huda binti Ismail",
    "Nurulhuda Ismail",
    "Jawai anak Lingggi",
    "",
    "Rahman bin Hafis",
    "Zulkifli",
    "Zulkiffli bin Ramlan",
    "Ah Kow @ Lim Ah Kow",
]
RECORDS = st.builds(
    Record,
    name=st.sampled_from(NAMES),
    number=st.sampled_from(["", "900101175555", "900101175556", "90010117555", "9O0101-17-5555", "900201175755", "17"]),
    document=st.sampled_from(["", "passport:ID:A1234567", "unhcr:UN:77777"]),
    birth_date=st.sampled_from([None, dt.date(1990, 1, 1), dt.date(1990, 1, 2), dt.date(1985, 7, 9), dt.date(1985, 9, 7)]),
    birth_year=st.sampled_from([None, 1990, 1985]),
    sex=st.sampled_from(["", "male", "F"]),
    phones=st.lists(st.sampled_from(["0123456789", "+60 12-345 6780", "0199999999", "12"]), max_size=2).map(tuple),
    address=st.sampled_from(["", "No 3 Jalan Mawar 2 Taman Mawar", "3 Mawar 2", "Lot 9 Kampung Baru"]),
    postcode=st.sampled_from(["", "40000", "40100", "93000"]),
)


def encoded(*given_records: Record) -> encode.Encoded:
    frame = records.features(records.written(given_records), ON)
    return encode.encode(frame, encode.Vocabulary.of(frame))


def of_pair(first: Record, second: Record) -> levels.Levels:
    """Levels of a pair in a register of 100,000 where Muhammad, Abdul and Siti are common and everything else is rare."""
    words = encode.Vocabulary({"MUHAMMAD": 30000, "ABD": 15000, "SITI": 9000, "NUR": 9000, "LIM": 2000}, 100000)
    frame = records.features(records.written([first, second]), ON)
    pattern = levels.compare_pairs(encode.encode(frame, words), np.array([0]), np.array([1]))
    return levels.Levels(*map(int, levels.unpack(pattern)[0]))


def changed(**what) -> Record:
    return Record(**{**{name: getattr(ALI, name) for name in ALI.__dataclass_fields__}, **what})


def test_what_a_record_says_is_read_and_what_it_does_not_say_is_not_known():
    frame = records.features(records.written([ALI, Record(), Record(number="9O0101 17 5556"), Record("Siti binti Ali", birth_year=1970)]), ON)
    first, nothing, number, year = frame.rows(named=True)
    assert (first["number"], first["digits"], first["born"], first["year"], first["sex"]) == (900101175555, 12, 19900101, 1990, 1)
    assert first["phones"] == [123456789] and first["words"] == ["2", "3", "MAWAR"] and first["postcode"] == 40000
    assert (nothing["number"], nothing["born"], nothing["sex"], nothing["own"]) == (0, 0, 0, None)
    assert (number["born"], number["sex"]) == (19900101, 2)
    assert (year["born"], year["year"], year["sex"]) == (0, 1970, 2)


def test_columns_that_are_missing_are_not_known():
    frame = records.features(pl.DataFrame({"name": ["Tan Wei Ming"]}), ON)
    assert frame["marker"].to_list() == [records.SURNAME] and frame["number"].to_list() == [0]


@given(st.from_regex(r"[0-9]{12}", fullmatch=True), st.dates(dt.date(1950, 1, 1), dt.date(2040, 1, 1)))
def test_the_century_of_a_list_is_that_of_the_counter(number, on):
    found = records.features(records.written([Record(number=number)]), on)["born"][0]
    born = birth_of(number, on)
    assert found == (int(f"{born:%Y%m%d}") if born else 0)


@given(RECORDS, RECORDS)
@settings(max_examples=150, deadline=None)
def test_comparing_is_symmetrical_and_a_pair_has_one_pattern_alone_and_in_a_crowd(first, second):
    frame = records.features(records.written([first, second, ALI, Record("Siti Aminah")]), ON)
    vocabulary = encode.Vocabulary.of(frame)
    alone = encode.encode(frame[:2], vocabulary)
    crowd = encode.encode(pl.concat([frame[2:], frame[:2]]), vocabulary)
    there, back = levels.compare_pairs(alone, np.array([0, 1]), np.array([1, 0]))
    among = levels.compare_pairs(crowd, np.array([2]), np.array([3]))[0]
    assert there == back == among


def test_levels_of_the_name():
    assert of_pair(ALI, ALI).name in (1, 2, 3) and of_pair(ALI, changed(name="")).name == 0
    assert of_pair(ALI, changed(name="Hafis Abd. Rahman")).name in (4, 5, 6, 7)
    assert of_pair(ALI, changed(name="Zamri bin Kassim")).name == 12
    assert of_pair(Record("Nurul Huda binti Ismail"), Record("Nurulhuda binti Ismail")).name <= 7
    assert (
        of_pair(Record("Sham Sudin bin Ali"), Record("Shamsudin bin Ali")).name <= 7
        and of_pair(Record("Sham Sudin"), Record("Sudin Shamsudak")).name >= 8
    )
    assert of_pair(Record("Sham Sudin"), Record("Shamsutin")).name <= 7 and of_pair(Record("Sham Sudin"), Record("Shamsumir")).name >= 10
    assert of_pair(Record("Sham Sudin"), Record("Sukmsudin")).name >= 10 and of_pair(Record("Lee Poh Wei"), Record("Lee Pohwei")).name <= 9
    assert of_pair(Record("Kamarudin"), Record("Kamraudin")).name <= 7 and of_pair(Record("Kamarudin"), Record("Kamaluden")).name <= 7
    assert of_pair(Record("Mohd Yhya bin Gani"), Record("Mohd Yahya bin Gani")).name <= 7
    assert of_pair(Record("Thangaratnam"), Record("Thangar")).name <= 7 and of_pair(Record("Thangaratnam"), Record("Thangir")).name >= 10
    assert of_pair(Record("Thangaratnamvelu"), Record("Suma")).name == 12 and of_pair(Record("Suma"), Record("Thangaratnamvelu")).name == 12
    assert of_pair(Record("Tan Wei Ming"), Record("Wei Ming Tan")).name <= 7
    assert of_pair(Record("R. Kumar"), Record("Kumar a/l Raman")).name <= 7
    assert of_pair(Record("S. Kumar"), Record("Kumar a/l Raman Suppiah")).name <= 9
    assert of_pair(Record("Hafiz bin Rahman"), Record("Rahman bin Hafiz")).father == 4
    assert of_pair(Record("Rahmat bin Kassim"), Record("Daud bin Rahmat")).father == 4
    assert of_pair(Record("Ali bin Kassim Daud Salim"), Record("Ali bin Kassim Daud Zamri")).father in (1, 2)
    assert (
        of_pair(Record("Jawai Lingkau Unting"), Record("Simba Lingkau Unting")).name == 8
        or of_pair(Record("Jawai Lingkau"), Record("Simba Lingkau")).name >= 10
    )
    assert of_pair(Record("Limpat Jawai"), Record("Limpit Jawai")).name <= 9 and of_pair(Record("Lim Ah"), Record("Ah Lim Kok Seng")).name <= 9


def test_levels_of_number_and_birth():
    def identity(**what):
        return of_pair(ALI, changed(**what)).identity

    assert identity() == 1
    assert identity(number="910101175555") == 2 and identity(number="900101175556") == 3 and identity(number="900101175565") == 3
    assert identity(number="900101175575") == 3 and identity(number="90010117555") == 2
    assert identity(number="900101175566") == 4 and identity(number="901101176555", birth_date=dt.date(1977, 1, 1)) == 5
    assert identity(number="900101011234") == 6 and identity(number="770707011234", birth_date=dt.date(1977, 7, 7)) == 7
    assert identity(number="12345") == 6
    assert identity(number="99999999999") == 6
    assert identity(number="") == 8 and identity(number="", birth_date=dt.date(1990, 1, 2)) == 9
    assert identity(number="", birth_date=dt.date(1990, 7, 9)) == 9  # the first of January is a rounded date
    assert of_pair(Record(birth_date=dt.date(1985, 7, 9)), Record(birth_date=dt.date(1985, 9, 7))).identity == 9
    assert of_pair(Record(birth_date=dt.date(1985, 7, 9)), Record(birth_date=dt.date(1986, 7, 9))).identity == 9
    assert of_pair(Record(birth_date=dt.date(1985, 7, 9)), Record(birth_date=dt.date(1970, 1, 2))).identity == 10
    assert of_pair(Record(document="passport:ID:A1"), Record(document="passport:ID:A1", birth_year=1980)).identity == 11
    assert of_pair(Record(birth_year=1980), Record(birth_year=1980)).identity == 12
    assert of_pair(Record(birth_year=1980), Record(birth_year=1981)).identity == 0
    assert of_pair(Record(birth_year=1980), Record(birth_year=1990)).identity == 10
    assert of_pair(Record(birth_year=1980), Record()).identity == 0


def test_levels_of_sex_phone_and_address():
    assert of_pair(ALI, ALI)[3:] == (1, 1, 1) and of_pair(ALI, Record())[3:] == (0, 0, 0)
    assert of_pair(ALI, changed(number="", sex="female", phones=("0123456780",))).phone == 2
    assert of_pair(changed(number="", sex="male"), changed(number="", sex="female")).sex == 2
    assert of_pair(ALI, changed(phones=("0199999999", "0123456789"))).phone == 1 and of_pair(ALI, changed(phones=("0198887766",))).phone == 3
    assert of_pair(ALI, changed(address="3 Mawar 2 Baru")).address == 2 and of_pair(ALI, changed(address="Lot 9 Kampung Baru")).address == 3
    assert (
        of_pair(ALI, changed(address="Lot 9", postcode="40500")).address == 4
        and of_pair(ALI, changed(address="Lot 9", postcode="93000")).address == 5
    )


@given(st.tuples(*(st.integers(0, radix - 1) for radix in levels.RADIX)))
def test_a_pattern_is_its_levels(found):
    assert tuple(levels.unpack(np.array([levels.pack(levels.Levels(*found))]))[0]) == found


FIRST = [f"{a}{b}{c}" for a in ("HAF", "ZUL", "KAM", "ROS", "SAL", "MUN") for b in "IAU" for c in ("Z", "NIR", "LAN", "DIN", "SUD")]


def crowd_of(n: int, seed: int = 7) -> list[Record]:
    """Invented people, some written twice with damage, some sharing a home."""
    chance, out = np.random.default_rng(seed), []
    for k in range(n):
        born = dt.date(1950, 1, 1) + dt.timedelta(days=int(chance.integers(0, 20000)))
        own, more, father, relative = (FIRST[chance.integers(len(FIRST))] for _ in range(4))
        number = f"{born:%y%m%d}17{5000 + k % 5000:04d}"
        home = {"address": f"No {chance.integers(1, 40)} Jalan {chance.integers(1, 9)}", "postcode": f"{40000 + chance.integers(0, 9) * 100}"}
        phones = (f"01{chance.integers(10**7, 10**8)}",)
        out.append(Record(f"{own} {more} BIN {father}", number, birth_date=born, phones=phones, **home))
        if k % 3 == 0:
            again = f"{own} {more} {'' if k % 2 else 'BIN '}{father}"
            out.append(Record(again, "" if k % 5 == 0 else number, birth_date=born, phones=phones if k % 2 else (), **home))
        if k % 7 == 0:
            out.append(Record(f"{relative} BIN {own}", "", phones=phones, birth_date=born + dt.timedelta(days=3000), **home))
    return out


@pytest.fixture(scope="module")
def found() -> tuple[encode.Encoded, pairs.Candidates, model.Model]:
    whole = encoded(*crowd_of(400))
    met = pairs.candidates(whole)
    return whole, met, model.train(*model.tally(met.pattern))


def test_a_pair_meets_once_and_what_each_key_brought_is_told(found):
    _, met, _ = found
    assert len(set(zip(met.i.tolist(), met.j.tolist(), strict=True))) == len(met.i) and (met.i < met.j).all()
    assert sum(p.pairs for p in met.passes) == len(met.i) and {p.key for p in met.passes} == set(keys.batch_keys(found[0]).names)


def test_small_pieces_give_the_same_pairs_and_sides_do_not_meet_themselves(found):
    whole, met, _ = found
    seen: list[pairs.Pass] = []
    small = pairs.candidates(whole, on_pass=seen.append, at_once=3)
    assert sorted(zip(small.i, small.j, strict=True)) == sorted(zip(met.i, met.j, strict=True)) and tuple(seen) == small.passes
    side = np.where(np.arange(len(whole.own)) % 2 == 0, 1, 2).astype(np.int8)
    beside = pairs.candidates(whole, side=side)
    assert 0 < len(beside.i) < len(met.i) and (side[beside.i] != side[beside.j]).all()


def test_hopeless_pairs_are_spared_but_for_a_few_that_stand_for_the_others(found):
    whole, met, _ = found
    few = pairs.candidates(whole, sparing=True)
    seen = levels.glances(whole)
    hopeless = np.array([levels.is_hopeless(seen, i, j) for i, j in zip(met.i, met.j, strict=True)])
    drawn = np.array([levels.is_drawn(seen, i, j) for i, j in zip(met.i, met.j, strict=True)])
    kept = ~hopeless | drawn
    want = dict(zip(zip(met.i[kept], met.j[kept], strict=True), zip(met.pattern[kept], np.where(hopeless, 16, 1)[kept], strict=True), strict=True))
    assert dict(zip(zip(few.i, few.j, strict=True), zip(few.pattern, few.weight, strict=True), strict=True)) == want
    assert (met.weight == 1).all() and hopeless.sum() > 0 and 0 < (hopeless & drawn).sum() < hopeless.sum() / 4
    assert set(levels.unpack(met.pattern[hopeless])[:, 2].tolist()) <= {7, 10}
    _, counts = model.tally(few.pattern, few.weight)
    assert counts.sum() == few.weight.sum(dtype=int) and model.tally(met.pattern)[1].sum() == len(met.i)


def test_who_shares_a_home_and_a_name_or_a_paper_is_not_hopeless():
    other = {"number": "850709145557", "birth_date": dt.date(1985, 7, 9)}
    for what, hopeless in (
        (other, False),
        (other | {"name": "Zamri bin Kassim"}, True),
        (other | {"phones": ()}, False),
        (other | {"phones": (), "address": "", "postcode": ""}, True),
        (other | {"phones": ("0199999999", "0123456789"), "address": ""}, False),
        ({"number": "900101175557", "name": "Zamri"}, False),
        ({"number": "901231144441", "name": "Zamri"}, False),
        ({"number": "", "birth_date": dt.date(1985, 7, 9), "name": "Zamri"}, True),
        ({"number": "", "birth_date": None, "name": "Zamri"}, False),
    ):
        seen = levels.glances(encoded(ALI, changed(**what)))
        assert levels.is_hopeless(seen, 0, 1) == levels.is_hopeless(seen, 1, 0) == hopeless, what
    paper = {"number": "", "document": "passport:ID:A1234567", "name": "Zamri"}
    seen = levels.glances(encoded(changed(**paper), changed(**paper | {"birth_date": dt.date(1985, 7, 9)})))
    assert not levels.is_hopeless(seen, 0, 1)


def test_blocks_are_of_equal_values_also_where_their_high_bits_agree():
    for values in ([3, 0, 5, 3, 0, 5, 3, 9], [3 << 40, 0, 5 << 40, 3 << 40, 0, 5 << 40, 3 << 40, 9 << 40]):
        order, starts, sizes = pairs.blocks(np.array(values, np.uint64))
        assert [order[a : a + n].tolist() for a, n in zip(starts, sizes, strict=True)] == [[0, 3, 6], [2, 5]]
    assert len(pairs.blocks(np.zeros(3, np.uint64))[0]) == 0 == len(pairs.blocks(np.arange(1, 4).astype(np.uint64))[1])


def test_the_bearers_of_a_word_are_counted_once_each():
    frame = records.features(records.written([Record("Zainal bin Zainal"), Record("Zainal"), Record(), Record("Salmah")]), ON)
    assert encode.Vocabulary.of(frame) == encode.Vocabulary({"SAINAL": 2, "SALMA": 1}, 4)
    assert encode.Vocabulary.of(frame, encode.of_names(frame)) == encode.Vocabulary.of(frame)


def test_nothing_to_compare_gives_nothing():
    empty = encoded(Record(), Record())
    met = pairs.candidates(empty)
    assert len(met.i) == 0 and len(model.pattern_scores(model.train(np.array([0]), np.array([1])), met.pattern)) == 0
    none = keys.Keys((), (), np.zeros((2, 0), np.uint64), np.zeros(2, np.uint64))
    assert len(pairs.candidates(empty, keys=none).i) == 0


def test_a_block_over_the_cap_is_divided_and_what_is_still_over_is_told_and_may_meet_by_a_later_key():
    people = [changed(name=f"Orang{chr(97 + i)} bin Lain", number="", birth_date=None) for i in range(10)]
    same = [changed(number="", birth_date=None)] * 4
    whole = encoded(*people, *same)
    columns = np.stack([np.full(14, 7, np.uint64), np.where(np.arange(14) >= 10, 9, 0).astype(np.uint64)], 1)
    split = np.r_[np.arange(1, 11), [77] * 4].astype(np.uint64)
    met = pairs.candidates(whole, keys=keys.Keys(("home", "again"), (3, 10), columns, split))
    assert met.passes[0] == pairs.Pass("home", 0, 1, 1, 4) and met.passes[1].pairs == 6


def test_a_key_of_several_values_meets_each_pair_once_whatever_value_they_share():
    whole = encoded(*[changed(name=f"Orang{chr(97 + i)}") for i in range(4)])
    columns = np.array([[5, 6, 0], [6, 5, 1], [0, 6, 1], [7, 0, 0]], np.uint64)
    both = keys.Keys(("word", "again"), (9, 9), columns, np.arange(4, dtype=np.uint64), (2, 1))
    met = pairs.candidates(whole, keys=both)
    assert sorted(zip(met.i.tolist(), met.j.tolist(), met.key.tolist(), strict=True)) == [(0, 1, 0), (0, 2, 0), (1, 2, 0)]
    assert both.met(np.array([0, 1]), np.array([1, 2])).tolist() == [[True, False], [True, True]] and both.only(1).begins.tolist() == [0, 1]


def test_a_slip_of_the_pen_is_a_key_only_where_nothing_else_is():
    words = encode.Vocabulary({"SULAIMAN": 900, "KAMARUDIN": 500}, 1_000_000)
    frame = records.features(records.written([Record("Sulaimn bin Sulaiman Kamarudin"), Record("Sulaimn"), Record()]), ON)
    found_words, told = keys.rarest(encode.encode(frame, words), 3)
    assert told[0].tolist() == pytest.approx([10.97, 10.12, 17.0], abs=0.02) and told[1].tolist() == [17.0, 0.0, 0.0]
    assert (found_words[1] > 0).tolist() == [True, False, False] and not found_words[2].any()


def test_a_borrowed_number_is_no_match_and_a_mistyped_name_beside_its_number_is(found):
    learnt = found[2]
    other, own = [12, 3, 1, 2, 3, 5], [6, 1, 1, 1, 1, 1]
    assert model.scores(learnt, np.array([other]))[0] < 3 < model.scores(learnt, np.array([own]))[0]
    assert learnt.odds[2][0, model.BORROWED] < 1e-9 and learnt.odds[3][1:, model.BORROWED].tolist() == [0.5, 0.5]


def test_learning_knows_the_same_from_the_different(found):
    whole, met, learnt = found
    bits = model.pattern_scores(learnt, met.pattern)
    equal = (whole.number[met.i] == whole.number[met.j]) & (whole.number[met.i] > 0)
    assert (
        bits[equal].min() > 0
        and model.probability(bits[equal]).min() > 0.5
        and bits[~equal & (whole.number[met.i] > 0) & (whole.number[met.j] > 0)].max() < 0
    )
    often = model.train(
        np.array([0, levels.pack(levels.Levels(1, 1, 11, 1, 1, 1)), levels.pack(levels.Levels(12, 3, 7, 1, 3, 5))]), np.array([5, 400, 900])
    )
    assert often.odds[2][11, 1:].max() < often.odds[2][11, 0]
    again = model.Model.from_json(learnt.as_json())
    assert np.array_equal(model.pattern_scores(again, met.pattern), bits)


def test_a_model_that_has_not_settled_still_stands():
    assert np.isfinite(model.scores(model.train(np.array([0, 5000]), np.array([3, 4]), rounds=1), np.zeros((1, 6), int))).all()


@given(st.tuples(*(st.integers(0, radix - 1) for radix in levels.RADIX)))
def test_an_explanation_sums_to_the_score(found, level):
    told = explain.explain(found[2], level)
    assert told.start + sum(piece.bits for piece in told.pieces) == pytest.approx(told.score, abs=1e-9)
    assert told.score == pytest.approx(float(model.scores(found[2], np.array([level]))[0]))
    for words in explain.sentences(told):
        assert words["ms"].endswith(".") and words["en"].endswith(".")
    assert len(explain.sentences(told)) == sum(1 for one in level if one)


def identity_of(*rows: tuple[int, int, int]) -> dict[str, np.ndarray]:
    """(number, year, sex) of each row."""
    number, year, sex = (np.array(column) for column in zip(*rows, strict=True))
    return {"number": number, "digits": np.where(number > 0, 12, 0), "whole": number > 0, "year": year, "sex": sex}


def test_a_group_that_contradicts_itself_is_cut_at_its_weakest_link():
    rows = identity_of((1, 1990, 1), (1, 0, 0), (0, 1990, 1), (2, 1991, 1), (0, 0, 0), (0, 1950, 2))
    i, j, bits = np.array([0, 1, 2, 4]), np.array([1, 2, 3, 5]), np.array([20.0, 9.0, 4.0, 8.0])
    label, cut, met = clusters.clusters(6, i, j, bits, rows)
    assert cut.tolist() == [False, False, True, False] and label.tolist() == [0, 0, 0, 3, 4, 4] and met["two_numbers"] == 1
    twice = identity_of((0, 1990, 1), (0, 1960, 2))
    assert clusters.clusters(2, np.array([0]), np.array([1]), np.array([9.0]), twice)[2] == {"two_numbers": 0, "births_apart": 1, "two_sexes": 1}
    assert clusters.clusters(3, np.zeros(0, int), np.zeros(0, int), np.zeros(0), identity_of((0, 0, 0), (0, 0, 0), (0, 0, 0)))[0].tolist() == [
        0,
        1,
        2,
    ]


def test_vetoes_are_named():
    rows = np.array([[12, 3, 1, 1, 0, 0], [8, 1, 3, 1, 0, 0], [10, 4, 8, 0, 0, 0], [1, 1, 1, 2, 0, 0], [1, 1, 1, 1, 1, 1]])
    found = vetoes.vetoes(rows, np.array([False, True, True, True, True]), np.array([0, 0, 0, 0, 11]))
    assert [vetoes.named(row) for row in found] == [
        ("number_without_name",),
        ("twin_pattern",),
        ("father_son_swap",),
        ("sex_contradicts",),
        ("too_many_records",),
    ]
    assert not vetoes.vetoes(rows[4:], np.array([True])).any()


def test_without_numba_the_functions_run_as_they_are(monkeypatch):
    assert machine.chosen()[3] is not range
    monkeypatch.setitem(sys.modules, "numba", None)
    assert machine.chosen()[0](len) is len and machine.chosen()[3] is range


def test_machine_code_gives_the_patterns_of_plain_python(tmp_path):
    whole = records.features(records.written(crowd_of(60)), ON)
    words = encode.Vocabulary.of(whole)
    plain = pairs.candidates(encode.encode(whole, words))
    whole.write_parquet(tmp_path / "people.parquet")
    code = (
        f"import polars as pl; from sinergi.core.linkage import encode, pairs; f = pl.read_parquet({str(tmp_path / 'people.parquet')!r});"
        "c = pairs.candidates(encode.encode(f, encode.Vocabulary.of(f))); print(hasattr(pairs.walk, 'py_func'),"
        "c.pattern.tolist())"
    )
    surroundings = {
        **os.environ,
        "NUMBA_DISABLE_JIT": "0",
        "NUMBA_CACHE_DIR": os.environ.get("NUMBA_CACHE_DIR", str(tmp_path)),
        "PYTHONPATH": str(Path(machine.__file__).parents[3]),
    }
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=surroundings, timeout=240, check=True)
    assert ran.stdout.strip() == f"True {plain.pattern.tolist()}"
