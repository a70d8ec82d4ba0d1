"""The package in the browser: what is certain and what may be confirmed, the picture with the same in a table, excluded by what, the choice."""
from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from sinergi.kernel.actors import actor_of
from sinergi.registry import actions
from sinergi.web.package_chart import Track, picture, runs
from tests.web.conftest import check
from tests.web.counter_stage import client_of, entries, text_of
from tests.web.test_sheet import HALIMAH


@pytest.fixture
def halimah(published_law, make_user):
    """(the coordinator's user, the widow's household)."""
    user = make_user("coordinator", "perkeso")
    return user, actions.take_in(HALIMAH, actor=actor_of(user), purpose="register", on=timezone.localdate(), law=published_law)


@pytest.fixture
def address(halimah):
    return f"/isi-rumah/{halimah[1].household_id}/pakej/"


def test_certain_and_if_confirmed_stand_apart_and_every_rule_is_named(halimah, address):
    page = text_of(client_of(halimah[0]).get(address))
    for words in ("Pakej terbaik yang sah", "RM2,400 dalam 12 bulan", "jika disahkan", "Turutan mengikut bulan", "Sumbangan Tunai Rahmah",
                  "Dikecualikan oleh apa", "Bantuan zakat MAIPk", "Syarat Umum 4", "Pinjaman, berasingan",
                  "Halimah binti Ismail memilih", "Fikir dahulu"):
        assert words in page, words
    assert "Nurul Ain binti Rosli" not in page.split("Kandungan")[-1].split("Skrin selamat")[1]


def test_the_picture_says_the_same_as_the_table(halimah, address):
    page = client_of(halimah[0]).get(address).content.decode()
    drawn = page[page.index("<svg viewBox"):page.index("</svg></div>")]
    assert "<title" in drawn and "<desc" in drawn and 'tabindex="0"' in page and "style=" not in drawn
    table = page[page.index('id="chosen"'):]
    for name in ("Sumbangan Asas Rahmah", "Sumbangan Tunai Rahmah"):
        assert name in drawn and name in table


def test_what_waits_for_an_answer_stands_apart_with_what_it_would_add(halimah, address):
    page = text_of(client_of(halimah[0]).get(address))
    assert "Bantuan Warga Emas" in page.split("Jawapan ya akan menambah")[1]
    assert "RM2,400 dalam 12 bulan" in page


def test_choosing_writes_nothing_and_leads_to_applying_in_that_order(halimah, address, owner):
    client = client_of(halimah[0])
    before = owner.execute("SELECT count(*) FROM kernel_auditentry WHERE verb <> 'person.read'").fetchone()
    order = client.get(f"{address}turutan/?way=0")
    assert "Mohon ikut turutan ini" in text_of(order) and "/mohon/" in order.content.decode()
    assert client.get(f"{address}turutan/?way=later")["Location"].endswith("/lembaran/")
    assert client.get(f"{address}turutan/?way=nonsense").status_code == 200
    assert owner.execute("SELECT count(*) FROM kernel_auditentry WHERE verb <> 'person.read'").fetchone() == before
    assert entries(owner, "application.apply") == 0


def test_the_sheet_leads_to_the_package_and_back(halimah, address):
    client = client_of(halimah[0])
    assert address in client.get(address.replace("pakej", "lembaran")).content.decode()
    assert address.replace("pakej", "lembaran") in client.get(address).content.decode()


def test_somebody_elses_household_is_not_there(halimah, address, make_user):
    assert client_of(make_user("coordinator", "aim")).get(address).status_code == 404
    assert client_of(make_user("auditor", "perkeso", area="")).get(address).status_code == 403


def test_lanes_hold_what_is_paid_and_nothing_else():
    one = Track("Bantuan Penjagaan OKU atau Pesakit Kronik Terlantar", (None, None, *[60000] * 10), "brand", "menunggu", "tamat")
    held = Track("Zakat", (*[0] * 3, *[None] * 9), "gold", quiet=True)
    drawn = picture([one, held, Track("Tiada", (None,) * 12, "brand")], dt.date(2026, 11, 24), [0, 0, *[60000] * 10])
    assert drawn is not None and len(drawn.lanes) == 2 and [bar.kind for bar in drawn.lanes[0].bars] == ["off", "brand"]
    assert [bar.kind for bar in drawn.lanes[1].bars] == ["gold"] and len(drawn.lanes[0].lines) == 2
    assert [month for _middle, _x, month in drawn.months][:3] == ["Nov", "Dis", "Jan"] and [year for _x, year in drawn.years] == [2026, 2027]
    assert picture([], dt.date(2026, 11, 24), []) is None and runs((1, 1, 2)) == [(0, 2, 1), (2, 3, 2)]


@pytest.mark.without_javascript
def test_the_person_chooses_without_javascript(page, sign_in, halimah, address):
    sign_in(page, halimah[0])
    page.goto(address)
    page.get_by_role("button", name="Teruskan dengan pilihan ini").click()
    expect(page.get_by_role("heading", level=1, name="Mohon ikut turutan ini")).to_be_visible()
    page.locator("main").get_by_role("link", name="Mohon").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Halimah")


def test_the_pages_of_the_package_fit(page, sign_in, halimah, address):
    sign_in(page, halimah[0])
    for place in (address, f"{address}turutan/?way=0"):
        page.goto(place)
        check(page)
