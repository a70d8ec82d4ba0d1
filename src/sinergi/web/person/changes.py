"""Each change of a person's file: a page that says the consequence in a sentence, a form, and one action. Nothing is half written."""
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from sinergi.core.identity import read_day
from sinergi.kernel import law
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import User
from sinergi.registry import actions, codes, queries
from sinergi.registry.submission import SubmissionFaults, read_address, read_person

from ..typed import AddressForm, MemberForm, PersonForm, TypedForm, actor_at, day_field, language, listed, today
from .shown import file_of, household_at


@dataclass(frozen=True)
class Step:
    """One change: its words, its form, what it does, and where it leads. `says` is the consequence, `done` what is said afterwards."""

    tab: str
    title: str
    says: str
    button: str
    done: str
    form: TypedForm
    work: Callable[[Actor], Any]
    halves: tuple[tuple[str, ...], ...] = ()
    context: dict[str, Any] = field(default_factory=dict)


def take(request: HttpRequest, person_id: UUID, step: Step) -> HttpResponse:
    """Show the page of a change; on a post, make it, or say what is wrong beside the fields."""
    refused = ""
    if request.method == "POST":
        try:
            step.work(request.actor)  # type: ignore[attr-defined]
            messages.success(request, step.done)
            return redirect(step.tab, person_id)
        except SubmissionFaults as faults:
            refused = " ".join(step.form.say(faults.faults))
        except Refused as why:
            refused = step.form.say_refused(why)
    rows = [[step.form[name] for name in row if name in step.form.fields] for row in step.halves]
    return render(request, "person/step.html", step.context | {"step": step, "rows": rows, "refused": refused},
                  status=422 if request.method == "POST" else 200)


def day_of(form: TypedForm, name: str) -> date:
    """A day as typed, today when it was left empty. Raises Refused."""
    typed = form.value(name)
    try:
        return read_day(typed, on=today()) if typed else today()
    except ValueError as wrong:
        raise Refused("day.unreadable", field=name, given=typed) from wrong


def given(request: HttpRequest) -> Any:
    """What was posted, or None so that a form shows its first values."""
    return request.POST.dict() if request.method == "POST" else None


class NewMember(MemberForm):
    """A member who joins, and since when."""

    on = day_field(gettext_lazy("Lives here since"))


@login_required
@require_http_methods(["GET", "POST"])
def add_member(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Somebody joins the household."""
    actor_at(request, "household.add_member")
    context = file_of(request, person_id, "person")
    household, _members = household_at(context["person_id"])
    if household is None:
        raise Http404
    form = NewMember(given(request), initial={"document": "mykad"})

    def work(actor: Actor) -> None:
        on = day_of(form, "on")
        body = {name: value for name, value in form.body().items() if name != "on"}
        member = read_person(body, law=law.current(), on=today(), demo=settings.DEMO_PEOPLE)
        actions.add_member(household, actor=actor, member=member, on=on)

    return take(request, person_id, Step(
        "person", _("Add a member of the household"), _("If the number is known already, that person joins; nobody is registered twice."),
        _("Add"), _("The member was added."), form, work,
        (("name",), ("relation", "on"), ("document", "number"), ("birth_date", "sex"), ("country",)), context))


class LeaveForm(TypedForm):
    """The last day."""

    on = day_field(gettext_lazy("Last day in this household"))


def member_of(household: UUID | None, member_id: UUID, members: tuple[queries.MemberView, ...]) -> queries.MemberView:
    """The membership of somebody. Raises Http404."""
    found = next((m for m in members if m.person.id == member_id), None)
    if household is None or found is None:
        raise Http404
    return found


@login_required
@require_http_methods(["GET", "POST"])
def end_member(request: HttpRequest, person_id: UUID, member_id: UUID) -> HttpResponse:
    """Somebody leaves the household: the consequence, then the step; it can be undone on the same tab."""
    actor_at(request, "household.end_membership")
    context = file_of(request, person_id, "person")
    household, members = household_at(context["person_id"])
    member = member_of(household, member_id, members)
    form = LeaveForm(given(request), initial={"on": f"{today():%d/%m/%Y}"})

    def work(actor: Actor) -> None:
        actions.end_membership(household, actor=actor, person_id=member_id, on=day_of(form, "on"))

    name = {"name": member.person.name}
    return take(request, person_id, Step(
        "person", _("%(name)s leaves this household") % name,
        _("From the day after, %(name)s is not counted in this household's programmes. The record stays, and you can undo this.") % name,
        _("Yes, leaves"), _("%(name)s left the household. Undo it below if this was a mistake.") % name, form, work, (("on",),), context))


@login_required
@require_POST
def return_member(request: HttpRequest, person_id: UUID, member_id: UUID) -> HttpResponse:
    """Undo: somebody who left is a member again, as if he had not left."""
    actor = actor_at(request, "household.end_membership")
    context = file_of(request, person_id, "person")
    household, _members = household_at(context["person_id"])
    member = member_of(household, member_id, queries.former_members(household, today()) if household else ())
    try:
        actions.resume_membership(household, actor=actor, person_id=member_id)
        messages.success(request, _("Undone: %(name)s is a member again.") % {"name": member.person.name})
    except Refused as refused:
        messages.error(request, refused.sentence(language()))
    return redirect("person", person_id)


class GuardianForm(TypedForm):
    """Who answers for a minor, since when."""

    guardian = forms.ChoiceField(label=gettext_lazy("Guardian"), required=True, help_text=gettext_lazy("A member of the household, 18 or older"))
    on = day_field(gettext_lazy("Since"))


@login_required
@require_http_methods(["GET", "POST"])
def appoint(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Name a guardian."""
    actor_at(request, "household.appoint_guardian")
    context = file_of(request, person_id, "person")
    _house, members = household_at(context["person_id"])
    form = GuardianForm(given(request), initial={"on": f"{today():%d/%m/%Y}"})
    others = [(str(m.person.id), m.person.name) for m in members if m.person.id != context["person_id"]]
    form.fields["guardian"].choices = [("", _("choose")), *others]  # type: ignore[attr-defined]

    def work(actor: Actor) -> None:
        if form.value("guardian") not in dict(others):
            raise Refused("person.unknown", field="guardian")
        actions.appoint_guardian(context["person_id"], actor=actor, guardian_id=UUID(form.value("guardian")), on=day_of(form, "on"))

    return take(request, person_id, Step(
        "person", _("Appoint a guardian"), _("The guardian answers for this person: consent and questions go through the guardian."),
        _("Appoint"), _("The guardian was appointed."), form, work, (("guardian", "on"),), context))


class MoveForm(AddressForm):
    """A new address, and since when."""

    on = day_field(gettext_lazy("Lives there since"))


@login_required
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """A new address; those of the household without one of their own move along."""
    actor_at(request, "address.record")
    context = file_of(request, person_id, "person_particulars")
    form = MoveForm(given(request), prefix="address")

    def work(actor: Actor) -> None:
        on = day_of(form, "on")
        address = read_address({name: value for name, value in form.body().items() if name != "on"})
        actions.record_address(context["person_id"], actor=actor, address=address, on=on)

    return take(request, person_id, Step(
        "person_particulars", _("Record a new address"),
        _("Those of the household without an address of their own move along. The state decides some programmes."),
        _("Record"), _("The address was recorded."), form, work, (("lines",), ("postcode", "state"), ("district", "on"), ("safe",)), context))


class ProtectForm(TypedForm):
    """Who else may read what is hidden."""

    readers = forms.MultipleChoiceField(label=gettext_lazy("Who else may see them"), required=False, widget=forms.CheckboxSelectMultiple)


@login_required
@require_http_methods(["GET", "POST"])
def protect(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Hide address and phone from all but named people; or show them again."""
    me = actor_at(request, "person.protect_address")
    context = file_of(request, person_id, "person_particulars")
    hidden = context["view"].safe_address
    posted = {"readers": request.POST.getlist("readers")} if request.method == "POST" else None
    form = ProtectForm(posted)
    colleagues = User.objects.filter(agency_id=me.agency, is_active=True).exclude(pk=me.id).order_by("name").values_list("id", "name")
    form.fields["readers"].choices = [(str(pk), name) for pk, name in colleagues]  # type: ignore[attr-defined]
    if hidden or not colleagues:
        del form.fields["readers"]

    def work(actor: Actor) -> None:
        known = {str(pk) for pk, _name in colleagues}
        readers = [] if hidden else [UUID(pk) for pk in form.value("readers") if pk in known]
        actions.protect_address(context["person_id"], actor=actor, readers=readers, protect=not hidden)

    words = (_("Show address and phone again"), _("Everybody who may open the record sees address and phone again, of the whole household."),
             _("Yes, show them"), _("Address and phone are shown again.")) if hidden else (
        _("Hide address and phone"),
        _("From now on only you and the people you name see address and phone of this household, and no search shows the state."),
        _("Yes, hide them"), _("Address and phone are hidden."))
    return take(request, person_id, Step("person_particulars", *words, form, work, (("readers",),), context))


class CorrectForm(PersonForm):
    """Particulars as they should be; only what changed is recorded."""

    language = forms.ChoiceField(label=gettext_lazy("Language for letters and talks"), required=False)
    died_on = day_field(gettext_lazy("Day of death"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose("language", listed(codes.LANGUAGES))
        self.fields["number"].required = self.fields["document"].required = False
        self.fields["number"].help_text = _("Only when the number is wrong: it replaces the one of its kind")
        self.fields["birth_date"].help_text = _("For example 23/11/2026")


@login_required
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Correct name, birth, sex, language, contact, a number; record a death."""
    actor_at(request, "person.correct")
    context = file_of(request, person_id, "person_particulars")
    form = CorrectForm(given(request), initial=before(context["view"]))

    def work(actor: Actor) -> None:
        first = before(context["view"])
        wanted = {name: value for name, value in form.body().items() if name != "no_document" and value != first.get(name, "")}
        actions.correct_person(context["person_id"], actor=actor, corrections=wanted, on=today(), demo=settings.DEMO_PEOPLE)

    return take(request, person_id, Step(
        "person_particulars", _("Correct particulars"), _("What stood before stays in the history, so that earlier answers can be explained."),
        _("Correct"), _("The particulars were corrected."), form, work,
        (("name",), ("birth_date", "sex"), ("phone", "email"), ("document", "number"), ("country",), ("language", "died_on")), context))


def before(person: queries.PersonView) -> dict[str, str]:
    """What the form of corrections shows first. Phone and e-mail stay empty: they may be hidden, and a new one replaces the old."""
    return {"name": person.name, "birth_date": f"{person.birth_date:%d/%m/%Y}" if person.birth_date else "", "sex": person.sex,
            "language": person.language, "died_on": f"{person.died_on:%d/%m/%Y}" if person.died_on else "", "document": "mykad"}
