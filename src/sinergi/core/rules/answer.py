"""One programme's answer for one person or household: outcome, reasons, what is needed, what it gives, what it rests on.

An answer keeps the finding and puts it into words when it is asked to; the finding decides everything, the words nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sinergi.core.rules.bind import rows_used
from sinergi.core.rules.find import OFFICER, Finding, Outcome
from sinergi.core.rules.law import Criterion, Law, Programme, Row, Words
from sinergi.core.rules.likely import likely
from sinergi.core.rules.needs import HELD, Need
from sinergi.core.rules.situation import Situation
from sinergi.core.rules.soon import Soon, soon
from sinergi.core.rules.words import Speaker, plain, value_words

GROUP = {
    Outcome.ENTITLED: "yes",
    Outcome.UNKNOWN: "ask",
    Outcome.CANNOT_BE_COMPUTED: "ask",
    Outcome.HUMAN_REVIEW: "judge",
    Outcome.NOT_ENTITLED: "no",
    Outcome.NOT_IN_FORCE: "no",
}


@dataclass(frozen=True)
class FactUsed:
    """A fact a reason rests on; member None: the household's, value None: not known."""

    member: int | None
    fact: str
    value: Any
    words: dict[str, str]


@dataclass(frozen=True)
class Reason:
    """One criterion as found: True met, False failed, None open, 'officer' for a person to judge."""

    id: str
    result: bool | str | None
    text: dict[str, str]
    no: dict[str, str] | None
    cite: str
    status: str
    source: str
    facts: tuple[FactUsed, ...]


@dataclass(frozen=True)
class BenefitLine:
    """What the programme gives: sen per period (None: not known or in kind), by period where they differ, certain if it surely applies.

    `months` is the number of periods (of days where pay is daily), None where the law sets no end.
    """

    id: str
    name: dict[str, str] | None
    pay: str
    sen: int | None
    by_month: tuple[int | None, ...] | None
    months: int | None
    in_kind: dict[str, str] | None
    certain: bool


@dataclass(frozen=True)
class Figure:
    """A parameter's value the answer rests on."""

    parameter: str
    name: Words
    value: Any
    words: dict[str, str]
    start: dt.date | None
    end: dt.date | None
    status: str
    source: str
    cite: str
    note: str
    assumed: bool


class Answer:
    """The answer of one programme; see the module for how it relates to its finding."""

    def __init__(self, law: Law, situation: Situation, finding: Finding) -> None:
        self.law, self.situation, self.finding = law, situation, finding

    @property
    def of(self) -> Programme:
        """The programme itself."""
        return self.finding.bound.programme

    @property
    def programme(self) -> str:
        """The programme's id."""
        return self.of.id

    @property
    def agency(self) -> str:
        """The agency's code."""
        return self.of.agency

    @property
    def subject(self) -> int | None:
        """Index of the member it is about; None: the household."""
        return self.finding.subject

    @property
    def outcome(self) -> Outcome:
        """One of six."""
        return self.finding.outcome

    @property
    def group(self) -> str:
        """yes, ask, judge or no."""
        return GROUP[self.finding.outcome]

    @property
    def need(self) -> tuple[Need, ...]:
        """Facts still to be asked, by member."""
        return self.finding.need

    @property
    def missing(self) -> tuple[str, ...]:
        """Parameters without a value that keep it open."""
        return self.finding.missing

    @property
    def likely(self) -> bool:
        """Whether the agency has to confirm, since the sources are weak."""
        return likely(self.finding)

    @property
    def who(self) -> Any:
        """The facts it was read on."""
        return self.situation.household if self.subject is None else self.situation.people[self.subject]

    @cached_property
    def speaker(self) -> Speaker:
        """Fills its texts."""
        return Speaker(self.law, self.who, self.finding.day or self.situation.as_of)

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Every criterion that binds, in the file's order."""
        found = zip(self.finding.bound.criteria, self.finding.values, self.finding.shown, strict=True)
        return tuple(self.reason(criterion, value) for (criterion, _), value, shown in found if shown)

    def reason(self, criterion: Criterion, value: Any) -> Reason:
        """One criterion in words."""
        no = self.speaker.fill(criterion.no) if criterion.no and value is False else None
        facts = tuple(map(self.fact_used, criterion.facts))
        return Reason(criterion.id, value, self.speaker.fill(criterion.text), no, criterion.cite, criterion.status, criterion.source, facts)

    def fact_used(self, name: str) -> FactUsed:
        """A fact with its value."""
        fact = self.law.facts[name]
        member = None if fact.of_household else self.situation.head if self.subject is None else self.subject
        value = self.who.get(name)
        return FactUsed(member, name, value, {lang: value_words(fact.kind, value, lang, fact.labels) for lang in ("ms", "en")})

    @cached_property
    def benefits(self) -> tuple[BenefitLine, ...]:
        """What applies or may apply."""
        lines = []
        for given in self.finding.benefits:
            benefit = self.finding.bound.benefits[given.place].benefit
            differ = len(set(given.amounts)) > 1
            first = given.amounts[0] if given.amounts else None
            lines.append(
                BenefitLine(
                    benefit.id,
                    None if benefit.name is None else dict(benefit.name),
                    benefit.pay,
                    first,
                    given.amounts if differ else None,
                    given.months,
                    None if benefit.in_kind is None else self.speaker.fill(benefit.in_kind),
                    given.applies is True,
                )
            )
        return tuple(lines)

    @cached_property
    def rests_on(self) -> tuple[Figure, ...]:
        """Figures of the deciding criteria and of the benefits, each once."""
        found, bound = self.finding, self.finding.bound
        deciding = [i for i, v in enumerate(found.values) if (v is False if found.outcome is Outcome.NOT_ENTITLED else found.shown[i])]
        deciding += [len(found.values) + given.place for given in found.benefits]
        names = dict.fromkeys(name for i in deciding for name in bound.figures[i])
        return tuple(self.figure(name, row) for name in names for row in rows_used(self.law, name, found.day))

    def figure(self, name: str, row: Row) -> Figure:
        """One dated value."""
        parameter = self.law.parameters[name]
        words = {lang: value_words(parameter.kind, row.value, lang) for lang in ("ms", "en")}
        return Figure(name, parameter.title, row.value, words, row.start, row.end, row.status, row.source, row.cite, row.note, row.assumed)

    @cached_property
    def soon(self) -> tuple[Soon, ...]:
        """What will change it within 90 days, and figures passed but not commenced."""
        return soon(self.law, self.situation, self.finding)

    @property
    def documents(self) -> tuple[Words, ...]:
        """Papers to bring."""
        return self.of.documents

    @property
    def next_step(self) -> Words:
        """What to do now."""
        return self.of.next_step

    @property
    def office(self) -> Words:
        """Where."""
        return self.of.office

    @property
    def service_days(self) -> Any:
        """What the agency promises, as the file has it."""
        return self.of.service_days

    @cached_property
    def officer_decides(self) -> tuple[dict[str, str], ...]:
        """What an officer has to find."""
        return tuple(r.text for r in self.reasons if r.result == OFFICER)

    def question(self, need: Need) -> dict[str, str]:
        """The question for a need, with the day where it matters, and the member's name where it is not the one the answer is about."""
        return question_words(self.law, self.situation, need, named=need.member != self.subject)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON: amounts in sen, days as ISO text, both languages in every text; the same bytes for the same law, facts and day."""
        return answer_json(self)


HELD_QUESTION = {"ms": "Bantuan apakah yang sedang diterima?", "en": "Which assistance is being received now?"}
ON_DAY = {"ms": " (pada {})", "en": " (on {})"}


def question_words(law: Law, situation: Situation, need: Need, named: bool = True) -> dict[str, str]:
    """A need as a question, in both languages; `named`: it says whom it is about, where there are several members."""
    asked = HELD_QUESTION if need.fact == HELD else law.facts[need.fact].ask or {"ms": need.fact, "en": need.fact}
    name = "" if need.member is None or not named or len(situation.names) == 1 else f"{situation.names[need.member]}: "
    day = {lang: "" if need.day is None else ON_DAY[lang].format(value_words("date", need.day, lang)) for lang in ("ms", "en")}
    return {lang: f"{name}{asked[lang]}{day[lang]}" for lang in ("ms", "en")}


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer as plain JSON; keys and lists in a fixed order."""
    return {
        "programme": answer.programme,
        "agency": answer.agency,
        "name": answer.of.name,
        "subject": answer.subject,
        "outcome": str(answer.outcome),
        "group": answer.group,
        "likely": answer.likely,
        "day": plain(answer.finding.day),
        "reasons": [reason_json(reason) for reason in answer.reasons],
        "need": [{"member": n.member, "fact": n.fact, "day": plain(n.day), "question": answer.question(n)} for n in answer.need],
        "missing": list(answer.missing),
        "benefits": [{**vars(line), "by_month": plain(line.by_month)} for line in answer.benefits],
        "rests_on": [figure_json(used) for used in answer.rests_on],
        "soon": [{**vars(item), "day": plain(item.day)} for item in answer.soon],
        "documents": list(answer.documents),
        "next_step": answer.next_step,
        "office": answer.office,
        "service_days": plain(answer.service_days),
        "officer_decides": list(answer.officer_decides),
    }


def reason_json(reason: Reason) -> dict[str, Any]:
    """A reason, its facts with plain values."""
    return {**vars(reason), "facts": [{**vars(fact), "value": plain(fact.value)} for fact in reason.facts]}


def figure_json(used: Figure) -> dict[str, Any]:
    """A figure with its days named as the law files name them: from, to."""
    found = {**vars(used), "value": plain(used.value)}
    return {"from": plain(found.pop("start")), "to": plain(found.pop("end")), **found}
