"""A case on its page: contact, next step, hand-over, help given and how the person is asked; closed by the person's word, or by a supervisor."""
from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.case_stage import opened, served, typed
from tests.web.conftest import check
from tests.web.counter_stage import client_of, entries, family, text_of

TALK = {"channel": "phone", "inward": "no", "reached": "no", "note": "Tiada jawapan"}


@pytest.fixture
def irm(published_law, make_user):
    return make_user("coordinator", "irm", name="Zulkarnain bin Idris")


@pytest.fixture
def person(irm):
    return family(irm).person_id


@pytest.fixture
def case(irm, person):
    return opened(irm, person, "funeral")


@pytest.fixture
def client(irm):
    return client_of(irm)


def test_the_page_says_whose_it_is_and_what_comes_next(client, case, person):
    page = text_of(client.get(f"/kes/{case}/"))
    assert "Norazlina binti Hamzah" in page and "Islamic Relief" in page and "3 hari lagi" in page and "Kes dibuka" in page
    assert "Pengurusan jenazah" in text_of(client.get(f"/orang/{person}/kes/"))
    assert typed(3).lstrip("0").split("/")[0] in text_of(client.get(f"/orang/{person}/"))


def test_contacts_are_recorded_reached_or_not(client, case):
    missing = client.post(f"/kes/{case}/hubungan/", {**TALK, "reached": ""})
    assert missing.status_code == 422 and "dapat dihubungi" in text_of(missing)
    assert client.post(f"/kes/{case}/hubungan/", {**TALK, "next_on": typed(5)})["Location"] == f"/kes/{case}/"
    page = text_of(client.get(f"/kes/{case}/"))
    assert "Gagal dihubungi: Telefon" in page and "Tiada jawapan" in page and "5 hari lagi" in page


@pytest.mark.parametrize(("typed_day", "mend"), [("31/2/2027", "bukan tarikh"), ("1/1/2020", "hari ini atau selepasnya"), ("", "bukan tarikh")])
def test_an_open_case_never_loses_its_date(client, case, owner, typed_day, mend):
    answer = client.post(f"/kes/{case}/langkah/", {"next_step": "serve", "next_on": typed_day})
    assert answer.status_code == 422 and mend in text_of(answer)
    assert owner.execute("SELECT next_on IS NOT NULL FROM cases_case").fetchone() == (True,)


def test_it_is_handed_to_a_colleague(client, case, make_user):
    other = make_user("coordinator", "irm", name="Siti Aminah", email="siti@irm.example")
    assert client.post(f"/kes/{case}/serah/", {"to": "", "next_on": typed(2)}).status_code == 422
    assert client.post(f"/kes/{case}/serah/", {"to": f"user:{other.pk}", "next_on": typed(2)}).status_code == 302
    assert "Siti Aminah" in text_of(client.get(f"/kes/{case}/"))


def test_help_given_shows_how_the_person_is_asked_and_a_code_once(client, case):
    page = client.post(f"/kes/{case}/dibantu/", {"served_on": typed(0), "words": "RM1,500", "channel": "letter"})
    assert page.status_code == 200 and "Taip kod ini" in text_of(page) and "Hanya orang itu yang menutup kes ini" in text_of(page)
    again = client.post(f"/kes/{case}/dibantu/", {"served_on": typed(0), "words": "", "channel": "letter"})
    assert again.status_code == 422 and "sudah ditanya" in text_of(again)
    assert "Taip kod ini" in text_of(client.post(f"/kes/{case}/tanya/", {"channel": "letter"}))


def test_the_answer_heard_at_the_counter_closes_or_opens_again(client, irm, case, owner):
    served(irm, case)
    address = f"/kes/{case}/jawapan/"
    said = {"received": "yes", "solved": "no", "how": "phone", "asked_by": "Zulkarnain", "said": "Belum cukup"}
    assert client.post(address, {**said, "solved": ""}).status_code == 422
    assert "nama orang yang bertanya" in text_of(client.post(address, {**said, "asked_by": ""}))
    client.post(address, said)
    page = text_of(client.get(f"/kes/{case}/"))
    assert "belum selesai. Dibuka semula" in page and "Belum cukup" in page and "2 hari lagi" in page
    served(irm, case)
    client.post(address, {**said, "solved": "yes"})
    assert "Selesai, kata orang itu sendiri" in text_of(client.get(f"/kes/{case}/"))
    assert owner.execute("SELECT state, closed_as FROM cases_case").fetchone() == ("closed", "confirmed")


def test_a_supervisor_alone_closes_as_unreachable_with_the_tries_shown(client, case, make_user, owner):
    boss = client_of(make_user("supervisor", "irm", email="boss@irm.example"))
    client.post(f"/kes/{case}/hubungan/", TALK)
    assert client.get(f"/kes/{case}/tutup/").status_code == 403
    page = boss.get(f"/kes/{case}/tutup/")
    assert "Percubaan yang direkodkan" in text_of(page) and "Telefon: Tiada jawapan" in text_of(page)
    refused = boss.post(f"/kes/{case}/tutup/", {"reason": "Telefon mati dan rumah kosong"})
    assert refused.status_code == 422 and "hari yang berlainan" in text_of(refused) and entries(owner, "case.close_unreachable") == 0


def test_another_need_is_opened_on_the_persons_tab(client, person, owner):
    assert client.post(f"/orang/{person}/kes/", {"need": "work"}).status_code == 302
    assert client.post(f"/orang/{person}/kes/", {"need": "x"}).status_code == 422
    assert owner.execute("SELECT need FROM cases_case").fetchall() == [("work",)]
    assert "Kes dibuka" in text_of(client.get(f"/orang/{person}/perjalanan/"))


def test_what_is_taken_home_is_one_page_without_numbers_of_the_house(client, irm, published_law):
    household = family(irm, person={"name": "Halimah binti Ismail", "mykad": "600302-17-5062", "facts": {"income": "400"}}, members=[]).household_id
    page = text_of(client.get(f"/isi-rumah/{household}/bawa-pulang/"))
    assert "Untuk Halimah binti Ismail" in page and "600302" not in page and str(household) not in page.replace(f"/{household}/", "")


@pytest.mark.without_javascript
def test_a_case_is_worked_on_without_javascript(page: Page, irm, case, sign_in):
    sign_in(page, irm)
    page.goto(f"/kes/{case}/")
    page.get_by_role("link", name="Bantuan sudah diberi").click()
    page.get_by_text("Melalui surat").click()
    page.get_by_role("button", name="Rekod, dan tanya orang itu").click()
    expect(page.get_by_text("Taip kod ini")).to_be_visible()
    page.get_by_role("link", name="Catat jawapannya").click()
    page.get_by_role("radio", name="Ya").nth(0).check(force=True)
    page.get_by_role("radio", name="Ya").nth(1).check(force=True)
    page.get_by_role("button", name="Rekod jawapan").click()
    expect(page.get_by_role("heading", name="Selesai, kata orang itu sendiri")).to_be_visible()


def test_the_pages_of_a_case_fit(page: Page, irm, person, case, make_user, sign_in):
    asked = opened(irm, person, "rent")
    served(irm, asked)
    sign_in(page, irm)
    for address in (f"/kes/{case}/", f"/kes/{asked}/", f"/kes/{case}/hubungan/", f"/kes/{case}/langkah/", f"/kes/{case}/serah/",
                    f"/kes/{case}/dibantu/", f"/kes/{asked}/tanya/", f"/kes/{asked}/jawapan/", f"/orang/{person}/kes/"):
        page.goto(address)
        check(page)
    sign_in(page, make_user("supervisor", "irm", email="boss@irm.example"))
    page.goto(f"/kes/{case}/tutup/")
    check(page)
