"""The door: sign-in, second step, account pages, and that nobody lets himself in."""
import pytest
from allauth.mfa.totp.internal.auth import hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Page, expect

from tests.web.conftest import check


def open_with_password(page: Page, user: object) -> None:
    page.goto("/masuk/")
    page.get_by_label("E-mel kerja").fill(user.email)
    page.get_by_label("Kata laluan").fill("a long sentence for tests")
    page.get_by_role("button", name="Teruskan").click()


def code_of(secret: str) -> str:
    return f"{hotp_value(secret, next(yield_hotp_counters_from_time())):06d}"


DOOR = ["/masuk/", "/masuk/?ended=1", "/akaun/lupa/", "/akaun/lupa/dihantar/", "/akaun/daftar/", "/akaun/tidak-aktif/",
        "/akaun/agensi/login/error/", "/akaun/agensi/login/cancelled/", "/akaun/lupa/selesai/"]


@pytest.mark.parametrize("address", DOOR)
def test_pages_of_the_door_are_clean(page, address):
    page.goto(address)
    check(page)


@pytest.mark.without_javascript
def test_wrong_password_is_said_first_and_without_script(page, make_user):
    user = make_user()
    page.goto("/masuk/")
    page.get_by_label("E-mel kerja").fill(user.email)
    page.get_by_label("Kata laluan").fill("wrong")
    page.get_by_role("button", name="Teruskan").click()
    expect(page.get_by_role("alert")).to_contain_text("perkara")
    expect(page).to_have_title("Ralat: Masuk · Sinergi")
