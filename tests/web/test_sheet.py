"""The sheet in the browser: what is entitled, the questions on top answered in place, what-if without saving, the letter, the empty need."""
from __future__ import annotations

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader

from sinergi.assistance.models import Screening
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import actor_of
from sinergi.registry import actions
from tests.web.conftest import check

HALIMAH = {
    "person": {"name": "Halimah binti Ismail", "mykad": "600302-17-5062", "relation": "head", "facts": {
        "income": "RM400", "citizenship": "citizen", "marital": "widowed", "religion": "islam", "work": "not_working", "oku_card": "no",
        "full_time_student": "no"}, "held": []},
    "address": {"lines": "12 Lorong Tupai", "postcode": "34000", "state": "perak"}, "household": {"ekasih": "hardcore", "stratum": "urban"},
    "needs": ["cash", "food"], "language": "ms"}


@pytest.fixture
def halimah(published_law, make_user):
    """(the coordinator's user, the widow's household)."""
    user = make_user("coordinator", "perkeso")
    actor = actor_of(user)
    return user, actions.take_in(HALIMAH, actor=actor, purpose="register", on=timezone.localdate(), law=published_law)


def address(registered) -> str:
    return f"/isi-rumah/{registered.household_id}/lembaran/"


def test_the_sheet_shows_every_group_and_nobody_elses_name(page, sign_in, halimah):
    user, registered = halimah
    sign_in(page, user)
    page.goto(address(registered))
    expect(page.get_by_role("heading", level=1, name="Halimah binti Ismail")).to_be_visible()
    expect(page.get_by_role("heading", name="Layak", exact=True)).to_be_visible()
    expect(page.locator(".group-yes")).to_contain_text("Sumbangan Tunai Rahmah")
    expect(page.locator("main")).not_to_contain_text("Nurul Ain")
    check(page)


def test_an_answer_is_recorded_and_the_sheet_worked_out_again_in_place(page, sign_in, halimah):
    user, registered = halimah
    sign_in(page, user)
    page.goto(address(registered))
    first = page.locator("form.ask").first
    asked = first.locator("legend, label").first.inner_text()
    first.get_by_role("radio").first.check()
    first.get_by_role("button", name="Kira semula").click()
    expect(page.locator("form.ask").first.locator("legend, label").first).not_to_have_text(asked)
    with acting(actor_of(user), purpose="screen"):
        assert Screening.objects.count() == 1


@pytest.mark.without_javascript
def test_without_a_script_the_same_form_posts_and_comes_back(page, sign_in, halimah):
    user, registered = halimah
    sign_in(page, user)
    page.goto(address(registered))
    first = page.locator("form.ask").first
    first.get_by_label("Belum pasti").check()
    first.get_by_role("button", name="Kira semula").click()
    expect(page).to_have_url(re.compile(re.escape(address(registered)) + "$"))
    with acting(actor_of(user), purpose="screen"):
        assert Screening.objects.count() == 1


def test_an_empty_answer_is_said_beside_its_question(page, sign_in, halimah):
    user, registered = halimah
    sign_in(page, user)
    page.goto(address(registered))
    page.locator("form.ask").first.get_by_role("button", name="Kira semula").click()
    expect(page.get_by_role("alert").filter(has_text="Pilih satu jawapan")).to_be_visible()
    page.problems.clear()  # the browser reports the 422 itself
    check(page)


def test_what_if_shows_what_would_change_and_saves_nothing(page, sign_in, halimah):
    user, registered = halimah
    sign_in(page, user)
    page.goto(address(registered))
    page.get_by_label("Jawapan yang mana").select_option("income")
    page.get_by_role("button", name="Andaikan").click()
    page.locator("section", has_text="Bagaimana jika ini berbeza?").get_by_role("textbox").fill("RM9000")
    page.locator("section", has_text="Bagaimana jika ini berbeza?").get_by_role("button", name="Kira semula").click()
    assert "9000" not in page.url
    expect(page.get_by_role("heading", name="Apa yang akan berubah")).to_be_visible()
    check(page)
    with acting(actor_of(user), purpose="screen"):
        assert Screening.objects.count() == 0


def test_a_need_filters_and_a_wrong_supposition_says_the_mend(page, sign_in, halimah):
    user, registered = halimah
    sign_in(page, user)
    page.goto(address(registered) + "?need=funeral")
    expect(page.locator(".group")).not_to_contain_text(["Sumbangan Tunai Rahmah"] * page.locator(".group").count())
    page.goto(address(registered))
    page.get_by_label("Jawapan yang mana").select_option("income")
    page.get_by_role("button", name="Andaikan").click()
    page.get_by_role("textbox").last.fill("banyak")
    page.get_by_role("button", name="Kira semula").first.click()
    expect(page.get_by_role("alert").filter(has_text="RM")).to_be_visible()


def test_the_letter_is_a_tagged_pdf_in_the_language(site, sign_in, halimah, client, tmp_path):
    user, registered = halimah
    client.force_login(user)
    answer = client.get(address(registered) + "surat.pdf")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf" and answer["Cache-Control"] == "no-store, private"
    (tmp_path / "letter.pdf").write_bytes(answer.content)
    reader = PdfReader(tmp_path / "letter.pdf")
    assert reader.trailer["/Root"]["/Lang"] == "ms" and reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "Halimah" in reader.pages[0].extract_text() and dt.date.today().strftime("%Y") in reader.pages[0].extract_text()


def test_somebody_elses_household_is_not_there(client, halimah, make_user):
    _, registered = halimah
    client.force_login(make_user("coordinator", "aim"))
    answer = client.get(address(registered))
    assert answer.status_code == 404 and "Halimah" not in answer.content.decode()


def test_a_visitor_is_led_to_the_door_and_who_may_not_screen_is_told_who_may(client, halimah, make_user):
    _, registered = halimah
    answer = client.get(address(registered))
    assert answer.status_code == 302 and answer["Location"].startswith("/masuk/")
    client.force_login(make_user("auditor", "perkeso", area=""))
    for method, path in (("get", address(registered)), ("post", address(registered) + "saring/"), ("get", "/senarai/")):
        answer = getattr(client, method)(path)
        assert answer.status_code == 403 and "Halimah" not in answer.content.decode()


def test_members_who_are_not_open_are_counted_and_leave_answers_open(client, halimah, make_user, published_law):
    user, _ = halimah
    actor = actor_of(user)
    child = {"name": "Aiman bin Ismail", "relation": "child", "birth_date": "2016-05-05", "sex": "male"}
    person = {**HALIMAH["person"], "name": "Salmah binti Ismail", "mykad": "620302-17-5064"}
    body = {**HALIMAH, "person": person, "members": [child]}
    family = actions.take_in(body, actor=actor, purpose="register", on=timezone.localdate(), law=published_law)
    partner = make_user("coordinator", "aim")
    given = actions.ConsentGiven(how="signed", language="ms")
    actions.give_consent(family.person_id, actor=actor, purpose="register", agencies=["aim"], consent=given)
    client.force_login(partner)
    page = client.get(address(family)).content.decode()
    assert "1 ahli isi rumah ini tidak dibuka" in page and "Aiman" not in page
