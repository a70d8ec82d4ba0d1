"""An agency's own sign-in (OpenID Connect with PKCE) against another program that plays it: who was invited enters, nobody else."""
from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from playwright.sync_api import expect

from sinergi.kernel.models import User
from tests.web.conftest import check
from tests.web.sign_in_stage import ACCOUNT, PASSWORD, agency_door, set_up

INVITED = {"sub": "u-17", "email": "Coordinator@perkeso.example", "email_verified": True}
UNKNOWN = {"sub": "u-99", "email": "somebody@elsewhere.example", "email_verified": True}
UNPROVEN = {"sub": "u-66", "email": "coordinator@perkeso.example", "email_verified": False}
LOGIN = "/akaun/agensi/oidc/staff/login/"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with agency_door(INVITED, UNKNOWN, UNPROVEN) as address:
        yield address


@pytest.fixture
def agency(issuer, settings):
    """The platform configured for this agency, as the environment does it."""
    app = {"provider_id": "staff", "name": "Log masuk PERKESO", "client_id": "sinergi", "secret": "s", "settings": {"server_url": issuer}}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {**settings.SOCIALACCOUNT_PROVIDERS["openid_connect"], "APPS": [app]}}
    rules = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**rules, "form-action": ["'self'", issuer]}}
    return issuer


def go_through(client, sub: str, onward: str = ACCOUNT):
    """The whole round by the test client: to the agency, its page answered as `sub`, and back; the last answer and the way there."""
    away = client.post(f"{LOGIN}?next={onward}")["Location"]
    back = requests.post(away, data={"sub": sub}, allow_redirects=False, timeout=10).headers["Location"]
    return client.get(back), parse_qs(urlsplit(away).query)


def test_an_invited_address_enters_with_pkce_and_keeps_its_password(client, make_user, agency):
    user = make_user()
    away = client.post(f"{LOGIN}?next={ACCOUNT}")["Location"]
    asked = parse_qs(urlsplit(away).query)
    state = next(iter(client.session["socialaccount_states"].values()))[0]
    proof = base64.urlsafe_b64encode(hashlib.sha256(state["pkce_code_verifier"].encode()).digest()).rstrip(b"=").decode()
    assert asked["code_challenge_method"] == ["S256"] and asked["code_challenge"] == [proof] and set(asked["scope"][0].split()) >= {"openid", "email"}
    back = requests.post(away, data={"sub": "u-17"}, allow_redirects=False, timeout=10).headers["Location"]
    assert client.get(back)["Location"] == ACCOUNT and client.session["_auth_user_id"] == str(user.pk)
    assert SocialAccount.objects.get().uid == "u-17" and User.objects.get(pk=user.pk).check_password(PASSWORD)
    client.post("/keluar/")
    answer, _ = go_through(client, "u-17")
    assert answer["Location"] == ACCOUNT and SocialAccount.objects.count() == 1


@pytest.mark.parametrize("sub", ["u-99", "u-66"])
def test_an_unknown_or_unproven_address_is_refused_plainly(client, make_user, agency, sub):
    make_user()
    answer, _ = go_through(client, sub)
    assert "Akaun diberi dengan jemputan" in answer.content.decode()
    assert "_auth_user_id" not in client.session and User.objects.count() == 1 and not SocialAccount.objects.exists()


def test_who_left_does_not_enter(client, make_user, agency):
    make_user(is_active=False)
    answer, _ = go_through(client, "u-17")
    assert answer["Location"] == "/akaun/tidak-aktif/" and "_auth_user_id" not in client.session


def test_a_machine_client_does_not_enter(client, make_user, agency):
    make_user(kind="machine")
    go_through(client, "u-17")
    assert "_auth_user_id" not in client.session


def test_the_way_back_is_not_an_open_door(client, make_user, agency, settings):
    settings.LOGIN_REDIRECT_URL = ACCOUNT
    make_user()
    answer, _ = go_through(client, "u-17", "https://evil.example/")
    assert answer["Location"] == ACCOUNT
    assert client.get("/akaun/agensi/oidc/staff/login/callback/?code=x&state=forged").status_code in (200, 401, 403)


def test_in_a_browser_with_the_second_factor(page, make_user, agency, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    user = make_user()
    page.goto(f"/masuk/?next={ACCOUNT}")
    check(page)
    page.get_by_role("button", name="Log masuk PERKESO").click()
    page.get_by_role("button", name="u-17").click()
    expect(page.locator("img.qr")).to_be_visible()
    set_up(page)
    page.goto(ACCOUNT)
    expect(page.get_by_text(user.email)).to_be_visible()


def test_a_refusal_in_a_browser_is_a_clean_page(page, make_user, agency):
    make_user()
    page.goto("/masuk/")
    page.get_by_role("button", name="Log masuk PERKESO").click()
    page.get_by_role("button", name="u-99").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Akaun diberi dengan jemputan")
    page.problems.clear()  # the other program's page asks for a style sheet of its own
    check(page)
