"""A household as given (by a file, a form, the register) -> a Situation the readers read; every unusable fact is named with its mend."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sinergi.core.money import money_words
from sinergi.core.rules.faults import FactFault, FactFaults
from sinergi.core.rules.law import Fact, Law
from sinergi.core.rules.mends import said
from sinergi.core.rules.values import RECORDS, value_of
from sinergi.core.time import date_words, parse_day


@dataclass(frozen=True)
class Held:
    """A benefit somebody holds: programme or group, first and last day, sen per period."""

    programme: str
    start: dt.date | None
    end: dt.date | None
    amount: int | None = None


@dataclass(frozen=True, eq=False)
class Situation:
    """A household on a day: `people` are mappings a reader takes as `who`; `household` reads as its head with the household's facts."""

    as_of: dt.date
    facts: Mapping[str, Any]
    names: tuple[str, ...]
    people: tuple[Mapping[str, Any], ...]
    household: Mapping[str, Any]
    head: int


def read_situation(law: Law, raw: object, as_of: dt.date) -> Situation:
    """{household: {fact: value}, members: [{name?, fact: value, held: […]}]} -> Situation. Raises FactFaults with every unusable fact."""
    reader = FactReader(law, as_of)
    if not isinstance(raw, Mapping) or not isinstance(raw.get("members"), (list, tuple)) or not raw["members"]:
        raise FactFaults([FactFault(None, "members", None, said("no_members"))])
    for key in raw:
        if key not in ("as_of", "household", "members"):
            reader.fault(None, str(key), raw[key], "unknown_part")
    given = raw.get("household") or {}
    if not isinstance(given, Mapping):
        raise FactFaults([FactFault(None, "household", given, said("not_facts"))])
    spread = {k: v for k, v in given.items() if k in law.facts and law.facts[k].group == "event"}
    household = reader.facts(None, {k: v for k, v in given.items() if k not in spread}, True)
    names, members = [], []
    for number, member in enumerate(raw["members"], 1):
        if not isinstance(member, Mapping):
            reader.fault(str(number), "members", member, "not_facts")
            continue
        name = str(member.get("name") or number)
        names.append(name)
        own = reader.facts(name, {k: v for k, v in {**spread, **member}.items() if k not in ("name", "held")}, False)
        members.append({**own, "held": reader.held(name, member.get("held"))})
    if reader.faults:
        raise FactFaults(reader.faults)
    return situation(as_of, household, members, names)


def situation(as_of: dt.date, household: Mapping[str, Any], members: list[dict[str, Any]], names: list[str] | None = None) -> Situation:
    """A Situation from values the readers already understand."""
    people: list[dict[str, Any]] = [{**household, **member, "as_of": as_of} for member in members]
    for person in people:
        person["members"] = people
    head = next((i for i, m in enumerate(members) if m.get("relation") == "head"), 0)
    held = (tuple(h for m in members for h in m["held"][0]), all(m["held"][1] for m in members))
    return Situation(
        as_of, household, tuple(names or (str(i + 1) for i in range(len(members)))), tuple(people), {**people[head], "held": held}, head
    )


def on_day(known: Situation, day: dt.date) -> Situation:
    """The same facts read on another day."""
    people: list[dict[str, Any]] = [{**person, "as_of": day} for person in known.people]
    for person in people:
        person["members"] = people
    return Situation(day, known.facts, known.names, tuple(people), {**known.household, "as_of": day, "members": people}, known.head)


class FactReader:
    """Values of facts, checked against the vocabulary."""

    def __init__(self, law: Law, as_of: dt.date) -> None:
        self.law, self.as_of = law, as_of
        self.faults: list[FactFault] = []

    def fault(self, member: str | None, fact: str, value: object, code: str, **words: object) -> None:
        """Keep a fault."""
        self.faults.append(FactFault(member, fact, value, said(code, **words)))

    def facts(self, member: str | None, given: Mapping[Any, Any], household: bool) -> dict[str, Any]:
        """Facts of one member, or of the household."""
        found: dict[str, Any] = {}
        for name, value in given.items():
            fact = self.law.facts.get(name)
            if isinstance(name, (int, float)):
                self.fault(member, str(name), value, "comma")
            elif fact is None:
                self.fault(member, str(name), value, "unknown_fact", near=nearest(str(name), list(self.law.facts)))
            elif fact.tree is not None:
                self.fault(member, name, value, "derived_fact")
            elif fact.of_household != household:
                self.fault(member, name, value, "of_household" if fact.of_household else "of_member")
            else:
                found.update(self.fact(member, fact, value))
        return found

    def fact(self, member: str | None, fact: Fact, value: Any) -> dict[str, Any]:
        """One fact: its value on the day and, where given through time, its dated rows under 'name@'."""
        if isinstance(value, list) and value and all(isinstance(r, Mapping) and "value" in r for r in value) and fact.kind not in RECORDS:
            rows = []
            for row in value:
                start, end = self.day(member, fact.name, row.get("from")), self.day(member, fact.name, row.get("to"))
                rows.append((start or dt.date.min, end, self.value(member, fact, row["value"])))
            rows.sort(key=lambda r: r[0])
            now = [v for start, end, v in rows if start <= self.as_of and (end is None or self.as_of <= end)]
            return {fact.name: now[-1] if now else None, fact.name + "@": tuple(rows)}
        return {fact.name: self.value(member, fact, value)}

    def day(self, member: str | None, fact: str, raw: object) -> dt.date | None:
        """A day as YAML, JSON or people write it."""
        if raw is None or (isinstance(raw, dt.date) and not isinstance(raw, dt.datetime)):
            return raw
        try:
            return parse_day(str(raw))
        except ValueError:
            self.fault(member, fact, raw, "date")
            return None

    def value(self, member: str | None, fact: Fact, raw: Any) -> Any:
        """One value, within the vocabulary's bounds."""
        kind = fact.kind.partition(":")[0]
        try:
            value = self.day(member, fact.name, raw) if kind == "date" else value_of(fact.kind, raw)
        except (ValueError, AttributeError):
            options = fact.kind[5:].replace(",", ", ") if kind == "enum" else ""
            self.fault(
                member,
                fact.name,
                raw,
                kind if kind in ("enum", "bool", "int", "money", "rate", "months", "amounts") else "value",
                options=options,
            )
            return None
        if value is None:
            return None
        if fact.not_after_as_of and value > self.as_of:
            self.fault(member, fact.name, raw, "after_as_of", day=self.as_of)
        elif fact.least is not None and value < fact.least:
            self.fault(member, fact.name, raw, "too_low", least=shown(fact.kind, fact.least, "en"))
        elif fact.most is not None and value > fact.most:
            self.fault(member, fact.name, raw, "too_high", most=shown(fact.kind, fact.most, "en"))
        return value

    def held(self, member: str, raw: object) -> tuple[tuple[Held, ...], bool]:
        """Benefits held: (rows, whether that is all of them); not given = not known, an entry {more: true} = there may be others."""
        if raw is None:
            return (), False
        if not isinstance(raw, (list, tuple)):
            self.fault(member, "held", raw, "held")
            return (), False
        rows, complete = [], True
        for entry in raw:
            if isinstance(entry, Mapping) and entry.get("more") is True:
                complete = False
                continue
            programme = entry.get("programme") if isinstance(entry, Mapping) else None
            if not isinstance(programme, str) or not (programme in self.law.groups or programme.partition(".")[0] == "other"):
                self.fault(member, "held", entry, "held")
                continue
            amount = entry.get("amount")
            try:
                sen = amount if isinstance(amount, int) and not isinstance(amount, bool) else value_of("money", amount)
            except ValueError:
                self.fault(member, "held", amount, "money", options="")
                sen = None
            rows.append(Held(programme, self.day(member, "held", entry.get("from")), self.day(member, "held", entry.get("to")), sen))
        return tuple(rows), complete


def nearest(word: str, options: list[str]) -> str:
    """The closest known name, or nothing."""
    return next(iter(difflib.get_close_matches(word, options, 1, 0.6)), "")


def shown(kind: str, value: Any, lang: str) -> str:
    """A bound in words."""
    return money_words(value) if kind == "money" else date_words(value, lang) if kind == "date" else str(value)
