"""Partner agencies: join, change, leave with their people and work handed to another."""
from collections.abc import Callable
from datetime import date, datetime

from django.utils import timezone

from . import policy
from .action import action, changes
from .actors import Actor
from .errors import Refused
from .models import Agency, User
from .staff import end_access

Succession = Callable[[Agency, Agency, datetime], int]
SUCCESSIONS: list[Succession] = []  # rooms enter theirs in apps.ready(): (leaving, successor, at) -> how many persons moved


@action("agency.join", policy.nationwide("agency.join"))
def join_agency(subject: None, *, actor: Actor, code: str, name_ms: str, name_en: str, kind: str, area: str = "national",
                partner: bool = True, ground: str = "", website: str = "", on: date | None = None) -> Agency:
    """Enter a partner, or an agency whose programmes are shown without its being one. `ground`: on what data is shared with it.

    Raises Refused: `agency.code_taken`, `agency.name_missing`, `agency.ground_missing`.
    """
    if not (code and name_ms.strip() and name_en.strip()):
        raise Refused("agency.name_missing", field="name_ms")
    if partner and not ground.strip():
        raise Refused("agency.ground_missing", field="ground")
    if Agency.objects.filter(code=code).exists():
        raise Refused("agency.code_taken", field="code", agency=code)
    return Agency.objects.create(code=code, name_ms=name_ms.strip(), name_en=name_en.strip(), kind=kind, area=area, partner=partner,
                                 ground=ground.strip(), website=website, joined_on=on)


@action("agency.change", policy.nationwide("agency.change"))
def change_agency(agency: Agency, *, actor: Actor, name_ms: str, name_en: str, ground: str, website: str = "") -> Agency:
    """Correct a partner's names, ground of sharing or site.

    Raises Refused: `agency.has_left`, `agency.name_missing`, `agency.ground_missing`.
    """
    if agency.left_on is not None:
        raise Refused("agency.has_left", agency=agency.code)
    if not (name_ms.strip() and name_en.strip()):
        raise Refused("agency.name_missing", field="name_ms")
    if agency.partner and not ground.strip():
        raise Refused("agency.ground_missing", field="ground")
    agency.name_ms, agency.name_en, agency.ground, agency.website = name_ms.strip(), name_en.strip(), ground.strip(), website
    agency.save(update_fields=["name_ms", "name_en", "ground", "website"])
    return agency


@action("agency.leave", policy.nationwide("agency.leave"))
def leave_agency(agency: Agency, *, actor: Actor, successor: Agency, at: datetime) -> Agency:
    """A partner leaves: its users can no longer enter, consents to it end, and the persons it registered pass to the successor.

    Raises Refused: `agency.has_left`, `agency.successor_unfit`, `grant.last_administrator`.
    """
    if agency.left_on is not None:
        raise Refused("agency.has_left", agency=agency.code)
    if successor.pk == agency.pk or successor.left_on is not None or not successor.partner:
        raise Refused("agency.successor_unfit", field="successor")
    agency.left_on = timezone.localdate(at)
    agency.save(update_fields=["left_on"])
    users = list(User.objects.filter(agency=agency, left_at=None))
    end_access(users, at)
    changes().note(successor=successor.code, users=len(users), persons=sum(pass_on(agency, successor, at) for pass_on in SUCCESSIONS))
    return agency
