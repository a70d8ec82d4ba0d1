"""What the tests of benefits stand on: partners with officers, a man who needs dialysis, awards with the day and the law filled in."""
from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sinergi.benefits import actions
from sinergi.benefits.models import Entitlement
from sinergi.kernel.actors import Actor
from sinergi.registry import actions as registry
from tests.registry.registry_stage import law, officer, somebody, spoken

ON = dt.date(2026, 11, 23)
AT = dt.datetime(2026, 11, 23, 10, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def councils() -> tuple[Actor, Actor]:
    """Officers of two bodies that both could pay for dialysis."""
    return officer("maiwp", "officer"), officer("irm", "officer")


def kamarul(maiwp: Actor, *others: Actor) -> UUID:
    """Somebody registered by the first, opened to the others by his consent."""
    who = somebody(maiwp, "Kamarul bin Yusof", "680411-17-5013")
    if others:
        registry.give_consent(who, actor=maiwp, purpose="refer", agencies=[o.agency for o in others], consent=spoken(purposes=("decide",)), at=AT)
    return who


def award(who: UUID, actor: Actor, programme: str = "maiwp.medical", **given: Any) -> Entitlement:
    """A year of help from the demo day, unless told otherwise."""
    terms: dict[str, Any] = {"need": "medical", "from_on": ON, "to_on": dt.date(2027, 3, 31), "pay": "monthly", "amount": None}
    return actions.award(who, actor=actor, purpose="pay", programme=programme, on=ON, at=AT, law=law(), **(terms | given))
