"""Referrals on the pages: exactly what is ticked goes, by consent; the inbox by time left; each answer; one click to the next agency; groups."""
from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from sinergi.kernel import law as kernel_law
from tests.web.case_stage import CONSENT, consented, opened, referred, typed, work_off
from tests.web.conftest import check
from tests.web.counter_stage import alone, client_of, entries, family, text_of


@pytest.fixture
def irm(published_law, make_user):
    return make_user("coordinator", "irm", name="Zulkarnain bin Idris")


@pytest.fixture
def pbns(make_user):
    return make_user("officer", "pbns", name="Hafizuddin bin Mohd Zain")


@pytest.fixture
def person(irm):
    return family(irm).person_id


@pytest.fixture
def case(irm, person):
    return opened(irm, person)


def test_who_can_help_stands_ranked_with_its_reasons(irm, case):
    page = text_of(client_of(irm).get(f"/kes/{case}/rujuk/"))
    assert "Siapa boleh membantu dengan: Makanan?" in page and "PBNS" in page and "Mengambil yang tidak diambil oleh agensi lain" in page
    assert client_of(irm).get(f"/kes/{case}/rujuk/?to=aim")["Location"] == f"/kes/{case}/rujuk/aim/"


def test_exactly_the_ticked_facts_are_sent_and_shown(irm, pbns, case, owner):
    client = client_of(irm)
    page = client.get(f"/kes/{case}/rujuk/pbns/").content.decode()
    assert 'value="0.income"' in page and 'value="0.religion"' in page and "Sensitif" in page
    referral = referred(client, case, "pbns", fact=["0.income"])
    seen = text_of(client_of(pbns).get(f"/rujukan/{referral}/"))
    assert "RM600" in seen and "Agama" not in seen and "Norazlina binti Hamzah" in seen and "Perlu makanan" in seen
    kept = owner.execute("SELECT facts FROM cases_referralpacket WHERE NOT sensitive").fetchone()[0]
    assert [fact["fact"] for fact in kept] == ["income"]


@pytest.mark.parametrize(("changed", "mend"), [
    ({"consent.witness": ""}, "perlu nama saksi"), ({"answer_by": "1/1/2020"}, "hari ini atau selepasnya"), ({"answer_by": ""}, "bukan tarikh")])
def test_what_cannot_be_sent_is_said_and_leaves_no_consent(irm, case, owner, changed, mend):
    answer = client_of(irm).post(f"/kes/{case}/rujuk/pbns/", {"note": "", "answer_by": typed(5), **CONSENT, **changed})
    assert answer.status_code == 422 and mend in text_of(answer)
    assert owner.execute("SELECT count(*) FROM registry_consent").fetchone() == (0,)


def test_the_inbox_is_the_receivers_the_first_due_first(irm, pbns, person, make_user):
    client = client_of(irm)
    late, soon = opened(irm, person, "rent"), opened(irm, person, "schooling")
    referred(client, late, "pbns", answer_by=typed(9))
    referred(client, soon, "pbns", answer_by=typed(0))
    page = text_of(client_of(pbns).get("/rujukan/"))
    assert page.index("Persekolahan") < page.index("Sewa rumah") and "1 rujukan perlu dijawab hari ini" in page
    assert "Sewa rumah" in text_of(client.get("/rujukan/?kotak=sent"))
    assert "Semua rujukan sudah dijawab" in text_of(client_of(make_user("coordinator", "aim")).get("/rujukan/"))
    assert "Norazlina" not in text_of(client_of(pbns).get("/rujukan/?nama=0"))


def test_accepting_makes_the_receiver_responsible(irm, pbns, case, owner):
    referral = referred(client_of(irm), case, "pbns")
    receiver = client_of(pbns)
    refused = receiver.post(f"/rujukan/{referral}/terima/", {"accept.next_on": "31/2/2027"})
    assert refused.status_code == 422 and "bukan tarikh" in text_of(refused)
    assert receiver.post(f"/rujukan/{referral}/terima/", {"accept.next_on": typed(2)})["Location"] == f"/rujukan/{referral}/"
    assert owner.execute("SELECT agency_id, next_on IS NOT NULL FROM cases_case").fetchone() == ("pbns", True)
    again = receiver.post(f"/rujukan/{referral}/terima/", {"accept.next_on": typed(2)})
    assert again.status_code == 422 and entries(owner, "referral.accept") == 1


def test_a_question_goes_back_and_forth(irm, pbns, case):
    referral = referred(client_of(irm), case, "pbns")
    client_of(pbns).post(f"/rujukan/{referral}/tanya/", {"ask.words": "Berapa orang tinggal serumah?"})
    assert "Berapa orang tinggal serumah?" in text_of(client_of(irm).get(f"/rujukan/{referral}/"))
    client_of(irm).post(f"/rujukan/{referral}/jawab/", {"back.words": "Tiga orang."})
    assert "Tiga orang." in text_of(client_of(pbns).get(f"/rujukan/{referral}/"))


def test_a_declined_one_shows_the_next_agency_and_its_papers_are_closed(irm, pbns, case):
    client, receiver = client_of(irm), client_of(pbns)
    referral = referred(client, case, "pbns", fact=["0.income"])
    assert "Pilih sebab" in text_of(receiver.post(f"/rujukan/{referral}/tolak/", {"decline.code": ""}))
    receiver.post(f"/rujukan/{referral}/tolak/", {"decline.code": "full", "decline.words": "hingga Mac"})
    page = client.get(f"/rujukan/{referral}/")
    assert "Agensi berikutnya yang boleh membantu" in text_of(page) and "hingga Mac" in text_of(page) and "pbns/" not in page.content.decode()
    assert "RM600" not in text_of(receiver.get(f"/rujukan/{referral}/")) and "Kembali" in text_of(client.get("/rujukan/?kotak=returned"))


def test_it_is_taken_back_after_a_question_while_unanswered(irm, pbns, case, owner):
    client = client_of(irm)
    referral = referred(client, case, "pbns")
    assert "Tarik balik rujukan kepada" in text_of(client.get(f"/rujukan/{referral}/tarik/"))
    assert client.post(f"/rujukan/{referral}/tarik/")["Location"] == f"/rujukan/{referral}/"
    assert owner.execute("SELECT state FROM cases_referral").fetchone() == ("withdrawn",)
    assert client.post(f"/rujukan/{referral}/tarik/").status_code == 422


def test_from_the_sheet_a_case_is_opened_by_a_post_alone(irm, person, owner):
    client = client_of(irm)
    programme = next(p for p in kernel_law.current().programmes.values() if p.agency == "pbns" and "food" in p.needs)
    address = f"/orang/{person}/rujuk/{programme.id}/"
    assert client.get(f"/orang/{person}/rujuk/tiada/").status_code == 404
    assert "Belum ada kes untuk keperluan ini" in text_of(client.get(address))
    assert owner.execute("SELECT count(*) FROM cases_case").fetchone() == (0,)
    onward = client.post(address, {"need": "food"})["Location"]
    case = owner.execute("SELECT id FROM cases_case").fetchone()[0]
    assert onward == f"/kes/{case}/rujuk/pbns/?program={programme.id}" and client.get(address)["Location"] == onward


def test_strangers_find_nothing(irm, pbns, case, make_user):
    referral = referred(client_of(irm), case, "pbns")
    stranger = client_of(make_user("coordinator", "aim"))
    assert stranger.get(f"/rujukan/{referral}/").status_code == 404
    assert stranger.get(f"/kes/{case}/").status_code == 404 and stranger.get(f"/kes/{case}/rujuk/").status_code == 404
    assert stranger.post(f"/rujukan/{referral}/terima/", {"accept.next_on": typed(2)}).status_code == 404


def test_a_group_is_looked_at_sent_and_taken_back(irm, pbns, person, case, owner):
    other = alone(irm, "Ravi a/l Muthu", "700101-17-5101")
    second = opened(irm, other, "food")
    consented(irm, person, "pbns")
    client = client_of(irm)
    assert "Norazlina binti Hamzah" in text_of(client.get("/rujukan/kumpulan/"))
    nobody = client.post("/rujukan/kumpulan/", {"to": "pbns:", "answer_by": typed(5)})
    assert nobody.status_code == 422 and "Tiada sesiapa ditanda" in text_of(nobody)
    look = {"to": "pbns:", "note": "Banjir", "answer_by": typed(5), "case": [str(case), str(second)]}
    assert "1 orang belum bersetuju" in text_of(client.post("/rujukan/kumpulan/", look))
    address = client.post("/rujukan/kumpulan/", {**look, "sure": "1"})["Location"]
    work_off(irm, UUID(address.strip("/").split("/")[-1]))
    page = text_of(client.get(address))
    assert "1 orang telah dirujuk" in page and "1 orang tidak dihantar" in page and "Ambil persetujuannya dahulu" in page
    client.post(address)
    assert owner.execute("SELECT state FROM cases_referral").fetchall() == [("withdrawn",)]


@pytest.mark.without_javascript
def test_a_referral_is_sent_and_answered_without_javascript(page: Page, irm, pbns, case, sign_in):
    sign_in(page, irm)
    page.goto(f"/kes/{case}/rujuk/")
    page.get_by_role("link", name="Rujuk ke sini").first.click()
    page.get_by_text("Lisan, dengan saksi").click()
    page.get_by_role("textbox", name="Saksi").fill("Puan Siti")
    page.get_by_role("button", name="Hantar rujukan").click()
    expect(page.get_by_role("heading", name="Dihantar", exact=True)).to_be_visible()
    address = page.url
    sign_in(page, pbns)
    page.goto(address)
    page.get_by_role("button", name="Terima: kami bertanggungjawab").click()
    expect(page.get_by_role("heading", name="Diterima", exact=True)).to_be_visible()


def test_the_pages_of_referrals_fit(page: Page, irm, pbns, person, case, sign_in):
    referral = referred(client_of(irm), case, "pbns", fact=["0.income", "0.religion"])
    second = opened(irm, person, "rent")
    sign_in(page, irm)
    for address in (f"/kes/{second}/rujuk/", f"/kes/{second}/rujuk/pbns/", f"/rujukan/{referral}/", f"/rujukan/{referral}/tarik/",
                    "/rujukan/?kotak=sent", "/rujukan/kumpulan/"):
        page.goto(address)
        check(page)
    sign_in(page, pbns)
    for address in ("/rujukan/", f"/rujukan/{referral}/"):
        page.goto(address)
        check(page)
