"""The page of an application, and deciding it under the agency's own Act: asked for more, checked before saving, decided; the letter."""
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sinergi.assistance import actions, queries
from sinergi.assistance.actions import AwardTerms
from sinergi.benefits import queries as benefits
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from . import letters
from .admission import needs
from .application_view import OPEN, found, given_by_law, reason_choices, shown
from .award_forms import PAYS, Terms, TermsForm, day, files_field, typed_day
from .overlap_lock import approved, lock_of, lock_said
from .templatetags.sinergi import date_words, money
from .typed import TypedForm, actor_at, day_field, today, words_field

OUTCOMES = {"approve": gettext_lazy("Approve"), "refuse": gettext_lazy("Refuse, with reasons")}
FIELDS = ("outcome", "override", "words", "amount", "pay", "from_on", "to_on", "against")


class AttachForm(TypedForm):
    """Documents."""

    papers = files_field()


class AnswerForm(AttachForm):
    """The answer to what the agency asked, with documents."""

    words = words_field(gettext_lazy("Your answer"), most=2000)
    field_order = ("words", "papers")


class AskForm(TypedForm):
    """What is asked before deciding, and until when."""

    words = words_field(gettext_lazy("What you ask, as the person reads it"), most=1000,
                        hint=gettext_lazy("One thing at a time: which paper, from whom, for which month"))
    by_on = day_field(gettext_lazy("Answer before"), needed=True)


class DecideForm(TermsForm):
    """A decision: its outcome, its reasons, the words the person reads, and what is given."""

    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), required=True, widget=forms.RadioSelect)
    override = forms.ChoiceField(label=gettext_lazy("Use an approved exception"), required=False)
    reasons = forms.MultipleChoiceField(label=gettext_lazy("Reasons"), required=False, widget=forms.CheckboxSelectMultiple,
                                        help_text=gettext_lazy("Tick what the decision rests on; a refusal needs at least one"))
    words = words_field(gettext_lazy("Reason, as the person will read it"), hint=gettext_lazy("Short sentences, no other agency’s name"), most=2000)
    against = words_field(gettext_lazy("Why against the screening"), needed=False, most=1000,
                          hint=gettext_lazy("Needed where you decide other than the screening shows; the person does not read it"))

    def __init__(self, *args: Any, view: queries.ApplicationView, actor: Actor, locked: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        exceptions = approved(view.row.person_id, view.row.programme, actor)
        approve = f"{OUTCOMES['approve']} · {locked}" if locked else str(OUTCOMES["approve"])
        self.offer("outcome", [("approve", approve), ("refuse", str(OUTCOMES["refuse"]))])
        self.offer("reasons", reason_choices(view, today()))
        self.offer("override", [("", _("none")), *exceptions])
        if not exceptions:
            del self.fields["override"]

    def offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Fill a list."""
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def place_of(self, field: str) -> str | None:
        """`text` of the action is `words` here."""
        return "words" if field == "text" else super().place_of(field)

    @property
    def approves(self) -> bool:
        """Is it an approval?"""
        return bool(self.value("outcome") == "approve")

    def decided(self) -> dict[str, Any]:
        """What `decide` takes. Raises Refused for what cannot be read."""
        exception = self.value("override") if "override" in self.fields else ""
        terms = self.terms() if self.approves else None
        return {"outcome": self.value("outcome"), "reasons": tuple(self.value("reasons") or ()), "text": self.value("words"),
                "against": self.value("against"), "override_id": UUID(exception) if exception else None,
                "award": AwardTerms(terms.from_on, terms.to_on, terms.amount, terms.pay) if terms else None}


def first_values(view: queries.ApplicationView) -> dict[str, Any]:
    """What the form of a decision shows first: what the law gives, from today."""
    given = given_by_law(view)
    return {"from_on": typed_day(today()), "amount": given.get("amount", ""), "pay": given.get("pay", "monthly")}


def page(request: HttpRequest, application_id: UUID, *, refused: str = "", **given: TypedForm) -> HttpResponse:
    """The page, its forms as they were posted."""
    actor = actor_at(request, "application.read")
    view = found(application_id, actor)
    context, row = shown(view, actor), view.row
    still, mine, sent = row.state in OPEN, row.agency == actor.agency, row.from_agency == actor.agency
    may = {"decide": still and mine and actor.holds("application.decide"),
           "ask": row.state == "lodged" and mine and actor.holds("application.ask_more"),
           "answer": row.state == "asked" and sent and actor.holds("application.answer"),
           "attach": still and (mine or sent) and actor.holds("application.attach") and not (row.state == "asked" and sent),
           "withdraw": still and sent and actor.holds("application.withdraw")}
    lock = lock_of(view, actor) if may["decide"] else None
    kept = {"ask_form": AskForm(), "answer_form": AnswerForm(), "attach_form": AttachForm()} | given
    if may["decide"] and "decide_form" not in kept:
        kept["decide_form"] = DecideForm(view=view, actor=actor, locked=lock["short"] if lock else "", initial=first_values(view))
    return render(request, "applications/one.html", context | kept | {"may": may, "lock": lock, "refused": refused, "posted": list(given.values())},
                  status=422 if given or refused else 200)


@needs("application.read")
@require_GET
def application(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """The page of an application, for either side."""
    return page(request, application_id)


@needs("application.ask_more")
@require_POST
def ask(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Ask for more before deciding."""
    actor, form = actor_at(request), AskForm(request.POST.dict())
    found(application_id, actor)
    try:
        by_on = day(form, "by_on")
        if by_on is None:
            raise Refused("application.day_past", field="by_on")
        actions.ask_more(application_id, actor=actor, words=form.value("words"), by_on=by_on, at=timezone.now())
        messages.success(request, _("Asked. The person gets a message, and the clock runs to the day you gave."))
        return redirect("application", application_id)
    except Refused as why:
        return page(request, application_id, refused=form.say_refused(why), ask_form=form)


@needs("application.decide")
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Check (everything is tried and taken back, so that what would refuse it is said now), then save; `edit` goes back with what was typed."""
    actor = actor_at(request)
    view = found(application_id, actor)
    if request.method == "GET" or view.row.agency != actor.agency:
        return redirect("application", application_id)
    step = request.POST.get("step", "check")
    lock = lock_of(view, actor)
    form = DecideForm({**request.POST.dict(), "reasons": request.POST.getlist("reasons")}, view=view, actor=actor,
                      locked=lock["short"] if lock else "")
    if step == "edit":
        return page(request, application_id, decide_form=form)
    try:
        with transaction.atomic():
            now = timezone.now()
            actions.decide(application_id, actor=actor, on=timezone.localdate(now), at=now, **form.decided())
            if step != "save":
                transaction.set_rollback(True)
    except Refused as why:
        return page(request, application_id, refused=lock_said(why, form), decide_form=form)
    if step == "save":
        messages.success(request, _("Decided. The person gets a message; the letter is ready below."))
        return redirect("application", application_id)
    return render(request, "applications/check.html", check_context(view, form, actor))


def check_context(view: queries.ApplicationView, form: DecideForm, actor: Actor) -> dict[str, Any]:
    """The page that asks once more, with what the person will read."""
    context, said = shown(view, actor), dict(reason_choices(view, today()))
    name, terms = context["person"]["name"], form.terms() if form.approves else None
    reasons = form.value("reasons") or ()
    kept = [(field, form.value(field)) for field in FIELDS if field in form.fields]
    heading = _("Approve for %(name)s?") if form.approves else _("Refuse for %(name)s?")
    says = _("%(agency)s gives this from the day below, the need is locked for others, and %(name)s gets a message.") if form.approves else _(
        "%(name)s gets a message and the letter says how to appeal. The documents are removed later, by the retention rule.")
    return context | {
        "heading": heading % {"name": name}, "consequence": says % {"name": name, "agency": context["agency"]},
        "words": form.value("words") or _("Nothing but the decision itself."), "reasons": [said.get(code, code) for code in reasons],
        "terms": terms_rows(terms) if terms else [], "against": form.value("against"),
        "button": _("Yes, approve") if form.approves else _("Yes, refuse"), "kept": [*kept, *(("reasons", code) for code in reasons)]}


def terms_rows(terms: Terms) -> list[dict[str, str]]:
    """What is given, in words."""
    given = sum_words(terms.amount, terms.pay)
    ends = [{"label": _("Last day"), "value": date_words(terms.to_on)}] if terms.to_on else []
    return [{"label": _("What is given"), "value": given}, {"label": _("From"), "value": date_words(terms.from_on)}, *ends]


def sum_words(amount: Decimal | None, pay: str) -> str:
    """RM600 a month; in kind where there is no sum."""
    return f"{money(amount)} {PAYS[pay]}" if amount is not None else str(PAYS["in_kind"])


@needs("application.read")
@require_GET
def letter(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """The letter of the decision as a tagged PDF, in the language asked for, else the person's. Raises Http404 before there is one."""
    view = found(application_id, actor_at(request))
    content = queries.letter_of(view.decision.id) if view.decision else None
    if content is None:
        raise Http404
    asked = request.GET.get("bahasa", "")
    chosen = asked if asked in ("ms", "en") else "en" if content.language == "en" else "ms"
    given = benefits.entitlement(content.entitlement_id) if content.entitlement_id else None
    with translation.override(chosen):
        terms = terms_rows(Terms(given.amount, given.pay, given.from_on, given.to_on)) if given else []
    pdf = letters.decision_letter(content, chosen, terms)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="keputusan-{content.number}.pdf"'
    return response


urlpatterns = [
    path("permohonan/<uuid:application_id>/", application, name="application"),
    path("permohonan/<uuid:application_id>/minta/", ask, name="application_ask"),
    path("permohonan/<uuid:application_id>/putus/", decide, name="application_decide"),
    path("permohonan/<uuid:application_id>/surat.pdf", letter, name="application_letter"),
]
