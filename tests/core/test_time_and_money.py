"""Days, months and money: birthdays on 29 February, ends of months, texts as people write them, rounding by the rule that is named."""

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinergi.core import money, time

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@pytest.mark.parametrize(
    ("birth", "day", "years"),
    [
        ("2004-02-29", "2022-02-28", 17),
        ("2004-02-29", "2022-03-01", 18),
        ("2004-02-29", "2024-02-29", 20),
        ("1966-11-23", "2026-11-23", 60),
        ("1966-11-24", "2026-11-23", 59),
        ("2020-12-31", "2021-01-01", 0),
        ("2021-01-01", "2020-12-31", -1),
    ],
)
def test_completed_years(birth, day, years):
    assert time.years_between(dt.date.fromisoformat(birth), dt.date.fromisoformat(day)) == years


@given(DAYS, DAYS, st.integers(0, 120))
def test_an_age_is_reached_on_the_birthday_and_on_the_day_after_28_february(birth, day, years):
    leap = (birth.month, birth.day) == (2, 29)
    reached = dt.date(birth.year + years, 2, 28) + dt.timedelta(days=1) if leap else birth.replace(year=birth.year + years)
    assert (time.years_between(birth, day) >= years) == (day >= reached)


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        ("2026-03-31", -1, "2026-02-28"),
        ("2024-03-31", -1, "2024-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-01-15", 12, "2027-01-15"),
        ("2026-12-31", 2, "2027-02-28"),
    ],
)
def test_months_later(day, months, found):
    assert time.add_months(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(found)


@pytest.mark.parametrize("months", [-30_000, 120_000])
def test_months_outside_the_calendar(months):
    with pytest.raises(OverflowError, match="outside the calendar"):
        time.add_months(dt.date(2026, 1, 1), months)


@given(DAYS, st.integers(-600, 600))
def test_adding_months_moves_the_month_number(day, months):
    assert time.month_number(time.add_months(day, months)) == time.month_number(day) + months


@pytest.mark.parametrize("text", ["2026-11-23", "23/11/2026", "23.11.2026", "23-11-2026", " 23  November 2026 ", "23 Nov 2026", "23 november 2026"])
def test_days_as_people_write_them(text):
    assert time.parse_day(text) == dt.date(2026, 11, 23)


def test_malay_months_are_read():
    assert time.parse_day("1 Ogos 2026") == dt.date(2026, 8, 1)


@pytest.mark.parametrize("text", ["", "11/2026", "31/02/2026", "2026-13-01", "23 Brumaire 2026", "tomorrow"])
def test_what_is_no_day(text):
    with pytest.raises(ValueError):
        time.parse_day(text)


@given(DAYS, st.sampled_from(["ms", "en"]))
def test_days_in_words_are_read_back(day, lang):
    assert time.parse_day(time.date_words(day, lang)) == day


@given(st.integers(12_000, 36_000))
def test_month_texts_are_read_back(number):
    assert time.month_of_text(time.month_text(number)) == number


@pytest.mark.parametrize("text", ["2026", "2026-00", "2026-13", "06-2026"])
def test_what_is_no_month(text):
    with pytest.raises(ValueError, match="not a month"):
        time.month_of_text(text)


@pytest.mark.parametrize(
    ("text", "sen"), [("RM 1,050.50", 105050), ("RM5", 500), ("1236.00", 123600), ("RM -5.05", -505), ("RM 1,000,000.00", 100_000_000)]
)
def test_amounts_are_read(text, sen):
    assert money.sen_of_text(text) == sen


@pytest.mark.parametrize("text", ["", "RM", "5.5", "1,00", "USD 5", "RM 5.000"])
def test_what_is_no_amount(text):
    with pytest.raises(ValueError, match="not an amount"):
        money.sen_of_text(text)


@pytest.mark.parametrize(("sen", "words"), [(123600, "RM1,236"), (49596, "RM495.96"), (5, "RM0.05"), (-500, "-RM5"), (0, "RM0")])
def test_amounts_in_words(sen, words):
    assert money.money_words(sen) == words


@pytest.mark.parametrize(("text", "parts"), [("1.25%", 12_500), ("100%", 1_000_000), ("0.0001%", 1)])
def test_percentages(text, parts):
    assert money.rate_of_text(text) == parts
    assert money.rate_words(parts) == text


@pytest.mark.parametrize("text", ["1", "1.00001%", "%", "-1%"])
def test_what_is_no_percentage(text):
    with pytest.raises(ValueError, match="not a percentage"):
        money.rate_of_text(text)


def test_a_percentage_below_zero_in_words():
    assert money.rate_words(-5_000) == "-0.5%"


@pytest.mark.parametrize(
    ("exact", "mode", "step", "sen"),
    [
        (500_000, "round", 1, 1),
        (-500_000, "round", 1, -1),
        (499_999, "round", 1, 0),
        (1, "round_up", 1, 1),
        (-1, "round_up", 1, -1),
        (999_999, "round_down", 1, 0),
        (-999_999, "round_down", 1, 0),
        (Fraction(1_000_000, 3), "round", 1, 0),
        (Fraction(1_000_000, 3), "round_up", 1, 1),
        (12_500_000, "round", 5, 15),
        (12_499_999, "round", 5, 10),
        (11_000_000, "round_up", 5, 15),
        (14_000_000, "round_down", 5, 10),
    ],
)
def test_rounding(exact, mode, step, sen):
    assert money.rounded(exact, mode, step) == sen


@given(st.fractions(min_value=-(10**9), max_value=10**9), st.sampled_from([1, 5, 10]))
def test_rounding_stays_within_a_step(exact, step):
    up, near, down = (money.rounded(exact, mode, step) for mode in ("round_up", "round", "round_down"))
    assert abs(down) <= abs(near) <= abs(up)
    assert abs(up) - abs(down) in (0, step)
    assert 2 * abs(near * money.MICRO - exact) <= step * money.MICRO
