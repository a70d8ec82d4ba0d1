"""Fairness of identity: shares by sex, age and paper as charts with their tables, what labels tell, and objections that wait."""
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from sinergi.registry import queries

from .admission import needs
from .names import is_veiled, veil, veiled
from .typed import today

TITLES = {"sex": gettext_lazy("By sex"), "age": gettext_lazy("By age"), "paper": gettext_lazy("By number of identity")}
WORDS = {
    "sex": {"male": gettext_lazy("Men and boys"), "female": gettext_lazy("Women and girls"), "unknown": gettext_lazy("not known")},
    "age": {"child": gettext_lazy("under 18"), "young": gettext_lazy("18 to 39"), "middle": gettext_lazy("40 to 59"),
            "old": gettext_lazy("60 and older"), "unknown": gettext_lazy("not known")},
    "paper": {"paper": gettext_lazy("with a number"), "no_paper": gettext_lazy("without any number")}}
MEASURES = (("waiting", gettext_lazy("wait for a review"), "c-soft"), ("alone", gettext_lazy("joined by the system"), "c-brand"),
            ("joined", gettext_lazy("joined by officers"), "c-off"))
LEFT, WIDE, ROW = 220, 560, 22


@needs("identity.oversee")
@require_GET
def fairness(request: HttpRequest) -> HttpResponse:
    """The report, and the objections that wait."""
    seen = queries.fairness(request.actor, today())  # type: ignore[attr-defined]
    waiting = queries.open_objections()
    people = queries.people(o.person_id for o in waiting)
    hidden = is_veiled(request)
    return render(request, "fairness/page.html", {
        "day": today(), "veil": veil(request), "total": seen.total, "labels": seen.labels,
        "gap": None if seen.gap is None else f"{100 * seen.gap:.1f}",
        "tables": [table(dimension, groups) for dimension, groups in seen.groups.items() if groups], "key": [(s, str(w)) for _c, w, s in MEASURES],
        "objections": [{"of": o, "name": veiled(people[o.person_id].name, hidden)} for o in waiting if o.person_id in people]})


def table(dimension: str, groups: tuple[queries.Group, ...]) -> dict[str, Any]:
    """One dimension: bars on a thousand people, and every number."""
    most = max((g.per_thousand(getattr(g, code)) for g in groups for code, _words, _shape in MEASURES), default=0) or 1
    bars, lines, y = [], [], 4
    for group in groups:
        name = str(WORDS[dimension][group.code])
        parts = []
        for code, words, shape in MEASURES:
            rate = group.per_thousand(getattr(group, code))
            parts.append({"shape": shape, "y": y, "text_y": y + 12, "width": round(WIDE * rate / most), "rate": f"{rate:.1f}", "words": str(words)})
            y += ROW
        bars.append({"name": name, "text_y": parts[0]["text_y"], "parts": parts})
        y += 8
        lines.append({"name": name, "people": group.people, "waiting": group.waiting, "alone": group.alone, "joined": group.joined,
                      "apart": group.apart, "precision": share(group.labelled.precision), "recall": share(group.labelled.recall)})
    return {"title": str(TITLES[dimension]), "height": y, "bars": bars, "lines": lines, "left": LEFT,
            "chart_title": _("On a thousand people of each group; the numbers stand in the table.")}


def share(value: float | None) -> str:
    """A share in percent; a dash where the labels are too few to tell."""
    return "–" if value is None else f"{100 * value:.1f} %"


urlpatterns = [path("pantau/identiti/", fairness, name="fairness")]
