"""What an application or a referral carries: exactly the facts that the programme's rules read for its subject, and nothing else.

A figure that is worked out (household income) travels as what it is worked out from, so that whoever decides sees the evidence. Of benefits
held only those that a rule asks for; a discreet programme of another agency never.
"""
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sinergi.core import rules
from sinergi.core.rules import value_words
from sinergi.core.rules.needs import HELD
from sinergi.core.rules.tree import Node
from sinergi.core.rules.words import LANGUAGES, NOT_KNOWN, plain
from sinergi.core.time import date_words
from sinergi.registry.queries import Document, FactView

Words = Mapping[str, str]
HELD_LABEL = {"ms": "Bantuan yang sudah diterima", "en": "Aid received already"}
NOTHING = {"ms": "tiada daripada sesiapa", "en": "nothing from anyone"}
OTHER = {"ms": "bantuan lain", "en": "other aid"}
UNTIL = {"ms": "{}, hingga {}", "en": "{}, until {}"}


class Place(NamedTuple):
    """A fact of one member, or (None) of the household."""

    member: int | None
    fact: str


@dataclass(frozen=True)
class PacketFact:
    """One fact as it is sent. `relation`: whose it is, in the household; `origin`: {said_by, evidence, agency, recorded_at}, empty where the
    register itself knows it; `raw`: the plain value, None when it is not known."""

    member: int | None
    fact: str
    label: Words
    value: Words
    sensitive: bool
    relation: str = ""
    raw: Any = None
    origin: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PacketReason:
    """One criterion as the screening found it (True, False, None: open, 'officer'), with the places of the facts it rests on."""

    id: str
    result: bool | str | None
    text: Words
    no: Words | None
    cite: str
    status: str
    source: str
    facts: tuple[Place, ...]
    sensitive: bool


class Packer:
    """Gathers the facts behind one answer."""

    def __init__(self, law: rules.Law, answer: rules.Answer, document: Document) -> None:
        self.law, self.answer, self.document, self.situation = law, answer, document, answer.situation
        self.open = len(document.people) - document.hidden
        self.index = self.situation.head if answer.subject is None else answer.subject
        self.needed = {Place(need.member, need.fact) for need in answer.need}
        self.groups: dict[int, set[tuple[str, str, tuple[str, ...]]]] = {}

    def places(self, node: Node, index: int) -> Iterator[Place]:
        """The facts a tree reads for a member: those of every member where it looks over the household."""
        if node.op == "agg":
            for member in range(self.open):
                for part in node.args:
                    yield from self.places(part, member)
        elif node.op == "holds":
            for member in [index] if self.answer.subject is not None else range(self.open):
                self.groups.setdefault(member, set()).add(node.value)
                yield Place(member, HELD)
        elif node.op == "fact":
            fact = self.law.facts[node.value]
            if fact.tree is not None:
                yield from self.places(fact.tree, index)
            else:
                yield Place(None if fact.of_household else index, fact.name)
        else:
            for part in node.args:
                yield from self.places(part, index)

    def reasons(self) -> tuple[PacketReason, ...]:
        """Every criterion that binds, with the facts it rests on that are sent."""
        trees = {criterion.id: criterion.tree for criterion, _ in self.answer.finding.bound.criteria}
        found = []
        for reason in self.answer.reasons:
            tree = trees[reason.id]
            places = tuple(dict.fromkeys(p for p in self.places(tree, self.index) if self.is_sent(p))) if tree is not None else ()
            found.append(PacketReason(reason.id, reason.result, reason.text, reason.no, reason.cite, reason.status, reason.source, places,
                                      any(self.is_sensitive(p) for p in places)))
        return tuple(found)

    def facts(self) -> tuple[PacketFact, ...]:
        """The facts, those of the reasons first, then those of the amounts, then what is still to be asked."""
        bound = self.answer.finding.bound
        of_reasons = [place for reason in self.reasons() for place in reason.facts]
        amounts = [tree for given in self.answer.finding.benefits for tree in self.trees(bound.benefits[given.place].benefit)]
        places = [*of_reasons, *(place for tree in amounts for place in self.places(tree, self.index)), *sorted(self.needed, key=str)]
        return tuple(self.fact(place) for place in dict.fromkeys(places) if self.is_sent(place))

    def trees(self, benefit: Any) -> list[Node]:
        """What a benefit reads."""
        return [tree for tree in (benefit.when, benefit.amount, benefit.months) if tree is not None]

    def is_sent(self, place: Place) -> bool:
        """Known, or asked for; of a member who is open to who sends."""
        return (place.member is None or place.member < self.open) and (place in self.needed or self.known(place) is not None)

    def is_sensitive(self, place: Place) -> bool:
        """Religion, health, an offence, and known? That something is not known tells nothing, and who may not read it may send that."""
        return place.fact != HELD and self.law.facts[place.fact].sensitive and self.known(place) is not None

    def known(self, place: Place) -> Any:
        """The value as the rules read it; of benefits held those that are asked for, None where it is not known whether that is all."""
        who: Mapping[str, Any] = self.situation.household if place.member is None else self.situation.people[place.member]
        if place.fact != HELD:
            return who.get(place.fact)
        rows, complete = who[HELD]
        asked = tuple(row for row in rows if self.is_asked(row, place.member or 0) and not self.is_hidden(row.programme))
        return asked if asked or complete else None

    def is_asked(self, row: rules.Held, member: int) -> bool:
        """Does a rule ask for this benefit?"""
        return any((row.programme != own) if name == "any" else row.programme in (name, *listed) for name, own, listed in self.groups.get(member, ()))

    def is_hidden(self, programme: str) -> bool:
        """A discreet programme of another agency than the one that decides."""
        found = self.law.programmes.get(programme)
        return found is not None and found.discreet and found.agency != self.answer.agency

    def fact(self, place: Place) -> PacketFact:
        """One fact in words."""
        value, fact = self.known(place), self.law.facts.get(place.fact)
        if fact is None:
            label, words = HELD_LABEL, {lang: held_words(self.law, value, lang) for lang in LANGUAGES}
            raw: Any = None if value is None else [{"programme": row.programme, "from": plain(row.start), "to": plain(row.end)} for row in value]
        else:
            label = {lang: (fact.ask or {}).get(lang, fact.name.replace("_", " ")).removesuffix("?") for lang in LANGUAGES}
            words, raw = {lang: value_words(fact.kind, value, lang, fact.labels) for lang in LANGUAGES}, plain(value)
        relation = "" if place.member is None else str(self.situation.people[place.member].get("relation") or "")
        said = origin(self.document.origins.get((place.member, place.fact)))
        return PacketFact(place.member, place.fact, label, words, self.is_sensitive(place), relation, raw, said)


def held_words(law: rules.Law, rows: tuple[rules.Held, ...] | None, lang: str) -> str:
    """Benefits held in words."""
    if rows is None:
        return NOT_KNOWN[lang]
    names = [(law.programmes[row.programme].name[lang] if row.programme in law.programmes else OTHER[lang], row.end) for row in rows]
    return "; ".join(name if end is None else UNTIL[lang].format(name, date_words(end, lang)) for name, end in names) or NOTHING[lang]


def origin(view: FactView | None) -> dict[str, str]:
    """Where a fact comes from, as codes."""
    if view is None:
        return {}
    return {"said_by": view.said_by, "evidence": view.evidence, "agency": view.agency, "recorded_at": view.recorded_at.isoformat()}


def as_json(entry: PacketFact | PacketReason) -> dict[str, Any]:
    """An entry as it is kept."""
    return dict(vars(entry))


def fact_of(kept: Mapping[str, Any]) -> PacketFact:
    """A kept fact again."""
    return PacketFact(**kept)


def reason_of(kept: Mapping[str, Any]) -> PacketReason:
    """A kept reason again."""
    return PacketReason(**{**kept, "facts": tuple(Place(*place) for place in kept["facts"])})
