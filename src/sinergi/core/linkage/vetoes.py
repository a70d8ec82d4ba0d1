"""What always goes to a person, whatever the score. The database adds those that only it can know: a death, a verdict, help held by both."""
from __future__ import annotations

import numpy as np

MOST_RECORDS = 10
NO_TELLING_WORD, ANOTHER, SWAPPED = 10, 2, 4
CODES = ("number_without_name", "twin_pattern", "father_son_swap", "sex_contradicts", "too_many_records")


def vetoes(levels: np.ndarray, born_equal: np.ndarray, records: np.ndarray | None = None) -> np.ndarray:
    """Levels (n, 6), whether both birth dates are known and equal (n), records that would be in one person (n) -> which of CODES apply (n, 5)."""
    name, father, identity, sex, _, _ = levels.T
    many = np.zeros(len(levels), bool) if records is None else records > MOST_RECORDS
    return np.stack([
        (identity == 1) & (name >= NO_TELLING_WORD),
        (identity == 3) & born_equal & ((father == 1) | (name >= 8)),
        father == SWAPPED,
        (identity == 1) & (sex == ANOTHER),
        many,
    ], 1)


def named(row: np.ndarray) -> tuple[str, ...]:
    """One row of `vetoes` as codes."""
    return tuple(code for code, there in zip(CODES, row, strict=True) if there)
