"""Whom a golden record believes: the order of trust, read from trust.yaml at start."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from .words import Words

FILE = Path(__file__).parent / "trust.yaml"


@dataclass(frozen=True)
class Trust:
    """`order`: sources, the most trusted first, with their words. `channels`: way in -> source. `trusted`, `newest`: which rule a field follows."""

    order: dict[str, Words]
    channels: dict[str, str]
    employer_lists: frozenset[str]
    trusted: tuple[str, ...]
    newest: tuple[str, ...]

    def rank(self, source: str) -> int:
        """How far down the order a source stands: 0 is trusted most; one that is not named, least."""
        return list(self.order).index(source) if source in self.order else len(self.order)

    def source_of(self, channel: str, agency: str) -> str:
        """Which source a submission is, by the way it came and who sent it.

        >>> trust().source_of("counter", "aim"), trust().source_of("group", "perkeso"), trust().source_of("group", "aim")
        ('officer', 'employer', 'community')
        """
        return "employer" if channel == "group" and agency in self.employer_lists else self.channels.get(channel, "officer")


@cache
def trust() -> Trust:
    """The order of trust as trust.yaml states it."""
    said = yaml.safe_load(FILE.read_text("utf-8"))
    return Trust(said["order"], said["channels"], frozenset(said["employer_lists"]), tuple(said["trusted"]), tuple(said["newest"]))
