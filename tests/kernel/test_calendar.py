"""Working days of a state: its own week-end, by its years, and its own holidays."""
import datetime as dt

import pytest

from sinergi.kernel.calendar import SUBDIVISIONS, add_working_days, end_of_clock, is_working_day, working_days_between
from sinergi.registry.codes import STATES


def test_every_state_of_the_register_has_its_calendar():
    assert SUBDIVISIONS.keys() == STATES.keys()
    assert all(is_working_day(dt.date(2026, 11, 24), state) for state in (*STATES, ""))


@pytest.mark.parametrize(("state", "day", "works"), [
    ("kedah", dt.date(2026, 11, 20), False), ("kedah", dt.date(2026, 11, 22), True), ("kelantan", dt.date(2026, 11, 21), False),
    ("terengganu", dt.date(2026, 11, 20), False), ("johor", dt.date(2024, 11, 22), False), ("johor", dt.date(2024, 11, 24), True),
    ("johor", dt.date(2025, 11, 21), True), ("johor", dt.date(2025, 11, 23), False), ("selangor", dt.date(2026, 11, 22), False),
    ("selangor", dt.date(2026, 12, 11), False), ("perlis", dt.date(2026, 12, 11), True), ("perlis", dt.date(2026, 12, 25), False),
    ("", dt.date(2026, 12, 25), False)])
def test_week_ends_and_holidays_are_the_states_own(state, day, works):
    assert is_working_day(day, state) is works


def test_a_clock_ends_on_a_day_of_its_unit():
    thursday = dt.date(2026, 11, 19)
    assert add_working_days(thursday, 1, "kuala_lumpur") == dt.date(2026, 11, 20)
    assert add_working_days(thursday, 1, "kedah") == dt.date(2026, 11, 22)
    assert add_working_days(thursday, 0, "kedah") == thursday
    assert end_of_clock(thursday, 21, "working_days", "perlis") == dt.date(2026, 12, 18)
    assert end_of_clock(thursday, 14, "days", "perlis") == dt.date(2026, 12, 3)
    assert end_of_clock(dt.date(2026, 11, 30), 3, "months", "") == dt.date(2027, 2, 28)


def test_days_that_are_left_are_counted_like_the_clock():
    day, end = dt.date(2026, 11, 24), dt.date(2026, 12, 18)
    assert working_days_between(day, end, "perlis") == 18 and working_days_between(end, day, "perlis") == 0
    assert add_working_days(day, 18, "perlis") == end


def test_no_state_of_that_name():
    with pytest.raises(KeyError):
        is_working_day(dt.date(2026, 11, 24), "atlantis")
