"""Users and grants: each verb once rightly with one entry, and refused to the wrong actor, in the wrong state and by the database."""
from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone
from kernel_stage import an_actor, entries, make_agency

from sinergi.kernel import staff
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import Actor, actor_of
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Agency, Grant, Message, User
from sinergi.kernel.staff import change_user, end_grant, give_grant, invite_user, leave, remind_user, reset_second_factor

LOCAL, NATIONAL = an_actor("administrator"), an_actor("administrator", "perkeso", national=True)
GIVEN = {"email": "Ain@AIM.my ", "name": " Nurul Ain ", "language": "ms"}
REASON = "Telefon hilang di pejabat"


@pytest.fixture
def aim(own_db):
    return make_agency("aim", partner=True)


def make_user(agency: Agency, email: str, *grants: tuple[str, str, str], **columns: object) -> User:
    """Put a user into the database by the pen of an action, leaving no entry."""
    with acting(NATIONAL, purpose="administer"), writing("try.make"):
        user = User.objects.create(email=email, name=email.split("@")[0], agency=agency, **columns)
        for role, area_kind, area in grants:
            Grant.objects.create(user=user, role=role, area_kind=area_kind, area=area, given_by="x")
    return user


def refused(code: str, do, /, *given: object, actor: Actor = LOCAL, **words: object) -> None:
    """The step is refused with this code."""
    with pytest.raises(Refused) as found:
        do(*given, actor=actor, purpose="administer", **words)
    assert found.value.code == code


def only_entry(owner, verb: str) -> dict:
    """The one entry there is, which is of this verb."""
    entry, = entries(owner)
    assert entry["verb"] == verb
    return entry


# ---- invite, change, remind

def test_invite(aim, owner):
    user = invite_user(aim, actor=LOCAL, purpose="administer", **GIVEN)
    entry = only_entry(owner, "user.invite")
    assert (user.email, user.name, user.agency_id, user.has_usable_password()) == ("ain@aim.my", "Nurul Ain", "aim", False)
    assert entry["changes"][f"kernel.User:{user.pk}"]["email"] == [None, "ain@aim.my"]


def test_invite_with_a_first_role_and_a_message(aim, owner):
    user = invite_user(aim, actor=LOCAL, purpose="administer", **GIVEN, role="coordinator", area="aim", tell=True)
    assert [e["verb"] for e in entries(owner)] == ["grant.give", "user.invite"]
    assert actor_of(user).holds("person.register")
    with acting(NATIONAL, purpose="administer"):
        message = Message.objects.get()
    assert (message.user_id, message.template, message.facts) == (user.pk, "user.invited", {})


def test_an_invitation_with_a_role_beyond_ones_area_writes_nothing(aim, owner):
    refused("grant.wider_than_own", invite_user, aim, **GIVEN, role="coordinator", area_kind="national")
    assert entries(owner) == [] and not User.objects.exists()


@pytest.mark.parametrize("actor", [an_actor("coordinator"), an_actor("supervisor"), an_actor("administrator", "tekun")])
def test_who_may_not_invite(aim, owner, actor):
    refused("not_allowed", invite_user, aim, actor=actor, **GIVEN)
    assert entries(owner) == []


def test_invitations_that_cannot_be(aim):
    make_user(aim, "ain@aim.my")
    refused("user.email_taken", invite_user, aim, **GIVEN)
    refused("user.name_missing", invite_user, aim, email="b@aim.my", name="  ")
    refused("agency.has_left", invite_user, make_agency("gone", left_on=timezone.localdate()), actor=NATIONAL, email="c@gone.my", name="C")


def test_the_database_refuses_a_second_user_of_an_address_and_an_unknown_kind(aim):
    make_user(aim, "ain@aim.my")
    for columns in ({"email": "ain@aim.my"}, {"email": "b@aim.my", "kind": "ghost"}):
        with pytest.raises(IntegrityError), acting(LOCAL, purpose="administer"), writing("try.make"):
            User.objects.create(name="x", agency=aim, **columns)


def test_change(aim, owner):
    user = make_user(aim, "ain@aim.my")
    change_user(user, actor=LOCAL, purpose="administer", name="Ain binti Rosli", language="en")
    assert only_entry(owner, "user.change")["changes"] == {
        f"kernel.User:{user.pk}": {"name": ["ain", "Ain binti Rosli"], "language": ["ms", "en"]}}
    refused("user.name_missing", change_user, user, name="", language="ms")
    refused("not_allowed", change_user, user, actor=an_actor("administrator", "tekun"), name="X", language="ms")


def test_remind(aim, owner):
    user = make_user(aim, "ain@aim.my", password="!")
    remind_user(user, actor=LOCAL, purpose="administer")
    assert [e["verb"] for e in entries(owner)] == ["user.remind"]
    user.set_password("my own sentence here")
    refused("user.has_password", remind_user, user)
    refused("not_allowed", remind_user, user, actor=an_actor("supervisor"))
    leave(user, actor=LOCAL, purpose="administer", successor=make_user(aim, "b@aim.my"), at=timezone.now())
    refused("user.has_left", remind_user, user)


# ---- give and end

def test_give_and_end(aim, owner):
    user = make_user(aim, "ain@aim.my")
    grant = give_grant(user, actor=LOCAL, purpose="administer", role="officer", area_kind="agency", area="aim")
    assert only_entry(owner, "grant.give")["changes"][f"kernel.Grant:{grant.pk}"]["given_by"] == [None, LOCAL.id]
    assert actor_of(user).holds("person.read")
    at = timezone.now()
    end_grant(grant, actor=LOCAL, purpose="administer", at=at)
    assert entries(owner)[1]["changes"] == {f"kernel.Grant:{grant.pk}": {"ended_at": [None, str(at)]}}
    assert not actor_of(user).verbs
    refused("grant.ended_already", end_grant, grant, at=at)
    again = give_grant(user, actor=LOCAL, purpose="administer", role="officer", area_kind="agency", area="aim")
    assert again.pk != grant.pk and actor_of(user).holds("person.read")


STATE = Actor("state-admin", "", "aim", {"grant.give": frozenset({("state", "perak")})})


@pytest.mark.parametrize(("actor", "area_kind", "area", "code"), [
    (LOCAL, "agency", "aim", ""), (LOCAL, "state", "perak", ""), (LOCAL, "national", "", "grant.wider_than_own"),
    (STATE, "state", "perak", ""), (STATE, "state", "johor", "grant.wider_than_own"), (STATE, "agency", "aim", "grant.wider_than_own"),
    (NATIONAL, "national", "", ""), (NATIONAL, "agency", "aim", ""), (NATIONAL, "agency", "tekun", "grant.other_agency"),
    (LOCAL, "agency", "", "grant.unknown_role"), (LOCAL, "national", "x", "grant.unknown_role"), (LOCAL, "galaxy", "x", "grant.unknown_role"),
])
def test_nobody_gives_a_wider_area_than_his_own(aim, owner, actor, area_kind, area, code):
    user = make_user(aim, "ain@aim.my")
    given = {"role": "administrator", "area_kind": area_kind, "area": area}
    if code:
        refused(code, give_grant, user, actor=actor, **given)
        assert entries(owner) == []
    else:
        give_grant(user, actor=actor, purpose="administer", **given)
        only_entry(owner, "grant.give")


def test_grants_that_cannot_be(aim, owner):
    user, system = make_user(aim, "ain@aim.my", ("coordinator", "agency", "aim")), make_user(aim, "api@aim.my", kind="machine")
    over_aim = {"area_kind": "agency", "area": "aim"}
    refused("grant.already_given", give_grant, user, role="coordinator", **over_aim)
    refused("grant.unknown_role", give_grant, user, role="king", **over_aim)
    refused("grant.machine_role", give_grant, user, role="machine", **over_aim)
    refused("grant.machine_role", give_grant, system, role="officer", **over_aim)
    refused("not_allowed", give_grant, user, actor=an_actor("supervisor"), role="officer", **over_aim)
    refused("not_allowed", give_grant, user, actor=an_actor("administrator", "tekun"), role="officer", **over_aim)
    himself = Actor(str(user.pk), "", "aim", LOCAL.areas)
    refused("grant.to_oneself", give_grant, user, actor=himself, role="officer", **over_aim)
    user.left_at = timezone.now()
    refused("user.has_left", give_grant, user, role="officer", **over_aim)
    assert entries(owner) == []


@pytest.mark.parametrize("columns", [
    {"role": "king"}, {"area_kind": "galaxy"}, {"area_kind": "national"}, {"area": ""}, {}])
def test_the_database_refuses_a_grant_that_makes_no_sense_or_stands_already(aim, columns):
    user = make_user(aim, "ain@aim.my", ("officer", "agency", "aim"))
    with pytest.raises(IntegrityError), acting(LOCAL, purpose="administer"), writing("try.make"):
        Grant.objects.create(**{"user": user, "role": "officer", "area_kind": "agency", "area": "aim", "given_by": "x", **columns})


def test_nobody_takes_from_somebody_above_him(aim, owner):
    auditor, other = make_user(aim, "audit@aim.my", ("auditor", "national", "")), make_user(aim, "b@aim.my")
    grant = auditor.grants.get()
    refused("not_allowed", end_grant, grant, at=timezone.now())
    refused("not_allowed", reset_second_factor, auditor, reason=REASON)
    refused("not_allowed", leave, auditor, successor=other, at=timezone.now())
    assert entries(owner) == []
    end_grant(grant, actor=NATIONAL, purpose="administer", at=timezone.now())
    leave(auditor, actor=LOCAL, purpose="administer", successor=other, at=timezone.now())


def test_one_national_administrator_always_remains(aim, owner):
    last = make_user(aim, "last@aim.my", ("administrator", "national", ""))
    colleague = make_user(aim, "b@aim.my")
    refused("grant.last_administrator", end_grant, last.grants.get(), actor=NATIONAL, at=timezone.now())
    refused("grant.last_administrator", leave, last, actor=NATIONAL, successor=colleague, at=timezone.now())
    assert entries(owner) == [] and Grant.objects.get().ended_at is None
    make_user(aim, "next@aim.my", ("administrator", "national", ""))
    end_grant(last.grants.get(), actor=NATIONAL, purpose="administer", at=timezone.now())


# ---- second factor

def signed_in(user: User) -> None:
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session.create()


def test_reset_of_a_lost_second_factor(aim, owner):
    user, other = make_user(aim, "ain@aim.my"), make_user(aim, "b@aim.my")
    Authenticator.objects.create(user=user, type="totp", data={})
    Authenticator.objects.create(user=other, type="totp", data={})
    for one in (user, user, other):
        signed_in(one)
    reset_second_factor(user, actor=LOCAL, purpose="administer", reason=f" {REASON} ")
    assert only_entry(owner, "second_factor.reset")["changes"] == {"removed": 1, "sessions": 2, "reason": REASON}
    assert Authenticator.objects.get().user_id == other.pk and Session.objects.count() == 1


def test_resets_that_cannot_be(aim, owner):
    user = make_user(aim, "ain@aim.my")
    refused("reason_too_short", reset_second_factor, user, reason="hilang")
    refused("second_factor.own", reset_second_factor, user, actor=Actor(str(user.pk), "", "aim", LOCAL.areas), reason=REASON)
    refused("not_allowed", reset_second_factor, user, actor=an_actor("supervisor"), reason=REASON)
    assert entries(owner) == []


# ---- leave

def test_leave(aim, owner):
    user, colleague = make_user(aim, "ain@aim.my", ("officer", "agency", "aim")), make_user(aim, "b@aim.my")
    signed_in(user)
    at = timezone.now()
    leave(user, actor=an_actor("supervisor"), purpose="administer", successor=colleague, at=at)
    entry = only_entry(owner, "user.leave")
    assert entry["changes"][f"kernel.User:{user.pk}"] == {"left_at": [None, str(at)], "is_active": [True, False]}
    assert entry["changes"][f"kernel.Grant:{user.grants.get().pk}"] == {"ended_at": [None, str(at)]}
    assert entry["changes"]["successor"] == str(colleague.pk) and not Session.objects.exists()
    user.refresh_from_db()
    assert not user.is_active and not actor_of(user).verbs
    refused("user.has_left", leave, user, successor=colleague, at=at)


def test_leavings_that_cannot_be(aim, owner):
    user, colleague = make_user(aim, "ain@aim.my"), make_user(aim, "b@aim.my")
    stranger, gone = make_user(make_agency("tekun"), "c@tekun.my"), make_user(aim, "d@aim.my", left_at=timezone.now())
    system = make_user(aim, "api@aim.my", kind="machine")
    for successor in (user, stranger, gone, system):
        refused("user.successor_elsewhere", leave, user, successor=successor, at=timezone.now())
    refused("user.leaves_himself", leave, user, actor=Actor(str(user.pk), "", "aim", LOCAL.areas), successor=colleague, at=timezone.now())
    refused("not_allowed", leave, user, actor=an_actor("coordinator"), successor=colleague, at=timezone.now())
    assert entries(owner) == []


def test_what_a_leaver_held_goes_to_the_successor_with_his_leaving_or_not_at_all(aim, owner):
    user, colleague = make_user(aim, "ain@aim.my"), make_user(aim, "b@aim.my")
    seen = []

    def hand_over(leaver: User, successor: User) -> int:
        seen.append((leaver.pk, successor.pk))
        if len(seen) == 1:
            raise Refused("changed_meanwhile")
        return 3

    staff.HAND_OVERS.append(hand_over)
    try:
        refused("changed_meanwhile", leave, user, successor=colleague, at=timezone.now())
        assert entries(owner) == [] and User.objects.get(pk=user.pk).left_at is None
        user.refresh_from_db()
        leave(user, actor=LOCAL, purpose="administer", successor=colleague, at=timezone.now())
    finally:
        staff.HAND_OVERS.remove(hand_over)
    assert only_entry(owner, "user.leave")["changes"]["handed_over"] >= 3 and seen == [(user.pk, colleague.pk)] * 2


def test_the_database_refuses_staff_made_or_removed_outside_an_action(aim):
    user = make_user(aim, "ain@aim.my")
    for do in (lambda: User.objects.create(email="z@aim.my", name="z"), user.delete, lambda: Grant.objects.create(
            user=user, role="officer", area_kind="national", given_by="x")):
        with pytest.raises(Exception, match="outside an action"), transaction.atomic():
            do()
