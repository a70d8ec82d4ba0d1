"""Lists of a partner: upload, say what the columns mean, see each bad row with its mend, register with progress, fetch the result, undo."""
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sinergi.kernel import law
from sinergi.kernel.errors import Refused
from sinergi.registry import tasks
from sinergi.registry.actions import batches as actions
from sinergi.registry.queries import batches as queries
from sinergi.registry.submission import columns, spreadsheet

from .admission import needs
from .list_pages import BUSY, as_csv, chosen_columns, column_rows, counted, kinds, sent

GROUPS = {"good": "yes", "registered": "yes", "known": "judge", "refused": "ask", "undone": "no", "waiting": "no"}


def language() -> str:
    """The page's language."""
    return get_language() or "ms"


def own(batch_id: UUID) -> Any:
    """A list of one's agency, or the page that says there is none."""
    found = queries.batch(batch_id)
    if found is None:
        raise Http404
    return found


@needs("batch.read")
@require_http_methods(["GET", "POST"])
def batches(request: HttpRequest) -> HttpResponse:
    """Lists of one's agency, and the form that takes another."""
    refused = ""
    if request.method == "POST":
        try:
            return redirect("batch", receive(request).pk)
        except Refused as why:
            refused = why.sentence(language())
    found = [(batch, state_words(batch.state)) for batch in queries.batches()]
    context = {"batches": found, "refused": refused, "most": spreadsheet.MOST_ROWS, "tabs": kinds(request, "batches")}
    return render(request, "batches/all.html", context, status=422 if refused else 200)


def receive(request: HttpRequest) -> Any:
    """Read and keep an uploaded list. Raises Refused."""
    (content, title), now = sent(request), timezone.now()
    return actions.receive_batch(content, actor=request.actor, table=spreadsheet.table_of(content),  # type: ignore[attr-defined]
                                 title=title, on=timezone.localdate(now), at=now)


def state_words(state: str) -> str:
    """A state in words."""
    return {"received": _("columns to map"), "checking": _("being checked"), "checked": _("checked"), "running": _("being registered"),
            "finished": _("registered"), "stopped": _("stopped"), "undone": _("undone")}[state]


@needs("batch.read")
@require_GET
def batch(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """One list: what its columns mean, or what was found in it, or how far it came."""
    return show(request, own(batch_id))


def show(request: HttpRequest, found: Any, refused: str = "") -> HttpResponse:
    """The page of a list in its state; with htmx only the part that moves."""
    view = queries.batch_view(found)
    context: dict[str, Any] = {
        "batch": view, "state_words": state_words(view.state), "busy": view.state in BUSY, "refused": refused, "header": found.header,
        "counts": counted(view.counts, GROUPS, queries.OUTCOME_WORDS, language()), "percent": 100 * view.done // max(1, view.rows)}
    begun = bool(view.counts.get("registered") or view.counts.get("known"))
    if view.state in ("received", "checked") or (view.state == "stopped" and not begun):
        context["columns"] = column_rows(found.header, queries.mapping_of(found), queries.samples(found))
        context["fields"] = [(field, words[language()]) for field, words in columns.fields(law.current()).items()]
    context["ready"] = view.state in ("checked", "stopped") and view.counts.get("good") and not view.counts.get("waiting")
    if view.state not in ("received", "checking"):
        context["bad"] = [(bad, bad.words[language()]) for bad in queries.bad_fields(found, language())]
        context["odd"] = [(odd, odd.words[language()]) for odd in queries.odd_fields(found, language())]
    part = getattr(request, "htmx", False) and request.headers.get("HX-Target") == "progress"
    return render(request, "batches/progress.html" if part else "batches/one.html", context, status=422 if refused else 200)


def step(request: HttpRequest, batch_id: UUID, work: Any) -> HttpResponse:
    """Take one step and come back to the list; a refusal is said on its page."""
    found = own(batch_id)
    try:
        work(found)
    except Refused as refused:
        return show(request, own(batch_id), refused.sentence(language()))
    return redirect("batch", batch_id)


@needs("batch.map")
@require_POST
def map_columns(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Say what the columns mean and begin the check."""
    chosen = chosen_columns(request)
    actor = request.actor  # type: ignore[attr-defined]
    return step(request, batch_id, lambda found: tasks.map_and_check(found, actor=actor, columns=chosen, at=timezone.now()))


@needs("batch.start")
@require_POST
def start(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Register the good rows."""
    return step(request, batch_id, lambda found: tasks.start(found, actor=request.actor))  # type: ignore[attr-defined]


@needs("batch.stop")
@require_POST
def stop(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Stop at the next step; what is registered stays."""
    return step(request, batch_id, lambda found: actions.stop_batch(found, actor=request.actor))  # type: ignore[attr-defined]


@needs("batch.undo")
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Ask once, with the consequence in a sentence; then remove whom this list alone brought."""
    found = own(batch_id)
    if request.method == "GET":
        return render(request, "batches/undo.html", {"batch": queries.batch_view(found)})
    return step(request, batch_id, lambda found: actions.undo_batch(found, actor=request.actor))  # type: ignore[attr-defined]


@needs("batch.read")
@require_GET
def result(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Every row with what became of it, or only those to mend, as a file to correct and send again."""
    found = own(batch_id)
    only = "refused" if request.GET.get("only") == "refused" else ""
    return as_csv(queries.result_file(found, language(), only), f"senarai-{str(batch_id)[:8]}", only)


urlpatterns = [
    path("senarai/", batches, name="batches"),
    path("senarai/<uuid:batch_id>/", batch, name="batch"),
    path("senarai/<uuid:batch_id>/lajur/", map_columns, name="batch_map"),
    path("senarai/<uuid:batch_id>/daftar/", start, name="batch_start"),
    path("senarai/<uuid:batch_id>/henti/", stop, name="batch_stop"),
    path("senarai/<uuid:batch_id>/batal/", undo, name="batch_undo"),
    path("senarai/<uuid:batch_id>/hasil.csv", result, name="batch_result"),
]
