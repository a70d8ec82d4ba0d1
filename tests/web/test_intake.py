"""Registration: search first, saved as one goes, rows by posts, every fault beside its field, odd things warn once, nobody twice."""
from __future__ import annotations

import threading

import pytest
from django.db import connections
from django.test import Client
from playwright.sync_api import Page, expect

from tests.web.conftest import check
from tests.web.counter_stage import DESK, alone, begun, client_of, entries, family, text_of


@pytest.fixture
def irm(published_law, make_user):
    return make_user("coordinator", "irm", name="Zulkarnain bin Idris")


@pytest.fixture
def client(irm):
    return client_of(irm)


def test_registration_begins_with_a_search(client):
    page = client.get("/daftar/")
    assert 'role="search"' in page.content.decode() and "Jika tiada rekod dijumpai" in text_of(page)


def test_who_may_not_register_sees_no_form(published_law, make_user):
    assert client_of(make_user("auditor", area="")).get("/daftar/").status_code == 403


def test_what_is_saved_is_found_again_in_my_day_by_its_writer_alone(client, make_user, owner):
    address = begun(client, "Chik Som binti Deris", "1990")
    assert client.post(address, {**DESK, "person.name": "Chik Som", "do": "save"})["Location"] == "/"
    assert "Chik Som" in text_of(client.get("/")) and 'value="Chik Som"' in client.get(address).content.decode()
    other = client_of(make_user("coordinator", "irm", email="lain@irm.example"))
    assert other.get(address)["Location"] == "/daftar/" and "Chik Som" not in text_of(other.get("/"))
    assert owner.execute("SELECT count(*) FROM registry_person").fetchone() == (0,)


def test_saving_as_one_goes_writes_only_what_changed(client, owner):
    address = begun(client)
    for _ in range(3):
        assert client.post(f"{address}simpan/", DESK, HTTP_HX_REQUEST="true").status_code == 200
    assert entries(owner, "draft.save") == 2


def test_rows_are_added_and_removed_by_posts(client):
    address = begun(client)
    typed = {**DESK, "count.members": "2", "members.0.name": "Ali", "members.1.name": "Abu", "count.held": "1", "held.0.who": "2",
             "held.0.programme": "jkm.bwe"}
    answer = client.post(address, {**typed, "do": "add-members"})
    assert answer["Location"] == f"{address}#members-3", "the page opens at the new row, and going back asks for no second sending"
    page = client.get(address).content.decode()
    assert 'id="members-3"' in page and 'name="count.members" value="3"' in page and 'name="members.2.name"' in page
    page = client.post(address, {**typed, "do": "remove-members-0"}, follow=True).content.decode()
    assert 'name="members.0.name" value="Abu"' in page and 'value="Ali"' not in page
    assert 'value="1" selected>Abu' in page
    assert 'name="held.0.who"' not in client.post(address, {**typed, "do": "remove-members-1"}, follow=True).content.decode()


def test_every_fault_is_said_at_once_beside_its_field_and_nothing_is_written(client, owner):
    address = begun(client)
    bad = {**DESK, "person.number": "900227-17-513", "person.phone": "19-x", "count.members": "1", "members.0.name": "Anak",
           "members.0.birth_date": "31/11/2015", "address.state": "", "address.postcode": "160", "count.held": "1", "held_said": "some",
           "held.0.who": "0", "held.0.programme": "jkm.bwe", "held.0.amount": "banyak"}
    answer = client.post(address, {**bad, "do": "register"})
    page, words = answer.content.decode(), text_of(answer)
    assert answer.status_code == 422
    for target in ("person.number", "person.phone", "members.0.birth_date", "address.postcode", "held.0.amount"):
        assert f'href="#id_{target}"' in page, target
    assert "Telefon bermula dengan 0 atau +60" in words and "bukan jumlah wang" in words
    assert 'value="900227-17-513"' in page and 'value="Anak"' in page
    assert owner.execute("SELECT count(*) FROM registry_person").fetchone() == (0,) and entries(owner, "submission.receive") == 0


def test_faults_are_said_in_english_too(client):
    client.post("/bahasa/", {"language": "en"})
    answer = client.post(begun(client), {**DESK, "person.phone": "19-x", "do": "register"})
    assert "A phone number starts with 0 or +60" in text_of(answer)


def test_a_household_is_registered_and_its_draft_is_gone(client, owner):
    address = begun(client)
    typed = {**DESK, "count.members": "2", "members.0.name": "Deris bin Awang", "members.0.relation": "parent", "members.0.birth_date": "1/2/1950",
             "members.1.name": "Siti", "members.1.relation": "child", "members.1.birth_date": "3/4/2015", "do": "register"}
    answer = client.post(address, typed)
    assert answer.status_code == 302 and "/lembaran/" in answer["Location"]
    assert owner.execute("SELECT relation FROM registry_membership ORDER BY id").fetchall() == [("head",), ("parent",), ("child",)]
    assert [entries(owner, verb) for verb in ("submission.receive", "person.register", "draft.discard")] == [1, 1, 1]
    assert client.get(address)["Location"] == "/daftar/"
    assert "Siti belum 18 tahun" in text_of(client.get(answer["Location"]))


def test_what_is_received_is_kept_with_whoever_receives_it(client, owner):
    typed = {**DESK, "count.members": "1", "members.0.name": "Deris bin Awang", "members.0.relation": "parent", "held_said": "some",
             "count.held": "1",
             "held.0.who": "1", "held.0.programme": "jkm.bwe", "held.0.amount": "RM600", "held.0.start": "1/3/2026", "do": "register"}
    assert client.post(begun(client), typed).status_code == 302
    held = owner.execute("SELECT p.name, f.value FROM registry_fact f JOIN registry_person p ON p.id = f.person_id WHERE f.name = 'held'").fetchall()
    assert ("Deris bin Awang", {"programme": "jkm.bwe", "from": "2026-03-01", "amount_sen": 60000}) in held
    assert any(name == "Chik Som binti Deris" and value == {} for name, value in held)


@pytest.mark.parametrize(("said", "rows", "mend"), [
    ("some", {}, "Tambah bantuan yang diterima di bawah"), ("none", {"held.0.programme": "jkm.bwe"}, "pilih “ya”"),
    ("some", {"held.0.amount": "600"}, "Pilih bantuan yang mana")])
def test_what_contradicts_itself_about_aid_is_not_taken(client, owner, said, rows, mend):
    typed = {**DESK, "held_said": said, "count.held": "1", "held.0.who": "0", **rows, "do": "register"}
    answer = client.post(begun(client), typed)
    assert answer.status_code == 422 and mend in text_of(answer)
    assert owner.execute("SELECT count(*) FROM registry_person").fetchone() == (0,)


def test_an_odd_number_warns_once_and_does_not_block(client, owner):
    address = begun(client)
    typed = {**DESK, "person.sex": "male", "do": "register"}
    first = client.post(address, typed)
    assert first.status_code == 200 and "Jantina tidak sepadan" in text_of(first) and "Tiada yang dihalang" in text_of(first)
    seen = first.content.decode().split('name="seen" value="')[1].split('"')[0]
    assert client.post(address, {**typed, "seen": seen}).status_code == 302
    assert owner.execute("SELECT count(*) FROM registry_person").fetchone() == (1,)


def test_a_look_alike_is_shown_before_he_is_registered_again(client, irm, owner):
    alone(irm, "Md Kamaru bin Yusuf", "680411-17-5013")
    address = begun(client)
    typed = {**DESK, "person.name": "Kamarul bin Yusof", "person.document": "none", "person.number": "",
             "person.birth_date": "11/4/1968", "do": "register"}
    first = client.post(address, typed)
    assert "mungkin sudah ada di sini" in text_of(first) and "Md Kamaru bin Yusuf" in text_of(first)
    seen = first.content.decode().split('name="seen" value="')[1].split('"')[0]
    assert "/lembaran/" in client.post(address, {**typed, "seen": seen})["Location"]
    assert owner.execute("SELECT count(*) FROM registry_person").fetchone() == (2,)


def test_a_member_who_is_known_joins_instead_of_being_registered_again(client, irm, owner):
    known = alone(irm, "Deris bin Awang", "500201-17-5001")
    address = begun(client)
    typed = {**DESK, "count.members": "1", "members.0.name": "Deris bin Awang", "members.0.relation": "parent", "members.0.birth_date": "1/2/1950"}
    first = client.post(address, {**typed, "do": "register"}).content.decode()
    assert f'value="same-0-{known}"' in first
    page = client.post(address, {**typed, "do": f"same-0-{known}"}, follow=True).content.decode()
    assert f'name="members.0.person_id" value="{known}"' in page and "sudah dikenali" in page
    seen = first.split('name="seen" value="')[1].split('"')[0]
    assert client.post(address, {**typed, "members.0.person_id": str(known), "seen": seen, "do": "register"}).status_code == 302
    assert owner.execute("SELECT count(*) FROM registry_person").fetchone() == (2,)


def test_who_is_ours_already_is_opened_and_not_overwritten(client, irm, owner):
    person = family(irm).person_id
    typed = {**DESK, "person.name": "Norazlina Hamzah", "person.number": "891214-17-5078", "do": "register"}
    address = begun(client)
    first = client.post(address, typed)
    seen = first.content.decode().split('name="seen" value="')[1].split('"')[0]
    answer = client.post(address, {**typed, "seen": seen})
    assert answer["Location"] == f"/orang/{person}/"
    page = text_of(client.get(answer["Location"]))
    assert "Sudah ada: inilah rekodnya" in page and "Norazlina binti Hamzah" in page


def test_who_is_anothers_leads_to_consent(client, make_user, owner):
    person = alone(make_user("coordinator", "maiwp"), "Chik Som binti Deris", "900227-17-5136")
    address = begun(client)
    first = client.post(address, {**DESK, "do": "register"})
    assert f"/orang/{person}/" in first.content.decode()
    seen = first.content.decode().split('name="seen" value="')[1].split('"')[0]
    answer = client.post(address, {**DESK, "seen": seen, "do": "register"})
    assert answer.status_code == 422 and f"/orang/{person}/" in answer.content.decode() and "agensi lain" in text_of(answer)


def test_a_field_is_checked_when_it_is_left(client):
    address = begun(client)
    header = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TRIGGER_NAME": "person.number"}
    said = text_of(client.post(f"{address}semak/", {**DESK, "person.number": "9002271751"}, **header))
    assert "12" in said and "digit" in said
    fine = client.post(f"{address}semak/", DESK, **header).content.decode()
    assert "field-wrong" not in fine and "Telefon" not in fine
    assert client.post(f"{address}semak/", DESK, HTTP_HX_TRIGGER_NAME="seen").status_code == 204


def test_districts_follow_the_state_and_the_postcode_tells_it(client):
    address = begun(client)
    page = client.post(f"{address}tempat/", {**DESK, "address.state": "perlis", "address.postcode": ""}).content.decode()
    assert "Kangar" not in page or "Kota Bharu" not in page
    told = client.post(f"{address}tempat/", {**DESK, "address.state": "", "address.postcode": "16040"}).content.decode()
    assert 'value="kelantan" selected' in told and "Kota Bharu" in told


def test_a_draft_is_discarded_after_a_question(client, owner):
    address = begun(client, "Chik Som", "1990")
    assert "Buang pendaftaran ini?" in text_of(client.get(f"{address}buang/"))
    assert client.post(f"{address}buang/")["Location"] == "/"
    assert owner.execute("SELECT count(*) FROM registry_draft").fetchone() == (0,)


def test_a_form_that_is_too_large_is_refused_in_words(client):
    fields = ("name", "number", "country", "birth_date", "sex", "person_id")
    huge = {**DESK, "count.members": "40", **{f"members.{i}.{f}": "x" * 1000 for i in range(40) for f in fields}}
    answer = client.post(begun(client), {**huge, "do": "save"})
    assert answer.status_code == 422 and "terlalu besar" in text_of(answer)


def test_the_form_fits_phone_and_desk_and_saves_itself(page: Page, irm, sign_in):
    sign_in(page, irm)
    page.goto("/cari/")
    page.get_by_label("Siapa di hadapan anda?").fill("Chik Som binti Deris 900227-17-5136")
    page.get_by_role("button", name="Daftar orang baharu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Daftar orang baharu")
    check(page)
    page.get_by_label("Nombor", exact=False).first.fill("900227-17-513")
    page.keyboard.press("Tab")
    expect(page.locator("#who .wrong")).to_be_visible()
    expect(page.locator("#saved")).to_contain_text("Disimpan di pelayan", timeout=15_000)
    page.get_by_label("Poskod").fill("16040")
    page.get_by_label("Poskod").press("Tab")
    expect(page.get_by_label("Negeri")).to_have_value("kelantan")
    page.get_by_role("button", name="Tambah ahli").click()
    expect(page.get_by_role("group", name="Ahli 1")).to_be_visible()
    page.get_by_role("button", name="Simpan dan saring").click()
    expect(page.locator(".errors")).to_be_focused()
    check(page)


def test_a_double_press_registers_once_and_breaks_nothing(client, owner):
    address = begun(client)
    barrier, answers = threading.Barrier(3), []

    def press():
        visitor = Client()
        visitor.cookies = client.cookies
        barrier.wait()
        answers.append(visitor.post(address, {**DESK, "do": "register"}))

    def run():
        try:
            press()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    places = sorted(answer["Location"] for answer in answers)
    assert places[:2] == ["/daftar/", "/daftar/"] and places[2].endswith("/lembaran/"), places
    assert owner.execute("SELECT count(*) FROM registry_person").fetchone() == (1,)
