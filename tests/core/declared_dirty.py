"""Labelled sets dirtier than those of `declared_sets`: no numbers and many records each, two files with other codes, two alphabets, chains, tracks.

Every set is rows (`id`, the columns, `truth`, in two files also `side`) from a seeded generator. The engine was mended while looking at seed 1.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from tests.core.declared_sets import Row, Words, numbered

GONE = ("", "", "NA", "unknown", "-", "NULL", "n/a")
CYRILLIC = dict(zip("abvgdeziklmnoprstufhcjy", "абвгдезиклмнопрстуфхцйы", strict=True))


class Dirty(Words):
    """Words and heavier damage."""

    def gone(self, value: str, share: float) -> str:
        """The value, or in this share of cases one of many ways to write nothing."""
        return self.pick(GONE) if self.often(share) else value

    def day(self, first: int, last: int) -> date:
        """A day of these years."""
        return date(first, 1, 1) + timedelta(days=int(self.chance.integers(0, 365 * (last - first))))

    def wrong_day(self, day: date, share: float) -> str:
        """The day as ISO, sometimes wrong in one of the usual ways."""
        if not self.often(share):
            return day.isoformat()
        way = self.number(6)
        if way == 1:
            return f"{day.year}-01-01"
        if way == 2:
            return f"{day.year}-{day.day:02d}-{day.month:02d}"
        if way == 3:
            return (day + timedelta(days=self.number(40))).isoformat()
        return f"{day.year + self.pick((-10, -1, 1, 2))}-{day.month:02d}-{day.day:02d}" if way == 4 else self.typo(day.isoformat())

    def many(self, least: int, most: int) -> int:
        """A number of records, mostly few of the range."""
        return least + int((most - least) * self.chance.random() ** 2.5)


def parish(seed: int, size: int) -> list[Row]:
    """People of the past, 1 to 50 records each, no number, 20 to 40 % missing: pet names, titles, families of one place, days taken for others."""
    w = Dirty(seed)
    given, family, town, trade = w.lexicon(300, (1, 4)), w.lexicon(2500), w.lexicon(700), w.lexicon(90)
    pet: dict[str, list[str]] = {}
    rows: list[Row] = []
    folk = (family(), town())
    while len(rows) < size:
        truth = len(rows)
        folk = folk if w.often(0.35) else (family(), town())
        first, second, works = given(), given(), [trade(), trade()]
        pet.setdefault(first, [first[:3], first[:3] + "y", w.word(1)])
        born, area = w.day(1650, 1930), f"{folk[1][:2]}{w.number(40)}"
        code = f"{area} {w.number(10)}{w.word(1)[:2]}"
        for _ in range(w.many(1, 50)):
            name = w.pick(pet[first]) if w.often(0.12) else first
            name = f"{name} {second}" if w.often(0.2) else second if w.often(0.04) else name
            last = family() if w.often(0.04) else f"{folk[0]} {family()}" if w.often(0.05) else folk[0]
            name, last = (last, name) if w.often(0.03) else (name, last)
            rows.append({
                "first_name": w.gone(w.damaged(("sir " if w.often(0.04) else "") + name, 0.08), 0.06), "surname": w.gone(w.damaged(last, 0.1), 0.08),
                "birth_date": w.gone(w.wrong_day(born, 0.25), 0.3), "birth_place": w.gone(w.damaged(folk[1] if w.often(0.9) else town(), 0.06), 0.3),
                "postcode": w.gone(code if w.often(0.5) else f"{area} {w.number(10)}{w.word(1)[:2]}", 0.4),
                "occupation": w.gone(w.pick(works) if w.often(0.85) else trade(), 0.4), "truth": truth})
    return numbered(rows, w)


def clinics(seed: int, size: int) -> list[Row]:
    """Two files with other columns and codes (`side`): day, month and year apart in one, joined in the other; sex M/F or 1/2; e-mail, phone."""
    w = Dirty(seed)
    given, family, town = w.lexicon(500, (1, 4)), w.lexicon(3000), w.lexicon(60)
    rows: list[Row] = []
    for truth in range(int(size / 1.3)):
        first, last, home, born = given(), family(), town(), w.day(1930, 2010)
        call, sex = f"0{w.chance.integers(10**8, 10**9)}", int(w.often(0.5))
        mail = f"{first}.{last}{w.number(90)}@{w.pick(('mail', 'post', 'inbox'))}.example"
        sides = (0, 1) if w.often(0.3) else (w.pick((0, 1)),)
        for side in sides:
            a, b = (last, first) if w.often(0.03) else (w.damaged(first, 0.1), w.damaged(family() if w.often(0.05) else last, 0.1))
            day = w.wrong_day(born, 0.08)
            shown = f"{day[8:10]}/{day[5:7]}/{day[:4]}"
            gone = "9999" if side else "unknown"
            row = {"name": f"{b}, {a}" if side else f"{a} {b}", "sex": ("M", "F")[sex] if side else str(1 + sex),
                   "born": shown if side else day, "town": gone if w.often(0.2) else w.damaged(home, 0.05),
                   "email": w.gone(w.damaged(mail, 0.04) if w.often(0.8) else f"{w.word(2)}@mail.example", 0.5),
                   "phone": w.gone(f"+60 {call[1:3]}-{call[3:]}" if side else call, 0.4) if w.often(0.8) else f"0{w.chance.integers(10**8, 10**9)}"}
            rows.append(row | {"side": side, "truth": truth})
    return numbered(rows, w)


def two_alphabets(seed: int, size: int) -> list[Row]:
    """People written now in Latin and now in Cyrillic letters, about three records each."""
    w = Dirty(seed)
    letters = [c for c in CYRILLIC if c not in "aeiouyj"]

    def stock(many: int) -> Callable[[], str]:
        words = ["".join(w.pick(letters) + w.pick("aeiou") for _ in range(2 + w.number(3))) for _ in range(many)]
        return lambda: words[int(many * w.chance.random() ** 2)]

    given, family, town = stock(200), stock(2500), stock(150)
    rows: list[Row] = []
    while len(rows) < size:
        truth, base, born = len(rows), {"first": given(), "last": family(), "town": town()}, w.day(1940, 2005)
        for _ in range(w.copies(3)):
            row = {name: w.damaged(value, 0.06, 0.05) for name, value in base.items()}
            if w.often(0.4):
                row = {name: "".join(CYRILLIC.get(c, c) for c in value) for name, value in row.items()}
            rows.append(row | {"born": w.wrong_day(born, 0.1) if w.often(0.7) else "", "truth": truth})
    return numbered(rows, w)


def papers(seed: int, size: int) -> list[Row]:
    """Two files of papers (`side`), the second of machine-read entries, several a paper: initials, words lost, venues in short, wrong years."""
    w = Dirty(seed)
    first, last, topic, plain = w.lexicon(200, (1, 3)), w.lexicon(1500), w.lexicon(1200, (1, 4)), ("of", "the", "for", "in", "a", "on")
    venues = [[w.word(2) for _ in range(w.number(5) + 1)] for _ in range(30)]
    rows: list[Row] = []
    while len(rows) < size:
        truth, writers = len(rows), [(first(), last()) for _ in range(w.number(5))]
        title, where, year = [w.pick(plain) if w.often(0.3) else topic() for _ in range(3 + w.number(8))], w.pick(venues), 1990 + w.number(20)
        for side in [0] * w.often(0.6) + [1] * (w.many(0, 12) if w.often(0.7) else 0):
            names = [f"{a[0]} {b}" if side and w.often(0.7) else f"{a} {b}" for a, b in writers]
            names = names[:w.number(len(names) + 1)] if side and w.often(0.15) else names
            words = [w.damaged(x, 0.05 * side, 0.04 * side) for x in title]
            short = "".join(x[0] for x in where).upper()
            rows.append({
                "title": " ".join(x for x in words if x), "authors": ", ".join(names),
                "venue": w.gone(short if w.often(0.6) else " ".join(x[:3] for x in where), 0.3) if side else " ".join(where),
                "year": (w.gone(str(year + w.often(0.06)), 0.4) if side else str(year)), "side": side, "truth": truth})
    return numbered(rows, w)


def firms(seed: int, size: int) -> list[Row]:
    """Businesses, one to six records: legal forms, short forms, e-mail, position, staff; chains of one name with many houses, each its own."""
    w = Dirty(seed)
    word, street, town = w.lexicon(1500), w.lexicon(500), w.lexicon(40)
    kinds, forms = [w.word(2) for _ in range(12)], ("ltd", "limited", "inc", "inc.", "llc", "co", "company", "")
    chains = [[word(), w.pick(kinds)] for _ in range(6)]
    rows: list[Row] = []
    while len(rows) < size:
        truth, called = len(rows), w.pick(chains) if w.often(0.2) else [word() for _ in range(w.number(3))] + [w.pick(kinds)]
        at, road, city, north, east = w.number(300), street(), town(), 40 + 5 * w.chance.random(), 5 * w.chance.random()
        site, staff, call = f"{called[0]}{w.number(50)}.example", int(w.chance.lognormal(2.5, 1)) + 1, f"{w.chance.integers(10**8, 10**9)}"
        for _ in range(w.many(1, 7)):
            shown = [w.damaged(x, 0.06) for x in called]
            if w.often(0.1) and len(shown) > 2:
                shown = ["".join(x[0] for x in shown[:2]), *shown[2:]]
            if w.often(0.1):
                shown = ["".join(shown[:2]), *shown[2:]]
            rows.append({
                "company": f"{' '.join(shown)} {w.pick(forms)}".strip(),
                "address": w.gone(f"{at} {w.damaged(road, 0.05)} {w.pick(('st', 'street', 'rd'))}", 0.15),
                "city": w.gone(w.damaged(city, 0.04), 0.1), "email": w.gone(f"{w.pick(('info', 'office', 'sales'))}@{site}", 0.5),
                "latitude": w.gone(f"{north + 0.002 * w.chance.normal():.5f}", 0.3),
                "longitude": w.gone(f"{east + 0.002 * w.chance.normal():.5f}", 0.3),
                "employees": w.gone(f"{max(1, round(staff * (1 + 0.15 * w.chance.normal())))}", 0.3),
                "tel": w.gone(f"({call[:2]}) {call[2:5]} {call[5:]}", 0.4), "truth": truth})
    return numbered(rows, w)


def songs(seed: int, size: int) -> list[Row]:
    """Tracks from five shops, one to five records: numbers before titles, artist within the title, lengths in three units, years of two digits."""
    w = Dirty(seed)
    word, artist = w.lexicon(900, (1, 4)), w.lexicon(600)
    tongues = [("english", "eng"), ("german", "ger"), ("spanish", "spa")]
    rows: list[Row] = []
    while len(rows) < size:
        by, album, year, tongue = [artist() for _ in range(w.number(3))], [word() for _ in range(w.number(4))], 1960 + w.number(55), w.pick(tongues)
        for track in range(1, 1 + w.number(8)):
            truth, title, long_ = len(rows), [word() for _ in range(w.number(5))], 120 + w.number(240)
            for shop in [k for k in range(5) if w.often(0.4)]:
                name = " ".join(w.damaged(x, 0.05) for x in title)
                name = (name, f"{track:03d}-{name}", f"{' '.join(by)} - {name}", f"{name} ({' '.join(album)})", name.upper())[shop]
                rows.append({
                    "title": name,
                    "artist": "" if shop == 2 else w.gone(" ".join(w.damaged(x, 0.05) for x in (by[::-1] if w.often(0.1) else by)), 0.1),
                    "album": w.gone(" ".join(album) + f" [{w.pick(('disc 1', 'live'))}]" * w.often(0.15), 0.15),
                    "length": w.gone((f"{long_ // 60}:{long_ % 60:02d}", str(long_), str(1000 * long_),
                                      f"{long_ // 60}m {long_ % 60}sec", str(long_))[shop], 0.2),
                    "year": w.gone(f"{year % 100:02d}" if shop == 1 else str(year), 0.3), "language": w.gone(tongue[shop % 2], 0.2), "truth": truth})
    return numbered(rows, w)


def spots(seed: int, size: int) -> list[Row]:
    """Named places of four maps: names in two tongues, prefixes, positions that differ a little, heights; many places bear one name."""
    w = Dirty(seed)
    word, sorts = w.lexicon(500), ("village", "hamlet", "town", "hill", "lake")
    rows: list[Row] = []
    while len(rows) < size:
        truth, name, other, sort = len(rows), word(), word(), w.pick(sorts)
        north, east, high = 40 + 12 * w.chance.random(), -8 + 16 * w.chance.random(), w.number(2000)
        for _ in range(w.many(1, 5)):
            shown = other if w.often(0.12) else w.damaged(name, 0.1)
            shown = f"{w.pick(('san', 'lower', 'new', 'st'))} {shown}" if w.often(0.1) else shown
            rows.append({
                "label": shown, "lat": f"{north + 0.01 * w.chance.normal():.4f}", "lon": f"{east + 0.01 * w.chance.normal():.4f}",
                "ele": w.gone(str(high + w.number(30)), 0.5), "type": w.gone(sort if w.often(0.8) else w.pick(sorts), 0.2), "truth": truth})
    return numbered(rows, w)


def shortest(seed: int, size: int) -> list[Row]:
    """Only a first and a last name, the second of each mostly missing, and year, month and day as whole numbers; one in five is doubled once."""
    w = Dirty(seed)
    given, family = w.lexicon(120, (1, 4)), w.lexicon(700)
    rows: list[Row] = []
    for truth in range(int(size / 1.2)):
        born, first, last = w.day(1920, 2005), [given(), given() if w.often(0.05) else "NA"], [family(), family() if w.often(0.04) else "NA"]
        for copy in range(1 + w.often(0.2)):
            row: Row = {"fname_1": first[0], "fname_2": first[1], "lname_1": last[0], "lname_2": last[1],
                        "by": born.year, "bm": born.month, "bd": born.day}
            for _ in range(1 + w.often(0.4) if copy else 0):
                where = w.pick(("fname_1", "lname_1", "by", "bm", "bd"))
                low, high = {"by": (1920, 2005), "bm": (1, 13), "bd": (1, 29)}.get(where, (0, 1))
                row[where] = w.typo(row[where]) if isinstance(row[where], str) else int(w.chance.integers(low, high))
            rows.append(row | {"truth": truth})
    return numbered(rows, w)


DIRTY: dict[str, tuple[Callable[[int, int], list[Row]], dict[str, Any]]] = {
    "parish": (parish, {"first_name": "name", "surname": "name", "birth_date": "date", "birth_place": "place", "postcode": "place",
                        "occupation": "place"}),
    "clinics": (clinics, {"name": "name", "sex": "place", "born": "date", "town": "place", "email": "text", "phone": "phone"}),
    "two_alphabets": (two_alphabets, {"first": "name", "last": "name", "town": "place", "born": "date"}),
    "papers": (papers, {"title": "text", "authors": "name", "venue": "text", "year": "date"}),
    "firms": (firms, {"company": "text", "address": "place", "city": "place", "email": "text", "latitude": "number", "longitude": "number",
                      "employees": "number", "tel": "phone"}),
    "songs": (songs, {"title": "text", "artist": "name", "album": "text", "length": "number", "year": "date", "language": "place"}),
    "spots": (spots, {"label": "name", "lat": "number", "lon": "number", "ele": "number", "type": "place"}),
    "shortest": (shortest, {"fname_1": "name", "fname_2": "name", "lname_1": "name", "lname_2": "name", "by": "number", "bm": "number",
                           "bd": "number"}),
}
