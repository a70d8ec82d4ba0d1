"""The auditor's search, its file, and the outbox: found, paged, harmless in a spreadsheet, closed to others, fit for phone and desk."""
from __future__ import annotations

import csv
import io
from uuid import UUID

import pytest
from django.test import Client
from playwright.sync_api import expect

from sinergi.kernel import audit, notify, policy
from sinergi.kernel.acting import acting
from sinergi.kernel.action import action
from sinergi.kernel.actors import Actor, actor_of, command
from sinergi.kernel.models import User
from sinergi.web.audit_pages import harmless
from tests.web.conftest import BACKEND, check

PERSON = UUID(int=99)


@action("try.invite", policy.anyone)
def invite(user: User, *, actor: Actor) -> None:
    """Tell a user that he is invited."""
    notify.queue("user.invited", to=user, actor=actor)


def write(count: int, agency: str = "perkeso", subject: str = "registry.Person:1") -> None:
    """Entries about one person."""
    with acting(command("try", agency=agency), purpose="register", request="A1") as context:
        for number in range(count):
            audit.record(context, "fact.record", subject, [PERSON], {"registry.Person:1": {"state": [None, f"state {number}"]}})


@pytest.fixture
def auditor(make_user) -> User:
    return make_user("auditor", area="")


@pytest.fixture
def client(auditor) -> Client:
    made = Client()
    made.force_login(auditor, backend=BACKEND)
    return made


def looks(owner) -> list[tuple]:
    return owner.execute("SELECT actor, persons FROM kernel_auditentry WHERE verb = 'person.read'").fetchall()


def test_the_search_finds_pages_and_keeps_its_fields(client, owner):
    write(120)
    numbers, address = [], "/audit/?verb=fact.record"
    while address:
        answer = client.get(address)
        rows = answer.context["rows"]
        numbers += [entry.id for entry, _ in rows]
        address = f"/audit/{answer.context['older']}" if answer.context["older"] else ""
    assert len(numbers) == 120 and numbers == sorted(numbers, reverse=True)
    assert "verb=fact.record" in client.get("/audit/?verb=fact.record").context["older"] and looks(owner) == []


def test_the_number_of_queries_does_not_follow_the_number_of_rows(client, django_assert_max_num_queries):
    client.get("/audit/")  # the session's clock is written once
    counts = []
    for count in (1, 3):
        write(count)
        with django_assert_max_num_queries(20) as seen:
            client.get("/audit/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_search_for_one_person_is_itself_a_look_at_him(client, owner, auditor):
    write(1)
    assert len(client.get(f"/audit/?person={PERSON}").context["rows"]) == 1
    assert looks(owner) == [(str(auditor.pk), [PERSON])]


def test_an_actor_is_found_by_his_address_and_shown_by_name(client, owner, auditor):
    client.get(f"/audit/?person={PERSON}")
    rows = client.get(f"/audit/?actor={auditor.email.upper()}").context["rows"]
    assert [said["who"] for _, said in rows] == [auditor.name]


def test_wrong_fields_are_told_and_find_nothing(client):
    answer = client.get("/audit/?person=abc&since=yesterday")
    assert answer.status_code == 422 and set(answer.context["form"].errors) == {"person", "since"} and answer.context["rows"] == []
    assert "Ini bukan nombor seseorang" in answer.content.decode()
    assert client.get("/audit/fail.csv?person=abc").status_code == 422
    assert client.get("/audit/?before=99999999999999999999999&agency=").status_code == 200


def test_the_file_holds_what_was_found_and_no_formula(client):
    write(2, subject="=HYPERLINK(\"http://x\")")
    answer = client.get("/audit/fail.csv")
    assert answer["Content-Type"].startswith("text/csv") and "attachment" in answer["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][0] == "id" and len(rows) == 3 and rows[1][6].startswith("'=HYPERLINK")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("formula", ["=1+1", "+60", "-1", "@x", "\tx", "\rx", "|x", "%x"])
def test_cells_are_harmless(formula):
    assert harmless(formula) == f"'{formula}" and harmless("Ali") == "Ali" and harmless(12) == "12"


@pytest.mark.parametrize(("role", "address"), [
    ("coordinator", "/audit/"), ("coordinator", "/audit/fail.csv"), ("coordinator", "/peti-keluar/"), ("administrator", "/audit/"),
    ("auditor", "/peti-keluar/")])
def test_others_are_refused(make_user, role, address):
    made = Client()
    made.force_login(make_user(role), backend=BACKEND)
    assert made.get(address).status_code == 403
    assert Client().get(address).status_code == 302


def test_an_auditor_of_one_agency_sees_its_entries(make_user):
    write(2, agency="aim")
    write(1, agency="perkeso")
    made = Client()
    made.force_login(make_user("auditor"), backend=BACKEND)
    assert {entry.agency for entry, _ in made.get("/audit/").context["rows"]} == {"perkeso"}


def test_the_audit_page(page, sign_in, auditor):
    write(60)
    sign_in(page, auditor)
    page.goto("/audit/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Audit")
    expect(page.get_by_role("row")).to_have_count(51)
    check(page)
    page.get_by_role("link", name="Lebih lama").or_(page.locator("a[rel=next]")).first.click()
    expect(page.get_by_role("row")).to_have_count(11)
    page.goto("/audit/?verb=law.publish")
    check(page)


def test_the_outbox_page(page, sign_in, make_user):
    user = make_user("administrator")
    page.goto("/masuk/")
    sign_in(page, user)
    page.goto("/peti-keluar/")
    check(page)
    who = actor_of(user)
    invite(user, actor=Actor(who.id, who.name, who.agency, {**who.areas, "try.invite": frozenset({("national", "")})}), purpose="administer")
    page.goto("/peti-keluar/")
    expect(page.get_by_text("Jemputan ke Sinergi")).to_be_visible()
    page.locator("summary", has_text="Baca").or_(page.locator("summary", has_text="Read")).first.click()
    check(page)
