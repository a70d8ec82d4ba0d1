"""The words of two names paired: equal, a typing error apart, written together, or only an initial. What is left over counts against.

Plain loops over integers, made machine code where that can be had.
"""
from __future__ import annotations

import numpy as np

from sinergi.core.linkage.encode import NAMED
from sinergi.core.linkage.machine import compiled


@compiled
def distance(letters, length, a, b):
    """Letters to add, drop, change or swap between two words; 3 when more than two."""
    if length[a] > length[b]:
        a, b = b, a
    la, lb, s, e = int(length[a]), int(length[b]), 0, 0
    if lb - la > 2:
        return 3
    while s < la and letters[a, s] == letters[b, s]:
        s += 1
    while e < la - s and letters[a, la - 1 - e] == letters[b, lb - 1 - e]:
        e += 1
    la, lb = la - s - e, lb - s - e
    if la == 0:
        return lb
    if la > 4:
        return 3
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
    far = distance(letters, length, a, b)
    if far == 1:
        return shorter >= 4 or letters[a, 0] == letters[b, 0]
    if far == 2:
        return shorter >= 7
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
def match_equal_and_alike(x, y, used_x, used_y, bits, letters, length):
    """Words that are equal, then words that are alike; marks what is used and gives the bits agreed."""
    agreed = 0.0
    for i in range(len(x)):
        for j in range(len(y)):
            if not used_x[i] and not used_y[j] and x[i] == y[j]:
                used_x[i] = used_y[j] = True
                agreed += bits[x[i]]
    for i in range(len(x)):
        for j in range(len(y)):
            if not used_x[i] and not used_y[j] and alike(letters, length, x[i], y[j]):
                used_x[i] = used_y[j] = True
                agreed += 0.6 * min(bits[x[i]], bits[y[j]], 12.0)
    return agreed


@compiled
def match_joined(x, y, used_x, used_y, bits, letters, length):
    """Two neighbouring words of one side that the other writes together."""
    agreed = 0.0
    for i in range(len(x) - 1):
        for j in range(len(y)):
            if not (used_x[i] or used_x[i + 1] or used_y[j]) and joined(letters, length, x[i], x[i + 1], y[j]):
                used_x[i] = used_x[i + 1] = used_y[j] = True
                agreed += 0.8 * (bits[x[i]] + bits[x[i + 1]])
    return agreed


@compiled
def align(x, y, used_x, used_y, e):
    """Pair the words of two sides, best first; marks what is used and gives the bits agreed."""
    agreed = match_equal_and_alike(x, y, used_x, used_y, e.bits, e.letters, e.length)
    agreed += match_joined(x, y, used_x, used_y, e.bits, e.letters, e.length)
    return agreed + match_joined(y, x, used_y, used_x, e.bits, e.letters, e.length)


@compiled
def left_over(x, used, e, other_initials):
    """Bits of the words that found no partner; one that the other side has as an initial is no contradiction."""
    total, free = 0.0, other_initials
    for i in range(len(x)):
        if used[i]:
            continue
        letter = np.uint32(1) << np.uint32(max(0, e.letters[x[i], 0] - 65))
        if free & letter:
            free = free & ~letter
        else:
            total += e.bits[x[i]]
    return total


@compiled
def words_of(table, row):
    """The words of one part of one name."""
    n = 0
    while n < NAMED and table[row, n] >= 0:
        n += 1
    return table[row, :n]
