"""The package: which programmes together and in which order, drawn and as a table; what it excludes, and by which rule; the person chooses.

Safe to turn round: nobody else's name stands on these pages, and choosing writes nothing.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from sinergi.assistance import queries
from sinergi.core import overlap
from sinergi.core.rules.law import WEAK

from . import package_chart, sheet_view
from .admission import needs
from .sheet import open_household, person_strip
from .typed import agency_names, language, today

MONTHS = 12
FEW = 4
LATER = "later"


@dataclass(frozen=True)
class Way:
    """One way to go: its key in the choice, what it is called, what it gives, its steps."""

    key: str
    name: str
    why: str
    total_sen: int
    steps: tuple[overlap.Step, ...]
    chosen: bool = False

    @property
    def monthly(self) -> str:
        """What comes each month, where it changes: RM700, then RM800. What comes once is not counted."""
        sums = [sum(sen) for sen in zip(*(every_month(step) for step in self.steps), strict=True)]
        levels = [sum_ or 0 for _begin, _end, sum_ in package_chart.runs(sums)]
        if len(levels) > 4:
            return _("RM%(low)s to RM%(high)s") % {"low": package_chart.ringgit_words(min(sums)), "high": package_chart.ringgit_words(max(sums))}
        return _(", then ").join(f"RM{package_chart.ringgit_words(sen)}" if sen else _("nothing") for sen in levels)


def every_month(step: overlap.Step) -> list[int]:
    """What a step gives in each month without what it gives once, which comes with its first month."""
    found = list(step.sen_by_month)
    first = next((i for i, sen in enumerate(found) if sen), None)
    if first is not None:
        found[first] -= min(found[first], step.offer.once_sen or 0)
    return found


def said(text: Any) -> str:
    """A text of the law in the page's language; plain text stays."""
    return str(text[language()]) if isinstance(text, dict) else str(text or "")


def ways_of(package: overlap.Package) -> tuple[Way, ...]:
    """The best way first, then the others that were weighed."""
    best = Way("0", _("In this order") if len(package.steps) > 1 else _("This one"), _("The most that is lawful together."), package.total_sen,
               package.steps, chosen=True)
    others = (Way(str(i), said(way.name), said(way.why), way.total_sen, tuple(way.steps))
              for i, way in enumerate(package.alternatives, 1) if way.total_sen is not None)
    return (best, *others)


def name_of(offer: overlap.Offer, live: queries.Live, names: dict[str, str]) -> dict[str, Any]:
    """An offer in words: its programme, who it is for, its agency, what it gives."""
    people = live.sheet.situation.names
    whose = people[offer.subject] if offer.subject is not None and len(people) > 1 else ""
    return {"of": offer, "name": said(offer.name), "whose": whose, "agency": names.get(offer.agency, offer.agency.upper()),
            "programme": offer.programme}


def step_rows(steps: tuple[overlap.Step, ...], live: queries.Live, names: dict[str, str]) -> list[dict[str, Any]]:
    """Steps in the order to apply: what, when it begins and ends, what it gives."""
    found = []
    for step in steps:
        paid = [sen for sen in step.sen_by_month if sen]
        found.append(name_of(step.offer, live, names) | {
            "step": step, "start": step.start, "end": step.end, "sum": sum(step.sen_by_month), "monthly": step.offer.month_sen,
            "once": step.offer.once_sen, "paid_months": len(paid), "waits": step.offer.waits_days, "sure": step.offer.certain})
    return found


def tracks(rows: list[dict[str, Any]]) -> list[package_chart.Track]:
    """Steps as lanes of the picture; a name stands with whom it is for when there are several of it."""
    names = [row["name"] for row in rows]
    found = []
    for row in rows:
        months = tuple(sen or None for sen in row["step"].sen_by_month)
        kind = "gold" if row["end"] is not None and months[-1] is None else "brand" if row["sure"] else "soft"
        several = names.count(row["name"]) > 1 and row["whose"]
        found.append(package_chart.Track(f"{row['name']} ({row['whose']})" if several else row["name"], months, kind, _("waiting"),
                                         _("ended") if row["monthly"] else _("paid")))
    return found


def excluded_rows(package: overlap.Package, live: queries.Live, names: dict[str, str]) -> list[dict[str, Any]]:
    """What is left out: the rule that says so, or that the law is silent, what is taken instead, and what it costs."""
    return [name_of(rejected.offer, live, names) | {
        "rule": said(rejected.rule.text), "silent": rejected.rule.silent, "cite": rejected.rule.rule.cite if rejected.rule.rule else "",
        "weak": rejected.rule.rule.status if rejected.rule.rule and rejected.rule.rule.status in WEAK else "", "price": rejected.price_sen,
        "better": [name_of(other, live, names) for other in rejected.better[:FEW]], "more": max(0, len(rejected.better) - FEW)}
        for rejected in sorted(package.rejected, key=lambda r: -(r.price_sen or 0))]


def picture_words(rows: list[dict[str, Any]]) -> str:
    """The picture in a paragraph, for who does not see it."""
    lines = []
    for row in rows:
        days = {"name": row["name"], "start": f"{row['start']:%d/%m/%Y}", "end": f"{row['end']:%d/%m/%Y}" if row["end"] else ""}
        lines.append(_("%(name)s from %(start)s to %(end)s.") % days if row["end"] else _("%(name)s from %(start)s.") % days)
    return " ".join(lines)


def package_context(request: HttpRequest, household_id: UUID) -> dict[str, Any]:
    """Everything the page shows. Raises Http404 for a household that is not ours."""
    head = open_household(request, household_id)
    plan = queries.plan(household_id, on=today(), actor=request.actor, months=MONTHS)  # type: ignore[attr-defined]
    live, package, names = plan.live, plan.package, agency_names()
    rows, excluded = step_rows(package.steps, live, names), excluded_rows(package, live, names)
    return {
        "household_id": household_id, "person": person_strip(head), "client": head.name, "live": live, "package": package,
        "steps": [row for row in rows if row["sum"]], "unpriced": [row for row in rows if not row["sum"]],
        "may_apply": request.actor.holds("application.apply"),  # type: ignore[attr-defined]
        "person_id": head.id, "back": reverse("sheet", args=[household_id]), "ways": ways_of(package), "day": today(),
        "picture": package_chart.picture(tracks([row for row in rows if row["sum"]]), today(), package.month_totals),
        "picture_words": picture_words(rows),
        "excluded": [row for row in excluded if not row["silent"] or row["price"]],
        "silent": [row for row in excluded if row["silent"] and not row["price"]],
        "loans": list({offer.programme: name_of(offer, live, names) for offer in package.loans}.values()),
        "unknown": [name_of(one.offer, live, names) | {"adds": one.adds_sen} for one in package.unknown if one.adds_sen][:FEW * 2],
        "readings": [said(reading) for reading in package.readings], "asks": asked(live), "months": MONTHS,
        "months_words": ngettext("in %(n)s month", "in %(n)s months", MONTHS) % {"n": MONTHS}}


def asked(live: queries.Live) -> list[dict[str, Any]]:
    """The questions that are open, and the programmes each would settle."""
    found = []
    settled = {question.fact: question.programmes for question in reversed(live.sheet.ask)}
    for ask in sheet_view.asks(live):
        programmes = [said(live.law.programmes[p].name) for p in settled.get(ask.fact, ())]
        found.append({"question": ask.control.label, "programmes": programmes[:3], "more": max(0, len(programmes) - 3)})
    return found


@needs("determination.read")
@require_GET
def package(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """The page: total, what must be confirmed, the picture, the ways, what is excluded by what."""
    return render(request, "package/page.html", package_context(request, household_id))


@needs("determination.read")
@require_GET
def order(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """What the person chose, step by step, each with the way to apply; nothing is written by choosing."""
    chosen = request.GET.get("way", "")
    if chosen == LATER:
        return redirect("sheet", household_id)
    context = package_context(request, household_id)
    way = next((way for way in context["ways"] if way.key == chosen), context["ways"][0])
    steps = step_rows(way.steps, context["live"], agency_names())
    return render(request, "package/order.html", context | {"way": way, "steps": sorted(steps, key=lambda row: row["start"])})


urlpatterns = [
    path("isi-rumah/<uuid:household_id>/pakej/", package, name="package"),
    path("isi-rumah/<uuid:household_id>/pakej/turutan/", order, name="package_order"),
]
