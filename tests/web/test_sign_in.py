"""Sign-in end to end: password, second factor, lock, the session's clocks, and where a visitor is led."""
from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from cryptography.fernet import Fernet, InvalidToken
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from sinergi.kernel import rotation, staff
from sinergi.kernel.models import User
from tests.web.conftest import check
from tests.web.sign_in_stage import ACCOUNT, PASSWORD, digits, field, give_password, set_up, sign_in_by_client


def give_code(page: Page, secret: str) -> None:
    """Type what the app shows; where its half minute ran out on a slow machine, what it shows next, as a person does."""
    for _ in range(3):
        page.locator("input[name=code]").fill(digits(secret))
        page.get_by_role("button", name="Masuk").click()
        page.wait_for_load_state()
        if page.locator("input[name=code]").count() == 0:
            return


def the_whole_way(page: Page, user: object) -> None:
    give_password(page, user)
    page.goto(ACCOUNT)
    expect(page.locator("img.qr")).to_be_visible()
    secret = set_up(page)
    page.goto(ACCOUNT)
    expect(page.get_by_role("heading", level=1)).to_have_text("Akaun")
    page.get_by_role("button", name="Keluar").click()
    page.goto(ACCOUNT)
    expect(page).to_have_title("Masuk · Sinergi")
    give_password(page, user)
    page.locator("input[name=code]").fill("000000")
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("alert")).to_be_visible()
    give_code(page, secret)
    expect(page).to_have_url(f"{page.url.split('/akaun')[0]}{ACCOUNT}")
    assert secret not in str(Authenticator.objects.get(type="totp").data)


def test_password_and_second_factor(page, make_user, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    the_whole_way(page, make_user())


@pytest.mark.without_javascript
def test_password_and_second_factor_without_scripts(page, make_user, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    the_whole_way(page, make_user())


def test_pages_of_the_second_factor_are_clean(page, make_user, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    user = make_user()
    give_password(page, user)
    expect(page.locator("img.qr")).to_be_visible()
    check(page)
    set_up(page)
    check(page)
    for address in (ACCOUNT, "/akaun/kata-laluan/"):
        page.goto(address)
        check(page)
    page.get_by_role("button", name="Keluar").click()
    give_password(page, user)
    expect(page.locator("input[name=code]")).to_be_visible()
    check(page)


# ---- the second factor

def set_up_by_client(client, user):
    """Sign in by password and set up the second factor; returns the secret."""
    sign_in_by_client(client, user)
    secret = field(client.get("/akaun/totp/activate/"), "code")
    assert client.post("/akaun/totp/activate/", {"code": digits(secret)}).status_code == 302
    return secret


def test_without_second_factor_nothing_opens_where_it_is_required(client, make_user, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in_by_client(client, make_user())
    for address in ("/program/", ACCOUNT, "/akaun/kata-laluan/", "/akaun/recovery-codes/"):
        assert client.get(address)["Location"] == "/akaun/totp/activate/?required=1"
    assert client.get("/program/", headers={"HX-Request": "true"})["HX-Redirect"] == "/akaun/totp/activate/?required=1"
    assert client.post("/bahasa/", {"language": "en", "next": "/"}).status_code == 302
    page = client.get("/akaun/totp/activate/?required=1").content.decode()
    assert "needs a second step before it opens anything" in page
    assert client.post("/keluar/").status_code == 302 and "_auth_user_id" not in client.session


def test_where_it_is_not_required_the_password_opens(client, make_user):
    sign_in_by_client(client, make_user())
    assert client.get(ACCOUNT).status_code == 200


@pytest.mark.parametrize(("mode", "said", "required"), [
    ("production", None, True), ("production", "optional", False), ("demo", None, False), ("test", None, False)])
def test_production_requires_it_unless_told_otherwise(mode, said, required):
    environment = {"SINERGI_MODE": mode, "SINERGI_SECRET_KEY": "k" * 50, "SINERGI_KEYS": Fernet.generate_key().decode(),
                   "SINERGI_ORIGIN": "https://sinergi.example", "PYTHONPATH": "src", **({"SINERGI_SECOND_FACTOR": said} if said else {})}
    answer = subprocess.run([sys.executable, "-c", "from sinergi.config import settings; print(settings.SECOND_FACTOR_REQUIRED)"],
                            env=environment, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == str(required)


def test_a_session_from_before_the_second_factor_signs_in_again(client, make_user, settings):
    user, elsewhere = make_user(), Client()
    sign_in_by_client(elsewhere, user)
    set_up_by_client(client, user)
    settings.SECOND_FACTOR_REQUIRED = True
    assert client.get(ACCOUNT).status_code == 200
    assert elsewhere.get(ACCOUNT)["Location"] == "/masuk/?next=%2Fakaun%2F" and "_auth_user_id" not in elsewhere.session


def test_it_cannot_be_switched_off_where_it_is_required(client, make_user, settings):
    user = make_user()
    set_up_by_client(client, user)
    settings.SECOND_FACTOR_REQUIRED = True
    client.post("/akaun/totp/deactivate/")
    assert Authenticator.objects.filter(user=user, type="totp").exists()
    settings.SECOND_FACTOR_REQUIRED = False
    client.post("/akaun/totp/deactivate/")
    assert not Authenticator.objects.filter(user=user).exists()


def test_secrets_lie_encrypted_and_move_to_a_new_key(client, make_user, settings):
    secret = set_up_by_client(client, make_user())
    assert secret not in str([factor.data for factor in Authenticator.objects.all()])
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    old, new = settings.KEYS, [Fernet.generate_key().decode()]
    settings.KEYS = new + old
    assert rotation.rewrap_factors() == 2
    settings.KEYS = new
    assert Authenticator.objects.get(type="totp").wrap().validate_code(digits(secret))
    assert Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes() == codes
    settings.KEYS = old
    with pytest.raises(InvalidToken):
        Authenticator.objects.get(type="totp").wrap().validate_code(digits(secret))


def test_a_recovery_code_opens_once(client, make_user):
    user = make_user()
    set_up_by_client(client, user)
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    for opened in (True, False):
        client.post("/keluar/")
        sign_in_by_client(client, user)
        client.post("/akaun/authenticate/", {"code": code})
        assert ("_auth_user_id" in client.session) is opened


# ---- the lock

def wrong(client, user, times):
    for _ in range(times):
        answer = client.post("/masuk/", {"login": user.email.upper(), "password": "wrong"})
    return answer


def test_eight_wrong_passwords_lock_the_account_and_say_until_when(client, make_user):
    user = make_user()
    assert wrong(client, user, 7).status_code == 200
    answer = wrong(client, user, 1)
    until = timezone.localtime(AccessAttempt.objects.get().attempt_time + timedelta(minutes=15))
    assert answer.status_code == 429 and f"{until:%d/%m/%Y}\xa0{until:%H:%M}" in answer.content.decode()
    assert 800 < int(answer["Retry-After"]) <= 900
    assert sign_in_by_client(client, user).status_code == 429 and "_auth_user_id" not in client.session
    assert AccessAttempt.objects.get().failures_since_start == 8
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert sign_in_by_client(client, user).status_code == 302 and "_auth_user_id" in client.session


def test_the_lock_holds_for_one_address_from_one_place(client, make_user):
    user, other = make_user(), make_user(email="other@perkeso.example")
    wrong(client, user, 8)
    assert sign_in_by_client(client, user, REMOTE_ADDR="10.0.0.9").status_code == 302
    client.post("/keluar/")
    assert sign_in_by_client(client, other).status_code == 302


def test_wrong_codes_count_like_wrong_passwords_and_a_right_one_does_not_open_a_locked_account(client, make_user):
    user = make_user()
    secret = set_up_by_client(client, user)
    client.post("/keluar/")
    sign_in_by_client(client, user)
    answers = [client.post("/akaun/authenticate/", {"code": "000000"}).status_code for _ in range(8)]
    assert answers == [200] * 7 + [429]
    assert client.post("/akaun/authenticate/", {"code": digits(secret)}).status_code == 429
    assert "_auth_user_id" not in client.session


def test_the_page_of_the_lock_is_clean(page, make_user):
    user = make_user()
    AccessAttempt.objects.create(username=user.email, ip_address="127.0.0.1", user_agent="x", failures_since_start=8,
                                 attempt_time=timezone.now(), get_data="", post_data="", http_accept="", path_info="/masuk/")
    give_password(page, user)
    expect(page.get_by_role("heading", level=1)).to_have_text("Akaun ini dikunci buat sementara")
    page.problems = [line for line in page.problems if "429" not in line]
    check(page)


# ---- the session's clocks

def move_clock(key, minutes):
    """Let a clock of the only session run on."""
    stored = SessionStore(Session.objects.get().pk)
    stored[key] -= minutes * 60
    stored.save()


@pytest.mark.parametrize(("key", "minutes", "ends"), [
    ("last", 29, False), ("last", 31, True), ("began", 12 * 60 - 1, False), ("began", 12 * 60 + 1, True)])
def test_a_session_ends_when_idle_and_after_a_day_of_work(client, make_user, key, minutes, ends):
    sign_in_by_client(client, make_user())
    client.get(ACCOUNT)
    move_clock(key, minutes)
    answer = client.get("/program/?need=food")
    if not ends:
        assert answer.status_code == 200
        return
    assert answer["Location"] == "/masuk/?ended=1&next=%2Fprogram%2F%3Fneed%3Dfood"
    page = client.get(answer["Location"]).content.decode()
    assert "Sesi anda tamat. Apa yang anda tulis masih ada; masuk semula untuk teruskan." in page
    assert 'name="next" value="/program/?need=food"' in page


def test_an_ended_session_leads_back_to_the_page_of_the_form(client, make_user):
    sign_in_by_client(client, make_user())
    client.get(ACCOUNT)
    for referer, onward in (("http://testserver/daftar/?draf=1", "%2Fdaftar%2F%3Fdraf%3D1"), ("https://evil.example/x", ""), ("", "")):
        move_clock("last", 31)
        assert client.post("/akaun/kata-laluan/", headers={"Referer": referer})["Location"] == f"/masuk/?ended=1&next={onward}"
        sign_in_by_client(client, User.objects.get())
        client.get(ACCOUNT)
    move_clock("last", 31)
    answer = client.get("/program/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/program/?q=a"})
    assert answer["HX-Redirect"] == "/masuk/?ended=1&next=%2Fprogram%2F%3Fq%3Da"


# ---- where a visitor is led, and how he leaves

@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_no_open_redirect_after_sign_in(client, make_user, settings, onward):
    settings.LOGIN_REDIRECT_URL = ACCOUNT
    assert sign_in_by_client(client, make_user(), onward)["Location"] == ACCOUNT


def test_sign_out_is_a_post(client, make_user):
    sign_in_by_client(client, make_user())
    assert client.get("/keluar/").status_code == 200 and "_auth_user_id" in client.session
    assert client.post("/keluar/").status_code == 302 and "_auth_user_id" not in client.session


def test_a_new_password_ends_the_other_sessions(client, make_user):
    user, elsewhere = make_user(), Client()
    sign_in_by_client(elsewhere, user)
    sign_in_by_client(client, user)
    fresh = {"oldpassword": PASSWORD, "password1": "another sentence to keep", "password2": "another sentence to keep"}
    assert client.post("/akaun/kata-laluan/", fresh).status_code == 302
    assert client.get(ACCOUNT).status_code == 200 and elsewhere.get(ACCOUNT).status_code == 302
    user.refresh_from_db()
    assert user.check_password("another sentence to keep")


def test_after_a_while_the_password_is_asked_again_before_the_account_is_touched(client, make_user):
    sign_in_by_client(client, make_user())
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 3600
    session.save()
    answer = client.get("/akaun/totp/activate/")
    assert answer["Location"].startswith("/akaun/sahkan/")
    assert client.post(answer["Location"], {"password": "wrong"}).status_code == 200
    assert client.post(answer["Location"], {"password": PASSWORD})["Location"] == "/akaun/totp/activate/"
    assert client.get("/akaun/totp/activate/").status_code == 200


def test_who_left_is_told_that_the_account_is_closed(client, make_user):
    sign_in_by_client(client, make_user(is_active=False))
    assert "_auth_user_id" not in client.session


def test_the_link_of_an_invitation_sets_a_password_once(client, make_user):
    user = make_user()
    User.objects.filter(pk=user.pk).update(password="!")
    user.refresh_from_db()
    link = staff.password_link(user).removeprefix("http://127.0.0.1:8000")
    form = client.get(link)["Location"]
    assert client.post(form, {"password1": "my very own sentence", "password2": "my very own sentence"}).status_code == 302
    user.refresh_from_db()
    assert user.check_password("my very own sentence")
    assert "Pautan ini tidak lagi berfungsi" in Client().get(link).content.decode()
