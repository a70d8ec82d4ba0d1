"""Award lists as they come and as they are worked on: files that offices spoil, and a worker killed in the middle of its rows."""
from __future__ import annotations

import datetime as dt
import io
import os
import signal
import time

import pytest
import xlsxwriter
from benefit_stage import AT, ON, kamarul

from sinergi.benefits import tasks
from sinergi.benefits.actions import lists as actions
from sinergi.benefits.list_rows import guess
from sinergi.benefits.models import AwardList
from sinergi.benefits.queries import lists as queries
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor
from sinergi.registry.submission.spreadsheet import table_of
from tests.registry.list_stage import coordinator, csv_of, fisherman, mykad, registered, worker
from tests.registry.registry_stage import law, officer

pytestmark = pytest.mark.usefixtures("own_db")
HEADER = ("No KP", "Nama", "Program", "Mula", "Hingga", "Jumlah", "Rujukan")


def book(*rows: tuple[object, ...]) -> bytes:
    """A workbook; days as days, numbers as numbers, formulas as formulas."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        sheet, day = made.add_worksheet(), made.add_format({"num_format": "dd/mm/yyyy"})
        for r, row in enumerate((HEADER, *rows)):
            for c, value in enumerate(row):
                sheet.write(r, c, value, *([day] if isinstance(value, dt.date) else []))
    return out.getvalue()


def checked(actor: Actor, content: bytes) -> AwardList:
    found = actions.receive_list(content, actor=actor, purpose="pay", table=table_of(content), title="x", on=ON, at=AT)
    actions.map_list(found, actor=actor, purpose="pay", columns=guess(found.header))
    while found.state == "checking":
        actions.check_list(found, actor=actor, purpose="pay", law=law(), most=1000)
    return found


def outcome(found: AwardList, actor: Actor) -> tuple[dict[str, int], list[tuple[int, str, str]]]:
    with acting(actor, purpose="pay"):
        return queries.list_view(found).counts, [(c.row, c.column, c.value) for c in queries.wrong_cells(found, "ms")]


def test_a_workbook_with_days_numbers_and_zeros_eaten_is_read(owner):
    irm = officer("irm", "officer")
    kamarul(irm)
    someone = csv_of([["Awang bin Daud", "050203-17-5117", "", "RM1", "Kelantan"]])
    registered(someone, coordinator("irm"))
    found = checked(irm, book(
        (680411175013, "KAMARUL YUSOF", "irm.aid", dt.date(2026, 11, 1), dt.date(2027, 3, 31), 300.5, 7),
        (50203175117, "Awang bin Daud", "irm.aid", dt.date(2026, 11, 1), "", 300, 8)))
    assert outcome(found, irm) == ({"good": 2}, [])
    assert owner.execute("SELECT read->>'from', read->>'to', (read->>'sen')::int FROM benefits_awardrow ORDER BY row LIMIT 1").fetchone() == (
        "2026-11-01", "2027-03-31", 30050)


def test_shifted_columns_numbers_as_days_and_formulas_are_named_row_by_row():
    irm = officer("irm", "officer")
    kamarul(irm)
    found = checked(irm, book(
        ("Kamarul bin Yusof", "680411-17-5013", "irm.aid", "1/11/2026", "", 300, ""),
        ("680411-17-5013", "Kamarul bin Yusof", "1/11/2026", "irm.aid", "", 300, ""),
        ("680411-17-5013", "Kamarul bin Yusof", "irm.aid", "1/11/2026", "", "=cmd|' /C calc'!A0", "")))
    counts, wrong = outcome(found, irm)
    assert counts == {"refused": 3} and {row for row, _, _ in wrong} == {2, 3, 4}
    assert (3, "Program", "1/11/2026") in wrong and (3, "Mula", "irm.aid") in wrong
    assert [column for row, column, _ in wrong if row == 4] == ["Jumlah"]
    with acting(irm, purpose="pay"):
        assert not any(cell.startswith(("=", "+", "-", "@")) for line in queries.result_file(found, "ms").decode("utf-8-sig").splitlines()
                       for cell in line.split(","))


def test_what_is_given_once_is_held_and_locked_on_its_day_and_no_sum_breaks_a_step(owner):
    irm = officer("irm", "officer")
    kamarul(irm)
    header = (*HEADER, "Cara bayaran")
    found = checked(irm, csv_of([["680411-17-5013", "", "irm.aid", "1/11/2026", "", "500", "", "sekali"],
                                 ["680411-17-5013", "", "irm.aid", "2/11/2026", "", "10000000000", "", "sekali"]], header))
    assert outcome(found, irm) == ({"good": 1, "refused": 1}, [(3, "Jumlah", "10000000000")])
    actions.start_list(found, actor=irm, purpose="pay")
    actions.load_list(found, actor=irm, purpose="pay", law=law(), most=1, at=AT)
    assert found.state == "finished"
    assert owner.execute("SELECT from_on, to_on FROM benefits_entitlement").fetchone() == (dt.date(2026, 11, 1),) * 2
    assert owner.execute("SELECT bool_and(upper(during) IS NOT NULL) FROM benefits_lock").fetchone() == (True,)


def test_an_old_encoding_is_read():
    irm = officer("irm", "officer")
    kamarul(irm)
    found = checked(irm, csv_of([["680411-17-5013", "Kamarul Nordé", "irm.aid", "1/11/2026", "", "", ""]], HEADER, "cp1252"))
    assert outcome(found, irm) == ({"good": 1}, [])


def wait_until(what, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def test_a_worker_killed_in_the_middle_loses_no_row_and_doubles_none(published_law, own_db, owner, tmp_path):
    irm = coordinator("irm", "officer")
    registered(csv_of([fisherman(i) for i in range(30)]), irm)
    rows = [[mykad(i % 30), "", "irm.aid", f"{1 + i // 30 % 28}/{1 + i // 840}/2024", f"{1 + i // 30 % 28}/{1 + i // 840}/2024", "", str(i)]
            for i in range(3000)]
    found = checked(irm, csv_of(rows, HEADER))
    tasks.start(found, actor=irm)
    started = []

    def loaded() -> int:
        return owner.execute("SELECT count(*) FROM benefits_entitlement").fetchone()[0]

    try:
        started.append(worker(own_db, tmp_path / "first.log"))
        wait_until(lambda: loaded() > 0)
        os.killpg(started[0].pid, signal.SIGKILL)
        started[0].wait()
        half = loaded()
        assert 0 < half < 3000
        counted = dict(owner.execute("SELECT outcome, count(*) FROM benefits_awardrow GROUP BY 1").fetchall())
        assert counted == {"loaded": half, "good": 3000 - half}
        started.append(worker(own_db, tmp_path / "second.log"))
        wait_until(lambda: owner.execute("SELECT state FROM benefits_awardlist").fetchone() == ("finished",))
    finally:
        for process in started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    assert owner.execute("SELECT count(*), count(DISTINCT entitlement_id) FROM benefits_awardrow WHERE outcome = 'loaded'").fetchone() == (3000, 3000)
    assert owner.execute("SELECT count(*), count(DISTINCT (person_id, from_on)) FROM benefits_entitlement").fetchone() == (3000, 3000)
    assert owner.execute("SELECT count(*) FROM benefits_beneficiary").fetchone() == (3000,)
