"""Applying in one click: what is sent is shown first, consent in the same post, all or nothing; the inbox; answering and taking back."""
from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.conftest import check
from tests.web.counter_stage import client_of, entries, text_of
from tests.web.deciding_stage import CONSENT, Desk, paper


@pytest.fixture
def desk(published_law, make_user):
    return Desk(make_user)



def test_exactly_what_is_sent_is_shown_before_sending(desk):
    page = text_of(client_of(desk.aim).get(desk.apply_at))
    assert "Ini sahaja yang dihantar kepada Perbadanan Baitulmal Negeri Sembilan" in page
    assert "RM600" in page and "sensitif" in page and "Puan Siti" not in page
    assert "Hantar kepada Perbadanan Baitulmal" in page and "12 Jalan Mawar" not in page


def test_one_post_takes_the_consent_sends_and_attaches(desk, owner):
    address = desk.applied(papers=[paper(), paper("bil.pdf")])
    page = text_of(client_of(desk.aim).get(address))
    assert "perlu diputuskan" in page and "slip.pdf" in page and "bil.pdf" in page
    assert [entries(owner, verb) for verb in ("consent.give", "application.apply", "application.attach")] == [1, 1, 2]


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(desk, owner):
    client = client_of(desk.aim)
    for wrong, says in (({"consent.witness": ""}, "perlu nama saksi"), ({"papers": [paper(content=b"GIF89a")]}, "bukan jenis yang diterima"),
                        ({"need": "funeral"}, "")):
        answer = client.post(desk.apply_at, {"member": "", "need": "cash", **CONSENT, **wrong})
        assert answer.status_code == 422 and says in text_of(answer) and 'role="alert"' in answer.content.decode()
    assert owner.execute("SELECT count(*) FROM registry_consent").fetchone() == (0,)
    assert entries(owner, "application.apply") == 0


def test_a_consent_that_stands_is_used_and_a_second_application_is_refused(desk, owner):
    desk.applied()
    assert "consent.which" in client_of(desk.aim).get(desk.apply_at).content.decode()
    which = owner.execute("SELECT id FROM registry_consent").fetchone()[0]
    again = client_of(desk.aim).post(desk.apply_at, {"member": "", "need": "cash", "consent.which": str(which)})
    assert again.status_code == 422 and "Sudah ada permohonan terbuka" in text_of(again)


def test_an_agency_outside_says_so_and_takes_no_form(desk):
    answer = client_of(desk.aim).get(f"/isi-rumah/{desk.household}/mohon/mof.str/")
    assert "tidak menerima permohonan di sini" in text_of(answer) and "enctype" not in answer.content.decode()


def test_who_may_not_open_the_household_finds_nothing(desk, make_user):
    stranger = client_of(make_user("coordinator", "irm"))
    assert stranger.get(desk.apply_at).status_code == 404
    assert client_of(make_user("auditor", "perkeso", area="")).get(desk.apply_at).status_code == 403


def test_the_inbox_of_each_side(desk):
    address = desk.applied()
    assert "Norazlina binti Hamzah" in text_of(client_of(desk.pbns).get("/permohonan/"))
    ours = text_of(client_of(desk.aim).get("/permohonan/"))
    assert "Perbadanan Baitulmal" in ours and "Perlu diputuskan" not in ours
    assert "Tiada jawapan yang ditunggu" in text_of(client_of(desk.pbns).get("/permohonan/?kotak=waiting"))
    assert "Semua permohonan sudah diputuskan" not in text_of(client_of(desk.pbns).get("/permohonan/?kotak=nonsense"))
    assert address


def test_a_question_is_answered_with_a_document(desk, owner):
    address = desk.applied()
    officer, sender = client_of(desk.pbns), client_of(desk.aim)
    assert officer.post(f"{address}minta/", {"words": "Apa", "by_on": "1/1/2020"}).status_code == 422
    assert officer.post(f"{address}minta/", {"words": "Sila beri slip gaji bulan Oktober", "by_on": "31/12/2027"}).status_code == 302
    assert "Sila beri slip gaji" in text_of(sender.get(address)) and "Ditanya kepada kami" in text_of(sender.get("/permohonan/?kotak=asked"))
    assert sender.post(f"{address}jawab/", {"words": ""}).status_code == 422
    assert sender.post(f"{address}jawab/", {"words": "Slip dilampirkan.", "papers": [paper()]}).status_code == 302
    assert "perlu diputuskan" in text_of(officer.get(address)) and entries(owner, "application.attach") == 1


def test_only_who_decides_opens_a_document_and_each_opening_is_written(desk, owner):
    address = desk.applied(papers=[paper()])
    which = owner.execute("SELECT id FROM assistance_attachment").fetchone()[0]
    assert client_of(desk.aim).get(f"{address}dokumen/{which}/").status_code == 404
    opened = client_of(desk.pbns).get(f"{address}dokumen/{which}/")
    assert opened.content.startswith(b"%PDF") and "attachment" in opened["Content-Disposition"] and entries(owner, "attachment.open") == 1
    assert "belum diimbas untuk virus" in text_of(client_of(desk.pbns).get(address))


def test_an_application_is_taken_back_after_a_question(desk):
    address = desk.applied()
    assert client_of(desk.pbns).get(f"{address}tarik/").status_code == 404
    sender = client_of(desk.aim)
    assert "Tarik balik permohonan" in text_of(sender.get(f"{address}tarik/"))
    assert sender.post(f"{address}tarik/")["Location"] == address
    assert "ditarik balik" in text_of(sender.get(address))
    assert sender.post(f"{address}tarik/").status_code == 422
    refused = sender.post(f"{address}dokumen/", {"papers": [paper()]})
    assert refused.status_code == 422


def test_the_page_of_an_application_takes_the_same_queries_for_one_and_many_documents(desk, django_assert_max_num_queries):
    counts = []
    address = desk.applied()
    for _round in range(2):
        client_of(desk.aim).post(f"{address}dokumen/", {"papers": [paper(), paper()]})
        with django_assert_max_num_queries(80) as seen:
            client_of(desk.pbns).get(address)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.without_javascript
def test_from_the_sheet_to_the_agency_without_javascript(page, sign_in, desk):
    sign_in(page, desk.aim)
    page.goto(f"/isi-rumah/{desk.household}/lembaran/")
    page.locator(f'a[href^="{desk.apply_at}"]').click()
    page.get_by_text("Cap ibu jari").click()
    page.get_by_role("button", name="Hantar kepada").click()
    expect(page.get_by_text("Di sini anda melihat apa yang berlaku seterusnya")).to_be_visible()


def test_the_pages_of_applying_fit(page, sign_in, desk):
    address = desk.applied(papers=[paper()])
    sign_in(page, desk.aim)
    outside = f"/isi-rumah/{desk.household}/mohon/mof.str/"
    for place in (desk.apply_at, "/permohonan/", "/permohonan/?kotak=asked", address, f"{address}tarik/", outside):
        page.goto(place)
        check(page)


def test_odd_characters_in_an_address_or_a_form_break_nothing(desk):
    client = client_of(desk.aim)
    for member in ("\u00b2", "\u0663", "9" * 5000):
        assert client.get(desk.apply_at, {"member": member}).status_code < 500
    address = desk.applied()
    asked = client_of(desk.pbns).post(f"{address}minta/", {"words": "Slip gaji\x00 Ogos", "by_on": "x\x00"})
    assert asked.status_code == 422 and "Slip gaji Ogos" in text_of(asked)
