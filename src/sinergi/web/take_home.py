"""The page a person takes home: one sheet of paper in large type, without codes: the sum, three lines, what to bring, whom to ask, the next date.

Safe to turn round: only the household stands on it, and it is written in the household's own words.
"""
from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from sinergi.assistance import queries
from sinergi.core import overlap

from . import sheet_view
from .admission import needs
from .package_chart import ringgit_words
from .sheet import open_household, person_strip
from .typed import agency_names, language, today

LINES = 3


def sum_words(package: overlap.Package) -> str:
    """What may come in all, a month or once; empty where nothing has a sum."""
    most = max(package.month_totals, default=0) if package.month_totals else 0
    if package.certain_sen and most:
        return _("You may receive up to RM%(sum)s in one month. This is what happens:") % {"sum": ringgit_words(most)}
    return _("This is what may come:") if package.steps else ""


def line_of(step: overlap.Step, live: queries.Live, names: dict[str, str]) -> dict[str, str]:
    """One programme of the package: its name with the sum, then who decides and what follows."""
    offer, programme = step.offer, live.law.programmes[step.offer.programme]
    people = live.sheet.situation.names
    paid = _("RM%(sum)s a month") % {"sum": ringgit_words(offer.month_sen)} if offer.month_sen else (
        _("RM%(sum)s once") % {"sum": ringgit_words(offer.once_sen)} if offer.once_sen else "")
    whose = people[offer.subject] if offer.subject is not None and len(people) > 1 else ""
    asked = _("%(agency)s decides.") % {"agency": names.get(offer.agency, offer.agency.upper())}
    usual = sheet_view.days_words(programme.service_days)
    parts = [asked, sheet_view.published(programme.next_step, language()), _("Usually %(days)s.") % {"days": usual} if usual else "",
             _("From %(day)s.") % {"day": f"{step.start:%d/%m/%Y}"} if step.start > today() else ""]
    return {"name": ", ".join(w for w in (programme.name[language()], paid) if w) + (f" ({whose})" if whose else ""),
            "text": " ".join(w for w in parts if w)}


@needs("determination.read")
@require_GET
def take_home(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """The paper. Raises Http404 for a household that is not ours."""
    head = open_household(request, household_id)
    plan = queries.plan(household_id, on=today(), actor=request.actor)  # type: ignore[attr-defined]
    names = agency_names()
    steps = sorted(plan.package.steps, key=lambda step: (-sum(step.sen_by_month), not step.offer.certain))
    strip: dict[str, Any] = person_strip(head)
    next_on = strip["next_on"] if strip["next_on"] and strip["next_on"] > today() else None
    rest = len(steps) - LINES
    return render(request, "take_home/page.html", {
        "name": head.name, "day": today(), "office": strip["office"], "next_on": next_on, "sum": sum_words(plan.package),
        "lines": [line_of(step, plan.live, names) for step in steps[:LINES]],
        "more": ngettext("And %(n)s more; the sheet shows it.", "And %(n)s more; the sheet shows them.", rest) % {"n": rest} if rest > 0 else "",
        "papers": sheet_view.papers(sheet_view.rows(plan.live))[:6], "back": reverse("sheet", args=[household_id])})


urlpatterns = [path("isi-rumah/<uuid:household_id>/bawa-pulang/", take_home, name="take_home")]
