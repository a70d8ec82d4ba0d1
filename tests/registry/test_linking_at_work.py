"""The jobs of a run in real worker processes: killed in the comparison and in the application, nothing is lost and nothing doubled."""

from __future__ import annotations

import os
import signal
import time

import pytest
from linking_stage import AT, certified, linker, made_ready, received, seen
from list_stage import HEADER, coordinator, csv_of, fisherman, worker
from list_stage import registered as registered_list

from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor
from sinergi.registry import tasks
from sinergi.registry.queries import linking as queries
from sinergi.registry.submission.list_record import guess

ROWS = 450
SYLLABLES = ("ka", "ru", "mi", "za", "ni", "lo", "ba", "ti", "su", "ha", "fi", "ja", "du", "re", "wa", "po", "ge", "na", "ku", "ya", "mo", "la")


def named(i: int) -> str:
    """Another name for each i."""
    a, b, c = i % 22, i // 22, (i * 7 + 3) % 22
    own, father = SYLLABLES[a] + SYLLABLES[b] + SYLLABLES[c] + "n", SYLLABLES[c] + SYLLABLES[a] + SYLLABLES[(b + 5) % 22] + "d"
    return f"{own} bin {father}".title()


PEOPLE = [fisherman(i, Nama=named(i), Telefon="") for i in range(ROWS)]
LIST = csv_of([[*row, f"M{i:04d}"] for i, row in enumerate(PEOPLE)], (*HEADER, "No ahli"))
BUSY = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND (query LIKE '%%sinergi_linkage%%' OR query LIKE '%%linkagepiece%%')"


@pytest.fixture
def mvm(published_law, own_db) -> Actor:
    """An officer of one partner, beside another agency's people."""
    made = linker("mvm")
    registered_list(csv_of(PEOPLE), coordinator("aim"))
    made_ready()
    certified("mvm")
    return made


@pytest.fixture
def workers(own_db, tmp_path):
    """Start worker processes; whatever still runs is killed at the end."""
    started = []

    def start():
        started.append(worker(own_db, tmp_path / f"worker{len(started)}.log"))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            kill(process)


def kill(process) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(what, seconds: float = 200) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


def one(owner, statement: str):
    return owner.execute(statement).fetchone()[0]


def test_a_worker_killed_in_comparing_and_in_applying_loses_and_doubles_nothing(mvm, owner, workers):
    run = received(LIST, mvm)
    tasks.link_list(run, actor=mvm, columns=guess(run.header), at=AT)
    first = workers()
    wait_for(lambda: one(owner, BUSY) or one(owner, "SELECT state FROM registry_linkagerun") == "compared")
    kill(first)
    second = workers()
    wait_for(lambda: one(owner, "SELECT state FROM registry_linkagerun") == "compared")
    certain = one(owner, "SELECT count(*) FROM registry_linkagerow WHERE zone = 'auto'")
    assert certain > ROWS - 9 and one(owner, "SELECT count(*) FROM registry_linkagerow WHERE zone IN ('auto', 'review')") == ROWS
    with acting(mvm, purpose="register"):
        found = queries.run(run.pk)
    tasks.approve(found, actor=mvm)
    wait_for(lambda: one(owner, "SELECT applied FROM registry_linkagerun") >= tasks.APPLIED_AT_ONCE)
    kill(second)
    linked = one(owner, "SELECT count(*) FROM registry_sourcerecord WHERE source = 'list'")
    assert tasks.APPLIED_AT_ONCE <= linked == one(owner, "SELECT applied FROM registry_linkagerun")
    workers()
    wait_for(lambda: one(owner, "SELECT state FROM registry_linkagerun") == "applied")
    assert one(owner, "SELECT count(*) FROM registry_person") == ROWS and seen(run, mvm).applied == ROWS
    assert one(owner, "SELECT count(DISTINCT key) FROM registry_sourcerecord WHERE source = 'list'") == ROWS
    assert one(owner, "SELECT count(*) FROM registry_sourcerecord WHERE source = 'list'") == ROWS
    assert one(owner, "SELECT count(*) FROM registry_identitydecision WHERE verb = 'auto_link'") == certain
    assert one(owner, "SELECT count(DISTINCT person_id) FROM registry_belonging b JOIN registry_sourcerecord s ON s.id = b.record_id "
               "WHERE s.source = 'list' AND b.to_at IS NULL") == certain
