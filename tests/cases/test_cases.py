"""A case has one responsible agency and one next date while it is open, whatever happens at once; referrals carry what was shown, and come back."""
from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from case_stage import AT, ON, SOON, consented, opened, partners, seen, sent
from django.db import DatabaseError, connection, connections

from sinergi.cases import actions, queries
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.errors import Refused
from sinergi.registry import actions as registry
from tests.registry.registry_stage import officer

pytestmark = pytest.mark.usefixtures("published_law")
LATER = ON + dt.timedelta(days=30)


def entries(owner, verb: str) -> int:
    return owner.execute("SELECT count(*) FROM kernel_auditentry WHERE verb = %s", [verb]).fetchone()[0]


def standing(owner, person) -> str:
    return owner.execute("SELECT standing FROM registry_person WHERE id = %s", [person]).fetchone()[0]


def refused(function, *arguments, **given) -> str:
    with pytest.raises(Refused) as caught:
        function(*arguments, purpose="follow", **given)
    return caught.value.code


def test_a_case_opens_once_for_a_need(owner):
    irm, _ = partners()
    case = opened(irm)
    assert opened(irm, who=case.person_id).pk == case.pk
    assert owner.execute("SELECT agency_id, next_on, state FROM cases_case").fetchall() == [("irm", SOON, "open")]
    assert entries(owner, "case.open") == 2 and standing(owner, case.person_id) == "yet_to_be_helped"


@pytest.mark.parametrize(("given", "code"), [({"need": "gold"}, "case.need_unknown"), ({"next_on": dt.date(2026, 1, 1)}, "case.next_past"),
                                             ({"next_on": dt.date(9999, 12, 31)}, "case.next_far"),
                                             ({"next_step": "dance"}, "case.step_unknown")])
def test_what_makes_no_case(given, code):
    irm, _ = partners()
    with pytest.raises(Refused) as caught:
        opened(irm, **given)
    assert caught.value.code == code


def test_an_open_case_without_agency_or_date_cannot_be_written():
    irm, _ = partners()
    case = opened(irm)
    for column in ("next_on", "agency_id"):
        with pytest.raises(DatabaseError), acting(irm, purpose="follow"), writing("case.plan"), connection.cursor() as cursor:
            cursor.execute(f"UPDATE cases_case SET {column} = NULL WHERE id = %s", [case.pk])


def test_the_published_state_is_never_typed():
    irm, _ = partners()
    case = opened(irm)
    with (pytest.raises(DatabaseError, match="computed, never typed"), acting(irm, purpose="follow"), writing("case.plan"),
          connection.cursor() as cursor):
        cursor.execute("UPDATE registry_person SET standing = 'helped' WHERE id = %s", [case.person_id])


def test_a_referral_carries_what_was_shown_and_makes_the_receiver_responsible(owner):
    irm, maim = partners()
    case = opened(irm)
    referral = sent(case, irm)
    assert (seen(case, irm).agency, seen(case, irm).next_step) == ("irm", "await_referral")
    with acting(maim, purpose="follow"):
        (waiting,) = queries.referrals(maim, "answer")
        assert [f["fact"] for f in queries.referral(referral.pk).facts] == ["income", "religion"]
    assert waiting.id == referral.pk
    actions.accept(referral.pk, actor=maim, purpose="follow", next_on=SOON, on=ON, at=AT)
    after = seen(case, maim)
    assert (after.agency, after.from_agency, after.next_on, after.standing) == ("maim", "irm", SOON, "being_helped")
    assert standing(owner, case.person_id) == "being_helped"
    assert [entries(owner, verb) for verb in ("referral.send", "referral.accept")] == [1, 1]


def test_what_is_sensitive_asks_its_own_right():
    irm, _ = partners()
    case = opened(irm)
    referral = sent(case, irm)
    blind = officer("maim", "machine")
    with acting(blind, purpose="follow"):
        assert [f["fact"] for f in queries.referral(referral.pk).facts] == ["income"]


def test_a_declined_referral_comes_back_with_a_date_and_the_next_agency_is_known(owner):
    irm, maim = partners()
    case = opened(irm)
    referral = sent(case, irm)
    assert refused(actions.decline, referral.pk, actor=maim, code="no", on=ON, at=AT) == "referral.decline_code"
    assert refused(actions.decline, referral.pk, actor=maim, code="other", on=ON, at=AT) == "referral.decline_words"
    actions.decline(referral.pk, actor=maim, purpose="follow", code="full", on=ON, at=AT)
    back = seen(case, irm)
    assert (back.agency, back.next_step) == ("irm", "refer_on") and back.next_on > ON
    assert entries(owner, "referral.decline") == 1
    with acting(irm, purpose="refer"):
        able = queries.able_agencies(back.household_id, "funeral", on=ON, actor=irm, excluding=["maim"])
    assert [a.agency for a in able] == ["perkeso", "ppjm"]
    with acting(maim, purpose="follow"):
        assert queries.referral(referral.pk).facts == ()


def test_asked_back_answered_withdrawn(owner):
    irm, maim = partners()
    referral = sent(opened(irm), irm)
    assert refused(actions.ask_back, referral.pk, actor=maim, words="?", on=ON, at=AT) == "referral.question"
    actions.ask_back(referral.pk, actor=maim, purpose="follow", words="Bila pengebumian?", on=ON, at=AT)
    assert refused(actions.answer_back, referral.pk, actor=irm, words=" ", on=ON, at=AT) == "referral.answer_missing"
    actions.answer_back(referral.pk, actor=irm, purpose="follow", words="Esok pagi", on=ON, at=AT)
    actions.withdraw_referral(referral.pk, actor=irm, purpose="follow", on=ON, at=AT)
    assert refused(actions.accept, referral.pk, actor=maim, next_on=SOON, on=ON, at=AT) == "flow.wrong_state"
    assert [entries(owner, f"referral.{v}") for v in ("ask", "answer", "withdraw")] == [1, 1, 1]


def test_only_the_two_agencies_act_on_a_referral():
    irm, maim = partners()
    third = officer("akpk")
    referral = sent(opened(irm), irm)
    assert refused(actions.accept, referral.pk, actor=irm, next_on=SOON, on=ON, at=AT) == "not_allowed"
    assert refused(actions.accept, referral.pk, actor=third, next_on=SOON, on=ON, at=AT) == "not_allowed"
    assert refused(actions.withdraw_referral, referral.pk, actor=maim, on=ON, at=AT) == "not_allowed"
    with acting(third, purpose="follow"):
        assert queries.referral(referral.pk) is None


def test_without_consent_nothing_is_sent():
    irm, _maim = partners()
    case = opened(irm)
    other = consented(case, irm, "maim")
    officer("akpk")
    assert refused(actions.refer, case.pk, actor=irm, to_agency="akpk", facts=(), consent_id=other, on=ON, at=AT) == "referral.no_consent"
    registry.withdraw_consent(other, actor=irm, purpose="follow", at=AT)
    assert refused(actions.refer, case.pk, actor=irm, to_agency="maim", facts=(), consent_id=other, on=ON, at=AT) == "referral.no_consent"
    assert refused(actions.refer, case.pk, actor=irm, to_agency="irm", facts=(), consent_id=other, on=ON, at=AT) == "referral.agency_unfit"
    assert refused(actions.refer, case.pk, actor=irm, to_agency="maim", facts=(), consent_id=other, programme="irm.aid", on=ON,
                   at=AT) == "referral.programme_unfit"


def test_withdrawn_consent_closes_the_packet_and_the_receiver_acknowledges(owner):
    irm, maim = partners()
    case = opened(irm)
    consent = consented(case, irm, "maim")
    referral = sent(case, irm, consent_id=consent)
    assert refused(actions.acknowledge_withdrawal, referral.pk, actor=maim, at=AT) == "referral.consent_stands"
    registry.withdraw_consent(consent, actor=irm, purpose="follow", at=AT)
    with acting(maim, purpose="follow"):
        assert queries.referral(referral.pk).facts == ()
    assert refused(actions.accept, referral.pk, actor=maim, next_on=SOON, on=ON, at=AT) == "referral.no_consent"
    actions.acknowledge_withdrawal(referral.pk, actor=maim, purpose="follow", at=AT)
    assert entries(owner, "referral.acknowledge") == 1


def test_a_discreet_referral_tells_others_neither_who_nor_what():
    irm = officer("irm")
    officer("miasa")
    case = opened(irm, need="medical")
    third = officer("akpk")
    registry.give_consent(case.person_id, actor=irm, purpose="refer", agencies=["akpk"], consent=registry.ConsentGiven(
        how="spoken_with_witness", language="ms", witness="Puan Siti", purposes=("refer",)), at=AT)
    sent(case, irm, "miasa", programme="miasa.support")
    with acting(third, purpose="follow"):
        assert queries.cases_of(case.person_id) == ()
    assert seen(case, irm).discreet


def test_of_many_changes_at_once_one_stands_and_the_case_is_whole(owner):
    irm, maim = partners()
    case = opened(irm)
    referral = sent(case, irm)

    def one(n: int) -> str:
        try:
            if n % 3 == 0:
                actions.accept(referral.pk, actor=maim, purpose="follow", next_on=SOON, on=ON, at=AT)
            elif n % 3 == 1:
                actions.decline(referral.pk, actor=maim, purpose="follow", code="full", on=ON, at=AT)
            else:
                actions.withdraw_referral(referral.pk, actor=irm, purpose="follow", on=ON, at=AT)
            return "done"
        except Refused as why:
            return why.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(9) as pool:
        found = list(pool.map(one, range(18)))
    assert found.count("done") == 1 and set(found) == {"done", "flow.wrong_state"}
    assert owner.execute("SELECT count(*) FROM cases_case WHERE state = 'open' AND (agency_id IS NULL OR next_on IS NULL)").fetchone() == (0,)


def test_two_hand_overs_at_once_leave_one_holder(owner):
    irm, _ = partners()
    case = opened(irm)
    colleague, other = officer("irm", name="rakan"), officer("irm", name="rakan lain")

    def one(to: str) -> str:
        try:
            actions.hand_over(case.pk, actor=irm, purpose="follow", to_user=to, next_on=SOON, on=ON, at=AT)
            return "done"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(one, [colleague.id, other.id])) == ["done", "done"]
    holder, agency = owner.execute("SELECT holder_id::text, agency_id FROM cases_case").fetchone()
    assert holder in (colleague.id, other.id) and agency == "irm"


def test_a_hand_over_goes_to_who_may_open_the_person():
    irm, maim = partners()
    case = opened(irm)
    assert refused(actions.hand_over, case.pk, actor=irm, to_agency="maim", next_on=SOON, on=ON, at=AT) == "case.agency_unfit"
    assert refused(actions.hand_over, case.pk, actor=irm, next_on=SOON, on=ON, at=AT) == "case.nobody"
    assert refused(actions.hand_over, case.pk, actor=irm, to_user=maim.id, next_on=SOON, on=ON, at=AT) == "case.user_unfit"
    consented(case, irm, "maim")
    actions.hand_over(case.pk, actor=irm, purpose="follow", to_agency="maim", next_on=SOON, on=ON, at=AT)
    assert seen(case, maim).agency == "maim"
    assert refused(actions.plan_case, case.pk, actor=irm, next_on=LATER, next_step="serve", on=ON, at=AT) == "not_allowed"


def test_closed_as_unreachable_only_after_fair_recorded_tries_by_a_supervisor(owner):
    irm, _ = partners()
    case = opened(irm)
    supervisor = officer("irm", "supervisor", name="penyelia")
    assert refused(actions.close_unreachable, case.pk, actor=irm, reason="tidak dijumpai lagi", at=AT) == "not_allowed"
    for day in (0, 0, 1):
        assert refused(actions.close_unreachable, case.pk, actor=supervisor, reason="tidak dijumpai lagi", at=AT) == "case.too_few_attempts"
        actions.record_contact(case.pk, actor=irm, purpose="follow", channel="phone", inward=False, reached=False, note="", on=ON,
                               at=AT + dt.timedelta(days=day))
    actions.close_unreachable(case.pk, actor=supervisor, purpose="follow", reason="tidak dijumpai lagi", at=AT)
    assert owner.execute("SELECT state, closed_as FROM cases_case").fetchone() == ("closed", "unreachable")
    assert entries(owner, "case.close_unreachable") == 1 and entries(owner, "contact.record") == 3
    with acting(supervisor, purpose="follow"):
        seen_by = queries.oversight(supervisor, on=ON)
        assert (seen_by.total["unreachable"], seen_by.total["helped"]) == (1, 0)
        assert len(queries.oversight_rows(supervisor, on=ON, what="unreachable")) == 1


def test_my_day_sorts_by_what_waits():
    irm, _ = partners()
    today = opened(irm, "food", next_on=ON)
    later = opened(irm, "rent", who=today.person_id, next_on=LATER)
    sent(opened(irm, "funeral", who=today.person_id), irm)
    with acting(irm, purpose="follow"):
        day = queries.my_day(irm, on=ON)
    assert [c.id for c in day.due] == [today.pk] and [c.need for c in day.waiting] == ["funeral"] and [c.id for c in day.ahead] == [later.pk]
    assert (day.held, day.undated) == (3, 0)


