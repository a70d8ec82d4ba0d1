"""From pairs to persons: what hangs together, checked, and cut at the weakest link where it cannot be one person."""
from __future__ import annotations

import numpy as np

YEARS_APART, WHOLE = 5, 12


def components(n: int, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Pairs (i, j) of n rows -> for each row the smallest row that it hangs together with."""
    label = np.arange(n)
    while True:
        before = label
        label = label.copy()
        low = np.minimum(label[i], label[j])
        np.minimum.at(label, i, low)
        np.minimum.at(label, j, low)
        label = label[label]
        if np.array_equal(label, before):
            return label


def contradictions(number: np.ndarray, digits: np.ndarray, whole: np.ndarray, year: np.ndarray, sex: np.ndarray) -> list[str]:
    """Why these rows cannot be one person: two valid numbers, births five years apart, two sexes."""
    valid = np.unique(number[(digits == WHOLE) & whole])
    known = year[year > 0]
    found = ["two_numbers"] if len(valid) > 1 else []
    found += ["births_apart"] if len(known) and int(known.max()) - int(known.min()) >= YEARS_APART else []
    return found + (["two_sexes"] if len(np.unique(sex[sex > 0])) > 1 else [])


def clusters(n: int, i: np.ndarray, j: np.ndarray, bits: np.ndarray,
             identity: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, dict[str, int]]:
    """Pairs with scores -> (label of each row, which pairs were cut (for review), how often each contradiction was met).

    `identity`: number, digits, whole, year, sex (n). A group that contradicts itself loses its weakest pair, again and again, until it does not.
    """
    cut, met = np.zeros(len(i), bool), dict.fromkeys(("two_numbers", "births_apart", "two_sexes"), 0)
    label = components(n, i, j)
    suspects = suspicious(label, identity)
    while len(suspects):
        inside = np.isin(label[i], suspects) & ~cut
        where = np.flatnonzero(inside)
        weakest = where[np.lexsort((bits[where], label[i[where]]))]
        first = weakest[np.unique(label[i[weakest]], return_index=True)[1]]
        for group in suspects:
            rows = np.flatnonzero(label == group)
            for why in contradictions(*(identity[name][rows] for name in ("number", "digits", "whole", "year", "sex"))):
                met[why] += 1
        cut[first] = True
        label = components(n, i[~cut], j[~cut])
        suspects = suspicious(label, identity)
    return label, cut, met


def suspicious(label: np.ndarray, identity: dict[str, np.ndarray]) -> np.ndarray:
    """Labels of groups that contradict themselves; grouped by sorting, so a million rows cost one pass."""
    def spread(values: np.ndarray, known: np.ndarray, least: int) -> np.ndarray:
        rows = np.flatnonzero(known)
        order = rows[np.lexsort((values[rows], label[rows]))]
        if not len(order):
            return order
        starts = np.flatnonzero(np.r_[True, label[order][1:] != label[order][:-1]])
        ends = np.r_[starts[1:], len(order)] - 1
        return np.asarray(label[order[starts]][values[order[ends]].astype(np.int64) - values[order[starts]].astype(np.int64) >= least])

    valid = (identity["digits"] == WHOLE) & identity["whole"]
    return np.unique(np.concatenate([spread(identity["number"], valid, 1), spread(identity["year"], identity["year"] > 0, YEARS_APART),
                                     spread(identity["sex"], identity["sex"] > 0, 1)]))
