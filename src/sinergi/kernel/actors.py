"""Who acts: a person of an agency, a machine client, or a named command. Carried by `acting`, asked by every policy."""
from collections.abc import Iterable
from dataclasses import dataclass, field

from .models import Grant, User
from .roles import ROLES


@dataclass(frozen=True)
class Actor:
    """One actor for the length of one request or job.

    `areas` maps each verb he holds to the areas he holds it in: ("national", ""), ("state", "perak") or ("agency", "aim").
    """

    id: str
    name: str = ""
    agency: str = ""
    areas: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict, compare=False)

    @property
    def verbs(self) -> frozenset[str]:
        """Every verb he holds somewhere."""
        return frozenset(self.areas)

    def holds(self, verb: str) -> bool:
        """Does he hold the verb anywhere?"""
        return verb in self.areas

    def nationwide(self, verb: str) -> bool:
        """Does he hold the verb over all agencies?"""
        return ("national", "") in self.areas.get(verb, ())

    def reaches(self, verb: str, agency: str) -> bool:
        """Does he hold the verb over this agency: his own by any grant, another's by a national one?"""
        return self.holds(verb) and (agency == self.agency or self.nationwide(verb))

    def states(self, verb: str) -> frozenset[str]:
        """The states he is limited to; empty: no limit."""
        areas = self.areas.get(verb, frozenset())
        return frozenset(code for kind, code in areas) if areas and all(kind == "state" for kind, _ in areas) else frozenset()


def actor_of(user: User) -> Actor:
    """The actor a signed-in user is, by his grants of today. One query."""
    here = user.is_active and user.left_at is None
    grants = Grant.objects.filter(user=user, ended_at=None).values_list("role", "area_kind", "area") if here else ()
    return Actor(str(user.pk), user.name, user.agency_id or "", areas_of(grants))


def areas_of(grants: Iterable[tuple[str, str, str]]) -> dict[str, frozenset[tuple[str, str]]]:
    """Grants (role, kind of area, area) -> verb -> the areas it is held in."""
    areas: dict[str, set[tuple[str, str]]] = {}
    for role, kind, code in grants:
        for verb in ROLES.get(role, ()):
            areas.setdefault(verb, set()).add((kind, code))
    return {verb: frozenset(found) for verb, found in areas.items()}


def command(name: str, *verbs: str, agency: str = "") -> Actor:
    """A command of the operator, for example loading the law. Named in the audit as `command:NAME`."""
    return Actor(f"command:{name}", name, agency, {verb: frozenset({("national", "")}) for verb in verbs})
