"""The page of fairness: groups with charts and tables, an empty state that says what is not known, objections that wait; fits and is clean."""
from __future__ import annotations

import pytest
from identity_stage import CARDS, NAMES, WHY
from playwright.sync_api import Page

from sinergi.kernel.actors import actor_of
from sinergi.registry import actions
from tests.web.conftest import check
from tests.web.counter_stage import alone, client_of, text_of


@pytest.fixture
def boss(published_law, make_user):
    return make_user("supervisor", "aim", email="boss@aim.example")


def test_it_says_that_nothing_is_known_without_labels_and_counts_what_can_be(boss, make_user):
    page = text_of(client_of(boss).get("/pantau/identiti/"))
    assert "Belum ada label" in page and "Belum ada sesiapa didaftar di sini" in page and "Tiada sesiapa menunggu jawapan" in page
    alone(make_user("coordinator", "aim"))
    page = text_of(client_of(boss).get("/pantau/identiti/"))
    assert "Mengikut jantina" in page and "tanpa sebarang nombor" not in page and "60 tahun ke atas" not in page and "dengan nombor" in page
    assert "Adil" in page


def test_objections_stand_there_until_they_are_answered(boss, make_user):
    me = make_user("officer", "aim")
    keep, gone = alone(me, NAMES[0], CARDS[0]), alone(me, NAMES[1], CARDS[1])
    joined = actions.merge_persons(keep, gone_id=gone, actor=actor_of(me), purpose="register", reason=WHY)
    actions.object_identity(keep, actor=actor_of(me), purpose="register", decision_id=joined.pk, words="Bukan saya")
    page = text_of(client_of(boss).get("/pantau/identiti/"))
    assert NAMES[1] in page and "sedang disemak" in page and "Bukan saya" not in page
    assert NAMES[1] not in text_of(client_of(boss).get("/pantau/identiti/?nama=0"))


def test_who_does_not_oversee_reads_who_does(make_user):
    page = client_of(make_user("coordinator", "aim")).get("/pantau/identiti/")
    assert page.status_code == 403 and "Penyelia" in text_of(page)


def test_the_page_fits(page: Page, boss, make_user, sign_in):
    alone(make_user("coordinator", "aim"))
    sign_in(page, boss)
    page.goto("/pantau/identiti/")
    check(page)
