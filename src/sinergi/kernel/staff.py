"""Users and what they may do: invite, change, grant, end, reset a lost second factor, leave with the work handed over."""
from collections.abc import Callable
from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse

from . import policy
from .action import action, changes
from .actors import Actor
from .errors import Refused
from .models import Agency, Grant, User
from .roles import AREAS, ROLES

HandOver = Callable[[User, User], int]
HAND_OVERS: list[HandOver] = []  # rooms enter theirs in apps.ready(): (leaver, successor) -> how many things moved


@action("user.invite", policy.reaching("user.invite"))
def invite_user(agency: Agency, *, actor: Actor, email: str, name: str, language: str = "ms", kind: str = "staff") -> User:
    """Add a member of staff without a password; he sets one through the link he is sent.

    Raises Refused: `agency.has_left`, `user.email_taken`, `user.name_missing`.
    """
    if agency.left_on is not None:
        raise Refused("agency.has_left", agency=agency.code)
    if not name.strip():
        raise Refused("user.name_missing", field="name")
    if User.objects.filter(email__iexact=email.strip()).exists():
        raise Refused("user.email_taken", field="email")
    user = User(email=email.strip().lower(), name=name.strip(), agency=agency, language=language, kind=kind)
    user.set_unusable_password()
    user.save()
    return user


@action("user.change", policy.reaching("user.change"))
def change_user(user: User, *, actor: Actor, name: str, language: str) -> User:
    """Correct a name or the language of messages."""
    if not name.strip():
        raise Refused("user.name_missing", field="name")
    user.name, user.language = name.strip(), language
    user.save(update_fields=["name", "language"])
    return user


@action("grant.give", policy.reaching("grant.give"))
def give_grant(user: User, *, actor: Actor, role: str, area_kind: str, area: str = "") -> Grant:
    """Give a role over an area. Nobody grants to himself.

    Raises Refused: `grant.to_oneself`, `grant.unknown_role`, `grant.already_given`, `user.has_left`.
    """
    if str(user.pk) == actor.id:
        raise Refused("grant.to_oneself")
    if user.left_at is not None:
        raise Refused("user.has_left")
    if role not in ROLES or area_kind not in AREAS or (area_kind == "national") == bool(area):
        raise Refused("grant.unknown_role", field="role")
    if Grant.objects.filter(user=user, role=role, area_kind=area_kind, area=area, ended_at=None).exists():
        raise Refused("grant.already_given", field="role")
    return Grant.objects.create(user=user, role=role, area_kind=area_kind, area=area, given_by=actor.id)


@action("grant.end", policy.reaching("grant.end"))
def end_grant(grant: Grant, *, actor: Actor, at: datetime) -> Grant:
    """Take a role back; the row stays, because the audit cites it."""
    if grant.ended_at is not None:
        raise Refused("grant.ended_already")
    grant.ended_at = at
    grant.save(update_fields=["ended_at"])
    return grant


@action("second_factor.reset", policy.reaching("second_factor.reset"))
def reset_second_factor(user: User, *, actor: Actor, reason: str) -> User:
    """Remove a lost second factor and end every session; the user sets up a new one at the next sign-in.

    Raises Refused: `reason_too_short`, `second_factor.own`.
    """
    if str(user.pk) == actor.id:
        raise Refused("second_factor.own")
    if len(reason.strip()) < 15:
        raise Refused("reason_too_short", field="reason", least=15)
    removed, _ = Authenticator.objects.filter(user=user).delete()
    changes().note(removed=removed, sessions=end_sessions(user))
    return user


@action("user.leave", policy.reaching("user.leave"))
def leave(user: User, *, actor: Actor, successor: User, at: datetime) -> User:
    """A member of staff leaves: grants end, sessions end, and everything he held goes to a colleague of the same agency.

    Raises Refused: `user.has_left`, `user.successor_elsewhere`, `user.leaves_himself`.
    """
    if user.left_at is not None:
        raise Refused("user.has_left")
    if str(user.pk) == actor.id:
        raise Refused("user.leaves_himself")
    if successor.pk == user.pk or successor.agency_id != user.agency_id or successor.left_at is not None:
        raise Refused("user.successor_elsewhere", field="successor")
    end_access(user, at)
    changes().note(successor=str(successor.pk), handed_over=sum(hand_over(user, successor) for hand_over in HAND_OVERS))
    return user


def end_access(user: User, at: datetime) -> None:
    """No grant, no session, no sign-in. Inside an action only."""
    user.left_at, user.is_active = at, False
    user.save(update_fields=["left_at", "is_active"])
    Grant.objects.filter(user=user, ended_at=None).update(ended_at=at)
    end_sessions(user)


def end_sessions(user: User) -> int:
    """Sign a user out everywhere; returns how many sessions ended."""
    own = [s.pk for s in Session.objects.all().iterator() if s.get_decoded().get("_auth_user_id") == str(user.pk)]
    Session.objects.filter(pk__in=own).delete()
    return len(own)


def password_link(user: User) -> str:
    """The single-use address at which an invited user sets his password; it dies with the first use and after three days (PASSWORD_RESET_TIMEOUT)."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return f"{settings.ORIGIN}{reverse('account_reset_password_from_key', kwargs=key)}"
