"""Why records stand behind one person: each decision in sentences; what the person says against it, its review, and the answer he gets."""
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from sinergi.core.linkage.explain import Explanation, Piece, strength
from sinergi.core.linkage.sentences import LEVELS
from sinergi.kernel.errors import Refused
from sinergi.registry import actions, queries

from .person.shown import file_of
from .typed import TypedForm, actor_at, language, words_field

STATES = {
    "in_review": ("ask", "clock", gettext_lazy("under review by two others")),
    "parted": ("yes", "check", gettext_lazy("parted: the person was right")),
    "kept": ("no", "dash", gettext_lazy("stays joined"))}
WIDEST, BITS = 50, 3


class ObjectForm(TypedForm):
    """What the person says."""

    words = words_field(gettext_lazy("In the person’s own words: what is not his or hers?"), most=2000)


class AnswerForm(TypedForm):
    """What was found, told to the person."""

    answer = words_field(gettext_lazy("Answer to the person"), most=2000)


def bar(piece: Piece) -> dict[str, Any]:
    """One piece of evidence as a sentence, a bar and a word."""
    return {"text": LEVELS[piece.evidence][piece.level][language()], "weight": round(max(-WIDEST, min(WIDEST, piece.bits * BITS))),
            "word": strength(piece.bits)[language()]}


def bars(explanation: Explanation | None) -> list[dict[str, Any]]:
    """What spoke for and against, the heaviest first; what was not known is left out."""
    pieces = explanation.pieces if explanation is not None else ()
    return [bar(p) for p in sorted(pieces, key=lambda p: -abs(p.bits)) if p.level]


def objection_words(found: queries.ObjectionView) -> dict[str, Any]:
    """An objection with what became of it."""
    kind, symbol, words = STATES[found.state]
    return {"of": found, "kind": kind, "symbol": symbol, "state": str(words), "waits": found.answered_at is None and found.state != "in_review"}


def joining(found: queries.Joined, agencies: dict[str, str], form: ObjectForm) -> dict[str, Any]:
    """A decision as the page tells it."""
    return {"of": found, "agency": agencies.get(found.agency, found.agency.upper()), "evidence": bars(found.explanation),
            "score": f"{found.explanation.score:+.1f}" if found.explanation else "", "form": form,
            "came": [{"agency": agencies.get(s.agency, s.agency.upper()), "at": s.received_at} for s in found.came],
            "objections": [objection_words(o) for o in found.objections]}


@login_required
@require_http_methods(["GET", "POST"])
def why_joined(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The decisions that made records this person's; a post takes an objection down."""
    actor = actor_at(request, "identity.read")
    context, refused = file_of(request, person_id, "person"), ""
    found = queries.joined(context["person_id"], actor=actor)
    posted = ObjectForm(request.POST.dict())
    if request.method == "POST":
        try:
            actions.object_identity(context["person_id"], actor=actor_at(request, "identity.object"), words=posted.value("words"),
                                    decision_id=next((j.id for j in found if str(j.id) == request.POST.get("decision")), context["person_id"]))
            messages.success(request, _("Taken down. Two others look at the records again; the answer will stand here."))
            return redirect("why_joined", person_id)
        except Refused as why:
            refused = posted.say_refused(why)
    shown = [joining(j, context["agencies"], posted if request.POST.get("decision") == str(j.id) else ObjectForm(auto_id=f"id_{j.id}_%s"))
             for j in found]
    return render(request, "person/joined.html", context | {
        "joined": shown, "form": posted, "refused": refused, "may_object": actor.holds("identity.object"),
        "may_answer": actor.holds("identity.answer_objection")}, status=422 if request.method == "POST" else 200)


@login_required
@require_http_methods(["GET", "POST"])
def answer_objection(request: HttpRequest, person_id: UUID, objection_id: UUID) -> HttpResponse:
    """Write the answer to a person's objection once its review is settled."""
    actor = actor_at(request, "identity.answer_objection")
    context, found, refused = file_of(request, person_id, "person"), queries.objection(objection_id), ""
    if found is None or found.person_id != context["person_id"]:
        raise Http404
    form = AnswerForm(request.POST.dict() if request.method == "POST" else None)
    if request.method == "POST":
        try:
            actions.answer_objection(objection_id, actor=actor, answer=form.value("answer"))
            messages.success(request, _("The answer stands in the person’s file and in the copy of his data."))
            return redirect("why_joined", person_id)
        except Refused as why:
            refused = form.say_refused(why)
    return render(request, "person/objection.html", context | {"one": objection_words(found), "form": form, "refused": refused},
                  status=422 if request.method == "POST" else 200)


urlpatterns = [
    path("orang/<uuid:person_id>/sebab-gabung/", why_joined, name="why_joined"),
    path("orang/<uuid:person_id>/sebab-gabung/<uuid:objection_id>/", answer_objection, name="objection_answer"),
]
