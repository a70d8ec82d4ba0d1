"""A person's rights: his request taken down anywhere, answered by its day by the protection officer, his data as a file, erasure after a question."""
from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page

from tests.web.conftest import check
from tests.web.counter_stage import alone, client_of, entries, family, text_of


@pytest.fixture
def irm(published_law, make_user):
    return make_user("coordinator", "irm", name="Zulkarnain bin Idris")


@pytest.fixture
def officer(make_user):
    return make_user("protection_officer", "perkeso", area="", name="Dayang Nurul binti Awang")


@pytest.fixture
def client(irm):
    return client_of(irm)


@pytest.fixture
def registered(irm):
    return family(irm)


def asked(client, registered, owner, kind: str = "access") -> str:
    """A request taken down at the counter; its address."""
    answer = client.post(f"/orang/{registered.person_id}/permintaan/", {"kind": kind, "words": "Saya mahu tahu"})
    assert answer.status_code == 302
    return f"/permintaan/{owner.execute('SELECT id FROM registry_datarequest ORDER BY opened_at DESC').fetchone()[0]}/"


def test_a_request_is_taken_down_at_the_counter_and_opens_the_record_to_the_officer(client, registered, officer, owner):
    protector = client_of(officer)
    wrong = client.post(f"/orang/{registered.person_id}/permintaan/", {"kind": ""})
    assert wrong.status_code == 422 and "Pilih jenis permintaan" in text_of(wrong)
    assert "Norazlina" not in text_of(protector.get(f"/orang/{registered.person_id}/"))
    address = asked(client, registered, owner)
    assert "Mahu melihat data saya" in text_of(protector.get("/")) and "21 hari lagi" in text_of(protector.get("/permintaan/"))
    assert "Saya mahu tahu" in text_of(protector.get(address))
    assert "Norazlina binti Hamzah" in text_of(protector.get(f"/orang/{registered.person_id}/"))


def test_an_answer_closes_the_request_and_the_record(client, registered, officer, owner):
    address, protector = asked(client, registered, owner), client_of(officer)
    assert protector.post(address, {"answer": ""}).status_code == 422
    assert protector.post(address, {"answer": "Salinan diberi di kaunter."})["Location"] == "/permintaan/"
    assert entries(owner, "request.answer") == 1
    assert "Salinan diberi" in text_of(protector.get(address)) and "tertutup kepada anda" in text_of(protector.get(address))
    assert "sudah dijawab" in text_of(protector.post(address, {"answer": "lagi"}))


def test_own_data_is_one_file_without_other_peoples_names(client, registered):
    answer = client.get(f"/orang/{registered.person_id}/data-saya.json")
    data = json.loads(answer.content)
    assert data["person"]["name"] == "Norazlina binti Hamzah" and "Faizal" not in answer.content.decode()
    assert answer["Content-Disposition"].startswith("attachment") and "no-store" in answer["Cache-Control"]


def test_a_stranger_gets_no_file_and_no_list(registered, make_user):
    stranger = client_of(make_user("coordinator", "aim"))
    assert stranger.get(f"/orang/{registered.person_id}/data-saya.json").status_code == 404
    assert stranger.get("/permintaan/").status_code == 403
    refused = stranger.post(f"/orang/{registered.person_id}/permintaan/", {"kind": "access"})
    assert refused.status_code == 422


def test_erasing_asks_once_and_forgets(client, registered, officer, owner):
    address, protector = asked(client, registered, owner, "erase"), client_of(officer)
    assert "Padam semua tentang Norazlina binti Hamzah?" in text_of(protector.get(f"{address}padam/"))
    assert "langkah “padam”" in text_of(protector.post(address, {"answer": "baik"}))
    assert protector.post(f"{address}padam/")["Location"] == "/permintaan/"
    assert entries(owner, "person.erase") == 1
    assert owner.execute("SELECT name FROM registry_person WHERE id = %s", [registered.person_id]).fetchone()[0] == "—"
    assert protector.get(f"{address}padam/").status_code == 302


def test_only_a_request_to_be_erased_can_be_erased(client, registered, officer, owner):
    address = asked(client, registered, owner, "correct")
    assert client_of(officer).post(f"{address}padam/")["Location"] == address and entries(owner, "person.erase") == 0


def test_an_empty_list_says_what_it_is_for(officer, published_law):
    assert "Tiada permintaan terbuka" in text_of(client_of(officer).get("/permintaan/"))


def test_the_list_takes_the_same_queries_for_one_and_three(client, irm, officer, django_assert_max_num_queries):
    counts, protector = [], client_of(officer)
    protector.get("/permintaan/")  # the session's clock is written once
    for many in (1, 2):
        for n in range(many):
            person = alone(irm, f"Awang {'AB'[n]} bin Daud", f"79100{many}-17-510{2 * n + 1}")
            client.post(f"/orang/{person}/permintaan/", {"kind": "access"})
        with django_assert_max_num_queries(40) as seen:
            protector.get("/permintaan/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_pages_fit(page: Page, client, irm, officer, registered, owner, sign_in):
    address = asked(client, registered, owner, "erase")
    sign_in(page, irm)
    page.goto(f"/orang/{registered.person_id}/permintaan/")
    check(page)
    sign_in(page, officer)
    for place in ("/", "/permintaan/", address, f"{address}padam/"):
        page.goto(place)
        check(page)
