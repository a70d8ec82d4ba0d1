"""Reading one law file: keys, texts in both languages, dates; each fault is kept with its file and key, and reading goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sinergi.core.rules.checker import Names, compile_text
from sinergi.core.rules.faults import Fault
from sinergi.core.rules.tree import Node, RuleError
from sinergi.core.rules.values import value_of


def mapping(raw: object) -> Mapping[Any, Any]:
    """A mapping, or an empty one."""
    return raw if isinstance(raw, Mapping) else {}


def bilingual(raw: object) -> dict[str, str] | None:
    """{'ms': text, 'en': text}, both written; else None."""
    if isinstance(raw, Mapping) and all(isinstance(raw.get(lang), str) and raw[lang].strip() for lang in ("ms", "en")):
        return {"ms": raw["ms"], "en": raw["en"]}
    return None


class Reading:
    """One file being read; `failed` says whether it had a fault."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self.file, self.faults, self.failed = file, faults, False

    def fault(self, key: str, message: str, text: str | None = None, position: int | None = None) -> None:
        """Keep a fault of this file."""
        self.failed = True
        self.faults.append(Fault(self.file, key, message, text, position))

    def words(self, key: str, raw: object) -> dict[str, str]:
        """A text that must stand in both languages."""
        found = bilingual(raw)
        if found is None:
            self.fault(key, "needs a text in both languages: {ms: …, en: …}")
        return found or {"ms": "", "en": ""}

    def day(self, key: str, raw: object) -> dt.date | None:
        """A date or nothing."""
        if raw is None or (isinstance(raw, dt.date) and not isinstance(raw, dt.datetime)):
            return raw
        self.fault(key, f"write a date like 2026-11-23, not {raw!r}")
        return None

    def choice(self, key: str, raw: object, options: tuple[str, ...]) -> str:
        """One of the allowed words."""
        if raw not in options:
            self.fault(key, f"{raw!r} is not one of: {', '.join(options)}")
        return str(raw)

    def value(self, key: str, kind: str, raw: object) -> Any:
        """A value of a kind."""
        try:
            return value_of(kind, raw)
        except ValueError as fault:
            self.fault(key, str(fault))
            return None

    def tree(self, key: str, raw: object, names: Names, expected: str, own: str) -> Node | None:
        """An expression of the expected type; None where there is none or it is at fault."""
        if raw is None:
            return None
        text = ("true" if raw else "false") if isinstance(raw, bool) else str(raw)
        try:
            return compile_text(text, names, expected, own)
        except RuleError as fault:
            self.fault(key, fault.message, fault.text, fault.position)
            return None

    def keys(self, key: str, raw: Mapping[Any, Any], allowed: tuple[str, ...]) -> None:
        """No key but the allowed ones."""
        for found in raw:
            if found not in allowed:
                self.fault(f"{key}.{found}" if key else str(found), f"unknown key: one of {', '.join(allowed)}")
