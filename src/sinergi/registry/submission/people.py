"""One person as typed -> clean values: name, numbers, birth, phone, facts, what is already received."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from sinergi.core.identity import NumberFault, read_day, read_number
from sinergi.core.linkage import name_key
from sinergi.core.money import sen_of_text
from sinergi.core.rules import Law
from sinergi.core.rules.situation import FactReader

from ..codes import IDENTIFIER_KINDS, NEEDS, RELATIONS
from .places import is_yes
from .values import Fault, SubmissionFaults, fault, kept, mapping, typed_value

SEX_WORDS = {
    "male": "male",
    "lelaki": "male",
    "l": "male",
    "m": "male",
    "female": "female",
    "perempuan": "female",
    "p": "female",
    "f": "female",
}
RELATION_WORDS = {
    "ketua": "head",
    "ketua isi rumah": "head",
    "isteri": "spouse",
    "suami": "spouse",
    "anak": "child",
    "ibu": "parent",
    "bapa": "parent",
    "ayah": "parent",
    "adik": "sibling",
    "abang": "sibling",
    "kakak": "sibling",
    "datuk": "grandparent",
    "nenek": "grandparent",
    "cucu": "grandchild",
    "anak angkat": "foster_child",
    "lain-lain": "other",
    "wife": "spouse",
    "husband": "spouse",
    "son": "child",
    "daughter": "child",
    "mother": "parent",
    "father": "parent",
} | {code: code for code in RELATIONS}
OWN = ("name", "relation", "birth_date", "sex")
EARLIEST = dt.date(1900, 1, 1)


@dataclass(frozen=True)
class CleanNumber:
    """A number that names a person."""

    kind: str
    country: str
    value: str
    quality: str = "asserted"


@dataclass(frozen=True)
class CleanFact:
    """A fact as it is kept: JSON, money in sen. Without days it holds from the day of the submission on."""

    name: str
    value: Any
    sensitive: bool = False
    of_household: bool = False
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True)
class CleanHeld:
    """A benefit somebody already receives, from anyone."""

    programme: str
    agency: str = ""
    need: str = ""
    start: dt.date | None = None
    end: dt.date | None = None
    amount_sen: int | None = None
    pay: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        found = {
            "programme": self.programme,
            "agency": self.agency,
            "need": self.need,
            "from": self.start and self.start.isoformat(),
            "to": self.end and self.end.isoformat(),
            "amount_sen": self.amount_sen,
            "pay": self.pay,
        }
        return {key: value for key, value in found.items() if value not in ("", None)}


@dataclass(frozen=True)
class CleanPerson:
    """A person as typed, checked. `held` None: not known; empty: nothing. `person_id`: somebody found by search, who is not made anew."""

    name: str
    relation: str = "head"
    numbers: tuple[CleanNumber, ...] = ()
    birth_date: dt.date | None = None
    sex: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    person_id: UUID | None = None
    facts: tuple[CleanFact, ...] = ()
    held: tuple[CleanHeld, ...] | None = None
    name_key: str = ""
    warnings: tuple[Fault, ...] = field(default=(), compare=False)


def read_person(raw: Mapping[str, Any], *, law: Law, on: dt.date, demo: bool = False, member: bool = True, prefix: str = "") -> CleanPerson:
    """A person as typed -> clean. `member` False: the person registered, who has a number or none to show. Raises SubmissionFaults."""
    reader = PersonReader(law, on, demo, prefix)
    facts = mapping(raw.get("facts"), f"{prefix}facts")
    given = {**{name: facts.pop(name) for name in OWN if name in facts}, **{k: v for k, v in raw.items() if v not in ("", None)}}
    found = reader.numbers(given)
    if not (found or reader.faults or member) and not is_yes(given.get("no_document")) and not given.get("person_id"):
        reader.fault("mykad", "number.missing")
    name = reader.name(given)
    person = CleanPerson(
        name=name,
        relation=reader.word("relation", given, RELATION_WORDS, "other" if member else "head"),
        numbers=tuple(n for n, _ in found),
        birth_date=reader.birth(given, found),
        sex=reader.sex(given, found),
        phones=reader.phones(given),
        emails=reader.emails(given),
        person_id=reader.person_id(given),
        facts=reader.facts(facts, False),
        held=reader.held(given.get("held")),
        name_key=name_key(name),
    )
    if reader.faults:
        raise SubmissionFaults(reader.faults)
    return CleanPerson(**{**person.__dict__, "warnings": tuple(reader.warnings)})


def read_facts(given: Mapping[str, Any], *, law: Law, on: dt.date, household: bool | None = None, prefix: str = "") -> tuple[CleanFact, ...]:
    """Facts as typed -> as kept; `household` None: each where its name belongs. Raises SubmissionFaults."""
    reader = PersonReader(law, on, False, prefix)
    facts = reader.facts(given, household)
    if reader.faults:
        raise SubmissionFaults(reader.faults)
    return facts


class PersonReader:
    """Reads the parts of one person and gathers what is wrong with them."""

    def __init__(self, law: Law, on: dt.date, demo: bool, prefix: str) -> None:
        self.law, self.on, self.demo, self.prefix = law, on, demo, prefix
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []

    def fault(self, name: str, code: str, value: object = None, **facts: object) -> None:
        """Keep a fault of a field."""
        self.faults.append(fault(self.prefix + name, code, value, **facts))

    def name(self, given: Mapping[str, Any]) -> str:
        """The name as given, blanks tidied."""
        name = re.sub(r"[\x00-\x1f\x7f]+", " ", str(given.get("name") or ""))
        name = " ".join(name.split())
        if not any(c.isalpha() for c in name):
            self.fault("name", "name.missing", name)
        elif len(name) > 200:
            self.fault("name", "name.too_long", name)
        return name

    def word(self, name: str, given: Mapping[str, Any], words: Mapping[str, str], default: str) -> str:
        """One of a list of words, in either language."""
        typed = " ".join(str(given.get(name) or "").lower().split())
        if typed and typed not in words:
            self.fault(name, f"{name}.unknown", typed, given=typed)
        return words.get(typed, default)

    def numbers(self, given: Mapping[str, Any]) -> list[tuple[CleanNumber, Any]]:
        """(as kept, as read) of each number given."""
        found = []
        for kind in IDENTIFIER_KINDS:
            if not given.get(kind):
                continue
            try:
                number = read_number(kind, str(given[kind]), on=self.on, demo=self.demo, country=str(given.get("country") or ""))
            except NumberFault as wrong:
                self.faults.append(Fault(self.prefix + kind, wrong.code, given[kind], wrong.words))
                continue
            self.warnings += [Fault(self.prefix + kind, "number.odd", given[kind], words) for words in number.warnings]
            found.append((CleanNumber(kind, number.country, number.value, number.quality), number))
        return found

    def birth(self, given: Mapping[str, Any], found: list[tuple[CleanNumber, Any]]) -> dt.date | None:
        """The day of birth as told, else as the number says; a difference warns."""
        derived = next((n.birth_date for _, n in found if n.birth_date), None)
        if not given.get("birth_date"):
            return derived
        born = self.day("birth_date", given["birth_date"], True)
        if born and derived and born != derived:
            self.warnings.append(fault(self.prefix + "birth_date", "birth.differs", str(given["birth_date"])))
        return born

    def day(self, name: str, raw: Any, born: bool = False) -> dt.date | None:
        """A day as typed, not in the future where it is a birth."""
        try:
            day = raw if isinstance(raw, dt.date) else read_day(str(raw), on=self.on, born=born)
        except ValueError:
            self.fault(name, "day.unreadable", raw, given=raw)
            return None
        if born and not EARLIEST <= day <= self.on:
            self.fault(name, "birth.impossible", raw)
        return day

    def sex(self, given: Mapping[str, Any], found: list[tuple[CleanNumber, Any]]) -> str:
        """The sex as told, else as the number says; a difference warns."""
        derived = next((n.sex for _, n in found if n.sex), "")
        told = self.word("sex", given, SEX_WORDS, derived)
        if told and derived and told != derived:
            self.warnings.append(fault(self.prefix + "sex", "sex.differs", given.get("sex")))
        return told

    def phones(self, given: Mapping[str, Any]) -> tuple[str, ...]:
        """Phones in E.164."""
        raw = given.get("phone")
        found = []
        for typed in raw if isinstance(raw, list) else [raw] if raw else []:
            number = phone_number(str(typed))
            if number is None:
                self.fault("phone", "phone.shape", typed)
            else:
                found.append(number)
        return tuple(dict.fromkeys(found))

    def emails(self, given: Mapping[str, Any]) -> tuple[str, ...]:
        """The e-mail address."""
        typed = str(given.get("email") or "").strip()
        if not typed:
            return ()
        try:
            validate_email(typed)
        except ValidationError:
            self.fault("email", "email.shape", typed)
        return (typed,)

    def person_id(self, given: Mapping[str, Any]) -> UUID | None:
        """Somebody found by search."""
        try:
            return UUID(str(given["person_id"])) if given.get("person_id") else None
        except ValueError:
            self.fault("person_id", "person.unknown")
            return None

    def facts(self, given: Mapping[str, Any], household: bool | None) -> tuple[CleanFact, ...]:
        """Facts against the vocabulary; dated rows become several."""
        found: list[CleanFact] = []
        for name, raw in given.items():
            if raw == "" or name in ("held", "needs"):
                continue
            fact, reader = self.law.facts.get(name), FactReader(self.law, self.on)
            rows = raw if isinstance(raw, list) and raw and all(isinstance(r, Mapping) and "value" in r for r in raw) else [{"value": raw}]
            of_household = household if household is not None else bool(fact and fact.of_household)
            for row in rows:
                value = reader.facts(None, {name: typed_value(fact, row["value"], self.on) if fact else row["value"]}, of_household).get(name)
                if fact and not reader.faults:
                    start, end = (self.day(f"facts.{name}", row[k]) if row.get(k) else None for k in ("from", "to"))
                    found.append(CleanFact(name, kept(fact.kind, value), fact.sensitive, fact.of_household, start, end))
            self.faults += [Fault(f"{self.prefix}facts.{name}", "fact.unusable", f.value, f.message) for f in reader.faults]
        return tuple(found)

    def held(self, raw: Any) -> tuple[CleanHeld, ...] | None:
        """What is already received; None when nothing was said of it."""
        if raw is None:
            return None
        found = []
        for i, entry in enumerate(raw if isinstance(raw, list) else [raw]):
            row = entry if isinstance(entry, Mapping) else {"programme": entry}
            programme = str(row.get("programme") or "")
            if not programme:
                continue
            if not (programme in self.law.groups or programme.partition(".")[0] == "other"):
                self.fault(f"held.{i}.programme", "held.unknown", programme, given=programme)
            if row.get("need") and str(row["need"]) not in NEEDS:
                self.fault(f"held.{i}.need", "need.unknown", row["need"], given=row["need"])
            start, end = (self.day(f"held.{i}.{k}", row[k]) if row.get(k) else None for k in ("from", "to"))
            if start and end and end < start:
                self.fault(f"held.{i}.to", "day.before_start", row["to"])
            found.append(
                CleanHeld(
                    programme,
                    str(row.get("agency") or ""),
                    str(row.get("need") or ""),
                    start,
                    end,
                    self.amount(i, row),
                    str(row.get("pay") or ""),
                )
            )
        return tuple(found)

    def amount(self, i: int, row: Mapping[str, Any]) -> int | None:
        """The amount received, in sen."""
        if not row.get("amount"):
            return None
        try:
            return sen_of_text(str(row["amount"]))
        except ValueError:
            self.fault(f"held.{i}.amount", "money.unreadable", row["amount"], given=row["amount"])
            return None


@lru_cache(maxsize=4096)
def phone_number(typed: str) -> str | None:
    """A phone as typed -> E.164, read as Malaysian unless it begins with +; None when it cannot be one."""
    try:
        number = phonenumbers.parse(typed, "MY")
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if phonenumbers.is_possible_number(number) else None
