"""Changing what is kept of a person: his particulars, his address, who may read it, his household and his guardians."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import product
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from sinergi.core.linkage import name_key
from sinergi.core.rules import Law
from sinergi.kernel import law as published
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from .. import policy
from ..codes import IDENTIFIER_KINDS, LANGUAGES
from ..models import Address, ContactPoint, Guardianship, Identifier, Membership, Person, SafeReader
from ..queries import bearers, household_of, is_erased, resolve
from ..queries.people import present
from ..submission import CleanAddress, CleanNumber, SubmissionFaults
from ..submission.people import PersonReader
from ..submission.values import fault
from .golden import believe, plain, remember
from .records import conceal, locked, place_of, record_source
from .rows import Rows, is_minor, user_id


@action("person.correct", policy.serving)
def correct_person(
    person_id: UUID,
    *,
    actor: Actor,
    corrections: Mapping[str, Any],
    on: date,
    demo: bool | None = None,
    law: Law | None = None,
    at: datetime | None = None,
) -> None:
    """Correct name, birth_date, sex, language, died_on, phone, email or a number ('mykad', 'passport' with 'country', …), each as typed.

    A number or phone replaces the one of its kind. Raises SubmissionFaults, or Refused: `person.nothing_changed`, `number.belongs_to_another`.
    """
    person = locked(person_id)
    now, reader = at or timezone.now(), PersonReader(law or published.current(), on, settings.DEMO_PEOPLE if demo is None else demo, "")
    given = {k: v for k, v in corrections.items() if v not in ("", None)}
    changes().watch(person)
    changed = particulars(person, given, reader)
    numbers = [n for n, _ in reader.numbers(given)]
    contacts = [(kind, values) for kind, values in (("phone", reader.phones(given)), ("email", reader.emails(given))) if values]
    if reader.faults:
        raise SubmissionFaults(reader.faults)
    if not changed and not numbers and not contacts:
        raise Refused("person.nothing_changed")
    remember(person, changed, actor, now)
    person.save(update_fields=["name", "name_key", "birth_date", "sex", "language", "died_on"])
    try:
        with transaction.atomic():
            exchange(person, numbers, contacts, actor, now)
            record_source(person, said_anew(person, changed, contacts), numbers, actor=actor, at=now)
            believe(person, actor, now)
    except IntegrityError as clash:
        raise Refused("number.belongs_to_another", field=next(iter(set(given) & set(IDENTIFIER_KINDS)), "")) from clash


def said_anew(person: Person, changed: Mapping[str, Any], contacts: Sequence[tuple[str, tuple[str, ...]]]) -> dict[str, Any]:
    """What a correction says, as a record keeps it; of somebody hidden for safety no way to reach him."""
    said = {name: plain(getattr(person, name)) for name in changed}
    if "birth_date" in changed and person.birth_date is not None:
        said["birth_year"] = person.birth_date.year
    reach = {} if person.safe_address else {f"{kind}s": list(values) for kind, values in contacts}
    return {**said, **reach}


def exchange(person: Person, numbers: list[CleanNumber], contacts: list[tuple[str, tuple[str, ...]]], actor: Actor, at: datetime) -> None:
    """End the numbers, phones and addresses for mail of these kinds, and put the new ones in their place."""
    rows = Rows(actor, at)
    for number in numbers:
        end(Identifier.objects.filter(person=person, kind=number.kind, ended_at=None), at)
        rows.number(person.pk, number)
    for kind, values in contacts:
        end(ContactPoint.objects.filter(person=person, kind=kind, ended_at=None), at)
        rows.contact(person.pk, kind, values, person.safe_address)
    rows.save()
    rows.enter()


def particulars(person: Person, given: Mapping[str, Any], reader: PersonReader) -> dict[str, Any]:
    """Set what is corrected on the person; gives {column: value before} of what changed."""
    before = {name: getattr(person, name) for name in ("name", "birth_date", "sex", "language", "died_on")}
    if "name" in given:
        person.name = reader.name(given)
        person.name_key = name_key(person.name)[:200]
    if "birth_date" in given:
        person.birth_date = reader.birth(given, [])
    if "sex" in given:
        person.sex = reader.sex(given, [])
    if "language" in given:
        person.language = given["language"]
        reader.faults += [] if person.language in LANGUAGES else [fault("language", "language.unknown", person.language)]
    if "died_on" in given:
        person.died_on = reader.day("died_on", given["died_on"], True)
        if person.died_on and person.birth_date and person.died_on < person.birth_date:
            reader.fault("died_on", "day.before_start")
    return {name: value for name, value in before.items() if value != getattr(person, name)}


def end(rows: Any, at: datetime) -> None:
    """End rows that have `ended_at`."""
    for row in rows:
        changes().watch(row)
        row.ended_at = at
        row.save(update_fields=["ended_at"])


@action("address.record", policy.serving)
def record_address(person_id: UUID, *, actor: Actor, address: CleanAddress, on: date, at: datetime | None = None) -> None:
    """Record where a person lives from a day on; the address before ends. Those of his household without one of their own live there too.

    A person whose address is hidden keeps it hidden; a hidden address hides the phones too, of all who live there.
    Refused: `address.outside_area`, `address.hidden_from_you`.
    """
    person = locked(person_id)
    limits = actor.states("person.read")
    if limits and address.state not in limits:
        raise Refused("address.outside_area", field="state")
    hidden, rows = address.safe or person.safe_address, Rows(actor, at or timezone.now())
    readers: list[UUID | None] = list(SafeReader.objects.filter(person=person).values_list("user_id", flat=True))
    if hidden and not reads_hidden(actor, person.pk):
        if person.safe_address:
            raise Refused("address.hidden_from_you")
        readers.append(user_id(actor))
    for old in Address.objects.filter(person_id__in=bearers(person.pk), to_on=None):
        changes().watch(old)
        old.to_on = max(on, old.from_on)
        old.save(update_fields=["to_on"])
    living = [person, *without_address(person.pk, on)]
    newly_hidden = [who for who in living if hidden and not who.safe_address]
    name_readers(newly_hidden, readers, rows)
    rows.address(person.pk, address, on, hidden)
    rows.save()
    rows.enter()
    for who in living:
        changes().watch(who)
        who.state = address.state
        who.save(update_fields=["state"])
    mark_hidden(newly_hidden, True)
    if not hidden:
        record_source(person, place_of(address), (), actor=actor, at=rows.at)


def name_readers(people: Sequence[Person], users: Iterable[UUID | None], rows: Rows) -> None:
    """Name users who may read what is hidden of each of these people, where they are not named yet."""
    named = set(SafeReader.objects.filter(person__in=people).values_list("person_id", "user_id"))
    for who, user in product(people, dict.fromkeys(users)):
        if (who.pk, user) not in named:
            rows.reader(who.pk, user)


def mark_hidden(people: Sequence[Person], hidden: bool) -> None:
    """Hide every address, phone and e-mail address of these people, also in what agencies sent of them; or show them again."""
    for who in people:
        changes().watch(who)
        who.safe_address = hidden
        who.save(update_fields=["safe_address"])
    marked: list[Address | ContactPoint] = [*Address.objects.filter(person__in=people), *ContactPoint.objects.filter(person__in=people)]
    for row in marked:
        changes().watch(row)
        row.hidden = hidden
        row.save(update_fields=["hidden"])
    if hidden:
        conceal([who.pk for who in people])


def without_address(person_id: UUID, on: date) -> list[Person]:
    """The others of his household who have no address of their own."""
    household = household_of(person_id, on)
    if household is None:
        return []
    inside = Membership.objects.filter(present(on), household_id=household).exclude(person_id=person_id).values("person_id")
    return list(Person.objects.filter(pk__in=inside).exclude(addresses__to_on=None, addresses__id__isnull=False))


def reads_hidden(actor: Actor, person_id: UUID) -> bool:
    """May the actor read the person's hidden address?"""
    user = user_id(actor)
    return actor.holds("address.read_safe") or (user is not None and SafeReader.objects.filter(person_id=person_id, user_id=user).exists())


@action("person.protect_address", policy.serving)
def protect_address(person_id: UUID, *, actor: Actor, readers: Sequence[UUID] = (), protect: bool = True, at: datetime | None = None) -> None:
    """Hide address and phone of a person and all who live with him from everybody but the actor and the named users; or show them again.

    Refused: `address.hidden_from_you` to who may not read it himself, `person.not_a_user`.
    """
    person = Person.objects.get(pk=resolve(person_id))
    now, rows = at or timezone.now(), Rows(actor, at or timezone.now())
    if person.safe_address and not reads_hidden(actor, person.pk):
        raise Refused("address.hidden_from_you")
    household = household_of(person.pk, timezone.localdate(now))
    inside = Membership.objects.filter(household_id=household, to_on=None).values_list("person_id", flat=True) if household else []
    everyone = list(Person.objects.filter(pk__in={person.pk, *inside}))
    if protect:
        name_readers(everyone, [user_id(actor), *readers], rows)
        rows.save()
        rows.enter()
    mark_hidden(everyone, protect)


@action("household.end_membership", policy.serving_household)
def end_membership(household_id: UUID, *, actor: Actor, person_id: UUID, on: date) -> None:
    """Somebody leaves a household; `on` is his last day there. Refused: `household.not_member`, `household.before_joining`."""
    row = Membership.objects.filter(household_id=household_id, person_id__in=bearers(person_id), to_on=None).first()
    if row is None:
        raise Refused("household.not_member")
    if on < row.from_on:
        raise Refused("household.before_joining", field="on")
    changes().watch(row)
    row.to_on = on
    row.save(update_fields=["to_on"])


@action("household.resume_membership", policy.serving_household)
def resume_membership(household_id: UUID, *, actor: Actor, person_id: UUID) -> None:
    """Somebody had not left after all: his last membership of the household goes on.

    Refused: `household.not_member`, `household.already_member`, `household.has_head`, `person.erased`.
    """
    who = resolve(person_id)
    if is_erased(who):
        raise Refused("person.erased")
    row = Membership.objects.filter(household_id=household_id, person_id__in=bearers(who)).order_by("-from_on", "-id").first()
    if row is None:
        raise Refused("household.not_member")
    present_members = Membership.objects.filter(household_id=household_id, to_on=None)
    if present_members.filter(person_id__in=bearers(who)).exists():
        raise Refused("household.already_member")
    if row.relation == "head" and present_members.filter(relation="head").exists():
        raise Refused("household.has_head")
    changes().watch(row)
    row.to_on = None
    row.save(update_fields=["to_on"])


@action("household.appoint_guardian", policy.serving)
def appoint_guardian(person_id: UUID, *, actor: Actor, guardian_id: UUID, on: date, at: datetime | None = None) -> Guardianship:
    """Name who answers for a minor, or for an adult who cannot.

    Refused: `guardian.himself`, `guardian.minor`, `guardian.already`, `person.unknown`.
    """
    who, guardian = resolve(person_id), Person.objects.filter(pk=resolve(guardian_id)).first()
    if guardian is None:
        raise Refused("person.unknown", field="guardian")
    if guardian.pk == who:
        raise Refused("guardian.himself", field="guardian")
    if is_minor(guardian.birth_date, on):
        raise Refused("guardian.minor", field="guardian")
    if Guardianship.objects.filter(person_id__in=bearers(who), guardian_id__in=bearers(guardian.pk), to_on=None).exists():
        raise Refused("guardian.already", field="guardian")
    return Guardianship.objects.create(person_id=who, guardian=guardian, from_on=on, recorded_at=at or timezone.now())
