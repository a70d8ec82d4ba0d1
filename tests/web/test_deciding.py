"""Deciding: criteria with evidence and no score, checked before saving, against the screening only with a reason, locks, exceptions, the letter."""
from __future__ import annotations

import io

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader

from sinergi.kernel.actors import actor_of
from sinergi.registry import actions
from tests.web.conftest import check
from tests.web.counter_stage import client_of, entries, text_of
from tests.web.deciding_stage import APPROVE, CONSENT, KNOWN, REFUSE, Desk, paper


@pytest.fixture
def desk(published_law, make_user):
    return Desk(make_user)



def test_the_officer_sees_criteria_evidence_and_what_is_missing(desk):
    page = text_of(client_of(desk.pbns).get(desk.applied()))
    for words in ("Syarat dan bukti", "Dipenuhi", "Agama: Islam", "Kurang:", "Had kifayah", "Tiada skor", "Belum pasti", "Semak sebelum simpan"):
        assert words in page
    assert "skor:" not in page.lower()


def test_the_agency_that_sent_it_sees_its_state_and_no_form_to_decide(desk):
    page = text_of(client_of(desk.aim).get(desk.applied()))
    assert "perlu diputuskan" in page and "Semak sebelum simpan" not in page and "Syarat dan bukti" not in page
    assert "Tarik balik permohonan ini" in page


def test_a_stranger_finds_no_application(desk, make_user):
    address = desk.applied()
    stranger = client_of(make_user("officer", "irm"))
    assert stranger.get(address).status_code == 404 and stranger.post(f"{address}putus/", APPROVE).status_code == 404


def test_checking_writes_nothing_and_saving_decides(desk, owner):
    address, officer = desk.applied(), client_of(desk.pbns)
    checked = officer.post(f"{address}putus/", {**APPROVE, "step": "check"})
    assert checked.status_code == 200 and "Luluskan untuk" in text_of(checked) and "RM300 sebulan" in text_of(checked)
    assert entries(owner, "application.decide") == 0 and owner.execute("SELECT count(*) FROM benefits_entitlement").fetchone() == (0,)
    back = officer.post(f"{address}putus/", {**APPROVE, "words": "Ayat yang kekal.", "step": "edit"})
    assert back.status_code == 422 and "Ayat yang kekal." in text_of(back)
    desk.approved(address)
    assert entries(owner, "application.decide") == 1 and owner.execute("SELECT amount FROM benefits_entitlement").fetchone() == (300,)
    assert "diluluskan" in text_of(officer.get(address)) and "Semak sebelum simpan" not in text_of(officer.get(address))


@pytest.mark.parametrize(("changed", "mend"), [
    ({"outcome": ""}, "Pilih keputusan"), ({"reasons": []}, "sekurang-kurangnya satu sebab"), ({"words": ""}, "Tulis ayat yang akan dibaca"),
    ({**APPROVE, "amount": "banyak"}, "bukan jumlah wang"), ({**APPROVE, "to_on": "1/1/2020"}, "mendahului tarikh mula")])
def test_what_is_no_decision_is_said_at_the_check(desk, owner, changed, mend):
    answer = client_of(desk.pbns).post(f"{desk.applied()}putus/", {**REFUSE, **changed, "step": "check"})
    assert answer.status_code == 422 and mend in text_of(answer) and 'role="alert"' in answer.content.decode()
    assert entries(owner, "application.decide") == 0


def test_a_decision_against_the_screening_needs_a_written_reason(desk, owner):
    address, officer = desk.applied(), client_of(desk.pbns)
    with owner.transaction():
        owner.execute("ALTER TABLE assistance_application DISABLE TRIGGER USER")
        owner.execute("UPDATE assistance_application SET screened = 'not_entitled'")
        owner.execute("ALTER TABLE assistance_application ENABLE TRIGGER USER")
    refused = officer.post(f"{address}putus/", {**APPROVE, "step": "check"})
    assert refused.status_code == 422 and "berlainan daripada saringan" in text_of(refused)
    why = {"against": "Lawatan rumah menunjukkan pendapatan sebenar lebih rendah."}
    assert "Berlainan daripada saringan, kerana" in text_of(officer.post(f"{address}putus/", {**APPROVE, **why, "step": "check"}))


def test_the_letter_in_both_languages_gives_reasons_law_and_appeal(desk):
    address = desk.applied()
    assert client_of(desk.pbns).get(f"{address}surat.pdf").status_code == 404
    assert client_of(desk.pbns).post(f"{address}putus/", {**REFUSE, "step": "save"}).status_code == 302
    for language, words in (("ms", ("tidak diluluskan", "Peruntukan tahun ini", "Jika anda tidak bersetuju")),
                            ("en", ("not approved", "If you do not agree"))):
        answer = client_of(desk.aim).get(f"{address}surat.pdf?bahasa={language}")
        reader = PdfReader(io.BytesIO(answer.content))
        said = " ".join("".join(page.extract_text() for page in reader.pages).split())
        assert reader.trailer["/Root"]["/Lang"] == language and all(word in said for word in words) and "Norazlina" in said
    assert "Cara merayu" in text_of(client_of(desk.aim).get(address))


def test_the_sum_of_the_law_stands_in_the_form(published_law, make_user):
    aim, maim = make_user("coordinator", "aim"), make_user("officer", "maim")
    person = {"name": "Rohani binti Salleh", "mykad": "800705-17-5034", "facts": {**KNOWN, "income": "RM400", "religion": "islam"}}
    body = {"person": person, "address": {"state": "melaka"}, "household": {"asnaf": "fakir", "family_death": "no"}}
    registered = actions.take_in(body, actor=actor_of(aim), purpose="register", on=timezone.localdate())
    sent = client_of(aim).post(f"/isi-rumah/{registered.household_id}/mohon/maim.zakat/", {"member": "", "need": "cash", **CONSENT})
    page = client_of(maim).get(sent["Location"]).content.decode()
    assert 'name="amount" value="400"' in page and '<option value="monthly" selected>' in page


@pytest.fixture
def locked(desk):
    """An application of PBNS for a need that PBNS helps already."""
    address = desk.applied()
    given = {"programme": "pbns.zakat", "need": "cash", "amount": "250", "pay": "monthly", "from_on": "", "to_on": "31/05/2027"}
    answer = client_of(desk.pbns).post(f"/orang/{desk.person}/terima/beri/", given)
    assert answer.status_code == 302, text_of(answer)
    return address


def test_a_lock_is_shown_and_the_check_says_until_when(desk, locked):
    officer = client_of(desk.pbns)
    page = text_of(officer.get(locked))
    assert "Tidak boleh diluluskan" in page and "31 Mei 2027" in page and "Mohon pengecualian" in page
    refused = officer.post(f"{locked}putus/", {**APPROVE, "step": "check"})
    assert refused.status_code == 422 and "31/05/2027" in text_of(refused)


def test_an_exception_is_asked_by_one_approved_by_another_used_once_and_reviewed(desk, locked, owner):
    officer, second, boss = client_of(desk.pbns), client_of(desk.second), client_of(desk.boss)
    ask = {"code": "not_enough", "reason": "Bantuan sedia ada tidak mencukupi untuk tiga anak.", "until_on": ""}
    assert officer.post(f"{locked}pengecualian/", {**ask, "code": "", "until_on": "1/1/2020"}).status_code == 422
    until = owner.execute("SELECT to_char(current_date + 60, 'DD/MM/YYYY')").fetchone()[0]
    address = officer.post(f"{locked}pengecualian/", {**ask, "until_on": until})["Location"]
    assert "Anda sendiri yang memohonnya" in text_of(officer.get(address)) and officer.post(address, {"step": "approve"}).status_code == 422
    assert "Norazlina" in text_of(second.get("/pengecualian/")) and "Bantuan sedia ada" in text_of(second.get(address))
    assert second.post(address, {"step": "approve"}).status_code == 302
    which = address.rstrip("/").rpartition("/")[2]
    assert "Guna pengecualian yang diluluskan" in text_of(officer.get(locked))
    late = officer.post(f"{locked}putus/", {**APPROVE, "override": which, "step": "save"})
    assert late.status_code == 422 and "Pengecualian tamat pada" in text_of(late)
    assert officer.post(f"{locked}putus/", {**APPROVE, "override": which, "to_on": until, "step": "save"}).status_code == 302
    assert boss.post(address, {"step": "review", "finding": ""}).status_code == 422
    assert boss.post(address, {"step": "review", "finding": "Wajar; kes tiga anak."}).status_code == 302
    twice = text_of(boss.get("/pertindihan/?need=cash"))
    assert "1 pasangan" in twice and "RM250" in twice and "RM300" in twice and "RM550" in twice and "Norazlina" in twice
    assert "Norazlina" in boss.get("/pertindihan/senarai.csv").content.decode() and "Norazlina" not in text_of(boss.get("/pertindihan/?need=rent"))
    assert "Wajar; kes tiga anak." in text_of(boss.get(address)) and "Norazlina" in text_of(boss.get("/pengecualian/?keadaan=used"))


@pytest.mark.without_javascript
def test_a_decision_is_checked_and_saved_without_javascript(page, sign_in, desk):
    address = desk.applied()
    sign_in(page, desk.pbns)
    page.goto(address)
    page.get_by_text("Tolak, dengan sebab").click()
    page.get_by_text("Peruntukan tahun ini sudah habis").click()
    page.get_by_label("Sebab, seperti akan dibaca").fill("Peruntukan tahun ini habis. Mohon semula pada Januari.")
    page.get_by_role("button", name="Semak sebelum simpan").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Tolak untuk Norazlina")
    page.get_by_role("button", name="Ya, tolak").click()
    expect(page.get_by_text("Sudah diputuskan")).to_be_visible()


def test_the_pages_of_deciding_fit(page, sign_in, desk, locked, owner):
    client_of(desk.aim).post(f"{locked}dokumen/", {"papers": [paper()]})
    sign_in(page, desk.pbns)
    for place in (locked, "/permohonan/", "/permohonan/?kotak=decided", f"{locked}pengecualian/", "/pengecualian/"):
        page.goto(place)
        check(page)
    page.goto(locked)
    page.get_by_text("Tolak, dengan sebab").click()
    page.get_by_role("button", name="Semak sebelum simpan").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.problems.clear()  # the browser reports the 422 itself
    check(page)
