"""What one login may not do alone: a merge of persons with running benefits or many records, an unmerge of what was joined long ago."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from ... import policy
from ...models import Approval, IdentityDecision, Person
from ...queries import resolve
from .joining import NOTHING, Evidence, join, reasoned
from .parting import Unmerged, part

NEEDED = "SELECT sinergi_join_veto(%s, %s, false)"


@action("identity.ask", policy.deciding_identity)
def ask_second(
    person_id: UUID, *, actor: Actor, other_id: UUID, reason: str, undoes: UUID | None = None, at: datetime | None = None
) -> Approval:
    """Ask a second person for a merge (`other_id` into `person_id`), or (`undoes`) for the undoing of a merge.

    Refused: `identity.already_one`, `identity.cannot_link`, `identity.already_undone`, `identity.asked_already`, `person.unknown`,
    `reason_too_short`.
    """
    words, now = reasoned(reason), at or timezone.now()
    one, other = (resolve(person_id), resolve(other_id)) if undoes is None else (person_id, other_id)
    if one == other:
        raise Refused("identity.already_one")
    if Person.objects.filter(pk__in=[one, other]).count() < 2:
        raise Refused("person.unknown")
    why = ["identity.long_ago"]
    if undoes is None:
        with connection.cursor() as cursor:
            cursor.execute(NEEDED, [one, other])
            why = [code for code in cursor.fetchone() or () if code]
        if "identity.cannot_link" in why:
            raise Refused("identity.cannot_link")
    elif IdentityDecision.objects.filter(undoes_id=undoes).exists():
        raise Refused("identity.already_undone")
    try:
        with transaction.atomic():
            return Approval.objects.create(verb="merge" if undoes is None else "unmerge", person_id=one, other_id=other, undoes_id=undoes,
                                           agency_id=actor.agency or None, reason=words, why=why, asked_by=actor.id, asked_at=now)
    except IntegrityError as twice:
        raise Refused("identity.asked_already") from twice


@action("identity.approve", policy.second_of_two)
def approve_identity(approval_id: UUID, *, actor: Actor, at: datetime | None = None) -> IdentityDecision:
    """Do what another login asked for: merge, or unmerge. Refused: `identity.answered_already`, and as `merge_persons` and `unmerge`."""
    now = at or timezone.now()
    row = answered(approval_id, "approved", actor, now)
    if row.verb == "merge":
        by: Evidence = replace(NOTHING, approval=row.pk, more={"asked_by": row.asked_by})
        return join("merge", row.person_id, row.other_id, actor=actor, reason=row.reason, by=by, at=now)
    undone = row.undoes
    assert undone is not None, "who asks to undo names what"
    if IdentityDecision.objects.filter(undoes=undone).exists():
        raise Refused("identity.already_undone")
    done: Unmerged = part(undone, row.reason, actor, now, row.pk)
    return done.decision


@action("identity.refuse", policy.second_of_two)
def refuse_identity(approval_id: UUID, *, actor: Actor, at: datetime | None = None) -> Approval:
    """Refuse what another login asked for. Refused: `identity.answered_already`."""
    return answered(approval_id, "refused", actor, at or timezone.now())


def answered(approval_id: UUID, state: str, actor: Actor, at: datetime) -> Approval:
    """The request, answered once."""
    row = Approval.objects.select_for_update().get(pk=approval_id)
    if row.state != "asked":
        raise Refused("identity.answered_already")
    changes().watch(row)
    row.state, row.decided_by, row.decided_at = state, actor.id, at
    row.save(update_fields=["state", "decided_by", "decided_at"])
    return row
