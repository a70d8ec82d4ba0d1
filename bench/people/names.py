"""Own names and whole names of invented people, drawn for all of them at once, by name tradition, sex and cohort.

Cohorts: born before 1975, before 1996, since. Traditions are numbered as in words.TRADITIONS; sex is 0 male, 1 female.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bench.people.words import Tokens, Urn

Whole = npt.NDArray[np.integer]
SEXES = ("male", "female")
CHINESE, INDIAN, OTHER = 3, 4, 5


def malay_own(urns: dict[str, Urn], chance: np.random.Generator, count: int, sex: str, cohort: int) -> Tokens:
    """A first part that repeats in thousands, then one token or two."""
    age = "old" if cohort == 0 else "modern"
    prefix, first = urns[f"prefix_{sex}_{cohort}"].draw(chance, count), urns[f"malay_{sex}_{age}"].draw(chance, count)
    if cohort == 1:
        first = np.where(chance.random(count) < .5, urns[f"malay_{sex}_old"].draw(chance, count), first)
    second, two = urns[f"malay_{sex}_{age}"].draw(chance, count), chance.random(count) < (.10, .22, .45)[cohort]
    if sex == "male":
        servant = prefix == "ABDUL"
        first, two = np.where(servant, urns["servant_of"].draw(chance, count), first), two & ~servant
    name = np.where(prefix == "", first, prefix + " " + first)
    return np.where(two, name + " " + second, name)


def sabah_own(urns: dict[str, Urn], chance: np.random.Generator, count: int, sex: str, cohort: int) -> Tokens:
    """A Muslim first part in 45 of 100, a second token in 30."""
    first, second = urns[f"sabah_{sex}"].draw(chance, count), urns[f"sabah_{sex}"].draw(chance, count)
    prefix = urns[f"prefix_{sex}_{cohort}"].draw(chance, count)
    name = np.where((chance.random(count) < .45) & (prefix != ""), prefix + " " + first, first)
    return np.where(chance.random(count) < .3, name + " " + second, name)


def foreign_own(urns: dict[str, Urn], chance: np.random.Generator, count: int, sex: str) -> Tokens:
    """Two or three tokens without any marker."""
    draw = urns[f"foreign_{sex}"].draw
    second = np.where(chance.random(count) < .6, urns["sabah_male"].draw(chance, count), urns["indian_male"].draw(chance, count))
    name = draw(chance, count) + " " + second
    return np.where(chance.random(count) < .4, name + " " + draw(chance, count), name)


def pair_own(urn: Urn, chance: np.random.Generator, count: int, two: float) -> Tokens:
    """One token, or two in `two` of 1."""
    first, second = urn.draw(chance, count), urn.draw(chance, count)
    return np.where(chance.random(count) < two, first + " " + second, first)


def own_names(urns: dict[str, Urn], chance: np.random.Generator, tradition: Whole, sex: Whole, cohort: Whole) -> Tokens:
    """The own name of each, (n,); a Chinese one without its surname."""
    out = np.full(len(tradition), "", dtype=object)
    for kind in range(6):
        for number, word in enumerate(SEXES):
            for age in range(3):
                where = np.flatnonzero((tradition == kind) & (sex == number) & (cohort == age))
                count = len(where)
                if kind == 0:
                    out[where] = malay_own(urns, chance, count, word, age)
                elif kind == 1:
                    out[where] = sabah_own(urns, chance, count, word, age)
                elif kind == OTHER:
                    out[where] = foreign_own(urns, chance, count, word)
                else:
                    urn, two = ((urns[f"sarawak_{word}"], .45), (urns[f"chinese_{word}"], .92), (urns[f"indian_{word}"], .3))[kind - 2]
                    out[where] = pair_own(urn, chance, count, two)
    return out


def whole_names(urns: dict[str, Urn], chance: np.random.Generator, own: Tokens, father: Tokens, surname: Tokens, sikh: npt.NDArray[np.bool_],
                tradition: Whole, sex: Whole, cohort: Whole) -> Tokens:
    """Own name, marker and father's name or surname as a card prints it, (n,). `sikh`: SINGH or KAUR follows."""
    count, draw = len(own), chance.random(len(own))
    male = sex == 0
    son, unmarked = own + np.where(male, " BIN ", " BINTI ") + father, own + " " + father
    christian = np.where(male, urns["christian_male"].draw(chance, count), urns["christian_female"].draw(chance, count))
    chinese, has = surname + " " + own, np.where(cohort == 0, .08, .28)
    chinese = np.where(draw < has * .6, christian + " " + chinese, np.where(draw < has, chinese + " " + christian, chinese))
    iban = np.where(draw < .75, own + " ANAK " + father, np.where(draw < .85, son, unmarked))
    indian = own + np.where(sikh, np.where(male, " SINGH", " KAUR"), "") + np.where(male, " A/L ", " A/P ") + father + np.where(sikh, " SINGH", "")
    return np.select([tradition == 0, tradition == 1, tradition == 2, tradition == CHINESE, tradition == INDIAN],
                     [son, np.where(draw < .75, son, unmarked), iban, chinese, indian], own)
