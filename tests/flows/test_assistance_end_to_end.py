"""From the package to the person's own word, in the browser, at three agencies and on the person's phone: with scripts and axe, and without any."""
from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from uuid import UUID

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from sinergi.cli.demo import journey, story
from sinergi.cli.demo.steps import carry_news
from sinergi.kernel import links
from sinergi.kernel.actors import actor_of
from sinergi.registry import actions as registry
from tests.web.conftest import check
from tests.web.counter_stage import client_of, text_of

NEWEST = "SELECT a.id FROM cases_asking a JOIN cases_outcome o ON o.id = a.outcome_id WHERE o.case_id = %s ORDER BY a.sent_at DESC"
LATER, YEAR = (timezone.localdate() + dt.timedelta(days=days) for days in (150, 364))
Look = Callable[[Page], None]


def one_heading(page: Page) -> None:
    """What can be demanded of a page where no script runs, axe's neither."""
    assert page.locator("h1").count() == 1 and page.problems == []


class Stage:
    """A mother and a debtor at IRM's counter, and the people of four agencies. `as_` changes who sits at the screen."""

    def __init__(self, make_user, sign_in, page: Page, owner) -> None:
        self.irm, self.akpk = make_user("coordinator", "irm"), make_user("coordinator", "akpk")
        self.maiwp, self.maim = make_user("officer", "maiwp"), make_user("officer", "maim")
        self.page, self.sign_in, self.owner = page, sign_in, owner
        self.mother, self.debtor = (registry.take_in(body, actor=actor_of(self.irm), purpose="register", on=timezone.localdate())
                                    for body in (story.HOUSEHOLD, journey.DEBTOR))
        carry_news()

    def as_(self, user) -> None:
        """Another visitor at the same screen."""
        self.page.context.clear_cookies()
        self.sign_in(self.page, user)

    def one(self, statement: str, *given: object) -> tuple:
        """A row behind row security."""
        return self.owner.execute(statement, given).fetchone()


@pytest.fixture
def stage(published_law, make_user, sign_in, page, owner):
    return Stage(make_user, sign_in, page, owner)


def agree(page: Page) -> None:
    """The person agrees, by word of mouth, before a witness."""
    page.get_by_text("Lisan, dengan saksi").click()
    page.get_by_role("textbox", name="Saksi").fill("Puan Rokiah")


def choose(page: Page, name: str, value: str) -> None:
    """Pick one of several by its value."""
    page.locator(f"input[name={name}][value={value}]").check(force=True)


def apply(stage: Stage, look: Look) -> str:
    """The package, and from it the application; gives its address."""
    page = stage.page
    page.goto(f"/isi-rumah/{stage.mother.household_id}/pakej/")
    expect(page.locator("main")).to_contain_text("Pakej terbaik yang sah")
    look(page)
    page.goto(f"/isi-rumah/{stage.mother.household_id}/mohon/{journey.HOUSING}/")
    expect(page.get_by_role("heading", name=re.compile("Tepat inilah|dihantar kepada")).first).to_be_visible()
    agree(page)
    look(page)
    page.get_by_role("button", name=re.compile("^Hantar kepada")).click()
    expect(page.get_by_text("Di sini anda melihat apa yang berlaku seterusnya")).to_be_visible()
    look(page)
    return re.sub(r"^https?://[^/]+", "", page.url)


def decide(stage: Stage, application: str, look: Look) -> None:
    """The council's officer finds it, checks, approves."""
    page = stage.page
    stage.as_(stage.maiwp)
    page.goto("/permohonan/")
    look(page)
    page.locator(f"main a[href='{application}']").first.click()
    expect(page).to_have_url(re.compile(application))
    choose(page, "outcome", "approve")
    page.locator("input[name=amount]").fill("350")
    page.locator("input[name=to_on]").fill(f"{YEAR:%d/%m/%Y}")
    page.get_by_role("button", name="Semak sebelum simpan").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Luluskan untuk Mariam")
    look(page)
    page.get_by_role("button", name="Ya, luluskan").click()
    expect(page.get_by_text("Sudah diputuskan").first).to_be_visible()
    look(page)
    carry_news()


def only_once(stage: Stage, look: Look) -> None:
    """Another council finds the need helped already, with the day."""
    registry.give_consent(stage.mother.person_id, actor=actor_of(stage.irm), purpose="refer", agencies=["maim"], at=timezone.now(),
                          consent=registry.ConsentGiven("signed", "ms", ("decide",)))
    page = stage.page
    stage.as_(stage.maim)
    page.goto(f"/orang/{stage.mother.person_id}/terima/")
    expect(page.locator("main")).to_contain_text("Deposit, sewa")
    look(page)
    given = {"programme": "maim.zakat", "need": journey.NEED, "amount": "300", "pay": "monthly", "from_on": "", "to_on": f"{LATER:%d/%m/%Y}"}
    refused = client_of(stage.maim).post(f"/orang/{stage.mother.person_id}/terima/beri/", given)
    assert refused.status_code == 422 and f"{YEAR:%d/%m/%Y}" in text_of(refused)
    assert stage.one("SELECT count(*) FROM benefits_entitlement") == (1,)


def refer(stage: Stage, look: Look) -> UUID:
    """The debtor is referred, with what is shown, to the agency that can help; it accepts. Gives the case."""
    page = stage.page
    case: UUID = stage.one("SELECT id FROM cases_case WHERE person_id = %s", stage.debtor.person_id)[0]
    stage.as_(stage.irm)
    page.goto(f"/kes/{case}/rujuk/")
    look(page)
    page.get_by_role("link", name="Rujuk ke sini").first.click()
    expect(page).to_have_url(re.compile("/rujuk/akpk/"))
    agree(page)
    look(page)
    page.get_by_role("button", name="Hantar rujukan").click()
    expect(page.get_by_role("heading", name="Dihantar", exact=True)).to_be_visible()
    referral = page.url
    stage.as_(stage.akpk)
    page.goto("/rujukan/")
    look(page)
    page.goto(referral)
    look(page)
    page.get_by_role("button", name="Terima: kami bertanggungjawab").click()
    expect(page.get_by_role("heading", name="Diterima", exact=True)).to_be_visible()
    assert stage.one("SELECT agency_id, next_on IS NOT NULL FROM cases_case WHERE id = %s", case) == ("akpk", True)
    return case


def serve(stage: Stage, case: UUID, look: Look) -> str:
    """AKPK says it has served; gives the address of the person's link."""
    page = stage.page
    stage.as_(stage.akpk)
    page.goto(f"/kes/{case}/")
    look(page)
    page.get_by_role("link", name="Bantuan sudah diberi").click()
    choose(page, "channel", "sms")
    page.get_by_role("button", name="Rekod, dan tanya orang itu").click()
    expect(page.get_by_text("Taip kod ini")).to_be_visible()
    look(page)
    return f"/j/{links.signed(stage.one(NEWEST, case)[0])}/"


def answer(page: Page, link: str, received: str, solved: str, heading: str, look: Look) -> None:
    """The person on his own phone: the link, two answers. Looking at it before, and again afterwards, changes nothing."""
    page.context.clear_cookies()
    for _look_again in range(2):
        page.goto(link)
    look(page)
    page.get_by_text(received, exact=True).click()
    page.get_by_text(solved, exact=True).click()
    page.get_by_role("button", name="Hantar jawapan").click()
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    look(page)
    page.goto(link)
    expect(page.get_by_role("button", name="Hantar jawapan")).to_have_count(0)


def the_story(stage: Stage, look: Look) -> None:
    """The whole of it."""
    stage.as_(stage.irm)
    decide(stage, apply(stage, look), look)
    only_once(stage, look)
    case = refer(stage, look)
    answer(stage.page, serve(stage, case, look), "Belum", "Belum, saya masih perlukan bantuan", "Terima kasih. Kes anda dibuka semula.", look)
    assert stage.one("SELECT state, reopened FROM cases_case WHERE id = %s", case) == ("open", 1)
    answer(stage.page, serve(stage, case, look), "Ya, sudah terima", "Ya, sudah selesai", "Terima kasih", look)
    assert stage.one("SELECT state, closed_as FROM cases_case WHERE id = %s", case) == ("closed", "confirmed")
    assert stage.one("SELECT standing FROM registry_person WHERE id = %s", stage.debtor.person_id) == ("helped",)


@pytest.mark.parametrize("page", ["phone"], indirect=True)
def test_from_the_package_to_the_persons_word(stage):
    the_story(stage, check)


@pytest.mark.without_javascript
@pytest.mark.parametrize("page", ["desk"], indirect=True)
def test_from_the_package_to_the_persons_word_without_javascript(stage):
    the_story(stage, one_heading)
