"""The package of a whole sheet: its offers, weighed beside what its members hold and under the sums that are known of the household."""

from __future__ import annotations

from collections.abc import Iterable

from sinergi.core.overlap.offers import offers
from sinergi.core.overlap.package import Package, package
from sinergi.core.overlap.relations import Holding
from sinergi.core.rules import Law, Sheet

MONTHS = 12


def package_of(law: Law, sheet: Sheet, needs: Iterable[str] = (), *, months: int = MONTHS, members: int | None = None) -> Package:
    """The same law, sheet and needs give the same package. `members`: how many of the household, from the first, are open to the asker."""
    found = offers(law, sheet, tuple(needs))
    mine = tuple(o for o in found if members is None or o.subject is None or o.subject < members)
    return package(law, mine, held(law, sheet), on=sheet.as_of, months=months, figures=figures(law, sheet))


def held(law: Law, sheet: Sheet) -> tuple[Holding, ...]:
    """What the members hold, as the sheet knows it; persons are places in it."""
    return tuple(
        Holding(
            row.programme,
            "",
            row.start,
            row.end,
            row.amount,
            "declared",
            law.programmes[row.programme].agency if row.programme in law.programmes else "",
            persons=frozenset({index}),
        )
        for index, person in enumerate(sheet.situation.people)
        for row in person["held"][0]
    )


def figures(law: Law, sheet: Sheet) -> dict[str, int]:
    """Known sums of the household that a ceiling may name, in sen."""
    household = sheet.situation.household
    known = ((name, household.get(name)) for name, fact in law.facts.items() if fact.kind == "money" and fact.of_household)
    return {name: sen for name, sen in known if sen is not None}
