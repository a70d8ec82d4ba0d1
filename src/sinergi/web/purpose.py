"""For which purpose somebody reads: chosen by himself, kept in his session, written with every look at a person, shown in the page head."""
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from sinergi.kernel.acting import current
from sinergi.kernel.roles import purposes_for
from sinergi.web.role_words import PURPOSES, PURPOSES_SAY


def purpose_in_words() -> str:
    """The purpose of this request, for the page head; empty outside one, or where there is nothing to choose."""
    context = current()
    return str(PURPOSES[context.purpose]) if context is not None and len(purposes_for(context.actor.verbs)) > 1 else ""


class Choice(forms.Form):
    """One purpose of those his roles allow."""

    purpose = forms.ChoiceField(label=_("What do you open it for?"), widget=forms.RadioSelect)

    def __init__(self, verbs: frozenset[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"].choices = [  # type: ignore[attr-defined]
            (code, f"{capfirst(str(PURPOSES[code]))}. {PURPOSES_SAY[code]}") for code in purposes_for(verbs)]


@login_required
def purpose(request: HttpRequest) -> HttpResponse:
    """Choose, then go back to ?next= on this site."""
    verbs = request.actor.verbs  # type: ignore[attr-defined]
    back = request.POST.get("next") or request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = ""
    context = current()
    form = Choice(verbs, request.POST or None, initial={"purpose": context.purpose if context else ""})
    if request.method == "POST" and form.is_valid():
        request.session["purpose"] = form.cleaned_data["purpose"]
        return redirect(back or "purpose")
    return render(request, "users/purpose.html", {"form": form, "next": back}, status=422 if form.errors else 200)


urlpatterns = [path("tujuan/", purpose, name="purpose")]
