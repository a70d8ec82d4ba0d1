"""One word of a name: its form among the forms of one word, the fold its spellings share, the skeleton for keys, and how far two words are apart."""

from __future__ import annotations

import re
from functools import lru_cache

from sinergi.core.linkage.words import ANYWHERE, BETWEEN, CLASS_OF, CLASSES, GLUED, LEADING, MARKERS, SURNAMES, TRAILING

# Order matters: DZ before Z, SCH before CH.
RUNS = (("DZ", "Z"), ("SCH", "S"), ("SY", "S"), ("SH", "S"), ("KH", "K"), ("GH", "G"), ("PH", "P"), ("TH", "T"), ("DH", "D"), ("BH", "B"),
        ("JH", "J"), ("CK", "K"), ("TJ", "C"), ("DJ", "J"), ("CH", "C"), ("OE", "U"))
LETTERS = str.maketrans({"Q": "K", "V": "W", "F": "P", "O": "U", "Y": "I", "E": "I", "Z": "S", "X": "KS"})
ENDING = re.compile(r"^TS|QUE$")
SILENT = re.compile(r"(?<=[AIU])H(?![AIU])|(?<=.)H$")
GLIDE = re.compile(r"(?<=.)UW*(?=[AI])")
DOUBLED = re.compile(r"(.)\1+")
VOWELS = str.maketrans("", "", "AIUHW")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
RESERVED = LEADING | ANYWHERE | TRAILING | frozenset(MARKERS) | frozenset(BETWEEN)


def spell(word: str) -> str:
    """Letters alone: sy and sh, kh and k, f and p, o and u, doubled ones, the last h. Spelling twice is spelling once."""
    while (plain := spell_once(word)) != word:
        word = plain
    return word


def spell_once(word: str) -> str:
    """One round of `spell`; a round may bring together what the next one shortens."""
    plain = ENDING.sub(lambda found: "S" if found[0] == "TS" else "K", word)
    for run, letter in RUNS:
        if run in plain:
            plain = plain.replace(run, letter)
    plain = DOUBLED.sub(r"\1", GLIDE.sub("W", plain.translate(LETTERS)))
    return SILENT.sub("", plain) or word


def slips(word: str) -> set[str]:
    """All words one letter or one swap away."""
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    changed = {a + c + b[1:] for a, b in cuts if b for c in ALPHABET} | {a + c + b for a, b in cuts for c in ALPHABET}
    return changed | {a + b[1:] for a, b in cuts if b} | {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}


# A mistyped Muhammad is no rare word; the other classes are too short for that.
FORMS = {slip: "MUHAMMAD" for form in ("MUHAMMAD", "MOHAMMAD", "MOHAMAD", "MUHAMAD", "MOHAMED") for slip in slips(form)} | CLASS_OF
FOLDED = {spell(form): name for name, forms in CLASSES.items() for form in forms.split() if len(spell(form)) > 4}


@lru_cache(maxsize=1 << 20)
def form_of(word: str) -> str:
    """The one form of a word that has several: MOHD -> MUHAMMAD, SHARIFFAH -> SYARIFAH; any other word is itself."""
    known = FORMS.get(word)
    if known:
        return known
    if word in SURNAMES:
        return word
    plain = spell(word)
    return CLASS_OF.get(plain) or FOLDED.get(plain) or word


@lru_cache(maxsize=1 << 20)
def fold(token: str) -> str:
    """One word of a name -> the form its spellings share. Folding twice is folding once.

    Chinese surnames are short, and their vowels are all that tells them apart (Koh, Khoo): they stay as they are.

    >>> fold("YUSOF") == fold("YUSUFF"), fold("SALLEH") == fold("SALEH"), fold("KOH") == fold("KHOO")
    (True, True, False)
    """
    form = form_of(token)
    return form if form in CLASSES or form in SURNAMES else spell(form)


@lru_cache(maxsize=1 << 20)
def skeleton(token: str) -> str:
    """First letter and consonants of the fold: for keys only, never for a score. KAMARUL -> KMRL."""
    folded = fold(token)
    return folded[:1] + folded[1:].translate(VOWELS)


@lru_cache(maxsize=1 << 20)
def split_form(word: str) -> tuple[str, ...]:
    """A written word as canonical tokens: its form, or two where two were written as one (ABDULRAHMAN -> ABD RAHMAN), never ABDULLAH."""
    form = form_of(word)
    if form != word or len(word) < 6:
        return (form,)
    for pattern, first in GLUED:
        if (found := pattern.fullmatch(word)) and found[found.lastindex or 1] not in RESERVED:
            return first, form_of(found[found.lastindex or 1])
    return (form,)


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
