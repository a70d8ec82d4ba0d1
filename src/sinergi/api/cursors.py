"""Pages of lists: an opaque, signed cursor carries where the last row stood, so rows that come meanwhile neither repeat nor drop others."""
from typing import Any

from django.core import signing

from sinergi.kernel.errors import Refused

SALT, MOST = "api cursor", 200


def cursor(*place: Any) -> str:
    """The cursor that goes on after a row: its place in the list's order, as plain values."""
    return signing.dumps(list(place), salt=SALT)


def place(given: str, parts: int) -> list[Any] | None:
    """Where a list goes on; None from the beginning. Refused("api.cursor") for one we did not write, or of another list."""
    if not given:
        return None
    try:
        found = signing.loads(given, salt=SALT)
    except signing.BadSignature:
        found = None
    if not isinstance(found, list) or len(found) != parts:
        raise Refused("api.cursor", field="cursor")
    return found
