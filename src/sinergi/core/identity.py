"""Numbers that name a person, and days as people type them: read, mended, checked; odd ones warn and never block.

An identity number has no check digit, so a typing error is a valid number: what it says of birth and sex is derived, never proof.
The century of a MyKad follows its serial: it begins with 0 to 3 for births from 2000, with 5 to 9 before (National Registration Department).
Place codes: the department's list, https://www.jpn.gov.my (states of birth and countries of birth), facts re-typed.
"""
from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from sinergi.core.time import parse_day, years_between

Words = dict[str, str]
CARDS = ("mykad", "mypr", "mykas")
DEMO_PLACE = "17"
OLDEST = 110
MISREAD = str.maketrans("OQDILBSZ", "00011852")
SHAPES = {
    "passport": r"[A-Z]{0,3}\d{5,9}[A-Z]?", "unhcr": r"[A-Z0-9]{5,20}", "army": r"[A-Z]{0,2}\d{4,8}", "police": r"[A-Z]{0,3}\d{4,8}",
    "old_card": r"[A-Z]{0,3}\d{5,8}", "birth_certificate": r"[A-Z]{0,2}\d{4,10}"}
MALAYSIAN_PASSPORT = re.compile(r"[AHK]\d{8}")
SHORT_DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{2})")
STATE_CODES = {
    "johor": "01 21 22 23 24", "kedah": "02 25 26 27", "kelantan": "03 28 29", "melaka": "04 30", "negeri_sembilan": "05 31 59", "pahang": "06 32 33",
    "pulau_pinang": "07 34 35", "perak": "08 36 37 38 39", "perlis": "09 40", "selangor": "10 41 42 43 44", "terengganu": "11 45 46",
    "sabah": "12 47 48 49", "sarawak": "13 50 51 52 53", "kuala_lumpur": "14 54 55 56 57", "labuan": "15 58", "putrajaya": "16"}
UNASSIGNED = frozenset(["00", "17", "18", "19", "20", "69", "70", "73", "80", "81", "94", "95", "96", "97"])
PLACES = {code: state for state, codes in STATE_CODES.items() for code in codes.split()} | {"82": "unknown", "98": "stateless", "99": "unknown"}


@dataclass(frozen=True)
class Number:
    """A number as it is kept: letters and digits only. `birth_date`, `sex`, `place` are what a MyKad derives; `quality` is asserted or odd.

    `place`: a state's code, 'abroad', 'stateless', 'unknown', or '' when no such code is issued.
    """

    kind: str
    country: str
    value: str
    birth_date: dt.date | None = None
    sex: str = ""
    place: str = ""
    quality: str = "asserted"
    warnings: tuple[Words, ...] = ()


class NumberFault(ValueError):
    """A number that cannot be kept; `words` names the mend in both languages."""

    def __init__(self, code: str, ms: str, en: str) -> None:
        self.code = code
        self.words: Words = {"ms": ms, "en": en}
        super().__init__(code)


def read_number(kind: str, text: str, *, on: dt.date, demo: bool = False, country: str = "") -> Number:
    """A number as typed -> as kept. `on` settles the century; `demo` takes place code 17. Raises NumberFault with the mend."""
    value = re.sub(r"[\s\-./]", "", text).upper()
    if kind in CARDS:
        return read_card(kind, value, on, demo)
    if not re.fullmatch(SHAPES[kind], value):
        raise NumberFault("number.shape", "Nombor ini tidak kelihatan betul. Semak dokumen, atau pilih “tiada dokumen”.",
                          "This number does not look right. Check the document, or choose “no document”.")
    if kind != "passport":
        return Number(kind, "MY" if kind != "unhcr" else "UN", value)
    if not country and not MALAYSIAN_PASSPORT.fullmatch(value):
        raise NumberFault("number.country", "Pasport negara mana? Pilih negara.", "Of which country is the passport? Choose the country.")
    return Number(kind, (country or "MY").upper(), value)


def read_card(kind: str, value: str, on: dt.date, demo: bool) -> Number:
    """The twelve digits of MyKad, MyPR or MyKAS."""
    digits = value.translate(MISREAD)
    if not digits.isascii() or not digits.isdigit():
        raise NumberFault("number.digits", "Nombor ini mengandungi huruf. Semak kad, atau pilih jenis dokumen lain.",
                          "This number has letters in it. Check the card, or choose another kind of document.")
    if len(digits) != 12:
        raise NumberFault("number.length", f"No. kad pengenalan ada {len(digits)} digit; perlu 12. Semak kad, atau pilih “tiada dokumen”.",
                          f"The identity number has {len(digits)} digits; it needs 12. Check the card, or choose “no document”.")
    place = digits[6:8]
    if place == DEMO_PLACE and not demo:
        raise NumberFault("number.demo", "Kod tempat 17 tidak dikeluarkan kepada sesiapa; ia untuk orang rekaan sahaja.",
                          "Place code 17 is issued to nobody; it is for invented people only.")
    born = birth_of(digits, on)
    warnings: list[Words] = []
    if born is None:
        warnings.append({"ms": "Enam digit pertama bukan tarikh dalam kalendar. Semak kad.",
                         "en": "The first six digits are not a date. Check the card."})
    elif years_between(born, on) > OLDEST:
        warnings.append({"ms": f"Nombor ini bermaksud umur {years_between(born, on)}. Semak kad.",
                         "en": f"This number means an age of {years_between(born, on)}. Check the card."})
    if place in UNASSIGNED and place != DEMO_PLACE:
        warnings.append({"ms": f"Kod tempat {place} tidak dikeluarkan. Semak kad.", "en": f"Place code {place} is not issued. Check the card."})
    sex, quality = "male" if int(digits[11]) % 2 else "female", "odd" if warnings else "asserted"
    return Number(kind, "MY", digits, born, sex, place_of(place), quality, tuple(warnings))


def place_of(code: str) -> str:
    """Where a place code says somebody was born; '' where none is issued."""
    return "" if code in UNASSIGNED else PLACES.get(code, "abroad")


def birth_of(digits: str, on: dt.date) -> dt.date | None:
    """The birth date of twelve digits: the serial tells the century, and nobody is born after `on`. None if it is no date."""
    year, month, day, serial = int(digits[:2]), int(digits[2:4]), int(digits[4:6]), int(digits[8])
    for century in (2000, 1900) if serial < 5 else (1900,):
        try:
            born = dt.date(century + year, month, day)
        except ValueError:
            continue
        if born <= on:
            return born
    return None


def read_day(text: str, *, on: dt.date, born: bool = False) -> dt.date:
    """A day as typed; a year of two digits is the last such year that is not after `on` (`born`) or the one of this century. ValueError otherwise."""
    text = " ".join(text.split())
    if found := SHORT_DAY.fullmatch(text):
        year = on.year // 100 * 100 + int(found[3])
        return dt.date(year - 100 if born and year > on.year else year, int(found[2]), int(found[1]))
    return parse_day(text)


def masked(value: str) -> str:
    """All but the last four characters hidden: '•••••• •• 5062' for twelve digits."""
    hidden = "•" * max(len(value) - 4, 0)
    return f"{hidden[:6]} {hidden[6:]} {value[-4:]}" if len(value) == 12 else f"{hidden}{value[-4:]}"


def number_words(kind: str, value: str) -> str:
    """A number as it is printed: 600302-17-5062; other kinds as they are kept."""
    return f"{value[:6]}-{value[6:8]}-{value[8:]}" if kind in CARDS and len(value) == 12 else value
