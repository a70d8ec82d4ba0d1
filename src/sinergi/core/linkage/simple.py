"""The only place that compares persons: names folded to a key, and what was typed weighed against somebody who is known.

Names are Malay, Chinese, Indian, Bornean: bin, binti, a/l, a/p and anak are markers, never compared; titles go; Muhammad and its
forms are one word; spelling is folded (Yusof, Yusuff; Salleh, Saleh). A shared phone never joins two people: it only makes one possible.
"""
from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

Words = dict[str, str]


def set_of(words: str) -> frozenset[str]:
    """Words between blanks as a set."""
    return frozenset(words.split())


TITLES = set_of("""HAJI HJ HAJAH HAJJAH HJH TUAN PUAN ENCIK EN CIK PN TN DATO DATUK DATIN DATU DR PROF IR USTAZ USTAZAH CIKGU IMAM KAPTEN MEJAR
    SARJAN KOPERAL MR MRS MS MDM MADAM TUN ALLAHYARHAM ARWAH SRI SERI YB""")
MARKERS = set_of("BIN BN B BINTI BINTE BT BTE A/L AL/L S/O A/P D/O ANAK AK A/K")
CLASSES = {
    "MUHAMMAD": "MUHAMMAD MUHAMAD MUHAMMED MUHAMED MOHAMMAD MOHAMAD MOHAMED MOHAMMED MOHD MUHD MHD MD MUH", "ABD": "ABDUL ABD AB ABDULL",
    "NUR": "NUR NOR NOOR NURUL NORUL", "SITI": "SITI ST STI", "SYED": "SYED SAYED SAYYID SYID", "SYARIFAH": "SHARIFAH SYARIFAH SARIFAH",
    "AHMAD": "AHMAD AHMED AHAMAD", "ABDULLAH": "ABDULLAH ABDULAH DOLLAH DOLAH", "AWANG": "AWANG AWG AG", "DAYANG": "DAYANG DYG DK",
    "PENGIRAN": "PENGIRAN PG PGN", "CHE": "CHE CEK CHEK", "TENGKU": "TENGKU TUNKU ENGKU TKU"}
CLASS_OF = {form: name for name, forms in CLASSES.items() for form in forms.split()}
SPELLING = tuple((re.compile(p), r) for p, r in (
    (r"DZ", "Z"), (r"SY|SH", "S"), (r"KH", "K"), (r"GH", "G"), (r"PH|F", "P"), (r"TH", "T"), (r"DH", "D"), (r"Q|CK", "K"), (r"V", "W"),
    (r"TJ|CH", "C"), (r"DJ", "J"), (r"OO|OU|OE|O", "U"), (r"EE|EA|IE|Y|E", "I"), (r"H$", ""), (r"Z", "S"), (r"(.)\1+", r"\1")))
WEAK = set_of("MUHAMMAD ABD NUR SITI SYED SYARIFAH AHMAD WAN NIK CHE TENGKU RAJA MEGAT")
GLUED = re.compile(r"(ABDUL(?!LAH|AH)|NURUL)(\w{3,})")
CERTAIN, LIKELY, POSSIBLE = 9, 5, 2.5


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """One word of a name -> the form shared by its spellings.

    >>> fold("YUSOF") == fold("YUSUFF"), fold("SALLEH") == fold("SALEH")
    (True, True)
    """
    known = CLASS_OF.get(word)
    if known:
        return known
    folded = word
    for pattern, plain in SPELLING:
        folded = pattern.sub(plain, folded)
    return folded or word


def words_of(name: str) -> list[str]:
    """The words of a name in upper case, accents and apostrophes off, titles and markers out; aliases stand beside the rest."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).upper()
    plain = re.sub(r"\b([ASD])\s*/\s*([LPO])\b", r"\1/\2", re.sub(r"[’'`]", "", plain))
    found = re.sub(r"[^\w/]+|_", " ", re.sub(r"\bALIAS\b", " ", plain)).split()
    kept = [w for i, w in enumerate(found) if not (w in TITLES or w in MARKERS and (i > 0 or "/" in w))]
    return [part for w in kept or found for part in GLUED.sub(r"\1 \2", w).split()]


def tokens(name: str) -> tuple[str, ...]:
    """The folded words of a name, sorted, each once.

    >>> tokens("Md Kamarul b. Yusuf") == tokens("MOHD KAMARUL BIN YUSOF")
    True
    """
    return tuple(sorted({fold(w.replace("/", "")) for w in words_of(name) if len(w) > 1} or {fold(w) for w in words_of(name)}))


def telling(found: tuple[str, ...]) -> tuple[str, ...]:
    """Without the words that everybody bears, as long as two others remain."""
    kept = tuple(t for t in found if t not in WEAK)
    return kept if len(kept) > 1 else found


def name_key(name: str) -> str:
    """The form in which a name is kept for finding: its telling folded words, sorted. The same for every spelling it may be typed in."""
    return " ".join(telling(tokens(name)))


@dataclass(frozen=True)
class Facts:
    """What is typed of somebody, or known of him. Empty: not typed, not known. `tail`: the last four digits of a number."""

    name: str = ""
    birth_date: dt.date | None = None
    birth_year: int | None = None
    numbers: frozenset[str] = field(default_factory=frozenset)
    tail: str = ""
    phones: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Comparison:
    """`level`: certain, likely, possible or no; `reasons`: what speaks for and against, in words; `points`: to sort by."""

    level: str
    points: float
    reasons: tuple[Words, ...]


Piece = tuple[float, Words] | None


def compare(typed: Facts, known: Facts) -> Comparison:
    """Weigh what was typed against somebody known. What one side does not say weighs nothing."""
    found = [piece for piece in (number(typed, known), name(typed, known), birth(typed, known), phone(typed, known)) if piece]
    points = sum(weight for weight, _ in found)
    level = "certain" if points >= CERTAIN else "likely" if points >= LIKELY else "possible" if points >= POSSIBLE else "no"
    return Comparison(level, points, tuple(words for _, words in found))


def number(typed: Facts, known: Facts) -> Piece:
    """The identity number or its last four digits."""
    if typed.numbers and known.numbers:
        if typed.numbers & known.numbers:
            return 10, {"ms": "Nombor pengenalan sama.", "en": "Same identity number."}
        return -4, {"ms": "Nombor pengenalan berbeza.", "en": "Different identity number."}
    if typed.tail and any(value.endswith(typed.tail) for value in known.numbers):
        return 3, {"ms": "Empat digit akhir nombor sama.", "en": "Same last four digits of the number."}
    return None


def name(typed: Facts, known: Facts) -> Piece:
    """The names, in whatever order and spelling."""
    how = names_agree(typed.name, known.name)
    return {"same": (4.0, {"ms": "Nama sama.", "en": "Same name."}),
            "near": (3.0, {"ms": "Nama hampir sama.", "en": "Nearly the same name."}),
            "part": (1.5, {"ms": "Sebahagian nama sama.", "en": "Part of the name is the same."}),
            "none": (-4.0, {"ms": "Nama tidak sama.", "en": "The names differ."})}.get(how)


def names_agree(one: str, other: str) -> str:
    """How two names agree: same, near, part, none, or '' where one is not told."""
    if not one.strip() or not other.strip():
        return ""
    few, many = sorted((telling(tokens(one)), telling(tokens(other))), key=len)
    left, exact, close = list(many), 0, 0
    for token in few:
        if token in left:
            left.remove(token)
            exact += 1
    for token in (t for t in few if t not in many):
        found = next((t for t in left if alike(token, t)), None)
        if found is not None:
            left.remove(found)
            close += 1
    if exact == len(many):
        return "same"
    if exact + close == len(few) and sum(t not in WEAK for t in few) > 1 or exact > 1 and exact + close + 1 >= len(few):
        return "near"
    return "part" if exact or close and len(many) == 1 else "none"


def alike(one: str, other: str) -> bool:
    """Two words one typing error apart: a letter more, less, other or swapped; words of eight letters may differ in two."""
    allowed = 0 if min(len(one), len(other)) < 4 else 1 if min(len(one), len(other)) < 8 else 2
    return abs(len(one) - len(other)) <= allowed and distance(one, other) <= allowed


def distance(one: str, other: str) -> int:
    """How many letters must be added, dropped, changed or swapped with their neighbour to turn one word into the other."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                cost = min(cost, rows[i - 2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


def birth(typed: Facts, known: Facts) -> Piece:
    """The day of birth, or its year."""
    if typed.birth_date and known.birth_date:
        parts = [getattr(typed.birth_date, part) == getattr(known.birth_date, part) for part in ("day", "month", "year")]
        swapped = (typed.birth_date.day, typed.birth_date.month) == (known.birth_date.month, known.birth_date.day)
        if all(parts):
            return 4, {"ms": "Tarikh lahir sama.", "en": "Same date of birth."}
        if sum(parts) == 2 or swapped and parts[2]:
            return 1, {"ms": "Tarikh lahir hampir sama.", "en": "Nearly the same date of birth."}
        return -4, {"ms": "Tarikh lahir berbeza.", "en": "Different date of birth."}
    year = typed.birth_year or (typed.birth_date and typed.birth_date.year)
    known_year = known.birth_year or (known.birth_date and known.birth_date.year)
    if not year or not known_year:
        return None
    if year == known_year:
        return 1.5, {"ms": f"Tahun lahir sama: {year}.", "en": f"Same year of birth: {year}."}
    return -2, {"ms": "Tahun lahir berbeza.", "en": "Different year of birth."}


def phone(typed: Facts, known: Facts) -> Piece:
    """A phone number: families share one, so it alone makes nobody likely; another number says nothing."""
    if typed.phones & known.phones:
        return 2.5, {"ms": "Nombor telefon sama.", "en": "Same phone number."}
    return None
