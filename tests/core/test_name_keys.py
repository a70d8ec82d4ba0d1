"""Properties of name keys and of the distance between words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sinergi.core.linkage import distance, name_key, names_agree

NAMES = st.text(alphabet="ABCDEFGHIKLMNOPRSTUWYZ '@/-.abcdefghijklmnop", max_size=40)


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


def test_a_swap_is_one_error():
    assert distance("KAMARUL", "KAMAURL") == 1 and distance("", "AB") == 2
