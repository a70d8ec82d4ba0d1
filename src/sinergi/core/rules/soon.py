"""What will change an answer: a birthday or a deadline within ninety days, a figure that is passed and has not commenced."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sinergi.core.rules.bind import bind_changed
from sinergi.core.rules.find import Finding, Outcome, given
from sinergi.core.rules.law import Law, Row
from sinergi.core.rules.naive import Who, evaluate
from sinergi.core.rules.situation import Situation, on_day
from sinergi.core.rules.tree import Node
from sinergi.core.rules.words import LANGUAGES, NO_FIGURE, Speaker, value_words

AHEAD = 90
APPLY_BY = {
    "ms": "Mohon sebelum atau pada {day}: selepas itu syarat ini tidak lagi dipenuhi: {text}",
    "en": "Apply by {day}: after that this no longer holds: {text}",
}
MET_FROM = {"ms": "Mulai {day} syarat ini dipenuhi: {text}", "en": "From {day} this is met: {text}"}
PASSED = {
    "ms": "{name}: {value} sebaik sahaja berkuat kuasa (diluluskan, belum berkuat kuasa: {cite})",
    "en": "{name}: {value} once it commences (passed, not commenced: {cite})",
}


@dataclass(frozen=True)
class Soon:
    """kind: deadline (last day it holds), from (first day it is met), or passed (a figure; no day is known)."""

    kind: str
    day: dt.date | None
    parameter: str | None
    text: dict[str, str]


def soon(law: Law, situation: Situation, found: Finding) -> tuple[Soon, ...]:
    """Turning days of the criteria within ninety days, then figures passed and not commenced."""
    if found.outcome is Outcome.NOT_IN_FORCE:
        return ()
    return (*turning(law, situation, found), *passed(law, situation, found))


def turning(law: Law, situation: Situation, found: Finding) -> list[Soon]:
    """Criteria that hold now and will not, or that alone stand in the way and will hold, with the day they turn."""
    later: dict[int, Situation] = {}
    failing = found.values.count(False)
    who = situation.household if found.subject is None else situation.people[found.subject]
    speaker = Speaker(law, who, found.day or situation.as_of)
    items = []
    for (criterion, tree), value in zip(found.bound.criteria, found.values, strict=True):
        if tree is None or value not in (True, False) or (value is False and failing > 1) or not criterion.turns:
            continue
        if (value is True) == (found.outcome is Outcome.NOT_ENTITLED):
            continue
        if turned := turns_after(tree, value, situation, found.subject, later):
            day = situation.as_of + dt.timedelta(days=turned - 1 if value else turned)
            words = APPLY_BY if value else MET_FROM
            said = speaker.fill(criterion.text)
            text = {lang: words[lang].format(day=value_words("date", day, lang), text=said[lang]) for lang in LANGUAGES}
            items.append(Soon("deadline" if value else "from", day, None, text))
    return items


def turns_after(tree: Node, value: bool, situation: Situation, subject: int | None, later: dict[int, Situation]) -> int | None:
    """Days until the tree first has another settled value, sought by halving; None if it has the same value at the end of the span."""

    def at(days: int) -> bool | None:
        if days not in later:
            later[days] = on_day(situation, situation.as_of + dt.timedelta(days=days))
        who: Who = later[days].household if subject is None else later[days].people[subject]
        found: bool | None = evaluate(tree, who)
        return found

    if at(AHEAD) is not (not value):
        return None
    same, other = 0, AHEAD
    while other - same > 1:
        middle = (same + other) // 2
        same, other = (middle, other) if at(middle) is value else (same, middle)
    return other


def passed(law: Law, situation: Situation, found: Finding) -> list[Soon]:
    """Figures read here that Parliament passed and that have not commenced, with the amount they would give."""
    items = []
    for name in dict.fromkeys(name for names in found.bound.figures for name in names):
        parameter = law.parameters[name]
        for row in parameter.passed:
            text = {}
            for lang in LANGUAGES:
                value = NO_FIGURE[lang] if row.value is None else value_words(parameter.kind, row.value, lang)
                value += changed_amount(law, situation, found, name, row, lang)
                text[lang] = PASSED[lang].format(name=parameter.title[lang], value=value, cite=row.cite)
            items.append(Soon("passed", None, name, text))
    return items


def changed_amount(law: Law, situation: Situation, found: Finding, name: str, row: Row, lang: str) -> str:
    """' = RM2,765' where a benefit's one amount would differ under the figure."""
    if found.outcome is Outcome.NOT_ENTITLED:
        return ""
    who = situation.household if found.subject is None else situation.people[found.subject]
    other = bind_changed(law, found.bound.programme, found.day, situation.as_of, name, row)
    now = {benefit.place: benefit.amounts for benefit in found.benefits}
    for benefit in given(other, who):
        if benefit.amounts and benefit.amounts != now.get(benefit.place) and benefit.amounts[0] is not None:
            return f" = {value_words('money', benefit.amounts[0], lang)}"
    return ""
