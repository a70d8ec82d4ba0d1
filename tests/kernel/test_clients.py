"""Machine clients: a token is shown once, opens until its day, and ends with its client, its agency or its end."""
from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from kernel_stage import an_actor, entries, make_agency
from test_staff import make_user, refused

from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import actor_of
from sinergi.kernel.clients import client_of, create_client, end_client, fingerprint
from sinergi.kernel.models import ClientSecret, User
from sinergi.kernel.partners import leave_agency
from sinergi.kernel.roles import ROLES

LOCAL, NATIONAL = an_actor("administrator"), an_actor("administrator", "perkeso", national=True)
DAY = date(2026, 11, 24)
GIVEN = {"name": "Sistem e-Kes", "expires_on": DAY + timedelta(days=90), "on": DAY}


@pytest.fixture
def aim(own_db):
    return make_agency("aim", partner=True)


def test_create(aim, owner):
    issued = create_client(aim, actor=LOCAL, purpose="administer", **GIVEN)
    assert [e["verb"] for e in entries(owner)] == ["grant.give", "client.create"]
    secret = ClientSecret.objects.get()
    entry = entries(owner)[1]
    assert entry["changes"][f"kernel.ClientSecret:{secret.pk}"]["expires_on"] == [None, "2027-02-22"]
    assert issued.token not in str(entries(owner)) + secret.sha256 and secret.sha256 not in str(entries(owner))
    assert len(issued.token) >= 43 and secret.sha256 == fingerprint(issued.token) and secret.made_by == LOCAL.id
    who = actor_of(issued.user)
    assert who.verbs == ROLES["machine"] and who.agency == "aim" and not who.nationwide("person.read")
    assert not issued.user.has_usable_password() and issued.user.email.endswith(".invalid")


def test_a_token_opens_until_its_day(aim):
    issued = create_client(aim, actor=LOCAL, purpose="administer", **GIVEN)
    for day, opens in ((DAY, True), (GIVEN["expires_on"], True), (GIVEN["expires_on"] + timedelta(days=1), False)):
        found = client_of(issued.token, on=day)
        assert (found is not None and found.id == str(issued.user.pk)) is opens
        assert not opens or found == actor_of(issued.user) and found.areas == actor_of(issued.user).areas
    assert client_of(issued.token + "x", on=DAY) is None and client_of("", on=DAY) is None


def test_creations_that_cannot_be(aim, owner):
    for days in (0, -1, 367):
        refused("client.expiry_unfit", create_client, aim, **{**GIVEN, "expires_on": DAY + timedelta(days=days)})
    refused("user.name_missing", create_client, aim, **{**GIVEN, "name": " "})
    refused("not_allowed", create_client, aim, actor=an_actor("supervisor"), **GIVEN)
    refused("not_allowed", create_client, aim, actor=an_actor("administrator", "tekun"), **GIVEN)
    refused("agency.has_left", create_client, make_agency("gone", left_on=DAY), actor=NATIONAL, **GIVEN)
    assert entries(owner) == [] and not User.objects.exists()
    create_client(aim, actor=LOCAL, purpose="administer", **GIVEN)
    refused("client.name_taken", create_client, aim, **{**GIVEN, "name": "sistem E-KES"})


def test_end(aim, owner):
    issued = create_client(aim, actor=LOCAL, purpose="administer", **GIVEN)
    secret, at = ClientSecret.objects.get(), timezone.now()
    refused("not_allowed", end_client, secret, actor=an_actor("administrator", "tekun"), at=at)
    refused("not_allowed", end_client, secret, actor=an_actor("coordinator"), at=at)
    assert client_of(issued.token, on=DAY) == actor_of(issued.user)
    end_client(secret, actor=LOCAL, purpose="administer", at=at)
    entry = entries(owner)[-1]
    assert entry["verb"] == "client.end" and len(entries(owner)) == 3
    assert entry["changes"][f"kernel.ClientSecret:{secret.pk}"] == {"ended_at": [None, str(at)]}
    assert client_of(issued.token, on=DAY) is None and not actor_of(User.objects.get()).verbs
    refused("client.ended_already", end_client, secret, at=at)
    create_client(aim, actor=LOCAL, purpose="administer", **GIVEN)


def test_a_client_ends_with_its_agency(aim, owner):
    issued = create_client(aim, actor=LOCAL, purpose="administer", **GIVEN)
    leave_agency(aim, actor=NATIONAL, purpose="administer", successor=make_agency("tekun", partner=True), at=timezone.now())
    assert client_of(issued.token, on=DAY) is None and ClientSecret.objects.get().ended_at is not None


def test_the_database_holds_one_open_token_a_client_and_each_hash_once(aim, owner):
    user, other = make_user(aim, "a@aim.my", kind="machine"), make_user(aim, "b@aim.my", kind="machine")
    columns = {"user": user, "sha256": "a" * 64, "expires_on": DAY, "made_by": "x"}
    with acting(LOCAL, purpose="administer"), writing("try.make"):
        ClientSecret.objects.create(**columns)
    for change in ({"sha256": "b" * 64}, {"user": other}):
        with pytest.raises(IntegrityError), acting(LOCAL, purpose="administer"), writing("try.make"):
            ClientSecret.objects.create(**{**columns, **change})
    with pytest.raises(Exception, match="outside an action"), transaction.atomic():
        ClientSecret.objects.update(expires_on=DAY + timedelta(days=9000))
    assert entries(owner) == []
