"""Refusals as the API answers them: problem+json (RFC 9457) with the catalogue's code and sentence, in the language asked for."""
import json
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from sinergi.kernel import logs
from sinergi.kernel.errors import Refused
from sinergi.registry.submission import SubmissionFaults

PROBLEM = "application/problem+json"
STATUS = {"not_allowed": 403, "no_purpose": 403, "api.scope": 403, "api.stale": 412, "api.tag_missing": 428, "api.key_reused": 422,
          "api.key_shape": 422, "api.cursor": 422, "api.too_fast": 429, "api.media_type": 415, "api.too_large": 413, "api.method": 405,
          "input.token": 401, "input.nothing_there": 404}


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


def language_of(request: HttpRequest) -> str:
    """English only where it is asked for first."""
    return "en" if request.headers.get("Accept-Language", "").lower().startswith("en") else "ms"


def problem(request: HttpRequest, status: int, code: str, title: str, fields: list[dict[str, str]] | None = None) -> HttpResponse:
    """The answer of a refusal."""
    body = {"type": "about:blank", "title": title, "status": status, "code": code, "request": logs.request_id.get(), "fields": fields or []}
    return HttpResponse(json.dumps(body, ensure_ascii=False, default=str), status=status, content_type=PROBLEM)


def said(request: HttpRequest, code: str, status: int = 0) -> HttpResponse:
    """A refusal that has nothing but its sentence."""
    return problem(request, status or STATUS[code], code, Refused(code).sentence(language_of(request)))


def refused(request: HttpRequest, fault: Refused) -> HttpResponse:
    """A refusal of the platform."""
    status = STATUS.get(fault.code, 422 if fault.field else 409)
    words = fault.sentence(language_of(request))
    fields = [{"field": fault.field, "code": fault.code, "mend": words}] if fault.field else []
    answer = problem(request, status, fault.code, words, fields)
    if status == 429:
        answer["Retry-After"] = str(fault.facts["seconds"])
    return answer


def unreadable(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    """Input that does not have the shape of the specification."""
    fields = [{"field": ".".join(map(str, e["loc"][1:])) or str(e["loc"][0]), "code": str(e["type"]), "mend": str(e["msg"])} for e in fault.errors]
    return problem(request, 422, "input.shape", Refused("input.shape").sentence(language_of(request)), fields)


def faulty(request: HttpRequest, faults: SubmissionFaults) -> HttpResponse:
    """A submission with wrong fields."""
    language = language_of(request)
    fields = [{"field": f.field, "code": f.code, "mend": f.words[language]} for f in faults.faults]
    return problem(request, 422, "submission.faults", Refused("input.fields", count=len(fields)).sentence(language), fields)


def broken_body(request: HttpRequest, fault: HttpError) -> HttpResponse:
    """A body that is no JSON, or does not say that it is."""
    return refused(request, fault.__cause__) if isinstance(fault.__cause__, Refused) else said(request, "input.shape", 422)


def teach(api: NinjaAPI) -> None:
    """Tell the API how each fault is answered."""
    handlers: dict[type[Exception], Any] = {
        Refused: refused, ValidationError: unreadable, SubmissionFaults: faulty, HttpError: broken_body,
        AuthenticationError: lambda request, fault: said(request, "input.token"),
        RequestDataTooBig: lambda request, fault: said(request, "api.too_large"),
        Http404: lambda request, fault: said(request, "input.nothing_there")}
    for fault, handler in handlers.items():
        api.add_exception_handler(fault, handler)


def nowhere(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The answer at an address that is none."""
    return said(request, "input.nothing_there")


def broken(request: HttpRequest) -> HttpResponse:
    """The answer when something broke; its request number leads to the log."""
    return said(request, "input.broken", 500)
