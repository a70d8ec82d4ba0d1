"""Who may do the kernel's verbs, beyond holding them."""
from .actors import Actor
from .models import Agency, Grant, User


def anyone(actor: Actor, subject: object) -> bool:
    """Whoever holds the verb."""
    return True


def of_own_agency(actor: Actor, subject: User | Grant | Agency | str | None) -> bool:
    """Users, grants and the like of one's own agency; of every agency for who holds the verb nationally."""
    agency = subject.agency_id if isinstance(subject, User) else subject.user.agency_id if isinstance(subject, Grant) else \
        subject.code if isinstance(subject, Agency) else subject
    return not agency or agency == actor.agency
