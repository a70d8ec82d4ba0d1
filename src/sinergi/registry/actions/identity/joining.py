"""Two persons become one: by an officer's hand, by a confirmed candidate, or by a model whose promise is certified.

What a merge moves stands in its decision (`moved`: records, `carried`: numbers, ways to reach him and what hides them), so that it can be replayed.
Facts, papers, consents, benefits and cases stay where they were written and are read through all who stand for the person.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from ... import policy
from ...models import Address, Belonging, Candidate, ContactPoint, Identifier, IdentityDecision, Person, SafeReader, SourceRecord
from ...queries import resolve
from ...queries.identity import bearers
from ...submission import CleanNumber
from ..golden import believe, settle_state
from ..records import NewRecord, adopt, keyed, locked, write_records

LEAST_REASON = 10
VETO, TWICE = "SN001", "23505"
RESTAND = "SELECT sinergi_restand_all(%s)"


@dataclass(frozen=True)
class Evidence:
    """What a decision stands on: the model with its bits and certificate, levels, keys that met, vetoes, the candidate and the run it came from."""

    model: str | None = None
    bits: float | None = None
    certificate: str = ""
    levels: tuple[int, ...] = ()
    keys: tuple[str, ...] = ()
    vetoes: tuple[str, ...] = ()
    candidate: UUID | None = None
    approval: UUID | None = None
    run_id: UUID | None = None
    first: UUID | None = None
    second: UUID | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As the decision keeps it; what is empty is left out."""
        said = {"certificate": self.certificate, "levels": list(self.levels), "keys": list(self.keys), "vetoes": list(self.vetoes),
                "candidate": self.candidate and str(self.candidate), "approval": self.approval and str(self.approval), **self.more}
        return {k: v for k, v in said.items() if v}


@dataclass(frozen=True)
class Incoming:
    """A record that an agency sent, under its own key: what it says (as SourceRecord keeps it) and its numbers."""

    key: str
    payload: Mapping[str, Any]
    numbers: tuple[CleanNumber, ...] = ()
    source: str = "officer"


NOTHING = Evidence()


@contextmanager
def weighed() -> Iterator[None]:
    """What PostgreSQL vetoes comes out as Refused; nothing of the block is written then."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as wrong:
        if getattr(wrong.__cause__, "sqlstate", "") == VETO:
            raise Refused(str(wrong.__cause__.diag.message_primary)) from wrong  # type: ignore[union-attr]
        raise


def reasoned(reason: str) -> str:
    """A reason as it is kept. Raises Refused: `reason_too_short`."""
    words = " ".join(reason.split())
    if len(words) < LEAST_REASON:
        raise Refused("reason_too_short", field="reason", least=LEAST_REASON)
    return words[:400]


def held(*person_ids: UUID) -> list[Person]:
    """Persons as they stand today, locked in one order: no two merges wait for each other. Raises Refused: `person.unknown`, `person.erased`."""
    found: dict[UUID, Person] = {}
    for who in sorted({resolve(p) for p in person_ids}):
        try:
            found[who] = locked(who)
        except Person.DoesNotExist as missing:
            raise Refused("person.unknown") from missing
    people = [found.get(p) or found[resolve(p)] for p in map(resolve, person_ids)]
    if any(p.erased_at is not None for p in people):
        raise Refused("person.erased")
    return people


def decide(
    verb: str, person: UUID | None, other: UUID | None, actor: Actor, reason: str, at: datetime, by: Evidence,
    undoes: IdentityDecision | None = None, **evidence: Any,
) -> IdentityDecision:
    """Write a decision; PostgreSQL weighs it."""
    made = IdentityDecision(verb=verb, actor=actor.id, agency_id=actor.agency or None, reason=reason, person_id=person, other_id=other,
                            first_id=by.first, second_id=by.second, model_id=by.model, bits=by.bits, run_id=by.run_id, decided_at=at,
                            undoes=undoes, evidence={**by.as_json(), **evidence})
    made.save(force_insert=True)
    changes().concern(*(p for p in (person, other) if p is not None))
    changes().note(decision=str(made.pk))
    return made


def move_records(moves: Iterable[tuple[Belonging, UUID]], decision: IdentityDecision, at: datetime) -> None:
    """Close belongings and open others in their place, by one decision: two statements."""
    pairs = list(moves)
    Belonging.objects.filter(pk__in=[b.pk for b, _ in pairs]).update(to_at=at, closed_by=decision)
    Belonging.objects.bulk_create(Belonging(record_id=b.record_id, person_id=to, from_at=at, opened_by=decision) for b, to in pairs)


def not_before(at: datetime, belongings: Iterable[Belonging]) -> datetime:
    """The instant of a decision: never before what it closes began, though the clocks of two servers differ."""
    return max([at, *(b.from_at for b in belongings)])


def present_of(*person_ids: UUID) -> list[Belonging]:
    """The belongings of persons that are open now."""
    return list(Belonging.objects.filter(person_id__in=person_ids, to_at=None).order_by("record_id"))


def carry(gone: Person, keep: Person) -> dict[str, Any]:
    """What of a person goes over with his records, by ids: numbers in force, ways to reach him; and what must be hidden because one of them is."""
    found: dict[str, Any] = {
        "identifiers": list(Identifier.objects.filter(person=gone, ended_at=None).order_by("pk").values_list("pk", flat=True)),
        "contacts": list(ContactPoint.objects.filter(person=gone, ended_at=None).order_by("pk").values_list("pk", flat=True))}
    if gone.safe_address and not keep.safe_address:
        found["hidden"] = {
            "addresses": list(Address.objects.filter(person=keep, hidden=False).order_by("pk").values_list("pk", flat=True)),
            "contacts": list(ContactPoint.objects.filter(person=keep, hidden=False).order_by("pk").values_list("pk", flat=True))}
    if gone.safe_address or keep.safe_address:
        mine, his = ({*SafeReader.objects.filter(person=p).values_list("user_id", flat=True)} for p in (keep, gone))
        found["readers"] = sorted(str(u) for u in his - mine)
    if keep.safe_address and not gone.safe_address:
        found["hidden_of_gone"] = list(ContactPoint.objects.filter(person=gone, hidden=False).order_by("pk").values_list("pk", flat=True))
    return found


def hand_over(carried: Mapping[str, Any], gone: Person, keep: Person, at: datetime) -> None:
    """Do what `carry` names. Who may read what was hidden of one may read it of both."""
    for user in carried.get("readers", ()):
        changes().made(SafeReader.objects.create(person=keep, user_id=UUID(user), named_at=at))
    if hidden := carried.get("hidden"):
        Address.objects.filter(pk__in=hidden["addresses"]).update(hidden=True)
        ContactPoint.objects.filter(pk__in=hidden["contacts"]).update(hidden=True)
        keep.safe_address = True
        keep.save(update_fields=["safe_address"])
    Identifier.objects.filter(pk__in=carried["identifiers"]).update(person=keep)
    ContactPoint.objects.filter(pk__in=carried["contacts"]).update(person=keep)
    ContactPoint.objects.filter(pk__in=carried.get("hidden_of_gone", ())).update(hidden=True)


def restand(*person_ids: UUID) -> None:
    """Compute the published state of persons anew, where the rooms that know it are installed."""
    with connection.cursor() as cursor:
        cursor.execute(RESTAND, [list(person_ids)])


def join(verb: str, keep_id: UUID, gone_id: UUID, *, actor: Actor, reason: str, by: Evidence, at: datetime) -> IdentityDecision:
    """Make two persons one. Raises Refused: `identity.already_one`, and what PostgreSQL vetoes."""
    keep, gone = held(keep_id, gone_id)
    if keep.pk == gone.pk:
        raise Refused("identity.already_one")
    changes().watch(keep, gone)
    adopt(keep, actor, at)
    adopt(gone, actor, at)
    going, carried = present_of(gone.pk), carry(gone, keep)
    at = not_before(at, going)
    with weighed():
        decision = decide(verb, keep.pk, gone.pk, actor, reason, at, by, carried=carried,
                          moved=[[str(b.record_id), str(gone.pk), str(keep.pk)] for b in going])
        move_records([(b, keep.pk) for b in going], decision, at)
        hand_over(carried, gone, keep, at)
        gone.merged_into = keep
        gone.save(update_fields=["merged_into"])
        believe(keep, actor, at)
        settle_state(keep, bearers(keep.pk))
    answered(keep.pk, "same" if verb != "auto_link" else "auto", decision)
    restand(keep.pk)
    return decision


def answered(person_id: UUID, state: str, decision: IdentityDecision) -> None:
    """The open candidates whose two records are now one person's are answered by the decision."""
    inside = Belonging.objects.filter(person_id=person_id, to_at=None).values("record_id")
    Candidate.objects.filter(state="open", first_id__in=inside, second_id__in=inside).update(state=state, decision=decision)


@action("identity.merge", policy.deciding_identity)
def merge_persons(
    keep_id: UUID, *, actor: Actor, gone_id: UUID, reason: str, evidence: Evidence = NOTHING, at: datetime | None = None
) -> IdentityDecision:
    """Two persons are one: `keep_id` stays, `gone_id` answers for him from now on and for ever.

    Refused: `identity.already_one`, `person.unknown`, `person.erased`, `reason_too_short`, `identity.cannot_link`; and without a second login behind
    it (`ask_second`, or two reviewers' answers to `evidence.candidate`) `identity.dead`, `identity.benefits_run`, `identity.too_many_records`.
    """
    return join("merge", keep_id, gone_id, actor=actor, reason=reasoned(reason), by=evidence, at=at or timezone.now())


@action("identity.link", policy.seeing_candidate)
def confirm_link(candidate_id: UUID, *, actor: Actor, reason: str = "", at: datetime | None = None) -> IdentityDecision:
    """The two records of a candidate are one person's: their persons become one, the one with more records staying.

    Refused as `merge_persons`, and `candidate.answered`.
    """
    found = Candidate.objects.select_for_update().get(pk=candidate_id)
    if found.state != "open":
        raise Refused("candidate.answered")
    one, two = holders_if_any(found.first_id, found.second_id)
    if one == two:
        raise Refused("identity.already_one")
    by = Evidence(model=found.model_id, bits=found.bits, levels=tuple(found.levels), keys=tuple(found.keys), vetoes=tuple(found.vetoes),
                  candidate=found.pk, run_id=found.run_id, first=found.first_id, second=found.second_id)
    words, now = " ".join(reason.split())[:400], at or timezone.now()
    if one is None or two is None:
        person, record = (one, found.second_id) if one is not None else (two, found.first_id)
        assert person is not None, "one of the two is somebody's"
        return take_nobodys(record, person, actor=actor, reason=words, by=by, at=now)
    if (len(present_of(two)), str(one)) > (len(present_of(one)), str(two)):
        one, two = two, one
    return join("link", one, two, actor=actor, reason=words, by=by, at=now)


def take_nobodys(record_id: UUID, person_id: UUID, *, actor: Actor, reason: str, by: Evidence, at: datetime) -> IdentityDecision:
    """A record that a list left, and that was nobody's, is this person's."""
    (person,) = held(person_id)
    adopt(person, actor, at)
    at = not_before(at, present_of(person.pk))
    with weighed():
        decision = decide("link", person.pk, None, actor, reason, at, by, moved=[[str(record_id), None, str(person.pk)]])
        Belonging.objects.create(record_id=record_id, person=person, from_at=at, opened_by=decision)
        believe(person, actor, at)
    answered(person.pk, "same", decision)
    return decision


def holders(*record_ids: UUID) -> list[UUID]:
    """Whose records are now. Raises Refused: `identity.record_unknown`."""
    found: dict[UUID, UUID] = dict(Belonging.objects.filter(record_id__in=record_ids, to_at=None).values_list("record_id", "person_id"))
    if missing := [r for r in record_ids if r not in found]:
        raise Refused("identity.record_unknown", count=len(missing))
    return [found[r] for r in record_ids]


def holders_if_any(one: UUID, two: UUID) -> tuple[UUID | None, UUID | None]:
    """Whose two records are now; one of them, which a list left, may be nobody's (None). Raises Refused: `identity.record_unknown`."""
    found: dict[UUID, UUID] = dict(Belonging.objects.filter(record_id__in=[one, two], to_at=None).values_list("record_id", "person_id"))
    known = SourceRecord.objects.filter(pk__in=[one, two]).count()
    if not found or known < 2:
        raise Refused("identity.record_unknown", count=2 - known or 2)
    return found.get(one), found.get(two)


@action("identity.identify", policy.deciding_identity)
def identify(
    person_id: UUID, *, actor: Actor, record: Incoming, reason: str = "", evidence: Evidence = NOTHING, at: datetime | None = None
) -> IdentityDecision:
    """A record that an agency sent is this known person: it is kept as his. Refused: `person.unknown`, `person.erased`, `record.key_taken`."""
    return attach("link", person_id, record, actor=actor, reason=" ".join(reason.split())[:400], by=evidence, at=at or timezone.now())


def attach(verb: str, person_id: UUID, record: Incoming, *, actor: Actor, reason: str, by: Evidence, at: datetime) -> IdentityDecision:
    """Write a record as a known person's. What is shown of him follows the order of trust."""
    (person,) = held(person_id)
    adopt(person, actor, at)
    if SourceRecord.objects.filter(agency_id=actor.agency, key=record.key[:80]).exists():
        raise Refused("record.key_taken")
    made = NewRecord(person.pk, record.key[:80], keyed(record.payload), record.numbers, record.source)
    with weighed():
        decision = decide(verb, person.pk, None, actor, reason, at, Evidence(**{**by.__dict__, "first": made.id}),
                          moved=[[str(made.id), None, str(person.pk)]])
        write_records([made], actor.agency, actor, at, decided=decision.pk)
        believe(person, actor, at)
    return decision


@action("identity.auto_link", policy.linking_alone)
def auto_link(
    person_id: UUID, *, actor: Actor, evidence: Evidence, gone_id: UUID | None = None, record: Incoming | None = None, at: datetime | None = None
) -> IdentityDecision:
    """A model alone finds that another person (`gone_id`) or a new record (`record`) is this person. It can be undone as any other decision.

    `evidence` names model, bits, levels, certificate and the run at work, whose sources the certificate must be of. Refused by PostgreSQL, then it
    goes to review: `identity.no_certificate`, `identity.below_threshold`, `identity.vetoed`, `identity.number_without_name`,
    `identity.twin_pattern`, `identity.father_son_swap`, `identity.sex_contradicts`, `identity.dead`, `identity.too_many_records`,
    `identity.benefits_run` (both), `identity.cannot_link`.
    """
    now = at or timezone.now()
    if record is not None:
        return attach("auto_link", person_id, record, actor=actor, reason="", by=evidence, at=now)
    if gone_id is None:
        raise TypeError("auto_link: a person or a record")
    return join("auto_link", person_id, gone_id, actor=actor, reason="", by=evidence, at=now)
