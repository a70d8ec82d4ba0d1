"""Examples of the programme files: a household out of an example, and what its expectation finds at fault."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from sinergi.core.money import money_words
from sinergi.core.rules.faults import FactFaults
from sinergi.core.rules.find import Finding, Outcome, find
from sinergi.core.rules.law import WEAK, Law, Programme
from sinergi.core.rules.likely import likely
from sinergi.core.rules.situation import Situation, read_situation
from sinergi.core.rules.values import value_of

KEYS = ("case", "as_of", "facts", "household", "members", "held", "for", "expect", "note")
EXPECTED = ("outcome", "failed", "need", "amount", "benefits", "likely")
Find = Callable[[Law, Programme, Situation, "int | None"], Finding]


def household_of(law: Law, example: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """The example as a household document, and the index of the person decided for."""
    members = [dict(m) for m in example.get("members") or [{}]]
    subject = int(example.get("for", 1)) - 1
    household = dict(example.get("household") or {})
    for name, value in (example.get("facts") or {}).items():
        fact = law.facts.get(name)
        (household if fact is not None and fact.of_household else members[subject])[name] = value
    for name in [n for n in household if n in law.facts and not law.facts[n].of_household and law.facts[n].group != "event"]:
        members[subject].setdefault(name, household.pop(name))
    if "held" in example:
        members[subject]["held"] = example["held"]
    return {"household": household, "members": members}, subject


def check_example(law: Law, programme: Programme, example: Mapping[str, Any], finder: Find = find) -> list[str]:
    """What differs between the example's expectation and the finding; nothing where it holds."""
    wrong = [f"unknown key {key!r}: one of {', '.join(KEYS)}" for key in example if key not in KEYS]
    as_of, expect = example.get("as_of"), example.get("expect")
    if not isinstance(as_of, dt.date) or not isinstance(expect, Mapping) or "outcome" not in expect:
        return [*wrong, "needs as_of, a date, and expect with an outcome"]
    wrong += [f"unknown key expect.{key}: one of {', '.join(EXPECTED)}" for key in expect if key not in EXPECTED]
    raw, subject = household_of(law, example)
    try:
        situation = read_situation(law, raw, as_of)
    except FactFaults as faults:
        return [*wrong, *map(str, faults.faults)]
    return wrong + differences(expect, finder(law, programme, situation, None if programme.for_household else subject))


def differences(expect: Mapping[str, Any], found: Finding) -> list[str]:
    """What the finding says otherwise than expected."""
    wanted = str(expect["outcome"]).replace(" ", "_")
    if wanted not in list(Outcome):
        return [f"unknown outcome {expect['outcome']!r}: one of {', '.join(Outcome)}"]
    wrong = []
    failed = [c.id for (c, _), v in zip(found.bound.criteria, found.values, strict=True) if v is False]
    need = sorted({n.fact for n in found.need})
    if wanted != found.outcome:
        wrong.append(f"expected {wanted}, found {found.outcome}; failed {failed}, need {need}, without a figure {list(found.missing)}")
    if "failed" in expect and sorted(map(str, expect["failed"])) != sorted(failed):
        wrong.append(f"expected failed {expect['failed']}, found {failed}")
    if "need" in expect and sorted(set(map(str, expect["need"]))) != need:
        wrong.append(f"expected need {expect['need']}, found {need}")
    if "likely" in expect and expect["likely"] is not likely(found):
        wrong.append(f"expected likely {expect['likely']}, found {likely(found)} ({'weak: ' + ', '.join(sorted(WEAK))})")
    return wrong + amount_differences(expect, found)


def amount_differences(expect: Mapping[str, Any], found: Finding) -> list[str]:
    """expect.amount is that of the first benefit with an amount; expect.benefits is by id (null: not known, true: applies, false: does not)."""
    by_id = {found.bound.benefits[g.place].benefit.id: g for g in found.benefits}
    wrong = []
    if "amount" in expect:
        paid = [g for g in found.benefits if g.amounts]
        first = next((g.amounts for g in [*(g for g in paid if g.applies), *paid]), ())
        wrong += one_amount("amount", expect["amount"], first)
    for name, amount in (expect.get("benefits") or {}).items():
        benefit = by_id.get(name)
        if isinstance(amount, bool):
            if amount is not (benefit is not None and benefit.applies is True):
                wrong.append(f"benefit {name}: expected {'to apply' if amount else 'not to apply'}")
        elif benefit is None:
            wrong.append(f"benefit {name} does not apply: found {', '.join(by_id) or 'none'}")
        else:
            wrong += one_amount(f"benefit {name}", amount, benefit.amounts)
    return wrong


def one_amount(name: str, expected: Any, found: tuple[int | None, ...]) -> list[str]:
    """One amount, or a list of them by month, against what was found."""
    try:
        wanted = tuple(value_of("money", x) for x in (expected if isinstance(expected, list) else [expected]))
    except ValueError as fault:
        return [f"{name}: {fault}"]
    same = wanted == found if isinstance(expected, list) else bool(found) and set(found) == set(wanted)
    words = ", ".join("not known" if a is None else money_words(a) for a in found)
    return [] if same else [f"{name}: expected {expected}, found {words or 'no amount'}"]
