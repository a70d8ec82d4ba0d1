"""A partner's list against the register: compared, shown, approved, applied, taken back; nothing before it is approved, nobody registered."""

from __future__ import annotations

import pytest
from linking_stage import AT, ON, PEOPLE, applied, certified, compared, csv_of, lines, linker, made_ready, registered, row, seen

from sinergi.kernel.actors import Actor


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


def test_rows_fall_into_zones_and_nothing_is_certain_without_a_certificate(mvm, known, owner):
    run = compared(csv_of([row(0), row(1, Nama="Md Kamarul b. Yusuf"), row(9)]), mvm)
    assert run.state == "compared" and lines(run, owner) == ["review", "review", "new"]
    assert lines(run, owner, "person_id")[:2] == known[:2] and lines(run, owner, "person_id")[2] is None
    assert seen(run, mvm).counts == {"review": 2, "new": 1} and run.report["zones"] == {"review": 2, "new": 1}
    assert owner.execute("SELECT count(*) FROM registry_sourcerecord WHERE source = 'list'").fetchone() == (0,)


def test_with_a_certificate_certain_rows_are_linked_one_decision_each(mvm, known, owner):
    certified("mvm")
    run = applied(csv_of([row(0), row(1), row(9)]), mvm, most=1)
    assert run.state == "applied" and lines(run, owner) == ["auto", "auto", "new"]
    assert owner.execute("SELECT count(*) FROM registry_identitydecision WHERE verb = 'auto_link' AND run_id = %s", [run.pk]).fetchone() == (2,)
    assert owner.execute("SELECT person_id FROM registry_belonging b JOIN registry_sourcerecord s ON s.id = b.record_id WHERE s.source = 'list' "
                         "ORDER BY s.key").fetchall() == [(p,) for p in known[:2]]
    assert owner.execute("SELECT count(*) FROM registry_person").fetchone() == (len(PEOPLE),)


_ = AT, ON
