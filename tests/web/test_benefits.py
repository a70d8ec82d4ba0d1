"""What a person receives from any source; awarding without an application; ending early; received twice with both sides."""
from __future__ import annotations

import pytest

from tests.web.conftest import check
from tests.web.counter_stage import client_of, entries, text_of
from tests.web.deciding_stage import Desk

GIVEN = {"programme": "pbns.zakat", "need": "cash", "amount": "250", "pay": "monthly", "from_on": "", "to_on": "31/05/2027"}


@pytest.fixture
def desk(published_law, make_user):
    return Desk(make_user)


@pytest.fixture
def served(desk, owner):
    """The family, open to PBNS by an application."""
    desk.applied()
    return desk


def give(desk, **more):
    return client_of(desk.pbns).post(f"/orang/{desk.person}/terima/beri/", {**GIVEN, **more})


def test_an_empty_tab_says_what_to_do(desk):
    assert "Tiada penerimaan yang diketahui" in text_of(client_of(desk.aim).get(f"/orang/{desk.person}/terima/"))


def test_an_award_stands_on_the_tab_of_either_agency_with_its_source(served):
    assert give(served)["Location"] == f"/orang/{served.person}/terima/"
    page = client_of(served.aim).get(f"/orang/{served.person}/terima/")
    said = text_of(page)
    assert "Bantuan Baitulmal Negeri Sembilan" in said and "RM250" in said and "Kelulusan di sini" in said
    assert "<svg viewBox" in page.content.decode()
    assert "Tamatkan awal" not in said and "Tamatkan awal" in text_of(client_of(served.pbns).get(f"/orang/{served.person}/terima/"))


@pytest.mark.parametrize(("changed", "mend"), [({"programme": "aim.ikhtiar"}, "Rujuk orang ini"), ({"amount": "-5"}, "lebih daripada sifar"),
                                               ({"to_on": "1/1/2020"}, "mendahului"), ({"pay": "in_kind"}, "barangan")])
def test_what_is_no_award_is_refused_beside_its_field(served, owner, changed, mend):
    answer = give(served, **changed)
    assert answer.status_code == 422 and mend in text_of(answer) and entries(owner, "entitlement.award") == 0


def test_the_lock_refuses_the_second_and_names_the_ways_on(served, owner):
    give(served)
    answer = give(served)
    assert answer.status_code == 422 and "dibantu" in text_of(answer) and "Jalan terus" in text_of(answer)
    assert 'class="lock"' in answer.content.decode()
    assert entries(owner, "entitlement.award") == 1


def test_ending_early_frees_the_need_at_once_and_asks_why(served, owner):
    give(served)
    which = owner.execute("SELECT id FROM benefits_entitlement").fetchone()[0]
    officer, address = client_of(served.pbns), f"/manfaat/{which}/tamat/"
    assert client_of(served.second).get(address).status_code == 200
    assert client_of(served.aim).get(address).status_code == 403
    assert officer.post(address, {"on": "", "reason": "x"}).status_code == 422
    assert officer.post(address, {"on": "", "reason": "Badan lain membayar"})["Location"] == f"/orang/{served.person}/terima/"
    assert "tamat awal: Badan lain membayar" in text_of(officer.get(f"/orang/{served.person}/terima/"))
    again = officer.post(address, {"on": "", "reason": "Badan lain membayar"})
    assert again.status_code == 422 and "sudah tamat" in text_of(again)


def test_received_twice_shows_both_sides_and_can_be_fetched(desk, make_user):
    overseer = client_of(make_user("supervisor", "perkeso", area=""))
    page = text_of(overseer.get("/pertindihan/?need=cash&state=perak"))
    assert "Tiada yang menerima dua kali" in page
    answer = overseer.get("/pertindihan/senarai.csv")
    assert answer["Content-Type"].startswith("text/csv") and answer.content.decode("utf-8-sig").startswith("Orang,Keperluan")
    assert client_of(desk.aim).get("/pertindihan/").status_code == 403


def test_the_tab_takes_the_same_queries_for_one_and_two(served, owner, django_assert_max_num_queries):
    counts = []
    for days in ({}, {"need": "food", "from_on": "1/7/2027", "to_on": "31/12/2027"}):
        give(served, **days)
        with django_assert_max_num_queries(60) as seen:
            client_of(served.aim).get(f"/orang/{served.person}/terima/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_pages_of_benefits_fit(page, sign_in, served, owner):
    give(served)
    which = owner.execute("SELECT id FROM benefits_entitlement").fetchone()[0]
    sign_in(page, served.pbns)
    for place in (f"/orang/{served.person}/terima/", f"/orang/{served.person}/terima/beri/", f"/manfaat/{which}/tamat/"):
        page.goto(place)
        check(page)
    sign_in(page, served.boss)
    page.goto("/pertindihan/")
    check(page)
