"""Labelled sets of invented records, none of one country: persons with a number, old records without one, citations, places to eat, goods.

Every set is rows (`id`, the fields, `truth`) drawn from a seeded generator: words from invented syllables, used as unequally as words are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Row = dict[str, Any]
ONSETS = ["b", "br", "c", "ch", "d", "dr", "f", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "pr", "r", "s", "st", "t", "th", "tr", "v", "w", "z"]
VOWELS = ["a", "e", "i", "o", "u", "ai", "ea", "ou"]
CODAS = ["", "", "", "n", "r", "l", "s", "t", "m", "ck", "nd"]
KEYBOARD = "abcdefghijklmnoprstuvwz"


class Words:
    """Invented words and damage to them, from one seeded generator."""

    def __init__(self, seed: int) -> None:
        self.chance = np.random.default_rng(seed)

    def pick(self, among: Any) -> Any:
        """One of a sequence."""
        return among[int(self.chance.integers(len(among)))]

    def often(self, share: float) -> bool:
        """True in this share of calls."""
        return bool(self.chance.random() < share)

    def word(self, syllables: int) -> str:
        """A new word."""
        return "".join(self.pick(ONSETS) + self.pick(VOWELS) + self.pick(CODAS) for _ in range(syllables))

    def number(self, below: int) -> int:
        """From 1."""
        return int(self.chance.integers(1, below))

    def lexicon(self, size: int, syllables: tuple[int, int] = (2, 4)) -> Callable[[], str]:
        """A picker among `size` words, the k-th used in proportion to 1/(k+3)."""
        words = [self.word(int(self.chance.integers(*syllables))) for _ in range(size)]
        ends = np.cumsum(1 / (np.arange(size) + 3.0))
        return lambda: words[int(np.searchsorted(ends, self.chance.random() * ends[-1]))]

    def typo(self, text: str) -> str:
        """One letter left out, doubled, changed or swapped with its neighbour."""
        if len(text) < 3:
            return text
        at, way = int(self.chance.integers(1, len(text) - 1)), int(self.chance.integers(4))
        if way == 0:
            return text[:at] + text[at + 1:]
        if way == 1:
            return text[:at] + self.pick("0123456789" if text[at].isdigit() else KEYBOARD) + text[at + 1:]
        return text[:at] + text[at + 1] + text[at] + text[at + 2:] if way == 2 else text[:at] + text[at] + text[at:]

    def damaged(self, text: str, typo: float, missing: float = 0.0) -> str:
        """The text, with a typo or gone."""
        if self.often(missing):
            return ""
        return self.typo(text) if self.often(typo) else text

    def copies(self, mean: float) -> int:
        """How many records one thing has: 1 at least."""
        return 1 + int(self.chance.geometric(1 / mean)) - 1


def numbered(rows: list[Row], words: Words) -> list[Row]:
    """In a random order, with ids that tell nothing."""
    return [{"id": f"r{k}", **rows[int(at)]} for k, at in enumerate(words.chance.permutation(len(rows)))]


def persons(seed: int, size: int) -> list[Row]:
    """Census-like: given and family name, street, town, postcode, birth date, a number; typos, gaps, swapped names; about two records each."""
    w = Words(seed)
    given, family, street, town = w.lexicon(400, (1, 4)), w.lexicon(2000), w.lexicon(800), w.lexicon(200)
    rows = []
    for truth in range(size // 2):
        born = f"{w.chance.integers(1920, 2005)}{w.chance.integers(1, 13):02d}{w.chance.integers(1, 29):02d}"
        base = {"given": given(), "family": family(), "number": str(w.chance.integers(1, 200)),
                "street": f"{street()} {w.pick(('street', 'road', 'place'))}", "town": town(),
                "postcode": str(w.chance.integers(2000, 2900)), "born": born, "code": str(w.chance.integers(10**6, 10**7))}
        for _ in range(1 + int(w.often(0.6)) + int(w.often(0.3)) + int(w.often(0.1))):
            row = {name: w.damaged(value, 0.12, 0.06) for name, value in base.items()}
            if w.often(0.06):
                row["given"], row["family"] = row["family"], row["given"]
            if w.often(0.1):
                row["street"], row["town"] = w.typo(w.typo(row["street"])), ""
            rows.append(row | {"truth": truth})
    return numbered(rows, w)


def old_records(seed: int, size: int) -> list[Row]:
    """Dirty, no number, eight records each: short names, years for dates, places now in full and now in part, much missing."""
    w = Words(seed)
    given, family, town, county, trade = w.lexicon(250, (1, 4)), w.lexicon(3000, (1, 4)), w.lexicon(400), w.lexicon(40), w.lexicon(60)
    area = w.lexicon(900, (1, 3))
    rows: list[Row] = []
    home: tuple[str, tuple[str, str], str, str] = ("", ("", ""), "", "")
    while len(rows) < size:
        truth, names = len(rows), [given(), given()]
        if not home[0] or w.often(0.7):
            home = (family(), (town(), county()), trade(), f"{area()[:2]}{w.number(30)} {w.number(10)}{w.word(1)[:2]}")
        last, place, works, lives = home
        born = (w.chance.integers(1700, 1980), w.chance.integers(1, 13), w.chance.integers(1, 29))
        for _ in range(w.copies(8)):
            first = given() if w.often(0.03) else names[0][:3] if w.often(0.1) else names[0][0] if w.often(0.05) else names[0]
            year, month, day = born
            date = "" if w.often(0.2) else f"{year}-01-01" if w.often(0.2) else f"{year + w.pick((-1, 1, 10)) * w.often(0.1)}-{month:02d}-{day:02d}"
            rows.append({
                "name": f"{w.damaged(first, 0.1)} {w.damaged(names[1], 0.05) + ' ' if w.often(0.3) else ''}{w.damaged(last, 0.12)}".strip(),
                "born": date, "birth_place": w.damaged(place[0] if w.often(0.6) else f"{place[0]}, {place[1]}", 0.08, 0.25),
                "lives": w.damaged(lives if w.often(0.5) else f"{lives[:2]}{w.number(30)} {w.number(10)}{w.word(1)[:2]}", 0.03, 0.25),
                "sex": w.pick(("male", "female")) if w.often(0.03) else ("male", "female")[truth % 2],
                "work": trade() if w.often(0.25) else w.damaged(works, 0.03, 0.4), "truth": truth})
    return numbered(rows, w)


def citations(seed: int, size: int) -> list[Row]:
    """Bibliographic: authors with or without full first names, titles cut and mistyped, venues in short, a year; few works have very many records."""
    w = Words(seed)
    first, last, topic = w.lexicon(150, (1, 3)), w.lexicon(900), w.lexicon(900, (1, 4))
    venue = [" ".join(w.word(k) for k in (2, 3, 2)) for _ in range(60)]
    rows: list[Row] = []
    crowd = [(first(), last()) for _ in range(max(8, size // 20))]
    while len(rows) < size:
        truth, writers = len(rows), [w.pick(crowd) for _ in range(int(w.chance.integers(1, 5)))]
        title, where, year = [topic() for _ in range(int(w.chance.integers(4, 11)))], w.pick(venue), int(w.chance.integers(1980, 2005))
        page = int(w.chance.integers(1, 900))
        for _ in range(min(120, w.copies(9) if w.often(0.7) else w.copies(60))):
            short = w.often(0.5)
            names = [f"{a[0]}. {b}" if short else f"{a} {w.damaged(b, 0.03)}" for a, b in writers]
            words = [w.damaged(x, 0.03) for x in title]
            rows.append({
                "authors": (" and " if w.often(0.5) else ", ").join(names[:1] if w.often(0.05) else names),
                "title": " ".join(words[:-2] if w.often(0.06) and len(words) > 5 else words),
                "venue": "" if w.often(0.2) else where if w.often(0.5) else " ".join(x[:4] for x in where.split()),
                "year": "" if w.often(0.15) else str(year + w.often(0.04)),
                "pages": "" if w.often(0.4) else f"{page}-{page + 9}", "truth": truth})
    return numbered(rows, w)


def eating_places(seed: int, size: int) -> list[Row]:
    """Restaurants from two guides: name, street, city, phone, kind of food; hardly more than two records each."""
    w = Words(seed)
    name, street, food = w.lexicon(700), w.lexicon(300), w.lexicon(20)
    cities = [w.word(3) for _ in range(8)]
    rows: list[Row] = []
    while len(rows) < size:
        truth, called = len(rows), [name() for _ in range(int(w.chance.integers(1, 4)))]
        at, road, city = int(w.chance.integers(1, 900)), street(), w.pick(cities)
        digits = f"{w.chance.integers(200, 999)}{w.chance.integers(1000000, 9999999)}"
        for guide in range(1 + w.often(0.4)):
            extra = w.pick(("", "restaurant", "cafe", "grill", "")) if guide else ""
            rows.append({
                "name": " ".join([w.damaged(x, 0.05) for x in called] + [extra]).strip(),
                "street": f"{at} {w.damaged(road, 0.05)} {w.pick(('st', 'st', 'street'))}",
                "city": w.pick(cities) if w.often(0.06) else city, "food": food() if w.often(0.5) else "",
                "phone": f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if guide else f"{digits[:3]}/{w.damaged(digits[3:], 0.03)}", "truth": truth})
    return numbered(rows, w)


def goods(seed: int, size: int) -> list[Row]:
    """Two shops' lists (`side`): names with a model code or without, long descriptions, maker, price. Many things of one maker look alike."""
    w = Words(seed)
    makers, noun, fine = [w.word(2) for _ in range(40)], w.lexicon(120), w.lexicon(1500, (1, 4))
    rows: list[Row] = []
    for truth in range(size):
        maker, what, price = w.pick(makers), [noun(), noun()], float(np.exp(w.chance.normal(4.5, 1)))
        code = f"{w.word(1)[:2]}{w.chance.integers(10, 9999)}{w.pick(('', 'b', 'x'))}"
        traits = [fine() for _ in range(14)]
        for side in range(2):
            if w.often(0.15):
                continue
            told = [x for x in traits if w.often(0.5)]
            shown = code if side == 0 or w.often(0.6) else ""
            rows.append({
                "name": " ".join(x for x in [maker if w.often(0.8) else "", *what, shown, *told[:2]] if x),
                "description": "" if w.often(0.3) else " ".join(told + [noun()]), "maker": maker if w.often(0.5) else "",
                "price": "" if w.often(0.3) else f"{price * (1 + 0.1 * w.chance.normal()):.2f}", "side": side, "truth": truth})
    return numbered(rows, w)


SETS: dict[str, tuple[Callable[[int, int], list[Row]], dict[str, str]]] = {
    "persons": (persons, {"given": "name", "family": "name", "number": "number", "street": "place", "town": "place", "postcode": "place",
                          "born": "date", "code": "number"}),
    "old_records": (old_records, {"name": "name", "born": "date", "birth_place": "place", "lives": "place", "sex": "place", "work": "place"}),
    "citations": (citations, {"authors": "name", "title": "text", "venue": "text", "year": "date", "pages": "text"}),
    "eating_places": (eating_places, {"name": "text", "street": "place", "city": "place", "food": "place", "phone": "phone"}),
    "goods": (goods, {"name": "text", "description": "text", "maker": "place", "price": "number"}),
}
