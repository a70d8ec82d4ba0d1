"""What the tests of applications stand on: a family of one partner, the council that decides, a consent, an application."""
from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from registry_stage import FAMILY, ON, family, officer, spoken

from sinergi.assistance import actions
from sinergi.registry import actions as registry

AT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
KNOWN = {"citizenship": "citizen", "marital": "married", "work": "self_employed", "full_time_student": "no"}


@pytest.fixture
def stage(published_law):
    """`aim` serves the family; `pbns` decides its zakat; `irm` is nobody here. `apply()` sends, `decide()` decides."""
    aim, pbns, irm = officer("aim"), officer("pbns", "officer"), officer("irm", "officer")
    household = family(aim, person={**FAMILY["person"], "facts": {**FAMILY["person"]["facts"], **KNOWN}})
    said = spoken(purposes=("decide",))
    consent = registry.give_consent(household.person_id, actor=aim, purpose="refer", agencies=["pbns"], consent=said, at=AT)[0]

    def apply(actor=aim, **more):
        given = {"programme": "pbns.zakat", "subject": None, "need": "cash", "consent_id": consent, "on": ON, "at": AT, **more}
        return actions.apply(household.household_id, actor=actor, purpose="refer", **given)

    def decide(application, actor=pbns, **more):
        given = {"outcome": "refuse", "reasons": ("no_funds",), "text": "Peruntukan tahun ini habis.", "on": ON, "at": AT, **more}
        if given["outcome"] == "approve":
            terms = actions.AwardTerms(ON, dt.date(2027, 5, 31), 300)
            given = {"award": terms, **given, "reasons": more.get("reasons", ()), "text": more.get("text", "")}
        return actions.decide(application.pk, actor=actor, purpose="decide", **given)

    return SimpleNamespace(aim=aim, pbns=pbns, irm=irm, household=household, person=household.person_id, consent=consent, apply=apply, decide=decide)
