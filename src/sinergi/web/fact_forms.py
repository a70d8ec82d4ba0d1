"""A fact of the law's vocabulary as a control on a page: what is asked, with which control, and which answers there are."""
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sinergi.core import rules
from sinergi.core.rules import value_words
from sinergi.core.time import date_words

UNKNOWN = "?"
FEW = 6


@dataclass(frozen=True)
class Choice:
    """One answer: what is sent, and how it is said."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class Control:
    """kind: choices (radios), select, or text; `mode`: the keyboard a phone shows; `value`: what stands in a text control."""

    name: str
    id: str
    label: str
    hint: str
    kind: str
    choices: tuple[Choice, ...] = ()
    mode: str = "text"
    value: str = ""


def typed(kind: str, value: Any) -> str:
    """A known value as a person would type it."""
    if value is None:
        return ""
    if kind == "bool":
        return "true" if value else "false"
    if kind in ("money", "date"):
        return value_words(kind, value, get_language() or "ms") if kind == "money" else f"{value:%d/%m/%Y}"
    return str(value)


def control(fact: rules.Fact, *, name: str, label: str = "", value: Any = None, unknown: bool = True) -> Control:
    """The control for a fact. `value`: as the readers know it; `unknown`: offer “not known yet” among the answers."""
    language = get_language() or "ms"
    label = label or (fact.ask or {}).get(language, fact.name)
    ident = "f-" + name.replace(".", "-").replace(":", "-")
    known = typed(fact.kind, value)
    if fact.kind == "bool":
        found = [Choice("true", _("Yes"), known == "true"), Choice("false", _("No"), known == "false")]
    elif fact.kind.startswith("enum:"):
        found = [Choice(option, value_words(fact.kind, option, language, fact.labels), known == option)
                 for option in fact.kind[5:].split(",")]
    else:
        mode = "numeric" if fact.kind in ("int", "money", "date") else "text"
        return Control(name, ident, label, hint_of(fact, language), "text", mode=mode, value=known)
    if unknown:
        found.append(Choice(UNKNOWN, _("Not known yet"), False))
    return Control(name, ident, label, hint_of(fact, language), "choices" if len(found) <= FEW + 1 else "select", tuple(found))


def hint_of(fact: rules.Fact, language: str) -> str:
    """Why it is asked, or how it is written."""
    why: Mapping[str, str] | None = fact.why
    if why:
        return why[language]
    shapes = {"money": _("Ringgit, for example 1500 or RM1,500.00"), "date": _("For example 23/11/2026")}
    return shapes.get(fact.kind, "")


def day_words(day: Any) -> str:
    """A day of a question in words."""
    return "" if day is None else date_words(day, get_language() or "ms")
