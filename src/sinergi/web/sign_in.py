"""How staff sign in: what the sign-in library may and may not do here.

Users are invited, never sign themselves up, and enter by password or by their agency's own sign-in (OpenID Connect).
Whichever way, a second factor stands behind it where SECOND_FACTOR_REQUIRED is on; its secrets lie encrypted under the outer keys.
"""
import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from sinergi.kernel import keys
from sinergi.kernel.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs himself up; the address of an account is the one that was invited."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def reauthenticate(self, user: User, password: str) -> bool:
        """Is it still he? Asked by the invited address; a wrong password counts towards the lock."""
        return self.authenticate(context.request, email=user.email, password=password) == user

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not within minutes of signing in, which is proof enough."""
        records = get_authentication_records(context.request, context.request.user)
        fresh = any(time.time() - record["at"] < app_settings.REAUTHENTICATION_TIMEOUT for record in records)
        return not fresh and super().is_reauthentication_required(app=app, **kwargs)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """An agency's own sign-in admits users who were invited under an address which it has verified."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Connect the agency's account to the invited user at the first sign-in; an unknown address stays unknown and is refused."""
        if sociallogin.is_existing:
            return
        addresses = [one.email for one in sociallogin.email_addresses if one.verified in (True, "true")]
        user = User.objects.filter(email__iexact=addresses[0], kind="staff").first() if addresses else None
        if user is not None:
            sociallogin.connect(request, user)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors, encrypted at rest under the outer keys, newest first (`rotation` moves the old ones on)."""

    def encrypt(self, text: str) -> str:
        """A secret as it lies in the database."""
        return keys.outer().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again. Raises InvalidToken when no key of the list opens it."""
        return keys.outer().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not where one is required: an administrator resets a lost one, with a written reason."""
        return not settings.SECOND_FACTOR_REQUIRED
