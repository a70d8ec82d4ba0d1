"""A partner's list in the browser: sent, its columns confirmed, each bad row named, the good ones registered, the result fetched, undone."""
from __future__ import annotations

import csv
import html
import io
import re

import pytest
from django.test import Client
from list_stage import AT, checked, csv_of, fisherman, mapped, registered
from playwright.sync_api import expect
from registry_stage import ON

from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import Actor, actor_of
from sinergi.kernel.jobs import progress_about
from sinergi.kernel.models import Progress
from sinergi.registry import actions as registry
from sinergi.registry import tasks
from sinergi.registry.actions import batches as actions
from sinergi.registry.queries import batches
from tests.web.conftest import check

LIST = """Nama,No KP,Telefon,Pendapatan,Negeri
Awang bin Daud,791008-17-5117,019-000 0117,RM1200,Terengganu
Chik Som binti Deris,900227175136,,800,Kelantan
Salah Nombor,12345,,900,Kelantan
,850101-17-5001,,500,Kelantan
"=HYPERLINK(""x"")",840101-17-5002,abc,tiga ribu,Kelantan
"""


def work(actor: Actor, kind: str) -> None:
    """Do what the worker would: the newest list's job, step by step to its end."""
    with acting(actor, purpose="register"):
        number = batches.batches()[0].id
        progress = progress_about(f"registry.Batch:{number}")
    job = {"check": tasks.check, "register": tasks.register}[kind]
    job.run(attempts=0, progress=str(progress.pk), actor=actor.id, agency=actor.agency, purpose="register", ids={"batch_id": str(number)})


@pytest.fixture
def sent(page, sign_in, make_user, published_law):
    """(page on the list just sent, its sender)."""
    user = make_user("coordinator", "mvm")
    sign_in(page, user)
    page.goto("/senarai/")
    expect(page.get_by_role("heading", name="Belum ada senarai")).to_be_visible()
    check(page)
    page.get_by_label("Nama senarai").fill("Nelayan Kuala Besut")
    page.get_by_label("Fail").set_input_files({"name": "senarai.csv", "mimeType": "text/csv", "buffer": LIST.encode()})
    page.get_by_role("button", name="Hantar", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Nelayan Kuala Besut")).to_be_visible()
    return page, user


def test_a_list_goes_its_whole_way(sent):
    page, user = sent
    actor = actor_of(user)
    expect(page.get_by_label("No KP")).to_have_value("person.mykad")
    check(page)
    page.get_by_role("button", name="Periksa senarai").click()
    expect(page.get_by_role("heading", name="Baris sedang diperiksa")).to_be_visible()
    check(page)
    work(actor, "check")
    page.goto(page.url)
    bad = page.get_by_role("table", name="Baris untuk dibetulkan")
    expect(bad).to_contain_text("12345")
    expect(bad).to_contain_text("tiga ribu")
    check(page)
    page.get_by_role("button", name="Daftar 2 baris yang baik").click()
    work(actor, "register")
    page.goto(page.url)
    expect(page.get_by_role("navigation", name="Baris ikut hasil")).to_contain_text("didaftar")
    with page.expect_download() as download:
        page.get_by_role("link", name="Muat turun hasil").click()
    rows = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert [row[-2] for row in rows[1:]] == ["didaftar", "didaftar", *["perlu dibetulkan"] * 3] and all(row[-1] for row in rows[3:])
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    with page.expect_navigation():
        page.get_by_role("link", name="Batalkan senarai ini").click()
    check(page)
    page.get_by_role("button", name="Ya, batalkan").click()
    expect(page.get_by_role("navigation", name="Baris ikut hasil")).to_contain_text("dibatalkan")
    with acting(actor, purpose="register"):
        assert batches.batches()[0].counts == {"undone": 2, "refused": 3}


@pytest.mark.parametrize("name, content, says", [
    ("x.csv", b"", "kosong"), ("x.xlsx", b"%PDF-1.4 not a list", "jenis"), ("x.csv", b"Nama,Nama\nA,B\n", "Namakan semula"),
    ("x.csv", b"Nama\n", "kosong")])
def test_a_file_that_cannot_be_taken_says_why_and_keeps_nothing(own_db, make_user, published_law, name, content, says):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = Client()
    user = make_user("coordinator", "mvm")
    client.force_login(user)
    answer = client.post("/senarai/", {"title": "x", "file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422 and re.search(says, answer.content.decode())
    with acting(actor_of(user), purpose="register"):
        assert batches.batches() == ()


def test_another_agency_sees_no_list(own_db, make_user, published_law):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = Client()
    client.force_login(make_user("coordinator", "mvm"))
    address = client.post("/senarai/", {"title": "x", "file": SimpleUploadedFile("x.csv", LIST.encode())})["Location"]
    client.force_login(make_user("coordinator", "aim"))
    assert client.get(address).status_code == 404 and "Nelayan" not in client.get("/senarai/").content.decode()


def text_of(user, batch) -> str:
    """The page of a list."""
    client = Client()
    client.force_login(user)
    answer = client.get(f"/senarai/{batch.pk}/")
    assert answer.status_code == 200
    return html.unescape(" ".join(answer.content.decode().split()))


def test_a_stopped_list_offers_to_go_on_and_one_stopped_in_its_check_to_check_again(own_db, make_user, published_law):
    user = make_user("coordinator", "mvm")
    actor = actor_of(user)
    batch = checked(csv_of([fisherman(i) for i in range(3)]), actor)
    actions.start_batch(batch, actor=actor, purpose="register")
    actions.register_rows(batch, actor=actor, purpose="register", law=published_law, most=1, at=AT)
    actions.stop_batch(batch, actor=actor, purpose="register")
    page = text_of(user, batch)
    assert "Daftar 2 baris yang baik" in page and "Batalkan senarai ini" in page and "Periksa semula" not in page
    half = mapped(csv_of([fisherman(i) for i in range(5, 8)]), actor)
    actions.check_rows(half, actor=actor, purpose="register", law=published_law, most=1)
    actions.stop_batch(half, actor=actor, purpose="register")
    page = text_of(user, half)
    assert "Ada baris yang belum diperiksa" in page and "Periksa semula" in page and "baris yang baik" not in page


def test_the_page_says_who_stays_after_an_undo_what_is_odd_and_that_a_job_was_given_up(own_db, make_user, published_law):
    user = make_user("coordinator", "mvm")
    actor = actor_of(user)
    batch = registered(csv_of([fisherman(1), fisherman(2, **{"No KP": "991332-17-5001"})]), actor)
    page = text_of(user, batch)
    assert "Baris untuk dilihat" in page and "991332-17-5001" in page
    with acting(actor, purpose="register"):
        person = batches.batch(batch.pk).lines.order_by("row").first().person_id
    registry.record_facts(person, actor=actor, purpose="register", facts={"income": "RM 900"}, on=ON, law=published_law)
    actions.undo_batch(batch, actor=actor, purpose="register")
    assert "1 orang kekal" in text_of(user, batch)
    other = checked(csv_of([fisherman(3)]), actor)
    tasks.start(other, actor=actor)
    with acting(actor, purpose="register"), writing("try.stage"):
        Progress.objects.update(state="failed", fault="OSError")
    page = text_of(user, other)
    assert "Tekan Henti" in page and "OSError" in page and "akan dicuba semula" not in page
