"""One step for several cases of my day: the next date, a contact, handing over; or on to a group referral. Each case is its own action: what is
refused for one is said beside it and leaves the others done."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from sinergi.cases import actions, queries
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from . import case_forms as forms_of
from .case_words import need_words
from .typed import TypedForm, actor_at, language, today

MOST = 100
VERBS = {"plan": "case.plan", "contact": "contact.record", "hand_over": "case.hand_over", "refer": "referral.send"}


@dataclass(frozen=True)
class ManyStep:
    """A step for several: its words, its form, and what it does to one case."""

    title: str
    says: str
    button: str
    form: TypedForm
    work: Callable[[UUID, Actor], Any]


def chosen(request: HttpRequest) -> list[queries.CaseView]:
    """The cases that were ticked and that are one's own, in the order of the page."""
    found = []
    for typed in dict.fromkeys(request.POST.getlist("case")[:MOST]):
        try:
            view = queries.case(UUID(typed))
        except ValueError:
            continue
        if view is not None:
            found.append(view)
    return found


def step_of(do: str, data: Any, actor: Actor) -> ManyStep:
    """The step asked for. Raises Http404 for what is none."""
    if do == "plan":
        plan = forms_of.PlanForm(data, initial={"next_on": forms_of.written(today())})
        return ManyStep(_("Set the next step"), _("The same step and day for each."), _("Set it for all"), plan, lambda case, who: actions.plan_case(
            case, actor=who, next_on=forms_of.day_in(plan, "next_on"), next_step=plan.value("next_step"), on=today(), at=timezone.now()))
    if do == "contact":
        contact = forms_of.ContactForm(data, initial={"inward": forms_of.NO})
        return ManyStep(_("Record a contact"), _("The same contact is recorded with each."), _("Record it for all"), contact,
                        lambda case, who: actions.record_contact(case, actor=who, at=timezone.now(), on=today(), **contact.fields_said()))
    if do == "hand_over":
        hand = forms_of.HandForm(data, actor=actor, initial={"next_on": forms_of.written(today())})
        return ManyStep(_("Hand the cases over"), _("Whoever takes them is responsible from this moment."), _("Hand all over"), hand,
                        lambda case, who: actions.hand_over(case, actor=who, next_on=forms_of.day_in(hand, "next_on"), on=today(),
                                                            at=timezone.now(), **hand.whom()))
    raise Http404


@login_required
@require_POST
def many(request: HttpRequest) -> HttpResponse:
    """First the page with those ticked and the fields; then each case, one by one."""
    do = request.POST.get("do", "")
    if do not in VERBS:
        raise Http404
    actor, picked = actor_at(request, VERBS[do]), chosen(request)
    if not picked:
        messages.warning(request, _("Nobody was ticked. Tick the people first, then choose what to do."))
        return redirect("my_day")
    if do == "refer":
        return redirect(f"{reverse('group_referral')}?{'&'.join(f'case={c.id}' for c in picked)}")
    sure = "sure" in request.POST
    step = step_of(do, request.POST.dict() if sure else None, actor)
    failed, refused, done = apply_to(picked, step, actor) if sure else ([], "", 0)
    if done:
        messages.success(request, ngettext("Done for %(n)s case.", "Done for %(n)s cases.", done) % {"n": done})
        if not failed:
            return redirect("my_day")
    rest = [c for c in picked if not done or c.id in {row["id"] for row in failed}]
    return render(request, "my_day/many.html", {
        "do": do, "step": step, "fields": list(step.form), "refused": refused, "failed": failed if done else [],
        "chosen": [{"id": c.id, "name": c.name or _("not open to you"), "need": need_words(c.need)} for c in rest]},
                  status=422 if sure else 200)


def apply_to(picked: list[queries.CaseView], step: ManyStep, actor: Actor) -> tuple[list[dict[str, Any]], str, int]:
    """Do it to each: (those refused with why, the sentence where the form itself is wrong, how many were done)."""
    failed: list[dict[str, Any]] = []
    first: Refused | None = None
    for view in picked:
        try:
            step.work(view.id, actor)
        except Refused as why:
            first = first or why
            failed.append({"id": view.id, "name": view.name or _("not open to you"), "why": why.sentence(language())})
    done = len(picked) - len(failed)
    return failed, step.form.say_refused(first) if first is not None and not done else "", done
