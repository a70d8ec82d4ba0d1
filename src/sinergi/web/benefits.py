"""What a person receives from any source, drawn and as a table; recording an award, ending one early; who receives twice."""
import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from sinergi.assistance.queries import known_sums
from sinergi.benefits import actions, queries
from sinergi.core import rules
from sinergi.kernel import law as published
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import codes
from sinergi.registry import queries as registry
from sinergi.registry.submission import spreadsheet

from . import package_chart
from .admission import needs
from .award_forms import PAYS, TermsForm, day, typed_day
from .overlap_lock import LOCKED, lock_refused
from .person.shown import file_of
from .templatetags.sinergi import date_words, money
from .typed import TypedForm, actor_at, agency_names, day_field, language, listed, served, today, word, words_field

BEFORE, MONTHS, MOST_ROWS = 3, 12, 100
FIRST = UUID(int=0)
SOURCES = {"award": gettext_lazy("Award made here"), "file": gettext_lazy("Partner’s own list"), "declared": gettext_lazy("Said by the person")}
KINDS = {"award": "brand", "file": "soft", "declared": "gold"}


def held_row(held: queries.HeldView, law: rules.Law, names: dict[str, str], actor: Actor) -> dict[str, Any]:
    """One benefit in words; where it may not be told, the need and until when."""
    programme, need = law.programmes.get(held.programme), word(codes.NEEDS, held.need) if held.need else ""
    hidden = not held.programme and held.source != "declared"
    name = programme.name[language()] if programme else _("Helped: %(need)s") % {"need": need.lower()} if hidden else _("Other aid")
    endable = held.mine and held.state == "active" and held.entitlement_id and actor.holds("entitlement.end")
    return {"of": held, "name": name, "need": need, "agency": names.get(held.agency, held.agency.upper()) if held.agency else "",
            "hidden": hidden, "from_on": held.from_on, "to_on": held.to_on, "amount": money(held.amount),
            "pay": str(PAYS[held.pay]) if held.pay in PAYS and (held.amount is not None or held.pay == "in_kind") else "",
            "source": "" if hidden else str(SOURCES[held.source]),
            "more": _("ended early: %(why)s") % {"why": held.end_reason} if held.end_reason else "",
            "end": reverse("entitlement_end", args=[held.entitlement_id]) if endable else ""}


def runs_in(held: queries.HeldView, first: dt.date, after: dt.date) -> bool:
    """Does it run on a day from the first to before the last?"""
    return (held.from_on is None or held.from_on < after) and (held.to_on is None or held.to_on >= first)


def track_of(row: dict[str, Any], first: dt.date) -> package_chart.Track:
    """A benefit as a lane: the sum of each month it runs in, 0 where the sum is not known."""
    held = row["of"]
    sen = queries.month_sen(held.amount, held.pay) or 0
    once = int(held.amount * 100) if held.pay == "once" and held.amount is not None else 0
    months: list[int | None] = []
    for i in range(MONTHS):
        begins, ends = package_chart.month_after(first, i), package_chart.month_after(first, i + 1)
        starts_here = held.from_on is not None and begins <= held.from_on < ends
        if held.pay == "once":
            months.append(once if starts_here else None)
        else:
            months.append(sen if runs_in(held, begins, ends) else None)
    return package_chart.Track(row["name"], tuple(months), "yes" if row["hidden"] else KINDS[held.source], quiet=True)


def picture_of(rows: list[dict[str, Any]]) -> package_chart.Picture | None:
    """Everything that runs in these months, from three months ago; the total counts sums that are known."""
    first = package_chart.month_after(today(), -BEFORE)
    tracks = [track_of(row, first) for row in rows]
    totals = [sum(track.months[i] or 0 for track in tracks) for i in range(MONTHS)]
    return package_chart.picture(tracks, first, totals)


def picture_words(rows: list[dict[str, Any]]) -> str:
    """The picture in a paragraph, for who does not see it."""
    said = []
    for row in rows:
        start = date_words(row["from_on"]) if row["from_on"] else _("an unknown day")
        end = date_words(row["to_on"]) if row["to_on"] else _("an unknown day")
        said.append(_("%(name)s, from %(start)s to %(end)s.") % {"name": row["name"], "start": start, "end": end})
    return " ".join(said)


@needs("entitlement.read")
@require_GET
def receives(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The tab: what is held now, later and was before, with its source."""
    actor = actor_at(request, "person.read")
    context = file_of(request, person_id, "person_receives")
    law, on = published.current(), today()
    rows = [held_row(held, law, context["agencies"], actor) for held in queries.timeline(context["person_id"], actor=actor)]
    past = [row for row in rows if row["to_on"] and row["to_on"] < on]
    coming = [row for row in rows if row not in past and row["from_on"] and row["from_on"] > on]
    present = [row for row in rows if row not in past and row not in coming]
    return render(request, "benefits/tab.html", context | {
        "rows": rows, "present": present, "coming": coming, "past": past, "picture": picture_of(rows), "picture_words": picture_words(rows),
        "may_award": actor.holds("entitlement.award") and not context["view"].erased and own_programmes(law, actor)})


def own_programmes(law: rules.Law, actor: Actor) -> list[tuple[str, str]]:
    """The programmes of the visitor's agency that run today."""
    found = [(p.id, p.name[language()]) for p in law.programmes.values() if p.agency == actor.agency and p.in_force_on(today())]
    return sorted(found, key=lambda pair: pair[1].lower())


class AwardForm(TermsForm):
    """What the agency gives without an application here."""

    programme = forms.ChoiceField(label=gettext_lazy("Programme"), required=True)
    need = forms.ChoiceField(label=gettext_lazy("For which need"), required=True)
    field_order = ("programme", "need", "amount", "pay", "from_on", "to_on")

    def __init__(self, *args: Any, programmes: list[tuple[str, str]], served_needs: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].choices = [("", _("choose")), *programmes]  # type: ignore[attr-defined]
        self.fields["need"].choices = [(code, words) for code, words in listed(codes.NEEDS) if code in served_needs]  # type: ignore[attr-defined]


@needs("entitlement.award")
@require_http_methods(["GET", "POST"])
def award(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Record what the agency gives; where the lock refuses it, until when and the ways on."""
    actor = actor_at(request, "person.read")
    context, law = file_of(request, person_id, "person_receives"), published.current()
    mine = own_programmes(law, actor)
    if not mine:
        raise Http404
    served_needs = {need for programme, _name in mine for need in law.programmes[programme].needs}
    form = AwardForm(request.POST.dict() if request.method == "POST" else None, programmes=mine, served_needs=served_needs,
                     initial={"from_on": typed_day(today()), "pay": "monthly"})
    refused, lock = "", None
    if request.method == "POST":
        try:
            terms, now = form.terms(), timezone.now()
            actions.award(context["person_id"], actor=actor, programme=form.value("programme"), need=form.value("need"), from_on=terms.from_on,
                          to_on=terms.to_on, amount=terms.amount, pay=terms.pay, law=law, on=timezone.localdate(now), at=now,
                          figures=known_sums(registry.household_of(context["person_id"], today()), on=today(), actor=actor))
            messages.success(request, _("Recorded. The need is locked for others until the last day."))
            return redirect("person_receives", person_id)
        except Refused as why:
            lock = lock_refused(why, context["agencies"]) if why.code in LOCKED else None
            refused = why.sentence(language()) if lock else form.say_refused(why)
    return render(request, "benefits/award.html", context | {
        "form": form, "refused": refused, "lock": lock, "agency": context["agencies"].get(actor.agency, "")},
                  status=422 if request.method == "POST" else 200)


class EndForm(TypedForm):
    """The last day, and why."""

    on = day_field(gettext_lazy("Last day it is held"), needed=True)
    reason = words_field(gettext_lazy("Why it ends early"), hint=gettext_lazy("For example: moved away, another body pays since 1 November"))


@needs("entitlement.end")
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, entitlement_id: UUID) -> HttpResponse:
    """End a benefit of one's own agency early: the consequence, a day and a reason."""
    actor = actor_at(request)
    found = queries.entitlement(entitlement_id)
    if found is None or found.agency_id != actor.agency:
        raise Http404
    served(found.person_id)
    context, law = file_of(request, found.person_id, "person_receives"), published.current()
    programme = law.programmes.get(found.programme)
    form, refused = EndForm(request.POST.dict() if request.method == "POST" else None, initial={"on": typed_day(today())}), ""
    if request.method == "POST":
        try:
            actions.end(entitlement_id, actor=actor, on=day(form, "on", today()), reason=form.value("reason"), at=timezone.now())
            messages.success(request, _("Ended. From the day after, another agency may help with this need."))
            return redirect("person_receives", found.person_id)
        except Refused as why:
            refused = form.say_refused(why)
    return render(request, "benefits/end.html", context | {
        "form": form, "refused": refused, "name": programme.name[language()] if programme else found.programme},
                  status=422 if request.method == "POST" else 200)


def twice_rows(request: HttpRequest, after: tuple[UUID, UUID, UUID] | None = None, most: int = MOST_ROWS) -> list[dict[str, Any]]:
    """Pairs that fit what was chosen, in words."""
    actor, law, names = actor_at(request), published.current(), agency_names()
    agency, state, need = (request.GET.get(name, "") for name in ("agency", "state", "need"))
    found = queries.received_twice(actor, on=today(), most=most, agency=agency, state=state, need=need, after=after or (FIRST, FIRST, FIRST))
    return [{"of": pair, "name": pair.name or _("A person not open to your agency"), "need": word(codes.NEEDS, pair.need),
             "address": reverse("person_receives", args=[pair.person_id]) if pair.name and actor.holds("person.read") else "",
             "place": codes.STATES[pair.state].name if pair.state in codes.STATES else "", "from_on": pair.from_on, "to_on": pair.to_on,
             "sides": [side_row(side, law, names) for side in (pair.first, pair.second)],
             "sen": sum(queries.month_sen(side.amount, side.pay) or 0 for side in (pair.first, pair.second))} for pair in found]


def side_row(side: Any, law: rules.Law, names: dict[str, str]) -> dict[str, Any]:
    """One of the two, in words."""
    programme = law.programmes.get(side.programme)
    given = f"{money(side.amount)} {PAYS[side.pay]}" if side.amount is not None else ""
    return {"name": programme.name[language()] if programme else side.programme, "agency": names.get(side.agency, side.agency.upper()),
            "amount": given}


@needs("overlap.read")
@require_GET
def twice(request: HttpRequest) -> HttpResponse:
    """The list of the supervisor, narrowed by agency, state and need, in keyset pages."""
    actor = actor_at(request)
    rows = twice_rows(request, cursor_of(request.GET.get("selepas", "")), MOST_ROWS + 1)
    listed_rows, query = rows[:MOST_ROWS], request.GET.copy()
    query.pop("selepas", None)
    narrowed = query.urlencode()
    last = listed_rows[-1]["of"] if len(rows) > MOST_ROWS else None
    more = f"selepas={last.person_id}.{last.first.entitlement_id}.{last.second.entitlement_id}" if last else ""
    agencies = agency_names()
    return render(request, "benefits/twice.html", {
        "rows": listed_rows, "total": sum(row["sen"] for row in listed_rows), "csv": f"{reverse('received_twice_csv')}?{narrowed}",
        "agencies": sorted(agencies.items(), key=lambda pair: pair[1].lower()) if actor.nationwide("overlap.read") else [],
        "states": [(code, state.name) for code, state in codes.STATES.items()], "needs": listed(codes.NEEDS),
        "agency": request.GET.get("agency", ""), "state_code": request.GET.get("state", ""), "need": request.GET.get("need", ""),
        "older": f"?{narrowed}&{more}" if more else "", "newer": f"?{narrowed}" if "selepas" in request.GET else "",
        "shown": _("%(n)s on this page") % {"n": len(listed_rows)}})


def cursor_of(text: str) -> tuple[UUID, UUID, UUID] | None:
    """Where a page goes on; None from the beginning."""
    try:
        person, first, second = map(UUID, text.split("."))
        return person, first, second
    except ValueError:
        return None


@needs("overlap.read")
@require_GET
def twice_csv(request: HttpRequest) -> HttpResponse:
    """The whole list as CSV, in the page's language."""
    response = HttpResponse(spreadsheet.csv_bytes(csv_rows(request)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="diterima-dua-kali-{today():%Y%m%d}.csv"'
    return response


def csv_rows(request: HttpRequest) -> Iterator[list[object]]:
    """The heading, then one line a pair."""
    yield [_("Person"), _("Need"), _("Programme"), _("Agency"), _("Sum"), _("Programme"), _("Agency"), _("Sum"), _("From"), _("Last day")]
    after: tuple[UUID, UUID, UUID] | None = None
    while True:
        rows = twice_rows(request, after)
        for row in rows:
            sides = [value for side in row["sides"] for value in (side["name"], side["agency"], side["amount"])]
            yield [row["name"], row["need"], *sides, typed_day(row["from_on"]), typed_day(row["to_on"])]
        if len(rows) < MOST_ROWS:
            return
        last = rows[-1]["of"]
        after = last.person_id, last.first.entitlement_id, last.second.entitlement_id


urlpatterns = [
    path("orang/<uuid:person_id>/terima/", receives, name="person_receives"),
    path("orang/<uuid:person_id>/terima/beri/", award, name="entitlement_award"),
    path("manfaat/<uuid:entitlement_id>/tamat/", end, name="entitlement_end"),
    path("pertindihan/", twice, name="received_twice"),
    path("pertindihan/senarai.csv", twice_csv, name="received_twice_csv"),
]
