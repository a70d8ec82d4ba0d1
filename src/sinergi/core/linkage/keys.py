"""What two records must share to be compared: seventeen keys and more, each with a cap on how many may share it before it is split.

A key that nothing is lost without goes; one comes only with the recall it brings (bench linkage tells what each alone found).
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sinergi.core.linkage.encode import Encoded, mixed

FULL = 12


@dataclass(frozen=True)
class Keys:
    """`columns` (n, keys) uint64, 0: none; `split` (n): what an overfull block is divided by."""

    names: tuple[str, ...]
    caps: tuple[int, ...]
    columns: np.ndarray
    split: np.ndarray


def hashed(given: np.ndarray, *parts: np.ndarray | int) -> np.ndarray:
    """The hash of parts where `given`, else 0."""
    return np.where(given, mixed(*parts), np.uint64(0)).astype(np.uint64)


def rarest(e: Encoded) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hashes of the two rarest words of each name, smaller first (n, 2), whether there is one, and of the rarest word of the father's name (n)."""
    if not len(e.hashes):
        nothing = np.zeros(len(e.own), np.uint64)
        return np.zeros((len(e.own), 2), np.uint64), nothing > 0, nothing
    every = np.concatenate([e.own, e.father], 1)
    weight = np.where(every >= 0, e.bits[np.maximum(every, 0)], -1)
    two = np.take_along_axis(every, np.argsort(-weight, 1, kind="stable")[:, :2], 1)
    marks = np.where(two >= 0, e.hashes[np.maximum(two, 0)], np.uint64(0))
    marks.sort(1)
    of_father = np.where(e.father >= 0, e.bits[np.maximum(e.father, 0)], -1)
    best = np.take_along_axis(e.father, np.argmax(of_father, 1)[:, None], 1)[:, 0]
    return marks, two[:, 0] >= 0, np.where(best >= 0, e.hashes[np.maximum(best, 0)], np.uint64(0))


def digit_counts(number: np.ndarray) -> np.ndarray:
    """How often each digit stands in a number: the same for every order of its digits."""
    left, out = number.copy(), np.zeros(len(number), np.int64)
    for _ in range(18):
        out += np.where(left > 0, np.int64(1) << (4 * (left % 10)), 0)
        left //= 10
    return out


def batch_keys(e: Encoded) -> Keys:
    """The keys of every record."""
    two, named, father = rarest(e)
    number, full, day, phone = e.number, e.digits == FULL, e.born > 0, e.phones[:, 0] > 0
    yy, mm, dd, pb, serial = (number // 10**10, number // 10**8 % 100, number // 10**6 % 100, number // 10**4 % 100, number % 10**4)
    given, where, area = e.given > 0, e.address > 0, e.postcode // 100
    year = e.year.astype(np.int64)
    tel = e.phones[:, 0]
    rows = (
        ("number", 60, hashed(number > 0, number, 1)),
        ("month_day", 60, hashed(full, mm, dd, pb, serial, 2)),
        ("year_day", 60, hashed(full, yy, dd, pb, serial, 3)),
        ("year_month", 60, hashed(full, yy, mm, pb, serial, 4)),
        ("date_serial", 60, hashed(full, yy, mm, dd, serial, 5)),
        ("digits_given", 60, hashed((number > 0) & given, digit_counts(number), e.given, 6)),
        ("document", 60, hashed(e.document > 0, e.document, 18)),
        ("born_given", 120, hashed(day & given, e.born, e.given, 7)),
        ("born_phone", 60, hashed(day & phone, e.born, tel, 8)),
        ("born_father", 120, hashed(day & (father > 0), e.born, father, 9)),
        ("born_address", 60, hashed(day & where, e.born, e.address, 10)),
        ("born_area", 60, hashed(day & (area > 0), e.born, e.postcode // 1000, e.sex, 19)),
        ("phone_given", 60, hashed(phone & given, tel, e.given, 11)),
        ("address_given", 60, hashed(where & given, e.address, e.given, 12)),
        ("name", 100, hashed(e.folds > 0, e.folds, 13)),
        ("rare_year", 120, hashed(named & (year > 0), two[:, 0], two[:, 1], year, 14)),
        ("skeletons_area", 100, hashed((e.skeletons > 0) & (area > 0), e.skeletons, area, 15)),
        ("phone_year", 60, hashed(phone & (year > 0), tel, year, 16)),
        ("rare_area", 120, hashed(named & (area > 0), two[:, 0], two[:, 1], area, 17)),
    )
    split = mixed(np.where(e.given > 0, e.given, e.folds), e.sex)
    return Keys(tuple(r[0] for r in rows), tuple(r[1] for r in rows), np.stack([r[2] for r in rows], 1), split)
