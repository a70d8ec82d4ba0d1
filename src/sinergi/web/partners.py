"""Partners: the list, one partner with its systems, and the steps: join, correct, leave, let a system in, end it."""
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from sinergi.kernel import clients, partners
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Agency, ClientSecret
from sinergi.registry.codes import STATES
from sinergi.web import role_words
from sinergi.web.admission import needs
from sinergi.web.user_steps import at_field

KINDS = {"statutory": _("statutory body"), "federal": _("federal agency"), "state_religious": _("state religious council"),
         "company": _("company"), "ngo": _("non-governmental organisation"), "foundation": _("foundation")}
HERE = Q(users__left_at=None)


def kind_word(agency: Agency) -> str:
    """What kind of body an agency is; a kind the list does not know stays as it was entered."""
    return str(KINDS.get(agency.kind, agency.kind))


def area_word(agency: Agency) -> str:
    """Where an agency works."""
    return STATES[agency.area].name if agency.area in STATES else str(role_words.AREAS["national"])


def agency_or_404(code: str) -> Agency:
    """An agency with `staff` and `systems`, its users and machine clients of today. Raises Http404."""
    found = Agency.objects.filter(code=code).annotate(
        staff=Count("users", HERE & Q(users__kind="staff")), systems=Count("users", HERE & Q(users__kind="machine"))).first()
    if found is None:
        raise Http404
    return found


@needs("agency.read")
def all_partners(request: Any) -> HttpResponse:
    """The partners by name, those who left, and the agencies whose programmes are shown without their being partners."""
    rows = sorted(Agency.objects.annotate(staff=Count("users", HERE & Q(users__kind="staff"))), key=lambda a: role_words.agency_name(a).lower())
    told = [{"of": a, "name": role_words.agency_name(a), "kind": kind_word(a), "area": area_word(a)} for a in rows]
    return render(request, "partners/list.html", {
        "partners": [one for one in told if one["of"].partner and one["of"].left_on is None],  # type: ignore[attr-defined]
        "left": [one for one in told if one["of"].left_on is not None],  # type: ignore[attr-defined]
        "others": [one for one in told if not one["of"].partner and one["of"].left_on is None],  # type: ignore[attr-defined]
        "may_join": request.actor.nationwide("agency.join")})


@needs("agency.read")
def partner(request: Any, code: str) -> HttpResponse:
    """One partner: names, ground of sharing, users, systems, and the steps the visitor may take."""
    agency, actor = agency_or_404(code), request.actor
    rows = ClientSecret.objects.filter(user__agency=agency).select_related("user").order_by("-made_at")
    return render(request, "partners/one.html", {
        "agency": agency, "name": role_words.agency_name(agency), "kind": kind_word(agency), "area": area_word(agency),
        "systems": rows if actor.reaches("client.create", code) else [], "today": timezone.localdate(),
        "may_change": agency.left_on is None and actor.nationwide("agency.change"),
        "may_leave": agency.left_on is None and agency.partner and actor.nationwide("agency.leave"),
        "sees_systems": actor.reaches("client.create", code), "may_create": agency.left_on is None and actor.reaches("client.create", code)})


def step_page(request: HttpRequest, form: forms.Form, refused: str, agency: Agency | None = None, **words: Any) -> HttpResponse:
    """A page of one step; the way back leads to the partner, or to the list."""
    failed = bool(form.errors or refused)
    back = {"back": "partner", "back_code": agency.code} if agency else {"back": "partners"}
    return render(request, "users/step.html", {"form": form, "refused": refused, **back, **words}, status=422 if failed else 200)


class NamesForm(forms.Form):
    """What may be corrected of a partner."""

    name_ms = forms.CharField(label=_("Name in Malay"), max_length=160)
    name_en = forms.CharField(label=_("Name in English"), max_length=160)
    ground = forms.CharField(label=_("Ground of sharing data"), max_length=200, required=False,
                             help_text=_("The memorandum or the Act, with its date. A partner needs one."))
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")


class JoinForm(NamesForm):
    """A new partner."""

    code = forms.SlugField(label=_("Short code"), max_length=20, help_text=_("Small letters, for example maiwp. It stays for ever."))
    kind = forms.ChoiceField(label=_("Kind of body"), choices=KINDS)
    area = forms.ChoiceField(label=_("Where it works"))
    field_order = ("name_ms", "name_en", "code", "kind", "area", "ground", "website")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [  # type: ignore[attr-defined]
            ("national", role_words.AREAS["national"]), *((code, state.name) for code, state in STATES.items())]

    def clean_code(self) -> str:
        """Codes are written small everywhere."""
        return str(self.cleaned_data["code"]).lower()


@needs("agency.join")
def join(request: Any) -> HttpResponse:
    """Enter a new partner."""
    form, refused = JoinForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            made = partners.join_agency(None, actor=request.actor, on=timezone.localdate(), **form.cleaned_data)
            return redirect("partner", code=made.code)
        except Refused as fault:
            refused = at_field(form, fault)
    return step_page(request, form, refused, title=gettext("Let a partner join"), submit=gettext("Enter this partner"))


@needs("agency.change")
def change(request: Any, code: str) -> HttpResponse:
    """Correct names, ground and website."""
    agency, refused = agency_or_404(code), ""
    form = NamesForm(request.POST or None, initial={key: getattr(agency, key) for key in NamesForm.base_fields})
    if request.method == "POST" and form.is_valid():
        try:
            partners.change_agency(agency, actor=request.actor, **form.cleaned_data)
            return redirect("partner", code=code)
        except Refused as fault:
            refused = at_field(form, fault)
    return step_page(request, form, refused, agency, title=gettext("Correct this partner"), submit=gettext("Save"))


class LeaveForm(forms.Form):
    """Who takes over."""

    successor = forms.ChoiceField(label=_("Which partner takes over?"))

    def __init__(self, agency: Agency, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Agency.objects.filter(partner=True, left_on=None).exclude(code=agency.code)
        names = sorted(((a.code, role_words.agency_name(a)) for a in rows), key=lambda pair: pair[1].lower())
        self.fields["successor"].choices = [("", _("choose")), *names]  # type: ignore[attr-defined]


@needs("agency.leave")
def leave(request: Any, code: str) -> HttpResponse:
    """Let a partner leave; another takes over the people it registered."""
    agency, refused = agency_or_404(code), ""
    form, name = LeaveForm(agency, request.POST or None), role_words.agency_name(agency)
    if request.method == "POST" and form.is_valid():
        try:
            heir = Agency.objects.get(code=form.cleaned_data["successor"])
            partners.leave_agency(agency, actor=request.actor, successor=heir, at=timezone.now())
            return redirect("partner", code=code)
        except Refused as fault:
            refused = at_field(form, fault)
    lead = gettext("From this moment its %(users)s users and %(systems)s systems open nothing, consents to it end, and the people it registered "
               "pass to the partner you choose. Nothing comes back by itself.") % {
                   "users": agency.staff, "systems": agency.systems}  # type: ignore[attr-defined]
    return step_page(request, form, refused, agency, title=gettext("Let %(name)s leave?") % {"name": name}, leads=[lead],
                     submit=gettext("Yes, it leaves"), keep=gettext("No, it stays"))


class SystemForm(forms.Form):
    """A machine client."""

    name = forms.CharField(label=_("Name of the system"), max_length=160, help_text=_("By which the agency knows it, for example “e-Kes”."))
    expires_on = forms.DateField(label=_("Until"), help_text=_("At most a year, for example 30/06/2027."),
                                 widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))


@needs("client.create")
def create_system(request: Any, code: str) -> HttpResponse:
    """Let a system in. The answer to the form shows its secret, this once: it is kept nowhere."""
    agency, refused = agency_or_404(code), ""
    form = SystemForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            issued = clients.create_client(agency, actor=request.actor, on=timezone.localdate(), **form.cleaned_data)
            return render(request, "partners/secret.html", {"agency": agency, "issued": issued})
        except Refused as fault:
            refused = at_field(form, fault)
    lead = gettext("It may register people, apply, decide, award, refer and follow for this agency by the API, under its own name in the audit.")
    return step_page(request, form, refused, agency, title=gettext("Let a system in"), leads=[lead], submit=gettext("Make the secret"))


@needs("client.end")
def end_system(request: Any, code: str, secret: int) -> HttpResponse:
    """End a system's access at once."""
    agency, actor = agency_or_404(code), request.actor
    found = ClientSecret.objects.select_related("user").filter(pk=secret, user__agency=agency).first()
    if found is None:
        raise Http404
    form, refused = forms.Form(request.POST or None), ""
    if request.method == "POST":
        try:
            clients.end_client(found, actor=actor, at=timezone.now())
            return redirect("partner", code=code)
        except Refused as fault:
            refused = fault.sentence("ms" if get_language() == "ms" else "en")
    lead = gettext("The secret of %(name)s and its tokens open nothing from the next click on. To let it in again, a new secret is made.") % {
        "name": found.user.name}
    return step_page(request, form, refused, agency, title=gettext("End this system’s access?"), leads=[lead], submit=gettext("Yes, end it"),
                     keep=gettext("No, keep it"))


urlpatterns = [
    path("rakan/", all_partners, name="partners"),
    path("rakan/tambah/", join, name="partner_join"),
    path("rakan/<slug:code>/", partner, name="partner"),
    path("rakan/<slug:code>/ubah/", change, name="partner_change"),
    path("rakan/<slug:code>/keluar/", leave, name="partner_leave"),
    path("rakan/<slug:code>/sistem/", create_system, name="client_create"),
    path("rakan/<slug:code>/sistem/<int:secret>/tamat/", end_system, name="client_end"),
]
