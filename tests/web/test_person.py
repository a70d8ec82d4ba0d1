"""A person's file: every tab, every change with its refusal, what is hidden for safety, papers, and who looked."""
from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.web.conftest import check
from tests.web.counter_stage import alone, client_of, entries, family, text_of

TABS = ("", "fakta/", "butiran/", "persetujuan/", "dokumen/", "perjalanan/", "siapa-melihat/")
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def irm(published_law, make_user):
    return make_user("coordinator", "irm", name="Zulkarnain bin Idris")


@pytest.fixture
def client(irm):
    return client_of(irm)


@pytest.fixture
def registered(irm):
    return family(irm)


@pytest.fixture
def file(registered):
    return f"/orang/{registered.person_id}/"


def test_every_tab_opens_for_who_serves_him_and_for_nobody_else(client, file, make_user):
    stranger = client_of(make_user("coordinator", "maiwp"))
    for tab in TABS:
        assert client.get(file + tab).status_code == 200, tab
        if tab:
            assert stranger.get(file + tab).status_code == 404, tab
    assert client_of(make_user("administrator", area="")).get(file).status_code == 403


def test_the_file_is_never_stored_and_each_opening_is_recorded(client, file, owner):
    before = entries(owner, "person.read")
    assert "no-store" in client.get(file)["Cache-Control"]
    assert entries(owner, "person.read") == before + 1


def test_a_member_joins_and_a_known_one_is_not_registered_again(client, file, irm, owner):
    alone(irm, "Hamzah bin Ali", "500201-17-5001")
    page = text_of(client.post(f"{file}ahli/", {"name": "", "relation": "parent", "document": "mykad", "number": "12"}))
    assert "Isi nama" in page and "digit" in page
    answer = client.post(f"{file}ahli/", {"name": "Hamzah Ali", "relation": "parent", "document": "mykad", "number": "500201-17-5001"})
    assert answer["Location"] == file and "Hamzah bin Ali" in text_of(client.get(file))
    assert owner.execute("SELECT count(*) FROM registry_person").fetchone() == (4,)
    again = client.post(f"{file}ahli/", {"name": "Hamzah Ali", "relation": "parent", "document": "mykad", "number": "500201-17-5001"})
    assert again.status_code == 422 and "sudah ahli" in text_of(again)


def test_a_member_leaves_and_it_is_undone(client, file, registered):
    husband = registered.people[1]
    yesterday = timezone.localdate() - timedelta(days=1)
    assert "tidak dikira" in text_of(client.get(f"{file}ahli/{husband}/keluar/"))
    early = client.post(f"{file}ahli/{husband}/keluar/", {"on": f"{yesterday:%d/%m/%Y}"})
    assert early.status_code == 422 and "mendahului" in text_of(early)
    assert client.post(f"{file}ahli/{husband}/keluar/", {"on": "31/11/2026"}).status_code == 422
    client.post(f"{file}ahli/{husband}/keluar/", {"on": f"{timezone.localdate():%d/%m/%Y}"})
    assert "Sudah keluar daripada isi rumah" in text_of(client.get(file))
    client.post(f"{file}ahli/{husband}/semula/")
    assert "kembali menjadi ahli" in text_of(client.get(file)) and "Sudah keluar" not in text_of(client.get(file))


def test_a_guardian_is_an_adult_of_the_household(client, registered):
    child, head, husband = registered.people[2], registered.people[0], registered.people[1]
    page = text_of(client.get(f"/orang/{child}/"))
    assert "Norazlina binti Hamzah" in page and "penjaga sejak" in page
    wrong = client.post(f"/orang/{head}/penjaga/", {"guardian": str(child)})
    assert wrong.status_code == 422 and "18 tahun" in text_of(wrong)
    assert client.post(f"/orang/{head}/penjaga/", {"guardian": "x"}).status_code == 422
    assert client.post(f"/orang/{head}/penjaga/", {"guardian": str(husband)})["Location"] == f"/orang/{head}/"


def test_a_new_address_moves_the_household(client, file, registered):
    wrong = client.post(f"{file}pindah/", {"address.postcode": "160", "address.state": "kelantan"})
    assert wrong.status_code == 422 and "5 digit" in text_of(wrong)
    client.post(f"{file}pindah/", {"address.lines": "Kampung Laut", "address.postcode": "16040", "address.state": "kelantan"})
    assert "Kampung Laut" in text_of(client.get(f"{file}butiran/"))
    assert "Kelantan" in text_of(client.get(f"/orang/{registered.people[2]}/"))


def test_a_hidden_address_is_shown_to_named_people_only(client, file, make_user):
    named = make_user("coordinator", "irm", email="nama@irm.example", name="Aina")
    other = make_user("coordinator", "irm", email="lain@irm.example", name="Lain")
    client.post(f"{file}lindungi/", {"readers": [str(named.pk)]})
    for visitor, sees in ((client, True), (client_of(named), True), (client_of(other), False)):
        page = text_of(visitor.get(f"{file}butiran/"))
        assert ("12 Jalan Mawar" in page) is sees and ("+60190000110" in page) is sees, page
        assert "disembunyikan demi keselamatan" in page and ("Tunjukkan semula alamat" in page) is sees, "no door that would refuse"
    refused = client_of(other).post(f"{file}lindungi/")
    assert refused.status_code == 422 and "Hanya orang yang dinamakan" in text_of(refused)
    assert client.post(f"{file}lindungi/").status_code == 302
    assert "12 Jalan Mawar" in text_of(client_of(other).get(f"{file}butiran/"))


def test_particulars_are_corrected_and_nothing_changed_says_so(client, file):
    same = client.get(f"{file}betulkan/").context["step"].form
    typed = {name: same[name].value() or "" for name in same.fields}
    assert "Tiada apa-apa yang berubah" in text_of(client.post(f"{file}betulkan/", typed))
    wrong = client.post(f"{file}betulkan/", {**typed, "birth_date": "1/1/2090", "email": "x"})
    assert wrong.status_code == 422 and "Tarikh lahir" in text_of(wrong) and "e-mel" in text_of(wrong)
    assert client.post(f"{file}betulkan/", {**typed, "name": "Norazlina"})["Location"] == f"{file}butiran/"
    assert "Norazlina binti" not in text_of(client.get(f"{file}butiran/"))


def test_facts_show_origin_days_and_what_was_believed_before(client, file):
    address = f"{file}fakta/rekod/"
    assert client.get(f"{address}?fact=birth_date").status_code == 302
    wrong = client.post(address, {"fact": "income", "value": "banyak", "on": "", "said_by": "self", "evidence": "declared"})
    assert wrong.status_code == 422 and 'value="banyak"' in wrong.content.decode()
    empty = client.post(address, {"fact": "income", "value": "", "said_by": "self", "evidence": "declared"})
    assert empty.status_code == 422 and "1 perkara perlu dibetulkan" in text_of(empty)
    backwards = {"fact": "income", "value": "900", "on": "2/11/2026", "valid_to": "1/11/2026", "said_by": "self", "evidence": "declared"}
    assert "mendahului" in text_of(client.post(address, backwards))
    done = client.post(address, {"fact": "income", "value": "RM1,250.00", "on": f"{timezone.localdate():%d/%m/%Y}", "said_by": "officer",
                                 "evidence": "document_seen"})
    assert done.status_code == 302
    page = text_of(client.get(f"{file}fakta/"))
    assert "RM1,250" in page and "Seorang pegawai" in page or "Pegawai" in page
    assert "1 kenyataan terdahulu" in page and "RM600" in page


def test_a_document_is_kept_encrypted_handed_out_as_a_download_and_checked(client, file, owner, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    assert client.post(f"{file}dokumen/", {"kind": "", "title": "x"}).status_code == 422
    bad = client.post(f"{file}dokumen/", {"kind": "bank", "file": SimpleUploadedFile("a.pdf", b"<script>")})
    assert bad.status_code == 422 and 'href="#id_file"' in bad.content.decode()
    assert client.post(f"{file}dokumen/", {"kind": "income", "title": "Slip Oktober", "file": SimpleUploadedFile("a.pdf", PDF)}).status_code == 302
    client.post(f"{file}dokumen/", {"kind": "identity", "title": ""})
    page = client.get(f"{file}dokumen/")
    assert "Slip Oktober" in text_of(page) and "dilihat, tidak disimpan" in text_of(page)
    paper = owner.execute("SELECT id FROM registry_paper WHERE file <> ''").fetchone()[0]
    got = client.get(f"{file}dokumen/{paper}/")
    assert got.content == PDF and got["Content-Disposition"].startswith("attachment") and "no-store" in got["Cache-Control"]


def test_who_looked_names_people_and_purposes(client, file):
    client.get(file)
    page = text_of(client.get(f"{file}siapa-melihat/"))
    assert "Zulkarnain bin Idris" in page and "pendaftaran" in page and "Rekod ditunjukkan" in page


def test_queries_do_not_follow_the_size_of_the_household(client, irm, django_assert_max_num_queries):
    counts: dict[str, list[int]] = {tab: [] for tab in TABS}
    for n, many in enumerate((1, 3)):
        members = [{"name": f"Anak {i}", "birth_date": f"3/4/201{i}", "relation": "child"} for i in range(many)]
        person = family(irm, person={"name": "Ali bin Abu", "mykad": f"7910{n + 10}-17-5101"}, members=members).person_id
        client.get("/")  # the session's clock is written once
        for tab in TABS:
            with django_assert_max_num_queries(60) as seen:
                client.get(f"/orang/{person}/{tab}")
            counts[tab].append(len(seen))
    assert {tab: pair for tab, pair in counts.items() if pair[0] != pair[1]} == {}


def test_every_page_of_the_file_fits(page: Page, irm, sign_in):
    long = {"name": "Puteri Nur Syahirah Batrisyia binti Muhammad Ikhwanul Hakim", "mykad": "891214-17-5078"}
    person = family(irm, person=long).person_id
    sign_in(page, irm)
    for tab in (*TABS, "ahli/", "betulkan/", "lindungi/", "pindah/", "fakta/rekod/?fact=income", "fakta/rekod/?fact=marital", "persetujuan/beri/"):
        page.goto(f"/orang/{person}/{tab}")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Puteri")
        check(page)
