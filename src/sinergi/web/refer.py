"""Sending a referral: who can help and why that one, exactly what is sent, by whose consent, to be answered by when."""
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from sinergi.assistance import queries as assistance
from sinergi.assistance.packets import PacketFact, as_json
from sinergi.cases import actions, queries
from sinergi.cases.days import after
from sinergi.core import rules
from sinergi.kernel import law
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from . import case_forms as forms_of
from .admission import needs
from .application_view import fact_rows
from .case_words import agency_words, need_words, programme_name
from .cases import found as case_found
from .cases import frame_of, given
from .consent import named
from .consent_part import ConsentPart, consent_part
from .typed import TypedForm, agency_names, language, partners, served, strip_of, today

# ---- to whom

@needs("referral.send")
@require_GET
def choose(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The agencies that can help with this need, by evidence; any other partner below."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    view, names = case_found(case_id), agency_names()
    to = request.GET.get("to", "")
    if to in dict(partners(but=actor.agency)):
        return redirect("case_refer_to", case_id, to)
    able, declined = able_rows(view, actor, names), tried(view)
    context = frame_of(view, names)
    said = ""
    if declined:
        said = _("%(agency)s did not take it. Who else can help stands below.") % {"agency": agency_words(declined[0], names)}
    listed = {row["code"] for row in able}
    return render(request, "referrals/choose.html", context | {
        "crumbs": [*context["crumbs"], (reverse("case", args=[case_id]), context["need"])], "here": _("Refer"), "agencies": able, "declined": said,
        "case_address": reverse("case", args=[case_id]), "others": [pair for pair in partners(but=actor.agency) if pair[0] not in listed]})


def tried(view: queries.CaseView) -> list[str]:
    """Agencies that did not take this case, the last one first."""
    return [r.to_agency for r in queries.referrals_of(view.id) if r.state in ("declined", "expired")]


def able_rows(view: queries.CaseView, actor: Actor, names: dict[str, str]) -> list[dict[str, Any]]:
    """Agencies able to help, ranked, each with its reasons and the address of the next page."""
    if view.household_id is None:
        return []
    rows = []
    for one in queries.able_agencies(view.household_id, view.need, on=today(), actor=actor, excluding=tried(view)):
        address = reverse("case_refer_to", args=[view.id, one.agency]) + (f"?{urlencode({'program': one.programme})}" if one.programme else "")
        rows.append({"code": one.agency, "name": agency_words(one.agency, names), "programme": programme_name(one.programme),
                     "reasons": reasons(one), "days": days_words(one.days), "address": address})
    return rows


def reasons(one: queries.AbleAgency) -> list[str]:
    """Why this agency: what its rules say, how it answered so far, how many wait there."""
    if one.last_resort:
        return [_("Takes whom no other agency takes.")]
    law_says = {"yes": _("Its rules say yes."), "ask": _("Its rules do not say no; something is not known yet."), "judge": _("It judges for itself.")}
    found = [law_says[one.group]]
    if one.answered:
        found.append(_("Accepted %(yes)s of %(n)s referrals seen here.") % {"yes": one.accepted, "n": one.answered})
    if one.waiting:
        found.append(ngettext("%(n)s referral waits there now.", "%(n)s referrals wait there now.", one.waiting) % {"n": one.waiting})
    return found


def days_words(days: int | None) -> str:
    """How soon an agency answers."""
    if days is None:
        return _("nothing seen yet")
    return _("the same day") if days == 0 else ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}


# ---- what is sent

@needs("referral.send")
@require_http_methods(["GET", "POST"])
def refer_to(request: HttpRequest, case_id: UUID, to: str) -> HttpResponse:
    """Exactly the facts that go along, the consent, a note, a day; one post sends it all or nothing."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    view, names = case_found(case_id), agency_names()
    person = served(view.person_id)
    if to not in dict(partners(but=actor.agency)):
        raise Http404
    programme = request.POST.get("program") or request.GET.get("program", "")
    facts = facts_for(view, to, programme, actor)
    form = forms_of.ReferForm(given(request), initial={"answer_by": forms_of.written(after("answer", today()))})
    part, refused = consent_part(request, person, to, "refer"), ""
    chosen = set(request.POST.getlist("fact")) if request.method == "POST" else None
    if request.method == "POST":
        try:
            made = send(view, to, programme, form, part, [f for f in facts if key_of(f) in (chosen or ())], actor)
            messages.success(request, _("Sent to %(agency)s.") % {"agency": agency_words(to, names)})
            return redirect("referral", made.pk)
        except Refused as why:
            refused = placed(named(why, names), form, part)
    people = people_of(view, actor)
    rows = [row | {"key": key_of(fact), "chosen": chosen is None or key_of(fact) in chosen}
            for fact, row in zip(facts, fact_rows(facts, names, people), strict=True)]
    context = frame_of(view, names)
    return render(request, "referrals/send.html", context | {
        "crumbs": [*context["crumbs"], (reverse("case", args=[case_id]), context["need"])], "here": _("Refer"), "agency": agency_words(to, names),
        "programme": programme_name(programme), "programme_id": programme, "packet": rows, "part": part, "form": form, "refused": refused,
        "back": reverse("case_refer", args=[case_id])}, status=422 if request.method == "POST" else 200)


def key_of(fact: PacketFact) -> str:
    """A fact of one packet by its place: member and name."""
    return f"{'' if fact.member is None else fact.member}.{fact.fact}"


def facts_for(view: queries.CaseView, to: str, programme: str, actor: Actor) -> tuple[PacketFact, ...]:
    """The facts that the agency's programme reads of this person: the one chosen, else each of its programmes for this need."""
    if view.household_id is None:
        return ()
    live = assistance.sheet_of(view.household_id, on=today(), actor=actor)
    place = {person: i for i, person in enumerate(live.document.people)}.get(view.person_id)
    wanted = [p for p in live.law.programmes.values() if p.agency == to and (p.id == programme if programme else view.need in p.needs)]
    found: dict[str, PacketFact] = {}
    for one in wanted:
        try:
            facts = assistance.facts_to_send(view.household_id, one.id, None if one.for_household else place, on=today(), actor=actor)
        except Refused:  # a programme that cannot be asked for this member sends nothing
            continue
        found |= {key_of(fact): fact for fact in facts if fact.raw is not None}
    return tuple(found.values())


def people_of(view: queries.CaseView, actor: Actor) -> tuple[str, ...]:
    """Names of the household in the order of its document."""
    if view.household_id is None:
        return ()
    return tuple(assistance.sheet_of(view.household_id, on=today(), actor=actor).sheet.situation.names)


def send(view: queries.CaseView, to: str, programme: str, form: TypedForm, part: ConsentPart, facts: list[PacketFact],
         actor: Actor) -> Any:
    """Consent and referral in one transaction. Raises Refused."""
    now = timezone.now()
    with transaction.atomic():
        consent = part.give(actor, now)
        return actions.refer(view.id, actor=actor, to_agency=to, programme=programme, note=form.value("note"), facts=[as_json(f) for f in facts],
                             consent_id=consent, answer_by=forms_of.day_in(form, "answer_by"), on=today(), at=now)


def placed(why: Refused, form: TypedForm, part: ConsentPart) -> str:
    """Put a refusal beside its field in whichever of the two forms has it; its sentence where none has."""
    return form.say_refused(why) if why.field in form.fields else part.say_refused(why)


@needs("referral.send")
@require_http_methods(["GET", "POST"])
def from_sheet(request: HttpRequest, person_id: UUID, programme_id: str) -> HttpResponse:
    """From a row of the sheet: the person's open case for a need of the programme, or one opened by this post; then what is sent."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    person, programme = served(person_id), law.current().programmes.get(programme_id)
    if programme is None:
        raise Http404
    mine = next((c for c in queries.cases_of(person.id) if c.state == "open" and c.agency == actor.agency and c.need in programme.needs), None)
    if mine is not None:
        return redirect(onward(mine.id, programme, actor))
    refused = ""
    if request.method == "POST":
        try:
            need = request.POST.get("need", "")
            made = actions.open_case(person.id, actor=actor, need=need if need in programme.needs else "", next_on=after("first_step", today()),
                                     at=timezone.now(), on=today())
            return redirect(onward(made.pk, programme, actor))
        except Refused as why:
            refused = why.sentence(language())
    names = agency_names()
    return render(request, "referrals/need.html", {
        "person": strip_of(person, names), "person_id": person.id, "programme": programme.name[language()], "refused": refused,
        "agency": agency_words(programme.agency, names), "needs": [(code, need_words(code)) for code in programme.needs]},
                  status=422 if refused else 200)


def onward(case_id: UUID, programme: rules.Programme, actor: Actor) -> str:
    """Where a referral to a programme's agency is shown before it is sent; one's own or no partner's: who else can help."""
    if programme.agency not in dict(partners(but=actor.agency)):
        return reverse("case_refer", args=[case_id])
    return f"{reverse('case_refer_to', args=[case_id, programme.agency])}?{urlencode({'program': programme.id})}"


urlpatterns = [
    path("orang/<uuid:person_id>/rujuk/<str:programme_id>/", from_sheet, name="refer_from_sheet"),
    path("kes/<uuid:case_id>/rujuk/", choose, name="case_refer"),
    path("kes/<uuid:case_id>/rujuk/<slug:to>/", refer_to, name="case_refer_to"),
]
