"""Documents of a person: seen at the counter, or kept encrypted; handed out only as a download, never shown inside a page."""
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from sinergi.kernel import files
from sinergi.kernel.errors import Refused
from sinergi.registry import actions, queries

from ..typed import TypedForm, actor_at, text
from .shown import file_of

KINDS = {"identity": gettext_lazy("Identity document"), "income": gettext_lazy("Payslip or statement of income"),
         "bank": gettext_lazy("Bank statement"),
         "medical": gettext_lazy("Medical report"), "death": gettext_lazy("Death certificate"), "marriage": gettext_lazy("Marriage or divorce paper"),
         "school": gettext_lazy("School confirmation"), "bill": gettext_lazy("Bill or rent paper"), "consent": gettext_lazy("Signed consent"),
         "other": gettext_lazy("Another document")}


class PaperForm(TypedForm):
    """A document: seen, or with a file kept."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of document"), required=True)
    title = text(gettext_lazy("What it says"), hint=gettext_lazy("For example: payslip of October 2026"), most=160)
    file = forms.FileField(label=gettext_lazy("File"), required=False, help_text=gettext_lazy(
        "PDF, JPG, PNG or WebP, up to 8 MB. Without a file we only note that you saw it."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("choose")), *((code, str(words)) for code, words in KINDS.items())]  # type: ignore[attr-defined]


@login_required
@require_http_methods(["GET", "POST"])
def papers(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The list, and the form that takes another."""
    actor = actor_at(request, "person.read")
    context = file_of(request, person_id, "person_papers")
    form, refused = PaperForm(request.POST or None), ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            content = upload.read(files.KINDS["paper"].most + 1) if upload else None
            kind = form.value("kind") if form.value("kind") in KINDS else ""
            actions.store_paper(context["person_id"], actor=actor, kind=kind, title=form.value("title"), content=content,
                                name=(upload.name or "") if upload else "", at=timezone.now())
            messages.success(request, _("The document is kept.") if upload else _("Noted: you saw the document."))
            return redirect("person_papers", person_id)
        except Refused as why:
            why.field = why.field or ("file" if why.code.startswith("file.") else "")
            refused = form.say_refused(why)
    rows = [{"of": p, "kind": str(KINDS.get(p.kind, p.kind)), "kilobytes": max(1, p.size // 1024)} for p in queries.papers(context["person_id"])]
    return render(request, "person/papers.html", context | {"papers": rows, "form": form, "refused": refused},
                  status=422 if request.method == "POST" else 200)


@login_required
@require_GET
def paper(request: HttpRequest, person_id: UUID, paper_id: UUID) -> HttpResponse:
    """A kept document as a download. Raises Http404 for one that was only seen, or is not ours."""
    actor_at(request, "person.read")
    found = next((p for p in queries.papers(person_id) if p.id == paper_id and p.file), None)
    if found is None:
        raise Http404
    try:
        kept, content = files.open_file(UUID(found.file))
    except LookupError as gone:
        raise Http404 from gone
    response = HttpResponse(content, content_type=kept.media, headers={"X-Content-Type-Options": "nosniff"})
    response["Content-Disposition"] = f'attachment; filename="{kept.type}-{str(paper_id)[:8]}.{kept.type}"'
    return response
