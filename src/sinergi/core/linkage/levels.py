"""Two records -> one pattern: six pieces of evidence, each a small set of levels, packed into one integer. The same at the counter and in a batch.

Level 0 is not known on one side and weighs nothing. A number and a birth date are one piece, for a number tells the date.
name 1-3 the same canonical name (by rarity), 4-7 every telling word agrees, 8-9 one differs, 10-12 more differ; father or surname 1 agrees,
2 partly, 3 contradicts, 4 swapped with the own name; identity 1 equal number, 2 a digit of date or place, 3 a digit of the serial (twins too),
4-5 two digits (birth equal or not), 6-7 another number (birth equal or not), 8 birth equal, 9 one part off, 10 contradicts, 11 equal document,
12 only the year is known and equal; sex; phone 1 equal, 2 one digit, 3 differs; address 1 equal, 2 two thirds, 3 postcode, 4 region, 5 differs.
"""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sinergi.core.linkage.alignment import WHOLE, align, held, left_over
from sinergi.core.linkage.encode import NAMED, Encoded
from sinergi.core.linkage.machine import compiled, in_parallel, inlined, spread

EVIDENCE = ("name", "father", "identity", "sex", "phone", "address")
RADIX = (13, 5, 13, 3, 4, 6)
SURE, SOME, DOUBT = 2.0, 6.0, 3.5
SAMPLE = 16  # of so many hopeless pairs learning sees one


class Levels(NamedTuple):
    """The six levels of one pair."""

    name: int
    father: int
    identity: int
    sex: int
    phone: int
    address: int


def pack(levels: Levels) -> int:
    """Six levels as one pattern."""
    pattern = 0
    for level, radix in zip(levels, RADIX, strict=True):
        pattern = pattern * radix + level
    return pattern


def unpack(patterns: np.ndarray) -> np.ndarray:
    """Patterns (n) -> levels (n, 6)."""
    left, out = np.asarray(patterns, np.int64), []
    for radix in reversed(RADIX):
        out.append(left % radix)
        left = left // radix
    return np.stack(out[::-1], -1)


@compiled
def first_telling(own, bits, row):
    """The place of the first own name that tells, as a set; empty where none does."""
    for place in range(NAMED):
        if own[row, place] >= 0 and bits[own[row, place]] > DOUBT:
            return 1 << place
    return 0


@compiled
def part_agreement(own, father, bits, letters, length, initials, i, mine, j, yours):
    """(bits agreed, bits left over, places left, places left) of the words at some places of both names."""
    agreed, free_i, free_j = align(own, father, bits, letters, length, i, mine, j, yours)
    left = min(left_over(own, father, bits, letters, i, free_i, initials[j]), left_over(own, father, bits, letters, j, free_j, initials[i]))
    return agreed, left, free_i, free_j


@compiled
def shared_agreement(own, father, bits, letters, length, initials, i, mine, j, yours):
    """(bits agreed, bits left over) of both names whole, whatever part a word stands in."""
    agreed, left, free_i, free_j = part_agreement(own, father, bits, letters, length, initials, i, mine, j, yours)
    if free_i & first_telling(own, bits, i) and free_j & first_telling(own, bits, j):
        return agreed, max(left, SOME)  # the first telling own names differ: a relative
    return agreed, left


@compiled
def parts(own, father, bits, letters, length, initials, marker, i, j):
    """(bits agreed, bits left over, level of the father's name)."""
    xo, xf = held(own, father, i, 0, NAMED), held(own, father, i, NAMED, WHOLE)
    yo, yf = held(own, father, j, 0, NAMED), held(own, father, j, NAMED, WHOLE)
    by_role = xf > 0 and yf > 0
    if not by_role or marker[i] == 2 or marker[j] == 2:
        agreed, left = shared_agreement(own, father, bits, letters, length, initials, i, xo | xf, j, yo | yf)
        if not by_role or left < SURE:  # a surname may have been seen in another place: both orders are tried
            return agreed, left, 0
    agreed, left, _, _ = part_agreement(own, father, bits, letters, length, initials, i, xo, j, yo)
    of_father, father_left, _, _ = part_agreement(own, father, bits, letters, length, initials, i, xf, j, yf)
    level = 1 if father_left < SURE and of_father > 0 else 2 if of_father > 4.0 else 3
    if left >= SOME and level == 3:
        one, _, _ = align(own, father, bits, letters, length, i, xo, j, yf)
        other, _, _ = align(own, father, bits, letters, length, i, xf, j, yo)
        level = 4 if one > SOME or other > SOME else 3
    if left < SOME and level == 1:
        agreed += min(of_father, 20.0)
    return agreed, left, level


@inlined
def is_written_alike(e, i, j):
    """Do both names have the same words in the same places, no surname among them?"""
    if e.marker[i] == 2 or e.marker[j] == 2:
        return False
    for t in range(NAMED):
        if e.own[i, t] != e.own[j, t] or e.father[i, t] != e.father[j, t]:
            return False
    return True


@compiled
def weight_of(bits, words, row):
    """Bits of all words of one part of one name."""
    total = 0.0
    for t in range(NAMED):
        if words[row, t] >= 0:
            total += bits[words[row, t]]
    return total


@inlined
def name_levels(e, i, j):
    """(level of the name, level of the father's or surname)."""
    if (e.own[i, 0] < 0 and e.father[i, 0] < 0) or (e.own[j, 0] < 0 and e.father[j, 0] < 0):
        return 0, 0
    own, of_father = weight_of(e.bits, e.own, i), weight_of(e.bits, e.father, i)
    if is_written_alike(e, i, j) and (e.father[i, 0] < 0 or of_father > 0):  # most true pairs: nothing need be paired word by word
        agreed, left, father = own + min(of_father, 20.0), 0.0, int(e.father[i, 0] >= 0)
    else:
        agreed, left, father = parts(e.own, e.father, e.bits, e.letters, e.length, e.initials, e.marker, i, j)
    if e.canon[i] == e.canon[j] and e.canon[i] != 0:
        return 1 if agreed >= 24.0 else 2 if agreed >= 16.0 else 3, father
    if left < SURE:
        return 4 if agreed >= 24.0 else 5 if agreed >= 16.0 else 6 if agreed >= 10.0 else 7, father
    if left < SOME:
        return 8 if agreed >= 12.0 else 9, father
    return 10 if agreed >= 12.0 else 11 if agreed >= 4.0 else 12, father


@compiled
def digits_apart(a, b, length):
    """(digits that differ, 3: three or more; place of the last that does, are they two neighbours swapped). Places count from the right."""
    different, first, second, x, y = 0, -1, -1, a, b
    for place in range(length):
        if x % 10 != y % 10:
            different += 1
            if first < 0:
                first = place
            elif different == 2:
                second = place
            else:
                return 3, first, False
        x //= 10
        y //= 10
    swapped = False
    if different == 2 and second == first + 1:
        u, v = (a // 10**first) % 100, (b // 10**first) % 100
        swapped = u % 10 == v // 10 and u // 10 == v % 10
    return different, first, swapped


@compiled
def is_one_short(a, b, most):
    """Is one number the other with a digit left out?"""
    longer, shorter, unit = max(a, b), min(a, b), 1
    for _ in range(most):
        if (longer // (unit * 10)) * unit + longer % unit == shorter:
            return True
        unit *= 10
    return False


@compiled
def level_of_numbers(a, la, b, lb, same_day):
    """Both numbers are known, of la and lb digits."""
    if a == b and la == lb:
        return 1
    if la == lb:
        different, first, swapped = digits_apart(a, b, la)
        if different == 1 or swapped:
            return 3 if first < 4 else 2
        if different == 2:
            return 4 if same_day else 5
    elif abs(la - lb) == 1 and is_one_short(a, b, max(la, lb)):
        return 2
    return 6 if same_day else 7


@compiled
def level_of_births(a, year_a, b, year_b):
    """A number is missing on one side: days as yyyymmdd and years, 0 where not known."""
    if a == 0 or b == 0:
        if year_a == 0 or year_b == 0:
            return 0
        return 12 if year_a == year_b else 0 if abs(year_a - year_b) == 1 else 10
    if a == b:
        return 8
    month_a, month_b, day_a, day_b, same_year = a // 100 % 100, b // 100 % 100, a % 100, b % 100, a // 10000 == b // 10000
    equal = int(same_year) + int(month_a == month_b) + int(day_a == day_b)
    swapped = same_year and month_a == day_b and day_a == month_b
    rounded = same_year and ((month_a == 1 and day_a == 1) or (month_b == 1 and day_b == 1))
    return 9 if equal == 2 or swapped or rounded else 10


@inlined
def identity_level(e, i, j):
    """Number, document and birth: one piece."""
    if e.number[i] > 0 and e.number[j] > 0:
        return level_of_numbers(e.number[i], e.digits[i], e.number[j], e.digits[j], e.born[i] > 0 and e.born[i] == e.born[j])
    if e.document[i] != 0 and e.document[i] == e.document[j]:
        return 11
    return level_of_births(e.born[i], e.year[i], e.born[j], e.year[j])


@inlined
def phone_level(e, i, j):
    """The nearest of the phones of both."""
    if e.phones[i, 0] == 0 or e.phones[j, 0] == 0:
        return 0
    if e.phones[i, 0] == e.phones[j, 0]:
        return 1
    best = 3
    for s in range(e.phones.shape[1]):
        for t in range(e.phones.shape[1]):
            if e.phones[i, s] > 0 and e.phones[j, t] > 0:
                different, _, _ = digits_apart(e.phones[i, s], e.phones[j, t], 9)
                best = min(best, 1 if different == 0 else 2 if different == 1 else 3)
    return best


@inlined
def address_level(e, i, j):
    """Words of the address, then postcode, then region."""
    if e.address[i] == 0 or e.address[j] == 0:
        return 0
    if e.address[i] == e.address[j]:
        return 1
    here, there, both = 0, 0, 0
    for s in range(e.places.shape[1]):
        here += e.places[i, s] != 0
        there += e.places[j, s] != 0
        for t in range(e.places.shape[1]):
            if e.places[i, s] != 0 and e.places[i, s] == e.places[j, t]:
                both += 1
    if both * 3 >= 2 * max(here, there):
        return 2
    if e.postcode[i] > 0 and e.postcode[i] == e.postcode[j]:
        return 3
    return 4 if e.postcode[i] // 1000 == e.postcode[j] // 1000 else 5


@inlined
def pattern_of(e, i, j):
    """The pattern of one pair."""
    name, father = name_levels(e, i, j)
    sex = 0 if e.sex[i] == 0 or e.sex[j] == 0 else 1 if e.sex[i] == e.sex[j] else 2
    return ((((name * 5 + father) * 13 + identity_level(e, i, j)) * 3 + sex) * 4 + phone_level(e, i, j)) * 6 + address_level(e, i, j)


def glances(e: Encoded) -> np.ndarray:
    """What is_hopeless looks at, side by side (n, 9) int64: number, digits, day of birth, year, document, two phones, address, own name; a lot."""
    with np.errstate(over="ignore"):
        lot = (e.number.astype(np.uint64) + e.canon) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(2)  # two of them do not overflow
    parts = (e.number, e.digits, e.born, e.year, e.document, e.phones[:, 0], e.phones[:, 1], e.address, e.given, lot)
    out = np.empty((len(e.number), len(parts)), np.int64)
    for place, part in enumerate(parts):
        out[:, place] = part.view(np.int64) if part.dtype == np.uint64 else part
    return out


@compiled
def is_hopeless(seen, i, j):
    """Do number and birth both contradict, with no home and own name in common? Cheap to see, and no score of such a pair is worth a look."""
    a, b = seen[i], seen[j]
    if a[0] > 0 and b[0] > 0:
        level = 6 if a[2] > 0 and a[2] == b[2] else level_of_numbers(a[0], a[1], b[0], b[1], False)
    elif a[4] != 0 and a[4] == b[4]:
        level = 11
    else:
        level = level_of_births(a[2], a[3], b[2], b[3])
    if level != 7 and level != 10:
        return False
    if a[8] != b[8]:
        return True
    one = a[5] != 0 and (a[5] == b[5] or a[5] == b[6])
    return not (one or a[6] != 0 and (a[6] == b[5] or a[6] == b[6]) or a[7] != 0 and a[7] == b[7])


@compiled
def is_drawn(seen, i, j):
    """Is this hopeless pair the one of SAMPLE that learning sees? By the records alone, so that every machine draws the same."""
    return (seen[i, 9] + seen[j, 9]) >> 57 & 15 == 0


@in_parallel
def patterns_of(e, i, j, out):
    """The pattern of each pair, into `out`."""
    for n in spread(len(i)):
        out[n] = pattern_of(e, i[n], j[n])


def compare_pairs(encoded: Encoded, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Rows i (n) against rows j (n) -> patterns int32 (n)."""
    out = np.empty(len(i), np.int32)
    patterns_of(encoded, np.asarray(i, np.int64), np.asarray(j, np.int64), out)
    return out
