"""Machine clients: a secret is shown once and gives short tokens until its day; both end with the client, its agency or its end."""
from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from kernel_stage import an_actor, entries, make_agency
from test_staff import make_user, refused

from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import actor_of
from sinergi.kernel.clients import LIFE, client_of, create_client, end_client, fingerprint, issue_token
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import ClientSecret, User
from sinergi.kernel.partners import leave_agency
from sinergi.kernel.roles import ROLES

LOCAL, NATIONAL = an_actor("administrator"), an_actor("administrator", "perkeso", national=True)
DAY = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("Asia/Kuala_Lumpur"))
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
    assert issued.secret not in str(entries(owner)) + secret.sha256 and secret.sha256 not in str(entries(owner))
    assert len(issued.secret) >= 43 and secret.sha256 == fingerprint(issued.secret) and secret.made_by == LOCAL.id
    who = actor_of(issued.user)
    assert who.verbs == ROLES["machine"] and who.agency == "aim" and not who.nationwide("person.read")
    assert not issued.user.has_usable_password() and issued.user.email.endswith(".invalid")


def token_of(issued, *scope, at=AT) -> str:
    return issue_token(str(issued.user.pk), issued.secret, scope, at=at).text


def test_a_secret_gives_tokens_until_its_day(aim):
    issued = create_client(aim, actor=LOCAL, purpose="administer", **GIVEN)
    for days in (0, 90):
        at = AT + timedelta(days=days)
        found = client_of(token_of(issued, at=at), at=at)
        assert found == actor_of(issued.user) and found.areas == actor_of(issued.user).areas
    with pytest.raises(Refused, match="client.unproved"):
        token_of(issued, at=AT + timedelta(days=91))
    last = datetime(2027, 2, 22, 23, 55, tzinfo=AT.tzinfo)
    assert client_of(token_of(issued, at=last), at=last + timedelta(minutes=4)) and client_of(token_of(issued, at=last), at=last + LIFE / 2) is None


def test_a_token_lives_a_quarter_of_an_hour_and_opens_nothing_when_changed(aim):
    token = token_of(create_client(aim, actor=LOCAL, purpose="administer", **GIVEN), "person.read")
    assert client_of(token, at=AT + LIFE - timedelta(seconds=1)) and client_of(token, at=AT + LIFE) is None
    for changed in (token + "x", "", "~", token.replace("person.read", "person.search"), token[:-1], "1~99999999999~x"):
        assert client_of(changed, at=AT) is None


def test_a_token_carries_the_verbs_asked_for_and_no_other(aim):
    issued = create_client(aim, actor=LOCAL, purpose="administer", **GIVEN)
    token = issue_token(str(issued.user.pk), issued.secret, ["person.read", "submission.receive"], at=AT)
    assert token.scope == ("person.read", "submission.receive") and client_of(token.text, at=AT).verbs == set(token.scope)
    assert set(issue_token(str(issued.user.pk), issued.secret, at=AT).scope) == ROLES["machine"]
    named, right = str(issued.user.pk), issued.secret
    for client, secret, scope, code in ((named, right, ["audit.read"], "client.scope"), (named, "x", [], "client.unproved"),
                                        ("x", right, [], "client.unproved"), ("", "", [], "client.unproved")):
        with pytest.raises(Refused) as fault:
            issue_token(client, secret, scope, at=AT)
        assert fault.value.code == code


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
    token = token_of(issued)
    assert client_of(token, at=AT) == actor_of(issued.user)
    end_client(secret, actor=LOCAL, purpose="administer", at=at)
    entry = entries(owner)[-1]
    assert entry["verb"] == "client.end" and len(entries(owner)) == 3
    assert entry["changes"][f"kernel.ClientSecret:{secret.pk}"] == {"ended_at": [None, str(at)]}
    assert client_of(token, at=AT) is None and not actor_of(User.objects.get()).verbs
    refused("client.ended_already", end_client, secret, at=at)
    create_client(aim, actor=LOCAL, purpose="administer", **GIVEN)


def test_a_client_ends_with_its_agency(aim, owner):
    issued = create_client(aim, actor=LOCAL, purpose="administer", **GIVEN)
    token = token_of(issued)
    leave_agency(aim, actor=NATIONAL, purpose="administer", successor=make_agency("tekun", partner=True), at=timezone.now())
    assert client_of(token, at=AT) is None and ClientSecret.objects.get().ended_at is not None


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
