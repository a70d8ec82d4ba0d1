"""Days and months: birthdays, windows of months, and days as people write them. No clock is read here."""

from __future__ import annotations

import calendar
import datetime as dt
import re

Day = dt.date

MONTH_NAMES = {
    "ms": ("Januari", "Februari", "Mac", "April", "Mei", "Jun", "Julai", "Ogos", "September", "Oktober", "November", "Disember"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
}
ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
LOCAL_DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")
WORDED_DAY = re.compile(r"(\d{1,2}) ([A-Za-z]+) (\d{4})")


def years_between(start: Day, end: Day) -> int:
    """Completed years from `start` to `end`; a birthday on 29 February is reached on 1 March of a common year."""
    return ((end.year - start.year) * 10_000 + (end.month - start.month) * 100 + end.day - start.day) // 10_000


def add_months(day: Day, months: int) -> Day:
    """The same day of the month, `months` later (or earlier); the last day of a shorter month. OverflowError outside years 1..9999."""
    number = month_number(day) + months
    if not 12 <= number < 120_000:
        raise OverflowError(f"{months} months from {day} is outside the calendar")
    year, month = divmod(number, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_number(day: Day) -> int:
    """Months since year 0: consecutive months are consecutive numbers."""
    return day.year * 12 + day.month - 1


def month_of_text(text: str) -> int:
    """'2026-04' -> its month number. ValueError if it is not a month."""
    found = re.fullmatch(r"(\d{4})-(\d\d)", text.strip())
    if not found or not 1 <= int(found[2]) <= 12:
        raise ValueError(f"{text!r} is not a month like 2026-04")
    return int(found[1]) * 12 + int(found[2]) - 1


def month_text(number: int) -> str:
    """A month number -> '2026-04'."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def parse_day(text: str) -> Day:
    """A day as people write it: 2026-11-23, 23/11/2026, 23.11.2026, 23 November 2026, 23 Mac 2026. ValueError otherwise."""
    text = " ".join(text.split())
    if found := ISO_DAY.fullmatch(text):
        return dt.date(int(found[1]), int(found[2]), int(found[3]))
    if found := LOCAL_DAY.fullmatch(text):
        return dt.date(int(found[3]), int(found[2]), int(found[1]))
    if found := WORDED_DAY.fullmatch(text):
        return dt.date(int(found[3]), _month_of_word(found[2]), int(found[1]))
    raise ValueError(f"{text!r} is not a day like 23/11/2026")


def _month_of_word(word: str) -> int:
    for names in MONTH_NAMES.values():
        for number, name in enumerate(names, 1):
            if word.lower() in (name.lower(), name.lower()[:3]):
                return number
    raise ValueError(f"{word!r} is not the name of a month")


def date_words(day: Day, lang: str) -> str:
    """'23 November 2026'; months in the language ('ms' or 'en')."""
    return f"{day.day} {MONTH_NAMES[lang][day.month - 1]} {day.year}"
