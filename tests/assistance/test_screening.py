"""A household is screened: one determination an answer, kept once, recomputed to the byte, seen only by who may open the household."""
from __future__ import annotations

import datetime as dt

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError
from django.utils import timezone
from kernel_stage import entries, value
from registry_stage import FAMILY, ON, family, officer, spoken

from sinergi.assistance import actions, queries
from sinergi.assistance.models import Determination, Screening
from sinergi.kernel import law
from sinergi.kernel.acting import acting
from sinergi.kernel.errors import Refused
from sinergi.registry import actions as registry

AT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def aim(published_law):
    """A coordinator of one partner, under the published law."""
    return officer("aim")


@pytest.fixture
def household(aim):
    """A family that the partner registered."""
    known = {"citizenship": "citizen", "marital": "married", "work": "self_employed", "full_time_student": "no"}
    return family(aim, person={**FAMILY["person"], "facts": {**FAMILY["person"]["facts"], **known}})


def screen(actor, household, on=ON):
    return actions.screen_household(household.household_id, actor=actor, purpose="screen", on=on, at=AT)


def test_every_programme_is_answered_with_one_entry_and_no_value_in_clear(aim, household, owner):
    screening = screen(aim, household)
    made = entries(owner, "verb = 'household.screen'")
    assert len(made) == 1 and set(made[0]["persons"]) == set(household.people)
    assert "60000" not in str(made[0]["changes"]) and "islam" not in str(made[0]["changes"])
    found = owner.execute("SELECT DISTINCT programme FROM assistance_determination WHERE screening_id = %s", [screening.pk])
    programmes = {row[0] for row in found}
    with acting(aim, purpose="screen"):
        assert programmes == set(law.current().programmes) and len(programmes) == 43
        counts = queries.screenings(household.household_id)[0].counts
    assert sum(counts.values()) == value(owner, "SELECT count(*) FROM assistance_determination") and counts["not_entitled"] > 0


def test_a_stored_screening_is_recomputed_to_the_byte_with_what_was_known_then(aim, household):
    screening = screen(aim, household)
    registry.record_facts(household.person_id, actor=aim, purpose="screen", facts={"income": "RM 9,000"}, on=ON, at=timezone.now())
    with acting(aim, purpose="screen"):
        kept, answers = queries.stored(screening.pk)
        again = {(a.programme, a.subject): actions.canonical(a) for a in queries.replayed(kept).answers}
    assert again == answers and kept.law_version == screening.law_version


def test_another_answer_after_another_fact_leaves_the_old_one(aim, household):
    first = screen(aim, household)
    registry.record_facts(household.person_id, actor=aim, purpose="screen", facts={"income": "RM 9,000"}, on=ON, at=timezone.now())
    second = screen(aim, household)
    with acting(aim, purpose="screen"):
        answers = [dict(Determination.objects.filter(screening=s, subject=0).values_list("programme", "outcome")) for s in (first, second)]
    assert answers[0] != answers[1] and answers[1]["mof.str"] == "not_entitled"


def test_whoever_may_not_open_the_household_may_not_screen_it_and_sees_no_screening(aim, household, owner):
    screening = screen(aim, household)
    tekun = officer("tekun")
    with pytest.raises(Refused) as refused:
        screen(tekun, household)
    assert refused.value.code == "not_allowed"
    with acting(tekun, purpose="screen"):
        assert queries.stored(screening.pk) is None and queries.screenings(household.household_id) == ()
    with acting(officer("perkeso", "administrator", national=True), purpose="administer"):
        assert Screening.objects.count() == 0


def test_sensitive_screenings_ask_the_right_for_sensitive_facts(aim, household):
    screening = screen(aim, household)
    assert screening.sensitive
    machine = officer("aim", "machine")
    with acting(machine, purpose="screen"):
        assert queries.stored(screening.pk) is None


def test_a_consented_partner_screens_too(aim, household):
    tekun = officer("tekun")
    for person in household.people:
        given_by = None if person in household.people[:2] else household.person_id
        registry.give_consent(person, actor=aim, purpose="register", agencies=["tekun"], consent=spoken(given_by=given_by))
    assert screen(tekun, household).agency_id == "tekun"


def test_the_database_refuses_a_second_answer_and_any_change(aim, household, owner):
    screening = screen(aim, household)
    with pytest.raises(psycopg.errors.UniqueViolation), owner.transaction():
        owner.execute("SET LOCAL session_replication_role = replica")
        columns = "screening_id, programme, subject, person_id, outcome, likely, answer"
        owner.execute(f"INSERT INTO assistance_determination ({columns}) SELECT {columns} FROM assistance_determination"
                      " WHERE screening_id = %s LIMIT 1", [screening.pk])
    with pytest.raises((ProgrammingError, IntegrityError)), acting(aim, purpose="screen"):
        Determination.objects.filter(screening=screening).update(outcome="entitled")


def test_what_if_changes_answers_and_stores_nothing(aim, household, owner):
    with acting(aim, purpose="screen"):
        now = queries.sheet_of(household.household_id, on=ON, actor=aim)
        then = queries.sheet_of(household.household_id, on=ON, actor=aim, overrides={(0, "income"): "RM 9,000", (1, "income"): "RM 9,000"})
    before, after = ({(a.programme, a.subject): a.outcome for a in live.sheet.answers} for live in (now, then))
    assert before != after
    assert value(owner, "SELECT count(*) FROM assistance_screening") == 0


def test_what_was_determined_of_a_person_goes_when_he_is_forgotten(aim, household, owner):
    other = family(aim, person={"name": "Salmah binti Yusof", "mykad": "700101-17-5012"}, members=[])
    screen(aim, household)
    kept = screen(aim, other)
    dpo, child = officer("perkeso", "protection_officer", national=True), household.people[2]
    registry.open_request(child, actor=dpo, purpose="request", kind="erase", on=ON)
    registry.erase_person(child, actor=dpo, purpose="request")
    assert [row[0] for row in owner.execute("SELECT id FROM assistance_screening").fetchall()] == [kept.pk]
    assert value(owner, "SELECT count(*) FROM assistance_determination WHERE person_id = ANY (%s)", list(household.people)) == 0
