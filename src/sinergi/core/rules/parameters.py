"""One entry of a parameter file -> Parameter: dated values with status and source, none overlapping."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sinergi.core.rules.law import STATUSES, Parameter, Row
from sinergi.core.rules.reading import Reading, mapping
from sinergi.core.rules.tree import RuleError
from sinergi.core.rules.values import RECORDS, kind_of

KEYS = ("type", "unit", "name", "values", "note", "by")
ROW_KEYS = ("from", "to", "value", "status", "source", "cite", "note", "from_is_assumed", "for")


def parameter(reading: Reading, name: str, entry: object, kinds: Mapping[str, str]) -> Parameter | None:
    """The parameter, or None where its type cannot be read; `kinds` = types of the facts."""
    found = mapping(entry)
    reading.keys(name, found, KEYS)
    try:
        kind = kind_of(found.get("type"), kinds)
        if kind in RECORDS:
            raise RuleError("a figure of the law is no record")
    except RuleError as fault:
        reading.fault(f"{name}.type", fault.message)
        return None
    title = reading.words(f"{name}.name", found.get("name"))
    raw = found.get("values")
    if not isinstance(raw, list) or not raw:
        reading.fault(f"{name}.values", "needs a list of dated values")
        return None
    rows = [row(reading, f"{name}.values[{i}]", mapping(r), kind, kinds) for i, r in enumerate(raw)]
    overlaps(reading, name, rows)
    return Parameter(name, kind, str(found.get("unit", "")), title, tuple(rows))


def row(reading: Reading, key: str, raw: Mapping[Any, Any], kind: str, kinds: Mapping[str, str]) -> Row:
    """One dated value."""
    reading.keys(key, raw, ROW_KEYS)
    if "value" not in raw:
        reading.fault(key, "needs a value (null where the law has a figure that was not found)")
    status = reading.choice(f"{key}.status", raw.get("status"), STATUSES)
    start, end = reading.day(f"{key}.from", raw.get("from")), reading.day(f"{key}.to", raw.get("to"))
    if (start is None) != (status == "passed"):
        reading.fault(f"{key}.from", "a value without 'from' has status passed, and a passed value has no 'from'")
    if start and end and end < start:
        reading.fault(f"{key}.to", "ends before it begins")
    for needed in ("source", "cite"):
        if not raw.get(needed):
            reading.fault(f"{key}.{needed}", f"needs its {needed}")
    return Row(
        start,
        end,
        reading.value(f"{key}.value", kind, raw.get("value")),
        status,
        str(raw.get("source", "")),
        str(raw.get("cite", "")),
        str(raw.get("note", "")),
        raw.get("from_is_assumed") is True,
        where(reading, f"{key}.for", raw.get("for"), kinds),
    )


def where(reading: Reading, key: str, raw: object, kinds: Mapping[str, str]) -> tuple[tuple[str, Any], ...]:
    """for: {fact: value} -> ((fact, value), …); a name that is no fact is kept as words, and no expression may read the figure."""
    if raw is None:
        return ()
    if not isinstance(raw, Mapping):
        reading.fault(key, "write for: {fact: value}")
        return ()
    found = []
    for fact, value in raw.items():
        found.append((str(fact), reading.value(f"{key}.{fact}", kinds[fact], value) if fact in kinds else str(value)))
    return tuple(sorted(found))


def overlaps(reading: Reading, name: str, rows: list[Row]) -> None:
    """Two values on one day are a fault, unless they are meant for different facts."""
    dated = sorted((r for r in rows if r.start), key=lambda r: (r.where, r.start))
    for one, other in zip(dated, dated[1:], strict=False):
        if one.where == other.where and (one.end or dt.date.max) >= (other.start or dt.date.min):
            reading.fault(f"{name}.values", f"two values on {other.start}: {one.start} to {one.end or 'now'} and from {other.start}")
