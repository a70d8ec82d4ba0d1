"""Papers of an application: checked and encrypted, opened by who decides alone and each time written down, removed by the rule."""
from __future__ import annotations

import datetime as dt
import json
from uuid import UUID

import pytest
from kernel_stage import entries, value
from registry_stage import ON, officer

from sinergi.assistance import actions, queries, tasks
from sinergi.assistance.models import Attachment, AttachmentFile
from sinergi.kernel import events, notify
from sinergi.kernel.acting import acting
from sinergi.kernel.errors import Refused
from sinergi.kernel.jobs import JOBS
from sinergi.registry import actions as registry
from sinergi.registry import queries as registered

AT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
SLIP = b"%PDF-1.7 slip gaji RM600"


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.FILES_DIR, settings.STATE_DIR, settings.CLAMD = tmp_path / "files", tmp_path, ""
    return tmp_path / "files"


def attach(stage, application, actor=None, content=SLIP, name="../slip gaji.PDF"):
    return actions.attach(application.pk, actor=actor or stage.aim, purpose="refer", content=content, name=name, at=AT)


def refusal(call, *given, **more):
    with pytest.raises(Refused) as why:
        call(*given, **more)
    return why.value.code


def papers(stage, application, actor):
    with acting(actor, purpose="decide"):
        return queries.application(application.pk, actor=actor, on=ON).attachments


def run_queued(owner):
    """Every queued job, as a worker would run it. Gives their names."""
    rows = owner.execute("SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id").fetchall()
    for number, name, args in rows:
        JOBS[name].run(attempts=0, **(args if isinstance(args, dict) else json.loads(args)))
        owner.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [number])
    return [name for _, name, _ in rows]


def test_a_paper_lies_encrypted_and_only_who_decides_opens_it(stage, owner, store):
    application = stage.apply()
    paper = attach(stage, application)
    assert paper.scan == "unscanned" and paper.name == "slip gaji.pdf" and paper.size == len(SLIP)
    kept, = store.rglob("*.locked")
    assert b"RM600" not in kept.read_bytes()
    assert [(p.name, p.size, p.may_open) for p in papers(stage, application, stage.aim)] == [("slip gaji.pdf", len(SLIP), False)]
    assert papers(stage, application, stage.pbns)[0].may_open
    for actor in (stage.aim, stage.irm):
        assert refusal(actions.open_attachment, paper.pk, actor=actor, purpose="decide") == "not_allowed"
    opened = actions.open_attachment(paper.pk, actor=stage.pbns, purpose="decide")
    assert (opened.content, opened.media_type, opened.name) == (SLIP, "application/pdf", "slip gaji.pdf")
    made = entries(owner, "verb = 'attachment.open'")
    assert len(made) == 1 and made[0]["persons"] == [stage.person] and str(paper.pk) in str(made[0]["changes"])
    assert "slip" not in str(entries(owner, "verb = 'application.attach'")[0]["changes"])


def test_the_database_shows_the_file_to_the_decider_alone(stage):
    attach(stage, stage.apply())
    found = {}
    for actor in (stage.aim, stage.pbns, stage.irm):
        with acting(actor, purpose="decide"):
            found[actor.agency] = (Attachment.objects.count(), AttachmentFile.objects.count())
    assert found == {"aim": (1, 0), "pbns": (1, 1), "irm": (0, 0)}


def test_what_is_no_paper_or_comes_too_late_is_refused(stage):
    application = stage.apply()
    assert refusal(attach, stage, application, content=b"<script>alert(1)</script>") == "file.type"
    assert refusal(attach, stage, application, content=b"") == "file.empty"
    assert refusal(attach, stage, application, content=b"%PDF-" + b"x" * 9_000_000) == "file.too_large"
    assert refusal(attach, stage, application, actor=stage.irm) == "not_allowed"
    attach(stage, application, actor=stage.pbns)
    stage.decide(application)
    assert refusal(attach, stage, application) == "flow.wrong_state"


def test_no_more_than_twenty_papers(stage, monkeypatch):
    monkeypatch.setattr("sinergi.assistance.actions.papers.MOST", 1)
    application = stage.apply()
    attach(stage, application)
    assert refusal(attach, stage, application) == "application.too_many_files"


def test_a_scanner_that_is_configured_and_down_lets_no_paper_in(stage, settings, store):
    settings.CLAMD = "/nowhere/clamd.sock"
    assert refusal(attach, stage, stage.apply()) == "scan.unavailable" and not list(store.rglob("*.locked"))


def test_papers_of_a_refusal_are_removed_on_their_day_with_an_entry(stage, owner, store, monkeypatch):
    application = stage.apply()
    paper = attach(stage, application)
    stage.decide(application)
    assert value(owner, "SELECT papers_until_on FROM assistance_application") == ON + dt.timedelta(30)
    assert refusal(actions.remove_papers, application.pk, actor=tasks.KEEPER, purpose="follow", on=ON, at=AT) == "attachment.kept_longer"
    assert refusal(actions.remove_papers, application.pk, actor=stage.pbns, purpose="decide", on=ON, at=AT) == "not_allowed"
    run_queued(owner)
    day = ON + dt.timedelta(30)
    monkeypatch.setattr(tasks.timezone, "localdate", lambda *given: day)
    assert tasks.queue_due() == 1 and run_queued(owner) == ["attachment.remove"] and tasks.queue_due() == 0
    assert not list(store.rglob("*.locked")) and value(owner, "SELECT count(*) FROM assistance_attachmentfile") == 0
    assert value(owner, "SELECT name || size FROM assistance_attachment") == str(len(SLIP))
    made = entries(owner, "verb = 'attachment.remove'")
    assert len(made) == 1 and made[0]["actor"] == "command:applications" and made[0]["persons"] == [stage.person]
    assert refusal(actions.open_attachment, paper.pk, actor=stage.pbns, purpose="decide") == "attachment.removed"


def test_papers_of_what_is_taken_back_go_at_once(stage, owner, store):
    application = stage.apply()
    attach(stage, application)
    actions.withdraw(application.pk, actor=stage.aim, purpose="refer", at=AT)
    events.deliver()
    assert not list(store.rglob("*.locked")) and papers(stage, application, stage.pbns)[0].removed_at is not None


def test_an_open_application_is_taken_back_with_the_consent_it_rests_on(stage, owner):
    application = stage.apply()
    registry.withdraw_consent(stage.consent, actor=stage.aim, purpose="refer", at=AT)
    events.deliver()
    assert value(owner, "SELECT state || ' ' || closed_why FROM assistance_application") == "withdrawn consent_withdrawn"
    assert entries(owner, "verb = 'application.withdraw'")[0]["actor"].startswith("command:on:")
    assert not events.deliver() or value(owner, "SELECT count(*) FROM kernel_delivery WHERE fault <> ''") == 0
    assert stage.aim.agency == value(owner, "SELECT from_agency_id FROM assistance_application WHERE id = %s", application.pk)


def test_clocks_are_queued_one_job_each_and_run_once(stage, owner, monkeypatch):
    application = stage.apply()
    actions.ask_more(application.pk, actor=stage.pbns, purpose="decide", words="Slip gaji?", by_on=ON + dt.timedelta(4), at=AT)
    run_queued(owner)
    for day, queued in ((ON, 0), (ON + dt.timedelta(3), 1), (ON + dt.timedelta(4), 1), (ON + dt.timedelta(5), 1), (ON + dt.timedelta(6), 1)):
        monkeypatch.setattr(tasks.timezone, "localdate", lambda *given, day=day: day)
        assert tasks.queue_due() == queued
        run_queued(owner)
    assert len(entries(owner, "verb = 'application.remind'")) == 2
    assert value(owner, "SELECT (overdue_on - due_on)::int FROM assistance_clockrun") == 1


def test_the_message_reaches_the_phone_the_person_gave_and_never_a_hidden_one(stage, owner, store):
    notify.addresses_of_persons(registered.address_of)
    stage.decide(stage.apply())
    run_queued(owner)
    sent, = (store.parent / "sms").glob("*.txt")
    assert sent.read_text().startswith("+60190000110\nPermohonan ")
    owner.execute("BEGIN; SET LOCAL session_replication_role = replica; UPDATE registry_contactpoint SET hidden = true; COMMIT")
    stage.decide(stage.apply())
    assert value(owner, "SELECT channel FROM kernel_message ORDER BY queued_at DESC LIMIT 1") == "letter"
    with pytest.raises(Exception, match="outside message.send"), acting(stage.aim, purpose="refer"):
        registered.address_of(UUID(str(stage.person)), "sms")


def test_an_officer_of_another_state_or_role_decides_nothing(stage):
    application = stage.apply()
    assert refusal(stage.decide, application, actor=officer("pbns", "coordinator", name="Coordinator pbns")) == "not_allowed"
    assert refusal(stage.decide, application, actor=officer("pbns", "auditor", name="Auditor pbns")) == "not_allowed"
