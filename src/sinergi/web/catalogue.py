"""The law as a reader sees it: programmes, their rules in words, their figures through time. Reads core.rules.Law, writes nothing."""
from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sinergi.core.money import money_words, sen_of_text
from sinergi.core.rules.law import WEAK, Benefit, Criterion, Law, Parameter, Programme, Row
from sinergi.core.rules.tree import Node, parameters_of
from sinergi.core.rules.words import PLACEHOLDER, row_words, value_words
from sinergi.registry.codes import NEEDS

GROUP_OF_OUTCOME = {"entitled": "yes", "unknown": "ask", "cannot be computed": "ask", "human review": "judge", "not entitled": "no",
                    "not in force": "no"}
UNITS = {
    "RM a month": _("RM a month"), "RM a year": _("RM a year"), "RM a day": _("RM a day"), "RM once": _("RM once"), "years": _("years"),
    "months": _("months"), "days": _("days"), "working days": _("working days"), "hours": _("hours"), "persons": _("persons"),
    "RM a month a household": _("RM a month a household"), "RM a month a head": _("RM a month a head"),
    "RM a month a child": _("RM a month a child"), "RM a month a family": _("RM a month a family"),
    "RM a month, gross": _("RM a month, gross"),
    "RM, by plan": _("RM, by plan"), "RM a month, by plan": _("RM a month, by plan"), "contributions": _("contributions"),
    "contributions, by claim": _("contributions, by claim"), "RM a month, band of the wage": _("RM a month, band of the wage"),
    "share of the assumed wage": _("share of the assumed wage"), "share of the average wage": _("share of the average wage"),
    "share of the wage": _("share of the wage"), "share of households": _("share of households"), "households": _("households"),
}
NUMBERS = ("money", "rate", "int")
UNKNOWN_FACT = "…"


def language() -> Literal["ms", "en"]:
    """The language of the page, one of the two the law is written in."""
    return "en" if get_language() == "en" else "ms"


def need_words(code: str) -> str:
    """A need in the page's language."""
    return NEEDS[code][language()]


@dataclass(frozen=True)
class Value:
    """One dated value of a figure, in words. `rows`: the lines of a banded table; `number`: for the chart, else None."""

    start: dt.date | None
    end: dt.date | None
    text: str
    rows: tuple[str, ...]
    number: int | None
    status: str
    source: str
    cite: str
    note: str
    assumed: bool
    where: str
    now: bool


@dataclass(frozen=True)
class FigureThroughTime:
    """One figure of the law with every value it had, newest first."""

    name: str
    title: str
    unit: str
    kind: str
    values: tuple[Value, ...]

    @property
    def now(self) -> tuple[Value, ...]:
        """The values in force on the day of the page."""
        return tuple(v for v in self.values if v.now)

    @property
    def charted(self) -> tuple[Value, ...]:
        """The values a step chart can show, oldest first; empty where there are fewer than three or they are no single numbers."""
        dated = [v for v in self.values if v.start is not None and not v.where]
        return tuple(reversed(dated)) if self.kind in NUMBERS and len([v for v in dated if v.number is not None]) >= 3 else ()


@dataclass(frozen=True)
class Requirement:
    """One criterion in words. kind: machine, officer (a person finds it), soft (an officer may look past it)."""

    text: str
    cite: str
    status: str
    kind: str


@dataclass(frozen=True)
class Gift:
    """What a programme gives: words, how often, the figures an amount is worked out from."""

    name: str
    text: str
    pay: str
    figures: tuple[str, ...]
    status: str


@dataclass(frozen=True)
class Example:
    """One worked example of the law file. `case` is written in the file's English."""

    case: str
    as_of: dt.date
    group: str
    outcome: str
    amount: str


@dataclass(frozen=True)
class Page:
    """One programme with everything its page shows."""

    of: Programme
    requirements: tuple[Requirement, ...]
    exclusions: tuple[Requirement, ...]
    gifts: tuple[Gift, ...]
    figures: tuple[FigureThroughTime, ...]
    examples: tuple[Example, ...]
    in_force: bool
    weak: bool = field(default=False)


def words_of(law: Law, row: Row, kind: str) -> str:
    """A value in the page's language; "" for a figure that was looked for and not found."""
    if row.value is None:
        return ""
    single = kind.removeprefix("list:")
    if single.split(":")[0] in ("enum", "word", "text"):
        known = {code: words for fact in law.facts.values() for code, words in fact.labels.items()}
        codes = [row.value] if single == kind else row.value
        return ", ".join(known[code][language()] if code in known else str(code).replace("_", " ") for code in codes)
    return value_words(kind, row.value, language())


def value_of(law: Law, parameter: Parameter, row: Row, day: dt.date) -> Value:
    """One row of a parameter in words."""
    lang, table = language(), parameter.kind.startswith("table|")
    where = ", ".join(label(law, name, value) for name, value in row.where)
    lines = tuple(row_words(parameter.kind, line, lang) for line in row.value) if table and row.value else ()
    number = row.value if parameter.kind in NUMBERS else None
    text = "" if table else words_of(law, row, parameter.kind)
    return Value(row.start, row.end, text, lines, number, row.status, row.source, row.cite, row.note, row.assumed, where, row.holds_on(day))


def label(law: Law, fact: str, value: Any) -> str:
    """A value of a fact in words, for figures that hold for some people only."""
    known = law.facts.get(fact)
    return value_words(known.kind, value, language(), known.labels) if known else str(value).replace("_", " ")


def figure(law: Law, name: str, day: dt.date) -> FigureThroughTime:
    """A parameter through time, newest first; values passed but not commenced on top."""
    parameter = law.parameters[name]
    rows = sorted(parameter.rows, key=lambda r: r.start or dt.date.max, reverse=True)
    return FigureThroughTime(name, parameter.title[language()], unit_words(parameter), parameter.kind,
                             tuple(value_of(law, parameter, row, day) for row in rows))


def unit_words(parameter: Parameter) -> str:
    """The unit of a figure in the page's language; "" where the words of the figure already say it, or no Malay is known."""
    unit = parameter.unit
    if unit in UNITS:
        return str(UNITS[unit]).removeprefix("RM").lstrip(", ") if parameter.kind == "money" else str(UNITS[unit])
    return "" if unit in ("RM", "date", "rule", "dates") or language() == "ms" else unit


def filled(law: Law, text: Mapping[str, str], day: dt.date) -> str:
    """A text of the law with its figures as they stand on the day. A person's own facts are left as an ellipsis: nobody is asked here."""
    def word(found: re.Match[str]) -> str:
        name, _bracket, number = found[1].partition("[")
        parameter = law.parameters.get(name)
        if parameter is None:
            return UNKNOWN_FACT
        values = [row.value for row in parameter.on(day) if row.value is not None]
        kind = parameter.kind
        if number:
            values, kind = [v[int(number.rstrip("]")) - 1] for v in values], kind.partition(":")[2]
        return " / ".join(dict.fromkeys(value_words(kind, v, language()) for v in values)) or UNKNOWN_FACT

    return PLACEHOLDER.sub(word, text[language()])


def requirement(law: Law, criterion: Criterion, day: dt.date) -> Requirement:
    """One criterion in words."""
    kind = "officer" if criterion.by_officer else "soft" if criterion.soft else "machine"
    return Requirement(filled(law, criterion.text, day), criterion.cite, criterion.status, kind)


def gift(law: Law, benefit: Benefit, day: dt.date) -> Gift:
    """One benefit in words: the sum where it is one figure, else the names of the figures it is worked out from."""
    name = benefit.name[language()] if benefit.name else ""
    if benefit.in_kind:
        text = filled(law, benefit.in_kind, day)
        return Gift("" if text.startswith(name) else name, text, "" if benefit.amount is None else benefit.pay, (), "")
    used = parameters_of(benefit.amount) if benefit.amount else []
    if benefit.amount is not None and benefit.amount.op == "param":
        rows = [row for row in law.parameters[used[0]].on(day) if row.value is not None]
        if len(rows) == 1:
            return Gift(name, words_of(law, rows[0], law.parameters[used[0]].kind), benefit.pay, (), rows[0].status)
    return Gift(name, "", benefit.pay, tuple(law.parameters[p].title[language()] for p in used), "")


def gifts(law: Law, programme: Programme, day: dt.date) -> tuple[Gift, ...]:
    """What a programme gives under the rules of the day, equal lines once."""
    return tuple(dict.fromkeys(gift(law, benefit, day) for benefit in programme.version_on(day).benefits))


def example(raw: Mapping[str, Any]) -> Example:
    """One worked example: the case, the day and what must come out."""
    expect = raw.get("expect", {})
    outcome = str(expect.get("outcome", ""))
    amount, day = expect.get("amount"), raw.get("as_of")
    said = "" if amount is None or isinstance(amount, list) else money_words(sen_of_text(str(amount)))
    return Example(str(raw.get("case", "")), day if isinstance(day, dt.date) else dt.date.fromisoformat(str(day)),
                   GROUP_OF_OUTCOME[outcome], outcome, said)


def figures_used(programme: Programme, day: dt.date) -> list[str]:
    """Names of every figure the rules of the day read or name, each once, in the order of the file."""
    version = programme.version_on(day)
    trees: list[Node | None] = []
    found: list[str] = []
    for criterion in version.criteria:
        trees += [criterion.tree, criterion.only_when]
        found += [name.partition("[")[0] for name in PLACEHOLDER.findall(criterion.text["ms"])]
    for benefit in version.benefits:
        trees += [benefit.when, benefit.amount, benefit.months]
    return list(dict.fromkeys([*(name for tree in trees if tree is not None for name in parameters_of(tree)), *found]))


def page_of(law: Law, programme: Programme, day: dt.date) -> Page:
    """Everything the page of one programme shows on a day."""
    version = programme.version_on(day)
    said = [(c.excluded, requirement(law, c, day)) for c in version.criteria]
    names = [name for name in figures_used(programme, day) if name in law.parameters]
    weak = any(c.status in WEAK for c in version.criteria)
    weak = weak or any(row.status in WEAK for name in names for row in law.parameters[name].on(day))
    return Page(programme, tuple(r for excluded, r in said if not excluded), tuple(r for excluded, r in said if excluded),
                gifts(law, programme, day), tuple(figure(law, name, day) for name in names),
                tuple(example(e) for e in programme.examples), programme.in_force_on(day), weak)


def folded(text: str) -> str:
    """Text as it is compared in the search: lower case, single spaces."""
    return " ".join(text.lower().split())


def matching(programmes: Iterable[Programme], names: Mapping[str, str], *, need: str = "", agency: str = "",
             q: str = "") -> list[Programme]:
    """The programmes that answer a need, belong to an agency and contain every word of q in name, purpose or agency, in either language."""
    asked = folded(q).split()
    found = []
    for one in programmes:
        text = folded(" ".join([one.id, *one.name.values(), *one.purpose.values(), names.get(one.agency, ""), one.agency]))
        if (not need or need in one.needs) and (not agency or one.agency == agency) and all(word in text for word in asked):
            found.append(one)
    return sorted(found, key=lambda p: (names.get(p.agency, p.agency).lower(), p.name[language()].lower()))


def counts(programmes: Iterable[Programme]) -> Counter[str]:
    """How many programmes each agency has."""
    return Counter(p.agency for p in programmes)
