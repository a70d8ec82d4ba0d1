"""Messages: queued with the action, sent by a job, kept without text or address; templates complete in both languages."""
from __future__ import annotations

import json
from string import Formatter
from uuid import UUID

import pytest
from django.core import mail
from kernel_stage import an_actor, entries, make_agency, value

from sinergi.kernel import notify, policy
from sinergi.kernel.acting import acting
from sinergi.kernel.action import action, writing
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.jobs import JOBS, TRIES, GivenUp
from sinergi.kernel.models import Message, User

WHO = an_actor("supervisor", extra=("try.tell",))
PERSON = UUID(int=7)


@action("try.tell", policy.anyone)
def tell(subject: User | UUID, *, actor: Actor, template: str = "user.invited", **given: str | int) -> None:
    """Tell somebody something."""
    notify.queue(template, to=subject, actor=actor, **given)


@pytest.fixture
def reader(own_db, settings, tmp_path, monkeypatch) -> User:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.STATE_DIR = tmp_path
    monkeypatch.setattr(notify, "_person_addresses", [])
    agency = make_agency()
    with acting(an_actor("administrator"), purpose="administer"), writing("try.make"):
        return User.objects.create(email="s@aim.my", name="Siti", agency=agency)


def run_queued(owner, attempts: int = 0) -> None:
    """Run the newest job as the worker does."""
    JOBS["message.send"].run(attempts=attempts, **value(owner, "SELECT args FROM procrastinate_jobs ORDER BY id DESC LIMIT 1"))


def rows(owner, columns: str) -> list[tuple]:
    return owner.execute(f"SELECT {columns} FROM kernel_message").fetchall()


def test_an_email_leaves_with_the_action_and_is_sent_once(reader, owner):
    tell(reader, actor=WHO, purpose="administer")
    assert rows(owner, "template, language, channel, state, agency") == [("user.invited", "ms", "email", "queued", "aim")] and mail.outbox == []
    run_queued(owner)
    sent, = mail.outbox
    assert sent.to == ["s@aim.my"] and sent.subject == "Jemputan ke Sinergi" and "127.0.0.1" in sent.body
    assert rows(owner, "state, sent_at IS NULL") == [("sent", False)]
    assert [(entry["verb"], entry["actor"], entry["agency"]) for entry in entries(owner)] == [
        ("try.tell", WHO.id, "aim"), ("message.send", "command:notify", "aim")]
    run_queued(owner)
    assert len(mail.outbox) == 1


def test_neither_text_nor_address_is_kept(reader, owner):
    tell(reader, actor=WHO, purpose="administer")
    run_queued(owner)
    tables = ("kernel_message", "kernel_auditentry", "procrastinate_jobs", "kernel_event")
    kept = json.dumps([list(map(str, row)) for table in tables for row in owner.execute(f"SELECT * FROM {table}").fetchall()])
    assert "s@aim.my" not in kept and "Siti" not in kept and "Jemputan" not in kept


def test_a_text_message_to_a_person_asks_for_his_number_when_it_is_sent(reader, owner, tmp_path):
    notify.addresses_of_persons(lambda person, channel: "+60123456789" if (person, channel) == (PERSON, "sms") else "")
    tell(PERSON, actor=WHO, purpose="request", channel="sms", language="en", template="request.answered", request="R-12")
    assert entries(owner)[-1]["persons"] == [PERSON]
    run_queued(owner)
    written, = (tmp_path / "sms").glob("*.txt")
    assert written.read_text().startswith("+60123456789\nRequest R-12 was answered") and rows(owner, "state") == [("sent",)]


def test_without_an_address_it_fails_and_says_why(reader, owner):
    tell(PERSON, actor=WHO, purpose="request", template="request.answered", request="R-1")
    with pytest.raises(GivenUp):
        run_queued(owner)
    assert rows(owner, "state, fault") == [("failed", "message.no_address")]
    assert entries(owner)[-1]["verb"] == "message.fail" and mail.outbox == []


def test_a_transport_that_fails_is_tried_again_and_then_given_up(reader, owner, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 2
    tell(reader, actor=WHO, purpose="administer")
    with pytest.raises(OSError):
        run_queued(owner)
    assert rows(owner, "state, fault") == [("queued", "")]
    with pytest.raises(GivenUp):
        run_queued(owner, attempts=TRIES - 1)
    assert rows(owner, "state, fault") == [("failed", "ConnectionRefusedError")]


def test_where_no_text_message_can_be_sent_none_is_queued(reader, owner, settings):
    settings.SMS_GATEWAY = ""
    with pytest.raises(Refused) as refused:
        tell(PERSON, actor=WHO, purpose="request", channel="sms", template="request.answered", request="R-1")
    assert refused.value.code == "message.no_gateway" and rows(owner, "1") == []


def test_a_letter_waits_for_the_page_that_prints_it(reader, owner):
    tell(PERSON, actor=WHO, purpose="request", channel="letter", template="request.answered", request="R-1")
    assert rows(owner, "state") == [("queued",)] and value(owner, "SELECT count(*) FROM procrastinate_jobs") == 0


def test_an_unknown_template_or_a_missing_fact_is_found_at_once(reader):
    with pytest.raises(KeyError):
        tell(reader, actor=WHO, purpose="administer", template="user.nothing")
    with pytest.raises(KeyError):
        tell(reader, actor=WHO, purpose="administer", template="batch.finished", batch=1)


def test_the_outbox_is_for_who_may_read_it_and_of_his_agency(reader):
    tell(reader, actor=WHO, purpose="administer")
    for who, seen in ((an_actor("administrator"), 1), (an_actor("administrator", "tekun"), 0), (an_actor("coordinator"), 0),
                      (an_actor("administrator", "perkeso", national=True), 1)):
        with acting(who, purpose="administer"):
            found = notify.outbox()
            assert len(found) == seen == Message.objects.count()
    assert notify.outbox() == []


def test_nobody_queues_a_message_of_another_agency(reader):
    from django.db import ProgrammingError

    with pytest.raises(ProgrammingError, match="row-level security"), acting(WHO, purpose="administer"), writing("try.make"):
        Message.objects.create(template="user.invited", language="ms", channel="email", user=reader, agency="tekun")


def test_templates_speak_both_languages_with_the_same_facts_and_short_texts_are_short():
    def facts(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for code, languages in notify.templates().items():
        assert set(languages) == {"ms", "en"}, code
        for kind in ("subject", "email", "sms"):
            assert facts(languages["ms"][kind]) == facts(languages["en"][kind]), code
            assert languages["ms"][kind] != languages["en"][kind], code
        assert all(len(words["sms"]) <= 160 and len(words["subject"]) <= 60 for words in languages.values()), code
