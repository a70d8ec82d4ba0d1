"""What the tests of cases stand on: two partners, a family in need, a referral on its way."""
from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sinergi.cases import actions, queries
from sinergi.cases.models import Case, Referral
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor
from sinergi.registry import actions as registry
from tests.registry.registry_stage import officer, somebody, spoken

ON = dt.date(2026, 11, 23)
AT = dt.datetime(2026, 11, 23, 10, tzinfo=dt.timezone(dt.timedelta(hours=8)))
SOON = ON + dt.timedelta(days=5)
FACTS = ({"fact": "income", "label": {"ms": "Pendapatan", "en": "Income"}, "words": {"ms": "RM600", "en": "RM600"}, "sensitive": False},
         {"fact": "religion", "label": {"ms": "Agama", "en": "Religion"}, "words": {"ms": "Islam", "en": "Islam"}, "sensitive": True})


def partners() -> tuple[Actor, Actor]:
    """The one who registers, and the one who can help."""
    return officer("irm"), officer("maim")


def opened(actor: Actor, need: str = "funeral", who: UUID | None = None, **given: Any) -> Case:
    """A case of somebody the actor registered."""
    who = who or somebody(actor, "Rohani binti Salleh", "800705-17-5034", phone="019-000 0110")
    return actions.open_case(who, actor=actor, purpose="follow", need=need, **({"next_on": SOON, "at": AT, "on": ON} | given))


def consented(case: Case, actor: Actor, to: str, purpose: str = "refer") -> UUID:
    """The person's consent to a partner."""
    return registry.give_consent(case.person_id, actor=actor, purpose="refer", agencies=[to], consent=spoken(purposes=(purpose,)), at=AT)[0]


def sent(case: Case, actor: Actor, to: str = "maim", **given: Any) -> Referral:
    """A referral by the person's consent."""
    terms: dict[str, Any] = {"facts": FACTS, "consent_id": given.pop("consent_id", None) or consented(case, actor, to), "on": ON, "at": AT}
    return actions.refer(case.pk, actor=actor, purpose="refer", to_agency=to, **(terms | given))


def seen(case: Case, actor: Actor) -> queries.CaseView:
    """The case as an actor sees it now."""
    with acting(actor, purpose="follow"):
        found = queries.case(case.pk)
    assert found is not None
    return found
