"""Values and sentences in Malay and English: figures of the law and facts of a household put into the words of the law files."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from sinergi.core.money import money_words, rate_words
from sinergi.core.rules.bind import bound_tree, figure
from sinergi.core.rules.law import Law, Words
from sinergi.core.rules.naive import Who, bounds, evaluate
from sinergi.core.time import date_words, month_text

LANGUAGES = ("ms", "en")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
YES_NO = {"ms": ("tidak", "ya"), "en": ("no", "yes")}
NOT_KNOWN = {"ms": "(belum diketahui)", "en": "(not known)"}
AT_LEAST = {"ms": "sekurang-kurangnya {}", "en": "at least {}"}
NO_FIGURE = {"ms": "(angka tidak ditemui)", "en": "(figure not found)"}
MONTHS = {"ms": "{} bulan", "en": "{} months"}
OPEN_BELOW, OPEN_ABOVE = {"ms": "hingga", "en": "up to"}, {"ms": "melebihi", "en": "over"}


def value_words(kind: str, value: Any, lang: str, labels: Mapping[str, Words] | None = None) -> str:
    """A value as people read it: RM1,236, 23 November 2026, 1.25%, ya/yes, a list with commas."""
    if value is None:
        return NOT_KNOWN[lang]
    if kind.startswith("table|"):
        return "; ".join(row_words(kind, row, lang) for row in value)
    head, _, rest = kind.partition(":")
    if head == "list":
        return ", ".join(value_words(rest, item, lang) for item in value)
    if head == "money":
        return money_words(value)
    if head == "rate":
        return rate_words(value)
    if head == "date":
        return date_words(value, lang)
    if head == "bool":
        return YES_NO[lang][value]
    if head in ("months", "amounts"):
        return MONTHS[lang].format(len(value))
    if labels and value in labels:
        return labels[value][lang]
    return str(value) if head == "int" else str(value).replace("_", " ")


def row_words(kind: str, row: tuple[Any, ...], lang: str) -> str:
    """One row of a table: its keys, then its value."""
    _, keys, result = kind.split("|")
    parts = []
    for key, cell in zip(keys.split("*"), row, strict=False):
        if isinstance(cell, tuple):
            low, high = (None if c is None else value_words(key.removeprefix("~"), c, lang) for c in cell)
            parts.append(f"{low}–{high}" if low and high else f"{OPEN_ABOVE[lang]} {low}" if low else f"{OPEN_BELOW[lang]} {high}")
        else:
            parts.append(value_words(key, cell, lang))
    value = NO_FIGURE[lang] if row[-1] is None else value_words(result, row[-1], lang)
    return f"{', '.join(parts)}: {value}"


def plain(value: Any) -> Any:
    """A value of the readers -> plain JSON: days as ISO text, records as months, tuples as lists."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return [month_text(month) for month in sorted(value)]
    return [plain(item) for item in value] if isinstance(value, tuple) else value


class Speaker:
    """Fills the placeholders of one programme's texts for one person under the law of one day."""

    def __init__(self, law: Law, who: Who, day: dt.date | None) -> None:
        self.law, self.who, self.day = law, who, day

    def fill(self, text: Words) -> dict[str, str]:
        """The text in both languages with every {figure} and {fact} in words."""
        return {lang: PLACEHOLDER.sub(lambda found, lang=lang: self.word(found[1], lang), text[lang]) for lang in LANGUAGES}  # type: ignore[misc]

    def word(self, name: str, lang: str) -> str:
        """One placeholder: a figure as it stood, a fact as known; of a sum that is known in part, what it is at least."""
        if name in self.law.parameters:
            parameter = self.law.parameters[name]
            value = evaluate(figure(self.law, parameter, self.day), self.who)
            return NO_FIGURE[lang] if value is None else value_words(parameter.kind, value, lang)
        fact = self.law.facts[name]
        if fact.tree is None:
            return value_words(fact.kind, self.who.get(name), lang, fact.labels)
        tree = bound_tree(self.law, fact.tree, self.day)
        value = evaluate(tree, self.who)
        least = bounds(tree, self.who)[0] if value is None else None
        return AT_LEAST[lang].format(value_words(fact.kind, least, lang)) if least else value_words(fact.kind, value, lang, fact.labels)
