"""The person's own page: opened as often as one likes, spent by the answer alone; by link or by the code of a letter; it leads on in every state."""
from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from sinergi.kernel.logs import JsonLines
from tests.web.case_stage import opened, served
from tests.web.conftest import check
from tests.web.counter_stage import client_of, family, text_of

YES = {"received": "yes", "solved": "yes", "words": ""}


@pytest.fixture
def irm(published_law, make_user):
    return make_user("coordinator", "irm", name="Zulkarnain bin Idris")


@pytest.fixture
def case(irm):
    return opened(irm, family(irm).person_id, "funeral")


@pytest.fixture
def asked(irm, case):
    return served(irm, case)


@pytest.fixture
def person():
    """Somebody without a session and without cookies; forms are checked for forgery as in production."""
    return Client(enforce_csrf_checks=True)


def test_looking_spends_nothing_and_shows_no_name(person, asked, owner):
    for _again in range(3):
        page = person.get(f"/j/{asked.token}/")
        person.head(f"/j/{asked.token}/")
    assert page.status_code == 200 and "Dua soalan sahaja" in text_of(page) and "Norazlina" not in text_of(page) and "RM1,500" not in text_of(page)
    assert owner.execute("SELECT used_at FROM cases_asking").fetchone() == (None,)
    assert page["Referrer-Policy"] == "no-referrer" and "no-store" in page["Cache-Control"] and "noindex" in page["X-Robots-Tag"]
    assert not page.cookies


def test_yes_and_yes_closes_the_case_once(person, asked, owner):
    assert person.post(f"/j/{asked.token}/", YES)["Location"] == f"/j/{asked.token}/"
    thanks = text_of(person.get(f"/j/{asked.token}/"))
    assert "Terima kasih" in thanks and "Kes anda ditutup" in thanks
    assert owner.execute("SELECT closed_as FROM cases_case").fetchone() == ("confirmed",)
    person.post(f"/j/{asked.token}/", {**YES, "solved": "no"})
    assert owner.execute("SELECT state FROM cases_outcome").fetchall() == [("yes",)]


def test_no_opens_it_again_with_a_day_and_an_office(person, asked, owner):
    person.post(f"/j/{asked.token}/", {"received": "no", "solved": "no", "words": "Belum sampai lagi"})
    page = text_of(person.get(f"/j/{asked.token}/"))
    assert "Kes anda dibuka semula" in page and "menghubungi anda sebelum" in page and "Islamic Relief" in page
    assert owner.execute("SELECT state, reopened FROM cases_case").fetchone() == ("open", 1)
    assert owner.execute("SELECT how, said FROM cases_outcome").fetchone() == ("letter", "Belum sampai lagi")


def test_an_unanswered_question_is_marked_and_nothing_is_spent(person, asked, owner):
    page = person.post(f"/j/{asked.token}/", {"received": "yes"})
    assert page.status_code == 422 and "Pilih satu daripada dua jawapan" in text_of(page)
    assert owner.execute("SELECT used_at FROM cases_asking").fetchone() == (None,)


def test_a_changed_link_and_one_that_ended_still_help(person, irm, case):
    asked = served(irm, case, days_ago=40)
    broken = person.get(f"/j/{asked.token[:-2]}xx/")
    assert broken.status_code == 404 and "Pautan ini tidak lengkap" in text_of(broken) and "Taip kod pada surat" in text_of(broken)
    assert person.post(f"/j/{asked.token[:-2]}xx/", YES).status_code == 404
    ended = person.get(f"/j/{asked.token}/")
    assert ended.status_code == 410 and "Pautan ini sudah tamat" in text_of(ended) and "Islamic Relief" in text_of(ended)
    assert person.post(f"/j/{asked.token}/", YES).status_code == 410


def test_the_other_language_is_one_link_away_without_a_cookie(person, asked):
    page = person.get(f"/j/{asked.token}/")
    assert f'href="/j/{asked.token}/?bahasa=en"' in page.content.decode() and 'lang="ms"' in page.content.decode()
    english = person.get(f"/j/{asked.token}/?bahasa=en")
    assert "Two questions only" in text_of(english) and 'lang="en"' in english.content.decode()


def test_the_code_of_a_letter_leads_to_the_same_page(person, asked):
    assert person.post("/j/", {"code": f" {asked.code[:4].lower()}-{asked.code[4:].lower()} "})["Location"] == f"/j/{asked.token}/"


def test_guessing_codes_stops(person, asked, owner):
    for guess in range(12):
        assert person.post("/j/", {"code": f"AAAA{guess:04d}"}).status_code == 422
    stopped = person.post("/j/", {"code": asked.code})
    assert stopped.status_code == 429 and "Terlalu banyak kod" in text_of(stopped)
    assert 3500 < int(stopped["Retry-After"]) <= 3601
    assert owner.execute("SELECT count(*) FROM cases_guess").fetchone() == (12,)


def test_somebody_signed_in_on_the_same_machine_does_not_answer_for_the_person(irm, asked, owner):
    counter = client_of(irm)
    page = counter.get(f"/j/{asked.token}/")
    assert "Zulkarnain" not in text_of(page)
    counter.post(f"/j/{asked.token}/", YES)
    assert owner.execute("SELECT actor FROM kernel_auditentry WHERE verb = 'outcome.confirm'").fetchone() == ("command:person",)


@pytest.mark.without_javascript
def test_the_person_answers_on_any_browser(page: Page, asked):
    page.goto(f"/j/{asked.token}/")
    page.get_by_text("Ya, sudah terima").click()
    page.get_by_text("Ya, sudah selesai").click()
    page.get_by_role("button", name="Hantar jawapan").click()
    expect(page.get_by_role("heading", name="Terima kasih")).to_be_visible()


def test_the_persons_pages_fit_and_are_easy_to_hit(page: Page, irm, asked):
    for address in (f"/j/{asked.token}/", f"/j/{asked.token}/?bahasa=en", "/j/", "/j/tiada/"):
        page.goto(address)
        check(page)
    page.goto(f"/j/{asked.token}/")
    for label in page.locator(".choice label").all():
        assert (label.bounding_box() or {"height": 0})["height"] >= 44


def test_a_persons_link_stands_in_no_log(client, asked, caplog):
    for answer in (client.get("/j/not-a-link-0123456789/"), client.get("/nowhere/0123456789/")):
        assert answer.status_code == 404
    lines = [JsonLines().format(record) for record in caplog.records if record.name == "django.request"]
    assert len(lines) == 2 and "j/<str:token>/" in lines[0] and not any("0123456789" in line for line in lines)
