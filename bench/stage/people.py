"""Invented people: names of Malaysia in their proportions, identity numbers of place code 17, put into the tables set by set.

They are written by the owner with triggers off, as a restore would; the search table is then filled by the function that its triggers call.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from sinergi.core.linkage import name_key

AGENCY, AT = "aim", dt.datetime(2026, 11, 23, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))
FIRST_DAY, DAYS = dt.date(1940, 1, 1), 31_000
NAMES = {kind: names.strip().split(", ") for kind, _, names in
         (line.partition(":") for line in (Path(__file__).parent / "names.txt").read_text().splitlines())}
PERSON = ("COPY registry_person (id, name, name_key, birth_date, sex, language, standing, state, safe_address, registered_by_id, registered_at) "
          "FROM STDIN")
NUMBER = "COPY registry_identifier (person_id, kind, country, value, quality, recorded_at) FROM STDIN"
RECORD = "COPY registry_sourcerecord (id, agency_id, source, key, version, payload, received_at) FROM STDIN"
RECORD_NUMBER = "COPY registry_recordidentifier (record_id, kind, country, value, quality) FROM STDIN"
CREATED = "COPY registry_identitydecision (id, verb, actor, agency_id, reason, person_id, first_id, evidence, decided_at) FROM STDIN"
BELONGS = "COPY registry_belonging (record_id, person_id, from_at, opened_by_id) FROM STDIN"
PHONE = "COPY registry_contactpoint (person_id, kind, value, hidden, recorded_at) FROM STDIN"


@dataclass(frozen=True)
class Invented:
    """One invented person."""

    id: uuid.UUID
    name: str
    birth_date: dt.date
    sex: str
    state: str
    mykad: str
    phone: str


def name(chance: random.Random, male: bool) -> str:
    """A name, by community about as the country counts them."""
    kind, son = chance.random(), "bin" if male else "binti"
    first = "male" if male else "female"
    if kind < 0.66:
        return f"{chance.choice(NAMES[first])} {son} {chance.choice(NAMES['male' if chance.random() < 0.4 else 'father'])}"
    if kind < 0.86:
        return f"{chance.choice(NAMES['chinese'])} {chance.choice(NAMES['given'])}"
    if kind < 0.93:
        return f"{chance.choice(NAMES['indian'])} {'a/l' if male else 'a/p'} {chance.choice(NAMES['indian'])}"
    return f"{chance.choice(NAMES['borneo'])} {'anak' if chance.random() < 0.6 else son} {chance.choice(NAMES['borneo'])}"


def invented(count: int) -> Iterator[Invented]:
    """The same people for the same count, each with a number nobody else has."""
    chance = random.Random("sinergi bench")
    serials: dict[dt.date, int] = {}
    for _ in range(count):
        born = FIRST_DAY + dt.timedelta(days=chance.randrange(DAYS))
        male = chance.random() < 0.5
        serials[born] = serials.get(born, -1) + 1
        serial = (0 if born.year >= 2000 else 5000) + serials[born] * 2 + male
        yield Invented(uuid.UUID(int=chance.getrandbits(128), version=4), name(chance, male), born, "male" if male else "female",
                       chance.choice(NAMES["states"]), f"{born:%y%m%d}17{serial:04d}", f"+601{chance.randrange(10**8):08d}")


def owner() -> psycopg.Connection:
    """The owner's connection, triggers off. Ends with a sentence where the owner may not switch them off."""
    url = os.environ["SINERGI_OWNER_URL"]
    try:
        return psycopg.connect(url, options="-c session_replication_role=replica", autocommit=True)
    except psycopg.errors.InsufficientPrivilege:
        raise SystemExit("This measurement needs a database owner who may switch triggers off: leave DATABASE_URL out.") from None


def clear(connection: psycopg.Connection) -> None:
    """Empty the bench's own database, its migrations aside."""
    tables = connection.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
                                "AND relname NOT IN ('django_migrations', 'django_content_type')").fetchall()
    connection.execute(f"TRUNCATE {', '.join(row[0] for row in tables)} CASCADE")


def records(connection: psycopg.Connection, people: list[Invented]) -> None:
    """The record that each of them comes of, with its number, the decision and the belonging; record and decision take the person's id."""
    connection.execute("TRUNCATE registry_sourcerecord CASCADE; TRUNCATE registry_identitydecision CASCADE")
    rows: dict[str, Callable[[Invented], tuple[object, ...]]] = {
        RECORD: lambda p: (p.id, AGENCY, "officer", f"person:{p.id}", 1, json.dumps({
            "name": p.name, "birth_date": p.birth_date.isoformat(), "birth_year": p.birth_date.year, "sex": p.sex, "phones": [p.phone],
            "state": p.state, "language": "ms"}), AT),
        RECORD_NUMBER: lambda p: (p.id, "mykad", "MY", p.mykad, "asserted"),
        CREATED: lambda p: (p.id, "create", "command:bench", AGENCY, "", p.id, p.id, "{}", AT),
        BELONGS: lambda p: (p.id, p.id, AT, p.id)}
    with connection.cursor() as cursor:
        for statement, row in rows.items():
            with cursor.copy(statement) as copy:
                for p in people:
                    copy.write_row(row(p))


def load(connection: psycopg.Connection, count: int) -> list[Invented]:
    """Put so many people of one agency in, each with a number and a phone, and fill the search table. Whoever was there goes."""
    people = list(invented(count))
    connection.execute("TRUNCATE registry_person CASCADE")
    with connection.cursor() as cursor:
        with cursor.copy(PERSON) as copy:
            for p in people:
                copy.write_row((p.id, p.name, name_key(p.name), p.birth_date, p.sex, "ms", "yet_to_be_helped", p.state, False, AGENCY, AT))
        with cursor.copy(NUMBER) as copy:
            for p in people:
                copy.write_row((p.id, "mykad", "MY", p.mykad, "asserted", AT))
        with cursor.copy(PHONE) as copy:
            for p in people:
                copy.write_row((p.id, "phone", p.phone, False, AT))
    records(connection, people)
    connection.execute("SELECT sinergi_refresh_search(ARRAY(SELECT id FROM registry_person))")
    connection.execute("VACUUM ANALYZE registry_person, registry_identifier, registry_contactpoint, registry_personsearch, "
                       "registry_sourcerecord, registry_belonging, registry_identitydecision")
    return people
