"""Jobs: queued with the caller's transaction, done in his name, resumed when a worker is killed, given up with a reason."""
from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from job_stage import OPERATOR, TOTAL, make_list, make_row
from kernel_stage import an_actor, entries, make_agency, value

from sinergi.kernel import jobs
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.errors import Refused
from sinergi.kernel.jobs import GivenUp, Step, job, progress_of
from sinergi.kernel.models import Grant, Progress, User

WHO = an_actor("coordinator", extra=("try.row",))


@pytest.fixture
def user(own_db) -> User:
    """A supervisor of aim, by his real grants."""
    agency = make_agency()
    with acting(an_actor("administrator"), purpose="administer"), writing("try.make"):
        made = User.objects.create(email="s@aim.my", name="S", agency=agency)
        Grant.objects.create(user=made, role="supervisor", area_kind="agency", area="aim", given_by="x")
    return made


def queued() -> dict:
    """The arguments of the newest job in the queue."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs ORDER BY id DESC LIMIT 1")
        return json.loads(cursor.fetchone()[0])


def wait_for(check: Callable[[], object], seconds: float = 60) -> object:
    """Until something is true."""
    end = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)
    return found


def test_a_rolled_back_caller_queues_nothing(own_db, owner):
    with pytest.raises(ZeroDivisionError), acting(WHO, purpose="register"):
        make_list.later(actor=WHO, purpose="register", prefix="x")
        _ = 1 / 0
    assert value(owner, "SELECT count(*) FROM procrastinate_jobs") == 0 and value(owner, "SELECT count(*) FROM kernel_progress") == 0
    make_list.later(actor=WHO, purpose="register", prefix="x")
    assert value(owner, "SELECT count(*) FROM procrastinate_jobs") == 1 and value(owner, "SELECT count(*) FROM kernel_progress") == 1


@pytest.mark.parametrize("wrong", ["Ali bin Abu", "", "x" * 121, 1.5, None, True, date(2026, 1, 1), ["a"], {"a": 1}])
def test_a_job_carries_ids_only(own_db, wrong):
    with pytest.raises(TypeError, match="ids only"):
        make_list.later(actor=WHO, purpose="register", prefix=wrong)


def test_what_lies_in_the_queue_says_who_and_why_by_id(own_db):
    person = uuid4()
    made = make_list.later(actor=WHO, purpose="register", subject="batch:1", prefix=person)
    assert queued() == {"progress": str(made), "actor": WHO.id, "agency": "aim", "purpose": "register", "ids": {"prefix": str(person)}}


def test_a_job_runs_for_who_asks_or_for_an_operator_and_for_nobody_else(own_db, owner):
    with acting(WHO, purpose="register"):
        make_list.later(actor=OPERATOR, purpose="register", prefix="x")
        with pytest.raises(TypeError, match="who asks"):
            make_list.later(actor=an_actor("auditor"), purpose="register", prefix="x")
    jobs.JOBS["try.list"].run(attempts=0, **queued())
    assert {(entry["actor"], entry["agency"]) for entry in entries(owner)} == {("command:try", "aim")} and len(entries(owner)) == TOTAL


def test_a_page_of_the_same_agency_can_follow_it_and_no_other(own_db):
    made = make_list.later(actor=WHO, purpose="register", prefix="x")
    with acting(an_actor("officer"), purpose="register"):
        assert progress_of(made).state == "waiting" and progress_of(uuid4()) is None
    with acting(an_actor("officer", "tekun"), purpose="register"):
        assert progress_of(made) is None


@job("try.once")
def once(thing: int, *, actor) -> None:
    """A job of one step."""
    make_row(f"once{thing}", actor=actor)


@job("try.broken")
def broken(*, actor) -> None:
    """Writes, then fails."""
    make_row("broken", actor=actor)
    raise OSError("a name that must not be logged")


TOLD: list[dict] = []


@job("try.refused", gave_up=lambda **facts: TOLD.append(facts))
def refused(thing: str, *, actor) -> None:
    """Refuses."""
    raise Refused("no_purpose")


def test_a_job_of_one_step_is_finished_and_running_it_again_does_nothing(own_db, owner):
    once.later(actor=OPERATOR, purpose="register", thing=7)
    for attempt in range(2):
        once.run(attempts=attempt, **queued())
    assert owner.execute("SELECT state, fault, ended_at IS NULL FROM kernel_progress").fetchall() == [("finished", "", False)]
    assert len(entries(owner)) == 1


def test_a_job_runs_with_the_rights_its_user_has_then(own_db, owner, user):
    with acting(jobs.actor_of(user), purpose="register"):
        once.later(actor=jobs.actor_of(user), purpose="register", thing=1)
    with pytest.raises(GivenUp):  # a supervisor does not hold try.row
        once.run(attempts=0, **queued())
    assert owner.execute("SELECT state, fault FROM kernel_progress").fetchall() == [("failed", "not_allowed")]
    assert jobs.actor_named(str(user.pk), "aim").holds("user.leave")
    for name, agency in ((str(user.pk), "tekun"), (str(uuid4()), "aim"), ("command:unknown", "")):
        with pytest.raises(Refused):
            jobs.actor_named(name, agency)


def test_a_failure_is_tried_again_leaving_nothing_written_and_then_given_up(own_db, owner):
    broken.later(actor=OPERATOR, purpose="register")
    with pytest.raises(OSError):
        broken.run(attempts=0, **queued())
    assert owner.execute("SELECT state, fault FROM kernel_progress").fetchall() == [("waiting", "OSError")] and entries(owner) == []
    with pytest.raises(GivenUp):
        broken.run(attempts=jobs.TRIES - 1, **queued())
    assert owner.execute("SELECT state, ended_at IS NULL FROM kernel_progress").fetchall() == [("failed", False)] and entries(owner) == []


def test_a_refusal_is_final_and_is_told(own_db):
    refused.later(actor=OPERATOR, purpose="register", thing="a")
    TOLD.clear()
    with pytest.raises(GivenUp):
        refused.run(attempts=0, **queued())
    assert [(x["fault"], x["thing"], x["actor"].id) for x in TOLD] == [("no_purpose", "a", "command:try")]


def test_the_pause_grows_and_ends():
    class Queued:
        def __init__(self, attempts: int) -> None:
            self.attempts = attempts

    wait = jobs.Backoff().get_retry_decision
    pauses = [wait(exception=OSError(), job=Queued(n)).retry_at for n in range(jobs.TRIES - 1)]
    assert pauses == sorted(pauses) and wait(exception=OSError(), job=Queued(jobs.TRIES - 1)) is None
    assert wait(exception=GivenUp(), job=Queued(0)) is None


def test_how_far_it_came():
    assert Step(3, 3).finished and not Step(2, 3).finished and not Step(2).finished


def surroundings(database: str) -> dict[str, str]:
    """The environment with every address pointing to the test's own database."""
    found = dict(os.environ) | {"PYTHONPATH": f"{Path(jobs.__file__).parents[2]}:{Path(__file__).parent}", "SINERGI_LOG": "INFO"}
    for name in ("SINERGI_OWNER_URL", "SINERGI_DATABASE_URL", "SINERGI_FINDER_URL"):
        found[name] = urlunsplit(urlsplit(found[name])._replace(path=f"/{database}"))
    return found


@pytest.fixture
def worker(own_db, tmp_path) -> Iterator[Callable[[], subprocess.Popen]]:
    """Start real worker processes on the test's database; whatever still runs is killed at the end."""
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        with open(tmp_path / f"worker{len(started)}.log", "w") as log:
            started.append(subprocess.Popen([sys.executable, str(Path(__file__).parent / "job_stage.py")], env=surroundings(own_db),
                                            start_new_session=True, stdout=log, stderr=log))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_a_killed_workers_job_is_finished_by_another_without_loss_or_double(own_db, owner, worker):
    with acting(OPERATOR, purpose="register"):
        made = make_list.later(actor=OPERATOR, purpose="register", prefix="row")
    first = worker()
    wait_for(lambda: value(owner, "SELECT count(*) FROM kernel_agency") >= 8)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert 8 <= value(owner, "SELECT count(*) FROM kernel_agency") < TOTAL
    assert value(owner, "SELECT state FROM kernel_progress") == "running"
    second = worker()
    wait_for(lambda: value(owner, "SELECT state = 'finished' FROM kernel_progress WHERE id = %s", made))
    assert value(owner, "SELECT count(*) FROM kernel_agency") == TOTAL
    assert value(owner, "SELECT count(*) FROM kernel_auditentry WHERE verb = 'try.row'") == TOTAL
    assert value(owner, "SELECT count(DISTINCT name_ms) FROM kernel_agency") == 2
    assert value(owner, "SELECT done FROM kernel_progress") == TOTAL
    wait_for(lambda: value(owner, "SELECT bool_and(status = 'succeeded') FROM procrastinate_jobs WHERE task_name = 'try.list'"))
    wait_for(lambda: value(owner, "SELECT count(*) FROM kernel_event WHERE delivered_at IS NULL") == 0)
    os.killpg(second.pid, signal.SIGTERM)
    assert second.wait(30) == 0


def test_a_worker_told_to_stop_puts_a_long_job_down_and_another_goes_on_at_once(own_db, owner, worker):
    with acting(OPERATOR, purpose="register"):
        made = make_list.later(actor=OPERATOR, purpose="register", prefix="row")
    first = worker()
    wait_for(lambda: value(owner, "SELECT count(*) FROM kernel_agency") >= 3)
    os.killpg(first.pid, signal.SIGTERM)
    assert first.wait(30) == 0
    assert value(owner, "SELECT count(*) FROM kernel_agency") < TOTAL
    assert value(owner, "SELECT status FROM procrastinate_jobs WHERE task_name = 'try.list'") == "todo"
    worker()
    wait_for(lambda: value(owner, "SELECT state = 'finished' FROM kernel_progress WHERE id = %s", made))
    assert value(owner, "SELECT count(*) FROM kernel_agency") == TOTAL


def test_progress_states_are_held_by_the_database(own_db):
    with pytest.raises(IntegrityError), acting(WHO, purpose="register"), writing("try.make"):
        Progress.objects.create(job="x", actor=WHO.id, agency="aim", state="lost")
