"""The registry's jobs: a partner's list is checked and registered in steps; each step is one transaction, so a kill loses and doubles nothing.

Every night, for each partner, the doors and phones that it may see are looked through for households to be asked about.
"""
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from sinergi.kernel import law
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.jobs import Job, Step, job, operator
from sinergi.kernel.models import Agency

from . import review_tasks  # noqa: F401  (its standing work is entered by being imported)
from .actions import applying, comparing, finding, learning, linking, preparing, propose_households
from .actions import batches as actions
from .actions.proposals import PARTS
from .models import Batch, LinkageRun
from .queries import linking as linking_queries
from .submission.spreadsheet import table_of

CHECKED_AT_ONCE, REGISTERED_AT_ONCE = 1000, 250
PROPOSER = operator("proposals", "person.read", "household.propose")


def gave_up(*, actor: Actor, fault: str, batch_id: str) -> None:
    """A list whose job is never tried again stands as it is; its page says so, and offers to stop it and then to go on or to undo."""


def the_list(batch_id: str) -> Batch:
    """The list, held until the step ends, as long as who started the job may still see it."""
    found = Batch.objects.select_for_update().filter(pk=UUID(batch_id)).first()
    if found is None:
        raise Refused("not_allowed", verb="batch.read")
    return found


@job("batch.check", queue="bulk", gave_up=gave_up)
def check(batch_id: str, *, actor: Actor, done: int) -> Step | None:
    """Check the next rows."""
    batch = the_list(batch_id)
    if batch.state != "checking":
        return None
    checked = actions.check_rows(batch, actor=actor, law=law.current(), most=CHECKED_AT_ONCE)
    return Step(batch.rows if batch.state != "checking" else done + checked, batch.rows)


@job("batch.register", queue="bulk", gave_up=gave_up)
def register(batch_id: str, *, actor: Actor, done: int) -> Step | None:
    """Register the next good rows."""
    batch = the_list(batch_id)
    if batch.state != "running":
        return None
    made = actions.register_rows(batch, actor=actor, law=law.current(), most=REGISTERED_AT_ONCE, at=timezone.now())
    return Step(batch.rows if batch.state != "running" else done + made, batch.rows)


def map_and_check(batch: Batch, *, actor: Actor, columns: dict[str, str], at: datetime) -> UUID:
    """Map the columns and queue the check, together or not at all. Returns the id of its progress."""
    with acting(actor, purpose="register"):
        actions.map_batch(batch, actor=actor, columns=columns, law=law.current(), at=at)
        return queue(batch, "check", actor)


def start(batch: Batch, *, actor: Actor) -> UUID:
    """Start the list and queue its registration, together or not at all. Returns the id of its progress."""
    with acting(actor, purpose="register"):
        actions.start_batch(batch, actor=actor)
        return queue(batch, "register", actor)


def queue(batch: Batch, work: str, actor: Actor) -> UUID:
    """Queue a job of a list; lists of one agency run one after another."""
    found = {"check": check, "register": register}[work].later(
        actor=actor, purpose="register", subject=f"registry.Batch:{batch.pk}", one_at_a_time=f"list:{batch.agency_id}", batch_id=batch.pk)
    return found


@app.periodic(cron="10 18 * * *")
@app.task(name="household.propose_all", queue="upkeep", queueing_lock="household.propose_all", lock="household.propose_all")
def propose_nightly(timestamp: int) -> None:
    """Every night (02:10 in Malaysia)."""
    propose_all()


def propose_all() -> int:
    """Queue the proposing of households for each partner, one after another. Gives how many."""
    partners = list(Agency.objects.filter(partner=True, left_on=None).order_by("code").values_list("code", flat=True))
    for code in partners:
        with acting(replace(PROPOSER, agency=code), purpose="register"):
            propose.later(actor=PROPOSER, purpose="register", subject=f"kernel.Agency:{code}", one_at_a_time="household.propose")
    return len(partners)


@job("household.propose", queue="bulk")
def propose(*, actor: Actor, done: int) -> Step:
    """Look through the next part of the doors and phones that the partner may see."""
    propose_households(done, actor=actor, on=timezone.localdate(), at=timezone.now())
    return Step(done + 1, PARTS)


PREPARER = operator("register", "linkage.refresh")
APPLIER = operator("linkage", "linkage.read", "linkage.apply", "linkage.undo", "linkage.begin", "linkage.drop", "identity.review",
                   "identity.auto_link", "identity.detach", "identity.unmerge", "person.read")
APPLIED_AT_ONCE, TAKEN_BACK_AT_ONCE = 200, 200
ONE_RUN = "linkage"  # one run at a time on a machine, and none while the register is made ready


@app.periodic(cron="30 17 * * *")
@app.task(name="linkage.nightly", queue="upkeep", queueing_lock="linkage.nightly", lock="linkage.nightly")
def link_nightly(timestamp: int) -> None:
    """Every night (01:30 in Malaysia): make the register ready anew, and drop what is due by agreement."""
    now = timezone.now()
    applying.drop_rows(timezone.localdate(now), actor=APPLIER, purpose="register", at=now)
    with acting(PREPARER, purpose="register"):
        prepare.later(actor=PREPARER, purpose="register", one_at_a_time=ONE_RUN, whole=1)


@job("linkage.refresh", queue="bulk")
def prepare(whole: int, *, actor: Actor, done: int) -> Step:
    """One step of making the register ready, anew or with the records that came since."""
    more = preparing.refresh_register(bool(whole), actor=actor, on=timezone.localdate(), at=timezone.now())
    return Step(done + 1, None if more else done + 1)


def the_run(run_id: str) -> LinkageRun:
    """The run, held until the step ends, as long as who started the job may still see it."""
    found = LinkageRun.objects.select_for_update().filter(pk=UUID(run_id)).first()
    if found is None:
        raise Refused("not_allowed", verb="linkage.read")
    return found


def run_gave_up(*, actor: Actor, fault: str, run_id: str) -> None:
    """A run whose job is never tried again stands as it is; its page says so, and offers to stop it and then to go on or to undo."""


@job("linkage.compare", queue="bulk", gave_up=run_gave_up)
def compare(run_id: str, *, actor: Actor, done: int) -> Step | None:
    """Do the next piece of a comparison."""
    run = the_run(run_id)
    if run.state != "comparing":
        return None
    left = comparing.compare_next(run, actor=actor, on=timezone.localdate(), at=timezone.now())
    return Step(done + 1, done + 1 + left)


@job("linkage.apply", queue="bulk", gave_up=run_gave_up)
def apply(run_id: str, *, actor: Actor, done: int) -> Step | None:
    """Apply the next rows of a run."""
    run = the_run(run_id)
    if run.state != "applying":
        return None
    now = timezone.now()
    made = applying.apply_rows(run, actor=actor, on=timezone.localdate(now), at=now, most=APPLIED_AT_ONCE)
    return Step(done + made, done + made if run.state != "applying" else None)


@job("linkage.undo", queue="bulk", gave_up=run_gave_up)
def take_back(run_id: str, *, actor: Actor, done: int) -> Step | None:
    """Take back the next rows of a run."""
    left = applying.undo_run(the_run(run_id), actor=actor, at=timezone.now(), most=TAKEN_BACK_AT_ONCE)
    return Step(done + 1, None if left else done + 1)


def link_list(run: LinkageRun, *, actor: Actor, columns: dict[str, str], at: datetime) -> UUID:
    """Map the columns, and queue first what came into the register since it was made ready, then the comparison. Returns the id of its progress."""
    with acting(actor, purpose="register"):
        linking.map_run(run, actor=actor, columns=columns, at=at)
        prepare.later(actor=PREPARER, purpose="register", one_at_a_time=ONE_RUN, whole=0)
        return later_of(compare, run, actor)


def find_duplicates(*, actor: Actor, title: str, at: datetime, learn: bool = False) -> LinkageRun:
    """Begin to look for the register's own duplicates, or to `learn` weights from its pairs, once it is made ready anew."""
    begin = learning.begin_learning if learn else linking.begin_run
    with acting(actor, purpose="register"):
        run = begin(preparing.size(), actor=actor, title=title, on=timezone.localdate(at), at=at)
        prepare.later(actor=PREPARER, purpose="register", one_at_a_time=ONE_RUN, whole=1)
        later_of(compare, run, actor)
        return run


def go_on(run: LinkageRun, *, actor: Actor) -> UUID:
    """Go on with a run that was stopped."""
    with acting(actor, purpose="register"):
        linking.resume_run(run, actor=actor)
        return later_of(compare, run, actor)


def approve(run: LinkageRun, *, actor: Actor) -> UUID:
    """Approve a run and queue its application, in the platform's own name. Returns the id of its progress."""
    with acting(actor, purpose="register"):
        linking.approve_run(run, actor=actor)
        return later_of(apply, run, APPLIER)


def undo_run(run: LinkageRun, *, actor: Actor, at: datetime) -> UUID:
    """Say that a run is taken back, and queue the work. Returns the id of its progress."""
    with acting(actor, purpose="register"):
        applying.undo_run(run, actor=actor, at=at)
        return later_of(take_back, run, APPLIER)


def applier_of(agency: str) -> Actor:
    """The platform's own hand in a run of an agency."""
    return replace(APPLIER, agency=agency)


LINKER = operator("link", "linkage.read", "linkage.receive", "linkage.map", "linkage.compare", "linkage.approve")


def link_now(content: bytes, *, title: str, agency: str, columns: dict[str, str], at: datetime, apply: bool) -> tuple[LinkageRun, Actor]:
    """A list of an agency against the register in this process: received, mapped as guessed (`columns`: corrections), compared, applied if so told.

    Refused: as each step.
    """
    actor, on = replace(LINKER, agency=agency), timezone.localdate(at)
    run = linking.receive_run(content, actor=actor, purpose="register", table=table_of(content, "linkage"), title=title, on=on, at=at)
    with acting(actor, purpose="register"):
        known = linking_queries.mapping_of(run) | columns
    linking.map_run(run, actor=actor, purpose="register", columns=known, at=at)
    while preparing.refresh_register(False, actor=PREPARER, purpose="register", on=on, at=at):
        pass
    while run.state == "comparing":
        comparing.compare_next(run, actor=actor, purpose="register", on=on, at=at)
    if apply:
        linking.approve_run(run, actor=actor, purpose="register")
        while run.state == "applying":
            applying.apply_rows(run, actor=applier_of(agency), purpose="register", on=on, at=at, most=APPLIED_AT_ONCE)
    return run, actor


def told_now(run: LinkageRun, actor: Actor, ending: str) -> tuple[linking_queries.RunView, bytes]:
    """(what was found, the agency's own keys with the answer as .csv or .xlsx; nothing for another ending)."""
    made = {".csv": linking_queries.result_csv, ".xlsx": linking_queries.result_xlsx}.get(ending)
    with acting(actor, purpose="register"):
        return linking_queries.run_view(run), made(run, "en", {}) if made else b""


def later_of(work: Job, run: LinkageRun, actor: Actor) -> UUID:
    """Queue a job of a run."""
    return work.later(actor=actor, purpose="register", subject=f"registry.LinkageRun:{run.pk}", one_at_a_time=ONE_RUN, run_id=run.pk)


SEARCHER = operator("search", "search.alarm", "search.count")


@app.periodic(cron="40 18 * * *")
@app.task(name="search.count", queue="upkeep", queueing_lock="search.count", lock="search.count")
def count_words_nightly(timestamp: int) -> None:
    """Every night (02:40 in Malaysia) how many people bear each word of a name is counted anew."""
    finding.count_words(timezone.now(), actor=SEARCHER, purpose="administer")


@app.periodic(cron="*/10 * * * *")
@app.task(name="search.alarm", queue="upkeep", queueing_lock="search.alarm", lock="search.alarm")
def watch_searches(timestamp: int) -> None:
    """Every ten minutes: whoever looks through many people and opens nobody is told to his administrators."""
    finding.alarm_walking(timezone.now(), actor=SEARCHER, purpose="administer")
