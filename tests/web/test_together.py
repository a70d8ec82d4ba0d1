"""The household's page asks what the register noticed; the people's answer is written down with who said it; hidden people are not named."""
from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from sinergi.kernel.acting import acting
from sinergi.kernel.actors import actor_of, command
from sinergi.registry import actions, queries
from sinergi.registry.actions.proposals import PARTS
from sinergi.registry.submission import CleanAddress
from tests.web.conftest import check
from tests.web.counter_stage import acting_as, alone, client_of, entries, family, text_of


@pytest.fixture
def me(published_law, make_user):
    return make_user("coordinator", "aim")


@pytest.fixture
def home(me):
    return family(me)


@pytest.fixture
def father(me, home) -> UUID:
    """Hamzah, registered alone at the family's door; the night has passed."""
    found, today = alone(me, "Hamzah bin Deris", "550101-17-5011"), timezone.localdate()
    door = CleanAddress("negeri_sembilan", "No. 12, Jln Mawar", "70100")
    actions.record_address(found, actor=actor_of(me), purpose="register", address=door, on=today)
    night = command("proposals", "person.read", "household.propose", agency="aim")
    with acting(night, purpose="register"):
        for part in range(PARTS):
            actions.propose_households(part, actor=night, on=today)
    return found


def questions(client, person) -> list[str]:
    """Addresses of the questions on a household's page."""
    return re.findall(r'href="(/orang/[^"]+/bersama/[^"]+)"', client.get(f"/orang/{person}/").content.decode())


def test_the_page_asks_and_the_answer_moves_who_they_say(me, home, father, owner):
    client = client_of(me)
    page = text_of(client.get(f"/orang/{home.person_id}/"))
    assert "Mungkin tinggal di sini juga" in page and "alamat yang sama" in page and "Jln Mawar" not in page
    first = questions(client, home.person_id)[0]
    assert client.post(first, {"answer": "yes", "said_by": "self", f"lives.{father}": "parent"}).status_code == 302
    assert entries(owner, "household.accept_proposal") == entries(owner, "household.add_member") == entries(owner, "household.end_membership") == 1
    with acting_as(me):
        assert queries.household_of(father, timezone.localdate()) == home.household_id
    assert "Hamzah" in text_of(client.get(f"/orang/{home.person_id}/"))


def test_who_answered_must_be_said_and_what_was_chosen_is_kept(me, home, father):
    client = client_of(me)
    first = questions(client, home.person_id)[0]
    answer = client.post(first, {"answer": "yes", f"lives.{father}": "parent"})
    assert answer.status_code == 422 and "Pilih siapa yang menjawab" in text_of(answer)
    assert '<option value="parent" selected>' in answer.content.decode()
    answer = client.post(first, {"answer": "yes", "said_by": "self"})
    assert answer.status_code == 422 and "Tandakan siapa" in text_of(answer)


def test_no_is_not_asked_again_and_family_is_kept_as_said(me, home, father, owner):
    client = client_of(me)
    together, kin = questions(client, home.person_id)
    assert client.post(together, {"answer": "no", "said_by": "household_member"}).status_code == 302
    assert questions(client, home.person_id) == [kin] and client.get(together).status_code == 404
    client.post(kin, {"answer": "yes", "said_by": "self"})
    assert questions(client, home.person_id) == [] and "keluarga di tempat lain" in text_of(client.get(f"/orang/{home.person_id}/"))
    assert entries(owner, "household.refuse_proposal") == entries(owner, "household.accept_proposal") == 1


def test_a_hidden_person_is_not_named(me, home, father):
    actions.protect_address(father, actor=actor_of(me), purpose="register")
    assert "Deris" not in text_of(client_of(me).get(f"/orang/{home.person_id}/"))


def test_another_agency_finds_no_question(me, home, father, make_user):
    first = questions(client_of(me), home.person_id)[0]
    assert client_of(make_user("coordinator", "irm")).get(first).status_code == 404


def test_the_pages_fit(page: Page, me, home, father, sign_in):
    sign_in(page, me)
    page.goto(f"/orang/{home.person_id}/")
    check(page)
    page.get_by_role("link", name="Tanya dan jawab").first.click()
    check(page)
    page.get_by_label("Orang itu sendiri").check()
    page.get_by_role("button", name="Tidak, mereka kata bukan").click()
    page.wait_for_url(f"**/orang/{home.person_id}/")
    check(page)
