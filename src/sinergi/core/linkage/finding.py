"""What a person is looked up by, and which of those keys are tried for what was typed: the rarest first, so that few people are read.

A person's keys are made by the database (`sinergi_key`, migration registry/0016) of the words of his `name_key`, his birth date, numbers and phones:
`stored` says which. What was typed may be wrong: a word also stands for words of the register that are one letter away, share its skeleton or
begin with it (`meanings`), two words may be one, one may be two (`asked`). `branches` then chooses the pairs of keys to look up, and `likeness`
puts the rows they give in an order, so that only the best are compared as records are (core.linkage.counter).
"""
from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import md5
from itertools import combinations

from sinergi.core.linkage.encode import Vocabulary
from sinergi.core.linkage.names import fold, parse, telling, tokens_of
from sinergi.core.linkage.spelling import distance, skeleton
from sinergi.core.linkage.words import WEAK

POSITIVE = 2**63 - 1
MOST_WORDS, MOST_MEANT, MOST_BRANCHES, MOST_ROWS = 8, 12, 40, 300
EACH, EXACT, FEW, YEARS, SHORT, COMMON = 30, 200, 150, 70, 4, 6
SAME, SLIP, SOUND, BEGUN, FAR = 1.0, 0.8, 0.7, 0.6, 0.5
LIKELY, POSSIBLE, TAIL, BITS = 4.0, -8.0, 12.0, 17.0
LETTERS, WRITTEN, FIRST, EXACTLY, ALIKE, UNSAID = 8.0, 5.0, 1.5, 2.0, 1.4, 0.7
LONG, WHOLE, LEFT = 6, 40, 0.9
SURER = {1: 8.0, 11: 8.0, 2: 2.0, 3: 2.0, 8: 6.0, 12: 1.0}


def key(said: str) -> int:
    """63 bits of a text, the same as sinergi_key of the database."""
    return int.from_bytes(md5(said.encode(), usedforsecurity=False).digest()[:8], "big") & POSITIVE


def word_key(word: str) -> int:
    """The key of one word of a name."""
    return key(f"w {word}")


def stored(names: Sequence[tuple[str, int | None]], birth_date: dt.date | None, numbers: Iterable[str], phones: Iterable[str]) -> set[int]:
    """The keys under which a person stands. `names`: (name key, year of birth) of each living variant."""
    found = {key(f"d {birth_date.isoformat()}")} if birth_date else set()
    for name, year in names:
        words = [word_key(w) for w in name.split()[:MOST_WORDS]]
        found |= {key(f"f {name}"), *words, *(a ^ b for a, b in combinations(words, 2))} if name else set()
        found |= {w ^ key(f"y {year}") for w in words} if year else set()
    found |= {key(f"{mark} {value}") for number in numbers for mark, value in (("n", number), ("t", number[-4:]))}
    return found | {key(f"p {phone[-9:]}") for phone in phones}


@dataclass(frozen=True)
class Sought:
    """What was typed of somebody. `numbers`: every number that may be meant, digits or a document's; `tail`: the last four digits."""

    name: str = ""
    numbers: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    birth_date: dt.date | None = None
    birth_year: int | None = None
    tail: str = ""


@dataclass(frozen=True)
class Meant:
    """A word of the register that a typed word may mean, how many people bear it, and how like the two are (1: the same)."""

    word: str
    people: int
    like: float


@dataclass(frozen=True)
class Branch:
    """People who bear both keys (`second` 0: the first alone), at most `most` of them."""

    first: int
    second: int
    most: int


@dataclass(frozen=True)
class Asked:
    """The words of a typed name: each as it is, two written as one, one written as two; `begun`: the last, which may not be finished.

    `spelt`: a word as it was written, where its fold is another: surnames are kept as they are written, so a slip in one is near that form.
    """

    words: tuple[str, ...] = ()
    joined: Mapping[int, str] = field(default_factory=dict)
    parted: Mapping[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    begun: str = ""
    spelt: Mapping[str, str] = field(default_factory=dict)

    def exact(self) -> list[str]:
        """Words whose existence is asked, without what is like them."""
        return sorted({*self.joined.values(), *(half for halves in self.parted.values() for pair in halves for half in pair)})


def asked(name: str) -> Asked:
    """A typed name -> the words to ask the register for."""
    read = parse(name)
    tokens = list({fold(t): t for t in (*telling(tokens_of(read), 2), *read.initials)[:MOST_WORDS]}.values())
    words = tuple(fold(t) for t in tokens)
    spelt = {w: t for w, t in zip(words, tokens, strict=True) if w != t and len(t) < LONG}
    typed = name.split()
    last = fold(typed[-1].upper()) if typed else ""
    return Asked(
        words,
        {i: fold(tokens[i] + tokens[i + 1]) for i in range(len(tokens) - 1)},
        {i: tuple((fold(t[:at]), fold(t[at:])) for at in range(2, len(t) - 1)) for i, t in enumerate(tokens) if len(t) > SHORT},
        next((w for w in words if last.startswith(w) and len(w) >= SHORT), ""),
        spelt,
    )


def like(typed: str, word: str) -> float:
    """How like a word of the register is to a typed one; 0 when it is another."""
    if typed == word:
        return SAME
    apart = distance(typed, word)
    if apart == 1 and len(typed) > 1:
        return SLIP if min(len(typed), len(word)) >= SHORT else FAR
    if skeleton(typed) == skeleton(word) and min(len(typed), len(word)) >= SHORT:
        return SOUND
    if (len(typed) >= SHORT or len(typed) == 1) and word.startswith(typed):
        return BEGUN
    return FAR if apart == 2 and min(len(typed), len(word)) > 6 else 0.0


def meanings(typed: str, found: Iterable[tuple[str, int]], spelt: str = "") -> tuple[Meant, ...]:
    """The words of the register that a typed word may mean, the likest first. `spelt`: as it was written, where that is another."""
    met = [Meant(word, people, max(like(typed, word), like(spelt, word) if spelt else 0.0)) for word, people in found]
    return tuple(sorted((m for m in met if m.like), key=lambda m: (-m.like, -m.people, m.word))[:MOST_MEANT])


Reading = tuple[tuple[Meant, ...], ...]


def readings(said: Asked, found: Mapping[str, Sequence[tuple[str, int]]]) -> list[Reading]:
    """How the words may be read: as typed; two as one, where the register knows it; one as two, where it knows these but not the whole."""
    plain = []
    for word in said.words:
        spelt = said.spelt.get(word, "")
        plain.append(meanings(word, {*found.get(word, ()), *found.get(spelt, ())}, spelt))
    out: list[Reading] = [tuple(plain)]
    for i, word in said.joined.items():
        if known := tuple(Meant(w, n, SLIP) for w, n in found.get(word, ()) if w == word):
            out.append((*plain[:i], known, *plain[i + 2 :]))
    for i, halves in said.parted.items():
        if not any(m.like == SAME for m in plain[i]):
            for pair in halves:
                parts = tuple(tuple(Meant(w, n, SLIP) for w, n in found.get(half, ()) if w == half) for half in pair)
                if all(parts):
                    out.append((*plain[:i], *parts, *plain[i + 1 :]))
    return out


@dataclass(frozen=True)
class Way:
    """A branch with what to expect of it: how like its words are to what was typed, and about how many people it has."""

    branch: Branch
    like: float
    people: float


def branches(sought: Sought, said: Asked, read: Sequence[Reading], total: int) -> list[Branch]:
    """What to look up beside the numbers, in order: phones, words with another fact, then words alone; within the budget of rows."""
    facts = [key(f"t {sought.tail}")] if sought.tail else []
    facts += [key(f"d {sought.birth_date.isoformat()}")] if sought.birth_date else []
    chosen = [Branch(key(f"p {phone[-9:]}"), 0, EACH) for phone in sought.phones]
    words = sorted({m.word: m for reading in read for meant in reading for m in meant}.values(), key=lambda m: -m.like)
    chosen += [Branch(word_key(m.word), fact, EACH) for fact in facts for m in words]
    chosen += [Branch(fact, 0, EACH) for fact in facts]
    year = sought.birth_date.year if sought.birth_date else sought.birth_year
    ways = [w for reading in read for w in (*every(reading), *together(reading, total), *alone(reading))]
    if year:
        ways = [w for reading in read for w in (*in_year(reading, year, total), *together(reading, total, FEW / 3))]
    if said.words:
        chosen.append(Branch(key(f"f {' '.join(sorted(said.words))}"), 0, EXACT))
        chosen += whole(said, read, year) if not facts else []
    return within(chosen, ways)


def whole(said: Asked, read: Sequence[Reading], year: int | None) -> Iterable[Branch]:
    """Whole names that are the typed one but for one word: meant otherwise, or not there. Few people bear each, so many may be tried."""
    tried: dict[tuple[str, ...], float] = {}
    for other in read[1:]:
        tried.setdefault(tuple(sorted({meant[0].word for meant in other if meant})), SAME)
    for i, meant in enumerate(read[0]):
        rest = {*said.words[:i], *said.words[i + 1 :]}
        for m in meant:
            tried.setdefault(tuple(sorted({*rest, m.word})), m.like * (1 + m.people / (m.people + 1000)))
        if len(rest) > 1:
            tried.setdefault(tuple(sorted(rest)), LEFT)
    tried.pop(tuple(sorted(said.words)), None)
    born = key(f"y {year}") if year else 0
    best = sorted(tried, key=lambda words: -tried[words])[:WHOLE]
    return [Branch(key(f"f {' '.join(words)}"), word_key(words[0]) ^ born if year else 0, EACH) for words in best]


def every(reading: Reading) -> Iterable[Way]:
    """All the words together, each as it was most likely meant, where they are three or more."""
    best = [max(meant, key=lambda m: m.like) for meant in reading if meant]
    if len(best) > 2 and len(best) == len(reading):
        keys = [word_key(m.word) for m in best]
        yield Way(Branch(keys[0] ^ keys[1], keys[-2] ^ keys[-1], EXACT), 1.0, 1.0)


def within(chosen: list[Branch], ways: Sequence[Way]) -> list[Branch]:
    """The chosen branches and the best ways, as many as the budget allows; each once."""
    rows, out = 0.0, dict.fromkeys(chosen)
    for way in sorted(ways, key=lambda w: (-w.like, w.people)):
        if len(out) >= MOST_BRANCHES + len(chosen) or rows > MOST_ROWS:
            break
        if way.branch not in out:
            out[way.branch] = None
            rows += min(way.people, way.branch.most)
    return list(out)


def together(reading: Reading, total: int, most: float = math.inf) -> Iterable[Way]:
    """Two words of a name that stand together, of which at most one was mistyped, or both a little."""
    for one, other in combinations(reading, 2):
        for i, a in enumerate(one):
            for j, b in enumerate(other):
                people = a.people * b.people / max(total, 1)
                if (i == 0 or j == 0 or i + j < 4) and a.word != b.word and people <= most:
                    yield Way(Branch(word_key(a.word) ^ word_key(b.word), 0, EXACT if i == j == 0 else EACH), a.like * b.like, people)


def alone(reading: Reading) -> Iterable[Way]:
    """One word of a name that few people bear, or the only one that was typed."""
    for meant in reading:
        for m in meant:
            if m.people <= FEW or len(reading) == 1:
                yield Way(Branch(word_key(m.word), 0, EACH), m.like * (1 if len(reading) == 1 else 0.75), m.people)


def in_year(reading: Reading, year: int, total: int) -> Iterable[Way]:
    """A word of a name with the year of birth, or two of them where each is common."""
    born = key(f"y {year}")
    for meant in reading:
        for m in meant:
            yield Way(Branch(word_key(m.word) ^ born, 0, EACH), m.like * (0.9 if m.people <= FEW * YEARS else 0.6), m.people / YEARS)
    for one, other in combinations(reading, 2):
        for a in one[:3]:
            for b in other[:3]:
                people = a.people * b.people / max(total, 1) / YEARS
                yield Way(Branch(word_key(a.word) ^ born, word_key(b.word) ^ born, EACH), a.like * b.like, people)


Slots = list[list[dict[str, float]]]


def slots(read: Sequence[Reading], total: int) -> Slots:
    """For each reading, for each word of it: the words that may be meant, with the bits that agreeing by them tells.

    A word that is only like a typed one tells no more than the typed one would.
    """
    most = [[rarity(meant[0].people, total) if meant and meant[0].like == SAME else BITS for meant in reading] for reading in read]
    return [[{m.word: m.like * min(bits, rarity(m.people, total)) for m in meant} for bits, meant in zip(known, reading, strict=True)]
            for known, reading in zip(most, read, strict=True)]


def likeness(keys: Iterable[str], read: Slots) -> float:
    """Bits of the typed words that a person's names (their keys) agree with, in the reading that suits him best.

    Each word of his that nothing typed may mean takes a little away: who has typed a name has mostly typed all of it.
    """
    best = 0.0
    for name in keys:
        words = name.split()
        for reading in read:
            bits, met = 0.0, set()
            for meant in reading:
                known = [w for w in words if w in meant]
                bits += max([meant[w] for w in known], default=0.0)
                met.update(known)
            best = max(best, bits - UNSAID * (len(words) - len(met)))
    return best


def rarity(people: int, total: int) -> float:
    """Bits that a word tells which so many of so many people bear."""
    return min(BITS, math.log2((total + 1) / (people + 0.5))) if total > people else 0.5


def resemblance(typed: str, known: str) -> float:
    """How much of two names' letters agree in pairs, 0 to 1: what orders people whose levels are equal."""
    one, other = letters(typed), letters(known)
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


@lru_cache(maxsize=1 << 12)
def letters(name: str) -> frozenset[str]:
    """Pairs of neighbouring letters of each word as it was read; weak words count like others."""
    words = [fold(t) for t in tokens_of(parse(name))]
    return frozenset([f" {w} "[i : i + 2] for w in words for i in range(len(w) + 1)] + [w for w in words if w in WEAK])


def vocabulary(counts: Mapping[str, int], total: int) -> Vocabulary:
    """How many people bear each word; words that everybody bears are not counted, so they are said to be as common as they are."""
    everybody = max(total, 1, *counts.values())
    return Vocabulary({**counts, **{word: max(everybody // COMMON, counts.get(word, 0)) for word in map(fold, WEAK)}}, everybody)


def order(bits: float, identity: int, typed: str, known: str) -> float:
    """What people are shown in the order of: their bits and, among equals, how much the letters and the very words of the names agree.

    The keys of a batch bring namesakes of one birth date together, so that its model says little for a birth date that is equal. At a counter
    nothing brought them together: the equal number or date (level of the identity) comes before the one that differs.
    """
    return bits + SURER.get(identity, 0.0) + LETTERS * resemblance(typed, known) + as_written(typed, known)


def as_written(typed: str, known: str) -> float:
    """How much two names are written alike, word by word; the first word is the own name."""
    (first, one), (second, other) = words_written(typed), words_written(known)
    if not one or not other:
        return 0.0
    both = len(one & other)
    same = EXACTLY if typed.upper().split() == known.upper().split() else 0.0
    return same + WRITTEN * both / (len(one) + len(other) - both) + (FIRST if first == second else 0.0)


@lru_cache(maxsize=1 << 10)
def words_written(name: str) -> tuple[str, frozenset[str]]:
    """(the first word, all words) of a name in capitals."""
    words = name.upper().split()
    return (words[0] if words else "", frozenset(words))


def level(levels: Sequence[int], bits: float) -> str:
    """'certain': the same number or document, and no other name; 'likely', 'possible', or 'no': what is shown of a comparison.

    A shared phone, a name with no more than a year or a number that differs makes nobody more than possible.
    """
    name, _, identity, sex, phone, _ = (int(x) for x in levels)
    if identity in (1, 11):
        return "possible" if name > 9 or sex == 2 else "certain"
    close = identity in (2, 3, 8) or phone == 1 and 0 < name < 8
    return "likely" if close and 0 < name < 10 and bits >= LIKELY else "possible" if bits >= POSSIBLE else "no"
