"""A person's rights over his own data: he asks, the protection officer answers within 21 days, and at his wish he is forgotten.

The days: Act 709 as amended, section 31 (law/parameters/data_protection.yaml); the ids stay, so that the audit still verifies.
"""

import functools
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from sinergi.kernel import files, keys
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from .. import policy
from ..codes import REQUEST_KINDS
from ..models import (
    Access,
    Address,
    BatchRow,
    Belonging,
    Consent,
    ContactPoint,
    DataRequest,
    Fact,
    Identifier,
    Membership,
    Objection,
    Paper,
    Person,
    ProposalMember,
    RecordIdentifier,
    SensitiveFact,
    SourceRecord,
    Submission,
)
from ..queries import bearers, resolve
from ..queries.search import row_of
from .consents import close
from .rows import user_id

DAYS_TO_ANSWER, DAYS_MORE = 21, 14
NAMELESS = "—"
REFUSALS = ("Ditolak:", "Refused:")
FORGETTERS: list[Callable[[UUID], int]] = []  # later rooms enter theirs in apps.ready(): person -> how many rows of theirs were emptied


@action("request.open", policy.taking_requests)
def open_request(person_id: UUID, *, actor: Actor, kind: str, on: date, words: str = "", at: datetime | None = None) -> DataRequest:
    """Take down that a person asks about his own data; until it is answered the protection officer may open him.

    Refused: `request.kind_unknown`, `person.unknown`.
    """
    if kind not in REQUEST_KINDS:
        raise Refused("request.kind_unknown", field="kind")
    who, now = resolve(person_id), at or timezone.now()
    found = row_of(who, actor)
    if found is None:
        raise Refused("person.unknown")
    due = on + timedelta(days=DAYS_TO_ANSWER)
    changes().made(
        Access.objects.create(
            person_id=who,
            agency_id=actor.agency,
            holder_id=found.agency,
            opened_by_id=actor.agency,
            user_id=user_id(actor),
            ground="request",
            opened_at=now,
            until_at=now + timedelta(days=DAYS_TO_ANSWER + DAYS_MORE),
        )
    )
    return DataRequest.objects.create(person_id=who, kind=kind, words=words.strip()[:1000], agency_id=actor.agency, opened_at=now, due_on=due)


@action("request.answer", policy.answering)
def answer_request(request_id: UUID, *, actor: Actor, answer: str, at: datetime | None = None) -> None:
    """Write the answer to a person's request; his data is closed to the protection officer again.

    Refused: `request.already_answered`, `request.answer_missing`, `request.erase_by_its_own_step`.
    """
    row = DataRequest.objects.get(pk=request_id)
    if row.answered_at is not None:
        raise Refused("request.already_answered")
    if not answer.strip():
        raise Refused("request.answer_missing", field="answer")
    if row.kind == "erase" and not answer.strip().startswith(REFUSALS):
        raise Refused("request.erase_by_its_own_step", field="answer")
    settle(row, answer.strip()[:2000], actor, at or timezone.now())


def settle(row: DataRequest, answer: str, actor: Actor, at: datetime) -> None:
    """Close a request, and what it opened unless another request of the person is still open."""
    changes().watch(row)
    row.answered_at, row.answered_by, row.answer = at, actor.id, answer
    row.save(update_fields=["answered_at", "answered_by", "answer"])
    if not DataRequest.objects.filter(person_id=row.person_id, answered_at=None).exists():
        close(list(Access.objects.filter(person_id=row.person_id, ground="request")), at)


@action("person.erase", policy.serving)
def erase_person(person_id: UUID, *, actor: Actor, at: datetime | None = None) -> None:
    """Forget a person at his own request: his key is destroyed, every personal column emptied; his ids stay, and the audit still verifies.

    Refused: `person.erased`, `erase.no_request`.
    """
    person, now = Person.objects.get(pk=resolve(person_id)), at or timezone.now()
    if person.erased_at is not None:
        raise Refused("person.erased")
    request = DataRequest.objects.filter(person_id__in=bearers(person.pk), kind="erase", answered_at=None).first()
    if request is None:
        raise Refused("erase.no_request")
    ids = bearers(person.pk)
    everyone = list(Person.objects.filter(pk__in=ids))
    emptied = empty_records(ids, now) + sum(forget(who.pk) for who in everyone for forget in FORGETTERS) + sum(empty(who, now) for who in everyone)
    changes().concern(*ids)
    changes().note(person=str(person.pk), erased=emptied)
    DataRequest.objects.filter(person_id__in=ids).update(words="", answer="")
    Objection.objects.filter(person_id__in=ids).update(words="", answer="")
    DataRequest.objects.filter(person_id__in=ids, answered_at=None).update(answered_at=now, answered_by=actor.id)
    Person.objects.filter(pk__in=ids).update(name=NAMELESS, name_key="", birth_date=None, sex="", died_on=None, state="", erased_at=now)
    for who in ids:
        keys.forget(who)
    Access.objects.filter(person_id__in=ids, reason__gt="").update(reason=NAMELESS)
    Access.objects.filter(person_id__in=ids, until_at=None).update(until_at=now)
    Access.objects.filter(person_id__in=ids, until_at__gt=now).update(until_at=now)


def empty_records(person_ids: Sequence[UUID], at: datetime) -> int:
    """Empty the records of a person and remove their numbers; the rows stay, so that what joined them can still be told."""
    records = list(Belonging.objects.filter(person_id__in=person_ids).values_list("record_id", flat=True))
    numbers, _ = RecordIdentifier.objects.filter(record_id__in=records).delete()
    return numbers + SourceRecord.objects.filter(pk__in=records, emptied_at=None).update(payload={}, emptied_at=at)


def empty(person: Person, at: datetime) -> int:
    """Remove or empty what hangs on the person; gives how many rows. Submissions of his households go whole: they name him among others."""
    households = list(Membership.objects.filter(person=person).values_list("household_id", flat=True))
    owned = (Identifier, ContactPoint, Address, Fact, SensitiveFact, ProposalMember)
    removed = sum(model._default_manager.filter(person=person).delete()[0] for model in owned)
    Submission.objects.filter(household_id__in=households).update(body={})
    BatchRow.objects.filter(person=person).update(cells=[], errors=[])
    Consent.objects.filter(person=person, how="spoken_with_witness").update(witness=NAMELESS)
    Consent.objects.filter(person=person, withdrawn_at=None).update(withdrawn_at=at)
    Membership.objects.filter(person=person).update(relation="other")
    Membership.objects.filter(person=person, to_on=None).update(to_on=timezone.localdate(at))
    papers = Paper.objects.filter(person=person, removed_at=None)
    for file in papers.exclude(file="").values_list("file", flat=True):
        transaction.on_commit(functools.partial(files.discard, UUID(file)))
    return removed + papers.update(title="", file="", removed_at=at)
