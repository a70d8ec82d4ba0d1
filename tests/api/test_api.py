"""The API's first operations: the token names the actor, the purpose is said, refusals are problems with the catalogue's codes."""
from __future__ import annotations

import datetime as dt
import json

import pytest
from django.test import Client
from django.utils import timezone
from kernel_stage import entries
from registry_stage import FAMILY, family, officer

from sinergi.api.management.commands.write_openapi import PATH
from sinergi.api.specification import snapshot
from sinergi.api.urls import api
from sinergi.kernel import clients
from sinergi.kernel.actors import command
from sinergi.kernel.models import Agency
from sinergi.kernel.roles import ROLES


@pytest.fixture
def aim(published_law):
    """A coordinator of one partner, under the published law."""
    return officer("aim")


@pytest.fixture
def token(aim):
    """A machine client's token of the same partner."""
    today = timezone.localdate()
    maker = command("stage", "client.create", "grant.give", *sorted(ROLES["machine"]))  # nobody gives what he does not hold
    issued = clients.create_client(Agency.objects.get(code="aim"), actor=maker, purpose="administer", name="Sistem AIM",
                                   expires_on=today + dt.timedelta(days=30), on=today)
    return clients.issue_token(str(issued.user.pk), issued.secret, at=timezone.now()).text


def call(method: str, path: str, token: str = "", body: object = None, **headers: str):
    given = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
    given |= {"HTTP_PURPOSE": "register", "HTTP_ACCEPT_LANGUAGE": "en"} | {f"HTTP_{k.upper()}": v for k, v in headers.items()}
    return Client().generic(method, f"/api/v1{path}", json.dumps(body) if body is not None else "", content_type="application/json", **given)


def test_a_person_one_serves_is_read_with_one_entry(aim, token, owner):
    registered = family(aim)
    answer = call("GET", f"/persons/{registered.person_id}", token, purpose="screen")
    assert answer.status_code == 200 and answer.json()["name"] == FAMILY["person"]["name"] and answer["Content-Type"].startswith("application/json")
    read = entries(owner, "verb = 'person.read' AND purpose = 'screen'")
    assert [(e["subject"], e["persons"]) for e in read] == [("api:read_person", [registered.person_id])]


def test_without_a_token_with_a_dead_one_and_without_a_purpose(aim, token):
    registered = family(aim)
    for answer, status, code in ((call("GET", f"/persons/{registered.person_id}"), 401, "input.token"),
                                 (call("GET", f"/persons/{registered.person_id}", "x" * 43), 401, "input.token"),
                                 (call("GET", f"/persons/{registered.person_id}", token, purpose="curiosity"), 403, "no_purpose")):
        assert (answer.status_code, answer.json()["code"], answer["Content-Type"]) == (status, code, "application/problem+json")


def test_somebody_elses_person_is_not_there(aim, token, owner):
    other = family(officer("tekun"))
    answer = call("GET", f"/persons/{other.person_id}", token)
    assert answer.status_code == 404 and "Norazlina" not in answer.content.decode()
    assert entries(owner, "verb = 'person.read'") == []


def test_a_submission_is_kept_as_received_then_registered_and_found_again(aim, token, owner):
    body = {k: v for k, v in FAMILY.items() if k != "language"} | {"language": "en"}
    body["person"] = {k: v for k, v in body["person"].items() if k != "facts"} | {"facts": {"income": "RM 600.00"}}
    kept = call("POST", "/submissions", token, body)
    assert kept.status_code == 201
    number = kept.json()["id"]
    assert len(entries(owner, "verb = 'submission.receive'")) == 1
    first, second = (call("POST", f"/submissions/{number}/registration", token) for _ in range(2))
    assert first.status_code == second.status_code == 201 and (first.json()["known"], second.json()["known"]) == (False, True)
    assert first.json()["person_id"] == second.json()["person_id"]


def test_wrong_fields_are_named_with_their_mend_and_nothing_is_registered(aim, token, owner):
    number = call("POST", "/submissions", token, {"person": {"name": "Ali", "mykad": "12345"}}).json()["id"]
    answer = call("POST", f"/submissions/{number}/registration", token)
    assert answer.status_code == 422 and answer.json()["fields"][0]["field"] == "person.mykad" and answer.json()["fields"][0]["mend"]
    assert owner.execute("SELECT count(*) FROM registry_person").fetchone() == (0,)


@pytest.mark.parametrize("body", [None, [], {"person": "Ali"}, {"needs": ["food"]}])
def test_what_has_not_the_shape_is_refused_plainly(token, body):
    answer = call("POST", "/submissions", token, body)
    assert answer.status_code in (400, 422) and b"Traceback" not in answer.content


def test_every_operation_documents_its_errors(own_db):
    paths = Client().get("/api/v1/openapi.json").json()["paths"]
    operations = [op for path in paths.values() for op in path.values()]
    asked = [op for op in operations if op["operationId"] != "issue_token"]
    assert asked and all({"401", "403", "404", "409", "422", "429"} <= set(op["responses"]) and op["security"][0]["client"][0] for op in asked)
    assert len({op["operationId"] for op in operations}) == len(operations)


def test_the_specification_kept_in_the_repository_is_that_of_the_code(own_db):
    """After a change on purpose: python -m sinergi.config.manage write_openapi"""
    assert PATH.read_text("utf-8") == snapshot(api)
    assert json.loads(PATH.read_text("utf-8"))["paths"] == Client().get("/api/v1/openapi.json").json()["paths"]


def served(path: str, token: str = "", host: str = "127.0.0.1") -> tuple[str, dict[str, str], bytes]:
    """A GET as the web server hands it over: status, headers, body."""
    from django.test import RequestFactory

    from sinergi.config.wsgi import application

    given = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
    environ = RequestFactory().get(path, HTTP_HOST=host, HTTP_PURPOSE="screen", HTTP_ACCEPT_LANGUAGE="en", **given).environ
    answered: list[tuple[str, dict[str, str]]] = []
    body = application(environ, lambda status, headers: answered.append((status, dict(headers))))
    content = b"".join(body)
    body.close()
    return *answered[0], content


def test_as_served_an_answer_is_numbered_kept_by_nobody_and_framed_by_nobody(aim, token):
    registered = family(aim)
    person = f"/api/v1/persons/{registered.person_id}"
    for address, given, status in ((person, token, "200 OK"), (person, "", "401 Unauthorized"), ("/api/v1/nowhere", token, "404 Not Found")):
        answered, headers, content = served(address, given)
        assert answered == status and headers["Content-Length"] == str(len(content)) and headers["X-Request-ID"]
        assert headers["Cache-Control"] == "no-store, private" and "default-src 'none'" in headers["Content-Security-Policy"]
        assert status == "200 OK" or headers["Content-Type"] == "application/problem+json"
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["X-Frame-Options"] == "DENY" and "Set-Cookie" not in headers


def test_as_served_a_foreign_host_is_refused_and_a_page_goes_through_every_layer(aim, token):
    assert served(f"/api/v1/persons/{family(aim).person_id}", token, host="elsewhere.example")[0] == "400 Bad Request"
    _, headers, _ = served("/masuk/")
    assert "style-src" in headers["Content-Security-Policy"] and "Cookie" in headers["Vary"]


def test_as_served_a_defect_is_a_problem_with_the_number_that_leads_to_the_log(aim, token, owner):
    registered = family(aim)
    owner.execute("ALTER TABLE registry_person RENAME COLUMN name TO was_name")
    status, headers, content = served(f"/api/v1/persons/{registered.person_id}", token)
    found = json.loads(content)
    assert status == "500 Internal Server Error" and found["code"] == "input.broken" and found["request"] == headers["X-Request-ID"]
    assert "was_name" not in content.decode()
