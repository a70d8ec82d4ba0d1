"""What a reviewer sees of a pair: two records side by side, what they share, why they were brought together; and how his day goes.

A blind look (labels of a certificate) carries no score, reason or veto. Where either person's address is hidden, who may not read it sees
neither record's phone and address, nor whether they agree: an equal address would tell the hidden one.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from sinergi.core.linkage.explain import Explanation, explain
from sinergi.core.linkage.model import Model
from sinergi.core.linkage.names import normal, parse
from sinergi.kernel.acting import shown
from sinergi.kernel.actors import Actor

from ..models import Candidate, LinkageModel, PlantedPair, RecordIdentifier, ReviewAnswer, ReviewTurn, SourceRecord
from .certificates import NO_VETOES, certified_threshold

HIDDEN_EVIDENCE = ("phone", "address")
MOST_AT_HOME = 12


@dataclass(frozen=True)
class Fact:
    """What the database tells of a record's person: who he is, whether an address of his is hidden, whether help of his runs, his household."""

    person: UUID
    hidden: bool
    helped: bool
    household: UUID | None


@dataclass(frozen=True)
class Side:
    """One record as received, and its name as read; `agency`: its code. `numbers`: (kind, country, value, quality).

    `hidden`: phone and address are not shown.
    """

    agency: str
    source: str
    received_on: dt.date | None
    name: str
    name_read: str
    numbers: tuple[tuple[str, str, str, str], ...]
    birth_date: dt.date | None
    birth_year: int | None
    sex: str
    phones: tuple[str, ...]
    address: str
    postcode: str
    state: str
    hidden: bool = False


@dataclass(frozen=True)
class HomeMember:
    """Somebody who lives with one of the two."""

    name: str
    relation: str
    of_both: bool


@dataclass(frozen=True)
class NearOne:
    """Somebody else whom the same row of a list is near: his name, and his birth as far as it is known."""

    name: str
    birth_date: dt.date | None


@dataclass(frozen=True)
class Pair:
    """Two records to judge. `explanation` and `vetoes` are None and empty when blind; `reasons_for`: answers that need a reason.

    `near`: whom else the row may be, each waiting as a pair of his own.
    """

    turn: UUID
    first: Side
    second: Side
    explanation: Explanation | None
    vetoes: tuple[str, ...]
    risky: bool
    reasons_for: frozenset[str]
    home: tuple[HomeMember, ...]
    phones_shared: tuple[str, ...]
    found_by: str
    waiting_since: dt.date
    near: tuple[NearOne, ...] = ()


@dataclass(frozen=True)
class LastAnswer:
    """The last answer of the day that can be taken back."""

    id: UUID
    answer: str
    at: dt.datetime


@dataclass(frozen=True)
class Aside:
    """A pair put aside by the actor, or sent to his agency: whose names, whom is asked, until when. `answer`: his own, to take up again."""

    answer: UUID | None
    names: tuple[str, str]
    asked: str
    agency: str
    until: dt.date | None


@dataclass(frozen=True)
class Day:
    """How the day goes: pairs answered today and in the last hour, how many wait."""

    answered: int
    last_hour: int
    waiting: int


def facts_of_records(records: Iterable[UUID]) -> dict[UUID, Fact]:
    """Record -> what the database tells of its person. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT record, person, hidden, helped, household FROM sinergi_review_facts(%s)", [list(records)])
        return {record: Fact(*rest) for record, *rest in cursor.fetchall()}


def is_risky(pair: Candidate | PlantedPair, facts: Mapping[UUID, Fact]) -> bool:
    """Two officers must say the same: any veto, help that runs or too many records by the database's own word, somebody who objected."""
    if set(pair.vetoes) - set(NO_VETOES) or getattr(pair, "found_by", "") == "objection":
        return True
    persons = [fact.person for fact in facts.values()]
    if len(set(persons)) < 2:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT sinergi_join_veto(%s, %s, false) <> ''", persons)
        return bool(cursor.fetchone()[0])


def reason_for(pair: Candidate | PlantedPair, on: dt.date) -> frozenset[str]:
    """Answers that go against the score and need a reason: same below the certified threshold, different above it."""
    threshold = certified_threshold(pair.model_id, getattr(pair, "found_by", "register"), getattr(pair, "run_id", None), on)
    return frozenset({"same"} if threshold is None or pair.bits < threshold else {"different"})


def pairs(turns: Sequence[UUID], *, actor: Actor, on: dt.date) -> tuple[Pair, ...]:
    """The pairs whose turns the actor holds, in the order asked. The persons shown are named in the audit."""
    found = {t.pk: t for t in ReviewTurn.objects.filter(pk__in=turns, by=actor.id).select_related("candidate__first", "candidate__second", "planted")}
    return tuple(pair_of(found[turn], actor, on) for turn in turns if turn in found)


def held(actor: Actor) -> tuple[UUID, ...]:
    """The turns the actor holds, the oldest first. One query."""
    return tuple(ReviewTurn.objects.filter(by=actor.id, answered_at=None).order_by("claimed_at", "id").values_list("id", flat=True))


def pair_of(turn: ReviewTurn, actor: Actor, on: dt.date) -> Pair:
    """One turn as a pair; a planted one looks like any other."""
    if turn.planted is not None:
        planted = turn.planted
        sides = (planted_side(planted.first), planted_side(planted.second))
        return made_pair(turn.pk, planted, sides, {}, on, waiting=timezone.localdate(planted.planted_at), found_by="register")
    candidate = turn.candidate
    assert candidate is not None, "a turn has one of the two"
    facts = facts_of_records([candidate.first_id, candidate.second_id])
    shown(fact.person for fact in facts.values())
    sides = sides_of(candidate, facts, actor)
    made = made_pair(turn.pk, candidate, sides, facts, on, waiting=timezone.localdate(candidate.found_at), found_by=candidate.found_by)
    return replace(made, near=near_ones(candidate, facts))


def near_ones(candidate: Candidate, facts: Mapping[UUID, Fact]) -> tuple[NearOne, ...]:
    """Whom else the row of a list is near, the nearest first; they are named in the audit. Two queries, none for other pairs."""
    rows = [pk for pk in (candidate.first_id, candidate.second_id) if pk not in facts]
    if candidate.found_by != "list" or not rows:
        return ()
    others = list(Candidate.objects.filter(Q(first_id__in=rows) | Q(second_id__in=rows), state="open").exclude(pk=candidate.pk).select_related(
        "first", "second").order_by("-bits", "id"))
    records = [pair.second if pair.first_id in rows else pair.first for pair in others]
    shown(fact.person for fact in facts_of_records([record.pk for record in records]).values())
    sides = [side(record, ()) for record in records]
    return tuple(NearOne(one.name, one.birth_date) for one in sides)


def made_pair(turn: UUID, pair: Candidate | PlantedPair, sides: tuple[Side, Side], facts: Mapping[UUID, Fact], on: dt.date, *, waiting: dt.date,
              found_by: str) -> Pair:
    """A pair with its reasons."""
    first, second = sides
    explanation = explained(pair.model_id, pair.levels, without=HIDDEN_EVIDENCE if first.hidden else ())
    shared = tuple(dict.fromkeys(phone for phone in first.phones if last_nine(phone) in {last_nine(other) for other in second.phones}))
    vetoes = tuple(veto for veto in pair.vetoes if veto not in NO_VETOES)
    return Pair(turn, first, second, explanation, vetoes, is_risky(pair, facts), reason_for(pair, on), home_of(facts), shared, found_by, waiting)


def blind(candidate: Candidate, label: UUID, actor: Actor) -> Pair:
    """A drawn pair as its labeller sees it: two records and what they share, nothing of the score, the vetoes, or what others said."""
    facts = facts_of_records([candidate.first_id, candidate.second_id])
    shown(fact.person for fact in facts.values())
    first, second = sides_of(candidate, facts, actor)
    return Pair(label, first, second, None, (), False, frozenset(), home_of(facts), (), "", timezone.localdate(candidate.found_at))


def sides_of(candidate: Candidate, facts: Mapping[UUID, Fact], actor: Actor) -> tuple[Side, Side]:
    """Both records as received; without phone and address where either is hidden and the actor may not read hidden ones."""
    numbers: dict[UUID, list[tuple[str, str, str, str]]] = {candidate.first_id: [], candidate.second_id: []}
    for record, kind, country, value, quality in RecordIdentifier.objects.filter(record_id__in=numbers).order_by("id").values_list(
            "record_id", "kind", "country", "value", "quality"):
        numbers[record].append((kind, country, value, quality))
    hidden = any(fact.hidden for fact in facts.values()) and not actor.holds("address.read_safe")
    first, second = (side(record, numbers[record.pk]) for record in (candidate.first, candidate.second))
    return (without_place(first), without_place(second)) if hidden else (first, second)


def side(record: SourceRecord, numbers: Sequence[tuple[str, str, str, str]]) -> Side:
    """One record."""
    return read_side(record.payload, numbers, record.agency_id, record.source, timezone.localdate(record.received_at))


def planted_side(kept: Mapping[str, Any]) -> Side:
    """One side of a planted pair."""
    numbers = [(kind, country, value, "asserted") for kind, country, value in kept["numbers"]]
    return read_side(kept["payload"], numbers, kept["agency"], kept["source"], dt.date.fromisoformat(kept["received_on"]))


def read_side(payload: Mapping[str, Any], numbers: Sequence[tuple[str, str, str, str]], agency: str, source: str, received_on: dt.date) -> Side:
    """A payload as a side."""
    name, born = str(payload.get("name") or ""), payload.get("birth_date")
    return Side(
        agency, source, received_on, name, normal(parse(name)), tuple(numbers), dt.date.fromisoformat(born) if born else None,
        payload.get("birth_year"),
        str(payload.get("sex") or ""), tuple(payload.get("phones") or ()), str(payload.get("address") or ""), str(payload.get("postcode") or ""),
        str(payload.get("state") or ""))


def without_place(one: Side) -> Side:
    """Without what would tell where somebody lives."""
    return replace(one, phones=(), address="", postcode="", state="", hidden=True)


def explained(version: str | None, levels: Sequence[int], *, without: Sequence[str] = ()) -> Explanation | None:
    """Why the pair has its score, by the model that scored it; pieces that may not be told are part of the start. None without a model."""
    model = LinkageModel.objects.filter(pk=version).first() if version else None
    if model is None or not levels:
        return None
    found = explain(Model.from_json(model.parameters), levels)
    told = tuple(piece for piece in found.pieces if piece.evidence not in without)
    return Explanation(found.score, found.score - sum(piece.bits for piece in told), told)


def home_of(facts: Mapping[UUID, Fact]) -> tuple[HomeMember, ...]:
    """Who lives with the two, when their homes are not hidden: those of one household once."""
    homes = sorted({fact.household for fact in facts.values() if fact.household is not None})
    if not homes:
        return ()
    two, both = {fact.person for fact in facts.values()}, len(homes) == 1 and len({fact.person for fact in facts.values()}) == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT person, name, relation FROM sinergi_review_home(%s)", [homes])
        members = [row for row in cursor.fetchall() if row[0] not in two][:MOST_AT_HOME]
    shown(person for person, *_ in members)
    return tuple(HomeMember(name, relation, both) for _, name, relation in members)


def last_nine(phone: str) -> str:
    """The digits that tell a phone, however it is written."""
    return "".join(ch for ch in phone if ch.isdigit())[-9:]


def day(actor: Actor, at: dt.datetime) -> Day:
    """How the actor's day goes. Three counts."""
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    mine = ReviewTurn.objects.filter(by=actor.id, answered_at__gte=midnight)
    waiting = Candidate.objects.filter(state="open").exclude(turns__by=actor.id, turns__answered_at__isnull=False).exclude(
        aside_until__gt=timezone.localdate(at)).count()
    return Day(mine.count(), mine.filter(answered_at__gte=at - dt.timedelta(hours=1)).count(), waiting)


def last_answer(actor: Actor, since: dt.datetime) -> LastAnswer | None:
    """The actor's last answer since an instant."""
    made = ReviewAnswer.objects.filter(by=actor.id, undone_at=None, answered_at__gte=since).order_by("-answered_at").first()
    return None if made is None else LastAnswer(made.pk, made.answer, made.answered_at)


def aside(actor: Actor, on: dt.date) -> tuple[Aside, ...]:
    """Pairs that wait for an answer from outside: those he put aside, and those sent to his agency. Names alone; the audit names the persons."""
    waiting = Candidate.objects.filter(state="open", aside_until__gte=on).select_related("first", "second").order_by("aside_until", "id")
    mine = {a.candidate_id: a for a in ReviewAnswer.objects.filter(by=actor.id, undone_at=None, answer="cannot_tell", candidate__in=waiting)}
    seen = [c for c in waiting if c.pk in mine or c.sent_to_id == actor.agency]
    shown(fact.person for fact in facts_of_records([x for c in seen for x in (c.first_id, c.second_id)]).values())
    return tuple(Aside(
        mine[c.pk].pk if c.pk in mine else None, (str(c.first.payload.get("name", "")), str(c.second.payload.get("name", ""))),
        mine[c.pk].asked if c.pk in mine else "agency", c.sent_to_id or "", c.aside_until) for c in seen)
