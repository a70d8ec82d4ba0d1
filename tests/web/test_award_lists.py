"""A partner's list of what it gives, in the browser: sent, its columns confirmed, each bad row named, loaded, sent again, undone."""
from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import expect

from sinergi.benefits import tasks
from sinergi.benefits.queries import lists
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor, actor_of
from sinergi.kernel.jobs import progress_about
from tests.registry.registry_stage import somebody
from tests.web.conftest import check

LIST = """No KP,Nama,Program,Keperluan,Mula,Hingga,Jumlah,Cara bayaran,Rujukan
680411-17-5013,Kamarul bin Yusof,irm.aid,medical,1/11/2026,31/3/2027,RM 300,bulanan,A-1
123,Salah Nombor,irm.aid,medical,1/11/2026,,RM 300,bulanan,A-2
800101-17-5999,Tidak Berdaftar,irm.aid,medical,1/11/2026,,300,bulanan,A-3
680411-17-5013,Kamarul bin Yusof,irm.aid,medical,31/11/2026,,tiga,bulanan,A-4
"""
GOOD = "\n".join(LIST.splitlines()[:2]) + "\n"


def work(actor: Actor, kind: str) -> None:
    """Do what the worker would: the newest list's job, step by step to its end."""
    with acting(actor, purpose="pay"):
        number = lists.award_lists()[0].id
        progress = progress_about(f"benefits.AwardList:{number}")
    job = {"check": tasks.check, "load": tasks.load}[kind]
    job.run(attempts=0, progress=str(progress.pk), actor=actor.id, agency=actor.agency, purpose="pay", ids={"list_id": str(number)})


@pytest.fixture
def paying(own_db, make_user, published_law):
    """An officer of a council that pays for dialysis, and a man it registered."""
    user = make_user("officer", "irm")
    somebody(actor_of(user), "Kamarul bin Yusof", "680411-17-5013")
    return user


def send(page, content: str, title: str) -> None:
    page.goto("/senarai/bantuan/")
    page.get_by_label("Nama senarai").fill(title)
    page.get_by_label("Fail").set_input_files({"name": "bantuan.csv", "mimeType": "text/csv", "buffer": content.encode()})
    page.get_by_role("button", name="Hantar", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


def test_a_list_of_awards_goes_its_whole_way(page, sign_in, paying):
    actor = actor_of(paying)
    sign_in(page, paying)
    page.goto("/senarai/bantuan/")
    expect(page.get_by_role("heading", name="Belum ada senarai")).to_be_visible()
    check(page)
    send(page, LIST, "Dialisis November")
    expect(page.get_by_label("No KP")).to_have_value("number")
    check(page)
    page.get_by_role("button", name="Periksa senarai").click()
    expect(page.get_by_role("heading", name="Baris sedang diperiksa")).to_be_visible()
    check(page)
    work(actor, "check")
    page.goto(page.url)
    bad = page.get_by_role("table", name="Baris untuk dibetulkan")
    for value in ("123", "Daftarkan dia dahulu", "31/11/2026", "tiga"):
        expect(bad).to_contain_text(value)
    check(page)
    page.get_by_role("button", name="Muatkan 1 baris yang baik").click()
    expect(page.get_by_role("heading", name="Baris yang baik sedang dimuatkan")).to_be_visible()
    work(actor, "load")
    page.goto(page.url)
    expect(page.get_by_role("navigation", name="Baris ikut hasil")).to_contain_text("dimuatkan")
    check(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Muat turun baris untuk dibetulkan").click()
    rows = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["123", "800101-17-5999", "680411-17-5013"] and all(row[-1] for row in rows[1:])
    with page.expect_navigation():
        page.get_by_role("link", name="Batalkan senarai ini").click()
    check(page)
    page.get_by_role("button", name="Ya, batalkan").click()
    expect(page.get_by_role("navigation", name="Baris ikut hasil")).to_contain_text("dibatalkan")
    with acting(actor, purpose="pay"):
        assert lists.award_lists()[0].counts == {"undone": 1, "refused": 3}


@pytest.mark.without_javascript
def test_it_works_without_javascript_and_finds_what_is_loaded_already(page, sign_in, paying):
    actor = actor_of(paying)
    sign_in(page, paying)
    for title, kind in (("Pertama", "load"), ("Kedua", "")):
        send(page, GOOD, title)
        page.get_by_role("button", name="Periksa senarai").click()
        work(actor, "check")
        page.get_by_role("link", name="Kemas kini").click()
        if kind:
            page.get_by_role("button", name="Muatkan 1 baris yang baik").click()
            work(actor, kind)
    expect(page.get_by_role("navigation", name="Baris ikut hasil")).to_contain_text("sudah ada")
    expect(page.get_by_role("button", name="Muatkan")).to_have_count(0)


def test_another_agency_and_who_does_not_decide_see_no_list_of_awards(paying, make_user):
    client = Client()
    client.force_login(paying)
    address = client.post("/senarai/bantuan/", {"title": "x", "file": SimpleUploadedFile("x.csv", LIST.encode())})["Location"]
    assert client.post("/senarai/bantuan/", {"title": "x"}).status_code == 422
    assert client.post(f"{address}muat/").status_code == 422
    client.force_login(make_user("officer", "aim"))
    assert client.get(address).status_code == 404 and "Kamarul" not in client.get("/senarai/bantuan/").content.decode()
    client.force_login(make_user("coordinator", "mvm"))
    assert client.get("/senarai/bantuan/").status_code == 403
    assert "Jenis senarai" not in client.get("/senarai/").content.decode()
