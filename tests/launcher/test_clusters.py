"""The private PostgreSQL: created whole or not at all, alive again after a kill, apart from its neighbours, off when nobody uses it."""
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

START = """
from launcher import checkout, postgres
checkout.prepare()
cluster = postgres.Cluster("wheel", fast=True)
cluster.start()
print(cluster.url("postgres"))
"""
DURABLE = START.replace(", fast=True", "")
WHERE = """
from launcher import checkout, postgres
checkout.prepare()
cluster = postgres.Cluster("wheel", fast=True)
print(cluster.home, cluster.data, cluster.socket, cluster.running(), sep="\\n")
"""
USE = """
from launcher import checkout, postgres
checkout.prepare()
cluster = postgres.Cluster("wheel", fast=True)
with cluster.in_use():
    print(cluster.running(), flush=True)
    input()
"""


def ask(url: str, statement: str):
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def where(copy) -> tuple[Path, Path, Path, bool]:
    home, data, socket, running = copy.answer(WHERE).splitlines()
    return Path(home), Path(data), Path(socket), running == "True"


def user(copy) -> subprocess.Popen:
    """A command that uses the server until it is told to end."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    holder = subprocess.Popen([sys.executable, "-c", USE], cwd=copy.folder, env=copy.surroundings, **pipes)
    assert holder.stdout.readline().strip() == "True"
    return holder


def end(holder: subprocess.Popen) -> None:
    holder.communicate("\n", timeout=30)
    assert holder.returncode == 0


def test_a_killed_server_comes_back_with_what_it_held(checkout):
    url = checkout.answer(DURABLE)
    ask(url, "CREATE TABLE kept AS SELECT 42 AS n")
    (pid_file,) = checkout.state.glob("pg/*/data/postmaster.pid")
    os.kill(int(pid_file.read_text().split()[0]), 9)
    again = checkout.answer(DURABLE)
    assert again == url and ask(again, "SELECT n FROM kept") == 42


def test_half_a_cluster_is_never_taken_for_a_whole_one(checkout):
    _, data, _, _ = where(checkout)
    half = data.with_name(data.name + ".new")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert ask(checkout.answer(START), "SELECT 1") == 1
    assert not half.exists()


def test_a_long_path_gets_a_short_private_socket_folder(make_checkout):
    copy = make_checkout("/".join(["a_rather_long_name_of_a_folder"] * 4))
    assert ask(copy.answer(START), "SELECT 1") == 1
    socket = where(copy)[2]
    assert len(os.fsencode(socket)) < 107 and socket.parent.parent == Path("/tmp")
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    assert copy.sinergi("reset", "--yes").returncode == 0 and not socket.parent.exists()


def test_a_socket_folder_of_somebody_else_is_refused(make_checkout, ground):
    copy = make_checkout("/".join(["a_rather_long_name_of_a_folder"] * 4))
    folder = where(copy)[2].parent
    folder.symlink_to(ground)
    try:
        done = copy.python(START)
        assert done.returncode != 0 and "belongs to somebody else" in done.stderr
    finally:
        folder.unlink()


def test_a_checkout_in_a_closed_folder_works(make_checkout, ground):
    copy = make_checkout("closed/a")
    (ground / "closed").chmod(0o700)
    assert ask(copy.answer(START), "SELECT 1") == 1
    home = where(copy)[0]
    assert home.is_relative_to("/var/lib/sinergi-checkouts" if os.geteuid() == 0 else copy.state)
    assert copy.sinergi("reset", "--yes").returncode == 0 and not home.exists()


def test_two_checkouts_do_not_disturb_each_other(make_checkout):
    one, two = make_checkout("one"), make_checkout("two")
    url_one, url_two = one.answer(START), two.answer(START)
    assert url_one != url_two
    ask(url_one, "CREATE DATABASE mine")
    assert ask(url_two, "SELECT count(*) FROM pg_database WHERE datname = 'mine'") == 0
    assert one.sinergi("stop").returncode == 0
    assert not where(one)[3] and ask(url_two, "SELECT 1") == 1


def test_the_last_user_turns_the_server_off(checkout):
    first, second = user(checkout), user(checkout)
    end(first)
    assert where(checkout)[3]
    end(second)
    assert not where(checkout)[3]


def test_a_server_started_to_stay_stays_and_one_whose_user_was_killed_does_not(checkout):
    killed = user(checkout)
    killed.kill()
    killed.communicate()
    assert where(checkout)[3]
    end(user(checkout))
    assert not where(checkout)[3]
    checkout.answer(START)
    end(user(checkout))
    assert where(checkout)[3]


def test_stop_leaves_a_server_that_another_command_is_using(checkout):
    holder = user(checkout)
    said = checkout.sinergi("stop").stdout
    assert "in use by another command" in said and where(checkout)[3]
    end(holder)


def test_tests_and_demo_have_clusters_of_their_own(checkout):
    homes = checkout.answer("""
from launcher import checkout, postgres
checkout.prepare()
print(postgres.Cluster("wheel").home.name, postgres.Cluster("wheel", fast=True).home.name)""").split()
    assert re.fullmatch(r"wheel-\d+", homes[0]) and homes[1] == homes[0] + "-test"


def test_the_demo_cluster_survives_a_crash_of_the_machine_and_the_test_cluster_need_not(checkout):
    url = checkout.answer(DURABLE)
    assert ask(url, "SHOW fsync") == "on" and ask(url, "SHOW listen_addresses") == ""
    assert ask(checkout.answer(START), "SHOW fsync") == "off"


def test_a_wrong_password_does_not_get_in(checkout):
    import psycopg
    import pytest

    url = re.sub(r"sinergi:[^@]+@", "sinergi:wrong@", checkout.answer(START))
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        ask(url, "SELECT 1")


def test_the_servers_log_names_a_fault_and_no_value(checkout):
    import psycopg

    url = checkout.answer(START).strip()
    ask(url, "CREATE TABLE numbers (number text UNIQUE CHECK (number <> 'x'))")
    for statement in ("INSERT INTO numbers SELECT 'Mariam' FROM generate_series(1, 2)", "INSERT INTO numbers VALUES ('x') /* Mariam */"):
        with pytest.raises(psycopg.IntegrityError):
            ask(url, statement)
    log = next(path for path in (folder / "server.log" for folder in where(checkout)[:2]) if path.exists()).read_text()
    assert "duplicate key value" in log and "check constraint" in log and "Mariam" not in log


def test_a_checkout_deleted_and_made_again_at_the_same_path_gets_a_cluster_of_its_own(make_checkout, ground):
    first = make_checkout()
    url = first.answer(START)
    ask(url, "CREATE DATABASE old")
    shutil.rmtree(first.state / "pg")
    again = first.answer(START)
    assert again != url and ask(again, "SELECT count(*) FROM pg_database WHERE datname = 'old'") == 0
