"""What PostgreSQL itself holds of cases: by direct SQL, in the name of each who may look, and under parallel change."""
from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from case_stage import AT, ON, SOON, consented, opened, partners, seen, sent
from django.db import DatabaseError, connection, connections

from sinergi.cases import actions, queries
from sinergi.cases.models import Case, Contact, Outcome, Referral, ReferralPacket
from sinergi.cases.tasks import SWEEPER
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.errors import Refused
from sinergi.registry import actions as registry
from tests.registry.registry_stage import officer, somebody, spoken

pytestmark = pytest.mark.usefixtures("published_law")
DAY = ON + dt.timedelta(days=9)


def typed(actor, statement: str, *values) -> None:
    """A statement of the application's own login, while an action runs."""
    with acting(actor, purpose="follow"), writing("case.plan"), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize("change", [
    "UPDATE cases_case SET next_on = NULL", "UPDATE cases_case SET agency_id = NULL", "UPDATE cases_case SET state = 'lost'",
    "UPDATE cases_case SET next_step = 'dance'", "UPDATE cases_case SET closed_as = 'confirmed'", "UPDATE cases_case SET state = 'closed'",
    "UPDATE cases_referral SET state = 'lost'", "UPDATE cases_referral SET state = 'asked'", "UPDATE cases_referral SET state = 'declined'",
    "UPDATE cases_referral SET to_agency_id = from_agency_id", "UPDATE cases_outcome SET state = 'yes'", "UPDATE cases_outcome SET how = 'phone'",
    "UPDATE cases_asking SET channel = 'pigeon'", "DELETE FROM cases_case", "DELETE FROM cases_referral", "UPDATE cases_contact SET note = 'x'",
    "UPDATE cases_referralpacket SET facts = '[]'", "UPDATE cases_case SET agency_id = 'nobody'",
    "INSERT INTO cases_case SELECT gen_random_uuid(), c.* FROM (SELECT * FROM cases_case) c"])
def test_what_cannot_be_written(change):
    irm, _ = partners()
    case = opened(irm)
    sent(case, irm)
    served = opened(irm, "food", who=case.person_id)
    actions.record_outcome(served.pk, actor=irm, purpose="follow", served_on=ON, channel="letter", on=ON, at=AT)
    actions.record_contact(case.pk, actor=irm, purpose="follow", channel="phone", inward=False, reached=True, note="n", on=ON, at=AT)
    with pytest.raises(DatabaseError):
        typed(irm, change)


def test_one_open_case_and_one_waiting_referral_for_a_need():
    irm, _ = partners()
    case = opened(irm)
    sent(case, irm)
    second = Referral(case=case, person_id=case.person_id, from_agency_id="irm", to_agency_id="maim", need="funeral",
                      consent_id=consented(case, irm, "maim", "decide"), sent_at=AT, sent_by="x", answer_by=SOON)
    for model, row in ((Case, case), (Referral, second)):
        with pytest.raises(DatabaseError), acting(irm, purpose="follow"), writing("case.plan"):
            twin = model(**{f.attname: getattr(row, f.attname) for f in model._meta.fields if f.name != "id"})
            twin.save(force_insert=True)


def test_nothing_is_written_outside_an_action():
    irm, _ = partners()
    opened(irm)
    with pytest.raises(DatabaseError, match="outside an action"), acting(irm, purpose="follow"):
        Case.objects.update(next_on=SOON)


def test_without_context_there_are_no_rows():
    irm, _ = partners()
    sent(opened(irm), irm)
    assert [model.objects.count() for model in (Case, Referral, ReferralPacket, Contact, Outcome)] == [0] * 5


def test_who_sees_a_case_and_its_packet():
    irm, maim = partners()
    stranger, served = officer("akpk"), officer("giatmara")
    case = opened(irm)
    referral = sent(case, irm)
    registry.give_consent(case.person_id, actor=irm, purpose="refer", agencies=["giatmara"], consent=spoken(purposes=("refer",)), at=AT)
    overseer = officer("perkeso", "supervisor", national=True)

    def looks(actor) -> tuple[int, int, int]:
        with acting(actor, purpose="follow"):
            return len(queries.cases_of(case.person_id)), len(queries.referrals_of(case.pk)), ReferralPacket.objects.count()

    assert [looks(a) for a in (irm, maim, stranger, served, overseer)] == [(1, 1, 2), (1, 1, 2), (0, 0, 0), (1, 1, 0), (1, 1, 0)]
    actions.decline(referral.pk, actor=maim, purpose="follow", code="full", on=ON, at=AT)
    assert looks(maim)[2] == 0 and looks(irm)[2] == 2


def test_a_discreet_case_is_its_parties_alone():
    irm, _ = partners()
    miasa, other = officer("miasa"), officer("akpk")
    case = opened(irm, need="medical")
    registry.give_consent(case.person_id, actor=irm, purpose="refer", agencies=["akpk"], consent=spoken(purposes=("refer",)), at=AT)
    referral = sent(case, irm, "miasa", programme="miasa.support")
    actions.accept(referral.pk, actor=miasa, purpose="follow", next_on=SOON, on=ON, at=AT)
    with acting(other, purpose="follow"):
        assert queries.cases_of(case.person_id) == () and queries.referrals_of(case.pk) == ()
        with connection.cursor() as cursor:
            cursor.execute("SELECT standing FROM registry_person WHERE id = %s", [case.person_id])
            assert cursor.fetchone() == ("being_helped",)
    assert seen(case, miasa).agency == "miasa"


def test_the_states_function_runs_inside_an_action_only():
    irm, _ = partners()
    case = opened(irm)
    with pytest.raises(DatabaseError, match="outside an action"), acting(irm, purpose="follow"), connection.cursor() as cursor:
        cursor.execute("SELECT sinergi_restand(%s)", [case.person_id])


def together(*steps: Callable[[], object]) -> list[str]:
    """Steps at once, each on a connection of its own: 'done' or the code of the refusal."""

    def one(step: Callable[[], object]) -> str:
        try:
            step()
            return "done"
        except Refused as why:
            return why.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(one, steps))


def whole(owner) -> bool:
    """Has every open case one agency and one date?"""
    return owner.execute("SELECT count(*) FROM cases_case WHERE state = 'open' AND (agency_id IS NULL OR next_on IS NULL)").fetchone() == (0,)


def test_accepted_and_expired_at_once(owner):
    irm, maim = partners()
    for n in range(4):
        case = opened(irm, "food", who=somebody(irm, f"Orang {n}", f"0001{10 + n}-17-0159"), next_on=SOON)
        referral = sent(case, irm)
        late = referral.answer_by + dt.timedelta(days=1)
        found = together(partial(actions.accept, referral.pk, actor=maim, purpose="follow", next_on=late, on=late, at=AT),
                         partial(actions.expire_referral, referral.pk, actor=SWEEPER, purpose="follow", on=late, at=AT))
        assert sorted(found) == ["done", "flow.wrong_state"] and whole(owner)
        agency, state = owner.execute("SELECT c.agency_id, r.state FROM cases_case c JOIN cases_referral r ON r.case_id = c.id WHERE c.id = %s",
                                      [case.pk]).fetchone()
        assert (agency, state) in (("maim", "accepted"), ("irm", "expired"))


def test_two_agencies_are_handed_a_case_at_once_and_one_has_it(owner):
    irm, _ = partners()
    officer("akpk")
    case = opened(irm)
    for to in ("maim", "akpk"):
        consented(case, irm, to)
    found = together(*(lambda to=to: actions.hand_over(case.pk, actor=irm, purpose="follow", to_agency=to, next_on=DAY, on=ON, at=AT)
                       for to in ("maim", "akpk")))
    assert found.count("done") == 1 and set(found) == {"done", "not_allowed"} and whole(owner)


def test_opened_by_two_counters_at_once_there_is_one_case(owner):
    irm, _ = partners()
    who = somebody(irm)
    found = together(*(lambda: opened(irm, "food", who=who) for _ in range(6)))
    assert set(found) == {"done"} and owner.execute("SELECT count(*) FROM cases_case").fetchone() == (1,)


def test_answered_twice_at_once_counts_once(owner):
    irm, _ = partners()
    asked = actions.record_outcome(opened(irm).pk, actor=irm, purpose="follow", served_on=ON, channel="letter", on=ON, at=AT)

    def answer(solved: bool) -> None:
        with acting(actions.PERSON, purpose="follow"):
            actions.person_answers(asked.token, received=True, solved=solved, on=ON, at=AT)

    found = together(*(lambda solved=solved: answer(solved) for solved in (True, False, True, False)))
    assert found.count("done") == 1 and set(found) <= {"done", "outcome.link_used", "outcome.answered"}
    assert owner.execute("SELECT count(*) FROM kernel_auditentry WHERE verb = 'outcome.confirm'").fetchone() == (1,)
