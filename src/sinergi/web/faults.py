"""Pages for what went wrong. The 500 page needs no database, no session and no context processor; each fault shows a reference number."""
import secrets
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is read as another over the telephone


def reference(request: HttpRequest) -> str:
    """The number a person can quote: the request's id as it stands in the log, or a fresh one where the request never reached it."""
    return str(getattr(request, "number", "") or "".join(secrets.choice(LETTERS) for _ in range(6)))


def page(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """The page of a fault of the visitor's side, in the frame of the site."""
    return render(request, f"errors/{status.value}.html", {"reference": reference(request)}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request cannot be read."""
    return page(request, HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the visitor has no right to it."""
    return page(request, HTTPStatus.FORBIDDEN)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form whose session ended or that came from another site."""
    return render(request, "errors/csrf.html", {"reference": reference(request)}, status=HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page, or nothing there for this visitor."""
    return page(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. Rendered without the request, so that nothing which may be broken is asked again."""
    words = {"reference": reference(request), "language": get_language() or "ms"}
    return HttpResponse(render_to_string("errors/500.html", words), status=HTTPStatus.INTERNAL_SERVER_ERROR)
