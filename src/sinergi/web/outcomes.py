"""The person's own page: did the help arrive, is the need answered? Opened by a link or by the code of a letter, without signing in.

Opening never spends the link: only the answer does, so that a preview, a HEAD or a second look changes nothing. Nothing but the token stands
in the address, no name on the page, no trace in caches, search engines or the address of the next page. It works without cookies and scripts.
Wrong codes are counted in the database, by the place they come from.
"""
from http import HTTPStatus
from typing import Any
from uuid import UUID

from axes.helpers import get_client_ip_address
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from sinergi.cases import actions, queries
from sinergi.cases.days import after
from sinergi.core.time import date_words
from sinergi.kernel import links
from sinergi.kernel.acting import acting
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Agency

from .case_words import need_words
from .typed import TypedForm, agency_names, language, text, today, words_field

SWITCH = "bahasa"  # ?bahasa=en: the other language by a link, because a form would need a cookie
YES, NO = "yes", "no"
SAFE = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store, private", "X-Robots-Tag": "noindex, nofollow"}


class AnswerForm(TypedForm):
    """The two questions, and room for a word."""

    received = forms.ChoiceField(label=gettext_lazy("Did you receive this help?"), required=True, widget=forms.RadioSelect)
    solved = forms.ChoiceField(label=gettext_lazy("Is this need solved for you?"), required=True, widget=forms.RadioSelect)
    words = words_field(gettext_lazy("Anything you want to tell us"), needed=False, most=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received"].choices = [(YES, _("Yes, I received it")), (NO, _("Not yet"))]  # type: ignore[attr-defined]
        self.fields["solved"].choices = [(YES, _("Yes, it is solved")), (NO, _("No, I still need help"))]  # type: ignore[attr-defined]
        self.fields["words"].widget.attrs["rows"] = 3

    def answers(self) -> tuple[bool, bool] | None:
        """(received, solved), or None with the questions marked that were left open."""
        for name in ("received", "solved"):
            if self.value(name) not in (YES, NO):
                self.wrong(name, _("Choose one of the two answers."))
        return None if self.errors else (self.value("received") == YES, self.value("solved") == YES)


class CodeForm(TypedForm):
    """The code of a letter."""

    code = text(gettext_lazy("Code"), most=40, needed=True, autocapitalize="characters")


def spoken(request: HttpRequest, own: str = "") -> str:
    """The language of the page: the one asked for by the link, else chosen before, else the person's own."""
    asked = request.GET.get(SWITCH, "")
    if asked in dict(settings.LANGUAGES):
        return asked
    if request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) in dict(settings.LANGUAGES) or own not in dict(settings.LANGUAGES):
        return language()
    return own


def page(request: HttpRequest, template: str, context: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    """A page of the person: in the active language, the other one a link away, kept nowhere."""
    code, name = next((code, name) for code, name in settings.LANGUAGES if code != language())
    other = {"address": f"{request.path}?{SWITCH}={code}", "code": code, "name": name}
    answer = render(request, f"outcomes/{template}.html", {"other": other, "agency": "", "website": ""} | context, status=status)
    for header, value in SAFE.items():
        answer[header] = value
    return answer


def whom_to_call(agency: str) -> dict[str, str]:
    """The office that holds the case, and its site where a source shows one."""
    website = Agency.objects.filter(code=agency).values_list("website", flat=True).first() or ""
    site = website.removeprefix("https://").removeprefix("www.").rstrip("/")
    return {"agency": agency_names().get(agency, agency.upper()), "website": website, "website_words": site}


@csrf_exempt  # the token is the right to answer; a cookie would shut out browsers without
@require_http_methods(["GET", "HEAD", "POST"])
def outcome(request: HttpRequest, token: str) -> HttpResponse:
    """The two questions; after the answer, what happens next. A link that is used, over or broken still leads on."""
    try:
        with acting(actions.PERSON, purpose="follow"):
            view = queries.asked(token, on=today())
    except Refused:
        view = None
    with translation.override(spoken(request, view.language if view else "")):
        if view is None:
            return broken(request)
        if view.used_at is not None or view.state in ("yes", "no"):
            return thanks(request, view)
        if view.over:
            return over(request, view)
        return answered(request, view, token) if request.method == "POST" else questions(request, view, AnswerForm())


def questions(request: HttpRequest, view: queries.AskedView, form: AnswerForm, refused: str = "") -> HttpResponse:
    """The page that asks. Reading it changes nothing."""
    facts = {"agency": agency_names().get(view.agency, view.agency.upper()), "need": need_words(view.need).lower(),
             "day": date_words(view.served_on, language())}
    return page(request, "ask", {
        "form": form, "questions": [form["received"], form["solved"]], "refused": refused, "until": view.expires_on,
        "what": _("%(agency)s says that it helped you on %(day)s: %(need)s.") % facts} | whom_to_call(view.next_agency),
                HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK)


def answered(request: HttpRequest, view: queries.AskedView, token: str) -> HttpResponse:
    """Take the answer, once. Sent twice, or by two windows, the first stands and the second is told so."""
    form = AnswerForm(request.POST.dict())
    answers = form.answers()
    if answers is None:
        return questions(request, view, form)
    try:
        with acting(actions.PERSON, purpose="follow"):
            actions.person_answers(token, received=answers[0], solved=answers[1], said=form.value("words"), on=today(), at=timezone.now())
    except Refused as why:
        if why.code not in ("outcome.link_used", "outcome.answered"):
            return questions(request, view, form, why.sentence(language()))
    return redirect(request.get_full_path())


def thanks(request: HttpRequest, view: queries.AskedView) -> HttpResponse:
    """Answered: what happens next, by when, who holds it."""
    at = view.used_at or timezone.now()
    call, day = whom_to_call(view.next_agency), after("reopened", timezone.localdate(at))
    if view.state == "yes":
        heading, text, onward = _("Thank you"), _("You said that the help arrived and that it is solved. Your case is closed."), _(
            "If the need comes back, go to any counter; you need not explain everything again.")
    else:
        heading, text = _("Thank you. Your case is open again."), _("You said that it is not solved yet. You need not apply anew.")
        onward = _("%(agency)s gets in touch with you by %(day)s.") % {"agency": call["agency"], "day": date_words(day, language())}
    return page(request, "done", {"heading": heading, "text": text, "next_words": onward, "answered_at": at} | call)


def over(request: HttpRequest, view: queries.AskedView) -> HttpResponse:
    """The link ended before it was used: how to answer all the same."""
    return page(request, "closed", {
        "heading": _("This link has ended"),
        "text": _("It was good until %(day)s. Your answer still counts: tell any counter, or ask for a new link.") % {
            "day": date_words(view.expires_on, language())}} | whom_to_call(view.next_agency), HTTPStatus.GONE)


def broken(request: HttpRequest) -> HttpResponse:
    """No such link: cut off by a message, or changed."""
    return page(request, "closed", {
        "heading": _("This link is not complete"),
        "text": _("It may have been cut off in the message. Open it again from there, type the code of your letter, or ask for a new link.")},
                HTTPStatus.NOT_FOUND)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The code of a letter leads to the same page as a link. Wrong ones are counted; after too many the address waits an hour."""
    with translation.override(spoken(request)):
        form, refused = CodeForm(request.POST.dict() if request.method == "POST" else None), ""
        if request.method == "POST":
            typed = "".join(form.value("code").split()).replace("-", "").upper()
            try:
                asking = asking_of(typed, str(get_client_ip_address(request) or ""))
            except Refused as why:
                answer = page(request, "code", {"form": form, "refused": why.sentence(language())}, HTTPStatus.TOO_MANY_REQUESTS)
                answer["Retry-After"] = str(why.facts["seconds"])
                return answer
            if asking is not None:
                return redirect("outcome", links.signed(asking))
            form.wrong("code", _("No letter has this code. Look again: it has eight letters and digits, never O, I, 0 or 1."))
        return page(request, "code", {"form": form, "refused": refused},
                    HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK)


def asking_of(typed: str, source: str) -> UUID | None:
    """The asking a code belongs to; None, and one more wrong code counted, where there is none. Refused("outcome.too_many_codes")."""
    now = timezone.now()
    with acting(actions.PERSON, purpose="follow"):
        actions.may_guess(source, now)
        found = queries.asking_by_code(actions.fingerprint(typed)) if typed else None
        if found is None:
            actions.note_guess(source, now)
    return found


urlpatterns = [path("j/", code, name="outcome_code"), path("j/<str:token>/", outcome, name="outcome")]
