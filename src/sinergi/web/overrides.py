"""Exceptions to the overlap lock: asked with a reason and a last day, approved by a second person, reviewed by who oversees."""
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from sinergi.benefits import actions, queries
from sinergi.core import rules
from sinergi.kernel import law as published
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import User
from sinergi.registry import codes
from sinergi.registry import queries as registry

from .admission import needs
from .application_view import found, programme_words, strip
from .award_forms import day
from .typed import TypedForm, actor_at, agency_names, day_field, language, listed, today, word, words_field

STATES = {"asked": gettext_lazy("waits for the second person"), "approved": gettext_lazy("approved"), "refused": gettext_lazy("refused"),
          "used": gettext_lazy("used"), "expired": gettext_lazy("over")}
BOXES = {"asked": gettext_lazy("To decide"), "approved": gettext_lazy("Approved, not used"), "used": gettext_lazy("Used"), "": gettext_lazy("All")}
VERBS = ("override.ask", "override.approve", "override.review", "overlap.read")


class OverrideForm(TypedForm):
    """Why it should be given although the need is helped, and until when at the latest."""

    code = forms.ChoiceField(label=gettext_lazy("Reason"), required=True, widget=forms.RadioSelect)
    reason = words_field(gettext_lazy("In a sentence"), hint=gettext_lazy("The second person and the review read it"))
    until_on = day_field(gettext_lazy("Last day of the exception"), needed=True, hint=gettext_lazy("At most 90 days from now"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = listed(queries.OVERRIDE_CODES)  # type: ignore[attr-defined]


class FindingForm(TypedForm):
    """What the review found."""

    finding = words_field(gettext_lazy("What you found"), hint=gettext_lazy("Was the exception right? What follows?"))


def rows(found_ones: tuple[queries.OverrideView, ...], law: rules.Law) -> list[dict[str, Any]]:
    """Exceptions in words."""
    names, people = agency_names(), registry.people({one.person_id for one in found_ones})
    users = user_names({one.asked_by for one in found_ones} | {one.decided_by for one in found_ones})
    return [row_words(one, law, names, people[one.person_id].name if one.person_id in people else "", users) for one in found_ones]


def user_names(ids: set[str]) -> dict[str, str]:
    """Names of users by their ids."""
    return {str(pk): name for pk, name in User.objects.filter(pk__in={i for i in ids if len(i) == 36}).values_list("id", "name")}


def row_words(one: queries.OverrideView, law: rules.Law, names: dict[str, str], name: str, users: dict[str, str]) -> dict[str, Any]:
    """One exception in words."""
    programme = law.programmes.get(one.programme)
    return {"of": one, "id": one.id, "name": name or _("A person not open to your agency"),
            "programme": programme.name[language()] if programme else one.programme, "agency": names.get(one.agency, one.agency.upper()),
            "need": word(codes.NEEDS, one.need), "code": word(queries.OVERRIDE_CODES, one.code), "reason": one.reason, "until_on": one.until_on,
            "state_words": str(STATES[one.state]), "by": users.get(one.asked_by, one.asked_by), "at": one.asked_at,
            "decided_by": users.get(one.decided_by, one.decided_by), "decided_at": one.decided_at, "finding": one.finding,
            "reviewed_at": one.reviewed_at, "action": _("Open")}


@login_required
@require_GET
def overrides(request: HttpRequest) -> HttpResponse:
    """The list, by state; of one's agency, or of all for who oversees all."""
    actor = actor_at(request, *VERBS)
    state = request.GET.get("keadaan", "asked")
    state = state if state in BOXES else "asked"
    address = reverse("overrides")
    twice = [{"address": reverse("received_twice"), "label": _("Received twice"), "here": False}] if actor.holds("overlap.read") else []
    return render(request, "benefits/overrides.html", {
        "rows": rows(queries.overrides(actor, state=state), published.current()), "box_words": str(BOXES[state]),
        "tabs": [{"address": f"{address}?keadaan={code}", "label": str(words), "here": code == state} for code, words in BOXES.items()]
        + twice})


@login_required
@require_http_methods(["GET", "POST"])
def override(request: HttpRequest, override_id: UUID) -> HttpResponse:
    """One exception: a second person approves or refuses it, never who asked; afterwards it is reviewed."""
    actor = actor_at(request, *VERBS)
    one = queries.override(override_id)
    if one is None:
        raise Http404
    own, form, refused = one.asked_by == actor.id, FindingForm(request.POST.dict() if request.method == "POST" else None), ""
    if request.method == "POST":
        try:
            messages.success(request, done(request, override_id, form))
            return redirect("override", override_id)
        except Refused as why:
            refused = form.say_refused(why)
    row = rows((one,), published.current())[0]
    return render(request, "benefits/override.html", {
        "row": row, "own": own and one.state == "asked", "review_form": form, "refused": refused,
        "may_decide": one.state == "asked" and not own and actor.holds("override.approve"),
        "may_review": one.state != "asked" and one.reviewed_at is None and actor.reaches("override.review", one.agency)
        and actor.id not in (one.asked_by, one.decided_by)}, status=422 if request.method == "POST" else 200)


def done(request: HttpRequest, override_id: UUID, form: FindingForm) -> str:
    """Take the step that was pressed; gives what is said afterwards. Raises Refused."""
    actor, now, step = actor_at(request), timezone.now(), request.POST.get("step")
    if step == "approve":
        actions.approve_override(override_id, actor=actor, on=today(), at=now)
        return _("Approved. The officer may now use it once.")
    if step == "refuse":
        actions.refuse_override(override_id, actor=actor, on=today(), at=now)
        return _("Refused. The lock stays.")
    actions.review_override(override_id, actor=actor, finding=form.value("finding"), at=now)
    return _("The review is recorded.")


@needs("override.ask")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Ask for an exception from the application that the lock stops."""
    actor, names, on = actor_at(request), agency_names(), today()
    view = found(application_id, actor)
    if view.row.agency != actor.agency:
        raise Http404
    form, refused = OverrideForm(request.POST.dict() if request.method == "POST" else None), ""
    if request.method == "POST":
        try:
            until = day(form, "until_on")
            if until is None:
                raise Refused("day.unreadable", field="until_on", given="")
            made = actions.ask_override(view.row.person_id, actor=actor, programme=view.row.programme, need=view.row.need, code=form.value("code"),
                                        reason=form.value("reason"), until_on=until, law=published.current(), on=on, at=timezone.now())
            messages.success(request, _("Asked. A second person decides it; you are told on this page."))
            return redirect("override", made.pk)
        except Refused as why:
            refused = form.say_refused(why)
    return render(request, "benefits/override_ask.html", {
        "form": form, "refused": refused, "person": strip(view, names), "programme": programme_words(view.programme, names),
        "back": reverse("application", args=[application_id])}, status=422 if request.method == "POST" else 200)


urlpatterns = [
    path("pengecualian/", overrides, name="overrides"),
    path("pengecualian/<uuid:override_id>/", override, name="override"),
    path("permohonan/<uuid:application_id>/pengecualian/", ask, name="override_ask"),
]
