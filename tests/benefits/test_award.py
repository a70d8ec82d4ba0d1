"""The one birth of an entitlement: one audit entry, one winner, the rest told until when; its end frees the lock at once."""
from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from benefit_stage import AT, ON, award, councils, kamarul
from django.db import DatabaseError, connection, connections

from sinergi.benefits import actions, queries
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.errors import Refused
from tests.registry.registry_stage import family, law, officer, somebody

pytestmark = pytest.mark.usefixtures("own_db")
UNTIL = "31/03/2027"


def entries(owner, verb: str) -> int:
    return owner.execute("SELECT count(*) FROM kernel_auditentry WHERE verb = %s", [verb]).fetchone()[0]


def refused(*arguments, **given) -> Refused:
    with pytest.raises(Refused) as caught:
        award(*arguments, **given)
    return caught.value


def test_an_award_is_kept_with_whom_it_reaches_and_one_entry(own_db, owner):
    maiwp, _ = councils()
    who = kamarul(maiwp)
    made = award(who, maiwp, amount=Decimal("800.00"))
    assert owner.execute("SELECT source, state, clashes FROM benefits_entitlement").fetchall() == [("award", "active", False)]
    assert owner.execute("SELECT person_id FROM benefits_beneficiary").fetchall() == [(who,)]
    keys = owner.execute("SELECT key, share = %s FROM benefits_lock ORDER BY key", [str(made.pk)]).fetchall()
    assert keys == [("need:medical", True), ("programme:maiwp.medical", True)]
    assert entries(owner, "entitlement.award") == 1


def test_the_second_payer_is_told_until_when_and_by_whom_since_the_person_is_open_to_him():
    maiwp, irm = councils()
    who = kamarul(maiwp, irm)
    award(who, maiwp)
    found = refused(who, irm, "irm.aid")
    assert (found.code, found.facts["until_ms"], found.facts["agency"]) == ("overlap.held_by", UNTIL, "MAIWP")


def test_help_that_ends_frees_the_lock_at_once_and_serves_another():
    maiwp, irm = councils()
    who = kamarul(maiwp, irm)
    held = award(who, maiwp)
    actions.end(held.pk, actor=maiwp, purpose="pay", on=ON, reason="IRM mengambil alih", at=AT)
    assert refused(who, irm, "irm.aid").code == "overlap.held_by"
    award(who, irm, "irm.aid", from_on=ON + dt.timedelta(days=1))


@pytest.mark.parametrize(("given", "code"), [
    ({"programme": "maiwp.none"}, "award.programme_unknown"), ({"programme": "irm.aid"}, "award.other_agency"),
    ({"need": "cash"}, "award.need_unknown"), ({"from_on": dt.date(1900, 1, 1)}, "award.not_in_force"),
    ({"to_on": dt.date(2026, 1, 1)}, "award.days"), ({"pay": "weekly"}, "award.pay"), ({"amount": Decimal("0")}, "award.amount"),
    ({"amount": Decimal("1.001")}, "award.amount"), ({"pay": "in_kind", "amount": Decimal("5")}, "award.in_kind_amount")])
def test_what_cannot_be_given_is_refused_by_name(given, code):
    maiwp, _ = councils()
    assert refused(kamarul(maiwp), maiwp, **given).code == code


def test_only_who_holds_the_verb_and_may_open_the_person_awards():
    maiwp, irm = councils()
    who = kamarul(maiwp)
    assert refused(who, irm, "irm.aid").code == "not_allowed"
    assert refused(who, officer("maiwp", "coordinator")).code == "not_allowed"


def test_a_household_programme_reaches_everybody_and_stands_in_everybodys_way():
    pbns, maim = officer("pbns", "officer"), officer("maim", "officer")
    home = family(pbns)
    made = award(home.person_id, pbns, "pbns.zakat", need="cash", amount=Decimal("300"))
    with acting(pbns, purpose="pay"):
        assert {b.person_id for b in made.beneficiaries.all()} == set(home.people)
    from sinergi.registry import actions as registry
    from tests.registry.registry_stage import spoken

    registry.give_consent(home.people[1], actor=pbns, purpose="refer", agencies=["maim"], consent=spoken(purposes=("decide",)), at=AT)
    found = refused(home.people[1], maim, "maim.zakat", need="cash", amount=Decimal("250"), figures={"had_kifayah": 40_000})
    assert (found.code, found.facts["room"]) == ("overlap.ceiling", "RM100")
    award(home.people[1], maim, "maim.zakat", need="cash", amount=Decimal("100"), figures={"had_kifayah": 40_000})


def test_what_the_person_said_counts_and_the_refusal_says_how_to_mend_it():
    maiwp = officer("maiwp", "officer")
    who = somebody(maiwp, held=[{"programme": "irm.aid"}])
    assert refused(who, maiwp).code == "overlap.declared"


def test_a_programme_barred_by_any_other_aid_yields_when_the_other_begins():
    maipk, jkm = officer("maipk", "officer"), officer("jkm", "officer")
    who = kamarul(maipk, jkm)
    held = award(who, maipk, "maipk.zakat", need="cash", to_on=None)
    assert refused(who, jkm, "jkm.bwe", need="cash").code == "overlap.held_by"
    actions.end(held.pk, actor=maipk, purpose="pay", on=dt.date(2027, 1, 31), reason="BWE bermula Februari", at=AT)
    award(who, jkm, "jkm.bwe", need="cash", from_on=dt.date(2027, 2, 1), to_on=None, amount=Decimal("600"))


def test_of_fifty_awards_at_once_one_wins(own_db, owner):
    maiwp, irm = councils()
    who = kamarul(maiwp, irm)

    def one(n: int) -> str:
        try:
            award(who, *((maiwp,) if n % 2 else (irm, "irm.aid")))
            return "won"
        except Refused as why:
            return f"{why.code} {why.facts['until_ms']}"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(one, range(50)))
    assert found.count("won") == 1 and set(found) == {"won", f"overlap.held_by {UNTIL}"}
    assert owner.execute("SELECT count(*) FROM benefits_entitlement").fetchone() == (1,)


def test_the_constraint_holds_without_the_check(own_db):
    maiwp, irm = councils()
    who = kamarul(maiwp, irm)
    held = award(who, maiwp)
    with pytest.raises(DatabaseError, match="lock_once"), acting(maiwp, purpose="pay"), writing("entitlement.award"), connection.cursor() as cursor:
        cursor.execute("INSERT INTO benefits_lock (entitlement_id, person_id, key, share, during) VALUES (%s, %s, 'need:medical', 'x', "
                       "daterange('2027-03-31', NULL))", [held.pk, who])


def test_no_other_verb_brings_an_entitlement_into_being(own_db):
    maiwp, _ = councils()
    who = kamarul(maiwp)
    with pytest.raises(DatabaseError, match="row-level security"), acting(maiwp, purpose="pay"), writing("entitlement.end"), \
            connection.cursor() as cursor:
        cursor.execute("""INSERT INTO benefits_entitlement (id, programme, need, agency_id, person_id, source, from_on, pay, state, discreet, clashes,
            reference, law_version, made_at, made_by, ended_by, end_reason) VALUES (gen_random_uuid(), 'maiwp.medical', 'medical', 'maiwp', %s,
            'award', '2026-11-23', 'in_kind', 'active', false, false, '', 'x', now(), 'x', '', '')""", [who])


@pytest.mark.parametrize(("on", "reason", "code"), [
    (dt.date(2026, 1, 1), "sebab yang jelas", "entitlement.end_days"), (dt.date(2028, 1, 1), "sebab yang jelas", "entitlement.end_days"),
    (ON, "x", "entitlement.end_reason")])
def test_an_end_has_its_day_and_its_reason(on, reason, code):
    maiwp, _ = councils()
    held = award(kamarul(maiwp), maiwp)
    with pytest.raises(Refused) as caught:
        actions.end(held.pk, actor=maiwp, purpose="pay", on=on, reason=reason, at=AT)
    assert caught.value.code == code


def test_an_end_leaves_one_entry_is_made_once_and_by_the_giver_alone(own_db, owner):
    maiwp, irm = councils()
    held = award(kamarul(maiwp, irm), maiwp)
    with pytest.raises(Refused, match="not_allowed"):
        actions.end(held.pk, actor=irm, purpose="pay", on=ON, reason="sebab yang jelas", at=AT)
    actions.end(held.pk, actor=maiwp, purpose="pay", on=ON, reason="sebab yang jelas", at=AT)
    assert entries(owner, "entitlement.end") == 1
    with pytest.raises(Refused, match="ended_already"):
        actions.end(held.pk, actor=maiwp, purpose="pay", on=ON, reason="sebab yang jelas", at=AT)


def test_the_timeline_tells_from_every_source_what_may_be_told():
    maiwp, irm = councils()
    who = kamarul(maiwp, irm)
    award(who, maiwp, amount=Decimal("800"))
    with acting(irm, purpose="follow"):
        (line,) = queries.timeline(who, actor=irm)
    assert (line.source, line.programme, line.agency, line.amount, line.mine) == ("award", "maiwp.medical", "maiwp", Decimal("800"), False)


def test_who_may_not_open_the_person_learns_need_and_day_alone():
    maiwp, irm = councils()
    who = kamarul(maiwp)
    award(who, maiwp)
    with acting(irm, purpose="follow"):
        assert queries.timeline(who, actor=irm)[0].programme == ""
        assert queries.helped_until(who, "medical") == dt.date(2027, 3, 31) and queries.helped_until(who, "cash") is None


def test_sums_are_kept_to_the_sen():
    assert [queries.month_sen(Decimal("700"), pay) for pay in ("monthly", "yearly", "daily", "once")] == [70_000, 5_833, 2_100_000, None]
    assert law().version
