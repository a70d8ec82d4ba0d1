"""No wrong door: a household walks in at one partner, is searched for, registered, screened, and agrees that another partner may see it."""
from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import check
from tests.web.sign_in_stage import PASSWORD

NUMBER = "900227-17-5136"
Look = Callable[[Page], None]


def one_heading(page: Page) -> None:
    """What can be demanded of a page where no script runs, axe's neither."""
    assert page.locator("h1").count() == 1 and page.problems == []


@pytest.fixture
def irm(published_law, make_user):
    return make_user("coordinator", "irm", name="Zulkarnain bin Idris")


@pytest.fixture
def maiwp(make_user):
    return make_user("coordinator", "maiwp", name="Hafizuddin bin Mohd Zain")


def enter(page: Page, user) -> None:
    """Through the door, as a person does."""
    page.goto("/masuk/?next=/")
    page.get_by_label("E-mel kerja").fill(user.email)
    page.get_by_label("Kata laluan").fill(PASSWORD)
    page.get_by_role("button", name="Teruskan").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hari saya")


def leave(page: Page) -> None:
    """Sign out, with or without a question in between."""
    page.locator("header").get_by_role("button", name="Keluar").click()
    page.wait_for_load_state()


def search(page: Page, text: str) -> None:
    """Type into the box of the first page and press the button."""
    page.goto("/")
    page.get_by_label("Siapa di hadapan anda?").fill(text)
    page.get_by_role("button", name="Cari").click()


def register(page: Page, look: Look) -> None:
    """Bad input first: named, beside its field, nothing lost; then mended."""
    page.get_by_role("button", name="Daftar orang baharu").click()
    expect(page.get_by_label("Nama", exact=True)).to_have_value("Chik Som binti Deris")
    page.get_by_label("Nombor", exact=True).fill("900227-17-513")
    page.get_by_label("Telefon (").fill("19-000")
    page.get_by_label("Negeri (").select_option("kelantan")
    page.get_by_text("Makanan", exact=True).click()
    page.get_by_text("Tiada langsung").click()
    page.get_by_role("button", name="Tambah ahli").click()
    child = page.get_by_role("group", name="Ahli 1")
    child.get_by_label("Nama", exact=True).fill("Siti")
    child.get_by_label("Hubungan").select_option("child")
    child.get_by_label("Tarikh lahir").fill("31/11/2015")
    page.get_by_role("button", name="Simpan dan saring").click()
    wrong = page.locator(".errors")
    expect(wrong).to_contain_text("11 digit")
    expect(wrong).to_contain_text("bermula dengan 0 atau +60")
    expect(wrong).to_contain_text("31/11/2015")
    look(page)
    expect(child.get_by_label("Nama", exact=True)).to_have_value("Siti")
    page.get_by_label("Nombor", exact=True).first.fill(NUMBER)
    page.get_by_label("Telefon (").fill("019-000 0110")
    child.get_by_label("Tarikh lahir").fill("30/11/2015")
    page.get_by_role("button", name="Simpan dan saring").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chik Som binti Deris")


def answer_a_question(page: Page) -> None:
    """The first question of the sheet, answered; the sheet is worked out again."""
    ask = page.locator(".ask").first
    choices = ask.locator(".choice label")
    if choices.count():
        choices.first.click()
    elif ask.locator("select").count():
        ask.locator("select").select_option(index=1)
    else:
        ask.locator("input[name=value]").fill("900")
    fact = ask.locator("input[name=fact]").input_value()
    ask.get_by_role("button", name="Kira semula").click()
    expect(page.locator(f".ask input[name=fact][value={fact}]")).to_have_count(0)


def consent_to_maiwp(page: Page, person: str, look: Look) -> None:
    """Spoken, with a witness; without the witness it is refused."""
    page.goto(f"{person}persetujuan/")
    page.get_by_role("link", name="Persetujuan kepada rakan").click()
    page.get_by_label("Kepada agensi mana").select_option("maiwp")
    page.get_by_text("rujuk saya kepada agensi yang boleh membantu").click()
    page.get_by_label("Siti").check(force=True)
    page.get_by_text("Lisan, dengan saksi").click()
    page.get_by_role("button", name="Rekod persetujuan").click()
    expect(page.locator(".errors")).to_contain_text("saksi")
    page.get_by_role("textbox", name="Saksi").fill("Puan Rokiah")
    page.get_by_role("button", name="Rekod persetujuan").click()
    expect(page.get_by_role("heading", name="Berkuat kuasa")).to_be_visible()
    look(page)


def story(page: Page, irm, maiwp, look: Look) -> None:
    """From the door of one partner to the record on the screen of another."""
    enter(page, irm)
    search(page, f"Chik Som binti Deris {NUMBER}")
    expect(page.get_by_role("heading", name="Tiada rekod")).to_be_visible()
    register(page, look)
    expect(page.locator(".answer").first).to_be_visible()
    answer_a_question(page)
    page.get_by_role("link", name="Buka fail pegawai").click()
    person = re.sub(r"^https?://[^/]+", "", page.url)
    expect(page.get_by_role("link", name="Siti", exact=True).first).to_be_visible()
    leave(page)

    enter(page, maiwp)
    search(page, NUMBER)
    page.get_by_role("link", name="Ini orangnya").click()
    expect(page.get_by_role("heading", name="Anda boleh melihat keadaan, bukan butirannya")).to_be_visible()
    assert "Chik Som" not in page.locator("main").inner_text() and "Siti" not in page.locator("main").inner_text()
    look(page)
    leave(page)

    enter(page, irm)
    consent_to_maiwp(page, person, look)
    leave(page)

    enter(page, maiwp)
    page.goto(person)
    expect(page.get_by_role("heading", level=1)).to_have_text("Chik Som binti Deris")
    expect(page.get_by_role("link", name="Siti", exact=True).first).to_be_visible()
    page.goto(f"{person}siapa-melihat/")
    expect(page.locator("main")).to_contain_text("Hafizuddin bin Mohd Zain")
    look(page)


def test_the_story(page: Page, irm, maiwp):
    story(page, irm, maiwp, check)


@pytest.mark.without_javascript
def test_the_story_without_javascript(page: Page, irm, maiwp):
    story(page, irm, maiwp, one_heading)
