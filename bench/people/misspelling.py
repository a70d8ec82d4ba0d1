"""How clerks write a name that they know: abbreviated, shortened, turned round, mistyped. Tokens and rates: specification.md."""

from __future__ import annotations

import random

from bench.people.words import WORDS

MALAY, SABAH, SARAWAK, CHINESE, INDIAN = range(5)
MUHAMMAD = ("MOHD", "MUHAMMAD", "MOHAMAD", "MOHAMMAD", "MUHAMAD", "MOHAMED", "MUHD", "MD", "MHD", "MOHD.")
NUR = ("NUR", "NOR", "NOOR", "NURUL")
OTHERWISE = {"SYED": ("SYED", "SAYED", "SYED", "SAID"), "SHARIFAH": ("SYARIFAH", "SHARIFAH", "SH."), "SITI": ("SITI", "SITI", "STI"),
             "ABDUL": ("ABD", "ABD.", "AB", "ABDUL")}
MARKERS = {"BIN": ("B", "B.", "BN"), "BINTI": ("BT", "BT.", "BTE", "BINTE"), "A/L": ("A/L", "AL", "S/O", "A L"), "A/P": ("A/P", "AP", "D/O", "A P"),
           "ANAK": ("AK", "AK.", "A/K", "ANAK")}
MARKED = frozenset(MARKERS) | {form for forms in MARKERS.values() for form in forms if " " not in form}
HONOURS = {"male": ("HAJI", "HJ", "HJ.", "TUAN", "EN.", "ENCIK", "DATO'", "DR", "USTAZ", "TN. HJ."),
           "female": ("HAJAH", "HJH", "PUAN", "PN.", "CIK", "DATIN", "USTAZAH", "DR")}
ADDRESSED = {"male": ("MR", "EN."), "female": ("MDM", "PN.", "MS")}
CHRISTIAN = ("DANIEL", "JASON", "JESSICA", "MICHELLE", "ALVIN", "IVY")
ALSO = ("ALI", "AWANG", "AH KOW", "MUTHU", "SITI", "JOHN")
NEIGHBOURS = dict(pair.split("=") for pair in WORDS["neighbours"])
HABITS = [pair.split(">") for pair in WORDS["habits"]]
LONGEST = 30


def mistype(word: str, chance: random.Random) -> str:
    """One slip of the finger: a neighbouring key 40, a letter lost 22, one too many 18, two swapped 20 of 100. Two letters stay as they are."""
    if len(word) < 3:
        return word
    kind, at = chance.random(), chance.randrange(len(word))
    near = NEIGHBOURS.get(word[at])
    if kind < .40:
        return f"{word[:at]}{chance.choice(near)}{word[at + 1:]}" if near else word
    if kind < .62:
        return word[:at] + word[at + 1:]
    if kind < .80:
        return f"{word[:at]}{chance.choice(near or 'AEI')}{word[at:]}"
    at = min(at, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2:]


def respell(word: str, chance: random.Random) -> str:
    """Another habit of spelling the same sound, where the word has one; words below four letters stay."""
    possible = [habit for habit in HABITS if habit[0] in word]
    return word.replace(*chance.choice(possible), 1) if possible and len(word) >= 4 else word


def abbreviate(words: list[str], chance: random.Random) -> list[str]:
    """A clerk's manner, the same through the whole name: short forms; the marker left out in 35 of 100."""
    without, form = chance.random() < .35, chance.choice(MUHAMMAD)
    written = []
    for word in words:
        if word in MARKERS:
            written += [] if without else [chance.choice(MARKERS[word])]
        elif word in MUHAMMAD or word == "MOHAMMED":
            written.append(form if chance.random() < .9 else word)
        elif word in NUR:
            written.append(chance.choice(NUR) if chance.random() < .25 else word)
        else:
            written.append(chance.choice(OTHERWISE.get(word, (word,))))
    return written


def shorten(words: list[str], tradition: int, chance: random.Random) -> list[str]:
    """Father's name left out 35, one word left out 40, an initial instead of a word (R. KUMAR) 25 of 100."""
    kind = chance.random()
    marker = next((at for at, word in enumerate(words) if word in MARKED and at), 0)
    if kind < .35:
        return words[:marker] if marker else words
    if len(words) <= 2:
        return words
    if kind < .75:
        lost = chance.randrange(1, len(words))
        return words[:lost] + words[lost + 1:]
    if kind < .85 and tradition == INDIAN and 0 < marker < len(words) - 1:
        return [f"{words[marker + 1][0]}.", *words[:marker]]
    at = chance.randrange(len(words))
    return [*words[:at], f"{words[at][0]}.", *words[at + 1:]]


def reorder(words: list[str], chance: random.Random) -> list[str]:
    """A Chinese name's parts: the first of four lost 10, moved to the end 10, the last put first 4 of 100; of three the surname put last 6,
    syllables joined 4, a Christian name put before 3 of 100."""
    kind = chance.random()
    if len(words) == 4:
        return words[1:] if kind < .10 else words[1:] + words[:1] if kind < .20 else words[-1:] + words[:-1] if kind < .24 else words
    if len(words) == 3 and kind < .13:
        return (words[1:] + words[:1] if kind < .06 else [words[0], words[1] + words[2]] if kind < .10 else [chance.choice(CHRISTIAN), *words])
    return words


def honour(words: list[str], tradition: int, sex: str, age: int, rate: float, chance: random.Random) -> list[str]:
    """A title before the name: of Muslims and natives by age, of anybody a form of address at a fifth of the rate."""
    if chance.random() < rate * (2 if age > 50 else .5) and tradition in (MALAY, SABAH, SARAWAK):
        return [chance.choice(HONOURS[sex]), *words]
    return [chance.choice(ADDRESSED[sex]), *words] if chance.random() < rate * .2 else words


def written(name: str, tradition: int, sex: str, age: int, rates: dict[str, float], chance: random.Random) -> str:
    """A name as one clerk of a profile writes it. `rates`: abbreviated, shortened, respelt, mistyped, honoured (damage.PROFILES)."""
    words = name.split(" ")
    if chance.random() < rates["abbreviated"]:
        words = abbreviate(words, chance)
    if chance.random() < rates["shortened"]:
        words = shorten(words, tradition, chance)
    if tradition == CHINESE:
        words = reorder(words, chance)
    words = [respell(word, chance) if chance.random() < rates["respelt"] else word for word in words]
    words = [mistype(word, chance) if chance.random() < rates["mistyped"] * min(1, len(word) / 6) else word for word in words]
    words = honour(words, tradition, sex, age, rates["honoured"], chance)
    if chance.random() < rates["shortened"] * .15 and len(words) > 2:
        at = chance.randrange(len(words) - 1)
        words = [*words[:at], words[at] + words[at + 1], *words[at + 2:]]
    if chance.random() < rates["shortened"] * .10:
        words = [*words, "@", chance.choice(ALSO)]
    text = " ".join(words)
    if chance.random() < .02:
        text = text[:LONGEST].rstrip()
    kind = chance.random()
    return text.title() if kind < .15 else text.lower() if kind < .17 else text


def street(address: str, chance: random.Random) -> str:
    """An address with three habits of shortening, in 8 of 100 mistyped too."""
    for long, short in chance.sample(SHORT_STREETS, 3):
        address = address.replace(long, short)
    return mistype(address, chance) if chance.random() < .08 else address


SHORT_STREETS = [("JALAN", "JLN"), ("TAMAN", "TMN"), ("KAMPUNG", "KG"), ("LOT", "LT"), ("BLOK", "BLK"), ("NO ", "NO. "), ("PANGSAPURI", "APT"),
                 ("JALAN", "JL."), ("KAMPUNG", "KG."), ("NO ", "")]
ESTATES = [word.replace("_", " ") for word in WORDS["estate"]]
