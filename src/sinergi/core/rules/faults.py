"""Faults as values: of law files (file, key, caret) and of facts given about a household (member, fact, mend in both languages)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One fault of a law file; `position` is the character of `text` it points at."""

    file: str
    key: str
    message: str
    text: str | None = None
    position: int | None = None

    def __str__(self) -> str:
        caret = "" if self.text is None or self.position is None else f"\n    {self.text}\n    {' ' * self.position}^"
        return f"{self.file}: {self.key}: {self.message}{caret}"


class LawFaults(Exception):
    """The law files cannot be used; `faults` lists every fault found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = list(faults)


@dataclass(frozen=True)
class FactFault:
    """One unusable fact: whose (None: the household's), which, what was given, and the mend in Malay and English."""

    member: str | None
    fact: str
    value: object
    message: dict[str, str]

    def __str__(self) -> str:
        return f"{self.member or 'household'}: {self.fact}: {self.message['en']}"


class FactFaults(Exception):
    """The facts given about a household cannot be used; `faults` lists every one."""

    def __init__(self, faults: Sequence[FactFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = list(faults)
