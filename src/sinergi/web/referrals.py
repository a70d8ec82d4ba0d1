"""Referrals of one's agency: the inbox by time left, one referral with what was sent, and each answer to it."""
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sinergi.cases import actions, queries
from sinergi.cases.days import after
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import codes
from sinergi.registry import queries as registry

from . import case_forms as forms_of
from .admission import needs
from .case_words import agency_words, decline_words, need_words, programme_name, referral_tag
from .cases import given
from .consent_part import consent_words
from .names import is_veiled, veil, veiled
from .refer import able_rows
from .typed import TypedForm, agency_names, due_words, language, strip_of, today, word

BOXES = ("answer", "asked", "accepted", "sent", "returned", "ended")
OURS = ("sent", "returned")  # boxes of what we sent
WAITS = ("sent", "asked")
MOST = 50


def box_words(box: str) -> tuple[str, str, str]:
    """A box: its name, what it means that it is empty, what stands here."""
    return {
        "answer": (_("To answer"), _("Every referral is answered"), _("What other agencies send you stands here, the first due first.")),
        "asked": (_("Waiting for them"), _("Nothing waits for an answer of the sender"), _("What you asked back about stands here until then.")),
        "accepted": (_("Accepted"), _("Nothing accepted yet"), _("Whom you accept is a case of your office; the case stands in your day.")),
        "sent": (_("Sent out"), _("Nothing sent waits for an answer"), _("Refer from a sheet or a case; each referral stands here with its day.")),
        "returned": (_("Came back"), _("Nothing came back"), _("What was declined, or not answered in time, stands here to be referred on.")),
        "ended": (_("Consent taken back"), _("Nobody took a consent back"),
                  _("When a person takes the consent back, it stands here to be seen."))}[box]


@needs("case.read")
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Four boxes; what is to be answered first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    here = request.GET.get("kotak", "")
    here = here if here in BOXES else BOXES[0]
    names, hidden, counts = agency_names(), is_veiled(request), queries.referral_counts(actor)
    found = queries.referrals(actor, here, after=cursor_in(request.GET.get("selepas", "")), most=MOST + 1)
    rows = [referral_row(r, here, names, hidden) for r in found[:MOST]]
    title, none_title, none_words = box_words(here)
    older = f"?{urlencode({'kotak': here, 'selepas': cursor_of(found[MOST - 1])})}" if len(found) > MOST else ""
    return render(request, "referrals/inbox.html", {
        "tabs": [{"address": f"?kotak={box}", "label": box_words(box)[0], "n": counts.get(box, 0), "here": box == here}
                 for box in BOXES if box != "ended" or counts.get(box) or box == here],
        "title": title, "rows": rows, "veil": veil(request), "older": older, "may_send": actor.holds("referral.send"),
        "other_column": _("Referred to") if here in OURS else _("Referred by"), "none_title": none_title, "none_words": none_words,
        "none_address": "", "none_step": "", "due_today": sum(r["late"] for r in rows) if here == "answer" else 0})


def cursor_of(r: queries.ReferralView) -> str:
    """Where the next page goes on."""
    return f"{r.answer_by.isoformat()}|{r.id}"


def cursor_in(typed: str) -> tuple[date, UUID] | None:
    """A cursor out of an address; None for what is none."""
    day, _bar, number = typed.partition("|")
    try:
        return date.fromisoformat(day), UUID(number)
    except ValueError:
        return None


def referral_row(r: queries.ReferralView, box: str, names: dict[str, str], hidden: bool) -> dict[str, Any]:
    """A referral in a list."""
    waits = r.state in ("sent", "asked")
    step = _("Answer it") if box == "answer" or r.state == "asked" and box == "sent" else _("Refer on") if box == "returned" else _("Look")
    return {"id": r.id, "name": veiled(r.name, hidden) or _("not open to you"), "sub": "", "need": need_words(r.need),
            "programme": programme_name(r.programme), "agency": agency_words(r.to_agency if box in OURS else r.from_agency, names),
            "group": bool(r.group), "answer_by": r.answer_by if waits else None, "due": due_words(r.answer_by) if waits else "",
            "late": waits and r.answer_by <= today(), "step": step} | referral_tag(r.state)


def found(referral_id: UUID) -> queries.ReferralView:
    """A referral one may see. Raises Http404."""
    view = queries.referral(referral_id)
    if view is None:
        raise Http404
    return view


@needs("case.read")
@require_GET
def referral(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """One referral: what was sent, where it stands, what comes next."""
    return show(request, found(referral_id))


def blank_forms() -> dict[str, TypedForm]:
    """The forms of whoever may answer, before anything was typed."""
    return {"accept_form": forms_of.AcceptForm(prefix="accept", initial={"next_on": forms_of.written(after("refer_on", today()))}),
            "ask_form": forms_of.WordsForm(prefix="ask"), "decline_form": forms_of.DeclineForm(prefix="decline"),
            "answer_form": forms_of.WordsForm(prefix="back")}


def show(request: HttpRequest, view: queries.ReferralView, refused: str = "", **forms: TypedForm) -> HttpResponse:
    """The page, with the forms of whoever may answer; `forms`: those that were posted wrongly."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    names, waits = agency_names(), view.state in WAITS
    sender, receiver, case = view.from_agency == actor.agency, view.to_agency == actor.agency, queries.case(view.case_id)
    onward = sender and view.state in ("declined", "expired") and actor.holds("referral.send")
    able = able_rows(case, actor, names) if onward and case and case.state == "open" and case.agency == actor.agency else []
    return render(request, "referrals/one.html", blank_forms() | forms | next_words(view, names, sender, receiver) | tag_of(view) | {
        "referral": view, "refused": refused, "person": strip(view, case, names), "crumbs": [(reverse("inbox"), _("Referrals"))],
        "here": need_words(view.need), "need": need_words(view.need), "programme": programme_name(view.programme),
        "from_agency": agency_words(view.from_agency, names), "to_agency": agency_words(view.to_agency, names), "sent_by": view.sent_by,
        "late": waits and view.answer_by < today(), "due": due_words(view.answer_by) if waits else "",
        "declined": decline_words(view.decline_code) if view.decline_code else "", "question": view.question, "consent": consent_of(view),
        "packet": packet_rows(view) if sender or receiver and may_see(view) else None,
        "may_answer": receiver and waits and actor.holds("referral.accept"), "may_withdraw": sender and waits and actor.holds("referral.withdraw"),
        "may_acknowledge": receiver and view.consent_withdrawn_at and not view.acknowledged_at and actor.holds("referral.acknowledge"),
        "may_answer_back": sender and view.state == "asked" and actor.holds("referral.answer"),
        "next_agency": able[0] if able else None, "all_agencies": reverse("case_refer", args=[view.case_id]),
        "case_address": reverse("case", args=[view.case_id]) if case else "", "moments": moments(view, names)},
                  status=422 if forms or refused else 200)


def strip(view: queries.ReferralView, case: queries.CaseView | None, names: dict[str, str]) -> dict[str, Any]:
    """Whose it is; of somebody who is not open to the visitor only that."""
    person = registry.person(view.person_id)
    base = strip_of(person, names) if person else {"name": _("A person not open to your agency"), "state": "", "identity": "", "details": []}
    return base | {"office": agency_words(case.agency if case else view.from_agency, names), "next_on": case.next_on if case else view.answer_by}


def may_see(view: queries.ReferralView) -> bool:
    """Is what was sent still open to the receiver: while it waits or was accepted, and the consent stands?"""
    return view.state in (*WAITS, "accepted") and view.consent_withdrawn_at is None


def packet_rows(view: queries.ReferralView) -> list[dict[str, Any]]:
    """What was sent, fact by fact, as it was shown before sending."""
    return [{"label": said_in(fact.get("label"), fact.get("fact")), "value": said_in(fact.get("value") or fact.get("words"), ""),
             "sensitive": fact.get("sensitive"), "who": word(codes.RELATIONS, fact["relation"]) if fact.get("relation") else ""}
            for fact in view.facts]


def said_in(words: Any, otherwise: Any) -> str:
    """A text of both languages in the page's; plain text as it is."""
    return str(words.get(language(), otherwise) if isinstance(words, dict) else words or otherwise)


def tag_of(view: queries.ReferralView) -> dict[str, str]:
    """The tag beside the heading."""
    tag = referral_tag(view.state)
    return {"kind": tag["kind"], "symbol": tag["icon"], "state": tag["state"]}


def consent_of(view: queries.ReferralView) -> str:
    """The consent it rests on, where the visitor may see it."""
    found = registry.consent(view.consent_id)
    if found is None:
        return ""
    return _("Withdrawn by the person; what was sent is closed.") if found.withdrawn_at else consent_words(found)


def next_words(view: queries.ReferralView, names: dict[str, str], sender: bool, receiver: bool) -> dict[str, str]:
    """What happens next, by when, who holds it."""
    facts = {"to": agency_words(view.to_agency, names), "from": agency_words(view.from_agency, names), "day": f"{view.answer_by:%d/%m/%Y}"}
    title, text, kind, icon = {
        "sent": (_("Sent"), _("%(to)s answers by %(day)s. Until then %(from)s holds the case; without an answer it comes back by itself.") % facts,
                 "yes" if sender else "ask", "refer"),
        "asked": (_("A question is open"), _("%(to)s asked something. %(from)s answers it, and the time begins anew.") % facts, "ask", "question"),
        "accepted": (_("Accepted"), _("%(to)s is responsible now.") % facts, "yes", "check"),
        "declined": (_("Declined"), _("%(to)s cannot take it. %(from)s holds the case and refers on.") % facts, "ask", "dash"),
        "expired": (_("Not answered in time"), _("%(to)s did not answer by %(day)s. %(from)s holds the case and refers on.") % facts, "ask", "clock"),
        "withdrawn": (_("Taken back"), _("%(from)s took it back and holds the case.") % facts, "", "undo")}[view.state]
    if receiver and view.state == "sent":
        title, text = _("Answer by %(day)s") % facts, _("%(from)s holds the case until you accept. Without an answer it goes back by itself.") % facts
    return {"what_title": title, "what_next": text, "what_kind": kind, "what_icon": icon}


def moments(view: queries.ReferralView, names: dict[str, str]) -> list[dict[str, Any]]:
    """What happened, newest first."""
    rows = []
    if view.answered_at and view.state != "sent":
        tag = referral_tag(view.state)
        rows.append({"on": view.answered_at, "text": tag["state"].capitalize(), "more": agency_words(view.to_agency, names),
                     "turn": view.state in ("declined", "expired"), "now": view.state == "accepted"})
    if view.question:
        rows.append({"on": view.sent_at, "text": _("Asked: %(words)s") % {"words": view.question}, "turn": True, "now": False,
                     "more": _("Answered: %(words)s") % {"words": view.answer} if view.answer else ""})
    rows.append({"on": view.sent_at, "text": _("Referred to %(agency)s") % {"agency": agency_words(view.to_agency, names)},
                 "more": agency_words(view.from_agency, names), "turn": False, "now": False})
    return rows


def answer(request: HttpRequest, referral_id: UUID, name: str, form: TypedForm, work: Callable[[Actor], Any], done: str) -> HttpResponse:
    """Take one answer, or show the page again with the fault beside its field."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    view = found(referral_id)
    try:
        work(actor)
    except Refused as why:
        return show(request, found(referral_id), form.say_refused(why), **{name: form})
    messages.success(request, done)
    return redirect("referral", view.id)


@needs("referral.accept")
@require_POST
def accept(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """We are responsible from now on."""
    form = forms_of.AcceptForm(given(request), prefix="accept")
    return answer(request, referral_id, "accept_form", form, lambda actor: actions.accept(
        referral_id, actor=actor, next_on=forms_of.day_in(form, "next_on"), on=today(), at=timezone.now()),
        _("Accepted. Your office is responsible from now on."))


@needs("referral.ask")
@require_POST
def ask(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Ask the sender something first."""
    form = forms_of.WordsForm(given(request), prefix="ask")
    return answer(request, referral_id, "ask_form", form, lambda actor: actions.ask_back(
        referral_id, actor=actor, words=form.value("words"), on=today(), at=timezone.now()), _("Asked. The sender sees it at once."))


@needs("referral.decline")
@require_POST
def decline(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Decline with the reason."""
    form = forms_of.DeclineForm(given(request), prefix="decline")
    return answer(request, referral_id, "decline_form", form, lambda actor: actions.decline(
        referral_id, actor=actor, code=form.value("code"), words=form.value("words"), on=today(), at=timezone.now()),
        _("Declined. The sender goes on with the next agency."))


@needs("referral.answer")
@require_POST
def answer_back(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Answer what the receiver asked."""
    form = forms_of.WordsForm(given(request), prefix="back")
    return answer(request, referral_id, "answer_form", form, lambda actor: actions.answer_back(
        referral_id, actor=actor, words=form.value("words"), on=today(), at=timezone.now()), _("Answered. The time to answer begins anew."))


@needs("referral.withdraw")
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Ask once, with the consequence in a sentence; then take it back."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    view, refused = found(referral_id), ""
    if request.method == "POST":
        try:
            actions.withdraw_referral(referral_id, actor=actor, on=today(), at=timezone.now())
            messages.success(request, _("Taken back. Your office goes on with the case."))
            return redirect("referral", referral_id)
        except Refused as why:
            refused = why.sentence(language())
    return render(request, "referrals/withdraw.html", {"referral_id": view.id, "agency": agency_words(view.to_agency, agency_names()),
                                                       "refused": refused}, status=422 if refused else 200)


@needs("referral.acknowledge")
@require_POST
def acknowledge(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """We have seen that the person took the consent back."""
    return answer(request, referral_id, "ask_form", forms_of.WordsForm(prefix="ask"), lambda actor: actions.acknowledge_withdrawal(
        referral_id, actor=actor, at=timezone.now()), _("Noted, with your agency’s name and the time."))


urlpatterns = [
    path("rujukan/", inbox, name="inbox"),
    path("rujukan/<uuid:referral_id>/", referral, name="referral"),
    path("rujukan/<uuid:referral_id>/terima/", accept, name="referral_accept"),
    path("rujukan/<uuid:referral_id>/tanya/", ask, name="referral_ask"),
    path("rujukan/<uuid:referral_id>/tolak/", decline, name="referral_decline"),
    path("rujukan/<uuid:referral_id>/jawab/", answer_back, name="referral_answer"),
    path("rujukan/<uuid:referral_id>/maklum/", acknowledge, name="referral_acknowledge"),
    path("rujukan/<uuid:referral_id>/tarik/", withdraw, name="referral_withdraw"),
]
