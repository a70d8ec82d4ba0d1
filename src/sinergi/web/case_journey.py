"""A case's journey in words: contacts, referrals, the application by its events, the answer of the person himself, and how it ended."""
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from sinergi.assistance import queries as assistance
from sinergi.cases import queries
from sinergi.cases import words as said
from sinergi.kernel.actors import Actor

from .application_view import MOMENTS
from .application_view import STATES as APPLICATIONS
from .case_words import ANSWERED, agency_words, channel_words, decline_words, programme_name, referral_tag
from .typed import word

Moment = dict[str, Any]
TAGS = {"lodged": ("brand", "half"), "asked": ("ask", "question"), "approved": ("yes", "check"), "refused": ("no", "dash"),
        "withdrawn": ("no", "undo"), "lapsed": ("no", "clock")}


def moment(at: Any, text: str, *more: str, turn: bool = False, now: bool = False) -> Moment:
    """One thing that happened, for the part `timeline`."""
    return {"on": at, "text": text, "more": " · ".join(w for w in more if w), "turn": turn, "now": now}


def journey(view: queries.CaseView, referrals: tuple[queries.ReferralView, ...], actor: Actor, names: Mapping[str, str]) -> list[Moment]:
    """Everything of a case, the newest first; the newest is filled, a turn is a diamond."""
    found = [moment(view.opened_at, _("Case opened")), *(contact_moment(c, names) for c in view.contacts)]
    found += [m for r in referrals for m in referral_moments(r, names)]
    found += [m for o in view.outcomes for m in outcome_moments(o, names)]
    found += application_moments(view, actor, names)
    if view.closed_as == "unreachable" and view.closed_at:
        found.append(moment(view.closed_at, _("Closed: could not be reached"), view.closed_words, turn=True))
    ordered = sorted(found, key=lambda m: m["on"], reverse=True)
    ordered[0]["now"] = not ordered[0]["turn"]
    return ordered


def contact_moment(c: queries.ContactView, names: Mapping[str, str]) -> Moment:
    """A contact."""
    way = channel_words(c.channel)
    text = (_("The person came to us: %(way)s") if c.inward else _("Reached: %(way)s") if c.reached else _("Not reached: %(way)s")) % {"way": way}
    return moment(c.at, text, c.note, c.by, agency_words(c.agency, names))


def referral_moments(r: queries.ReferralView, names: Mapping[str, str]) -> list[Moment]:
    """A referral sent, and its answer."""
    to = agency_words(r.to_agency, names)
    found = [moment(r.sent_at, _("Referred to %(agency)s") % {"agency": to}, programme_name(r.programme), r.sent_by)]
    if r.answered_at is not None:
        why = decline_words(r.decline_code) if r.decline_code else ""
        found.append(moment(r.answered_at, f"{to}: {referral_tag(r.state)['state']}", why, r.decline_words, r.answered_by,
                            turn=r.state in ("declined", "expired")))
    return found


def outcome_moments(o: queries.OutcomeView, names: Mapping[str, str]) -> list[Moment]:
    """Help given, and what the person said about it."""
    found = [moment(o.made_at, _("Help was given; the person is asked"), o.words, channel_words(o.last_channel) if o.last_channel else "",
                    agency_words(o.agency, names))]
    if o.answered_at is not None:
        heard = _("asked by %(name)s") % {"name": o.asked_by} if o.asked_by else ""
        words = _("The person says: solved") if o.state == "yes" else _("The person says: not solved. Opened again.")
        found.append(moment(o.answered_at, words, f"“{o.said}”" if o.said else "", channel_words(o.how), heard, turn=o.state == "no"))
    return found


def application_rows(view: queries.CaseView, actor: Actor) -> list[dict[str, Any]]:
    """The applications for this need that the visitor's agency sent or decides."""
    if not actor.holds("application.read"):
        return []
    seen: dict[Any, assistance.ApplicationRow] = {}
    for box in ("sent", "decide", "waiting", "decided"):
        seen |= {a.id: a for a in assistance.applications(actor, box, person_id=view.person_id) if a.need == view.need}
    return [{"id": a.id, "words": programme_name(a.programme), "address": reverse("application", args=[a.id]), "kind": TAGS[a.state][0],
             "icon": TAGS[a.state][1], "state": str(APPLICATIONS[a.state]), "of": a} for a in seen.values()]


def application_moments(view: queries.CaseView, actor: Actor, names: Mapping[str, str]) -> list[Moment]:
    """What happened to the applications for this need."""
    found = []
    for row in application_rows(view, actor):
        one = assistance.application(row["id"], actor=actor, on=row["of"].applied_on)
        if one is not None:
            found += [moment(m.at, f"{row['words']}: {str(MOMENTS[m.code]).lower()}", m.by, agency_words(m.agency, names) if m.agency else "",
                             turn=m.code in ("refused", "withdrawn", "lapsed")) for m in one.history]
    return found


def attempts(view: queries.CaseView) -> list[dict[str, Any]]:
    """The tries that reached nobody, the newest first."""
    return [{"words": ": ".join(w for w in (channel_words(c.channel), c.note) if w), "at": c.at}
            for c in view.contacts if not c.reached and not c.inward]


def ended(view: queries.CaseView) -> dict[str, str] | None:
    """How a closed case ended: what the person said and when, or that he could not be reached."""
    if view.state == "open" or view.closed_at is None:
        return None
    if view.closed_as == "confirmed":
        last = next((o for o in view.outcomes if o.state == "yes"), None)
        text = str(ANSWERED["yes"]) if last is None else " ".join(w for w in (
            _("Asked on %(day)s, the person said: received, and solved.") % {"day": f"{last.answered_at:%d/%m/%Y}"},
            f"“{last.said}”" if last.said else "", _("Asked by %(name)s.") % {"name": last.asked_by} if last.asked_by else "") if w)
        return {"kind": "yes", "icon": "check", "title": _("Solved, the person says"), "text": text}
    return {"kind": "ask", "icon": "warn", "title": word(said.CLOSED_AS, view.closed_as),
            "text": " ".join(w for w in (f"{view.closed_at:%d/%m/%Y}.", view.closed_words) if w)}
