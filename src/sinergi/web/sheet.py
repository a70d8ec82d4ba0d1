"""The sheet: what a household may receive from all partners, asked and recomputed in place, printed, and as a letter."""
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sinergi.assistance import actions, queries
from sinergi.kernel.errors import Refused
from sinergi.registry import actions as registry_actions
from sinergi.registry import codes
from sinergi.registry import queries as registry
from sinergi.registry.submission import SubmissionFaults

from . import letters, sheet_view
from .admission import needs
from .fact_forms import UNKNOWN, control
from .typed import agency_names, responsible


def open_household(request: HttpRequest, household_id: UUID) -> Any:
    """The head of a household the visitor may open, or who is first now that he left; otherwise the page that says what he may see."""
    head = registry.first_of(household_id, timezone.localdate())
    if head is None:
        raise Http404
    return registry.person(head)


def live_context(request: HttpRequest, household_id: UUID, *, suppose: bool = False) -> dict[str, Any]:
    """Everything the sheet shows; with `suppose`, as it would be if the posted `fact` of a `member` had another `value`, without saving."""
    today = timezone.localdate()
    head = open_household(request, household_id)
    live = queries.sheet_of(household_id, on=today, actor=request.actor)  # type: ignore[attr-defined]
    found = sheet_view.rows(live)
    context: dict[str, Any] = {"supposed": None}
    if suppose:
        context["supposed"] = supposition(request, household_id, live, found)
        found = context["supposed"].get("rows", found)
    need = request.GET.get("need", "")
    shown = [row for row in found if not need or need in row.needs]
    needs = registry.needs_of(household_id, today)
    return context | {
        "household_id": household_id, "person": person_strip(head), "client": head.name, "live": live, "need": need,
        "needs": [(code, words[get_language() or "ms"], code in needs) for code, words in codes.NEEDS.items()],
        "groups": [(g, group_title(g), [row for row in shown if row.group == g]) for g in sheet_view.GROUPS],
        "tally": sheet_view.tally(shown), "programmes": len({row.programme for row in shown}), "asks": sheet_view.asks(live),
        "papers": sheet_view.papers(found), "announce": announcement(shown), "what_if": what_if_controls(live),
        "version": live.law.version[:12], "may_apply": request.actor.holds("application.apply"),  # type: ignore[attr-defined]
        "may_refer": request.actor.holds("referral.send")}  # type: ignore[attr-defined]


def person_strip(head: Any) -> dict[str, Any]:
    """The strip of the page: whose he is by the open case that comes first."""
    years = (timezone.localdate().year - head.birth_date.year) if head.birth_date else None
    state = codes.STATES[head.state].name if head.state in codes.STATES else ""
    born = _("born %(year)s") % {"year": head.birth_date.year} if years is not None else ""
    return {"name": head.name, "state": head.standing, "identity": head.masked, "details": [w for w in (born, state) if w],
            **responsible(head, agency_names())}


def group_title(group: str) -> str:
    """The heading of a group."""
    return {"yes": _("Entitled"), "ask": _("Not known yet"), "judge": _("The agency decides"), "held": _("Received already"),
            "no": _("Not entitled")}[group]


def announcement(rows: list[sheet_view.Row]) -> str:
    """What a screen reader says after a recomputation."""
    n = len({row.programme for row in rows if row.group == "yes"})
    return ngettext("Worked out again: %(n)s entitled", "Worked out again: %(n)s entitled", n) % {"n": n}


def what_if_controls(live: queries.Live) -> list[dict[str, Any]]:
    """Facts that an answer rests on and that may be supposed otherwise: those known of the head and of the household."""
    head = live.sheet.situation.head
    used = {fact.fact for answer in live.sheet.answers for reason in answer.reasons for fact in reason.facts if fact.member in (None, head)}
    found = []
    for name, fact in live.law.facts.items():
        if name in used and fact.tree is None and sheet_view.askable(fact) and name != "relation":
            member = "" if fact.of_household else str(head)
            found.append({"fact": name, "member": member, "label": (fact.ask or {}).get(get_language() or "ms", name)})
    return sorted(found, key=lambda f: f["label"])


def supposition(request: HttpRequest, household_id: UUID, live: queries.Live, before: list[sheet_view.Row]) -> dict[str, Any]:
    """The sheet if one answer were different: its control, and once a value is given, what changes."""
    name = request.POST.get("fact", "")
    fact = live.law.facts.get(name)
    if fact is None or fact.tree is not None:
        raise Http404
    place = request.POST.get("member", "")
    member = int(place) if place.isdecimal() and len(place) < 4 else None
    if fact.of_household:
        member = None
    people = live.sheet.situation.people
    known = live.sheet.situation.household.get(name) if member is None else people[min(member, len(people) - 1)].get(name)
    given: dict[str, Any] = {"fact": name, "member": "" if member is None else member, "control": control(fact, name="value", value=known)}
    value = request.POST.get("value", "")
    if not value:
        return given
    try:
        overrides = {(member, name): None if value == UNKNOWN else value}
        other = queries.sheet_of(household_id, on=timezone.localdate(), actor=request.actor, overrides=overrides)  # type: ignore[attr-defined]
    except Refused as refused:
        return given | {"fault": refused.facts[f"mend_{get_language() or 'ms'}"]}
    rows = sheet_view.rows(other)
    changes = [c | {"was": group_title(c["was"]), "is": group_title(c["is"])} for c in sheet_view.changed(before, rows)]
    return given | {"rows": rows, "changes": changes, "value": value}


@needs("determination.read")
@require_GET
def sheet(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """The page, or with htmx its body."""
    template = "sheet/body.html" if getattr(request, "htmx", False) else "sheet/page.html"
    return render(request, template, live_context(request, household_id))


@needs("household.screen")
@require_POST
def answer(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """Record what was answered, screen, and show the sheet again. An unreadable answer is said beside its question and changes nothing."""
    today, now = timezone.localdate(), timezone.now()
    fact, value = request.POST.get("fact", ""), request.POST.get("value", "")
    fault = ""
    try:
        if not value:
            raise Refused("sheet.no_answer")
        on = request.POST.get("day") or today.isoformat()
        given: Any = [] if fact == "held" and value == "none" else None if value == UNKNOWN else value
        registry_actions.record_facts(UUID(request.POST["person"]), actor=request.actor, facts={fact: given},  # type: ignore[attr-defined]
                                      on=min(today, today.fromisoformat(on)), at=now)
        actions.screen_household(household_id, actor=request.actor, on=today, at=now)  # type: ignore[attr-defined]
    except SubmissionFaults as faults:
        fault = faults.faults[0].words[get_language() or "ms"]
    except Refused as refused:
        fault = refused.sentence(get_language() or "ms")
    except (KeyError, ValueError):
        fault = Refused("sheet.no_answer").sentence(get_language() or "ms")
    if not getattr(request, "htmx", False) and not fault:
        return redirect("sheet", household_id)
    context = live_context(request, household_id) | {"fault": fault, "fault_fact": fact}
    template = "sheet/body.html" if getattr(request, "htmx", False) else "sheet/page.html"
    return render(request, template, context, status=422 if fault else 200)


@needs("determination.read")
@require_POST
def suppose(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """The sheet if one answer were different. Posted, so that what is supposed of a person stays out of addresses; nothing is written."""
    return render(request, "sheet/page.html", live_context(request, household_id, suppose=True))


@needs("household.screen")
@require_POST
def screen(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """Store the sheet as it stands today."""
    actions.screen_household(household_id, actor=request.actor, on=timezone.localdate(), at=timezone.now())  # type: ignore[attr-defined]
    return redirect("sheet", household_id)


@needs("determination.read")
@require_GET
def letter(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """The sheet as a tagged PDF in the language asked for."""
    context = live_context(request, household_id)
    pdf = letters.sheet_letter(context, get_language() or "ms", timezone.localdate())
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="lembaran-{str(household_id)[:8]}.pdf"'
    return response


@needs("determination.read")
@require_GET
def stored(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """Screenings kept of a household, newest first."""
    head = open_household(request, household_id)
    return render(request, "sheet/stored.html", {
        "person": person_strip(head), "household_id": household_id, "screenings": queries.screenings(household_id),
        "back": reverse("sheet", args=[household_id])})


urlpatterns = [
    path("isi-rumah/<uuid:household_id>/lembaran/", sheet, name="sheet"),
    path("isi-rumah/<uuid:household_id>/lembaran/jawab/", answer, name="sheet_answer"),
    path("isi-rumah/<uuid:household_id>/lembaran/bagaimana/", suppose, name="sheet_suppose"),
    path("isi-rumah/<uuid:household_id>/lembaran/saring/", screen, name="sheet_screen"),
    path("isi-rumah/<uuid:household_id>/lembaran/surat.pdf", letter, name="sheet_letter"),
    path("isi-rumah/<uuid:household_id>/saringan/", stored, name="screenings"),
]
