"""Consent: per agency and purpose, spoken only with a witness, a minor's by the guardian; withdrawn after a question; its receipt."""
from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.web.conftest import check
from tests.web.counter_stage import alone, client_of, entries, family, text_of

SPOKEN = {"agency": "maiwp", "purposes": ["screen"], "how": "spoken_with_witness", "witness": "Puan Siti", "language": "ms"}


@pytest.fixture
def irm(published_law, make_user):
    return make_user("coordinator", "irm", name="Zulkarnain bin Idris")


@pytest.fixture
def maiwp(make_user):
    return make_user("coordinator", "maiwp", name="Hafizuddin bin Mohd Zain")


@pytest.fixture
def client(irm):
    return client_of(irm)


@pytest.fixture
def registered(irm):
    return family(irm)


@pytest.fixture
def given(client, registered, owner):
    """A consent to MAIWP: (address of the file, id of the consent)."""
    file = f"/orang/{registered.person_id}/"
    assert client.post(f"{file}persetujuan/beri/", SPOKEN)["Location"] == f"{file}persetujuan/"
    return file, owner.execute("SELECT id FROM registry_consent").fetchone()[0]


def test_a_consent_opens_the_record_to_that_agency_alone(client, registered, maiwp, make_user):
    file = f"/orang/{registered.person_id}/"
    partner, another = client_of(maiwp), client_of(make_user("coordinator", "aim"))
    assert "Anda boleh melihat keadaan" in text_of(partner.get(file))
    client.post(f"{file}persetujuan/beri/", SPOKEN)
    assert "Norazlina binti Hamzah" in text_of(partner.get(file)) and "Norazlina" not in text_of(another.get(file))
    assert "saksi Puan Siti" in text_of(client.get(f"{file}persetujuan/"))


@pytest.mark.parametrize(("changed", "mend"), [
    ({"witness": ""}, "perlu nama saksi"), ({"how": ""}, "cara persetujuan"), ({"purposes": []}, "tujuan"), ({"agency": ""}, "senarai rakan"),
    ({"agency": "jkm"}, "senarai rakan"), ({"until_on": "1/1/2020"}, "sudah berlalu"), ({"until_on": "31/11/2027"}, "bukan tarikh")])
def test_what_is_no_consent_is_refused_with_the_mend(client, registered, owner, changed, mend):
    answer = client.post(f"/orang/{registered.person_id}/persetujuan/beri/", {**SPOKEN, **changed})
    assert answer.status_code == 422 and mend in text_of(answer) and 'class="wrong"' in answer.content.decode()
    assert owner.execute("SELECT count(*) FROM registry_consent").fetchone() == (0,)


def test_nothing_is_ticked_before_it_is_said(client, registered):
    page = client.get(f"/orang/{registered.person_id}/persetujuan/beri/").content.decode()
    assert page.count(" checked") == 1  # the language of the receipt


def test_the_same_consent_twice_names_the_agency(client, given):
    answer = client.post(f"{given[0]}persetujuan/beri/", SPOKEN)
    assert answer.status_code == 422 and "Majlis Agama Islam Wilayah Persekutuan" in text_of(answer)


def test_a_minors_consent_is_given_by_the_guardian(client, registered):
    child = f"/orang/{registered.people[2]}/persetujuan/beri/"
    page = client.get(child).content.decode()
    assert "Norazlina binti Hamzah" in page
    refused = client.post(child, {**SPOKEN, "given_by": str(registered.people[2])})
    assert refused.status_code == 422 and "Persetujuan diberi oleh penjaganya" in text_of(refused)
    assert client.post(child, {**SPOKEN, "given_by": str(registered.people[0])}).status_code == 302


def test_the_children_one_answers_for_may_be_taken_along_all_or_none(client, registered, maiwp, owner):
    head, child = registered.people[0], registered.people[2]
    address = f"/orang/{head}/persetujuan/beri/"
    client.post(f"/orang/{child}/persetujuan/beri/", {**SPOKEN, "given_by": str(head)})
    refused = client.post(address, {**SPOKEN, "wards": [str(child)]})
    assert refused.status_code == 422 and owner.execute("SELECT count(*) FROM registry_consent").fetchone() == (1,)
    assert client.post(address, {**SPOKEN, "purposes": ["refer"], "wards": [str(child)]}).status_code == 302
    assert "Aisyah binti Faizal" in text_of(client_of(maiwp).get(f"/orang/{head}/"))


def test_withdrawing_closes_the_record_at_once(client, given, maiwp, owner):
    file, consent = given
    assert "Tarik balik persetujuan kepada Majlis" in text_of(client.get(f"/persetujuan/{consent}/tarik/"))
    assert client.post(f"/persetujuan/{consent}/tarik/")["Location"] == f"{file}persetujuan/"
    assert "Norazlina" not in text_of(client_of(maiwp).get(file)) and entries(owner, "consent.withdraw") == 1
    again = client.post(f"/persetujuan/{consent}/tarik/")
    assert again.status_code == 422 and "sudah ditarik balik" in text_of(again)
    assert "Ditarik balik atau tamat" in text_of(client.get(f"{file}persetujuan/"))


def test_a_strangers_consent_is_not_found(given, make_user):
    stranger = client_of(make_user("coordinator", "aim"))
    assert stranger.get(f"/persetujuan/{given[1]}/tarik/").status_code == 404
    assert stranger.get(f"/persetujuan/{given[1]}/resit.pdf").status_code == 404


def test_the_receipt_is_a_tagged_letter_in_the_language_of_the_consent(client, given, registered):
    receipt = client.get(f"/persetujuan/{given[1]}/resit.pdf")
    assert receipt["Content-Type"] == "application/pdf" and "no-store" in receipt["Cache-Control"]
    assert receipt.content.startswith(b"%PDF") and b"/StructTreeRoot" in receipt.content and b"(ms" in receipt.content
    client.post(f"/orang/{registered.person_id}/persetujuan/beri/", {**SPOKEN, "agency": "aim", "language": "en"})
    address = client.get(f"/orang/{registered.person_id}/persetujuan/").content.decode().split("resit.pdf")[0].rsplit('"', 1)[1]
    assert b"(en" in client.get(f"{address}resit.pdf").content


def test_who_stands_at_another_counter_is_claimed_by_his_own_consent(maiwp, irm, client):
    person = alone(maiwp, "Kamarul bin Yusof", "680411-17-5013")
    address = f"/orang/{person}/persetujuan/kami/"
    assert "Bolehkah Islamic Relief Malaysia (IRM) melayan orang ini?" in text_of(client.get(address))
    assert client.post(address, {**SPOKEN, "witness": ""}).status_code == 422
    until = timezone.localdate() + dt.timedelta(days=30)
    assert client.post(address, {**SPOKEN, "until_on": f"{until:%d/%m/%Y}"})["Location"] == f"/orang/{person}/"
    assert "Kamarul bin Yusof" in text_of(client.get(f"/orang/{person}/"))
    assert client.get(address)["Location"] == f"/orang/{person}/"


def test_the_tab_takes_the_same_queries_for_one_and_three(client, registered, django_assert_max_num_queries):
    counts = []
    for purposes in (["screen"], ["refer", "follow"]):
        client.post(f"/orang/{registered.person_id}/persetujuan/beri/", {**SPOKEN, "purposes": purposes})
        with django_assert_max_num_queries(60) as seen:
            client.get(f"/orang/{registered.person_id}/persetujuan/")
        counts.append(len(seen))
    assert abs(counts[0] - counts[1]) == 0


@pytest.mark.without_javascript
def test_a_consent_is_given_without_javascript(page: Page, irm, registered, sign_in):
    sign_in(page, irm)
    page.goto(f"/orang/{registered.person_id}/persetujuan/beri/")
    page.get_by_label("Kepada agensi mana").select_option("maiwp")
    page.get_by_text("tunjukkan apa yang boleh saya terima").click()
    page.get_by_text("Cap ibu jari").click()
    page.get_by_role("button", name="Rekod persetujuan").click()
    expect(page.get_by_role("heading", name="Berkuat kuasa")).to_be_visible()


def test_the_pages_of_consent_fit(page: Page, irm, maiwp, given, owner, sign_in):
    person = alone(maiwp, "Kamarul bin Yusof", "680411-17-5013")
    sign_in(page, irm)
    for address in (f"{given[0]}persetujuan/", f"/persetujuan/{given[1]}/tarik/", f"/orang/{person}/persetujuan/kami/"):
        page.goto(address)
        check(page)
