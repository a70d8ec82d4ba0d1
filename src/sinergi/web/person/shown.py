"""What every page of a person's file shares: strip, tabs, what the visitor may do; and the words of facts, origins, verbs and purposes."""
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sinergi.core import rules
from sinergi.core.rules import value_words
from sinergi.core.time import date_words
from sinergi.kernel.actors import Actor
from sinergi.registry import codes
from sinergi.registry import queries as registry

from ..role_words import PURPOSES
from ..typed import agency_names, language, served, strip_of, today, word

VERBS = ("household.add_member", "household.end_membership", "household.appoint_guardian", "fact.record", "address.record", "person.correct",
         "person.protect_address", "consent.give", "consent.withdraw", "paper.store", "request.open", "request.answer", "household.screen",
         "determination.read")
DONE = {
    "person.register": gettext_lazy("Registered"), "person.claim": gettext_lazy("Agreed to be served by one more agency"),
    "person.correct": gettext_lazy("Particulars corrected"), "person.protect_address": gettext_lazy("Hiding of address and phone changed"),
    "person.open_by_reason": gettext_lazy("Opened by written reason"), "person.erase": gettext_lazy("Erased at own request"),
    "person.read": gettext_lazy("Record shown"), "person.search": gettext_lazy("Shown in a search: name, year, state"),
    "household.add_member": gettext_lazy("Member of the household added"), "household.end_membership": gettext_lazy("Member of the household left"),
    "household.resume_membership": gettext_lazy("Member of the household came back"),
    "identity.object": gettext_lazy("Objected to joined records"), "identity.answer_objection": gettext_lazy("Objection answered"),
    "household.accept_proposal": gettext_lazy("Said to belong together"), "household.refuse_proposal": gettext_lazy("Said not to belong together"),
    "household.propose": gettext_lazy("Noticed: may belong together"),
    "household.appoint_guardian": gettext_lazy("Guardian appointed"), "household.screen": gettext_lazy("Screened for every programme"),
    "fact.record": gettext_lazy("Facts recorded"), "address.record": gettext_lazy("Address recorded"), "consent.give": gettext_lazy("Consent given"),
    "consent.withdraw": gettext_lazy("Consent withdrawn"), "paper.store": gettext_lazy("Document kept"),
    "access.review": gettext_lazy("Opening by written reason reviewed"), "request.open": gettext_lazy("Asked about own data"),
    "request.answer": gettext_lazy("Request about own data answered"), "submission.receive": gettext_lazy("Form received"),
    "batch.register": gettext_lazy("Registered from a list"), "case.open": gettext_lazy("Case opened"),
    "case.plan": gettext_lazy("Next step set"), "case.hand_over": gettext_lazy("Case handed over"),
    "case.close_unreachable": gettext_lazy("Case closed: could not be reached"), "case.reopen": gettext_lazy("Case opened again after silence"),
    "case.follow": gettext_lazy("Cases opened for the needs said"),
    "case.follow_application": gettext_lazy("The case follows the application"),
    "case.follow_award": gettext_lazy("The case follows what is received"), "contact.record": gettext_lazy("Contact recorded"),
    "referral.send": gettext_lazy("Referred to another agency"), "referral.accept": gettext_lazy("Referral accepted"),
    "referral.decline": gettext_lazy("Referral declined"), "referral.ask": gettext_lazy("Asked back about a referral"),
    "referral.answer": gettext_lazy("Question about a referral answered"), "referral.withdraw": gettext_lazy("Referral taken back"),
    "referral.expire": gettext_lazy("Referral not answered in time"), "outcome.record": gettext_lazy("Help given; the person is asked"),
    "outcome.ask": gettext_lazy("Asked again"), "outcome.confirm": gettext_lazy("The person answered"),
    "application.apply": gettext_lazy("Applied"), "application.decide": gettext_lazy("Application decided"),
    "application.ask_more": gettext_lazy("More was asked for"), "application.answer": gettext_lazy("What was asked for was answered"),
    "application.withdraw": gettext_lazy("Application taken back"), "application.attach": gettext_lazy("Document attached to an application"),
    "identity.merge": gettext_lazy("Joined with another file of his"), "identity.link": gettext_lazy("Found to be the same person"),
    "identity.auto_link": gettext_lazy("Joined by the system, under a certificate"), "identity.unmerge": gettext_lazy("Joining undone"),
    "identity.approve": gettext_lazy("Approved by the second person"), "identity.move": gettext_lazy("Record given to another person"),
    "entitlement.award": gettext_lazy("Benefit awarded"), "entitlement.end": gettext_lazy("Benefit ended")}
TURNS = ("person.open_by_reason", "consent.withdraw", "person.erase", "referral.decline", "referral.expire", "case.reopen", "case.close_unreachable")
GROUNDS = {"registered": gettext_lazy("registered here"), "consent": gettext_lazy("consent"), "emergency": gettext_lazy("written reason"),
           "request": gettext_lazy("own request"), "referral": gettext_lazy("referral")}


def file_of(request: HttpRequest, person_id: UUID, here: str, person: registry.PersonView | None = None) -> dict[str, Any]:
    """Strip, tabs and rights for a page of the file. Raises Http404 when the person is not ours."""
    person, names = person or served(person_id), agency_names()
    actor: Actor = request.actor  # type: ignore[attr-defined]
    receives = [("person_receives", _("Receives"))] if actor.holds("entitlement.read") else []
    receives += [("person_cases", _("Cases"))] if actor.holds("case.read") else []
    named = [("person_identity", _("Identity"))] if actor.holds("identity.read") else []
    tabs = [("person", _("Household")), ("person_facts", _("Facts")), *receives, ("person_particulars", _("Particulars")),
            ("person_consents", _("Consents")),
            ("person_papers", _("Documents")), *named, ("person_journey", _("Journey")), ("person_looked", _("Who looked"))]
    return {"view": person, "person": strip_of(person, names), "person_id": person.id, "agencies": names,
            "may": {verb.replace(".", "_"): actor.holds(verb) and not person.erased for verb in VERBS},
            "tabs": [{"address": reverse(name, args=[person.id]), "label": label, "here": name == here} for name, label in tabs]}


def origin(fact: registry.FactView, agencies: Mapping[str, str]) -> str:
    """Who said so, on what evidence, in which agency's record."""
    parts = [word(codes.SAID_BY, fact.said_by), word(codes.EVIDENCE_WORDS, fact.evidence).lower()]
    return ", ".join([*parts, agencies.get(fact.agency, fact.agency.upper())] if fact.agency else parts)


def label_of(name: str, law: rules.Law) -> str:
    """What a fact is called: its question without the mark."""
    fixed = {"held": _("Aid received already"), "needs": _("Needs")}
    fact = law.facts.get(name)
    return fixed.get(name) or ((fact.ask or {}).get(language(), name).removesuffix("?") if fact else name.replace("_", " "))


def fact_words(name: str, value: Any, law: rules.Law) -> str:
    """A kept value as people read it."""
    if name == "held":
        return held_words(value, law) if value else _("nothing from anyone")
    if value is None:
        return _("said not to be known")
    if name == "needs":
        return ", ".join(word(codes.NEEDS, need) for need in value)
    fact = law.facts.get(name)
    if fact is None:
        return str(value)
    if fact.kind == "date":
        return date_words(date.fromisoformat(value), language())
    return value_words(fact.kind, value, language(), fact.labels)


def held_words(value: Mapping[str, Any], law: rules.Law) -> str:
    """A benefit received: its name, the amount, since when."""
    programme = law.programmes.get(str(value.get("programme")))
    parts = [programme.name[language()] if programme else _("other aid")]
    if value.get("amount_sen"):
        parts.append(value_words("money", value["amount_sen"], language()))
    if value.get("from"):
        parts.append(_("since %(day)s") % {"day": date_words(date.fromisoformat(value["from"]), language())})
    return ", ".join(parts)


def who(moment: registry.Happening) -> str:
    """Who did it: a user by name; the person himself by his link; the platform's own steps."""
    if not moment.actor_name.startswith("command:"):
        return moment.actor_name
    return _("the person, by the link") if moment.actor_name == "command:person" else _("Sinergi, by itself")


def happened(moments: tuple[registry.Happening, ...], agencies: Mapping[str, str]) -> list[dict[str, Any]]:
    """A person's audit in words: when, what, who, why."""
    return [{"at": m.at, "on": m.at, "text": str(DONE.get(m.verb, m.verb)), "who": who(m), "why": str(PURPOSES.get(m.purpose, m.purpose)),
             "agency": agencies.get(m.agency, m.agency.upper()), "turn": m.verb in TURNS,
             "more": " · ".join(w for w in (who(m), agencies.get(m.agency, m.agency.upper()), str(PURPOSES.get(m.purpose, ""))) if w)}
            for m in moments]


def household_at(person_id: UUID) -> tuple[UUID | None, tuple[registry.MemberView, ...]]:
    """The household a person lives in today, and who belongs to it."""
    household = registry.household_of(person_id, today())
    return household, registry.members(household, today()) if household else ()
