"""Clocks run as the law of each says, are reminded of, and lapse only where the law lapses."""
from __future__ import annotations

import copy
import datetime as dt
import hashlib

import pytest
from kernel_stage import entries, value
from registry_stage import FAMILY, LAW_DIR, ON, family, officer, spoken

from sinergi.assistance import actions, queries, tasks
from sinergi.core.rules import build
from sinergi.kernel import law as published
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import command
from sinergi.kernel.errors import Refused
from sinergi.kernel.law_files import read_documents
from sinergi.kernel.models import LawDocument, LawVersion
from sinergi.registry import actions as registry

AT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
COME = {"id": "come", "event": "applied", "length": 14, "unit": "days", "side": "person", "on_lapse": "lapse", "cite": "Piagam", "status": "official",
        "source": "page", "text": {"ms": "Datang ke pejabat", "en": "Come to the office"}}
SETTLE = {**COME, "id": "settle", "side": "agency", "on_lapse": "remind", "length": 10, "unit": "working_days"}
COLLECT = {**COME, "id": "collect", "event": "decided", "on_lapse": "remind", "length": 5}


def publish(documents):
    """Make documents the law in use."""
    law = build(documents)
    with acting(command("tests"), purpose="administer"), writing("law.publish"):
        paths = {}
        for path, document in documents.items():
            body = published.body_of(document)
            paths[path] = hashlib.sha256(body.encode()).hexdigest()
            LawDocument.objects.get_or_create(sha256=paths[path], defaults={"body": body})
        LawVersion.objects.create(version=law.version, paths=paths, published_by="command:tests")
    return law


@pytest.fixture
def timed(stage):
    """The council's zakat with three clocks and an appeal within 10 working days."""
    documents = copy.deepcopy(dict(read_documents(LAW_DIR)))
    documents["programmes/pbns/zakat.yaml"] |= {"clocks": [COME, SETTLE, COLLECT], "appeal": {
        "to": {"ms": "Jawatankuasa Rayuan", "en": "Appeal Committee"}, "length": 10, "unit": "working_days", "cite": "s.1", "status": "official",
        "source": "page"}}
    publish(documents)
    return stage


def clocks(stage, application, on=ON):
    with acting(stage.pbns, purpose="decide"):
        return {c.clock: c for c in queries.application(application.pk, actor=stage.pbns, on=on).clocks}


def run(stage, application, verb, on, owner, clock):
    clock_id = value(owner, "SELECT id FROM assistance_clockrun WHERE application_id = %s AND clock = %s", application.pk, clock)
    return getattr(actions, verb)(clock_id, actor=tasks.KEEPER, purpose="follow", on=on, at=AT + (on - ON))


def test_clocks_begin_with_the_application_and_say_what_happens(timed):
    application = timed.apply()
    found = clocks(timed, application)
    assert found["come"].due_on == dt.date(2026, 12, 7) and found["come"].left == 14 and "lapses" in found["come"].then["en"]
    assert found["settle"].due_on == dt.date(2026, 12, 7) and found["settle"].left == 10 and found["settle"].unit_words["ms"] == "hari bekerja"
    assert application.due_on == dt.date(2026, 12, 7) and application.region == "negeri_sembilan"
    assert clocks(timed, application, dt.date(2026, 12, 9))["settle"].late


def test_a_person_is_reminded_before_the_end_and_the_application_lapses_with_a_word(timed, owner):
    application = timed.apply()
    with pytest.raises(Refused) as early:
        run(timed, application, "remind", ON, owner, "come")
    assert early.value.code == "clock.not_due"
    run(timed, application, "remind", dt.date(2026, 12, 4), owner, "come")
    assert value(owner, "SELECT template || ' ' || channel FROM kernel_message") == "application.reminded sms"
    with pytest.raises(Refused):
        run(timed, application, "remind", dt.date(2026, 12, 5), owner, "come")
    with pytest.raises(Refused) as early:
        run(timed, application, "lapse", dt.date(2026, 12, 7), owner, "come")
    assert early.value.code == "clock.not_due"
    run(timed, application, "lapse", dt.date(2026, 12, 8), owner, "come")
    assert value(owner, "SELECT state || ' ' || closed_why FROM assistance_application") == "lapsed come"
    assert value(owner, "SELECT count(*) FROM kernel_message WHERE template = 'application.lapsed'") == 1
    assert len(entries(owner, "verb = 'application.lapse'")) == 1 and clocks(timed, application)["come"].ended_as == "lapsed"
    assert value(owner, "SELECT papers_until_on FROM assistance_application") == dt.date(2027, 1, 7)


def test_the_agencys_clock_is_reminded_of_and_nothing_lapses(timed, owner):
    application = timed.apply()
    late = dt.date(2026, 12, 9)
    for day in (dt.date(2026, 12, 6), late):
        run(timed, application, "remind", day, owner, "settle")
    with pytest.raises(Refused):
        run(timed, application, "lapse", late, owner, "settle")
    assert value(owner, "SELECT state FROM assistance_application") == "lodged" and value(owner, "SELECT count(*) FROM kernel_message") == 0
    with acting(timed.pbns, purpose="decide"):
        due = queries.due_clocks(timed.pbns, late)
        assert queries.clocks_due(timed.pbns, late) == (1, dt.date(2026, 12, 7)) and queries.clocks_due(timed.irm, late) == (0, None)
    assert [(d.side, d.late, d.name) for d in due] == [("agency", True, "Norazlina binti Hamzah")]
    with acting(timed.aim, purpose="follow"):
        assert [d.side for d in queries.due_clocks(timed.aim, late)] == ["person"]
    with acting(timed.irm, purpose="follow"):
        assert queries.due_clocks(timed.irm, late) == ()


def test_a_decision_ends_the_clocks_and_begins_its_own(timed, owner):
    application = timed.apply()
    decision = timed.decide(application, outcome="approve")
    found = clocks(timed, application)
    assert found["come"].ended_as == found["settle"].ended_as == "met"
    assert decision.appeal_by_on == dt.date(2026, 12, 7) and "collect" in found and found["collect"].left == 5


def test_a_question_is_a_clock_and_asking_counts_as_coming(timed):
    application = timed.apply()
    actions.ask_more(application.pk, actor=timed.pbns, purpose="decide", words="Slip gaji?", by_on=ON + dt.timedelta(3), at=AT)
    found = clocks(timed, application)
    assert found["come"].ended_as == "met" and found["question"].due_on == ON + dt.timedelta(3) and found["question"].side == "sender"


def test_papers_brought_to_the_agency_show_that_he_came(timed, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    application = timed.apply()
    actions.attach(application.pk, actor=timed.aim, purpose="refer", content=b"%PDF-1.7 a", name="a.pdf", at=AT)
    assert clocks(timed, application)["come"].ended_on is None
    actions.attach(application.pk, actor=timed.pbns, purpose="decide", content=b"%PDF-1.7 b", name="b.pdf", at=AT)
    found = clocks(timed, application)
    assert found["come"].ended_as == "met" and found["settle"].ended_on is None


def test_sixty_days_from_the_loss_of_work_run_before_anybody_applies(published_law):
    perkeso, aim = officer("perkeso", "officer"), officer("aim")
    facts = {"loss_date": "2026-10-30", "citizenship": "citizen"}
    household = family(aim, person={**FAMILY["person"], "facts": facts}, members=[])
    with acting(aim, purpose="screen"):
        live = queries.sheet_of(household.household_id, on=ON, actor=aim)
        before = queries.clocks_before(queries.answer_of(live, "perkeso.eis", 0), "perak", ON)
        assert queries.clocks_before(queries.answer_of(live, "jtksm.complaint", 0), "perak", ON) == ()
    assert [(c.clock, c.due_on, c.left) for c in before] == [("apply_in_time", dt.date(2026, 12, 29), 36)]
    said = spoken(purposes=("decide",))
    consent = registry.give_consent(household.person_id, actor=aim, purpose="refer", agencies=["perkeso"], consent=said, at=AT)
    application = actions.apply(household.household_id, actor=aim, purpose="refer", programme="perkeso.eis", subject=0, need="work",
                                consent_id=consent[0], on=ON, at=AT)
    with acting(perkeso, purpose="decide"):
        found = {c.clock: c for c in queries.application(application.pk, actor=perkeso, on=ON).clocks}
    assert found["apply_in_time"].ended_as == "met" and found["decide"].due_on == ON + dt.timedelta(7)
