"""Who may do the kernel's verbs, beyond holding them.

Nobody reaches above himself: who administers one agency touches its users, gives roles over it or inside it, and leaves alone
whoever holds a role over the nation. Administering is no right to personal data, so an administrator gives roles he does not hold.
"""
from collections.abc import Callable

from .actors import Actor
from .models import Agency, ClientSecret, Grant, User

Subject = User | Grant | ClientSecret | Agency | None


def anyone(actor: Actor, subject: object) -> bool:
    """Whoever holds the verb."""
    return True


def agency_of(subject: Subject) -> str:
    """The agency a user, a grant, a client's token or an agency belongs to."""
    match subject:
        case Agency():
            return str(subject.code)
        case Grant() | ClientSecret():
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


def over(verb: str) -> Callable[[Actor, User | Grant], bool]:
    """The policy of a verb that takes something away from a user."""

    def may(actor: Actor, subject: User | Grant) -> bool:
        """Those of one's own agency whose role is not national; anybody for who holds the verb nationally."""
        user = subject if isinstance(subject, User) else subject.user
        above = not actor.nationwide(verb) and Grant.objects.filter(user=user, area_kind="national", ended_at=None).exists()
        return actor.reaches(verb, agency_of(user)) and not above

    return may


def nationwide(verb: str) -> Callable[[Actor, object], bool]:
    """The policy of a verb that concerns all partners."""

    def may(actor: Actor, subject: object) -> bool:
        """Only who holds the verb nationally."""
        return actor.nationwide(verb)

    return may


def within(actor: Actor, verb: str, area_kind: str, area: str) -> bool:
    """Is this area no wider than the one the actor holds the verb in? The nation holds all, his agency its states, a state itself."""
    own = actor.areas.get(verb, frozenset())
    return ("national", "") in own or (area_kind != "national" and (("agency", actor.agency) in own or (area_kind, area) in own))
