"""Names of others before a screen is turned round: hidden by one link, initials in their place, until the page is opened anew."""
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

HIDDEN = "0"


def is_veiled(request: HttpRequest) -> bool:
    """Are names to be hidden on this page?"""
    return request.GET.get("nama") == HIDDEN


def veil(request: HttpRequest) -> dict[str, Any]:
    """The link that hides the names of a page, or shows them again: hidden, address, words."""
    query, hidden = request.GET.copy(), is_veiled(request)
    query.pop("nama", None)
    if not hidden:
        query["nama"] = HIDDEN
    address = f"{request.path}?{query.urlencode()}" if query else request.path
    return {"hidden": hidden, "address": address, "words": _("Show names again") if hidden else _("Hide names before you turn the screen")}


def veiled(name: str, hidden: bool) -> str:
    """A name, or its initials where it is hidden.

    >>> veiled("Siti binti Omar", True), veiled("Aminah", False)
    ('S. b. O.', 'Aminah')
    """
    return " ".join(f"{part[0]}." for part in name.split()) if hidden else name
