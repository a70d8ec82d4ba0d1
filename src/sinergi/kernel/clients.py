"""Machine clients: another system of a partner that reads and writes by the API, with a token instead of a password.

A client is a user of kind `machine` with the role `machine` over its own agency. Its token is 32 random bytes, shown once; only the
hash is kept.
"""
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.db import connection
from django.utils.text import slugify

from . import policy
from .action import action, changes
from .actors import Actor, areas_of
from .errors import Refused
from .models import Agency, ClientSecret, User
from .staff import end_access, give_grant, new_user

LONGEST = timedelta(days=366)
CLIENT = """SELECT u.id, u.name, u.agency_id, g.role, g.area_kind, g.area FROM kernel_clientsecret s JOIN kernel_user u ON u.id = s.user_id
            LEFT JOIN kernel_grant g ON g.user_id = u.id AND g.ended_at IS NULL
            WHERE s.sha256 = %s AND s.ended_at IS NULL AND s.expires_on >= %s AND u.is_active AND u.left_at IS NULL"""


@dataclass(frozen=True)
class Issued:
    """A new client with its token, which nobody can ask for again."""

    user: User
    token: str
    expires_on: date


def fingerprint(token: str) -> str:
    """What is kept of a token. It is 256 random bits, so a plain hash cannot be guessed back."""
    return sha256(token.encode()).hexdigest()


@action("client.create", policy.reaching("client.create"))
def create_client(agency: Agency, *, actor: Actor, name: str, expires_on: date, on: date) -> Issued:
    """Let another system of a partner in, by a token that is shown once and ends on a day.

    Raises Refused: `client.expiry_unfit`, `client.name_taken`, `agency.has_left`, `user.name_missing`, `grant.wider_than_own`.
    """
    if not on < expires_on <= on + LONGEST:
        raise Refused("client.expiry_unfit", field="expires_on")
    if User.objects.filter(agency=agency, kind="machine", name__iexact=name.strip(), left_at=None).exists():
        raise Refused("client.name_taken", field="name")
    address = f"{slugify(name)[:40] or 'client'}-{secrets.token_hex(4)}@{agency.code}.client.invalid"
    user = new_user(agency, address, name, "ms", "machine")
    token = secrets.token_urlsafe(32)
    secret = ClientSecret.objects.create(user=user, sha256=fingerprint(token), made_by=actor.id, expires_on=expires_on)
    changes().made(user, secret)
    give_grant(user, actor=actor, role="machine", area_kind="agency", area=agency.code)
    return Issued(user, token, expires_on)


@action("client.end", policy.reaching("client.end"))
def end_client(secret: ClientSecret, *, actor: Actor, at: datetime) -> ClientSecret:
    """End a client at once: its token opens nothing any more.

    Raises Refused: `client.ended_already`.
    """
    if secret.ended_at is not None:
        raise Refused("client.ended_already")
    changes().watch(secret.user)
    end_access([secret.user], at)
    secret.refresh_from_db()
    return secret


def client_of(token: str, *, on: date) -> Actor | None:
    """The actor a token stands for on a day, by his grants of today; None for a token that is unknown, ended or past its day. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(CLIENT, [fingerprint(token), on])
        rows = cursor.fetchall()
    if not rows:
        return None
    user, name, agency = rows[0][:3]
    return Actor(str(user), name, agency or "", areas_of(row[3:] for row in rows if row[3] is not None))
