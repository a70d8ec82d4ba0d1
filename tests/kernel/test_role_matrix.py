"""Role × table × statement, as the application's login, with a family registered, screened, read and messaged by one partner.

role_matrix.md is the expectation, one line a table; it is written by `python -m pytest tests/kernel/test_role_matrix.py --no-header` with
SINERGI_WRITE_MATRIX=1 and read in review: a change of what a role sees is a change of that file.
"""
from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

import psycopg
from django.db import connection
from kernel_stage import an_actor
from psycopg import errors

from sinergi.cases import actions
from sinergi.kernel import keys
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.guard import UNPROTECTED
from sinergi.kernel.models import Delivery, Event, Message, Progress
from sinergi.kernel.roles import ROLES
from tests.benefits.benefit_stage import award
from tests.cases.case_stage import AT, ON, opened
from tests.registry.registry_stage import family, officer, somebody

FILE = Path(__file__).parent / "role_matrix.md"
WHERE = {"own": ("aim", False), "other": ("tekun", False), "nation": ("perkeso", True)}
TABLES = """SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
            AND relrowsecurity ORDER BY 1"""


def furnish() -> None:
    """Rows of one partner (aim) in the kernel's tables and, by real actions, in the registry's."""
    registrar = officer("aim")
    home = family(registrar)
    who = somebody(registrar)
    award(who, officer("aim", "officer"), "aim.ikhtiar", need="business", pay="in_kind")
    actions.record_contact(opened(registrar, who=who).pk, actor=registrar, purpose="follow", channel="phone", inward=False, reached=True, note="x",
                           on=ON, at=AT)
    with acting(registrar, purpose="register") as context, writing("try.furnish"):
        context.shown[home.person_id] = None
        keys.lock(home.person_id, "x")
        event = Event.objects.create(verb="try.furnish", subject="x", agency="aim")
        Delivery.objects.create(event=event, subscriber="x")
        Progress.objects.create(job="x", actor=registrar.id, agency="aim")
        Message.objects.create(template="request.answered", language="ms", channel="letter", person_id=uuid4(), facts={"request": 1},
                               agency="aim")


def outcome(statement: str) -> str:
    """Rows seen, or whether a statement is refused; undone."""
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT probe")
        try:
            cursor.execute(statement)
            return "seen" if statement.startswith("SELECT") and cursor.fetchone() else "-" if statement.startswith("SELECT") else "WRITTEN"
        except Exception as fault:
            assert isinstance(fault.__cause__, errors.InsufficientPrivilege | errors.NotNullViolation | errors.CheckViolation), statement
            return "-" if isinstance(fault.__cause__, errors.InsufficientPrivilege) else "WRITTEN"
        finally:
            cursor.execute("ROLLBACK TO SAVEPOINT probe")


def matrix(owner: psycopg.Connection) -> dict[str, dict[str, str]]:
    """Table -> role -> where its rows are seen, from the three places; a write that passes outside an action would show as WRITTEN."""
    tables = [row[0] for row in owner.execute(TABLES).fetchall()]
    found: dict[str, dict[str, str]] = {table: {} for table in tables}
    for role in sorted(ROLES):
        for where, (agency, national) in WHERE.items():
            with acting(an_actor(role, agency, national=national), purpose="register"):
                for table in tables:
                    seen = outcome(f"SELECT 1 FROM {table} LIMIT 1")
                    writes = {outcome(f"DELETE FROM {table}"), outcome(f"INSERT INTO {table} DEFAULT VALUES")}
                    if seen == "seen" or "WRITTEN" in writes:
                        found[table][role] = " ".join([found[table].get(role, ""), where if seen == "seen" else "WRITTEN"]).strip()
    return found


def as_text(found: dict[str, dict[str, str]], filled: set[str]) -> str:
    """The matrix as a page."""
    roles = sorted(ROLES)
    lines = ["# Who sees rows of a family that `aim` registered", "",
             "`own`: the role at aim; `other`: the same role at tekun; `nation`: the role over the nation, at perkeso. Empty: no rows.",
             "Nobody writes outside an action: a cell would say WRITTEN.", "",
             "| table | " + " | ".join(roles) + " |", "|---" * (len(roles) + 1) + "|"]
    lines += [f"| {table}{'' if table in filled else ' (empty)'} | " + " | ".join(cells.get(role, "") for role in roles) + " |"
              for table, cells in found.items()]
    return "\n".join(lines) + "\n"


def test_role_by_table(own_db, owner):
    furnish()
    found = matrix(owner)
    filled = {table for table in found if owner.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()}
    text = as_text(found, filled)
    if os.environ.get("SINERGI_WRITE_MATRIX"):
        FILE.write_text(text, "utf-8")
    assert "WRITTEN" not in text.split("\n", 5)[5]
    assert text == FILE.read_text("utf-8")


OF_NOBODY = ("registry_columnmapping", "registry_linkageagreement", "registry_bearer")  # headers, terms, and which id answers for which


def test_the_matrix_says_what_the_design_asks_for(own_db, owner):
    """What must hold whatever the file says: without the right to read persons none is seen, and another partner sees none."""
    furnish()
    found = matrix(owner)
    persons = [table for table in found if table.startswith("registry_") and table not in UNPROTECTED and table not in OF_NOBODY]
    assert len(persons) > 10 and found["registry_person"]["coordinator"] == "own"
    for table in persons:
        for role in ("administrator", "auditor"):
            assert role not in found[table], f"{role} sees {table}"
        assert all("other" not in cell for role, cell in found[table].items()), table
    assert found["kernel_auditentry"]["auditor"] == "own nation" and "administrator" not in found["kernel_auditentry"]
    assert all("other" not in cell for cell in found["kernel_auditentry"].values())
    assert found["kernel_message"] == {"administrator": "own nation"} and "machine" not in found["registry_sensitivefact"]
