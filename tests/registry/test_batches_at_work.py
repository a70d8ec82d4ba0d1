"""The jobs of a list in real worker processes: killed in the middle, and standing still when who asked may no longer."""

from __future__ import annotations

import os
import signal
import time

import pytest
from list_stage import checked, coordinator, counts, csv_of, fisherman, persons, seen, worker

from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor
from sinergi.kernel.jobs import GivenUp, progress_about
from sinergi.registry import tasks


@pytest.fixture
def mvm(own_db) -> Actor:
    """A coordinator of one partner."""
    return coordinator("mvm")


def wait_for(what, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


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
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_a_worker_killed_in_the_middle_of_1500_rows_loses_nobody_and_doubles_nobody(published_law, mvm, owner, workers):
    batch = checked(csv_of([fisherman(i) for i in range(1500)]), mvm)
    tasks.start(batch, actor=mvm)
    first = workers()
    wait_for(lambda: persons(owner) >= 500)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    half = persons(owner)
    assert 500 <= half < 1500 and counts(owner, batch) == {"registered": half, "good": 1500 - half}
    workers()
    wait_for(lambda: owner.execute("SELECT state FROM registry_batch").fetchone() == ("finished",))
    assert counts(owner, batch) == {"registered": 1500} and persons(owner) == 1500
    assert owner.execute("SELECT count(DISTINCT person_id) FROM registry_batchrow").fetchone() == (1500,)
    assert owner.execute("SELECT count(*), count(DISTINCT value) FROM registry_identifier").fetchone() == (1500, 1500)
    assert owner.execute("SELECT count(*) FROM registry_submission").fetchone() == (1500,)
    assert owner.execute("SELECT count(*) FROM registry_household").fetchone() == (1500,)


def test_who_lost_his_right_meanwhile_has_his_list_stand_still(published_law, mvm, owner):
    batch = checked(csv_of([fisherman(1)]), mvm)
    tasks.start(batch, actor=mvm)
    owner.execute("ALTER TABLE kernel_grant DISABLE TRIGGER ALL")
    owner.execute("DELETE FROM kernel_grant")
    with acting(mvm, purpose="register"):
        progress = progress_about(f"registry.Batch:{batch.pk}")
    with pytest.raises(GivenUp):
        tasks.register.run(attempts=0, progress=str(progress.pk), actor=mvm.id, agency="mvm", purpose="register", ids={"batch_id": str(batch.pk)})
    view = seen(batch, mvm)
    assert (view.state, view.fault, view.given_up) == ("running", "not_allowed", True) and persons(owner) == 0
