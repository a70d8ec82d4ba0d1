"""Opening by written reason: for an hour, to one user, shown to the agency that registered him, reviewed by a second person."""
from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.web.conftest import check
from tests.web.counter_stage import alone, client_of, entries, text_of

REASON = "Pengsan di kaunter dan perlu dibawa ke hospital sekarang"


@pytest.fixture
def irm(published_law, make_user):
    return make_user("coordinator", "irm", name="Zulkarnain bin Idris")


@pytest.fixture
def supervisor(make_user):
    return make_user("supervisor", "maiwp", name="Adibah binti Yunus")


@pytest.fixture
def person(supervisor):
    return alone(supervisor, "Kamarul bin Yusof", "680411-17-5013")


@pytest.fixture
def opened(irm, person, owner):
    """The id of an opening by IRM of a person of MAIWP."""
    client_of(irm).post(f"/orang/{person}/buka/", {"reason": REASON})
    return owner.execute("SELECT id FROM registry_access WHERE ground = 'emergency'").fetchone()[0]


def test_a_short_reason_opens_nothing(irm, person, owner):
    answer = client_of(irm).post(f"/orang/{person}/buka/", {"reason": "segera"})
    assert answer.status_code == 422 and "sekurang-kurangnya 15 aksara" in text_of(answer) and entries(owner, "person.open_by_reason") == 0


def test_a_written_reason_opens_to_this_user_alone(irm, person, make_user, owner):
    client, colleague = client_of(irm), client_of(make_user("coordinator", "irm", email="lain@irm.example"))
    assert client.post(f"/orang/{person}/buka/", {"reason": REASON})["Location"] == f"/orang/{person}/"
    page = text_of(client.get(f"/orang/{person}/"))
    assert "Kamarul bin Yusof" in page and "satu jam" in page
    assert "Kamarul" not in text_of(colleague.get(f"/orang/{person}/"))
    assert client.get(f"/orang/{person}/buka/")["Location"] == f"/orang/{person}/"
    assert entries(owner, "person.open_by_reason") == 1


def test_the_supervisor_sees_the_reason_and_writes_what_he_found(opened, supervisor, irm, owner):
    client = client_of(supervisor)
    assert "1 rekod dibuka dengan sebab bertulis" in text_of(client.get("/"))
    listed = text_of(client.get("/pembukaan/"))
    assert REASON in listed and "Zulkarnain bin Idris" in listed and "Kamarul bin Yusof" in listed
    assert client.post(f"/pembukaan/{opened}/", {"finding": " "}).status_code == 422
    assert client.post(f"/pembukaan/{opened}/", {"finding": "Wajar; waris sudah diberitahu."})["Location"] == "/pembukaan/"
    assert "Wajar; waris" in text_of(client.get("/pembukaan/")) and "dibuka dengan sebab bertulis" not in text_of(client.get("/")).split("Halaman")[0]
    again = client.post(f"/pembukaan/{opened}/", {"finding": "sekali lagi"})
    assert again.status_code == 422 and "sudah disemak" in text_of(again) and entries(owner, "access.review") == 1


def test_who_opened_does_not_review_and_others_see_no_names(opened, irm, make_user, person):
    assert client_of(irm).get("/pembukaan/").status_code == 403
    auditor = client_of(make_user("auditor", area=""))
    listed = text_of(auditor.get("/pembukaan/"))
    assert REASON in listed and "Kamarul" not in listed and "orang yang tidak boleh anda buka" in listed
    assert auditor.get(f"/pembukaan/{opened}/").status_code == 403
    other = client_of(make_user("supervisor", "aim"))
    assert other.get(f"/pembukaan/{opened}/").status_code == 404


def test_an_empty_list_says_what_it_is_for(supervisor, published_law):
    assert "Tiada rekod dibuka dengan sebab bertulis" in text_of(client_of(supervisor).get("/pembukaan/"))


def test_the_list_takes_the_same_queries_for_one_and_three(irm, supervisor, django_assert_max_num_queries):
    counts, client = [], client_of(supervisor)
    client.get("/pembukaan/")  # the session's clock is written once
    for many in (1, 2):
        for n in range(many):
            person = alone(supervisor, f"Awang {'AB'[n]} bin Daud", f"79100{many}-17-510{2 * n + 1}")
            client_of(irm).post(f"/orang/{person}/buka/", {"reason": REASON})
        with django_assert_max_num_queries(40) as seen:
            client.get("/pembukaan/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_pages_fit(page: Page, irm, supervisor, opened, sign_in):
    third = alone(supervisor, "Siva a/l Raman", "851103-17-5121")
    sign_in(page, irm)
    for address in (f"/orang/{third}/", f"/orang/{third}/buka/"):
        page.goto(address)
        check(page)
    sign_in(page, supervisor)
    for address in ("/pembukaan/", f"/pembukaan/{opened}/"):
        page.goto(address)
        check(page)
