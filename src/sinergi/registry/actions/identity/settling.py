"""After an unmerge: each thing that was made while the two were one is given to one of them, by a person, one decision each."""

from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from psycopg import sql

from sinergi.kernel.action import action
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from ... import policy
from ...models import IdentityDecision
from ...queries.between import made_between
from .joining import Evidence, decide, restand
from .parting import move_record

MOVE = "SELECT {}(%s, %s, %s, %s)"


@action("identity.settle", policy.seeing_decision)
def settle(decision_id: UUID, *, actor: Actor, kind: str, key: str, to_person: UUID, at: datetime | None = None) -> IdentityDecision:
    """Say whose a thing is that was made between a merge and this unmerge of it: it moves to that person, or stays where it stands.

    Refused: `identity.nothing_to_settle`, `identity.settled_already`, `identity.not_one_of_the_two`, `identity.stands_in_the_way` (the person
    holds what excludes it).
    """
    unmerged = IdentityDecision.objects.get(pk=decision_id)
    found = next((b for b in made_between(unmerged) if (b.kind, b.key) == (kind, key)), None)
    if found is None:
        raise Refused("identity.nothing_to_settle")
    if found.settled is not None:
        raise Refused("identity.settled_already")
    if to_person not in (unmerged.person_id, unmerged.other_id):
        raise Refused("identity.not_one_of_the_two", field="to_person")
    from_person = found.person_id
    if to_person != from_person and kind == "record":
        move_record(UUID(key), actor=actor, to_person=to_person, reason=unmerged.reason, at=at)
    elif to_person != from_person:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql.SQL(MOVE).format(sql.Identifier(f"sinergi_settle_{found.room}")), [kind, key, from_person, to_person])
        except DatabaseError as wrong:
            if getattr(wrong.__cause__, "sqlstate", "")[:2] != "23":
                raise
            raise Refused("identity.stands_in_the_way") from wrong
    restand(from_person, to_person)
    told = Evidence(more={"unmerge": str(unmerged.pk), "kind": kind, "key": key, "from": str(from_person)})
    return decide("settle", to_person, from_person if from_person != to_person else None, actor, "", at or timezone.now(), told)
