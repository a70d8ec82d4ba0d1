"""One programme file -> Programme: its keys checked, its expressions compiled, its sentences complete in both languages."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from sinergi.core.rules.checker import Names
from sinergi.core.rules.clocks import appeal, clocks
from sinergi.core.rules.law import STATUSES, Appeal, Benefit, Clock, Criterion, Fact, Programme, Version, Words
from sinergi.core.rules.reading import Reading, bilingual, mapping
from sinergi.core.rules.tree import Node, negation

KEYS = (
    "programme",
    "agency",
    "name",
    "purpose",
    "needs",
    "legal_basis",
    "in_force",
    "decides_for",
    "event",
    "criteria",
    "excluded_when",
    "benefits",
    "versions",
    "documents",
    "next_step",
    "office",
    "service_days",
    "yes",
    "sources",
    "notes",
    "examples",
    "discreet",
    "credit",
    "held_groups",
    "clocks",
    "appeal",
)
CRITERION_KEYS = ("id", "when", "decided_by", "only_when", "if_false", "cite", "status", "source", "text", "no", "note")
BENEFIT_KEYS = ("id", "name", "when", "amount", "pay", "months", "in_kind", "cite", "status", "source", "note")
VERSION_KEYS = ("from", "criteria", "excluded_when", "benefits", "note")
NEEDS = ("food", "rent", "medical", "funeral", "schooling", "debt", "work", "disaster", "cash", "care", "business", "rights", "cover")
AGENCIES = (
    "perkeso",
    "mof",
    "icu",
    "jkm",
    "nadma",
    "maiwp",
    "maim",
    "maipk",
    "pbns",
    "akpk",
    "aim",
    "tekun",
    "giatmara",
    "mdec",
    "jtksm",
    "mafa",
    "miasa",
    "irm",
    "ppjm",
    "ppim",
    "mvm",
)
PAY = ("once", "daily", "monthly", "yearly")
NOT_PUBLISHED = {"ms": "Tidak diterbitkan: tanya agensi", "en": "Not published: ask the agency"}
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def programme(reading: Reading, document: object, names: Names, facts: Mapping[str, Fact]) -> Programme | None:
    """The programme, or None where it has no id or no beginning; every fault is kept in `reading`."""
    raw = mapping(document)
    own = raw.get("programme")
    if not isinstance(own, str) or not own:
        reading.fault("programme", "needs its id, agency.short_name")
        return None
    reading.keys("", raw, KEYS)
    agency = agency_of(reading, own, raw.get("agency"))
    force = mapping(raw.get("in_force"))
    start, end = reading.day("in_force.from", force.get("from")), reading.day("in_force.to", force.get("to"))
    if start is None:
        reading.fault("in_force", "needs from, the first day")
        return None
    rules = Rules(reading, own, names)
    needs = tuple(reading.choice(f"needs[{i}]", n, NEEDS) for i, n in enumerate(listed(reading, "needs", raw.get("needs"))))
    return Programme(
        own,
        agency,
        reading.words("name", raw.get("name")),
        reading.words("purpose", raw.get("purpose")),
        needs,
        mapping(raw.get("legal_basis")),
        start,
        end,
        reading.choice("decides_for", raw.get("decides_for"), ("person", "household")) == "household",
        event_of(reading, raw.get("event", "as_of"), facts),
        rules.versions(raw, start),
        documents(reading, raw.get("documents")),
        published(reading, "next_step", raw.get("next_step")),
        published(reading, "office", raw.get("office")),
        raw.get("service_days"),
        rules.sentence("yes", raw.get("yes")),
        tuple(listed(reading, "sources", raw.get("sources"))),
        tuple(listed(reading, "notes", raw.get("notes"))),
        tuple(map(str, listed(reading, "held_groups", raw.get("held_groups")))),
        tuple(mapping(e) for e in listed(reading, "examples", raw.get("examples"))),
        reading.file,
        *around(reading, raw, needs),
    )


def around(reading: Reading, raw: Mapping[str, Any], needs: tuple[str, ...]) -> tuple[bool, bool, tuple[Clock, ...], Appeal | None]:
    """What surrounds an application: must others not learn of it, is it to be paid back, which clocks run, how a decision is appealed."""
    return raw.get("discreet") is True, raw.get("credit") is True, clocks(reading, raw.get("clocks"), needs), appeal(reading, raw.get("appeal"))


def agency_of(reading: Reading, own: str, raw: object) -> str:
    """The agency's code; the id and the file's place must say the same."""
    agency, place = reading.choice("agency", raw, AGENCIES), f"programmes/{own.replace('.', '/', 1)}.yaml"
    if own.partition(".")[0] != agency or reading.file != place:
        reading.fault("programme", f"{own} belongs in {place}, with agency {own.partition('.')[0]}")
    return agency


def event_of(reading: Reading, raw: object, facts: Mapping[str, Fact]) -> str:
    """as_of, or the date fact whose day picks the law."""
    event = str(raw)
    if event == "as_of" or (event in facts and facts[event].kind == "date"):
        return event
    reading.fault("event", f"{event!r} is neither as_of nor a date fact")
    return "as_of"


def listed(reading: Reading, key: str, raw: object) -> list[Any]:
    """A list, an empty one where the key is absent."""
    if raw is None or isinstance(raw, list):
        return raw or []
    reading.fault(key, "write a list")
    return []


def published(reading: Reading, key: str, raw: object) -> Words:
    """A text in both languages, or what stands where no source publishes it."""
    return NOT_PUBLISHED if raw == "not_published" else reading.words(key, raw)


def documents(reading: Reading, raw: object) -> tuple[Words, ...]:
    """The papers to bring."""
    if raw == "not_published":
        return (NOT_PUBLISHED,)
    return tuple(reading.words(f"documents[{i}]", d) for i, d in enumerate(listed(reading, "documents", raw)))


class Rules:
    """The expressions and sentences of one programme."""

    def __init__(self, reading: Reading, own: str, names: Names) -> None:
        self.reading, self.own, self.names = reading, own, names
        self.in_benefit = Names({**names.facts, "month": Node("month", "int")}, names.parameters, names.groups, names.households)
        self.ids: set[str] = set()

    def versions(self, raw: Mapping[str, Any], start: dt.date) -> tuple[Version, ...]:
        """The versions in order of their days; one where the file has none."""
        if "versions" not in raw:
            return (self.version("", raw, start),)
        found = []
        for i, entry in enumerate(listed(self.reading, "versions", raw["versions"])):
            key, part = f"versions[{i}].", mapping(entry)
            self.reading.keys(key[:-1], part, VERSION_KEYS)
            day = self.reading.day(f"{key}from", part.get("from"))
            if day is None:
                self.reading.fault(f"{key}from", "a version needs its first day")
            self.ids = set()
            found.append(
                self.version(key, {**{k: raw[k] for k in ("criteria", "excluded_when", "benefits") if k in raw}, **part}, day or start)
            )
        if not found:
            self.reading.fault("versions", "needs at least one version")
            return (Version(start, (), ()),)
        return tuple(sorted(found, key=lambda v: v.start))

    def version(self, key: str, raw: Mapping[str, Any], start: dt.date) -> Version:
        """Criteria, exclusions and benefits as they stand together."""
        reading = self.reading
        criteria = [
            self.criterion(f"{key}criteria[{i}]", mapping(c), False)
            for i, c in enumerate(listed(reading, f"{key}criteria", raw.get("criteria")))
        ]
        criteria += [
            self.criterion(f"{key}excluded_when[{i}]", mapping(c), True)
            for i, c in enumerate(listed(reading, f"{key}excluded_when", raw.get("excluded_when")))
        ]
        benefits = [
            self.benefit(f"{key}benefits[{i}]", mapping(b)) for i, b in enumerate(listed(reading, f"{key}benefits", raw.get("benefits")))
        ]
        return Version(start, tuple(criteria), tuple(benefits))

    def unique(self, key: str, raw: Mapping[str, Any]) -> str:
        """The id of a criterion or benefit."""
        found = str(raw.get("id") or "")
        if not found or found in self.ids:
            self.reading.fault(f"{key}.id", f"the id {found!r} is used twice" if found else "needs an id")
        self.ids.add(found)
        return found

    def criterion(self, key: str, raw: Mapping[str, Any], excluded: bool) -> Criterion:
        """One requirement or exclusion."""
        reading = self.reading
        reading.keys(key, raw, CRITERION_KEYS)
        found = self.unique(key, raw)
        key = f"{key} ({found})"
        officer = raw.get("decided_by") == "officer"
        if officer == ("when" in raw) or raw.get("decided_by") not in (None, "officer"):
            reading.fault(key, "needs 'when', an expression, or 'decided_by: officer', and not both")
        if raw.get("if_false") not in (None, "officer"):
            reading.fault(f"{key}.if_false", "only 'officer' can stand here")
        for needed in ("cite", "source"):
            if not raw.get(needed):
                reading.fault(f"{key}.{needed}", f"needs its {needed}")
        status = reading.choice(f"{key}.status", raw.get("status"), STATUSES[:-1])
        only_when = reading.tree(f"{key}.only_when", raw.get("only_when"), self.names, "bool", self.own)
        tree = None if officer else reading.tree(f"{key}.when", raw.get("when"), self.names, "bool", self.own)
        if tree is not None:
            tree = negation(tree) if excluded else tree
            tree = Node("or", "bool", (negation(only_when), tree)) if only_when is not None else tree
        elif officer and only_when is not None:
            # met where it does not bind; where it binds an officer finds it, which is what a soft failure says
            tree = negation(only_when)
        text = self.required(f"{key}.text", raw.get("text"))
        no = self.sentence(f"{key}.no", raw.get("no"))
        if no is None and not officer:
            reading.fault(f"{key}.no", "needs the spoken sentence for 'no' in both languages")
        return Criterion(
            found,
            tree,
            only_when,
            officer or raw.get("if_false") == "officer",
            excluded,
            str(raw.get("cite", "")),
            status,
            str(raw.get("source", "")),
            text,
            no,
            officer,
        )

    def benefit(self, key: str, raw: Mapping[str, Any]) -> Benefit:
        """One thing given."""
        reading = self.reading
        reading.keys(key, raw, BENEFIT_KEYS)
        found = self.unique(key, raw)
        key = f"{key} ({found})"
        if "amount" not in raw and "in_kind" not in raw:
            reading.fault(key, "needs 'amount', an expression, or 'in_kind' in words")
        pay = reading.choice(f"{key}.pay", raw.get("pay", "once"), PAY)
        when = reading.tree(f"{key}.when", raw.get("when"), self.names, "bool", self.own)
        amount = reading.tree(f"{key}.amount", raw.get("amount"), self.in_benefit, "money", self.own)
        months = reading.tree(f"{key}.months", raw.get("months"), self.names, "int", self.own)
        in_kind = self.required(f"{key}.in_kind", raw["in_kind"]) if "in_kind" in raw else None
        return Benefit(found, bilingual(raw.get("name")), when, amount, pay, months, in_kind, str(raw.get("cite", "")))

    def required(self, key: str, raw: object) -> Words:
        """A text with placeholders that must be there."""
        return self.sentence(key, raw) or self.reading.words(key, raw)

    def sentence(self, key: str, raw: object) -> Words | None:
        """A text whose {placeholders} all name a figure or a fact."""
        found = bilingual(raw)
        if found is None:
            if raw is not None:
                self.reading.words(key, raw)
            return None
        for lang, text in found.items():
            for name in PLACEHOLDER.findall(text):
                if name not in self.names.parameters and name not in self.names.facts:
                    self.reading.fault(f"{key}.{lang}", f"unknown placeholder {{{name}}}", text, text.index("{" + name + "}"))
        return found
