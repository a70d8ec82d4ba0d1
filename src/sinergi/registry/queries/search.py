"""Is this person known? The one module that holds the finder's login, which may read the search table and nothing else.

One box takes a name, MyKad, passport or phone; a name alone asks for one more fact. What may be meant is looked up by hashed keys
(core.linkage.finding) and weighed as every pair is (`weighing`). Of persons who are not ours it gives existence and standing; their name only when it
was typed, or when their number was.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, connections
from django.utils.crypto import salted_hmac

from sinergi.core.identity import CARDS, birth_of, masked
from sinergi.core.linkage import finding
from sinergi.core.linkage.encode import Vocabulary
from sinergi.core.linkage.names import name_key, names_agree
from sinergi.core.linkage.numbers import digits, near
from sinergi.kernel import audit
from sinergi.kernel.acting import current
from sinergi.kernel.actors import Actor
from sinergi.kernel.context import Acting
from sinergi.kernel.errors import Refused

from ..models import Person
from . import weighing
from .typed import Typed, Words, read_as, read_typed

MARK = re.compile(r"[0-9a-f]{16}")
LEVELS = ("certain", "likely", "possible")
MOST, COMPARED, LIKES = 10, 32, 10
FIELDS = "person_id, name, other_names, name_key, birth_date, numbers, phones, state, agency, standing"
FIND = f"SELECT branch, {FIELDS} FROM sinergi_find(%s::bigint[], %s::bigint[], %s::bigint[], %s::int[])"
NEAR = "SELECT meant, word, people FROM sinergi_near_words(%s::text[], %s::text[], %s)"


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be the one. `agency` and a full `name` only where they are ours to show; `masked`: the last four of the number.

    `bits` and `levels` are the comparison as core.linkage made it (levels in the order of its EVIDENCE); `reasons` the same in words.
    """

    person_id: UUID
    name: str
    birth_year: int | None
    state: str
    standing: str
    agency: str
    mine: bool
    level: str
    reasons: tuple[Words, ...]
    masked: str
    bits: float = 0.0
    levels: tuple[int, ...] = ()


@dataclass(frozen=True)
class Found:
    """Candidates, best first. `needs_more`: a name (or a birth date) alone is too common; `too_many`: one more fact would narrow it.

    `mark` names this search in the audit, for the opening of one of them; '' where nothing was looked up.
    """

    candidates: tuple[Candidate, ...] = ()
    needs_more: bool = False
    too_many: bool = False
    read_as: tuple[Words, ...] = ()
    mark: str = ""


@dataclass(slots=True)
class Row:
    """One row of the search table. `numbers`: kind:country:value of each; `alike`: bits of the typed name that his names agree with."""

    person_id: UUID
    name: str
    other_names: Sequence[str] | None
    name_key: str
    birth_date: date | None
    numbers: Sequence[str]
    phones: Sequence[str]
    state: str
    agency: str
    standing: str
    alike: float = 0.0

    def name_keys(self) -> list[str]:
        """The name keys of all his names."""
        return [self.name_key, *(name_key(name) for name in self.other_names or ())]

    def values(self) -> set[str]:
        """His numbers, bare."""
        return {number.split(":", 2)[2] for number in self.numbers}


def asked(actor: Actor, statement: str, values: Sequence[Any]) -> list[Any]:
    """The rows the finder's login gets for a statement, which travels together with who asks; without him it reads nothing."""
    with connections["finder"].cursor() as cursor:
        # Two statements in one journey are one transaction, which the setting ends with.
        cursor.execute(f"SELECT set_config('sinergi.actor', %s, true); {statement}", [actor.id, *values])
        cursor.nextset()
        return cursor.fetchall()


def find_persons(text: str, more: str = "", *, actor: Actor, on: date, limit: int = MOST) -> Found:
    """Who may be meant by what was typed (`more`: the one fact that was asked for). At most ten; writes one audit entry, without the words.

    Raises Refused: `not_allowed` to who may not search or acts for no agency, `finding.too_many` above settings.SEARCHES_AN_HOUR.
    """
    context = allowed(actor)
    typed = read_typed(f"{text} {more}", on)
    if not typed.kinds():
        return Found(read_as=read_as(typed))
    if typed.kinds() in (["birth_date"], ["birth_year"], ["tail"]):
        return Found(needs_more=True, read_as=read_as(typed))
    pace(1, 0)
    good, cut = ranked(typed, actor, on)
    alone = typed.kinds() == ["name"]
    if alone and len(good) > LIKES:
        return Found(needs_more=True, read_as=read_as(typed))
    shown = shortlist(good, typed, min(limit, MOST))
    mark = salted_hmac("person.search", f"{actor.id} {text} {more}".lower()).hexdigest()[:16]
    noted = {"typed": typed.kinds(), "found": len(shown), "mark": mark, "cut": cut}
    audit.record(context, "person.search", "", [c.person_id for c in shown], noted)
    return Found(shown, alone and not shown, len(good) > len(shown) or cut > 0 and len(shown) >= min(limit, MOST), read_as(typed), mark)


def ranked(typed: Typed, actor: Actor, on: date) -> tuple[list[tuple[weighing.Weighed, Row]], int]:
    """Everybody who may be meant, best first, and how many branches of the look-up were cut. Shows nothing to anybody and enters nothing."""
    rows, cut, counts = candidates(typed, actor, on)
    return [pair for pair in weighed(typed, rows, counts, on) if pair[0].level != "no"], cut


def allowed(actor: Actor) -> Acting:
    """The context of a search: who, for which agency, for which purpose. Raises Refused("not_allowed"); outside `acting`, RuntimeError."""
    context = current()
    if context is None:
        raise RuntimeError("a search outside `acting`")
    if not actor.holds("person.search") or not (actor.agency or actor.nationwide("person.search")):
        raise Refused("not_allowed", verb="person.search")
    return context


def pace(searches: int, settled: int) -> None:
    """Count a search, or that one was settled by opening or registering somebody. Raises Refused("finding.too_many")."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sinergi_count_search(%s, %s)", [searches, settled])
        counted = cursor.fetchone()[0]
    if searches and counted > settings.SEARCHES_AN_HOUR:
        raise Refused("finding.too_many", most=settings.SEARCHES_AN_HOUR)


def opened(person_id: UUID | None, mark: str) -> None:
    """One of those found was opened, or (None) nobody of them was the one: the audit names the search by its mark. A foreign mark says nothing."""
    context = current()
    if context is None:
        raise RuntimeError("opened outside `acting`")
    if MARK.fullmatch(mark):
        pace(0, 1)
        audit.record(context, "person.search", "", [person_id] if person_id else [], {"opened" if person_id else "none_of": mark})


def candidates(typed: Typed, actor: Actor, on: date) -> tuple[list[Row], int, Vocabulary]:
    """People worth comparing, the likest to what was typed first; how many branches gave no more than their limit; how many bear each word."""
    said = finding.asked(typed.name)
    numbers = meant_numbers(typed)
    born = typed.birth_date or born_by_number(typed, on)
    words = near_words(actor, [*said.words, *said.spelt.values()], said.exact(), said.begun)
    total = words.pop("", [("", 0)])[0][1]
    read = finding.readings(said, words)
    sought = finding.Sought(typed.name, numbers, typed.phones, born, typed.birth_year, typed.tail)
    rows, cut = look(actor, sought, said, read, total)
    slots = finding.slots(read, total)
    told: dict[str, float] = {}
    for row in rows.values() if said.words else ():
        row.alike = max(alike_by(key, slots, told) for key in row.name_keys())
    best = sorted(rows.values(), key=lambda row: -nearness(row, sought))[:COMPARED]
    borne = {word for row in best for key in row.name_keys() for word in key.split()}
    counts = {w: n for found in near_words(actor, [], sorted(borne | set(said.words)), "").values() for w, n in found}
    return best, cut, finding.vocabulary(counts, total)


def meant_numbers(typed: Typed) -> tuple[str, ...]:
    """The numbers that were typed, and those one slip away from them."""
    return tuple(dict.fromkeys(n for number in typed.numbers for n in (number, *near(digits(number)))))


def near_words(actor: Actor, words: Sequence[str], exact: Sequence[str], begun: str) -> dict[str, list[tuple[str, int]]]:
    """Typed word -> (word of the register that may be meant, how many bear it); '' -> how many people there are."""
    found: dict[str, dict[str, int]] = {}
    for meant, word, people in asked(actor, NEAR, [list(words), list(exact), begun]):
        found.setdefault(meant, {})[word] = people
    return {meant: list(known.items()) for meant, known in found.items()}


def look(
    actor: Actor, sought: finding.Sought, said: finding.Asked, read: Sequence[finding.Reading], total: int
) -> tuple[dict[UUID, Row], int]:
    """The rows that the keys give, each once, and how many branches reached their limit."""
    numbers = [finding.key(f"n {number}") for number in sought.numbers]
    tried = finding.branches(sought, said, read, total)
    rows: dict[UUID, Row] = {}
    counted = [0] * (len(tried) + 1)
    for branch, *fields in asked(actor, FIND, [numbers, [b.first for b in tried], [b.second for b in tried], [b.most for b in tried]]):
        counted[branch] += 1
        if fields[0] not in rows:
            rows[fields[0]] = Row(*fields)
    return rows, sum(n >= b.most for n, b in zip(counted[1:], tried, strict=True))


def alike_by(key: str, slots: finding.Slots, told: dict[str, float]) -> float:
    """Bits of the typed name that a name key agrees with; `told`: those of earlier rows, for namesakes are many."""
    if key not in told:
        told[key] = finding.likeness([key], slots)
    return told[key]


def nearness(row: Row, sought: finding.Sought) -> float:
    """About how many bits of what was typed somebody agrees with; only to choose whom to compare."""
    bits = finding.ALIKE * row.alike + finding.as_written(sought.name, row.name) if sought.name else 0.0
    bits += 20.0 if sought.numbers and row.values() & set(sought.numbers) else 0.0
    bits += 8.0 if sought.phones and {p[-9:] for p in row.phones} & {p[-9:] for p in sought.phones} else 0.0
    year = sought.birth_date.year if sought.birth_date else sought.birth_year
    if year and row.birth_date:
        bits += 12.0 if row.birth_date == sought.birth_date else 5.0 if row.birth_date.year == year else 0.0
    return bits + (10.0 if sought.tail and any(n.endswith(sought.tail) for n in row.numbers) else 0.0)


def weighed(typed: Typed, rows: Sequence[Row], counts: Vocabulary, on: date) -> list[tuple[weighing.Weighed, Row]]:
    """Each row with its comparison, best first. Of several names that which suits best counts; the last four digits count as they are typed."""
    variants = [(row, name) for row in rows for name in (row.name, *(row.other_names or ()))]
    documents = [n for row in rows for n in row.numbers if n.split(":", 2)[2] in typed.numbers and n.split(":")[0] not in CARDS]
    wanted = meant_numbers(typed)
    people = [weighing.record_of(name, row.birth_date, row.numbers, row.phones, wanted) for row, name in variants]
    best: dict[UUID, tuple[weighing.Weighed, Row]] = {}
    for found, (row, _) in zip(weighing.weigh(weighing.typed_record(typed, documents), people, counts, on), variants, strict=True):
        found = replace(found, order=found.order + finding.ALIKE * row.alike)
        if typed.tail:
            found = with_tail(found, any(n.endswith(typed.tail) for n in row.numbers), bool(row.numbers))
        if row.person_id not in best or best[row.person_id][0].order < found.order:
            best[row.person_id] = (found, row)
    return sorted(best.values(), key=lambda pair: (-pair[0].order, pair[1].name, str(pair[1].person_id)))


def weighed_people(one: Row, others: Sequence[Row], actor: Actor, on: date) -> list[weighing.Weighed]:
    """Somebody who is known against others who are, by their own names: for pairs that look alike."""
    words = near_words(actor, [], sorted({w for row in (one, *others) for w in row.name_key.split()}), "")
    total = words.pop("", [("", 0)])[0][1]
    record = weighing.record_of(one.name, one.birth_date, one.numbers, one.phones)
    people = [weighing.record_of(row.name, row.birth_date, row.numbers, row.phones, tuple(one.values())) for row in others]
    return weighing.weigh(record, people, finding.vocabulary({w: n for known in words.values() for w, n in known}, total), on)


def with_tail(found: weighing.Weighed, agrees: bool, known: bool) -> weighing.Weighed:
    """The last four digits, of which one in some thousand agrees by chance."""
    added = finding.TAIL if agrees else -finding.TAIL / 2 if known else 0.0
    level = "no" if not agrees and known else "likely" if found.level == "possible" and found.bits + added > finding.TAIL else found.level
    return replace(found, bits=found.bits + added, order=found.order + added, level=level)


def shortlist(good: Sequence[tuple[weighing.Weighed, Row]], typed: Typed, limit: int) -> tuple[Candidate, ...]:
    """The first of them as they may be shown."""
    best = good[:limit]
    mine = served(row.person_id for _, row in best)
    return tuple(candidate(row, found, row.person_id in mine, typed) for found, row in best)


def reasons_of(found: weighing.Weighed, row: Row, typed: Typed) -> tuple[Words, ...]:
    """Why, in words."""
    tail = ({"ms": "Empat digit akhir nombor sama.", "en": "Same last four digits of the number."},)
    said = tail if typed.tail and any(n.endswith(typed.tail) for n in row.numbers) else ()
    return (*said, *found.reasons())


def born_by_number(typed: Typed, on: date) -> date | None:
    """The birth date a typed MyKad tells, for those whose number is not known."""
    card = next((n for n in typed.numbers if len(n) == 12 and n.isdigit()), None)
    return birth_of(card, on) if card else None


def served(person_ids: Iterator[UUID]) -> set[UUID]:
    """Those of them whom this actor may open."""
    return set(Person.objects.filter(pk__in=list(person_ids)).values_list("id", flat=True))


def candidate(row: Row, found: weighing.Weighed, mine: bool, typed: Typed) -> Candidate:
    """A row as it may be shown."""
    named = mine or bool(row.values() & set(typed.numbers)) or any(
        names_agree(typed.name, name) in ("same", "near", "part") for name in (row.name, *(row.other_names or ())))
    number = next((n.split(":")[2] for n in row.numbers if n.split(":")[0] in CARDS), next(iter(sorted(row.values())), ""))
    return Candidate(
        row.person_id,
        row.name if named else initials(row.name),
        row.birth_date.year if row.birth_date else None,
        row.state,
        row.standing,
        row.agency if mine else "",
        mine,
        found.level,
        reasons_of(found, row, typed),
        masked(number) if number else "",
        found.bits,
        found.levels,
    )


def initials(name: str) -> str:
    """A name of which only the first letters are shown: 'Kamarul bin Yusof' -> 'K… b… Y…'."""
    return " ".join(f"{word[0]}…" for word in name.split())


def known_person(person_id: UUID, *, actor: Actor) -> Candidate | None:
    """Existence and standing of somebody who may not be ours; None when nobody has that id. Writes one audit entry like a search."""
    context = current()
    if context is None:
        raise RuntimeError("a search outside `acting`")
    row = row_of(person_id, actor) if actor.holds("person.search") else None
    if row is None:
        return None
    audit.record(context, "person.search", "", [person_id], {"typed": ["id"], "found": 1})
    return candidate(row, weighing.Weighed(0.0, (), "certain", 0.0, weighing.first_model()), person_id in served(iter([person_id])), Typed())


def row_of(person_id: UUID, actor: Actor) -> Row | None:
    """The search row of a person, whoever registered him. For actions that open him; shows nothing to anybody."""
    rows = asked(actor, f"SELECT {FIELDS} FROM registry_personsearch WHERE person_id = %s", [person_id])
    return Row(*rows[0]) if rows else None


def holders_of(keys: Sequence[str], actor: Actor) -> dict[str, UUID]:
    """kind:country:number -> the person who bears it, whoever registered him. For registration; shows nothing to anybody."""
    if not keys:
        return {}
    rows = [Row(*fields) for _, *fields in asked(actor, FIND, [[finding.key(f"n {key.split(':', 2)[2]}") for key in keys], [], [], []])]
    wanted = set(keys)
    return {number: row.person_id for row in rows for number in row.numbers if number in wanted}
