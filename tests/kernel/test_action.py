"""The one door: a success leaves exactly one entry and one event; anything else leaves nothing at all."""
from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from kernel_stage import an_actor, entries, make_agency, value

from sinergi.kernel import policy
from sinergi.kernel.acting import acting, current, shown
from sinergi.kernel.action import VERBS, action, changes, writing
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Agency

LEFT = date(2026, 11, 24)


@action("try.leave", policy.reaching("try.leave"))
def leave(agency: Agency, *, actor: Actor, on: date, refuse: bool = False) -> None:
    """Mark a partner as gone."""
    agency.left_on = on
    agency.save(update_fields=["left_on"])
    if refuse:
        raise Refused("changed_meanwhile")


@action("try.found", policy.anyone)
def found(code: str, *, actor: Actor, persons: tuple[UUID, ...] = ()) -> Agency:
    """Make a partner, and let it leave at once where it is one's own."""
    agency = Agency.objects.create(code=code, name_ms="Nama", name_en="Name", kind="partner")
    changes().concern(*persons)
    changes().note(count=3)
    if code == "aim":
        changes().made(agency)
        leave(agency, actor=actor, on=LEFT)
    return agency


WHO = an_actor("administrator", extra=("try.leave", "try.found"))


def test_a_success_leaves_one_entry_and_one_event(own_db, owner):
    agency = make_agency()
    leave(agency, actor=WHO, purpose="administer", on=LEFT)
    entry, = entries(owner)
    assert (entry["actor"], entry["agency"], entry["purpose"], entry["verb"]) == (WHO.id, "aim", "administer", "try.leave")
    assert entry["subject"] == "kernel.Agency:aim"
    assert entry["changes"] == {"kernel.Agency:aim": {"left_on": [None, "2026-11-24"]}}
    assert owner.execute("SELECT verb, subject, agency FROM kernel_event").fetchall() == [("try.leave", "kernel.Agency:aim", "aim")]


def test_a_new_record_is_news_in_every_column_and_persons_and_notes_are_kept(own_db, owner):
    person = uuid4()
    made = found("new", actor=WHO, purpose="administer", persons=(person, person))
    entry, = entries(owner)
    assert made.code == "new" and entry["subject"] == "kernel.Agency:new"
    assert entry["changes"]["kernel.Agency:new"]["name_ms"] == [None, "Nama"]
    assert entry["changes"]["count"] == 3 and entry["persons"] == [person]
    assert value(owner, "SELECT persons FROM kernel_event") == [person]


def test_an_action_inside_an_action_leaves_its_own_entry_and_gives_the_pen_back(own_db, owner):
    found("aim", actor=WHO, purpose="administer")
    assert [entry["verb"] for entry in entries(owner)] == ["try.leave", "try.found"]
    assert value(owner, "SELECT count(*) FROM kernel_event") == 2


def test_who_does_not_hold_the_verb_is_refused_and_leaves_no_trace(own_db, owner):
    agency = make_agency()
    with pytest.raises(Refused) as refused:
        leave(agency, actor=an_actor("coordinator"), purpose="administer", on=LEFT)
    assert refused.value.code == "not_allowed"
    assert entries(owner) == [] and value(owner, "SELECT count(*) FROM kernel_event") == 0


def test_the_policy_refuses_another_agency_and_leaves_no_trace(own_db, owner):
    agency = make_agency("tekun")
    with pytest.raises(Refused):
        leave(agency, actor=WHO, purpose="administer", on=LEFT)
    assert entries(owner) == [] and value(owner, "SELECT left_on FROM kernel_agency") is None


def test_a_refusal_half_way_takes_every_write_back(own_db, owner):
    agency = make_agency()
    with acting(WHO, purpose="administer"):
        with pytest.raises(Refused):
            leave(agency, actor=WHO, on=LEFT, refuse=True)
        with pytest.raises(ProgrammingError), transaction.atomic():
            Agency.objects.update(left_on=LEFT)
    assert entries(owner) == [] and value(owner, "SELECT left_on FROM kernel_agency") is None


def test_a_purpose_is_needed_and_must_be_a_known_one(own_db, owner):
    for purpose in ("", None, "curiosity"):
        with pytest.raises(Refused) as refused:
            found("x", actor=WHO, purpose=purpose)
        assert refused.value.code == "no_purpose"
    assert entries(owner) == []


def test_an_action_without_actor_cannot_be_defined_nor_called():
    with pytest.raises(TypeError, match="names its actor"):
        action("try.nobody", policy.anyone)(lambda subject: None)
    with pytest.raises(TypeError):
        found("x", purpose="administer")
    with pytest.raises(TypeError, match="needs an actor"):
        found("x", actor="me", purpose="administer")


def test_two_actions_cannot_share_a_verb():
    with pytest.raises(TypeError, match="one verb"):
        @action("try.found", policy.anyone)
        def other(subject: object, *, actor: Actor) -> None:
            """Never made."""
    assert VERBS["try.found"].says == "Make a partner, and let it leave at once where it is one's own."
    assert VERBS["try.leave"].may.startswith("Those of one's own agency")


@pytest.mark.parametrize("write", [
    lambda: Agency.objects.create(code="x", name_ms="x", name_en="x", kind="partner"),
    lambda: Agency.objects.update(kind="other"),
    lambda: Agency.objects.all()._raw_delete("default"),
])
@pytest.mark.parametrize("with_actor", [False, True])
def test_the_database_refuses_a_write_outside_an_action(own_db, write, with_actor):
    make_agency()
    with pytest.raises(ProgrammingError, match="outside an action"):
        if with_actor:
            with acting(WHO, purpose="administer"):
                write()
        else:
            write()


def test_the_actor_does_not_outlive_his_transaction(own_db):
    def there() -> list[str]:
        with connection.cursor() as cursor:
            names = ["actor", "agency", "purpose", "verb", "rights", "states"]
            cursor.execute("SELECT current_setting('sinergi.' || s, true) FROM unnest(%s::text[]) s", [names])
            return [row[0] or "" for row in cursor.fetchall()]

    make_agency()
    leave(Agency.objects.get(), actor=WHO, purpose="administer", on=LEFT)
    assert set(there()) == {""} and current() is None
    with pytest.raises(RuntimeError, match="no action is running"):
        changes()


def test_acting_joins_the_outer_one_of_the_same_actor_and_refuses_another(own_db):
    with acting(WHO, purpose="administer") as outer:
        with acting(WHO, purpose="audit") as inner:
            assert inner is outer
        with pytest.raises(RuntimeError, match="one actor"), acting(an_actor("auditor"), purpose="audit"):
            pass


def test_persons_shown_leave_one_entry_a_request(own_db, owner):
    ids = [uuid4() for _ in range(3)]
    with acting(WHO, purpose="register", request="A1B2", page="person"):
        shown(ids[:2])
        shown(ids)
    entry, = entries(owner)
    assert (entry["verb"], entry["subject"], entry["request"]) == ("person.read", "person", "A1B2")
    assert entry["persons"] == ids and entry["purpose"] == "register"


def test_showing_nobody_leaves_no_entry_and_showing_outside_is_a_defect(own_db, owner):
    with acting(WHO, purpose="register"):
        shown([])
    assert entries(owner) == []
    with pytest.raises(RuntimeError, match="outside"):
        shown([uuid4()])


def test_what_was_not_recorded_was_not_shown(own_db, owner):
    with pytest.raises(ZeroDivisionError), acting(WHO, purpose="register"):
        shown([uuid4()])
        _ = 1 / 0
    assert entries(owner) == []


def test_where_a_refusal_ends_the_whole_transaction_nothing_can_be_written_after_it(own_db, owner):
    agency, kept = make_agency(), make_agency("tekun")
    with pytest.raises(transaction.TransactionManagementError), acting(WHO, purpose="administer", whole=True):
        with pytest.raises(Refused):
            leave(agency, actor=WHO, on=LEFT, refuse=True)
        found("new", actor=WHO)
    assert entries(owner) == [] and value(owner, "SELECT count(*) FROM kernel_event") == 0
    assert value(owner, "SELECT count(*) FROM kernel_agency WHERE left_on IS NULL") == 2 and kept.left_on is None


def test_elsewhere_a_refused_action_leaves_what_was_done_before_and_after_it(own_db, owner):
    agency = make_agency()
    with acting(WHO, purpose="administer"):
        found("new", actor=WHO)
        with pytest.raises(Refused):
            leave(agency, actor=WHO, on=LEFT, refuse=True)
        found("later", actor=WHO)
    assert [e["subject"] for e in entries(owner)] == ["kernel.Agency:new", "kernel.Agency:later"]
    assert value(owner, "SELECT count(*) FROM kernel_agency WHERE left_on IS NOT NULL") == 0


def test_the_context_stands_before_whatever_comes_first_in_a_transaction(own_db, owner):
    """However the first statement is sent, PostgreSQL knows who acts; and it keeps it when that statement's savepoint is undone."""
    asked = "SELECT sinergi_actor() || '/' || current_setting('sinergi.verb', true)"

    def first(*send):
        with acting(WHO, purpose="administer"), writing("try.first"):
            send[0]()
            with connection.cursor() as cursor:
                cursor.execute(asked)
                return cursor.fetchone()[0]

    def several():
        with connection.cursor() as cursor:
            cursor.executemany("SELECT %s::text WHERE sinergi_actor() <> ''", [["a"], ["b"]])

    def undone():
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT nothing_of_this_name()", [])

    ways = (lambda: list(Agency.objects.all()), lambda: list(Agency.objects.iterator(chunk_size=1)), lambda: connection.cursor().execute("SELECT 1"),
            several, undone, lambda: None)
    assert {first(way) for way in ways} == {f"{WHO.id}/try.first"}
    with pytest.raises(RuntimeError, match="outside `acting`"), writing("try.first"):
        pass
