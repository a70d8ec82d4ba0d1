"""What an agency sends is kept as it was received and never edited."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.context import current
from sinergi.kernel.errors import Refused

from .. import policy
from ..models import Submission

# Sent along with the action's event and audit entry: a submission costs no journey of its own.
KEEP = """INSERT INTO registry_submission (id, agency_id, channel, body, received_at, received_by) VALUES (%s, %s, %s, %s, %s, %s)"""
CHANNELS = ("counter", "group", "api", "demo")


@action("submission.receive", policy.of_an_agency)
def receive_submission(body: dict[str, Any], *, actor: Actor, channel: str = "counter", at: datetime | None = None) -> UUID:
    """Keep a submission as received. Gives its id. Refused: `submission.channel_unknown`."""
    if channel not in CHANNELS:
        raise Refused("submission.channel_unknown")
    kept = Submission(agency_id=actor.agency, channel=channel, body=body, received_at=at or timezone.now(), received_by=actor.id)
    changes().made(kept)
    around = current()
    assert around is not None
    around.ahead.put(KEEP, [kept.pk, actor.agency, channel, json.dumps(body), kept.received_at, actor.id])
    return kept.pk
