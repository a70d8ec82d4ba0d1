"""How every operation of the API is made: a token names the actor, the purpose is said, one transaction around, one rendering.

    @router.add("GET", "/persons/{person_id}", PersonOut, verb="person.read")
    @router.add("POST", "/cases/{case_id}/plan", CaseOut, verb="case.plan", match=read_case)

A write may carry an Idempotency-Key (`once`). An operation with `match` changes a record that others change too: it needs the ETag under which
that record was read, and is refused when the record is another by now. What each may answer stands in the specification (`schema`).
"""
import datetime as dt
import json
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from ninja.parser import Parser
from ninja.security import HttpBearer

from sinergi.kernel import logs, pace
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor
from sinergi.kernel.clients import client_of
from sinergi.kernel.errors import Refused
from sinergi.kernel.roles import PURPOSES

from . import once
from .problems import Problem

HOLD = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
Read = Callable[[HttpRequest, Any], Any]


class Token(HttpBearer):
    """The token of a machine client; the actor it stands for is kept on the request."""

    openapi_type = "oauth2"

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The actor, or None for a token that opens nothing. Refused("api.too_fast")."""
        now = timezone.now()
        actor = client_of(token, at=now)
        request.actor = actor  # type: ignore[attr-defined]
        if actor is not None and (seconds := pace.seconds_to_wait(actor.id, settings.API_PER_MINUTE, now.timestamp())):
            raise Refused("api.too_fast", seconds=seconds)
        return actor


class JsonOnly(Parser):
    """Bodies are JSON, say so, and hold only what a database can keep: no NUL, no half of a letter, no number beyond numbers."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body. Refused("api.media_type"), or ValueError for what is no JSON."""
        if request.content_type != "application/json":
            raise Refused("api.media_type")
        try:
            found = json.loads(request.body, parse_constant=beyond, parse_int=whole)
        except RecursionError as deep:
            raise ValueError("too deep") from deep
        if b"\\u" in request.body and "\\u0000" in json.dumps(found):
            raise ValueError("NUL")
        if b"\\u" in request.body:
            json.dumps(found, ensure_ascii=False).encode()
        return found


def beyond(name: str) -> None:
    """NaN and the infinities are no JSON."""
    raise ValueError(name)


def whole(digits: str) -> int:
    """A whole number of a size that anything can hold."""
    if len(digits) > 18:
        raise ValueError("too large")
    return int(digits)


def rendered(shape: type[Schema], value: Any) -> bytes:
    """A value in the shape of an answer, as it is sent."""
    return (value if type(value) is shape else shape.from_orm(value)).model_dump_json().encode()


def tag_of(content: bytes) -> str:
    """The ETag of an answer: of its content, so that whatever changed in it shows."""
    return f'"{sha256(content).hexdigest()[:24]}"'


class Operation:
    """One operation: what surrounds its view."""

    def __init__(self, view: Callable[..., Any], shape: type[Schema], status: int, verb: str, match: "Operation | None") -> None:
        self.view, self.shape, self.status, self.verb, self.match = view, shape, status, verb, match

    def run(self, request: HttpRequest, given: dict[str, Any]) -> HttpResponse:
        """Inside `acting`, for the purpose that the header `Purpose` says; the read entry is written before the answer leaves."""
        purpose, actor = request.headers.get("Purpose", ""), who(request)
        if purpose not in PURPOSES:
            raise Refused("no_purpose")
        if not actor.holds(self.verb):
            raise Refused("api.scope", verb=self.verb)
        with acting(actor, purpose=purpose, request=logs.request_id.get(), page=f"api:{self.view.__name__}", whole=True):
            key = "" if request.method == "GET" else request.headers.get("Idempotency-Key", "")
            taken = once.take(request, actor, key) if key else None
            if taken is not None and taken.status:
                return answered(taken.answer, taken.status, replayed=True)
            if self.match is not None:
                self.match.hold(request, next(iter(given.values())))
            content = rendered(self.shape, self.view(request, **given))
            if taken is not None:
                once.keep(taken, self.status, content)
        return answered(content, self.status)

    def hold(self, request: HttpRequest, number: UUID) -> None:
        """Let nobody else of the API change the record, and see that it is the one that was read.

        Refused: `api.tag_missing`, `api.stale`; Http404 where there is no such record for the actor.
        """
        wanted = request.headers.get("If-Match", "")
        if not wanted:
            raise Refused("api.tag_missing")
        with connection.cursor() as cursor:
            cursor.execute(HOLD, [f"api:{self.view.__name__}:{number}"])
        now = tag_of(rendered(self.shape, self.view(request, number)))
        if wanted != "*" and now not in [one.strip() for one in wanted.split(",")]:
            raise Refused("api.stale")


def answered(content: bytes, status: int, *, replayed: bool = False) -> HttpResponse:
    """An answer with its ETag; one that was kept says so."""
    answer = HttpResponse(content, status=status, content_type="application/json")
    answer["ETag"] = tag_of(content)
    if replayed:
        answer["Idempotent-Replayed"] = "true"
    return answer


class Operations(Router):
    """A router whose operations all need a token, say their purpose, and document their verb and their refusals."""

    def __init__(self, **given: Any) -> None:
        super().__init__(auth=Token(), **given)

    def add(self, method: str, path: str, shape: type[Schema], status: int = 200, *, verb: str,
            match: Callable[..., Any] | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register an operation that needs a verb. `match`: the reading operation whose ETag a change must bring."""

        def wrap(view: Callable[..., Any]) -> Callable[..., Any]:
            made = Operation(view, shape, status, verb, match.operation if match else None)  # type: ignore[attr-defined]

            @wraps(view)
            def run(request: HttpRequest, **given: Any) -> HttpResponse:
                return made.run(request, given)

            run.operation = view.operation = made  # type: ignore[attr-defined]
            summary, _, more = (view.__doc__ or "").partition("\n")
            answers: dict[Any, Any] = {status: shape, **dict.fromkeys(refusals(method, match is not None), Problem)}
            self.api_operation([method], path, response=answers, operation_id=view.__name__, summary=summary, description=more.strip(),
                               openapi_extra={"x-verb": verb, "x-match": match is not None})(run)
            return view

        return wrap


def refusals(method: str, matched: bool) -> tuple[int, ...]:
    """The refusals that an operation may answer with."""
    writes = (409, 413, 415) if method != "GET" else (409,)
    return tuple(sorted({401, 403, 404, 405, 422, 429, *writes, *((412, 428) if matched else ())}))


def found(value: Any) -> Any:
    """The value, or the answer that there is nothing there."""
    if value is None:
        raise Http404
    return value


def who(request: HttpRequest) -> Actor:
    """Who asks."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def now() -> dt.datetime:
    """The instant of the request."""
    return timezone.now()


def today() -> dt.date:
    """The day of the request, in Malaysia."""
    return timezone.localdate()
