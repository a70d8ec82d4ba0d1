"""Consent: the person's own act, per purpose and agency; given, withdrawn, and the receipt as a letter."""
from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from sinergi.core.identity import read_day
from sinergi.core.time import date_words
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import actions, codes, queries

from . import letters
from .person.shown import file_of
from .role_words import PURPOSES
from .typed import TypedForm, actor_at, agency_names, day_field, language, listed, partners, text, today, word

OFFERED = {"screen": gettext_lazy("show what I may receive"), "refer": gettext_lazy("refer me to an agency that can help"),
           "decide": gettext_lazy("decide an application of mine"), "pay": gettext_lazy("pay an award"),
           "follow": gettext_lazy("follow how I am doing")}


class ConsentForm(TypedForm):
    """Who may see the person, for what, and how he said so. Without partners to choose from: for one's own agency."""

    agency = forms.ChoiceField(label=gettext_lazy("To which agency"), required=True)
    purposes = forms.MultipleChoiceField(label=gettext_lazy("For what"), required=True, widget=forms.CheckboxSelectMultiple)
    given_by = forms.ChoiceField(label=gettext_lazy("Who consents"), required=True)
    wards = forms.MultipleChoiceField(label=gettext_lazy("Also for those the person answers for"), required=False,
                                      widget=forms.CheckboxSelectMultiple)
    how = forms.ChoiceField(label=gettext_lazy("How consent was given"), required=True, widget=forms.RadioSelect)
    witness = text(gettext_lazy("Witness"), hint=gettext_lazy("Name of who heard it; needed for spoken consent"), most=160)
    until_on = day_field(gettext_lazy("Until"), hint=gettext_lazy("Leave empty: until withdrawn. For example 31/12/2027"))
    language = forms.ChoiceField(label=gettext_lazy("Language of the receipt"), required=True, widget=forms.RadioSelect)

    def __init__(self, *args: Any, agencies: list[tuple[str, str]], givers: list[tuple[str, str]],
                 wards: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: dict[str, Any] = {"agency": [("", _("choose")), *agencies], "purposes": [(code, str(words)) for code, words in OFFERED.items()],
                                   "given_by": givers, "wards": wards, "how": listed(codes.HOW_GIVEN), "language": listed(codes.LANGUAGES)}
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        for name, missing in (("agency", not agencies), ("given_by", not givers), ("wards", not wards)):
            if missing:
                del self.fields[name]

    def consent(self) -> actions.ConsentGiven:
        """The consent as the registry records it. Raises Refused."""
        until = self.value("until_on")
        try:
            until_on = read_day(until, on=today()) if until else None
        except ValueError as wrong:
            raise Refused("day.unreadable", field="until_on", given=until) from wrong
        giver = self.value("given_by") if "given_by" in self.fields else ""
        return actions.ConsentGiven(how=self.value("how"), language=self.value("language"), purposes=tuple(self.value("purposes")),
                                    witness=self.value("witness"), until_on=until_on, given_by=UUID(giver) if is_id(giver) else None)


def purpose_words(code: str) -> str:
    """A purpose as the person agrees to it."""
    return str(OFFERED.get(code, PURPOSES.get(code, code)))


def is_id(given: str) -> bool:
    """Is it an id at all?"""
    try:
        return bool(UUID(given))
    except ValueError:
        return False


def posted(request: HttpRequest) -> dict[str, Any] | None:
    """What was posted, with every choice of several; None before."""
    many = {name: request.POST.getlist(name) for name in ("purposes", "wards")}
    return {**request.POST.dict(), **many} if request.method == "POST" else None


@login_required
@require_GET
def consents(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The tab: consents in force, those withdrawn or over."""
    actor_at(request, "person.read")
    context = file_of(request, person_id, "person_consents")
    rows = [row_of(c, context["agencies"]) for c in queries.consents(context["person_id"])]
    return render(request, "consent/tab.html", context | {
        "present": [r for r in rows if r["present"]], "past": [r for r in rows if not r["present"]]})


def row_of(c: queries.ConsentView, names: dict[str, str]) -> dict[str, Any]:
    """A consent in words."""
    over = c.until_on is not None and c.until_on < today()
    return {"id": c.id, "agency": names.get(c.agency, c.agency.upper()), "purpose": purpose_words(c.purpose), "witness": c.witness,
            "how": word(codes.HOW_GIVEN, c.how), "given_at": c.given_at, "until_on": c.until_on, "withdrawn_at": c.withdrawn_at,
            "given_by": c.given_by_name if c.given_by != c.person_id else "", "present": c.withdrawn_at is None and not over}


@login_required
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The person consents to a partner."""
    actor = actor_at(request, "consent.give")
    context = file_of(request, person_id, "person_consents")
    guardians = [(str(g.person.id), g.person.name) for g in queries.guardians(context["person_id"], today())]
    givers = [*guardians, (str(context["person_id"]), context["view"].name)] if guardians else []
    wards = [(str(w.person.id), w.person.name) for w in queries.wards(context["person_id"], today())]
    form = ConsentForm(posted(request), agencies=partners(but=context["view"].agency), givers=givers, wards=wards,
                       initial={"language": context["view"].language})
    refused = ""
    if request.method == "POST":
        try:
            give_for_all(form, context["person_id"], [pk for pk, _name in wards], actor)
            messages.success(request, _("Recorded. Print the receipt and give it to the person."))
            return redirect("person_consents", person_id)
        except Refused as why:
            why.field = "agency" if why.field == "agencies" else why.field
            refused = form.say_refused(named(why, context["agencies"]))
    return render(request, "consent/give.html", context | {"form": form, "refused": refused}, status=422 if request.method == "POST" else 200)


def give_for_all(form: ConsentForm, person_id: UUID, wards: list[str], actor: Actor) -> None:
    """The person's own consent, and that for the wards he chose, given by him: all or none. Raises Refused."""
    consent, now = form.consent(), timezone.now()
    chosen = [UUID(pk) for pk in wards if pk in form.value("wards")] if "wards" in form.fields else []
    with transaction.atomic():
        actions.give_consent(person_id, actor=actor, agencies=[form.value("agency")], consent=consent, at=now)
        for ward in chosen:
            actions.give_consent(ward, actor=actor, agencies=[form.value("agency")], consent=replace(consent, given_by=person_id), at=now)


def named(refused: Refused, names: dict[str, str]) -> Refused:
    """A refusal that names an agency by its name."""
    if "agency" in refused.facts:
        refused.facts["agency"] = names.get(str(refused.facts["agency"]), str(refused.facts["agency"]).upper())
    if refused.facts.get("given") == "":
        refused.facts["given"] = "—"
    return refused


@login_required
@require_http_methods(["GET", "POST"])
def claim(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """“This is the one”: somebody registered elsewhere stands at this counter and agrees that this agency may serve him."""
    actor = actor_at(request, "person.claim")
    found = queries.known_person(person_id, actor=actor)
    if found is None:
        raise Http404
    if found.mine:
        return redirect("person", person_id)
    form = ConsentForm(posted(request), agencies=[], givers=[], wards=[], initial={"language": language()})
    refused, names = "", agency_names()
    if request.method == "POST":
        try:
            actions.claim_person(person_id, actor=actor, consent=form.consent(), at=timezone.now())
            messages.success(request, _("Your agency may open this record from now on."))
            return redirect("person", person_id)
        except Refused as why:
            refused = form.say_refused(named(why, names))
    return render(request, "consent/claim.html", {
        "form": form, "refused": refused, "known": found, "agency": names.get(actor.agency, actor.agency.upper())},
                  status=422 if request.method == "POST" else 200)


def own(consent_id: UUID) -> queries.ConsentView:
    """A consent one may see. Raises Http404."""
    found = queries.consent(consent_id)
    if found is None:
        raise Http404
    return found


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """Ask once, with the consequence in a sentence; then what it opened is closed."""
    actor = actor_at(request, "consent.withdraw")
    found, names = own(consent_id), agency_names()
    row, refused = row_of(found, names), ""
    if request.method == "POST":
        try:
            actions.withdraw_consent(consent_id, actor=actor, at=timezone.now())
            messages.success(request, _("%(agency)s may not see this record for this purpose any more.") % {"agency": row["agency"]})
            return redirect("person_consents", found.person_id)
        except Refused as why:
            refused = why.sentence(language())
    return render(request, "consent/withdraw.html", {"consent": row, "person_id": found.person_id, "refused": refused},
                  status=422 if refused else 200)


@login_required
@require_GET
def receipt(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """The receipt as a tagged PDF in the language of the consent: everything agreed to with this agency at that moment."""
    actor_at(request, "person.read")
    first = own(consent_id)
    person, names = queries.person(first.person_id), {}
    if person is None:
        raise Http404
    with translation.override(first.language):
        names = agency_names()
        together = [c for c in queries.consents(first.person_id) if (c.agency, c.given_at) == (first.agency, first.given_at)]
        pdf = letters.letter("consent.typ", {
            "language": first.language, "name": person.name, "identity": person.masked, "agency": names.get(first.agency, first.agency.upper()),
            "registered_by": names.get(person.agency, person.agency.upper()), "purposes": [purpose_words(c.purpose) for c in together],
            "how": word(codes.HOW_GIVEN, first.how), "witness": first.witness,
            "given_on": date_words(timezone.localdate(first.given_at), first.language),
            "given_by": first.given_by_name if first.given_by != first.person_id else "",
            "until": date_words(first.until_on, first.language) if first.until_on else "",
            "withdrawn": [{"purpose": purpose_words(c.purpose), "on": date_words(timezone.localdate(c.withdrawn_at), first.language)}
                          for c in together if c.withdrawn_at], "number": str(first.id)[:8].upper()})
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="resit-{str(consent_id)[:8]}.pdf"'
    return response


urlpatterns = [
    path("orang/<uuid:person_id>/persetujuan/", consents, name="person_consents"),
    path("orang/<uuid:person_id>/persetujuan/beri/", give, name="consent_give"),
    path("orang/<uuid:person_id>/persetujuan/kami/", claim, name="person_claim"),
    path("persetujuan/<uuid:consent_id>/tarik/", withdraw, name="consent_withdraw"),
    path("persetujuan/<uuid:consent_id>/resit.pdf", receipt, name="consent_receipt"),
]
