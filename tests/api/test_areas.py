"""Each operation of the API: the step it does, who may not, and what it refuses."""
from __future__ import annotations

from types import SimpleNamespace
from uuid import uuid4

import pytest
from api_stage import TYPED, call, soon, system_of
from registry_stage import setting

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def stage(published_law):
    """`aim` registered a household of two that consented to `pbns`, which decides its zakat; `irm` is nobody here."""
    setting("aim", "pbns", "irm")
    aim, pbns, irm = (system_of(code) for code in ("aim", "pbns", "irm"))
    number = aim.done("POST", "/submissions", TYPED, 201)["id"]
    made = aim.done("POST", f"/submissions/{number}/registration", None, 201)
    said = {"agencies": ["pbns"], "how": "spoken_with_witness", "witness": "Puan Siti", "purposes": ["decide"]}
    consent = aim.done("POST", f"/persons/{made['person_id']}/consents", said, 201)["ids"][0]
    return SimpleNamespace(aim=aim, pbns=pbns, irm=irm, person=made["person_id"], household=made["household_id"], consent=consent)


def applied(stage, **more):
    body = {"programme": "pbns.zakat", "need": "cash", "consent_id": stage.consent, **more}
    return stage.aim.done("POST", f"/households/{stage.household}/applications", body, 201)["id"]


def tag(system, path):
    return system.call("GET", path)["ETag"]


def test_a_person_is_found_read_and_lived_with(stage):
    found = stage.aim.done("POST", "/persons/search", {"text": "Norazlina Hamzah 1989"})
    assert [c["person_id"] for c in found["candidates"]] == [stage.person] and found["candidates"][0]["mine"]
    (seen,) = stage.irm.done("POST", "/persons/search", {"text": "Norazlina"})["candidates"]
    assert not seen["mine"] and not seen["agency"]
    household = stage.aim.done("GET", f"/persons/{stage.person}/household")
    assert household["household_id"] == stage.household and len(household["members"]) == 2
    assert stage.irm.refused("GET", f"/persons/{stage.person}/household") == (404, "input.nothing_there")
    assert stage.aim.refused("POST", "/persons/search", {"text": "x", "name": "y"})[0] == 422


def test_facts_and_consents_are_kept_or_refused_by_field(stage):
    path = f"/persons/{stage.person}/facts"
    assert stage.aim.done("POST", path, {"facts": {"income": "700"}}, 201)["id"] == stage.person
    assert stage.aim.refused("POST", path, {"facts": {"income": "much"}}) == (422, "submission.faults")
    assert stage.aim.refused("POST", path, {"facts": {}}) == (422, "input.shape")
    assert stage.irm.refused("POST", path, {"facts": {"income": "700"}}) == (404, "input.nothing_there")
    consents = f"/persons/{stage.person}/consents"
    assert stage.aim.refused("POST", consents, {"agencies": ["nobody"], "how": "spoken_with_witness", "witness": "x y"})[0] == 422
    assert stage.irm.refused("POST", consents, {"agencies": ["irm"], "how": "in_writing"}) == (404, "input.nothing_there")


def test_the_sheet_is_live_and_a_screening_is_kept(stage):
    sheet = stage.aim.done("GET", f"/households/{stage.household}/sheet", purpose="screen")
    assert len(sheet["answers"]) > 50 and sheet["people"][0] == stage.person and sheet["law_version"]
    made = stage.aim.done("POST", f"/households/{stage.household}/screenings", None, 201, purpose="screen")
    kept = stage.aim.done("GET", f"/households/{stage.household}/screenings", purpose="screen")["items"]
    assert [one["id"] for one in kept] == [made["id"]] and sum(kept[0]["counts"].values()) == len(sheet["answers"])
    package = stage.aim.done("GET", f"/households/{stage.household}/package", purpose="screen")
    assert package["total_sen"] == package["certain_sen"] + package["if_confirmed_sen"] and len(package["month_totals"]) == 12
    for path in ("sheet", "screenings", "package"):
        assert stage.irm.refused("GET", f"/households/{stage.household}/{path}") == (404, "input.nothing_there")


def test_an_application_is_sent_asked_answered_and_decided(stage):
    packet = stage.aim.done("GET", f"/households/{stage.household}/packet?programme=pbns.zakat")
    assert "income" in {fact["fact"] for fact in packet["facts"]}
    number = applied(stage)
    path = f"/applications/{number}"
    assert [row["id"] for row in stage.pbns.done("GET", "/applications")["items"]] == [number]
    assert stage.irm.refused("GET", path) == (404, "input.nothing_there")
    question = {"words": "Slip gaji bulan lepas", "by_on": soon()}
    assert stage.aim.refused("POST", path + "/questions", question, if_match=tag(stage.aim, path)) == (403, "not_allowed")
    asked = stage.pbns.done("POST", path + "/questions", question, 201, if_match=tag(stage.pbns, path))
    assert asked["state"] == "asked" and asked["questions"][0]["answer"] == ""
    answered = stage.aim.done("POST", path + "/answer", {"words": "RM600"}, if_match=tag(stage.aim, path))
    assert answered["state"] == "lodged" and answered["questions"][0]["answer"] == "RM600"
    refusal = {"outcome": "refuse", "reasons": ["no_funds"], "text": "Peruntukan tahun ini habis."}
    assert stage.pbns.refused("POST", path + "/decision", {**refusal, "reasons": []}, if_match="*") == (422, "application.reasons_missing")
    decided = stage.pbns.done("POST", path + "/decision", refusal, 201, if_match=tag(stage.pbns, path))
    assert decided["state"] == "refused" and decided["decision"]["outcome"] == "refuse"
    assert stage.pbns.refused("POST", path + "/decision", refusal, if_match="*") == (409, "flow.wrong_state")


def test_an_approval_is_an_award_that_is_held_and_ended(stage):
    number = applied(stage)
    terms = {"from_on": soon(0), "to_on": soon(90), "sen": 30000}
    body = {"outcome": "approve", "award": terms, "against": "Keadaannya dilihat sendiri oleh amil kariah"}
    decided = stage.pbns.done("POST", f"/applications/{number}/decision", body, 201, if_match="*", purpose="decide")
    award = decided["decision"]["entitlement_id"]
    held = stage.aim.done("GET", f"/persons/{stage.person}/awards")["items"]
    assert [(line["programme"], line["sen"], line["state"]) for line in held] == [("pbns.zakat", 30000, "active")]
    path = f"/awards/{award}"
    assert stage.pbns.done("GET", path)["sen"] == 30000
    assert stage.aim.refused("POST", path + "/end", {"on": soon(0), "reason": "Sudah bekerja"}, if_match="*") == (403, "not_allowed")
    assert stage.pbns.refused("POST", path + "/end", {"on": soon(200), "reason": "Sudah bekerja"}, if_match="*")[0] == 422
    assert stage.pbns.done("POST", path + "/end", {"on": soon(0), "reason": "Sudah bekerja"}, if_match="*")["state"] == "ended"


def test_an_award_is_given_once(stage):
    body = {"programme": "pbns.zakat", "need": "cash", "from_on": soon(0), "to_on": soon(30), "sen": 30000}
    path = f"/persons/{stage.person}/awards"
    assert stage.irm.refused("POST", path, body) == (404, "input.nothing_there")
    assert stage.aim.refused("POST", path, body) == (422, "award.other_agency")
    assert stage.pbns.done("POST", path, body, 201, purpose="pay")["agency"] == "pbns"
    assert stage.pbns.refused("POST", path, body)[0] == 409
    assert stage.pbns.refused("POST", path, {**body, "sen": 0}) == (422, "input.shape")
    assert stage.pbns.refused("POST", path, {**body, "sen": 10.5}) == (422, "input.shape")


def test_a_paper_is_attached_by_the_sender_and_opened_by_who_decides(stage):
    number = applied(stage)
    boundary = "xxboundaryxx"
    form = (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="slip.pdf"\r\nContent-Type: application/pdf\r\n\r\n').encode()
    form += PDF + f"\r\n--{boundary}--\r\n".encode()
    kind = {"content_type": f"multipart/form-data; boundary={boundary}"}
    paper = stage.aim.done("POST", f"/applications/{number}/attachments", form, 201, **kind)["id"]
    assert stage.aim.refused("POST", f"/applications/{number}/attachments", form.replace(b"%PDF-1.4", b"MZ"), **kind) == (422, "file.type")
    assert stage.irm.refused("POST", f"/applications/{number}/attachments", form, **kind) == (403, "not_allowed")
    assert stage.pbns.done("GET", f"/attachments/{paper}")["name"] == "slip.pdf"
    assert stage.aim.refused("GET", f"/attachments/{paper}") == (403, "not_allowed")
    withdrawn = stage.aim.done("POST", f"/applications/{number}/withdrawal", None, if_match="*")
    assert withdrawn["state"] == "withdrawn"


def test_a_case_is_opened_planned_talked_about_and_closed_by_the_person(stage):
    opening = {"need": "funeral", "next_on": soon()}
    case = stage.aim.done("POST", f"/persons/{stage.person}/cases", opening, 201, purpose="follow")
    path = f"/cases/{case['id']}"
    assert stage.irm.refused("POST", f"/persons/{stage.person}/cases", opening) == (404, "input.nothing_there")
    assert stage.aim.refused("POST", f"/persons/{stage.person}/cases", {**opening, "need": "gold"}) == (422, "case.need_unknown")
    planned = stage.aim.done("POST", path + "/plan", {"next_on": soon(9), "next_step": "call_person"}, if_match=tag(stage.aim, path))
    assert (planned["next_on"], planned["next_step"]) == (soon(9), "call_person")
    assert stage.pbns.refused("POST", path + "/plan", {"next_on": soon(9), "next_step": "serve"}, if_match="*") == (403, "not_allowed")
    assert stage.aim.refused("POST", path + "/plan", {"next_on": soon(-3), "next_step": "serve"}, if_match="*") == (422, "case.next_past")
    contacted = stage.aim.done("POST", path + "/contacts", {"channel": "phone", "reached": False}, 201)
    assert contacted["contacts"][0]["channel"] == "phone"
    asked = stage.aim.done("POST", path + "/outcomes", {"served_on": soon(0), "channel": "letter"}, 201)
    assert asked["code"] and stage.aim.refused("POST", path + "/outcomes", {"served_on": soon(0), "channel": "letter"}) == (409, "outcome.waits")
    assert stage.aim.done("POST", f"/outcomes/{asked['outcome_id']}/askings", {"channel": "counter"}, 201)["code"] == ""
    answer = {"received": True, "solved": True, "how": "counter", "asked_by": "Puan Rosnah"}
    assert stage.irm.refused("POST", f"/outcomes/{asked['outcome_id']}/answer", answer) == (403, "not_allowed")
    assert stage.aim.refused("POST", f"/outcomes/{asked['outcome_id']}/answer", {**answer, "asked_by": ""}) == (422, "outcome.asked_by")
    assert stage.aim.done("POST", f"/outcomes/{asked['outcome_id']}/answer", answer)["state"] == "yes"
    assert stage.aim.done("GET", path)["closed_as"] == "confirmed"
    assert [c["need"] for c in stage.aim.done("GET", f"/persons/{stage.person}/cases")["items"]] == ["funeral"]


def test_a_case_is_handed_over_to_who_may_open_the_person(stage):
    case = stage.aim.done("POST", f"/persons/{stage.person}/cases", {"need": "funeral", "next_on": soon()}, 201)["id"]
    path = f"/cases/{case}"
    assert stage.aim.refused("POST", path + "/hand-over", {"next_on": soon(), "to_agency": "irm"}, if_match="*") == (422, "case.agency_unfit")
    given = stage.aim.done("POST", path + "/hand-over", {"next_on": soon(), "to_agency": "pbns"}, if_match="*")
    assert (given["agency"], given["from_agency"]) == ("pbns", "aim")


def test_a_referral_is_sent_asked_answered_and_accepted_or_comes_back(stage):
    case = stage.aim.done("POST", f"/persons/{stage.person}/cases", {"need": "funeral", "next_on": soon()}, 201)["id"]
    body = {"to_agency": "pbns", "programme": "pbns.zakat", "consent_id": stage.consent, "note": "Pengebumian"}
    assert stage.aim.refused("POST", f"/cases/{case}/referrals", {**body, "to_agency": "nobody"}) == (422, "referral.agency_unfit")
    assert stage.irm.refused("POST", f"/cases/{case}/referrals", body) == (404, "input.nothing_there")
    sent = stage.aim.done("POST", f"/cases/{case}/referrals", body, 201, purpose="refer")
    path = f"/referrals/{sent['id']}"
    assert "income" in {fact["fact"] for fact in sent["facts"]}
    assert [one["id"] for one in stage.pbns.done("GET", "/referrals")["items"]] == [sent["id"]]
    assert stage.irm.refused("GET", path) == (404, "input.nothing_there")
    asked = stage.pbns.done("POST", path + "/question", {"words": "Bila pengebumian itu?"}, if_match=tag(stage.pbns, path))
    assert asked["state"] == "asked"
    assert stage.aim.done("POST", path + "/answer", {"words": "Esok pagi"}, if_match=tag(stage.aim, path))["state"] == "sent"
    assert stage.pbns.refused("POST", path + "/decline", {"code": "tired"}, if_match="*") == (422, "referral.decline_code")
    assert stage.pbns.done("POST", path + "/decline", {"code": "full"}, if_match="*")["decline_code"] == "full"
    again = stage.aim.done("POST", f"/cases/{case}/referrals", body, 201)["id"]
    assert stage.aim.done("POST", f"/referrals/{again}/withdrawal", None, if_match="*")["state"] == "withdrawn"
    third = stage.aim.done("POST", f"/cases/{case}/referrals", body, 201)["id"]
    assert stage.aim.refused("POST", f"/referrals/{third}/acceptance", {"next_on": soon()}, if_match="*") == (403, "not_allowed")
    assert stage.pbns.done("POST", f"/referrals/{third}/acceptance", {"next_on": soon()}, if_match="*")["state"] == "accepted"
    assert stage.pbns.done("GET", "/cases")["items"][0]["id"] == case


def test_nothing_is_there_for_a_number_that_is_none(stage):
    for path in ("/applications/{}", "/awards/{}", "/cases/{}", "/referrals/{}", "/persons/{}/awards", "/households/{}/sheet"):
        assert stage.aim.refused("GET", path.format(uuid4())) == (404, "input.nothing_there")
    assert call("GET", "/cases/x", stage.aim.token).status_code in (404, 422)
