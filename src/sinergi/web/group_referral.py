"""Several people referred at once to one agency with one note: each by his own consent, with his own facts; who was not sent, and why; undone
while nobody has answered."""
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from sinergi.assistance.packets import as_json
from sinergi.cases import actions, queries
from sinergi.cases.days import after
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from . import case_forms as forms_of
from .admission import needs
from .case_words import agency_words, need_words, referral_tag
from .cases import given
from .consent_part import standing_of
from .refer import facts_for
from .typed import agency_names, language, partners, today

MOST = 100
LEFT = "group_left"  # session: group -> [[case id, why]], ids and sentences without a name


def candidates(request: HttpRequest, actor: Actor) -> list[queries.CaseView]:
    """Those ticked on another page first, then the open cases of one's agency."""
    wanted = [*request.GET.getlist("case"), *request.POST.getlist("case")]
    day = queries.my_day(actor, on=today(), most=MOST)
    mine = {str(c.id): c for c in (*day.overdue, *day.due, *day.ahead)}
    return sorted(mine.values(), key=lambda c: str(c.id) not in wanted)


@needs("referral.send")
@require_http_methods(["GET", "POST"])
def group_referral(request: HttpRequest) -> HttpResponse:
    """Whom, where to, with which note."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    people, refused = candidates(request, actor), ""
    ticked = {*request.GET.getlist("case"), *request.POST.getlist("case")}
    form = forms_of.GroupForm(given(request), actor=actor, initial={"answer_by": forms_of.written(after("answer", today()))})
    if request.method == "POST":
        try:
            return send(request, [c for c in people if str(c.id) in ticked], form, actor)
        except Refused as why:
            refused = form.say_refused(why)
    rows = [{"id": c.id, "name": c.name or _("not open to you"), "need": need_words(c.need), "next_on": c.next_on, "chosen": str(c.id) in ticked}
            for c in people]
    source = ngettext("%(n)s open case of your office", "%(n)s open cases of your office", len(rows)) % {"n": len(rows)}
    return render(request, "referrals/group.html", {"people": rows, "form": form, "refused": refused, "source": source},
                  status=422 if request.method == "POST" else 200)


def send(request: HttpRequest, picked: list[queries.CaseView], form: forms_of.GroupForm, actor: Actor) -> HttpResponse:
    """Refer each, one action a person; who could not be is kept with the reason. Raises Refused when nothing can be begun."""
    to, by = form.value("to_agency"), forms_of.day_in(form, "answer_by")
    if to not in dict(partners(but=actor.agency)):
        raise Refused("referral.agency_unfit", field="to_agency")
    if not picked:
        raise Refused("referral.nobody")
    group, left = uuid4(), []
    for view in picked:
        try:
            consent = next((c for c in standing_of(view.person_id, to) if c.purpose in ("refer", "decide")), None)
            if consent is None:
                raise Refused("referral.no_consent")
            actions.refer(view.id, actor=actor, to_agency=to, note=form.value("note"), consent_id=consent.id, answer_by=by, on=today(),
                          at=timezone.now(), group=group, facts=[as_json(fact) for fact in facts_for(view, to, "", actor)])
        except Refused as why:
            left.append([str(view.id), why.sentence(language())])
    request.session[LEFT] = {str(group): left, "to": to}
    return redirect("group_referral_sent", group)


@needs("referral.send")
@require_http_methods(["GET", "POST"])
def sent(request: HttpRequest, group: UUID) -> HttpResponse:
    """Who was sent and where each stands, who was not and why; all taken back by one button."""
    actor, names = request.actor, agency_names()  # type: ignore[attr-defined]
    found = [r for r in queries.referrals_in(group) if r.from_agency == actor.agency]
    kept = request.session.get(LEFT, {})
    left = kept.get(str(group), [])
    if not found and not left:
        raise Http404
    if request.method == "POST":
        undone = undo(found, actor)
        messages.success(request, ngettext("%(n)s referral was taken back.", "%(n)s referrals were taken back.", undone) % {"n": undone})
        return redirect("group_referral_sent", group)
    to = found[0].to_agency if found else kept.get("to", "")
    return render(request, "referrals/group_done.html", {
        "agency": agency_words(to, names), "sent_at": found[0].sent_at if found else timezone.now(),
        "answer_by": found[0].answer_by if found else None,
        "sent": [{"id": r.id, "name": r.name or _("not open to you")} | referral_tag(r.state) for r in found],
        "not_sent": [not_sent(case_id, why) for case_id, why in left], "may_undo": any(r.state in ("sent", "asked") for r in found)})


def not_sent(case_id: str, why: str) -> dict[str, Any]:
    """Somebody who was not sent: the name as it may be seen now, the reason, the way to his case."""
    view = queries.case(UUID(case_id))
    name = view.name if view is not None else ""
    return {"name": name or _("not open to you"), "why": why, "address": reverse("case", args=[case_id]) if view is not None else ""}


def undo(found: list[queries.ReferralView], actor: Actor) -> int:
    """Take back those that nobody has answered. Gives how many."""
    done = 0
    for r in found:
        if r.state in ("sent", "asked"):
            try:
                actions.withdraw_referral(r.id, actor=actor, on=today(), at=timezone.now())
                done += 1
            except Refused:  # answered a moment ago: it stays
                continue
    return done


urlpatterns = [
    path("rujukan/kumpulan/", group_referral, name="group_referral"),
    path("rujukan/kumpulan/<uuid:group>/", sent, name="group_referral_sent"),
]
