"""How identity treats groups of people: who waits for a review, who is joined without a human, and, from labels alone, how often that is right.

Groups are made of what the register holds: sex, age, and whether somebody has a number at all. Never of a guess of ethnicity.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from sinergi.core.linkage.certificate import settled
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from ..models import Certificate

GROUPS = {"sex": ("male", "female", "unknown"), "age": ("child", "young", "middle", "old", "unknown"), "paper": ("paper", "no_paper")}
ALL = "all"
LEAST_LABELS = 30  # of a group, before a share of them is told


@dataclass(frozen=True)
class Labelled:
    """What labels say of a group. `right` of `above` pairs over the certified threshold are one person (precision); of `same` pairs that are one
    person, drawn down to the loosest threshold, `found` lie above it (recall). None: fewer labels than tell anything."""

    above: int = 0
    right: int = 0
    same: int = 0
    found: int = 0

    @property
    def precision(self) -> float | None:
        """Share right among those above the threshold."""
        return self.right / self.above if self.above >= LEAST_LABELS else None

    @property
    def recall(self) -> float | None:
        """Share found among those that are one person."""
        return self.found / self.same if self.same >= LEAST_LABELS else None


@dataclass(frozen=True)
class Group:
    """People of a group (`dimension` sex, age, paper or all), and how many of them wait for a review, were joined by the system alone, were joined by
    officers, or are kept apart from somebody."""

    dimension: str
    code: str
    people: int
    waiting: int
    alone: int
    joined: int
    apart: int
    labelled: Labelled

    def per_thousand(self, count: int) -> float:
        """A count on a thousand people of the group."""
        return 1000 * count / self.people if self.people else 0.0


@dataclass(frozen=True)
class Fairness:
    """The report: everybody, the groups by dimension, how many settled labels there are, and the widest gap of recall where it can be told."""

    total: Group
    groups: dict[str, tuple[Group, ...]]
    labels: int
    gap: float | None


def fairness(actor: Actor, on: date) -> Fairness:
    """The report over the actor's agency, or the whole register for who oversees identity for the nation. Three statements.

    Raises Refused("not_allowed") to who may not oversee.
    """
    if not actor.holds("identity.oversee"):
        raise Refused("not_allowed", verb="identity.oversee")
    labels = labelled(on)
    counted = {(dimension, code): Group(dimension, code, people, waiting, alone, joined, apart, labels.get((dimension, code), Labelled()))
               for dimension, code, people, waiting, alone, joined, apart in rows("SELECT * FROM sinergi_fairness(%s)", on)}
    total = counted.get((ALL, ALL)) or Group(ALL, ALL, 0, 0, 0, 0, 0, Labelled())
    groups = {dimension: tuple(counted[dimension, code] for code in codes if (dimension, code) in counted) for dimension, codes in GROUPS.items()}
    return Fairness(total, groups, labels.get((ALL, ""), Labelled()).same, widest(groups.values()))


def rows(statement: str, *given: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(given))
        return cursor.fetchall()


@dataclass(frozen=True)
class Judged:
    """A settled label: the steps of its certificate that drew it, and the groups of either person."""

    certificate: UUID
    bits: float
    steps: frozenset[int]
    weekly: bool
    same: bool
    places: tuple[tuple[str, str], ...]


def labelled(on: date) -> dict[tuple[str, str], Labelled]:
    """What settled labels say, by group; under (all, '') their number as `same`.

    Precision is asked of the draw above the certified threshold and of the weekly samples; recall of the loosest draw that is labelled wholly, for
    it alone is a fair sample of pairs on both sides of the threshold.
    """
    judged: list[Judged] = []
    waiting: dict[UUID, set[int]] = defaultdict(set)
    for _label, certificate, bits, steps, weekly, first, second, third, *groups in rows("SELECT * FROM sinergi_fairness_labels(%s)", on):
        same = settled(first, second, third)
        if same is None:
            waiting[certificate] |= set(steps)
        else:
            places = tuple((d, code) for d, codes in zip(GROUPS, groups, strict=True) for code in codes)
            judged.append(Judged(certificate, bits, frozenset(steps), weekly, same, ((ALL, ALL), *places)))
    found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for promise in Certificate.objects.filter(threshold__isnull=False):
        assert promise.threshold is not None
        count(promise, promise.threshold, [j for j in judged if j.certificate == promise.pk], waiting[promise.pk], found)
    return {place: Labelled(*counts) for place, counts in found.items()} | {(ALL, ""): Labelled(same=len(judged))}


def count(promise: Certificate, certified: float, judged: list[Judged], waiting: set[int], found: dict[tuple[str, str], list[int]]) -> None:
    """Add a certificate's labels to the groups they are about: above and right, same and found."""
    sure = [threshold for threshold, _above in promise.thresholds].index(certified)
    loosest = max((step for j in judged for step in j.steps if step not in waiting), default=sure)
    for j in judged:
        above = j.weekly or sure in j.steps
        drawn = j.same and loosest > sure and loosest in j.steps
        for place in j.places:
            for column, holds in enumerate((above, above and j.same, drawn, drawn and j.bits >= certified)):
                found[place][column] += holds


def widest(groups: Iterable[tuple[Group, ...]]) -> float | None:
    """The widest gap of recall within one dimension; None where no dimension has two groups that can be told."""
    told = [[g.labelled.recall for g in of_one if g.labelled.recall is not None] for of_one in groups]
    gaps = [max(recalls) - min(recalls) for recalls in told if len(recalls) > 1]
    return max(gaps, default=None)
