"""The fixtures every other database test stands on: isolation, roles, threads, speed of a clone."""
import time
import urllib.request

import pytest
from django.db import connection, connections

from tests.conftest import fresh_clone

COUNT = "SELECT count(*) FROM django_content_type WHERE app_label = 'only-here'"

def insert() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_content_type (app_label, model) VALUES ('only-here', 'x')")


def count(alias: str = "default") -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute(COUNT)
        return cursor.fetchone()[0]


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_writes_is_rolled_back(db, turn):
    assert count() == 0
    insert()
    assert count() == 1


def test_an_own_database_begins_empty_and_keeps_commits(own_db, owner, in_thread):
    assert count() == 0
    insert()
    assert owner.execute(COUNT).fetchone() == (1,)
    assert in_thread(count) == 1
    assert connection.settings_dict["NAME"] == own_db


def test_an_own_database_is_gone_afterwards(owner, template_db, worker_id):
    there = "SELECT count(*) FROM pg_database WHERE datname = %s"
    with fresh_clone(template_db, worker_id) as name:
        insert()
        assert owner.execute(there, [name]).fetchone() == (1,)
    assert owner.execute(there, [name]).fetchone() == (0,)


def test_each_alias_signs_in_as_its_own_role(own_db):
    users = {}
    for alias in ("default", "finder", "owner"):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_user, current_database(), rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            users[alias] = cursor.fetchone()
    assert len({user for user, _, _ in users.values()}) == 3
    assert {name for _, name, _ in users.values()} == {own_db}
    assert not users["default"][2] and not users["finder"][2]


def test_a_clone_takes_no_migrating(own_db, template_db, worker_id):
    begun = time.monotonic()
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations")
        assert cursor.fetchone()[0] > 20
    assert time.monotonic() - begun < 5 and own_db.startswith(template_db)


def test_an_exception_in_a_thread_comes_back(own_db, in_thread):
    with pytest.raises(ZeroDivisionError):
        in_thread(lambda: 1 / 0)


def test_pages_are_served_on_the_tests_own_database(site):
    with urllib.request.urlopen(f"{site}/health", timeout=20) as answer:
        assert answer.status == 200
