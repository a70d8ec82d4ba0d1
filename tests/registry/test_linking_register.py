"""The register against itself: duplicates found key by key, contradicting groups cut, merged only under a certificate, taken back whole."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from django.utils import timezone
from linking_stage import AT, ON, PEOPLE, applier, apply_all, certified, lines, linker, made_ready, registered, seen
from registry_stage import law

from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import actions as registry
from sinergi.registry import tasks
from sinergi.registry.actions import applying, comparing, duplicates, linking, preparing
from sinergi.registry.models import LinkageChunk, LinkageRun


@pytest.fixture
def national(own_db) -> Actor:
    """A supervisor for the nation."""
    return linker("jkm", "supervisor", national=True)


def known(actor: Actor, name: str, born: str = "14/12/1989", phone: str = "0190000777"):
    """Somebody registered without a number."""
    body = {"person": {"name": name, "birth_date": born, "sex": "P", "phone": phone, "no_document": True},
            "address": {"state": "kuala_lumpur", "lines": "12 Jalan Mawar", "postcode": "50480"}}
    return registry.take_in(body, actor=actor, purpose="register", on=ON, law=law()).person_id


def compared(actor: Actor, records: int = 10) -> LinkageRun:
    """A run compared to its end."""
    made_ready()
    run = linking.begin_run(records, actor=actor, purpose="register", title="Berganda", on=ON, at=AT)
    while run.state == "comparing":
        comparing.compare_next(run, actor=actor, purpose="register", on=ON, at=AT)
    return run


def twice() -> tuple:
    """One person registered by two agencies."""
    return (known(linker("aim", "coordinator"), "Norazlina binti Hamzah"), known(linker("mvm", "coordinator"), "Nor Azlina bt. Hamzah"))


def test_one_person_registered_twice_is_found_once_and_goes_to_review(national, owner):
    both = twice()
    registered(linker("irm", "coordinator"), PEOPLE[1:])
    run = compared(national)
    assert lines(run, owner) == ["review"] and seen(run, national).counts == {"review": 1} and run.report["zones"] == {"review": 1}
    linking.approve_run(run, actor=national, purpose="register")
    apply_all(run)
    pair = owner.execute("SELECT first_id, second_id, found_by FROM registry_candidate").fetchone()
    whose = {p for p, in owner.execute("SELECT person_id FROM registry_belonging WHERE record_id IN (%s, %s)", pair[:2]).fetchall()}
    assert pair[2] == "register" and whose == set(both)
    assert owner.execute("SELECT count(*) FROM registry_linkagechunk WHERE found IS NOT NULL").fetchone() == (0,)


def test_pieces_of_a_key_find_what_the_whole_finds(national, owner, monkeypatch):
    twice()
    registered(linker("irm", "coordinator"), PEOPLE[1:])
    monkeypatch.setattr(linking, "RECORDS_AT_ONCE", 3)
    monkeypatch.setattr(preparing, "PIECE", 2)
    run = compared(national)
    with acting(national, purpose="register"):
        assert LinkageChunk.objects.filter(run=run, key="number").count() == 4  # ten records, three at once
    assert lines(run, owner) == ["review"]


def test_under_a_certificate_the_two_become_one_and_two_again(national, owner):
    first, second = twice()
    certified("jkm", threshold=-4.0, sources="register")
    run = compared(national)
    assert lines(run, owner) == ["auto"]
    linking.approve_run(run, actor=national, purpose="register")
    apply_all(run)
    assert owner.execute("SELECT count(*) FROM registry_person WHERE merged_into_id IS NOT NULL").fetchone() == (1,)
    applying.undo_run(run, actor=national, purpose="register", at=timezone.now())
    while applying.undo_run(run, actor=applier(run), purpose="register", at=timezone.now(), most=9):
        pass
    assert owner.execute("SELECT count(*) FROM registry_person WHERE merged_into_id IS NOT NULL").fetchone() == (0,)
    assert {first, second} == {p for p, in owner.execute("SELECT person_id FROM registry_belonging WHERE to_at IS NULL").fetchall()}
    assert lines(compared(national), owner) == []


def test_only_who_works_for_the_nation_looks_for_duplicates(national):
    for who in (linker("aim", "supervisor"), linker("aim")):
        with pytest.raises(Refused) as refused:
            linking.begin_run(10, actor=who, purpose="register", title="x", on=ON, at=AT)
        assert refused.value.code == "not_allowed"


def test_a_group_that_contradicts_itself_is_cut_at_its_weakest_link():
    numbers = {"a": (890101175001, 1989), "b": (0, 1989), "c": (700101175003, 1970)}
    rows = [("a", "b", 20.0), ("b", "c", 9.0)]
    read = {"number": lambda n: n[0], "digits": lambda n: 12 if n[0] else 0, "whole": lambda n: n[0] > 0, "year": lambda n: n[1], "sex": lambda n: 1}
    ends = {f"{end}_{name}": [value(numbers[pair[at]]) for pair in rows] for at, end in ((0, "first"), (1, "second")) for name, value in read.items()}
    pairs = pl.DataFrame({"first_record": [p[0].encode() for p in rows], "second_record": [p[1].encode() for p in rows], **ends,
                          "bits": [p[2] for p in rows]})
    cut, why = duplicates.groups_cut(pairs, 6.63)
    assert np.array_equal(cut, [False, True]) and why["two_numbers"] == 1 and why["births_apart"] == 1


def test_the_register_is_made_ready_in_steps_and_what_came_since_is_added(national, owner, monkeypatch):
    monkeypatch.setattr(preparing, "PIECE", 2)
    registered(linker("aim", "coordinator"))
    made_ready()
    assert owner.execute("SELECT total, ready_at IS NOT NULL FROM registry_linkageregister").fetchall() == [(5, True)]
    assert owner.execute("SELECT array_agg(records ORDER BY number) FROM registry_linkagepiece").fetchone() == ([2, 2, 1],)
    known(linker("mvm", "coordinator"), "Aishah binti Bakar")
    while preparing.refresh_register(False, actor=tasks.PREPARER, purpose="register", on=ON, at=AT + dt.timedelta(hours=1)):
        pass
    assert owner.execute("SELECT total FROM registry_linkageregister").fetchall() == [(6,)]
    owner.execute("SET session_replication_role = replica")
    owner.execute("UPDATE registry_sourcerecord SET emptied_at = now(), payload = '{}' WHERE payload ->> 'name' LIKE 'Aishah%'")
    owner.execute("SET session_replication_role = DEFAULT")
    made_ready()
    assert owner.execute("SELECT total FROM registry_linkageregister").fetchall() == [(5,)]
