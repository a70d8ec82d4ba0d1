"""What stands around every page: navigation by verbs, modes, switch of language, faults, content policy, keys."""
import re

import pytest
from django.conf import settings
from django.test import RequestFactory
from django.urls import reverse
from playwright.sync_api import expect

from sinergi.kernel.roles import ROLES
from sinergi.web import faults
from sinergi.web.frame import NAVIGATION, navigation
from tests.web.conftest import check


def test_every_word_of_the_navigation_has_a_page():
    for entry in NAVIGATION:
        assert reverse(entry.name).startswith("/")


def test_verbs_of_the_navigation_exist():
    known = frozenset().union(*ROLES.values())
    assert {e.verb for e in NAVIGATION if e.verb} <= known


def test_navigation_shows_what_the_verbs_open():
    shown = {e["url"] for e in navigation(frozenset({"programme.read"}), "/program/jkm.bwe/")}
    assert reverse("programmes") in shown and all(reverse(e.name) not in shown for e in NAVIGATION if e.verb and e.verb != "programme.read")
    assert [e["url"] for e in navigation(ROLES["auditor"], "/program/jkm.bwe/") if e["here"]] == [reverse("programmes")]


def test_the_official_line_stands_only_on_the_governments_site(client, db, settings):
    assert "Laman rasmi Kerajaan Malaysia" not in client.get("/masuk/").content.decode()
    assert "semua orang di sini rekaan" in client.get("/masuk/").content.decode()
    settings.GOVERNMENT_SITE, settings.DEMO_PEOPLE = True, False
    page = client.get("/masuk/").content.decode()
    assert "Laman rasmi Kerajaan Malaysia" in page and "rekaan" not in page


def test_the_content_policy_allows_only_ourselves(client, db):
    policy = client.get("/masuk/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy and "http" not in policy
    page = client.get("/masuk/").content.decode()
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", page)
    assert "<style" not in page and not re.search(r"<script(?![^>]*src=)", page)


def test_a_missing_page_says_so_in_the_frame(client, db):
    answer = client.get("/tiada/")
    assert answer.status_code == 404 and "Tiada apa-apa di sini" in answer.content.decode()


def test_a_stale_form_is_refused_with_a_way_on(db):
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post("/bahasa/", {"language": "en"})
    assert answer.status_code == 403 and "Borang ini terlalu lama" in answer.content.decode()


@pytest.mark.parametrize(("view", "status"), [(faults.bad_request, 400), (faults.forbidden, 403)])
def test_faults_of_the_visitor_keep_the_frame(view, status, db):
    request = RequestFactory().get("/x/")
    request.number = "4F2A"
    answer = view(request, Exception())
    assert answer.status_code == status and "4F2A" in answer.content.decode()


def test_our_own_fault_needs_no_database_and_gives_a_number():
    request = RequestFactory().get("/x/")
    request.number = "AB12CD34"
    page = faults.server_error(request).content.decode()  # no db fixture: a query here would fail the test
    assert "AB12CD34" in page and "Sesuatu terhenti pada pihak kami" in page
    assert re.search(r"<b>[2-9A-Z]{6}</b>", faults.server_error(RequestFactory().get("/x/")).content.decode())


def test_the_first_stop_of_the_keyboard_skips_to_the_content(page):
    page.goto("/masuk/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Terus ke kandungan")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


@pytest.mark.without_javascript
def test_the_language_switch_works_without_script(page):
    page.goto("/masuk/?a=b")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to Sinergi")
    assert page.url.endswith("/masuk/?a=b")
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("button", name="Bahasa Melayu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Masuk ke Sinergi")


def test_a_slash_focuses_the_search_and_the_keys_can_be_switched_off(page, make_user, sign_in, published_law):
    sign_in(page, make_user())
    page.goto(reverse("programmes"))
    box = page.get_by_label("Nama atau perkataan")
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type("a/b")
    expect(box).to_have_value("a/b")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_text("senarai ini")).to_be_visible()
    page.get_by_label("Matikan kekunci tunggal").check()
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(box).not_to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_schemes_and_the_english_page_are_clean(page, site, scheme):
    page.emulate_media(color_scheme=scheme)
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": site}])
    page.goto("/masuk/")
    check(page)
