"""Matching a partner's list with the register, and the register with itself: sent, mapped, compared, shown, approved, answered, taken back."""
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sinergi.kernel.errors import Refused
from sinergi.registry import tasks
from sinergi.registry.actions import learning
from sinergi.registry.actions import linking as actions
from sinergi.registry.codes import STANDINGS
from sinergi.registry.queries import linking as queries
from sinergi.registry.submission import list_record, spreadsheet

from .admission import needs
from .linking_learning import in_force as learnt_in_force
from .linking_learning import page_of as learnt_page
from .linking_report import key_words, keys_table, report_of, veto_words, zone_words
from .list_pages import chosen_columns, column_rows, counted, sent
from .partners import agency_or_404
from .role_words import agency_name
from .typed import actor_at, language

GROUPS = {"auto": "yes", "review": "judge", "wrong": "ask", "new": "no", "waiting": "no"}
ZONES = {"auto": {"ms": "dipadankan", "en": "matched"}, "review": {"ms": "untuk disemak", "en": "to review"},
         "wrong": {"ms": "perlu dibetulkan", "en": "to mend"}, "new": {"ms": "tidak dijumpai", "en": "not found"},
         "waiting": {"ms": "belum dibandingkan", "en": "not compared yet"}}
STATES = {
    "received": gettext_lazy("columns to map"), "comparing": gettext_lazy("being compared"), "compared": gettext_lazy("shown, not applied"),
    "applying": gettext_lazy("being applied"), "applied": gettext_lazy("applied"), "stopped": gettext_lazy("stopped"),
    "cancelled": gettext_lazy("given up"), "undone": gettext_lazy("taken back")}
MEDIA = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def own(run_id: UUID) -> Any:
    """A run that one may see, or the page that says there is none."""
    found = queries.run(run_id)
    if found is None:
        raise Http404
    return found


@needs("linkage.read")
@require_http_methods(["GET", "POST"])
def runs(request: HttpRequest) -> HttpResponse:
    """Runs of one's agency, and the form that takes another list."""
    refused = ""
    if request.method == "POST":
        try:
            return redirect("linking_run", receive(request).pk)
        except Refused as why:
            refused = why.sentence(language())
    days, _standing = queries.agreement(actor_at(request).agency)
    found = [(one, STATES[one.state]) for one in queries.runs()]
    return render(request, "linking/all.html", {
        "runs": found, "refused": refused, "most": spreadsheet.MOST_ROWS, "days": days,
        "may_begin": actor_at(request).nationwide("linkage.begin"),
        "weights": learnt_in_force()}, status=422 if refused else 200)


def receive(request: HttpRequest) -> Any:
    """Read and keep an uploaded list. Raises Refused."""
    (content, title), now = sent(request), timezone.now()
    return actions.receive_run(content, actor=actor_at(request), table=spreadsheet.table_of(content, "linkage"), title=title,
                               on=timezone.localdate(now), at=now)


@needs("linkage.begin")
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Look for the register's own duplicates."""
    now = timezone.now()
    title = _("Duplicates in the register, %(day)s") % {"day": f"{timezone.localdate(now):%d/%m/%Y}"}
    return redirect("linking_run", tasks.find_duplicates(actor=actor_at(request), title=title, at=now).pk)


@needs("linkage.train")
@require_POST
def learn(request: HttpRequest) -> HttpResponse:
    """Let the register learn its own weights."""
    now = timezone.now()
    title = _("Weights learnt from the register, %(day)s") % {"day": f"{timezone.localdate(now):%d/%m/%Y}"}
    return redirect("linking_run", tasks.find_duplicates(actor=actor_at(request), title=title, at=now, learn=True).pk)


@needs("linkage.adopt")
@require_http_methods(["GET", "POST"])
def adopt(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Ask once, with the consequence in a sentence; then weigh by what was learnt."""
    found = own(run_id)
    if request.method == "GET":
        return render(request, "linking/adopt.html", {"run": queries.run_view(found), "learnt": learnt_page(found)})
    return step(request, run_id, lambda found: learning.adopt_model(found, actor=actor_at(request), at=timezone.now()))


@needs("linkage.read")
@require_GET
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One run: what its columns mean, how far it came, or what it found."""
    return show(request, own(run_id))


def show(request: HttpRequest, found: Any, refused: str = "") -> HttpResponse:
    """The page of a run in its state; with htmx only the part that moves."""
    view = queries.run_view(found)
    undoing = view.state == "undone" and view.undone < view.applied
    busy = view.state in queries.BUSY or undoing
    done, of = (view.done, view.pieces) if view.state == "comparing" else (view.undone, view.applied) if undoing else (view.applied, view.to_apply)
    context: dict[str, Any] = {
        "run": view, "state_words": STATES[view.state], "busy": busy, "undoing": undoing, "refused": refused, "done": done, "of": of,
        "percent": 100 * done // max(1, of), "counts": counted(view.counts, GROUPS, ZONES, language())}
    if view.state == "received" or (view.state == "stopped" and not view.applied and view.kind == "list"):
        context["columns"] = column_rows(found.header, queries.mapping_of(found), queries.first_rows(found))
        context["fields"] = [(meant, words[language()]) for meant, words in list_record.fields().items()]
    if view.state in ("compared", "applying", "applied", "undone"):
        context |= {"learnt": learnt_page(found)} if view.kind == "learn" else result_of(found, view)
    part = getattr(request, "htmx", False) and request.headers.get("HX-Target") == "progress"
    return render(request, "linking/progress.html" if part else "linking/one.html", context, status=422 if refused else 200)


def result_of(found: Any, view: queries.RunView) -> dict[str, Any]:
    """What a compared run shows: the report, samples of each zone, cells to mend and cells mended."""
    fits = {zone: queries.samples(found, zone) for zone in ("auto", "review", "new")}
    return {
        "report": report_of(found, view), "keys": keys_table(found.report), "header": found.header,
        "zone_words": zone_words(), "samples": [
            (zone, ZONES[zone][language()], [(one, shown(one), key_words(one.keys) if one.keys else "", veto_words(one.vetoes)) for one in rows])
            for zone, rows in fits.items() if rows],
        "bad": [(one, one.words[language()]) for one in queries.cells_named(found, language(), wrong=True)],
        "odd": [(one, one.words[language()]) for one in queries.cells_named(found, language(), wrong=False)]}


def shown(one: queries.Sample) -> str:
    """The partner's own cells of a sample, in a row."""
    return " · ".join(filter(None, one.cells)) or one.key


def step(request: HttpRequest, run_id: UUID, work: Any) -> HttpResponse:
    """Take one step and come back to the run; a refusal is said on its page."""
    found = own(run_id)
    try:
        work(found)
    except Refused as refused:
        return show(request, own(run_id), refused.sentence(language()))
    return redirect("linking_run", run_id)


@needs("linkage.map")
@require_POST
def map_columns(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Say what the columns mean and begin to compare."""
    chosen, actor = chosen_columns(request), actor_at(request)
    return step(request, run_id, lambda found: tasks.link_list(found, actor=actor, columns=chosen, at=timezone.now()))


@needs("linkage.approve")
@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Ask once, with the consequence in a sentence; then apply what was found."""
    found = own(run_id)
    if request.method == "GET":
        return render(request, "linking/approve.html", {"run": queries.run_view(found)})
    return step(request, run_id, lambda found: tasks.approve(found, actor=actor_at(request)))


@needs("linkage.stop")
@require_POST
def stop(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Stop at the next step; what is done stays."""
    return step(request, run_id, lambda found: actions.stop_run(found, actor=actor_at(request)))


@needs("linkage.resume")
@require_POST
def go_on(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Go on where it was stopped."""
    return step(request, run_id, lambda found: tasks.go_on(found, actor=actor_at(request)))


@needs("linkage.cancel")
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Ask once; then give the run up and drop its rows."""
    found = own(run_id)
    if request.method == "GET":
        return render(request, "linking/cancel.html", {"run": queries.run_view(found)})
    return step(request, run_id, lambda found: actions.cancel_run(found, actor=actor_at(request), at=timezone.now()))


@needs("linkage.undo")
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Ask once, with the consequence in a sentence; then take back everything the run linked."""
    found = own(run_id)
    if request.method == "GET":
        return render(request, "linking/undo.html", {"run": queries.run_view(found)})
    return step(request, run_id, lambda found: tasks.undo_run(found, actor=actor_at(request), at=timezone.now()))


@needs("linkage.read")
@require_GET
def result(request: HttpRequest, run_id: UUID, kind: str) -> HttpResponse:
    """The partner's own keys with yes, no or review, as a file."""
    found, words = own(run_id), {code: word[language()] for code, word in STANDINGS.items()}
    made = queries.result_xlsx if kind == "xlsx" else queries.result_csv
    response = HttpResponse(made(found, language(), words), content_type=MEDIA[kind])
    response["Content-Disposition"] = f'attachment; filename="padanan-{str(run_id)[:8]}.{kind}"'
    return response


@needs("linkage.agree")
@require_http_methods(["GET", "POST"])
def agreement(request: HttpRequest, code: str) -> HttpResponse:
    """What is agreed with a partner about its lists."""
    agency, refused = agency_or_404(code), ""
    if request.method == "POST":
        typed = request.POST.get("days", "")
        try:
            actions.agree(code, actor=actor_at(request), days=int(typed) if typed.isdecimal() else 0, standing="standing" in request.POST)
            return redirect("partner", code)
        except Refused as why:
            refused = why.sentence(language())
    days, standing = queries.agreement(code)
    return render(request, "linking/agreement.html", {
        "agency": agency, "name": agency_name(agency), "days": days, "standing": standing, "refused": refused}, status=422 if refused else 200)


urlpatterns = [
    path("padanan/", runs, name="linking"),
    path("padanan/daftar/", begin, name="linking_begin"),
    path("padanan/pemberat/", learn, name="linking_learn"),
    path("padanan/<uuid:run_id>/", run, name="linking_run"),
    path("padanan/<uuid:run_id>/pakai/", adopt, name="linking_adopt"),
    path("padanan/<uuid:run_id>/lajur/", map_columns, name="linking_map"),
    path("padanan/<uuid:run_id>/lulus/", approve, name="linking_approve"),
    path("padanan/<uuid:run_id>/henti/", stop, name="linking_stop"),
    path("padanan/<uuid:run_id>/sambung/", go_on, name="linking_go_on"),
    path("padanan/<uuid:run_id>/lepas/", cancel, name="linking_cancel"),
    path("padanan/<uuid:run_id>/batal/", undo, name="linking_undo"),
    path("padanan/<uuid:run_id>/hasil.csv", result, {"kind": "csv"}, name="linking_csv"),
    path("padanan/<uuid:run_id>/hasil.xlsx", result, {"kind": "xlsx"}, name="linking_xlsx"),
    path("rakan/<slug:code>/padanan/", agreement, name="linking_agreement"),
]
