"""Who may live here too, be family or be supported: what the register proposes, and the page on which the people's answer is written down."""
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import actions, codes, queries
from sinergi.registry.actions.proposals import SAID_BY

from ..typed import TypedForm, actor_at, age_words, listed, today, word
from .shown import file_of, household_at

QUESTIONS = {
    "lives_together": gettext_lazy("Does %(other)s live here too?"),
    "family": gettext_lazy("Are %(member)s and %(other)s family?"),
    "supports": gettext_lazy("Does one of %(member)s and %(other)s support the other?")}
TIES = {"family": gettext_lazy("family elsewhere"), "supports": gettext_lazy("one supports the other")}
EVIDENCE = {
    "same_address": gettext_lazy("the same address"), "same_phone": gettext_lazy("the same phone"), "lives_apart": gettext_lazy("another address"),
    "names_spouse": gettext_lazy("named as husband or wife"), "names_mother": gettext_lazy("named as the mother"),
    "father_of": gettext_lazy("one bears the other’s name as the father’s"), "same_father": gettext_lazy("the same father’s name"),
    "child": gettext_lazy("one is under 18"), "old": gettext_lazy("one is 60 or older")}
SAYS = {
    "lives_together": gettext_lazy("Who lives here is counted in this household’s programmes from today, and leaves the household he was in."),
    "family": gettext_lazy("It is written down as said. Nobody joins a household by it."),
    "supports": gettext_lazy("It is written down as said. Nobody joins a household by it.")}


class TogetherForm(TypedForm):
    """Who answered; and, where people may live together, who of them lives here and as what."""

    said_by = forms.ChoiceField(label=gettext_lazy("Who answered?"), required=True, widget=forms.RadioSelect)

    def __init__(self, asked: queries.ProposalView, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["said_by"].choices = [(code, word(codes.SAID_BY, code)) for code in SAID_BY]  # type: ignore[attr-defined]
        self.people = [asked.other, *(m.person for m in asked.others)] if asked.kind == "lives_together" else []
        for person in self.people:
            self.fields[f"lives.{person.id}"] = forms.ChoiceField(label=person.name, required=False, choices=[
                ("", _("does not live here")), *listed(codes.RELATIONS)])

    def joins(self) -> dict[UUID, str]:
        """Person -> relation, of those who live here."""
        return {person.id: relation for person in self.people if (relation := self.value(f"lives.{person.id}"))}


def asked_words(asked: queries.ProposalView) -> dict[str, Any]:
    """A proposal as a question, with what speaks for it in words."""
    names = {"member": asked.member.name, "other": asked.other.name}
    return {"of": asked, "question": str(QUESTIONS[asked.kind]) % names, "why": evidence_words(asked.evidence), "says": str(SAYS[asked.kind]),
            "age": age_words(asked.other.birth_date, today(), asked.other.died_on)}


def evidence_words(evidence: Iterable[str]) -> str:
    """What speaks for a proposal, in a row."""
    return ", ".join(str(EVIDENCE[code]) for code in evidence)


def tie_words(tie: queries.ProposalView) -> dict[str, Any]:
    """Family elsewhere, as the people said."""
    return {"id": tie.other.id, "name": tie.other.name, "words": str(TIES[tie.kind]), "said_by": word(codes.SAID_BY, tie.said_by),
            "on": tie.answered_at}


def parts_of(household_id: UUID | None, actor: Actor) -> dict[str, Any]:
    """What the household's page shows: the questions that wait, for who may write the answer down, and the ties that were said."""
    if household_id is None:
        return {"asked": [], "ties": []}
    asked = queries.proposals_of(household_id, today()) if actor.holds("household.accept_proposal") else ()
    return {"asked": [asked_words(a) for a in asked], "ties": [tie_words(t) for t in queries.ties_of(household_id, today())]}


@login_required
@require_http_methods(["GET", "POST"])
def together(request: HttpRequest, person_id: UUID, proposal_id: UUID) -> HttpResponse:
    """One question, put to the people; their yes or no is written down with who said it."""
    actor = actor_at(request, "household.accept_proposal")
    context = file_of(request, person_id, "person")
    household, _members = household_at(context["person_id"])
    found = next((a for a in queries.proposals_of(household, today()) if a.id == proposal_id), None) if household else None
    if household is None or found is None:
        raise Http404
    form, refused = TogetherForm(found, request.POST.dict() if request.method == "POST" else None), ""
    if request.method == "POST":
        try:
            answer(request, household, found, form, actor)
            return redirect("person", person_id)
        except Refused as why:
            refused = form.say_refused(why)
    return render(request, "person/together.html", context | {"asked": asked_words(found), "form": form, "refused": refused,
                                                              "lives": [form[f"lives.{p.id}"] for p in form.people]},
                  status=422 if request.method == "POST" else 200)


def answer(request: HttpRequest, household: UUID, asked: queries.ProposalView, form: TogetherForm, actor: Actor) -> None:
    """Write the answer that was posted down. Raises Refused."""
    if request.POST.get("answer") == "no":
        actions.refuse_proposal(asked.id, actor=actor, said_by=form.value("said_by"))
        messages.success(request, _("Written down: it is not so. This is not asked again."))
        return
    actions.accept_proposal(asked.id, actor=actor, household_id=household, said_by=form.value("said_by"), on=today(), joins=form.joins())
    messages.success(request, _("Written down as said."))
