"""How every operation of the API is made: a token names the actor, the purpose is said, one transaction around, problems as problem+json.

Errors are documented on each operation: 401 no or dead token, 403 not allowed, 404 nothing there for you, 409 the record's state forbids it,
422 the input with field and mend. Sentences are those of the one catalogue, in the language asked for.
"""
import datetime as dt
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI, Router, Schema
from ninja.errors import AuthenticationError, ValidationError
from ninja.security import HttpBearer

from sinergi.kernel import logs
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor
from sinergi.kernel.clients import client_of
from sinergi.kernel.errors import Refused
from sinergi.kernel.roles import PURPOSES
from sinergi.registry.submission import SubmissionFaults

PROBLEM = "application/problem+json"
FORBIDDEN = frozenset({"not_allowed", "no_purpose"})


class FieldFault(Schema):
    """One wrong field and its mend."""

    field: str
    code: str
    mend: str


class Problem(Schema):
    """A refusal as RFC 9457 writes it; `code` is the catalogue's, stable."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    request: str = ""
    fields: list[FieldFault] = []


ERRORS = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


class Token(HttpBearer):
    """The token of a machine client; the actor it stands for is kept on the request."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The actor, or None for a token that opens nothing."""
        request.actor = client_of(token, on=timezone.localdate())  # type: ignore[attr-defined]
        return request.actor  # type: ignore[attr-defined]


def language_of(request: HttpRequest) -> str:
    """English only where it is asked for first."""
    return "en" if request.headers.get("Accept-Language", "").lower().startswith("en") else "ms"


def within(view: Callable[..., Any]) -> Callable[..., Any]:
    """Run an operation inside `acting`, for the purpose that the header `Purpose` says; the read entry is written before the answer leaves."""

    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        purpose = request.headers.get("Purpose", "")
        if purpose not in PURPOSES:
            raise Refused("no_purpose")
        page = f"api:{view.__name__}"
        with acting(request.actor, purpose=purpose, request=logs.request_id.get(), page=page, whole=True):  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

    return run


class Operations(Router):
    """A router whose operations all need a token, say their purpose, and document their errors."""

    def __init__(self, **given: Any) -> None:
        super().__init__(auth=Token(), **given)

    def add(self, method: str, path: str, answer: type[Schema], status: int = 200) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register an operation; what it may answer stands in the specification."""

        def wrap(view: Callable[..., Any]) -> Callable[..., Any]:
            summary = (view.__doc__ or "").split("\n")[0]
            self.api_operation([method], path, response={status: answer, **ERRORS}, operation_id=view.__name__, summary=summary)(within(view))
            return view

        return wrap


def problem(request: HttpRequest, status: int, code: str, title: str, fields: list[dict[str, str]] | None = None) -> HttpResponse:
    """The answer of a refusal."""
    body = {"type": "about:blank", "title": title, "status": status, "code": code, "request": logs.request_id.get(), "fields": fields or []}
    return HttpResponse(json.dumps(body, ensure_ascii=False, default=str), status=status, content_type=PROBLEM)


def refused(request: HttpRequest, fault: Refused) -> HttpResponse:
    """A refusal of the platform."""
    status = 403 if fault.code in FORBIDDEN else 422 if fault.field else 409
    words = fault.sentence(language_of(request))
    fields = [{"field": fault.field, "code": fault.code, "mend": words}] if fault.field else []
    return problem(request, status, fault.code, words, fields)


def unreadable(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    """Input that does not have the shape of the specification."""
    fields = [{"field": ".".join(map(str, e["loc"][1:])) or str(e["loc"][0]), "code": str(e["type"]), "mend": str(e["msg"])} for e in fault.errors]
    return problem(request, 422, "input.shape", Refused("input.shape").sentence(language_of(request)), fields)


def faulty(request: HttpRequest, faults: SubmissionFaults) -> HttpResponse:
    """A submission with wrong fields."""
    language = language_of(request)
    fields = [{"field": f.field, "code": f.code, "mend": f.words[language]} for f in faults.faults]
    return problem(request, 422, "submission.faults", Refused("input.fields", count=len(fields)).sentence(language), fields)


def build() -> NinjaAPI:
    """The API with its refusals; routers are added by `urls`."""
    says = "One door to every safety net. Send a token as `Authorization: Bearer …` and say why as `Purpose: …`: " + ", ".join(PURPOSES)
    api = NinjaAPI(title="Sinergi", version="1", urls_namespace="api", docs_url=None, openapi_url="/openapi.json", description=says)
    api.add_exception_handler(Refused, refused)  # type: ignore[arg-type]
    api.add_exception_handler(ValidationError, unreadable)  # type: ignore[arg-type]
    api.add_exception_handler(SubmissionFaults, faulty)  # type: ignore[arg-type]
    api.add_exception_handler(AuthenticationError, lambda request, fault: said(request, 401, "input.token"))
    api.add_exception_handler(Http404, lambda request, fault: said(request, 404, "input.nothing_there"))
    return api


def said(request: HttpRequest, status: int, code: str) -> HttpResponse:
    """A refusal that has nothing but its sentence."""
    return problem(request, status, code, Refused(code).sentence(language_of(request)))


def nowhere(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The answer at an address that is none."""
    return said(request, 404, "input.nothing_there")


def broken(request: HttpRequest) -> HttpResponse:
    """The answer when something broke; its request number leads to the log."""
    return said(request, 500, "input.broken")


def today() -> dt.date:
    """The day of the request, in Malaysia."""
    return timezone.localdate()
