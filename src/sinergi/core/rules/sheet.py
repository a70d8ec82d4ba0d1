"""Every programme for every person of a household on one sheet, and the questions that settle most of it."""
from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sinergi.core.rules.answer import Answer, question_words
from sinergi.core.rules.find import Finding, Outcome
from sinergi.core.rules.law import Law, Words
from sinergi.core.rules.needs import HELD, Need
from sinergi.core.rules.situation import Situation, on_day
from sinergi.core.rules.words import plain
from sinergi.core.rules.written import findings

PER_YEAR = {"once": 1, "daily": 365, "monthly": 12, "yearly": 1}
EASE = {"bool": 0, "enum": 1, "date": 2, "int": 3, "money": 4}


@dataclass(frozen=True)
class Question:
    """A fact to ask next: of whom, in which words, and which programmes it helps to settle."""

    member: int | None
    fact: str
    day: dt.date | None
    kind: str
    text: dict[str, str]
    why: Words | None
    programmes: tuple[str, ...]
    weight: int


class Sheet:
    """All answers as of a day under one version of the law."""

    def __init__(self, law: Law, situation: Situation, findings: Iterable[Finding]) -> None:
        self.law, self.situation, self.as_of, self.law_version = law, situation, situation.as_of, law.version
        self.answers = tuple(Answer(law, situation, found) for found in findings)

    @cached_property
    def ask(self) -> tuple[Question, ...]:
        """Questions, best first: each open answer gives its weight, by its amount, to the facts it needs; of equals the easiest first."""
        points: dict[Need, int] = {}
        helped: dict[Need, dict[str, None]] = {}
        for answer in self.answers:
            found = answer.finding
            if found.need:
                share = weight(found) // len(found.need)
                for need in found.need:
                    points[need] = points.get(need, 0) + share
                    helped.setdefault(need, {})[answer.programme] = None
        order = {name: i for i, name in enumerate(self.law.facts)}
        ranked = sorted(points, key=lambda n: (-points[n], EASE.get(self.kind(n.fact).partition(":")[0], 5), order.get(n.fact, -1), n.member or 0,
                                               str(n.day)))
        return tuple(self.question(need, points[need], tuple(helped[need])) for need in ranked)

    def kind(self, fact: str) -> str:
        """The type of a fact; benefits held have their own."""
        return HELD if fact == HELD else self.law.facts[fact].kind

    def question(self, need: Need, points: int, programmes: tuple[str, ...]) -> Question:
        """A need in words."""
        why = None if need.fact == HELD else self.law.facts[need.fact].why
        return Question(need.member, need.fact, need.day, self.kind(need.fact), question_words(self.law, self.situation, need), why, programmes, points)

    def as_json(self) -> dict[str, Any]:
        """The sheet as plain JSON, always in the same order."""
        return {"as_of": plain(self.as_of), "law_version": self.law_version, "members": list(self.situation.names),
                "answers": [answer.as_json() for answer in self.answers],
                "ask": [{"member": q.member, "fact": q.fact, "day": plain(q.day), "kind": q.kind, "text": q.text, "programmes": list(q.programmes),
                         "weight": q.weight} for q in self.ask]}

    def as_bytes(self) -> bytes:
        """The canonical bytes of as_json: the same law, facts and day give the same bytes."""
        return json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def weight(found: Finding) -> int:
    """What settling an answer is worth: 1,200 points and 200 more for each digit of the ringgit a year; a third where only the amount is open."""
    yearly = 0
    for given in found.benefits:
        sen = max((a for a in given.amounts if a is not None), default=0)
        yearly += sen * (given.months or PER_YEAR[found.bound.benefits[given.index].benefit.pay])
    points = 1200 + 200 * len(str(max(yearly, 0) // 100))
    return points if found.outcome is Outcome.UNKNOWN else points // 3


def screen(law: Law, situation: Situation, as_of: dt.date, programmes: Iterable[str] | None = None) -> Sheet:
    """Every programme (or those named) for everybody in the household, as of the day. KeyError for an id that the law does not have."""
    read = situation if situation.as_of == as_of else on_day(situation, as_of)
    found = findings(law, read)
    if programmes is not None:
        wanted = {law.programmes[name].id for name in programmes}
        found = [one for one in found if one.bound.programme.id in wanted]
    return Sheet(law, read, found)
