"""An application goes from the sheet to the agency that decides: what it carries, who sees it, that it is one, and how it ends."""
from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal

import psycopg
import pytest
from django.db import ProgrammingError
from kernel_stage import entries, value
from registry_stage import ON, officer, spoken

from sinergi.assistance import actions, queries
from sinergi.assistance.models import Application, Attachment, Decision, Packet
from sinergi.benefits import actions as benefits
from sinergi.kernel import law as kernel_law
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.errors import Refused
from sinergi.registry import actions as registry

AT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)


def refusal(call, *given, **more):
    with pytest.raises(Refused) as why:
        call(*given, **more)
    assert why.value.sentence("ms") and why.value.sentence("en")
    return why.value.code


def viewed(stage, application, actor):
    with acting(actor, purpose="decide"):
        return queries.application(application.pk, actor=actor, on=ON)


def test_an_application_carries_what_the_rules_read_and_nothing_else(stage, owner):
    application = stage.apply()
    made = entries(owner, "verb = 'application.apply'")
    assert len(made) == 1 and made[0]["agency"] == "aim" and made[0]["changes"]["sensitive"] == 1
    assert "islam" not in str(made[0]["changes"]) and "60000" not in str(made[0]["changes"])
    seen = viewed(stage, application, stage.pbns)
    facts = {(f.member, f.fact): f for f in seen.facts}
    assert {name for _, name in facts} == {"state", "religion", "had_kifayah", "income", "relation"}
    assert facts[(0, "income")].value["ms"] == "RM600" and facts[(0, "income")].origin["said_by"] == "self"
    assert "phone" not in str(seen.facts) and "Mawar" not in str(seen.facts) and "full_time_student" not in str(seen.facts)
    assert seen.row.name.startswith("Norazlina") and seen.row.missing == len(seen.open_facts) > 0
    assert [m.code for m in seen.history] == ["applied"] and seen.screening_id is not None


def test_what_is_shown_before_sending_is_what_is_sent(stage):
    with acting(stage.aim, purpose="refer"):
        before = queries.facts_to_send(stage.household.household_id, "pbns.zakat", None, on=ON, actor=stage.aim)
    sent = viewed(stage, stage.apply(), stage.aim).facts
    keys = [sorted(((f.member, f.fact, f.value["ms"], dict(f.origin), f.sensitive) for f in facts), key=str) for facts in (before, sent)]
    assert [[(*k[:3], sorted(k[3].items()), k[4]) for k in found] for found in keys][0] == [
        (*k[:3], sorted(k[3].items()), k[4]) for k in keys[1]]


def test_only_the_two_agencies_see_what_was_sent(stage, owner):
    application = stage.apply()
    assert viewed(stage, application, stage.irm) is None
    with acting(stage.irm, purpose="decide"):
        assert not Packet.objects.exists() and queries.applications(stage.irm) == ()
    registry.give_consent(stage.person, actor=stage.aim, purpose="refer", agencies=["irm"], consent=spoken(), at=AT)
    beside = viewed(stage, application, stage.irm)
    assert beside.facts == () and beside.reasons == () and beside.decision is None and beside.row.state == "lodged"
    machine = officer("pbns", "machine")
    assert not any(f.sensitive for f in viewed(stage, application, machine).facts)
    with acting(stage.pbns, purpose="decide"):
        assert [row.id for row in queries.applications(stage.pbns)] == [application.pk]
    with acting(stage.aim, purpose="refer"):
        assert [row.id for row in queries.applications(stage.aim, "sent")] == [application.pk] and queries.applications(stage.aim) == ()


def test_without_a_consent_that_stands_nothing_is_sent(stage):
    officer("tekun")
    other = registry.give_consent(stage.person, actor=stage.aim, purpose="refer", agencies=["tekun"], consent=spoken(purposes=("decide",)), at=AT)[0]
    assert refusal(stage.apply, consent_id=other) == "application.no_consent"
    registry.withdraw_consent(stage.consent, actor=stage.aim, purpose="refer", at=AT)
    assert refusal(stage.apply) == "application.no_consent"


def test_an_application_that_cannot_be_made_is_refused_with_the_way_on(stage):
    with pytest.raises(Refused) as outside:
        stage.apply(programme="mof.str", subject=0, need="cash")
    assert outside.value.code == "application.agency_outside" and len(outside.value.facts["next_ms"]) > 20
    assert refusal(stage.apply, programme="no.such") == "application.programme_unknown"
    assert refusal(stage.apply, subject=9) == "application.nobody"
    assert refusal(stage.apply, subject=1) == "application.nobody"
    assert refusal(stage.apply, need="debt") == "need.unknown"
    assert refusal(stage.apply, actor=stage.irm) == "not_allowed"


def test_what_is_held_already_is_not_applied_for(stage):
    registry.record_facts(stage.person, actor=stage.aim, purpose="screen", on=ON, at=AT,
                          facts={"held": [{"programme": "pbns.zakat", "from": "2026-01-01", "to": "2027-01-31"}]})
    with pytest.raises(Refused) as why:
        stage.apply()
    assert why.value.code == "application.already_held" and "31 Januari 2027" in why.value.sentence("ms")


def test_one_open_application_by_code_and_by_database(stage, owner):
    first = stage.apply()
    assert refusal(stage.apply) == "application.already_open"
    columns = ", ".join(f'"{f.column}"' for f in Application._meta.concrete_fields if f.column != "id")
    with pytest.raises(psycopg.errors.UniqueViolation), owner.transaction():
        owner.execute("SET LOCAL session_replication_role = replica")
        owner.execute(f"INSERT INTO assistance_application (id, {columns}) SELECT gen_random_uuid(), {columns} FROM assistance_application")
    stage.decide(first)
    second = stage.apply()
    assert second.pk != first.pk and second.determination_id == first.determination_id
    assert value(owner, "SELECT count(*) FROM assistance_screening") == 1


def test_asking_and_answering(stage, owner):
    application = stage.apply()
    asking = {"actor": stage.pbns, "purpose": "decide", "words": "Slip gaji?", "by_on": ON + dt.timedelta(9), "at": AT}
    assert refusal(actions.ask_more, application.pk, **{**asking, "actor": stage.aim}) == "not_allowed"
    assert refusal(actions.ask_more, application.pk, **{**asking, "words": "?"}) == "application.words_missing"
    assert refusal(actions.ask_more, application.pk, **{**asking, "by_on": ON}) == "application.day_past"
    actions.ask_more(application.pk, **asking)
    message = owner.execute("SELECT template, channel, facts FROM kernel_message").fetchone()
    assert message[:2] == ("application.asked", "sms") and message[2]["by"] == "2026-12-02"
    seen = viewed(stage, application, stage.aim)
    assert seen.row.state == "asked" and seen.questions[0].words == "Slip gaji?" and seen.clocks[0].due_on == ON + dt.timedelta(9)
    with acting(stage.pbns, purpose="decide"):
        assert len(queries.applications(stage.pbns, "waiting")) == 1 and queries.applications(stage.pbns) == ()
    assert refusal(actions.answer, application.pk, actor=stage.pbns, purpose="decide", words="Ini dia", at=AT) == "not_allowed"
    assert refusal(actions.answer, application.pk, actor=stage.aim, purpose="refer", words=" ", at=AT) == "application.words_missing"
    actions.answer(application.pk, actor=stage.aim, purpose="refer", words="RM600 sebulan", at=AT)
    assert refusal(actions.answer, application.pk, actor=stage.aim, purpose="refer", words="lagi", at=AT) == "flow.wrong_state"
    seen = viewed(stage, application, stage.pbns)
    assert seen.row.state == "lodged" and seen.questions[0].answer == "RM600 sebulan" and seen.clocks[0].ended_as == "met"
    assert len(entries(owner, "verb IN ('application.ask_more', 'application.answer')")) == 2
    assert "Slip" not in str(entries(owner, "verb = 'application.ask_more'")[0]["changes"])


def test_a_refusal_has_reasons_words_and_a_letter(stage, owner):
    application = stage.apply()
    assert refusal(stage.decide, application, reasons=()) == "application.reasons_missing"
    assert refusal(stage.decide, application, reasons=("because",)) == "application.reason_unknown"
    assert refusal(stage.decide, application, text=" ") == "application.text_missing"
    assert refusal(stage.decide, application, outcome="perhaps") == "application.outcome_unknown"
    assert refusal(stage.decide, application, actor=stage.irm) == refusal(stage.decide, application, actor=stage.aim) == "not_allowed"
    decision = stage.decide(application)
    made = entries(owner, "verb = 'application.decide'")
    assert len(made) == 1 and made[0]["agency"] == "pbns" and "Peruntukan" not in str(made[0]["changes"])
    assert value(owner, "SELECT template FROM kernel_message") == "application.decided"
    with acting(stage.aim, purpose="refer"):
        letter = queries.letter_of(decision.pk)
    assert letter.outcome == "refuse" and letter.reasons[0][0]["en"] == "The funds of the year are spent" and "MAINS" in letter.basis["ms"]
    assert letter.appeal["en"] == "Not published: ask the agency" and letter.appeal_by_on is None and "not published" in letter.deadline["en"]
    assert refusal(stage.decide, application) == "flow.wrong_state"
    with acting(stage.irm, purpose="decide"):
        assert queries.letter_of(decision.pk) is None


def test_an_approval_awards_in_the_same_transaction(stage, owner):
    application = stage.apply()
    assert refusal(stage.decide, application, outcome="approve", award=None) == "application.terms_missing"
    decision = stage.decide(application, outcome="approve")
    assert value(owner, "SELECT application_id FROM benefits_entitlement WHERE id = %s", decision.entitlement_id) == application.pk
    assert len(entries(owner, "verb IN ('application.decide', 'entitlement.award')")) == 2
    seen = viewed(stage, application, stage.pbns)
    assert seen.row.state == "approved" and seen.decision.entitlement_id == decision.entitlement_id


def test_a_top_up_goes_no_further_than_the_ceiling_the_household_is_known_to_have(stage, owner):
    maim, home = officer("maim", "officer"), stage.household
    registry.record_facts(home.person_id, actor=stage.aim, purpose="register", facts={"had_kifayah": "RM 400"}, on=ON, at=AT)
    registry.give_consent(home.person_id, actor=stage.aim, purpose="refer", agencies=["maim"], consent=spoken(purposes=("decide",)), at=AT)
    benefits.award(home.person_id, actor=maim, purpose="pay", programme="maim.zakat", need="cash", from_on=ON, to_on=dt.date(2027, 5, 31),
                   amount=Decimal(300), law=kernel_law.current(), on=ON, at=AT)
    application, why = stage.apply(), "Had kifayah disemak semula di rumah keluarga ini."
    assert refusal(stage.decide, application, outcome="approve", against=why) == "overlap.ceiling"
    assert value(owner, "SELECT state FROM assistance_application") == "lodged"
    stage.decide(application, outcome="approve", against=why, award=actions.AwardTerms(ON, dt.date(2027, 5, 31), Decimal(100)))


def test_an_award_that_is_refused_leaves_no_decision(stage, owner):
    application = stage.apply()
    wrong = actions.AwardTerms(ON, ON - dt.timedelta(1), 300)
    assert refusal(stage.decide, application, outcome="approve", award=wrong).startswith("award.")
    assert value(owner, "SELECT count(*) FROM assistance_decision") == value(owner, "SELECT count(*) FROM kernel_message") == 0
    assert value(owner, "SELECT state FROM assistance_application") == "lodged"


def test_a_decision_against_the_screening_says_why(stage, owner):
    registry.record_facts(stage.person, actor=stage.aim, purpose="screen", facts={"religion": "other"}, on=ON, at=AT)
    registry.record_facts(stage.household.people[1], actor=stage.aim, purpose="screen", facts={"religion": "other"}, on=ON, at=AT)
    application = stage.apply()
    assert application.screened == "not_entitled"
    assert refusal(stage.decide, application, outcome="approve") == "application.against_needs_reason"
    assert refusal(stage.decide, application, outcome="approve", against="   sebab     ") == "application.against_needs_reason"
    decision = stage.decide(application, outcome="approve", against="Sijil mualaf dilihat hari ini di kaunter")
    assert decision.against and "Sijil" not in str(entries(owner, "verb = 'application.decide'")[0]["changes"])


def test_of_two_counters_at_once_one_applies(stage, owner):
    codes: list[str] = []
    stage.decide(stage.apply())

    def go() -> None:
        from django.db import connections
        try:
            stage.apply()
            codes.append("applied")
        except Refused as why:
            codes.append(why.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(codes) == ["application.already_open", "application.already_open", "applied"]
    assert value(owner, "SELECT count(*) FROM assistance_packet") == 4


def test_two_officers_decide_at_once_and_one_decision_stands(stage, owner):
    application = stage.apply()
    codes: list[str] = []

    def go() -> None:
        from django.db import connections
        try:
            stage.decide(application)
            codes.append("decided")
        except Refused as why:
            codes.append(why.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(codes) == ["decided", *["flow.wrong_state"] * 3]
    assert value(owner, "SELECT count(*) FROM assistance_decision") == value(owner, "SELECT count(*) FROM kernel_message") == 1


def test_the_database_holds_one_decision_and_what_was_sent(stage, owner):
    stage.decide(stage.apply())
    columns = ", ".join(f.column for f in Decision._meta.concrete_fields if f.column != "id")
    with pytest.raises(psycopg.errors.UniqueViolation), owner.transaction():
        owner.execute("SET LOCAL session_replication_role = replica")
        owner.execute(f"INSERT INTO assistance_decision (id, {columns}) SELECT gen_random_uuid(), {columns} FROM assistance_decision")
    for wrong in ("assistance_decision SET outcome = 'approve'", "assistance_application SET state = 'lodged'",
                  "assistance_application SET state = 'x'", "assistance_application SET screened = 'perhaps'"):
        with pytest.raises(psycopg.errors.CheckViolation), owner.transaction():
            owner.execute("SET LOCAL session_replication_role = replica")
            owner.execute(f"UPDATE {wrong}")
    for kept in (Packet, Decision):
        with pytest.raises(ProgrammingError, match="permission denied"), acting(stage.pbns, purpose="decide"), writing("try.change"):
            kept.objects.update(application_id=None)


def test_nobody_writes_into_the_application_of_others(stage):
    application = stage.apply()
    registry.give_consent(stage.person, actor=stage.aim, purpose="refer", agencies=["irm"], consent=spoken(), at=AT)
    with pytest.raises(ProgrammingError, match="row-level security"), acting(stage.irm, purpose="decide"), writing("try.change"):
        Application.objects.filter(pk=application.pk).update(state="withdrawn", closed_at=AT)


def test_withdrawing_ends_it_and_only_the_sender_may(stage, owner):
    application = stage.apply()
    assert refusal(actions.withdraw, application.pk, actor=stage.pbns, purpose="decide", at=AT) == "not_allowed"
    actions.withdraw(application.pk, actor=stage.aim, purpose="refer", at=AT)
    assert viewed(stage, application, stage.pbns).row.state == "withdrawn"
    assert refusal(actions.withdraw, application.pk, actor=stage.aim, purpose="refer", at=AT) == "flow.wrong_state"
    assert len(entries(owner, "verb = 'application.withdraw'")) == 1


def test_the_packet_closes_to_the_decider_with_the_consent(stage):
    application = stage.apply()
    assert viewed(stage, application, stage.pbns).facts
    registry.withdraw_consent(stage.consent, actor=stage.aim, purpose="refer", at=AT)
    assert viewed(stage, application, stage.pbns).facts == () and viewed(stage, application, stage.aim).facts


def test_rows_go_with_the_person(stage, owner):
    application = stage.apply()
    stage.decide(application)
    national = officer("perkeso", "protection_officer", national=True)
    registry.open_request(stage.person, actor=stage.aim, purpose="request", kind="erase", on=ON, at=dt.datetime.now(dt.UTC))
    registry.erase_person(stage.person, actor=national, purpose="request")
    for table in ("application", "packet", "decision", "question", "clockrun"):
        assert value(owner, f"SELECT count(*) FROM assistance_{table}") == 0
    with acting(stage.pbns, purpose="decide"):
        assert not Decision.objects.exists() and not Attachment.objects.exists()
