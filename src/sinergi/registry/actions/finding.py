"""What follows from a search: somebody new who is like somebody known is looked at later; who looks through many people and opens none is told of."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import numpy as np
from django.db import connection
from django.utils import timezone

from sinergi.core.linkage.vetoes import named, vetoes
from sinergi.kernel import notify
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.models import User

from .. import policy
from ..models import Candidate, ContactPoint, Identifier, LinkageModel, Person
from ..queries import weighing
from ..queries.people import resolve
from ..queries.search import Row, row_of, weighed_people

WALKING = 60  # searches of one user in an hour, none of which led to anybody
RECORD_OF = "SELECT sinergi_latest_record(%s)"


@action("identity.suspect", policy.serving)
def suspect_same(person_id: UUID, *, actor: Actor, shown: Sequence[UUID], on: date, at: datetime | None = None) -> int:
    """Who was registered though people like him were shown: each such pair goes to the queue, where it waits for an officer. Gives how many.

    Nobody waits for it at the counter, and whom the pair is with stays as little visible as before.
    """
    person, ours = Person.objects.get(pk=resolve(person_id)), latest_record(person_id)
    made = []
    for row in filter(None, (row_of(other, actor) for other in dict.fromkeys(shown))):
        theirs = latest_record(row.person_id)
        if ours is None or theirs is None or ours == theirs or row.person_id == person.pk:
            continue
        (found,) = weighed_people(particulars_of(person), [row], actor, on)
        if found.level == "no":
            continue
        first, second = sorted((ours, theirs))
        barred = vetoes(np.array([found.levels]), np.array([row.birth_date is not None and row.birth_date == person.birth_date]))
        made.append(Candidate(first_id=first, second_id=second, model=model_row(at), bits=found.bits, levels=list(found.levels), keys=["search"],
                              vetoes=list(named(barred[0])), found_by="search", found_at=at or timezone.now()))
    kept = Candidate.objects.bulk_create(made, ignore_conflicts=True)
    changes().concern(person.pk)
    changes().note(pairs=len(kept))
    return len(kept)


def latest_record(person_id: UUID) -> UUID | None:
    """The record that was last written of a person, whoever wrote it."""
    with connection.cursor() as cursor:
        cursor.execute(RECORD_OF, [person_id])
        found: UUID | None = cursor.fetchone()[0]
    return found


def particulars_of(person: Person) -> Row:
    """A person as the search table would hold him."""
    numbers = [f"{i.kind}:{i.country}:{i.value}" for i in Identifier.objects.filter(person=person, ended_at=None)]
    phones = list(ContactPoint.objects.filter(person=person, kind="phone", ended_at=None).values_list("value", flat=True))
    return Row(person.pk, person.name, None, person.name_key, person.birth_date, numbers, phones, person.state, "", person.standing)


def model_row(at: datetime | None) -> LinkageModel:
    """The model in force as a row, for what is stored of a comparison; the one that comes with the platform gets its row when first needed."""
    version, model = weighing.model_in_force()
    return LinkageModel.objects.get_or_create(version=version, defaults={
        "parameters": model.as_json(), "trained_at": at or timezone.now(), "registry_size": 0,
        "origin": "comes with the platform: first_model.json"})[0]


@action("search.alarm", policy.platform)
def alarm_walking(at: datetime, *, actor: Actor) -> int:
    """Tell the administrators of their agency about users who searched often within an hour and opened or registered nobody. Gives how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT actor, agency, searches FROM sinergi_walkers(%s, %s)", [WALKING, at])
        walkers = cursor.fetchall()
    for walker, agency, searches in walkers:
        changes().note(**{f"user {walker}": searches})
        there = User.objects.filter(agency_id=agency, is_active=True, left_at=None)
        for user in there.filter(grants__role="administrator", grants__ended_at=None).distinct():
            notify.queue("search.walking", to=user, actor=actor, language=user.language, searches=searches, user=walker)
    return len(walkers)


@action("search.count", policy.platform)
def count_words(at: datetime, *, actor: Actor) -> int:
    """Count, as they stand `at` this moment, how many people bear each word of a name, as search weighs them. Gives how many words there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sinergi_count_words()")
        return int(cursor.fetchone()[0])
