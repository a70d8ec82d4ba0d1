"""My day: what waits comes first, each role has a first page that helps, nobody sees another's drafts."""
from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from sinergi.kernel.roles import ROLES
from tests.web.case_stage import opened, served, typed
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


@pytest.fixture
def three(irm):
    """Cases of one person: due today, waiting for the person's answer, coming."""
    person = alone(irm, "Ravi a/l Muthu", "700101-17-5101")
    asked = opened(irm, person, "rent")
    served(irm, asked)
    return opened(irm, person, "food", days=0), asked, opened(irm, person, "work", days=9)


def test_cases_stand_by_what_they_need_and_the_counts_lead_to_them(irm, three):
    page = client_of(irm).get("/").content.decode()
    for box in ("due", "others", "ahead"):
        assert f'href="#{box}"' in page and f'id="{box}"' in page
    text = text_of(client_of(irm).get("/"))
    assert "0 kes terbuka tanpa tarikh seterusnya" in text and "sudah ditanya, belum menjawab 1" in text


def test_names_are_hidden_before_the_screen_is_turned(irm, three):
    begun(client_of(irm), "Chik Som binti Deris", "1990")
    page = text_of(client_of(irm).get("/?nama=0"))
    assert "Ravi" not in page and "Chik Som" not in page and "R. a. M." in page and "Tunjukkan nama semula" in page


def test_a_new_answer_stands_there_a_no_first(irm, three, client):
    token = served(irm, three[0]).token
    client.post(f"/j/{token}/", {"received": "no", "solved": "no", "words": "Belum sampai"})
    page = text_of(client_of(irm).get("/"))
    assert "Jawapan baharu" in page and "Belum sampai" in page and "menjawab “belum”, dibuka semula 1" in page


def test_several_take_one_step_and_who_cannot_is_named(irm, three, owner):
    client, chosen = client_of(irm), [str(case) for case in three]
    assert client.post("/hari/beberapa/", {"do": "plan"})["Location"] == "/"
    first = client.post("/hari/beberapa/", {"do": "plan", "case": chosen})
    assert first.status_code == 200 and text_of(first).count("Ravi a/l Muthu") == 3
    wrong = client.post("/hari/beberapa/", {"do": "plan", "case": chosen, "sure": "1", "next_step": "serve", "next_on": "31/2/2027"})
    assert wrong.status_code == 422 and "bukan tarikh" in text_of(wrong)
    assert client.post("/hari/beberapa/", {"do": "plan", "case": chosen, "sure": "1", "next_step": "serve", "next_on": typed(4)})["Location"] == "/"
    assert owner.execute("SELECT count(DISTINCT next_on), min(next_step) FROM cases_case").fetchone() == (1, "serve")
    assert client.post("/hari/beberapa/", {"do": "contact", "case": chosen[:1], "sure": "1", "channel": "visit", "inward": "no", "reached": "yes",
                                           "note": "", "next_on": ""})["Location"] == "/"
    assert client.post("/hari/beberapa/", {"do": "refer", "case": chosen[:2]})["Location"].startswith("/rujukan/kumpulan/?case=")
    assert client.post("/hari/beberapa/", {"do": "erase", "case": chosen}).status_code == 404


@pytest.mark.without_javascript
def test_ticked_cases_are_planned_without_javascript(page: Page, irm, three, sign_in):
    sign_in(page, irm)
    page.goto("/")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Tetapkan langkah seterusnya").click()
    page.get_by_label("Langkah seterusnya").select_option("call_person")
    page.get_by_role("button", name="Tetapkan untuk semua").click()
    expect(page.get_by_text("Selesai untuk 1 kes.")).to_be_visible()


def test_the_day_with_cases_fits(page: Page, irm, three, sign_in):
    sign_in(page, irm)
    for address in ("/", "/?nama=0"):
        page.goto(address)
        check(page)
