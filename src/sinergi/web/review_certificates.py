"""Certificates: what is promised of links that nobody looks at, how far the labels carry, the blind labelling, and the signature."""

import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from sinergi.kernel.errors import Refused
from sinergi.registry.actions import certificates as actions
from sinergi.registry.queries import certificates as queries
from sinergi.registry.queries.review import blind
from sinergi.web.admission import needs
from sinergi.web.linking_learning import in_force
from sinergi.web.review import partners, told

PERIODS = (180, 90, 365)
STATES = {"drawing": ("ask", "half", _("being labelled")), "valid": ("yes", "check", _("valid")), "failed": ("no", "dash", _("failed")),
          "suspended": ("bad", "warn", _("suspended")), "expired": ("no", "clock", _("expired"))}


def source_words(sources: str, names: dict[str, str]) -> str:
    """A pair of sources in words."""
    kind, _sep, agency = sources.partition(":")
    return str(_("the register against itself")) if kind == "register" else str(_("lists of %(agency)s")) % {"agency": names.get(agency, agency)}


@needs("identity.review")
@require_http_methods(["GET", "POST"])
def certificates(request: HttpRequest) -> HttpResponse:
    """Every certificate; the form that draws another."""
    refused = ""
    if request.method == "POST":
        try:
            draw(request)
            return redirect("certificates")
        except Refused as why:
            refused = why.sentence(get_language() or "ms")
    return listed(request, refused)


def listed(request: HttpRequest, refused: str) -> HttpResponse:
    """The list, with a refusal where one was given."""
    actor, names = request.actor, partners()  # type: ignore[attr-defined]
    found = [{"view": view, "row": view.certificate, "state": STATES[view.certificate.state],
              "sources": source_words(view.certificate.sources, names), "wanted": len(view.walk.wanted),
              "share": round(100 * view.certificate.target, 1)} for view in queries.certificates()]
    context = {"certificates": found, "refused": refused, "labels_exist": queries.labels_exist(), "targets": actions.TARGETS, "periods": PERIODS,
               "models": queries.models(), "in_force": in_force().version,
               "draws": actor.holds("certificate.draw"), "signs": actor.holds("certificate.sign"),
               "suspends": actor.holds("certificate.suspend"), "labels": actor.holds("certificate.label"),
               "sources": [("register", source_words("register", names)), *((f"list:{code}", source_words(f"list:{code}", names)) for code in names)]}
    return render(request, "review/certificates.html", context, status=422 if refused else 200)


def draw(request: HttpRequest) -> None:
    """Draw a certificate's pairs at random. Raises Refused."""
    model = queries.model(request.POST.get("model", ""))
    if model is None:
        raise Http404
    target = next((t for t in actions.TARGETS if str(t) == request.POST.get("target")), 0.0)
    actions.draw_certificate(model, actor=request.actor, sources=request.POST.get("sources", "register")[:60],  # type: ignore[attr-defined]
                             target=target, chance=np.random.Generator(np.random.PCG64(secrets.randbits(128))))


def certificate(certificate_id: UUID) -> Any:
    """One certificate, or the page that says there is none."""
    found = queries.certificate(certificate_id)
    if found is None:
        raise Http404
    return found


@needs("certificate.sign")
@require_POST
def sign(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Sign what the labels prove."""
    try:
        days = next((d for d in PERIODS if str(d) == request.POST.get("days")), PERIODS[0])
        actions.sign_certificate(certificate(certificate_id), actor=request.actor,  # type: ignore[attr-defined]
                                 to_on=timezone.localdate() + timedelta(days=days))
    except Refused as why:
        return listed(request, why.sentence(get_language() or "ms"))
    return redirect("certificates")


@needs("certificate.suspend")
@require_POST
def suspend(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Nothing is linked by it from now on."""
    try:
        actions.suspend_certificate(certificate(certificate_id), actor=request.actor, why=request.POST.get("why", ""))  # type: ignore[attr-defined]
    except Refused as why:
        return listed(request, why.sentence(get_language() or "ms"))
    return redirect("certificates")


@needs("certificate.label")
@require_http_methods(["GET", "POST"])
def label(request: HttpRequest) -> HttpResponse:
    """One drawn pair, blind: two records, no score, nothing of what others said."""
    actor, refused = request.actor, ""  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            actions.label_pair(label_of(request), actor=actor, answer=request.POST.get("answer", ""))
            return redirect("label")
        except Refused as why:
            refused = why.sentence(get_language() or "ms")
    found = queries.next_label(actor)
    pair = told(blind(found.candidate, found.pk, actor), partners()) if found is not None else None
    context = {"pair": pair, "refused": refused, "mine": queries.labelled_by(actor)}
    return render(request, "review/label.html", context, status=422 if refused else 200)


def label_of(request: HttpRequest) -> UUID:
    """The drawn pair that a form names. Raises Refused: `certificate.label_unknown`."""
    try:
        return UUID(request.POST.get("label", ""))
    except ValueError as wrong:
        raise Refused("certificate.label_unknown") from wrong


urlpatterns = [
    path("semakan-orang/sijil/", certificates, name="certificates"),
    path("semakan-orang/sijil/<uuid:certificate_id>/tandatangan/", sign, name="certificate_sign"),
    path("semakan-orang/sijil/<uuid:certificate_id>/gantung/", suspend, name="certificate_suspend"),
    path("semakan-orang/label/", label, name="label"),
]
