"""The best lawful package for a household: what its sheet offers, weighed beside what its members hold."""
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sinergi.core import overlap, rules
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


def package_of(law: rules.Law, sheet: rules.Sheet, needs: Iterable[str], *, months: int = MONTHS, members: int | None = None) -> overlap.Package:
    """The package of a sheet, live or replayed: the same law, sheet and needs give the same. `members`: how many, from the first, are open."""
    found = overlap.offers(law, sheet, tuple(needs))
    mine = tuple(o for o in found if members is None or o.subject is None or o.subject < members)
    return overlap.package(law, mine, holdings(law, sheet), on=sheet.as_of, months=months, figures=figures(law, sheet))


def holdings(law: rules.Law, sheet: rules.Sheet) -> tuple[overlap.Holding, ...]:
    """What the members hold, as the sheet knows it; persons are places in it."""
    return tuple(
        overlap.Holding(row.programme, "", row.start, row.end, row.amount, "declared",
                        law.programmes[row.programme].agency if row.programme in law.programmes else "", persons=frozenset({index}))
        for index, person in enumerate(sheet.situation.people) for row in person["held"][0])


def figures(law: rules.Law, sheet: rules.Sheet) -> dict[str, int]:
    """Known sums of the household that a ceiling may name, in sen."""
    household = sheet.situation.household
    known = ((name, household.get(name)) for name, fact in law.facts.items() if fact.kind == "money" and fact.of_household)
    return {name: sen for name, sen in known if sen is not None}
