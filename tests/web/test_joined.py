"""The page that tells why records are joined: sentences and bars, an objection taken down, its review, the answer; fits and is clean."""
from __future__ import annotations

import pytest
from identity_stage import CARDS, NAMES, WHY
from playwright.sync_api import Page

from sinergi.core.linkage.explain import explain
from sinergi.core.linkage.model import Model
from sinergi.kernel.actors import actor_of
from sinergi.registry import actions
from sinergi.registry.actions.review import answer_pair, take_pairs
from sinergi.registry.models import LinkageModel
from tests.web.conftest import check
from tests.web.counter_stage import acting_as, alone, client_of, entries, text_of

LEVELS = (2, 1, 7, 1, 3, 5)
WORDS = "Itu rekod kakak saya"


@pytest.fixture
def me(published_law, make_user):
    return make_user("officer", "aim")


@pytest.fixture
def who(me):
    """Two records made one person by an officer, with a score of the first model."""
    keep, gone = alone(me, NAMES[0], CARDS[0]), alone(me, NAMES[1], CARDS[1])
    with acting_as(me):
        model = LinkageModel.objects.order_by("trained_at").first()
    bits = explain(Model.from_json(model.parameters), LEVELS).score
    actions.merge_persons(keep, gone_id=gone, actor=actor_of(me), purpose="register", reason=WHY,
                          evidence=actions.Evidence(model=model.pk, bits=bits, levels=LEVELS))
    return keep


def decision_on(client, person) -> str:
    """The decision that the page's form is about."""
    return client.get(f"/orang/{person}/sebab-gabung/").content.decode().split('name="decision" value="')[1].split('"')[0]


def test_it_tells_who_when_and_what_spoke_for_and_against(me, who):
    page = text_of(client_of(me).get(f"/orang/{who}/sebab-gabung/"))
    assert "digabung oleh pegawai" in page and WHY in page and "Nama sama, agak jarang" in page and "Nombor lain dan tarikh lahir lain" in page
    assert "sangat menentang" in page and "Rekod daripada Amanah Ikhtiar" in page
    assert "Sebab rekod ini satu orang" in text_of(client_of(me).get(f"/orang/{who}/"))


def test_a_person_of_one_record_reads_that_nothing_was_joined(me):
    assert "Tiada yang digabung" in text_of(client_of(me).get(f"/orang/{alone(me)}/sebab-gabung/"))


def test_an_objection_is_reviewed_by_two_and_answered(me, who, make_user, owner):
    client, address = client_of(me), f"/orang/{who}/sebab-gabung/"
    made = client.post(address, {"decision": decision_on(client, who), "words": WORDS})
    assert made.status_code == 302 and entries(owner, "identity.object") == 1
    assert "sedang disemak oleh dua orang lain" in text_of(client.get(address)) and 'name="decision"' not in client.get(address).content.decode()
    for name in ("satu", "dua"):
        judge = actor_of(make_user("identity_officer", "perkeso", area="", email=f"{name}@perkeso.example"))
        (turn,) = take_pairs(1, actor=judge, purpose="follow")
        answer_pair(turn, actor=judge, purpose="follow", answer="same", reason="Disahkan dengan kad")
    boss = client_of(make_user("supervisor", "aim", email="boss@aim.example"))
    assert "kekal digabung" in text_of(boss.get(address))
    link = boss.get(address).content.decode().split('href="/orang/' + str(who) + "/sebab-gabung/")[1].split('"')[0]
    assert boss.post(f"{address}{link}", {"answer": " "}).status_code == 422
    assert boss.post(f"{address}{link}", {"answer": "Kad menunjukkan orang yang sama."}).status_code == 302
    assert "Kad menunjukkan orang yang sama." in text_of(client.get(address)) and entries(owner, "identity.answer_objection") == 1


def test_empty_words_are_named_beside_their_field_and_strangers_find_nothing(me, who, make_user):
    client, address = client_of(me), f"/orang/{who}/sebab-gabung/"
    answer = client.post(address, {"decision": decision_on(client, who), "words": ""})
    assert answer.status_code == 422 and "apa yang bukan miliknya" in text_of(answer)
    assert client.post(address, {"decision": str(who), "words": WORDS}).status_code == 422
    assert client_of(make_user("officer", "irm", email="x@irm.example")).get(address).status_code == 404
    assert client_of(make_user("auditor", "aim", email="a@aim.example")).get(address).status_code == 403


def test_it_stands_in_the_copy_of_his_data(me, who):
    told = client_of(me).get(f"/orang/{who}/data-saya.json").json()["joined"][0]
    assert told["by"] == "officer" and any("Same name" in because["en"] for because in told["because"])


def test_the_pages_fit(page: Page, me, who, sign_in):
    sign_in(page, me)
    page.goto(f"/orang/{who}/sebab-gabung/")
    check(page)
    page.get_by_role("button", name="Orang itu membantah").click()
    page.get_by_role("alert").wait_for()
    check(page)
    page.get_by_label("Dengan kata-kata orang itu").fill(WORDS)
    page.get_by_role("button", name="Orang itu membantah").click()
    page.get_by_text("sedang disemak").wait_for()
    check(page)
