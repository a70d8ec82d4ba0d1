"""How a name is read: own name, father's or surname, aliases, marker, initials, titles, for Malay, Bornean, Chinese, Indian and foreign names.

A name is read once into canonical tokens: titles out, markers split, forms of one word resolved, a glued Abdul parted, a Chinese surname found.
What was typed is kept elsewhere, for display; `normal` is what was understood. Reading `normal` again gives the same name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sinergi.core.linkage.spelling import alike, distance, fold, form_of, skeleton, spell, split_form
from sinergi.core.linkage.words import (
    ANAK,
    ANYWHERE,
    BETWEEN,
    BIN,
    BINTI,
    CHRISTIAN,
    CLASS_OF,
    CUT_OFF,
    FEMALE_MARKERS,
    FEMALE_TITLES,
    FEMALE_WORDS,
    JOINED,
    LEADING,
    MALE_MARKERS,
    MALE_TITLES,
    MALE_WORDS,
    MARKERS,
    NOBODY,
    PAIRED,
    PUNJABI,
    SUR,
    SURNAMES,
    SYLLABLE,
    TRAILING,
    WEAK,
    WRITTEN,
)
from sinergi.core.linkage.writing import CHILDREN, words_of

__all__ = [
    "NOTHING", "WEAK", "Name", "alike", "distance", "fold", "form_of", "name_key", "names_agree", "normal", "parse", "read_as", "sex_of", "skeleton",
    "spell", "telling",
]

Words = dict[str, str]


class Name(NamedTuple):
    """A name as it was understood, in canonical tokens. `marker`: BIN, BINTI, AL, AP, ANAK, SUR (the surname stands as father) or ''."""

    own: tuple[str, ...] = ()
    father: tuple[str, ...] = ()
    aliases: tuple[tuple[str, ...], ...] = ()
    marker: str = ""
    initials: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


NOTHING = Name()
STARTS, ENDS = tuple(JOINED), (BINTI, BIN)
TITLED = LEADING | ANYWHERE | {first for first, _ in PAIRED}
# Also the article of Arabic names and syllables of Chinese ones: markers only where no other is.
ARTICLES = frozenset(["AL", "AP"])
# AL after these is the article: Syed Al Hadi.
MUSLIM = WEAK - frozenset(PUNJABI)
# Anak is a marker only between two names; this form of it anywhere.
SHORT = {ANAK: "A/K"}


def parse(name: str) -> Name:
    """A name as somebody wrote it -> as it was understood; NOTHING where it names nobody."""
    words = words_of(name)
    if "@" not in words and "ALIAS" not in words and "AKA" not in words:
        return whole(*section(words), ())
    parts = [section(part) for part in parts_of(words) or [[]]]
    own, father, marker, initials, titles = parts[0]
    for _, more_father, more_marker, more_initials, more_titles in parts[1:]:
        father += tuple(t for t in more_father if t not in father)
        marker, initials, titles = marker or more_marker, initials + more_initials, titles + more_titles
    return whole(own, father, marker, initials, titles, tuple(part[0] for part in parts[1:] if part[0]))


Section = tuple[tuple[str, ...], tuple[str, ...], str, tuple[str, ...], tuple[str, ...]]


def whole(own: tuple[str, ...], father: tuple[str, ...], marker: str, initials: tuple[str, ...], titles: tuple[str, ...],
          aliases: tuple[tuple[str, ...], ...]) -> Name:
    """The parts as one name: a lone alias or initial is the name, a surname is found, an alias does not repeat it."""
    if not own and aliases:
        own, aliases = aliases[0], aliases[1:]
    if not own and not father and initials:
        own, initials = initials, ()
    if not (own or father):
        return NOTHING
    own = unmarked(own, marker)
    if not marker and not father:
        if own in NOBODY and not aliases:
            return NOTHING
        found = surname_of(own, bool(initials))
        if found:
            own, father, marker = *found, SUR
    if aliases:
        aliases = tuple(dict.fromkeys(a for a in (alias_of(a, father, marker) for a in aliases) if a and a != own))
    return Name(own, father, aliases, marker, initials, titles)


def alias_of(alias: tuple[str, ...], father: tuple[str, ...], marker: str) -> tuple[str, ...]:
    """An alias without the surname that the name has already."""
    found = surname_of(alias, False) if marker == SUR else None
    return found[0] if found and found[1] == father else alias


def parts_of(words: list[str]) -> list[list[str]]:
    """The words between '@', 'AKA' and 'ALIAS'. Alias is also a name: it parts only what stands between two names."""
    parts: list[list[str]] = [[]]
    for i, word in enumerate(words):
        if word == "@" or word in ("AKA", "ALIAS") and parts_here(words, i, parts[-1]):
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if part]


def parts_here(words: list[str], i: int, before: list[str]) -> bool:
    """Whether ALIAS at `i` stands between a name that tells something and another name."""
    since = max((j for j, word in enumerate(before, 1) if word in MARKERS or word in BETWEEN), default=0)
    named = any(len(w) > 1 and form_of(w) not in WEAK and w not in LEADING and w not in ANYWHERE for w in before[since:])
    return named and i + 1 < len(words) and words[i + 1] not in MARKERS and words[i + 1] not in BETWEEN and words[i + 1] != "@"


def section(words: list[str]) -> Section:
    """One form of a name without alias: own tokens, father's tokens, marker, initials, titles."""
    at, marker = marker_in(words)
    if not marker:
        words, at, marker = glued_marker(words)
    if not marker:
        own, initials, titles = strip(words)
        return own, (), "", initials, titles
    own, initials, titles = strip(words[:at])
    rest = [w for j, w in enumerate(words[at + 1:], at + 1) if not (w in MARKERS or w in BETWEEN and w != "AL" and is_between(words, j))]
    father, more_initials, more_titles = strip(rest)
    return unmarked(own, marker), father, marker, initials + more_initials, titles + more_titles


def unmarked(own: tuple[str, ...], marker: str) -> tuple[str, ...]:
    """The own name without a second marker that stands right before the marker."""
    while marker and len(own) > 1 and own[-1] in BETWEEN:
        own = own[:-1]
    return own


def marker_in(words: list[str]) -> tuple[int, str]:
    """Where the first marker stands, and which; (0, '') if none does."""
    for j, word in enumerate(words):
        if word in MARKERS:
            return j, MARKERS[word]
        if word in BETWEEN and word not in ARTICLES and is_between(words, j) and (j + 1 == len(words) or words[j + 1] not in MARKERS):
            return j, BETWEEN[word]
    for j, word in enumerate(words):
        if word in ARTICLES and is_between(words, j) and not any(form_of(w) in MUSLIM for w in words[:j]):
            return j, BETWEEN[word]
    return 0, ""


def is_between(words: Sequence[str], j: int) -> bool:
    """Whether a word of BETWEEN is a marker: after and before a word of more than a letter; B itself only next to both;
    the commonest also at the end."""
    if words[j] == "B":
        return 0 < j < len(words) - 1 and len(words[j - 1]) > 1 and len(words[j + 1]) > 1
    return any(len(w) > 1 for w in words[:j]) and (any(len(w) > 1 for w in words[j + 1:]) or words[j] in CUT_OFF)


def glued_marker(words: list[str]) -> tuple[list[str], int, str]:
    """'BINMOHD', 'BINTISALLEH', 'AHMADBIN': a marker without its space."""
    for j, word in enumerate(words):
        if not (word.startswith(STARTS) or word.endswith(ENDS)):
            continue
        written = next((w for w in JOINED if word.startswith(w)), "")
        rest = word.removeprefix(written)
        if written and any(len(w) > 1 for w in words[:j]) and (rest in CLASS_OF or written != BIN and len(rest) > 3):
            return [*words[:j], written, rest, *words[j + 1:]], j, JOINED[written]
        for ending in ENDS:
            if j + 1 < len(words) and word.endswith(ending) and word.removesuffix(ending) in CLASS_OF:
                return [*words[:j], word.removesuffix(ending), ending, *words[j + 1:]], j + 1, ending
    return words, 0, ""


def strip(words: list[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Titles and initials out of the words of one part; the rest as canonical tokens. A title that is all there is stays."""
    tokens: list[str] = []
    initials: list[str] = []
    titles: list[str] = []
    last = len(words)
    i = 0
    while i < last:
        word = words[i]
        step = title_at(words, i, last, not tokens) if word in TITLED else 0
        if step:
            titles += words[i:i + step]
        elif len(word) == 1 and word.isascii():
            initials.append(word)
        else:
            tokens += split_form(word)
        i += step or 1
    while len(tokens) > 1 and tokens[-1] in TRAILING:
        titles.append(tokens.pop())
    return joined(tokens), tuple(initials), tuple(titles)


def title_at(words: list[str], i: int, last: int, first: bool) -> int:
    """How many words from `i` are a title; 0 where a name stands, or where nothing would be left."""
    word = words[i]
    if first and i + 2 < last and (word, words[i + 1]) in PAIRED:
        return 2
    if word in ANYWHERE:
        return int(not first or i + 1 < last)
    if word not in LEADING or not first or i + 1 >= last:
        return 0
    # Tun Tun Win is a Burmese name, Ar Rahman an article and a name.
    return int(words[i + 1] != word and not (word == "AR" and words[i + 1].startswith("R")))


def joined(tokens: list[str]) -> tuple[str, ...]:
    """ABD LAH as ABDULLAH; SAID before another name as SYED."""
    if "ABD" in tokens:
        for i in range(len(tokens) - 1):
            if tokens[i] == "ABD" and tokens[i + 1] in ("LAH", "ALLAH", "LLAH"):
                tokens[i:i + 2] = ["ABDULLAH"]
                break
    if len(tokens) > 1 and tokens[0] == "SAID":
        tokens[0] = "SYED"
    return tuple(tokens)


def surname_of(own: tuple[str, ...], initials: bool) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """(given names with a Christian name first, the surname) of a Chinese name; None where it is none.

    The surname stands first, after the Christian name, or last; given names are one to three syllables, or two written as one.
    """
    if SURNAMES.isdisjoint(own):
        return None
    core = [t for t in own if t not in CHRISTIAN]
    christian = tuple(t for t in own if t in CHRISTIAN)
    if not core or len(core) > 4 or len(core) + len(christian) + initials < 2 or any(t in WEAK and t != "WAN" for t in core):
        return None
    at = 0 if core[0] in SURNAMES else len(core) - 1
    if core[at] == "WAN" and len(core) + len(christian) < 3:
        return None
    given = [t for j, t in enumerate(core) if j != at]
    if core[at] not in SURNAMES or not (all(is_syllable(t) for t in given) or len(given) == 1 and is_pair(given[0])):
        return None
    return (*christian, *given), (core[at],)


def is_syllable(token: str) -> bool:
    """One Chinese syllable as it is written here."""
    return len(token) < 7 and token not in BETWEEN and SYLLABLE.fullmatch(token) is not None


def is_pair(token: str) -> bool:
    """Two Chinese syllables written as one word."""
    return len(token) > 4 and any(is_syllable(token[:i]) and is_syllable(token[i:]) for i in range(2, len(token) - 1))


def normal(name: Name) -> str:
    """The name as it was understood, to be shown beside what was typed, and read again as the same name.

    >>> normal(parse("Dato' Hj. Md Kamarul b. Yusof"))
    'MUHAMMAD KAMARUL BIN YUSOF'
    """
    own = (*name.initials, *name.own)
    if name.marker == SUR:
        first = (*name.initials, *(t for t in name.own if t in CHRISTIAN))
        own = (*first, *name.father, *(t for t in name.own if t not in CHRISTIAN))
    elif name.marker:
        plain = name.own and name.father and name.father[0] not in CHILDREN
        own = (*own, WRITTEN[name.marker] if plain else SHORT.get(name.marker, WRITTEN[name.marker]), *name.father)
    return " @ ".join(" ".join(part) for part in (own, *name.aliases) if part)


def telling(found: Iterable[str], least: int = 1) -> tuple[str, ...]:
    """Without the words that everybody bears, as long as `least` others remain; all of them otherwise. Takes tokens or folds."""
    found = tuple(found)
    kept = tuple(t for t in found if t not in WEAK)
    return kept if len(kept) >= least else found


def tokens_of(name: Name) -> tuple[str, ...]:
    """All tokens of a name in order, each once: own, father's, aliases'; the initials only where there is nothing else."""
    return tuple(dict.fromkeys(t for part in (name.own, name.father, *name.aliases) for t in part)) or name.initials


def name_key(name: str) -> str:
    """The form in which a name is kept for finding: its telling folds, sorted, each once. The same for every spelling it may be typed in."""
    return " ".join(sorted({fold(t) for t in telling(tokens_of(parse(name)), 2)}))


def sex_of(name: Name) -> str:
    """'male' or 'female' as the marker tells; without one, as titles and words that only men or only women bear tell; '' where they do not."""
    if name.marker in MALE_MARKERS:
        return "male"
    if name.marker in FEMALE_MARKERS:
        return "female"
    told = {sex for words, sex in ((MALE_TITLES, "male"), (FEMALE_TITLES, "female")) if not words.isdisjoint(name.titles)}
    told |= {sex for words, sex in ((MALE_WORDS, "male"), (FEMALE_WORDS, "female")) if name.own and name.own[0] in words}
    told |= {PUNJABI[t] for t in name.own if t in PUNJABI}
    return told.pop() if len(told) == 1 else ""


def read_as(name: Name) -> tuple[Words, ...]:
    """What was understood, part by part, in words for the line "read as"."""
    surname = name.marker == SUR
    said = (("nama sendiri", "own name", " ".join(name.own)),
            ("nama keluarga", "surname", " ".join(name.father) if surname else ""),
            ("nama bapa", "father's name", "" if surname else " ".join(name.father)),
            ("juga dikenali sebagai", "also known as", ", ".join(" ".join(a) for a in name.aliases)),
            ("huruf awal", "initials", " ".join(name.initials)),
            ("gelaran", "title", " ".join(name.titles)))
    return tuple({"ms": f"{ms} {value}", "en": f"{en} {value}"} for ms, en, value in said if value)


def names_agree(one: str, other: str) -> str:
    """How two names agree: same, near, part, none, or '' where one is not told. Whatever the order and the spelling; the roles do not count."""
    few, many = sorted((sorted({fold(t) for t in telling(tokens_of(parse(n)), 2)}) for n in (one, other)), key=len)
    if not few:
        return ""
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
