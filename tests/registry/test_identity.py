"""A person is the records behind him: joined and parted by decisions that are kept, undone exactly, and refused by PostgreSQL where they must be."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from identity_stage import CARDS, NAMES, WHY, a_run, by, certified, linked, merge, picture, reviewer, seen, two, unmerge, whose
from kernel_stage import entries, tamper
from registry_stage import ON, family, law, officer, somebody

from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.errors import Refused
from sinergi.registry import actions, queries
from sinergi.registry.models import Belonging, Candidate, CannotLink, IdentityDecision, RecordIdentifier, SourceRecord
from sinergi.registry.submission import CleanAddress, CleanNumber


def refused(call, *given, **more) -> str:
    with pytest.raises(Refused) as caught:
        call(*given, **more)
    return caught.value.code


def test_everybody_registered_comes_of_a_record_of_the_agency(own_db, owner):
    aim = officer("aim")
    home = family(aim)
    rows = owner.execute("SELECT b.person_id, s.agency_id, s.source, s.version, s.payload ->> 'name', d.verb, split_part(s.key, ':', 2) "
                         "FROM registry_belonging b JOIN registry_sourcerecord s ON s.id = b.record_id "
                         "JOIN registry_identitydecision d ON d.id = b.opened_by_id ORDER BY 7").fetchall()
    assert [(r[0], *r[1:]) for r in rows] == [(person, "aim", "officer", 1, name, "create", str(i)) for i, (person, name) in enumerate(
        zip(home.people, ("Norazlina binti Hamzah", "Faizal bin Ahmad Shah", "Aisyah binti Faizal"), strict=True))]
    with acting(aim, purpose="register"):
        assert set(RecordIdentifier.objects.values_list("value", flat=True)) == {"891214175078", "860521175083"}
        (record,) = queries.records_of(home.person_id)
        assert record.payload["phones"] == ["+60190000110"] and record.payload["state"] == "negeri_sembilan"
        assert queries.golden(home.person_id)["name"].value == "Norazlina binti Hamzah"


def test_a_correction_is_one_more_version_and_the_record_stays_as_received(own_db, owner):
    aim = officer("aim")
    who = somebody(aim)
    actions.correct_person(who, **by(aim), corrections={"name": "Jimbai ak Sigan", "phone": "019-000 0112"}, on=ON, law=law())
    actions.record_address(who, **by(aim), address=CleanAddress("perak", lines="1 Jalan Ipoh"), on=ON)
    rows = owner.execute("SELECT version, payload ->> 'name', payload ->> 'state', payload -> 'phones' FROM registry_sourcerecord "
                         "ORDER BY version").fetchall()
    assert rows == [(1, "Jimbai anak Sigan", "kuala_lumpur", None), (2, "Jimbai ak Sigan", "kuala_lumpur", ["+60190000112"]),
                    (3, "Jimbai ak Sigan", "perak", ["+60190000112"])]
    assert owner.execute("SELECT count(DISTINCT key) FROM registry_sourcerecord").fetchone() == (1,)
    with acting(aim, purpose="register"):
        (record,) = queries.records_of(who)
        assert (record.version, queries.person(who).name) == (3, "Jimbai ak Sigan")


def test_merge_and_unmerge_leave_one_entry_each_and_restore_everything(own_db, owner):
    aim = officer("aim", "officer")
    keep, gone = two(aim)
    before = picture(owner)
    decision = merge(keep, gone, aim)
    assert set(whose(owner).values()) == {keep}
    assert [e["persons"] for e in entries(owner, "verb = 'identity.merge'")] == [[keep, gone]]
    with acting(aim, purpose="register"):
        assert queries.resolve(gone) == keep and queries.bearers(gone) == (keep, gone) == queries.bearers(keep)
        assert {n.value for n in queries.identifiers(gone)} == {"900227175136", "851103175121"}
        assert {c.value for c in queries.contact_points(keep)} == {"+60190000110", "+60190000111"}
        assert queries.person(gone).name == NAMES[1]  # the newest of two officers' records
        assert len(queries.records_of(gone)) == 2 and [d.id for d in queries.why_joined(keep)] == [decision.pk]
    done = unmerge(decision, aim)
    assert picture(owner) == before and done.settle == ()
    (entry,) = entries(owner, "verb = 'identity.unmerge'")
    assert set(entry["persons"]) == {keep, gone} and "Halimah" not in str(entry["changes"]) and WHY not in str(entry["changes"])
    assert refused(unmerge, decision, aim) == "identity.already_undone"
    assert refused(merge, keep, gone, aim) == "identity.cannot_link"
    with acting(aim, purpose="register"):
        moment = decision.decided_at
        assert len(queries.members_at(keep, moment)) == 2 and len(queries.members_at(keep, done.decision.decided_at)) == 1
        assert not queries.why_joined(keep)


def test_who_could_open_one_opens_both_while_they_are_one(own_db, owner):
    aim, maiwp, boss = officer("aim", "officer"), officer("maiwp", "officer"), reviewer()
    keep, gone = two(aim, maiwp)
    assert refused(merge, keep, gone, aim) == "person.unknown"
    assert seen(boss).persons == set() and len(seen(boss).records) == 2
    decision = merge(keep, gone, boss)
    assert seen(aim).persons == seen(maiwp).persons == {keep, gone} and len(seen(maiwp).records) == 2
    with acting(maiwp, purpose="register"):
        assert queries.person(gone).id == keep
    unmerge(decision, maiwp)
    assert (seen(aim).persons, seen(maiwp).persons) == ({keep}, {gone})
    assert (len(seen(aim).records), len(seen(maiwp).records)) == (1, 1)


def test_an_officer_of_some_states_opens_the_survivor_in_another_state_only_while_merged(own_db):
    aim, limited = officer("aim", "officer"), officer("aim", "officer", states=("perak",), name="perak")
    keep = somebody(aim, NAMES[0], CARDS[0])
    gone = actions.take_in({"person": {"name": NAMES[1], "mykad": CARDS[1]}, "address": {"state": "perak"}}, **by(aim), on=ON, law=law()).person_id
    assert seen(limited).persons == {gone}
    decision = merge(keep, gone, aim)
    assert seen(limited).persons == {keep, gone}
    unmerge(decision, aim)
    assert seen(limited).persons == {gone}


def test_chains_are_undone_in_any_order(own_db, owner):
    aim = officer("aim", "officer")
    people = [somebody(aim, n, c) for n, c in zip(NAMES[:4], CARDS[:4], strict=True)]
    before = picture(owner)
    first = merge(people[0], people[1], aim)
    second = merge(people[2], people[0], aim)
    third = merge(people[3], people[1], aim)  # the id of a merged person stands for his survivor
    assert set(whose(owner).values()) == {people[3]}
    with acting(aim, purpose="register"):
        assert queries.bearers(people[1]) == (people[3], *sorted(people[:3]))
    unmerge(first, aim)
    assert sorted(whose(owner).values()) == sorted([people[1], people[3], people[3], people[3]])
    unmerge(third, aim)
    unmerge(second, aim)
    assert picture(owner) == before


def test_a_record_is_moved_to_another_or_becomes_somebody_new_and_is_moved_back(own_db, owner):
    aim = officer("aim", "officer")
    keep, gone = two(aim)
    third = somebody(aim)
    merge(keep, gone, aim)
    with acting(aim, purpose="register"):
        (record,) = [r.id for r in queries.records_of(keep) if r.payload["name"] == NAMES[1]]
    before = picture(owner)
    moved = actions.move_record(record, **by(aim), reason=WHY, to_person=third)
    assert whose(owner)[record] == third
    with acting(aim, purpose="register"):
        assert {n.value for n in queries.identifiers(third)} == {"000109170159", "851103175121"}
    unmerge(moved, aim)
    assert picture(owner) == before
    apart = actions.move_record(record, **by(aim), reason=WHY)
    new = whose(owner)[record]
    assert new not in (keep, gone, third)
    with acting(aim, purpose="register"):
        assert queries.person(new).name == NAMES[1] and queries.person(keep).name == NAMES[0]
    assert refused(actions.move_record, record, **by(aim), reason=WHY, to_person=third) == "identity.last_record"
    unmerge(apart, aim)
    with acting(aim, purpose="register"):
        assert queries.person(new).id == keep
    assert refused(actions.move_record, record, **by(aim), reason=WHY, to_person=gone) == "identity.already_one"


def test_a_move_undone_and_the_merge_after_it(own_db, owner):
    aim = officer("aim", "officer")
    keep, gone = two(aim)
    third = somebody(aim)
    start = picture(owner)["whose"]
    decision = merge(keep, gone, aim)
    (record,) = [r for r, p in start.items() if p == gone]
    actions.move_record(record, **by(aim), reason=WHY, to_person=third)
    unmerge(decision, aim)  # wherever the record is now, it goes back to whom it came from
    assert whose(owner) == start


def test_two_records_called_different_stay_apart_until_that_is_undone(own_db, owner):
    aim = officer("aim", "officer")
    keep, gone = two(aim)
    one, other = (next(r for r, p in whose(owner).items() if p == person) for person in (keep, gone))
    decision = actions.not_same(one, **by(aim), second=other, reason=WHY)
    assert (decision.verb, {decision.person_id, decision.other_id}) == ("not_same", {keep, gone})
    assert refused(actions.not_same, other, **by(aim), second=one, reason=WHY) == "identity.already_apart"
    assert refused(merge, keep, gone, aim) == "identity.cannot_link"
    unmerge(decision, aim)
    merge(keep, gone, aim)
    assert refused(actions.not_same, one, **by(aim), second=other, reason=WHY) == "identity.one_person"
    assert refused(actions.not_same, one, **by(aim), second=uuid4(), reason=WHY) == "identity.record_unknown"


def a_candidate(one, other, model, **more) -> Candidate:
    first, second = sorted((one, other))
    with acting(reviewer(), purpose="register"), writing("try.stage"):
        found = dt.datetime.now(dt.UTC)
        return Candidate.objects.create(first_id=first, second_id=second, model_id=model, bits=12.0, levels=[1, 2], found_at=found, **more)


def test_a_candidate_is_confirmed_or_answered_by_the_decision(own_db, owner):
    aim = officer("aim", "officer")
    keep, gone = two(aim)
    one, other = whose(owner)
    found = a_candidate(one, other, certified().model_id)
    decision = actions.confirm_link(found.pk, **by(aim))
    assert (decision.verb, decision.model_id, decision.bits, decision.evidence["candidate"]) == ("link", "m1", 12.0, str(found.pk))
    assert owner.execute("SELECT state, decision_id FROM registry_candidate").fetchone() == ("same", decision.pk)
    assert refused(actions.confirm_link, found.pk, **by(aim)) == "candidate.answered"
    done = unmerge(decision, aim)
    assert owner.execute("SELECT state, decision_id FROM registry_candidate").fetchone() == ("different", done.decision.pk)
    assert refused(actions.confirm_link, found.pk, **by(officer("irm", "officer"))) == "not_allowed"


def test_a_record_sent_later_is_kept_as_a_known_persons_and_can_be_taken_from_him(own_db, owner):
    perkeso, boss = officer("perkeso", "officer"), reviewer()
    who = somebody(perkeso)
    sent = actions.Incoming("emp-77", {"name": "Jimbai Anak Sigan", "sex": "male"}, (CleanNumber("passport", "MY", "A1234567"),), "employer")
    decision = actions.identify(who, **by(perkeso), record=sent)
    with acting(perkeso, purpose="register"):
        assert queries.golden(who)["name"].source == "employer" and queries.person(who).name == "Jimbai Anak Sigan"
    assert refused(actions.identify, who, **by(perkeso), record=sent) == "record.key_taken"
    unmerge(decision, boss)
    with acting(perkeso, purpose="register"):
        assert queries.person(who).name == "Jimbai anak Sigan"
        assert SourceRecord.objects.get(key="emp-77").belongings.get(to_at=None).person.name == "Jimbai Anak Sigan"


def test_a_model_alone_joins_under_a_valid_certificate_and_leaves_one_entry(own_db, owner):
    aim, boss = officer("aim", "officer"), reviewer()
    keep, gone = two(aim)
    promise, run = certified(), a_run()
    assert refused(actions.auto_link, keep, **by(boss), gone_id=gone, evidence=linked(promise, run, bits=19.9)) == "identity.below_threshold"
    assert refused(actions.auto_link, keep, **by(aim), gone_id=gone, evidence=linked(promise, run)) == "not_allowed"
    assert not IdentityDecision.objects.filter(verb="auto_link").exists()
    decision = actions.auto_link(keep, **by(boss), gone_id=gone, evidence=linked(promise, run))
    assert len(entries(owner, "verb = 'identity.auto_link'")) == 1 and len(entries(owner, "verb LIKE 'identity.%'")) == 1
    unmerge(decision, boss)
    assert refused(actions.auto_link, keep, **by(boss), gone_id=gone, evidence=linked(promise, run)) == "identity.cannot_link"
    with pytest.raises(TypeError):
        actions.auto_link(keep, **by(boss), evidence=linked(promise, run))


def test_more_than_ten_records_need_two(own_db, owner):
    aim, other = officer("aim", "officer"), officer("aim", "supervisor")
    keep, gone = two(aim)
    for i in range(9):
        actions.identify(keep, **by(aim), record=actions.Incoming(f"k{i}", {"name": NAMES[0]}))
    assert refused(merge, keep, gone, aim) == "identity.too_many_records"
    asked = actions.ask_second(keep, **by(aim), other_id=gone, reason=WHY)
    assert asked.why == ["identity.too_many_records"]
    assert refused(actions.ask_second, keep, **by(aim), other_id=gone, reason=WHY) == "identity.asked_already"
    assert refused(actions.approve_identity, asked.pk, **by(aim)) == "not_allowed"
    assert refused(merge, keep, gone, aim, evidence=actions.Evidence(approval=asked.pk)) == "identity.too_many_records"
    decision = actions.approve_identity(asked.pk, **by(other))
    assert (decision.actor, decision.evidence["asked_by"]) == (other.id, aim.id)
    assert refused(actions.refuse_identity, asked.pk, **by(other)) == "identity.answered_already"
    assert len(entries(owner, "verb = 'identity.approve'")) == 1 and not entries(owner, "verb = 'identity.merge'")


def test_what_was_joined_long_ago_is_parted_by_two(own_db, owner):
    aim, other = officer("aim", "officer"), officer("aim", "supervisor")
    keep, gone = two(aim)
    before = picture(owner)
    decision = merge(keep, gone, aim)
    tamper(owner, "UPDATE registry_identitydecision SET decided_at = decided_at - interval '31 days'")
    tamper(owner, "UPDATE registry_belonging SET from_at = from_at - interval '31 days', to_at = to_at - interval '31 days'")
    assert refused(unmerge, decision, aim) == "identity.long_ago"
    asked = actions.ask_second(keep, **by(aim), other_id=gone, undoes=decision.pk, reason=WHY)
    assert actions.approve_identity(asked.pk, **by(other)).verb == "unmerge"
    assert picture(owner) == before
    assert refused(actions.ask_second, keep, **by(aim), other_id=gone, undoes=decision.pk, reason=WHY) == "identity.already_undone"
    again = actions.ask_second(keep, **by(aim), other_id=somebody(aim), reason=WHY)
    assert actions.refuse_identity(again.pk, **by(other)).state == "refused"
    assert refused(actions.ask_second, keep, **by(aim), other_id=gone, reason=WHY) == "identity.cannot_link"
    assert refused(actions.ask_second, keep, **by(aim), other_id=keep, reason=WHY) == "identity.already_one"


def test_what_was_made_in_between_is_listed_and_settled_one_by_one(own_db, owner):
    aim, maiwp, boss = officer("aim", "supervisor"), officer("maiwp", "officer"), reviewer()
    keep, gone = two(aim, maiwp)
    decision = merge(keep, gone, boss)
    actions.record_facts(gone, **by(maiwp), facts={"income": "RM 700"}, on=ON, law=law())
    actions.store_paper(keep, **by(aim), kind="mykad")
    actions.correct_person(gone, **by(maiwp), corrections={"phone": "019-000 0199"}, on=ON, law=law())
    done = unmerge(decision, aim)
    found = {b.kind: b for b in done.settle}
    assert set(found) == {"fact", "paper", "record", "contact"} and all(b.person_id == keep for b in done.settle)
    assert (found["fact"].proposed, found["paper"].proposed, found["record"].proposed, found["contact"].proposed) == (gone, keep, gone, None)

    def settle(kind, to, key=None, actor=boss):
        return actions.settle(done.decision.pk, **by(actor), kind=kind, key=key or found[kind].key, to_person=to)

    for kind in ("fact", "record", "contact"):
        settle(kind, gone)
    settle("paper", keep, actor=aim)
    assert refused(settle, "fact", gone) == "identity.settled_already"
    assert refused(settle, "paper", uuid4()) == "identity.settled_already"
    assert refused(settle, "fact", gone, key="0") == "identity.nothing_to_settle"
    assert owner.execute("SELECT person_id FROM registry_fact WHERE name = 'income'").fetchone() == (gone,)
    assert owner.execute("SELECT person_id FROM registry_contactpoint WHERE value = '+60190000199'").fetchone() == (gone,)
    assert set(whose(owner).values()) == {keep, gone} and len(whose(owner)) == 3
    with acting(aim, purpose="register"):
        assert [b.settled for b in queries.made_between(done.decision) if b.kind == "paper"] == [keep]
    assert len(entries(owner, "verb = 'identity.settle'")) == 4


def test_what_was_done_and_looked_at_in_between_is_listed_with_who_did_it(own_db, owner):
    aim, maiwp, boss = officer("aim", "supervisor"), officer("maiwp", "officer"), reviewer()
    keep, gone = two(aim, maiwp)
    with acting(aim, purpose="register"):
        queries.person(keep)
    decision = merge(keep, gone, boss)
    for _ in range(3):
        with acting(maiwp, purpose="follow", page="/orang/"):
            queries.person(gone)
    actions.store_paper(keep, **by(aim), kind="mykad")
    done = unmerge(decision, aim)
    actions.store_paper(keep, **by(aim), kind="other")
    with acting(aim, purpose="register"):
        found = queries.audited_between(done.decision.pk)
        assert queries.audited_between(decision.pk) == queries.audited_between(uuid4()) == ()
    assert [(a.name, a.agency, a.verb, a.entries) for a in found] == [
        (maiwp.name, "maiwp", "person.read", 3), (aim.name, "aim", "paper.store", 1)]
    assert decision.decided_at < found[0].first_at < found[0].last_at < found[1].first_at == found[1].last_at < done.decision.decided_at
    with acting(officer("irm", "officer"), purpose="register"):
        assert queries.audited_between(done.decision.pk) == ()
    (entry,) = entries(owner, "verb = 'identity.merge'")
    assert entry["changes"]["decision"] == str(decision.pk)


def test_two_reviewers_who_found_them_the_same_are_the_two_that_a_merge_of_many_records_needs(own_db, owner):
    aim = officer("aim", "officer")
    keep, gone = two(aim)
    one, other = sorted(whose(owner))
    for i in range(9):
        actions.identify(keep, **by(aim), record=actions.Incoming(f"k{i}", {"name": NAMES[0]}))
    found = a_candidate(one, other, certified().model_id)
    assert refused(actions.confirm_link, found.pk, **by(aim)) == "identity.too_many_records"
    for place, who in ((1, "first"), (2, "second")):
        owner.execute("SET session_replication_role = replica")
        owner.execute("INSERT INTO registry_reviewanswer (id, candidate_id, place, answer, reason, asked, by, answered_at) "
                      "VALUES (%s, %s, %s, 'same', '', '', %s, now())", [uuid4(), found.pk, place, who])
    assert actions.confirm_link(found.pk, **by(aim)).verb == "link"


def test_wrong_actors_wrong_states_and_short_reasons_are_refused(own_db):
    aim, stranger, counter = officer("aim", "officer"), officer("irm", "officer"), officer("aim")
    keep, gone = two(aim)
    assert refused(merge, keep, gone, counter) == refused(merge, keep, gone, stranger) == "not_allowed"
    assert refused(merge, keep, gone, aim, reason="sama") == "reason_too_short"
    assert refused(merge, keep, keep, aim) == "identity.already_one"
    decision = merge(keep, gone, aim)
    assert refused(merge, keep, gone, aim) == "identity.already_one"
    for actor in (counter, stranger):
        assert refused(unmerge, decision, actor) == "not_allowed"
    with acting(aim, purpose="register"):
        created = IdentityDecision.objects.filter(verb="create").first()
    assert refused(unmerge, created, aim) == "identity.not_undoable"


def test_the_database_itself_holds_what_identity_promises(own_db, owner):
    aim = officer("aim", "officer")
    keep, gone = two(aim)
    decision = merge(keep, gone, aim)

    def broken(call) -> str:
        with pytest.raises(DatabaseError) as caught, acting(aim, purpose="register"), writing("identity.merge"), transaction.atomic():
            call()
        return str(caught.value)

    with acting(aim, purpose="register"):
        row, record = Belonging.objects.filter(to_at=None).first(), SourceRecord.objects.first()
    now = dt.datetime.now(dt.UTC)
    assert "belonging_one" in broken(lambda: Belonging.objects.create(record_id=row.record_id, person_id=keep, from_at=now, opened_by=decision))
    fresh = SourceRecord(agency_id="aim", key="x", received_at=now)
    other = Belonging(record=fresh, person_id=gone, from_at=now, opened_by=decision)
    assert "needs its decision" in broken(lambda: (fresh.save(), other.save()))
    assert "closed once" in broken(lambda: Belonging.objects.filter(pk=row.pk).update(person_id=gone))
    assert "never edited" in broken(lambda: SourceRecord.objects.filter(pk=record.pk).update(payload={"name": "Lain"}))
    assert "permission denied" in broken(lambda: IdentityDecision.objects.filter(pk=decision.pk).update(reason="lain"))
    assert "own" in broken(lambda: IdentityDecision.objects.create(verb="not_same", actor="somebody", decided_at=now))
    with acting(aim, purpose="register"), writing("identity.merge"):
        assert Belonging.objects.filter(pk=row.pk).delete()[0] == 0


def test_a_merge_that_dies_in_the_middle_leaves_nothing_half_done(own_db, owner):
    aim = officer("aim", "officer")
    keep, gone = two(aim)
    before = picture(owner)
    with pytest.raises(ZeroDivisionError), acting(aim, purpose="register"):
        merge(keep, gone, aim)
        1 / 0  # noqa: B018
    assert picture(owner) == before and not entries(owner, "verb = 'identity.merge'")
    assert CannotLink.objects.count() == 0
