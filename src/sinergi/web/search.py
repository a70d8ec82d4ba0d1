"""Search before you register: one box and one more fact; who may be meant, with the reasons. What is typed travels by POST, never in an address."""
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import codes, queries

from .typed import actor_at, language, today

LEVELS = {"certain": gettext_lazy("The same person"), "likely": gettext_lazy("Very likely the same person"),
          "possible": gettext_lazy("Perhaps the same person")}
MOST = 200


@dataclass(frozen=True)
class Row:
    """A candidate as the page shows him."""

    candidate: queries.Candidate
    level: str
    reasons: tuple[str, ...]
    details: tuple[str, ...]
    first: bool


def rows(candidates: tuple[queries.Candidate, ...]) -> list[Row]:
    """Candidates with their reasons and the little that may be shown of them."""
    found: list[Row] = []
    for c in candidates:
        born = _("born %(year)s") % {"year": c.birth_year} if c.birth_year else ""
        state = codes.STATES[c.state].name if c.state in codes.STATES else ""
        found.append(Row(c, str(LEVELS.get(c.level, "")), tuple(r[language()] for r in c.reasons), tuple(w for w in (born, state) if w), not found))
    return found


def kept_order(candidates: tuple[queries.Candidate, ...], shown: list[str]) -> tuple[queries.Candidate, ...]:
    """Who was shown already stays where he stood while somebody types on; who is new comes after."""
    place = {person: i for i, person in enumerate(shown)}
    return tuple(sorted(candidates, key=lambda c: place.get(str(c.person_id), MOST)))


def results(text: str, more: str, actor: Actor, before: str = "", shown: str = "") -> dict[str, Any]:
    """What the part `#calon` shows for what was typed; `before` and `shown`: what had been typed until then, and whom that showed."""
    typed = {"text": text, "more": more}
    if not text and not more:
        return {"typed": typed, "asked": False}
    try:
        found = queries.find_persons(text, more, actor=actor, on=today())
    except Refused as refused:
        return {"typed": typed, "asked": True, "refused": refused.sentence(language()), "announce": refused.sentence(language())}
    now = f"{text} {more}".strip()
    candidates = kept_order(found.candidates, shown.split()) if before and now != before and now.startswith(before) else found.candidates
    n = len(candidates)
    said = ngettext("One similar record", "%(n)s similar records", n) % {"n": n} if n else _("No record")
    return {"typed": typed, "asked": True, "found": found, "rows": rows(candidates), "read_as": [w[language()] for w in found.read_as],
            "now": now, "shown": " ".join(str(c.person_id) for c in candidates),
            "alike": " ".join(str(c.person_id) for c in candidates if c.level in ("certain", "likely")),
            "announce": _("Add one more fact") if found.needs_more else said, "heading": said}


@login_required
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """The box; after a post, who may be meant (with htmx only that part)."""
    actor = actor_at(request, "person.search")
    text, more, before = (" ".join(request.POST.get(name, "").split())[:MOST] for name in ("text", "more", "before"))
    shown = request.POST.get("shown", "")[:MOST * 4]
    context = results(text, more, actor, before, shown) | {
        "may_register": actor.holds("person.register"), "opens": "person" if actor.holds("person.read") else "person_identity"}
    part = getattr(request, "htmx", False) and request.headers.get("HX-Target") == "calon"
    return render(request, "search/found.html" if part else "search/page.html", context)


def note_opened(request: HttpRequest, person_id: UUID) -> None:
    """When a person is opened from a search, the audit says from which."""
    mark = request.GET.get("carian", "")
    if mark:
        queries.opened(person_id, mark)


urlpatterns = [path("cari/", search, name="search")]
