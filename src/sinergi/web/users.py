"""Users: the list, one user with his roles past and present, and what each role may do."""
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sinergi.kernel import staff
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Agency, Grant, User
from sinergi.kernel.roles import READS, ROLES
from sinergi.registry.codes import STATES
from sinergi.web import role_words, user_steps
from sinergi.web.admission import needs

PAGE = 50
STEPS = ("user.change", "user.remind", "user.leave", "second_factor.reset", "grant.give", "grant.end")


def agency_choices(actor: Actor, verb: str) -> list[tuple[str, str]]:
    """(code, name) of the partners an actor reaches by a verb, by name."""
    rows = Agency.objects.filter(partner=True, left_on=None)
    if not actor.nationwide(verb):
        rows = rows.filter(code=actor.agency)
    return sorted(((a.code, role_words.agency_name(a)) for a in rows), key=lambda pair: pair[1].lower())


class RoleForm(forms.Form):
    """A role and where it holds."""

    role = forms.ChoiceField(label=_("Role"))
    area = forms.ChoiceField(label=_("Where it holds"), help_text=_("A role over one state sees people of that state only."))

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wide: list[tuple[str, Any]] = [("agency", _("the user’s agency"))]
        if actor.nationwide("grant.give"):
            wide.append(("national", role_words.AREAS["national"]))
        states = [(f"state:{code}", state.name) for code, state in STATES.items()]
        self.fields["role"].choices = [("", _("choose")), *(  # type: ignore[attr-defined]
            (code, f"{name}: {says}") for code, (name, says) in role_words.ROLES.items() if code != "machine")]
        self.fields["area"].choices = [*wide, (gettext("one state"), states)]  # type: ignore[attr-defined]

    def chosen(self, agency: str) -> dict[str, str]:
        """role, area_kind and area as `give_grant` takes them, for a user of `agency`."""
        kind, _colon, code = self.cleaned_data["area"].partition(":")
        return {"role": self.cleaned_data["role"], "area_kind": kind, "area": agency if kind == "agency" else code}


class InviteForm(RoleForm):
    """A new user with his first role."""

    agency = forms.ChoiceField(label=_("Agency"))
    name = forms.CharField(label=_("Name"), max_length=160, help_text=_("As on the identity card."))
    email = forms.EmailField(label=_("Work e-mail"), help_text=_("The invitation goes there, and it is what the user signs in with."))
    language = forms.ChoiceField(label=_("Language of messages"), choices=settings.LANGUAGES, widget=forms.RadioSelect, initial="ms")
    field_order = ("agency", "name", "email", "language", "role", "area")

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, *args, **kwargs)
        self.fields["agency"].choices = agency_choices(actor, "user.invite")  # type: ignore[attr-defined]
        self.fields["agency"].initial = actor.agency


@needs("user.read")
def users(request: HttpRequest) -> HttpResponse:
    """The list by name, narrowed by ?q= ?agency= ?left=; ?after= a user's id goes on from there."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    q, agency, left = request.GET.get("q", "").strip()[:80], request.GET.get("agency", ""), request.GET.get("left") == "1"
    rows = user_steps.visible(actor).filter(left_at__isnull=not left).order_by("name", "id")
    if q:
        rows = rows.filter(Q(name__icontains=q) | Q(email__icontains=q))
    if agency:
        rows = rows.filter(agency_id=agency)
    if (start := request.GET.get("after", "")) and (last := user_steps.visible(actor).filter(pk=uuid_or_404(start)).first()):
        rows = rows.filter(Q(name__gt=last.name) | Q(name=last.name, pk__gt=last.pk))
    current = Prefetch("grants", Grant.objects.filter(ended_at=None).order_by("given_at"), to_attr="current")
    found = list(rows.prefetch_related(current)[:PAGE + 1])
    kept = {key: value for key, value in (("q", q), ("agency", agency), ("left", "1" if left else "")) if value}
    agencies = agency_choices(actor, "user.read") if actor.nationwide("user.read") else []
    following = f"?{urlencode({**kept, 'after': str(found[PAGE - 1].pk)})}" if len(found) > PAGE else ""
    return render(request, "users/list.html", {
        "rows": [(user, roles_of(user.current, user.agency)) for user in found[:PAGE]], "q": q, "agency": agency, "left": left,
        "agencies": agencies, "national": bool(agencies), "may_invite": actor.holds("user.invite"), "narrowed": bool(q or agency or start),
        "next": following, "first": f"?{urlencode(kept)}" if start else ""})


def roles_of(grants: list[Grant], agency: Agency | None) -> list[tuple[str, str]]:
    """(role, area) in words for each grant."""
    return [(role_words.role_word(grant.role), role_words.area_word(grant, agency)) for grant in grants]


def uuid_or_404(text: str) -> UUID:
    """An id typed into an address. Raises Http404 for anything else."""
    try:
        return UUID(text)
    except ValueError as fault:
        raise Http404 from fault


def page_of(request: HttpRequest, user: User, form: RoleForm | None = None, refused: str = "", status: int = 200) -> HttpResponse:
    """One user: who he is, his roles now and before, and the steps the visitor may take."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    grants = list(user.grants.order_by("given_at"))
    operator = gettext("the operator of the platform")
    names = {str(pk): name for pk, name in User.objects.filter(pk__in=user_ids(grants)).values_list("pk", "name")}
    above = not actor.nationwide("grant.end") and any(g.area_kind == "national" and g.ended_at is None for g in grants)
    own, here = str(user.pk) == actor.id, user.left_at is None
    may = {verb.replace(".", "_") for verb in STEPS if here and actor.reaches(verb, user.agency_id or "")}
    rows = [(g, role_words.role_word(g.role), role_words.area_word(g, user.agency), names.get(g.given_by, operator)) for g in grants]
    link = staff.password_link(user) if settings.DEMO_PEOPLE and here and not user.has_usable_password() and "user_remind" in may else ""
    return render(request, "users/one.html", {
        "who": user, "current": [r for r in rows if r[0].ended_at is None], "ended": [r for r in rows if r[0].ended_at is not None][::-1],
        "form": form or RoleForm(actor), "refused": refused, "above": above, "own": own, "may": may, "link": link,
        "agency": role_words.agency_name(user.agency) if user.agency else "", "second": is_mfa_enabled(user),
        "waits": not user.has_usable_password() and user.last_login is None}, status=status)


def user_ids(grants: list[Grant]) -> list[str]:
    """The ids among those who gave grants; commands have names, not ids."""
    return [g.given_by for g in grants if len(g.given_by) == 36 and ":" not in g.given_by]


@needs("user.read")
def user(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One user."""
    return page_of(request, user_steps.user_or_404(request, pk))


@needs("user.invite")
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody with a first role; he is sent how to choose a password."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    form, refused = InviteForm(actor, request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = staff.invite_user(Agency.objects.get(code=given["agency"]), actor=actor, email=given["email"], name=given["name"],
                                     language=given["language"], tell=True, **form.chosen(given["agency"]))
            return user_steps.done(request, made, gettext("Invited. A message is on its way to %(email)s.") % {"email": made.email})
        except Refused as fault:
            refused = user_steps.at_field(form, fault)
    return render(request, "users/step.html", {
        "title": gettext("Invite a user"), "form": form, "refused": refused, "submit": gettext("Send the invitation"),
        "leads": [gettext("The message says how to choose a password; nobody else sees it.")], "back": "users", "back_words": gettext("Users")},
        status=422 if form.errors or refused else 200)


@needs("grant.give")
def give(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a role; the form stands on the user's page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    whom, refused = user_steps.user_or_404(request, pk), ""
    form = RoleForm(actor, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            grant = staff.give_grant(whom, actor=actor, **form.chosen(whom.agency_id or ""))
            return user_steps.done(request, whom, gettext("Given: %(role)s.") % {"role": role_words.role_word(grant.role)})
        except Refused as fault:
            refused = user_steps.at_field(form, fault)
    return page_of(request, whom, form, refused, 422)


@login_required
def roles(request: HttpRequest) -> HttpResponse:
    """What each role sees and does, in words."""
    rows = [{"name": name, "says": says, "sees": sorted(str(role_words.VERBS[v]) for v in ROLES[code] if v in READS),
             "does": sorted(str(role_words.VERBS[v]) for v in ROLES[code] if v not in READS)}
            for code, (name, says) in role_words.ROLES.items()]
    return render(request, "users/roles.html", {"rows": rows})


urlpatterns = [
    path("pengguna/", users, name="users"),
    path("pengguna/jemput/", invite, name="user_invite"),
    path("pengguna/<uuid:pk>/", user, name="user"),
    path("pengguna/<uuid:pk>/peranan/", give, name="grant_give"),
    path("pengguna/<uuid:pk>/ubah/", user_steps.change, name="user_change"),
    path("pengguna/<uuid:pk>/jemput-semula/", user_steps.remind, name="user_remind"),
    path("pengguna/<uuid:pk>/langkah-kedua/", user_steps.reset, name="second_factor_reset"),
    path("pengguna/<uuid:pk>/berhenti/", user_steps.leave, name="user_leave"),
    path("pengguna/<uuid:pk>/peranan/<int:grant>/tamat/", user_steps.end, name="grant_end"),
    path("pengguna/<uuid:pk>/peranan/<int:grant>/semula/", user_steps.again, name="grant_again"),
    path("peranan/", roles, name="roles"),
]
