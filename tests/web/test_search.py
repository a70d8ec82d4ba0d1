"""Search before you register: what is typed stays out of addresses, who may be meant is shown with reasons, others' people give little away."""
from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from sinergi.kernel.roles import ROLES
from tests.web.conftest import check
from tests.web.counter_stage import alone, client_of, entries, family, text_of

NUMBER = "891214-17-5078"


@pytest.fixture
def irm(published_law, make_user):
    return make_user("coordinator", "irm", name="Zulkarnain bin Idris")


@pytest.fixture
def maiwp(make_user):
    return make_user("coordinator", "maiwp", name="Hafizuddin bin Mohd Zain")


def test_who_may_not_search_sees_no_box(published_law, make_user):
    administrator = client_of(make_user("administrator", area=""))
    assert administrator.get("/cari/").status_code == 403
    assert "person.search" not in ROLES["administrator"]


def test_a_number_finds_one_person_and_leads_to_his_record(irm):
    registered = family(irm)
    answer = client_of(irm).post("/cari/", {"text": NUMBER})
    assert "Norazlina binti Hamzah" in text_of(answer) and "Nombor pengenalan sama" in text_of(answer)
    assert f"/orang/{registered.person_id}/" in answer.content.decode()


def test_a_name_that_many_bear_asks_for_one_more_fact_and_writes_nothing(irm, owner):
    family(irm)
    assert "Norazlina binti Hamzah" in text_of(client_of(irm).post("/cari/", {"text": "Norazlina Hamzah"}))
    for n in range(10):
        alone(irm, "Norazlina binti Hamzah", f"7910{n + 10}-17-510{n}")
    before = entries(owner, "person.search")
    answer = client_of(irm).post("/cari/", {"text": "Norazlina Hamzah"})
    assert "Tambah satu fakta" in text_of(answer) and entries(owner, "person.search") == before
    assert "Norazlina binti Hamzah" in text_of(client_of(irm).post("/cari/", {"text": "Norazlina Hamzah", "more": "1989"}))


def test_nothing_found_offers_to_register_what_was_typed(irm):
    client = client_of(irm)
    answer = client.post("/cari/", {"text": "Chik Som binti Deris 900227-17-5136", "more": ""})
    assert "Tiada rekod" in text_of(answer) and 'value="Chik Som binti Deris 900227-17-5136"' in answer.content.decode()
    begun = client.post("/daftar/", {"text": "Chik Som binti Deris 900227-17-5136", "more": ""})
    assert "Chik" not in begun["Location"] and "900227" not in begun["Location"]
    form = client.get(begun["Location"]).content.decode()
    assert 'value="Chik Som binti Deris"' in form and 'value="900227175136"' in form


def test_somebody_elses_person_shows_existence_and_state_only(irm, maiwp):
    person = family(irm).person_id
    client = client_of(maiwp)
    found = text_of(client.post("/cari/", {"text": NUMBER}))
    assert "Belum dibantu" in found and "12 Jalan Mawar" not in found and "Islamic Relief" not in found
    page = text_of(client.get(f"/orang/{person}/"))
    assert "Anda boleh melihat keadaan" in page and "Norazlina" not in page and "019" not in page


def test_the_number_of_queries_does_not_follow_the_number_of_candidates(irm, django_assert_max_num_queries):
    client = client_of(irm)
    client.get("/cari/")
    counts = []
    for many in (1, 3):
        for n in range(many):
            alone(irm, f"Awang Kecil bin Daud {'ABC'[n]}", f"79100{many}-17-510{2 * n + 1}")
        asked = []
        for _ in range(3):  # the model is asked for once a minute: in one of these at most
            with django_assert_max_num_queries(40) as seen:
                answer = client.post("/cari/", {"text": "Awang Kecil Daud", "more": "1979"})
            asked.append(len(seen))
        counts.append((answer.content.decode().count('class="cand"'), min(asked)))
    assert counts[0][0] < counts[1][0] and counts[0][1] == counts[1][1]


def test_the_order_is_kept_while_somebody_types_on_and_found_anew_on_enter(irm):
    client = client_of(irm)
    for n in range(3):
        alone(irm, f"Awang Kecil bin Daud {'ABC'[n] * 3}", f"791001-17-510{2 * n + 1}")

    def people(**typed):
        return re.findall(r"/orang/([0-9a-f-]{36})/", client.post("/cari/", typed).content.decode())

    best = people(text="Awang Kecil 1979 Daud CCC")
    other = [*best[1:], best[0]]
    assert people(text="Awang Kecil 1979 Daud CCC", before="Awang Kecil 1979", shown=" ".join(other)) == other
    assert people(text="Awang Kecil 1979 Daud CCC", before="Awang Kecil 1979 Daud CCC", shown=" ".join(other)) == best


def test_what_is_opened_and_none_of_these_are_entered_with_the_search(irm, owner):
    family(irm)
    client = client_of(irm)
    content = client.post("/cari/", {"text": NUMBER}).content.decode()
    address, mark = re.search(r'href="(/orang/[0-9a-f-]{36}/)\?carian=([0-9a-f]{16})"', content).groups()
    seen = re.search(r'name="seen" value="([0-9a-f-]{36})"', content)[1]
    assert client.get(f"{address}?carian={mark}").status_code == 200 and seen in address
    client.post("/daftar/", {"text": NUMBER, "more": "", "seen": seen, "mark": mark})
    noted = owner.execute("SELECT changes FROM kernel_auditentry WHERE verb = 'person.search' ORDER BY id").fetchall()
    assert [sorted(set(c) & {"mark", "opened", "none_of"}) for (c,) in noted] == [["mark"], ["opened"], ["none_of"]]


def test_too_many_searches_are_told_on_the_page(irm, settings):
    settings.SEARCHES_AN_HOUR = 0
    assert "sebanyak yang dibenarkan" in text_of(client_of(irm).post("/cari/", {"text": NUMBER}))


def test_results_appear_while_typing(page: Page, irm, sign_in):
    family(irm)
    sign_in(page, irm)
    page.goto("/cari/")
    expect(page.get_by_role("textbox").first).to_be_focused()
    check(page)
    page.get_by_label("Siapa di hadapan anda?").press_sequentially(NUMBER)
    expect(page.get_by_role("heading", name="1 rekod mirip")).to_be_visible()
    assert page.url.endswith("/cari/")
    check(page)
    page.get_by_role("link", name="Ini orangnya").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Norazlina binti Hamzah")


def test_arrows_go_through_who_was_found_and_enter_opens_him(page: Page, irm, sign_in):
    for n in range(2):
        alone(irm, f"Awang Kecil bin Daud {'AB'[n]}", f"791001-17-510{2 * n + 1}")
    sign_in(page, irm)
    page.goto("/cari/")
    box, found = page.get_by_label("Siapa di hadapan anda?"), page.get_by_role("link", name="Ini orangnya")
    box.press_sequentially("Awang Kecil 1979")
    expect(found).to_have_count(2)
    box.press("ArrowDown")
    expect(found.first).to_be_focused()
    found.first.press("ArrowDown")
    found.nth(1).press("ArrowDown")
    expect(found.nth(1)).to_be_focused()
    check(page)
    found.nth(1).press("ArrowUp")
    found.first.press("ArrowUp")
    expect(box).to_be_focused()
    box.press("ArrowDown")
    page.keyboard.type(" Daud")
    expect(box).to_be_focused()
    expect(box).to_have_value("Awang Kecil 1979Daud")
    expect(found).to_have_count(2)
    box.press("ArrowDown")
    name = found.first.locator("xpath=ancestor::li").get_by_role("heading").inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


@pytest.mark.without_javascript
def test_searching_works_without_javascript(page: Page, irm, sign_in):
    family(irm)
    sign_in(page, irm)
    page.goto("/")
    page.get_by_label("Siapa di hadapan anda?").fill("Norazlina Hamzah")
    page.get_by_label("Satu fakta lagi").fill("1989")
    page.get_by_role("button", name="Cari").click()
    expect(page.get_by_role("heading", name="1 rekod mirip")).to_be_visible()
    assert "Norazlina" not in page.url
