"""Numbers and days as people type them: mended, checked, odd ones warned of, the century right on both sides of 2000."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinergi.core.identity import PLACES, UNASSIGNED, NumberFault, masked, number_words, place_of, read_day, read_number

ON = dt.date(2026, 11, 23)


def card(text, **more):
    return read_number("mykad", text, on=ON, demo=True, **more)


@pytest.mark.parametrize(
    ("text", "born", "sex"),
    [
        ("680411-17-5013", dt.date(1968, 4, 11), "male"),
        ("020825-17-0103", dt.date(2002, 8, 25), "male"),
        ("000109-17-0159", dt.date(2000, 1, 9), "male"),
        ("600302 17 5062", dt.date(1960, 3, 2), "female"),
        ("261123-17-0002", dt.date(2026, 11, 23), "female"),
        ("261124-17-0002", dt.date(1926, 11, 24), "female"),
        ("040229-17-4001", dt.date(2004, 2, 29), "male"),
        ("270101-01-0001", dt.date(1927, 1, 1), "male"),
    ],
)
def test_a_card_tells_birth_and_sex_with_the_century_of_its_serial(text, born, sex):
    number = card(text)
    assert (number.birth_date, number.sex, number.quality, number.warnings) == (born, sex, "asserted", ())


def test_letters_read_for_digits_are_mended():
    assert card("6OO3O2-I7-SO62").value == "600302175062"


@pytest.mark.parametrize(
    ("text", "says"), [("991331-01-5000", "not a date"), ("150101-01-5001", "age of 111"), ("800101-70-5001", "70 is not issued")]
)
def test_odd_numbers_warn_and_do_not_block(text, says):
    number = card(text)
    assert number.quality == "odd" and says in number.warnings[0]["en"] and number.warnings[0]["ms"]


def test_a_leap_day_that_its_century_lacks_is_no_date():
    assert card("000229-01-5001").birth_date is None and card("000229-01-0001").birth_date == dt.date(2000, 2, 29)


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("mykad", "89121417507", "number.length"),
        ("mykad", "8912141750XX", "number.digits"),
        ("passport", "!!", "number.shape"),
        ("passport", "B1234567", "number.country"),
        ("army", "no", "number.shape"),
    ],
)
def test_what_cannot_be_kept_says_why_and_the_mend(kind, text, code):
    with pytest.raises(NumberFault) as fault:
        read_number(kind, text, on=ON)
    assert fault.value.code == code and fault.value.words["ms"] and fault.value.words["en"]


def test_the_place_code_of_invented_people_is_taken_in_the_demo_alone():
    with pytest.raises(NumberFault) as fault:
        read_number("mykad", "680411-17-5013", on=ON)
    assert fault.value.code == "number.demo"


@pytest.mark.parametrize(
    ("code", "place"), [("08", "perak"), ("59", "negeri_sembilan"), ("66", "abroad"), ("82", "unknown"), ("98", "stateless"), ("17", ""), ("97", "")]
)
def test_places(code, place):
    assert place_of(code) == place


def test_every_state_has_its_codes_and_none_is_unassigned():
    assert len(set(PLACES.values()) - {"unknown", "stateless"}) == 16 and not set(PLACES) & UNASSIGNED


@pytest.mark.parametrize(
    ("kind", "text", "country", "kept"),
    [
        ("passport", "a 1234 5678", "", ("MY", "A12345678")),
        ("passport", "b1234567", "id", ("ID", "B1234567")),
        ("unhcr", "354-10C02345", "", ("UN", "35410C02345")),
        ("army", "T 1234567", "", ("MY", "T1234567")),
        ("police", "RF/123456", "", ("MY", "RF123456")),
        ("old_card", "A 1234567", "", ("MY", "A1234567")),
        ("birth_certificate", "AB 12345", "", ("MY", "AB12345")),
        ("mypr", "800101-71-5001", "", ("MY", "800101715001")),
    ],
)
def test_other_documents(kind, text, country, kept):
    number = read_number(kind, text, on=ON, country=country)
    assert (number.country, number.value) == kept


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("23/11/2026", dt.date(2026, 11, 23)),
        ("23-11-26", dt.date(2026, 11, 23)),
        ("23 Nov 2026", dt.date(2026, 11, 23)),
        ("2026-11-23", dt.date(2026, 11, 23)),
        ("3.11.85", dt.date(2085, 11, 3)),
    ],
)
def test_days_as_people_write_them(text, day):
    assert read_day(text, on=ON) == day


def test_nobody_is_born_in_a_year_to_come():
    assert read_day("3.11.85", on=ON, born=True) == dt.date(1985, 11, 3) and read_day("3/11/26", on=ON, born=True) == dt.date(2026, 11, 3)
    with pytest.raises(ValueError, match="day"):
        read_day("31/11/26", on=ON)


def test_numbers_hidden_and_printed():
    assert masked("600302175062") == "•••••• •• 5062" and masked("A12345678") == "•••••5678" and masked("12") == "12"
    assert number_words("mykad", "600302175062") == "600302-17-5062" and number_words("passport", "A1") == "A1"


@given(st.dates(dt.date(1930, 1, 1), ON), st.sampled_from(sorted(set(PLACES) | {"71"})), st.integers(0, 999))
def test_a_number_made_of_a_birth_gives_it_back(born, place, rest):
    serial = ("0" if born.year >= 2000 else "5") + f"{rest:03d}"
    assert read_number("mykad", f"{born:%y%m%d}-{place}-{serial}", on=ON).birth_date == born


@given(st.text(max_size=20), st.sampled_from(["mykad", "passport", "army", "unhcr"]))
def test_whatever_is_typed_is_kept_or_refused_with_words(text, kind):
    try:
        assert read_number(kind, text, on=ON).value.isascii()
    except NumberFault as fault:
        assert set(fault.words) == {"ms", "en"}
