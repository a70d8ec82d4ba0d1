"""The supervisor's view: numbers by agency and state lead to their rows; unreachable apart; a file without names."""
from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.web.case_stage import opened, served
from tests.web.conftest import check
from tests.web.counter_stage import client_of, family, text_of


@pytest.fixture
def boss(published_law, make_user):
    return make_user("supervisor", "irm", email="boss@irm.example", name="Hajah Rokiah binti Mat")


@pytest.fixture
def irm(make_user):
    return make_user("coordinator", "irm", name="Zulkarnain bin Idris")


@pytest.fixture
def cases(boss, irm):
    person = family(irm).person_id
    served(irm, opened(irm, person, "rent"))
    return opened(irm, person, "food"), person


def test_every_number_is_as_many_rows_as_it_says(boss, cases):
    client = client_of(boss)
    page = client.get("/pantau/").content.decode()
    numbers = re.findall(r'<dd><a href="([^"#]+)[^"]*">(\d+)</a>', page)
    assert len(numbers) >= 2
    for address, n in numbers:
        rows = client.get(address.replace("&amp;", "&")).content.decode()
        assert rows.count('class="btn btn-s btn-2" href="/kes/') == int(n)


def test_it_is_narrowed_and_taken_along_as_a_file_without_names(boss, cases):
    client = client_of(boss)
    assert "Norazlina" in text_of(client.get("/pantau/?negeri=negeri_sembilan"))
    assert "Norazlina" not in text_of(client.get("/pantau/?negeri=negeri_sembilan&nama=0"))
    assert "Norazlina" not in text_of(client.get("/pantau/?negeri=perak"))
    told = client.get("/pantau/kes.csv?apa=yet")
    assert told["Content-Type"].startswith("text/csv") and "Makanan" in told.content.decode() and "Norazlina" not in told.content.decode()


def test_who_does_not_oversee_reads_who_does(irm):
    page = client_of(irm).get("/pantau/")
    assert page.status_code == 403 and "Penyelia" in text_of(page)


def test_the_pages_fit(page: Page, boss, cases, sign_in):
    sign_in(page, boss)
    for address in ("/pantau/", "/pantau/?apa=yet"):
        page.goto(address)
        check(page)
