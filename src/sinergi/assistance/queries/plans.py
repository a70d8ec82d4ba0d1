"""The best lawful package for a household: what its sheet offers, weighed beside what its members hold."""
import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from sinergi.core import overlap
from sinergi.core.overlap import package_of
from sinergi.kernel.actors import Actor
from sinergi.registry import queries as registry

from .sheets import Live, sheet_of

MONTHS = 12


@dataclass(frozen=True)
class Plan:
    """A sheet of this moment and the package worked out from it."""

    live: Live
    package: overlap.Package


def plan(household_id: UUID, *, on: dt.date, actor: Actor, months: int = MONTHS) -> Plan:
    """The sheet and its best package over some months. Nothing is stored. Raises Refused as `sheet_of`."""
    live = sheet_of(household_id, on=on, actor=actor)
    open_members = len(live.document.people) - live.document.hidden
    return Plan(live, package_of(live.law, live.sheet, registry.needs_of(household_id, on), months=months, members=open_members))


def known_sums(household_id: UUID | None, *, on: dt.date, actor: Actor) -> dict[str, int]:
    """Sums of a household in sen a month that a ceiling of the stacking law may name (had_kifayah); nothing of one the actor may not open."""
    if household_id is None or not registry.household_is_open(household_id):
        return {}
    live = sheet_of(household_id, on=on, actor=actor)
    return overlap.figures(live.law, live.sheet)
