"""Declared lists: values read, levels in their order, blocks split and not dropped, and the same things found in lists of every kind."""

from __future__ import annotations

import doctest
import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinergi.core.linkage.declared import (
    DeclaredResult,
    Field,
    alignment,
    atoms,
    blocks,
    comparing,
    fields,
    fields_of,
    grouping,
    levels_of,
    link,
    linking,
    values,
)
from sinergi.core.linkage.explain import explain
from tests.core.declared_dirty import DIRTY
from tests.core.declared_sets import SETS, Row

TEXT = st.text(st.characters(codec="utf-8"), max_size=25)
WORDS = st.lists(st.text("abcdeg", min_size=1, max_size=8), max_size=5).map(" ".join)


@pytest.mark.parametrize("module", [fields, values, atoms])
def test_the_examples_in_the_docstrings_are_true(module):
    assert doctest.testmod(module).failed == 0 and doctest.testmod(module).attempted > 0


def levels(kind: str, *pairs: tuple[object, object], more: tuple[object, ...] = ()) -> list[int]:
    """The levels of pairs of values of one field, in a list where `more` values stand too."""
    values = [value for pair in pairs for value in pair] + list(more)
    columns, tokens = fields.read({"x": values}, [Field("x", kind)])
    list_ = comparing.encoded(columns, tokens, len(values))
    at = np.arange(0, 2 * len(pairs), 2)
    return comparing.compare(list_, at, at + 1)[:, -1 if kind == "text" and len(list_.evidence) == 1 else 0].tolist()


class TestFields:
    """Kinds, the written form of a declaration, and values as they are read."""

    def test_a_declaration_is_read(self):
        assert fields_of("name:name,born:Date,note") == (Field("name", "name"), Field("born", "date"), Field("note", "text"))
        assert Field("title", "free text").kind == "text" and Field("id", "code").kind == "number"
        for wrong in ("", " , ", "a:colour"):
            with pytest.raises(ValueError, match="no field|no kind"):
                fields_of(wrong)

    @given(st.one_of(TEXT, st.floats(), st.none(), st.integers()))
    def test_plain_twice_is_plain(self, value):
        once = values.plain(value)
        assert values.plain(once) == once

    @given(TEXT, st.booleans())
    def test_any_text_is_read_as_a_date_without_a_fault(self, text, first):
        year, month, day = values.date_parts(text, first)
        assert year >= 0 and month >= 0 and day >= 0

    @pytest.mark.parametrize(("text", "parts"), [
        ("3/25/1980", (1980, 25, 3)), ("25.3.1980", (1980, 3, 25)), ("1980", (1980, 0, 0)), ("5 Mac 1980", (1980, 3, 5)), ("1980/3", (1980, 3, 0)),
        ("(1995)", (1995, 0, 0)), ("12-12-12", (0, 0, 0)), ("19801399", (1980, 13, 99))])
    def test_dates_in_their_shapes(self, text, parts):
        assert values.date_parts(text) == parts

    def test_a_column_that_writes_the_month_first_is_known_by_its_impossible_months(self):
        assert values.months_stand_first(["3/25/1980", "1/2/1990", "x"]) and not values.months_stand_first(["25/3/1980", "1/2/1990"])
        assert levels("date", ("3/25/1980", "1980-03-25")) == [1]

    def test_digits_need_four(self):
        assert values.digits_of("(03) 1234-5678", 9) == 312345678 and values.digits_of("12", 9) == 0


class TestLevels:
    """Each kind: from the strongest agreement down; nothing known weighs nothing; the same from both sides."""

    def test_names(self):
        crowd = tuple(f"{a}{b} some" for a in ("kel", "mar", "tos", "vin") for b in ("da", "do", "di", "du")) * 40
        found = levels("name", ("Rare Zacharias", "ZACHARIAS, rare"), ("some", "some"), ("kelda", "kelda some"),
                       ("zachary", "zachaty"), ("abc xyz", "abc qrs"),
                       ("p. zacharias", "paul zacharias"), ("abc", "xyz"), ("", "xyz"), ("jo ann", "joann"), more=crowd)
        assert found[0] in (1, 2) and found[1] == 4 and found[2] in (6, 7) and found[3] in (6, 7) and found[4] in (8, 9, 10)
        assert found[5] in (5, 6) and found[6] == 11 and found[7] == 0 and found[8] in (5, 6, 7)

    def test_places(self):
        found = levels("place", ("Alba", "alba"), ("alba", "alba, north"), ("alba", "albe"), ("12 north road", "14 north road"),
                       ("gera", "gehd"), ("xx", "yy"),
                       (None, "x"), more=tuple(range(99)))
        assert found[:3] == [2, 4, 4] and found[3] in (5, 6) and found[4:] == [7, 8, 0]

    def test_dates(self):
        found = levels("date", ("1980-03-25", "25/3/1980"), ("1980", "1980-03-25"), ("1980-03-25", "1980-03-26"), ("1980-05-03", "1980-03-05"),
                       ("1980-03-25", "1980-07-02"), ("1980-03-25", "1981-07-02"), ("1980-03-25", "1984-07-02"), ("1980-03-25", "1999-07-02"),
                       ("1980-01-01", "1980-07-02"), ("1980-03-25", "1980-03-25"), ("1980-01-01", "1980-01-01"),
                       ("1980-03-25", "1990-03-25"), ("", "1980"))
        assert found == [1, 2, 3, 3, 4, 5, 6, 7, 2, 1, 2, 3, 0]
        assert levels("date", ("1980", "1980"), ("1980", "1981"), ("1980", "1990")) == [1, 5, 7]

    def test_numbers(self):
        found = levels("number", ("1234567", "1234567"), ("1234567", "1234568"), ("1234567", "1234589"), ("AB 12", "AB"),
                       ("100.0", "104"), ("7", "900"),
                       ("", "5"), more=tuple(range(3000, 3200)))
        assert found == [2, 4, 5, 5, 7, 8, 0]
        assert levels("number", ("0.5 kg", "500g"), ("4:05", "245"), ("245", "245000"), more=tuple(range(3000, 3200))) == [2, 2, 5]

    def test_phones(self):
        found = levels("phone", ("+44 20 7946 0018", "020 7946 0018"), ("12 7946 0018", "99 7946 0018"), ("0207946 0018", "0207946 0019"),
                       ("020 7946 0018", "111 222 0018"), ("020 7946 0018", "333 444 5555"), ("", "5551234"))
        assert found == [1, 2, 3, 4, 5, 0]

    def test_texts(self):
        most = "one two three four five six seven eight"
        found = levels("text", (most, most), (most, most + " nine"), (most, "one two three"),
                       (most, "one two nine ten eleven twelve"), (most, "red green"),
                       ("", most), more=("a b", "c d") * 400)
        assert found[0] == 1 and found[1] == 2 and found[2] == 5 and 6 <= found[3] <= 9 and found[4] == 10 and found[5] == 0

    def test_the_numbers_within_a_text_are_a_piece_of_their_own(self):
        values = ["cam dx500 black", "dx500 cam", "cam dx700", "cam", "cam dx500 rz20 q1", "cam dx500 rz99 q7"] + ["plain words"] * 300
        columns, tokens = fields.read({"x": values}, [Field("x", "text")])
        list_ = comparing.encoded(columns, tokens, len(values))
        assert list_.evidence == (("x", "text"), ("x", "digits"))
        found = comparing.compare(list_, np.array([0, 0, 0, 4]), np.array([1, 2, 3, 5]))[:, 1].tolist()
        assert found[0] in (1, 2) and found[1] == 4 and found[2] == 0 and found[3] == 3

    def test_first_and_family_name_that_changed_places(self):
        rows = {"first": ["marta", "kolbe", "marta", "x", *"abcdefgh" * 9], "last": ["kolbe", "marta", "wozniak", "y", *"hgfedcba" * 9]}
        columns, tokens = fields.read(rows, fields_of("first:name,last:name"))
        list_ = comparing.encoded(columns, tokens, 76)
        found = comparing.compare(list_, np.array([0, 0, 0]), np.array([1, 2, 3]))
        assert found[0].tolist() == [comparing.SWAPPED] * 2 and found[1].tolist() != [comparing.SWAPPED] * 2 and comparing.SWAPPED not in found[2]

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.tuples(WORDS, WORDS, st.integers(0, 99999).map(str)), min_size=2, max_size=6))
    def test_levels_are_the_same_from_both_sides_and_patterns_unpack_to_them(self, rows):
        declared = [Field("a", "name"), Field("b", "text"), Field("c", "place"), Field("d", "number"), Field("e", "date"), Field("f", "phone")]
        wide = {"a": [r[0] for r in rows], "b": [r[1] for r in rows], "c": [r[0] for r in rows], "d": [r[2] for r in rows], "e": [r[2] for r in rows],
                "f": [r[2] for r in rows]}
        columns, tokens = fields.read(wide, declared)
        list_ = comparing.encoded(columns, tokens, len(rows))
        i, j = (part.astype(np.int64) for part in np.triu_indices(len(rows), 1))
        here = comparing.compare(list_, i, j)
        there = comparing.compare(list_, j, i)
        plain_kinds = [k for k, (_, kind) in enumerate(list_.evidence) if kind in ("place", "number", "date", "phone")]
        assert (here[:, plain_kinds] == there[:, plain_kinds]).all() and ((here == 0) == (there == 0)).all()
        assert (here < np.array(list_.radix)).all() and (comparing.unpack(comparing.pack(here, list_.radix), list_.radix) == here).all()
        assert (comparing.patterns_of(list_, i, j, 2) == comparing.pack(here, list_.radix)).all()


def test_what_says_nothing_is_not_known():
    for text in ("NA", " n/a", "Unknown", "9999", "000", "-", "?", None, float("nan")):
        assert values.written(text) == "" == values.plain(text)
    assert levels("name", ("unknown", "unknown"), ("Жуков", "Zhukov"), ("Łódź", "lodz")) == [0, 4, 4]
    assert levels("date", ("1.2.72", "1972-02-01")) == [1]


def test_two_tables_are_joined_though_nothing_within_one_was_compared():
    side = np.array([0, 1, 1, 1], dtype=np.int8)
    i, j = np.array([0, 0, 0]), np.array([1, 2, 3])
    bits = np.array([9.0, 8.0, 7.0])
    label = grouping.groups(4, i, j, bits, side)
    assert label.tolist() == [0, 0, 0, 0] and (grouping.heard_together(4, i, j, bits, label, side) > 7).all()


def edits(a: str, b: str) -> int:
    """The distance by the book: restricted Damerau-Levenshtein, without any shortcut."""
    table = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i, j in itertools.product(range(1, len(a) + 1), range(1, len(b) + 1)):
        table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (a[i - 1] != b[j - 1]))
        if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
            table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(a), len(b)]


@given(st.text("abc", max_size=9), st.text("abc", max_size=9))
def test_the_quick_distance_is_the_distance_up_to_two(a, b):
    tokens = fields.Tokens()
    one, other = tokens.number(a), tokens.number(b)
    assert min(alignment.distance(*tokens.letters(), one, other), 3) == min(edits(a, b), 3) or edits(a, b) == 2
    assert alignment.distance(*tokens.letters(), one, other) >= min(edits(a, b), 3)


class TestBlocks:
    """Every pair that shares enough is met; what is over the cap is split, then walked."""

    def atoms_of(self, rows: list[list[int]]) -> atoms.Atoms:
        """Atoms by record, each its own source."""
        record = np.array([k for k, row in enumerate(rows) for _ in row], dtype=np.int64)
        atom = np.array([a for row in rows for a in row], dtype=np.int64)
        return atoms.Atoms(record, atom, atom % 7, np.ones(len(atom), dtype=bool))

    def test_small_lists_meet_every_pair_that_shares_an_atom(self):
        chance = np.random.default_rng(3)
        rows = [sorted(set(chance.integers(0, 30, 3).tolist())) for _ in range(60)]
        i, j, passes = blocks.candidates(self.atoms_of(rows), np.arange(60))
        shared = {(a, b) for a, b in itertools.combinations(range(60), 2) if set(rows[a]) & set(rows[b])}
        assert set(zip(i.tolist(), j.tolist(), strict=True)) == shared and passes.rows[0][3] == 0

    def test_a_block_over_the_cap_is_split_and_at_last_walked_in_order(self, monkeypatch):
        monkeypatch.setattr(blocks, "LEAST_BUDGET", 60)
        monkeypatch.setattr(blocks, "BUDGET_EACH", 0)
        rows = [[1, 2, 3]] * 40 + [[1, 4 + k, 50 + k // 2] for k in range(40)]
        i, j, passes = blocks.candidates(self.atoms_of(rows), np.arange(80))
        names = {row[0]: row for row in passes.rows}
        assert names["one alone"][3] > 0 and names["two together"][3] > 0 and names["three together"][3] > 0
        met = set(zip(i.tolist(), j.tolist(), strict=True))
        assert {(k, k + 1) for k in range(39)} <= met and {(40 + k, 41 + k) for k in range(0, 40, 2)} <= met

    def test_across_two_tables_only(self):
        rows = [[1], [1], [1], [2], [2]]
        i, j, _ = blocks.candidates(self.atoms_of(rows), np.arange(5), np.array([0, 0, 1, 0, 1], dtype=np.int8))
        assert set(zip(i.tolist(), j.tolist(), strict=True)) == {(0, 2), (1, 2), (3, 4)}

    def test_nothing_has_no_pairs(self):
        i, j, _ = blocks.candidates(self.atoms_of([]), np.arange(0))
        assert len(i) == len(j) == 0
        assert blocks.cap_for(np.array([10**7]), 0) == blocks.CAPS[0] and blocks.cap_for(np.array([1] * 10), 5) == blocks.CAPS[-1]


class TestGroups:
    """Joined by the mean, not by the best pair."""

    def test_one_bad_link_does_not_join_two_families(self):
        i, j = (part.astype(np.int64) for part in np.triu_indices(6, 1))
        same = (i < 3) == (j < 3)
        bits = np.where(same, 9.0, -9.0)
        bits[(i == 2) & (j == 3)] = 6.0
        assert grouping.groups(6, i, j, bits).tolist() == [0, 0, 0, 3, 3, 3]

    def test_the_group_speaks_for_a_weak_pair_and_against_a_strange_one(self):
        i, j = np.array([0, 0, 1, 0]), np.array([1, 2, 2, 3])
        bits = np.array([10.0, 10.0, -1.0, 1.0])
        label = grouping.groups(4, i, j, bits)
        heard = grouping.heard_together(4, i, j, bits, label)
        assert label.tolist() == [0, 0, 0, 3] and heard[2] > 0 > heard[3]

    def test_no_records(self):
        empty = np.zeros(0, dtype=np.int64)
        assert list(grouping.members_of(empty)) == [] and len(grouping.groups(0, empty, empty, np.zeros(0))) == 0

    @settings(max_examples=30, deadline=None)
    @given(st.integers(2, 9), st.integers(0, 10**6))
    def test_a_pair_is_above_nought_within_a_group_and_below_between(self, size, seed):
        i, j = (part.astype(np.int64) for part in np.triu_indices(size, 1))
        bits = np.random.default_rng(seed).normal(0, 9, len(i))
        label = grouping.groups(size, i, j, bits)
        heard = grouping.heard_together(size, i, j, bits, label)
        assert ((heard > 0) == (label[i] == label[j])).all()


def quality(result: DeclaredResult, rows: list[Row]) -> tuple[float, float]:
    """Precision and recall of the pairs above nought, within the list or across its sides."""
    truth = {row["id"]: row["truth"] for row in rows}
    right = sum(truth[a] == truth[b] for a, b in result.pairs.filter(pl.col("score") > 0).select("a", "b").iter_rows())
    listed = int((result.pairs["score"] > 0).sum())
    wanted = sum(a["truth"] == b["truth"] and a.get("side", 0) != b.get("side", 1) for a, b in itertools.combinations(rows, 2))
    return right / max(listed, 1), right / max(wanted, 1)


@pytest.mark.parametrize(("name", "size", "precision", "recall"), [
    ("persons", 120, 0.98, 0.95), ("old_records", 110, 0.85, 0.85), ("citations", 80, 0.95, 0.9), ("eating_places", 120, 0.95, 0.95)])
def test_lists_of_every_kind(name, size, precision, recall):
    make, kinds = SETS[name]
    rows = make(7, size)
    result = link(rows, [Field(*pair) for pair in kinds.items()], id="id")
    found = quality(result, rows)
    assert found[0] >= precision and found[1] >= recall
    assert result.clusters.height == len(rows) and set(result.clusters["id"]) == {row["id"] for row in rows}


@pytest.mark.parametrize(("name", "size", "precision", "recall"), [
    ("parish", 200, 0.9, 0.75), ("papers", 150, 0.95, 0.9), ("two_alphabets", 150, 0.95, 0.9), ("clinics", 150, 0.95, 0.9)])
def test_dirtier_lists(name, size, precision, recall):
    make, kinds = DIRTY[name]
    rows = make(7, size)
    sides: list[list[Row]] = [[row for row in rows if row.get("side", 0) == side] for side in (0, 1)]
    result = link(sides[0], [Field(*pair) for pair in kinds.items()], id="id", against=sides[1] or None)
    found = quality(result, rows)
    assert found[0] >= precision and found[1] >= recall


def test_two_tables_list_pairs_across_and_in_their_order():
    rows = SETS["goods"][0](3, 70)
    ours, theirs = [r for r in rows if r["side"] == 0], [r for r in rows if r["side"] == 1]
    result = link(pl.DataFrame(ours), [Field(*pair) for pair in SETS["goods"][1].items()], id="id", against=pl.DataFrame(theirs))
    assert set(result.pairs["a"]) <= {r["id"] for r in ours} and set(result.pairs["b"]) <= {r["id"] for r in theirs}
    assert min(quality(result, rows)) >= 0.6


def test_the_same_list_and_seed_give_the_same_answer_and_every_score_is_told():
    rows = SETS["old_records"][0](5, 60)
    declared = fields_of("name:name,born:date,birth_place:place,work:text")
    first, again = link(rows, declared, id="id", seed=3), link(rows, declared, id="id", seed=3)
    assert first.pairs.equals(again.pairs) and first.clusters.equals(again.clusters)
    for levels_, alone in list(zip(levels_of(first).tolist(), first.pairs["alone"].to_list(), strict=True))[:20]:
        told = explain(first.model, levels_)
        assert told.start + sum(piece.bits for piece in told.pieces) == pytest.approx(alone, abs=1e-6)
    assert first.model.evidence == ("name", "born", "birth_place", "work", "work: digits")


@pytest.mark.parametrize("rows", [[], [{"name": "a"}], [{"name": None}] * 5, [{"name": ""}, {"other": 1}], [{"name": "a b"}] * 30])
def test_lists_with_next_to_nothing_in_them(rows):
    result = link(rows, fields_of("name:name,born:date,note:text,tel:phone") if rows == [] else [Field("name", "name")])
    assert result.clusters.height == len(rows) and result.clusters["id"].to_list() == list(range(len(rows)))


def test_a_list_without_doubles_has_hardly_any():
    rows = [row for _, group in itertools.groupby(sorted(SETS["persons"][0](11, 200), key=lambda r: r["truth"]), key=lambda r: r["truth"])
            for row in list(group)[:1]]
    result = link(rows, [Field(*pair) for pair in SETS["persons"][1].items()], id="id")
    assert (result.pairs["score"] > 0).sum() <= len(rows) // 50


def test_mistakes_are_said():
    rows = [{"k": 1, "name": "a"}, {"k": 1, "name": "b"}]
    for wrong, says in (({"fields": [Field("born", "date")]}, "no column born"), ({"id": "k"}, "id of its own"), ({"id": "z"}, "no column z"),
                        ({"fields": []}, "0 fields"), ({"fields": [Field("name", "name")] * 18}, "18 fields")):
        with pytest.raises(ValueError, match=says):
            link(rows, **({"fields": [Field("name", "name")]} | wrong))


def test_random_pairs_are_many_different_and_the_seeds_own():
    i, j = linking.random_pairs(2000, None, 1)
    assert 199_000 < len(i) <= 200_000 and (i != j).all() and np.bincount(i).max() < 200
    assert (linking.random_pairs(2000, None, 2)[0][:50] != i[:50]).any()
    side = np.repeat(np.array([0, 1], dtype=np.int8), [500, 1500])
    a, b = linking.random_pairs(2000, side, 1)
    assert (side[a] != side[b]).all() and len(a) > 50_000
