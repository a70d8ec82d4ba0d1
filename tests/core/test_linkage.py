"""Names of every tradition fold to one key, whoever writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinergi.core.linkage import distance, name_key, names_agree

NAMES = st.text(alphabet="ABCDEFGHIKLMNOPRSTUWYZ '@/-.abcdefghijklmnop", max_size=40)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kamarul bin Yusof", "KAMARUL B. YUSUF"),
        ("Mohd Kamarul bin Yusof", "Muhammad Kamarul Yusoff"),
        ("Siti Aminah bt Salleh", "ST. AMINAH BINTI SALEH"),
        ("Abdulrahman bin Mat Isa", "Abdul Rahman b Mat Isa"),
        ("Nurulhuda binti Ali", "Nurul Huda Ali"),
        ("Subramaniam a/l Perumal", "Subramaniam S/O Perumal"),
        ("Subramaniam A / L Perumal", "SUBRAMANIAM A/L PERUMAL"),
        ("Tan Mei Ling", "Mei Ling Tan"),
        ("Jimbai anak Sigan", "Jimbai ak Sigan"),
        ("Dato' Haji Omar bin Awang", "Umar bin Awang"),
        ("Syarifah Zahrah", "Sharifah Zahra"),
        ("Wan Nór Aishah", "Wan Nor Aisyah"),
        ("Zul @ Ali bin Abu", "Zul alias Ali bin Abu"),
    ],
)
def test_one_name_written_two_ways_has_one_key(one, other):
    assert name_key(one) == name_key(other) and names_agree(one, other) == "same"


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("Md Kamaru b. Yusuf", "Kamarul bin Yusof", "near"),
        ("Siti binti Ahmad", "Siti Aminah binti Ahmad", "near"),
        ("Jennifer Tan Mei Ling", "Tan Mei Ling", "near"),
        ("Kamarul bin Yusof", "Aminah binti Yusof", "part"),
        ("Jimbai", "Jimbai anak Sigan", "part"),
        ("Jimbai", "Jimbal", "part"),
        ("Kamarul", "Rohani", "none"),
        ("", "Rohani", ""),
        ("Rohani", " ", ""),
        ("Ali", "Ali", "same"),
        ("Ahmad", "Ali bin Ahmad", "part"),
        ("Chandrasekaran", "Chandrasegarann", "part"),
    ],
)
def test_how_names_agree(one, other, how):
    assert names_agree(one, other) == how and names_agree(other, one) == how


def test_a_title_or_marker_that_is_the_whole_name_stays():
    assert name_key("Haji") == "HAJI" and name_key("B") == "B" and name_key("李 明") == "明 李"


def test_common_words_stand_in_the_key_only_where_little_else_does():
    assert name_key("Muhammad Haziq bin Azman") == "ASMAN HASIK" and name_key("Mohd Ali bin Ahmad") == "AHMAD ALI MUHAMMAD"


@given(NAMES)
def test_a_key_of_a_key_is_itself(name):
    key = name_key(name)
    assert key == " ".join(sorted(key.split()))


@given(NAMES, NAMES)
def test_names_agree_both_ways(one, other):
    assert names_agree(one, other) == names_agree(other, one)


@given(st.text("ABC", max_size=6), st.text("ABC", max_size=6))
def test_distance_is_symmetric_and_zero_for_the_same(one, other):
    assert distance(one, other) == distance(other, one) and (distance(one, other) == 0) is (one == other)


def test_a_swap_is_one_error():
    assert distance("KAMARUL", "KAMAURL") == 1 and distance("", "AB") == 2
