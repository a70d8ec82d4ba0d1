"""What machines ask: alive, ready and why not, figures in OpenMetrics; and to whom none of it is told."""
from __future__ import annotations

import re

import pytest
from django.db import DatabaseError
from django.test import Client
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from sinergi.web import operations

AWAY = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def client(own_db) -> Client:
    return Client()


def test_health_asks_no_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/health", **AWAY).content == b"ok\n"
    assert client.post("/health").status_code == 405


def test_ready_names_what_is_missing_to_this_machine_only(client, published_law):
    answer = client.get("/ready")
    assert answer.status_code == 200 and answer.json() == {"ready": True, "checks": dict.fromkeys(operations.CHECKS, True)}
    assert client.get("/ready", **AWAY).json() == {"ready": True}


def test_without_a_law_nobody_can_work(client):
    from sinergi.kernel import law

    law.at_version.cache_clear()
    answer = client.get("/ready")
    assert answer.status_code == 503 and [name for name, good in answer.json()["checks"].items() if not good] == ["law"]


def test_a_database_that_is_gone_is_not_ready_and_says_no_more(client, monkeypatch):
    def gone() -> bool:
        raise DatabaseError("password of sinergi_app")

    monkeypatch.setitem(operations.CHECKS, "database", gone)
    answer = client.get("/ready", **AWAY)
    assert answer.status_code == 503 and answer.json() == {"ready": False}


def test_metrics_are_openmetrics_without_a_person(client, make_user):
    user = make_user("auditor")
    answer = client.get("/metrics")
    assert answer["Content-Type"].startswith("application/openmetrics-text")
    text = answer.content.decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert {f"sinergi_{name}" for name in (*operations.COUNTS, *operations.FIGURES)} == set(families)
    assert families["sinergi_users"].samples[0].value == 1 and families["sinergi_audit_unsealed_seconds"].samples[0].value >= 0
    assert user.email not in text and str(user.pk) not in text and not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", text)


@pytest.mark.parametrize("who", [AWAY, {"HTTP_X_FORWARDED_FOR": "203.0.113.7"}, {"HTTP_FORWARDED": "for=1"}, {"REMOTE_ADDR": ""}])
def test_metrics_are_not_for_everybody(client, settings, who):
    assert client.get("/metrics", **who).status_code == 403
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer ", **who).status_code == 403
    settings.METRICS_TOKEN = "a long token"
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer wrong", **who).status_code == 403
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer a long token", **who).status_code == 200
