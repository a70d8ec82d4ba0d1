"""What moves by itself: needs said later, consents taken back, reminders, referrals that ran out; and many people at once."""
from __future__ import annotations

import datetime as dt

import pytest
from case_stage import AT, ON, SOON, consented, opened, partners, seen, sent
from django.utils import timezone

from sinergi.cases import actions, queries, tasks
from sinergi.kernel import events
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Grant
from sinergi.registry import actions as registry
from tests.registry.registry_stage import family, law, officer, somebody

pytestmark = pytest.mark.usefixtures("published_law")


def carried() -> None:
    """Every event at its subscribers."""
    while events.deliver():
        pass


def run(job, owner, most: int = 1) -> None:
    """The newest jobs of a kind, as the worker runs them."""
    found = owner.execute("SELECT args FROM procrastinate_jobs WHERE task_name = %s ORDER BY id DESC LIMIT %s", [job.name, most]).fetchall()
    for (given,) in found:
        job.run(attempts=0, **given)


def changed(owner, statement: str, *values) -> None:
    """A change by the owner, in the name of the stage."""
    owner.execute("SELECT set_config('sinergi.actor', 'command:stage', false), set_config('sinergi.verb', 'try.stage', false)")
    owner.execute(statement, values)


def granted(actor) -> None:
    """A role in the database too: a job asks there what its user may."""
    with acting(Actor("command:stage", "stage"), purpose="administer"), writing("try.stage"):
        given = {"role": "coordinator", "area_kind": "agency", "area": actor.agency}
        Grant.objects.get_or_create(user_id=actor.id, **given, defaults={"given_by": "command:stage"})


def entries(owner, verb: str) -> int:
    return owner.execute("SELECT count(*) FROM kernel_auditentry WHERE verb = %s", [verb]).fetchone()[0]


def faults(owner) -> int:
    return owner.execute("SELECT count(*) FROM kernel_delivery WHERE fault <> ''").fetchone()[0]


def test_a_need_said_later_gets_its_case_and_a_closed_one_is_not_opened_again(owner):
    irm, _ = partners()
    home = family(irm)
    carried()
    changed(owner, "UPDATE cases_case SET state = 'closed', closed_as = 'confirmed', closed_at = now(), next_on = NULL WHERE need = 'food'")
    registry.record_facts(home.person_id, actor=irm, purpose="register", facts={"income": "RM 700"}, on=ON, law=law())
    carried()
    assert owner.execute("SELECT need FROM cases_case WHERE state = 'open'").fetchall() == [("schooling",)] and entries(owner, "case.follow") == 1
    registry.record_facts(home.person_id, actor=irm, purpose="register", facts={"needs": ["schooling", "rent"]}, on=ON, law=law())
    carried()
    assert owner.execute("SELECT need FROM cases_case WHERE state = 'open' ORDER BY need").fetchall() == [("rent",), ("schooling",)]
    assert faults(owner) == 0


def test_a_consent_taken_back_ends_what_waits_and_gives_back_what_was_accepted(owner):
    irm, _ = partners()
    miasa = officer("miasa")
    case = opened(irm, need="medical")
    consent = consented(case, irm, "miasa")
    referral = sent(case, irm, "miasa", consent_id=consent)
    actions.accept(referral.pk, actor=miasa, purpose="follow", next_on=SOON, on=ON, at=AT)
    assert seen(case, miasa).agency == "miasa"
    registry.withdraw_consent(consent, actor=irm, purpose="follow", at=AT)
    carried()
    back = seen(case, irm)
    assert (back.agency, back.next_step, back.standing, back.state) == ("irm", "refer_on", "yet_to_be_helped", "open")
    assert owner.execute("SELECT state FROM cases_referral").fetchone() == ("withdrawn",) and faults(owner) == 0
    with acting(miasa, purpose="follow"):
        (mine,) = queries.referrals(miasa, "ended")
        assert (mine.name, queries.referral(mine.id).facts, queries.case(case.pk).name) == ("", (), "")
    actions.acknowledge_withdrawal(referral.pk, actor=miasa, purpose="follow", at=AT)
    assert [entries(owner, f"referral.{v}") for v in ("revoke", "acknowledge")] == [1, 1]
    with acting(miasa, purpose="follow"):
        assert queries.referrals(miasa, "ended") == ()


def test_another_consent_taken_back_ends_nothing(owner):
    irm, _ = partners()
    officer("akpk")
    case = opened(irm)
    sent(case, irm)
    registry.withdraw_consent(consented(case, irm, "akpk"), actor=irm, purpose="follow", at=AT)
    carried()
    assert owner.execute("SELECT state FROM cases_referral").fetchone() == ("sent",) and entries(owner, "referral.revoke") == 0


def test_who_waits_ten_days_is_reminded_once(owner):
    irm, maim = partners()
    referral = sent(opened(irm), irm)
    assert referral.answer_by == ON + dt.timedelta(days=30)
    changed(owner, "UPDATE cases_referral SET sent_at = now() - interval '10 days'")
    assert tasks.queue_due() == 1
    run(tasks.remind, owner)
    assert tasks.queue_due() == 0 and entries(owner, "referral.remind") == 1
    with acting(maim, purpose="follow"):
        assert queries.referral(referral.pk).reminded_on == timezone.localdate()


def test_what_ran_out_moves_on_by_itself_where_consent_stands(owner):
    irm, _ = partners()
    ppjm, _perkeso = officer("ppjm"), officer("perkeso")
    case = opened(irm)
    sent(case, irm)
    consented(case, irm, "ppjm")
    changed(owner, "UPDATE cases_referral SET answer_by = %s", timezone.localdate() - dt.timedelta(days=1))
    assert tasks.queue_due() == 1
    run(tasks.expire, owner)
    assert owner.execute("SELECT to_agency_id, state FROM cases_referral ORDER BY sent_at").fetchall() == [("maim", "expired"), ("ppjm", "sent")]
    assert seen(case, irm).next_step == "await_referral" and seen(case, irm).agency == "irm"
    with acting(ppjm, purpose="follow"):
        (waiting,) = queries.referrals(ppjm, "answer")
        assert queries.referral(waiting.id).facts == ()
    run(tasks.expire, owner)
    assert entries(owner, "referral.expire") == 1


def test_evidence_counts_what_all_agencies_saw():
    irm, _ = partners()
    other, ppjm = officer("akpk"), officer("ppjm")
    first = sent(opened(irm), irm, "ppjm")
    actions.decline(first.pk, actor=ppjm, purpose="follow", code="full", on=ON, at=AT + dt.timedelta(days=4))
    second = opened(other, who=somebody(other))
    with acting(other, purpose="refer"):
        able = {a.agency: a for a in queries.able_agencies(second.household_id, "funeral", on=ON, actor=other)}
    assert (able["ppjm"].accepted, able["ppjm"].answered, able["ppjm"].days) == (0, 1, 4)


def grouped(actor, cases, **given):
    granted(actor)
    with acting(actor, purpose="refer"):
        group = actions.refer_group([c.pk for c in cases], actor=actor, **({"to_agency": "maim", "on": ON, "at": AT, "note": "Banjir"} | given))
        tasks.start_group(group.pk, actor=actor)
    return group


def test_many_are_referred_each_by_his_own_consent_and_who_gave_none_is_named(owner):
    irm, maim = partners()
    cases = [opened(irm, "food"), opened(irm, "food", who=somebody(irm)), opened(irm, "food", who=somebody(irm, "Siva a/l Raman", "851103-17-5121"))]
    for case in cases[:2]:
        consented(case, irm, "maim")
    group = grouped(irm, cases)
    run(tasks.send_group, owner)
    run(tasks.send_group, owner)
    assert owner.execute("SELECT outcome, code FROM cases_grouprow ORDER BY id").fetchall() == [
        ("sent", ""), ("sent", ""), ("left_out", "referral.no_consent")]
    assert owner.execute("SELECT done, total, state FROM kernel_progress WHERE job = 'referral.group'").fetchone() == (3, 3, "finished")
    with acting(irm, purpose="refer"):
        found = queries.group(group.id)
        assert (found.sent, found.left_out, [r.code for r in found.rows if r.code]) == (2, 1, ["referral.no_consent"])
    (first, _) = owner.execute("SELECT id FROM cases_referral ORDER BY sent_at, id").fetchall()
    actions.accept(first[0], actor=maim, purpose="follow", next_on=SOON, on=ON, at=AT)
    actions.undo_group(group.pk, actor=irm, purpose="refer", on=ON, at=AT)
    assert sorted(r[0] for r in owner.execute("SELECT state FROM cases_referral").fetchall()) == ["accepted", "withdrawn"]
    with pytest.raises(Refused) as again:
        actions.undo_group(group.pk, actor=irm, purpose="refer", on=ON, at=AT)
    assert again.value.code == "referral.group_undone"
    assert [entries(owner, v) for v in ("referral.group", "referral.send", "referral.undo_group", "referral.withdraw")] == [1, 2, 1, 1]


def test_a_group_carries_only_the_kinds_of_facts_that_were_ticked(owner):
    irm, _ = partners()
    home = family(irm)
    case = opened(irm, "food", who=home.person_id)
    consented(case, irm, "maim")
    programme = next(p.id for p in law().programmes.values() if p.agency == "maim" and p.for_household)
    grouped(irm, [case], programme=programme, fact_names=["income"])
    run(tasks.send_group, owner)
    facts = [f["fact"] for (rows,) in owner.execute("SELECT facts FROM cases_referralpacket").fetchall() for f in rows]
    assert set(facts) <= {"income"} and owner.execute("SELECT outcome FROM cases_grouprow").fetchone() == ("sent",)


def test_a_group_undone_before_it_was_sent_sends_nothing(owner):
    irm, maim = partners()
    case = opened(irm)
    consented(case, irm, "maim")
    group = grouped(irm, [case])
    actions.undo_group(group.pk, actor=irm, purpose="refer", on=ON, at=AT)
    run(tasks.send_group, owner)
    assert owner.execute("SELECT outcome, code FROM cases_grouprow").fetchone() == ("left_out", "referral.group_undone")
    assert owner.execute("SELECT count(*) FROM cases_referral").fetchone() == (0,)
    with pytest.raises(Refused) as others:
        actions.undo_group(group.pk, actor=maim, purpose="refer", on=ON, at=AT)
    assert others.value.code == "not_allowed"


@pytest.mark.parametrize(("given", "code"), [({"to_agency": "irm"}, "referral.agency_unfit"), ({"programme": "irm.aid"}, "referral.programme_unfit"),
                                             ({"answer_by": ON - dt.timedelta(days=1)}, "case.next_past")])
def test_what_makes_no_group(given, code):
    irm, _ = partners()
    with pytest.raises(Refused) as caught:
        grouped(irm, [opened(irm)], **given)
    assert caught.value.code == code
    with pytest.raises(Refused) as none:
        grouped(irm, [])
    assert none.value.code == "referral.group_size"


def test_one_step_for_many_cases_and_one_that_refuses_stops_no_other(owner):
    irm, maim = partners()
    mine, other = opened(irm, "food"), opened(maim, "rent", who=somebody(maim))
    day = ON + dt.timedelta(days=9)
    with acting(irm, purpose="follow"):
        planned = actions.plan_many([mine.pk, other.pk], actor=irm, next_on=day, next_step="call_person", on=ON, at=AT)
        told = actions.contact_many([mine.pk], actor=irm, channel="visit", inward=False, reached=True, note="Dewan", on=ON, at=AT)
        moved = actions.hand_over_many([mine.pk], actor=irm, to_user=irm.id, next_on=day, on=ON, at=AT)
    assert planned.done == told.done == moved.done == (mine.pk,) and [(c, why.code) for c, why in planned.refused] == [(other.pk, "not_allowed")]
    assert (seen(mine, irm).next_on, seen(mine, irm).holder_id) == (day, irm.id) or str(seen(mine, irm).holder_id) == irm.id
    assert [entries(owner, v) for v in ("case.plan", "contact.record", "case.hand_over")] == [1, 1, 1]
