"""News of an agency reaches its own system: signed, once under one id or more often, never another's; tried again, paused, sent again."""
from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone
from kernel_stage import an_actor, entries, tamper, value
from registry_stage import family, officer, spoken

from sinergi.cases import actions as cases
from sinergi.kernel import events, news, news_address, webhooks
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Agency, Grant, Message, User, Webhook, WebhookDelivery
from sinergi.registry import actions as registry

LOCAL = an_actor("administrator")


class Ear(BaseHTTPRequestHandler):
    """A partner's system: keeps what it hears, answers what it is told to."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((dict(self.headers), body, self.path))
        status = self.server.answers.pop(0) if self.server.answers else 204
        self.send_response(status)
        if status == 302:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.end_headers()

    def log_message(self, *_):
        """Nothing on the terminal."""


@pytest.fixture
def ear(settings):
    settings.NEWS_TO_PRIVATE = True
    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    server.heard, server.answers, server.url = [], [], f"http://127.0.0.1:{server.server_port}/news?of=aim"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def aim(published_law):
    return officer("aim")


def opened(ear, *verbs, agency="aim", actor=LOCAL):
    return webhooks.open_webhook(Agency.objects.get(code=agency), actor=actor, purpose="administer", url=ear.url,
                                 verbs=verbs or ["person.register"], at=timezone.now())


def carried(at=None):
    """Carry what waits in the outbox, then send what is due at an instant; how many were tried."""
    while events.deliver():
        pass
    return news.send_due(at or timezone.now() + timedelta(seconds=1))


def code_of(call, *given, **more):
    with pytest.raises(Refused) as refused:
        call(*given, **more)
    return refused.value.code


def of(hook, actor=LOCAL):
    with acting(actor, purpose="administer"):
        return webhooks.deliveries(hook)


def test_news_arrives_signed_with_ids_alone(aim, ear, owner):
    made = opened(ear)
    registered = family(aim)
    assert carried() == 1
    headers, body, path = ear.heard[0]
    said = json.loads(body)
    assert said["type"] == "person.register" and set(said["data"]["persons"]) == {str(p) for p in registered.people} and path == "/news?of=aim"
    assert "Norazlina" not in body.decode() and "891214" not in body.decode()
    key = base64.b64decode(made.secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    assert headers["webhook-signature"] == "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    row = of(made.webhook)[0]
    assert (str(row.pk), row.state, row.status, row.attempts) == (headers["webhook-id"], "sent", 204, 1)
    assert made.secret not in value(owner, "SELECT secret FROM kernel_webhook") and made.secret not in str(entries(owner))
    assert carried(timezone.now() + timedelta(days=9)) == 0


def test_news_is_of_those_the_agency_may_open(aim, ear):
    tekun = officer("tekun")
    made = opened(ear, "person.register", "consent.give", agency="tekun", actor=an_actor("administrator", "tekun"))
    registered = family(aim)
    assert carried() == 0
    registry.give_consent(registered.person_id, actor=aim, purpose="refer", agencies=["tekun"], consent=spoken(), at=timezone.now())
    assert carried() == 1 and json.loads(ear.heard[0][1])["data"]["persons"] == [str(registered.person_id)]
    assert of(made.webhook) == [] and of(made.webhook, an_actor("administrator", "tekun")) != [] and tekun


def test_news_of_a_case_is_of_its_two_agencies(aim, ear):
    officer("tekun")
    opened(ear, "case.open", "contact.record")
    opened(ear, "case.open", "contact.record", agency="tekun", actor=an_actor("administrator", "tekun"))
    who, day, at = family(aim).person_id, timezone.localdate(), timezone.now()
    case = cases.open_case(who, actor=aim, purpose="follow", need="funeral", next_on=day, on=day, at=at)
    cases.record_contact(case.pk, actor=aim, purpose="follow", channel="phone", inward=False, reached=True, note="", on=day, at=at)
    assert carried() == 2
    told = sorted((json.loads(body)["data"] for _, body, _ in ear.heard), key=lambda one: one["kind"])
    assert [(one["kind"], one["of"]) for one in told] == [("cases.Case", {}), ("cases.Contact", {"case": str(case.pk)})]


def test_what_does_not_arrive_is_tried_again_under_its_id_and_given_up_at_last(aim, ear):
    made = opened(ear)
    family(aim)
    ear.answers = [500, 302] + [503] * 20
    at = timezone.now() + timedelta(seconds=1)
    assert carried(at) == 1 and news.send_due(at) == 0
    for step in news.STEPS[1:]:
        at = timezone.now() + step + timedelta(minutes=1)
        assert news.send_due(at) == 1, step
    row = of(made.webhook)[0]
    assert (row.state, row.attempts, row.status, row.fault) == ("given_up", len(news.STEPS), 503, "HTTP 503")
    assert len({headers["webhook-id"] for headers, *_ in ear.heard}) == 1 and {path for *_, path in ear.heard} == {"/news?of=aim"}


def test_an_address_that_fails_for_days_is_paused_and_the_administrator_told(aim, ear, owner):
    with acting(LOCAL, purpose="administer"), writing("try.make"):
        user = User.objects.create(email="admin@aim.my", name="Pentadbir", agency_id="aim")
        Grant.objects.create(user=user, role="administrator", area_kind="agency", area="aim", given_by="x")
    made = opened(ear)
    family(aim)
    ear.answers = [500] * 9
    assert carried() == 1
    tamper(owner, "UPDATE kernel_webhook SET failing_since = now() - interval '4 days'")
    assert news.send_due(timezone.now() + timedelta(minutes=2)) == 1
    with acting(an_actor("administrator", national=True), purpose="administer"):
        assert Webhook.objects.get().state == "paused" and [m.template for m in Message.objects.filter(user=user)] == ["webhook.paused"]
    assert news.send_due(timezone.now() + timedelta(days=2)) == 0
    with acting(LOCAL, purpose="administer"):
        hook = webhooks.webhook(made.webhook.pk)
        assert code_of(webhooks.replay, hook, actor=LOCAL, at=timezone.now()) == "webhook.closed"
    ear.answers = []
    webhooks.change_webhook(hook, actor=LOCAL, purpose="administer", url=hook.url, verbs=hook.verbs)
    assert news.send_due(timezone.now() + timedelta(days=2)) == 1 and of(hook)[0].state == "sent"


def test_one_piece_or_a_span_is_sent_again_under_the_same_ids(aim, ear):
    made = opened(ear, "person.register", "consent.give")
    registered = family(aim)
    officer("tekun")
    registry.give_consent(registered.person_id, actor=aim, purpose="refer", agencies=["tekun"], consent=spoken(), at=timezone.now())
    assert carried() == 2
    rows = of(made.webhook)
    hook, more = made.webhook, {"actor": LOCAL, "purpose": "administer", "at": timezone.now()}
    assert webhooks.replay(hook, delivery=rows[0].pk, **more) == 1 and carried() == 1
    assert webhooks.replay(hook, since=rows[1].made_at, until=timezone.now(), **more) == 2 and carried() == 2
    assert len(ear.heard) == 5 and len({headers["webhook-id"] for headers, *_ in ear.heard}) == 2
    assert code_of(webhooks.replay, hook, since=timezone.now() + timedelta(days=1), **more) == "webhook.nothing"
    assert code_of(webhooks.replay, hook, delivery=rows[0].pk, **{**more, "actor": an_actor("administrator", "tekun")}) == "not_allowed"


def test_what_waited_for_a_closed_address_is_given_up(aim, ear):
    made = opened(ear)
    family(aim)
    while events.deliver():
        pass
    webhooks.close_webhook(made.webhook, actor=LOCAL, purpose="administer", at=timezone.now())
    assert news.send_due(timezone.now() + timedelta(days=1)) == 0 and of(made.webhook)[0].state == "given_up"
    assert code_of(webhooks.close_webhook, made.webhook, actor=LOCAL, purpose="administer", at=timezone.now()) == "webhook.closed"
    assert code_of(webhooks.change_webhook, made.webhook, actor=LOCAL, purpose="administer", url=ear.url, verbs=["case.open"]) == "webhook.closed"


def test_an_address_is_opened_once_for_news_there_is_by_who_administers(aim, ear):
    assert code_of(opened, ear, "audit.read") == "webhook.verbs"
    opened(ear)
    assert code_of(opened, ear) == "webhook.there"
    assert code_of(opened, ear, actor=an_actor("administrator", "tekun")) == code_of(opened, ear, actor=an_actor("supervisor")) == "not_allowed"
    assert WebhookDelivery.objects.count() == 0


@pytest.mark.parametrize("url", ["http://example.org/", "https://user@example.org/", "ftp://example.org/", "https:///x", "https://example.org:0/",
                                 "https://exa mple.org/", "https://no-such-host.invalid/", "https://example.org/#x", "https://[::1"])
def test_an_address_is_https_and_known(url):
    assert code_of(news_address.checked, url) == "webhook.address"


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "172.20.0.1", "100.64.0.1", "0.0.0.0", "localhost",
                                  "[::1]", "[fd00::1]", "[fe80::1]", "[::ffff:127.0.0.1]", "[2002:7f00:1::]", "2130706433", "224.0.0.1"])
def test_news_does_not_go_into_closed_networks(host):
    assert code_of(news_address.checked, f"https://{host}/x") == "webhook.inside"
    assert code_of(news_address.post, f"https://{host}/x", b"{}", {}) == "webhook.inside"


def test_the_open_internet_is_open():
    assert news_address.is_open("8.8.8.8") and news_address.is_open("2606:4700:4700::1111")
