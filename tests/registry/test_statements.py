"""How many statements a query takes does not grow with its rows."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from registry_stage import FAMILY, ON, family, law, officer, somebody

from sinergi.kernel.acting import acting
from sinergi.registry import actions, queries
from sinergi.registry.submission import read_submission

QUERIES = {
    "members": lambda home, actor: queries.members(home.household_id, ON),
    "people": lambda home, actor: queries.people(home.people),
    "document": lambda home, actor: queries.document_of(home.household_id, on=ON, actor=actor, law=law()),
    "facts": lambda home, actor: queries.facts_of(home.person_id, ON, law=law()),
    "history": lambda home, actor: queries.fact_history(home.person_id, ON, law=law()),
    "recent": lambda home, actor: queries.recent_people(actor),
    "looked": lambda home, actor: queries.looked(home.person_id),
    "search": lambda home, actor: queries.find_persons("Norazlina Hamzah 1989", actor=actor, on=ON),
}


def count(call) -> int:
    with CaptureQueriesContext(connection) as caught:
        call()
    return len(caught)


@pytest.mark.parametrize("name", QUERIES)
def test_one_row_or_three_take_the_same_statements(own_db, name):
    aim = officer("aim")
    alone = family(aim, members=[], person={**FAMILY["person"], "mykad": "891214-17-5090", "facts": {"income": "RM 1.00"}})
    home = family(aim)
    somebody(aim)
    with acting(aim, purpose="screen"):
        few = count(lambda: QUERIES[name](alone, aim))
        assert count(lambda: QUERIES[name](home, aim)) == few <= 8


def test_a_list_of_three_takes_the_statements_of_one(own_db):
    aim = officer("aim")
    cards = ["900227-17-5136", "851103-17-5121", "000109-17-0159", "020825-17-0103"]
    cleans = [
        read_submission({"person": {"name": "Ali bin Abu", "mykad": c}, "address": {"state": "perak"}}, law=law(), on=ON, demo=True) for c in cards
    ]
    one = count(lambda: actions.register_households([(None, cleans[0]), (None, cleans[0])], actor=aim, purpose="register"))
    assert count(lambda: actions.register_households([(None, c) for c in cleans[1:]], actor=aim, purpose="register")) == one
