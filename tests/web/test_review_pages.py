"""The review in the browser: keyboard alone, the next pair already there, differences by shape, undo; by plain forms without script; labels blind."""
from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from playwright.sync_api import expect
from review_stage import STAGE, model, pair, two

from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.registry.models import Candidate, Certificate, Label, PlantedPair
from sinergi.web import review_marks
from tests.web.conftest import check


def states() -> list[str]:
    """How the candidates stand, in the order they were found."""
    with acting(STAGE, purpose="administer"):
        return list(Candidate.objects.order_by("-bits").values_list("state", flat=True))


@pytest.fixture
def pairs(published_law) -> list[Candidate]:
    """Three pairs, the second one risky."""
    return [pair(*two(0), bits=9.0), pair(*two(1), bits=8.0, vetoes=["twin_pattern"]), pair(*two(2), bits=7.0)]


@pytest.fixture
def officer_page(page, sign_in, make_user, pairs):
    """(page of the review, signed in as an identity officer over the nation, come to from his day)."""
    sign_in(page, make_user("identity_officer", "perkeso", area=""))
    page.goto("/")
    page.get_by_role("link", name="Buka semakan").click()
    expect(page.get_by_role("heading", level=1, name="Semakan orang")).to_be_visible()
    return page


def test_pairs_are_answered_by_keys_with_the_next_one_already_there(officer_page):
    page = officer_page
    expect(page.get_by_role("heading", level=1, name="Semakan orang")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Mula", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Orang yang sama?")).to_be_visible()
    expect(page.locator("mark").first).to_be_visible()
    expect(page.get_by_text("900210 17 51", exact=False).first).to_be_visible()
    reasons = page.locator("#work > [data-pair] .evidence li > span:first-child")
    expect(reasons.first).to_be_visible()
    assert all((reason.bounding_box() or {"width": 0})["width"] > 160 for reason in reasons.all()), "reasons read as lines, not letter by letter"
    check(page)
    turn = page.locator("#work > [data-pair]").get_attribute("data-pair")
    waiting = page.locator("template[data-next]").evaluate("next => next.content.querySelector('[data-pair]').dataset.pair")
    page.keyboard.press("s")
    expect(page.get_by_text("Pilih sebab", exact=False)).to_be_visible()
    assert page.locator("#work > [data-pair]").get_attribute("data-pair") == turn
    page.keyboard.press("1")
    expect(page.locator(f"#work > [data-pair='{waiting}']")).to_be_visible()
    expect(page.get_by_text("Dua pegawai menjawab pasangan ini", exact=False)).to_be_visible()
    expect(page.locator("template[data-next]")).to_have_count(1)
    expect(page.get_by_text("1 pasangan hari ini")).to_be_visible()
    check(page)
    page.keyboard.press("b")
    expect(page.locator(f"#work > [data-pair='{waiting}']")).to_have_count(0)
    expect(page.get_by_text("2 pasangan hari ini")).to_be_visible()
    assert states() == ["same", "open", "open"]
    page.keyboard.press("u")
    expect(page.locator(f"#work > [data-pair='{waiting}']")).to_be_visible()
    page.keyboard.press("t")
    expect(page.locator(f"#work > [data-pair='{waiting}']")).to_have_count(0)
    page.keyboard.press("b")
    expect(page.get_by_role("heading", name="Tiada pasangan menunggu anda")).to_be_visible()
    check(page)
    page.goto("/semakan-orang/")
    expect(page.get_by_role("button", name="Sambung semula")).to_be_visible()
    check(page)
    assert states() == ["same", "open", "different"]


@pytest.mark.without_javascript
def test_all_of_it_works_by_plain_forms(officer_page):
    page = officer_page
    page.get_by_role("button", name="Mula", exact=True).click()
    page.get_by_role("button", name="Orang yang sama S").click()
    expect(page.locator(".errors")).to_contain_text("sebab")
    page.get_by_label("silap pada nombor", exact=False).check()
    page.get_by_role("button", name="Orang yang sama S").click()
    expect(page.get_by_text("1 pasangan hari ini")).to_be_visible()
    assert states()[0] == "same"
    page.get_by_role("button", name="Batalkan U").click()
    expect(page.get_by_text("0 pasangan hari ini")).to_be_visible()
    assert states()[0] == "open"
    page.get_by_role("button", name="Hantar kepada agensi H").click()
    expect(page.get_by_text("1 pasangan hari ini")).to_be_visible()


def client_of(make_user: Any, role: str, **more: Any) -> Client:
    """A signed-in user's client."""
    client = Client()
    client.force_login(make_user(role, "perkeso", area="", **more))
    return client


def test_what_is_wrong_is_said_and_nothing_happens(own_db, make_user, pairs):
    client = client_of(make_user, "identity_officer")
    for turn in ("", "x", "8a8b6c3e-6a0a-4a68-9c57-3f0b9e6d2f11"):
        assert client.post("/semakan-orang/pasangan/", {"turn": turn, "answer": "different"}).status_code == 422
    assert client.post("/semakan-orang/label/", {"label": "x", "answer": "same"}).status_code == 422
    assert client.post("/semakan-orang/sambung/8a8b6c3e-6a0a-4a68-9c57-3f0b9e6d2f11/").status_code == 422
    assert client.post("/semakan-orang/undur/").status_code == 302
    assert states() == ["open"] * 3


def test_a_role_without_the_right_reads_who_has_it(own_db, make_user):
    client = client_of(make_user, "auditor")
    for address in ("/semakan-orang/", "/semakan-orang/pasangan/", "/semakan-orang/sijil/", "/semakan-orang/label/"):
        assert client.get(address).status_code == 403


def test_the_supervisor_plants_and_sees_how_officers_agree(page, sign_in, make_user, pairs):
    model()
    sign_in(page, make_user("supervisor", "perkeso", area=""))
    page.goto("/semakan-orang/")
    page.get_by_role("button", name="Tanam pasangan rekaan").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    check(page)
    with acting(STAGE, purpose="administer"):
        assert PlantedPair.objects.count() > 10 and PlantedPair.objects.exclude(bits=0).count() > 10


def drawn(pairs: list[Candidate], state: str = "drawing") -> Certificate:
    """A certificate whose pairs are to be labelled."""
    at = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
    with acting(STAGE, purpose="administer"), writing("try.stage"):
        made = Certificate.objects.create(model=model(), sources="register", target=0.01, thresholds=[[6.0, 2]], drawn_each=2, drawn_at=at,
                                          drawn_by="x", state=state)
        Label.objects.bulk_create(Label(certificate=made, candidate=one, bits=one.bits, step=0, steps=[0]) for one in pairs[:2])
    return made


def test_labels_are_given_blind_and_the_certificate_is_signed(page, sign_in, make_user, pairs):
    drawn(pairs)
    officers = [make_user("identity_officer", "perkeso", area="", email=f"{name}@perkeso.example", name=name) for name in ("Satu", "Dua")]
    for number, user in enumerate(officers):
        sign_in(page, user)
        page.goto("/semakan-orang/label/")
        if not number:
            check(page)
            assert "bit" not in page.locator("main").inner_text()
        for _ in range(2):
            expect(page.get_by_role("heading", name="Label anda")).to_be_visible()
            with page.expect_navigation():
                page.keyboard.press("s")
        expect(page.get_by_role("heading", name="Tiada yang perlu dilabel")).to_be_visible()
    check(page)
    sign_in(page, make_user("supervisor", "perkeso", area="", email="ketua@perkeso.example"))
    page.goto("/semakan-orang/sijil/")
    check(page)
    page.get_by_role("button", name="Tandatangan").click()
    expect(page.get_by_text("sah", exact=True)).to_be_visible()
    check(page)
    page.get_by_label("Sebab digantung").fill("Sumber baharu ditambah")
    page.get_by_role("button", name="Gantung").click()
    expect(page.get_by_text("digantung", exact=True)).to_be_visible()
    check(page)


def test_without_labels_the_page_says_so_plainly(page, sign_in, make_user, pairs):
    sign_in(page, make_user("supervisor", "perkeso", area=""))
    page.goto("/semakan-orang/sijil/")
    expect(page.get_by_text("Label sebenar belum ada", exact=False)).to_be_visible()
    check(page)
    page.get_by_role("button", name="Cabut").click()
    expect(page.locator(".errors")).to_contain_text("pasangan di atas ambang")
    assert page.locator(".errors").count() == 1


def test_certificates_that_are_not_there_answer_so(own_db, make_user, pairs):
    client, nobody = client_of(make_user, "supervisor"), "8a8b6c3e-6a0a-4a68-9c57-3f0b9e6d2f11"
    failed = drawn(pairs, "failed")
    assert client.post("/semakan-orang/sijil/", {"model": "none"}).status_code == 404
    assert client.post(f"/semakan-orang/sijil/{nobody}/tandatangan/").status_code == 404
    assert client.post(f"/semakan-orang/sijil/{failed.pk}/tandatangan/").status_code == 422
    assert client.post(f"/semakan-orang/sijil/{failed.pk}/gantung/", {"why": "x"}).status_code == 422


@pytest.mark.parametrize("one, other, differing", [
    ("Chik Som", "Che Som", (["ik"], ["e"])), ("DERIS", "deris", ([], [])), ("Deris", "Dris", (["e"], ["␣"]))])
def test_only_what_differs_is_marked(one, other, differing):
    marked = review_marks.marked(one, other)
    assert tuple([part.text for part in side if part.differs] for side in marked) == differing


def test_digits_stand_in_groups_and_a_swap_shows_as_two(db):
    parts = review_marks.grouped(review_marks.aligned("900227175136", "900227175163"))
    assert "".join(p.text for p in parts) == "900227\u00a017\u00a05136" and [p.text for p in parts if p.differs] == ["3", "6"]
    assert "".join(p.text for p in review_marks.grouped(review_marks.aligned("A1234567", "A123456"))).startswith("A1234567")


@pytest.mark.parametrize("born, says", [
    (dt.date(1990, 2, 27), "tiada beza umur"), (dt.date(1990, 2, 28), "beza 1 hari"), (dt.date(1990, 4, 27), "beza 2 bulan"),
    (dt.date(1987, 2, 28), "beza 2 tahun")])
def test_an_age_gap_is_told_in_words(born, says):
    with translation.override("ms"):
        assert review_marks.apart(dt.date(1990, 2, 27), born) == says


def test_looking_takes_nothing(own_db, make_user, pairs):
    client = client_of(make_user, "identity_officer")
    assert "Tiada pasangan menunggu anda" in client.get("/semakan-orang/pasangan/").content.decode()
