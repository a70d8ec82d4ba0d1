"""law/stacking.yaml as rules: which programmes may be held together. Every fault of the file is kept with its rule and key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sinergi.core.rules.law import STATUSES, Stack
from sinergi.core.rules.reading import Reading, bilingual, mapping

RELATIONS = ("exclusive", "cumulative", "top_up", "in_sequence", "while_waiting")
OVER = ("held_now", "season", "ever")
SCOPES = ("person", "household")
ANY = "any"
KEYS = (
    "id",
    "between",
    "within",
    "relation",
    "over",
    "season_months",
    "scope",
    "ceiling",
    "from",
    "to",
    "cite",
    "status",
    "source",
    "text",
    "reading",
)


def read_stacking(
    document: object, reading: Reading, groups: Mapping[str, tuple[str, ...]], figures: Iterable[Mapping[str, Any]]
) -> tuple[Stack, ...]:
    """The rules in the file's order; none where there is no file. `figures`: facts and parameters, among which a ceiling is named."""
    found: list[Stack] = []
    known = {name: figure.kind for names in figures for name, figure in names.items()}
    for place, raw in enumerate(mapping(document).get("rules") or []):
        made = rule(Reader(reading, f"rules[{place}]", mapping(raw)), groups, known)
        if made is None:
            continue
        if made.id in {one.id for one in found}:
            reading.fault(f"rules[{place}].id", f"{made.id} is written twice")
        for other in found:
            if contradicts(made, other):
                reading.fault(f"rules[{place}]", f"{made.id} says {made.relation}, {other.id} says {other.relation}, of the same two on the same day")
        found.append(made)
    return tuple(found)


class Reader:
    """One rule being read."""

    def __init__(self, reading: Reading, key: str, raw: Mapping[Any, Any]) -> None:
        self.reading, self.key, self.raw = reading, key, raw

    def fault(self, name: str, message: str) -> None:
        """Keep a fault of this rule."""
        self.reading.fault(f"{self.key}.{name}", message)

    def choice(self, name: str, options: tuple[str, ...]) -> str:
        """One of the allowed words."""
        return self.reading.choice(f"{self.key}.{name}", self.raw.get(name), options)

    def text(self, name: str) -> str:
        """A text that must be there."""
        found = self.raw.get(name)
        if not isinstance(found, str) or not found.strip():
            self.fault(name, "needs a text")
            return ""
        return found


def rule(reader: Reader, groups: Mapping[str, tuple[str, ...]], known: Mapping[str, str]) -> Stack | None:
    """One rule, or None where it is at fault."""
    raw, already = reader.raw, len(reader.reading.faults)
    reader.reading.keys(reader.key, raw, KEYS)
    first, second = sides(reader, groups)
    start, end = reader.reading.day(f"{reader.key}.from", raw.get("from")), reader.reading.day(f"{reader.key}.to", raw.get("to"))
    if start is None:
        reader.fault("from", "needs the first day of the rule")
    relation, over = reader.choice("relation", RELATIONS), reader.choice("over", OVER)
    season, ceiling = raw.get("season_months", 0), raw.get("ceiling", "")
    if (over == "season") != (isinstance(season, int) and season > 0):
        reader.fault("season_months", "is the length of a season, and stands with over: season alone")
    if (relation == "top_up") != (known.get(str(ceiling)) == "money"):
        reader.fault("ceiling", "names a figure or fact in money, and stands with relation: top_up alone")
    reading = raw.get("reading")
    if reading is not None and bilingual(reading) is None:
        reader.fault("reading", "needs a text in both languages: {ms: …, en: …}")
    made = (reader.text("id"), first, second, relation, over, reader.choice("scope", SCOPES), str(ceiling), int(season or 0))
    text = reader.reading.words(f"{reader.key}.text", raw.get("text"))
    words = (reader.text("cite"), reader.choice("status", STATUSES), reader.text("source"), text)
    if len(reader.reading.faults) > already or start is None:
        return None
    return Stack(*made, start, end, *words, bilingual(reading))


def sides(reader: Reader, groups: Mapping[str, tuple[str, ...]]) -> tuple[str, str]:
    """The two sides: programmes, groups or any."""
    within, between = reader.raw.get("within"), reader.raw.get("between")
    if (within is None) == (between is None):
        reader.fault("between", "a rule has either between: [one, other] or within: group")
        return "", ""
    found = [within, within] if between is None else between
    if not isinstance(found, list) or len(found) != 2:
        reader.fault("between", "names two: a programme, a group or any, each")
        return "", ""
    for one in found:
        if one != ANY and one not in groups:
            reader.fault("within" if between is None else "between", f"{one!r} is no programme and no group")
    return str(found[0]), str(found[1])


def contradicts(one: Stack, other: Stack) -> bool:
    """Do two rules say different things of the same two sides on the same day?"""
    same = {one.first, one.second} == {other.first, other.second}
    apart = (one.end or dt.date.max) < other.start or (other.end or dt.date.max) < one.start
    return same and not apart and one.relation != other.relation
