"""My day: what waits for whoever signed in, the search box on top, and where to begin when nothing waits."""
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from sinergi.kernel.actors import Actor
from sinergi.registry import codes, queries

from .typed import actor_at, age_words, today, word

FEW = 10


def person_rows(actor: Actor) -> list[dict[str, Any]]:
    """Whom my agency registered last."""
    if not actor.holds("person.read"):
        return []
    return [{"id": p.id, "name": p.name, "standing": p.standing, "registered_at": p.registered_at, "identity": p.masked,
             "age": age_words(p.birth_date, today(), p.died_on)} for p in queries.recent_people(actor, FEW)]


def draft_rows(actor: Actor) -> list[dict[str, Any]]:
    """What I have begun and not sent."""
    if not actor.holds("draft.save"):
        return []
    return [{"id": d.id, "name": str(d.body.get("person.name") or "").strip(), "saved_at": d.saved_at} for d in queries.drafts(actor)]


def request_rows(actor: Actor) -> list[dict[str, Any]]:
    """Requests of persons about their own data that are still open, the first due first."""
    found = [r for r in queries.requests(actor) if r.answered_at is None] if actor.holds("request.answer") else []
    return [{"id": r.id, "kind": word(codes.REQUEST_KINDS, r.kind), "due_on": r.due_on, "days": (r.due_on - today()).days, "due": due_words(r.due_on)}
            for r in found]


def due_words(day: Any) -> str:
    """How long there is: today, in 3 days, 2 days late."""
    left = (day - today()).days
    if left == 0:
        return _("today")
    words = ngettext("in %(n)s day", "in %(n)s days", left) if left > 0 else ngettext("%(n)s day late", "%(n)s days late", -left)
    return words % {"n": abs(left)}


def review_count(actor: Actor) -> int:
    """Openings by written reason that nobody has looked at and that this visitor may review."""
    if not actor.holds("access.review"):
        return 0
    return sum(a.reviewed_at is None and actor.reaches("access.review", a.holder) and str(a.user_id) != actor.id
               for a in queries.opened_by_reason(actor))


@login_required
@require_GET
def my_day(request: HttpRequest) -> HttpResponse:
    """The first page after sign-in."""
    actor = actor_at(request)
    drafts, requests, reviews = draft_rows(actor), request_rows(actor), review_count(actor)
    return render(request, "my_day/page.html", {
        "day": today(), "may_search": actor.holds("person.search"), "may_register": actor.holds("person.register"),
        "may_read": actor.holds("person.read"), "drafts": drafts, "people": person_rows(actor), "requests": requests, "reviews": reviews,
        "waiting": len(drafts) + len(requests) + reviews, "may_requests": actor.holds("request.read"), "may_accesses": actor.holds("access.read")})


urlpatterns = [path("", my_day, name="my_day")]
