"""The supervisor's overview: cases by agency and by state, in numbers whose rows stand behind the same filter."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from sinergi.kernel.actors import Actor

from ..models import Case
from .cases import CaseView, views


def counted(on: date) -> dict[str, Q]:
    """What is counted: name -> condition. A number and its rows come from the same one."""
    still = Q(state="open")
    return {
        "yet": still & Q(helped=False),
        "being": still & Q(helped=True),
        "helped": Q(closed_as="confirmed"),
        "unreachable": Q(closed_as="unreachable"),
        "overdue": still & Q(next_on__lt=on),
        "reopened": still & Q(reopened__gt=0),
    }


COUNTED = tuple(counted(date.min))


@dataclass(frozen=True)
class Oversight:
    """Counts by agency and by state of residence: {code: {what: number}}, and over all."""

    by_agency: dict[str, dict[str, int]]
    by_region: dict[str, dict[str, int]]
    total: dict[str, int]


def seen_by(actor: Actor) -> QuerySet[Case]:
    """The cases he oversees: of all agencies, of his states, or of his own agency."""
    rows = Case.objects.all()
    if actor.nationwide("case.oversee"):
        return rows
    states = actor.states("case.oversee")
    return rows.filter(region__in=states) if states else rows.filter(agency_id=actor.agency)


def oversight(actor: Actor, *, on: date) -> Oversight:
    """The numbers. Three queries, no person read."""
    if not actor.holds("case.oversee"):
        return Oversight({}, {}, {})
    counts = {name: Count("pk", filter=condition) for name, condition in counted(on).items()}
    rows = seen_by(actor)
    return Oversight(counts_by("agency_id", rows, counts), counts_by("region", rows, counts), rows.aggregate(**counts))


def counts_by(column: str, rows: QuerySet[Case], counts: dict[str, Count]) -> dict[str, dict[str, int]]:
    """The counts for each value of a column. One query."""
    found = rows.values_list(column).annotate(**counts).order_by(column)
    return {value: dict(zip(counts, numbers, strict=True)) for value, *numbers in found}


def oversight_rows(
    actor: Actor, *, on: date, what: str = "", agency: str = "", region: str | None = None, after: tuple[date, str] | None = None, most: int = 100
) -> tuple[CaseView, ...]:
    """The rows behind a number, the nearest date first; goes on `after` (next date, id) of the last one."""
    if not actor.holds("case.oversee"):
        return ()
    rows = seen_by(actor).filter(counted(on).get(what, Q()))
    rows = rows.filter(agency_id=agency) if agency else rows
    rows = rows.filter(region=region) if region is not None else rows
    if after is not None:
        rows = rows.filter(Q(next_on__gt=after[0]) | Q(next_on=after[0], pk__gt=after[1]) | Q(next_on=None))
    return views(rows.order_by("next_on", "pk")[:most])
