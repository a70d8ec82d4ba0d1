"""Who may open a page: signed in and holding a verb; anybody else reads which role can, never a blank."""
import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sinergi.kernel.roles import ROLES
from sinergi.web import role_words
from sinergi.web.faults import reference

View = Callable[..., HttpResponse]


def closed(request: HttpRequest, verb: str) -> HttpResponse:
    """403: what this would be, and which roles hold it."""
    words = {"reference": reference(request), "what": role_words.VERBS[verb], "who": role_words.roles_holding(verb, ROLES)}
    return render(request, "users/closed.html", words, status=HTTPStatus.FORBIDDEN)


def needs(verb: str) -> Callable[[View], View]:
    """Open a view to whoever holds `verb`."""

    def wrap(view: View) -> View:
        @login_required
        @functools.wraps(view)
        def admitted(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            return view(request, *args, **kwargs) if request.actor.holds(verb) else closed(request, verb)

        return admitted

    return wrap
