"""A partner's list against the register: compared, shown, approved, applied, taken back; nothing before it is approved, nobody registered."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest
from django.utils import timezone
from linking_stage import (
    AT,
    HEADER,
    ON,
    PEOPLE,
    applied,
    applier,
    apply_all,
    certified,
    compared,
    csv_of,
    lines,
    linker,
    made_ready,
    mapped,
    received,
    registered,
    row,
    seen,
)
from registry_stage import officer

from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import Actor, command
from sinergi.kernel.errors import Refused
from sinergi.registry import tasks
from sinergi.registry.actions import applying, comparing, linking
from sinergi.registry.models import CannotLink, Certificate, IdentityDecision, LinkagePiece, LinkageRow, LinkageRun
from sinergi.registry.queries import linking as queries
from sinergi.registry.submission.list_record import guess


@pytest.fixture
def mvm(own_db) -> Actor:
    """An officer of one partner."""
    return linker("mvm")


@pytest.fixture
def known(mvm) -> list:
    """The people of another agency, made ready to be compared."""
    found = registered(linker("aim", "coordinator"))
    made_ready()
    return found


def records(owner) -> int:
    """How many records lists have left."""
    return owner.execute("SELECT count(*) FROM registry_sourcerecord WHERE source = 'list'").fetchone()[0]


def belongs(owner) -> dict:
    """Key of a list's record -> whose it is."""
    return dict(owner.execute("SELECT s.key, b.person_id FROM registry_belonging b JOIN registry_sourcerecord s ON s.id = b.record_id "
                              "WHERE s.source = 'list' AND b.to_at IS NULL").fetchall())


def test_rows_fall_into_zones_and_nothing_is_certain_without_a_certificate(mvm, known, owner):
    run = compared(csv_of([row(0), row(1, Nama="Md Kamarul b. Yusuf"), row(9)]), mvm)
    assert run.state == "compared" and lines(run, owner) == ["review", "review", "new"]
    assert lines(run, owner, "person_id")[:2] == known[:2] and lines(run, owner, "person_id")[2] is None
    assert seen(run, mvm).counts == {"review": 2, "new": 1} and run.report["zones"] == {"review": 2, "new": 1}
    assert records(owner) == 0


def test_the_report_tells_candidates_keys_and_groups(mvm, known):
    run = compared(csv_of([row(0), row(1, **{"Tarikh lahir": "11/4/1968"}), row(9, **{"No KP": ""})]), mvm)
    told = run.report
    assert told["candidates"] >= 2 and told["silver"] == told["silver_met"] == 2 and told["keys"]["number"]["pairs"] == 2
    assert told["groups"]["paper"] == {"with": {"review": 2}, "without": {"new": 1}}
    assert told["groups"]["age"] == {"unknown": {"review": 1, "new": 1}, "40": {"review": 1}}


def test_with_a_certificate_certain_rows_are_linked_one_decision_each(mvm, known, owner):
    certified("mvm")
    run = applied(csv_of([row(0), row(1), row(9)]), mvm, most=1)
    assert run.state == "applied" and lines(run, owner) == ["auto", "auto", "new"]
    assert owner.execute("SELECT count(*) FROM registry_identitydecision WHERE verb = 'auto_link' AND run_id = %s", [run.pk]).fetchone() == (2,)
    assert belongs(owner) == {"A000": known[0], "A001": known[1]}
    assert owner.execute("SELECT count(*) FROM registry_person").fetchone() == (len(PEOPLE),)
    assert owner.execute("SELECT state, count(*) FROM registry_candidate GROUP BY 1").fetchall() == [("auto", 2)]


def test_a_certificate_that_ends_meanwhile_sends_everything_to_review(mvm, known, owner):
    certified("mvm")
    run = compared(csv_of([row(0), row(1)]), mvm)
    assert lines(run, owner) == ["auto", "auto"]
    with acting(Actor("command:stage", "stage"), purpose="administer"), writing("try.stage"):
        Certificate.objects.update(state="suspended")
    linking.approve_run(run, actor=mvm, purpose="register")
    apply_all(run)
    assert lines(run, owner) == ["review", "review"] and lines(run, owner, "vetoes") == [["no_certificate"]] * 2
    assert belongs(owner) == {} and owner.execute("SELECT state, count(*) FROM registry_candidate GROUP BY 1").fetchall() == [("open", 2)]


def test_doubtful_rows_wait_in_the_queue_and_are_nobodys(mvm, known, owner):
    applied(csv_of([row(0), row(9)]), mvm)
    assert records(owner) == 1 and belongs(owner) == {}
    assert owner.execute("SELECT found_by, state FROM registry_candidate").fetchall() == [("list", "open")]
    assert owner.execute("SELECT i.value FROM registry_recordidentifier i JOIN registry_sourcerecord s ON s.id = i.record_id "
                         "WHERE s.source = 'list'").fetchall() == [(PEOPLE[0][1],)]


def test_a_list_sent_twice_doubles_nothing(mvm, known, owner):
    certified("mvm")
    content = csv_of([row(0), row(1), row(9)])
    applied(content, mvm)
    again = compared(content, mvm)
    assert lines(again, owner) == ["auto", "auto", "new"] and lines(again, owner, "applied") == [True, True, False]
    with pytest.raises(Refused) as refused:
        linking.approve_run(again, actor=mvm, purpose="register")
    assert refused.value.code == "linking.nothing_to_apply" and records(owner) == 2
    doubtful = csv_of([row(2, **{"No ahli": "B1"})])
    with acting(Actor("command:stage", "stage"), purpose="administer"), writing("try.stage"):
        Certificate.objects.update(state="suspended")
    for _ in range(2):
        applied(doubtful, mvm)
    assert records(owner) == 3 and owner.execute("SELECT count(*) FROM registry_candidate WHERE state = 'open'").fetchone() == (1,)


def test_undo_unlinks_every_row_makes_nobody_and_lets_the_list_be_sent_again(mvm, known, owner):
    certified("mvm")
    content = csv_of([row(n) for n in range(4)] + [row(9)])
    run = applied(content, mvm)
    applying.undo_run(run, actor=mvm, purpose="register", at=AT)
    assert run.state == "undone" and len(belongs(owner)) == 4
    while applying.undo_run(run, actor=applier(run), purpose="register", at=timezone.now(), most=3):
        pass
    assert belongs(owner) == {} and all(lines(run, owner, "undone")[:4])
    assert owner.execute("SELECT count(*) FROM registry_person").fetchone() == (len(PEOPLE),)
    assert owner.execute("SELECT count(*) FROM registry_identitydecision WHERE verb = 'unmerge'").fetchone() == (4,)
    assert owner.execute("SELECT DISTINCT state FROM registry_candidate").fetchall() == [("stale",)]
    assert lines(compared(content, mvm), owner) == ["auto"] * 4 + ["new"]


def test_somebody_told_apart_is_never_proposed_again(mvm, known, owner):
    content = csv_of([row(0)])
    applied(content, mvm)
    first, second = owner.execute("SELECT first_id, second_id FROM registry_candidate").fetchone()
    judge = linker("jpn", "identity_officer", national=True)
    with acting(judge, purpose="register"), writing("try.stage"):
        made = IdentityDecision.objects.create(verb="not_same", actor=judge.id, first_id=first, second_id=second, decided_at=AT)
        CannotLink.objects.create(first_id=first, second_id=second, decision=made)
    assert lines(compared(content, mvm), owner) == ["new"]


def test_the_partner_gets_its_own_keys_and_nothing_of_the_register(mvm, known):
    certified("mvm")
    run = applied(csv_of([row(0), row(1, Nama="Kamaru bin Yusop", **{"No KP": ""}), row(9), row(3, Nama="=A1")]), mvm)
    with acting(mvm, purpose="register"):
        told = list(csv.reader(io.StringIO(queries.result_csv(run, "en", {}).decode("utf-8-sig"))))
        book = pl.read_excel(queries.result_xlsx(run, "ms", {}))
    assert told[0] == ["Key", "Row", "Answer"] and [line[0] for line in told[1:]] == ["A000", "A001", "A009", "A003"]
    assert told[1][2] == "yes" and told[3][2] == "no" and told[4][2] == "not read"
    assert book.columns == ["Kunci", "Baris", "Jawapan"] and book.height == 4


def test_the_published_state_is_told_where_the_agreement_says_so(mvm, known):
    certified("mvm")
    run = compared(csv_of([row(0), row(9)]), mvm)
    words = {"yet_to_be_helped": "Belum dibantu"}
    for agreed in (False, True):
        linking.agree("mvm", actor=linker(f"mampu{agreed:d}", "administrator", national=True), purpose="administer", days=30, standing=agreed)
        with acting(mvm, purpose="register"):
            told = list(csv.reader(io.StringIO(queries.result_csv(run, "ms", words).decode("utf-8-sig"))))
        assert told[0][3:] == ["Keadaan"] * agreed and told[1][3:] == ["Belum dibantu"] * agreed and told[2][3:] == [""] * agreed
    with acting(linker("irm"), purpose="register"):
        assert queries.standings(run) == {}


def test_what_met_nobody_is_dropped_on_the_agreed_day(mvm, known, owner):
    administrator = linker("mampu", "administrator", national=True)
    linking.agree("mvm", actor=administrator, purpose="administer", days=10, standing=False)
    run = applied(csv_of([row(0), row(9)]), mvm)
    assert (run.drop_on - run.on).days == 10
    dropper = tasks.APPLIER
    assert applying.drop_rows(run.on, actor=dropper, purpose="register", at=AT) == 0
    assert applying.drop_rows(run.drop_on, actor=dropper, purpose="register", at=AT) == 1
    assert lines(run, owner, "cells") == [[], []] and seen(run, mvm).dropped_at == AT
    assert owner.execute("SELECT payload ->> 'name' FROM registry_sourcerecord WHERE source = 'list'").fetchone() == (PEOPLE[0][0],)
    forgotten, busy = compared(csv_of([row(1)]), mvm), mapped(csv_of([row(1)]), mvm)
    assert applying.drop_rows(run.drop_on, actor=dropper, purpose="register", at=AT) == 1
    assert (seen(forgotten, mvm).state, lines(forgotten, owner)) == ("cancelled", []) and seen(busy, mvm).dropped_at is None
    with pytest.raises(Refused) as refused:
        linking.agree("mvm", actor=administrator, purpose="administer", days=0, standing=False)
    assert refused.value.code == "linking.days"


def test_giving_up_drops_rows_and_file(mvm, known, owner):
    run = compared(csv_of([row(0)]), mvm)
    linking.cancel_run(run, actor=mvm, purpose="register", at=AT)
    assert lines(run, owner) == [] and owner.execute("SELECT state, file FROM registry_linkagerun").fetchone() == ("cancelled", "")


def test_stopped_in_the_middle_it_goes_on_where_it_stood(mvm, known, owner, monkeypatch):
    monkeypatch.setattr(linking, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(comparing, "ROWS_AT_ONCE", 2)
    run = mapped(csv_of([row(n) for n in range(5)]), mvm)
    comparing.compare_next(run, actor=mvm, purpose="register", on=ON, at=AT)
    linking.stop_run(run, actor=mvm, purpose="register")
    assert lines(run, owner).count("waiting") == 3
    linking.resume_run(run, actor=mvm, purpose="register")
    while run.state == "comparing":
        comparing.compare_next(run, actor=mvm, purpose="register", on=ON, at=AT)
    assert lines(run, owner) == ["review"] * 5 and seen(run, mvm).done == 3
    assert owner.execute("SELECT sum(pairs) FROM registry_linkagechunk").fetchone()[0] == run.report["candidates"]


def test_a_parquet_list_and_the_remembered_columns(mvm, known, owner):
    out = io.BytesIO()
    pl.DataFrame({"Kad ahli": ["A0"], "Siapa": [PEOPLE[0][0]], "Nombor": [int(PEOPLE[0][1])]}).write_parquet(out)
    told = {"0": "key", "1": "person.name", "2": "person.mykad"}
    run = compared(out.getvalue(), mvm, told)
    assert lines(run, owner) == ["review"] and lines(run, owner, "key") == ["A0"]
    with acting(mvm, purpose="register"):
        assert queries.mapping_of(received(out.getvalue(), mvm)) == told and guess(run.header) == {}


MEANT = {"1": "person.name", "2": "person.mykad"}
VERBS = {
    "linkage.map": lambda r, who: linking.map_run(r, actor=who, purpose="register", columns=MEANT, at=AT),
    "linkage.compare": lambda r, who: comparing.compare_next(r, actor=who, purpose="register", on=ON, at=AT),
    "linkage.approve": lambda r, who: linking.approve_run(r, actor=who, purpose="register"),
    "linkage.stop": lambda r, who: linking.stop_run(r, actor=who, purpose="register"),
    "linkage.resume": lambda r, who: linking.resume_run(r, actor=who, purpose="register"),
    "linkage.cancel": lambda r, who: linking.cancel_run(r, actor=who, purpose="register", at=AT),
    "linkage.undo": lambda r, who: applying.undo_run(r, actor=who, purpose="register", at=AT),
    "linkage.apply": lambda r, who: applying.apply_rows(r, actor=applier(r) if who.agency == "mvm" and who.holds("linkage.map") else who,
                                                        purpose="register", on=ON, at=AT, most=9),
}
FROM = {"linkage.map": {"received", "stopped"}, "linkage.compare": {"comparing"}, "linkage.approve": {"compared"},
        "linkage.stop": {"comparing", "applying"}, "linkage.resume": {"stopped"},
        "linkage.cancel": {"received", "comparing", "compared", "stopped"}, "linkage.undo": {"applied", "applying", "stopped", "undone"},
        "linkage.apply": {"applying"}}
STATES = ("received", "comparing", "compared", "applying", "applied", "stopped", "cancelled", "undone")


def in_state(mvm: Actor, state: str) -> LinkageRun:
    """A compared list with one doubtful row, put into a state."""
    run = compared(csv_of([row(0)]), mvm)
    with acting(mvm, purpose="register"), writing("try.stage"):
        LinkageRun.objects.filter(pk=run.pk).update(state=state)
        run.refresh_from_db()
    return run


@pytest.mark.parametrize("verb", VERBS)
def test_each_step_is_taken_from_its_states_only_and_leaves_one_entry(mvm, known, owner, verb):
    for state in STATES:
        run = in_state(mvm, state)
        before = owner.execute("SELECT count(*) FROM kernel_auditentry WHERE verb = %s", [verb]).fetchone()[0]
        if state in FROM[verb]:
            VERBS[verb](run, mvm)
        else:
            with pytest.raises(Refused) as refused:
                VERBS[verb](run, mvm)
            assert refused.value.code == "flow.wrong_state", state
        after = owner.execute("SELECT count(*) FROM kernel_auditentry WHERE verb = %s", [verb]).fetchone()[0]
        assert after - before == (state in FROM[verb]), state


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_else_takes_a_step(mvm, known, owner, verb):
    run = in_state(mvm, sorted(FROM[verb])[0])
    entries = owner.execute("SELECT count(*) FROM kernel_auditentry").fetchone()
    for who in (linker("irm"), officer("mvm", "auditor"), officer("mvm", "coordinator")):
        with pytest.raises(Refused) as refused:
            VERBS[verb](run, who)
        assert refused.value.code == "not_allowed"
    assert owner.execute("SELECT count(*) FROM kernel_auditentry").fetchone() == entries


def test_a_list_is_received_by_an_agency_only_and_its_names_are_nowhere_in_the_audit(mvm, known, owner):
    for who in (command("stage", "linkage.receive"), officer("mvm", "coordinator")):
        with pytest.raises(Refused) as refused:
            received(csv_of([row(0)]), who)
        assert refused.value.code == "not_allowed"
    certified("mvm")
    applied(csv_of([row(0, Nama="Norazlinaq binti Hamzahq")]), mvm)
    said = owner.execute("SELECT verb, changes::text FROM kernel_auditentry WHERE verb LIKE 'linkage.%' OR verb = 'identity.auto_link'").fetchall()
    assert {verb for verb, _ in said} == {"linkage.receive", "linkage.map", "linkage.compare", "linkage.approve", "linkage.apply", "linkage.refresh",
                                          "identity.auto_link"}
    assert not any(word in text for _, text in said for word in ("Norazlinaq", PEOPLE[0][1]))


@pytest.mark.parametrize("columns, code", [
    ({"4": "person.phone"}, "linking.no_name"), ({"1": "person.name", "2": "person.shoe"}, "list.unknown_column"),
    ({"1": "person.name", "2": "person.name"}, "list.column_twice")])
def test_columns_that_cannot_be_meant_so_are_refused(mvm, columns, code):
    run = received(csv_of([row(0)]), mvm)
    with pytest.raises(Refused) as refused:
        linking.map_run(run, actor=mvm, purpose="register", columns=columns, at=AT)
    assert refused.value.code == code and seen(run, mvm).state == "received"


def test_another_agency_sees_no_run_and_a_write_outside_an_action_is_refused(mvm, known):
    run = compared(csv_of([row(0)]), mvm)
    with acting(linker("irm"), purpose="register"):
        assert queries.runs() == () and queries.run(run.pk) is None and LinkageRow.objects.count() == 0
    with pytest.raises(Exception, match="action"), acting(mvm, purpose="register"):
        LinkageRow.objects.filter(run=run).update(zone="new")


def test_the_prepared_register_is_read_by_no_page(mvm, known):
    with acting(linker("irm", national=True), purpose="register"):
        assert LinkagePiece.objects.count() == 0


def test_before_the_register_is_made_ready_nothing_is_compared(mvm):
    run = mapped(csv_of([row(0)]), mvm)
    with pytest.raises(Refused) as refused:
        comparing.compare_next(run, actor=mvm, purpose="register", on=ON, at=AT)
    assert refused.value.code == "linking.not_prepared" and run.state == "comparing"


def test_the_header_means_what_it_says():
    assert guess(HEADER) == {"0": "key", "1": "person.name", "2": "person.mykad", "3": "person.birth_date", "4": "person.phone", "5": "address.lines",
                             "6": "address.postcode"}
