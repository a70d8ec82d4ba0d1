"""The sheet of a household, live or as it was stored, and the replay that proves a stored one.

Shapes: `Live` (document, situation, sheet) for pages; `ScreeningView` for lists. Persons read are marked as shown by the registry.
"""
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count

from sinergi.benefits import queries as benefits
from sinergi.core import rules
from sinergi.kernel import law as kernel_law
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.registry import queries as registry

from ..models import Screening

Overrides = Mapping[tuple[int | None, str], Any]


@dataclass(frozen=True)
class Live:
    """A sheet of this moment: the household's document from the register, what was read of it, and every answer."""

    document: registry.Document
    law: rules.Law
    sheet: rules.Sheet


@dataclass(frozen=True)
class ScreeningView:
    """A stored screening in a list."""

    id: UUID
    as_of: dt.date
    made_at: dt.datetime
    agency: str
    law_version: str
    counts: dict[str, int]


def sheet_of(household_id: UUID, *, on: dt.date, actor: Actor, overrides: Overrides | None = None,
             known_at: dt.datetime | None = None, law: rules.Law | None = None) -> Live:
    """Every programme for a household the actor may open, by the law now published or the one given. Nothing is stored.

    Raises Refused("screening.unusable_facts") when the register holds a value that the law's vocabulary does not take.
    """
    law = law or kernel_law.current()
    document = registry.document_of(household_id, on=on, actor=actor, law=law, overrides=overrides, known_at=known_at)
    if known_at is None:
        with_awards(document, law, on)
    return Live(document, law, screened(law, document.raw, on))


def with_awards(document: registry.Document, law: rules.Law, on: dt.date) -> None:
    """Put what agencies gave, as far as whoever opens the person may be told it, beside what the members said they receive.

    The merged rows stand in the document, so a stored screening replays to the byte. Who never said what he receives may receive more: then
    `{more: true}` stands last. What is discreet is left out, since others open the stored screening: it counts inside the award alone.
    """
    given = benefits.held_facts(document.people, on=on)
    told = len(document.people) - document.hidden
    for person, member in zip(document.people[:told], document.raw["members"], strict=False):
        said = member.get("held")
        known = {(row["programme"], row.get("from")) for row in said or ()}
        rows = [row for row in given.get(person, ()) if (row["programme"], row["from"]) not in known and not is_discreet(law, row["programme"])]
        if rows:
            member["held"] = [*(said or ()), *rows, *([{"more": True}] if said is None else ())]


def is_discreet(law: rules.Law, programme: str) -> bool:
    """A programme that others must not learn of; so is one that the law no longer has."""
    found = law.programmes.get(programme)
    return found is None or found.discreet


def screened(law: rules.Law, document: Mapping[str, Any], on: dt.date) -> rules.Sheet:
    """The sheet of a household document."""
    try:
        return rules.screen(law, rules.read_situation(law, document, on), on)
    except rules.FactFaults as faults:
        first = faults.faults[0]
        raise Refused("screening.unusable_facts", fact=first.fact, mend_ms=first.message["ms"], mend_en=first.message["en"]) from faults


def screenings(household_id: UUID) -> tuple[ScreeningView, ...]:
    """Stored screenings of a household, newest first, with how many determinations there are of each outcome. Two queries."""
    newest = Screening.objects.filter(household_id=household_id).order_by("-made_at")[:50]
    rows = list(newest.values("id", "as_of", "made_at", "agency_id", "law_version"))
    counts: dict[UUID, dict[str, int]] = {row["id"]: {} for row in rows}
    found = Screening.objects.filter(id__in=list(counts)).values_list("id", "determinations__outcome").annotate(n=Count("id"))
    for screening, outcome, n in found:
        counts[screening][outcome] = n
    return tuple(ScreeningView(r["id"], r["as_of"], r["made_at"], r["agency_id"], r["law_version"], counts[r["id"]]) for r in rows)


def stored(screening_id: UUID) -> tuple[Screening, dict[tuple[str, int | None], str]] | None:
    """A stored screening and its answers as kept, by programme and subject."""
    screening = Screening.objects.filter(id=screening_id).first()
    if screening is None:
        return None
    answers = screening.determinations.values_list("programme", "subject", "answer")
    return screening, {(programme, subject): answer for programme, subject, answer in answers}


def replayed(screening: Screening) -> rules.Sheet:
    """The same screening computed again, from its own facts, day and version of the law."""
    return screened(kernel_law.at_version(screening.law_version), screening.document, screening.as_of)
