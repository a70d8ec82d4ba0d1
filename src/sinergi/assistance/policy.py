"""Who may screen."""
from uuid import UUID

from sinergi.kernel.actors import Actor
from sinergi.registry import queries as registry


def may_screen(actor: Actor, household_id: UUID) -> bool:
    """Whoever may open the household."""
    return registry.household_is_open(household_id)
