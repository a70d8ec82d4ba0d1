"""Forms somebody has begun: saved as he goes, on the server, seen by him alone."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from .. import policy
from ..models import Draft
from .rows import user_id

LARGEST = 200_000


@action("draft.save", policy.own_draft)
def save_draft(draft_id: UUID | None, *, actor: Actor, body: dict[str, Any], at: datetime | None = None) -> UUID:
    """Keep what was typed so far (None: a new draft). Gives the draft's id. Refused: `draft.too_large`, `draft.unknown`, `person.not_a_user`."""
    user, now = user_id(actor), at or timezone.now()
    if user is None:
        raise Refused("person.not_a_user")
    if len(json.dumps(body, default=str)) > LARGEST:
        raise Refused("draft.too_large")
    if draft_id is None:
        begun = Draft.objects.create(user_id=user, agency_id=actor.agency, body=body, begun_at=now, saved_at=now)
        changes().made(begun)
        return begun.pk
    draft = Draft.objects.select_for_update().filter(pk=draft_id).first()
    if draft is None:
        raise Refused("draft.unknown")
    changes().watch(draft)
    draft.body, draft.saved_at = body, now
    draft.save(update_fields=["body", "saved_at"])
    return draft.pk


@action("draft.discard", policy.own_draft)
def discard_draft(draft_id: UUID, *, actor: Actor) -> None:
    """Throw a draft away. Refused: `draft.unknown`."""
    gone, _ = Draft.objects.filter(pk=draft_id).delete()
    if not gone:
        raise Refused("draft.unknown")
    changes().note(draft=str(draft_id))
