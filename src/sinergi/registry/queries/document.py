"""The household document that the law's readers take: facts that hold on a day and were known at an instant, each with its origin.

What is not known is left out, and so is what is stale: an amount a month that was said more than a year before the day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from sinergi.core.rules import Law
from sinergi.core.time import add_months
from sinergi.kernel import law as published
from sinergi.kernel.acting import shown
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from ..models import Address, Membership, Person
from ..submission.values import written
from .facts import Fact, FactView, SensitiveFact, holding, rows_of, views
from .identity import bearers_of
from .people import HEAD_FIRST, present

FRESH_MONTHS = 12
Place = tuple[int | None, str]


@dataclass(frozen=True)
class Document:
    """`raw`: plain JSON for rules.read_situation; `people`: whose facts stand at which index.

    `origins`: (index, None for the household; fact) -> where it comes from; `said_unknown`: facts that somebody said are not known;
    `sensitive`: does `raw` hold any sensitive fact; `hidden`: how many members, standing last in `people`, are not open to the actor: they are
    counted, nothing is told of them, and whatever depends on them stays unknown.
    """

    household_id: UUID
    people: tuple[UUID, ...]
    raw: dict[str, Any]
    origins: dict[Place, FactView] = field(default_factory=dict)
    said_unknown: frozenset[Place] = frozenset()
    sensitive: bool = False
    hidden: int = 0


def document_of(
    household_id: UUID,
    *,
    on: date,
    actor: Actor,
    law: Law | None = None,
    known_at: datetime | None = None,
    overrides: Mapping[Place, Any] | None = None,
) -> Document:
    """The document of a household on a day, as known at an instant (now, unless told). Eight queries, whatever its size.

    `overrides` = {(index or None, fact): value as written}: what if, nothing saved. Raises Refused("household.none") when it is not ours or empty.
    """
    law = law or published.current()
    rows = list(Membership.objects.filter(present(on), household_id=household_id).select_related("person"))
    if known_at is not None:
        rows = [r for r in rows if r.recorded_at <= known_at]
    rows.sort(key=lambda r: (HEAD_FIRST.index(r.relation), r.person.birth_date or date.max, str(r.person_id)))
    if not rows:
        raise Refused("household.none")
    hidden = hidden_members(household_id, on, known_at, {r.person_id for r in rows})
    standing = bearers_of(r.person_id for r in rows)
    rows = list({standing[r.person_id][0]: r for r in reversed(rows)}.values())[::-1]
    survivors = Person.objects.in_bulk([standing[r.person_id][0] for r in rows if r.person.merged_into_id is not None])
    builder = Builder(law, on, [standing[r.person_id] for r in rows], hidden)
    for index, row in enumerate(rows):
        builder.own(index, survivors.get(builder.people[index], row.person), row.relation)
    builder.state(known_at)
    builder.facts(rows_of(list(builder.place), household_id, known_at, actor.holds("sensitive.read") or actor.holds("request.read")))
    for place, value in (overrides or {}).items():
        builder.put(place, value)
    shown(builder.people)
    return builder.document(household_id)


def hidden_members(household_id: UUID, on: date, known_at: datetime | None, seen: set[UUID]) -> list[UUID]:
    """Ids of the members on the day whom row security hides from the actor."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id FROM sinergi_members(%s, %s, %s)", [household_id, on, known_at])
        return sorted({row[0] for row in cursor.fetchall()} - seen)


class Builder:
    """Puts facts where the document has them."""

    def __init__(self, law: Law, on: date, bearers: list[tuple[UUID, ...]], hidden: list[UUID]) -> None:
        self.law, self.on, self.people, self.hidden = law, on, [ids[0] for ids in bearers], hidden
        self.place = {who: index for index, ids in enumerate(bearers) for who in ids}
        self.household: dict[str, Any] = {}
        self.members: list[dict[str, Any]] = [{} for _ in (*self.people, *hidden)]
        self.rows: dict[Place, Fact | SensitiveFact] = {}
        self.unknown: set[Place] = set()

    def put(self, place: Place, value: Any) -> None:
        """A value at its place; None takes it away."""
        target = self.household if place[0] is None else self.members[place[0]]
        if value is None:
            target.pop(place[1], None)
        else:
            target[place[1]] = value

    def own(self, index: int, person: Person, relation: str) -> None:
        """What stands on the person himself."""
        born = person.birth_date.isoformat() if person.birth_date else None
        for name, value in (("name", person.name), ("relation", relation), ("birth_date", born), ("sex", person.sex or None)):
            self.put((index, name), value)

    def state(self, known_at: datetime | None) -> None:
        """The state of residence: of the newest address of the first member who has one."""
        rows = Address.objects.filter(present(self.on), person_id__in=list(self.place)).order_by("-from_on", "-id")
        found = [a for a in rows if known_at is None or a.recorded_at <= known_at]
        best = min(found, key=lambda a: self.place[a.person_id], default=None)
        if best is not None:
            self.put((None, "state"), best.state)
        elif known_at is None:
            state = next(
                (s for s in (dict(Person.objects.filter(pk__in=self.people).values_list("id", "state")).get(p) for p in self.people) if s),
                None,
            )
            self.put((None, "state"), state)

    def facts(self, rows: list[Fact | SensitiveFact]) -> None:
        """Recorded facts: the newest that holds; dated rows where there are several of a name, so that the law may ask for a past day."""
        grouped: dict[Place, list[Fact | SensitiveFact]] = {}
        for row in rows:
            fact = self.law.facts.get(row.name)
            if fact is None and row.name != "held":
                continue
            index = None if row.person_id is None or (fact is not None and fact.of_household) else self.place[row.person_id]
            grouped.setdefault((index, row.name), []).append(row)
        for place, dated in grouped.items():
            if place[1] == "held":
                self.held(place, dated)
            else:
                self.fact(place, dated)

    def fact(self, place: Place, dated: list[Fact | SensitiveFact]) -> None:
        """One fact, oldest row first."""
        fact = self.law.facts[place[1]]
        now = [r for r in dated if holding(r, self.on)]
        if now and now[-1].value is None:
            self.unknown.add(place)
        monthly = fact.more.get("per") == "month"
        if not now or now[-1].value is None or (monthly and add_months(now[-1].valid_from, FRESH_MONTHS) < self.on):
            self.put(place, None)
            return
        self.rows[place] = now[-1]
        kept = [r for r in dated if r.value is not None]
        self.put(place, written(fact.kind, now[-1].value) if len(kept) == 1 and kept[0].valid_to is None else self.through_time(fact.kind, kept))

    def through_time(self, kind: str, dated: list[Fact | SensitiveFact]) -> list[dict[str, Any]]:
        """Rows with their days; one that a later row overtakes ends the day before it."""
        found = []
        for row, later in zip(dated, [*dated[1:], None], strict=True):
            ends = [d for d in (row.valid_to, later.valid_from - timedelta(days=1) if later else None) if d]
            found.append({"value": written(kind, row.value), "from": row.valid_from.isoformat(), "to": min(ends).isoformat() if ends else None})
        return found

    def held(self, place: Place, dated: list[Fact | SensitiveFact]) -> None:
        """Benefits held: all rows; an empty row says that nothing is received, no row that nothing is known."""
        groups = self.law.groups
        found = [
            {"programme": r.value["programme"], "from": r.value.get("from"), "to": r.value.get("to"), "amount": r.value.get("amount_sen")}
            for r in dated
            if r.value and (r.value["programme"] in groups or r.value["programme"].partition(".")[0] == "other")
        ]
        self.put(place, [{k: v for k, v in row.items() if v is not None} for row in found])
        self.rows[place] = dated[-1]

    def document(self, household_id: UUID) -> Document:
        """The finished document, with the origin of each recorded fact."""
        origins = dict(zip(self.rows, views(list(self.rows.values()), self.law), strict=True))
        sensitive = any(v.sensitive for v in origins.values())
        raw = {"household": self.household, "members": self.members}
        return Document(household_id, (*self.people, *self.hidden), raw, origins, frozenset(self.unknown), sensitive, len(self.hidden))
