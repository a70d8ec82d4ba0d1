"""Every programme for every person of a household on one sheet, and the questions that settle most of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
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


class Question:
    """A fact to ask next: of which member (None: of the household), of which day, and which programmes it helps to settle."""

    def __init__(self, law: Law, situation: Situation, need: Need, programmes: tuple[str, ...], points: int) -> None:
        self.law, self.situation, self.need, self.programmes, self.weight = law, situation, need, programmes, points
        self.member, self.fact, self.day = need

    @property
    def kind(self) -> str:
        """The type of the fact; benefits held have their own."""
        return HELD if self.fact == HELD else self.law.facts[self.fact].kind

    @property
    def text(self) -> dict[str, str]:
        """The question in both languages."""
        return question_words(self.law, self.situation, self.need)

    @property
    def why(self) -> Words | None:
        """Why it is asked, where the vocabulary says so."""
        return None if self.fact == HELD else self.law.facts[self.fact].why


class Sheet:
    """All answers as of a day under one version of the law."""

    def __init__(self, law: Law, situation: Situation, findings: Iterable[Finding]) -> None:
        self.law, self.situation, self.as_of, self.law_version = law, situation, situation.as_of, law.version
        self.answers = tuple(Answer(law, situation, found) for found in findings)

    @cached_property
    def ask(self) -> tuple[Question, ...]:
        """Questions, best first: each open answer gives its weight, by its amount, to the facts it needs; of equals the easiest first."""
        points: dict[Need, int] = {}
        helped: dict[Need, list[str]] = {}
        for answer in self.answers:
            found = answer.finding
            if found.need:
                share = weight(found) // len(found.need)
                for need in found.need:
                    if need in points:
                        points[need] += share
                        helped[need].append(found.bound.programme.id)
                    else:
                        points[need], helped[need] = share, [found.bound.programme.id]
        order = ease(self.law)
        ranked = sorted(points, key=lambda n: (-points[n], order[n.fact], n.member or 0, str(n.day)))
        return tuple(Question(self.law, self.situation, need, tuple(dict.fromkeys(helped[need])), points[need]) for need in ranked)

    def as_json(self) -> dict[str, Any]:
        """The sheet as plain JSON, always in the same order."""
        return {
            "as_of": plain(self.as_of),
            "law_version": self.law_version,
            "members": list(self.situation.names),
            "answers": [answer.as_json() for answer in self.answers],
            "ask": [
                {
                    "member": q.member,
                    "fact": q.fact,
                    "day": plain(q.day),
                    "kind": q.kind,
                    "text": q.text,
                    "programmes": list(q.programmes),
                    "weight": q.weight,
                }
                for q in self.ask
            ],
        }

    def as_bytes(self) -> bytes:
        """The canonical bytes of as_json: the same law, facts and day give the same bytes."""
        return json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def ease(law: Law) -> dict[str, tuple[int, int]]:
    """How easily a fact is told: yes or no first, then one of a few, then days and numbers; of equals in the order of the vocabulary."""
    if "ease" not in law.cache:
        kinds = [(name, fact.kind.partition(":")[0]) for name, fact in law.facts.items()]
        law.cache["ease"] = {HELD: (5, 0), **{name: (EASE.get(kind, 5), i) for i, (name, kind) in enumerate(kinds)}}
    found: dict[str, tuple[int, int]] = law.cache["ease"]
    return found


def weight(found: Finding) -> int:
    """What settling an answer is worth: 1,200 points and 200 more for each digit of the ringgit a year; a third where only the amount is open."""
    yearly = 0
    for given in found.benefits:
        most = 0
        for sen in given.amounts:
            if sen is not None and sen > most:
                most = sen
        if most:
            yearly += most * (given.months or PER_YEAR[found.bound.benefits[given.place].benefit.pay])
    points = 1200 + 200 * len(str(yearly // 100))
    return points if found.outcome is Outcome.UNKNOWN else points // 3


def screen(law: Law, situation: Situation, as_of: dt.date, programmes: Iterable[str] | None = None) -> Sheet:
    """Every programme (or those named) for everybody in the household, as of the day. KeyError for an id that the law does not have."""
    read = situation if situation.as_of == as_of else on_day(situation, as_of)
    found = findings(law, read)
    if programmes is not None:
        wanted = {law.programmes[name].id for name in programmes}
        found = [one for one in found if one.bound.programme.id in wanted]
    return Sheet(law, read, found)
