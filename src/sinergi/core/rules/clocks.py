"""Clocks of a programme (how long from which event, in which days) and its way of appeal: read from its file, nothing counted here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sinergi.core.rules.law import STATUSES, Appeal, Clock
from sinergi.core.rules.reading import Reading, mapping

EVENTS = ("event", "applied", "asked", "decided")
"""The programme's own event (loss of work, an accident), or a step of the application."""
UNITS = ("days", "working_days", "months")
SIDES = ("person", "agency")
ON_LAPSE = ("remind", "lapse")
CLOCK_KEYS = ("id", "event", "length", "least", "unit", "side", "needs", "text", "on_lapse", "cite", "status", "source")
APPEAL_KEYS = ("to", "length", "unit", "cite", "status", "source")
REMIND_DAYS = ((30, 7), (10, 3), (2, 1))


def remind_days(length: int) -> int:
    """How many days before the end of a clock of so many days people are reminded: 7, 3 or 1; 0 for a clock of a single day."""
    return next((before for least, before in REMIND_DAYS if length >= least), 0)


def clocks(reading: Reading, raw: object, needs: tuple[str, ...]) -> tuple[Clock, ...]:
    """The clocks of a programme that serves `needs`; every fault is kept in `reading`."""
    if raw is None:
        return ()
    if not isinstance(raw, list):
        reading.fault("clocks", "write a list")
        return ()
    found = tuple(clock(reading, f"clocks[{i}]", mapping(entry), needs) for i, entry in enumerate(raw))
    for twice in sorted({c.id for c in found if [d.id for d in found].count(c.id) > 1}):
        reading.fault("clocks", f"the id {twice!r} is used twice")
    return found


def clock(reading: Reading, key: str, raw: Mapping[Any, Any], needs: tuple[str, ...]) -> Clock:
    """One clock."""
    reading.keys(key, raw, CLOCK_KEYS)
    length, least = whole(reading, f"{key}.length", raw.get("length")), raw.get("least")
    if not raw.get("id"):
        reading.fault(f"{key}.id", "needs an id")
    if least is not None and not 1 <= whole(reading, f"{key}.least", least) <= length:
        reading.fault(f"{key}.least", "is at most the length")
    only = raw.get("needs") or ()
    chosen = tuple(reading.choice(f"{key}.needs", need, needs) for need in only)
    return Clock(
        str(raw.get("id") or ""),
        reading.choice(f"{key}.event", raw.get("event"), EVENTS),
        length,
        reading.choice(f"{key}.unit", raw.get("unit"), UNITS),
        reading.choice(f"{key}.side", raw.get("side"), SIDES),
        reading.words(f"{key}.text", raw.get("text")),
        reading.choice(f"{key}.on_lapse", raw.get("on_lapse"), ON_LAPSE),
        *cited(reading, key, raw),
        least,
        chosen,
    )


def appeal(reading: Reading, raw: object) -> Appeal | None:
    """Where and until when a decision can be appealed; None where no source says it."""
    if raw is None:
        return None
    given = mapping(raw)
    reading.keys("appeal", given, APPEAL_KEYS)
    length = None if given.get("length") is None else whole(reading, "appeal.length", given["length"])
    unit = "days" if length is None else reading.choice("appeal.unit", given.get("unit"), UNITS)
    return Appeal(reading.words("appeal.to", given.get("to")), length, unit, *cited(reading, "appeal", given))


def cited(reading: Reading, key: str, raw: Mapping[Any, Any]) -> tuple[str, str, str]:
    """(cite, status, source), all of them needed."""
    for needed in ("cite", "source"):
        if not raw.get(needed):
            reading.fault(f"{key}.{needed}", f"needs its {needed}")
    return str(raw.get("cite", "")), reading.choice(f"{key}.status", raw.get("status"), STATUSES[:-1]), str(raw.get("source", ""))


def whole(reading: Reading, key: str, raw: object) -> int:
    """A number of at least 1."""
    if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 1:
        return raw
    reading.fault(key, f"write a whole number from 1, not {raw!r}")
    return 1
