"""Every table is protected or on the written list, and what the two logins may do to each table is tried, not read from the catalogue.

The expectation is generated from `guard`: a table's kind says which statements each login may run, with and without a context.
"""
from __future__ import annotations

import os

import psycopg
import pytest
from kernel_stage import an_actor
from psycopg import errors, sql

from sinergi.kernel.acting import acting
from sinergi.kernel.guard import FRAMEWORK, UNPROTECTED
from sinergi.kernel.roles import ROLES

LOGINS = {"app": "SINERGI_DATABASE_URL", "finder": "SINERGI_FINDER_URL"}
SEARCH = "registry_personsearch"
STATEMENTS = {"select": "SELECT * FROM {} LIMIT 1", "insert": "INSERT INTO {} DEFAULT VALUES",
              "update": "UPDATE {} SET {column} = {column}", "delete": "DELETE FROM {}", "truncate": "TRUNCATE {} CASCADE"}
TABLES = """SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid)
            FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 1"""
ROLE_SETTINGS = """SELECT r.rolsuper, r.rolbypassrls, r.rolcreatedb, r.rolcreaterole,
                          (SELECT count(*) FROM pg_class c WHERE c.relowner = r.oid),
                          (SELECT count(*) FROM pg_auth_members m WHERE m.member = r.oid)
                   FROM pg_roles r WHERE rolname = current_user"""


def login(name: str, database: str) -> psycopg.Connection:
    """A real connection of one of the two logins."""
    return psycopg.connect(os.environ[LOGINS[name]], dbname=database)


def tried(connection: psycopg.Connection, table: str, statement: str, column: str) -> str:
    """What comes of a statement: `refused` (no right, or no action), or `allowed` (it ran, or only a value was wrong). Undone."""
    query = sql.SQL(STATEMENTS[statement]).format(sql.Identifier(table), column=sql.Identifier(column))
    try:
        connection.execute(query)
    except errors.InsufficientPrivilege:
        return "refused"
    except (errors.IntegrityError, errors.FeatureNotSupported, errors.GeneratedAlways):
        return "allowed"
    finally:
        connection.rollback()
    return "allowed"


def expected(name: str, table: str, statement: str) -> str:
    """The generated matrix, without a context: the application reads, and writes only the framework's tables; the finder searches."""
    if name == "finder":
        return "allowed" if table == SEARCH and statement == "select" else "refused"
    if statement == "truncate":
        return "refused"
    if statement == "update" and table == "kernel_user":
        return "allowed"  # sign-in notes the last time and a new hash of the password
    if table == SEARCH:
        return "refused"  # the application fills it, in actions, and cannot read it back
    return "allowed" if statement == "select" or table in FRAMEWORK else "refused"


def test_every_table_is_protected_or_on_the_written_list(own_db, owner):
    there = owner.execute(TABLES).fetchall()
    for table, enabled, forced, policies in there:
        if table in UNPROTECTED:
            assert not enabled, f"{table} is protected and on the list: take it off"
        else:
            assert enabled and forced and policies, f"{table} holds personal data without forced row security"
    assert set(UNPROTECTED) <= {row[0] for row in there}, "the list names tables that are gone"
    assert all(UNPROTECTED.values())


@pytest.mark.parametrize("name", LOGINS)
def test_the_logins_can_pass_no_guard(own_db, name):
    with login(name, own_db) as connection:
        assert connection.execute(ROLE_SETTINGS).fetchone() == (False, False, False, False, 0, 0)
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("SET session_replication_role = replica")
        connection.rollback()
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (x int)")


@pytest.mark.parametrize("name", LOGINS)
def test_login_by_table_by_statement(own_db, owner, name):
    columns = dict(owner.execute("""SELECT DISTINCT ON (table_name) table_name::text, column_name::text
        FROM information_schema.columns
        WHERE table_schema = 'public' AND is_identity = 'NO' AND is_generated = 'NEVER'
        ORDER BY table_name, ordinal_position""").fetchall())
    wrong = []
    with login(name, own_db) as connection:
        for table, *_ in owner.execute(TABLES).fetchall():
            for statement in STATEMENTS:
                found, wanted = tried(connection, table, statement, columns[table]), expected(name, table, statement)
                if found != wanted:
                    wrong.append(f"{name} {statement} {table}: {found}, not {wanted}")
    assert wrong == []


@pytest.mark.parametrize("role", sorted(ROLES))
def test_no_role_writes_outside_an_action(own_db, owner, role):
    from django.db import connection

    with acting(an_actor(role, national=True), purpose="register"):
        for table, *_ in owner.execute(TABLES).fetchall():
            if table in FRAMEWORK or table == "kernel_auditentry":
                continue
            for statement in ("INSERT INTO {} DEFAULT VALUES", "DELETE FROM {}"):
                with connection.cursor() as cursor:
                    cursor.execute("SAVEPOINT try")
                    with pytest.raises(Exception) as refused:
                        cursor.execute(statement.format(table))
                    assert isinstance(refused.value.__cause__, errors.InsufficientPrivilege), f"{role} {statement} {table}"
                    cursor.execute("ROLLBACK TO SAVEPOINT try")


def test_without_a_context_no_rows(own_db, owner):
    """The audit of this very platform is full; the application sees nothing of it until somebody acts."""
    with acting(an_actor("coordinator"), purpose="register") as context:
        context.shown[owner.execute("SELECT gen_random_uuid()").fetchone()[0]] = None
    with login("app", own_db) as connection:
        for table, enabled, *_ in owner.execute(TABLES).fetchall():
            if enabled and table != SEARCH:
                query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
                assert connection.execute(query).fetchone() == (0,), table
    assert owner.execute("SELECT count(*) FROM kernel_auditentry").fetchone() == (1,)


def test_the_owners_migrations_wait_for_no_lock_for_long(own_db):
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        assert cursor.fetchone() == ("5s",)
