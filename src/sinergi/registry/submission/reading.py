"""A whole submission as sent -> clean values, or every field that is wrong with it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sinergi.core.rules import Law
from sinergi.core.time import years_between

from ..codes import LANGUAGES, NEEDS
from .people import CleanFact, CleanPerson, read_facts, read_person
from .places import CleanAddress, is_yes, read_address
from .values import Fault, SubmissionFaults, fault, mapping

# `on` is the sender's own day: it is kept with the submission, and the caller names the day that counts.
PARTS = frozenset({"person", "members", "address", "household", "needs", "held_known", "language", "on"})
MOST_MEMBERS = 60
ADULT = 18


@dataclass(frozen=True)
class Clean:
    """A household as sent, checked. `people`: the person registered first, then the members; exactly one of them is the head."""

    people: tuple[CleanPerson, ...]
    address: CleanAddress | None
    needs: tuple[str, ...]
    facts: tuple[CleanFact, ...]
    language: str
    on: dt.date
    warnings: tuple[Fault, ...] = ()


def read_submission(body: object, *, law: Law, on: dt.date, demo: bool = False) -> Clean:
    """A body as sent -> Clean. `on`: the day of the intake; `demo` takes invented people. Raises SubmissionFaults with every fault."""
    if not isinstance(body, Mapping) or not isinstance(body.get("person"), Mapping):
        raise SubmissionFaults([fault("person", "submission.no_person")])
    if "\\u0000" in json.dumps(body, default=str):
        raise SubmissionFaults([fault("person", "submission.shape")])
    reader = SubmissionReader()
    reader.faults += [fault(str(key), "submission.unknown_part", key, given=key) for key in body if key not in PARTS]
    people = reader.people(body, law, on, demo)
    address = reader.address(body)
    facts = reader.part(lambda: read_facts(without_state(body), law=law, on=on, household=True, prefix="household."), ())
    needs = reader.needs(body.get("needs") or [])
    language = str(body.get("language") or "ms")
    if language not in LANGUAGES:
        reader.faults.append(fault("language", "language.unknown", language))
    people = reader.roles(people)
    if is_yes(body.get("held_known")):
        people = [p if p.held is not None else replace(p, held=()) for p in people]
    people = [earning_nothing(p, on) if "income" in law.facts else p for p in people]
    if reader.faults:
        raise SubmissionFaults([replace(f, field=f.field.replace("household.facts.", "household.")) for f in reader.faults])
    warnings = tuple(w for p in people for w in p.warnings) + (address.warnings if address else ())
    return Clean(tuple(people), address, needs, facts, language, on, warnings)


def without_state(body: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of the household; the state is the address's, so it is not kept twice."""
    return {name: value for name, value in mapping(body.get("household"), "household").items() if name != "state"}


def earning_nothing(person: CleanPerson, on: dt.date) -> CleanPerson:
    """A minor of whom no income was told earns none: taken so, with a warning that says it and can be answered otherwise."""
    if person.birth_date is None or years_between(person.birth_date, on) >= ADULT or any(f.name == "income" for f in person.facts):
        return person
    said = fault("facts.income", "income.none_assumed", name=person.name)
    return replace(person, facts=(*person.facts, CleanFact("income", 0)), warnings=(*person.warnings, said))


class SubmissionReader:
    """Reads the parts of a submission and gathers their faults."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def part(self, read: Callable[[], Any], otherwise: Any) -> Any:
        """What a part reads as; its faults are kept."""
        try:
            return read()
        except SubmissionFaults as wrong:
            self.faults += wrong.faults
            return otherwise

    def people(self, body: Mapping[str, Any], law: Law, on: dt.date, demo: bool) -> list[CleanPerson]:
        """The person and the members, in order; empty places of a form are skipped."""
        rows = body.get("members") or []
        if not isinstance(rows, list) or len(rows) > MOST_MEMBERS or not all(row is None or isinstance(row, Mapping) for row in rows):
            self.faults.append(fault("members", "members.shape", most=MOST_MEMBERS))
            rows = []
        places = [("person.", body["person"])] + [(f"members.{i}.", row) for i, row in enumerate(rows) if row]
        reading = partial(read_person, law=law, on=on, demo=demo)
        found = [self.part(partial(reading, raw, member=prefix != "person.", prefix=prefix), None) for prefix, raw in places]
        seen: set[tuple[str, str, str]] = set()
        for (prefix, _), person in zip(places, found, strict=True):
            for number in person.numbers if person else ():
                key = (number.kind, number.country, number.value)
                if key in seen:
                    self.faults.append(fault(prefix + number.kind, "number.twice", number.value))
                seen.add(key)
        return [person for person in found if person]

    def roles(self, people: list[CleanPerson]) -> list[CleanPerson]:
        """Exactly one head: the person registered, unless a member is."""
        heads = [i for i, p in enumerate(people) if p.relation == "head"]
        if len(heads) == 2 and heads[0] == 0:
            people = [replace(people[0], relation="other"), *people[1:]]
        elif len(heads) > 1:
            self.faults.append(fault(f"members.{heads[-1] - 1}.relation", "members.two_heads"))
        elif people and not heads:
            people = [replace(people[0], relation="head"), *people[1:]]
        return people

    def address(self, body: Mapping[str, Any]) -> CleanAddress | None:
        """The address; a state told as a fact of the household counts as one."""
        household = body.get("household")
        raw = self.part(lambda: mapping(body.get("address"), "address"), {})
        if isinstance(household, Mapping) and household.get("state"):
            raw.setdefault("state", household["state"])
        if not any(raw.values()):
            return None
        found: CleanAddress | None = self.part(lambda: read_address(raw), None)
        return found

    def needs(self, raw: Any) -> tuple[str, ...]:
        """Codes of needs."""
        found = tuple(dict.fromkeys(map(str, raw) if isinstance(raw, list) else str(raw).replace(",", " ").split()))
        self.faults += [fault("needs", "need.unknown", need, given=need) for need in found if need not in NEEDS]
        return found
