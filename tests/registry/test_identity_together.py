"""Any order of registering, joining, undoing and moving keeps one person a record at any instant; two counters at once make one person.

Also who is hidden, forgotten, or came before there were records.
"""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from identity_stage import CARDS, WHY, at_once, by, merge, picture, reviewer, two, unmerge, whose
from registry_stage import ON, law, officer, somebody

from sinergi.kernel.acting import acting
from sinergi.kernel.errors import Refused
from sinergi.registry import actions, queries
from sinergi.registry.models import Person
from sinergi.registry.submission import read_submission


class Identity(RuleBasedStateMachine):
    """Up to six records, joined and parted at random; what was joined last and not built on is undone to exactly how it was."""

    owner: psycopg.Connection
    actor: Any

    def __init__(self) -> None:
        super().__init__()
        self.people: list[Any] = []
        self.joined: list[Any] = []
        self.last: tuple[Any, dict[str, Any]] | None = None
        self.begun = self.owner.execute("SELECT count(*) FROM registry_sourcerecord").fetchone()[0]

    @precondition(lambda self: len(self.people) < 6)
    @rule()
    def register(self) -> None:
        number = self.begun + len(self.people)
        body = {"person": {"name": f"Orang {chr(65 + len(self.people))} bin Ali", "passport": f"X{number:07d}", "country": "ID"},
                "address": {"state": "perak"}}
        self.people.append(actions.take_in(body, **by(self.actor), on=ON, law=law()).person_id)
        self.last = None

    @precondition(lambda self: len(self.people) > 1)
    @rule(pick=st.randoms(use_true_random=False))
    def join(self, pick: Any) -> None:
        before = picture(self.owner)
        try:
            decision = merge(*pick.sample(self.people, 2), self.actor)
        except Refused as why:
            assert why.code in ("identity.already_one", "identity.cannot_link")
            assert picture(self.owner) == before
            return
        self.joined.append(decision)
        self.last = (decision, before)

    @precondition(lambda self: self.last is not None)
    @rule()
    def undo_the_last(self) -> None:
        decision, before = self.last
        unmerge(decision, self.actor)
        assert picture(self.owner) == before
        self.joined.remove(decision)
        self.last = None

    @precondition(lambda self: self.joined)
    @rule(pick=st.randoms(use_true_random=False))
    def undo_any(self, pick: Any) -> None:
        decision = self.joined.pop(pick.randrange(len(self.joined)))
        try:
            done = unmerge(decision, self.actor).decision
            for record, _, to in done.evidence["moved"]:
                assert str(whose(self.owner)[type(done.pk)(record)]) == to
        except Refused as why:
            assert why.code == "identity.cannot_link"  # a record was moved beside it since, and called different from it
        self.last = None

    @precondition(lambda self: self.people)
    @rule(pick=st.randoms(use_true_random=False))
    def move(self, pick: Any) -> None:
        holders, alive = whose(self.owner), self.alive()
        record, to = pick.choice([r for r in self.records() if holders[r] in alive]), pick.choice(self.people)
        try:
            actions.move_record(record, **by(self.actor), reason=WHY, to_person=to)
            self.last = None
        except Refused as why:
            assert why.code in ("identity.last_record", "identity.already_one", "identity.cannot_link")

    def records(self) -> list[Any]:
        """In the order they came: their ids are another each time the same steps are tried."""
        return [r for (r,) in self.owner.execute("SELECT id FROM registry_sourcerecord ORDER BY received_at").fetchall()]

    def alive(self) -> set[Any]:
        with acting(self.actor, purpose="register"):
            return {queries.resolve(p) for p in self.people}

    @invariant()
    def one_person_a_record_at_any_instant(self) -> None:
        alone, doubled = (self.owner.execute(statement).fetchone()[0] for statement in (
            "SELECT count(*) FROM registry_sourcerecord s "
            "WHERE (SELECT count(*) FROM registry_belonging b WHERE b.record_id = s.id AND b.to_at IS NULL) <> 1",
            "SELECT count(*) FROM registry_belonging a JOIN registry_belonging b ON a.record_id = b.record_id AND a.id < b.id "
            "AND tstzrange(a.from_at, a.to_at) && tstzrange(b.from_at, b.to_at)"))
        assert (alone, doubled) == (0, 0)

    @invariant()
    def who_is_merged_has_no_record_and_who_was_kept_apart_is(self) -> None:
        assert self.owner.execute("SELECT count(*) FROM registry_belonging b JOIN registry_person p ON p.id = b.person_id WHERE b.to_at IS NULL "
                                  "AND p.merged_into_id IS NOT NULL").fetchone() == (0,)
        assert self.owner.execute("SELECT count(*) FROM registry_cannotlink c "
                                  "JOIN registry_belonging a ON a.record_id = c.first_id AND a.to_at IS NULL "
                                  "JOIN registry_belonging b ON b.record_id = c.second_id AND b.to_at IS NULL AND b.person_id = a.person_id "
                                  "WHERE c.lifted_by_id IS NULL").fetchone() == (0,)
        assert self.owner.execute("SELECT count(*) FROM registry_bearer b JOIN registry_person p ON p.id = b.person_id JOIN registry_person s "
                                  "ON s.id = b.survivor_id WHERE p.merged_into_id IS NULL OR s.merged_into_id IS NOT NULL").fetchone() == (0,)


def test_any_order_of_decisions_keeps_one_person_a_record(own_db, owner):
    Identity.owner, Identity.actor = owner, officer("aim", "officer")
    few = settings(max_examples=8, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Identity, settings=few)


NAMELESS = {"person": {"name": "Layang anak Budi", "birth_date": "3/4/1980", "no_document": True}, "address": {"state": "sarawak"}}


@pytest.mark.parametrize("body", [NAMELESS, {"person": {"name": "Layang anak Budi", "mykad": CARDS[0]}, "address": {"state": "sarawak"}}])
def test_two_counters_of_one_agency_at_once_make_one_person(own_db, owner, body):
    one, two = officer("aim"), officer("aim", name="second counter")
    officer("maiwp")
    results = at_once([lambda a=a: actions.take_in(body, **by(a), on=ON, law=law()) for a in (one, two)])
    assert len({r.person_id for r in results}) == 1 and sorted(r.known for r in results) == [False, True]
    assert owner.execute("SELECT count(*) FROM registry_person").fetchone() == (1,)


def test_counters_of_two_agencies_at_once_make_one_person_and_the_other_is_told(own_db, owner):
    one, two = officer("aim"), officer("maiwp")
    results = at_once([lambda a=a: actions.take_in(NAMELESS, **by(a), on=ON, law=law()) for a in (one, two)])
    made = next(r for r in results if not isinstance(r, Exception))
    told = next(r for r in results if isinstance(r, Exception))
    assert isinstance(told, Refused) and told.code == "person.known_elsewhere" and told.facts["person_id"] == made.person_id


def test_a_namesake_of_another_day_or_another_time_is_somebody_else(own_db, owner):
    aim = officer("aim")
    first = actions.take_in(NAMELESS, **by(aim), on=ON, law=law())
    other_day = actions.take_in({**NAMELESS, "person": {**NAMELESS["person"], "birth_date": "4/4/1980"}}, **by(aim), on=ON, law=law())
    owner.execute("SET session_replication_role = replica")
    owner.execute("UPDATE registry_person SET registered_at = registered_at - interval '1 hour'")
    later = actions.take_in(NAMELESS, **by(aim), on=ON, law=law())
    assert len({first.person_id, other_day.person_id, later.person_id}) == 3


def test_two_rows_of_a_list_without_numbers_are_one_person(own_db, owner):
    aim = officer("aim")
    clean = read_submission(NAMELESS, law=law(), on=ON)
    first, second = actions.register_households([(None, clean), (None, clean)], **by(aim), channel="group")
    assert second.known and second.person_id == first.person_id
    assert owner.execute("SELECT source FROM registry_sourcerecord").fetchall() == [("community",)]


def test_two_officers_who_join_the_same_at_once_make_one_decision(own_db, owner):
    one, two = officer("aim", "officer"), officer("aim", "officer", name="other officer")
    people = [actions.take_in({"person": {"name": "Siti", "mykad": c}, "address": {"state": "perak"}}, **by(one), on=ON, law=law()).person_id
              for c in CARDS[:2]]
    results = at_once([lambda: merge(people[0], people[1], one), lambda: merge(people[1], people[0], two)])
    assert sorted(getattr(r, "code", "") for r in results) == ["", "identity.already_one"]
    with acting(one, purpose="register"):
        assert Person.objects.filter(merged_into=None).count() == 1


def test_a_correction_that_meets_a_merge_is_written_on_the_survivor(own_db, owner):
    aim = officer("aim", "officer")
    people = [actions.take_in({"person": {"name": "Siti", "mykad": c}, "address": {"state": "perak"}}, **by(aim), on=ON, law=law()).person_id
              for c in CARDS[:2]]
    results = at_once([lambda: merge(people[0], people[1], aim),
                       lambda: actions.correct_person(people[1], **by(aim), corrections={"phone": "019-000 0198"}, on=ON, law=law())])
    assert not any(isinstance(r, Exception) for r in results)
    assert set(whose(owner).values()) == {people[0]}
    assert not transaction.get_connection().in_atomic_block


def test_somebody_hidden_for_safety_stays_hidden_as_one_and_is_shown_as_before_when_parted(own_db, owner):
    aim, colleague = officer("aim", "officer"), officer("aim", "officer", name="colleague")
    keep, gone = two(aim)
    actions.protect_address(gone, **by(aim))
    before = picture(owner)
    decision = merge(keep, gone, aim)
    with acting(colleague, purpose="register"):
        assert queries.contact_points(keep) == () and queries.addresses(keep, ON) == ()
        assert all("phones" not in r.payload for r in queries.records_of(keep))
    with acting(aim, purpose="register"):
        assert len(queries.contact_points(keep)) == 2
    unmerge(decision, aim)
    assert picture(owner) == before
    again = merge(gone, somebody(aim), aim)  # into the hidden one
    assert owner.execute("SELECT count(*) FROM registry_contactpoint WHERE person_id = %s AND NOT hidden", [gone]).fetchone() == (0,)
    unmerge(again, aim)


def test_who_is_forgotten_is_forgotten_with_all_who_were_joined_with_him(own_db, owner):
    aim, dpo = officer("aim", "officer"), officer("perkeso", "protection_officer", national=True)
    keep, gone = two(aim)
    decision = merge(keep, gone, aim)
    actions.open_request(gone, **by(dpo, "request"), kind="erase", on=ON)
    actions.erase_person(keep, **by(dpo, "request"))
    assert owner.execute("SELECT DISTINCT payload, emptied_at IS NOT NULL FROM registry_sourcerecord").fetchall() == [({}, True)]
    for table in ("recordidentifier", "identifier", "contactpoint", "personsearch"):
        assert owner.execute(f"SELECT count(*) FROM registry_{table}").fetchone() == (0,)
    assert owner.execute("SELECT DISTINCT name, erased_at IS NOT NULL FROM registry_person").fetchall() == [("—", True)]
    with pytest.raises(Refused) as refused:
        unmerge(decision, reviewer())
    assert refused.value.code == "person.erased"


def test_whoever_came_before_there_were_records_is_joined_like_all_others(own_db, owner):
    aim = officer("aim", "officer")
    keep, gone = two(aim)
    owner.execute("SET session_replication_role = replica")
    owner.execute("DELETE FROM registry_belonging")
    unmerge(merge(keep, gone, aim), aim)
    assert sorted(whose(owner).values()) == sorted([keep, gone])
