"""One case: whose it is, what comes next and when, the journey; and each step of it on a page of its own."""
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from sinergi.cases import actions, queries
from sinergi.cases import words as said
from sinergi.cases.days import after
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import codes
from sinergi.registry import queries as registry

from . import case_forms as forms_of
from .admission import needs
from .case_journey import application_rows, attempts, ended, journey
from .case_words import agency_words, need_words, referral_tag, step_words
from .person.shown import file_of
from .typed import TypedForm, agency_names, due_words, language, listed, strip_of, today, word

MAY = {"contact": "contact.record", "served": "outcome.record", "refer": "referral.send", "plan": "case.plan", "hand_over": "case.hand_over"}


@dataclass(frozen=True)
class Step:
    """One step of a case: its words, its form, what it does. `says` is the consequence, `done` what is said afterwards."""

    title: str
    says: str
    button: str
    done: str
    form: TypedForm
    work: Callable[[Actor], Any]
    halves: tuple[tuple[str, ...], ...]
    context: dict[str, Any] = field(default_factory=dict)


def found(case_id: UUID) -> queries.CaseView:
    """A case one may see. Raises Http404."""
    view = queries.case(case_id)
    if view is None:
        raise Http404
    return view


def strip(view: queries.CaseView, names: dict[str, str]) -> dict[str, Any]:
    """Whose it is, who holds this case and when it goes on; of somebody not open to the visitor only that."""
    person = registry.person(view.person_id)
    base = strip_of(person, names) if person else {"name": _("A person not open to your agency"), "state": "", "identity": "", "details": []}
    return base | {"office": agency_words(view.agency, names), "next_on": view.next_on, "by": view.holder, "open": person is not None}


def frame_of(view: queries.CaseView, names: dict[str, str]) -> dict[str, Any]:
    """What every page of a case shows first."""
    person = strip(view, names)
    crumbs = [(reverse("my_day"), _("My day"))]
    if person["open"]:
        crumbs.append((reverse("person", args=[view.person_id]), person["name"]))
    return {"case": view, "person": person, "need": need_words(view.need), "crumbs": crumbs, "agency": agency_words(view.agency, names)}


@needs("case.read")
@require_GET
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The page of a case."""
    actor, names = request.actor, agency_names()  # type: ignore[attr-defined]
    view = found(case_id)
    context = frame_of(view, names)
    mine, is_open = view.agency == actor.agency, view.state == "open"
    referrals = queries.referrals_of(view.id)
    may = {step: actor.holds(verb) and mine for step, verb in MAY.items()} | {
        "confirm": actor.holds("outcome.confirm") and mine, "ask": actor.holds("outcome.ask") and mine,
        "close": actor.reaches("case.close_unreachable", view.agency)}
    return render(request, "cases/one.html", context | {
        "here": context["need"], "is_open": is_open, "step": step_words(view.next_step), "may": may, "waiting_outcome": view.waiting,
        "late": view.next_on is not None and view.next_on < today(), "due": due_words(view.next_on) if view.next_on else "", "holder": view.holder,
        "end": ended(view), "moments": journey(view, referrals, actor, names), "applications": application_rows(view, actor),
        "referrals": [{"id": r.id, "words": agency_words(r.to_agency, names)} | referral_tag(r.state) for r in referrals]})


def take(request: HttpRequest, view: queries.CaseView, step: Step) -> HttpResponse:
    """Show the page of a step; on a post, take it, or say what is wrong beside the fields."""
    refused = ""
    if request.method == "POST":
        try:
            answer = step.work(request.actor)  # type: ignore[attr-defined]
            if isinstance(answer, HttpResponse):
                return answer
            messages.success(request, step.done)
            return redirect("case", view.id)
        except Refused as why:
            refused = step.form.say_refused(why)
    rows = [[step.form[name] for name in row if name in step.form.fields] for row in step.halves]
    context = frame_of(view, agency_names())
    crumbs = [*context["crumbs"], (reverse("case", args=[view.id]), context["need"])]
    return render(request, "cases/step.html", context | step.context | {"step": step, "rows": rows, "refused": refused, "crumbs": crumbs},
                  status=422 if request.method == "POST" else 200)


def given(request: HttpRequest) -> Any:
    """What was posted, or None so that a form shows its first values."""
    return request.POST.dict() if request.method == "POST" else None


@needs("contact.record")
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Somebody called, visited, wrote, or came."""
    view = found(case_id)
    form = forms_of.ContactForm(given(request), initial={"inward": forms_of.NO})

    def work(actor: Actor) -> None:
        actions.record_contact(view.id, actor=actor, at=timezone.now(), on=today(), **form.fields_said())

    return take(request, view, Step(
        _("Record a contact"), _("Each try counts, also the one that reached nobody: only recorded tries show that the person was looked for."),
        _("Record it"), _("The contact is recorded."), form, work, (("channel",), ("inward",), ("reached",), ("note",), ("next_on",))))


@needs("case.plan")
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The next step and its day."""
    view = found(case_id)
    form = forms_of.PlanForm(given(request), initial={"next_step": view.next_step, "next_on": forms_of.written(view.next_on)})

    def work(actor: Actor) -> None:
        actions.plan_case(view.id, actor=actor, next_on=forms_of.day_in(form, "next_on"), next_step=form.value("next_step"), on=today(),
                          at=timezone.now())

    return take(request, view, Step(
        _("Set the next step"), _("On that day the case stands on top of your day. An open case is never without a date."), _("Set it"),
        _("The next step is set."), form, work, (("next_step",), ("next_on",))))


@needs("case.hand_over")
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """To a colleague, or to another agency that may open the person."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    view = found(case_id)
    form = forms_of.HandForm(given(request), actor=actor, initial={"next_on": forms_of.written(view.next_on)})

    def work(actor: Actor) -> None:
        try:
            actions.hand_over(view.id, actor=actor, next_on=forms_of.day_in(form, "next_on"), on=today(), at=timezone.now(), **form.whom())
        except Refused as why:
            why.field = "to" if why.field in ("to_user", "to_agency") else why.field
            raise

    return take(request, view, Step(
        _("Hand the case over"), _("Whoever takes it is responsible from this moment, with the date you set. To ask an agency first, refer instead."),
        _("Hand over"), _("The case was handed over."), form, work, (("to",), ("next_on",))))


@needs("outcome.record")
@require_http_methods(["GET", "POST"])
def served(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The help was given; now the person is asked."""
    view = found(case_id)
    form = forms_of.ServedForm(given(request), initial={"served_on": forms_of.written(today()), "channel": "sms"})

    def work(actor: Actor) -> HttpResponse:
        asked = actions.record_outcome(view.id, actor=actor, served_on=forms_of.day_in(form, "served_on"), channel=form.value("channel"),
                                       on=today(), at=timezone.now(), words=form.value("words"))
        return asked_page(request, view, asked, form.value("words"))

    return take(request, view, Step(
        _("Help was given"), _("This does not close the case: the person is asked whether the help came and whether the need is solved."),
        _("Record, and ask the person"), "", form, work, (("served_on",), ("words",), ("channel",))))


@needs("outcome.ask")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask the person once more, by the same way or another."""
    view = found(case_id)
    outcome = waiting_of(view)
    form = forms_of.AskForm(given(request), initial={"channel": "letter"})

    def work(actor: Actor) -> HttpResponse:
        asked = actions.ask_again(outcome.id, actor=actor, channel=form.value("channel"), on=today(), at=timezone.now())
        return asked_page(request, view, asked, outcome.words)

    return take(request, view, Step(
        _("Ask the person again"), _("Links and codes sent before stay good until they are used or end."), _("Ask"), "", form, work, (("channel",),)))


def waiting_of(view: queries.CaseView) -> queries.OutcomeView:
    """The outcome that waits for the person's answer. Raises Http404."""
    if view.waiting is None:
        raise Http404
    return view.waiting


def asked_page(request: HttpRequest, view: queries.CaseView, asked: actions.Asked, words: str) -> HttpResponse:
    """How the person was asked, and the letter with the code, shown this once."""
    context = frame_of(found(view.id), agency_names())
    crumbs = [*context["crumbs"], (reverse("case", args=[view.id]), context["need"])]
    return render(request, "cases/asked.html", context | {
        "crumbs": crumbs, "here": _("The person is asked"), "how_words": how_words(asked), "code": f"{asked.code[:4]} {asked.code[4:]}",
        "until": asked.expires_on, "day": today(), "site": settings.ORIGIN.split("//")[-1], "question": question_words(view, words),
        "may_confirm": request.actor.holds("outcome.confirm")})  # type: ignore[attr-defined]


def how_words(asked: actions.Asked) -> str:
    """How the person was asked, and until when the answer is good."""
    day = {"day": f"{asked.expires_on:%d/%m/%Y}"}
    if asked.channel == "letter":
        return _("Print the letter and give or send it. The person has until %(day)s to answer.") % day
    if asked.channel == "counter":
        return _("Ask the two questions now, or give the person this letter; it can be answered until %(day)s.") % day
    return _("A message with a link is on its way, good until %(day)s. The letter is for who cannot open it.") % day


def question_words(view: queries.CaseView, words: str) -> str:
    """What the letter asks about."""
    about = words or need_words(view.need)
    return _("We were told that you were helped: %(what)s. Did it arrive, and is it solved? Only your own word closes this case.") % {"what": about}


@needs("outcome.confirm")
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The person answered at the counter or by phone: what was said, who asked."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    view = found(case_id)
    outcome, person = waiting_of(view), registry.person(view.person_id)
    form = forms_of.ConfirmForm(given(request), initial={"asked_by": actor.name, "how": "counter"},
                                answerers=forms_of.answerers(view.person_id, person.name if person else ""))

    def work(actor: Actor) -> HttpResponse | None:
        answers = form.answers()
        if answers is None:
            raise Refused("outcome.unanswered")
        by = form.value("answered_by") if "answered_by" in form.fields else ""
        actions.confirm_outcome(outcome.id, actor=actor, received=answers[0], solved=answers[1], how=form.value("how"), on=today(),
                                at=timezone.now(), asked_by=form.value("asked_by"), said=form.value("said"), answered_by=UUID(by) if by else None)
        return None

    return take(request, view, Step(
        _("Write down the answer"), _("Two times yes closes the case. Any no opens it again, with a date within two days."), _("Record the answer"),
        _("The answer is recorded."), form, work, (("received",), ("solved",), ("said",), ("how",), ("answered_by", "asked_by"))))


@needs("case.close_unreachable")
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """A supervisor closes a case whose person cannot be reached; the recorded tries stand beside it."""
    view = found(case_id)
    form = forms_of.UnreachableForm(given(request))

    def work(actor: Actor) -> None:
        actions.close_unreachable(view.id, actor=actor, reason=form.value("reason"), at=timezone.now())

    return take(request, view, Step(
        _("Close: the person cannot be reached"),
        _("Counted apart from those who said themselves that it is solved. The person can come back any day."), _("Yes, close it"),
        _("The case is closed as unreachable."), form, work, (("reason",),), {"attempts": attempts(view)}))


def case_rows(person_id: UUID, names: dict[str, str]) -> list[dict[str, Any]]:
    """The cases of a person, one for each need."""
    return [{"id": c.id, "need": need_words(c.need), "standing": c.standing, "agency": agency_words(c.agency, names), "next_on": c.next_on,
             "late": c.next_on is not None and c.next_on < today(), "due": due_words(c.next_on) if c.next_on else "", "closed_at": c.closed_at,
             "step": step_words(c.next_step) if c.state == "open" else word(said.CLOSED_AS, c.closed_as)} for c in queries.cases_of(person_id)]


@needs("case.read")
@require_http_methods(["GET", "POST"])
def person_cases(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The tab of a person's file: each need with its state; another one opened by a post."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context, refused = file_of(request, person_id, "person_cases"), ""
    may_open = actor.holds("case.open") and not context["view"].erased
    if request.method == "POST" and may_open:
        try:
            made = actions.open_case(context["person_id"], actor=actor, need=request.POST.get("need", ""), next_on=after("first_step", today()),
                                     next_step="screen", on=today(), at=timezone.now())
            return redirect("case", made.pk)
        except Refused as why:
            refused = why.sentence(language())
    rows = case_rows(context["person_id"], context["agencies"])
    return render(request, "person/cases.html", context | {"rows": rows, "may_open": may_open, "needs": listed(codes.NEEDS), "refused": refused},
                  status=422 if refused else 200)


urlpatterns = [
    path("orang/<uuid:person_id>/kes/", person_cases, name="person_cases"),
    path("kes/<uuid:case_id>/", case, name="case"),
    path("kes/<uuid:case_id>/hubungan/", contact, name="case_contact"),
    path("kes/<uuid:case_id>/langkah/", plan, name="case_plan"),
    path("kes/<uuid:case_id>/serah/", hand_over, name="case_hand_over"),
    path("kes/<uuid:case_id>/dibantu/", served, name="case_served"),
    path("kes/<uuid:case_id>/tanya/", ask, name="case_ask"),
    path("kes/<uuid:case_id>/jawapan/", confirm, name="case_confirm"),
    path("kes/<uuid:case_id>/tutup/", close, name="case_close"),
]
