"""From what was received to persons and their household: one at a counter, or thousands of a partner's list."""

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
from ..models import Address, Identifier, Membership, Person
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
        self.look_a_moment_back()
        for submission, clean in self.received:
            self.sent = submission
            mark, records = [len(group) for group in self.rows.groups()], len(self.rows.records)
            try:
                result = self.household(clean)
                self.homes |= dict.fromkeys(result.people, result.household_id)
                self.here |= {key(n): who for p, who in zip(clean.people, result.people, strict=False) for n in p.numbers}
                self.here |= {named: who for named, who in [(name_and_birth(clean.people[0]), result.person_id)] if named}
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

    def look_a_moment_back(self) -> None:
        """Whoever was registered a moment ago by the name and day of birth of one who has no number; two who come at once wait for each other."""
        wanted = {named: clean.people[0] for _, clean in self.received if (named := name_and_birth(clean.people[0]))}
        if not wanted:
            return
        people = [p for _, p in sorted(wanted.items())]
        keys, births = [p.name_key[:200] for p in people], [p.birth_date for p in people]
        with connection.cursor() as cursor:
            cursor.execute(WAIT, [sorted(wanted)])
            cursor.execute("SELECT name_key, birth_date, id FROM sinergi_registered_since(%s, %s, %s)", [self.rows.at - AT_ONCE, keys, births])
            found = {f"{name}|{born}": who for name, born, who in cursor.fetchall()}
        mine = set(Person.objects.filter(pk__in=found.values()).values_list("pk", flat=True))
        self.ours |= {named: who for named, who in found.items() if who in mine}
        self.theirs |= {named: who for named, who in found.items() if who not in mine}

    def find(self, position: int, person: CleanPerson) -> UUID | None:
        """Who a person of a submission is, if he is there: found by search, by a number of ours, or earlier in this list."""
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
        named = name_and_birth(person) if position == 1 else ""
        if named and named in self.theirs:
            raise Refused("person.known_elsewhere", who=position, person_id=self.theirs[named])
        return (self.ours.get(named) or self.here.get(named)) if named else None

    def household(self, clean: Clean) -> Registered:
        """Plan one household, or find that its person is there already."""
        found = [self.find(i, p) for i, p in enumerate(clean.people, 1)]
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


def name_and_birth(person: CleanPerson) -> str:
    """By what somebody without a number is known when two counters take him down at once; '' for who has a number, or no day of birth."""
    known = person.numbers or person.birth_date is None or person.person_id is not None or not person.name_key
    return "" if known else f"{person.name_key[:200]}|{person.birth_date}"


@action("household.add_member", policy.serving_household)
def add_member(household_id: UUID, *, actor: Actor, member: CleanPerson, on: date, at: datetime | None = None) -> UUID:
    """Add somebody to a household: a new person, or one who is known. Gives his id.

    Refused: `household.already_member`, `household.has_head`, `person.known_elsewhere`, `person.unknown`.
    """
    work = Registration([], actor, at or timezone.now())
    work.look_up({key(n): n for n in member.numbers})
    known = work.find(1, member)
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
