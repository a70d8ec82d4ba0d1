"""New rows of the registry, gathered and written in as few statements as there are tables, in the order row security needs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models

from sinergi.core.time import years_between
from sinergi.kernel.action import changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from ..models import (
    Address,
    ContactPoint,
    Fact,
    Guardianship,
    Household,
    Identifier,
    Membership,
    Person,
    SafeReader,
    SensitiveFact,
)
from ..submission import CleanAddress, CleanFact, CleanHeld, CleanNumber, CleanPerson
from .records import NewRecord, said_of, write_records

ADULT = 18


def user_id(actor: Actor) -> UUID | None:
    """The actor as a user; None for commands."""
    try:
        return UUID(actor.id)
    except ValueError:
        return None


def is_minor(born: date | None, on: date) -> bool:
    """Under eighteen on the day; not known is not a minor."""
    return born is not None and years_between(born, on) < ADULT


@dataclass
class Rows:
    """What one action is about to write. `save` writes it and hands it to the audit (`counted`: only how many, for lists of thousands)."""

    actor: Actor
    at: datetime
    persons: list[Person] = field(default_factory=list)
    readers: list[SafeReader] = field(default_factory=list)
    households: list[Household] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    numbers: list[Identifier] = field(default_factory=list)
    contacts: list[ContactPoint] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    guardianships: list[Guardianship] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    sensitive: list[SensitiveFact] = field(default_factory=list)
    records: list[NewRecord] = field(default_factory=list)

    def person(
        self, clean: CleanPerson, state: str, safe: bool, language: str = "ms", *, address: CleanAddress | None = None, key: str = "",
        source: str = "officer",
    ) -> Person:
        """A new person with his numbers and ways to reach him, and the record he comes of; `key`: what the agency calls that record."""
        person = Person(
            name=clean.name,
            name_key=clean.name_key[:200],
            birth_date=clean.birth_date,
            sex=clean.sex,
            state=state,
            safe_address=safe,
            language=language,
            registered_by_id=self.actor.agency,
            registered_at=self.at,
        )
        self.persons.append(person)
        if safe:
            self.reader(person.pk, user_id(self.actor))
        for number in clean.numbers:
            self.number(person.pk, number)
        self.contact(person.pk, "phone", clean.phones, safe)
        self.contact(person.pk, "email", clean.emails, safe)
        said = said_of(clean, address, language, safe)
        self.records.append(NewRecord(person.pk, key or f"person:{person.pk}", said, clean.numbers, source))
        return person

    def number(self, person_id: UUID, clean: CleanNumber) -> None:
        """A number that names a person."""
        self.numbers.append(
            Identifier(person_id=person_id, kind=clean.kind, country=clean.country, value=clean.value, quality=clean.quality, recorded_at=self.at)
        )

    def contact(self, person_id: UUID, kind: str, values: Sequence[str], hidden: bool) -> None:
        """Phones or e-mail addresses of a person."""
        self.contacts += [ContactPoint(person_id=person_id, kind=kind, value=v, hidden=hidden, recorded_at=self.at) for v in values]

    def reader(self, person_id: UUID, user: UUID | None) -> None:
        """Somebody who may read a hidden address. A command is nobody, so it cannot hide one."""
        if user is None:
            raise Refused("person.not_a_user")
        self.readers.append(SafeReader(person_id=person_id, user_id=user, named_at=self.at))

    def household(self) -> Household:
        """A new household."""
        self.households.append(Household(registered_by_id=self.actor.agency, registered_at=self.at))
        return self.households[-1]

    def member(self, household_id: UUID, person_id: UUID, relation: str, on: date) -> None:
        """A membership from a day on."""
        self.memberships.append(Membership(household_id=household_id, person_id=person_id, relation=relation, from_on=on, recorded_at=self.at))

    def address(self, person_id: UUID, clean: CleanAddress, on: date, hidden: bool) -> None:
        """An address from a day on."""
        self.addresses.append(
            Address(
                person_id=person_id,
                lines=clean.lines,
                postcode=clean.postcode,
                district=clean.district,
                state=clean.state,
                hidden=hidden,
                from_on=on,
                recorded_at=self.at,
            )
        )

    def guardian(self, person_id: UUID, guardian_id: UUID, on: date) -> None:
        """A guardian from a day on."""
        self.guardianships.append(Guardianship(person_id=person_id, guardian_id=guardian_id, from_on=on, recorded_at=self.at))

    def fact(self, clean: CleanFact, on: date, person_id: UUID | None, household_id: UUID | None, **origin: Any) -> None:
        """A fact of a person, or (`household_id`) of a household; a sensitive one stands with a person (the head) in its own table."""
        row = {
            "name": clean.name,
            "value": clean.value,
            "valid_from": clean.valid_from or on,
            "valid_to": clean.valid_to,
            "recorded_by": self.actor.id,
            "recorded_at": self.at,
            **origin,
        }
        if not clean.sensitive:
            about = {"household_id": household_id} if clean.of_household else {"person_id": person_id}
            self.facts.append(Fact(**row, **about))
        elif self.actor.holds("sensitive.read"):
            assert person_id is not None, "a sensitive fact stands with a person"
            self.sensitive.append(SensitiveFact(**row, person_id=person_id))
        else:
            raise Refused("fact.sensitive_not_allowed", field=f"facts.{clean.name}")

    def held(self, held: Sequence[CleanHeld] | None, on: date, person_id: UUID, **origin: Any) -> None:
        """Benefits held; an empty row says that nothing is received, None that nothing is known."""
        for value in [h.as_json() for h in held] or [{}] if held is not None else []:
            start = date.fromisoformat(value["from"]) if value.get("from") else on
            end = date.fromisoformat(value["to"]) if value.get("to") else None
            self.fact(CleanFact("held", value, valid_from=min(start, end) if end else start, valid_to=end), on, person_id, None, **origin)

    def groups(self) -> list[list[Any]]:
        """Rows by table, in the order they must be written: a hidden address can be seen only once its reader is named."""
        return [
            self.persons,
            self.readers,
            self.households,
            self.memberships,
            self.numbers,
            self.contacts,
            self.addresses,
            self.guardianships,
            self.facts,
            self.sensitive,
        ]

    def save(self) -> None:
        """Write them all: one statement a table."""
        for group in self.groups():
            if group:
                type(group[0])._default_manager.bulk_create(group)
        write_records(self.records, self.actor.agency, self.actor, self.at)

    def enter(self, *, counted: bool = False) -> None:
        """Hand them to the audit of the running action: column by column, or (`counted`) as ids and counts alone."""
        if self.records:
            changes().note(records=len(self.records))
        if not counted:
            changes().made(*self.everything())
            return
        changes().concern(*(p.pk for p in self.persons))
        changes().note(made={group[0]._meta.label: len(group) for group in self.groups() if group})

    def everything(self) -> Iterable[models.Model]:
        """Every row."""
        return (row for group in self.groups() for row in group)
