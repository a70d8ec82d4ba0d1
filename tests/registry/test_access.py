"""Who may open a person: consent and its end, a written reason and its review, his own requests, and being forgotten."""

from __future__ import annotations

import datetime as dt
import time
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from registry_stage import ON, family, law, officer, setting, somebody, spoken

from sinergi.kernel import keys
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.errors import Refused
from sinergi.kernel.seals import seal
from sinergi.kernel.verification import verify
from sinergi.registry import actions, queries
from sinergi.registry.models import Membership


@pytest.fixture
def maiwp(own_db):
    """A coordinator whose agency registers."""
    setting("miasa", "irm")
    return officer("maiwp")


@pytest.fixture
def who(maiwp):
    """Somebody he registered."""
    return somebody(maiwp)


def opens(actor, person) -> bool:
    with acting(actor, purpose="register"):
        return queries.person(person) is not None


def refused(code, call):
    with pytest.raises(Refused) as found:
        call()
    assert found.value.code == code
    assert found.value.sentence("ms") and found.value.sentence("en")


def test_consent_opens_an_agency_and_its_withdrawal_closes_it_at_once(maiwp, who):
    miasa = officer("miasa")
    assert not opens(miasa, who)
    (consent,) = actions.give_consent(who, actor=maiwp, purpose="register", agencies=["miasa"], consent=spoken(until_on=dt.date(2027, 3, 31)))
    assert opens(miasa, who) and not opens(officer("irm"), who)
    with acting(miasa, purpose="register"):
        view = queries.consent(consent)
        assert (view.agency, view.purpose, view.how, view.witness, view.given_by, view.until_on) == (
            "miasa",
            "screen",
            "spoken_with_witness",
            "Puan Siti",
            who,
            dt.date(2027, 3, 31),
        )
        assert [a.ground for a in queries.accesses(who)] == ["consent"]
    actions.withdraw_consent(consent, actor=maiwp, purpose="register")
    assert not opens(miasa, who)
    refused("consent.already_withdrawn", lambda: actions.withdraw_consent(consent, actor=maiwp, purpose="register"))


def test_each_consent_leaves_one_entry_and_locks_the_witness(maiwp, who, owner):
    actions.give_consent(who, actor=maiwp, purpose="register", agencies=["miasa", "irm"], consent=spoken(purposes=("screen", "refer")))
    rows = owner.execute("SELECT persons, changes::text FROM kernel_auditentry WHERE verb = 'consent.give'").fetchall()
    assert len(rows) == 1 and rows[0][0] == [who] and "Siti" not in rows[0][1]
    assert owner.execute("SELECT count(*) FROM registry_consent").fetchone() == (4,)


@pytest.mark.parametrize(
    "given, agencies, code",
    [
        ({"how": "nodded"}, ["miasa"], "consent.how_unknown"),
        ({"witness": " "}, ["miasa"], "consent.witness_missing"),
        ({"purposes": ()}, ["miasa"], "consent.purpose_unknown"),
        ({"purposes": ("profit",)}, ["miasa"], "consent.purpose_unknown"),
        ({"until_on": dt.date(2020, 1, 1)}, ["miasa"], "consent.until_past"),
        ({}, ["nobody"], "consent.agency_unknown"),
        ({}, [], "consent.agency_unknown"),
        ({"given_by": uuid4()}, ["miasa"], "consent.not_his_guardian"),
    ],
)
def test_what_is_no_consent_is_refused(maiwp, who, given, agencies, code):
    refused(code, lambda: actions.give_consent(who, actor=maiwp, purpose="register", agencies=agencies, consent=spoken(**given)))


def test_a_consent_is_not_given_twice_nor_by_who_does_not_serve(maiwp, who):
    actions.give_consent(who, actor=maiwp, purpose="register", agencies=["miasa"], consent=spoken())
    refused("consent.already_given", lambda: actions.give_consent(who, actor=maiwp, purpose="register", agencies=["miasa"], consent=spoken()))
    refused("not_allowed", lambda: actions.give_consent(who, actor=officer("irm"), purpose="register", agencies=["irm"], consent=spoken()))
    refused("not_allowed", lambda: actions.withdraw_consent(uuid4(), actor=officer("irm"), purpose="register"))


def test_a_consent_that_has_run_out_may_be_given_anew(maiwp, who):
    miasa, last_year = officer("miasa"), timezone.now() - dt.timedelta(days=400)
    (old,) = actions.give_consent(who, actor=maiwp, purpose="register", agencies=["miasa"], at=last_year,
                                  consent=spoken(until_on=timezone.localdate(last_year) + dt.timedelta(days=30)))
    assert not opens(miasa, who)
    renewed = actions.claim_person(who, actor=miasa, purpose="register", consent=spoken())
    assert opens(miasa, who) and renewed.pk != old
    with acting(maiwp, purpose="register"):
        assert queries.consent(old).withdrawn_at is None
    refused("consent.already_given", lambda: actions.give_consent(who, actor=maiwp, purpose="register", agencies=["miasa"], consent=spoken()))


def test_the_database_refuses_a_spoken_consent_without_witness(maiwp, who):
    from django.db import IntegrityError

    from sinergi.registry.models import Consent

    with pytest.raises(IntegrityError, match="consent_spoken_has_witness"), acting(maiwp, purpose="register"), writing("try.consent"):
        Consent.objects.create(
            person_id=who, given_by_id=who, agency_id="miasa", purpose="screen", how="spoken_with_witness", language="ms", given_at=timezone.now()
        )


def test_a_minors_consent_is_his_guardians(maiwp):
    home = family(maiwp)
    child, mother = home.people[2], home.person_id
    refused("consent.minor_needs_guardian", lambda: actions.give_consent(child, actor=maiwp, purpose="register", agencies=["irm"], consent=spoken()))
    actions.give_consent(child, actor=maiwp, purpose="register", agencies=["irm"], consent=spoken(given_by=mother))
    assert opens(officer("irm"), child)


def test_this_is_the_one_opens_a_found_person_by_consent(maiwp, who):
    irm = officer("irm")
    made = actions.claim_person(who, actor=irm, purpose="register", consent=spoken())
    assert opens(irm, who) and made.agency_id == "irm"
    refused("person.already_open", lambda: actions.claim_person(who, actor=irm, purpose="register", consent=spoken()))
    refused("person.already_open", lambda: actions.claim_person(who, actor=maiwp, purpose="register", consent=spoken()))
    refused("person.unknown", lambda: actions.claim_person(uuid4(), actor=irm, purpose="register", consent=spoken()))
    actions.give_consent(who, actor=irm, purpose="register", agencies=["miasa"], consent=spoken())
    assert opens(officer("miasa"), who), "an agency that was let in may pass the person's further consent on"


def test_a_minor_found_elsewhere_needs_a_guardian_known_there(maiwp):
    home, irm = family(maiwp), officer("irm")
    child = home.people[2]
    refused("consent.minor_needs_guardian", lambda: actions.claim_person(child, actor=irm, purpose="register", consent=spoken()))
    stranger = somebody(irm, "Orang Lain", "800101-17-5011")
    refused("consent.not_his_guardian", lambda: actions.claim_person(child, actor=irm, purpose="register", consent=spoken(given_by=stranger)))
    actions.claim_person(home.person_id, actor=irm, purpose="register", consent=spoken())
    actions.claim_person(child, actor=irm, purpose="register", consent=spoken(given_by=home.person_id))
    assert opens(irm, child)


def test_a_record_opened_by_written_reason_is_for_looking_until_the_person_consents(maiwp, who):
    irm = officer("irm")
    actions.open_by_reason(who, actor=irm, purpose="emergency", reason="Pengsan di kaunter, perlu waris segera")
    with acting(irm, purpose="emergency"):
        household = queries.household_of(who, ON)
    for write in (
        lambda: actions.record_facts(who, actor=irm, purpose="emergency", facts={"income": "RM 1"}, on=ON, law=law()),
        lambda: actions.correct_person(who, actor=irm, purpose="emergency", corrections={"name": "Orang Lain"}, on=ON),
        lambda: actions.give_consent(who, actor=irm, purpose="emergency", agencies=["aim"], consent=spoken()),
        lambda: actions.end_membership(household, actor=irm, purpose="emergency", person_id=who, on=ON),
    ):
        refused("person.opened_to_look", write)
    actions.claim_person(who, actor=irm, purpose="register", consent=spoken())
    actions.record_facts(who, actor=irm, purpose="register", facts={"income": "RM 1"}, on=ON, law=law())


def test_a_written_reason_opens_for_one_user_and_one_hour_and_is_shown_to_the_holder(maiwp, who, owner):
    irm, colleague = officer("irm"), officer("irm", name="colleague")
    refused("reason.too_short", lambda: actions.open_by_reason(who, actor=irm, purpose="emergency", reason="too   short  "))
    opened = actions.open_by_reason(who, actor=irm, purpose="emergency", reason="Pengsan di kaunter, perlu waris segera")
    assert opens(irm, who) and not opens(colleague, who)
    refused("person.already_open", lambda: actions.open_by_reason(who, actor=irm, purpose="emergency", reason="Pengsan di kaunter lagi"))
    supervisor = officer("maiwp", "supervisor")
    with acting(supervisor, purpose="register"):
        (seen,) = queries.opened_by_reason(supervisor)
        assert (seen.reason, seen.user_name, seen.agency) == ("Pengsan di kaunter, perlu waris segera", "coordinator irm", "irm")
    entry = owner.execute("SELECT purpose, changes::text FROM kernel_auditentry WHERE verb = 'person.open_by_reason'").fetchall()
    assert len(entry) == 1 and entry[0][0] == "emergency" and "Pengsan" not in entry[0][1]
    refused("access.finding_missing", lambda: actions.review_access(opened.pk, actor=supervisor, purpose="audit", finding=" "))
    actions.review_access(opened.pk, actor=supervisor, purpose="audit", finding="Wajar")
    refused("access.already_reviewed", lambda: actions.review_access(opened.pk, actor=supervisor, purpose="audit", finding="Wajar"))
    refused("not_allowed", lambda: actions.review_access(opened.pk, actor=officer("irm", "supervisor"), purpose="audit", finding="Wajar"))


def test_an_opening_is_over_after_its_hour(maiwp, who):
    irm = officer("irm")
    actions.open_by_reason(who, actor=irm, purpose="emergency", reason="Pengsan di kaunter, semalam", at=timezone.now() - dt.timedelta(hours=2))
    assert not opens(irm, who)


def test_only_an_opening_by_reason_is_reviewed_and_only_a_user_opens(maiwp, who):
    from sinergi.kernel.actors import command

    actions.claim_person(who, actor=officer("irm"), purpose="register", consent=spoken())
    supervisor = officer("maiwp", "supervisor")
    with acting(supervisor, purpose="register"):
        (access,) = queries.accesses(who)
    refused("access.not_by_reason", lambda: actions.review_access(access.id, actor=supervisor, purpose="audit", finding="x"))
    robot = command("robot", "person.open_by_reason", agency="miasa")
    refused("person.not_a_user", lambda: actions.open_by_reason(who, actor=robot, purpose="emergency", reason="a reason long enough"))
    refused("person.unknown", lambda: actions.open_by_reason(uuid4(), actor=officer("irm"), purpose="emergency", reason="a reason long enough"))


def test_the_database_refuses_an_emergency_without_reason(maiwp, who):
    from django.db import IntegrityError

    from sinergi.registry.models import Access

    with pytest.raises(IntegrityError, match="access_emergency_says_why"), acting(maiwp, purpose="register"), writing("try.access"):
        Access.objects.create(person_id=who, agency_id="maiwp", holder_id="maiwp", opened_by_id="maiwp", ground="emergency", opened_at=timezone.now())


def test_a_request_lets_the_protection_officer_in_until_it_is_answered(maiwp, who):
    dpo = officer("perkeso", "protection_officer", national=True)
    assert not opens(dpo, who)
    made = actions.open_request(who, actor=maiwp, purpose="request", kind="access", on=ON, words="Apa yang ada tentang saya?")
    assert made.due_on == dt.date(2026, 12, 14) and opens(dpo, who) and not opens(officer("perkeso"), who)
    with acting(dpo, purpose="request"):
        assert [r.kind for r in queries.requests(dpo)] == ["access"]
        assert queries.own_record(who, ON)["person"]["name"] == "Jimbai anak Sigan"
    refused("request.answer_missing", lambda: actions.answer_request(made.pk, actor=dpo, purpose="request", answer=" "))
    actions.answer_request(made.pk, actor=dpo, purpose="request", answer="Dihantar melalui pos")
    assert not opens(dpo, who)
    refused("request.already_answered", lambda: actions.answer_request(made.pk, actor=dpo, purpose="request", answer="x"))
    refused("request.kind_unknown", lambda: actions.open_request(who, actor=maiwp, purpose="request", kind="sue", on=ON))
    refused("person.unknown", lambda: actions.open_request(uuid4(), actor=dpo, purpose="request", kind="access", on=ON))
    refused("not_allowed", lambda: actions.open_request(who, actor=officer("irm"), purpose="request", kind="access", on=ON))
    refused("not_allowed", lambda: actions.answer_request(made.pk, actor=maiwp, purpose="request", answer="x"))


def test_ones_own_data_redacts_the_others(maiwp):
    home = family(maiwp)
    with acting(maiwp, purpose="request"):
        data = queries.own_record(home.people[2], ON)
    assert [(m["relation"], m["from_on"]) for m in data["household"]] == [("head", "2026-11-23"), ("spouse", "2026-11-23")]
    assert "Norazlina" not in str(data) and "Faizal bin" not in str(data).replace("Aisyah binti Faizal", "")


def test_the_protection_officer_forgets_a_person_and_the_audit_still_verifies(maiwp, owner, settings, tmp_path):
    settings.SEALS_DIR = tmp_path
    home, dpo = (
        family(maiwp, address={"state": "perak", "lines": "Jalan Rahsia", "safe": True}),
        officer("perkeso", "protection_officer", national=True),
    )
    who = home.person_id
    refused("not_allowed", lambda: actions.erase_person(who, actor=dpo, purpose="request"))
    actions.open_request(who, actor=maiwp, purpose="request", kind="access", on=ON)
    refused("erase.no_request", lambda: actions.erase_person(who, actor=dpo, purpose="request"))
    request = actions.open_request(who, actor=dpo, purpose="request", kind="erase", on=ON, words="Lupakan saya")
    refused("request.erase_by_its_own_step", lambda: actions.answer_request(request.pk, actor=dpo, purpose="request", answer="Baik"))
    forgotten: list[UUID] = []
    actions.FORGETTERS.append(lambda person: forgotten.append(person) or 0)
    try:
        actions.erase_person(who, actor=dpo, purpose="request")
    finally:
        actions.FORGETTERS.pop()
    assert forgotten == [who]
    found = owner.execute("SELECT name, name_key, birth_date, sex, erased_at IS NOT NULL FROM registry_person WHERE id = %s", [who]).fetchone()
    assert found == ("—", "", None, "", True)
    for table in ("identifier", "contactpoint", "address", "fact", "sensitivefact"):
        assert owner.execute(f"SELECT count(*) FROM registry_{table} WHERE person_id = %s", [who]).fetchone() == (0,), table
    assert owner.execute("SELECT body FROM registry_submission").fetchall() == [({},)]
    assert owner.execute("SELECT count(*) FROM registry_personsearch WHERE person_id = %s", [who]).fetchone() == (0,)
    assert not opens(dpo, who)
    with acting(maiwp, purpose="register"):
        assert queries.person(who).erased and keys.key_of(who) is None
        assert [m.person.id for m in queries.members(home.household_id, ON)] == list(home.people[1:]), "those who stay keep their household"
        assert queries.first_of(home.household_id, ON) == home.people[1] and not queries.former_members(home.household_id, ON)
    for again in (lambda: actions.record_facts(who, actor=maiwp, purpose="register", facts={"income": 50000}, on=ON),
                  lambda: actions.resume_membership(home.household_id, actor=maiwp, purpose="register", person_id=who)):
        refused("person.erased", again)
    until = time.monotonic() + 60
    while owner.execute("SELECT (SELECT count(*) FROM kernel_auditentry) > (SELECT coalesce(sum(entries), 0) FROM kernel_auditseal)").fetchone()[0]:
        assert time.monotonic() < until, "the server is never without an older transaction"
        seal()
    assert verify().fault is None
    refused("person.erased", lambda: actions.erase_person(who, actor=officer("maiwp", "protection_officer", national=True), purpose="request"))


def test_after_midnight_here_is_still_yesterday_in_greenwich(maiwp, who, owner):
    dpo = officer("perkeso", "protection_officer", national=True)
    day = timezone.localdate()
    with acting(maiwp, purpose="register"), writing("try.stage"):
        Membership.objects.filter(person=who).update(from_on=day)
    actions.open_request(who, actor=dpo, purpose="request", kind="erase", on=ON)
    actions.erase_person(who, actor=dpo, purpose="request", at=timezone.make_aware(dt.datetime.combine(day, dt.time(0, 30))))
    assert owner.execute("SELECT to_on FROM registry_membership WHERE person_id = %s", [who]).fetchone() == (day,)


def test_an_erasure_may_be_refused_in_words(maiwp, who):
    dpo = officer("perkeso", "protection_officer", national=True)
    request = actions.open_request(who, actor=dpo, purpose="request", kind="erase", on=ON)
    actions.answer_request(request.pk, actor=dpo, purpose="request", answer="Ditolak: kes masih berjalan")
    assert opens(maiwp, who) and law() is not None


PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n"


def test_a_paper_is_kept_encrypted_or_only_noted_and_goes_with_the_person(maiwp, who, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    actions.store_paper(who, actor=maiwp, purpose="register", kind="identity_card")
    kept = actions.store_paper(who, actor=maiwp, purpose="register", kind="letter", title="Surat Imam", content=PDF)
    assert kept.media_type == "application/pdf" and PDF not in next(tmp_path.glob("*/*.locked")).read_bytes()
    with acting(maiwp, purpose="register"):
        assert [(p.kind, bool(p.file)) for p in queries.papers(who)] == [("letter", True), ("identity_card", False)]
    refused("paper.kind_missing", lambda: actions.store_paper(who, actor=maiwp, purpose="register", kind=" "))
    refused("file.type", lambda: actions.store_paper(who, actor=maiwp, purpose="register", kind="letter", content=b"<html>"))
    refused("not_allowed", lambda: actions.store_paper(who, actor=officer("irm"), purpose="register", kind="letter"))
    dpo = officer("perkeso", "protection_officer", national=True)
    actions.open_request(who, actor=dpo, purpose="request", kind="erase", on=ON)
    actions.erase_person(who, actor=dpo, purpose="request")
    assert not list(tmp_path.glob("*/*.locked"))


def test_a_leavers_drafts_and_a_leaving_partners_persons_pass_on(maiwp, who, owner):
    from sinergi.kernel.models import Agency, User
    from sinergi.kernel.partners import leave_agency
    from sinergi.kernel.staff import leave

    actions.save_draft(None, actor=maiwp, purpose="register", body={"person": {"name": "x"}})
    actions.give_consent(who, actor=maiwp, purpose="register", agencies=["irm"], consent=spoken())
    colleague, admin = officer("maiwp", name="colleague"), officer("perkeso", "administrator", national=True)
    leaver, successor = User.objects.get(pk=maiwp.id), User.objects.get(pk=colleague.id)
    leave(leaver, actor=admin, purpose="administer", successor=successor, at=timezone.now())
    with acting(colleague, purpose="register"):
        assert len(queries.drafts(colleague)) == 1
    miasa = officer("miasa")
    assert not opens(miasa, who)
    leave_agency(Agency.objects.get(pk="maiwp"), actor=admin, purpose="administer", successor=Agency.objects.get(pk="miasa"), at=timezone.now())
    assert opens(miasa, who) and opens(officer("irm"), who)
    leave_agency(Agency.objects.get(pk="irm"), actor=admin, purpose="administer", successor=Agency.objects.get(pk="miasa"), at=timezone.now())
    assert not opens(officer("irm"), who)
    assert owner.execute("SELECT count(*) FROM registry_consent WHERE withdrawn_at IS NULL").fetchone() == (0,)
