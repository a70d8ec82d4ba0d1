"""Households proposed from shared doors, phones and names: who stands behind one of them, and what a household's page asks the people.

Nothing hidden for safety proposes anything, and no proposal shows an address or a phone: only that they are the same.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from sinergi.core.linkage.together import KINDS, MOST_PEOPLE, MOST_UNITS, NOWHERE, Place, Somebody, parts_of, read_place

from ..models import HouseholdProposal, Membership, ProposalMember
from .people import MemberView, PersonView, household_of, members, people, present

# Bounds of a part as numbers: the plan reads them from an index. More people than make a household are only counted.
SHARED = """
WITH shared AS (
  SELECT a.door AS key, a.person_id FROM registry_address a WHERE a.to_on IS NULL AND a.door >= %s AND a.door < %s
  UNION ALL SELECT c.line, c.person_id FROM registry_contactpoint c WHERE c.ended_at IS NULL AND c.line >= %s AND c.line < %s)
SELECT array_agg(DISTINCT s.person_id), count(DISTINCT s.person_id) FROM shared s
  JOIN registry_person p ON p.id = s.person_id AND NOT p.safe_address AND p.merged_into_id IS NULL AND p.erased_at IS NULL AND p.died_on IS NULL
  LEFT JOIN registry_membership m ON m.person_id = s.person_id AND m.to_on IS NULL
 GROUP BY s.key HAVING count(DISTINCT coalesce(m.household_id, s.person_id)) > 1
"""
HOMES = """SELECT DISTINCT ON (m.person_id) m.person_id, m.household_id FROM registry_membership m
  WHERE m.from_on <= %s AND (m.to_on IS NULL OR m.to_on >= %s) AND {} ORDER BY m.person_id, m.from_on DESC, m.id DESC"""
PEOPLE = """SELECT p.id, p.name, p.sex, extract(year FROM p.birth_date)::int, a.lines, a.postcode, a.door,
  ARRAY(SELECT c.value FROM registry_contactpoint c WHERE c.person_id = p.id AND c.kind = 'phone' AND NOT c.hidden AND c.ended_at IS NULL)
  FROM registry_person p LEFT JOIN registry_address a ON a.person_id = p.id AND a.to_on IS NULL AND NOT a.hidden
  WHERE p.id = ANY (%s) AND NOT p.safe_address AND p.merged_into_id IS NULL AND p.erased_at IS NULL AND p.died_on IS NULL"""
CROWDED = """SELECT a.door FROM registry_address a LEFT JOIN registry_membership m ON m.person_id = a.person_id AND m.to_on IS NULL
  WHERE a.to_on IS NULL AND a.door = ANY (%s) GROUP BY a.door
  HAVING count(DISTINCT a.person_id) > %s OR count(DISTINCT coalesce(m.household_id, a.person_id)) > %s"""
CROWDED_LINES = """SELECT c.value FROM registry_contactpoint c WHERE c.ended_at IS NULL AND c.value = ANY (%s) AND c.kind = 'phone'
  GROUP BY c.value HAVING count(DISTINCT c.person_id) > %s"""


@dataclass(frozen=True)
class ProposalView:
    """What is asked on a household's page: may `other` live here, be family of, or be supported by `member`? Codes of the evidence; never an address.

    `others`: who else lives with him now and might come along. `said_by` and `answered_at` of one that was answered.
    """

    id: UUID
    kind: str
    member: PersonView
    other: PersonView
    evidence: tuple[str, ...]
    proposed_at: datetime
    others: tuple[MemberView, ...] = ()
    said_by: str = ""
    answered_at: datetime | None = None


def meeting(low: int, high: int) -> tuple[list[list[UUID]], int]:
    """Groups of persons of several households behind one door or phone whose number lies from `low` up to `high`; and how many were too large."""
    rows = asked(SHARED, low, high, low, high)
    return [who for who, size in rows if size <= MOST_PEOPLE], sum(size > MOST_PEOPLE for _, size in rows)


def asked(statement: str, *given: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(given))
        return cursor.fetchall()


def somebodies(person_ids: Collection[UUID], on: date) -> list[Somebody]:
    """These persons and all who live with them on the day, as the proposals read them. Five queries, however many. Nobody hidden for safety."""
    homes = dict(asked(HOMES.format("m.person_id = ANY (%s)"), on, on, list(person_ids)))
    inside = dict(asked(HOMES.format("m.household_id = ANY (%s)"), on, on, list(set(homes.values()))))
    rows = asked(PEOPLE, list({*person_ids, *inside}))
    homes |= inside
    doors = {row[6] for row in rows if row[6] is not None}
    lines = {line for row in rows for line in row[7]}
    crowded = {row[0] for row in asked(CROWDED, list(doors), MOST_PEOPLE, MOST_UNITS)}
    generic = {row[0] for row in asked(CROWDED_LINES, list(lines), MOST_PEOPLE)}
    places = {row[0]: replace(read_place(row[4], row[5]), is_shared=True) if row[6] in crowded else read_place(row[4], row[5])
              for row in rows if row[4] is not None}
    of_home = {homes[who]: place for who, place in sorted(places.items()) if who in homes}
    return [one(row, homes.get(row[0]), places.get(row[0]) or of_home.get(homes.get(row[0]), NOWHERE), generic) for row in rows]


def one(row: tuple[Any, ...], home: UUID | None, place: Place, generic: Collection[str]) -> Somebody:
    """A row of PEOPLE as somebody; without an address of his own he lives where his household does."""
    who, name, sex, born, _lines, _postcode, _door, phones = row
    own, father = parts_of(name)
    numbers = frozenset(int(line[-9:]) for line in phones if line not in generic and line[-9:].isdigit())
    return Somebody(str(who), str(home or who), own, father, sex, born, place, numbers)


def proposals_of(household_id: UUID, on: date) -> tuple[ProposalView, ...]:
    """What the people of a household are to be asked: open proposals that name one of them and somebody who lives elsewhere."""
    return views(household_id, on, "open")


def ties_of(household_id: UUID, on: date) -> tuple[ProposalView, ...]:
    """Family elsewhere, and who supports whom, as the people of a household said."""
    return tuple(v for v in views(household_id, on, "accepted") if v.kind != "lives_together")


def views(household_id: UUID, on: date, state: str) -> tuple[ProposalView, ...]:
    """Proposals in a state between somebody of the household and somebody who does not live there, by kind, the oldest first."""
    inside = list(Membership.objects.filter(present(on), household_id=household_id).values_list("person_id", flat=True))
    rows = list(HouseholdProposal.objects.filter(state=state, members__person_id__in=inside).distinct().order_by("proposed_at", "id"))
    rows.sort(key=lambda row: KINDS.index(row.kind))
    named: dict[UUID, list[UUID]] = {}
    for proposal, who in ProposalMember.objects.filter(proposal__in=rows).values_list("proposal_id", "person_id"):
        named.setdefault(proposal, []).append(who)
    asked_of = [(row, [w for w in named[row.pk] if w in inside], [w for w in named[row.pk] if w not in inside]) for row in rows]
    pairs = [(row, here[0], there[0]) for row, here, there in asked_of if here and there]
    found = people(who for _, here, there in pairs for who in (here, there))
    return tuple(ProposalView(row.pk, row.kind, found[here], found[there], tuple(row.evidence.get("codes", ())), row.proposed_at,
                              along(there, on) if row.kind == "lives_together" and state == "open" else (), row.said_by, row.answered_at)
                 for row, here, there in pairs if here in found and there in found)


def along(person_id: UUID, on: date) -> tuple[MemberView, ...]:
    """Who lives with a person now."""
    home = household_of(person_id, on)
    return tuple(m for m in members(home, on) if m.person.id != person_id) if home else ()
