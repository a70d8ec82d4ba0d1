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
from sinergi.kernel.jobs import Step, job, operator
from sinergi.kernel.models import Agency

from .actions import batches as actions
from .actions import propose_households
from .actions.proposals import PARTS
from .models import Batch

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
