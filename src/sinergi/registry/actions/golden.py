"""The golden record: the columns of Person, computed from the records behind him; what was believed before stays on the two time axes."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sinergi.core.linkage import name_key
from sinergi.kernel.action import changes
from sinergi.kernel.actors import Actor

from ..models import Address, Fact, Person
from ..queries.identity import believed, records_present
from ..submission.people import EARLIEST
from .rows import Rows

COLUMNS = ("name", "name_key", "birth_date", "sex", "language", "died_on")
DAYS = ("birth_date", "died_on")


def believe(person: Person, actor: Actor, at: datetime) -> None:
    """Set a person's columns to what his records say by the order of trust. A column that no record speaks of stays as it is."""
    changes().watch(person)
    before = {name: getattr(person, name) for name in COLUMNS}
    for name, told in believed(records_present(person.pk)).items():
        setattr(person, name, date.fromisoformat(told.value) if name in DAYS else told.value)
    if person.name != before["name"]:
        person.name_key = name_key(person.name)[:200]
    if person.died_on and person.birth_date and person.died_on < person.birth_date:
        person.died_on = None
    changed = {name: value for name, value in before.items() if value != getattr(person, name)}
    if changed:
        remember(person, changed, actor, at)
        person.save(update_fields=list(changed))


def settle_state(person: Person, bearers: Iterable[UUID]) -> None:
    """The state of the newest address of all who stand for a person, kept on him; without one his own stays."""
    newest = Address.objects.filter(person_id__in=list(bearers), to_on=None).order_by("-from_on", "-id").values_list("state", flat=True).first()
    if newest is not None and newest != person.state:
        changes().watch(person)
        person.state = newest
        person.save(update_fields=["state"])


def remember(person: Person, before: Mapping[str, Any], actor: Actor, at: datetime) -> None:
    """Keep on the two time axes what was believed of birth and sex, so that a past answer is recomputed with it."""
    rows = Rows(actor, at)
    for name in ("birth_date", "sex"):
        if name not in before:
            continue
        old = list(Fact.objects.filter(person=person, name=name, replaced_at=None))
        changes().watch(*old)
        for row in old:
            row.replaced_at = at
            row.save(update_fields=["replaced_at"])
        shared = {"person": person, "name": name, "valid_from": EARLIEST, "recorded_by": actor.id, "said_by": "officer"}
        if not old and before[name]:
            rows.facts.append(Fact(**shared, value=plain(before[name]), recorded_at=person.registered_at, replaced_at=at))
        rows.facts.append(Fact(**shared, value=plain(getattr(person, name)), recorded_at=at))
    rows.save()
    rows.enter()


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    return value.isoformat() if isinstance(value, date) else value
