"""The sheet as a page reads it: answers gathered by programme and group, amounts and sources in words, questions as controls."""
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from sinergi.assistance.queries import Live
from sinergi.core import rules
from sinergi.core.rules.programmes import NOT_PUBLISHED

from .fact_forms import Control, control, day_words

GROUPS = ("yes", "ask", "judge", "held", "no")
RANK = {group: place for place, group in enumerate(GROUPS)}
WEAK = ("unverified", "repo", "press")
ASKED_KINDS = ("bool", "enum", "date", "int", "money")


@dataclass
class Row:
    """One programme in one group, for those of the household it concerns. The template part `answer` reads it."""

    group: str
    programme: str
    name: str
    agency: str
    sentence: str
    law: str
    summary: str
    lines: list[dict[str, Any]]
    amounts: list[dict[str, Any]]
    missing: list[str]
    next_step: str
    place: str
    days: str
    soon: list[str]
    likely: bool
    needs: tuple[str, ...]
    names: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    subjects: list[dict[str, Any]] = field(default_factory=list)
    silent: bool = False
    weight: int = 0

    @property
    def sums(self) -> list[dict[str, Any]]:
        """Amounts of money; what is given in kind, and how it is counted, stands with the reasons unless there is no sum."""
        money = [amount for amount in self.amounts if amount["sen"] is not None]
        return money or (self.amounts[:1] if self.group in ("yes", "judge") else [])

    @property
    def rest(self) -> list[dict[str, Any]]:
        """The amounts that are not beside the answer."""
        shown = self.sums
        return [amount for amount in self.amounts if amount not in shown]


@dataclass(frozen=True)
class Ask:
    """One of the two questions on top: whom and what to record, and its control."""

    member: str
    fact: str
    day: str
    control: Control
    settles: str
    held: bool


def rows(live: Live) -> list[Row]:
    """Every programme once, in its best group, and again where another member stands in another open group; by group, then amount."""
    language = get_language() or "ms"
    by_programme: dict[str, dict[str, list[rules.Answer]]] = {}
    for answer in live.sheet.answers:
        if closed(live, answer.subject):
            continue
        group = "held" if is_held(live, answer) else answer.group
        by_programme.setdefault(answer.programme, {}).setdefault(group, []).append(answer)
    found = []
    for groups in by_programme.values():
        best = min(groups, key=RANK.__getitem__)
        for group, answers in groups.items():
            if group != "no" or best == "no":
                row = row_of(live, group, answers, language)
                row.others = names_of(live, groups.get("no", [])) if group == best and best != "no" else []
                found.append(row)
    return sorted(found, key=lambda r: (RANK[r.group], r.likely, -r.weight, r.name))


def closed(live: Live, member: int | None) -> bool:
    """Is it about a member whom the agency may not open? Nothing is shown or asked of him."""
    return member is not None and member >= len(live.document.people) - live.document.hidden


def is_held(live: Live, answer: rules.Answer) -> bool:
    """Does he (or, for a household's programme, anybody in it) receive it already?"""
    people = live.sheet.situation.people
    whose: Iterable[Any] = people if answer.subject is None else [people[answer.subject]]
    day = live.sheet.as_of
    return any(held.programme == answer.programme and (held.start is None or held.start <= day) and (held.end is None or day <= held.end)
               for person in whose for held in person.get("held", ((), False))[0])


def names_of(live: Live, answers: list[rules.Answer]) -> list[str]:
    """Names of the members that answers are about; none where there is one member or the household as a whole."""
    names = live.sheet.situation.names
    return [names[a.subject] for a in answers if a.subject is not None] if len(names) > 1 else []


def row_of(live: Live, group: str, answers: list[rules.Answer], language: str) -> Row:
    """Answers of one programme that stand in one group, as one row."""
    first = answers[0]
    of = first.of
    agency = of.agency.upper()
    sentence = rules.sentence(first, language) if group != "held" else _("Already received. It is not offered again.")
    open_to = group in ("yes", "judge")
    step, office = (published(text, language) for text in (of.next_step, of.office))
    documents = [word for word in (published(d, language) for d in of.documents) if word]
    return Row(
        group, of.id, of.name[language], agency, sentence, law_words(first, language), summary_words(first), lines_of(first, language),
        amounts_of(first, language), documents if group == "yes" else [], step if open_to else "", office if open_to else "",
        days_words(of.service_days), [s.text[language] for a in answers for s in a.soon][:3], first.likely, of.needs,
        names_of(live, answers), silent=open_to and not (step and office and documents), weight=yearly_sen(first),
        subjects=subjects_of(live, answers))


def subjects_of(live: Live, answers: list[rules.Answer]) -> list[dict[str, Any]]:
    """For whom one may apply or refer: each member's place and id, his name where there are several; the household as a whole, by its head."""
    names, people, head = live.sheet.situation.names, live.document.people, live.sheet.situation.head
    return [{"member": a.subject, "name": names[a.subject] if a.subject is not None and len(names) > 1 else "",
             "person": people[head if a.subject is None else a.subject]} for a in answers]


def published(text: Any, language: str) -> str:
    """What a source publishes; nothing where the law file says that none does."""
    return "" if dict(text) == NOT_PUBLISHED else str(text[language])


def law_words(answer: rules.Answer, language: str) -> str:
    """The law the answer rests on: the failed criterion's citation, else the programme's basis."""
    failed = next((r.cite for r in answer.reasons if r.result is False), "")
    basis = answer.of.legal_basis
    words = next((basis[k] for k in ("act", "policy", "circular") if basis.get(k)), "")
    words = words if isinstance(words, str) else words.get(language, "")
    return failed or " ".join(x for x in (words, str(basis.get("sections") or "")) if x)


def summary_words(answer: rules.Answer) -> str:
    """How many criteria are met, failed and open."""
    met = sum(r.result is True for r in answer.reasons)
    total = len(answer.reasons)
    if total == met:
        return ngettext("%(n)s criterion, met", "%(n)s criteria, all met", total) % {"n": total}
    return _("%(met)s of %(n)s criteria met") % {"met": met, "n": total}


def lines_of(answer: rules.Answer, language: str) -> list[dict[str, Any]]:
    """Every criterion with what was found, where it stands in law, and how sure the source is."""
    return [{"result": r.result, "text": (r.no if r.result is False and r.no else r.text)[language], "cite": r.cite,
             "status": r.status if r.status in WEAK else ""} for r in answer.reasons]


def amounts_of(answer: rules.Answer, language: str) -> list[dict[str, Any]]:
    """What it gives, as a sum or in words, with the weakest status of the figures beside it."""
    statuses = {figure.status for figure in answer.rests_on}
    weakest = next((s for s in WEAK if s in statuses), "")
    found = []
    for line in answer.benefits:
        name = (line.name or {}).get(language, "")
        words = rules.amount_words(line, language)
        certain = "" if line.certain or answer.group != "yes" else _("if it applies")
        status = weakest if line.sen is not None else ""
        found.append({"sen": line.sen, "words": ": ".join(x for x in (name, words) if x), "status": status, "note": certain})
    return found


def yearly_sen(answer: rules.Answer) -> int:
    """For the order of the page only: sen a year of the largest benefit."""
    times = {"once": 1, "daily": 30, "monthly": 12, "yearly": 1}
    return max(((line.sen or 0) * (line.months or times[line.pay]) for line in answer.benefits), default=0)


def days_words(days: Any) -> str:
    """What the agency promises, in days."""
    if isinstance(days, dict):
        words = days.get(get_language() or "ms") or days.get("en")
        return str(words) if words else ""
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days} if isinstance(days, int) else ""


def tally(found: list[Row]) -> list[dict[str, Any]]:
    """Programmes by their best group, as jump links."""
    best: dict[str, str] = {}
    for row in found:
        best.setdefault(row.programme, row.group)
    words = {"yes": _("entitled"), "ask": _("not known yet"), "judge": _("the agency decides"), "held": _("received already"),
             "no": _("no")}
    counts = {group: sum(g == group for g in best.values()) for group in GROUPS}
    return [{"group": "yes" if g == "held" else g, "n": n, "words": words[g], "target": f"group-{g}"} for g, n in counts.items() if n]


def asks(live: Live, most: int = 2) -> list[Ask]:
    """The questions that settle most programmes; what was answered “not known” is not asked again, nor what only a register can tell."""
    found: list[Ask] = []
    for question in live.sheet.ask:
        fact = live.law.facts.get(question.fact)
        held = question.fact == "held"
        if (question.member, question.fact) in live.document.said_unknown or closed(live, question.member) or not (held or fact and askable(fact)):
            continue
        found.append(ask_of(live, question, fact))
        if len(found) == most:
            break
    return found


def askable(fact: rules.Fact) -> bool:
    """Can a person answer it at a counter?"""
    return not fact.recorded and fact.kind.partition(":")[0] in ASKED_KINDS


def ask_of(live: Live, question: rules.Question, fact: rules.Fact | None) -> Ask:
    """A question as a form."""
    language = get_language() or "ms"
    n = len(question.programmes)
    settles = ngettext("Settles %(n)s programme", "Settles %(n)s programmes", n) % {"n": n}
    person: UUID = live.document.people[live.sheet.situation.head if question.member is None else question.member]
    label = question.text[language]
    held = fact is None
    shown = control(fact, name="value", label=label) if fact else Control("value", "f-held", label, "", "choices")
    day = question.day
    return Ask(str(person), question.fact, day.isoformat() if day else "", shown, settles + (f" · {day_words(day)}" if day else ""), held)


def papers(found: list[Row]) -> list[dict[str, Any]]:
    """What to bring for what he is entitled to: each document once, with the agencies that ask for it."""
    wanted: dict[str, list[str]] = {}
    for row in found:
        if row.group == "yes":
            for document in row.missing:
                agencies = wanted.setdefault(document, [])
                if row.agency not in agencies:
                    agencies.append(row.agency)
    return [{"document": document, "agencies": ", ".join(agencies)} for document, agencies in wanted.items()]


def changed(before: list[Row], after: list[Row]) -> list[dict[str, str]]:
    """Programmes whose best group differs between two sheets."""
    def best(found: list[Row]) -> dict[str, Row]:
        return {row.programme: row for row in reversed(found)}

    old, new = best(before), best(after)
    return [{"name": new[p].name, "was": old[p].group, "is": new[p].group} for p in new if p in old and old[p].group != new[p].group]
