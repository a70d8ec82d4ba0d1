"""A whole association: 250 fishermen by one list, in the browser, with a worker doing the work: who is wrong is named, nobody is doubled."""
from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest
from list_stage import cells, csv_of, fisherman, mykad, registered, worker
from playwright.sync_api import Page, expect

from sinergi.kernel.actors import actor_of
from tests.web.conftest import check

WRONG = {12: {"No KP": "7910081751"}, 47: {"No KP": ""}, 88: {"Nama": ""}, 103: {"Telefon": "tiada"}, 150: {"Pendapatan": "dua ratus ringgit"},
         199: {"Negeri": "Pulau Perhentian"}, 231: {"No KP": mykad(30)}}
ALREADY_IN = 5


def fishermen(*, mended: bool) -> list[list[str]]:
    """250 rows, seven of them wrong until they are mended."""
    return [fisherman(i, **({} if mended else WRONG.get(i, {}))) for i in range(250)]


@pytest.fixture
def at_work(own_db, tmp_path):
    """A worker while the test runs."""
    process = worker(own_db, tmp_path / "worker.log")
    yield
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def send(page: Page, title: str, content: bytes) -> None:
    """Send a list, have its columns confirmed and its rows checked."""
    page.goto("/senarai/")
    page.get_by_label("Nama senarai").fill(title)
    page.get_by_label("Fail").set_input_files({"name": "senarai.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Hantar", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.get_by_role("button", name="Periksa senarai").click()
    expect(page.get_by_role("navigation", name="Baris ikut hasil")).to_contain_text("baik", timeout=30_000)


def register(page: Page, rows: int) -> None:
    """Register the good rows and wait for the end; the page follows by itself."""
    page.get_by_role("button", name=f"Daftar {rows} baris yang baik").click()
    expect(page.get_by_role("link", name="Muat turun hasil")).to_be_visible(timeout=30_000)


def tally(page: Page) -> dict[str, int]:
    """What became of the rows, as the page counts them."""
    counts = page.get_by_role("navigation", name="Baris ikut hasil").get_by_role("link").all_inner_texts()
    return {words: int(number) for number, words in (re.search(r"(\d+) (.+)", " ".join(text.split())).groups() for text in counts)}


def download(page: Page, link: str) -> list[list[str]]:
    """A file behind a link, as rows."""
    with page.expect_download() as coming:
        page.get_by_role("link", name=link).click()
    return cells(Path(coming.value.path()).read_bytes())


@pytest.mark.parametrize("page", ["desk"], indirect=True)
def test_a_whole_association_comes_in(page, sign_in, make_user, published_law, owner, at_work):
    user = make_user("coordinator", "mvm", name="Awang bin Daud")
    registered(csv_of([fisherman(ALREADY_IN)]), actor_of(user))
    sign_in(page, user)
    send(page, "Persatuan Nelayan Kuala Besut", csv_of(fishermen(mended=False)))
    named = page.get_by_role("table", name="Baris untuk dibetulkan").get_by_role("row")
    expect(named).to_have_count(1 + len(WRONG))
    for row, number in enumerate(sorted(WRONG), 1):
        expect(named.nth(row)).to_contain_text(str(number + 2))
    expect(named.nth(7)).to_contain_text("baris 32")
    check(page)
    register(page, 243)
    assert tally(page) == {"didaftar": 242, "sudah ada": 1, "perlu dibetulkan": 7}
    check(page)
    to_mend = download(page, "Muat turun baris untuk dibetulkan")
    assert len(to_mend) == 8 and all(row[-1] for row in to_mend)
    assert owner.execute("SELECT count(*) FROM registry_person").fetchone() == (243,)

    send(page, "Persatuan Nelayan Kuala Besut, dibetulkan", csv_of(fishermen(mended=True)))
    register(page, 250)
    assert tally(page) == {"didaftar": 7, "sudah ada": 243}
    assert owner.execute("SELECT count(*), count(DISTINCT value) FROM registry_identifier WHERE kind = 'mykad'").fetchone() == (250, 250)
    outcomes = [row[-2] for row in download(page, "Muat turun hasil")[1:]]
    assert [i for i, word in enumerate(outcomes) if word == "didaftar"] == sorted(WRONG)
