"""The review of pairs: a hundred an hour by keyboard, the next pair already in the page; and all of it by plain forms where no script runs."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sinergi.core.linkage.sentences import LEVELS, STRENGTH
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Agency
from sinergi.registry.actions import review as actions
from sinergi.registry.codes import RELATIONS
from sinergi.registry.queries import agreement
from sinergi.registry.queries import review as queries
from sinergi.registry.queries.linking import present_model
from sinergi.web import review_marks
from sinergi.web.admission import needs
from sinergi.web.role_words import agency_name

HELD = 2
REASONS = {
    "slip": gettext_lazy("a slip in the number"), "spelling": gettext_lazy("the name is written another way"),
    "moved": gettext_lazy("moved, or a new phone"), "family": gettext_lazy("two of one family"), "twins": gettext_lazy("twins"),
    "namesakes": gettext_lazy("namesakes"), "paper": gettext_lazy("the paper was seen"), "asked": gettext_lazy("the person was asked")}
VETOES = {
    "number_without_name": gettext_lazy("One number, but the names share no part."),
    "twin_pattern": gettext_lazy("This looks like twins: one day of birth, neighbouring numbers."),
    "father_son_swap": gettext_lazy("This looks like a son and his father."),
    "sex_contradicts": gettext_lazy("One number, but the sexes differ."),
    "too_many_records": gettext_lazy("One of them holds many records already."),
    "dead": gettext_lazy("One of them has died."), "cannot_link": gettext_lazy("These records were called different before."),
    "benefits_run": gettext_lazy("Help runs for one of them today."),
    "both_with_benefits": gettext_lazy("Both receive help today.")}
FOUND_BY = {"search": gettext_lazy("noticed at a counter"), "list": gettext_lazy("from a partner’s list"),
            "register": gettext_lazy("found in the register"), "objection": gettext_lazy("somebody objected")}
ANSWER_WORDS = {"same": gettext_lazy("same person"), "different": gettext_lazy("different people"), "cannot_tell": gettext_lazy("cannot tell")}
ASKED = {"person": gettext_lazy("ask the person"), "call": gettext_lazy("call"), "agency": gettext_lazy("send to the agency")}


def reasons_shown(pair: queries.Pair) -> list[dict[str, Any]]:
    """The pieces of evidence as bars with words, the heaviest first; what is not known is left out."""
    language = get_language() or "ms"
    told = sorted((p for p in (pair.explanation.pieces if pair.explanation else ()) if p.level), key=lambda p: -abs(p.bits))
    return [{"text": LEVELS[p.evidence][p.level][language], "weight": round(max(-50, min(50, p.bits * 3))),
             "word": next(words for least, words in STRENGTH if p.bits >= least)[language]} for p in told]


def told(pair: queries.Pair, agencies: Mapping[str, str]) -> dict[str, Any]:
    """A pair for its template."""
    own = list(dict.fromkeys((pair.first.agency, pair.second.agency)))
    return {
        "turn": pair.turn, "rows": review_marks.rows(pair, agencies), "evidence": reasons_shown(pair), "explanation": pair.explanation,
        "vetoes": [VETOES.get(veto, veto) for veto in pair.vetoes], "risky": pair.risky, "needs": sorted(pair.reasons_for),
        "hidden": pair.first.hidden or pair.second.hidden, "home": [(m.name, RELATIONS.get(m.relation), m.of_both) for m in pair.home],
        "phones_shared": pair.phones_shared, "found_by": FOUND_BY.get(pair.found_by, ""), "since": pair.waiting_since, "near": pair.near,
        "agencies": [(code, agencies[code]) for code in [*(c for c in own if c in agencies), *(c for c in agencies if c not in own)]],
        "titles": [agencies.get(code, code) for code in (pair.first.agency, pair.second.agency)]}


def partners() -> dict[str, str]:
    """Partners by code, in the page's language."""
    return {agency.code: agency_name(agency) for agency in Agency.objects.filter(partner=True, left_on=None).order_by("code")}


@needs("identity.review")
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """How the day goes, what waits, how alike one judges; the button that begins."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    oversees = actor.holds("identity.oversee")
    context = {
        "day": queries.day(actor, now), "reviews": actor.holds("identity_review.answer"), "oversees": oversees,
        "certifies": actor.holds("certificate.draw"), "labels": actor.holds("certificate.label"),
        "agreement": agreement.agreements(None if oversees else actor), "agencies": partners(),
        "aside": [(put, ASKED[put.asked], partners().get(put.agency, "")) for put in queries.aside(actor, timezone.localdate(now))]}
    return render(request, "review/start.html", context)


@needs("identity_review.answer")
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Hold the next pairs and show the first."""
    actions.take_pairs(HELD, actor=request.actor)  # type: ignore[attr-defined]
    return redirect("review_pair")


@needs("identity_review.answer")
@require_http_methods(["GET", "POST"])
def pair(request: HttpRequest) -> HttpResponse:
    """The pair in hand and, unseen, the one after it; a post answers it, and shows the next."""
    refused, status = "", 200
    if request.method == "POST":
        try:
            answer(request)
        except Refused as why:
            refused, status = why.sentence(get_language() or "ms"), 422
    held = actions.take_pairs(HELD, actor=request.actor) if request.method == "POST" else in_hand(request)  # type: ignore[attr-defined]
    if request.method == "POST" and not refused and not is_script(request):
        return redirect("review_pair")
    return show(request, held, refused, status)


def is_script(request: HttpRequest) -> bool:
    """Whether the page's own script asks: it takes the part that changed, not the page."""
    return request.headers.get("X-Part") == "pair"


def answer(request: HttpRequest) -> None:
    """Answer the pair that was posted. Raises Refused."""
    said, _, asked = request.POST.get("answer", "").partition(":")
    code, more = request.POST.get("because", ""), " ".join(request.POST.get("reason", "").split())
    actions.answer_pair(turn_of(request), actor=request.actor, answer=said, asked=asked,  # type: ignore[attr-defined]
                        sent_to=request.POST.get("sent_to", ""), reason=": ".join(filter(None, (code if code in REASONS else "", more))))


def turn_of(request: HttpRequest) -> UUID:
    """The turn that a form names. Raises Refused: `review.turn_over`."""
    try:
        return UUID(request.POST.get("turn", ""))
    except ValueError as wrong:
        raise Refused("review.turn_over") from wrong


def in_hand(request: HttpRequest) -> Sequence[UUID]:
    """The turns the actor holds: looking takes nothing."""
    return queries.held(request.actor)[:HELD]  # type: ignore[attr-defined]


def show(request: HttpRequest, held: Sequence[UUID], refused: str, status: int) -> HttpResponse:
    """The page, or for its script the part with the next pair behind it."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    names = partners()
    found = [told(one, names) for one in queries.pairs(held, actor=actor, on=timezone.localdate(now))]
    last = queries.last_answer(actor, now - actions.UNDO)
    context = {"pair": found[0] if found else None, "next": found[1] if len(found) > 1 else None, "refused": refused, "day": queries.day(actor, now),
               "because": REASONS.items(), "chosen": request.POST.get("because", ""), "written": request.POST.get("reason", "") if refused else "",
               "last": last, "last_words": ANSWER_WORDS[last.answer] if last else ""}
    return render(request, "review/part.html" if is_script(request) else "review/pair.html", context, status=status)


@needs("identity_review.undo")
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take the last answer back, and show its pair again."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    last = queries.last_answer(actor, now - actions.UNDO)
    return back(request, last.id if last else None)


@needs("identity_review.undo")
@require_POST
def again(request: HttpRequest, answer_id: UUID) -> HttpResponse:
    """Take up a pair that was put aside."""
    return back(request, answer_id)


def back(request: HttpRequest, answer_id: UUID | None) -> HttpResponse:
    """Undo an answer, and show the pair it was of."""
    refused, status = "", 200
    try:
        if answer_id is not None:
            actions.undo_answer(answer_id, actor=request.actor)  # type: ignore[attr-defined]
    except Refused as why:
        refused, status = why.sentence(get_language() or "ms"), 422
    if not refused and not is_script(request):
        return redirect("review_pair")
    return show(request, in_hand(request), refused, status)


@needs("planted.plant")
@require_POST
def plant(request: HttpRequest) -> HttpResponse:
    """Plant the invented pairs that come with the platform."""
    model = present_model()
    actions.plant_pairs(actions.shipped(model), actor=request.actor, model=model)  # type: ignore[attr-defined]
    return redirect("review")


urlpatterns = [
    path("semakan-orang/", start, name="review"),
    path("semakan-orang/mula/", begin, name="review_begin"),
    path("semakan-orang/pasangan/", pair, name="review_pair"),
    path("semakan-orang/undur/", undo, name="review_undo"),
    path("semakan-orang/sambung/<uuid:answer_id>/", again, name="review_again"),
    path("semakan-orang/tanam/", plant, name="review_plant"),
]
