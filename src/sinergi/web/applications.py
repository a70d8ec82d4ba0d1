"""Applying from the sheet, shown before it is sent; the inbox by clocks; for the agency that sent it: answer, attach, take back."""
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sinergi.assistance import actions, queries
from sinergi.cases import queries as cases
from sinergi.core import rules
from sinergi.kernel import law as published
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Agency
from sinergi.registry import codes
from sinergi.registry import queries as registry

from . import sheet_view
from .admission import needs
from .application_view import OPEN, STATES, fact_rows, found, programme_words
from .award_forms import files_field, uploads
from .consent import named
from .consent_part import consent_part
from .deciding import AnswerForm, AttachForm, page
from .names import is_veiled, veil, veiled
from .sheet import open_household
from .typed import TypedForm, actor_at, agency_names, due_words, language, strip_of, today, word

PAGE = 50
BOXES = {"decide": gettext_lazy("To decide"), "waiting": gettext_lazy("Waiting for an answer"), "decided": gettext_lazy("Decided"),
         "sent": gettext_lazy("Sent by us"), "asked": gettext_lazy("Asked of us")}
OURS = ("sent", "asked")


class ApplyForm(TypedForm):
    """What goes along: documents, and for which need where the programme serves several."""

    need = forms.ChoiceField(label=gettext_lazy("For which need"), required=True, widget=forms.RadioSelect)
    papers = files_field()

    def __init__(self, *args: Any, served: tuple[str, ...], said: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.served = served
        if len(served) > 1:
            self.fields["need"].choices = [(code, word(codes.NEEDS, code)) for code in served]  # type: ignore[attr-defined]
            self.initial["need"] = next((code for code in served if code in said), served[0])
        else:
            del self.fields["need"]

    def chosen(self) -> str:
        """The need applied for."""
        return str(self.value("need")) if "need" in self.fields else self.served[0]


def takes_applications(code: str) -> bool:
    """Is the agency a partner whose officers decide here?"""
    return Agency.objects.filter(code=code, partner=True, left_on=None).exists()


def subject_of(request: HttpRequest, live: queries.Live, programme: rules.Programme) -> int | None:
    """For whom of the household it is asked; None for the household. Raises Http404 for nobody whom the visitor may open."""
    if programme.for_household:
        return None
    given = request.POST.get("member") or request.GET.get("member") or ""
    place = int(given) if given.isdecimal() and len(given) < 4 else live.sheet.situation.head
    if place >= len(live.document.people) - live.document.hidden:
        raise Http404
    return place


@needs("application.apply")
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest, household_id: UUID, programme_id: str) -> HttpResponse:
    """Show exactly what is sent, to whom, under which consent; one button sends it all, or nothing."""
    open_household(request, household_id)
    actor, on, names = actor_at(request), today(), agency_names()
    live = queries.sheet_of(household_id, on=on, actor=actor)
    programme = live.law.programmes.get(programme_id)
    if programme is None:
        raise Http404
    subject = subject_of(request, live, programme)
    person = registry.person(live.document.people[live.sheet.situation.head if subject is None else subject])
    if person is None:
        raise Http404
    part = consent_part(request, person, programme.agency, "decide")
    form = ApplyForm(request.POST.dict() if request.method == "POST" else None, served=programme.needs, said=registry.needs_of(household_id, on))
    refused, outside = "", not takes_applications(programme.agency)
    if request.method == "POST":
        try:
            with transaction.atomic():
                now = timezone.now()
                made = actions.apply(household_id, actor=actor, programme=programme_id, subject=subject, need=form.chosen(),
                                     consent_id=part.give(actor, now), on=on, at=now)
                for content, name in uploads(request):
                    actions.attach(made.pk, actor=actor, content=content, name=name, at=now)
            messages.success(request, _("Sent to %(agency)s. You see here what becomes of it.") % {"agency": names[programme.agency]})
            return redirect("application", made.pk)
        except Refused as why:
            refused = beside(why, form, part, names)
    others = [{"name": live.sheet.situation.names[a.subject], "address": f"?member={a.subject}"} for a in live.sheet.answers
              if a.programme == programme_id and a.subject not in (None, subject) and a.group != "no" and not sheet_view.closed(live, a.subject)]
    facts = fact_rows(queries.facts_to_send(household_id, programme_id, subject, on=on, actor=actor), names, live.sheet.situation.names)
    return render(request, "applications/apply.html", {
        "person": strip_of(person, names), "programme": programme_words(programme, names), "member": "" if subject is None else subject,
        "facts": facts, "part": part, "form": form, "others": others, "refused": refused, "again": bool(request.FILES), "outside": outside,
        "back": reverse("sheet", args=[household_id]), "letter": reverse("take_home", args=[household_id]),
        "cases": cases_for(person.id, programme.needs) if outside else ()},
                  status=422 if request.method == "POST" else 200)


def cases_for(person_id: UUID, needs_served: tuple[str, ...]) -> list[dict[str, str]]:
    """The person's open cases for these needs: there stands the day on which one asks how it went elsewhere."""
    return [{"address": reverse("case", args=[one.id]), "words": word(codes.NEEDS, one.need)}
            for one in cases.open_cases([person_id]).get(person_id, ()) if one.need in needs_served]


def beside(why: Refused, form: TypedForm, part: TypedForm, names: dict[str, str]) -> str:
    """Put a refusal beside the field it belongs to; its sentence where it has none."""
    why = named(why, names)
    if why.code.startswith(("file.", "scan.")) or why.field == "files":
        why.field = "papers"
    return form.say_refused(why) if why.field in form.fields else part.say_refused(why)


def row_words(row: queries.ApplicationRow, box: str, law: rules.Law, names: dict[str, str]) -> dict[str, Any]:
    """One application in the list."""
    programme = law.programmes.get(row.programme)
    waits = row.state in OPEN and row.due_on is not None
    papers = ngettext("%(n)s document", "%(n)s documents", row.papers) % {"n": row.papers}
    missing = ngettext("%(n)s fact missing", "%(n)s facts missing", row.missing) % {"n": row.missing}
    decide = box == "decide"
    return {
        "id": row.id, "name": row.name or _("A person not open to your agency"),
        "programme": programme.name[language()] if programme else row.programme,
        "details": [word(codes.NEEDS, row.need), *([_("the household")] if row.for_household else [])],
        "state_words": str(STATES[row.state]), "agency": names.get(row.agency if box in OURS else row.from_agency, ""), "missing": row.missing,
        "papers_words": missing if row.missing else papers, "action": _("Decide") if decide else _("Answer") if box == "asked" else _("Open"),
        "due_on": row.due_on if waits else timezone.localdate(row.closed_at) if row.closed_at else None,
        "due_words": due_words(row.due_on) if row.due_on is not None and waits else "",
        "late": row.due_on is not None and waits and row.due_on <= today()}


@needs("application.read")
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """A box of the visitor's agency: what ends first stands first."""
    actor, names = actor_at(request), agency_names()
    shown = [code for code in BOXES if code in OURS or actor.holds("application.decide")]
    box = request.GET.get("kotak", "")
    box = box if box in shown else shown[0]
    after = request.GET.get("selepas", "")
    rows = queries.applications(actor, box, after=after, most=PAGE + 1)
    law = published.current()
    address = reverse("applications")
    listed = [row_words(row, box, law, names) for row in rows[:PAGE]]
    for row in listed:
        row["name"] = veiled(row["name"], is_veiled(request))
    none = empty_words(box)
    return render(request, "applications/list.html", {
        "veil": veil(request), "box": box, "box_words": str(BOXES[box]), "rows": listed,
        "late": sum(row["late"] for row in listed) if not after else 0,
        "tabs": [{"address": f"{address}?kotak={code}", "label": str(BOXES[code]), "here": code == box} for code in shown],
        "older": f"{address}?kotak={box}&selepas={rows[PAGE - 1].cursor.replace('+', '%2B')}" if len(rows) > PAGE else "",
        "newer": f"{address}?kotak={box}" if after else "", "shown": _("%(n)s on this page") % {"n": len(listed)},
        "none_title": none[0], "none_words": none[1], "none_address": f"{address}?kotak={none[2]}" if none[2] in shown else reverse("my_day"),
        "none_action": str(BOXES[none[2]]) if none[2] in shown else _("My day")})


def empty_words(box: str) -> tuple[str, str, str]:
    """(heading, what it means, the next useful box) of an empty box."""
    return {
        "decide": (_("Every application is decided"), _("What waits for an answer stands in the next list."), "waiting"),
        "waiting": (_("Nobody owes you an answer"), _("What you ask before deciding waits here until it is answered."), "decide"),
        "decided": (_("Nothing decided yet"), _("Each decision stays here with its letter."), "decide"),
        "sent": (_("Nothing sent yet"), _("Open a sheet and apply from the line of a programme."), ""),
        "asked": (_("No question waits for you"), _("When an agency asks for more, its question stands here with its day."), "sent")}[box]


@needs("application.answer")
@require_POST
def answer(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Answer what the agency asked, with documents: all or nothing."""
    actor, form, now = actor_at(request), AnswerForm(request.POST.dict()), timezone.now()
    found(application_id, actor)
    try:
        with transaction.atomic():
            for content, name in uploads(request):
                actions.attach(application_id, actor=actor, content=content, name=name, at=now)
            actions.answer(application_id, actor=actor, words=form.value("words"), at=now)
        messages.success(request, _("Answered. The agency decides again."))
        return redirect("application", application_id)
    except Refused as why:
        return page(request, application_id, refused=beside(why, form, form, agency_names()), answer_form=form)


@needs("application.attach")
@require_POST
def attach(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Attach documents to an open application."""
    actor, form = actor_at(request), AttachForm({})
    found(application_id, actor)
    try:
        kept = uploads(request)
        if not kept:
            raise Refused("list.no_file", field="papers")
        with transaction.atomic():
            for content, name in kept:
                actions.attach(application_id, actor=actor, content=content, name=name, at=timezone.now())
        messages.success(request, ngettext("The document is attached.", "%(n)s documents are attached.", len(kept)) % {"n": len(kept)})
        return redirect("application", application_id)
    except Refused as why:
        return page(request, application_id, refused=beside(why, form, form, agency_names()), attach_form=form)


@needs("application.read")
@require_GET
def paper(request: HttpRequest, application_id: UUID, paper_id: UUID) -> HttpResponse:
    """A document as a download, for the agency that decides; the opening is written in the audit. Raises Http404 for another's."""
    actor = actor_at(request)
    view = found(application_id, actor)
    if not any(one.id == paper_id and one.may_open for one in view.attachments):
        raise Http404
    opened = actions.open_attachment(paper_id, actor=actor)
    response = HttpResponse(opened.content, content_type=opened.media_type, headers={"X-Content-Type-Options": "nosniff"})
    ending = opened.media_type.rpartition("/")[2].replace("jpeg", "jpg")
    response["Content-Disposition"] = f'attachment; filename="dokumen-{str(paper_id)[:8]}.{ending}"'
    return response


@needs("application.withdraw")
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Ask once, with the consequence in a sentence; then it is taken back and its documents are removed."""
    actor, names, refused = actor_at(request), agency_names(), ""
    view = found(application_id, actor)
    if view.row.from_agency != actor.agency:
        raise Http404
    if request.method == "POST":
        try:
            actions.withdraw(application_id, actor=actor, at=timezone.now())
            messages.success(request, _("The application is withdrawn."))
            return redirect("application", application_id)
        except Refused as why:
            refused = why.sentence(language())
    return render(request, "applications/withdraw.html", {
        "application_id": application_id, "programme": programme_words(view.programme, names), "agency": names.get(view.row.agency, ""),
        "name": view.row.name or _("The person"), "refused": refused}, status=422 if refused else 200)


urlpatterns = [
    path("isi-rumah/<uuid:household_id>/mohon/<str:programme_id>/", apply, name="apply"),
    path("permohonan/", inbox, name="applications"),
    path("permohonan/<uuid:application_id>/jawab/", answer, name="application_answer"),
    path("permohonan/<uuid:application_id>/dokumen/", attach, name="application_attach"),
    path("permohonan/<uuid:application_id>/dokumen/<uuid:paper_id>/", paper, name="application_paper"),
    path("permohonan/<uuid:application_id>/tarik/", withdraw, name="application_withdraw"),
]
