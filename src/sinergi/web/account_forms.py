"""The sign-in form in our words."""
from typing import Any

from allauth.account.forms import LoginForm
from django.utils.translation import gettext_lazy as _


class SignIn(LoginForm):
    """E-mail and password; the way to a forgotten password stands under the form, after it in the order of keys."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Work e-mail")
        self.fields["password"].help_text = ""
