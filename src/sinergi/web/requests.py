"""A person's rights over his own data: his request taken down, the officer's list with its clock, the answer, his data as a file, erasure."""
import json
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from sinergi.core.time import date_words
from sinergi.kernel.errors import Refused
from sinergi.registry import actions, codes, queries

from .typed import TypedForm, actor_at, agency_names, due_words, language, listed, today, word, words_field


class RequestForm(TypedForm):
    """What the person asks, in his own words."""

    kind = forms.ChoiceField(label=gettext_lazy("What does the person ask?"), required=True, widget=forms.RadioSelect)
    words = words_field(gettext_lazy("In the person’s own words"), most=1000, needed=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = listed(codes.REQUEST_KINDS)  # type: ignore[attr-defined]


class AnswerForm(TypedForm):
    """The answer that the person receives."""

    answer = words_field(gettext_lazy("Answer to the person"), most=2000)


@login_required
@require_http_methods(["GET", "POST"])
def open_request(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Take a request down, at the counter or by the protection officer."""
    actor = actor_at(request, "request.open")
    found = queries.known_person(person_id, actor=actor)
    if found is None:
        raise Http404
    form, refused = RequestForm(request.POST or None), ""
    if request.method == "POST":
        try:
            made = actions.open_request(person_id, actor=actor, kind=form.value("kind"), words=form.value("words"), on=today(), at=timezone.now())
            messages.success(request, _("Taken down. It is answered by %(day)s.") % {"day": date_words(made.due_on, language())})
            return redirect("data_requests") if actor.holds("request.read") else redirect("person_looked", person_id)
        except Refused as why:
            refused = form.say_refused(why)
    name = seen.name if (seen := queries.person(person_id)) else found.name
    return render(request, "requests/open.html", {"form": form, "refused": refused, "name": name, "person_id": person_id},
                  status=422 if request.method == "POST" else 200)


def rows(request: HttpRequest) -> list[dict[str, Any]]:
    """Requests with their clock, the open ones first."""
    actor = actor_at(request, "request.read")
    found, names = queries.requests(actor), agency_names()
    people = queries.people({r.person_id for r in found})
    return [{"of": r, "kind": word(codes.REQUEST_KINDS, r.kind), "agency": names.get(r.agency, r.agency.upper()), "due": due_words(r.due_on),
             "late": r.due_on <= today(), "name": people[r.person_id].name if r.person_id in people else ""} for r in found]


@login_required
@require_GET
def data_requests(request: HttpRequest) -> HttpResponse:
    """The protection officer's list."""
    found = rows(request)
    return render(request, "requests/list.html", {"open": [r for r in found if r["of"].answered_at is None],
                                                  "answered": [r for r in found if r["of"].answered_at is not None]})


def own(request: HttpRequest, request_id: UUID) -> dict[str, Any]:
    """One request one may see. Raises Http404."""
    found = next((r for r in rows(request) if r["of"].id == request_id), None)
    if found is None:
        raise Http404
    return found


@login_required
@require_http_methods(["GET", "POST"])
def data_request(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request: what is asked, by when, and its answer."""
    actor = actor_at(request, "request.read")
    row = own(request, request_id)
    form, refused = AnswerForm(request.POST or None), ""
    if request.method == "POST":
        try:
            actions.answer_request(request_id, actor=actor, answer=form.value("answer"), at=timezone.now())
            messages.success(request, _("The answer is recorded, and the record is closed to you again."))
            return redirect("data_requests")
        except Refused as why:
            refused = form.say_refused(why)
    return render(request, "requests/one.html", {
        "row": row, "form": form, "refused": refused, "may_answer": actor.holds("request.answer") and row["of"].answered_at is None,
        "may_erase": actor.holds("person.erase") and row["of"].kind == "erase" and row["of"].answered_at is None and row["name"]},
        status=422 if request.method == "POST" else 200)


@login_required
@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """Ask once, with the consequence in a sentence; then forget the person."""
    actor = actor_at(request, "person.erase")
    row = own(request, request_id)
    if row["of"].kind != "erase" or row["of"].answered_at is not None:
        return redirect("data_request", request_id)
    refused = ""
    if request.method == "POST":
        try:
            actions.erase_person(row["of"].person_id, actor=actor, at=timezone.now())
            messages.success(request, _("Erased. What remains are numbers without a name, so that the record of what was done still verifies."))
            return redirect("data_requests")
        except Refused as why:
            refused = why.sentence(language())
    return render(request, "requests/erase.html", {"row": row, "refused": refused}, status=422 if refused else 200)


@login_required
@require_GET
def own_file(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Everything held about a person, for himself, as portable JSON. Of other people only how they are related to him."""
    actor_at(request, "request.open")
    found = queries.own_record(person_id, today())
    if not found:
        raise Http404
    response = HttpResponse(json.dumps(found, ensure_ascii=False, indent=1), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="data-saya-{str(person_id)[:8]}.json"'
    return response


urlpatterns = [
    path("orang/<uuid:person_id>/permintaan/", open_request, name="request_open"),
    path("orang/<uuid:person_id>/data-saya.json", own_file, name="person_own_file"),
    path("permintaan/", data_requests, name="data_requests"),
    path("permintaan/<uuid:request_id>/", data_request, name="data_request"),
    path("permintaan/<uuid:request_id>/padam/", erase, name="person_erase"),
]
