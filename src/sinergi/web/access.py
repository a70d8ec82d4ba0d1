"""Somebody who is not ours: what may be seen, opening him by written reason, and the list on which such openings are reviewed."""
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from sinergi.kernel.errors import Refused
from sinergi.registry import actions, codes, queries

from .typed import TypedForm, actor_at, agency_names, language, words_field


class ReasonForm(TypedForm):
    """Why somebody must be opened now."""

    reason = words_field(gettext_lazy("Written reason"), hint=gettext_lazy(
        "Why this person must be opened now, without consent. Others will read it."))


class FindingForm(TypedForm):
    """What the review found."""

    finding = words_field(gettext_lazy("What you found"), hint=gettext_lazy("Was it right to open this record? What follows?"))


def state_only(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """That he exists, and his state; and the ways on: his consent, or a written reason. Raises Http404 when nobody has that id."""
    actor = actor_at(request, "person.search")
    found = queries.known_person(person_id, actor=actor)
    if found is None or found.mine:
        raise Http404
    return render(request, "access/known.html", {
        "known": found, "person_id": person_id, "state": codes.STATES[found.state].name if found.state in codes.STATES else "",
        "may_claim": actor.holds("person.claim"), "may_open": actor.holds("person.open_by_reason"), "may_request": actor.nationwide("request.read")})


@login_required
@require_http_methods(["GET", "POST"])
def open_person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Break the glass: a written reason opens the person for an hour, to this user alone."""
    actor = actor_at(request, "person.open_by_reason")
    found = queries.known_person(person_id, actor=actor)
    if found is None:
        raise Http404
    if found.mine:
        return redirect("person", person_id)
    form, refused = ReasonForm(request.POST or None), ""
    if request.method == "POST":
        try:
            actions.open_by_reason(person_id, actor=actor, reason=form.value("reason"), at=timezone.now())
            messages.warning(request, _("Open for one hour, to you alone. The agency that registered this person sees your reason and reviews it."))
            return redirect("person", person_id)
        except Refused as why:
            refused = form.say_refused(why)
    return render(request, "access/open.html", {"known": found, "form": form, "refused": refused}, status=422 if request.method == "POST" else 200)


def rows(request: HttpRequest) -> list[dict[str, Any]]:
    """Openings by written reason, newest first, those to be reviewed before the others."""
    actor = actor_at(request, "access.read")
    found, names = queries.opened_by_reason(actor), agency_names()
    people = queries.people({a.person_id for a in found}) if actor.holds("person.read") else {}
    shown = [{"of": a, "agency": names.get(a.agency, a.agency.upper()), "holder": names.get(a.holder, a.holder.upper()),
              "name": people[a.person_id].name if a.person_id in people else "",
              "may_review": a.reviewed_at is None and actor.reaches("access.review", a.holder) and str(a.user_id) != actor.id} for a in found]
    return sorted(shown, key=lambda row: row["of"].reviewed_at is not None)


@login_required
@require_GET
def accesses(request: HttpRequest) -> HttpResponse:
    """The list of the supervisor, the protection officer and the auditor."""
    return render(request, "access/list.html", {"rows": rows(request)})


@login_required
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, access_id: int) -> HttpResponse:
    """One opening: who, whom, why; and what the review found."""
    actor = actor_at(request, "access.review")
    row = next((r for r in rows(request) if r["of"].id == access_id), None)
    if row is None:
        raise Http404
    form, refused = FindingForm(request.POST or None), ""
    if request.method == "POST":
        try:
            actions.review_access(access_id, actor=actor, finding=form.value("finding"), at=timezone.now())
            messages.success(request, _("The review is recorded."))
            return redirect("accesses")
        except Refused as why:
            refused = form.say_refused(why) if why.code != "not_allowed" else why.sentence(language())
    return render(request, "access/review.html", {"row": row, "form": form, "refused": refused}, status=422 if request.method == "POST" else 200)


urlpatterns = [
    path("orang/<uuid:person_id>/buka/", open_person, name="person_open"),
    path("pembukaan/", accesses, name="accesses"),
    path("pembukaan/<int:access_id>/", review, name="access_review"),
]
