"""What surrounds each request: its number and log line, the session's clock, and the acting context with its read audit."""
import logging
import secrets
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers

from sinergi.kernel import acting, logs
from sinergi.kernel.actors import actor_of
from sinergi.kernel.roles import PURPOSES

Next = Callable[[HttpRequest], HttpResponseBase]
log = logging.getLogger("sinergi.request")
OPEN = ("/static/", "/health", "/ready", "/metrics")


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


class SessionClock:
    """Ends a session after SESSION_IDLE_MINUTES without a request, and after SESSION_HOURS in any case."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Sign out when either clock ran down; the page says so and what was written is kept as a draft."""
        if request.user.is_authenticated:
            now = int(time.time())
            began, last = request.session.setdefault("began", now), request.session.get("last", now)
            if now - last > settings.SESSION_IDLE_MINUTES * 60 or now - began > settings.SESSION_HOURS * 3600:
                logout(request)
                return redirect("/masuk/?ended=1")
            if now - last > 30 or "last" not in request.session:
                request.session["last"] = now
        return self.get_response(request)


class ActingRequest:
    """Runs the view of a signed-in user inside `acting`: one transaction, one read entry. Pages with people are never stored."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Open the context from the user's grants and the purpose he chose (session), or `register`."""
        if request.path.startswith(OPEN) or not request.user.is_authenticated:
            return self.get_response(request)
        actor = actor_of(request.user)  # type: ignore[arg-type]
        request.actor = actor  # type: ignore[attr-defined]
        purpose = request.session.get("purpose", "register")
        match: Any = request.resolver_match
        page = match.view_name if match else ""
        purpose = purpose if purpose in PURPOSES else "register"
        with acting.acting(actor, purpose=purpose, request=logs.request_id.get(), page=page) as context:
            response = self.get_response(request)
            context.page = context.page or getattr(request.resolver_match, "view_name", "") or ""
            if response.status_code >= 500:
                transaction.set_rollback(True)
                context.shown.clear()
        if isinstance(response, HttpResponse) and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
            response["Cache-Control"] = "no-store, private"
        return response
