"""What stands in the way of giving something: the lock as a page shows it, by whom only where it may be told, and the ways on."""
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from sinergi.assistance import queries as assistance
from sinergi.benefits import queries as benefits
from sinergi.core import overlap
from sinergi.core.rules.law import WEAK
from sinergi.kernel import law as published
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import codes

from .templatetags.sinergi import date_words
from .typed import TypedForm, agency_names, language, today, word

LOCKED = ("overlap.held", "overlap.held_by", "overlap.declared")


def until_words(day: Any) -> str:
    """Until when, in words."""
    return _("until %(day)s") % {"day": date_words(day)} if day else _("without a last day")


def lock_of(view: assistance.ApplicationView, actor: Actor) -> dict[str, Any] | None:
    """The lock an approval of today would meet, as far as the visitor may know it; None where nothing known stands in the way.

    What others give and may not be told is checked by the award itself; of it only the need and the last day are known here.
    """
    row, law, names = view.row, published.current(), agency_names()
    if row.programme not in law.programmes:
        return None
    ask = reverse("override_ask", args=[row.id]) if actor.holds("override.ask") else ""
    held = benefits.timeline(row.person_id, actor=actor)
    new = overlap.Holding(row.programme, row.need, today(), None, None, "award", actor.agency)
    known = [overlap.Holding(one.programme, one.need, one.from_on, one.to_on, None, one.source, one.agency, id=one.entitlement_id)
             for one in held if one.programme]
    told = [clash for clash in overlap.clashes(law, new, known, today()) if clash.room is None]
    need = word(codes.NEEDS, row.need)
    if told:
        clash = told[0]
        by = names.get(clash.held.agency, "") if clash.held.agency else ""
        rule = clash.relation.rule
        return {"short": _("locked %(until)s") % {"until": until_words(clash.until)},
                "heading": _("Cannot be approved: this need is helped %(until)s") % {"until": until_words(clash.until)},
                "says": _("%(agency)s gives it already (%(need)s).") % {"agency": by, "need": need.lower()} if by else
                _("The person said so himself; ask again whether it goes on."),
                "rule": clash.relation.text[language()], "cite": rule.cite if rule else "",
                "weak": rule.status if rule and rule.status in WEAK else "", "ways": ways(), "override": ask}
    hidden = benefits.helped_until(row.person_id, row.need)
    if hidden is None or not any(one.need == row.need and not one.programme for one in held):
        return None
    last = None if hidden.year == 9999 else hidden
    return {"short": "", "heading": _("This need is already helped %(until)s") % {"until": until_words(last)},
            "says": _("Another agency gives it (%(need)s). By whom and what may not be told. Whether yours may stand beside it is checked when "
                      "you check the decision.") % {"need": need.lower()}, "rule": "", "cite": "", "weak": "", "ways": ways(), "override": ask}


def ways() -> str:
    """What may be done instead."""
    return _("refuse it and give the place to the next person, or ask for an answer near the last day so that help does not break off.")


def approved(person_id: UUID, programme: str, actor: Actor) -> list[tuple[str, str]]:
    """Approved exceptions of one's agency for a person and programme, as choices."""
    return [(str(one.id), _("until %(day)s, %(code)s") % {"day": date_words(one.until_on), "code": word(benefits.OVERRIDE_CODES, one.code).lower()})
            for one in benefits.overrides(actor, state="approved")
            if (one.person_id, one.programme, one.agency) == (person_id, programme, actor.agency) and one.until_on >= today()]


def lock_said(why: Refused, form: TypedForm) -> str:
    """Put a refusal beside its field; what the lock says stands beside the outcome, where the form has one."""
    if why.code in LOCKED and "outcome" in form.fields:
        why.field = "outcome"
    if why.field == "text":
        why.field = "words"
    return form.say_refused(why)


def lock_refused(why: Refused, names: dict[str, str]) -> dict[str, Any]:
    """The lock as a refusal of an award tells it."""
    said = language()
    until = why.facts.get(f"until_{said}", "")
    by = names.get(str(why.facts.get("agency", "")).lower(), "")
    return {"heading": _("Not recorded: this need is helped until %(until)s") % {"until": until},
            "says": _("%(agency)s gives it already.") % {"agency": by} if by else _("By whom may not be told here."),
            "rule": why.facts.get(f"law_{said}", ""), "cite": "", "weak": "", "ways": ways(), "override": ""}
