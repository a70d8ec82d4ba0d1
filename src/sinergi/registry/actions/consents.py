"""Who may open a person: by his consent, by a written reason, while he asks about his own data. And how each of these ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Agency
from sinergi.kernel.roles import PURPOSES

from .. import policy
from ..codes import HOW_GIVEN, LANGUAGES
from ..models import Access, Consent, Guardianship, Person
from ..queries import bearers, is_only_looked_at, is_served, resolve
from ..queries.people import present
from ..queries.search import row_of
from .rows import is_minor, user_id

LEAST_REASON = 15
OPEN_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class ConsentGiven:
    """How the person (or, for a minor, `given_by`) consented: to which purposes, how, in which language, until when (None: until withdrawn)."""

    how: str
    language: str
    purposes: tuple[str, ...] = ("screen",)
    witness: str = ""
    until_on: date | None = None
    given_by: UUID | None = None


@action("consent.give", policy.serving)
def give_consent(person_id: UUID, *, actor: Actor, agencies: Sequence[str], consent: ConsentGiven, at: datetime | None = None) -> list[UUID]:
    """Record a person's own consent to agencies and purposes; each agency may open him from now on. Gives the ids of the consents.

    Refused: `consent.agency_unknown`, `consent.already_given`, `consent.how_unknown`, `consent.witness_missing`, `consent.purpose_unknown`,
    `consent.until_past`, `consent.minor_needs_guardian`, `consent.not_his_guardian`.
    """
    person, now = Person.objects.get(pk=resolve(person_id)), at or timezone.now()
    check(consent, now)
    for agency in agencies or ("",):
        if not Agency.objects.filter(pk=agency, partner=True, left_on=None).exists():
            raise Refused("consent.agency_unknown", field="agencies", given=agency)
    giver = giver_of(person.pk, person.birth_date, consent, now)
    return [row.pk for agency in dict.fromkeys(agencies) for row in consented(person.pk, agency, person.registered_by_id, giver, consent, actor, now)]


@action("person.claim", policy.of_an_agency)
def claim_person(person_id: UUID, *, actor: Actor, consent: ConsentGiven, at: datetime | None = None) -> Consent:
    """ "This is the one": the person at the counter is registered elsewhere and consents to this agency, which may open him from now on.

    Refused: `person.unknown`, `person.already_open`, and as `consent.give`.
    """
    person_id = resolve(person_id)
    now, found = at or timezone.now(), row_of(person_id, actor)
    if found is None:
        raise Refused("person.unknown")
    if is_served(person_id) and not is_only_looked_at(person_id, actor):
        raise Refused("person.already_open")
    check(consent, now)
    if not (is_minor(found.birth_date, timezone.localdate(now)) or consent.given_by):
        return consented(person_id, actor.agency, found.agency, person_id, consent, actor, now)[0]
    if consent.given_by is None:
        raise Refused("consent.minor_needs_guardian", field="given_by")
    made = consented(person_id, actor.agency, found.agency, consent.given_by, consent, actor, now)[0]
    giver_of(person_id, found.birth_date, consent, now)
    return made


def check(consent: ConsentGiven, now: datetime) -> None:
    """Is it a consent at all?"""
    if consent.how not in HOW_GIVEN or consent.language not in LANGUAGES:
        raise Refused("consent.how_unknown", field="how")
    if consent.how == "spoken_with_witness" and not consent.witness.strip():
        raise Refused("consent.witness_missing", field="witness")
    if not consent.purposes or not set(consent.purposes) <= set(PURPOSES):
        raise Refused("consent.purpose_unknown", field="purposes")
    if consent.until_on is not None and consent.until_on < timezone.localdate(now):
        raise Refused("consent.until_past", field="until_on")


def giver_of(person_id: UUID, born: date | None, consent: ConsentGiven, now: datetime) -> UUID:
    """Who gives it: the person; for a minor, a guardian of his. An adult's may be given by his guardian too."""
    day = timezone.localdate(now)
    if consent.given_by is None or consent.given_by == person_id:
        if is_minor(born, day):
            raise Refused("consent.minor_needs_guardian", field="given_by")
        return person_id
    guardian = resolve(consent.given_by)
    if not Guardianship.objects.filter(present(day), person_id__in=bearers(person_id), guardian_id__in=bearers(guardian)).exists():
        raise Refused("consent.not_his_guardian", field="given_by")
    return guardian


def consented(person_id: UUID, agency: str, holder: str, giver: UUID, consent: ConsentGiven, actor: Actor, now: datetime) -> list[Consent]:
    """The consents to one agency, one a purpose, each with the opening it grants (none to the agency that registered him: it is open to that)."""
    made, lasting = [], Q(until_on=None) | Q(until_on__gte=timezone.localdate(now))
    for purpose in dict.fromkeys(consent.purposes):
        if Consent.objects.filter(lasting, person_id__in=bearers(person_id), agency_id=agency, purpose=purpose, withdrawn_at=None).exists():
            raise Refused("consent.already_given", agency=agency)
        row = Consent.objects.create(
            person_id=person_id,
            given_by_id=giver,
            agency_id=agency,
            purpose=purpose,
            how=consent.how,
            witness=consent.witness.strip(),
            language=consent.language,
            given_at=now,
            until_on=consent.until_on,
        )
        made.append(row)
        changes().made(row)
        if agency != holder:
            changes().made(
                Access.objects.create(
                    person_id=person_id,
                    agency_id=agency,
                    holder_id=holder,
                    opened_by_id=actor.agency,
                    ground="consent",
                    consent=row,
                    opened_at=now,
                    until_at=end_of(consent.until_on),
                )
            )
    return made


def end_of(day: date | None) -> datetime | None:
    """The instant a day is over, in the zone of the platform."""
    return None if day is None else datetime.combine(day + timedelta(days=1), time(), timezone.get_default_timezone())


@action("consent.withdraw", policy.seeing_consent)
def withdraw_consent(consent_id: UUID, *, actor: Actor, at: datetime | None = None) -> None:
    """A person takes a consent back: what it opened is closed at once. Refused: `consent.already_withdrawn`."""
    row, now = Consent.objects.get(pk=consent_id), at or timezone.now()
    if row.withdrawn_at is not None:
        raise Refused("consent.already_withdrawn")
    changes().watch(row)
    close(list(Access.objects.filter(consent=row)), now)
    row.withdrawn_at = now
    row.save(update_fields=["withdrawn_at"])


def close(rows: list[Access], at: datetime) -> None:
    """End openings that are not over yet."""
    for row in rows:
        if row.until_at is None or row.until_at > at:
            changes().watch(row)
            row.until_at = at
            row.save(update_fields=["until_at"])


@action("person.open_by_reason", policy.of_an_agency)
def open_by_reason(person_id: UUID, *, actor: Actor, reason: str, at: datetime | None = None) -> Access:
    """Open a person who is not one's own, for one hour and this user alone. The agency that registered him sees it and reviews it.

    Refused: `reason.too_short`, `person.unknown`, `person.already_open`, `person.not_a_user`.
    """
    person_id = resolve(person_id)
    now, found, user = at or timezone.now(), row_of(person_id, actor), user_id(actor)
    if user is None:
        raise Refused("person.not_a_user")
    if len(" ".join(reason.split())) < LEAST_REASON:
        raise Refused("reason.too_short", field="reason", least=LEAST_REASON)
    if found is None:
        raise Refused("person.unknown")
    if is_served(person_id):
        raise Refused("person.already_open")
    return Access.objects.create(
        person_id=person_id,
        agency_id=actor.agency,
        holder_id=found.agency,
        opened_by_id=actor.agency,
        user_id=user,
        ground="emergency",
        reason=" ".join(reason.split())[:500],
        opened_at=now,
        until_at=now + OPEN_FOR,
    )


@action("access.review", policy.reviewing)
def review_access(access_id: int, *, actor: Actor, finding: str, at: datetime | None = None) -> None:
    """Look at an opening by written reason and write down whether it was right.

    Refused: `access.not_by_reason`, `access.already_reviewed`, `access.finding_missing`.
    """
    row = Access.objects.get(pk=access_id)
    if row.ground != "emergency":
        raise Refused("access.not_by_reason")
    if row.reviewed_at is not None:
        raise Refused("access.already_reviewed")
    if not finding.strip():
        raise Refused("access.finding_missing", field="finding")
    changes().watch(row)
    row.reviewed_at, row.reviewed_by, row.finding = at or timezone.now(), actor.id, finding.strip()[:500]
    row.save(update_fields=["reviewed_at", "reviewed_by", "finding"])
