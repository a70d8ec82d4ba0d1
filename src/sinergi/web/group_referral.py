"""Many people referred at once to one agency: whom, which programme, which kinds of facts for all, one note. A job sends them one by one, each by
his own consent; the page shows how far it came, who was not sent and why, and takes the unanswered back."""
from collections import defaultdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from sinergi.cases import actions, queries, tasks
from sinergi.cases.days import after
from sinergi.kernel import law
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused, sentences

from . import case_forms as forms_of
from .admission import needs
from .case_words import agency_words, need_words, programme_name, referral_tag
from .cases import given
from .consent_part import standing_of
from .refer import facts_for
from .typed import agency_names, language, partners, today

MOST, LOOKED_AT = 100, 20  # cases offered on the page; cases looked at for the kinds of facts
REASONS: defaultdict[str, str] = defaultdict(lambda: "—")  # a reason kept as a code has lost its facts


def candidates(actor: Actor, wanted: list[str]) -> list[queries.CaseView]:
    """Those ticked before first, then the open cases of one's agency, by their date."""
    return sorted(queries.cases_due(actor.agency, most=MOST), key=lambda c: str(c.id) not in wanted)


def wanted_in(request: HttpRequest) -> list[str]:
    """The cases that were ticked, here or on another page."""
    return [*request.GET.getlist("case"), *request.POST.getlist("case")]


@needs("referral.send")
@require_http_methods(["GET", "POST"])
def group_referral(request: HttpRequest) -> HttpResponse:
    """First whom and where to; then what goes along, and who cannot be sent."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    wanted, refused = wanted_in(request), ""
    people = candidates(actor, wanted)
    form = forms_of.GroupForm(given(request), choices=destinations(actor), initial={"answer_by": forms_of.written(after("answer", today()))})
    picked = [c for c in people if str(c.id) in wanted]
    if request.method == "POST":
        try:
            to, programme = destination(form, picked)
            if "sure" in request.POST:
                return send(request, picked, to, programme, form, actor)
            return render(request, "referrals/group_sure.html", sure(picked, to, programme, form, actor))
        except Refused as why:
            why.field = "to" if why.field in ("to_agency", "programme") else why.field
            refused = form.say_refused(why)
    rows = [{"id": c.id, "name": c.name or _("not open to you"), "need": need_words(c.need), "next_on": c.next_on, "chosen": str(c.id) in wanted}
            for c in people]
    source = ngettext("%(n)s open case of your office", "%(n)s open cases of your office", len(rows)) % {"n": len(rows)}
    return render(request, "referrals/group.html", {"people": rows, "form": form, "refused": refused, "source": source},
                  status=422 if request.method == "POST" else 200)


def destinations(actor: Actor) -> list[Any]:
    """Agencies, and under each its programmes; with a programme goes what its rules read."""
    names = partners(but=actor.agency)
    own: dict[str, list[tuple[str, str]]] = {}
    for programme in law.current().programmes.values():
        own.setdefault(programme.agency, []).append((f"{programme.agency}:{programme.id}", programme.name[language()]))
    return [("", _("choose")), *((name, [(f"{code}:", _("No programme: only need and note")), *sorted(own.get(code, []), key=lambda p: p[1])])
                                 for code, name in names)]


def destination(form: forms_of.GroupForm, picked: list[queries.CaseView]) -> tuple[str, str]:
    """Agency and programme as chosen. Raises Refused."""
    to, _colon, programme = form.value("to").partition(":")
    if not to:
        raise Refused("referral.agency_unfit", field="to")
    if not picked:
        raise Refused("referral.nobody")
    forms_of.day_in(form, "answer_by")
    return to, programme


def sure(picked: list[queries.CaseView], to: str, programme: str, form: forms_of.GroupForm, actor: Actor) -> dict[str, Any]:
    """The page before sending: kinds of facts to tick, who has no consent to this agency."""
    kinds: dict[str, dict[str, Any]] = {}
    for view in picked[:LOOKED_AT] if programme else ():
        for fact in facts_for(view, to, programme, actor):
            kinds.setdefault(fact.fact, {"key": fact.fact, "label": fact.label[language()], "sensitive": fact.sensitive, "chosen": True})
    without = [c for c in picked if not any(consent.purpose in ("refer", "decide", "screen") for consent in standing_of(c.person_id, to))]
    return {"form": form, "agency": agency_words(to, agency_names()), "programme": programme_name(programme), "picked": picked,
            "kinds": list(kinds.values()),
            "without": [{"name": c.name or _("not open to you"), "address": reverse("consent_give", args=[c.person_id])} for c in without],
            "sendable": len(picked) - len(without)}


def send(request: HttpRequest, picked: list[queries.CaseView], to: str, programme: str, form: forms_of.GroupForm, actor: Actor) -> HttpResponse:
    """Prepare the group and queue its sending, in this transaction. Raises Refused."""
    made = actions.refer_group([c.id for c in picked], actor=actor, to_agency=to, programme=programme, fact_names=request.POST.getlist("fact"),
                               note=form.value("note"), answer_by=forms_of.day_in(form, "answer_by"), on=today(), at=timezone.now())
    tasks.start_group(made.pk, actor=actor)
    return redirect("group_referral_sent", made.pk)


@needs("referral.send")
@require_http_methods(["GET", "POST"])
def sent(request: HttpRequest, group: UUID) -> HttpResponse:
    """How far it came: who was sent and where each stands, who was not and why; all that waits taken back by one button."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    view, refused = queries.group(group), ""
    if view is None:
        raise Http404
    if request.method == "POST":
        try:
            actions.undo_group(group, actor=actor, on=today(), at=timezone.now())
            messages.success(request, _("Taken back: whoever was not answered yet. Your office goes on with these cases."))
            return redirect("group_referral_sent", group)
        except Refused as why:
            refused = why.sentence(language())
    done = view.sent + view.left_out
    part = getattr(request, "htmx", False) and request.headers.get("HX-Target") == "progress"
    return render(request, "referrals/group_progress.html" if part else "referrals/group_done.html", {
        "group": view, "agency": agency_words(view.to_agency, agency_names()), "programme": programme_name(view.programme), "done": done,
        "total": len(view.rows), "busy": done < len(view.rows) and view.undone_at is None, "refused": refused,
        "sent": [row_of(r) for r in view.rows if r.outcome == "sent"], "not_sent": [row_of(r) for r in view.rows if r.outcome == "left_out"],
        "may_undo": view.undone_at is None and actor.holds("referral.undo_group")}, status=422 if refused else 200)


def row_of(r: queries.GroupRowView) -> dict[str, Any]:
    """One person of a group: his referral, or why there is none and what to do."""
    why = sentences()[r.code][language()].format_map(REASONS) if r.code else ""
    return {"name": r.name or _("not open to you"), "need": need_words(r.need), "why": why, "id": r.referral_id,
            "address": reverse("case", args=[r.case_id])} | (referral_tag(r.state) if r.state else {})


urlpatterns = [
    path("rujukan/kumpulan/", group_referral, name="group_referral"),
    path("rujukan/kumpulan/<uuid:group>/", sent, name="group_referral_sent"),
]
