"""How alike reviewers judge: kappa of each against the others on pairs two have answered, and how often he is right on planted pairs.

Row security decides whose answers are read: an officer's own with those of the same pairs, a supervisor's all of settled pairs.
"""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from sinergi.core.linkage.agreement import agreement
from sinergi.kernel.actors import Actor
from sinergi.kernel.models import User

from ..models import ReviewAnswer


@dataclass(frozen=True)
class OfficerAgreement:
    """One officer: pairs that others answered too, the share of equal answers, kappa (None: says nothing yet); planted pairs, and the right ones."""

    by: str
    name: str
    pairs: int
    observed: float
    kappa: float | None
    planted: int
    planted_right: int


def agreements(only: Actor | None) -> tuple[OfficerAgreement, ...]:
    """Each officer's agreement, by name; `only` his own. Three queries."""
    answers: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    for candidate, by, answer in ReviewAnswer.objects.filter(undone_at=None, candidate__isnull=False).values_list("candidate", "by", "answer"):
        answers[candidate].append((by, answer))
    mine: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for given in answers.values():
        for by, answer in given:
            mine[by].extend((answer, other) for who, other in given if who != by)
    planted: dict[str, list[bool]] = defaultdict(list)
    for by, answer, truth in ReviewAnswer.objects.filter(undone_at=None, planted__isnull=False).values_list("by", "answer", "planted__truth"):
        planted[by].append(answer == truth)
    who = [only.id] if only is not None else sorted({*mine, *planted})
    names = {str(pk): name for pk, name in User.objects.filter(pk__in=who).values_list("pk", "name")}
    return tuple(sorted((one(by, names.get(by, by), mine[by], planted[by]) for by in who), key=lambda found: found.name))


def one(by: str, name: str, pairs: list[tuple[str, str]], planted: list[bool]) -> OfficerAgreement:
    """The agreement of one officer."""
    found = agreement([answer for answer, _ in pairs], [other for _, other in pairs])
    return OfficerAgreement(by, name, found.pairs, found.observed, found.kappa, len(planted), sum(planted))
