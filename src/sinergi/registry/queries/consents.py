"""Consent, who may open a person, and his requests about his own data."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sinergi.kernel.acting import shown
from sinergi.kernel.actors import Actor
from sinergi.kernel.models import User

from ..models import Access, Consent, DataRequest
from .identity import bearers
from .people import people


@dataclass(frozen=True)
class ConsentView:
    """One consent of a person: to which agency, for what, how given, until when, withdrawn when."""

    id: UUID
    person_id: UUID
    agency: str
    purpose: str
    how: str
    witness: str
    language: str
    given_at: datetime
    until_on: date | None
    withdrawn_at: datetime | None
    given_by: UUID
    given_by_name: str


@dataclass(frozen=True)
class AccessView:
    """One opening of a person beyond the agency that registered him (`holder`)."""

    id: int
    person_id: UUID
    agency: str
    holder: str
    user_id: UUID | None
    user_name: str
    ground: str
    reason: str
    opened_at: datetime
    until_at: datetime | None
    reviewed_at: datetime | None
    finding: str


@dataclass(frozen=True)
class RequestView:
    """A request of a person about his own data, with the day it is due."""

    id: UUID
    person_id: UUID
    kind: str
    words: str
    agency: str
    opened_at: datetime
    due_on: date
    answered_at: datetime | None
    answer: str


def consents(person_id: UUID) -> tuple[ConsentView, ...]:
    """A person's consents, newest first."""
    return consent_views(list(Consent.objects.filter(person_id__in=bearers(person_id)).order_by("-given_at", "agency_id")))


def consent(consent_id: UUID) -> ConsentView | None:
    """One consent, for its receipt; None when it is not ours to see."""
    return next(iter(consent_views(list(Consent.objects.filter(pk=consent_id)))), None)


def consent_views(rows: list[Consent]) -> tuple[ConsentView, ...]:
    """Rows as views, with the name of who gave it where it is ours to see."""
    givers = people({r.given_by_id for r in rows})
    shown(r.person_id for r in rows)
    return tuple(
        ConsentView(
            r.pk,
            r.person_id,
            r.agency_id,
            r.purpose,
            r.how,
            r.witness,
            r.language,
            r.given_at,
            r.until_on,
            r.withdrawn_at,
            r.given_by_id,
            givers[r.given_by_id].name if r.given_by_id in givers else "",
        )
        for r in rows
    )


def accesses(person_id: UUID) -> tuple[AccessView, ...]:
    """Who was let in to a person, on what ground, newest first."""
    return access_views(list(Access.objects.filter(person_id__in=bearers(person_id)).order_by("-opened_at", "-id")))


def opened_by_reason(actor: Actor, limit: int = 100) -> tuple[AccessView, ...]:
    """Openings by written reason of persons whom the actor's agency registered (all of them for a national holder of access.read), newest first."""
    rows = Access.objects.filter(ground="emergency")
    if not actor.nationwide("access.read"):
        rows = rows.filter(holder_id=actor.agency)
    return access_views(list(rows.order_by("-opened_at", "-id")[:limit]))


def access_views(rows: list[Access]) -> tuple[AccessView, ...]:
    """Rows as views, with the names of the users."""
    names: dict[Any, str] = dict(User.objects.filter(pk__in={r.user_id for r in rows if r.user_id}).values_list("id", "name"))
    shown(r.person_id for r in rows)
    return tuple(
        AccessView(
            r.pk,
            r.person_id,
            r.agency_id,
            r.holder_id,
            r.user_id,
            names.get(r.user_id, ""),
            r.ground,
            r.reason,
            r.opened_at,
            r.until_at,
            r.reviewed_at,
            r.finding,
        )
        for r in rows
    )


def requests(actor: Actor, limit: int = 200) -> tuple[RequestView, ...]:
    """Requests the actor may see, the open ones first, by the day they are due."""
    if not actor.holds("request.read"):
        return ()
    rows = sorted(DataRequest.objects.order_by("-opened_at")[:limit], key=lambda r: (r.answered_at is not None, r.due_on))
    shown(r.person_id for r in rows)
    return tuple(request_view(r) for r in rows)


def requests_of(person_id: UUID) -> tuple[RequestView, ...]:
    """A person's requests about his own data, newest first."""
    rows = list(DataRequest.objects.filter(person_id__in=bearers(person_id)).order_by("-opened_at"))
    shown(r.person_id for r in rows)
    return tuple(request_view(r) for r in rows)


def request_view(r: DataRequest) -> RequestView:
    """A row as a view."""
    return RequestView(r.pk, r.person_id, r.kind, r.words, r.agency_id, r.opened_at, r.due_on, r.answered_at, r.answer)
