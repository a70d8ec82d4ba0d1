"""A process that joins and parts persons is killed, or loses its database, in the middle: each joining is wholly there or not at all, once."""
from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import psycopg
import pytest
from identity_stage import picture
from registry_stage import officer, somebody

from bench.stage import merging
from sinergi.kernel.actors import Actor
from sinergi.registry.models import Person

KILLS, TURNS = 5, 4
STANDING = "SELECT count(*) FROM registry_person WHERE merged_into_id IS NOT NULL"
MEANWHILE = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND usename LIKE '%%_app' AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"""


@pytest.fixture
def pairs(own_db) -> tuple[Actor, list[UUID]]:
    """Who joins, and three persons registered twice."""
    aim = officer("aim", "officer")
    return aim, [somebody(aim, f"Halimah binti Yus{'uo'[n % 2]}f", f"90022{n}-17-513{n}", phone=f"019-000 011{n}") for n in range(6)]


@pytest.fixture
def beginning(own_db, pairs) -> Iterator[Any]:
    """Start the process; it is killed at the end at the latest."""
    around = dict(os.environ)
    for name in ("SINERGI_OWNER_URL", "SINERGI_DATABASE_URL", "SINERGI_FINDER_URL"):
        around[name] = urlunsplit(urlsplit(around[name])._replace(path=f"/{own_db}"))
    around["PYTHONPATH"] = os.pathsep.join(str(path) for path in (Path(sys.modules[Person.__module__].__file__ or "").parents[3],
                                                                  Path(merging.__file__).parents[2]))
    started: list[subprocess.Popen[str]] = []

    def begin() -> tuple[subprocess.Popen[str], IO[str]]:
        process = subprocess.Popen([sys.executable, merging.__file__, pairs[0].id, "aim", *map(str, pairs[1])], env=around, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        started.append(process)
        assert process.stdout is not None, "it is a pipe"
        return process, process.stdout

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def counted(owner: psycopg.Connection[Any]) -> int:
    """How many decisions there are."""
    found = owner.execute(merging.DECISIONS).fetchone()
    assert found is not None, "it counts"
    return int(found[0])


def apart(owner: psycopg.Connection[Any], actor: Actor, ids: list[UUID]) -> None:
    """Whoever is joined is parted."""
    for keep, gone in zip(ids[::2], ids[1::2], strict=True):
        if owner.execute("SELECT merged_into_id FROM registry_person WHERE id = %s", [gone]).fetchone() != (None,):
            merging.turn(keep, gone, merging.merger(actor.id, "aim"))


def test_killed_in_the_middle_of_joining_and_parting_nothing_is_half_done_or_done_twice(pairs, beginning, owner):
    chance, before, answered = random.Random("killed"), picture(owner), set()
    for _ in range(KILLS):
        process, told = beginning()
        for _ in range(TURNS):
            answered.add(told.readline().strip())
        assert "" not in answered, process.communicate()[1]
        time.sleep(chance.uniform(0, 0.12))
        process.kill()
        answered |= set(process.communicate()[0].split())
        owner.execute("SELECT 1 FROM registry_person FOR UPDATE").fetchall()  # what the killed one began has ended
        assert not any(merging.faults_of(owner).values()), merging.faults_of(owner)
    kept = {str(pk) for (pk,) in owner.execute("SELECT id FROM registry_identitydecision WHERE verb IN ('merge', 'unmerge')").fetchall()}
    assert len(answered) >= KILLS * TURNS and answered <= kept and len(kept) <= len(answered) + KILLS
    apart(owner, *pairs)
    assert picture(owner) == before


def test_a_lost_database_leaves_nothing_half_and_the_same_turn_is_taken_again(pairs, beginning, owner):
    before, lost = picture(owner), 0
    for _ in range(3):
        process, told = beginning()
        assert told.readline().strip()
        while process.poll() is None:
            lost += len(owner.execute(MEANWHILE).fetchall())
        assert "OperationalError" in process.communicate()[1]
        assert not any(merging.faults_of(owner).values()), merging.faults_of(owner)
    assert lost >= 3 and counted(owner) >= 3
    apart(owner, *pairs)
    assert picture(owner) == before
