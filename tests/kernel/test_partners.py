"""Partners: join, change, leave; who may, what the entry says, and that nothing half-written stays."""
from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from kernel_stage import an_actor, entries, make_agency
from test_staff import make_user, only_entry, refused, signed_in

from sinergi.kernel import partners
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Agency, ClientSecret, Grant, User
from sinergi.kernel.partners import change_agency, join_agency, leave_agency

NATIONAL, LOCAL = an_actor("administrator", "perkeso", national=True), an_actor("administrator", "aim")
DAY = date(2026, 11, 24)
NEW = {"code": "yayasan", "name_ms": " Yayasan Contoh ", "name_en": "Example Foundation", "kind": "foundation",
       "ground": "Memorandum 1/2026", "on": DAY}


def test_join(own_db, owner):
    agency = join_agency(None, actor=NATIONAL, purpose="administer", **NEW)
    entry = only_entry(owner, "agency.join")
    assert (agency.name_ms, agency.partner, agency.joined_on) == ("Yayasan Contoh", True, DAY)
    assert entry["subject"] == "kernel.Agency:yayasan" and entry["changes"]["kernel.Agency:yayasan"]["ground"] == [None, "Memorandum 1/2026"]


def test_joinings_that_cannot_be(own_db, owner):
    make_agency("yayasan")
    for code, change in (("agency.code_taken", {}), ("agency.name_missing", {"code": "z", "name_en": " "}), ("agency.name_missing", {"code": ""}),
                         ("agency.ground_missing", {"code": "z", "ground": ""})):
        refused(code, join_agency, None, actor=NATIONAL, **{**NEW, **change})
    refused("not_allowed", join_agency, None, actor=LOCAL, **NEW)
    assert entries(owner) == []
    join_agency(None, actor=NATIONAL, purpose="administer", **{**NEW, "code": "z", "ground": "", "partner": False})


def test_change(own_db, owner):
    agency = make_agency("aim", partner=True)
    given = {"name_ms": "Amanah Ikhtiar", "name_en": "AIM", "ground": "Memorandum 2", "website": "https://aim.example"}
    change_agency(agency, actor=NATIONAL, purpose="administer", **given)
    assert only_entry(owner, "agency.change")["changes"]["kernel.Agency:aim"]["ground"] == ["", "Memorandum 2"]
    refused("agency.name_missing", change_agency, agency, actor=NATIONAL, **{**given, "name_ms": ""})
    refused("agency.ground_missing", change_agency, agency, actor=NATIONAL, **{**given, "ground": " "})
    refused("not_allowed", change_agency, agency, actor=LOCAL, **given)
    agency.left_on = DAY
    refused("agency.has_left", change_agency, agency, actor=NATIONAL, **given)


def test_leave(own_db, owner):
    leaving, successor = make_agency("aim", partner=True), make_agency("tekun", partner=True)
    user = make_user(leaving, "ain@aim.my", ("coordinator", "agency", "aim"))
    stays = make_user(successor, "b@tekun.my", ("coordinator", "agency", "tekun"))
    signed_in(user)
    at = timezone.now()
    leave_agency(leaving, actor=NATIONAL, purpose="administer", successor=successor, at=at)
    changed = only_entry(owner, "agency.leave")["changes"]
    assert changed["kernel.Agency:aim"] == {"left_on": [None, str(timezone.localdate(at))]}
    assert changed["successor"] == "tekun" and changed["users"] == 1
    assert changed[f"kernel.User:{user.pk}"]["is_active"] == [True, False] and f"kernel.Grant:{user.grants.get().pk}" in changed
    assert not User.objects.get(pk=user.pk).is_active and User.objects.get(pk=stays.pk).is_active
    assert list(Grant.objects.filter(ended_at=None).values_list("user", flat=True)) == [stays.pk]
    refused("agency.has_left", leave_agency, leaving, actor=NATIONAL, successor=successor, at=at)


def test_leavings_that_cannot_be(own_db, owner):
    leaving, gone = make_agency("aim", partner=True), make_agency("gone", partner=True, left_on=DAY)
    at = timezone.now()
    for unfit in (leaving, gone, make_agency("jkm", partner=False)):
        refused("agency.successor_unfit", leave_agency, leaving, actor=NATIONAL, successor=unfit, at=at)
    successor = make_agency("tekun", partner=True)
    refused("not_allowed", leave_agency, leaving, actor=LOCAL, successor=successor, at=at)
    make_user(leaving, "last@aim.my", ("administrator", "national", ""))
    refused("grant.last_administrator", leave_agency, leaving, actor=NATIONAL, successor=successor, at=at)
    assert entries(owner) == [] and Agency.objects.get(code="aim").left_on is None


def test_what_a_leaving_partner_held_passes_on_with_it_or_not_at_all(own_db, owner):
    leaving, successor, seen = make_agency("aim", partner=True), make_agency("tekun", partner=True), []

    def pass_on(gone: Agency, heir: Agency, at: object) -> int:
        seen.append((gone.code, heir.code))
        if len(seen) == 1:
            raise Refused("changed_meanwhile")
        return 40

    partners.SUCCESSIONS.append(pass_on)
    try:
        refused("changed_meanwhile", leave_agency, leaving, actor=NATIONAL, successor=successor, at=timezone.now())
        assert entries(owner) == [] and Agency.objects.get(code="aim").left_on is None
        leaving.refresh_from_db()
        leave_agency(leaving, actor=NATIONAL, purpose="administer", successor=successor, at=timezone.now())
    finally:
        partners.SUCCESSIONS.remove(pass_on)
    assert entries(owner)[-1]["changes"]["persons"] >= 40 and seen == [("aim", "tekun")] * 2


def test_the_database_refuses_a_second_partner_of_a_code_and_writes_outside_an_action(own_db):
    make_agency("aim")
    with pytest.raises(IntegrityError):
        make_agency("aim")
    with pytest.raises(Exception, match="outside an action"), transaction.atomic():
        Agency.objects.update(ground="none")
    assert not ClientSecret.objects.exists()
