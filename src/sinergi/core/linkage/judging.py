"""Whether two names can be one person's, as a careful reader judges who sees nothing but the names: same, different, or he cannot tell.

same: every telling part of both agrees. different: another name stands in the same place. cannot_tell: a part is missing, words stand in
another order, or one letter is a slip or another name. Held to the golden table of 300 pairs; the engine weighs names by rarity instead.
"""

from __future__ import annotations

from typing import NamedTuple

from sinergi.core.linkage.names import Name, parse, sex_of, surname_of
from sinergi.core.linkage.spelling import distance, fold, form_of, spell
from sinergi.core.linkage.words import ANYWHERE, BIN, BINTI, CHRISTIAN, CLANS, CLASSES, LEADING, LINEAGE, PUNJABI, SUR, WEAK

SAME, UNSURE, DIFFERENT = "same", "cannot_tell", "different"
RANK = (SAME, UNSURE, DIFFERENT)
OPTIONAL = WEAK | CLANS
TITLES = LEADING | ANYWHERE
Tokens = tuple[str, ...]


class Fit(NamedTuple):
    """How two parts fit: telling words left on either side, optional ones left (`less`, `more`), how many met that tell at least there, how many
    that tell anywhere, and whether a letter, the order or a Christian name leaves doubt."""

    left: Tokens
    right: Tokens
    less: Tokens
    more: Tokens
    met: int
    proven: int
    doubtful: bool


def judge(one: str, other: str) -> str:
    """'same', 'different' or 'cannot_tell' of two names as typed; the best of their aliases counts.

    >>> judge("Mohd Kamarul b. Yusuf", "MUHAMMAD KAMARUL BIN YUSOF"), judge("Yusof bin Kamarul", "Kamarul bin Yusof")
    ('same', 'different')
    """
    return min((judged(a, b) for a in variants(parse(one)) for b in variants(parse(other))), key=RANK.index)


def variants(name: Name) -> list[Name]:
    """A name with each of its own forms in turn. An alias under a surname is a whole name, or takes the surname."""
    plain = name._replace(aliases=())
    return [plain, *(form for alias in name.aliases for form in (plain._replace(own=alias), *alone(alias, name)))]


def alone(alias: Tokens, name: Name) -> list[Name]:
    """An alias as a name of its own, where the name has a surname and not a father."""
    found = surname_of(alias, False)
    return [Name(*found, (), SUR)] if found else [Name(alias)] if name.marker in (SUR, "") else []


def judged(one: Name, other: Name) -> str:
    """Two names without aliases."""
    if not (one.own or one.father) or not (other.own or other.father):
        return UNSURE
    if SUR in (one.marker, other.marker):
        first, second = as_chinese(one), as_chinese(other)
        if first and second:
            return max(chinese(first, second), SAME if one.marker == other.marker else UNSURE, key=RANK.index)
    elif one.father and other.father and one.own and other.own:
        return by_role(one, other)
    return by_words(one, other)


def as_chinese(name: Name) -> Name | None:
    """The name as given names and surname, also where a father's name was added later; None where it is none."""
    found = surname_of(name.own, False)
    return name if name.marker == SUR else Name(*found, (), SUR) if found else None


def by_role(one: Name, other: Name) -> str:
    """Own name against own name, father against father."""
    own, father = fit(one.own, other.own), fit(one.father, other.father)
    said, of_father = verdict(own), father_verdict(father, one, other)
    if TITLES.issuperset(one.own) or TITLES.issuperset(other.own):
        said = UNSURE
    if of_father == DIFFERENT and said == UNSURE and (set(one.father) <= set(own.right) or set(other.father) <= set(own.left)):
        return UNSURE
    both = max(said, of_father, key=RANK.index)
    if both != DIFFERENT and {sex_of(one), sex_of(other)} == {"male", "female"}:
        both = UNSURE if own.met and not own.doubtful and exact(one.own, other.own) else DIFFERENT
    return with_initials(both, one, other, sum_of(own, father))


def sum_of(own: Fit, father: Fit) -> Fit:
    """Two parts as one."""
    return Fit(own.left + father.left, own.right + father.right, (), (), own.met + father.met, own.proven + father.proven, False)


def exact(one: Tokens, other: Tokens) -> bool:
    """The same words, whatever their spelling."""
    return [key(t) for t in one] == [key(t) for t in other]


def father_verdict(found: Fit, one: Name, other: Name) -> str:
    """The father's name: a further word of his that is missing costs nothing; a convert's Abdullah tells nothing of the father."""
    if found.left and found.right and any(a.father == ("ABDULLAH",) and b.marker not in (BIN, BINTI) for a, b in ((one, other), (other, one))):
        return UNSURE
    first, second = (next((key(t) for t in n.father if t not in OPTIONAL), key(n.father[-1])) for n in (one, other))
    return SAME if found.met and first == second and not (found.left and found.right) else verdict(found)


def by_words(one: Name, other: Name) -> str:
    """Where a role is not told: all words of one against all of the other; the own name must be among what meets."""
    found = fit((*one.own, *one.father), (*other.own, *other.father))
    said = verdict(found)
    for a, b in ((one, other), (other, one)):
        if a.father and a.own and a.marker != SUR and not b.father and said != DIFFERENT:
            fatherless = OPTIONAL.issuperset(a.own) or not fit(a.father, b.own).met
            said = DIFFERENT if not fit(a.own, b.own).met else UNSURE if fatherless else said
    return with_initials(said, one, other, found)


def with_initials(said: str, one: Name, other: Name, found: Fit) -> str:
    """What initials add: they fit a word that the other name has in full, or contradict it."""
    for letters, rest, open_ in ((one.initials, found.right, found.left), (other.initials, found.left, found.right)):
        if letters and said == UNSURE and rest and not open_:
            fitting = [t for t in rest if t[0] in letters]
            return DIFFERENT if not fitting else SAME if found.proven > 1 and len(fitting) == len(rest) else UNSURE
        if letters and said == SAME and found.proven < 2:
            return UNSURE
    return said


def chinese(one: Name, other: Name) -> str:
    """Surname, given names in their order, Christian name. A surname that moved to the end is found again."""
    mine, yours = in_order(one), in_order(other)
    if len(mine) > 2 and mine in (yours[1:] + yours[:1], yours[-1:] + yours[:-1]):
        return SAME
    surname = grade(fold(one.father[0]), fold(other.father[0]))
    if not surname:
        # A husband's surname may stand before one's own.
        return UNSURE if mine[1:] == yours or yours[1:] == mine else DIFFERENT
    return max(SAME if surname == "same" else UNSURE, given_names(one, other), key=RANK.index)


def in_order(name: Name) -> list[str]:
    """The surname and the syllables after it."""
    return [fold(t) for t in (*name.father, *name.own) if t not in CHRISTIAN]


def given_names(one: Name, other: Name) -> str:
    """Syllables against syllables; Christian names where there is nothing else, and as a doubt where there is."""
    mine, yours = (tuple(t for t in n.own if t not in CHRISTIAN) for n in (one, other))
    first, second = (tuple(t for t in n.own if t in CHRISTIAN) for n in (one, other))
    christian = verdict(fit(first, second)) if first and second else UNSURE
    if mine and yours:
        said = verdict(fit(mine, yours))
        return UNSURE if said == SAME and first and second and christian != SAME else said
    letters = one.initials if yours else other.initials
    if letters and (mine or yours):
        return UNSURE if any(t[0] in letters for t in mine or yours) else DIFFERENT
    return max(christian, UNSURE if mine or yours else SAME, key=RANK.index)


def verdict(found: Fit) -> str:
    """What the fit of one part says."""
    rest = set(found.less + found.more)
    if found.left and found.right or not found.met or rest >= set(PUNJABI):
        return DIFFERENT
    replaced = not CLANS.issuperset(found.less) and not CLANS.issuperset(found.more)
    return UNSURE if found.left or found.right or found.doubtful or replaced or rest & LINEAGE else SAME


def fit(mine: Tokens, yours: Tokens) -> Fit:
    """Match the words of two parts: spellings of one word first, then slips, then what may be a slip; words written together count as apart."""
    if mine and key("".join(mine)) == key("".join(yours)):
        return Fit((), (), (), (), len(telling_words(mine)), len(telling_words(mine)), False)
    mine, yours = together(mine, yours), together(yours, mine)
    left, right, pairs, doubtful = list(range(len(mine))), list(range(len(yours))), [], False
    for kind in ("same", "slip", "doubt"):
        for i in list(left):
            j = next((j for j in right if grade(key(mine[i]), key(yours[j])) == kind), None)
            if j is not None:
                left.remove(i)
                right.remove(j)
                pairs.append((i, j))
                doubtful |= kind == "doubt"
    if left[:1] == right[:1] == [0] and mine[0] in CHRISTIAN and yours[0] in CHRISTIAN:
        # A baptismal name stands first; another one is no other person.
        left, right, doubtful = left[1:], right[1:], True
    strong, firm = telling_words(mine), telling_words(yours)
    order = [j for i, j in sorted(pairs) if mine[i] in strong and yours[j] in firm]
    met = sum(mine[i] in strong or yours[j] in firm for i, j in pairs)
    rest, others = [mine[i] for i in left], [yours[j] for j in right]
    return Fit(tuple(t for t in rest if t in strong), tuple(t for t in others if t in firm), tuple(t for t in rest if t not in strong),
               tuple(t for t in others if t not in firm), met, sum(mine[i] not in OPTIONAL for i, _ in pairs), doubtful or order != sorted(order))


def together(mine: Tokens, yours: Tokens) -> Tokens:
    """Two neighbours as one word where the other side writes them so."""
    known = {key(t) for t in yours}
    for i in range(len(mine) - 1):
        if key(mine[i] + mine[i + 1]) in known:
            return (*mine[:i], mine[i] + mine[i + 1], *mine[i + 2:])
    return mine


def telling_words(part: Tokens) -> frozenset[str]:
    """The words of a part that tell, or all where none does."""
    return frozenset(t for t in part if t not in OPTIONAL) or frozenset(part)


def key(token: str) -> str:
    """What the spellings of one word share; given names of one syllable are folded, unlike surnames."""
    form = form_of(token)
    return form if form in CLASSES else spell(form)


def grade(one: str, other: str) -> str:
    """'same', 'slip' (one letter in a long word, two in a very long one), 'doubt' (one in a short word, the first letter, a longer form), or ''."""
    if one == other:
        return "same"
    short = min(len(one), len(other))
    if one + "A" == other or other + "A" == one:
        return ""
    apart = distance(one, other)
    if apart == 1 and short > 5:
        return "slip" if one[0] == other[0] else "doubt"
    # In a word of four letters another consonant makes another name.
    if apart == 1 and short > 2 and one[0] == other[0]:
        return "doubt" if short > 4 or len(one) != len(other) or other_vowel(one, other) else ""
    if apart == 2 and short > 8 and one[0] == other[0]:
        return "slip"
    return "doubt" if short > 3 and (one.startswith(other) or other.startswith(one)) else ""


def other_vowel(one: str, other: str) -> bool:
    """Whether words of one length differ in vowels only."""
    return all({a, b} <= set("AIU") for a, b in zip(one, other, strict=True) if a != b)
