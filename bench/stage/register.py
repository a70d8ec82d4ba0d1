"""A register of the bench's invented people (bench/people): each with his papers and phones, in the tables and in the search table.

They are written by the owner with triggers off, as a restore would; the search table is then filled, piece by piece, by the function that the
triggers call. An id is made of the person's number, so that whoever draws the same people knows whom he looks for.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import polars as pl
import psycopg

from bench.people.population import population
from bench.stage.people import AGENCY, AT, NUMBER, PERSON, PHONE
from sinergi.core.linkage.names import name_key

AT_ONCE, IN_PART = 20_000, 1_000_000


def id_of(person: int) -> uuid.UUID:
    """The id of a drawn person: spread like the random ids of the register."""
    return uuid.uuid5(uuid.NAMESPACE_OID, str(person))


def parts_of(count: int, seed: int) -> Iterator[pl.DataFrame]:
    """The people, a million at a time."""
    parts = max(1, count // IN_PART)
    for part in range(parts):
        yield population(count // parts, seed, part, parts)


def code_of(state: str) -> str:
    """A state as the register writes it."""
    return state.lower().replace(" ", "_")


def keyed(names: list[str]) -> list[str]:
    """The key of each name. A process of its own may do it."""
    return [name_key(name)[:200] for name in names]


def name_keys(names: list[str]) -> list[str]:
    """The keys of many names, on both cores."""
    pieces = [names[i : i + AT_ONCE] for i in range(0, len(names), AT_ONCE)]
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as workers:
        return [key for piece in workers.map(keyed, pieces) for key in piece]


def phone_of(number: str) -> str:
    """A drawn phone in international form."""
    return f"+6{number}" if number.startswith("0") else f"+{number.lstrip('+')}"


def fill(connection: psycopg.Connection, people: pl.DataFrame, borne: set[str]) -> None:
    """Put these people beside those who are there. `borne`: papers that somebody has already; drawn passports meet, in life they do not."""
    rows, keys = people.to_dicts(), name_keys(people["name"].to_list())
    ids = [id_of(row["person"]) for row in rows]
    with connection.transaction(), connection.cursor() as cursor:
        copy_in(cursor, PERSON, ((i, r["name"][:200], k, r["birth_date"], r["sex"], "ms", "yet_to_be_helped", code_of(r["state"]), False, AGENCY, AT)
                                 for i, r, k in zip(ids, rows, keys, strict=True)))
        copy_in(cursor, NUMBER, ((i, *paper, "asserted", AT) for i, r in zip(ids, rows, strict=True) for paper in papers_of(r, borne)))
        copy_in(cursor, PHONE, ((i, "phone", phone_of(r[kind]), False, AT) for i, r in zip(ids, rows, strict=True)
                                for kind in ("phone", "other_phone") if r[kind]))
    connection.execute("ANALYZE registry_person, registry_identifier, registry_contactpoint")
    for begin in range(0, len(ids), AT_ONCE):
        connection.execute("SELECT sinergi_refresh_search(%s)", [ids[begin : begin + AT_ONCE]])


def papers_of(person: dict[str, Any], borne: set[str]) -> Iterator[tuple[str, str, str]]:
    """(kind, country, number) of each paper that nobody else has."""
    if person["mykad"]:
        yield "mykad", "MY", person["mykad"]
    for kind, country in (("passport", "ID"), ("unhcr", "UN")):
        if person[kind] and person[kind] not in borne:
            borne.add(person[kind])
            yield kind, country, person[kind]


def copy_in(cursor: psycopg.Cursor[Any], statement: str, rows: Iterator[tuple[Any, ...]]) -> None:
    """COPY rows in."""
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def settle(connection: psycopg.Connection) -> None:
    """Count the words of the names, as the nightly job does, and let PostgreSQL look at its tables."""
    with connection.transaction():
        connection.execute("SELECT set_config('sinergi.verb', 'search.count', true)")
        connection.execute("SELECT sinergi_count_words()")
    connection.execute("VACUUM ANALYZE registry_person, registry_identifier, registry_contactpoint, registry_personsearch, registry_nameword")


def bytes_of(connection: psycopg.Connection, *tables: str) -> int:
    """Bytes of these tables with all their indexes."""
    return sum(int(connection.execute("SELECT pg_total_relation_size(%s::regclass)", [t]).fetchone()[0]) for t in tables)  # type: ignore[index]


