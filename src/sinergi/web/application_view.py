"""An application as a page reads it: strip, criteria with their evidence, papers, clocks, what happened, the decision; what the law gives."""
import datetime as dt
import json
import re
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sinergi.assistance import queries
from sinergi.assistance.packets import PacketFact
from sinergi.assistance.words import REASONS
from sinergi.core import rules
from sinergi.core.rules.law import WEAK
from sinergi.kernel.actors import Actor
from sinergi.registry import codes
from sinergi.registry import queries as registry

from . import sheet_view
from .typed import agency_names, language, strip_of, today, word

STATES = {"lodged": gettext_lazy("to be decided"), "asked": gettext_lazy("waiting for an answer"), "approved": gettext_lazy("approved"),
          "refused": gettext_lazy("refused"), "withdrawn": gettext_lazy("withdrawn"), "lapsed": gettext_lazy("lapsed")}
MOMENTS = {"applied": gettext_lazy("Sent"), "attached": gettext_lazy("Document attached"), "asked": gettext_lazy("Asked for more"),
           "answered": gettext_lazy("Answered"), "approved": gettext_lazy("Approved"), "refused": gettext_lazy("Refused"),
           "withdrawn": gettext_lazy("Withdrawn"), "lapsed": gettext_lazy("Lapsed")}
FINDINGS: dict[Any, tuple[str, str, Any, Any]] = {
    True: ("yes", "check", gettext_lazy("Met"), gettext_lazy("worked out from the facts")),
    False: ("no", "dash", gettext_lazy("Not met"), gettext_lazy("worked out from the facts")),
    None: ("ask", "question", gettext_lazy("Not known yet"), gettext_lazy("a fact is missing")),
    "officer": ("judge", "building", gettext_lazy("For you to judge"), gettext_lazy("the officer"))}
OPEN = ("lodged", "asked")
PLACE = re.compile(r"\{[^{}]*\}")  # a figure of the law that stands in a sentence


def found(application_id: UUID, actor: Actor) -> queries.ApplicationView:
    """An application one may see. Raises Http404."""
    view = queries.application(application_id, actor=actor, on=today())
    if view is None:
        raise Http404
    return view


def programme_words(programme: rules.Programme, names: dict[str, str]) -> dict[str, Any]:
    """A programme as these pages name it: agency, law, papers, usual wait, where."""
    said = language()
    basis = programme.legal_basis
    law = next((basis[key] for key in ("act", "policy", "circular") if basis.get(key)), "")
    law = law if isinstance(law, str) else law.get(said, "")
    return {"id": programme.id, "name": programme.name[said], "agency": names.get(programme.agency, programme.agency.upper()),
            "law": " ".join(part for part in (law, str(basis.get("sections") or "")) if part),
            "documents": [w for w in (sheet_view.published(d, said) for d in programme.documents) if w],
            "days": sheet_view.days_words(programme.service_days), "next_step": sheet_view.published(programme.next_step, said),
            "office": sheet_view.published(programme.office, said)}


def strip(view: queries.ApplicationView, names: dict[str, str]) -> dict[str, Any]:
    """Whose it is; of somebody who is not open to the visitor only that."""
    person = registry.person(view.row.person_id) if view.row.name else None
    if person is None:
        return {"name": _("A person not open to your agency"), "state": "", "identity": "", "details": [], "open": False}
    return strip_of(person, names) | {"open": True}


def origin_words(origin: Any, names: dict[str, str]) -> str:
    """Who said so, on what evidence, in which agency's record."""
    if not origin:
        return ""
    parts = [word(codes.SAID_BY, origin["said_by"]), word(codes.EVIDENCE_WORDS, origin["evidence"]).lower()]
    return ", ".join([*parts, names.get(origin["agency"], origin["agency"].upper())] if origin.get("agency") else parts)


def fact_rows(facts: tuple[PacketFact, ...], names: dict[str, str], people: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """A packet, fact by fact. `people`: names of the household, where the visitor may know them; else whose it is by relation."""
    return [{"label": fact.label[language()], "value": fact.value[language()], "sensitive": fact.sensitive,
             "origin": origin_words(fact.origin, names), "who": whose(fact, people)} for fact in facts]


def whose(fact: PacketFact, people: tuple[str, ...]) -> str:
    """Of whom a fact is."""
    if fact.member is None:
        return _("the household")
    if fact.member < len(people):
        return people[fact.member]
    return word(codes.RELATIONS, fact.relation) if fact.relation else _("the person")


def criteria(view: queries.ApplicationView, names: dict[str, str]) -> list[dict[str, Any]]:
    """Each criterion as it was found when the application was sent, with its facts and where they come from. Never a score."""
    facts = {(fact.member, fact.fact): fact for fact in view.facts}
    rows = []
    for reason in view.reasons:
        kind, icon, finding, by = FINDINGS[reason.result]
        used = [facts[place.member, place.fact] for place in reason.facts if (place.member, place.fact) in facts and place.fact != "relation"]
        text = reason.no if reason.result is False and reason.no else reason.text
        evidence = [{"text": f"{fact.label[language()]}: {fact.value[language()]}", "origin": ", ".join(
            part for part in (whose(fact, ()) if fact.member is not None else "", origin_words(fact.origin, names)) if part)} for fact in used]
        rows.append({"text": text[language()], "cite": reason.cite, "weak": reason.status if reason.status in WEAK else "", "kind": kind,
                     "icon": icon, "finding": str(finding), "by": str(by), "evidence": evidence})
    return rows


def paper_rows(view: queries.ApplicationView) -> list[dict[str, Any]]:
    """What is attached; opened only by who decides."""
    return [{"name": paper.name or _("removed by the retention rule"), "kilobytes": max(1, paper.size // 1024), "at": paper.attached_at,
             "address": reverse("application_paper", args=[view.row.id, paper.id]) if paper.may_open else "",
             "kind": "yes" if paper.scan == "clean" else "ask", "icon": "check" if paper.scan == "clean" else "warn",
             "scan": _("scanned, clean") if paper.scan == "clean" else _("not scanned for viruses")} for paper in view.attachments]


def clock_rows(view: queries.ApplicationView) -> list[dict[str, Any]]:
    """Each clock: until when, how much is left in its own unit, what happens then."""
    rows = []
    for clock in view.clocks:
        left = ""
        if clock.left is not None:
            late = ngettext("%(n)s day late", "%(n)s days late", -clock.left)
            left = late % {"n": -clock.left} if clock.left < 0 else _("%(n)s %(unit)s left") % {"n": clock.left, "unit": left_unit(clock)}
        counted = _("%(n)s %(unit)s from %(day)s.") % {"n": clock.length, "unit": clock.unit_words[language()], "day": f"{clock.began_on:%d/%m/%Y}"}
        ended = _("Ended.") if clock.ended_on else clock.then[language()]
        rows.append({"text": clock.text[language()], "due_on": clock.due_on, "left": left, "late": clock.late, "unit": f"{counted} {ended}",
                     "cite": clock.cite, "weak": clock.status if clock.status in WEAK else ""})
    return rows


def left_unit(clock: queries.ClockView) -> str:
    """The unit of what is left: working days where the clock counts these, else days."""
    if clock.unit == "working_days":
        return ngettext("working day", "working days", clock.left or 0)
    return ngettext("day", "days", clock.left or 0)


def moments(view: queries.ApplicationView, names: dict[str, str]) -> list[dict[str, Any]]:
    """What happened, newest first."""
    return [{"on": m.at, "text": str(MOMENTS[m.code]), "turn": m.code in ("asked", "withdrawn", "lapsed"), "now": False,
             "more": " · ".join(part for part in (m.by, names.get(m.agency, m.agency.upper()) if m.agency else "") if part)}
            for m in reversed(view.history)]


def reason_choices(view: queries.ApplicationView, on: dt.date) -> list[tuple[str, str]]:
    """Reasons a decision may rest on: each criterion, in the words in which it was sent, then what every agency may find."""
    said = language()
    sent = {reason.id: reason.text[said] for reason in view.reasons}
    known = {c.id: PLACE.sub("…", c.text[said]) for c in view.programme.version_on(on).criteria}
    return [*(known | sent).items(), *((code, words[said]) for code, words in REASONS.items())]


def decision_rows(view: queries.ApplicationView, names: dict[str, str], mine: bool) -> dict[str, Any] | None:
    """The decision as it was taken; why it differs from the screening only for the agency that took it."""
    made = view.decision
    if made is None:
        return None
    said, approved = dict(reason_choices(view, made.decided_on)), made.outcome == "approve"
    appeal = made.appeal.to[language()] if made.appeal else _("Not published: ask the agency.")
    return {"kind": "yes" if approved else "no", "icon": "check" if approved else "dash", "outcome": str(MOMENTS[view.row.state]), "words": made.text,
            "reasons": [said.get(code, code) for code in made.reasons], "at": made.decided_at,
            "by": " · ".join(part for part in (made.by if mine else "", names.get(made.agency, made.agency.upper())) if part),
            "terms": [], "against": made.against if mine else "", "appeal": appeal, "appeal_by": made.appeal_by_on}


def given_by_law(view: queries.ApplicationView) -> dict[str, Any]:
    """The sum and how often, as the screening it rests on found them: the one sure sum, of several the monthly one.

    Empty where the screening is not the visitor's to see, or gives no such sum.
    """
    kept = queries.stored(view.screening_id) if view.screening_id else None
    if kept is None:
        return {}
    for (programme, _subject), answer in kept[1].items():
        if programme == view.row.programme:
            every = json.loads(answer)["benefits"]
            sums = [line for line in every if line["sen"]]
            sure = [line for line in sums if line["certain"]] or (sums if len(every) == 1 else [])
            monthly = [line for line in sure if line["pay"] == "monthly"] or sure
            if len(monthly) == 1:
                sen = Decimal(monthly[0]["sen"]) / 100
                return {"amount": f"{sen:.2f}" if sen % 1 else f"{sen:.0f}", "pay": monthly[0]["pay"]}
    return {}


def shown(view: queries.ApplicationView, actor: Actor) -> dict[str, Any]:
    """Everything the page of an application shows before its forms."""
    names, row = agency_names(), view.row
    mine, sent = row.agency == actor.agency, row.from_agency == actor.agency
    asked = next((q for q in view.questions if q.answered_at is None), None)
    person = strip(view, names)
    decided = decision_rows(view, names, mine)
    letters = [{"address": f"{reverse('application_letter', args=[row.id])}?bahasa={code}", "words": words} for code, words in (
        ("ms", _("Letter in Malay (PDF)")), ("en", _("Letter in English (PDF)")))] if decided else []
    return {
        "application_id": row.id, "person": person, "programme": programme_words(view.programme, names), "row": row, "mine": mine, "sent": sent,
        "agency": names.get(row.agency, row.agency.upper()), "from_agency": names.get(row.from_agency, row.from_agency.upper()),
        "state_words": str(STATES[row.state]), "due_on": row.due_on if row.state in OPEN else None, "open": row.state in OPEN,
        "file": reverse("person", args=[row.person_id]) if person["open"] and actor.holds("person.read") else "",
        "question": asked, "decision": decided, "letters": letters,
        "criteria": criteria(view, names) if mine else [], "facts": fact_rows(view.facts, names) if view.facts else [],
        "missing": [fact.label[language()] for fact in view.open_facts], "papers": paper_rows(view), "may_open": mine,
        "clocks": clock_rows(view), "screening": {"outcome": row.screened, "likely": view.likely, "version": view.law_version[:12]},
        "moments": moments(view, names),
        "sheet": reverse("sheet", args=[row.household_id]) if person["open"] and registry.household_is_open(row.household_id) else ""}
