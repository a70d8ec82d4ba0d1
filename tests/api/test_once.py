"""Twice the same write, stale changes, pages under inserts, narrow tokens, the pace: what systems do to each other and to themselves."""
from __future__ import annotations

import base64
import json
import threading
from uuid import uuid4

import pytest
from api_stage import TYPED, call, soon, system_of
from django.db import connections
from django.test import Client
from django.utils import timezone
from kernel_stage import entries, tamper, value
from registry_stage import setting

from sinergi.kernel import pace
from sinergi.kernel.models import KeptAnswer
from sinergi.kernel.tasks import forget_answers


@pytest.fixture
def aim(published_law):
    setting("aim", "tekun")
    return system_of("aim")


@pytest.fixture
def person(aim):
    number = aim.done("POST", "/submissions", TYPED, 201)["id"]
    return aim.done("POST", f"/submissions/{number}/registration", None, 201)["person_id"]


def at_once(count, function):
    """Run in so many threads that begin together; their results."""
    gate, found = threading.Barrier(count), []

    def run(turn):
        gate.wait()
        try:
            found.append(function(turn))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(turn,)) for turn in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def test_the_same_key_has_one_effect_and_one_answer_also_at_once(aim, owner):
    answers = at_once(8, lambda _: call("POST", "/submissions", aim.token, TYPED, idempotency_key="kunci-0001"))
    assert {(a.status_code, a.content) for a in answers} == {(201, answers[0].content)}
    assert sum("Idempotent-Replayed" in a for a in answers) == 7
    assert len(entries(owner, "verb = 'submission.receive'")) == value(owner, "SELECT count(*) FROM registry_submission") == 1
    kept = value(owner, "SELECT answer FROM kernel_keptanswer")
    assert kept.startswith("gAAAA") and json.loads(answers[0].content)["id"] not in kept


def test_two_systems_that_register_a_household_at_once_make_each_of_its_people_once(aim, owner):
    father = {**TYPED, "person": {**TYPED["person"], "name": "Faizal bin Ahmad", "mykad": "860521-17-5083"}}
    sent = [aim.done("POST", "/submissions", body, 201)["id"] for body in (TYPED, father)]
    answers = at_once(2, lambda turn: aim.call("POST", f"/submissions/{sent[turn]}/registration"))
    assert [a.status_code for a in answers] == [201, 201]
    assert value(owner, "SELECT count(*) FROM registry_person WHERE name = 'Aisyah binti Faizal'") == 1
    assert value(owner, "SELECT count(*) FROM registry_person") == 3


def test_a_key_is_of_one_request_and_of_one_system(aim):
    aim.done("POST", "/submissions", TYPED, 201, idempotency_key="kunci-0001")
    assert aim.refused("POST", "/submissions", {**TYPED, "needs": ["cash"]}, idempotency_key="kunci-0001") == (422, "api.key_reused")
    assert system_of("tekun").call("POST", "/submissions", TYPED, idempotency_key="kunci-0001")["ETag"]
    for key in ("short", "with blank in it", "x" * 65):
        assert aim.refused("POST", "/submissions", TYPED, idempotency_key=key) == (422, "api.key_shape")


def test_what_was_refused_leaves_the_key_free_and_old_answers_are_forgotten(aim, person, owner):
    path = f"/persons/{person}/cases"
    assert aim.refused("POST", path, {"need": "gold", "next_on": soon()}, idempotency_key="kunci-0002")[0] == 422
    assert value(owner, "SELECT count(*) FROM kernel_keptanswer") == 0
    aim.done("POST", path, {"need": "funeral", "next_on": soon()}, 201, idempotency_key="kunci-0002")
    tamper(owner, "UPDATE kernel_keptanswer SET at = now() - interval '8 days'")
    forget_answers(0)
    assert value(owner, "SELECT count(*) FROM kernel_keptanswer") == 0 and KeptAnswer.objects.count() == 0


def test_of_two_changes_to_what_both_read_one_is_told_that_it_is_stale(aim, person):
    case = aim.done("POST", f"/persons/{person}/cases", {"need": "funeral", "next_on": soon()}, 201)["id"]
    path = f"/cases/{case}"
    read = call("GET", path, aim.token)["ETag"]
    answers = at_once(4, lambda turn: call("POST", path + "/plan", aim.token, {"next_on": soon(10 + turn), "next_step": "serve"}, if_match=read))
    assert sorted(a.status_code for a in answers) == [200, 412, 412, 412]
    won = next(a for a in answers if a.status_code == 200)
    assert call("GET", path, aim.token)["ETag"] == won["ETag"] != read
    assert aim.refused("POST", path + "/plan", {"next_on": soon(), "next_step": "serve"}) == (428, "api.tag_missing")
    assert aim.refused("POST", f"/cases/{uuid4()}/plan", {"next_on": soon(), "next_step": "serve"}, if_match=read) == (404, "input.nothing_there")


def test_pages_neither_repeat_nor_drop_a_row_while_others_come(aim, person):
    def opened(need, days):
        return aim.done("POST", f"/persons/{person}/cases", {"need": need, "next_on": soon(days)}, 201)["id"]

    first = [opened(need, days) for need, days in (("funeral", 3), ("medical", 5), ("debt", 5), ("business", 7), ("rent", 9))]
    seen, at, meanwhile = [], "", iter((("rights", 1), ("schooling", 8), ("work", 30)))
    while True:
        page = aim.done("GET", f"/cases?most=2&cursor={at}")
        seen += [row["id"] for row in page["items"]]
        at = page["next"]
        if not at:
            break
        if (one := next(meanwhile, None)) is not None:
            opened(*one)
    assert len(seen) == len(set(seen)) and [one for one in seen if one in first] == sorted(first, key=seen.index) and set(first) <= set(seen)
    for wrong in ("x", at + "x", aim.done("GET", "/cases?most=1")["next"][:-2] + "zz"):
        assert aim.refused("GET", f"/cases?cursor={wrong}") == (422, "api.cursor")
    assert aim.refused("GET", "/referrals?cursor=" + aim.done("GET", "/cases?most=1")["next"]) == (422, "api.cursor")


def test_a_token_carries_no_more_than_its_scope(aim, person):
    narrow = aim.narrowed("person.read")
    assert call("GET", f"/persons/{person}", narrow).status_code == 200
    refused = call("POST", "/submissions", narrow, TYPED)
    assert (refused.status_code, refused.json()["code"]) == (403, "api.scope") and "submission.receive" in refused.json()["title"]
    assert call("GET", f"/persons/{person}", aim.narrowed("submission.receive")).status_code == 403


def asked(**form):
    basic = form.pop("basic", None)
    headers = {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(basic.encode()).decode()} if basic else {}
    return Client().post("/api/v1/token", {"grant_type": "client_credentials", **form}, headers={}, **headers)


def test_a_token_is_given_for_id_and_secret_by_header_or_body(aim, person):
    by_header = asked(basic=f"{aim.client}:{aim.secret}", scope="person.read case.read")
    assert by_header.status_code == 200 and by_header.json()["scope"] == "case.read person.read" and by_header.json()["token_type"] == "Bearer"
    assert call("GET", f"/persons/{person}", by_header.json()["access_token"]).status_code == 200
    assert asked(client_id=aim.client, client_secret=aim.secret).json()["expires_in"] == 900
    for given, status, error in (({"basic": f"{aim.client}:wrong"}, 401, "invalid_client"), ({}, 401, "invalid_client"),
                                 ({"basic": "nonsense"}, 401, "invalid_client"), ({"client_id": "x\0", "client_secret": "y"}, 401, "invalid_client"),
                                 ({"basic": f"{aim.client}:{aim.secret}", "scope": "audit.read"}, 400, "invalid_scope"),
                                 ({"basic": f"{aim.client}:{aim.secret}", "grant_type": "password"}, 400, "unsupported_grant_type"),
                                 ({"basic": f"{aim.client}:{aim.secret}", "grant_type": ""}, 400, "invalid_request")):
        answer = asked(**given)
        assert (answer.status_code, answer.json()["error"]) == (status, error) and answer.json()["error_description"]


def test_who_sends_too_much_waits_and_nobody_else_does(aim, person, settings):
    settings.API_PER_MINUTE = 5
    while timezone.now().second > 50:  # all of it within one minute of the clock
        threading.Event().wait(0.5)
    answers = [call("GET", f"/persons/{person}", aim.token) for _ in range(7)]
    last = answers[-1]
    assert last.status_code == 429 and last.json()["code"] == "api.too_fast" and 1 <= int(last["Retry-After"]) <= 60
    assert call("GET", f"/persons/{person}", system_of("tekun").token).status_code == 404


def test_the_pace_is_counted_by_all_processes_together_and_begins_anew(tmp_path):
    first, second = pace.Counts(tmp_path / "pace"), pace.Counts(tmp_path / "pace")
    assert [first.add("a", 7), second.add("a", 7), first.add("b", 7), first.add("a", 7)] == [1, 2, 1, 3]
    assert second.add("a", 8) == 1
    counted = at_once(8, lambda turn: [(first, second)[turn % 2].add("c", 9) for _ in range(200)])
    assert max(max(one) for one in counted) == 1600 and first.add("c", 9) == 1601


@pytest.mark.parametrize("body, status, code", [
    (b'{"person": {"name": "a\\u0000b"}}', 422, "input.shape"), (b'{"person": {"name": "\\ud800"}}', 422, "input.shape"),
    (b'{"person": {"income": NaN}}', 422, "input.shape"), (b'{"person": {"income": 1' + b"0" * 400 + b"}}", 422, "input.shape"),
    (b"[" * 100_000, 422, "input.shape"), (b"\xff", 422, "input.shape"), (b'{"person": {"x": "' + b"y" * 2_700_000 + b'"}}', 413, "api.too_large")])
def test_what_no_database_can_keep_is_refused_at_the_door(aim, body, status, code):
    assert aim.refused("POST", "/submissions", body) == (status, code)


def test_a_body_says_that_it_is_json(aim):
    assert aim.refused("POST", "/submissions", b"{}", content_type="text/plain") == (415, "api.media_type")
