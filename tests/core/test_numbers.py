"""Identity numbers as they go wrong: what is near, what is mended, and what a number is worth."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinergi.core.linkage.numbers import digits, is_dated, is_plausible, near, quality

ON = dt.date(2026, 11, 24)
NUMBER = "680411175013"
DATED = st.tuples(st.dates(dt.date(1920, 1, 1), ON), st.text("0123456789", min_size=6, max_size=6)).map(lambda pair: f"{pair[0]:%y%m%d}{pair[1]}")


@pytest.mark.parametrize(
    ("typed", "read"),
    [("680411-17-5013", NUMBER), ("68O4II-17-SO13", NUMBER), (" 680411 17 5013 ", NUMBER), ("", ""), ("-", ""), ("٦٨", ""), ("xx", "")],
)
def test_letters_that_stand_for_digits_are_mended(typed, read):
    assert digits(typed) == read


@pytest.mark.parametrize(
    "typed",
    [
        "680411175018",
        "680411175031",
        "680411715013",
        "68041117501",
        "80411175013",
        "6804111750133",
        "6804411175013",
    ],
)
def test_a_number_one_slip_away_is_near(typed):
    assert NUMBER in near(typed)


def test_two_slips_are_not_near_and_the_number_itself_comes_first():
    found = near(NUMBER)
    assert found[0] == NUMBER and len(found) == len(set(found)) and 80 <= len(found) <= 120
    assert "680411175031" in found and "680411175124" not in found and "681311175013" not in found
    assert len(near("68041117501")) > 50 and len(near("6804111750133")) < 14


@pytest.mark.parametrize("other", ["", "A1234567", "1234", "12345678901234"])
def test_nothing_is_near_what_is_no_card_number(other):
    assert near(other) == ([other] if other else [])


@given(DATED)
def test_what_is_near_is_near_both_ways(number):
    assert all(number in near(other) for other in near(number) if len(other) == len(number))


@given(DATED)
def test_every_near_number_but_the_typed_one_bears_a_date(number):
    assert all(is_dated(other) for other in near(number))


@pytest.mark.parametrize(
    ("number", "plausible"),
    [
        (NUMBER, True),
        ("680411145013", True),
        ("681311145013", False),
        ("680411005013", False),
        ("000101145013", False),
        ("261231140123", True),
        ("140101145013", False),
        ("68041114501", False),
        ("68041114501A", False),
        ("", False),
        ("240229140123", True),
        ("250229140123", False),
        ("250431140123", False),
    ],
)
def test_a_plausible_number_can_be_somebodys_today(number, plausible):
    assert is_plausible(number, ON) is plausible


@pytest.mark.parametrize(
    ("kind", "value", "holders", "worth"),
    [
        ("mykad", "680411145013", 1, "asserted"),
        ("mykad", "680411145013", 2, "borrowed"),
        ("mykad", "680411145013", 5, "borrowed"),
        ("mykad", "680411145013", 6, "generic"),
        ("mykad", "000000000000", 1, "generic"),
        ("mykad", "68041114501", 1, "typo"),
        ("mykad", "6804111450133", 0, "typo"),
        ("mykad", "6804", 1, "odd"),
        ("mykad", "681311145013", 1, "odd"),
        ("mykad", "", 0, "odd"),
        ("unhcr", "ABC12345", 1, "generic"),
        ("passport", "A12345678", 1, "asserted"),
        ("passport", "?", 2, "generic"),
        ("passport", "", 1, "odd"),
        ("army", "T712345", 3, "borrowed"),
    ],
)
def test_what_a_number_is_worth(kind, value, holders, worth):
    assert quality(kind, value, holders, ON) == worth
