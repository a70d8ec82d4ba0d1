"""The database and its two login roles. Runs inside the virtual environment, because it needs psycopg; reads its order from stdin.

    echo '{"owner_url": …, "database": …, "roles": {role: password}, "ours": true}' | .sinergi/venv/bin/python launcher/roles.py

`ours` says that the server is a private cluster of this checkout: there a role whose password is another one gets this one. On
a server that DATABASE_URL named, such a role may serve somebody else, so the command stops instead.
"""
from __future__ import annotations

import json
import sys

import psycopg
from psycopg import sql

LIMITS = sql.SQL("LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION")


def ensure_database(owner_url: str, database: str) -> None:
    """Create the database unless it can already be connected to. Raises psycopg.Error when the owner may not create it."""
    try:
        psycopg.connect(owner_url, dbname=database, connect_timeout=10).close()
        return
    except psycopg.OperationalError as fault:
        if "does not exist" not in str(fault):
            raise
    with psycopg.connect(owner_url, dbname="postgres", autocommit=True, connect_timeout=10) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(database)))


def opens(owner_url: str, database: str, role: str, password: str) -> bool:
    """Whether the role can sign in with this password."""
    try:
        psycopg.connect(owner_url, dbname=database, user=role, password=password, connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True


def ensure_role(connection: psycopg.Connection, role: str, password: str, ours: bool) -> None:
    """Create the role, or give it this password where the server is ours. Only the password's SCRAM verifier travels."""
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if known and not ours:
        sys.exit(f"The role {role} is on this server already, with a password that this checkout does not know. Others may use it.\n"
                 f"Give SINERGI_DATABASE_URL and SINERGI_FINDER_URL as well, or drop the role if nobody needs it: DROP ROLE {role};")
    verb = sql.SQL("ALTER ROLE" if known else "CREATE ROLE")
    connection.execute(sql.SQL("{} {} {} PASSWORD {}").format(verb, sql.Identifier(role), LIMITS, sql.Literal(verifier)))


def main() -> None:
    """Do what the order on stdin says: server version, database, roles. Ends with a sentence and code 1 when it cannot."""
    order = json.load(sys.stdin)
    owner_url, database = order["owner_url"], order["database"]
    try:
        ensure_database(owner_url, database)
        missing = {role: password for role, password in order["roles"].items() if not opens(owner_url, database, role, password)}
        with psycopg.connect(owner_url, dbname=database, autocommit=True) as connection:
            if connection.info.server_version < 150000:
                sys.exit(f"This server is PostgreSQL {connection.info.server_version // 10000}; version 15 or newer is needed.")
            for role, password in missing.items():
                ensure_role(connection, role, password, order["ours"])
            for role in order["roles"]:
                connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database), sql.Identifier(role)))
    except psycopg.Error as fault:
        sys.exit(f"The database {database} could not be made ready: {fault}".rstrip())


if __name__ == "__main__":
    main()
