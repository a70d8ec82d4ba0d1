"""Where news of an agency is sent, on its pages: opened with a secret shown once, changed, paused, closed, sent again; who may not reads who can."""
from __future__ import annotations

import re

import pytest
from counter_stage import text_of
from django.utils import timezone

from sinergi.kernel import events, news
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import command
from sinergi.kernel.models import Webhook, WebhookDelivery
from tests.web.conftest import check

LOOKER = command("look", "webhook.read")
FORM = {"url": "http://127.0.0.1:9/news", "verbs": ["person.register", "case.open"]}


@pytest.fixture
def local(client, make_user, settings):
    """An administrator of one agency, signed in."""
    settings.NEWS_TO_PRIVATE = True
    user = make_user("administrator", "aim")
    client.force_login(user)
    return user


def hook():
    with acting(LOOKER, purpose="administer"):
        return Webhook.objects.latest("made_at")


def pieces():
    with acting(LOOKER, purpose="administer"):
        return list(WebhookDelivery.objects.order_by("made_at"))


def test_an_address_is_opened_with_a_secret_shown_once(client, local):
    assert "Belum ada alamat" in text_of(client.get("/rakan/aim/berita/"))
    answer = client.post("/rakan/aim/berita/buka/", FORM)
    secret = re.search(r'<code class="code secret">(whsec_[^<]+)</code>', answer.content.decode()).group(1)
    assert "no-store" in answer["Cache-Control"] and secret not in client.get(f"/berita/{hook().pk}/").content.decode()
    assert FORM["url"] in text_of(client.get("/rakan/aim/berita/"))
    again = client.post("/rakan/aim/berita/buka/", FORM)
    assert again.status_code == 422 and "sudah dihantar ke alamat itu" in text_of(again)
    assert client.post("/rakan/aim/berita/buka/", {**FORM, "url": "ftp://x"}).status_code == 422


def test_it_is_changed_paused_and_closed(client, local):
    client.post("/rakan/aim/berita/buka/", FORM)
    path = f"/berita/{hook().pk}/"
    assert client.get(path + "ubah/").status_code == 200
    client.post(path + "ubah/", {**FORM, "verbs": ["case.open"], "paused": "on"})
    assert (hook().state, hook().verbs) == ("paused", ["case.open"]) and "dihentikan" in text_of(client.get(path))
    client.post(path + "ubah/", FORM)
    assert hook().state == "open"
    assert "dilepaskan" in text_of(client.get(path + "tutup/"))
    client.post(path + "tutup/")
    assert hook().state == "closed" and client.post(path + "tutup/").status_code == 422


def test_what_did_not_arrive_is_seen_and_sent_again(client, local, make_user, published_law):
    from counter_stage import family

    client.post("/rakan/aim/berita/buka/", FORM)
    family(make_user("coordinator", "aim"))
    while events.deliver():
        pass
    news.send_due(timezone.now())
    path = f"/berita/{hook().pk}/"
    assert "ConnectionRefusedError" in text_of(client.get(path)) and pieces()[0].attempts == 1
    assert "1 berita dihantar semula" in text_of(client.post(path, {"piece": str(pieces()[0].pk)})) and pieces()[0].attempts == 0
    today = f"{timezone.localdate():%d/%m/%Y}"
    assert "1 berita dihantar semula" in text_of(client.post(path, {"since": today}))
    assert client.post(path, {"since": "semalam"}).status_code == 422 and client.post(path, {"piece": "x"}).status_code == 404


def test_another_agencys_addresses_are_not_there_and_who_may_not_reads_who_can(client, local, make_user):
    client.post("/rakan/aim/berita/buka/", FORM)
    path = f"/berita/{hook().pk}/"
    client.force_login(make_user("administrator", "perkeso"))
    assert client.get(path).status_code == 404 and client.get("/rakan/aim/berita/").status_code == 404
    assert client.post("/rakan/aim/berita/buka/", {**FORM, "url": "http://127.0.0.1:9/other"}).status_code == 422
    client.force_login(make_user("coordinator", "aim"))
    for address in (path, path + "ubah/", path + "tutup/", "/rakan/aim/berita/", "/rakan/aim/berita/buka/"):
        assert client.get(address).status_code == 403


def test_the_pages_are_clean(page, sign_in, local):
    sign_in(page, local)
    page.goto("/rakan/aim/berita/buka/")
    check(page)
    page.get_by_label("Alamat").fill(FORM["url"])
    page.get_by_label("mendaftar seseorang").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Buka alamat ini").click()
    check(page)
    with page.expect_navigation():
        page.get_by_role("link", name="Sudah disalin").click()
    check(page)
    page.goto("/rakan/aim/berita/")
    check(page)
