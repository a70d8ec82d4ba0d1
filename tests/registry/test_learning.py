"""The register learns its own weights: counted by pieces, shown beside the old, adopted by a second person; certificates do not carry over."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.utils import timezone
from linking_stage import AT, ON, PEOPLE, applied, certified, csv_of, linker, made_ready, registered, row
from linking_stage import compared as list_compared
from registry_stage import officer

from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import Actor, actor_of
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Grant, User
from sinergi.registry import tasks
from sinergi.registry.actions import applying, comparing, learning, linking
from sinergi.registry.models import Certificate, LinkageChunk, LinkageModel, LinkageRun
from sinergi.registry.queries import learning as queries
from sinergi.registry.queries.certificates import certified_threshold
from sinergi.registry.queries.linking import present_model
from sinergi.registry.queries.review import explained
from sinergi.registry.queries.weighing import FIRST_VERSION

PLATFORM = Actor("command:stage", "stage", "jkm", {verb: frozenset({("national", "")}) for verb in ("linkage.read", "identity.review")})


def supervisor(name: str) -> Actor:
    """A supervisor for the nation, by name."""
    with acting(Actor("command:stage", "stage"), purpose="administer"), writing("try.stage"):
        user = User.objects.create(email=f"{name}@jkm.example", name=name, agency_id="jkm")
        Grant.objects.create(user=user, role="supervisor", area_kind="national", area="", given_by="command:stage")
    return actor_of(user)


@pytest.fixture
def first(own_db) -> Actor:
    """Who has it learnt."""
    return linker("jkm", "supervisor", national=True)


@pytest.fixture
def grown(own_db, monkeypatch):
    """A register where everybody has two records, one of them from a list, so that a few pairs may teach."""
    monkeypatch.setattr(learning, "FEWEST", 3)
    registered(linker("aim", "coordinator"))
    made_ready()
    partner = linker("irm")
    certified("irm")
    applied(csv_of([row(n) for n in range(len(PEOPLE))]), partner)
    made_ready()


def counted(actor: Actor) -> LinkageRun:
    """A run that learnt, to its end."""
    run = learning.begin_learning(10, actor=actor, purpose="register", title="", on=ON, at=AT)
    while run.state == "comparing":
        comparing.compare_next(run, actor=actor, purpose="register", on=ON, at=AT)
    return run


def in_force() -> str:
    """The version pairs are weighed by."""
    with acting(PLATFORM, purpose="register"):
        found = present_model()
    return found.version if found else ""


def test_weights_are_learnt_shown_and_adopted_by_another(first, grown, owner):
    run = counted(first)
    told = queries.learnt(run)
    assert told.version.startswith("register-") and told.before == FIRST_VERSION and told.teaching >= 5
    assert told.pairs == sum(told.moved.values()) and told.change == sum(n for (a, b), n in told.moved.items() if a != b)
    assert {one.evidence for one in told.levels} == {"name", "father", "identity", "sex", "phone", "address"}
    assert sum(one.pairs for one in told.changed) <= told.change
    assert in_force() == FIRST_VERSION
    with pytest.raises(Refused) as refused:
        learning.adopt_model(run, actor=first, purpose="register", at=AT)
    assert refused.value.code == "linking.adopt_another"
    second = supervisor("Zaleha")
    learning.adopt_model(run, actor=second, purpose="register", at=timezone.now())
    assert in_force() == told.version and run.state == "applied"
    entry = owner.execute("SELECT actor, changes FROM kernel_auditentry WHERE verb = 'linkage.adopt'").fetchone()
    assert entry[0] == second.id and told.version in str(entry[1])
    applying.undo_run(run, actor=second, purpose="register", at=AT)
    assert in_force() == FIRST_VERSION and run.state == "undone"
    with acting(PLATFORM, purpose="register"):
        assert LinkageModel.objects.filter(pk=told.version, approved_by="").exists()


def test_the_database_itself_lets_nobody_adopt_his_own(first, grown):
    run = counted(first)
    with pytest.raises(IntegrityError), acting(PLATFORM, purpose="register"), writing("try.stage"):
        LinkageModel.objects.filter(pk=run.report["trained"]).update(approved_by=first.id)


def test_no_certificate_carries_over_and_old_scores_are_still_explained(first, grown, owner):
    mvm = linker("mvm")
    certified("mvm")
    run, before = list_compared(csv_of([row(0)]), mvm), ""
    line = owner.execute("SELECT zone, levels, bits FROM registry_linkagerow WHERE run_id = %s", [run.pk]).fetchone()
    assert line[0] == "auto"
    with acting(PLATFORM, purpose="register"):
        before = explained(FIRST_VERSION, line[1])
        assert certified_threshold(FIRST_VERSION, "list", run.pk, ON) is not None
    learning.adopt_model(counted(first), actor=supervisor("Zaleha"), purpose="register", at=timezone.now())
    with acting(PLATFORM, purpose="register"):
        assert explained(FIRST_VERSION, line[1]) == before and before.score == pytest.approx(line[2], abs=0.001)
        assert certified_threshold(FIRST_VERSION, "list", run.pk, ON) is None and Certificate.objects.get(sources="list:mvm").state == "valid"
    linking.approve_run(run, actor=mvm, purpose="register")
    applying.apply_rows(run, actor=tasks.applier_of("mvm"), purpose="register", on=ON, at=timezone.now(), most=9)
    assert owner.execute("SELECT zone FROM registry_linkagerow WHERE run_id = %s", [run.pk]).fetchone() == ("review",)
    assert owner.execute("SELECT zone FROM registry_linkagerow WHERE run_id = %s",
                         [list_compared(csv_of([row(1)]), mvm).pk]).fetchone() == ("review",)


def test_pieces_teach_what_the_whole_teaches_and_it_goes_on_where_it_was_stopped(first, grown, monkeypatch):
    whole = counted(first)
    monkeypatch.setattr(linking, "RECORDS_AT_ONCE", 3)
    run = learning.begin_learning(10, actor=first, purpose="register", title="", on=ON, at=timezone.now())
    for _ in range(5):
        comparing.compare_next(run, actor=first, purpose="register", on=ON, at=AT)
    linking.stop_run(run, actor=first, purpose="register")
    linking.resume_run(run, actor=first, purpose="register")
    with acting(first, purpose="register"):
        assert LinkageChunk.objects.filter(run=run).exclude(done_at=None).count() == 5
    while run.state == "comparing":
        comparing.compare_next(run, actor=first, purpose="register", on=ON, at=timezone.now())
    assert run.report["moved"] == whole.report["moved"] and run.report["candidates"] == whole.report["candidates"]
    assert [one[:2] + one[3:] for one in run.report["levels"]] == [one[:2] + one[3:] for one in whole.report["levels"]]


def test_a_small_register_teaches_nothing_and_is_given_up(first):
    registered(linker("aim", "coordinator"), PEOPLE[:2])
    made_ready()
    run = counted(first)
    assert run.state == "compared" and queries.learnt(run).version == ""
    with pytest.raises(Refused) as refused:
        learning.adopt_model(run, actor=supervisor("Zaleha"), purpose="register", at=AT)
    assert refused.value.code == "linking.nothing_learnt"
    linking.cancel_run(run, actor=first, purpose="register", at=AT)
    assert run.state == "cancelled"


def test_only_supervisors_for_the_nation(first, grown):
    run = counted(first)
    for who in (linker("aim", "supervisor"), officer("mvm", "officer"), officer("jkm", "coordinator")):
        for step in (lambda who: learning.begin_learning(1, actor=who, purpose="register", title="", on=ON, at=AT),
                     lambda who: learning.adopt_model(run, actor=who, purpose="register", at=AT)):
            with pytest.raises(Refused) as refused:
                step(who)
            assert refused.value.code == "not_allowed"
    for state in ("comparing", "stopped", "applied"):
        run.state = state
        with acting(first, purpose="register"), writing("try.stage"):
            run.save(update_fields=["state"])
        with pytest.raises(Refused) as refused:
            learning.adopt_model(run, actor=supervisor(f"Zaleha-{state}"), purpose="register", at=AT)
        assert refused.value.code == "flow.wrong_state"


def test_a_pair_that_waits_is_not_asked_a_second_time_by_other_weights(first, grown, owner):
    mvm = linker("mvm")

    def sent() -> None:
        run = list_compared(csv_of([row(0)]), mvm)
        linking.approve_run(run, actor=mvm, purpose="register")
        applying.apply_rows(run, actor=tasks.applier_of("mvm"), purpose="register", on=ON, at=timezone.now(), most=9)

    sent()
    before = owner.execute("SELECT count(*) FROM registry_candidate WHERE state = 'open'").fetchone()
    learning.adopt_model(counted(first), actor=supervisor("Zaleha"), purpose="register", at=timezone.now())
    sent()
    assert owner.execute("SELECT count(*) FROM registry_candidate WHERE state = 'open'").fetchone() == before
