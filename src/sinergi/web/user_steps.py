"""The steps on one user: change, remind, end a role and give it again, reset a second factor, let leave. Each page says what will happen."""
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from sinergi.kernel import staff
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Grant, User
from sinergi.web import role_words
from sinergi.web.admission import needs


def visible(actor: Actor) -> QuerySet[User]:
    """The staff an actor may see: everybody's for who reads nationally, else his own agency's."""
    rows = User.objects.filter(kind="staff").select_related("agency")
    return rows if actor.nationwide("user.read") else rows.filter(agency_id=actor.agency)


def user_or_404(request: HttpRequest, pk: UUID) -> User:
    """A user the visitor may see. Raises Http404."""
    found = visible(request.actor).filter(pk=pk).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    return found


def at_field(form: forms.Form, refused: Refused) -> str:
    """Put the sentence of a refusal at its field; give it back for the summary where it belongs to none."""
    sentence = refused.sentence("ms" if get_language() == "ms" else "en")
    if refused.field not in form.fields:
        return sentence
    form.add_error(refused.field, sentence)
    return ""


def done(request: HttpRequest, user: User, sentence: str) -> HttpResponse:
    """Back to the user's page, which says what was done."""
    messages.success(request, sentence)
    return redirect("user", pk=user.pk)


def step_page(request: HttpRequest, user: User, form: forms.Form, refused: str, **words: Any) -> HttpResponse:
    """A page of one step: its title, what it leads to, its form, the way back."""
    failed = bool(form.errors or refused)
    return render(request, "users/step.html", {"form": form, "refused": refused, "who": user, **words}, status=422 if failed else 200)


class ChangeForm(forms.Form):
    """A name and the language of messages."""

    name = forms.CharField(label=_("Name"), max_length=160)
    language = forms.ChoiceField(label=_("Language of messages"), choices=settings.LANGUAGES, widget=forms.RadioSelect)


@needs("user.change")
def change(request: Any, pk: UUID) -> HttpResponse:
    """Correct a name or the language of messages; the address is what the account is, and stays."""
    user, refused = user_or_404(request, pk), ""
    form = ChangeForm(request.POST or None, initial={"name": user.name, "language": user.language})
    if request.method == "POST" and form.is_valid():
        try:
            staff.change_user(user, actor=request.actor, **form.cleaned_data)
            return done(request, user, gettext("Changed."))
        except Refused as fault:
            refused = at_field(form, fault)
    return step_page(request, user, form, refused, title=gettext("Change the name"), submit=gettext("Save"))


@require_POST
@needs("user.remind")
def remind(request: Any, pk: UUID) -> HttpResponse:
    """Send the invitation again."""
    user = user_or_404(request, pk)
    try:
        staff.remind_user(user, actor=request.actor)
    except Refused as fault:
        messages.error(request, at_field(forms.Form(), fault))
        return redirect("user", pk=user.pk)
    return done(request, user, gettext("Invited. A message is on its way to %(email)s.") % {"email": user.email})


class ReasonForm(forms.Form):
    """Why, in writing; it enters the audit."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
                             help_text=_("At least 15 characters. How do you know it is really he who asks? It is written in the audit."))


@needs("second_factor.reset")
def reset(request: Any, pk: UUID) -> HttpResponse:
    """Reset a lost second factor, with a written reason."""
    user, refused = user_or_404(request, pk), ""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            staff.reset_second_factor(user, actor=request.actor, reason=form.cleaned_data["reason"])
            return done(request, user, gettext("The second step is reset. It is set up anew at the next sign-in."))
        except Refused as fault:
            refused = at_field(form, fault)
    lead = gettext("%(name)s is signed out everywhere; until a new telephone is set up, the password alone signs in.") % {"name": user.name}
    return step_page(request, user, form, refused, title=gettext("Reset the second step?"), leads=[lead], submit=gettext("Yes, reset it"),
                     keep=gettext("No, leave it"))


class LeaveForm(forms.Form):
    """Who takes the work over."""

    successor = forms.ModelChoiceField(label=_("Who takes the work over?"), queryset=User.objects.none(), empty_label=_("choose"))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["successor"]
        chosen.queryset = User.objects.filter(agency_id=user.agency_id, kind="staff", left_at=None).exclude(pk=user.pk).order_by("name")
        chosen.label_from_instance = lambda colleague: f"{colleague.name} ({colleague.email})"


@needs("user.leave")
def leave(request: Any, pk: UUID) -> HttpResponse:
    """Let a user leave; a colleague of the same agency takes the work over."""
    user, refused = user_or_404(request, pk), ""
    form = LeaveForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            staff.leave(user, actor=request.actor, successor=form.cleaned_data["successor"], at=timezone.now())
            return done(request, user, gettext("%(name)s has left; the work is with %(successor)s.") % {
                "name": user.name, "successor": form.cleaned_data["successor"].name})
        except Refused as fault:
            refused = at_field(form, fault)
    leads = [gettext("From this moment %(name)s cannot sign in, every role ends, and everything in his hands passes to the colleague you choose.")
             % {"name": user.name}]
    if not form.fields["successor"].queryset.exists():  # type: ignore[attr-defined]
        leads.append(gettext("There is no colleague yet: invite one first."))
    return step_page(request, user, form, refused, title=gettext("Let %(name)s leave?") % {"name": user.name}, leads=leads,
                     submit=gettext("Yes, end the access"), keep=gettext("No, keep it"))


def grant_or_404(request: HttpRequest, pk: UUID, grant: int) -> tuple[User, Grant]:
    """A user the visitor may see and one of his grants. Raises Http404."""
    user = user_or_404(request, pk)
    found = Grant.objects.select_related("user").filter(pk=grant, user=user).first()
    if found is None:
        raise Http404
    return user, found


@needs("grant.end")
def end(request: Any, pk: UUID, grant: int) -> HttpResponse:
    """End a role; the page says what ends, and how it is given again."""
    user, found = grant_or_404(request, pk, grant)
    role, form, refused = role_words.role_word(found.role), forms.Form(request.POST or None), ""
    if request.method == "POST":
        try:
            staff.end_grant(found, actor=request.actor, at=timezone.now())
            return done(request, user, gettext("Ended: %(role)s. “Give again” below takes that back.") % {"role": role})
        except Refused as fault:
            refused = at_field(form, fault)
    lead = gettext("%(name)s is no longer %(role)s from the next click on. It can be given again.") % {"name": user.name, "role": role}
    return step_page(request, user, form, refused, title=gettext("End this role?"), leads=[lead], submit=gettext("Yes, end it"),
                     keep=gettext("No, keep it"))


@require_POST
@needs("grant.give")
def again(request: Any, pk: UUID, grant: int) -> HttpResponse:
    """Give an ended role again, as it was."""
    user, found = grant_or_404(request, pk, grant)
    try:
        staff.give_grant(user, actor=request.actor, role=found.role, area_kind=found.area_kind, area=found.area)
    except Refused as fault:
        messages.error(request, at_field(forms.Form(), fault))
        return redirect("user", pk=user.pk)
    return done(request, user, gettext("Given: %(role)s.") % {"role": role_words.role_word(found.role)})
