"""Roles, secrets and a server that DATABASE_URL names."""
import json
import stat
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

URLS = """
from launcher import checkout, postgres, surroundings
checkout.prepare()
cluster = postgres.Cluster("wheel", fast=True)
cluster.start()
urls = surroundings.role_urls(cluster.url("sinergi"), "demo", ours=True)
print(cluster.url("sinergi"), urls["SINERGI_DATABASE_URL"], urls["SINERGI_FINDER_URL"], sep="\\n")
"""


@pytest.fixture
def urls(checkout) -> list[str]:
    """Owner, app, finder."""
    return checkout.answer(URLS).splitlines()


def test_both_logins_get_in_and_may_do_nothing_by_themselves(urls):
    for url, role in zip(urls[1:], ("sinergi_app", "sinergi_finder"), strict=True):
        with psycopg.connect(url) as connection:
            rights = connection.execute("""SELECT current_user::text, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication
                FROM pg_roles WHERE rolname = current_user""").fetchone()
            assert rights == (role, False, False, False, False, False)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TABLE mine (n int)")


def test_the_server_keeps_no_password_in_clear(urls):
    with psycopg.connect(urls[0]) as connection:
        kept = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname LIKE 'sinergi%'").fetchall()
    assert len(kept) == 3 and all(password.startswith("SCRAM-SHA-256$") for (password,) in kept)


def test_a_second_start_gives_the_same_logins_and_a_lost_password_is_set_again(checkout, urls):
    assert checkout.answer(URLS).splitlines() == urls
    with psycopg.connect(urls[0], autocommit=True) as connection:
        connection.execute("ALTER ROLE sinergi_app PASSWORD 'another' SUPERUSER")
    again = checkout.answer(URLS).splitlines()
    assert again == urls
    with psycopg.connect(again[1]) as connection:
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)


def test_each_database_keeps_the_files_of_its_seals_apart(checkout):
    asked = [("wheel-18", "sinergi"), ("wheel-18", "sinergi_bench"), ("system-15", "sinergi"), ("db.example-5432", "sinergi")]
    line = "print(surroundings.settings_of('demo', 'postgresql://o:p@h/{1}', {{}}, 8000, '{0}')['SINERGI_SEALS_DIR'])"
    code = "\n".join(["from launcher import checkout, surroundings", "checkout.prepare()", *(line.format(*one) for one in asked)])
    folders = checkout.answer(code).splitlines()
    assert len(set(folders)) == len(asked) and all(folder.startswith(f"{checkout.state}/seals/") for folder in folders)


def test_secrets_are_private_fresh_and_made_once(make_checkout):
    one, two = make_checkout("one"), make_checkout("two")
    code = "from launcher import checkout\ncheckout.prepare()\nprint(checkout.role_password('sinergi_app'))"
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: one.answer(code), range(8)))) == 1
    assert two.answer(code) != one.answer(code)
    path = one.state / "secrets.json"
    kept = json.loads(path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and len(kept["secret_key"]) >= 50
    assert kept["keys"] != json.loads((two.state / "secrets.json").read_text())["keys"]


@pytest.fixture
def foreign(urls) -> str:
    """A server of somebody else with an owner who is no superuser: what DATABASE_URL is for."""
    with psycopg.connect(urls[0], autocommit=True) as connection:
        connection.execute("CREATE ROLE boss LOGIN CREATEROLE CREATEDB PASSWORD 'hush'")
        connection.execute("CREATE DATABASE theirs OWNER boss")
    return urls[0].replace("/sinergi?", "/theirs?").replace(urls[0].split("@")[0].removeprefix("postgresql://"), "boss:hush")


@pytest.mark.installation
def test_database_url_is_used_and_migrated_by_an_owner_who_is_no_superuser(make_checkout, foreign):
    copy = make_checkout("b")
    done = copy.sinergi("manage", "migrate", "--database", "owner", "--verbosity", "0", DATABASE_URL=foreign)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not list(copy.state.glob("pg/*/lock")), "a server of our own was started"
    done = copy.sinergi("manage", "migrate", "--database", "owner", "--check", DATABASE_URL=foreign)
    assert done.returncode == 0, done.stdout + done.stderr
    with psycopg.connect(foreign) as connection:
        assert connection.execute("SELECT count(*) FROM django_migrations").fetchone()[0] > 20


def test_logins_that_somebody_else_uses_are_never_taken_over(make_checkout, foreign):
    one, two = make_checkout("b"), make_checkout("c")
    assert one.sinergi("manage", "check", DATABASE_URL=foreign).returncode == 0
    done = two.sinergi("manage", "check", DATABASE_URL=foreign)
    assert done.returncode == 1 and "theirs_app is on this server already" in done.stderr and "Traceback" not in done.stderr
    assert one.sinergi("manage", "check", DATABASE_URL=foreign).returncode == 0


@pytest.mark.parametrize("url, says", [
    ("postgresql://boss:hush@127.0.0.1:1/theirs", "could not be made ready"),
    ("postgresql://boss:hush@127.0.0.1:1/", "names no database"),
])
def test_a_server_that_is_not_there_is_said_in_words(checkout, url, says):
    done = checkout.sinergi("manage", "check", DATABASE_URL=url)
    assert done.returncode == 1 and says in done.stderr and "Traceback" not in done.stderr
