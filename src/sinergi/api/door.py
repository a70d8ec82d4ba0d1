"""What surrounds a request of the API: headers that keep its answer out of every store and frame, and nothing that only pages need.

No session, cookie, form token or page language is looked at: the bearer token is the only way in (`factory`).
"""
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from .problems import said

HEADERS = {"Cache-Control": "no-store, private", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "X-Frame-Options": "DENY"}
ADDRESSES = "sinergi.api.urls"


class Door:
    """The innermost layer; the request's number, its log line and the transport's headers are put on outside."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, by the API's own addresses. A host that is not ours is refused before anything is asked."""
        request.get_host()
        request.urlconf = ADDRESSES
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):
            allowed, response = response["Allow"], said(request, "api.method")
            response["Allow"] = allowed
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Length", str(len(response.content)))
        return response
