"""Lists of what a partner gives already: upload, say what the columns mean, see each bad row and what overlaps, load with progress, undo."""
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sinergi.benefits import list_rows, tasks
from sinergi.benefits.actions import lists as actions
from sinergi.benefits.queries import lists as queries
from sinergi.kernel.errors import Refused
from sinergi.registry.submission import spreadsheet

from .admission import needs
from .list_pages import BUSY, as_csv, chosen_columns, column_rows, counted, kinds, sent
from .typed import actor_at, language

GROUPS = {"good": "yes", "loaded": "yes", "known": "judge", "refused": "ask", "undone": "no", "waiting": "no"}


def own(list_id: UUID) -> Any:
    """A list of one's agency, or the page that says there is none."""
    found = queries.award_list(list_id)
    if found is None:
        raise Http404
    return found


@needs("award_list.read")
@require_http_methods(["GET", "POST"])
def award_lists(request: HttpRequest) -> HttpResponse:
    """Lists of one's agency, and the form that takes another."""
    refused = ""
    if request.method == "POST":
        try:
            return redirect("award_list", receive(request).pk)
        except Refused as why:
            refused = why.sentence(language())
    found = [(one, state_words(one.state)) for one in queries.award_lists()]
    context = {"lists": found, "refused": refused, "most": spreadsheet.MOST_ROWS, "tabs": kinds(request, "award_lists")}
    return render(request, "award_lists/all.html", context, status=422 if refused else 200)


def receive(request: HttpRequest) -> Any:
    """Read and keep an uploaded list. Raises Refused."""
    (content, title), now = sent(request), timezone.now()
    return actions.receive_list(content, actor=actor_at(request), table=spreadsheet.table_of(content), title=title,
                                on=timezone.localdate(now), at=now)


def state_words(state: str) -> str:
    """A state in words."""
    return {"received": _("columns to map"), "checking": _("being checked"), "checked": _("checked"), "running": _("being loaded"),
            "finished": _("loaded"), "stopped": _("stopped"), "undone": _("undone")}[state]


@needs("award_list.read")
@require_GET
def award_list(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """One list: what its columns mean, or what was found in it, or how far it came."""
    return show(request, own(list_id))


def show(request: HttpRequest, found: Any, refused: str = "") -> HttpResponse:
    """The page of a list in its state; with htmx only the part that moves."""
    view, actor = queries.list_view(found), actor_at(request)
    context: dict[str, Any] = {
        "list": view, "state_words": state_words(view.state), "busy": view.state in BUSY, "refused": refused,
        "counts": counted(view.counts, GROUPS, queries.OUTCOME_WORDS, language()), "percent": 100 * view.done // max(1, view.rows),
        "sees_twice": actor.holds("overlap.read")}
    begun = bool(view.counts.get("loaded") or view.counts.get("known") and view.state == "stopped")
    if view.state in ("received", "checked") or (view.state == "stopped" and not begun):
        context["columns"] = column_rows(found.header, queries.mapping_of(found), queries.samples(found))
        context["fields"] = [(field, words[language()]) for field, words in list_rows.FIELDS.items()]
    context["ready"] = view.state in ("checked", "stopped") and view.counts.get("good") and not view.counts.get("waiting")
    if view.state not in ("received", "checking"):
        context["bad"] = [(cell, cell.words[language()]) for cell in queries.wrong_cells(found, language())]
        context["beside"] = [(cell, cell.words[language()]) for cell in queries.odd_cells(found, language())]
    part = getattr(request, "htmx", False) and request.headers.get("HX-Target") == "progress"
    return render(request, "award_lists/progress.html" if part else "award_lists/one.html", context, status=422 if refused else 200)


def step(request: HttpRequest, list_id: UUID, work: Any) -> HttpResponse:
    """Take one step and come back to the list; a refusal is said on its page."""
    found = own(list_id)
    try:
        work(found)
    except Refused as refused:
        return show(request, own(list_id), refused.sentence(language()))
    return redirect("award_list", list_id)


@needs("award_list.map")
@require_POST
def map_columns(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Say what the columns mean and begin the check."""
    actor, columns = actor_at(request), chosen_columns(request)
    return step(request, list_id, lambda found: tasks.map_and_check(found, actor=actor, columns=columns))


@needs("award_list.start")
@require_POST
def start(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Load the good rows."""
    return step(request, list_id, lambda found: tasks.start(found, actor=actor_at(request)))


@needs("award_list.stop")
@require_POST
def stop(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Stop at the next step; what is loaded stays."""
    return step(request, list_id, lambda found: actions.stop_list(found, actor=actor_at(request)))


@needs("award_list.undo")
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Ask once, with the consequence in a sentence; then take back what this list brought."""
    found = own(list_id)
    if request.method == "GET":
        return render(request, "award_lists/undo.html", {"list": queries.list_view(found)})
    return step(request, list_id, lambda found: actions.undo_list(found, actor=actor_at(request), at=timezone.now()))


@needs("award_list.read")
@require_GET
def result(request: HttpRequest, list_id: UUID) -> HttpResponse:
    """Every row with what became of it, or only those to mend, as a file to correct and send again."""
    only = "refused" if request.GET.get("only") == "refused" else ""
    return as_csv(queries.result_file(own(list_id), language(), only), f"bantuan-{str(list_id)[:8]}", only)


urlpatterns = [
    path("senarai/bantuan/", award_lists, name="award_lists"),
    path("senarai/bantuan/<uuid:list_id>/", award_list, name="award_list"),
    path("senarai/bantuan/<uuid:list_id>/lajur/", map_columns, name="award_list_map"),
    path("senarai/bantuan/<uuid:list_id>/muat/", start, name="award_list_start"),
    path("senarai/bantuan/<uuid:list_id>/henti/", stop, name="award_list_stop"),
    path("senarai/bantuan/<uuid:list_id>/batal/", undo, name="award_list_undo"),
    path("senarai/bantuan/<uuid:list_id>/hasil.csv", result, name="award_list_result"),
]
