"""From what was received to persons and their household: one at a counter, or thousands of a partner's list."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from sinergi.core.rules import Law
from sinergi.kernel import law as published
from sinergi.kernel.acting import acting, current
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from .. import policy
from ..codes.trust import trust
from ..models import Address, ContactPoint, Identifier, Membership, Person
from ..queries import bearers, head_of, household_of, resolve
from ..queries.search import holders_of
from ..submission import Clean, CleanFact, CleanNumber, CleanPerson, read_submission
from .drafts import discard_draft
from .receiving import receive_submission
from .rows import Rows, is_minor

TRIES, AT_ONCE = 3, timedelta(minutes=10)
WAIT = "SELECT pg_advisory_xact_lock(hashtextextended('registry:' || k, 0)) FROM unnest(%s::text[]) k"
Received = Sequence[tuple[UUID | None, Clean]]


@dataclass(frozen=True)
class Registered:
    """What became of a submission. `people` in its order; `known`: the person was there already, and nothing of his was overwritten."""

    household_id: UUID
    person_id: UUID
    people: tuple[UUID, ...]
    known: bool = False


@action("person.register", policy.of_an_agency)
def register_households(
    received: Received, *, actor: Actor, at: datetime | None = None, channel: str = "counter"
) -> list[Registered | Refused]:
    """Make persons and households of submissions, or find that they are there. Results in order; a Refused one wrote nothing.

    A number that somebody registers at the same moment leads to that person; without a number, so do his name and day of birth.
    Refused: `person.known_elsewhere`, `person.outside_area`, `person.unknown`, `fact.sensitive_not_allowed`; it is raised only for
    `person.registered_meanwhile` (three clashes in a row).
    """
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                work = Registration(received, actor, at or timezone.now(), channel)
                work.run()
        except IntegrityError as clash:
            if "identifier_once" not in str(clash):
                raise
            continue
        work.rows.enter(counted=len(received) > 1)
        changes().concern(*(p for r in work.results if isinstance(r, Registered) for p in r.people))
        return work.results
    raise Refused("person.registered_meanwhile")


def take_in(
    body: dict[str, Any],
    *,
    actor: Actor,
    on: date,
    law: Law | None = None,
    channel: str = "counter",
    at: datetime | None = None,
    draft_id: UUID | None = None,
    purpose: str | None = None,
) -> Registered:
    """Read, receive and register one submission, and discard the draft it came from: three audit entries, all or nothing.

    Raises SubmissionFaults with every wrong field, or Refused.
    """
    context = current()
    with acting(actor, purpose=purpose or (context.purpose if context else "register")), transaction.atomic():
        clean = read_submission(body, law=law or published.current(), on=on, demo=settings.DEMO_PEOPLE)
        submission = receive_submission(body, actor=actor, channel=channel, at=at)
        results: list[Registered | Refused] = register_households([(submission, clean)], actor=actor, at=at, channel=channel)
        result = results[0]
        if isinstance(result, Refused):
            raise result
        if draft_id is not None:
            discard_draft(draft_id, actor=actor)
        return result


@dataclass(frozen=True)
class Asked:
    """By what somebody without a number is known when two counters take him down at once. `near`: a phone or address of his household."""

    name: str
    born: date
    near: str = ""

    @property
    def key(self) -> str:
        """As it is looked up."""
        return f"{self.name}|{self.born}|{self.near}"


class Registration:
    """One run over submissions: look up all numbers, plan every row, write table by table."""

    def __init__(self, received: Received, actor: Actor, at: datetime, channel: str = "counter") -> None:
        self.received, self.actor = received, actor
        self.rows, self.source = Rows(actor, at), trust().source_of(channel, actor.agency)
        self.sent: UUID | None = None
        self.results: list[Registered | Refused] = []
        self.ours: dict[str, UUID] = {}
        self.theirs: dict[str, UUID] = {}
        self.here: dict[str, UUID] = {}
        self.homes: dict[UUID, UUID] = {}
        self.submissions: list[tuple[UUID, UUID, UUID]] = []

    def run(self) -> None:
        """Plan and write."""
        self.look_up({key(n): n for _, clean in self.received for p in clean.people for n in p.numbers})
        received = [(i, p, places_of(clean)) for _, clean in self.received for i, p in enumerate(clean.people, 1)]
        self.look_a_moment_back([one for i, person, near in received for one in asked_of(i, person, near)])
        for submission, clean in self.received:
            self.sent = submission
            mark, records = [len(group) for group in self.rows.groups()], len(self.rows.records)
            try:
                result = self.household(clean)
                self.homes |= dict.fromkeys(result.people, result.household_id)
                self.here |= {key(n): who for p, who in zip(clean.people, result.people, strict=False) for n in p.numbers}
                self.remember_named(clean, result.people)
                if submission is not None:
                    self.submissions.append((submission, result.household_id, result.person_id))
                self.results.append(result)
            except Refused as refused:
                for group, length in zip(self.rows.groups(), mark, strict=True):
                    del group[length:]
                del self.rows.records[records:]
                self.results.append(refused)
        self.rows.save()
        self.link_submissions()

    def look_up(self, numbers: dict[str, CleanNumber]) -> None:
        """Whose the numbers are, ours by row security, others' by the finder; and where ours live. Four statements, however many numbers."""
        rows = Identifier.objects.filter(value__in={n.value for n in numbers.values()}, ended_at=None)
        found = {f"{kind}:{country}:{value}": who for kind, country, value, who in rows.values_list("kind", "country", "value", "person_id")}
        merged = Person.objects.filter(pk__in=set(found.values()), merged_into__isnull=False).values_list("id", flat=True)
        survivors = {who: resolve(who) for who in merged}
        self.ours = {number: survivors.get(who, who) for number, who in found.items()}
        living = Membership.objects.filter(person_id__in=set(self.ours.values()), to_on=None).order_by("from_on", "id")
        self.homes = dict(living.values_list("person_id", "household_id"))
        self.theirs = holders_of([number for number in numbers if number not in self.ours], self.actor)

    def look_a_moment_back(self, asked: list[Asked]) -> None:
        """Whoever was registered a moment ago by what is asked of those who have no number; two who come at once wait for each other."""
        if not asked:
            return
        with connection.cursor() as cursor:
            cursor.execute(WAIT, [sorted({f"{one.name}|{one.born}" for one in asked})])
            told = [{"key": one.key, "name": one.name, "born": one.born.isoformat(), "near": one.near or None} for one in asked]
            cursor.execute("SELECT key, id FROM sinergi_registered_since(%s, %s)", [self.rows.at - AT_ONCE, json.dumps(told)])
            found: dict[str, UUID] = dict(cursor.fetchall())
        mine = set(Person.objects.filter(pk__in=found.values()).values_list("pk", flat=True))
        self.ours |= {named: who for named, who in found.items() if who in mine}
        self.theirs |= {named: who for named, who in found.items() if who not in mine}

    def remember_named(self, clean: Clean, people: tuple[UUID, ...]) -> None:
        """Who has no number is found by a later row as he is by another counter."""
        near = places_of(clean)
        for position, (person, who) in enumerate(zip(clean.people, people, strict=False), 1):
            self.here |= dict.fromkeys([one.key for one in (*asked_of(position, person, near), *asked_of(2, person, near))], who)

    def find(self, position: int, person: CleanPerson, near: tuple[str, ...] = ()) -> UUID | None:
        """Who a person of a submission is, if he is there: found by search, by a number of ours, a moment ago, or earlier in this list."""
        if person.person_id is not None:
            if not policy.serving(self.actor, person.person_id):
                raise Refused("person.unknown")
            return resolve(person.person_id)
        for number in person.numbers:
            if (found := self.ours.get(key(number))) is not None:
                return found
            if key(number) in self.here:
                return self.here[key(number)]
            if (other := self.theirs.get(key(number))) is not None:
                raise Refused("person.known_elsewhere", who=position, person_id=other)
        for one in (*asked_of(position, person, near), *asked_of(2, person, near)):
            if (known := self.ours.get(one.key) or self.here.get(one.key)) is not None:
                return known
            if one.key in self.theirs:
                raise Refused("person.known_elsewhere", who=position, person_id=self.theirs[one.key])
        return None

    def household(self, clean: Clean) -> Registered:
        """Plan one household, or find that its person is there already."""
        near = places_of(clean)
        found = [self.find(i, p, near) for i, p in enumerate(clean.people, 1)]
        first = found[0]
        if first is not None:
            here = self.homes.get(first) or household_of(first, clean.on)
            if here is not None:
                return Registered(here, first, (first,), known=True)
        limits = self.actor.states("person.read")
        if limits and (clean.address is None or clean.address.state not in limits):
            raise Refused("person.outside_area", field="address.state")
        return self.make(clean, found)

    def make(self, clean: Clean, found: list[UUID | None]) -> Registered:
        """Plan the rows of a new household around whoever is there already."""
        state, safe = (clean.address.state, clean.address.safe) if clean.address else ("", False)
        household = self.rows.household()
        ids = [known or self.person(i, person, clean, state, safe).pk for i, (known, person) in enumerate(zip(found, clean.people, strict=True))]
        for person, who in zip(clean.people, ids, strict=True):
            self.rows.member(household.pk, who, person.relation, clean.on)
        if clean.address is not None and (found[0] is None or not Address.objects.filter(person_id__in=bearers(ids[0]), to_on=None).exists()):
            self.rows.address(ids[0], clean.address, clean.on, safe)
        self.guardians(clean, ids, found)
        self.facts(clean, ids, found, household.pk)
        return Registered(household.pk, ids[0], tuple(ids))

    def person(self, place: int, person: CleanPerson, clean: Clean, state: str, safe: bool) -> Person:
        """A new person, whose record is called by his place in the submission."""
        called = f"{self.sent}:{place}" if self.sent is not None else ""
        return self.rows.person(person, state, safe, clean.language, address=clean.address, key=called, source=self.source)

    def guardians(self, clean: Clean, ids: list[UUID], found: list[UUID | None]) -> None:
        """A minor's guardians: the head, and the spouse where the minor is their child; only adults."""
        adults = {
            p.relation: who
            for p, who in zip(clean.people, ids, strict=True)
            if p.relation in ("head", "spouse") and not is_minor(p.birth_date, clean.on)
        }
        for person, who, known in zip(clean.people, ids, found, strict=True):
            if known is None and is_minor(person.birth_date, clean.on):
                relations = ("head", "spouse") if person.relation in ("child", "foster_child") else ("head",)
                for guardian in dict.fromkeys(adults[r] for r in relations if r in adults and adults[r] != who):
                    self.rows.guardian(who, guardian, clean.on)

    def facts(self, clean: Clean, ids: list[UUID], found: list[UUID | None], household_id: UUID) -> None:
        """Facts of new persons and of the household. Of somebody who was there already nothing is overwritten."""
        head = next(who for p, who in zip(clean.people, ids, strict=True) if p.relation == "head")
        for i, (person, who, known) in enumerate(zip(clean.people, ids, found, strict=True)):
            if known is None:
                said_by = "self" if i == 0 else "household_member"
                for fact in person.facts:
                    self.rows.fact(fact, clean.on, head if fact.of_household else who, household_id, said_by=said_by)
                self.rows.held(person.held, clean.on, who, said_by=said_by)
        for fact in clean.facts:
            self.rows.fact(fact, clean.on, head, household_id)
        if clean.needs:
            self.rows.fact(CleanFact("needs", list(clean.needs), of_household=True), clean.on, None, household_id)

    def link_submissions(self) -> None:
        """Tell each submission what became of it: one statement."""
        if self.submissions:
            columns = [list(column) for column in zip(*self.submissions, strict=True)]
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE registry_submission s SET household_id = v.household, person_id = v.person FROM unnest(%s::uuid[], %s::uuid[], "
                    "%s::uuid[]) AS v (id, household, person) WHERE s.id = v.id",
                    columns,
                )


def key(number: CleanNumber) -> str:
    """A number as the search table holds it, unique in the whole register."""
    return f"{number.kind}:{number.country}:{number.value}"


def asked_of(position: int, person: CleanPerson, near: tuple[str, ...]) -> list[Asked]:
    """What is asked of one person; nothing of who has a number, or no day of birth. Of a member the name and day alone do not suffice."""
    if person.numbers or person.birth_date is None or person.person_id is not None or not person.name_key:
        return []
    return [Asked(person.name_key[:200], person.birth_date, place) for place in (("",) if position == 1 else near)]


def places_of(clean: Clean) -> tuple[str, ...]:
    """The phones and the address by which a household is known again, as sinergi_registered_since compares them."""
    lines = clean.address.lines if clean.address else ""
    address = place(lines, clean.address.postcode if clean.address else "") if lines else ""
    return tuple(dict.fromkeys(p for p in (*(phone for person in clean.people for phone in person.phones), address) if p))


def place(lines: str, postcode: str) -> str:
    """An address as it is compared: letters and digits only."""
    return re.sub(r"[^0-9A-Za-z]+", " ", f"{lines} {postcode}").strip().upper()


@action("household.add_member", policy.serving_household)
def add_member(household_id: UUID, *, actor: Actor, member: CleanPerson, on: date, at: datetime | None = None) -> UUID:
    """Add somebody to a household: a new person, or one who is known. Gives his id.

    Refused: `household.already_member`, `household.has_head`, `person.known_elsewhere`, `person.unknown`.
    """
    work = Registration([], actor, at or timezone.now())
    work.look_up({key(n): n for n in member.numbers})
    near = lived_by(household_id, member, work)
    known = work.find(2, member, near)
    head = head_of(household_id, on)
    if member.relation == "head" and head is not None:
        raise Refused("household.has_head", field="relation")
    if known is not None and Membership.objects.filter(household_id=household_id, person_id__in=bearers(known), to_on=None).exists():
        raise Refused("household.already_member")
    lead = Person.objects.filter(pk=head).first() if head else None
    who = known or work.rows.person(member, lead.state if lead else "", bool(lead and lead.safe_address)).pk
    work.rows.member(household_id, who, member.relation, on)
    if known is None:
        if lead is not None and is_minor(member.birth_date, on) and not is_minor(lead.birth_date, on):
            work.rows.guardian(who, lead.pk, on)
        for fact in member.facts:
            work.rows.fact(fact, on, who if not fact.of_household else head or who, household_id, said_by="household_member")
        work.rows.held(member.held, on, who, said_by="household_member")
    try:
        with transaction.atomic():
            work.rows.save()
    except IntegrityError as clash:
        raise Refused("person.registered_meanwhile") from clash
    work.rows.enter()
    return who


def lived_by(household_id: UUID, member: CleanPerson, work: Registration) -> tuple[str, ...]:
    """The places by which a new member is known again, once those of his name are looked for: who lives here already is found whenever he came."""
    living = Membership.objects.filter(household_id=household_id, to_on=None).values_list("person_id", flat=True)
    phones = ContactPoint.objects.filter(person__in=living, kind="phone", ended_at=None).values_list("value", flat=True)
    addresses = Address.objects.filter(person__in=living, to_on=None).exclude(lines="").values_list("lines", "postcode")
    near = tuple(dict.fromkeys([*member.phones, *phones, *(place(*one) for one in addresses), str(household_id)]))
    asked = asked_of(2, member, near)
    work.look_a_moment_back(asked)
    for one in asked[-1:]:
        here = Person.objects.filter(pk__in=living, name_key=one.name, birth_date=one.born, identifiers=None).values_list("pk", flat=True).first()
        work.ours |= {one.key: here} if here is not None else {}
    return near
