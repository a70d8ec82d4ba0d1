"""The second step and the lock: what counts as a wrong attempt, when it may be tried again, and which sessions have passed both steps.

Wrong passwords and wrong codes count together, in the database, so that neither can be guessed by asking another worker.
"""
from datetime import datetime
from http import HTTPStatus
from math import ceil
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_ip_address, get_cool_off, get_failure_limit
from axes.models import AccessAttempt
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

SET_UP = "second_factor_set_up"  # session key: the second factor was set up in this very session


class SecondStep(AuthenticateForm):
    """Six digits or a recovery code. A wrong one counts like a wrong password; a locked account is not even asked."""

    def clean_code(self) -> str:
        """The code, if it is right. Raises ValidationError as the library does, and counts the attempt."""
        request, tried = context.request, {"email": self.user.email}
        if not AxesProxyHandler.is_allowed(request, tried):
            request.axes_locked_out, request.axes_credentials = True, tried  # the middleware answers with `locked_out`
            raise get_adapter().validation_error("incorrect_code")
        return str(super().clean_code())

    def _emit_authentication_failed(self, authenticator: Any) -> None:
        user_login_failed.send(sender="second step", credentials={"email": self.user.email}, request=context.request)
        super()._emit_authentication_failed(authenticator)


@receiver(authenticator_added)
def remember_set_up(request: HttpRequest, authenticator: Authenticator, **_: Any) -> None:
    """The session in which a second factor was set up has shown it."""
    if authenticator.type == Authenticator.Type.TOTP:
        request.session[SET_UP] = True


def tried_address(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The account an attempt is aimed at: what is locked is this address from one place."""
    return str((credentials or {}).get("email") or request.POST.get("login", "")).strip().lower()


def unnamed(username: str, ip_address: str, user_agent: str, path: str, request: HttpRequest) -> str:
    """How the lock's log lines name an account: not at all; the request's number leads to it."""
    return "an account"


def free_at(request: HttpRequest, credentials: dict[str, Any] | None) -> datetime:
    """When the lock of this address from this place ends."""
    last = AccessAttempt.objects.filter(username=tried_address(request, credentials), ip_address=get_client_ip_address(request)).order_by(
        "-attempt_time").values_list("attempt_time", flat=True).first()
    return (last or timezone.now()) + get_cool_off(request)


def locked_out(request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None) -> HttpResponse:
    """The page of a locked account: how many attempts, and the minute from which it may be tried again."""
    until = free_at(request, credentials)
    words = {"failure_limit": get_failure_limit(request, credentials), "free_at": until}
    answer = render(request, "account/lockout.html", words, status=HTTPStatus.TOO_MANY_REQUESTS)
    answer["Retry-After"] = str(max(1, ceil((until - timezone.now()).total_seconds())))
    return answer


def passed(request: HttpRequest) -> bool:
    """Did this session come in by a second factor, or set one up?"""
    return SET_UP in request.session or any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))
