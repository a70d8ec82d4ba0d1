"""Days as clocks count them: calendar days, months, and working days of a state, with its own week-end and public holidays.

Source: the `holidays` library. Its `is_working_day` is asked, never its `weekend`, which does not follow the states and years that rest on
Friday and Saturday (Kedah, Kelantan, Terengganu; Johor from 2014 to 2024). Where no state is known the days common to the nation count.
"""
from datetime import date, timedelta
from functools import cache

import holidays

from sinergi.core.time import add_months

SUBDIVISIONS = {
    "johor": "01", "kedah": "02", "kelantan": "03", "melaka": "04", "negeri_sembilan": "05", "pahang": "06", "pulau_pinang": "07", "perak": "08",
    "perlis": "09", "selangor": "10", "terengganu": "11", "sabah": "12", "sarawak": "13", "kuala_lumpur": "14", "labuan": "15", "putrajaya": "16"}


@cache
def days_off(state: str) -> holidays.HolidayBase:
    """The public holidays and week-ends of a state ('' for the nation)."""
    return holidays.country_holidays("MY", subdiv=SUBDIVISIONS[state] if state else None)


def is_working_day(day: date, state: str) -> bool:
    """Do offices of the state work on the day? KeyError for a state that is none."""
    return bool(days_off(state).is_working_day(day))


def add_working_days(day: date, n: int, state: str) -> date:
    """The n-th working day after a day; the day itself does not count."""
    while n > 0:
        day += timedelta(days=1)
        n -= is_working_day(day, state)
    return day


def end_of_clock(day: date, length: int, unit: str, state: str) -> date:
    """The last day of a clock that begins with an event on `day`: `length` days, working_days or months after it."""
    if unit == "working_days":
        return add_working_days(day, length, state)
    return add_months(day, length) if unit == "months" else day + timedelta(days=length)


def working_days_between(day: date, end: date, state: str) -> int:
    """How many working days come after a day up to and with the end; 0 when the end is past."""
    return sum(is_working_day(day + timedelta(days=n), state) for n in range(1, (end - day).days + 1))
