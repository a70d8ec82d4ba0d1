"""The words of two names paired: equal, a typing error apart, written together, or only an initial. What is left over counts against.

Plain loops over integers, made machine code where that can be had. A word is named by its place, 0 to 6 in the own name, 7 to 13 in the father's;
sets of places are the bits of one integer, for an array made in the innermost loop costs more than the comparison.
"""
from __future__ import annotations

import numpy as np

from sinergi.core.linkage.encode import NAMED
from sinergi.core.linkage.machine import compiled

WHOLE = 2 * NAMED
# Which bit is set, by the rest of a power of two divided by 37: all rests differ.
PLACE = np.array([next((k for k in range(WHOLE) if (1 << k) % 37 == rest), -1) for rest in range(37)])


@compiled
def distance(letters, length, a, b, most):
    """Letters to add, drop, change or swap between two words, if they are `most` (1 or 2) or fewer; 3 otherwise."""
    if length[a] > length[b]:
        a, b = b, a
    la, lb, s, e = int(length[a]), int(length[b]), 0, 0
    if lb - la > most:
        return 3
    while s < la and letters[a, s] == letters[b, s]:
        s += 1
    while e < la - s and letters[a, la - 1 - e] == letters[b, lb - 1 - e]:
        e += 1
    la, lb = la - s - e, lb - s - e
    if la == 0 or lb == 1:
        return lb
    if la == 2 and lb == 2 and letters[a, s] == letters[b, s + 1] and letters[a, s + 1] == letters[b, s]:
        return 1
    if most == 1 or la > 4:
        return 3
    return table_distance(letters, a, la, b, lb, s)


@compiled
def table_distance(letters, a, la, b, lb, s):
    """The distance of la and lb letters (4 and 6 at most) from place s on; 3 when it is more than 2."""
    d = np.empty((6, 8), np.int32)
    for i in range(la + 1):
        d[i, 0] = i
    for j in range(lb + 1):
        d[0, j] = j
    for i in range(1, la + 1):
        for j in range(1, lb + 1):
            x = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + (letters[a, s + i - 1] != letters[b, s + j - 1]))
            if i > 1 and j > 1 and letters[a, s + i - 1] == letters[b, s + j - 2] and letters[a, s + i - 2] == letters[b, s + j - 1]:
                x = min(x, d[i - 2, j - 2] + 1)
            d[i, j] = x
    return min(d[la, lb], 3)


@compiled
def alike(letters, length, a, b):
    """One typing error apart (two in long words), or one word is the beginning of the other."""
    shorter = min(length[a], length[b])
    if shorter < 3:
        return False
    far = distance(letters, length, a, b, 2 if shorter >= 7 else 1)
    if far <= 2:
        return far == 2 or shorter >= 4 or letters[a, 0] == letters[b, 0]
    if shorter < 4 or length[a] == length[b]:
        return False
    for i in range(shorter):
        if letters[a, i] != letters[b, i]:
            return False
    return True


@compiled
def letter(letters, length, a, b, at):
    """A letter of two words written together."""
    return letters[a, at] if at < length[a] else letters[b, at - length[a]]


@compiled
def joined(letters, length, a, b, c):
    """Are two words written together the third? One letter may differ in four or more: spelling shortens where they meet (POH WEI, POHWEI)."""
    n, m = int(length[a]) + int(length[b]), int(length[c])
    if abs(n - m) > 1:
        return False
    short, same = min(n, m), 0
    while same < short and letter(letters, length, a, b, same) == letters[c, same]:
        same += 1
    if n == m == same:
        return True
    back = 0
    while back < short - same and letter(letters, length, a, b, n - 1 - back) == letters[c, m - 1 - back]:
        back += 1
    return max(n, m) >= 4 and same + back >= max(n, m) - 1


@compiled
def word(own, father, row, place):
    """The word at a place of a name; below 0 where there is none."""
    return own[row, place] if place < NAMED else father[row, place - NAMED]


@compiled
def held(own, father, row, low, high):
    """The places from low up to high that hold a word, as a set."""
    found = 0
    for place in range(low, high):
        if word(own, father, row, place) >= 0:
            found |= 1 << place
    return found


@compiled
def align(own, father, bits, letters, length, i, free_i, j, free_j):
    """Pair the words at the free places of two names, best first. Gives (bits agreed, places left, places left)."""
    agreed = 0.0
    rest = free_i
    while rest:
        bit_s = rest & -rest
        rest ^= bit_s
        x = word(own, father, i, PLACE[bit_s % 37])
        other = free_j
        while other:
            bit_t = other & -other
            other ^= bit_t
            if word(own, father, j, PLACE[bit_t % 37]) == x:
                free_i ^= bit_s
                free_j ^= bit_t
                agreed += bits[x]
                break
    if free_i == 0 or free_j == 0:
        return agreed, free_i, free_j
    rest = free_i
    while rest:
        bit_s = rest & -rest
        rest ^= bit_s
        x = word(own, father, i, PLACE[bit_s % 37])
        other = free_j
        while other:
            bit_t = other & -other
            other ^= bit_t
            y = word(own, father, j, PLACE[bit_t % 37])
            if alike(letters, length, x, y):
                free_i ^= bit_s
                free_j ^= bit_t
                agreed += 0.6 * min(bits[x], bits[y], 12.0)
                break
    if free_i == 0 or free_j == 0:
        return agreed, free_i, free_j
    more, free_i, free_j = join(own, father, bits, letters, length, i, free_i, j, free_j)
    again, free_j, free_i = join(own, father, bits, letters, length, j, free_j, i, free_i)
    return agreed + more + again, free_i, free_j


@compiled
def join(own, father, bits, letters, length, i, free_i, j, free_j):
    """Two words of one side, one after the other, that the other writes together."""
    agreed, rest = 0.0, free_i
    while rest:
        bit_s = rest & -rest
        rest ^= bit_s
        s = PLACE[bit_s % 37]
        after = s + 1
        if s < NAMED and (after == NAMED or own[i, after] < 0):
            after = NAMED  # the father's first word follows the last own
        if after < WHOLE and free_i & bit_s and free_i >> after & 1:
            x, y = word(own, father, i, s), word(own, father, i, after)
            other = free_j
            while other:
                bit_t = other & -other
                other ^= bit_t
                if joined(letters, length, x, y, word(own, father, j, PLACE[bit_t % 37])):
                    free_i &= ~(bit_s | 1 << after)
                    free_j ^= bit_t
                    agreed += 0.8 * (bits[x] + bits[y])
                    break
    return agreed, free_i, free_j


@compiled
def left_over(own, father, bits, letters, row, free, other_initials):
    """Bits of the words that found no partner; one that the other side has as an initial is no contradiction."""
    total, initials, rest = 0.0, other_initials, free
    while rest:
        bit = rest & -rest
        rest ^= bit
        x = word(own, father, row, PLACE[bit % 37])
        mark = np.uint32(1) << np.uint32(max(0, letters[x, 0] - 65))
        if initials & mark:
            initials = initials & ~mark
        else:
            total += bits[x]
    return total
