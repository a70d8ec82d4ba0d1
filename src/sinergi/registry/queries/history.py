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
from .joined import own_joined
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


def own_record(person_id: UUID, on: date) -> dict[str, Any]:
    """Everything held about a person, as plain JSON for himself. Of other people it says how they are related to him, not who they are."""
    who = resolve(person_id)
    seen = person(who)
    if seen is None:
        return {}
    household = household_of(who, on)
    others = [m for m in members(household, on) if m.person.id != who] if household else []
    found: dict[str, Any] = {"person": plain(seen, "id name birth_date sex language state standing agency registered_at")}
    found["household"] = [plain(m, "relation from_on to_on") for m in others]
    found["guardians"] = len(guardians(who, on))
    for name, rows, columns in (
        ("identifiers", identifiers(who), "kind country words quality recorded_at"),
        ("contact", contact_points(who), "kind value"),
        ("addresses", addresses(who, on), "lines postcode district state from_on to_on"),
        ("facts", facts_of(who, on), "name value valid_from valid_to said_by evidence agency recorded_at"),
        ("papers", papers(who), "kind title stored_at"),
        ("consents", consents(who), "agency purpose how language given_at until_on withdrawn_at"),
        ("opened_to", accesses(who), "agency ground reason opened_at until_at"),
        ("requests", requests_of(who), "kind words opened_at due_on answered_at answer"),
        ("looked", looked(who), "at agency purpose"),
    ):
        found[name] = [plain(row, columns) for row in rows]
    return found | {"joined": own_joined(who)}


def plain(row: object, columns: str) -> dict[str, Any]:
    """Named columns of a view; days and instants as ISO text, ids as text."""
    values = {name: getattr(row, name) for name in columns.split()}
    return {k: v.isoformat() if isinstance(v, date | datetime) else str(v) if isinstance(v, UUID) else v for k, v in values.items()}


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
