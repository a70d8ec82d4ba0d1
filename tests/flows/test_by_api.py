"""The same by machine and by link: two officers race for one need, a referral goes either way, the person's link is spent once and by him alone."""
from __future__ import annotations

import datetime as dt
import threading
from types import SimpleNamespace

import pytest
from api_stage import TYPED, soon, system_of
from django.db import connections
from django.test import Client
from django.utils import timezone

from sinergi.cli.demo.steps import carry_news
from sinergi.kernel import links

AGREED = {"how": "spoken_with_witness", "witness": "Puan Siti"}
NO, YES = {"received": "no", "solved": "no", "words": ""}, {"received": "yes", "solved": "yes", "words": ""}


@pytest.fixture
def stage(published_law):
    """IRM registered a household that said it needs food; PERKESO, AIM and MAIM have systems of their own."""
    irm = system_of("irm")
    number = irm.done("POST", "/submissions", TYPED, 201)["id"]
    made = irm.done("POST", f"/submissions/{number}/registration", None, 201)
    carry_news()
    return SimpleNamespace(irm=irm, perkeso=system_of("perkeso"), maim=system_of("maim"), person=made["person_id"])


def consent(system, person, agency, purpose="refer"):
    return system.done("POST", f"/persons/{person}/consents", {"agencies": [agency], "purposes": [purpose], **AGREED}, 201)["ids"][0]


def food(system, person):
    return next(c for c in system.done("GET", f"/persons/{person}/cases")["items"] if c["need"] == "food")


def changed(system, method, read, path, body=None, status=200):
    """A change of a record as it was just read."""
    return system.done(method, path, body, status, if_match=system.call("GET", read)["ETag"])


def test_two_officers_at_once_make_one_award_and_the_other_is_told_until_when(stage, owner):
    consent(stage.irm, stage.person, "maim", "decide")
    gate, said = threading.Barrier(8), []

    def give(system, programme):
        gate.wait()
        body = {"programme": programme, "need": "food", "from_on": soon(0), "to_on": soon(90), "pay": "in_kind"}
        answer = system.call("POST", f"/persons/{stage.person}/awards", body, purpose="pay")
        said.append((answer.status_code, answer.json().get("code", ""), answer.content.decode()))
        connections.close_all()

    threads = [threading.Thread(target=give, args=one) for one in ((stage.irm, "irm.aid"), (stage.maim, "maim.zakat")) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    won, lost = [one for one in said if one[0] == 201], [one for one in said if one[0] != 201]
    assert len(won) == 1 and len(lost) == 7 and {code for _, code, _ in lost} <= {"overlap.held", "overlap.held_by"}
    assert all(f"{timezone.localdate() + dt.timedelta(days=90):%d/%m/%Y}" in words for _, _, words in lost)
    assert owner.execute("SELECT count(*) FROM benefits_entitlement").fetchone() == (1,)


def test_a_referral_goes_there_and_back(stage):
    case = food(stage.irm, stage.person)["id"]
    there = {"to_agency": "perkeso", "consent_id": consent(stage.irm, stage.person, "perkeso")}
    sent = stage.irm.done("POST", f"/cases/{case}/referrals", there, 201)["id"]
    changed(stage.perkeso, "POST", f"/referrals/{sent}", f"/referrals/{sent}/acceptance", {"next_on": soon()})
    assert food(stage.perkeso, stage.person)["agency"] == "perkeso"
    back = {"to_agency": "irm", "consent_id": consent(stage.perkeso, stage.person, "irm")}
    returned = stage.perkeso.done("POST", f"/cases/{case}/referrals", back, 201)["id"]
    changed(stage.irm, "POST", f"/referrals/{returned}", f"/referrals/{returned}/acceptance", {"next_on": soon()})
    assert food(stage.irm, stage.person)["agency"] == "irm"


@pytest.fixture
def asked(stage, owner):
    """The address of the person's link."""
    case = food(stage.irm, stage.person)["id"]
    stage.irm.done("POST", f"/cases/{case}/outcomes", {"served_on": soon(0), "channel": "sms"}, 201)
    return f"/j/{links.signed(owner.execute('SELECT id FROM cases_asking').fetchone()[0])}/"


def state(owner):
    return owner.execute("SELECT c.state, o.state FROM cases_outcome o JOIN cases_case c ON c.id = o.case_id").fetchone()


def test_a_link_is_spent_by_the_first_answer_alone(asked, owner):
    person = Client()
    assert [person.get(asked).status_code for _ in range(3)] == [200] * 3 and person.head(asked).status_code == 200
    assert state(owner) == ("open", "waiting")
    assert person.post(asked, YES).status_code == 302 and state(owner) == ("closed", "yes")
    person.post(asked, NO)
    assert state(owner) == ("closed", "yes")


def test_a_link_that_is_over_or_changed_takes_no_answer(asked, owner):
    person = Client()
    changed_link = asked[:6] + ("0" if asked[6] != "0" else "1") + asked[7:]
    assert person.get(changed_link).status_code == 404 and person.post(changed_link, YES).status_code == 404
    with owner.transaction():
        owner.execute("ALTER TABLE cases_asking DISABLE TRIGGER USER")
        owner.execute("UPDATE cases_asking SET expires_on = current_date - 2, sent_at = sent_at - interval '40 days'")
        owner.execute("ALTER TABLE cases_asking ENABLE TRIGGER USER")
    assert person.get(asked).status_code == 410 and person.post(asked, YES).status_code == 410
    assert state(owner) == ("open", "waiting")
