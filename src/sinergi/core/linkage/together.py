"""Who may live together, be a family, or support each other: proposals from shared addresses, phones and names, over persons already told apart.

A proposal is a question to the people, never a fact: a household is what they say. The three kinds are kept apart. Nothing here weighs who
somebody is: the comparison of identities knows nothing of this module, so that living together never makes two people one.

Many people share the address of a dormitory, a home, an estate or a house of rented rooms, and an office's phone: those are left out, by what
the address says and by how many stand behind it, and counted.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from sinergi.core.linkage.names import parse, telling
from sinergi.core.linkage.spelling import fold
from sinergi.core.linkage.words import SUR, set_of

MOST_PEOPLE = 12  # behind one address or one phone; more are not a household
MOST_UNITS = 4  # households at one address; more are rooms that are let
FATHER_GAP, MOTHER_GAP, SIBLING_GAP = (14, 75), (12, 55), 30  # years between the births
CHILD, OLD = 18, 60  # who may need somebody else's phone

KINDS = ("lives_together", "family", "supports")
KIN = ("names_spouse", "names_mother", "father_of", "same_father")
EVIDENCE = ("same_address", "same_phone", "lives_apart", *KIN, "child", "old")


STREETS = set_of("JALAN JLN LORONG LRG LENGKOK PERSIARAN LEBUH KAMPUNG KG KPG TAMAN TMN BANDAR BDR BATU OFF")
GENERIC = STREETS | set_of("NO NOMBOR LOT UNIT BLOK BLOCK TINGKAT TKT ARAS PANGSAPURI APARTMENT FLAT RUMAH PPR SEKSYEN SEC KM DI AND DAN")
SHARED = set_of("""ASRAMA HOSTEL DORM DORMITORI KOLEJ UNIVERSITI SEKOLAH MADRASAH TAHFIZ PONDOK MASJID SURAU GEREJA KUIL TOKONG HOSPITAL KLINIK
    PENJARA LOKAP KEM BEREK KUARTERS LADANG ESTET ESTATE KONGSI KILANG BILIK HOTEL HOMESTAY DEWAN BALAI PEJABAT PPS TRANSIT PUSAT-JAGAAN
    PUSAT-PEMINDAHAN RUMAH-ANAK RUMAH-ORANG RUMAH-WARGA RUMAH-JAGAAN RUMAH-KEBAJIKAN RUMAH-SEWA RUMAH-PERLINDUNGAN""")
LONGHOUSE = frozenset({"RUMAH-PANJANG", "RH"})  # there a room (bilik) is a family's own door


@dataclass(frozen=True)
class Place:
    """An address as it is compared: words that tell, numbers of house and lane, postcode. `is_shared`: a home, dormitory or the like."""

    words: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    postcode: str = ""
    is_shared: bool = False

    @property
    def is_exact(self) -> bool:
        """Does it lead to one door: a number, a word and a postcode, of a place that strangers do not share?"""
        return bool(self.numbers and self.words and self.postcode) and not self.is_shared


NOWHERE = Place()


@dataclass(frozen=True)
class Somebody:
    """A person. `unit`: the household he lives in, or a word of his own. `own` and `father`: telling folded parts of his name (`father` empty
    where there is none, or only a surname). `spouse` and `mother`: such parts of the names he gave for them. `phones`: as numbers."""

    key: str
    unit: str
    own: frozenset[str] = frozenset()
    father: frozenset[str] = frozenset()
    sex: str = ""
    born: int | None = None
    place: Place = NOWHERE
    phones: frozenset[int] = frozenset()
    spouse: frozenset[str] = frozenset()
    mother: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Proposal:
    """Two people of different households (`first` < `second`), the kind of tie, and the codes of what speaks for it, in the order of EVIDENCE."""

    kind: str
    first: str
    second: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Proposed:
    """The proposals, by kind and persons; `crowded`: how many addresses and phones were left out because too many stand behind them."""

    proposals: tuple[Proposal, ...] = ()
    crowded: int = 0


@dataclass
class Seen:
    """Addresses and phones that count, and how many were left out."""

    places: dict[Place, list[Somebody]] = field(default_factory=dict)
    phones: dict[int, list[Somebody]] = field(default_factory=dict)
    crowded: int = 0


def read_place(lines: str, postcode: str) -> Place:
    """An address as written -> Place.

    >>> read_place("No. 12, Jalan Mawar", "70100") == read_place("12 JLN MAWAR", "70100")
    True
    >>> read_place("Asrama Desa 4", "70100").is_shared
    True
    """
    found = re.findall(r"[A-Z0-9]+", lines.upper())
    numbers = frozenset(w for w in found if any(c.isdigit() for c in w) and w != postcode)
    return Place(frozenset(found) - numbers - GENERIC - {postcode}, numbers, postcode, is_for_many(found))


def is_for_many(found: Sequence[str]) -> bool:
    """Do the words name a place where strangers live or meet? Jalan Masjid is a street, not a mosque.

    >>> is_for_many(["MASJID", "JAMEK"]), is_for_many(["JALAN", "MASJID"]), is_for_many(["BILIK", "4", "RUMAH", "PANJANG"])
    (True, False, False)
    """
    named = {word for before, word in zip(["", *found], found, strict=False) if before not in STREETS}
    named |= {f"{word}-{after}" for word, after in zip(found, found[1:], strict=False)}
    return bool(SHARED & (named - {"BILIK"} if named & LONGHOUSE else named))



def parts_of(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """The telling folded words of a name -> (own, father's). A surname is no father's name; where all words are borne by everybody, all count.

    >>> parts_of("Norazlina binti Mohd Hamzah") == parts_of("NORAZLINA BT MUHAMMAD HAMZA"), parts_of("Tan Mei Ling")[1]
    (True, frozenset())
    """
    read = parse(name)
    own, father = telling(read.own), telling(() if read.marker == SUR else read.father)
    return frozenset(map(fold, own)), frozenset(map(fold, father))


def proposed(people: Sequence[Somebody], year: int) -> Proposed:
    """Proposals among people who share an address or a phone, in the calendar year `year`; give everybody who lives there, members too.

    For each two households the pair that most speaks for, once a kind; people of one household are not proposed to each other.
    """
    seen = counted(people)
    pairs: dict[tuple[str, str], tuple[Somebody, Somebody]] = {}
    for group in (*seen.places.values(), *seen.phones.values()):
        for a, b in combinations(sorted(group, key=lambda p: p.key), 2):
            if a.unit != b.unit:
                pairs[a.key, b.key] = (a, b)
    best: dict[tuple[str, frozenset[str]], Proposal] = {}
    for a, b in sorted(pairs.values(), key=lambda pair: (pair[0].key, pair[1].key)):
        for proposal in between(a, b, seen, year):
            at = (proposal.kind, frozenset((a.unit, b.unit)))
            if at not in best or len(proposal.evidence) > len(best[at].evidence):
                best[at] = proposal
    return Proposed(tuple(sorted(best.values(), key=lambda p: (KINDS.index(p.kind), p.first, p.second))), seen.crowded)


def counted(people: Iterable[Somebody]) -> Seen:
    """Who stands behind each exact address and each phone, without those that are crowded."""
    places: dict[Place, list[Somebody]] = defaultdict(list)
    phones: dict[int, list[Somebody]] = defaultdict(list)
    for who in people:
        if who.place.is_exact:
            places[who.place].append(who)
        for phone in who.phones:
            phones[phone].append(who)
    near = {place: group for place, group in places.items() if len(group) <= MOST_PEOPLE and len({p.unit for p in group}) <= MOST_UNITS}
    held = {phone: group for phone, group in phones.items() if len(group) <= MOST_PEOPLE}
    return Seen(near, held, len(places) - len(near) + len(phones) - len(held))


def between(a: Somebody, b: Somebody, seen: Seen, year: int) -> list[Proposal]:
    """What may be proposed of two people of different households."""
    kin = kinship(a, b)
    address = a.place == b.place and a.place in seen.places
    phone = any(number in seen.phones for number in a.phones & b.phones)
    apart = a.place.is_exact and b.place.is_exact and a.place != b.place
    needing = {"child" for p in (a, b) if p.born is not None and year - p.born < CHILD}
    needing |= {"old" for p in (a, b) if p.born is not None and year - p.born >= OLD}
    shared = {code for code, holds in (("same_address", address), ("same_phone", phone), ("lives_apart", apart)) if holds}
    found = []
    if address:
        found.append(told("lives_together", a, b, shared | kin))
    if kin and (address or phone):
        found.append(told("family", a, b, shared | kin))
    if phone and apart and needing:
        found.append(told("supports", a, b, shared | kin | needing))
    return found


def told(kind: str, a: Somebody, b: Somebody, codes: set[str]) -> Proposal:
    """A proposal with its evidence in order."""
    return Proposal(kind, a.key, b.key, tuple(code for code in EVIDENCE if code in codes))


def kinship(a: Somebody, b: Somebody) -> set[str]:
    """What the names say of two people; the order does not matter. Alone it says little: namesakes are many."""
    found = {code for one, other in ((a, b), (b, a)) for code, holds in (
        ("names_spouse", is_named(one.spouse, other)), ("names_mother", is_mother(one, other)), ("father_of", is_father(one, other))) if holds}
    if a.father and a.father == b.father and are_apart(a, b, (0, SIBLING_GAP)):
        found.add("same_father")
    return found


def is_named(name: frozenset[str], who: Somebody) -> bool:
    """Is the name that somebody gave this person's: his own parts, and nothing that is not his?"""
    return bool(name & who.own) and (name <= who.own | who.father)


def is_mother(child: Somebody, who: Somebody) -> bool:
    """Did the child name her as the mother, and do the ages and the sex allow it?"""
    return is_named(child.mother, who) and who.sex != "male" and are_apart(child, who, MOTHER_GAP, older=who)


def is_father(father: Somebody, child: Somebody) -> bool:
    """Is he the one whose own name the child bears as the father's?"""
    same = bool(child.father) and bool(father.own) and (child.father <= father.own or father.own <= child.father)
    return same and father.sex != "female" and are_apart(father, child, FATHER_GAP, older=father)


def are_apart(a: Somebody, b: Somebody, years: tuple[int, int], older: Somebody | None = None) -> bool:
    """Are the births between `years` apart, with `older` born first where one is named? Years that are not known contradict nothing."""
    if a.born is None or b.born is None:
        return True
    gap = b.born - a.born if older is a else a.born - b.born if older is b else abs(a.born - b.born)
    return years[0] <= gap <= years[1]
