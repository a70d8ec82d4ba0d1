"""A partner's list of what it gives: bad rows named with the mend, good ones loaded once, overlaps seen, the whole undone; a kill loses nothing."""
from __future__ import annotations

import csv
import io

import pytest
from benefit_stage import AT, ON, award, councils, kamarul

from sinergi.benefits.actions import lists as actions
from sinergi.benefits.list_rows import guess
from sinergi.benefits.queries import lists as queries
from sinergi.benefits.queries import received_twice
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry.submission.spreadsheet import table_of
from tests.registry.registry_stage import law, officer

pytestmark = pytest.mark.usefixtures("own_db")
HEADER = ("No KP", "Nama", "Program", "Keperluan", "Mula", "Hingga", "Jumlah", "Cara bayaran", "Rujukan")
ROW = ("680411-17-5013", "Kamarul bin Yusof", "irm.aid", "Rawatan perubatan", "1/11/2026", "31/3/2027", "RM 300", "bulanan", "A-1")


def entries(owner, verb: str) -> int:
    return owner.execute("SELECT count(*) FROM kernel_auditentry WHERE verb = %s", [verb]).fetchone()[0]


def content(*rows, header=HEADER) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode()


def row(**changed: str) -> list[str]:
    return [changed.get(name, value) for name, value in zip(HEADER, ROW, strict=True)]


def checked(actor: Actor, *rows, most: int = 1000):
    given = content(*rows)
    found = actions.receive_list(given, actor=actor, purpose="pay", table=table_of(given), title="November", on=ON, at=AT)
    actions.map_list(found, actor=actor, purpose="pay", columns=guess(found.header))
    while found.state == "checking":
        actions.check_list(found, actor=actor, purpose="pay", law=law(), most=most)
    return found


def loaded(actor: Actor, *rows, most: int = 1000):
    found = checked(actor, *rows)
    actions.start_list(found, actor=actor, purpose="pay")
    while found.state == "running":
        actions.load_list(found, actor=actor, purpose="pay", law=law(), most=most, at=AT)
    return found


def seen(found, actor: Actor) -> queries.AwardListView:
    with acting(actor, purpose="pay"):
        return queries.list_view(queries.award_list(found.pk))


def wrong(found, actor: Actor) -> list[tuple[int, str, str]]:
    with acting(actor, purpose="pay"):
        return [(c.row, c.column, c.words["en"].split(".")[0]) for c in queries.wrong_cells(found, "en")]


def test_each_bad_cell_is_named_with_its_mend():
    irm = officer("irm", "officer")
    kamarul(irm)
    found = checked(irm, row(), row(**{"No KP": "123"}), row(Program="maiwp.medical"), row(Mula="31/11/2026"), row(Hingga="1/1/2020"),
                    row(Jumlah="tiga"), row(**{"Cara bayaran": "kadang"}), row(**{"No KP": "800101-17-5999"}), row(Nama="Tan Mei Ling"),
                    row(Keperluan="Perniagaan"), row(**{"Cara bayaran": "barangan"}))
    assert seen(found, irm).counts == {"good": 1, "refused": 10}
    assert wrong(found, irm) == [
        (3, "No KP", "The identity number is too short or empty"), (4, "Program", "This is no programme of your agency"),
        (5, "Mula", "This day cannot be read"), (6, "Hingga", "The last day is before the first"), (7, "Jumlah", "This amount cannot be read"),
        (8, "Cara bayaran", "The way of paying is not known"), (9, "No KP", "Nobody with this number is registered"),
        (10, "Nama", "This number belongs to a person with a very different name"), (11, "Keperluan", "This programme does not serve that need"),
        (12, "Cara bayaran", "Help in kind has no amount")]
    with acting(irm, purpose="pay"):
        lines = queries.result_file(found, "en", "refused").decode("utf-8-sig").splitlines()
    assert len(lines) == 11 and lines[1].startswith("123,")


def test_good_rows_are_loaded_once_and_sent_again_double_nothing(owner):
    irm = officer("irm", "officer")
    kamarul(irm)
    first = loaded(irm, row(), row(Rujukan="A-2", Mula="1/1/2025", Hingga="31/12/2025"))
    assert seen(first, irm).counts == {"loaded": 2} and first.state == "finished"
    again = checked(irm, row())
    assert seen(again, irm).counts == {"known": 1}
    assert owner.execute("SELECT source, amount, pay, need FROM benefits_entitlement ORDER BY from_on DESC LIMIT 1").fetchone() == (
        "file", 300, "monthly", "medical")
    assert owner.execute("SELECT count(*) FROM benefits_lock").fetchone() == (4,)
    assert [entries(owner, f"award_list.{v}") for v in ("receive", "map", "check", "start", "load")] == [2, 2, 2, 1, 1]


def test_help_that_two_give_is_loaded_and_seen_as_received_twice():
    maiwp, irm = councils()
    who = kamarul(maiwp)
    award(who, maiwp)
    found = loaded(irm, row())
    assert seen(found, irm).overlaps == 1
    boss = officer("perkeso", "supervisor", national=True)
    with acting(boss, purpose="follow"):
        (twice,) = received_twice(boss, on=ON)
    assert {twice.first.agency, twice.second.agency} == {"maiwp", "irm"} and twice.need == "medical"


def test_undo_takes_back_the_whole_list_and_frees_the_locks(owner):
    maiwp, irm = councils()
    who = kamarul(irm, maiwp)
    found = loaded(irm, row())
    with pytest.raises(Refused, match="overlap"):
        award(who, maiwp)
    actions.undo_list(found, actor=irm, purpose="pay", at=AT)
    assert owner.execute("SELECT state FROM benefits_entitlement").fetchone() == ("undone",) and entries(owner, "award_list.undo") == 1
    award(who, maiwp)
    assert seen(loaded(irm, row(Mula="1/5/2027", Hingga="1/6/2027")), irm).counts == {"loaded": 1}


def test_steps_of_any_size_load_the_same(owner):
    irm = officer("irm", "officer")
    kamarul(irm)
    rows = [row(Mula=f"{day}/1/2025", Hingga=f"{day}/1/2025", Rujukan=str(day)) for day in range(1, 26)]
    loaded(irm, *rows, *rows[:3], most=7)
    assert owner.execute("SELECT count(*), count(DISTINCT from_on) FROM benefits_entitlement").fetchone() == (25, 25)


def test_a_list_is_its_agencys_alone_and_goes_its_way_only():
    irm, aim = officer("irm", "officer"), officer("aim", "officer")
    kamarul(irm)
    found = checked(irm, row())
    with acting(aim, purpose="pay"):
        assert queries.award_list(found.pk) is None
    with pytest.raises(Refused, match="not_allowed"):
        actions.start_list(found, actor=aim, purpose="pay")
    with pytest.raises(Refused, match="wrong_state"):
        actions.undo_list(found, actor=irm, purpose="pay", at=AT)
    with pytest.raises(Refused, match="no_column"):
        actions.map_list(found, actor=irm, purpose="pay", columns={"0": "number"})
    with pytest.raises(Refused, match="unknown_column"):
        actions.map_list(found, actor=irm, purpose="pay", columns={"0": "shoe"})
    with pytest.raises(Refused, match="column_twice"):
        actions.map_list(found, actor=irm, purpose="pay", columns={"0": "number", "1": "number", "2": "programme", "3": "from"})
    bad = checked(irm, row(Mula="x"))
    with pytest.raises(Refused, match="nothing_good"):
        actions.start_list(bad, actor=irm, purpose="pay")


def test_a_stopped_list_goes_on_where_it_stood(owner):
    irm = officer("irm", "officer")
    kamarul(irm)
    found = checked(irm, *[row(Mula=f"{day}/1/2025", Hingga=f"{day}/1/2025", Rujukan=str(day)) for day in range(1, 11)])
    actions.start_list(found, actor=irm, purpose="pay")
    actions.load_list(found, actor=irm, purpose="pay", law=law(), most=4, at=AT)
    actions.stop_list(found, actor=irm, purpose="pay")
    with pytest.raises(Refused, match="wrong_state"):
        actions.load_list(found, actor=irm, purpose="pay", law=law(), most=4, at=AT)
    actions.start_list(found, actor=irm, purpose="pay")
    while found.state == "running":
        actions.load_list(found, actor=irm, purpose="pay", law=law(), most=4, at=AT)
    assert owner.execute("SELECT count(*) FROM benefits_entitlement").fetchone() == (10,)
