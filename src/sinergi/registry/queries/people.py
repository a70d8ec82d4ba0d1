"""Persons as their pages show them. Row security decides who is seen; each query here records whom it showed.

A merged person answers for his survivor: every id that was ever given out keeps working.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from sinergi.core.identity import masked, number_words
from sinergi.kernel.acting import shown
from sinergi.kernel.actors import Actor

from ..models import Access, Address, ContactPoint, Guardianship, Household, Identifier, Membership, Paper, Person
from .identity import bearers, survivors

STRIP = """SELECT p.id, p.name, p.birth_date, p.sex, p.language, p.state, p.safe_address, p.died_on, p.standing, p.registered_by_id,
  p.registered_at, p.erased_at IS NOT NULL,
  (SELECT i.value FROM registry_identifier i WHERE i.person_id = p.id AND i.ended_at IS NULL ORDER BY i.id LIMIT 1), p.merged_into_id
  FROM registry_person p WHERE p.id = ANY (%s)"""
HEAD_FIRST = ("head", "spouse", "child", "parent", "sibling", "grandparent", "grandchild", "foster_child", "other")


@dataclass(frozen=True)
class PersonView:
    """A person as the strip on top of his page shows him. `masked`: his number with all but the last four hidden; '' without one."""

    id: UUID
    name: str
    birth_date: date | None
    sex: str
    language: str
    state: str
    safe_address: bool
    died_on: date | None
    standing: str
    agency: str
    registered_at: datetime
    erased: bool
    masked: str


@dataclass(frozen=True)
class MemberView:
    """Somebody of a household, or a guardian (`relation` 'guardian'), from which day to which."""

    person: PersonView
    relation: str
    from_on: date
    to_on: date | None


@dataclass(frozen=True)
class IdentifierView:
    """A number: as kept, and as it is printed (`words`)."""

    kind: str
    country: str
    value: str
    words: str
    quality: str
    recorded_at: datetime


@dataclass(frozen=True)
class AddressView:
    """An address of a person; `of_household`: he has none of his own, and lives where the head of his household does."""

    lines: str
    postcode: str
    district: str
    state: str
    hidden: bool
    from_on: date
    to_on: date | None
    of_household: bool


@dataclass(frozen=True)
class ContactView:
    """A phone (E.164) or e-mail address."""

    kind: str
    value: str
    hidden: bool


@dataclass(frozen=True)
class PaperView:
    """A document seen or kept; `file` is empty when it was only seen."""

    id: UUID
    kind: str
    title: str
    file: str
    media_type: str
    size: int
    stored_at: datetime


def resolve(person_id: UUID) -> UUID:
    """The person an id stands for today: himself, or the survivor of a merge, open to the actor or not. An id that is not known stays as it is."""
    return bearers(person_id)[0]


def is_served(person_id: UUID) -> bool:
    """May this actor open the person: does row security let him see the row?"""
    return Person.objects.filter(pk=person_id).exists()


def is_only_looked_at(person_id: UUID, actor: Actor) -> bool:
    """Is the person open to the actor's agency by written reason alone: to look, not to write?"""
    holder = Person.objects.filter(pk=person_id).values_list("registered_by_id", flat=True).first()
    if holder is None or holder == actor.agency:
        return False
    ids = bearers(person_id)
    if len(ids) > 1 and Person.objects.filter(pk__in=ids, registered_by_id=actor.agency).exists():
        return False
    living = Access.objects.filter(Q(until_at=None) | Q(until_at__gt=Now()), person_id__in=ids, agency_id=actor.agency)
    return set(living.values_list("ground", flat=True)) == {"emergency"}


def is_erased(person_id: UUID) -> bool:
    """Was a person whom this actor may open forgotten at his own request?"""
    return Person.objects.filter(pk=resolve(person_id), erased_at__isnull=False).exists()


def household_is_open(household_id: UUID) -> bool:
    """May this actor open the household?"""
    return Household.objects.filter(pk=household_id).exists()


def people(person_ids: Iterable[UUID]) -> dict[UUID, PersonView]:
    """Persons by id, those of others left out; a merged one stands under the id asked for. One query, more where somebody was merged."""
    rows = persons(list(dict.fromkeys(person_ids)))
    found = {asked: seen for seen, asked, _ in rows}
    survivors = {asked: resolve(into) for _, asked, into in rows if into is not None}
    if survivors:
        later = {asked: seen for seen, asked, _ in persons(list(survivors.values()))}
        found |= {old: later[new] for old, new in survivors.items() if new in later}
    shown(v.id for v in found.values())
    return found


def persons(person_ids: list[UUID]) -> list[tuple[PersonView, UUID, UUID | None]]:
    """(the person, his id, whom he became in a merge). Written in SQL: every page and every reading by machine passes here."""
    with connection.cursor() as cursor:
        cursor.execute(STRIP, [person_ids])
        rows = cursor.fetchall()
    return [(seen(*row[:13]), row[0], row[13]) for row in rows]


def seen(*values: Any) -> PersonView:
    """A row of STRIP as a view."""
    *own, number = values
    return PersonView(*own, masked(number) if number else "")  # type: ignore[call-arg]


def person(person_id: UUID) -> PersonView | None:
    """One person; None when he is not known or not ours."""
    return people([person_id]).get(person_id)


strip = person


def household_of(person_id: UUID, on: date) -> UUID | None:
    """The household a person lives in on a day: the one he joined last; of one who was merged only where his survivor lives in none."""
    ids = bearers(person_id)
    rows = Membership.objects.filter(present(on), person_id__in=ids).values_list("person_id", "from_on", "id", "household_id")
    return max(((who == ids[0], start, number, home) for who, start, number, home in rows), default=(False, on, 0, None))[3]


def present(on: date) -> Q:
    """The condition: from `from_on` to `to_on`, both included."""
    return Q(from_on__lte=on) & (Q(to_on=None) | Q(to_on__gte=on))


def members(household_id: UUID, on: date) -> tuple[MemberView, ...]:
    """Who belongs to a household on a day, the head first, then by relation and age. Members who are not ours or were erased are left out."""
    rows = list(Membership.objects.filter(present(on), household_id=household_id).order_by("id"))
    found = people(row.person_id for row in rows)
    known = [row for row in rows if row.person_id in found and not found[row.person_id].erased]
    views_ = [MemberView(found[row.person_id], row.relation, row.from_on, row.to_on) for row in known]
    return once(sorted(views_, key=lambda m: (HEAD_FIRST.index(m.relation), m.person.birth_date or date.max)))


def once(members: Iterable[MemberView]) -> tuple[MemberView, ...]:
    """Each person by the first of his rows: two who became one stand there once."""
    found: dict[UUID, MemberView] = {}
    for member in members:
        found.setdefault(member.person.id, member)
    return tuple(found.values())


def former_members(household_id: UUID, on: date) -> tuple[MemberView, ...]:
    """Who lived in a household and has left it by the day, the last to leave first. Who is not ours or was erased is left out."""
    rows = list(Membership.objects.filter(household_id=household_id, to_on__lte=on).order_by("-to_on", "-id"))
    found = people(row.person_id for row in rows)
    left = [row for row in rows if row.person_id in found and not found[row.person_id].erased]
    return once(MemberView(found[row.person_id], row.relation, row.from_on, row.to_on) for row in left)


def head_of(household_id: UUID, on: date) -> UUID | None:
    """The head of a household on a day."""
    rows = Membership.objects.filter(present(on), household_id=household_id, relation="head")
    return rows.values_list(survivors("registry_membership"), flat=True).first()


def first_of(household_id: UUID, on: date) -> UUID | None:
    """In whose name a household's pages stand: its head; where he left or was erased, who comes first among those who stay."""
    head = head_of(household_id, on)
    if head is not None:
        return head
    return next((m.person.id for m in members(household_id, on)), None)


def identifiers(person_id: UUID) -> tuple[IdentifierView, ...]:
    """A person's numbers in force, oldest first."""
    who = resolve(person_id)
    rows = list(Identifier.objects.filter(person_id=who, ended_at=None).order_by("id"))
    shown([who] if rows else [])
    return tuple(IdentifierView(r.kind, r.country, r.value, number_words(r.kind, r.value), r.quality, r.recorded_at) for r in rows)


def addresses(person_id: UUID, on: date) -> tuple[AddressView, ...]:
    """A person's addresses, newest first; without one of his own, that of the head he lives with on the day. Hidden ones only for named people."""
    who = resolve(person_id)
    ids = bearers(who)
    own = list(Address.objects.filter(person_id__in=ids).order_by("-from_on", "-id"))
    household = None if own else household_of(who, on)
    rows = own
    if household is not None:
        inside = Membership.objects.filter(present(on), household_id=household).values("person_id")
        rows = list(Address.objects.filter(present(on), person_id__in=inside).order_by("-from_on", "-id")[:1])
    shown({who, *(r.person_id for r in rows)} if rows else [])
    return tuple(AddressView(r.lines, r.postcode, r.district, r.state, r.hidden, r.from_on, r.to_on, r.person_id not in ids) for r in rows)


def contact_points(person_id: UUID) -> tuple[ContactView, ...]:
    """Phones and e-mail addresses in use. Hidden ones only for named people."""
    who = resolve(person_id)
    rows = list(ContactPoint.objects.filter(person_id=who, ended_at=None).order_by("id"))
    shown([who] if rows else [])
    return tuple(dict.fromkeys(ContactView(r.kind, r.value, r.hidden) for r in rows))


def guardians(person_id: UUID, on: date) -> tuple[MemberView, ...]:
    """Who answers for a person on a day."""
    rows = list(Guardianship.objects.filter(present(on), person_id__in=bearers(person_id)).order_by("id"))
    found = people(r.guardian_id for r in rows)
    return once(MemberView(found[r.guardian_id], "guardian", r.from_on, r.to_on) for r in rows if r.guardian_id in found)


def wards(person_id: UUID, on: date) -> tuple[MemberView, ...]:
    """For whom a person answers on a day."""
    rows = list(Guardianship.objects.filter(present(on), guardian_id__in=bearers(person_id)).order_by("id"))
    found = people(r.person_id for r in rows)
    return once(MemberView(found[r.person_id], "ward", r.from_on, r.to_on) for r in rows if r.person_id in found)


def papers(person_id: UUID) -> tuple[PaperView, ...]:
    """Documents seen or kept, newest first."""
    who, *others = bearers(person_id)
    rows = list(Paper.objects.filter(person_id__in=[who, *others], removed_at=None).order_by("-stored_at"))
    shown([who] if rows else [])
    return tuple(PaperView(r.pk, r.kind, r.title, r.file, r.media_type, r.size, r.stored_at) for r in rows)


def recent_people(actor: Actor, limit: int = 10) -> tuple[PersonView, ...]:
    """Persons the actor's agency registered last."""
    ids = list(
        Person.objects.filter(registered_by_id=actor.agency, merged_into=None, erased_at=None)
        .order_by("-registered_at")
        .values_list("id", flat=True)[:limit]
    )
    found = people(ids)
    return tuple(found[i] for i in ids if i in found)
