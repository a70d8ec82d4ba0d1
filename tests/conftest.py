"""Database fixtures: one migrated template a session, a clone for each worker, a fresh clone where a test must commit.

`db` (pytest-django's): a transaction that is rolled back, seen by its own connection only.
`own_db`: a database of its own, for committed rows, several connections or roles, threads.
`site`: the pages served on an `own_db`, for a browser or an HTTP client.
Nothing here migrates per test, and no fixture truncates: the application's role may not.
"""
from __future__ import annotations

import fcntl
import json
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql

settings.register_profile("untimed", deadline=None)  # a busy machine is no fault
settings.load_profile("untimed")
ALIASES = ("default", "finder", "owner")


def owner_url() -> str:
    """URL of the owner's login. Ends the run with a sentence when no database was named."""
    url = os.environ.get("SINERGI_OWNER_URL")
    if not url:
        pytest.exit("No database named: run these tests with ./sinergi test PATH", returncode=4)
    return url


def maintain(statement: sql.Composable) -> None:
    """Run one statement outside any transaction, beside the databases under test."""
    with psycopg.connect(owner_url(), autocommit=True) as connection:
        connection.execute(statement)


def copy_database(new: str, template: str) -> None:
    """Clone a database that nobody is connected to, by copying its files: 30 to 140 ms."""
    maintain(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(new), sql.Identifier(template)))


def drop_database(name: str) -> None:
    """Drop a database, ending what is still connected to it."""
    maintain(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def close_all() -> None:
    """Close this thread's connections and every pool, so that the next query connects anew."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        connection.close_pool()


@contextmanager
def pointed_at(name: str) -> Iterator[None]:
    """All three logins use the database `name` while the block runs, in this thread and in those that begin meanwhile."""
    from django.db import connections

    before = {alias: connections.settings[alias]["NAME"] for alias in ALIASES}
    close_all()
    for alias in ALIASES:
        connections.settings[alias]["NAME"] = name
    try:
        yield
    finally:
        close_all()
        for alias, old in before.items():
            connections.settings[alias]["NAME"] = old


def drop_leftovers() -> None:
    """Drop the databases of sessions that were killed: more than six hours old, and ours by name."""
    stem = urlsplit(owner_url()).path[1:] + "_t_"
    with psycopg.connect(owner_url(), autocommit=True) as connection:
        if connection.execute("SELECT current_setting('is_superuser')").fetchone() != ("on",):
            return
        old = connection.execute("""SELECT datname FROM pg_database WHERE starts_with(datname, %s)
            AND (pg_stat_file('base/' || oid || '/PG_VERSION', true)).modification < now() - interval '6 hours'""", [stem]).fetchall()
    for (name,) in old:
        drop_database(name)


def build_template(name: str) -> None:
    """Create the database `name` and run every migration in it as the owner. Takes seconds; done once a session."""
    from django.core.management import call_command

    drop_leftovers()
    maintain(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)))
    with pointed_at(name):
        call_command("migrate", database="owner", verbosity=0, interactive=False)


@contextmanager
def shared_template(folder: Path, session: str) -> Iterator[str]:
    """Name of the session's template. The first worker builds it while the others wait; the last one out drops it."""
    name, counter = f"{urlsplit(owner_url()).path[1:]}_t_{session}", folder / "template.json"

    def change(by: int) -> int:
        users = (json.loads(counter.read_text()) if counter.exists() else 0) + by
        counter.write_text(json.dumps(users))
        return users

    with open(folder / "template.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if change(+1) == 1:
            build_template(name)
        fcntl.flock(lock, fcntl.LOCK_UN)
        yield name
        fcntl.flock(lock, fcntl.LOCK_EX)
        if change(-1) == 0:
            drop_database(name)


@pytest.fixture(scope="session")
def template_db(tmp_path_factory, testrun_uid, worker_id, django_test_environment, django_db_blocker) -> Iterator[str]:
    """Name of the migrated, empty database that others are cloned from. Nobody connects to it."""
    own = tmp_path_factory.getbasetemp()
    folder = own if worker_id == "master" else own.parent
    with django_db_blocker.unblock(), shared_template(folder, testrun_uid[:8]) as name:
        yield name


@pytest.fixture(scope="session")
def django_db_setup(template_db, worker_id, django_db_blocker) -> Iterator[None]:
    """Instead of pytest-django's: this worker's own clone, left as it was by every test that uses `db`."""
    name = f"{template_db}_{worker_id}"
    copy_database(name, template_db)
    with django_db_blocker.unblock(), pointed_at(name):
        yield
    drop_database(name)


@pytest.fixture
def own_db(template_db, worker_id, django_db_setup, django_db_blocker) -> Iterator[str]:
    """A fresh clone for this test alone; what it commits is gone afterwards. Gives the database's name."""
    with django_db_blocker.unblock(), fresh_clone(template_db, worker_id) as name:
        yield name


@contextmanager
def fresh_clone(template: str, worker: str) -> Iterator[str]:
    """A clone of the template that all three logins use while the block runs; afterwards it is gone."""
    name = f"{template}_{worker}_{secrets.token_hex(3)}"
    copy_database(name, template)
    with pointed_at(name):
        yield name
    drop_database(name)


@pytest.fixture
def owner(own_db) -> Iterator[psycopg.Connection]:
    """A connection of the database's owner to `own_db`, committing at once: to look behind row security, or to tamper."""
    with psycopg.connect(owner_url(), dbname=own_db, autocommit=True) as connection:
        yield connection


@pytest.fixture
def site(own_db) -> Iterator[str]:
    """Address of the pages served on `own_db`, such as http://127.0.0.1:41233."""
    from pytest_django.live_server_helper import LiveServer

    server = LiveServer("127.0.0.1")
    yield server.url
    server.stop()


@pytest.fixture
def in_thread() -> Callable:
    """Run a function in a thread of its own with connections of its own; its result, or its exception, comes back."""
    from django.db import connections

    def run(function: Callable, *arguments: object) -> object:
        outcome: dict[str, object] = {}

        def body() -> None:
            try:
                outcome["result"] = function(*arguments)
            except BaseException as fault:
                outcome["fault"] = fault
            finally:
                connections.close_all()

        thread = threading.Thread(target=body)
        thread.start()
        thread.join(60)
        if "fault" in outcome:
            raise outcome["fault"]
        return outcome["result"]

    return run


@pytest.fixture(scope="session")
def law_rows() -> dict[str, list[object]]:
    """What publishing law/ writes, worked out once a session: rows to put into a clone without reading the files again."""
    import hashlib

    from django.conf import settings

    from sinergi.core import rules
    from sinergi.kernel import law
    from sinergi.kernel.law_files import read_documents

    documents = read_documents(settings.LAW_DIR)
    bodies = {path: law.body_of(document) for path, document in documents.items()}
    hashes = {path: hashlib.sha256(body.encode()).hexdigest() for path, body in bodies.items()}
    return {"bodies": list(dict(zip(hashes.values(), bodies.values(), strict=True)).items()), "version": [rules.build(documents).version, hashes],
            "agencies": documents["agencies.yaml"]["agencies"]}  # type: ignore[index,call-overload]


@pytest.fixture
def published_law(own_db: str, law_rows: dict[str, list[object]]) -> object:
    """The law files of this checkout, published in `own_db`, and their agencies by name. Gives the core.rules.Law."""
    from sinergi.kernel import law
    from sinergi.kernel.acting import acting
    from sinergi.kernel.action import writing
    from sinergi.kernel.actors import command
    from sinergi.kernel.models import Agency, LawDocument, LawVersion

    with acting(command("tests"), purpose="administer"), writing("law.publish"):
        LawDocument.objects.bulk_create(LawDocument(sha256=sha, body=body) for sha, body in law_rows["bodies"])
        version, paths = law_rows["version"]
        LawVersion.objects.create(version=version, paths=paths, published_by="command:tests")
        Agency.objects.bulk_create((Agency(code=one["code"], name_ms=one["name"]["ms"], name_en=one["name"]["en"], kind=one["kind"],
                                           partner=one["partner"]) for one in law_rows["agencies"]), ignore_conflicts=True)
    return law.current()
