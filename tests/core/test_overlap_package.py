"""The best lawful package equals the one a full search finds, and the worked example comes out in its three ways."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinergi.core import overlap
from sinergi.core.overlap.search import search, totals
from sinergi.core.overlap.task import Ceiling, Task
from sinergi.core.rules.law import Law, Programme, Stack

DAY = dt.date(2026, 11, 23)
NAMES = {"maipk": "MAIPk", "bwe": "BWE", "sara": "SARA", "str": "STR"}
WORDS = {"ms": "teks", "en": "text"}


def rule(id_: str, first: str, second: str, relation: str, **more: object) -> Stack:
    """A rule of the sample."""
    given_ = {"over": "held_now", "scope": "household", "ceiling": "", "season_months": 0, "end": None, "reading": None} | more
    return Stack(id_, first, second, relation, given_["over"], given_["scope"], given_["ceiling"], given_["season_months"], dt.date(2020, 1, 1),
                 given_["end"], "cite", "official", "source", WORDS, given_["reading"])


def law(*rules: Stack, programmes: tuple[str, ...] = tuple(NAMES)) -> Law:
    """A law of these programmes and rules and nothing else."""
    made = {p: Programme(p, p, {"ms": NAMES.get(p, p), "en": NAMES.get(p, p)}, WORDS, ("cash",), {}, dt.date(2020, 1, 1), None, True, "as_of", (), (),
                         WORDS, WORDS, None, None, (), (), (), (), "x") for p in programmes}
    return Law({}, {}, made, {p: (p,) for p in programmes}, "v", tuple(rules))


def offer(programme: str, month: int | None, waits: int = 0, **more: object) -> overlap.Offer:
    """An offer that pays so many ringgit a month."""
    made = overlap.Offer(programme, programme, None, "cash", {"ms": NAMES.get(programme, programme), "en": NAMES.get(programme, programme)},
                         None if month is None else month * 100, None, True, waits, None, () if month is None else (month * 100,))
    return replace(made, **more)


TOGETHER = (rule("a", "bwe", "sara", "cumulative"), rule("b", "bwe", "str", "cumulative"), rule("c", "sara", "str", "cumulative"))
BAR = rule("maipk", "maipk", "any", "while_waiting", reading=WORDS)
HALIMAH = (offer("maipk", 700), offer("bwe", 600, 60), offer("sara", 150, 60), offer("str", 50, 60))


def test_the_widow_in_taiping_gains_by_the_order():
    found = overlap.package(law(*TOGETHER, BAR), HALIMAH, on=DAY)
    assert found.total_sen == 940_000
    assert found.month_totals == (70_000, 70_000, *[80_000] * 10)
    first = found.steps[0]
    assert (first.offer.programme, first.start, first.end) == ("maipk", DAY, dt.date(2027, 1, 22))
    assert [(w.name["en"], w.total_sen) for w in found.alternatives] == [
        ("MAIPk all the time", 840_000), ("Without MAIPk", 800_000), ("If having held it ever bars, too", 840_000)]
    assert found.readings == (WORDS,) and found.rejected == ()


def test_held_for_ever_leaves_the_better_of_the_two():
    found = overlap.package(law(*TOGETHER, rule("maipk", "maipk", "any", "exclusive", over="ever")), HALIMAH, on=DAY)
    assert found.total_sen == 840_000 and [s.offer.programme for s in found.steps] == ["maipk"]
    assert {(r.offer.programme, r.rule.rule.id, r.price_sen) for r in found.rejected} == {
        ("bwe", "maipk", 600_000), ("sara", "maipk", 150_000), ("str", "maipk", 50_000)}
    assert all([o.programme for o in r.better] == ["maipk"] for r in found.rejected)


def test_silence_is_exclusive_within_one_need_and_said_to_be():
    found = overlap.package(law(), (offer("bwe", 600), offer("sara", 150)), on=DAY)
    assert (found.total_sen, found.rests_on_silence) == (720_000, True)
    (left,) = found.rejected
    assert left.rule.silent and left.offer.programme == "sara"


def test_across_needs_silence_lets_both_stand():
    found = overlap.package(law(), (offer("bwe", 600), offer("sara", 150, need="food")), on=DAY)
    assert found.total_sen == 900_000 and not found.rests_on_silence


def test_what_is_certain_is_never_given_up_for_what_is_not():
    found = overlap.package(law(), (offer("bwe", 100), offer("sara", 900, certain=False)), on=DAY)
    assert (found.certain_sen, found.if_confirmed_sen) == (120_000, 0)


def test_credit_stands_apart():
    found = overlap.package(law(), (offer("bwe", 100), offer("sara", 900, credit=True)), on=DAY)
    assert found.total_sen == 120_000 and [o.programme for o in found.loans] == ["sara"]


def test_a_top_up_gets_what_is_left_under_the_ceiling():
    rules = (rule("t", "maipk", "any", "top_up", ceiling="line"), *TOGETHER)
    found = overlap.package(law(*rules), HALIMAH[:2], on=DAY, figures={"line": 100_000})
    assert found.month_totals == (70_000, 70_000, *[100_000] * 10)
    unknown = overlap.package(law(*rules), HALIMAH[:2], on=DAY)
    assert unknown.month_totals == (70_000, 70_000, *[130_000] * 10)


def test_what_is_held_bars_until_it_ends():
    held = (overlap.Holding("maipk", "cash", dt.date(2026, 1, 1), dt.date(2027, 1, 22), 70_000),)
    found = overlap.package(law(), (offer("bwe", 600),), held, on=DAY)
    assert found.month_totals == (0, 0, *[60_000] * 10)
    (left,) = overlap.package(law(), (offer("bwe", 600),), (replace(held[0], end=None),), on=DAY).rejected
    assert left.rule.silent and left.better == ()


def test_persons_are_apart_where_the_rule_is_of_a_person():
    two = (offer("bwe", 600, subject=0), offer("bwe", 600, subject=1))
    assert overlap.package(law(), two, on=DAY).total_sen == 1_440_000
    shared = law(rule("h", "bwe", "bwe", "exclusive", scope="household"))
    assert overlap.package(shared, two, on=DAY).total_sen == 720_000


def test_no_offer_is_an_empty_package_and_its_json_is_plain():
    found = overlap.package(law(), (), on=DAY)
    assert found.as_json() | {"steps": []} == found.as_json() and found.month_totals == (0,) * 12
    text = overlap.package(law(*TOGETHER, BAR), HALIMAH, on=DAY).as_json()
    assert text["steps"][0] == {"programme": "maipk", "agency": "maipk", "subject": None, "need": "cash", "certain": True, "month_sen": 70_000,
                                "once_sen": None, "from": "2026-11-23", "to": "2027-01-22", "sen_by_month": [70_000, 70_000, *[0] * 10]}


def test_what_waits_for_an_answer_stands_in_no_sum_and_says_what_it_would_add():
    asked = offer("bwe", 600, certain=False, open=True)
    found = overlap.package(law(BAR, *TOGETHER), (offer("sara", 150), asked, offer("maipk", 700, 90, certain=False, open=True)), on=DAY)
    assert (found.total_sen, [s.offer.programme for s in found.steps]) == (180_000, ["sara"])
    assert [(u.offer.programme, u.adds_sen) for u in found.unknown] == [("bwe", 720_000), ("maipk", 450_000)]
    (shut,) = found.rejected
    assert (shut.offer.programme, shut.rule.rule.id, shut.price_sen, [o.programme for o in shut.better]) == ("maipk", "maipk", 630_000, ["sara"])
    assert [u["adds_sen"] for u in found.as_json()["unknown"]] == [720_000, 450_000]


def test_an_open_offer_that_what_is_held_bars_for_the_whole_span_is_not_asked_about():
    asked = offer("bwe", 600, certain=False, open=True)
    for end, count in ((None, 0), (dt.date(2028, 1, 1), 0), (dt.date(2027, 1, 1), 1)):
        held = (overlap.Holding("sara", "cash", dt.date(2026, 1, 1), end, 1),)
        assert len(overlap.package(law(), (asked,), held, on=DAY).unknown) == count


def test_what_is_certain_goes_before_what_an_agency_judges_where_no_sum_is_known():
    found = overlap.package(law(), (offer("bwe", None, certain=False), offer("sara", None)), on=DAY)
    assert [s.offer.programme for s in found.steps] == ["sara"]


def test_what_cannot_begin_within_the_span_is_left_out_without_a_rule():
    found = overlap.package(law(), (offer("bwe", 600, 400), offer("sara", None, need="food")), on=DAY)
    assert found.rejected == () and [s.offer.programme for s in found.steps] == ["sara"]


def test_what_a_full_ceiling_shuts_out_names_its_rule():
    found = overlap.package(law(rule("t", "maipk", "any", "top_up", ceiling="line")), (offer("maipk", 700), offer("bwe", 900)), on=DAY,
                            figures={"line": 80_000})
    assert found.total_sen == 1_080_000
    (left,) = found.rejected
    assert (left.offer.programme, left.rule.kind, [o.programme for o in left.better]) == ("maipk", "top_up", ["bwe"])


def test_of_two_that_exclude_each_other_one_counts_under_a_ceiling():
    rules = (rule("t", "maipk", "any", "top_up", ceiling="line"),)
    found = overlap.package(law(*rules), (offer("maipk", 700), offer("bwe", 900), offer("sara", 800)), on=DAY, figures={"line": 100_000})
    assert found.month_totals == (100_000,) * 12 and [s.offer.programme for s in found.steps] == ["maipk", "bwe"]


def test_a_ring_of_five_leaves_room_for_two():
    names = tuple(f"p{i}" for i in range(5))
    ring = tuple(rule(f"r{i}", names[i], names[(i + 1) % 5], "exclusive") for i in range(5))
    found = overlap.package(law(*ring, programmes=names), tuple(offer(n, 100, need=n) for n in names), on=DAY)
    assert found.total_sen == 240_000 and len(found.steps) == 2


def test_a_way_that_changes_nothing_is_not_named():
    found = overlap.package(law(), (offer("bwe", 100), offer("sara", 600, 60)), on=DAY)
    assert found.total_sen == 20_000 + 600_000
    assert [w.name["en"] for w in found.alternatives] == ["BWE all the time", "Without BWE"]


def test_what_pays_no_known_sum_comes_after_and_for_as_long_as_it_may():
    cash = (offer("bwe", 100, 60), offer("sara", None))
    found = overlap.package(law(), cash, on=DAY)
    assert [(s.offer.programme, s.end) for s in found.steps] == [("sara", dt.date(2027, 1, 22)), ("bwe", None)]
    ever = law(rule("e", "bwe", "sara", "exclusive", over="ever"))
    assert [s.offer.programme for s in overlap.package(ever, cash, on=DAY).steps] == ["bwe"]
    short = (offer("bwe", 100, months=1), offer("sara", None, 60))
    assert [s.offer.programme for s in overlap.package(law(), short, on=DAY).steps] == ["bwe", "sara"]
    topped = law(rule("t", "maipk", "any", "top_up", ceiling="line"), *TOGETHER)
    late = (offer("maipk", None), offer("bwe", 600), offer("sara", 300, 60))
    (first, *_) = overlap.package(topped, late, on=DAY, figures={"line": 80_000}).steps
    assert (first.offer.programme, first.end) == ("maipk", dt.date(2027, 1, 22))


def test_a_top_up_that_begins_later_gets_nothing_before():
    rules = (rule("t", "maipk", "any", "top_up", ceiling="line"), *TOGETHER)
    found = overlap.package(law(*rules), (offer("maipk", 700, 60), offer("bwe", 600)), on=DAY, figures={"line": 100_000})
    assert found.month_totals == (60_000, 60_000, *[100_000] * 10)


def test_what_must_be_kept_and_may_not_is_said():
    task = Task((offer("bwe", 1), offer("sara", 1)), (0, 0), frozenset({(0, 1)}), frozenset(), (), 12, frozenset({0, 1}))
    with pytest.raises(ValueError, match="must be kept"):
        search(task)


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    """Up to twelve offers with all relations between them."""
    n = draw(st.integers(1, 12))
    few = 2 if n > 8 else 3
    lasts = st.sampled_from([None, None, 1, 6])
    made = tuple(offer(f"p{i}", draw(st.integers(0, 9)), certain=draw(st.booleans()), months=draw(lasts)) for i in range(n))
    starts = tuple(draw(st.sampled_from((0, 2, None)[:few] if few == 3 else (0, 2))) for _ in range(n))
    pairs = [q for q in itertools.combinations(range(n), 2) if draw(st.integers(0, 9)) < 5]
    never = frozenset(q for q in pairs if draw(st.integers(0, 3)) == 0)
    ceilings = ()
    if n < 5 and draw(st.booleans()):
        topped = draw(st.integers(0, n - 1))
        beside = tuple(j for j in range(n) if j != topped and tuple(sorted((topped, j))) not in pairs)
        ceilings = (Ceiling(topped, beside, draw(st.integers(0, 1500))),)
    return Task(made, starts, frozenset(pairs), never, ceilings, 6)


def brute(task: Task) -> tuple[int, int]:
    """The greatest (certain, to be confirmed) over every lawful choice, found by trying them all."""
    edges = sorted({e for i, s in enumerate(task.starts) if s is not None for e in (s, task.ends_of(i))} | ({*range(7)} if task.ceilings else set()))
    best = (0, 0)

    def fits(i: int, end: int, runs: list[int]) -> bool:
        start = task.starts[i]
        for j in range(i):
            other = task.starts[j]
            if start is None or other is None or end <= start or runs[j] <= other:
                continue
            if (j, i) in task.never or ((j, i) in task.apart and start < runs[j] and other < end):
                return False
        return True

    def lawful(runs: list[int]) -> bool:
        for c in task.ceilings:
            start = task.starts[c.offer]
            for m in range(start or 0, runs[c.offer] if start is not None else 0):
                beside = sum(task.offers[j].sen(m - task.starts[j]) for j in c.beside if task.starts[j] is not None and task.starts[j] <= m < runs[j])
                if beside > c.sen:
                    return False
        return True

    def go(i: int, runs: list[int]) -> None:
        nonlocal best
        if i == len(task.offers):
            if lawful(runs):
                grid = totals(task, tuple(runs))
                sums = [sum(sum(row) for o, row in zip(task.offers, grid, strict=True) if o.certain is sure) for sure in (True, False)]
                best = max(best, (sums[0], sums[1]))
            return
        start = task.starts[i]
        for end in [start or 0] if start is None else [start, *(e for e in edges if start < e <= task.ends_of(i))]:
            if fits(i, end, runs):
                go(i + 1, [*runs, end])

    go(0, [])
    return best


@settings(max_examples=60, deadline=None)
@given(tasks())
def test_the_search_equals_trying_everything(task: Task):
    runs = search(task)
    grid = totals(task, runs)
    found = tuple(sum(sum(row) for o, row in zip(task.offers, grid, strict=True) if o.certain is sure) for sure in (True, False))
    assert found == brute(task)


def test_a_top_up_beside_what_is_certain_is_solved_though_the_quick_way_fails():
    certain, topped = offer("p0", 1), offer("p1", 6, certain=False)
    assert search(Task((certain, topped), (0, 0), frozenset(), frozenset(), (Ceiling(1, (0,), 683),), 6)) == (6, 6)


def test_what_may_be_topped_up_and_must_be_kept_is_left_to_the_solver():
    certain, topped = offer("p0", 9), offer("p1", 6)
    task = Task((certain, topped), (0, 0), frozenset(), frozenset(), (Ceiling(1, (0,), 600),), 6)
    assert search(task) == (6, 0) and search(task.but(kept=frozenset({1}))) == (0, 6)


def test_what_shuts_out_a_top_up_leaves_its_ceiling_without_a_say():
    task = Task((offer("p0", 9), offer("p1", 6)), (0, 0), frozenset({(0, 1)}), frozenset(), (Ceiling(1, (), 600),), 6, frozenset({0}))
    assert search(task) == (6, 0)
