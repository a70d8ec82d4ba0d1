"""Whatever the law and the household: the written code finds what the judge finds, and what is settled stays settled.

SINERGI_EXAMPLES sets how many random cases each property is tried on.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinergi.core import rules
from sinergi.core.rules.find import Outcome
from sinergi.core.rules.situation import Situation, situation
from sinergi.core.rules.tree import walk
from tests.core.random_laws import VALUES, households, laws
from tests.core.small_law import DAY, both, sample

MANY = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=int(os.environ.get("SINERGI_EXAMPLES", "60")))


@MANY
@given(laws(), households())
def test_the_written_code_finds_what_the_judge_finds(law: rules.Law, home: Situation):
    both(law, home)


@MANY
@given(laws(event="as_of"), st.data())
def test_what_is_settled_holds_for_every_completion(law: rules.Law, data: Any):
    complete = data.draw(households(known=True))
    hidden = set(data.draw(st.lists(st.sampled_from([f.name for f in sample().facts.values() if f.tree is None]))))
    members = [
        {
            **{k: v for k, v in person.items() if k in sample().facts and not sample().facts[k].of_household and k not in hidden},
            "held": person["held"],
        }
        for person in complete.people
    ]
    home = {k: v for k, v in complete.facts.items() if k not in hidden}
    if data.draw(st.booleans()):
        members[0]["held"] = ((), False)
    partial = situation(DAY, home, members)
    programme = law.programmes["aim.test"]
    for subject in [None] if programme.for_household else range(len(members)):
        less, more = rules.find(law, programme, partial, subject), rules.find(law, programme, complete, subject)
        for (_, tree), before, after in zip(less.bound.criteria, less.values, more.values, strict=True):
            if tree is not None and before is not None and not any(n.op == "known" for n in walk(tree)):
                assert before == after


@MANY
@given(laws(), households(known=True))
def test_nothing_is_asked_when_everything_is_known(law: rules.Law, home: Situation):
    for found in both(law, home):
        asked = {need.fact for need in found.need}
        assert asked <= {"wages"}, "a record of amounts may lack a month"
        assert found.outcome is not Outcome.UNKNOWN or asked


@MANY
@given(laws(), households(), households())
def test_one_unit_reads_any_household(law: rules.Law, one: Situation, other: Situation):
    first = both(law, one)
    both(law, other)
    assert both(law, one) == first


def test_every_kind_of_fact_has_random_values():
    assert {f.kind for f in sample().facts.values() if f.tree is None} == set(VALUES)
