"""The identity of a person on his page: where each value comes from, joining with a reason, a second person, undoing, settling."""
from __future__ import annotations

import pytest
from playwright.sync_api import Page

from sinergi.kernel.actors import actor_of
from sinergi.registry import actions
from tests.web.conftest import check
from tests.web.counter_stage import alone, client_of, entries, text_of

WHY = "Kad lama dan kad baharu dilihat di kaunter"


@pytest.fixture
def officer(published_law, make_user):
    return make_user("officer", "irm", name="Zulkarnain bin Idris")


@pytest.fixture
def client(officer):
    return client_of(officer)


@pytest.fixture
def pair(officer):
    return alone(officer), alone(officer, "Jimbai ak Sigan", "850101-17-0159")


def test_the_page_names_the_source_and_day_of_each_value(client, pair, make_user):
    text = text_of(client.get(f"/orang/{pair[0]}/identiti/"))
    assert "Jimbai anak Sigan" in text and "pegawai agensi" in text and "Rekod diterima" in text
    assert client_of(make_user("officer", "maiwp")).get(f"/orang/{pair[0]}/identiti/").status_code == 404
    assert client_of(make_user("administrator", area="")).get(f"/orang/{pair[0]}/identiti/").status_code == 403


def test_two_files_are_joined_with_a_reason_and_parted_again(client, pair, owner):
    keep, gone = pair
    join = f"/orang/{keep}/identiti/satukan/?lain=850101-17-0159"
    assert client.get(f"/orang/{keep}/identiti/satukan/?lain=000109-17-9999").status_code == 422
    assert client.get(f"/orang/{keep}/identiti/satukan/?lain=/orang/{keep}/").status_code == 422
    text = text_of(client.get(join))
    assert "Jimbai ak Sigan" in text and "850101-17-0159" in text
    assert client.post(join, {"step": "join", "reason": "sama"}).status_code == 422
    assert client.post(join, {"step": "join", "reason": WHY})["Location"] == f"/orang/{keep}/identiti/"
    assert entries(owner, "identity.merge") == 1
    page = text_of(client.get(f"/orang/{gone}/identiti/"))
    assert WHY in page and "(2)" in page
    (decision,) = owner.execute("SELECT id FROM registry_identitydecision WHERE verb = 'merge'").fetchone()
    undo = f"/orang/{keep}/identiti/{decision}/batal/"
    assert WHY in text_of(client.get(undo))
    assert client.post(undo, {"step": "undo", "reason": "x"}).status_code == 422
    assert client.post(undo, {"step": "undo", "reason": "Dua orang: bapa dan anak"})["Location"] == f"/orang/{keep}/identiti/"
    assert entries(owner, "identity.unmerge") == 1
    assert client.get(f"/orang/{keep}/identiti/{keep}/batal/").status_code == 404


def test_who_judges_for_the_nation_sees_the_records_without_the_file_and_undoes_what_others_joined(client, pair, make_user, owner):
    keep, gone = pair
    client.post(f"/orang/{keep}/identiti/satukan/?lain={gone}", {"step": "join", "reason": WHY})
    judge = client_of(make_user("identity_officer", "perkeso", area=""))
    found = judge.post("/cari/", {"text": "Jimbai Sigan", "more": "2000"}).content.decode()
    assert f'href="/orang/{keep}/identiti/' in found and judge.get(f"/orang/{keep}/").status_code == 403
    page = text_of(judge.get(f"/orang/{keep}/identiti/"))
    assert WHY in page and "(2)" in page and "Ada fail lain" not in page
    (decision,) = owner.execute("SELECT id FROM registry_identitydecision WHERE verb = 'merge'").fetchone()
    undo = f"/orang/{keep}/identiti/{decision}/batal/"
    assert judge.post(undo, {"step": "undo", "reason": "Dua orang: bapa dan anak"})["Location"] == f"/orang/{keep}/identiti/"
    assert entries(owner, "identity.unmerge") == 1 and "(1)" in text_of(judge.get(f"/orang/{keep}/identiti/"))
    assert judge.get(f"/orang/{decision}/identiti/").status_code == 404


def test_one_login_asks_and_another_approves_or_refuses(client, pair, officer, make_user, owner):
    keep, gone = pair
    counter = client_of(make_user("coordinator", "irm"))
    join, page = f"/orang/{keep}/identiti/satukan/?lain={gone}", f"/orang/{keep}/identiti/"
    assert 'value="ask"' in counter.get(join).content.decode()
    assert counter.post(join, {"step": "ask", "reason": WHY}).status_code == 302
    assert counter.post(join, {"step": "ask", "reason": WHY}).status_code == 422
    assert "log masuk lain" in text_of(counter.get(page))
    (asked,) = owner.execute("SELECT id FROM registry_approval").fetchone()
    assert counter.post(page, {"approval": asked, "step": "approve"}).status_code == 422
    assert client.post(page, {"approval": "x"}).status_code == 404
    assert client.post(page, {"approval": asked, "step": "refuse"}).status_code == 302
    assert counter.post(join, {"step": "ask", "reason": WHY}).status_code == 302
    (asked,) = owner.execute("SELECT id FROM registry_approval WHERE state = 'asked'").fetchone()
    assert client.post(page, {"approval": asked, "step": "approve"}).status_code == 302
    assert owner.execute("SELECT merged_into_id FROM registry_person WHERE id = %s", [gone]).fetchone() == (keep,)


def test_what_was_joined_long_ago_is_undone_by_two(client, pair, officer, owner):
    keep, gone = pair
    made = actions.merge_persons(keep, actor=actor_of(officer), purpose="register", gone_id=gone, reason=WHY)
    owner.execute("SET session_replication_role = replica")
    owner.execute("UPDATE registry_identitydecision SET decided_at = decided_at - interval '40 days' WHERE verb = 'merge'")
    undo = f"/orang/{keep}/identiti/{made.pk}/batal/"
    answer = client.post(undo, {"step": "undo", "reason": "Dua orang: bapa dan anak"})
    assert answer.status_code == 422 and 'value="ask"' in answer.content.decode()
    assert client.post(undo, {"step": "ask", "reason": "Dua orang: bapa dan anak"}).status_code == 302
    assert owner.execute("SELECT verb, state FROM registry_approval").fetchone() == ("unmerge", "asked")


def test_what_was_made_in_between_is_given_to_one_of_the_two(client, pair, officer, owner):
    keep, gone = pair
    made = actions.merge_persons(keep, actor=actor_of(officer), purpose="register", gone_id=gone, reason=WHY)
    actions.store_paper(keep, actor=actor_of(officer), purpose="register", kind="mykad")
    settle = client.post(f"/orang/{keep}/identiti/{made.pk}/batal/", {"step": "undo", "reason": "Dua orang: bapa dan anak"})["Location"]
    (paper,) = owner.execute("SELECT id FROM registry_paper").fetchone()
    assert "Dokumen" in text_of(client.get(settle))
    told = text_of(client.get(settle))
    assert "Dibuat atau dilihat antara itu" in told and officer.name in told and "identity." not in told
    assert client.post(settle, {"kind": "paper", "key": "x", "to": "other"}).status_code == 422
    assert client.post(settle, {"kind": "paper", "key": paper, "to": "other"}).status_code == 302
    assert owner.execute("SELECT person_id FROM registry_paper").fetchone() == (gone,)
    assert "Tiada lagi yang perlu diselesaikan" in text_of(client.get(settle))
    assert client.get(f"/orang/{keep}/identiti/{made.pk}/selesai/").status_code == 404


def test_the_pages_are_fit_for_everybody(page: Page, sign_in, officer, pair):
    keep, gone = pair
    sign_in(page, officer)
    page.goto(f"/orang/{keep}/identiti/")
    check(page)
    page.goto(f"/orang/{keep}/identiti/satukan/?lain=siapa")
    check(page)
    page.goto(f"/orang/{keep}/identiti/satukan/?lain={gone}")
    check(page)
    page.fill("textarea[name=reason]", WHY)
    page.click("button[value=join]")
    check(page)
    actions.store_paper(keep, actor=actor_of(officer), purpose="register", kind="mykad")
    page.click("a[href$='/batal/']")
    check(page)
    page.fill("textarea[name=reason]", "Dua orang: bapa dan anak")
    page.click("button[value=undo]")
    check(page)
