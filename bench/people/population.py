"""Draws a population of invented Malaysian people, whole columns at a time; the same for the same count, seed and part.

Households share father's names, addresses and phones; children have twins; serials of identity numbers are as dense as in life. Identity numbers
carry place codes that the registration department leaves unassigned, mobile numbers begin with a 0 after the prefix and passports with a Z:
no number can be a living person's. Rates and sources: specification.md.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bench.people.names import CHINESE, INDIAN, OTHER, Whole, own_names, whole_names
from bench.people.words import WORDS, State, Tokens, Urn, states, urns
from sinergi.core.identity import DEMO_PLACE, UNASSIGNED

ON = dt.date(2026, 11, 1)
PLACES = tuple(sorted(int(code) for code in UNASSIGNED if code != DEMO_PLACE))
SIZES = (.14, .18, .18, .19, .15, .09, .07)  # households of one to seven
HEAD, SPOUSE, CHILD = 0, 1, 2
MOBILE = np.array([10, 11, 12, 13, 14, 16, 17, 18, 19])
PASSPORTS = np.array(["ZA", "ZB", "ZC", "ZD", "ZE"], dtype=object)
PART = 100_000_000  # person and household numbers of a part begin at this times the part


@dataclass(frozen=True)
class Homes:
    """Households, one entry each: size, state, tradition, its head's age and sex, whether head and spouse live together."""

    size: Whole
    state: Whole
    tradition: Whole
    head_age: npt.NDArray[np.float64]
    head_woman: npt.NDArray[np.bool_]
    couple: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Heads:
    """Persons, one entry each, before they have names: household, role, sex, birth as days since 1970, cohort, tradition; which are a twin."""

    home: Whole
    role: Whole
    sex: Whole
    born: Whole
    cohort: Whole
    tradition: Whole
    twin: Whole


def homes_of(chance: np.random.Generator, count: int, places: list[State]) -> Homes:
    """Households of about `count` people."""
    drawn = chance.choice(np.arange(1, 8), int(count / (np.arange(1, 8) @ np.array(SIZES)) * 1.02) + 1000, p=SIZES)
    many = int(np.searchsorted(np.cumsum(drawn), count)) + 1
    size = drawn[:many].astype(np.int8)
    share = np.array([place.share for place in places])
    state = chance.choice(len(places), many, p=share / share.sum()).astype(np.int8)
    tradition = np.zeros(many, np.int8)
    for number, place in enumerate(places):
        where, mix = np.flatnonzero(state == number), np.array(place.mix)
        tradition[where] = chance.choice(6, len(where), p=mix / mix.sum())
    age = chance.normal(45, 14, many)
    age = np.where((age > 20) & (age < 89), age, chance.uniform(20, 89, many))  # clipped ages would heap on one birthday
    woman = chance.random(many) < np.where(size == 1, .45, .15)
    return Homes(size, state, tradition, age, woman, (size >= 2) & (chance.random(many) < .85) & ~woman)


def heads_of(chance: np.random.Generator, homes: Homes) -> Heads:
    """Everybody in the households: head, spouse, children; 22 of 1,000 children are their elder's twin."""
    home = np.repeat(np.arange(len(homes.size), dtype=np.int32), homes.size)
    many = len(home)
    place = np.arange(many) - np.repeat(np.cumsum(homes.size) - homes.size, homes.size)
    role = np.where(place == 0, HEAD, np.where((place == 1) & homes.couple[home], SPOUSE, CHILD)).astype(np.int8)
    sex = np.select([role == HEAD, role == SPOUSE], [homes.head_woman[home], True], chance.random(many) < .49).astype(np.int8)
    oldest = homes.head_age[home]
    spouse = oldest - chance.normal(3, 4, many)
    spouse = np.where((spouse > 18) & (spouse < 89), spouse, chance.uniform(18, 60, many))
    child = .01 + chance.random(many) * np.clip(oldest - 16, 4, 38)
    age = np.select([role == HEAD, role == SPOUSE], [oldest, spouse], child)
    today = (ON - dt.date(1970, 1, 1)).days
    born = (today - age * 365.25).astype(np.int32)
    follows = np.r_[False, (role[1:] == CHILD) & (role[:-1] == CHILD) & (home[1:] == home[:-1])]
    twin = np.flatnonzero(follows & (chance.random(many) < .022))
    born[twin] = born[twin - 1]
    year = born.astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
    return Heads(home, role, sex, born, np.where(year < 1975, 0, np.where(year < 1996, 1, 2)).astype(np.int8), homes.tradition[home], twin)


def names_of(drawn: dict[str, Urn], chance: np.random.Generator, homes: Homes, heads: Heads) -> Tokens:
    """The name of each as a card prints it. A child's father is the head; no two of one household bear the same name."""
    home, many = heads.home, len(heads.home)
    own = own_names(drawn, chance, heads.tradition, heads.sex, heads.cohort)
    for one in heads.twin[chance.random(len(heads.twin)) < .6]:  # twins like names that begin alike
        if heads.sex[one] == heads.sex[one - 1]:
            elder, younger = own[one - 1].split(" "), own[one].split(" ")
            own[one] = own[one] if younger[-1] == elder[-1] else f"{elder[0]} {younger[-1]}"
    surname = np.where(heads.role == SPOUSE, drawn["surname"].draw(chance, many), drawn["surname"].draw(chance, len(homes.size))[home])
    other = own_names(drawn, chance, heads.tradition, np.zeros(many, np.int8), np.where(heads.cohort == 2, 1, 0))
    first = np.cumsum(homes.size) - homes.size
    child, alone = heads.role == CHILD, homes.head_woman[home]
    father = np.where(child & ~alone, own[first][home], np.where(child, other[first][home], other))
    sikh = (chance.random(len(homes.size)) < .08)[home] & (heads.tradition == INDIAN)
    name = whole_names(drawn, chance, own, father, surname, sikh, heads.tradition, heads.sex, heads.cohort)
    again = np.flatnonzero(pl.DataFrame({"home": home, "name": name.tolist()}).select(~pl.struct("home", "name").is_first_distinct()).to_series())
    fresh = own_names(drawn, chance, heads.tradition[again], heads.sex[again], heads.cohort[again])
    for one, more in zip(again, fresh, strict=True):
        word = more.split(" ")[0]
        name[one] = f"{name[one]} {word}" if heads.tradition[one] == CHINESE else f"{word} {name[one]}"
    return name


def cards_of(chance: np.random.Generator, homes: Homes, heads: Heads, part: int, parts: int) -> npt.NDArray[np.int64]:
    """The twelve digits of each as one integer: serials run on within a birth date, place and sex, with gaps; a twin is born where the elder was."""
    many = len(heads.home)
    state = np.where(chance.random(many) < .78, homes.state[heads.home], chance.choice(16, many))
    place = np.array(PLACES)[(state + (chance.random(many) < .4)) % len(PLACES)]
    place[heads.twin] = place[heads.twin - 1]
    born = heads.born.astype(np.int64)
    key = (born + 60_000) * 1000 + place * 2 + heads.sex
    order = np.argsort(key, kind="stable")
    begins = np.r_[True, np.diff(key[order]) != 0]
    step = np.cumsum(chance.integers(1, 4, many))
    rank = np.empty(many, np.int64)
    rank[order] = (step - step[begins][np.cumsum(begins) - 1]) * parts + part
    day = heads.born.astype("datetime64[D]")
    year, month = day.astype("datetime64[Y]").astype(int) + 1970, day.astype("datetime64[M]").astype(int) % 12 + 1
    of_month = (day - day.astype("datetime64[M]")).astype(int) + 1
    base = np.where(year < 2000, 5000, 0)
    serial = base + ((born * 7919 + place * 104_729) % 400 * 2 + 2 * rank) % np.where(year < 2000, 5000, 4000) + (heads.sex == 0)
    return (((year % 100 * 100 + month) * 100 + of_month) * 100 + place) * 10_000 + serial


def papers_of(chance: np.random.Generator, heads: Heads, cards: npt.NDArray[np.int64]) -> dict[str, pl.Series]:
    """MyKad, passport and UNHCR card of each; who has none of them is without paper.

    Three quarters of `other` are foreign: 70 of 100 of them have a passport, 12 a UNHCR card, which in a quarter of such households is its head's."""
    many = len(heads.home)
    foreign = (heads.tradition == OTHER) & (chance.random(many) < .75)
    stateless = (heads.tradition == 1) & (chance.random(many) < .03)
    which = chance.random(many)
    passport = PASSPORTS[chance.integers(0, len(PASSPORTS), many)] + chance.integers(1_000_000, 9_999_999, many).astype(str).astype(object)
    refugee = chance.integers(1_000_000, 99_999_999, many)
    shared = (chance.random(int(heads.home[-1]) + 1) < .25)[heads.home]
    head = np.flatnonzero(np.r_[True, np.diff(heads.home) != 0])[heads.home]
    refugee = np.where(shared, refugee[head], refugee)
    frame = pl.DataFrame({"card": cards, "passport": pl.Series(passport.tolist()), "unhcr": refugee, "which": which, "foreign": foreign,
                          "none": foreign | stateless})
    frame = frame.select(
        mykad=pl.when(~pl.col("none")).then(pl.col("card").cast(pl.String).str.zfill(12)),
        passport=pl.when(pl.col("foreign") & (pl.col("which") < .70)).then(pl.col("passport")),
        unhcr=pl.when(pl.col("foreign") & pl.col("which").is_between(.70, .82)).then(pl.format("354-00C{}", pl.col("unhcr"))))
    return {column: frame[column] for column in ("mykad", "passport", "unhcr")}


def phones_of(chance: np.random.Generator, heads: Heads) -> dict[str, pl.Series]:
    """The phone each gives, and another one of some: a second of his own, or the household's beside his own."""
    def numbers(count: int) -> npt.NDArray[np.int64]:
        return MOBILE[chance.integers(0, len(MOBILE), count)] * 10_000_000 + chance.integers(0, 1_000_000, count)

    many, age = len(heads.home), ((ON - dt.date(1970, 1, 1)).days - heads.born) / 365.25
    shared, own = numbers(int(heads.home[-1]) + 1)[heads.home], numbers(many)
    has = (age > 15) & (chance.random(many) < .75) & (heads.role != HEAD)
    draw = chance.random(many)
    other = np.where(draw < .12, numbers(many), np.where(has & (draw < .42), shared, 0))
    frame = pl.DataFrame({"phone": np.where(has, own, shared), "other_phone": np.where(age > 15, other, 0)})
    told = frame.select(phone=pl.format("0{}", "phone"), other_phone=pl.when(pl.col("other_phone") > 0).then(pl.format("0{}", "other_phone")))
    return {"phone": told["phone"], "other_phone": told["other_phone"]}


def addresses_of(chance: np.random.Generator, homes: Homes, places: list[State]) -> pl.DataFrame:
    """address, postcode, city, state of each household: estates 55, villages 30, flats 15 of 100."""
    many = len(homes.size)
    town = np.zeros(many, np.int16)
    towns = [(place.name, *one) for place in places for one in place.towns]
    begins = np.cumsum([0, *(len(place.towns) for place in places)])
    town[:] = begins[homes.state] + (chance.random(many) ** 1.5 * np.diff(begins)[homes.state]).astype(int)
    low, high = (np.array([one[part] for one in towns])[town] for part in (2, 3))
    postcode = low + (chance.random(many) ** 2 * np.minimum(high - low, 1200) / 10).astype(int) * 10
    estate, village = (np.array([word.replace("_", " ") for word in WORDS[kind]])[(chance.random(many) ** 1.6 * len(WORDS[kind])).astype(int)]
                       for kind in ("estate", "village"))
    house, street = chance.integers(1, 250, many), chance.integers(1, 30, many)
    frame = pl.DataFrame({"kind": chance.random(many), "estate": estate, "village": village, "house": house, "street": street,
                          "block": np.array(list("ABCDEFGH"))[chance.integers(0, 8, many)], "postcode": postcode,
                          "city": np.array([one[1] for one in towns])[town], "state": np.array([one[0] for one in towns])[town]})
    address = (pl.when(pl.col("kind") < .55).then(pl.format("NO {}, JALAN {} {}, TAMAN {}", "house", "estate", "street", "estate"))
               .when(pl.col("kind") < .85).then(pl.format("LOT {}, KAMPUNG {}", pl.col("house") * 7, "village"))
               .otherwise(pl.format("BLOK {}-{}-{}, PANGSAPURI {}", "block", pl.col("street") % 20 + 1, pl.col("house") % 12 + 1, "estate")))
    return frame.select(pl.col("postcode").cast(pl.String).str.zfill(5), "city", "state", address=address)


def population(count: int, seed: int, part: int = 0, parts: int = 1) -> pl.DataFrame:
    """About `count` people (whole households, so up to six more) of part `part` of `parts`; no number stands in two parts of one seed.

    Columns: person, household (int64), role (0 head, 1 spouse, 2 child), tradition (index of words.TRADITIONS), sex, birth_date, name, mykad,
    passport, unhcr, phone, other_phone, address, postcode, city, state. Raises SystemExit when two would bear one MyKad number."""
    chance, places, drawn = np.random.default_rng([seed, part]), states(), urns()
    homes = homes_of(chance, count, places)
    heads = heads_of(chance, homes)
    name = names_of(drawn, chance, homes, heads)
    papers = papers_of(chance, heads, cards_of(chance, homes, heads, part, parts))
    if papers["mykad"].drop_nulls().is_duplicated().any():
        raise SystemExit(f"{count:,} people in one part: two bear one number; draw them in more parts")
    where = addresses_of(chance, homes, places)[heads.home]
    return pl.DataFrame({
        "person": np.arange(len(name), dtype=np.int64) + part * PART, "household": heads.home.astype(np.int64) + part * PART, "role": heads.role,
        "tradition": heads.tradition, "sex": np.where(heads.sex == 0, "male", "female"), "birth_date": pl.Series(heads.born).cast(pl.Date),
        "name": pl.Series(name.tolist()), **papers, **phones_of(chance, heads)}).hstack(where)
