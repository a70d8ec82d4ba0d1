"""What the kernel's tests stand on: actors of each role, partners, a look behind row security, a superuser who tampers."""
from __future__ import annotations

import time
from typing import Any

import psycopg
from psycopg.rows import dict_row

from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import Actor
from sinergi.kernel.models import Agency
from sinergi.kernel.roles import ROLES
from sinergi.kernel.seals import seal


def an_actor(role: str, agency: str = "aim", *, national: bool = False, extra: tuple[str, ...] = ()) -> Actor:
    """An actor holding a role over his agency (or the nation), and further verbs that only tests know."""
    area = ("national", "") if national else ("agency", agency)
    return Actor(f"{role}-{agency}", role, agency, {verb: frozenset({area}) for verb in {*ROLES.get(role, ()), *extra}})


def make_agency(code: str = "aim", **columns: Any) -> Agency:
    """Put a partner into the database by the pen of an action, leaving no entry."""
    with acting(an_actor("administrator", code), purpose="administer"), writing("try.make"):
        return Agency.objects.create(code=code, name_ms=code.upper(), name_en=code.upper(), kind="partner", **columns)


def entries(owner: psycopg.Connection, where: str = "true") -> list[dict[str, Any]]:
    """Audit entries as they lie in the table, in order of ids."""
    with owner.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(f"SELECT * FROM kernel_auditentry WHERE {where} ORDER BY id").fetchall()


def value(owner: psycopg.Connection, statement: str, *given: Any) -> Any:
    """The one value a statement answers."""
    row = owner.execute(statement, given).fetchone()
    return None if row is None else row[0]


def seal_all(owner: psycopg.Connection) -> list[int]:
    """Seal until nothing waits: a transaction in a neighbouring database of the same server holds sealing back. Numbers of the blocks."""
    made, end = seal(), time.monotonic() + 60
    while value(owner, "SELECT (SELECT count(*) FROM kernel_auditentry) > (SELECT coalesce(sum(entries), 0) FROM kernel_auditseal)"):
        assert time.monotonic() < end, "the server is never without a transaction older than the entries"
        time.sleep(0.05)
        made += seal()
    return made


def tamper(owner: psycopg.Connection, statement: str) -> None:
    """What somebody with the server's password could do: switch the triggers off and write."""
    with owner.transaction():
        owner.execute("SET LOCAL session_replication_role = replica")
        owner.execute(statement)
