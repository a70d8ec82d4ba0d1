"""Who may do the kernel's verbs, beyond holding them."""
from collections.abc import Callable

from .actors import Actor
from .models import Agency, Grant, User

Subject = User | Grant | Agency | None


def anyone(actor: Actor, subject: object) -> bool:
    """Whoever holds the verb."""
    return True


def agency_of(subject: Subject) -> str:
    """The agency a user, a grant or an agency belongs to."""
    match subject:
        case Agency():
            return str(subject.code)
        case Grant():
            return subject.user.agency_id or ""
        case User():
            return subject.agency_id or ""
    return ""


def reaching(verb: str) -> Callable[[Actor, Subject], bool]:
    """The policy of a verb on users, grants and agencies."""

    def may(actor: Actor, subject: Subject) -> bool:
        """Those of one's own agency, or of any for who holds the verb nationally."""
        return actor.reaches(verb, agency_of(subject))

    return may


def nationwide(verb: str) -> Callable[[Actor, object], bool]:
    """The policy of a verb that concerns all partners."""

    def may(actor: Actor, subject: object) -> bool:
        """Only who holds the verb nationally."""
        return actor.nationwide(verb)

    return may
