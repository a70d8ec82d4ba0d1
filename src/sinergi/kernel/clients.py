"""Machine clients: another system of a partner that reads and writes by the API (OAuth 2 client credentials, RFC 6749 section 4.4).

A client is a user of kind `machine` with the role `machine` over its own agency; its id is the user's. Its secret is 32 random bytes, shown
once; only the hash is kept. For the secret it gets a token for a quarter of an hour, signed, that may carry fewer verbs than the client holds.
What a token opens is asked of the client's grants at each request: a client that ended opens nothing from the next request on.
"""
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import connection
from django.utils import timezone
from django.utils.text import slugify

from . import policy
from .action import action, changes
from .actors import Actor, areas_of
from .errors import Refused
from .models import Agency, ClientSecret, User
from .staff import end_access, give_grant, new_user

LONGEST, LIFE = timedelta(days=366), timedelta(minutes=15)
SIGNER = Signer(salt="client token", sep="~")
CLIENT = """SELECT u.id, u.name, u.agency_id, g.role, g.area_kind, g.area FROM kernel_clientsecret s JOIN kernel_user u ON u.id = s.user_id
            LEFT JOIN kernel_grant g ON g.user_id = u.id AND g.ended_at IS NULL
            WHERE s.id = %s AND s.ended_at IS NULL AND s.expires_on >= %s AND u.is_active AND u.left_at IS NULL"""


@dataclass(frozen=True)
class Issued:
    """A new client with its secret, which nobody can ask for again."""

    user: User
    secret: str
    expires_on: date


@dataclass(frozen=True)
class Token:
    """What a client sends with each request for so many seconds, and the verbs it carries."""

    text: str
    scope: tuple[str, ...]
    seconds: int


def fingerprint(secret: str) -> str:
    """What is kept of a secret. It is 256 random bits, so a plain hash cannot be guessed back."""
    return sha256(secret.encode()).hexdigest()


@action("client.create", policy.reaching("client.create"))
def create_client(agency: Agency, *, actor: Actor, name: str, expires_on: date, on: date) -> Issued:
    """Let another system of a partner in, by a secret that is shown once and ends on a day.

    Raises Refused: `client.expiry_unfit`, `client.name_taken`, `agency.has_left`, `user.name_missing`, `grant.wider_than_own`.
    """
    if not on < expires_on <= on + LONGEST:
        raise Refused("client.expiry_unfit", field="expires_on")
    if User.objects.filter(agency=agency, kind="machine", name__iexact=name.strip(), left_at=None).exists():
        raise Refused("client.name_taken", field="name")
    address = f"{slugify(name)[:40] or 'client'}-{secrets.token_hex(4)}@{agency.code}.client.invalid"
    user = new_user(agency, address, name, "ms", "machine")
    secret = secrets.token_urlsafe(32)
    kept = ClientSecret.objects.create(user=user, sha256=fingerprint(secret), made_by=actor.id, expires_on=expires_on)
    changes().made(user, kept)
    give_grant(user, actor=actor, role="machine", area_kind="agency", area=agency.code)
    return Issued(user, secret, expires_on)


@action("client.end", policy.reaching("client.end"))
def end_client(secret: ClientSecret, *, actor: Actor, at: datetime) -> ClientSecret:
    """End a client at once: its secret and its tokens open nothing any more.

    Raises Refused: `client.ended_already`.
    """
    if secret.ended_at is not None:
        raise Refused("client.ended_already")
    changes().watch(secret.user)
    end_access([secret.user], at)
    secret.refresh_from_db()
    return secret


def issue_token(client: str, secret: str, scope: Iterable[str] = (), *, at: datetime) -> Token:
    """A token for a client that proves itself by its secret; `scope`: the verbs it is to carry, none for all that the client holds.

    Raises Refused: `client.unproved` (unknown, ended, past its day, another secret), `client.scope` (a verb it does not hold). Two statements.
    """
    rows = ClientSecret.objects.filter(user_id=client, sha256=fingerprint(secret)) if is_id(client) else ClientSecret.objects.none()
    number = rows.values_list("pk", flat=True).first()
    actor = None if number is None else actor_behind(number, timezone.localdate(at))
    if actor is None:
        raise Refused("client.unproved")
    wanted = tuple(sorted(set(scope)))
    if beyond := [verb for verb in wanted if not actor.holds(verb)]:
        raise Refused("client.scope", verbs=", ".join(beyond))
    text = SIGNER.sign("~".join([str(number), str(int((at + LIFE).timestamp())), *wanted]))
    return Token(text, wanted or tuple(sorted(actor.verbs)), int(LIFE.total_seconds()))


def is_id(text: str) -> bool:
    """Is this written as the id of a client?"""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def client_of(token: str, *, at: datetime) -> Actor | None:
    """The actor a token stands for, by his grants of this moment, cut down to the token's verbs; None for one that opens nothing. One statement."""
    try:
        number, until, *scope = SIGNER.unsign(token).split("~")
    except BadSignature:
        return None
    if int(until) <= at.timestamp():
        return None
    actor = actor_behind(int(number), timezone.localdate(at))
    return actor if actor is None or not scope else replace(actor, areas={v: areas for v, areas in actor.areas.items() if v in scope})


def actor_behind(number: int, on: date) -> Actor | None:
    """The actor of a secret on a day; None where the secret or its client ended. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(CLIENT, [number, on])
        rows = cursor.fetchall()
    if not rows:
        return None
    user, name, agency = rows[0][:3]
    return Actor(str(user), name, agency or "", areas_of(row[3:] for row in rows if row[3] is not None))
