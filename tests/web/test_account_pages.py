"""The door: every page before one is inside is clean, wrong input is said first, nobody lets himself in."""
import pytest
from playwright.sync_api import expect

from tests.web.conftest import check

DOOR = ["/masuk/", "/masuk/?ended=1", "/akaun/lupa/", "/akaun/lupa/dihantar/", "/akaun/daftar/", "/akaun/tidak-aktif/",
        "/akaun/agensi/login/error/", "/akaun/agensi/login/cancelled/", "/akaun/lupa/selesai/", "/tiada/"]


@pytest.mark.parametrize("address", DOOR)
def test_pages_of_the_door_are_clean(page, address):
    page.goto(address)
    check(page)


def test_account_pages_are_clean(page, make_user, sign_in):
    sign_in(page, make_user())
    for address in ("/akaun/", "/keluar/"):
        page.goto(address)
        check(page)


@pytest.mark.without_javascript
def test_a_wrong_password_is_said_first_and_without_script(page, make_user):
    page.goto("/masuk/")
    page.get_by_label("E-mel kerja").fill(make_user().email)
    page.get_by_label("Kata laluan").fill("wrong")
    page.get_by_role("button", name="Teruskan").click()
    expect(page.get_by_role("alert")).to_contain_text("1 perkara perlu dibetulkan")
    expect(page).to_have_title("Ralat: Masuk · Sinergi")


def test_after_a_failed_post_the_focus_is_on_the_summary(page):
    page.goto("/masuk/")
    page.get_by_label("E-mel kerja").fill("someone@perkeso.example")
    page.get_by_role("button", name="Teruskan").click()
    expect(page.locator(".errors")).to_be_focused()
    page.get_by_role("link", name="Kata laluan:").click()
    expect(page.get_by_label("Kata laluan")).to_be_focused()
    check(page)


def test_nobody_signs_himself_up(client, db):
    answer = client.post("/akaun/daftar/", {"email": "new@perkeso.example", "password1": "a long sentence for tests"})
    assert "Akaun diberi dengan jemputan" in answer.content.decode()
    from sinergi.kernel.models import User

    assert not User.objects.filter(email="new@perkeso.example").exists()
