"""Every operation with inputs that fit its specification and inputs that do not, against a running server: no 5xx, nothing undocumented."""
from __future__ import annotations

import itertools
import logging
import threading
from collections import defaultdict
from types import SimpleNamespace

import pytest
import schemathesis
from api_stage import TYPED, soon, system_of
from hypothesis import HealthCheck, Phase, given, settings
from registry_stage import setting
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from werkzeug.serving import make_server

CHECKS = (schemathesis.checks.not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
          response_headers_conformance)
EXAMPLES = 5


@pytest.fixture
def live(published_law, settings):
    """A server of the whole application, two systems, and a record of each kind, by the name of the parameter that names it."""
    from sinergi.config.wsgi import application

    settings.API_PER_MINUTE = 10**6
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    setting("aim", "pbns")
    aim, pbns = system_of("aim"), system_of("pbns")
    submission = aim.done("POST", "/submissions", TYPED, 201)["id"]
    made = aim.done("POST", f"/submissions/{submission}/registration", None, 201)
    said = {"agencies": ["pbns"], "how": "spoken_with_witness", "witness": "Puan Siti", "purposes": ["decide"]}
    consent = aim.done("POST", f"/persons/{made['person_id']}/consents", said, 201)["ids"][0]
    body = {"programme": "pbns.zakat", "need": "cash", "consent_id": consent}
    application_id = aim.done("POST", f"/households/{made['household_id']}/applications", body, 201)["id"]
    case = aim.done("POST", f"/persons/{made['person_id']}/cases", {"need": "funeral", "next_on": soon()}, 201)["id"]
    referral = aim.done("POST", f"/cases/{case}/referrals", {"to_agency": "pbns", "consent_id": consent}, 201)["id"]
    award = {"programme": "pbns.zakat", "need": "cash", "from_on": soon(0), "to_on": soon(9)}
    ids = {"person_id": made["person_id"], "household_id": made["household_id"], "submission_id": submission, "application_id": application_id,
           "case_id": case, "referral_id": referral, "award_id": pbns.done("POST", f"/persons/{made['person_id']}/awards", award, 201)["id"]}
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.port}", tokens=(aim.token, pbns.token), ids=ids, answers=defaultdict(set))
    server.shutdown()
    thread.join()
    server.server_close()


def tried(live, operation, mode, turn):
    """Try one operation: real records and made-up ones, both systems, in turn."""

    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case):
        number = next(turn)
        if number % 3:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = live.ids.get(name, case.path_parameters[name])
        sent = {"Authorization": f"Bearer {live.tokens[number % 2]}"} if operation.path != "/api/v1/token" else {}
        if number % 4 and "If-Match" in (case.headers or {}):
            sent["If-Match"] = "*"
        response = case.call(base_url=live.url, headers=sent)
        case.validate_response(response, checks=CHECKS)
        live.answers[operation.label].add(response.status_code)

    run()


@pytest.mark.installation
def test_every_operation_keeps_its_specification(live):
    schema = schemathesis.openapi.from_url(f"{live.url}/api/v1/openapi.json")
    turn, faults, count = itertools.count(), [], 0
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                tried(live, operation, mode, turn)
            except Exception as fault:
                faults.append(f"{operation.label} {mode}: {str(fault)[:600]}")
        count += 1
    assert faults == [] and count > 40, "\n\n".join(faults)
    succeeded = {label for label, codes in live.answers.items() if codes & {200, 201}}
    assert next(turn) > 300 and len(succeeded) > 15, sorted(live.answers.items())
