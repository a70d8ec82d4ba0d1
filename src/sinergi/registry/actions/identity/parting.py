"""One person becomes two again: a merge undone, a record moved, two records called different.

An unmerge replays exactly what its merge moved, wherever those records are now. Records that the undoing of an earlier merge has parted since stay
where that put them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from sinergi.core.linkage import name_key
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from ... import policy
from ...models import (
    Address,
    Belonging,
    Candidate,
    CannotLink,
    ContactPoint,
    Identifier,
    IdentityDecision,
    Person,
    RecordIdentifier,
    SafeReader,
    SourceRecord,
)
from ...queries.between import Between, made_between
from ...queries.identity import bearers, newest
from ..golden import believe, settle_state
from .joining import Evidence, decide, held, holders, holders_if_any, move_records, not_before, present_of, reasoned, restand, weighed

UNDOABLE = ("merge", "link", "auto_link", "move")


@dataclass(frozen=True)
class Unmerged:
    """An unmerge: its decision, and what was made while the two were one, for a person to settle."""

    decision: IdentityDecision
    settle: tuple[Between, ...]


@action("identity.unmerge", policy.seeing_decision)
def unmerge(decision_id: UUID, *, actor: Actor, reason: str, at: datetime | None = None, approval: UUID | None = None) -> Unmerged:
    """Undo a merge, a link or a move: what it moved goes back, the person opens again, and the two sides are kept apart from now on.

    A decision that called two records different (or parted them) is undone by letting them be proposed again.
    Refused: `identity.already_undone`, `identity.not_undoable`, `person.unknown`, `person.erased`, `reason_too_short`; of a merge older than
    30 days without a second login `identity.long_ago`.
    """
    undone = IdentityDecision.objects.get(pk=decision_id)
    if IdentityDecision.objects.filter(undoes=undone).exists():
        raise Refused("identity.already_undone")
    words, now = reasoned(reason), at or timezone.now()
    if undone.verb in ("not_same", "unmerge"):
        return Unmerged(lift(undone, words, actor, now), ())
    if undone.verb == "link" and undone.other_id is None and undone.evidence.get("candidate"):
        return Unmerged(let_go(undone, words, actor, now, approval), ())
    return part(undone, words, actor, now, approval)


def lift(undone: IdentityDecision, reason: str, actor: Actor, at: datetime) -> IdentityDecision:
    """Let what a decision kept apart be proposed again."""
    pair = Evidence(first=undone.first_id, second=undone.second_id)
    made = decide("unmerge", undone.person_id, undone.other_id, actor, reason, at, pair, undoes=undone)
    CannotLink.objects.filter(decision=undone, lifted_by=None).update(lifted_by=made)
    Candidate.objects.filter(decision=undone).update(state="open", decision=None)
    return made


def let_go(undone: IdentityDecision, reason: str, actor: Actor, at: datetime, approval: UUID | None) -> IdentityDecision:
    """A list's record that a reviewer gave to a person is nobody's again, and the pair is kept apart. Raises Refused: `identity.not_undoable`."""
    (record, _, _), = undone.evidence["moved"]
    row = Belonging.objects.filter(record_id=record, to_at=None).first()
    if row is None:
        raise Refused("identity.not_undoable")
    (person,) = held(row.person_id)
    at, pair = not_before(at, [row]), Evidence(first=undone.first_id, second=undone.second_id, approval=approval)
    with weighed():
        made = decide("unmerge", person.pk, None, actor, reason, at, pair, undoes=undone, moved=[[str(record), str(person.pk), None]])
        Belonging.objects.filter(pk=row.pk).update(to_at=at, closed_by=made)
        assert undone.first and undone.second, "the link of a candidate names both"
        CannotLink.objects.create(first=undone.first, second=undone.second, decision=made)
        believe(person, actor, at)
    Candidate.objects.filter(decision=undone).update(state="different", decision=made)
    return made


def part(undone: IdentityDecision, reason: str, actor: Actor, at: datetime, approval: UUID | None) -> Unmerged:
    """Move back what a decision moved. Raises Refused: `identity.not_undoable`."""
    holder = undone.person_id
    if undone.verb not in UNDOABLE or holder is None or not undone.evidence.get("moved"):
        raise Refused("identity.not_undoable")
    back = {UUID(record): came and UUID(came) for record, came, _ in undone.evidence["moved"]}
    since = parted_since(undone, back)
    there = list(Belonging.objects.filter(record_id__in=set(back) - since.records, to_at=None).order_by("record_id"))
    people = lock_all({b.person_id for b in there} | {p for p in back.values() if p})
    merging = undone.other_id is not None and undone.verb != "move"
    keep = people[there[0].person_id] if there else people[resolved(holder, people)]
    gone = people[undone.other_id] if undone.other_id is not None else person_of(there[0].record_id, actor, at)
    changes().watch(*people.values())
    at = not_before(at, there)
    sides = CannotLinkSides(undone, holder, [b.record_id for b in there])
    with weighed():
        decision = decide("unmerge", keep.pk, gone.pk, actor, reason, at, Evidence(approval=approval), undoes=undone, agencies=sides.agencies(),
                          moved=[[str(b.record_id), str(b.person_id), str(back[b.record_id] or gone.pk)] for b in there])
        move_records([(b, back[b.record_id] or gone.pk) for b in there], decision, at)
        give_back(undone, holder, since.carried, gone)
        if undone.verb != "move":
            sides.keep_apart(decision)
        reopen(keep, gone, merging, actor, at)
    Candidate.objects.filter(decision=undone).update(state="different" if undone.verb != "move" else "open", decision=decision)
    restand(keep.pk, gone.pk)
    return Unmerged(decision, made_between(decision) if merging else ())


def reopen(keep: Person, gone: Person, merging: bool, actor: Actor, at: datetime) -> None:
    """Both sides show what their own records say, and the one that was merged stands for himself again: last of all, for by that he may close.

    Whoever was made of a moved record, and has none now that the move is undone, answers for the one it came from.
    """
    apart = under(gone.pk)
    if not merging and not present_of(keep.pk):
        keep.merged_into = gone
        keep.save(update_fields=["merged_into"])
        believe(gone, actor, at)
        return
    for person, ids in ((keep, set(bearers(keep.pk)) - apart), (gone, apart)):
        person.refresh_from_db()
        believe(person, actor, at)
        settle_state(person, ids)
    if gone.merged_into_id is not None:
        gone.merged_into = None
        gone.save(update_fields=["merged_into"])


def under(person_id: UUID) -> set[UUID]:
    """A person and everybody who was merged into him, and into these."""
    found, beyond = {person_id}, {person_id}
    while beyond := set(Person.objects.filter(merged_into_id__in=beyond).values_list("pk", flat=True)) - found:
        found |= beyond
    return found


@dataclass(frozen=True)
class Since:
    """What the undoing of earlier merges has parted since a decision: those records and carried rows are no longer its own."""

    records: frozenset[UUID]
    carried: frozenset[int]


def parted_since(undone: IdentityDecision, records: Iterable[UUID]) -> Since:
    """Of the records a decision moved, those that were parted since by the undoing of a merge older than it; and what went with them."""
    closed = Belonging.objects.filter(record_id__in=list(records), closed_by__verb="unmerge", closed_by__decided_at__gte=undone.decided_at,
                                      closed_by__undoes__decided_at__lt=undone.decided_at)
    rows = list(closed.values_list("record_id", "closed_by__undoes__evidence"))
    carried = {pk for _, evidence in rows for name in ("identifiers", "contacts") for pk in evidence.get("carried", {}).get(name, ())}
    return Since(frozenset(record for record, _ in rows), frozenset(carried))


def lock_all(person_ids: Iterable[UUID]) -> dict[UUID, Person]:
    """Persons by id as they are, merged ones too, locked in one order. Raises Refused: `person.unknown`, `person.erased`."""
    wanted = sorted(person_ids)
    found = {p.pk: p for p in Person.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    if len(found) < len(wanted):
        raise Refused("person.unknown")
    if any(p.erased_at is not None for p in found.values()):
        raise Refused("person.erased")
    return found


def resolved(person_id: UUID, people: dict[UUID, Person]) -> UUID:
    """The survivor of a person, added to `people`, locked."""
    (survivor,) = held(person_id)
    people[survivor.pk] = survivor
    return survivor.pk


def person_of(record_id: UUID, actor: Actor, at: datetime) -> Person:
    """A new person made of a record that turned out to be somebody else's. Raises Refused: `identity.record_of_another`."""
    record = SourceRecord.objects.get(pk=record_id)
    if record.agency_id != actor.agency and not actor.nationwide("identity.review"):
        raise Refused("identity.record_of_another")
    name = record.payload.get("name") or "—"
    person = Person(name=name, name_key=name_key(name)[:200], state=record.payload.get("state", ""), language=record.payload.get("language", "ms"),
                    registered_by_id=record.agency_id, registered_at=at)
    person.save(force_insert=True)
    changes().made(person)
    return person


def give_back(undone: IdentityDecision, holder: UUID, parted: frozenset[int], gone: Person) -> None:
    """The numbers, ways to reach him, readers and open addresses that a merge carried over go back, as they stand now."""
    carried: Mapping[str, Any] = undone.evidence.get("carried", {})
    for model, name in ((Identifier, "identifiers"), (ContactPoint, "contacts")):
        model._default_manager.filter(pk__in=set(carried.get(name, ())) - parted).update(person=gone)
    show_again(undone, holder, carried)
    if readers := carried.get("readers"):
        SafeReader.objects.filter(person_id=holder, user_id__in=readers, named_at=undone.decided_at).delete()


def show_again(undone: IdentityDecision, holder: UUID, carried: Mapping[str, Any]) -> None:
    """What a merge hid for the other's safety is shown again, unless somebody hid it for its own sake since."""
    if SafeReader.objects.filter(person_id=holder, named_at__gt=undone.decided_at).exists():
        return
    ContactPoint.objects.filter(pk__in=carried.get("hidden_of_gone", ())).update(hidden=False)
    if hidden := carried.get("hidden"):
        Address.objects.filter(pk__in=hidden["addresses"]).update(hidden=False)
        ContactPoint.objects.filter(pk__in=hidden["contacts"]).update(hidden=False)
        keep = Person.objects.get(pk=holder)
        keep.safe_address = False
        keep.save(update_fields=["safe_address"])


class CannotLinkSides:
    """The two sides of a merge: the records that go, and those that were the survivor's when it was made."""

    def __init__(self, undone: IdentityDecision, holder: UUID, going: list[UUID]) -> None:
        moved = {UUID(record) for record, _, _ in undone.evidence["moved"]}
        before = Belonging.objects.filter(Q(to_at=None) | Q(to_at__gt=undone.decided_at), person_id=holder, from_at__lte=undone.decided_at)
        self.staying = newest(SourceRecord.objects.filter(pk__in=before.exclude(record_id__in=moved).values("record_id")))
        self.going = newest(SourceRecord.objects.filter(pk__in=going))

    def agencies(self) -> list[list[str]]:
        """Whose records stay, and whose go: by these it is proposed whose a thing is that was made in between."""
        return [sorted({record.agency_id for record in side}) for side in (self.staying, self.going)]

    def keep_apart(self, decision: IdentityDecision) -> None:
        """Never propose the two sides to each other again: every record of one and of the other."""
        pairs = {tuple(sorted((one.pk, two.pk))) for one in self.going for two in self.staying}
        there = set(CannotLink.objects.filter(first_id__in=[a for a, _ in pairs], lifted_by=None).values_list("first_id", "second_id"))
        CannotLink.objects.bulk_create(CannotLink(first_id=a, second_id=b, decision=decision) for a, b in sorted(pairs - there))


@action("identity.not_same", policy.seeing_record)
def not_same(
    first: UUID, *, actor: Actor, second: UUID, reason: str, candidate: UUID | None = None, at: datetime | None = None
) -> IdentityDecision:
    """Two records are two people's: no run proposes them again and no merge may join them, until this is undone.

    Refused: `identity.one_person` (undo the merge first), `identity.record_unknown`, `identity.already_apart`, `reason_too_short`.
    """
    words, now = reasoned(reason), at or timezone.now()
    one, two = holders_if_any(first, second)
    if one == two:
        raise Refused("identity.one_person")
    first, second = sorted((first, second))
    if CannotLink.objects.filter(first_id=first, second_id=second, lifted_by=None).exists():
        raise Refused("identity.already_apart")
    made = decide("not_same", one or two, two if one else None, actor, words, now, Evidence(first=first, second=second, candidate=candidate))
    CannotLink.objects.create(first_id=first, second_id=second, decision=made)
    Candidate.objects.filter(first_id=first, second_id=second, state="open").update(state="different", decision=made)
    return made


@action("identity.move", policy.seeing_record)
def move_record(record_id: UUID, *, actor: Actor, reason: str, to_person: UUID | None = None, at: datetime | None = None) -> IdentityDecision:
    """A record is another person's (`to_person`), or somebody's who is not here yet (None: a new person is made of it); its numbers go with it.

    Refused: `identity.already_one`, `identity.last_record` (merge instead), `identity.cannot_link`, `person.unknown`, `reason_too_short`.
    """
    words, now = reasoned(reason), at or timezone.now()
    (holder,) = holders(record_id)
    old = held(holder, *([to_person] if to_person is not None else []))
    record = SourceRecord.objects.get(pk=record_id)
    mine = Belonging.objects.filter(person=old[0], to_at=None)
    versions = list(mine.filter(record__agency=record.agency_id, record__key=record.key).order_by("record_id"))
    if not versions:
        raise Refused("identity.record_unknown", count=1)
    if len(versions) == len(present_of(old[0].pk)):
        raise Refused("identity.last_record")
    new = old[1] if to_person is not None else person_of(record_id, actor, now)
    if new.pk == old[0].pk:
        raise Refused("identity.already_one")
    changes().watch(old[0], new)
    now = not_before(now, versions)
    numbers = numbers_alone(old[0], [b.record_id for b in versions])
    with weighed():
        decision = decide("move", new.pk, old[0].pk, actor, words, now, Evidence(first=record_id), carried={"identifiers": numbers},
                          moved=[[str(b.record_id), str(old[0].pk), str(new.pk)] for b in versions])
        move_records([(b, new.pk) for b in versions], decision, now)
        Identifier.objects.filter(pk__in=numbers).update(person=new)
        for person in (old[0], new):
            believe(person, actor, now)
    return decision


def numbers_alone(person: Person, records: list[UUID]) -> list[int]:
    """A person's numbers in force that these records bear and no other of his does."""
    mine = {(n.kind, n.country, n.value): n.pk for n in Identifier.objects.filter(person=person, ended_at=None)}
    borne = RecordIdentifier.objects.filter(record__belongings__person=person, record__belongings__to_at=None)
    moving = set(borne.filter(record_id__in=records).values_list("kind", "country", "value"))
    staying = set(borne.exclude(record_id__in=records).values_list("kind", "country", "value"))
    return sorted(pk for number, pk in mine.items() if number in moving - staying)
