"""The supervisor's view: cases by agency and by state of the country, each number a link to its rows; those rows as a file."""
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from sinergi.cases import queries
from sinergi.cases import words as said
from sinergi.registry import codes
from sinergi.registry.submission import spreadsheet

from .admission import needs
from .case_words import agency_words, need_words, step_words
from .names import is_veiled, veil, veiled
from .typed import agency_names, today, word

WORDS = {"yet": gettext_lazy("Yet to be helped"), "being": gettext_lazy("Being helped"), "helped": gettext_lazy("Helped, the person says"),
         "unreachable": gettext_lazy("Closed, not reached"), "overdue": gettext_lazy("Overdue"), "reopened": gettext_lazy("Opened again")}
DRAWN = {"yet": "c-off", "being": "c-soft", "helped": "c-brand"}  # parts of a bar: the three published states
MOST, MOST_FILE = 100, 10_000
LEFT, WIDE, ROW = 220, 600, 30


def address(**query: str) -> str:
    """This page, narrowed."""
    kept = {key: value for key, value in query.items() if value}
    return f"{reverse('oversight')}{'?' if kept else ''}{urlencode(kept)}"


def region_words(code: str) -> str:
    """A state of the country by name."""
    return codes.STATES[code].name if code in codes.STATES else _("not known")


def chosen(request: HttpRequest) -> dict[str, str]:
    """What the page is narrowed to: agency, region, what is counted. What is unknown is left out."""
    what, region, agency = (request.GET.get(key, "") for key in ("apa", "negeri", "agensi"))
    return {"apa": what if what in queries.COUNTED else "", "agensi": agency, "negeri": region if region in codes.STATES or region == "-" else ""}


@needs("case.oversee")
@require_GET
def oversight(request: HttpRequest) -> HttpResponse:
    """Numbers, a chart and a table for agencies and for states, and the rows behind the number that was followed."""
    actor, names, here = request.actor, agency_names(), chosen(request)  # type: ignore[attr-defined]
    seen = queries.oversight(actor, on=today())
    total = narrowed(seen, here)
    rows = rows_of(request, here) if any(here.values()) else None
    context: dict[str, Any] = {
        "day": today(), "veil": veil(request), "agencies": [(code, agency_words(code, names)) for code in seen.by_agency],
        "states": [(code or "-", region_words(code)) for code in seen.by_region], "agency": here["agensi"], "state": here["negeri"],
        "numbers": [{"words": str(words), "n": total.get(what, 0), "address": address(**here | {"apa": what}) + "#rows"}
                    for what, words in WORDS.items()],
        "tables": tables(seen, names) if not any(here.values()) else [], "rows": None,
        "csv_address": f"{reverse('oversight_file')}?{urlencode(here)}"}
    if rows is not None:
        hidden = is_veiled(request)
        context |= {"rows": [row_of(c, names, hidden) for c in rows[:MOST]], "rows_title": title(here, names),
                    "more": len(rows) > MOST, "most": MOST}
    return render(request, "oversight/page.html", context)


def narrowed(seen: queries.Oversight, here: Mapping[str, str]) -> Mapping[str, int]:
    """The numbers of what is chosen."""
    if here["agensi"]:
        return seen.by_agency.get(here["agensi"], {})
    if here["negeri"]:
        return seen.by_region.get(here["negeri"].strip("-"), {})
    return seen.total


def rows_of(request: HttpRequest, here: Mapping[str, str], most: int = MOST + 1) -> tuple[queries.CaseView, ...]:
    """The cases behind a number."""
    region = here["negeri"].strip("-") if here["negeri"] else None
    return queries.oversight_rows(request.actor, on=today(), what=here["apa"], agency=here["agensi"], region=region,  # type: ignore[attr-defined]
                                  most=most)


def title(here: Mapping[str, str], names: Mapping[str, str]) -> str:
    """What the rows are."""
    parts = [str(WORDS[here["apa"]]) if here["apa"] else _("All cases"), agency_words(here["agensi"], names) if here["agensi"] else "",
             region_words(here["negeri"].strip("-")) if here["negeri"] else ""]
    return " · ".join(part for part in parts if part)


def row_of(c: queries.CaseView, names: Mapping[str, str], hidden: bool = False) -> dict[str, Any]:
    """A case as a row."""
    return {"id": c.id, "name": veiled(c.name, hidden) or _("A person not open to your agency"), "sub": region_words(c.region) if c.region else "",
            "need": need_words(c.need), "agency": agency_words(c.agency, names), "next_on": c.next_on,
            "late": c.next_on is not None and c.next_on < today(), "closed": word(said.CLOSED_AS, c.closed_as) if c.closed_as else "",
            "step": step_words(c.next_step)}


def tables(seen: queries.Oversight, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """By agency, by state: bars of the three published states, and every number in a table under them."""
    agencies = [(agency_words(code, names), {"agensi": code}, counts) for code, counts in seen.by_agency.items()]
    regions = [(region_words(code), {"negeri": code or "-"}, counts) for code, counts in seen.by_region.items()]
    found = []
    for heading, first, chart_title, lines in (
            (_("By agency"), _("Agency"), _("Cases by agency and published state; the numbers stand in the table."), agencies),
            (_("By state of the country"), _("State of the country"), _("Cases by state; the numbers stand in the table."), regions)):
        ordered = sorted(lines, key=lambda line: -sum(line[2][what] for what in DRAWN))
        if ordered:
            found.append({
                "title": heading, "first": first, "chart_title": chart_title, "columns": [str(words) for words in WORDS.values()],
                "key": [(shape, str(WORDS[what])) for what, shape in DRAWN.items()], "height": ROW * min(len(ordered), 12) + 4,
                "bars": bars(ordered[:12]), "lines": [
                    {"name": name, "cells": [{"n": counts[what], "address": address(**query, apa=what) + "#rows"} for what in WORDS]}
                    for name, query, counts in ordered]})
    return found


def bars(lines: Sequence[tuple[str, dict[str, str], Mapping[str, int]]]) -> list[dict[str, Any]]:
    """Stacked bars, the longest as wide as there is room."""
    most = max(sum(counts[what] for what in DRAWN) for _name, _query, counts in lines) or 1
    found = []
    for place, (name, _query, counts) in enumerate(lines):
        x, parts = LEFT, []
        for what, shape in DRAWN.items():
            width = round(WIDE * counts[what] / most)
            parts.append({"shape": shape, "x": x, "width": width})
            x += width
        short = name if len(name) < 28 else f"{name[:26]}…"
        found.append({"name": short, "y": ROW * place + 6, "text_y": ROW * place + 19, "parts": parts, "end": x + 8,
                      "total": sum(counts[what] for what in DRAWN)})
    return found


@needs("case.oversee")
@require_GET
def as_file(request: HttpRequest) -> HttpResponse:
    """The rows behind a number as CSV, without names: the number of the case leads to whoever may open it."""
    here, names = chosen(request), agency_names()
    lines: list[list[object]] = [
        [_("Case"), _("Need"), _("Responsible office"), _("State of the country"), _("Next date"), _("Next step"), _("Closed as")]]
    for c in rows_of(request, here, MOST_FILE):
        row = row_of(c, names)
        lines.append([str(c.id), row["need"], row["agency"], row["sub"], c.next_on.isoformat() if c.next_on else "",
                      row["step"] if c.state == "open" else "", row["closed"]])
    response = HttpResponse(spreadsheet.csv_bytes(iter(lines)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="pantauan.csv"'
    return response


urlpatterns = [path("pantau/", oversight, name="oversight"), path("pantau/kes.csv", as_file, name="oversight_file")]
