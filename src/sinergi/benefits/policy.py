"""Who may award, end, and let exceptions pass, beyond holding the verb."""
from typing import Any
from uuid import UUID

from sinergi.kernel.actors import Actor
from sinergi.registry import queries as registry

from .models import AwardList, Entitlement, Override


def serving(actor: Actor, person_id: UUID) -> bool:
    """Whoever acts for an agency and may open the person."""
    return bool(actor.agency) and registry.is_served(person_id)


def giving(actor: Actor, entitlement_id: UUID) -> bool:
    """The agency that gives the benefit."""
    return Entitlement.objects.filter(pk=entitlement_id, agency_id=actor.agency).exists()


def second_person(actor: Actor, override_id: UUID) -> bool:
    """Somebody of the agency, or who oversees it, other than who asked."""
    row = Override.objects.filter(pk=override_id).first()
    return row is not None and row.asked_by != actor.id and (actor.agency == row.agency_id or actor.nationwide("override.review"))


def reviewing(actor: Actor, override_id: UUID) -> bool:
    """Who oversees the agency, and had no part in the exception."""
    row = Override.objects.filter(pk=override_id).first()
    return row is not None and actor.id not in (row.asked_by, row.decided_by) and actor.reaches("override.review", row.agency_id)


def anyone(actor: Actor, subject: Any) -> bool:
    """Whoever holds the verb."""
    return True


def own_list(actor: Actor, found: AwardList) -> bool:
    """Lists of one's own agency."""
    return bool(found.agency_id == actor.agency)
