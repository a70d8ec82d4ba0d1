"""Links that one may follow without signing in: an id and its signature. Nothing is kept of them, so nothing can be stolen from a table."""
from uuid import UUID

from django.core import signing

from .errors import Refused

SALT = "sinergi.link"


def signed(number: UUID) -> str:
    """What a link ends in."""
    return signing.Signer(salt=SALT, sep="~").sign(number.hex)


def read(token: str) -> UUID:
    """The id a link names. Refused("link.broken") when it was changed."""
    try:
        return UUID(signing.Signer(salt=SALT, sep="~").unsign(token))
    except (signing.BadSignature, ValueError) as wrong:
        raise Refused("link.broken") from wrong
