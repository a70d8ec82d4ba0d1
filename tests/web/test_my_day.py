"""My day: what waits comes first, each role has a first page that helps, nobody sees another's drafts."""
from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from sinergi.kernel.roles import ROLES
from tests.web.conftest import check
from tests.web.counter_stage import alone, begun, client_of, text_of


@pytest.fixture
def irm(published_law, make_user):
    return make_user("coordinator", "irm", name="Zulkarnain bin Idris")


def test_an_empty_day_says_how_to_begin(irm):
    page = text_of(client_of(irm).get("/"))
    assert "Belum ada yang didaftarkan" in page and "Siapa di hadapan anda?" in page


@pytest.mark.parametrize("role", [role for role in ROLES if role != "machine"])
def test_every_role_has_a_first_page(published_law, make_user, role):
    page = client_of(make_user(role, area="" if role in ("administrator", "protection_officer", "auditor") else None)).get("/")
    assert page.status_code == 200
    assert ("Siapa di hadapan anda?" in text_of(page)) is ("person.search" in ROLES[role])


def test_who_is_not_signed_in_is_led_to_the_door(client, db):
    assert client.get("/")["Location"].startswith("/masuk/")


def test_drafts_and_people_of_my_agency_stand_there(irm, make_user):
    alone(irm, "Ravi", "700101-17-5101")
    client = client_of(irm)
    begun(client, "Chik Som binti Deris", "1990")
    page = text_of(client.get("/"))
    assert "Ravi" in page and "Chik Som binti Deris" in page and "700101" not in page
    assert "Ravi" not in text_of(client_of(make_user("coordinator", "aim")).get("/"))


def test_the_number_of_queries_does_not_follow_the_rows(irm, django_assert_max_num_queries):
    client, counts = client_of(irm), []
    for many in (1, 2):
        for n in range(many):
            alone(irm, f"Awang {'AB'[n]} bin Daud", f"79100{many}-17-510{2 * n + 1}")
            begun(client, "Chik Som", "1990")
        with django_assert_max_num_queries(40) as seen:
            client.get("/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_search_box_is_focused_and_a_key_leads_back_to_it(page: Page, irm, sign_in):
    alone(irm, "Puteri Nur Syahirah Batrisyia binti Muhammad Ikhwanul Hakim", "880101-17-5100")
    sign_in(page, irm)
    page.goto("/")
    box = page.get_by_role("search").get_by_role("textbox").first
    expect(box).to_be_focused()
    check(page)
    page.get_by_role("link", name="Puteri").focus()
    page.keyboard.press("/")
    expect(box).to_be_focused()


def test_the_first_page_of_who_sees_no_person_fits(page: Page, published_law, make_user, sign_in):
    sign_in(page, make_user("administrator", area=""))
    page.goto("/")
    check(page)
