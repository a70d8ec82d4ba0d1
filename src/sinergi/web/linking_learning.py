"""Weights that the register learnt, in words: what each level weighs before and after, and which pairs would change zone."""
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from sinergi.core.linkage.levels import EVIDENCE
from sinergi.core.linkage.sentences import LEVELS
from sinergi.registry.actions.learning import FEWEST
from sinergi.registry.queries import learning as queries
from sinergi.registry.queries.linking import present_model

from .typed import language

ZONES = {"no": gettext_lazy("not asked"), "unsure": gettext_lazy("doubtful"), "likely": gettext_lazy("very likely one person")}
FAR = 1.0  # bits between before and after that are worth an eye


@dataclass(frozen=True)
class InForce:
    """The weights in force: their version, whether this register taught them, and from how many records."""

    version: str
    own: bool
    size: int


def in_force() -> InForce:
    """By which weights pairs are weighed today."""
    found = present_model()
    return InForce("—", False, 0) if found is None else InForce(found.version, found.registry_size > 0, found.registry_size)


def page_of(found: Any) -> dict[str, Any]:
    """What a run's page shows of what it learnt."""
    told, said = queries.learnt(found), language()
    return {
        "told": told, "version": told.version, "fewest": FEWEST, "zones": list(ZONES.values()),
        "moved": [(words, [(told.moved.get((before, after), 0), before == after) for after in ZONES]) for before, words in ZONES.items()],
        "changed": [(" · ".join(LEVELS[name][level][said] for name, level in zip(EVIDENCE, one.levels, strict=True) if level), one)
                    for one in told.changed],
        "levels": [(LEVELS[one.evidence][one.level][said], one, abs(one.before - one.after) >= FAR) for one in told.levels]}
