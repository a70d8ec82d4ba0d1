"""What happened with a person, who looked at him and why, his data in one file, and what an officer has begun."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sinergi.kernel import audit_queries
from sinergi.kernel.acting import shown
from sinergi.kernel.actors import Actor
from sinergi.kernel.models import User

from ..models import Draft, Submission
from .consents import accesses, consents, requests_of
from .facts import facts_of
from .people import addresses, contact_points, guardians, household_of, identifiers, is_served, members, papers, person, resolve

LOOKS = frozenset({"person.read", "person.search", "person.open_by_reason"})


@dataclass(frozen=True)
class Happening:
    """One entry of a person's timeline, or one look at him: when, which verb, who, of which agency, for which purpose."""

    at: datetime
    verb: str
    actor_name: str
    agency: str
    purpose: str


@dataclass(frozen=True)
class DraftView:
    """A form somebody has begun."""

    id: UUID
    body: dict[str, Any]
    begun_at: datetime
    saved_at: datetime


def timeline(person_id: UUID, limit: int = 50) -> tuple[Happening, ...]:
    """What was done about a person, newest first; looks at him left out."""
    return tuple(h for h in entries(person_id, limit * 4) if h.verb not in LOOKS)[:limit]


def looked(person_id: UUID, limit: int = 100) -> tuple[Happening, ...]:
    """Who was shown a person and why, newest first."""
    return tuple(h for h in entries(person_id, limit * 4) if h.verb in LOOKS)[:limit]


def entries(person_id: UUID, most: int) -> list[Happening]:
    """Entries of the audit about a person, with names; none when he is not ours."""
    who = resolve(person_id)
    if not is_served(who):
        return []
    found = audit_queries.looks_at(who, most=most)
    users = {e.actor for e in found if len(e.actor) == 36}
    names = {str(pk): name for pk, name in User.objects.filter(pk__in=users).values_list("id", "name")}
    shown([who])
    return [Happening(e.at, e.verb, names.get(e.actor, e.actor), e.agency, e.purpose) for e in found]


def own_data(person_id: UUID, on: date) -> dict[str, Any]:
    """Everything held about a person, as plain JSON for himself. Of other people it says how they are related to him, not who they are."""
    who = resolve(person_id)
    seen = person(who)
    if seen is None:
        return {}
    household = household_of(who, on)
    others = [m for m in members(household, on) if m.person.id != who] if household else []
    return {
        "person": {
            "id": str(who),
            "name": seen.name,
            "birth_date": text(seen.birth_date),
            "sex": seen.sex,
            "language": seen.language,
            "registered_by": seen.agency,
            "registered_at": text(seen.registered_at),
            "standing": seen.standing,
        },
        "identifiers": [
            {"kind": i.kind, "country": i.country, "value": i.words, "recorded_at": text(i.recorded_at)} for i in identifiers(who)
        ],
        "contact": [{"kind": c.kind, "value": c.value} for c in contact_points(who)],
        "addresses": [
            {
                "lines": a.lines,
                "postcode": a.postcode,
                "district": a.district,
                "state": a.state,
                "from": text(a.from_on),
                "to": text(a.to_on),
            }
            for a in addresses(who, on)
        ],
        "household": [{"relation_to_head": m.relation, "from": text(m.from_on), "to": text(m.to_on)} for m in others],
        "guardians": len(guardians(who, on)),
        "facts": [
            {
                "name": f.name,
                "value": f.value,
                "from": text(f.valid_from),
                "to": text(f.valid_to),
                "said_by": f.said_by,
                "evidence": f.evidence,
                "recorded_at": text(f.recorded_at),
            }
            for f in facts_of(who, on)
        ],
        "papers": [{"kind": p.kind, "title": p.title, "stored_at": text(p.stored_at)} for p in papers(who)],
        "consents": [
            {
                "agency": c.agency,
                "purpose": c.purpose,
                "how": c.how,
                "given_at": text(c.given_at),
                "until": text(c.until_on),
                "withdrawn_at": text(c.withdrawn_at),
            }
            for c in consents(who)
        ],
        "opened_to": [
            {"agency": a.agency, "ground": a.ground, "reason": a.reason, "opened_at": text(a.opened_at), "until": text(a.until_at)}
            for a in accesses(who)
        ],
        "requests": [{"kind": r.kind, "words": r.words, "opened_at": text(r.opened_at), "answer": r.answer} for r in requests_of(who)],
        "looked": [{"at": text(h.at), "agency": h.agency, "purpose": h.purpose} for h in looked(who)],
    }


def text(value: date | datetime | None) -> str | None:
    """A day or instant as ISO text."""
    return value.isoformat() if value is not None else None


def drafts(actor: Actor) -> tuple[DraftView, ...]:
    """What the actor has begun and not sent, newest first."""
    return tuple(DraftView(d.pk, d.body, d.begun_at, d.saved_at) for d in Draft.objects.order_by("-saved_at"))


def draft(draft_id: UUID, actor: Actor) -> DraftView | None:
    """One draft; None when it is not the actor's own."""
    return next((d for d in drafts(actor) if d.id == draft_id), None)


def submission(submission_id: UUID) -> dict[str, Any] | None:
    """A submission as received; None when it is not ours."""
    row = Submission.objects.filter(pk=submission_id).first()
    if row is None:
        return None
    shown([row.person_id] if row.person_id else [])
    return dict(row.body)
