"""The registry by machine: persons, their households, facts and consents, and submissions as received."""
import datetime as dt
from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from sinergi.kernel import law
from sinergi.kernel.errors import Refused
from sinergi.registry import actions, queries
from sinergi.registry.submission import read_submission

from .factory import Operations, found, now, today, who
from .shapes import Body, Code, Day, Line

router = Operations(tags=["registry"])


class PersonOut(Schema):
    """A person one's agency serves. Numbers are masked; birth and sex may be unknown."""

    id: UUID
    name: str
    birth_date: dt.date | None
    sex: str
    language: str
    state: str
    standing: str
    agency: str
    masked: str


class SearchIn(Body):
    """What identifies him: a name with a birth date or year, an identity number, a phone. In the body, so that it stands in no log."""

    text: str = Field(min_length=1, max_length=200)
    more: str = Field("", max_length=100)


class CandidateOut(Schema):
    """Somebody who may be meant; of a person one does not serve only that there is one, and where he stands."""

    person_id: UUID
    name: str
    birth_year: int | None
    state: str
    standing: str
    agency: str
    mine: bool
    level: str
    masked: str


class FoundOut(Schema):
    """The likeliest first. `needs_more`: too little was said to search by; `too_many`: one more fact would narrow it."""

    candidates: list[CandidateOut]
    needs_more: bool
    too_many: bool


class MemberOut(Schema):
    """A member who is open to one's agency."""

    person_id: UUID
    name: str
    relation: str


class HouseholdOut(Schema):
    """The household a person lives in today."""

    household_id: UUID
    members: list[MemberOut]


class SubmissionIn(Schema):
    """A household as sent; the format is that of docs/reference/submission.md. It is kept as received and read when it is registered."""

    person: dict[str, Any]
    members: list[dict[str, Any]] = []
    address: dict[str, Any] = {}
    household: dict[str, Any] = {}
    needs: list[str] = []
    held_known: bool = False
    language: str = "ms"


class SubmissionOut(Schema):
    """The number under which a submission is kept."""

    id: UUID


class RegisteredOut(Schema):
    """What became of a submission; `known`: the person was there already and nothing of his was overwritten."""

    household_id: UUID
    person_id: UUID
    people: list[UUID]
    known: bool


class FactsIn(Body):
    """Facts by the names of docs/reference/facts.md that hold from a day; `null`: said not to be known."""

    facts: dict[str, Any] = Field(min_length=1, max_length=60)
    on: Day | None = None
    said_by: Code = "self"
    evidence: Code = "declared"


class DoneOut(Schema):
    """Done; of which record."""

    id: UUID


class ConsentIn(Body):
    """The person's consent that agencies may see what is needed, and how he gave it."""

    agencies: list[Code] = Field(min_length=1, max_length=10)
    how: Code
    language: Literal["ms", "en"] = "ms"
    purposes: list[Code] = Field(["refer"], min_length=1, max_length=5)
    witness: Line = ""
    until_on: Day | None = None
    given_by: UUID | None = None


class ConsentsOut(Schema):
    """The consents as kept, one for each agency and purpose."""

    ids: list[UUID]


@router.add("POST", "/persons/search", FoundOut, verb="person.search")
def search_persons(request: HttpRequest, body: SearchIn) -> queries.Found:
    """Is he known? A search is entered without its words."""
    return queries.find_persons(body.text, body.more, actor=who(request), on=today())


@router.add("GET", "/persons/{person_id}", PersonOut, verb="person.read")
def read_person(request: HttpRequest, person_id: UUID) -> queries.PersonView:
    """A person one's agency serves; the reading is entered with its purpose."""
    return found(queries.person(person_id))


@router.add("GET", "/persons/{person_id}/household", HouseholdOut, verb="person.read")
def read_household(request: HttpRequest, person_id: UUID) -> HouseholdOut:
    """The household a person lives in today, with the members that are open to one's agency."""
    household = found(queries.household_of(person_id, today()))
    members = queries.members(household, today())
    return HouseholdOut(household_id=household,
                        members=[MemberOut(person_id=m.person.id, name=m.person.name, relation=m.relation) for m in members])


@router.add("POST", "/persons/{person_id}/facts", DoneOut, 201, verb="fact.record")
def record_facts(request: HttpRequest, person_id: UUID, body: FactsIn) -> DoneOut:
    """Record facts of a person and his household from a day; what was said for that day is replaced."""
    found(queries.person(person_id))
    actions.record_facts(person_id, actor=who(request), facts=body.facts, on=body.on or today(), said_by=body.said_by,
                         evidence=body.evidence, agency=who(request).agency)
    return DoneOut(id=person_id)


@router.add("POST", "/persons/{person_id}/consents", ConsentsOut, 201, verb="consent.give")
def give_consent(request: HttpRequest, person_id: UUID, body: ConsentIn) -> ConsentsOut:
    """Keep a consent that the person gave to one's agency's staff or system."""
    found(queries.person(person_id))
    consent = actions.ConsentGiven(body.how, body.language, tuple(body.purposes), body.witness, body.until_on, body.given_by)
    made = actions.give_consent(person_id, actor=who(request), agencies=body.agencies, consent=consent, at=now())
    return ConsentsOut(ids=made)


@router.add("POST", "/submissions", SubmissionOut, 201, verb="submission.receive")
def receive_submission(request: HttpRequest, body: SubmissionIn) -> SubmissionOut:
    """Keep a household as sent, under a number to register it by."""
    submission = actions.receive_submission(body.dict(exclude_defaults=True), actor=who(request), channel="api")
    return SubmissionOut(id=submission)


@router.add("POST", "/submissions/{submission_id}/registration", RegisteredOut, 201, verb="person.register")
def register_submission(request: HttpRequest, submission_id: UUID) -> actions.Registered:
    """Read a kept submission and make its persons and household, or find that they are there. The same call again finds them."""
    body = found(queries.submission(submission_id))
    clean = read_submission(body, law=law.current(), on=today(), demo=settings.DEMO_PEOPLE)
    result = actions.register_households([(submission_id, clean)], actor=who(request))[0]
    if isinstance(result, Refused):
        raise result
    return result
