"""What PostgreSQL refuses a model that links alone, whichever way the decision comes: each veto of its own, and a certificate of other pairs."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import DatabaseError, transaction
from identity_stage import CARDS, NAMES, WHY, a_run, by, certified, linked, merge, reviewer, two, unmerge, whose
from kernel_stage import entries, tamper
from registry_stage import officer, somebody

from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.errors import Refused
from sinergi.registry import actions
from sinergi.registry.models import Belonging, Candidate, CannotLink, IdentityDecision, SourceRecord
from sinergi.registry.submission import CleanNumber

SURE = (1, 1, 1, 1, 1, 1)


def written(keep: UUID, gone: UUID | None, promise: Any, run: Any, **more: Any) -> str:
    """The code with which PostgreSQL refuses a row that says a model joined them, written past every action; '' where it is let in."""
    boss = reviewer()
    with acting(boss, purpose="register"), writing("identity.auto_link"):
        try:
            with transaction.atomic():
                given = {"bits": 25.0, "model_id": promise.model_id, "run_id": run.pk, "agency_id": "aim", **more}
                evidence = {"certificate": str(promise.pk), "levels": list(SURE), **given.pop("evidence", {})}
                IdentityDecision.objects.create(verb="auto_link", actor=boss.id, person_id=keep, other_id=gone, evidence=evidence,
                                                decided_at=dt.datetime.now(dt.UTC), **given)
                transaction.set_rollback(True)
        except DatabaseError as wrong:
            assert wrong.__cause__.sqlstate == "SN001", wrong
            return wrong.__cause__.diag.message_primary
    return ""


@pytest.mark.parametrize(("levels", "code"), [
    ((10, 3, 1, 1, 0, 0), "number_without_name"), ((12, 0, 1, 0, 1, 1), "number_without_name"), ((10, 1, 3, 1, 1, 1), "twin_pattern"),
    ((8, 2, 3, 1, 1, 1), "twin_pattern"), ((2, 4, 8, 1, 1, 1), "father_son_swap"), ((1, 1, 1, 2, 1, 1), "sex_contradicts"),
    ((), "vetoed"), ((1, 1, 1), "vetoed"), ({"name": 1}, "vetoed"), (SURE, ""), ((4, 2, 3, 1, 1, 1), ""), ((10, 1, 2, 2, 1, 1), "")])
def test_levels_that_bar_a_pair_bar_it_in_the_database_though_the_decision_names_no_veto(own_db, levels, code):
    keep, gone = two(officer("aim", "officer"))
    found = written(keep, gone, certified(), a_run(), evidence={"levels": list(levels) if isinstance(levels, tuple) else levels})
    assert found == (code and f"identity.{code}")


def test_the_dead_the_parted_and_more_than_ten_records_are_not_joined_by_a_model(own_db, owner):
    aim = officer("aim", "officer")
    keep, gone = two(aim)
    promise, run = certified(), a_run()
    of_lists, list_run = certified("m2", sources="list:aim"), a_run("list", version="m2")
    assert written(keep, gone, promise, run) == written(keep, None, of_lists, list_run) == ""
    for who in (keep, gone):
        tamper(owner, f"UPDATE registry_person SET died_on = '2026-01-01' WHERE id = '{who}'")
        assert written(keep, gone, promise, run) == "identity.dead"
        tamper(owner, "UPDATE registry_person SET died_on = NULL")
    one, other = (next(r for r, p in whose(owner).items() if p == person) for person in (keep, gone))
    apart = actions.not_same(one, **by(aim), second=other, reason=WHY)
    assert written(keep, gone, promise, run) == "identity.cannot_link"
    unmerge(apart, aim)
    for i in range(9):
        actions.identify(keep, **by(aim), record=actions.Incoming(f"k{i}", {"name": NAMES[0]}))
    assert written(keep, gone, promise, run) == written(keep, None, of_lists, list_run) == "identity.too_many_records"
    assert written(gone, None, of_lists, list_run) == ""


def test_a_certificate_holds_for_its_own_model_and_pairs_of_sources_and_a_run_at_work(own_db, owner):
    keep, gone = two(officer("aim", "officer"))
    promise, run = certified(), a_run()
    certified("m2")
    officer("maiwp")
    no = "identity.no_certificate"
    assert written(keep, gone, promise, run) == ""
    assert written(keep, gone, promise, run, evidence={"certificate": str(uuid4())}) == no
    assert written(keep, gone, promise, run, model_id="m2") == no
    assert written(keep, gone, promise, run, run_id=None) == written(keep, gone, promise, run, run_id=uuid4()) == no
    assert written(keep, gone, promise, a_run(version="m2")) == no  # of another model than its run
    assert written(keep, gone, promise, a_run("list")) == no  # of a list under the certificate of the register
    assert written(keep, None, promise, run) == no  # a record of a list under a run of the register
    assert written(keep, gone, promise, a_run(agency="maiwp")) == no  # of another agency's run
    for state in ("compared", "applied", "stopped", "undone"):
        assert written(keep, gone, promise, a_run(state=state)) == no
    theirs = certified("m3", sources="list:maiwp")
    assert written(keep, None, theirs, a_run("list", version="m3")) == no  # certified for the lists of another agency
    ours = certified("m4", sources="list:aim")
    assert written(keep, None, ours, a_run("list", version="m4")) == ""
    assert written(keep, gone, ours, a_run(version="m4")) == no
    assert written(keep, gone, promise, run, bits=19.9) == written(keep, gone, promise, run, bits=None) == "identity.below_threshold"
    assert written(keep, gone, promise, run, evidence={"vetoes": ["twin_pattern"]}) == "identity.vetoed"
    for change in ("suspended_at = now()", "to_on = '2020-01-02'", "from_on = '2999-01-01'", "state = 'drawing'"):
        tamper(owner, f"UPDATE registry_certificate SET {change} WHERE model_id = 'm1'")
        assert written(keep, gone, promise, run) == no
        tamper(owner, "UPDATE registry_certificate SET suspended_at = NULL, to_on = NULL, from_on = '2020-01-01', state = 'valid'")


def test_records_speak_for_themselves_whatever_levels_a_decision_claims(own_db, owner):
    aim, boss = officer("aim", "officer"), reviewer()
    keep = somebody(aim, NAMES[0], CARDS[0])
    promise, run = certified(sources="list:aim"), a_run("list")

    def sent(**payload: Any) -> str:
        record = actions.Incoming(f"row-{uuid4()}", {"name": NAMES[0], **payload}, (CleanNumber("mykad", "MY", CARDS[0].replace("-", "")),), "list")
        with pytest.raises(Refused) as caught:
            actions.auto_link(keep, **by(boss), record=record, evidence=linked(promise, run))
        return caught.value.code

    before = whose(owner)
    assert sent(sex="male") == "identity.sex_contradicts" and sent(sex="female", died_on="2025-02-03") == "identity.dead"
    assert whose(owner) == before and not entries(owner, "verb = 'identity.auto_link'")
    assert owner.execute("SELECT count(*) FROM registry_sourcerecord").fetchone() == (1,)
    record = actions.Incoming("row-0", {"name": NAMES[0], "sex": "female"}, (CleanNumber("mykad", "MY", CARDS[0].replace("-", "")),), "list")
    assert actions.auto_link(keep, **by(boss), record=record, evidence=linked(promise, run)).verb == "auto_link"
    assert len(entries(owner, "verb = 'identity.auto_link'")) == 1


def test_a_decision_lets_in_no_record_but_its_own(own_db):
    aim = officer("aim", "officer")
    keep, gone = two(aim)
    third = somebody(aim)
    decision = merge(keep, gone, aim)
    with acting(aim, purpose="register"):
        record = SourceRecord.objects.get(belongings__person_id=third, belongings__to_at=None)
        now = dt.datetime.now(dt.UTC)
        for opened_by in (decision.pk, uuid4()):
            with pytest.raises(DatabaseError, match="needs its decision"), writing("identity.merge"), transaction.atomic():
                Belonging.objects.filter(record=record, to_at=None).update(to_at=now, closed_by=decision)
                Belonging.objects.create(record=record, person_id=keep, from_at=now, opened_by_id=opened_by)


def test_a_pair_that_a_veto_sent_to_review_and_one_of_the_dead_need_two(own_db, owner):
    aim, second = officer("aim", "officer"), officer("aim", "supervisor")
    keep, gone = two(aim)
    (first, other), version = sorted(whose(owner)), certified().model_id
    with acting(reviewer(), purpose="register"), writing("try.stage"):
        found = Candidate.objects.create(first_id=first, second_id=other, model_id=version, bits=12.0, levels=list(SURE),
                                         vetoes=["no_certificate", "twin_pattern"], found_at=dt.datetime.now(dt.UTC))
    with pytest.raises(Refused, match="two_needed"):
        actions.confirm_link(found.pk, **by(aim))
    answered(owner, found.pk, "first", "second")
    unmerge(actions.confirm_link(found.pk, **by(aim)), aim)
    tamper(owner, "UPDATE registry_cannotlink SET lifted_by_id = decision_id")
    tamper(owner, f"UPDATE registry_person SET died_on = '2026-01-01' WHERE id = '{gone}'")
    with pytest.raises(Refused, match="identity.dead"):
        merge(keep, gone, aim)
    asked = actions.ask_second(keep, **by(aim), other_id=gone, reason=WHY)
    assert asked.why == ["identity.dead"] and actions.approve_identity(asked.pk, **by(second)).verb == "merge"
    assert CannotLink.objects.filter(lifted_by=None).count() == 0


def answered(owner: psycopg.Connection, candidate: UUID, *users: str) -> None:
    """So many reviewers found a pair to be the same."""
    for place, who in enumerate(users, 1):
        tamper(owner, "INSERT INTO registry_reviewanswer (id, candidate_id, place, answer, reason, asked, by, answered_at) "
                      f"VALUES ('{uuid4()}', '{candidate}', {place}, 'same', '', '', '{who}', now())")
