"""Benefits of two who became one: held together, excluded together, and settled one by one when they are parted again."""

from __future__ import annotations

import datetime as dt

import pytest
from benefit_stage import ON, award, councils

from sinergi.benefits import actions as benefits
from sinergi.benefits import queries
from sinergi.kernel.acting import acting
from sinergi.kernel.errors import Refused
from sinergi.registry import actions
from sinergi.registry import queries as registry
from tests.registry.identity_stage import WHY, a_run, by, certified, linked, merge, reviewer, unmerge
from tests.registry.registry_stage import law, officer, somebody


def refused(call, *given, **more) -> str:
    with pytest.raises(Refused) as caught:
        call(*given, **more)
    return caught.value.code


def test_what_either_holds_stands_in_the_way_of_the_other_once_they_are_one(own_db, owner):
    maiwp, other = officer("maiwp", "officer"), officer("maiwp", "supervisor")
    keep, gone = somebody(maiwp, "Kamarul bin Yusof", "680411-17-5013"), somebody(maiwp, "Kamarul Yusof", "680411-17-5021")
    first = award(gone, maiwp)
    assert refused(merge, keep, gone, maiwp) == "identity.benefits_run"
    asked = actions.ask_second(keep, **by(maiwp), other_id=gone, reason=WHY)
    decision = actions.approve_identity(asked.pk, **by(other))
    with acting(maiwp, purpose="pay"):
        assert [h.entitlement_id for h in queries.timeline(keep, actor=maiwp)] == [first.pk]
        assert [need for need, _ in queries.helped(keep)] == ["medical"] and registry.person(keep).standing == "being_helped"
        assert list(queries.held_facts([keep], on=ON)) == [keep]
    assert refused(award, keep, maiwp) == refused(award, gone, maiwp) == "overlap.held_by"
    done = unmerge(decision, other)
    assert done.settle == ()
    with acting(maiwp, purpose="pay"):
        assert not queries.helped(keep) and registry.person(keep).standing == "yet_to_be_helped"
        assert registry.person(gone).standing == "being_helped"
    award(keep, maiwp)


def test_two_who_each_hold_a_lock_are_joined_and_both_are_shown(own_db):
    maiwp, irm = councils()
    other = officer("maiwp", "supervisor")
    keep, gone = somebody(maiwp, "Kamarul bin Yusof", "680411-17-5013"), somebody(maiwp, "Kamarul Yusof", "680411-17-5021")
    mine, his = award(keep, maiwp), award(gone, maiwp)
    asked = actions.ask_second(keep, **by(maiwp), other_id=gone, reason=WHY)
    actions.approve_identity(asked.pk, **by(other))
    with acting(maiwp, purpose="pay"):
        assert {h.entitlement_id for h in queries.timeline(gone, actor=maiwp)} == {mine.pk, his.pk}
    assert refused(award, keep, maiwp) == "overlap.held_by"


def test_a_model_alone_joins_a_person_who_holds_help_but_not_two_who_both_do(own_db, owner):
    maiwp, _irm = councils()
    keep, gone = somebody(maiwp, "Kamarul bin Yusof", "680411-17-5013"), somebody(maiwp, "Kamarul Yusof", "680411-17-5021")
    boss = reviewer()
    promise, run = certified(), a_run()
    his = award(gone, maiwp)
    unmerge(actions.auto_link(keep, **by(boss), gone_id=gone, evidence=linked(promise, run)), boss)
    owner.execute("SET session_replication_role = replica")
    owner.execute("UPDATE registry_cannotlink SET lifted_by_id = decision_id")
    award(keep, maiwp)
    assert refused(actions.auto_link, keep, **by(boss), gone_id=gone, evidence=linked(promise, run)) == "identity.benefits_run"
    owner.execute("UPDATE benefits_entitlement SET to_on = '2020-01-31', from_on = '2020-01-01' WHERE id = %s", [his.pk])
    assert actions.auto_link(keep, **by(boss), gone_id=gone, evidence=linked(promise, run)).verb == "auto_link"


def test_a_benefit_given_in_between_is_settled_and_its_lock_moves_with_it(own_db, owner):
    maiwp = officer("maiwp", "supervisor")
    giver = officer("maiwp", "officer")
    keep, gone = somebody(maiwp, "Kamarul bin Yusof", "680411-17-5013"), somebody(maiwp, "Kamarul Yusof", "680411-17-5021")
    decision = merge(keep, gone, maiwp)
    given = benefits.award(gone, actor=giver, purpose="pay", programme="maiwp.medical", need="medical", from_on=ON, to_on=dt.date(2027, 3, 31), on=ON,
                           at=dt.datetime.now(dt.UTC), law=law())
    assert given.person_id == keep
    done = unmerge(decision, maiwp)
    (item,) = done.settle
    assert (item.room, item.kind, item.person_id, item.proposed) == ("benefits", "entitlement", keep, None)
    blocking = award(gone, giver)
    assert refused(actions.settle, done.decision.pk, **by(maiwp), kind=item.kind, key=item.key, to_person=gone) == "identity.stands_in_the_way"
    owner.execute("SET session_replication_role = replica")
    owner.execute("DELETE FROM benefits_lock WHERE entitlement_id = %s", [blocking.pk])
    actions.settle(done.decision.pk, **by(maiwp), kind=item.kind, key=item.key, to_person=gone)
    for table, column in (("entitlement", "id"), ("beneficiary", "entitlement_id"), ("lock", "entitlement_id")):
        assert owner.execute(f"SELECT DISTINCT person_id FROM benefits_{table} WHERE {column} = %s", [given.pk]).fetchall() == [(gone,)]
