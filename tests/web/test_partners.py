"""Partners and their systems on their pages: join, correct, leave; a secret shown once; who may not reads who can."""
from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from playwright.sync_api import Page, expect

from sinergi.kernel.clients import client_of, issue_token
from sinergi.kernel.models import Agency, ClientSecret, User
from tests.web.conftest import check
from tests.web.test_users import audited, words


@pytest.fixture
def administrator(make_user):
    return make_user("administrator", "perkeso", area="", email="admin@perkeso.example", name="Ong Wei Jian")


@pytest.fixture
def local(make_user):
    return make_user("administrator", "aim", email="admin@aim.example", name="Noraini binti Sulaiman")


NEW = {"name_ms": "Yayasan Contoh", "name_en": "Example Foundation", "code": "Yayasan", "kind": "foundation", "area": "perak",
       "ground": "Memorandum 3/2026, 1 November 2026", "website": "yayasan.example"}
SOON = timezone.localdate() + timedelta(days=90)


def test_a_partner_joins_and_is_corrected(client, administrator, owner):
    client.force_login(administrator)
    assert client.post("/rakan/tambah/", NEW)["Location"] == "/rakan/yayasan/"
    page = words(client.get("/rakan/yayasan/"))
    assert all(text in page for text in ("Yayasan Contoh", "Perak", "Memorandum 3/2026", "https://yayasan.example"))
    assert client.post("/rakan/yayasan/ubah/", {**NEW, "name_en": "Sample Foundation"}).status_code == 302
    assert Agency.objects.get(code="yayasan").name_en == "Sample Foundation"
    assert (audited(owner, "agency.join"), audited(owner, "agency.change")) == (1, 1)
    assert "Yayasan Contoh" in words(client.get("/rakan/")) and client.get("/rakan/nobody/").status_code == 404


def test_joinings_that_cannot_be_say_why(client, administrator, owner):
    client.force_login(administrator)
    for change, said in (({"code": "perkeso"}, "sudah digunakan"), ({"ground": ""}, "asas perkongsian data"), ({"code": "a b"}, "sah"),
                         ({"name_ms": ""}, "perlu")):
        answer = client.post("/rakan/tambah/", {**NEW, **change})
        assert answer.status_code == 422 and said in words(answer)
    assert audited(owner, "agency.join") == 0 and Agency.objects.count() == 1


def test_a_partner_leaves_after_its_consequence_is_said(client, administrator, local, owner):
    client.force_login(administrator)
    page = words(client.get("/rakan/aim/keluar/"))
    assert "1 pengguna dan 0 sistemnya tidak membuka apa-apa" in page and audited(owner, "agency.leave") == 0
    assert client.post("/rakan/aim/keluar/", {"successor": ""}).status_code == 422
    assert client.post("/rakan/aim/keluar/", {"successor": "aim"}).status_code == 422
    client.post("/rakan/aim/keluar/", {"successor": "perkeso"})
    assert audited(owner, "agency.leave") == 1 and not User.objects.get(pk=local.pk).is_active
    page = words(client.get("/rakan/aim/"))
    assert "Keluar pada" in page and "Betulkan rakan ini" not in page
    assert client.post("/rakan/aim/keluar/", {"successor": "perkeso"}).status_code == 422


def test_the_last_administrators_agency_does_not_leave(client, administrator, local, owner):
    client.force_login(administrator)
    answer = client.post("/rakan/perkeso/keluar/", {"successor": "aim"})
    assert answer.status_code == 422 and "pentadbir negara yang terakhir" in words(answer) and audited(owner, "agency.leave") == 0


def test_who_administers_one_agency_sees_partners_and_runs_only_his_systems(client, administrator, local, owner):
    client.force_login(local)
    assert client.get("/rakan/").status_code == 200
    assert "Terima rakan baharu" not in words(client.get("/rakan/"))
    assert "Benarkan sistem masuk" in words(client.get("/rakan/aim/")) and "Benarkan sistem masuk" not in words(client.get("/rakan/perkeso/"))
    assert client.post("/rakan/tambah/", NEW).status_code == 422
    assert client.post("/rakan/aim/ubah/", NEW).status_code == 422
    assert client.post("/rakan/perkeso/sistem/", {"name": "e-Kes", "expires_on": SOON.isoformat()}).status_code == 422
    assert audited(owner, "agency.join") == audited(owner, "agency.change") == audited(owner, "client.create") == 0


def test_a_secret_is_shown_once_and_ends(client, local, owner):
    client.force_login(local)
    answer = client.post("/rakan/aim/sistem/", {"name": "e-Kes", "expires_on": f"{SOON:%d/%m/%Y}"})
    named, given = (re.search(rf'<code class="code {name}">([^<]+)</code>', answer.content.decode()).group(1) for name in ("client", "secret"))
    token = issue_token(named, given, at=timezone.now()).text
    assert "no-store" in answer["Cache-Control"] and client_of(token, at=timezone.now()).name == "e-Kes"
    page = client.get("/rakan/aim/")
    assert given not in page.content.decode() and f"hingga {SOON:%d/%m/%Y}" in words(page)
    assert client.post("/rakan/aim/sistem/", {"name": "e-Kes", "expires_on": f"{SOON:%d/%m/%Y}"}).status_code == 422
    assert client.post("/rakan/aim/sistem/", {"name": "lain", "expires_on": "1/1/2020"}).status_code == 422
    secret = ClientSecret.objects.get()
    assert client.get(f"/rakan/aim/sistem/{secret.pk}/tamat/").status_code == 200 and client_of(token, at=timezone.now())
    assert client.get(f"/rakan/perkeso/sistem/{secret.pk}/tamat/").status_code == 404
    client.post(f"/rakan/aim/sistem/{secret.pk}/tamat/")
    assert client_of(token, at=timezone.now()) is None and (audited(owner, "client.create"), audited(owner, "client.end")) == (1, 1)
    assert client.post(f"/rakan/aim/sistem/{secret.pk}/tamat/").status_code == 422 and "tamat pada" in words(client.get("/rakan/aim/"))


def test_a_system_cannot_sign_in_at_the_door(client, local):
    client.force_login(local)
    client.post("/rakan/aim/sistem/", {"name": "e-Kes", "expires_on": f"{SOON:%d/%m/%Y}"})
    system = User.objects.get(kind="machine")
    client.post("/keluar/")
    client.post("/masuk/", {"login": system.email, "password": ""})
    client.post("/akaun/lupa/", {"email": system.email})
    assert "_auth_user_id" not in client.session and system.email not in words(client.get("/pengguna/"))


def test_lists_ask_as_often_for_three_as_for_one(client, administrator, make_user):
    client.force_login(administrator)
    counts: dict[str, list[int]] = {"/rakan/": [], "/rakan/perkeso/": []}
    for systems, code in ((1, "one"), (2, "two")):
        client.post("/rakan/tambah/", {**NEW, "code": code})
        for number in range(systems):
            client.post("/rakan/perkeso/sistem/", {"name": f"{code} {number}", "expires_on": f"{SOON:%d/%m/%Y}"})
        for address, seen in counts.items():
            client.get(address)
            with CaptureQueriesContext(connection) as asked:
                client.get(address)
            seen.append(len(asked))
    assert ClientSecret.objects.count() == 3 and all(len(set(seen)) == 1 for seen in counts.values()), counts


@pytest.mark.parametrize("address", ["/rakan/", "/rakan/perkeso/", "/rakan/tambah/", "/rakan/perkeso/keluar/", "/rakan/perkeso/sistem/"])
def test_who_may_not_reads_who_can(client, make_user, address):
    client.force_login(make_user("coordinator"))
    answer = client.get(address)
    assert answer.status_code == 403 and "Pentadbir" in words(answer)


@pytest.mark.without_javascript
def test_by_form_alone_a_system_is_let_in_and_ended(page: Page, sign_in, local):
    sign_in(page, local)
    page.goto("/rakan/aim/")
    page.get_by_role("link", name="Benarkan sistem masuk").click()
    page.get_by_label("Nama sistem").fill("e-Kes")
    page.get_by_label("Hingga").fill(f"{SOON:%d/%m/%Y}")
    page.get_by_role("button", name="Buat rahsia").click()
    expect(page.locator("code.secret")).to_be_visible()
    page.get_by_role("link", name="Sudah disalin").click()
    page.get_by_role("link", name="Tamatkan e-Kes").click()
    page.get_by_role("button", name="Ya, tamatkan").click()
    expect(page.get_by_text("tamat pada")).to_be_visible()


def test_the_pages_are_clean(page: Page, sign_in, administrator, local):
    sign_in(page, administrator)
    for address in ("/rakan/", "/rakan/aim/", "/rakan/tambah/", "/rakan/aim/keluar/"):
        page.goto(address)
        check(page)
    page.goto("/rakan/aim/sistem/")
    page.get_by_label("Nama sistem").fill("e-Kes")
    page.get_by_label("Hingga").fill(f"{SOON:%d/%m/%Y}")
    page.get_by_role("button", name="Buat rahsia").click()
    expect(page.locator("code.secret")).to_be_visible()
    check(page)
