"""Matching a list in the browser: sent, its columns confirmed, compared, the result looked at, approved, answered, taken back."""
from __future__ import annotations

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import expect

from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor, actor_of
from sinergi.kernel.jobs import progress_about
from sinergi.registry import tasks
from sinergi.registry.actions import learning
from sinergi.registry.queries import linking as queries
from tests.registry import linking_stage as stage
from tests.web.conftest import check

LIST = stage.csv_of([stage.row(0), stage.row(1, Nama="Md Kamarul b. Yusuf"), stage.row(9), stage.row(2, Nama="=A1"),
                     stage.row(3, **{"No KP": "36526"}, Telefon="190000103")])


def work(actor: Actor, kind: str) -> None:
    """Do what the worker would: the newest run's job, step by step to its end."""
    with acting(actor, purpose="register"):
        number = queries.runs()[0].id
        progress = progress_about(queries.subject(number))
    job = {"compare": tasks.compare, "apply": tasks.apply, "undo": tasks.take_back}[kind]
    who = actor.id if kind == "compare" else tasks.APPLIER.id
    job.run(attempts=0, progress=str(progress.pk), actor=who, agency=actor.agency, purpose="register", ids={"run_id": str(number)})


@pytest.fixture
def officer(own_db, make_user):
    """An officer of a foundation, beside a register of another agency's people."""
    user = make_user("officer", "mvm")
    stage.registered(stage.linker("aim", "coordinator"))
    stage.made_ready()
    return user


def send(page, content: bytes, title: str) -> None:
    page.goto("/padanan/")
    page.get_by_label("Nama senarai").fill(title)
    page.get_by_label("Fail").set_input_files({"name": "ahli.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Hantar", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


def test_a_list_goes_its_whole_way(page, sign_in, officer):
    actor, _ = actor_of(officer), stage.certified("mvm", 12.0)
    sign_in(page, officer)
    page.goto("/padanan/")
    expect(page.get_by_role("heading", name="Belum ada senarai")).to_be_visible()
    check(page)
    send(page, LIST, "Ahli November")
    expect(page.get_by_label("No KP")).to_have_value("person.mykad")
    check(page)
    page.get_by_role("button", name="Bandingkan dengan daftar").click()
    expect(page.get_by_role("heading", name="Sedang dibandingkan dengan daftar")).to_be_visible()
    check(page)
    work(actor, "compare")
    page.goto(page.url)
    expect(page.get_by_role("navigation", name="Baris ikut hasil")).to_contain_text("dipadankan")
    expect(page.get_by_role("table", name="Baris untuk dibetulkan")).to_contain_text("formula")
    expect(page.get_by_role("table", name="Pasangan ikut kunci")).to_contain_text("nombor yang sama")
    check(page)
    with page.expect_navigation():
        page.get_by_role("link", name="Luluskan", exact=True).click()
    check(page)
    page.get_by_role("button", name="Ya, laksanakan").click()
    expect(page.get_by_role("heading", name="Yang diluluskan sedang dilaksanakan")).to_be_visible()
    work(actor, "apply")
    page.goto(page.url)
    with page.expect_download() as download:
        page.get_by_role("link", name="Muat turun jawapan (CSV)").click()
    rows = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["A000", "A001", "A009", "A002", "A003"]
    assert {row[2] for row in rows[1:]} >= {"ya", "tidak", "tidak dibaca"}
    check(page)
    with page.expect_navigation():
        page.get_by_role("link", name="Tarik balik seluruh senarai").click()
    check(page)
    page.get_by_role("button", name="Ya, tarik balik").click()
    work(actor, "undo")
    page.goto(page.url)
    with acting(actor, purpose="register"):
        view = queries.runs()[0]
    assert view.state == "undone"


@pytest.mark.without_javascript
def test_it_works_without_javascript_and_is_given_up(page, sign_in, officer):
    actor = actor_of(officer)
    sign_in(page, officer)
    send(page, LIST, "Pertama")
    page.get_by_role("button", name="Bandingkan dengan daftar").click()
    page.get_by_role("button", name="Henti").click()
    page.get_by_role("button", name="Sambung").click()
    work(actor, "compare")
    page.get_by_role("link", name="Kemas kini").click()
    expect(page.get_by_text("Belum ada yang dilaksanakan")).to_be_visible()
    page.get_by_role("link", name="Lepaskan senarai ini").first.click()
    page.get_by_role("button", name="Ya, gugurkan").click()
    expect(page.get_by_text("dilepaskan")).to_be_visible()


def test_who_may_not_sees_nothing_and_a_workbook_comes_back(officer, make_user):
    client = Client()
    client.force_login(officer)
    assert client.post("/padanan/", {"title": "x"}).status_code == 422
    address = client.post("/padanan/", {"title": "x", "file": SimpleUploadedFile("x.csv", LIST)})["Location"]
    assert client.get(f"{address}hasil.xlsx").content[:2] == b"PK"
    assert client.post(f"{address}lulus/").status_code == 422 and client.post("/padanan/daftar/").status_code == 403
    client.force_login(make_user("officer", "irm"))
    assert client.get(address).status_code == 404 and "Ahli" not in client.get("/padanan/").content.decode()
    client.force_login(make_user("coordinator", "mvm"))
    assert client.get("/padanan/").status_code == 403


def test_the_administrator_writes_down_what_is_agreed(page, sign_in, own_db, make_user):
    stage.setting("mvm")
    sign_in(page, make_user("administrator", "mampu", area=""))
    page.goto("/rakan/mvm/")
    page.get_by_role("link", name="Persetujuan tentang senarainya").click()
    check(page)
    page.get_by_label("Bilangan hari").fill("10")
    page.get_by_label("Ia juga mengetahui keadaan").check()
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_role("heading", level=1, name="mvm")).to_be_visible()
    with acting(stage.linker("mvm", "officer"), purpose="register"):
        assert queries.agreement("mvm") == (10, True)


def test_weights_are_learnt_looked_at_and_adopted_by_another(page, sign_in, own_db, make_user, monkeypatch):
    monkeypatch.setattr(learning, "FEWEST", 3)
    partner, supervisor = stage.linker("irm"), make_user("supervisor", "jkm", area="")
    another = make_user("supervisor", "jkm", area="", email="lain@jkm.example")
    stage.registered(stage.linker("aim", "coordinator"))
    stage.made_ready()
    stage.certified("irm")
    stage.applied(stage.csv_of([stage.row(n) for n in range(5)]), partner)
    sign_in(page, supervisor)
    page.goto("/padanan/")
    expect(page.get_by_text("daripada orang rekaan", exact=False)).to_be_visible()
    check(page)
    page.get_by_role("button", name="Pelajari pemberat baharu").click()
    expect(page.get_by_role("heading", name="Pasangan dalam daftar sedang dikira")).to_be_visible()
    check(page)
    stage.made_ready()
    work(actor_of(supervisor), "compare")
    page.goto(page.url)
    expect(page.get_by_role("table", name="Berat setiap tahap")).to_contain_text("Nombor pengenalan sama")
    expect(page.get_by_role("table", name="Pasangan ikut zon")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Terima pemberat ini").click()
    check(page)
    page.get_by_role("button", name="Ya, terima").click()
    expect(page.get_by_role("alert")).to_contain_text("tidak boleh menerimanya sendiri")
    run, other = page.url.removesuffix("pakai/"), Client()
    other.force_login(another)
    address = "/" + run.split("/", 3)[3]
    assert other.post(f"{address}pakai/").status_code == 302
    page.goto(run)
    expect(page.get_by_role("link", name="Kembali kepada pemberat terdahulu")).to_be_visible()
    check(page)
    page.goto("/semakan-orang/sijil/")
    expect(page.get_by_text("Label sebenar belum ada", exact=False)).to_be_visible()
    expect(page.get_by_text("tidak lagi digunakan", exact=False)).to_be_visible()
    check(page)
