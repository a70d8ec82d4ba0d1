"""An exception: a coded reason, a second person of another login, an end within ninety days, used once, reviewed by who had no part in it."""
from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from benefit_stage import AT, ON, award, councils, kamarul
from django.db import DatabaseError, connection

from sinergi.benefits import actions, queries, tasks
from sinergi.benefits.models import Override
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import command
from sinergi.kernel.errors import Refused
from tests.registry.registry_stage import law, officer

pytestmark = pytest.mark.usefixtures("own_db")
UNTIL = ON + dt.timedelta(days=60)
REASON = "Tambang ke pusat dialisis tidak ditanggung"


def entries(owner, verb: str) -> int:
    return owner.execute("SELECT count(*) FROM kernel_auditentry WHERE verb = %s", [verb]).fetchone()[0]


def refusal(call, *arguments, **given) -> str:
    with pytest.raises(Refused) as caught:
        call(*arguments, **given)
    assert caught.value.sentence("ms") and caught.value.sentence("en")
    return caught.value.code


def ask(who, actor, **changed: Any) -> Override:
    given = {"programme": "irm.aid", "need": "medical", "code": "other_cost", "reason": REASON, "until_on": UNTIL} | changed
    return actions.ask_override(who, actor=actor, purpose="pay", law=law(), on=ON, at=AT, **given)


def helped_twice():
    """A man whom MAIWP helps, an officer of IRM who would help beside it, and a colleague of his."""
    maiwp, irm = councils()
    who = kamarul(maiwp, irm)
    award(who, maiwp)
    return who, irm, officer("irm", "officer", name="second irm")


def approve(row: Override, actor, on: dt.date = ON) -> Override:
    return actions.approve_override(row.pk, actor=actor, purpose="pay", on=on, at=AT)


def test_an_exception_lets_one_award_pass_and_is_then_used(owner):
    who, irm, second = helped_twice()
    row = ask(who, irm)
    assert refusal(award, who, irm, "irm.aid", to_on=UNTIL, override_id=row.pk) == "override.unfit"
    approve(row, second)
    assert refusal(award, who, irm, "irm.aid", override_id=row.pk) == "override.ends_before"
    made = award(who, irm, "irm.aid", to_on=UNTIL, override_id=row.pk)
    assert made.clashes and owner.execute("SELECT state, entitlement_id FROM benefits_override").fetchone() == ("used", made.pk)
    assert refusal(award, who, irm, "irm.aid", to_on=UNTIL, override_id=row.pk) == "override.unfit"
    assert [entries(owner, verb) for verb in ("override.ask", "override.approve", "entitlement.award")] == [1, 1, 2]


@pytest.mark.parametrize(("changed", "code"), [
    ({"programme": "irm.none"}, "award.programme_unknown"), ({"programme": "maiwp.medical"}, "award.other_agency"),
    ({"need": "legal"}, "award.need_unknown"), ({"code": "because"}, "override.code"), ({"reason": "perlu      sgt"}, "reason_too_short"),
    ({"until_on": ON + dt.timedelta(days=91)}, "override.until"), ({"until_on": ON - dt.timedelta(days=1)}, "override.until")])
def test_what_cannot_be_asked_is_refused_by_name(changed, code):
    who, irm, _ = helped_twice()
    assert refusal(ask, who, irm, **changed) == code


def test_the_second_person_is_another_login_of_the_agency_or_who_oversees_it():
    who, irm, second = helped_twice()
    row = ask(who, irm)
    assert refusal(ask, who, irm) == "override.asked_already"
    assert refusal(approve, row, irm) == "not_allowed"
    assert refusal(approve, row, officer("maiwp", "officer")) == "not_allowed"
    assert actions.refuse_override(row.pk, actor=second, purpose="pay", on=ON, at=AT).state == "refused"
    assert refusal(approve, row, second) == "flow.wrong_state"
    late = ask(who, irm)
    assert refusal(approve, late, second, on=UNTIL + dt.timedelta(days=1)) == "override.too_late"


def test_the_database_knows_the_second_person_too():
    who, irm, _ = helped_twice()
    row = ask(who, irm)
    with pytest.raises(DatabaseError, match="override_second_person"), acting(irm, purpose="pay"), writing("override.approve"), \
            connection.cursor() as cursor:
        cursor.execute("UPDATE benefits_override SET state = 'approved', decided_by = asked_by, decided_at = now() WHERE id = %s", [row.pk])


def test_an_exception_is_reviewed_once_by_who_had_no_part_in_it(owner):
    who, irm, second = helped_twice()
    row = approve(ask(who, irm), second)
    overseer = officer("icu", "supervisor", national=True)

    def review(actor, finding="Betul: kos lain"):
        return actions.review_override(row.pk, actor=actor, purpose="follow", finding=finding, at=AT)

    assert refusal(review, second) == "not_allowed" and refusal(review, overseer, " ") == "override.finding_missing"
    with acting(overseer, purpose="follow"):
        assert [(o.state, o.reason) for o in queries.overrides(overseer, state="approved")] == [("approved", REASON)]
    assert review(overseer).finding == "Betul: kos lain"
    assert refusal(review, overseer) == "override.reviewed_already" and entries(owner, "override.review") == 1


def test_an_exception_ends_on_its_day_by_itself(owner):
    who, irm, second = helped_twice()
    row = approve(ask(who, irm), second)
    expire = {"actor": tasks.NIGHTLY, "purpose": "pay"}
    assert actions.expire_overrides(None, on=UNTIL, **expire) == 0
    assert actions.expire_overrides(None, on=UNTIL + dt.timedelta(days=1), **expire) == 1
    assert owner.execute("SELECT state FROM benefits_override WHERE id = %s", [row.pk]).fetchone() == ("expired",)
    assert refusal(actions.expire_overrides, None, actor=command("other", "message.send"), purpose="pay", on=UNTIL) == "not_allowed"


def test_received_twice_shows_both_sides_page_by_page():
    who, irm, second = helped_twice()
    row = approve(ask(who, irm, until_on=UNTIL), second)
    award(who, irm, "irm.aid", to_on=UNTIL, override_id=row.pk)
    overseer = officer("icu", "supervisor", national=True)
    with acting(overseer, purpose="follow"):
        (pair,) = queries.received_twice(overseer, on=ON)
        assert {pair.first.agency, pair.second.agency} == {"irm", "maiwp"} and (pair.from_on, pair.to_on) == (ON, UNTIL)
        assert queries.received_twice(overseer, on=ON, after=(pair.person_id, pair.first.entitlement_id, pair.second.entitlement_id)) == ()
        assert queries.received_twice(overseer, on=UNTIL + dt.timedelta(days=1)) == ()
        assert queries.received_twice(overseer, on=ON, agency="jkm") == () and queries.received_twice(overseer, on=ON, need="cash") == ()
    assert queries.received_twice(irm, on=ON) == ()
