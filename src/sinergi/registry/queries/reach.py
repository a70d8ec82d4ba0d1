"""How a person is reached by message. Hidden phones and addresses are never used: who is hidden gets a letter at the counter."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection

from sinergi.kernel import notify

CONTACTS = {"sms": "phone", "email": "email"}


@dataclass(frozen=True)
class Reach:
    """The channel (sms, email, letter) and the language of a person's messages."""

    channel: str
    language: str


def reach_of(person_id: UUID) -> Reach:
    """How to reach a person, whoever serves him: by text where he has a phone and the installation sends texts, else e-mail, else letter.

    For use inside an action; it tells the channel, not the address.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, email, language FROM sinergi_reach(%s)", [person_id])
        phone, email, language = cursor.fetchone() or (False, False, "ms")
    return Reach("sms" if phone and settings.SMS_GATEWAY else "email" if email else "letter", language or "ms")


@notify.addresses_of_persons
def address_of(person_id: UUID, channel: str) -> str:
    """The address of a person for a channel, '' without one. Answered to the sender of messages alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sinergi_address(%s, %s)", [person_id, CONTACTS.get(channel, "")])
        return str((cursor.fetchone() or ("",))[0] or "")
