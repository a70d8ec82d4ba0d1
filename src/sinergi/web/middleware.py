"""What surrounds each request: its number and log line, forms without NUL, the clocks of the session, the second factor, the acting
context with its read audit."""
import logging
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRedirect

from sinergi.kernel import acting, logs, roles
from sinergi.kernel.actors import actor_of
from sinergi.web import second_factor

Next = Callable[[HttpRequest], HttpResponseBase]
log = logging.getLogger("sinergi.request")
OPEN = ("/static/", "/api/", "/j/", "/health", "/ready", "/metrics")  # /j/: the person himself, whoever is signed in on this machine


class RequestLog:
    """Gives each request a number, shown on error pages, and one log line without query or body."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, timed."""
        number = secrets.token_hex(4).upper()
        request.number = number  # type: ignore[attr-defined]
        token, began = logs.request_id.set(number), time.monotonic()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = number
            route = getattr(request.resolver_match, "route", None)
            log.info("request", extra={"method": request.method, "path": route or "-", "status": response.status_code,
                                       "ms": round((time.monotonic() - began) * 1000)})
            return response
        finally:
            logs.request_id.reset(token)


def onward(request: HttpRequest, name: str, **query: str) -> HttpResponse:
    """Send a visitor to another page of sign-in; an htmx request takes the whole page there, not a part of it."""
    address = f"{reverse(name)}?{urlencode(query)}"
    return HttpResponseClientRedirect(address) if request.headers.get("HX-Request") else redirect(address)


def returning(request: HttpRequest) -> str:
    """The page a visitor was on, as a path of this site: this one, or the one whose form he sent; empty when unknown."""
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return request.get_full_path()
    before = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    return urlunsplit(("", "", before.path, before.query, "")) if before.netloc == request.get_host() else ""


class PlainText:
    """Takes NUL out of what a form sends: it comes along when text is copied from damaged files, and PostgreSQL keeps none."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing before the form is read."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        """Runs after the guard against forged forms, which has read the form."""
        if request.method == "POST" and not request.path.startswith("/api/") and any("\x00" in v for _name, vs in request.POST.lists() for v in vs):
            kept = request.POST.copy()
            for name, values in request.POST.lists():
                kept.setlist(name, [value.replace("\x00", "") for value in values])
            request.POST = kept  # type: ignore[assignment]


class SessionClock:
    """Ends a session after SESSION_IDLE_MINUTES without a request, and after SESSION_HOURS in any case."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Sign out when either clock ran down; the page says so, what was written is kept as a draft, and sign-in leads back to it."""
        if request.user.is_authenticated:
            now = int(time.time())
            began, last = request.session.setdefault("began", now), request.session.get("last", now)
            if now - last > settings.SESSION_IDLE_MINUTES * 60 or now - began > settings.SESSION_HOURS * 3600:
                logout(request)
                return onward(request, "account_login", ended="1", next=returning(request))
            if now - last > 30 or "last" not in request.session:
                request.session["last"] = now
        return self.get_response(request)


class SecondFactor:
    """Where SECOND_FACTOR_REQUIRED is on, who signed in without a second factor sets one up and opens nothing else before."""

    DOORS = frozenset({"mfa_activate_totp", "account_reauthenticate", "account_logout", "switch_language"})

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Nothing before the view is known."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Lead to the set-up; a session older than the second factor, set up elsewhere, has to sign in again."""
        match = request.resolver_match
        if (not settings.SECOND_FACTOR_REQUIRED or not request.user.is_authenticated or second_factor.passed(request)
                or (match and match.url_name in self.DOORS)):
            return None
        if is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
            logout(request)
            return onward(request, "account_login", next=returning(request))
        return onward(request, "mfa_activate_totp", required="1")


class ActingRequest:
    """Runs the view of a signed-in user inside `acting`: one transaction, one read entry. Pages with people are never stored."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Open the context from the user's grants and the purpose he chose (session), or the usual one of his role."""
        if request.path.startswith(OPEN) or not request.user.is_authenticated:
            return self.get_response(request)
        actor = actor_of(request.user)
        request.actor = actor  # type: ignore[attr-defined]
        choice, purpose = roles.purposes_for(actor.verbs), request.session.get("purpose")
        with acting.acting(actor, purpose=purpose if purpose in choice else choice[0], request=logs.request_id.get()) as context:
            response = self.get_response(request)
            context.page = context.page or getattr(request.resolver_match, "view_name", "") or ""
            if response.status_code >= 500:
                transaction.set_rollback(True)
                context.shown.clear()
        if isinstance(response, HttpResponse) and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
            response["Cache-Control"] = "no-store, private"
        return response
