"""What stands around every page: navigation by the visitor's verbs, his name and agency, mode, the other language.

A context processor, so it must be cheap: the actor of the request is already known to the kernel; the agency costs at most one query.
"""
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sinergi.kernel.acting import current
from sinergi.web.purpose import purpose_in_words


@dataclass(frozen=True)
class Entry:
    """One word of the navigation: the name of its page, the verb that opens it ("" = everybody signed in), its key."""

    label: str | Promise
    name: str
    verb: str = ""
    key: str = ""


NAVIGATION = (
    Entry(_("My day"), "my_day"),
    Entry(_("Search"), "search", "person.search", "/"),
    Entry(_("Register"), "intake", "submission.receive"),
    Entry(_("Referrals"), "inbox", "case.read"),
    Entry(_("Applications"), "applications", "application.read"),
    Entry(_("Overlaps"), "overrides", "override.approve"),
    Entry(_("Lists"), "batches", "batch.read"),
    Entry(_("Matching"), "linking", "linkage.read"),
    Entry(_("Review"), "review", "identity.review"),
    Entry(_("Fairness"), "fairness", "identity.oversee"),
    Entry(_("Programmes"), "programmes", "programme.read"),
    Entry(_("Requests"), "data_requests", "request.read"),
    Entry(_("Openings"), "accesses", "access.read"),
    Entry(_("Partners"), "partners", "agency.read"),
    Entry(_("Users"), "users", "user.read"),
    Entry(_("Audit"), "audit", "audit.read"),
    Entry(_("Outbox"), "outbox", "message.read"),
)


def navigation(verbs: frozenset[str], address: str) -> list[dict[str, object]]:
    """The entries these verbs open, each with label, url, key and whether the page of `address` lies in it."""
    found: list[dict[str, object]] = []
    for entry in NAVIGATION:
        if entry.verb and entry.verb not in verbs:
            continue
        try:
            url = reverse(entry.name)
        except NoReverseMatch:  # an area of pages that this installation does not have
            continue
        here = address == url or (url != "/" and address.startswith(url))
        found.append({"label": entry.label, "url": url, "key": entry.key, "here": here})
    return found


def agency_name(request: HttpRequest) -> str:
    """The name of the signed-in user's agency in the language of the page; empty for one without agency."""
    agency = getattr(request.user, "agency", None)
    return "" if agency is None else str(agency.name_ms if get_language() == "ms" else agency.name_en)


def frame(request: HttpRequest) -> dict[str, object]:
    """The variable `frame` of every template: nav, home, signed_in, who, agency, demo, official, languages."""
    context = current()
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    language = get_language()
    entries = navigation(context.actor.verbs, request.path) if context is not None and signed_in else []
    return {"frame": {
        "nav": entries,
        "home": entries[0]["url"] if entries else reverse("account_login"),
        "signed_in": signed_in,
        "who": user.name if user is not None and signed_in else "",
        "agency": agency_name(request) if signed_in else "",
        "demo": settings.DEMO_PEOPLE,
        "purpose": purpose_in_words() if signed_in else "",
        "official": settings.GOVERNMENT_SITE,
        "languages": [(code, name) for code, name in settings.LANGUAGES if code != language],
    }}
