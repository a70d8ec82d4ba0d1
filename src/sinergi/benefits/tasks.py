"""The work of benefits that waits: exceptions end when their day is past; a partner's list is checked and loaded in steps, each one transaction."""
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from sinergi.kernel import law
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor, command
from sinergi.kernel.errors import Refused
from sinergi.kernel.jobs import Step, job

from .actions import expire_overrides, lists
from .models import AwardList

NIGHTLY = command("benefits", "override.expire", "entitlement.read")
CHECKED_AT_ONCE, LOADED_AT_ONCE = 2000, 1000


@app.periodic(cron="20 19 * * *")
@app.task(name="override.expire", queue="upkeep", queueing_lock="override.expire", lock="override.expire")
def expire(timestamp: int) -> None:
    """Every night (03:20 in Malaysia): end exceptions whose day is past."""
    expire_overrides(None, actor=NIGHTLY, purpose="pay", on=timezone.localdate())


def the_list(list_id: str) -> AwardList:
    """The list, held until the step ends, as long as who started the job may still see it."""
    found = AwardList.objects.select_for_update().filter(pk=UUID(list_id)).first()
    if found is None:
        raise Refused("not_allowed", verb="award_list.read")
    return found


@job("award_list.check", queue="bulk")
def check(list_id: str, *, actor: Actor, done: int) -> Step | None:
    """Check the next rows."""
    found = the_list(list_id)
    if found.state != "checking":
        return None
    checked = lists.check_list(found, actor=actor, law=law.current(), most=CHECKED_AT_ONCE)
    return Step(found.rows if found.state != "checking" else done + checked, found.rows)


@job("award_list.load", queue="bulk")
def load(list_id: str, *, actor: Actor, done: int) -> Step | None:
    """Load the next good rows."""
    found = the_list(list_id)
    if found.state != "running":
        return None
    made = lists.load_list(found, actor=actor, law=law.current(), most=LOADED_AT_ONCE, at=timezone.now())
    return Step(found.rows if found.state != "running" else done + made, found.rows)


def map_and_check(found: AwardList, *, actor: Actor, columns: dict[str, str]) -> UUID:
    """Map the columns and queue the check, together or not at all. Returns the id of its progress."""
    with acting(actor, purpose="pay"):
        lists.map_list(found, actor=actor, columns=columns)
        return check.later(actor=actor, purpose="pay", subject=f"benefits.AwardList:{found.pk}", one_at_a_time=f"awards:{found.agency_id}",
                           list_id=found.pk)


def start(found: AwardList, *, actor: Actor) -> UUID:
    """Start the list and queue its loading, together or not at all. Returns the id of its progress."""
    with acting(actor, purpose="pay"):
        lists.start_list(found, actor=actor)
        return load.later(actor=actor, purpose="pay", subject=f"benefits.AwardList:{found.pk}", one_at_a_time=f"awards:{found.agency_id}",
                          list_id=found.pk)


