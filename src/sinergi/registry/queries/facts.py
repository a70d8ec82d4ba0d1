"""What is known of a person or household, on two time axes: when it was so, and when we believed it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from sinergi.core.rules import Law
from sinergi.kernel.acting import shown
from sinergi.kernel.models import User

from ..models import Fact, Person, SensitiveFact
from ..submission.values import written
from .identity import bearers, bearers_of
from .people import first_of, household_of


@dataclass(frozen=True)
class FactView:
    """A fact with its origin. `value` as it is kept (money in sen); `written` as the law's reader takes it ('RM 1500.00')."""

    name: str
    value: Any
    written: Any
    valid_from: date
    valid_to: date | None
    said_by: str
    evidence: str
    agency: str
    recorded_by: str
    recorded_by_name: str
    recorded_at: datetime
    replaced_at: datetime | None
    sensitive: bool
    of_household: bool
    person_id: UUID | None


def believed(known_at: datetime | None) -> Q:
    """The condition: what was believed at an instant; without one, what is believed now."""
    if known_at is None:
        return Q(replaced_at=None)
    return Q(recorded_at__lte=known_at) & (Q(replaced_at=None) | Q(replaced_at__gt=known_at))


def rows_of(person_ids: list[UUID], household_id: UUID | None, known_at: datetime | None, sensitive: bool) -> list[Fact | SensitiveFact]:
    """Facts of persons and their household as believed at an instant, oldest first. Two queries; row security hides what is not ours."""
    about = Q(person_id__in=person_ids) | (Q(household_id=household_id) if household_id is not None else Q(pk__in=()))
    plain: QuerySet[Fact] = Fact.objects.filter(about, believed(known_at))
    guarded = SensitiveFact.objects.filter(believed(known_at), person_id__in=person_ids) if sensitive else SensitiveFact.objects.none()
    return sorted([*plain, *guarded], key=lambda r: (r.valid_from, r.recorded_at, r.pk))


def holding(row: Fact | SensitiveFact, on: date) -> bool:
    """Was it so on the day?"""
    return row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)


def views(rows: list[Fact | SensitiveFact], law: Law | None) -> tuple[FactView, ...]:
    """Rows as views, with the names of who recorded them; one query for these."""
    ids = [r.recorded_by for r in rows if len(r.recorded_by) == 36]
    names = {str(pk): name for pk, name in User.objects.filter(pk__in=set(ids)).values_list("id", "name")} if ids else {}
    return tuple(view(row, law, names) for row in rows)


def view(row: Fact | SensitiveFact, law: Law | None, names: dict[str, str]) -> FactView:
    """One row as a view."""
    fact = law.facts.get(row.name) if law else None
    household = fact.of_household if fact and isinstance(row, SensitiveFact) else isinstance(row, Fact) and row.household_id is not None
    return FactView(
        row.name,
        row.value,
        written(fact.kind, row.value) if fact else row.value,
        row.valid_from,
        row.valid_to,
        row.said_by,
        row.evidence,
        row.agency_id or "",
        row.recorded_by,
        names.get(row.recorded_by, row.recorded_by),
        row.recorded_at,
        row.replaced_at,
        isinstance(row, SensitiveFact),
        bool(household),
        row.person_id,
    )


def facts_of(person_id: UUID, on: date, known_at: datetime | None = None, *, law: Law | None = None, sensitive: bool = True) -> tuple[FactView, ...]:
    """Facts of a person and his household that hold on a day, the newest of each name; every benefit held. With their origin."""
    who, *others = bearers(person_id)
    household = household_of(who, on)
    rows = [r for r in rows_of([who, *others], household, known_at, sensitive) if holding(r, on)]
    newest: dict[Any, Fact | SensitiveFact] = {(r.name, r.pk if r.name == "held" else 0): r for r in rows}
    found = [r for r in newest.values() if not (r.name == "held" and r.value == {})]
    shown([who] if Person.objects.filter(pk=who).exists() else [])
    return views(found, law)


def fact_history(person_id: UUID, on: date, *, law: Law | None = None) -> tuple[FactView, ...]:
    """All that was ever recorded of a person and his household of the day, replaced and lapsed rows too, newest recorded first."""
    who, *others = bearers(person_id)
    household = household_of(who, on)
    about = Q(person_id__in=[who, *others]) | (Q(household_id=household) if household is not None else Q(pk__in=()))
    rows: list[Fact | SensitiveFact] = [*Fact.objects.filter(about), *SensitiveFact.objects.filter(person_id__in=[who, *others])]
    rows.sort(key=lambda r: (r.recorded_at, r.valid_from, r.pk), reverse=True)
    shown([who] if rows else [])
    return views(rows, law)


def needs_of(household_id: UUID, on: date) -> tuple[str, ...]:
    """What the household said it needs, as codes."""
    row = Fact.objects.filter(believed(None), household_id=household_id, name="needs", valid_from__lte=on).order_by("-valid_from", "-id").first()
    first = first_of(household_id, on) if row is not None else None
    shown([first] if first is not None else [])
    return tuple(row.value or ()) if row is not None else ()


def declared(person_ids: Iterable[UUID]) -> dict[UUID, tuple[dict[str, Any], ...]]:
    """What persons said they receive: {person: ({programme, from?, to?, amount_sen?}, …)}; who said nothing is left out. Two queries."""
    found: dict[UUID, tuple[dict[str, Any], ...]] = {}
    one_of = {bearer: asked for asked, all_ids in bearers_of(person_ids).items() for bearer in all_ids}
    rows = Fact.objects.filter(believed(None), person_id__in=list(one_of), name="held").order_by("id")
    for who, value in rows.values_list("person_id", "value"):
        found[one_of[who]] = (*found.get(one_of[who], ()), *([value] if value else []))
    shown(found)
    return found
