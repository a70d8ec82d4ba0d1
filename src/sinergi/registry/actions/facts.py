"""Recording what is known: never by editing, always by a new row that replaces or overtakes the old one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from sinergi.core.rules import Law
from sinergi.kernel import law as published
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from .. import policy
from ..codes import EVIDENCE_WORDS, NEEDS, SAID_BY
from ..models import Fact, SensitiveFact
from ..queries import bearers, head_of, household_of, resolve
from ..submission import CleanFact, Fault, SubmissionFaults, read_facts
from ..submission.people import PersonReader
from ..submission.values import fault
from .rows import Rows


@action("fact.record", policy.serving)
def record_facts(
    person_id: UUID,
    *,
    actor: Actor,
    facts: Mapping[str, Any],
    on: date,
    law: Law | None = None,
    valid_to: date | None = None,
    said_by: str = "self",
    evidence: str = "declared",
    agency: str | None = None,
    at: datetime | None = None,
) -> None:
    """Record facts of a person (and, by their names, of his present household) that hold from `on`; what was said for that day is replaced.

    `held` replaces the whole list of benefits ([]: receives nothing), `needs` that of needs; None: said not to be known.
    Raises SubmissionFaults (field = the fact's name), or Refused: `fact.nothing`, `fact.source_unknown`, `household.none`,
    `fact.sensitive_not_allowed`.
    """
    if said_by not in SAID_BY or evidence not in EVIDENCE_WORDS:
        raise Refused("fact.source_unknown")
    who, law = resolve(person_id), law or published.current()
    clean, held = understood(facts, law, on)
    if not clean and held is None:
        raise Refused("fact.nothing")
    household = household_of(who, on)
    head = (head_of(household, on) if household else None) or who
    if household is None and any(fact.of_household for fact in clean):
        raise Refused("household.none")
    rows, origin = Rows(actor, at or timezone.now()), {"said_by": said_by, "evidence": evidence, "agency_id": agency}
    for fact in clean:
        start, about = fact.valid_from or on, head if fact.of_household else who
        old(present_rows(fact, about, household, start), rows.at)
        rows.fact(replace(fact, valid_from=start, valid_to=fact.valid_to or valid_to), on, about, household, **origin)
    if held is not None:
        old(list(Fact.objects.filter(person_id__in=bearers(who), name="held", replaced_at=None)), rows.at)
        rows.held(held, on, who, **origin)
    rows.save()
    rows.enter()
    changes().concern(who)


def understood(facts: Mapping[str, Any], law: Law, on: date) -> tuple[list[CleanFact], Any]:
    """(facts as kept, benefits held or None when they were not told). Raises SubmissionFaults."""
    reader, faults = PersonReader(law, on, False, ""), []
    clean: list[CleanFact] = []
    try:
        clean += read_facts(facts, law=law, on=on)
    except SubmissionFaults as wrong:
        faults += [Fault(f.field.removeprefix("facts."), f.code, f.value, f.words) for f in wrong.faults]
    held = reader.held(facts["held"] or []) if "held" in facts else None
    if "needs" in facts:
        needs = list(dict.fromkeys(facts["needs"] or []))
        faults += [fault("needs", "need.unknown", need, given=need) for need in needs if need not in NEEDS]
        clean.append(CleanFact("needs", needs, of_household=True))
    if faults or reader.faults:
        raise SubmissionFaults([*faults, *reader.faults])
    return clean, held


def present_rows(fact: CleanFact, person_id: UUID, household_id: UUID | None, start: date) -> list[Fact | SensitiveFact]:
    """The rows that say the same thing from the same day, as believed now."""
    if fact.sensitive:
        return list(SensitiveFact.objects.filter(person_id__in=bearers(person_id), name=fact.name, valid_from=start, replaced_at=None))
    about = {"household_id": household_id} if fact.of_household else {"person_id__in": bearers(person_id)}
    return list(Fact.objects.filter(**about, name=fact.name, valid_from=start, replaced_at=None))


def old(rows: list[Fact | SensitiveFact] | list[Fact], at: datetime) -> None:
    """Believe these rows no longer, from an instant on."""
    changes().watch(*rows)
    for row in rows:
        row.replaced_at = at
        row.save(update_fields=["replaced_at"])
