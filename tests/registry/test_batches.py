"""A partner's list from file to persons: each bad row named, nobody doubled, undone while nobody has worked on it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from list_stage import (
    AT,
    HEADER,
    again,
    bad,
    cells,
    checked,
    coordinator,
    counts,
    csv_of,
    fisherman,
    mapped,
    mykad,
    persons,
    receive,
    registered,
    result,
    seen,
)
from registry_stage import ON, law, officer

from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import Actor, command
from sinergi.kernel.errors import Refused
from sinergi.registry import actions as registry
from sinergi.registry import queries as people
from sinergi.registry.actions import batches as actions
from sinergi.registry.models import Batch, BatchRow, ColumnMapping
from sinergi.registry.queries import batches as queries
from sinergi.registry.submission.columns import guess

BAD = [
    ("Nama", "", "Nama", "", "Name"),
    ("No KP", "12345", "No KP", "12345", "it needs 12"),
    ("No KP", "", "No KP", "", ""),
    ("Telefon", "tiada", "Telefon", "tiada", "phone"),
    ("Pendapatan", "tiga ribu", "Pendapatan", "tiga ribu", ""),
    ("Negeri", "Johore Bahru Baru", "Negeri", "Johore Bahru Baru", "state"),
]


@pytest.fixture
def mvm(own_db) -> Actor:
    """A coordinator of one partner."""
    return coordinator("mvm")


@pytest.mark.parametrize("column, value, named, shown, says", BAD)
def test_a_bad_row_is_named_with_row_column_value_and_mend_in_both_languages(mvm, column, value, named, shown, says):
    batch = checked(csv_of([fisherman(1), fisherman(2, **{column: value}), fisherman(3)]), mvm)
    malay, english = bad(batch, mvm), bad(batch, mvm, "en")
    assert [row[:3] for row in malay] == [row[:3] for row in english] == [(3, named, shown)]
    assert malay[0][3] != english[0][3] and len(malay[0][3]) > 15 and says.lower() in english[0][3].lower()
    assert seen(batch, mvm).counts == {"good": 2, "refused": 1}


def test_a_row_with_more_cells_than_columns_is_named_and_not_read_shifted(mvm):
    batch = checked(b"Nama,No KP,Negeri\nAli bin Abu,%s,Perak,Ipoh\nAbu bin Ali,%s,Perak,,\n" % (mykad(1).encode(), mykad(2).encode()), mvm)
    assert [row[:3] for row in bad(batch, mvm)] == [(2, "seluruh baris", "Ipoh")] and "3 lajur" in bad(batch, mvm)[0][3]
    assert cells(result(batch, mvm))[1][:4] == ["Ali bin Abu", mykad(1), "Perak, Ipoh", "2"]


def test_a_field_that_no_column_was_mapped_to_is_called_by_its_own_name(mvm):
    batch = checked(csv_of([fisherman(1)]), mvm, columns={"0": "person.name", "4": "address.state"})
    assert [row[:2] for row in bad(batch, mvm)] == [(2, "MyKad atau MyKid")] and bad(batch, mvm, "en")[0][1] == "MyKad or MyKid"


@pytest.mark.parametrize("again", [mykad(7), f"{mykad(7)[:6]}-17-{mykad(7)[8:]}", f" {mykad(7)} "])
@pytest.mark.parametrize("most", [1, 1000])
def test_a_number_twice_in_one_file_is_refused_wherever_the_chunks_end(mvm, again, most):
    rows = [fisherman(7), fisherman(8), fisherman(9, **{"No KP": again})]
    batch = checked(csv_of(rows), mvm, most=most)
    assert [(row, column) for row, column, _, _ in bad(batch, mvm)] == [(4, "No KP")] and "baris 2" in bad(batch, mvm)[0][3]


def test_leading_zeros_eaten_by_a_spreadsheet_come_back_and_count_as_the_same_number(mvm, owner):
    eaten = "10203170001"
    batch = registered(csv_of([fisherman(1, **{"No KP": eaten}), fisherman(2, **{"No KP": "010203-17-0001"})]), mvm)
    assert counts(owner, batch) == {"registered": 1, "refused": 1}
    assert owner.execute("SELECT value FROM registry_identifier").fetchall() == [("010203170001",)]


@pytest.mark.parametrize("cut", ["7910081751", "79100817511", "991332175"])
def test_a_number_with_digits_missing_is_named_and_not_filled_with_zeros(mvm, cut):
    batch = checked(csv_of([fisherman(1, **{"No KP": cut})]), mvm)
    assert [row[:3] for row in bad(batch, mvm)] == [(2, "No KP", cut)] and f"{len(cut)} digit" in bad(batch, mvm)[0][3]


def test_an_odd_number_is_taken_and_shown_to_be_looked_at(mvm, owner):
    batch = registered(csv_of([fisherman(1, **{"No KP": "991332-17-5001"}), fisherman(2)]), mvm)
    assert bad(batch, mvm) == [] and counts(owner, batch) == {"registered": 2}
    with acting(mvm, purpose="register"):
        assert [(odd.row, odd.column, odd.value) for odd in queries.odd_fields(batch, "ms")] == [(2, "No KP", "991332-17-5001")]
    assert cells(result(batch, mvm))[1][-2] == "didaftar" and "No KP: " in cells(result(batch, mvm))[1][-1] and cells(result(batch, mvm))[2][-1] == ""


def test_who_was_registered_earlier_is_found_and_nothing_of_his_is_overwritten(mvm, owner):
    registered(csv_of([fisherman(1, Nama="Awang bin Daud")]), mvm)
    batch = registered(csv_of([fisherman(1, Nama="Awang b. Daud"), fisherman(2)]), mvm)
    assert counts(owner, batch) == {"known": 1, "registered": 1} and persons(owner) == 2
    assert owner.execute("SELECT count(*) FROM registry_person WHERE name = 'Awang bin Daud'").fetchone() == (1,)


def test_somebody_of_another_agency_is_refused_with_the_mend(mvm, owner):
    registered(csv_of([fisherman(1)]), coordinator("aim"))
    batch = registered(csv_of([fisherman(1), fisherman(2)]), mvm)
    row, column, value, mend = bad(batch, mvm)[0]
    assert (row, column, value) == (2, "No KP", mykad(1)) and "ini orangnya" in mend and counts(owner, batch) == {"refused": 1, "registered": 1}


def test_a_list_sent_twice_doubles_nobody(mvm, owner):
    content = csv_of([fisherman(i) for i in range(30)])
    registered(content, mvm, most=7)
    assert counts(owner, registered(content, mvm, most=11)) == {"known": 30} and persons(owner) == 30
    assert owner.execute("SELECT count(*) FROM registry_submission WHERE person_id IS NULL").fetchone() == (0,)


def test_the_result_file_holds_no_formula_and_a_corrected_one_can_be_sent_again(mvm, owner):
    rows = [fisherman(1, Nama="=HYPERLINK(\"http://x\")", Telefon="+60191234567"), fisherman(2, **{"No KP": "-1"}), fisherman(3, Telefon="@x")]
    batch = registered(csv_of(rows), mvm)
    for language in ("ms", "en"):
        content = result(batch, mvm, language)
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in cells(content) for cell in row)
    mended = cells(result(batch, mvm, outcome="refused"))
    assert mended[0][-3:] == ["Baris", "Hasil", "Cara membetulkan"] and [row[-3] for row in mended[1:]] == ["3", "4"]
    mended[1][1], mended[2][2] = mykad(2), "019-7777777"
    again = registered(csv_of(mended[1:], mended[0]), mvm)
    assert tuple(again.header) == HEADER and counts(owner, again) == {"registered": 2} and persons(owner) == 3
    whole = registered(result(batch, mvm, "en"), mvm)
    assert tuple(whole.header) == HEADER and counts(owner, whole) == {"known": 1, "refused": 2} and persons(owner) == 3


def test_what_the_columns_mean_is_remembered_for_the_agency_and_the_header(mvm):
    content = csv_of([["Ali bin Abu", mykad(1), "Perak"]], ("Si Anu", "Kad", "Tempat"))
    batch = receive(content, mvm)
    told = {"0": "person.name", "1": "person.mykad", "2": "address.state"}
    with acting(mvm, purpose="register"):
        assert queries.mapping_of(batch) == guess(batch.header) == {}
        actions.map_batch(batch, actor=mvm, columns={**told, "9": "needs"}, law=law(), at=AT)
        assert batch.columns == told
    same = receive(csv_of([["Abu bin Ali", mykad(2), "Perak"]], ("SI ANU", "kad.", "Tempat")), mvm)
    other = coordinator("aim")
    foreign = receive(content, other)
    with acting(mvm, purpose="register"):
        assert queries.mapping_of(same) == told and ColumnMapping.objects.count() == 1
    with acting(other, purpose="register"):
        assert queries.mapping_of(foreign) == {}


@pytest.mark.parametrize("columns, code", [
    ({"1": "person.mykad"}, "list.no_name"), ({"0": "person.name", "1": "person.shoe"}, "list.unknown_column"),
    ({"0": "person.name", "1": "person.name"}, "list.column_twice"), ({"0": "person.name", "1": "person.relation"}, "list.unknown_column")])
def test_columns_that_cannot_be_meant_so_are_refused(mvm, columns, code):
    batch = receive(csv_of([fisherman(1)]), mvm)
    with pytest.raises(Refused) as refused:
        actions.map_batch(batch, actor=mvm, purpose="register", columns=columns, law=law(), at=AT)
    assert refused.value.code == code and seen(batch, mvm).state == "received"


def test_a_file_whose_rows_turn_out_too_many_keeps_nothing(mvm, owner, monkeypatch):
    monkeypatch.setattr("sinergi.registry.submission.spreadsheet.MOST_ROWS", 5)
    monkeypatch.setattr("sinergi.registry.actions.kept_lists.KEPT_AT_ONCE", 2)
    with pytest.raises(Refused) as refused:
        receive(csv_of([fisherman(i) for i in range(6)]), mvm)
    assert refused.value.code == "list.too_many_rows"
    assert owner.execute("SELECT (SELECT count(*) FROM registry_batchrow), (SELECT count(*) FROM registry_batch)").fetchone() == (0, 0)
    assert receive(csv_of([fisherman(i) for i in range(5)]), mvm).rows == 5


def test_undo_removes_whom_nobody_has_worked_on_and_says_how_many_stay(mvm, owner):
    batch = registered(csv_of([fisherman(i) for i in range(4)]), mvm)
    ids = [row[0] for row in owner.execute("SELECT person_id FROM registry_batchrow ORDER BY row").fetchall()]
    registry.record_facts(ids[0], actor=mvm, purpose="register", facts={"income": "RM 900"}, on=ON, law=law())
    aim = coordinator("aim")
    spoken = registry.ConsentGiven(how="spoken_with_witness", language="ms", witness="Puan Siti")
    registry.claim_person(ids[1], actor=aim, purpose="register", consent=spoken)
    with acting(mvm, purpose="register"):
        assert people.person(ids[2]) is not None
    registered(csv_of([fisherman(3), fisherman(9)]), mvm)
    actions.undo_batch(batch, actor=mvm, purpose="register")
    assert seen(batch, mvm).counts == {"registered": 2, "undone": 2}
    left = {row[0] for row in owner.execute("SELECT id FROM registry_person").fetchall()}
    assert {ids[0], ids[1]} <= left and ids[2] not in left and ids[3] not in left and len(left) == 3
    changed = owner.execute("SELECT changes FROM kernel_auditentry WHERE verb = 'batch.undo'").fetchall()
    assert len(changed) == 1 and changed[0][0]["removed"] == 2 and changed[0][0]["kept"] == 2
    for table in ("identifier", "contactpoint", "fact", "membership", "household", "personsearch"):
        assert owner.execute(f"SELECT count(*) > 0 FROM registry_{table}").fetchone() == (True,)
    assert owner.execute("SELECT count(*) FROM registry_household").fetchone() == (3,)
    assert registered(csv_of([fisherman(2)]), mvm) and persons(owner) == 4


def test_a_stopped_list_goes_on_where_it_stood(mvm, owner):
    batch = checked(csv_of([fisherman(i) for i in range(6)]), mvm)
    actions.start_batch(batch, actor=mvm, purpose="register")
    actions.register_rows(batch, actor=mvm, purpose="register", law=law(), most=2, at=AT)
    actions.stop_batch(batch, actor=mvm, purpose="register")
    with pytest.raises(Refused) as refused:
        actions.map_batch(batch, actor=mvm, purpose="register", columns=batch.columns, law=law(), at=AT)
    assert refused.value.code == "list.begun" and counts(owner, batch) == {"registered": 2, "good": 4}
    batch = again(batch, mvm)
    actions.start_batch(batch, actor=mvm, purpose="register")
    actions.register_rows(batch, actor=mvm, purpose="register", law=law(), most=9, at=AT)
    assert batch.state == "finished" and counts(owner, batch) == {"registered": 6}


def test_a_list_stopped_while_it_is_checked_cannot_be_registered_half_checked(mvm):
    batch = mapped(csv_of([fisherman(i) for i in range(3)]), mvm)
    actions.check_rows(batch, actor=mvm, purpose="register", law=law(), most=1)
    actions.stop_batch(batch, actor=mvm, purpose="register")
    with pytest.raises(Refused) as refused:
        actions.start_batch(batch, actor=mvm, purpose="register")
    assert refused.value.code == "list.not_checked"
    batch = again(batch, mvm)
    actions.map_batch(batch, actor=mvm, purpose="register", columns=batch.columns, law=law(), at=AT)
    actions.check_rows(batch, actor=mvm, purpose="register", law=law(), most=9)
    assert seen(batch, mvm).counts == {"good": 3}


def test_nothing_good_cannot_be_started(mvm):
    batch = checked(csv_of([fisherman(1, Nama="")]), mvm)
    with pytest.raises(Refused) as refused:
        actions.start_batch(batch, actor=mvm, purpose="register")
    assert refused.value.code == "list.nothing_good" and seen(batch, mvm).state == "checked"


def test_a_row_that_todays_vocabulary_no_longer_takes_is_refused_by_itself(mvm, owner):
    batch = checked(csv_of([[*fisherman(1), "oku"], [*fisherman(2), ""]], (*HEADER, "Kad OKU")), mvm, columns={
        "0": "person.name", "1": "person.mykad", "4": "address.state", "5": "person.facts.oku_card"})
    assert [row[1] for row in bad(batch, mvm)] == ["Kad OKU"]
    batch = checked(csv_of([[*fisherman(1), "ya"], [*fisherman(2), ""]], (*HEADER, "Kad OKU")), mvm, columns={
        "0": "person.name", "1": "person.mykad", "4": "address.state", "5": "person.facts.oku_card"})
    actions.start_batch(batch, actor=mvm, purpose="register")
    changed = replace(law(), facts={name: fact for name, fact in law().facts.items() if name != "oku_card"})
    actions.register_rows(batch, actor=mvm, purpose="register", law=changed, most=9, at=AT)
    assert counts(owner, batch) == {"registered": 1, "refused": 1} and batch.state == "finished"


MEANT = {"0": "person.name", "1": "person.mykad"}
VERBS = {
    "batch.map": lambda b, who: actions.map_batch(b, actor=who, purpose="register", columns=MEANT, law=law(), at=AT),
    "batch.check": lambda b, who: actions.check_rows(b, actor=who, purpose="register", law=law(), most=10),
    "batch.start": lambda b, who: actions.start_batch(b, actor=who, purpose="register"),
    "batch.register": lambda b, who: actions.register_rows(b, actor=who, purpose="register", law=law(), most=10, at=AT),
    "batch.stop": lambda b, who: actions.stop_batch(b, actor=who, purpose="register"),
    "batch.undo": lambda b, who: actions.undo_batch(b, actor=who, purpose="register"),
}
FROM = {"batch.map": {"received", "checked", "stopped"}, "batch.check": {"checking"}, "batch.start": {"checked", "stopped"},
        "batch.register": {"running"}, "batch.stop": {"checking", "running"}, "batch.undo": {"finished", "stopped"}}
STATES = ("received", "checking", "checked", "running", "finished", "stopped", "undone")


def in_state(mvm: Actor, state: str) -> Batch:
    """A list with one good row, put into a state."""
    batch = checked(csv_of([fisherman(1)]), mvm)
    with acting(mvm, purpose="register"), writing("try.stage"):
        Batch.objects.filter(pk=batch.pk).update(state=state)
        batch.refresh_from_db()
    return batch


@pytest.mark.parametrize("verb", VERBS)
def test_each_step_is_taken_from_its_states_only_and_leaves_one_entry(mvm, owner, verb):
    for state in STATES:
        batch = in_state(mvm, state)
        before = owner.execute("SELECT count(*) FROM kernel_auditentry WHERE verb = %s", [verb]).fetchone()[0]
        if state in FROM[verb]:
            VERBS[verb](batch, mvm)
        else:
            with pytest.raises(Refused) as refused:
                VERBS[verb](batch, mvm)
            assert refused.value.code == "flow.wrong_state", state
        after = owner.execute("SELECT count(*) FROM kernel_auditentry WHERE verb = %s", [verb]).fetchone()[0]
        assert after - before == (state in FROM[verb]), state


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_else_takes_a_step(mvm, owner, verb):
    batch = in_state(mvm, sorted(FROM[verb])[0])
    entries = owner.execute("SELECT count(*) FROM kernel_auditentry").fetchone()
    for who in (coordinator("aim"), officer("mvm", "auditor"), officer("mvm", "protection_officer")):
        with pytest.raises(Refused) as refused:
            VERBS[verb](batch, who)
        assert refused.value.code == "not_allowed"
    assert owner.execute("SELECT count(*) FROM kernel_auditentry").fetchone() == entries


def test_a_list_is_received_by_an_agency_only_with_one_entry_and_without_its_names_in_clear(mvm, owner):
    content = csv_of([fisherman(1, Nama="Awang bin Daud")])
    for who in (command("stage", "batch.receive"), officer("mvm", "auditor")):
        with pytest.raises(Refused) as refused:
            receive(content, who)
        assert refused.value.code == "not_allowed"
    registered(content, mvm)
    rows = owner.execute("SELECT verb, changes::text FROM kernel_auditentry ORDER BY id").fetchall()
    assert [verb for verb, _ in rows] == ["batch.receive", "batch.map", "batch.check", "batch.start", "person.register", "batch.register"]
    assert not any(word in text for _, text in rows for word in ("Awang", mykad(1), "0190000001"))


def test_another_agency_sees_no_row(mvm):
    batch = checked(csv_of([fisherman(1)]), mvm)
    with acting(coordinator("aim"), purpose="register"):
        assert queries.batches() == () and queries.batch(batch.pk) is None and BatchRow.objects.count() == 0


@pytest.mark.parametrize("change", [
    lambda b: Batch.objects.filter(pk=b.pk).update(state="lost"),
    lambda b: BatchRow.objects.filter(batch=b).update(outcome="lost"),
    lambda b: BatchRow.objects.create(batch=b, row=2, cells=[]),
    lambda b: ColumnMapping.objects.create(agency_id="mvm", header=ColumnMapping.objects.get().header, columns={}, mapped_at=AT)])
def test_the_database_holds_what_a_list_may_be(mvm, change):
    batch = checked(csv_of([fisherman(1)]), mvm)
    with pytest.raises(IntegrityError), acting(mvm, purpose="register"), writing("try.stage"):
        change(batch)


def test_a_write_without_an_action_is_refused_by_the_database(mvm):
    batch = checked(csv_of([fisherman(1)]), mvm)
    with pytest.raises(Exception, match="action"), acting(mvm, purpose="register"):
        BatchRow.objects.filter(batch=batch).update(outcome="good")


def test_pages_of_lists_take_the_statements_of_one(mvm):
    def statements() -> int:
        with acting(mvm, purpose="register"), CaptureQueriesContext(connection) as caught:
            queries.batches()
            for batch in queries.batches()[:1]:
                found = queries.batch(batch.id)
                queries.bad_fields(found, "ms")
                queries.samples(found)
        return len(caught)

    checked(csv_of([fisherman(1, Nama="")]), mvm)
    few = statements()
    for _ in range(2):
        checked(csv_of([fisherman(i, Nama="") for i in range(3)]), mvm)
    assert statements() == few <= 8
