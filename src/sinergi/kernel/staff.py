"""Users and what they may do: invite, change, grant, end, reset a lost second factor, leave with the work handed over.

Nobody gives a role to himself, over a wider area than his own, or takes one from somebody above him (`policy`). One national
administrator always remains.
"""
from collections.abc import Callable, Iterable
from datetime import datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse

from . import notify, policy
from .action import action, changes
from .actors import Actor
from .errors import Refused
from .models import Agency, ClientSecret, Grant, User
from .roles import AREAS, ROLES

HandOver = Callable[[User, User], int]
HAND_OVERS: list[HandOver] = []  # rooms enter theirs in apps.ready(): (leaver, successor) -> how many things moved
LEAST_REASON = 15


@action("user.invite", policy.reaching("user.invite"))
def invite_user(agency: Agency, *, actor: Actor, email: str, name: str, language: str = "ms", role: str = "", area_kind: str = "agency",
                area: str = "", tell: bool = False) -> User:
    """Add a member of staff without a password, and his first role if named; `tell`: he is sent how to set a password.

    Raises Refused: `agency.has_left`, `user.email_taken`, `user.name_missing`, and those of `give_grant`.
    """
    user = new_user(agency, email, name, language, "staff")
    if role:
        give_grant(user, actor=actor, role=role, area_kind=area_kind, area=area)
    if tell:
        notify.queue("user.invited", to=user, actor=actor, language=language)
    return user


@action("user.remind", policy.reaching("user.remind"))
def remind_user(user: User, *, actor: Actor) -> User:
    """Send the invitation again to somebody who has not set a password yet.

    Raises Refused: `user.has_left`, `user.has_password`.
    """
    if user.left_at is not None:
        raise Refused("user.has_left")
    if user.has_usable_password():
        raise Refused("user.has_password")
    notify.queue("user.invited", to=user, actor=actor, language=user.language)
    return user


def new_user(agency: Agency, email: str, name: str, language: str, kind: str) -> User:
    """A user row without a password. Inside an action only. Raises Refused as `invite_user` says."""
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
    """Give a role over the nation, a state or the user's own agency. Nobody grants to himself or beyond his own area.

    Raises Refused: `grant.to_oneself`, `grant.unknown_role`, `grant.other_agency`, `grant.machine_role`, `grant.wider_than_own`,
    `grant.already_given`, `user.has_left`.
    """
    if str(user.pk) == actor.id:
        raise Refused("grant.to_oneself")
    if user.left_at is not None:
        raise Refused("user.has_left")
    if role not in ROLES or area_kind not in AREAS or (area_kind == "national") == bool(area):
        raise Refused("grant.unknown_role", field="role")
    if area_kind == "agency" and area != user.agency_id:
        raise Refused("grant.other_agency", field="area")
    if (role == "machine") != (user.kind == "machine"):
        raise Refused("grant.machine_role", field="role")
    if not policy.within(actor, "grant.give", area_kind, area):
        raise Refused("grant.wider_than_own", field="area")
    if Grant.objects.filter(user=user, role=role, area_kind=area_kind, area=area, ended_at=None).exists():
        raise Refused("grant.already_given", field="role")
    return Grant.objects.create(user=user, role=role, area_kind=area_kind, area=area, given_by=actor.id)


@action("grant.end", policy.over("grant.end"))
def end_grant(grant: Grant, *, actor: Actor, at: datetime) -> Grant:
    """Take a role back; the row stays, because the audit cites it.

    Raises Refused: `grant.ended_already`, `grant.last_administrator`.
    """
    if grant.ended_at is not None:
        raise Refused("grant.ended_already")
    grant.ended_at = at
    grant.save(update_fields=["ended_at"])
    keep_an_administrator([grant])
    return grant


@action("second_factor.reset", policy.over("second_factor.reset"))
def reset_second_factor(user: User, *, actor: Actor, reason: str) -> User:
    """Remove a lost second factor and end every session; the user sets up a new one at the next sign-in.

    Raises Refused: `reason_too_short`, `second_factor.own`.
    """
    if str(user.pk) == actor.id:
        raise Refused("second_factor.own")
    if len(reason.strip()) < LEAST_REASON:
        raise Refused("reason_too_short", field="reason", least=LEAST_REASON)
    removed, _ = Authenticator.objects.filter(user=user).delete()
    changes().note(removed=removed, sessions=end_sessions([user]), reason=reason.strip())
    return user


@action("user.leave", policy.over("user.leave"))
def leave(user: User, *, actor: Actor, successor: User, at: datetime) -> User:
    """A member of staff leaves: grants end, sessions end, and everything he held goes to a colleague of the same agency.

    Raises Refused: `user.has_left`, `user.successor_elsewhere`, `user.leaves_himself`, `grant.last_administrator`.
    """
    if user.left_at is not None:
        raise Refused("user.has_left")
    if str(user.pk) == actor.id:
        raise Refused("user.leaves_himself")
    if successor.pk == user.pk or successor.agency_id != user.agency_id or successor.left_at is not None or successor.kind != "staff":
        raise Refused("user.successor_elsewhere", field="successor")
    end_access([user], at)
    changes().note(successor=str(successor.pk), handed_over=sum(hand_over(user, successor) for hand_over in HAND_OVERS))
    return user


def end_access(users: list[User], at: datetime) -> None:
    """No grant, no session, no token, no sign-in. Inside an action only; all of it enters that action's audit entry."""
    grants = list(Grant.objects.filter(user__in=users, ended_at=None))
    secrets = list(ClientSecret.objects.filter(user__in=users, ended_at=None))
    changes().watch(*users, *grants, *secrets)
    for user in users:
        user.left_at, user.is_active = at, False
    for grant in grants:
        grant.ended_at = at
    for secret in secrets:
        secret.ended_at = at
    User.objects.bulk_update(users, ["left_at", "is_active"])
    Grant.objects.bulk_update(grants, ["ended_at"])
    ClientSecret.objects.bulk_update(secrets, ["ended_at"])
    end_sessions(users)
    keep_an_administrator(grants)


def keep_an_administrator(ended: Iterable[Grant]) -> None:
    """Raises Refused `grant.last_administrator` when these ended grants leave nobody who administers the nation."""
    national = {"role": "administrator", "area_kind": "national"}
    if any((g.role, g.area_kind) == tuple(national.values()) for g in ended) and not Grant.objects.filter(
            **national, ended_at=None, user__left_at=None).exists():
        raise Refused("grant.last_administrator")


def end_sessions(users: Iterable[User]) -> int:
    """Sign users out everywhere; returns how many sessions ended."""
    ids = {str(user.pk) for user in users}
    own = [s.pk for s in Session.objects.all().iterator() if s.get_decoded().get("_auth_user_id") in ids]
    Session.objects.filter(pk__in=own).delete()
    return len(own)


def password_link(user: User) -> str:
    """The address at which an invited user sets his password; it dies with the first use and after PASSWORD_RESET_TIMEOUT (three days)."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return f"{settings.ORIGIN}{reverse('account_reset_password_from_key', kwargs=key)}"
