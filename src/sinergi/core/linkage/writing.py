"""What is typed for a name -> its words: upper case, accents and signs off, '@' before an alias, a marker of two signs as one word."""

from __future__ import annotations

import re
import unicodedata

SLASHED = {"AL": " A/L ", "SO": " S/O ", "AP": " A/P ", "DO": " D/O ", "AK": " A/K "}
CHILDREN = {"LELAKI": "A/L", "PEREMPUAN": "A/P"}
SLASH = re.compile(r"\b([ASD])\s*[/\\]\s*([LPOK])\b|(?<=[A-Z])([ASD])[/\\]([LPO])\b")
ARTICLE = re.compile(r"\b(A[LRSZNDT])-(?=[A-Z])")
HONOUR = re.compile(r"\bY\.\s?(B|M|A\.\s?B|BHG)\b\.?")
ALSO_KNOWN = re.compile(r"\bA\.\s?K\.\s?A\b\.?")
JOINING = "'`’‘ʼ´"
PLAIN = str.maketrans(
    {"@": " @ ", "(": " @ ", "[": " @ ", "0": "O", "1": "I"} | dict.fromkeys(")]-.,/\\_;:+*&\"\t\n", " ") | dict.fromkeys(JOINING, ""))
# Letters with a stroke do not come apart into a letter and a mark.
STROKES = str.maketrans({"Đ": "D", "Ø": "O", "Ł": "L", "Æ": "AE", "Œ": "OE", "Þ": "TH", "Ħ": "H"})


def words_of(name: str) -> list[str]:
    """The words of a name in upper case without accents and signs; '@' before an alias, A/L and its like as one word."""
    text = name.upper()
    if not text.isascii():
        text = plain_letters(text)
    if not text.replace(" ", "").isalpha():
        text = plain_signs(text)
    words = text.split()
    if "A" in words:
        words = markers_apart(words)
    if "ANAK" in words:
        words = child_of(words)
    return words


def plain_letters(text: str) -> str:
    """Accents off Latin letters; letters of other scripts keep their marks."""
    text = unicodedata.normalize("NFKD", text.translate(STROKES)).upper()
    return unicodedata.normalize("NFC", "".join(plain_letter(c) for c in text))


def plain_letter(character: str) -> str:
    """A letter or its mark as it is; nothing for an accent of Latin letters and for what does not show; a blank for any other sign."""
    kind = unicodedata.category(character)
    if character.isascii() or character.isalnum() or character in JOINING:
        return character
    if "\u0300" <= character <= "\u036f" or kind == "Cf":
        return ""
    return character if kind[0] == "M" else " "


def plain_signs(text: str) -> str:
    """Signs off: brackets and '@' open an alias, other signs part words, apostrophes join; 0 and 1 within a word were meant as letters."""
    text = text.replace("\0", " ")
    if "/" in text or "\\" in text:
        text = SLASH.sub(slashed, text)
    if "-" in text:
        text = ARTICLE.sub(r"\1", text)
    if "." in text:
        text = ALSO_KNOWN.sub("@", HONOUR.sub(lambda found: "Y" + re.sub(r"\W", "", found[1]) + " ", text))
    text = re.sub(r"\b\d+\b", " ", text).translate(PLAIN).replace("\0", "/")
    return re.sub(r"[^\w@/\s]|\d", "", text) if text.isascii() else re.sub(r"\d", "", text)


def slashed(found: re.Match[str]) -> str:
    """A marker of two letters as one word with blanks about it, its stroke kept; other letters about a stroke part."""
    first, last = found[1] or found[3], found[2] or found[4]
    return SLASHED.get(first + last, f"{first} {last}").replace("/", "\0")


def markers_apart(words: list[str]) -> list[str]:
    """'MUTHU A L RAMAN': A and L between two words are one marker; before or after all words they are initials."""
    for i in range(1, len(words) - 2):
        if words[i] == "A" and words[i + 1] in ("L", "P", "K") and len(words[i - 1]) > 1 and len(words[i + 2]) > 1:
            return [*words[:i], f"A/{words[i + 1]}", *words[i + 2:]]
    return words


def child_of(words: list[str]) -> list[str]:
    """'ANAK LELAKI' and 'ANAK PEREMPUAN' as A/L and A/P."""
    for i, word in enumerate(words[:-1]):
        if word == "ANAK" and words[i + 1] in CHILDREN:
            return [*words[:i], CHILDREN[words[i + 1]], *words[i + 2:]]
    return words
