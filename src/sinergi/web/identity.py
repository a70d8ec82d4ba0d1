"""Who a person is: the records behind him, where each shown value comes from, the decisions that made him one; joining, undoing, settling."""
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from sinergi.core.time import date_words
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import User
from sinergi.registry import actions, codes, queries
from sinergi.registry.codes.trust import trust

from .audit_pages import verb_word
from .person.shown import file_of
from .typed import TypedForm, actor_at, agency_names, language, text, word, words_field

FIELDS = {"name": gettext_lazy("Name"), "birth_date": gettext_lazy("Date of birth"), "sex": gettext_lazy("Sex"),
          "died_on": gettext_lazy("Day of death"), "language": gettext_lazy("Language")}
VERBS = {"create": gettext_lazy("Record received"), "auto_link": gettext_lazy("Joined by the system, under a certificate"),
         "link": gettext_lazy("Found to be the same person"), "not_same": gettext_lazy("Said to be two people"), "merge": gettext_lazy("Joined"),
         "unmerge": gettext_lazy("Joining undone"), "move": gettext_lazy("Record given to another person"),
         "settle": gettext_lazy("Settled after an undone joining")}
KINDS = {"consent": gettext_lazy("Consent"), "fact": gettext_lazy("Fact"), "sensitive_fact": gettext_lazy("Guarded fact"),
         "paper": gettext_lazy("Document"), "address": gettext_lazy("Address"), "contact": gettext_lazy("Phone or e-mail"),
         "number": gettext_lazy("Number"), "record": gettext_lazy("Record"), "entitlement": gettext_lazy("Benefit"),
         "override": gettext_lazy("Exception"), "case": gettext_lazy("Case"), "application": gettext_lazy("Application")}
UNDOABLE = ("merge", "link", "auto_link", "move", "not_same")
TWO = ("identity.benefits_run", "identity.too_many_records", "identity.dead", "identity.long_ago")


class OtherForm(TypedForm):
    """Who else it is."""

    lain = text(gettext_lazy("The other person"), hint=gettext_lazy("His number, or the address of his page"), most=200, needed=True)


class ReasonForm(TypedForm):
    """Why it is decided."""

    reason = words_field(gettext_lazy("Why"), hint=gettext_lazy("What you saw or asked: papers, people, a call"), most=400)


def value_words(name: str, value: Any) -> str:
    """A value of a record as people read it."""
    if name in ("birth_date", "died_on"):
        return date_words(date.fromisoformat(value), language())
    if name in ("sex", "language"):
        return word(codes.SEXES if name == "sex" else codes.LANGUAGES, value)
    return str(value)


def source_words(source: str) -> str:
    """A source by the order of trust, in words."""
    return word(trust().order, source)


def golden_rows(person_id: UUID, agencies: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each shown value with its source and date."""
    return [{"label": str(FIELDS[name]), "value": value_words(name, g.value), "source": source_words(g.source),
             "agency": agencies.get(g.agency, g.agency.upper()), "on": g.on}
            for name, g in queries.golden(person_id).items() if name in FIELDS]


def record_rows(person_id: UUID, agencies: Mapping[str, str]) -> list[dict[str, Any]]:
    """The records behind a person, each with what it says."""
    return [{"of": r, "agency": agencies.get(r.agency, r.agency.upper()), "source": source_words(r.source),
             "says": [{"label": str(FIELDS[n]), "value": value_words(n, r.payload[n])} for n in FIELDS if r.payload.get(n)]}
            for r in queries.records_of(person_id)]


def decision_rows(person_id: UUID, actor: Actor) -> list[dict[str, Any]]:
    """The decisions in words, newest first; what made the person is left out once it is the only one."""
    found = [d for d in queries.decisions_of(person_id) if d.verb != "settle"]
    users = user_names({d.actor for d in found})
    return [{"of": d, "text": str(VERBS[d.verb]), "by": users.get(d.actor, _("Sinergi, by itself") if d.actor.startswith("command:") else d.actor),
             "undo": d.verb in UNDOABLE and not d.undone and (d.records or d.verb == "not_same") and actor.holds("identity.unmerge"),
             "settle": d.verb == "unmerge" and d.records and actor.holds("identity.settle")} for d in found]


def user_names(ids: set[str]) -> dict[str, str]:
    """Names of users by their ids."""
    return {str(pk): name for pk, name in User.objects.filter(pk__in={i for i in ids if len(i) == 36}).values_list("id", "name")}


def known_here(request: HttpRequest, person_id: UUID) -> dict[str, Any]:
    """The person's file where he is served here; else, for who judges identity, the records alone. Raises Http404 when neither is open to him."""
    try:
        return file_of(request, person_id, "person_identity") | {"base": "person/file.html"}
    except Http404:
        name = queries.golden(person_id).get("name") if queries.records_of(person_id) else None
        if name is None:
            raise
        return {"base": "identity/alone.html", "person": {"name": name.value}, "person_id": queries.bearers(person_id)[0],
                "agencies": agency_names()}


@login_required
@require_http_methods(["GET", "POST"])
def identity(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The page; a post answers what waits for a second person."""
    actor = actor_at(request, "identity.read")
    context, refused = known_here(request, person_id), ""
    if request.method == "POST":
        try:
            messages.success(request, answered(request, actor))
            return redirect("person_identity", person_id)
        except Refused as why:
            refused = why.sentence(language())
    who, names = context["person_id"], context["agencies"]
    waiting = queries.approvals_of(who, actor)
    users, people = user_names({a.asked_by for a in waiting}), queries.people(i for a in waiting for i in (a.person_id, a.other_id))
    return render(request, "identity/identity.html", context | {
        "golden": golden_rows(who, names), "records": record_rows(who, names), "decisions": decision_rows(who, actor), "form": OtherForm(),
        "refused": refused, "may_join": "view" in context and (actor.holds("identity.merge") or actor.holds("identity.ask")),
        "waiting": [{"of": a, "by": users.get(a.asked_by, ""), "why": [Refused(code).sentence(language()) for code in a.why],
                     "people": [people[i].name for i in dict.fromkeys((a.person_id, a.other_id)) if i in people],
                     "mine": not a.mine and actor.holds("identity.approve")} for a in waiting]},
        status=422 if refused else 200)


def answered(request: HttpRequest, actor: Actor) -> str:
    """Approve or refuse as the second person; gives what is said afterwards. Raises Refused."""
    try:
        approval = UUID(request.POST.get("approval", ""))
    except ValueError as wrong:
        raise Http404 from wrong
    if request.POST.get("step") == "refuse":
        actions.refuse_identity(approval, actor=actor)
        return _("Refused. Nothing was changed.")
    actions.approve_identity(approval, actor=actor)
    return _("Approved and done.")


@login_required
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Two persons side by side before they are joined; where one login is not enough, a second is asked."""
    actor = actor_at(request, "identity.merge", "identity.ask")
    context, given = file_of(request, person_id, "person_identity"), request.GET.get("lain", "")
    found = queries.named_by(given)
    other = queries.person(found) if found is not None else None
    form, refused, second = ReasonForm(request.POST.dict() if request.method == "POST" else None), "", not actor.holds("identity.merge")
    if other is None or other.id == context["person_id"]:
        form_other = OtherForm({"lain": given})
        form_other.wrong("lain", _("Nobody else that you serve is meant by this."))
        return render(request, "identity/other.html", context | {"form": form_other, "refused": ""}, status=422)
    if request.method == "POST":
        try:
            messages.success(request, joined(request, context["person_id"], other.id, form, actor))
            return redirect("person_identity", person_id)
        except Refused as why:
            second, refused = second or why.code in TWO, form.say_refused(why)
    names = context["agencies"]
    return render(request, "identity/join.html", context | {
        "form": form, "refused": refused, "other": other, "second": second,
        "sides": [{"view": p, "records": record_rows(p.id, names), "numbers": queries.identifiers(p.id)} for p in (context["view"], other)]},
        status=422 if request.method == "POST" else 200)


def joined(request: HttpRequest, person_id: UUID, other_id: UUID, form: ReasonForm, actor: Actor) -> str:
    """Join, or ask the second person; gives what is said afterwards. Raises Refused."""
    if request.POST.get("step") == "ask":
        actions.ask_second(person_id, actor=actor, other_id=other_id, reason=form.value("reason"))
        return _("Asked. A second person decides it; until then nothing changes.")
    actions.merge_persons(person_id, actor=actor, gone_id=other_id, reason=form.value("reason"))
    return _("They are one person now. It can be undone on this page.")


@login_required
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, person_id: UUID, decision_id: UUID) -> HttpResponse:
    """One decision before it is undone, with what follows from it."""
    actor = actor_at(request, "identity.unmerge")
    context, found = known_here(request, person_id), queries.decision(decision_id)
    if found is None or found.verb not in UNDOABLE or found.person_id is None:
        raise Http404
    form, refused, second = ReasonForm(request.POST.dict() if request.method == "POST" else None), "", False
    if request.method == "POST":
        try:
            if request.POST.get("step") == "ask" and found.other_id is not None:
                actions.ask_second(found.person_id, actor=actor, other_id=found.other_id, undoes=found.id, reason=form.value("reason"))
                messages.success(request, _("Asked. A second person decides it; until then nothing changes."))
                return redirect("person_identity", person_id)
            done = actions.unmerge(decision_id, actor=actor, reason=form.value("reason"))
            messages.success(request, _("Undone. Each stands for himself again."))
            return redirect(*(("identity_settle", person_id, done.decision.pk) if done.settle else ("person_identity", person_id)))
        except Refused as why:
            second, refused = why.code in TWO, form.say_refused(why)
    return render(request, "identity/undo.html", context | {"form": form, "refused": refused, "second": second, "one": found,
                  "text": str(VERBS[found.verb])}, status=422 if request.method == "POST" else 200)


@login_required
@require_http_methods(["GET", "POST"])
def settle(request: HttpRequest, person_id: UUID, decision_id: UUID) -> HttpResponse:
    """What was made while two were one: each is given to one of them, by a person."""
    actor = actor_at(request, "identity.settle")
    context, found, refused = known_here(request, person_id), queries.decision(decision_id), ""
    if found is None or found.verb != "unmerge":
        raise Http404
    if request.method == "POST":
        try:
            kind, key, to = (request.POST.get(name, "") for name in ("kind", "key", "to"))
            actions.settle(decision_id, actor=actor, kind=kind, key=key, to_person=found.other_id if to == "other" else found.person_id)
            messages.success(request, _("Settled."))
            return redirect("identity_settle", person_id, decision_id)
        except Refused as why:
            refused = why.sentence(language())
    people = queries.people(p for p in (found.person_id, found.other_id) if p is not None)
    sides = [{"code": code, "id": p, "name": people[p].name if p in people else _("the other person, not open to your agency")}
             for code, p in (("stays", found.person_id), ("other", found.other_id))]
    items = [{"of": b, "kind": str(KINDS.get(b.kind, b.kind)), "agency": context["agencies"].get(b.agency, b.agency.upper()),
              "to": next((s["name"] for s in sides if s["id"] == b.settled), ""),
              "proposed": next((s["name"] for s in sides if s["id"] == b.proposed), "")} for b in queries.between_of(decision_id)]
    return render(request, "identity/settle.html", context | {"sides": sides, "refused": refused,
                  "audited": audited_rows(decision_id, context["agencies"]),
                  "left": [i for i in items if i["of"].settled is None], "settled": [i for i in items if i["of"].settled is not None]},
                  status=422 if refused else 200)


def audited_rows(decision_id: UUID, agencies: Mapping[str, str]) -> list[dict[str, Any]]:
    """What the audit tells of the time in between, in words: nothing of it is to be settled."""
    return [{"of": a, "text": verb_word(a.verb), "by": _("Sinergi, by itself") if a.actor.startswith("command:") else a.name,
             "agency": agencies.get(a.agency, a.agency.upper())} for a in queries.audited_between(decision_id)]


urlpatterns = [
    path("orang/<uuid:person_id>/identiti/", identity, name="person_identity"),
    path("orang/<uuid:person_id>/identiti/satukan/", join, name="identity_join"),
    path("orang/<uuid:person_id>/identiti/<uuid:decision_id>/batal/", undo, name="identity_undo"),
    path("orang/<uuid:person_id>/identiti/<uuid:decision_id>/selesai/", settle, name="identity_settle"),
]
