"""Is this person known? The one module that holds the finder's login, which may read the search table and nothing else.

One box takes a name, MyKad, passport or phone; a name alone asks for one more fact. Candidates are scored by core.linkage. Of persons who are not
ours it gives existence and standing; their name only when it was typed, or when their number was.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connections, transaction
from django.utils.crypto import salted_hmac

from sinergi.core import linkage
from sinergi.core.identity import CARDS, birth_of, masked, read_day
from sinergi.kernel import audit
from sinergi.kernel.acting import current
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from ..models import Person
from ..submission.people import phone_number

MOST = 100
LEVELS = ("certain", "likely", "possible")
DAY = re.compile(r"(?<!\d)(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.]\d{1,2}[/.](?:\d{4}|\d{2})(?!\d))")
CARD = re.compile(r"(?<!\d)(?:\d{6}[- ]?\d{2}[- ]?\d{4}|\d{5,7}-\d{1,3}-\d{1,5})(?!\d)")  # a slip keeps its dashes
PHONE = re.compile(r"(?<![\d+])(?:\+?6?01\d[- ]?\d{3,4}[- ]?\d{3,4}|\+\d{8,14})(?!\d)")
DOCUMENT = re.compile(r"(?<![A-Z\d])[A-Z]{0,3}-?\d{5,15}[A-Z]?(?![A-Z\d])", re.I)
FIELDS = "person_id, name, birth_date, birth_year, identifiers, phones, state, agency, standing"


@dataclass(frozen=True)
class Typed:
    """What was understood of the box: numbers, phones, day or year of birth, the last four digits, and the name that is left."""

    name: str = ""
    numbers: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    birth_date: date | None = None
    birth_year: int | None = None
    tail: str = ""

    def kinds(self) -> list[str]:
        """What was typed, by kind: the audit names these, never the words."""
        return [kind for kind in ("name", "numbers", "phones", "birth_date", "birth_year", "tail") if getattr(self, kind)]


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be the one. `agency` and a full `name` only where they are ours to show; `masked`: the last four of the number."""

    person_id: UUID
    name: str
    birth_year: int | None
    state: str
    standing: str
    agency: str
    mine: bool
    level: str
    reasons: tuple[linkage.Words, ...]
    masked: str


@dataclass(frozen=True)
class Found:
    """Candidates, best first. `needs_more`: a name (or a birth date) alone is too common; `too_many`: one more fact would narrow it."""

    candidates: tuple[Candidate, ...] = ()
    needs_more: bool = False
    too_many: bool = False
    read_as: tuple[linkage.Words, ...] = ()


@dataclass(frozen=True)
class Row:
    """One row of the search table."""

    person_id: UUID
    name: str
    birth_date: date | None
    birth_year: int | None
    identifiers: Sequence[str]
    phones: Sequence[str]
    state: str
    agency: str
    standing: str
    numbers: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "numbers", frozenset(i for i in self.identifiers if ":" not in i))


@contextmanager
def finder(actor: Actor) -> Iterator[Any]:
    """A cursor of the finder's login in a transaction that carries the actor; without him it reads nothing."""
    with transaction.atomic(using="finder"), connections["finder"].cursor() as cursor:
        cursor.execute("SELECT set_config('sinergi.actor', %s, true)", [actor.id])
        yield cursor


def read_typed(text: str, on: date) -> Typed:
    """What one box says, in any order: 'Kamarul 680411-17-5013', '019-000 0110', 'Halimah 1960', 'A1234567'."""
    numbers: list[str] = []
    phones: list[str] = []
    born: date | None = None
    rest = f" {text} "
    for found in DAY.findall(rest):
        rest = rest.replace(found, " ", 1)
        with suppress(ValueError):
            born = read_day(found, on=on, born=True)
    for found in CARD.findall(rest):
        numbers.append(re.sub(r"\D", "", found))
        rest = rest.replace(found, " ", 1)
    for found in PHONE.findall(rest):
        phones += [n for n in [phone_number(found)] if n]
        rest = rest.replace(found, " ", 1)
    tail, year = "", None
    for found in re.findall(r"(?<![\w-])\d{4}(?![\w-])", rest):
        if 1900 <= int(found) <= on.year:
            year = int(found)
        else:
            tail = found
        rest = rest.replace(found, " ", 1)
    for found in re.findall(r"(?<![\w-])\d{6}(?![\w-])", rest):
        half = birth_of(found + "00" + ("0" if int(found[:2]) <= on.year % 100 else "9") + "000", on)
        if half is not None and born is None:
            born = half
            rest = rest.replace(found, " ", 1)
    for found in DOCUMENT.findall(rest):
        numbers.append(re.sub(r"\W", "", found).upper())
        rest = rest.replace(found, " ", 1)
    name = " ".join(re.sub(r"[^\w\s'’@/.()-]|\d", " ", rest).split())
    return Typed(name if any(c.isalpha() for c in name) else "", tuple(numbers), tuple(phones), born, year, tail)


def find_people(text: str, more: str = "", *, actor: Actor, on: date, limit: int = 10) -> Found:
    """Who may be meant by what was typed (`more`: the one fact that was asked for). Writes one audit entry, without the words.

    Raises Refused("not_allowed") to who may not search.
    """
    context = current()
    if context is None:
        raise RuntimeError("a search outside `acting`")
    if not actor.holds("person.search"):
        raise Refused("not_allowed", verb="person.search")
    typed = read_typed(f"{text} {more}", on)
    if not typed.numbers and not typed.phones and not (typed.name and (typed.birth_date or typed.birth_year or typed.tail)):
        return Found(needs_more=bool(typed.kinds()), read_as=read_as(typed))
    rows, full = candidates(typed, actor)
    facts = linkage.Facts(
        typed.name,
        typed.birth_date or born_by_number(typed, on),
        typed.birth_year,
        frozenset(typed.numbers),
        typed.tail,
        frozenset(typed.phones),
    )
    scored = [(linkage.compare(facts, linkage.Facts(r.name, r.birth_date, r.birth_year, r.numbers, "", frozenset(r.phones))), r) for r in rows]
    good = sorted(((c, r) for c, r in scored if c.level != "no"), key=lambda pair: (-pair[0].points, pair[1].name, str(pair[1].person_id)))
    mine = served(r.person_id for _, r in good[:limit])
    shown = tuple(candidate(row, compared, row.person_id in mine, typed) for compared, row in good[:limit])
    mark = salted_hmac("person.search", f"{actor.id} {text} {more}".lower()).hexdigest()[:16]
    audit.record(context, "person.search", "", [c.person_id for c in shown], {"typed": typed.kinds(), "found": len(shown), "mark": mark})
    return Found(shown, False, full or len(good) > limit, read_as(typed))


def candidates(typed: Typed, actor: Actor) -> tuple[list[Row], bool]:
    """Rows worth comparing, and whether there were more than can be looked at. One statement; each branch goes by an index."""
    tokens = linkage.name_key(typed.name).split() if typed.name else []
    year = typed.birth_date.year if typed.birth_date else typed.birth_year
    rows = look(actor, list(typed.numbers), list(typed.phones), tokens, year, typed.tail)
    return list({row.person_id: row for row in rows}.values()), len(rows) >= MOST


def look(
    actor: Actor, numbers: list[str], phones: list[str], tokens: list[str], year: int | None, tail: str, most: int = MOST
) -> list[Row]:
    """Rows that bear a number, a phone, or a part of the name with the year of birth or the last four digits; at most `most` of each."""
    with finder(actor) as cursor:
        cursor.execute(
            f"SELECT {FIELDS} FROM sinergi_find(%s::text[], %s::text[], %s::text[], %s, %s, %s)",
            [numbers, phones, tokens, year, tail or None, most],
        )
        return [Row(*row) for row in cursor.fetchall()]


def born_by_number(typed: Typed, on: date) -> date | None:
    """The birth date a typed MyKad tells, for those whose number is not known."""
    card = next((n for n in typed.numbers if len(n) == 12 and n.isdigit()), None)
    return birth_of(card, on) if card else None


def served(person_ids: Iterator[UUID]) -> set[UUID]:
    """Those of them whom this actor may open."""
    return set(Person.objects.filter(pk__in=list(person_ids)).values_list("id", flat=True))


def candidate(row: Row, compared: linkage.Comparison, mine: bool, typed: Typed) -> Candidate:
    """A row as it may be shown."""
    named = mine or bool(row.numbers & set(typed.numbers)) or linkage.names_agree(typed.name, row.name) in ("same", "near", "part")
    number = next((i.split(":")[2] for i in row.identifiers if i.split(":")[0] in CARDS), next(iter(sorted(row.numbers)), ""))
    return Candidate(
        row.person_id,
        row.name if named else initials(row.name),
        row.birth_year,
        row.state,
        row.standing,
        row.agency if mine else "",
        mine,
        compared.level,
        compared.reasons,
        masked(number) if number else "",
    )


def initials(name: str) -> str:
    """A name of which only the first letters are shown: 'Kamarul bin Yusof' -> 'K… b… Y…'."""
    return " ".join(f"{word[0]}…" for word in name.split())


def read_as(typed: Typed) -> tuple[linkage.Words, ...]:
    """What was understood, in words, for the line under the box."""
    born = typed.birth_date.strftime("%d/%m/%Y") if typed.birth_date else str(typed.birth_year or "")
    rest = (("telefon", "phone", ", ".join(typed.phones)), ("lahir", "born", born), ("empat digit akhir", "last four digits", typed.tail))
    return (*labelled(("nama", "name", typed.name)), *map(number_as_read, typed.numbers), *labelled(*rest))


def labelled(*said: tuple[str, str, str]) -> Iterator[linkage.Words]:
    """(Malay, English, value) in words, for each value there is."""
    return ({"ms": f"{ms} {value}", "en": f"{en} {value}"} for ms, en, value in said if value)


def number_as_read(number: str) -> linkage.Words:
    """A number in words; digits too many or too few for an identity card are counted."""
    if not number.isdigit() or len(number) == 12:
        return {"ms": f"nombor {number}", "en": f"number {number}"}
    return {"ms": f"nombor {number} ({len(number)} digit; kad pengenalan ada 12)",
            "en": f"number {number} ({len(number)} digits; an identity card has 12)"}


def known_person(person_id: UUID, *, actor: Actor) -> Candidate | None:
    """Existence and standing of somebody who may not be ours; None when nobody has that id. Writes one audit entry like a search."""
    context = current()
    if context is None:
        raise RuntimeError("a search outside `acting`")
    row = row_of(person_id, actor) if actor.holds("person.search") else None
    if row is None:
        return None
    audit.record(context, "person.search", "", [person_id], {"typed": ["id"], "found": 1})
    return candidate(row, linkage.Comparison("certain", 0, ()), person_id in served(iter([person_id])), Typed())


def row_of(person_id: UUID, actor: Actor) -> Row | None:
    """The search row of a person, whoever registered him. For actions that open him; shows nothing to anybody."""
    with finder(actor) as cursor:
        cursor.execute(f"SELECT {FIELDS} FROM registry_personsearch WHERE person_id = %s", [person_id])
        row = cursor.fetchone()
    return Row(*row) if row else None


def holders_of(keys: Sequence[str], actor: Actor) -> dict[str, UUID]:
    """kind:country:number -> the person who bears it, whoever registered him. For registration; shows nothing to anybody."""
    wanted = set(keys)
    rows = look(actor, list(keys), [], [], None, "", most=len(keys)) if keys else []
    return {key: row.person_id for row in rows for key in row.identifiers if key in wanted}
