"""Values of facts between three forms: as typed, as kept in JSON (money in sen), as the law's readers take them. And what a fault is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sinergi.core.identity import read_day
from sinergi.core.money import rate_words
from sinergi.core.rules import Fact
from sinergi.core.time import month_text
from sinergi.kernel.errors import sentences

YES = frozenset({"true", "yes", "ya", "on", "1", "y"})
NO = frozenset({"false", "no", "tidak", "0", "t", "n"})


@dataclass(frozen=True)
class Fault:
    """One field that cannot be taken (or, as a warning, that should be looked at): where, what was given, and the mend in both languages."""

    field: str
    code: str
    value: object
    words: dict[str, str]


def fault(field: str, code: str, value: object = None, **facts: object) -> Fault:
    """A fault with its sentences from the catalogue."""
    return Fault(field, code, value, {language: text.format(**facts) for language, text in sentences()[code].items()})


class SubmissionFaults(Exception):
    """What was sent cannot be taken; `faults` names every field."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{f.field}: {f.words['en']}" for f in faults))
        self.faults = tuple(faults)


def mapping(raw: object, field: str) -> dict[str, Any]:
    """A part that names its values, or nothing. Raises SubmissionFaults where something else was sent."""
    if raw is None or raw == "" or raw == []:
        return {}
    if not isinstance(raw, Mapping):
        raise SubmissionFaults([fault(field, "submission.shape", raw)])
    return {str(name): value for name, value in raw.items()}


def typed_value(fact: Fact, raw: Any, on: dt.date) -> Any:
    """A value as a form or a list types it -> as the vocabulary's reader takes it; what is not understood is left for it to name."""
    if not isinstance(raw, str):
        return raw
    text, kind = raw.strip(), fact.kind.partition(":")[0]
    if kind == "bool":
        return True if text.lower() in YES else False if text.lower() in NO else text
    if kind == "int" and text.lstrip("-").isdigit() and text.isascii():
        return int(text)
    if kind == "date":
        try:
            return read_day(text, on=on)
        except ValueError:
            return text
    if kind in ("months", "list"):
        return [part for part in text.replace(",", " ").split() if part]
    return text


def kept(kind: str, value: Any) -> Any:
    """A reader's value -> JSON to keep: dates as ISO text, months as a list, amounts in sen, rates in parts per million."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if kind == "months" and value is not None:
        return [month_text(m) for m in sorted(value)]
    if kind == "amounts" and value is not None:
        return {month_text(m): sen for m, sen in value}
    return list(value) if isinstance(value, tuple) else value


def written(kind: str, value: Any) -> Any:
    """A kept value -> as a household document writes it: 150000 -> 'RM 1500.00'."""
    if value is None:
        return None
    if kind == "money":
        return money_text(value)
    if kind == "rate":
        return rate_words(value)
    if kind == "amounts":
        return {month: money_text(sen) for month, sen in value.items()}
    return value


def money_text(sen: int) -> str:
    """150050 -> 'RM 1500.50'."""
    return f"RM {'-' if sen < 0 else ''}{abs(sen) // 100}.{abs(sen) % 100:02d}"
