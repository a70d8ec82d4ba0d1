"""States, districts and postcodes. The sources and their licences stand at the top of districts.txt and postcodes.txt."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent


class State(NamedTuple):
    """A state or federal territory: its code (as law/vocabulary spells it) and its name, the same in both languages."""

    code: str
    name: str


STATES: dict[str, State] = {
    code: State(code, name)
    for code, name in (
        ("johor", "Johor"),
        ("kedah", "Kedah"),
        ("kelantan", "Kelantan"),
        ("melaka", "Melaka"),
        ("negeri_sembilan", "Negeri Sembilan"),
        ("pahang", "Pahang"),
        ("perak", "Perak"),
        ("perlis", "Perlis"),
        ("pulau_pinang", "Pulau Pinang"),
        ("sabah", "Sabah"),
        ("sarawak", "Sarawak"),
        ("selangor", "Selangor"),
        ("terengganu", "Terengganu"),
        ("kuala_lumpur", "Kuala Lumpur"),
        ("labuan", "Labuan"),
        ("putrajaya", "Putrajaya"),
    )
}


def rows(name: str) -> Iterator[list[str]]:
    """The lines of a list beside this file, split at the bars; remarks left out."""
    for line in (HERE / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("|")


def slug(name: str) -> str:
    """A name as a code: 'Hulu Langat' -> 'hulu_langat'."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


DISTRICTS: dict[str, dict[str, str]] = {state: {slug(d): d for d in names.split("; ")} for state, names in rows("districts.txt")}


def district_name(state: str, code: str) -> str:
    """The name of a district; a code that is not on the list is shown as it was typed."""
    return DISTRICTS.get(state, {}).get(code, code)


@cache
def postcodes() -> dict[str, list[tuple[str, str]]]:
    """postcode -> [(state, town)]."""
    found: dict[str, list[tuple[str, str]]] = {}
    for state, town, codes in rows("postcodes.txt"):
        for code in codes.split():
            found.setdefault(code, []).append((state, town))
    return found


def state_of_postcode(code: str) -> str | None:
    """The state a postcode belongs to; None when it is not on the list.

    >>> state_of_postcode("34000"), state_of_postcode("99999")
    ('perak', None)
    """
    places = postcodes().get(code)
    return places[0][0] if places else None


def towns_of_postcode(code: str) -> tuple[str, ...]:
    """The towns a postcode serves; none when it is not on the list."""
    return tuple(town for _, town in postcodes().get(code, ()))
