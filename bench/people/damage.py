"""Records as agencies hold them: what each body writes of the same people, with its own gaps, slips and old addresses.

Profiles: Q1 employers' and social security files, numbers checked online; Q2 typed by clerks; Q3 village and flood lists and a coordinator at a
counter, as bad as public lists of names. Rates and what they rest on: specification.md. Truth stands beside each record, for scoring only.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import polars as pl

from bench.people.misspelling import ESTATES, street, written
from bench.people.population import ON

NAMES = ("abbreviated", "honoured", "shortened", "respelt", "mistyped")
REST = ("number_missing", "number_wrong", "number_borrowed", "birth_missing", "birth_wrong", "phone_missing", "phone_changed", "phone_wrong",
        "phone_second", "address_missing", "address_moved", "sex_missing", "paper_missing", "paper_renewed")
PROFILES = {profile: dict(zip(NAMES + REST, rates, strict=True)) for profile, rates in {
    "Q1": (.25, .02, .015, .010, .012, .002, .003, .0005, .02, .004, .15, .25, .010, .10, .05, .15, .01, .03, .15),
    "Q2": (.45, .06, .050, .030, .030, .050, .018, .0020, .08, .012, .20, .30, .015, .20, .10, .20, .03, .12, .20),
    "Q3": (.60, .12, .110, .050, .060, .280, .040, .0040, .25, .020, .25, .30, .030, .15, .15, .20, .05, .35, .25)}.items()}
MISREAD = {"0": "O8", "1": "7I", "2": "Z7", "3": "8", "5": "6S", "6": "8B5", "7": "1", "8": "3B0", "9": "4", "4": "9"}
FIELDS = ("name", "mykad", "passport", "unhcr", "birth_date", "sex", "phone", "other_phone", "address", "postcode", "city", "state")
TRUTH = ("person", "household", "tradition", "true_sex", "true_born", "paper")
SCHEMA = {**dict.fromkeys(("person", "household"), pl.Int64), "tradition": pl.Int8, "true_sex": pl.String, "true_born": pl.Date, "paper": pl.String,
          "profile": pl.String, "borrowed": pl.Boolean, **dict.fromkeys(FIELDS, pl.String), "birth_date": pl.Date}
AT_ONCE = 25_000
Person = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What is drawn: how many records a person has (share of persons with 0, 1, 2 …), the share of each profile, the seed."""

    records: tuple[float, ...]
    profiles: dict[str, float]
    seed: int


MIXED = {"Q1": .4, "Q2": .4, "Q3": .2}
REGISTER = (.35, .35, .20, .10)  # share of persons with 0, 1, 2, 3 records


def misread(number: str, chance: random.Random) -> str:
    """A number typed wrong: another digit 45, two swapped 25, misread 12, one lost 8, one doubled 5, two others 5 of 100."""
    kind, at = chance.random(), chance.randrange(len(number))
    before, one, after = number[:at], number[at], number[at + 1:]
    if kind < .45:
        return before + chance.choice("0123456789") + after
    if kind < .70:
        at = min(at, len(number) - 2)
        return number[:at] + number[at + 1] + number[at] + number[at + 2:]
    if kind < .82:
        return before + chance.choice(MISREAD.get(one, "0")) + after
    if kind < .95:
        return before + after if kind < .90 else before + one + one + after
    digits = list(number)
    for place in (at, chance.randrange(len(number))):
        digits[place] = chance.choice("0123456789")
    return "".join(digits)


def card(person: Person, other: Person | None, rates: dict[str, float], age: int, chance: random.Random) -> tuple[str | None, bool]:
    """The MyKad number as written, and whether it is another's of the household."""
    number = person["mykad"]
    if number is None or chance.random() < rates["number_missing"] * (2.2 if age < 7 else 1):
        return None, False
    borrowed = other is not None and other["mykad"] is not None and chance.random() < rates["number_borrowed"]
    if borrowed and other is not None:
        number = other["mykad"]
    elif chance.random() < rates["number_wrong"]:
        number = misread(number, chance)
    return f"{number[:6]}-{number[6:8]}-{number[8:]}" if chance.random() < .3 else number, borrowed


def papers(person: Person, rates: dict[str, float], chance: random.Random) -> tuple[str | None, str | None]:
    """Passport and UNHCR card as written; a renewed passport has a number of its own, which stays the same for the person."""
    passport, refugee = person["passport"], person["unhcr"]
    if passport and chance.random() < rates["paper_missing"]:
        passport = None
    elif passport:
        if chance.random() < rates["paper_renewed"]:
            passport = passport[:2] + str(10_000_000 - int(passport[2:])).zfill(7)
        passport = misread(passport, chance) if chance.random() < rates["number_wrong"] else passport
    if refugee and chance.random() < rates["paper_missing"]:
        refugee = None
    return passport, refugee


def birth(born: dt.date, rates: dict[str, float], chance: random.Random) -> dt.date | None:
    """The birth date as written: day and month swapped 35, 1 January 25, a year or ten off 20, another day 20 of 100 wrong ones."""
    if chance.random() < rates["birth_missing"]:
        return None
    if chance.random() >= rates["birth_wrong"]:
        return born
    kind = chance.random()
    try:
        if kind < .35:
            return born.replace(month=born.day, day=born.month)
        if kind < .60:
            return born.replace(month=1, day=1)
        return born.replace(year=born.year + chance.choice((-10, -1, 1, 10))) if kind < .80 else born.replace(day=chance.randrange(1, 29))
    except ValueError:
        return born.replace(month=1, day=1)


def phones(person: Person, rates: dict[str, float], chance: random.Random) -> tuple[str | None, str | None]:
    """The phone as written and, of some, another one. A changed phone is a new number."""
    phone, other = person["phone"], person["other_phone"] if chance.random() < rates["phone_second"] else None
    if chance.random() < rates["phone_missing"]:
        return None, None
    if chance.random() < rates["phone_changed"]:
        phone = f"01{chance.choice('01234679')}0{chance.randrange(1_000_000):06d}"
    elif chance.random() < rates["phone_wrong"]:
        phone = misread(phone, chance)
    return f"+6{phone}" if chance.random() < .2 else phone, other


def place(person: Person, rates: dict[str, float], chance: random.Random) -> tuple[str | None, str | None, str | None, str]:
    """Address, postcode, city, state as written: another address where the person lives or lived, or the same one shortened."""
    address, postcode, city, state = person["address"], person["postcode"], person["city"], person["state"]
    if chance.random() < rates["address_missing"]:
        return None, None, None, state
    if chance.random() < rates["address_moved"]:
        near = chance.random() < .6
        moved = f"{postcode[:2]}{chance.randrange(100):02d}0" if near else f"{chance.randrange(1000, 98_000) // 10 * 10:05d}"
        return f"NO {chance.randrange(1, 300)}, JALAN {chance.randrange(1, 40)}, TAMAN {chance.choice(ESTATES)}", moved, city if near else None, state
    if chance.random() < .5:
        return street(address, chance), misread(postcode, chance)[:5] if chance.random() < .05 else postcode, city, state
    return address, postcode, city, state


def record(person: Person, other: Person | None, profile: str, chance: random.Random) -> tuple[Any, ...]:
    """One record of a person by one body, in the order of SCHEMA. `other`: somebody of the same household, whose number may be borrowed."""
    rates, born, sex = PROFILES[profile], person["birth_date"], person["sex"]
    age = ON.year - born.year
    name = written(person["name"], person["tradition"], sex, age, rates, chance) if chance.random() >= rates["sex_missing"] * .02 else None
    number, borrowed = card(person, other, rates, age, chance)
    passport, refugee = papers(person, rates, chance)
    told = None if chance.random() < rates["sex_missing"] else sex if chance.random() >= .003 else "female" if sex == "male" else "male"
    paper = "mykad" if person["mykad"] else "foreign" if person["passport"] or person["unhcr"] else "none"
    return (person["person"], person["household"], person["tradition"], sex, born, paper, profile, borrowed, name, number, passport, refugee,
            birth(born, rates, chance), told, *phones(person, rates, chance), *place(person, rates, chance))


def part_of(people: pl.DataFrame, plan: Plan, part: int) -> pl.DataFrame:
    """The records of one part of the people. A process of its own may do it."""
    chance, rows = random.Random(f"{plan.seed} {part}"), people.to_dicts()
    kinds, shares = list(plan.profiles), list(plan.profiles.values())
    made = []
    for at, person in enumerate(rows):
        beside = (rows[near] for near in (at - 1, at + 1) if 0 <= near < len(rows))
        other = next((one for one in beside if one["household"] == person["household"]), None)
        for _ in range(chance.choices(range(len(plan.records)), plan.records)[0]):
            made.append(record(person, other, chance.choices(kinds, shares)[0], chance))
    return pl.DataFrame(made, schema=SCHEMA, orient="row")


def records(people: pl.DataFrame, plan: Plan, processes: int = 2) -> pl.DataFrame:
    """All records of the people: `record`, a running number, and the columns of SCHEMA; the same for the same people and plan."""
    parts: Sequence[pl.DataFrame] = list(people.iter_slices(AT_ONCE))
    if len(parts) == 1:
        return part_of(people, plan, 0).with_row_index("record")
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        made: Iterator[pl.DataFrame] = pool.map(part_of, parts, [plan] * len(parts), range(len(parts)))
        return pl.concat(list(made)).with_row_index("record")
