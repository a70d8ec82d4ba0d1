"""How much of two token lists agrees, in bits of rarity: exact, mistyped, joined, shortened. The inner loops of every comparison of words.

Plain functions that numba compiles where it is there (machine.py); a pair costs a microsecond or so.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sinergi.core.linkage.machine import compiled, in_parallel, spread

FAR = 3  # an edit distance of three or more
MOST_TABLE = 8  # letters between the first and the last difference that are looked at
NEAR_SHARE, JOINED_SHARE, SHORT_BITS = 0.7, 0.8, 4.0


@compiled
def distance(letters: Any, length: Any, one: int, other: int) -> Any:
    """Letters left out, put in, changed or swapped with their neighbour between two tokens, up to two; else FAR."""
    if length[one] > length[other]:
        one, other = other, one
    short, long_ = length[one], length[other]
    if long_ - short > 2:
        return FAR
    head = 0
    while head < short and letters[one, head] == letters[other, head]:
        head += 1
    tail = 0
    while tail < short - head and letters[one, short - 1 - tail] == letters[other, long_ - 1 - tail]:
        tail += 1
    rows, columns = short - head - tail, long_ - head - tail
    if rows == 0:
        return columns
    if columns > MOST_TABLE:
        return FAR
    table = np.zeros((MOST_TABLE + 1, MOST_TABLE + 1), np.int64)
    for a in range(rows + 1):
        table[a, 0] = a
    for b in range(columns + 1):
        table[0, b] = b
    for a in range(1, rows + 1):
        for b in range(1, columns + 1):
            x, y = letters[one, head + a - 1], letters[other, head + b - 1]
            best = min(table[a - 1, b] + 1, table[a, b - 1] + 1, table[a - 1, b - 1] + (x != y))
            if a > 1 and b > 1 and x == letters[other, head + b - 2] and letters[one, head + a - 2] == y:
                best = min(best, table[a - 2, b - 2] + 1)
            table[a, b] = best
    return min(table[rows, columns], FAR)


@compiled
def has_digit(letters: Any, length: Any, token: int) -> Any:
    """Whether 0 to 9 stands in a token."""
    for k in range(length[token]):
        if 48 <= letters[token, k] <= 57:
            return True
    return False


@compiled
def near(letters: Any, length: Any, one: int, other: int) -> Any:
    """Whether one word may be the other mistyped or cut short: one letter off, two in six (first letter equal) or seven, or its first four and more.

    A token with a digit is never another with a digit changed: models, postcodes and house numbers lie side by side.
    """
    short = min(length[one], length[other])
    if short < 2 or letters[one, 0] != letters[other, 0] and letters[one, length[one] - 1] != letters[other, length[other] - 1]:
        return False
    if has_digit(letters, length, one) or has_digit(letters, length, other):
        return False
    apart = distance(letters, length, one, other)
    if apart == 1:
        return short >= 4 or letters[one, 0] == letters[other, 0]
    if apart == 2:
        return short >= 7 or short == 6 and letters[one, 0] == letters[other, 0]
    if short < 4 or length[one] == length[other]:
        return False
    for k in range(short):
        if letters[one, k] != letters[other, k]:
            return False
    return True


@compiled
def joined(letters: Any, length: Any, first: int, second: int, whole: int) -> bool:
    """Whether two tokens written together are the third."""
    if length[first] + length[second] != length[whole]:
        return False
    for k in range(length[first]):
        if letters[first, k] != letters[whole, k]:
            return False
    for k in range(length[second]):
        if letters[second, k] != letters[whole, length[first] + k]:
            return False
    return True


@compiled
def take_equal(x: Any, nx: int, y: Any, ny: int, used_x: Any, used_y: Any, bits: Any) -> float:
    """Mark equal tokens as used on both sides; their bits."""
    agreed = 0.0
    for a in range(nx):
        for b in range(ny):
            if not used_y[b] and x[a] == y[b]:
                used_x[a], used_y[b] = True, True
                agreed += bits[x[a]]
                break
    return agreed


@compiled
def take_near(x: Any, nx: int, y: Any, ny: int, used_x: Any, used_y: Any, bits: Any, letters: Any, length: Any) -> float:
    """Mark mistyped tokens and initials as used; a part of their bits."""
    agreed = 0.0
    for a in range(nx):
        if used_x[a]:
            continue
        for b in range(ny):
            if used_y[b]:
                continue
            if near(letters, length, x[a], y[b]):
                agreed += NEAR_SHARE * min(bits[x[a]], bits[y[b]])
            elif min(length[x[a]], length[y[b]]) == 1 and letters[x[a], 0] == letters[y[b], 0]:
                agreed += min(SHORT_BITS, bits[x[a]], bits[y[b]])
            else:
                continue
            used_x[a], used_y[b] = True, True
            break
    return agreed


@compiled
def take_joined(x: Any, nx: int, y: Any, ny: int, used_x: Any, used_y: Any, bits: Any, letters: Any, length: Any) -> float:
    """Mark two neighbours of x that y writes as one word; a part of their bits."""
    agreed = 0.0
    for a in range(nx - 1):
        if used_x[a] or used_x[a + 1]:
            continue
        for b in range(ny):
            if not used_y[b] and joined(letters, length, x[a], x[a + 1], y[b]):
                used_x[a], used_x[a + 1], used_y[b] = True, True, True
                agreed += JOINED_SHARE * (bits[x[a]] + bits[x[a + 1]])
                break
    return agreed


@compiled
def width_of(row: Any) -> int:
    """Tokens before the first -1."""
    count = 0
    for token in row:
        if token < 0:
            break
        count += 1
    return count


@compiled
def left_over(x: Any, nx: int, used: Any, bits: Any) -> float:
    """Bits of the tokens that found no partner."""
    left = 0.0
    for a in range(nx):
        if not used[a]:
            left += bits[x[a]]
    return left


@compiled
def align(x: Any, y: Any, bits_x: Any, bits_y: Any, letters: Any, length: Any) -> tuple[float, float, float]:
    """(bits that agree, bits left in x, bits left in y) of two rows of tokens."""
    nx, ny = width_of(x), width_of(y)
    used_x, used_y = np.zeros(nx, np.bool_), np.zeros(ny, np.bool_)
    agreed = take_equal(x, nx, y, ny, used_x, used_y, bits_x)
    agreed += take_near(x, nx, y, ny, used_x, used_y, bits_x, letters, length)
    agreed += take_joined(x, nx, y, ny, used_x, used_y, bits_x, letters, length)
    agreed += take_joined(y, ny, x, nx, used_y, used_x, bits_y, letters, length)
    return agreed, left_over(x, nx, used_x, bits_x), left_over(y, ny, used_y, bits_y)


@in_parallel
def align_pairs(out: Any, left: Any, right: Any, i: Any, j: Any, bits_left: Any, bits_right: Any, letters: Any, length: Any) -> None:
    """Fill out (n, 3) with what `align` says of left[i] and right[j]; left and right may be two columns."""
    for p in spread(len(i)):
        a, b, c = align(left[i[p]], right[j[p]], bits_left, bits_right, letters, length)
        out[p, 0], out[p, 1], out[p, 2] = a, b, c


@in_parallel
def near_values(out: Any, left: Any, right: Any, letters: Any, length: Any) -> None:
    """Fill out with the edit distance (up to FAR) of the tokens left[p] and right[p]."""
    for p in spread(len(left)):
        out[p] = distance(letters, length, left[p], right[p])


def aligned(left: NDArray[np.int64], right: NDArray[np.int64], i: NDArray[np.int64], j: NDArray[np.int64], bits: tuple[Any, Any], letters: Any,
            length: Any) -> NDArray[np.float64]:
    """(n, 3): agreed bits, left-over bits of i, left-over bits of j."""
    out = np.zeros((len(i), 3))
    align_pairs(out, left, right, i, j, bits[0], bits[1], letters, length)
    return out
