"""Pages of lists: an opaque, signed cursor carries where the last row stood, so rows that come meanwhile neither repeat nor drop others."""
from typing import Any

from django.core import signing

from sinergi.kernel.errors import Refused

SALT, MOST = "api cursor", 200


def cursor(of: str, *place: Any) -> str:
    """The cursor that goes on after a row of a list: its place in the list's order, as plain values."""
    return signing.dumps([of, *place], salt=SALT)


def place(given: str, of: str) -> list[Any]:
    """Where a list goes on; empty from the beginning. Refused("api.cursor") for one we did not write, or of another list."""
    if not given:
        return []
    try:
        listed, *found = signing.loads(given, salt=SALT)
    except (signing.BadSignature, ValueError) as wrong:
        raise Refused("api.cursor", field="cursor") from wrong
    if listed != of:
        raise Refused("api.cursor", field="cursor")
    return found
