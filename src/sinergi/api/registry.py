"""The registry by machine: a person one serves, and submissions as received."""
import datetime as dt
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Schema

from sinergi.kernel import law
from sinergi.kernel.errors import Refused
from sinergi.registry import actions, queries
from sinergi.registry.submission import read_submission

from .factory import Operations, found, today

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


@router.add("GET", "/persons/{person_id}", PersonOut, verb="person.read")
def read_person(request: HttpRequest, person_id: UUID) -> queries.PersonView:
    """A person one's agency serves; the reading is entered with its purpose."""
    return found(queries.person(person_id))


@router.add("POST", "/submissions", SubmissionOut, 201, verb="submission.receive")
def receive_submission(request: HttpRequest, body: SubmissionIn) -> SubmissionOut:
    """Keep a household as sent, under a number to register it by."""
    submission = actions.receive_submission(body.dict(exclude_defaults=True), actor=request.actor, channel="api")  # type: ignore[attr-defined]
    return SubmissionOut(id=submission)


@router.add("POST", "/submissions/{submission_id}/registration", RegisteredOut, 201, verb="person.register")
def register_submission(request: HttpRequest, submission_id: UUID) -> actions.Registered:
    """Read a kept submission and make its persons and household, or find that they are there. The same call again finds them."""
    body = found(queries.submission(submission_id))
    clean = read_submission(body, law=law.current(), on=today(), demo=settings.DEMO_PEOPLE)
    result = actions.register_households([(submission_id, clean)], actor=request.actor)[0]  # type: ignore[attr-defined]
    if isinstance(result, Refused):
        raise result
    return result
