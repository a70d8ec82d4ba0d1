"""The decision, taken by the programme's own agency under its own Act. What is approved is awarded in the same transaction, or nothing is written."""
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sinergi.benefits import actions as benefits
from sinergi.core import rules
from sinergi.kernel import law as kernel_law
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.calendar import end_of_clock
from sinergi.kernel.errors import Refused
from sinergi.kernel.flow import move

from .. import policy, queries
from ..models import Application, Decision
from ..words import REASONS
from . import clocks
from .applying import LIFE, close, locked
from .telling import tell

LEAST_AGAINST = 15
SAYS_NO, SAYS_YES = ("not_entitled", "not_in_force"), ("entitled",)


@dataclass(frozen=True)
class AwardTerms:
    """What is given: from which day to which (None: without end), how much (None: in kind, or not told), how often."""

    from_on: dt.date
    to_on: dt.date | None = None
    amount: Decimal | None = None
    pay: str = "monthly"


@action("application.decide", policy.deciding)
def decide(application_id: UUID, *, actor: Actor, outcome: str, reasons: Iterable[str] = (), text: str = "", against: str = "",
           award: AwardTerms | None = None, override_id: UUID | None = None, on: dt.date, at: dt.datetime) -> Decision:
    """Approve or refuse, with reasons (ids of the programme's criteria or codes of assistance.words) and `text`, which the person reads.

    Raises Refused: `flow.wrong_state`, `application.outcome_unknown`, `application.reason_unknown`, `application.reasons_missing`,
    `application.text_missing`, `application.against_needs_reason`, `application.terms_missing`, and whatever `entitlement.award` refuses;
    then nothing is written.
    """
    row, law = locked(application_id), kernel_law.current()
    programme = law.programmes.get(row.programme) or kernel_law.at_version(row.law_version).programmes[row.programme]
    changes().watch(row)
    if outcome not in ("approve", "refuse"):
        raise Refused("application.outcome_unknown", field="outcome")
    move(row, LIFE, f"application.{outcome}")
    given = checked_reasons(tuple(reasons), programme, outcome, on)
    check_words(row, outcome, text, against)
    entitlement = awarded(row, award, actor, law, override_id, on, at) if outcome == "approve" else None
    clocks.end(row, on, "met", sides=("person", "agency"))
    kept = Decision.objects.create(
        application=row, person_id=row.person_id, agency_id=actor.agency, outcome=outcome, reasons=list(given), text=text.strip()[:2000],
        against=against.strip()[:1000], basis=dict(programme.legal_basis), law_version=law.version, entitlement_id=entitlement,
        appeal_by_on=appeal_by(programme, row, on), decided_on=on, decided_at=at, decided_by=actor.id)
    close(row, on, at, papers_until=clocks.papers_until(on) if outcome == "refuse" else None)
    clocks.begin(row, clocks.planned(row, programme, ("decided",), on) if outcome == "approve" else ())
    tell(row, "application.decided", actor)
    return kept


def checked_reasons(reasons: tuple[str, ...], programme: rules.Programme, outcome: str, on: dt.date) -> tuple[str, ...]:
    """The reasons, each known. A refusal needs one."""
    known = {criterion.id for version in programme.versions for criterion in version.criteria} | REASONS.keys()
    for reason in reasons:
        if reason not in known:
            raise Refused("application.reason_unknown", field="reasons", given=reason)
    if outcome == "refuse" and not reasons:
        raise Refused("application.reasons_missing", field="reasons")
    return tuple(dict.fromkeys(reasons))


def check_words(row: Application, outcome: str, text: str, against: str) -> None:
    """A refusal says in words why; a decision against the screening says why it differs."""
    if outcome == "refuse" and not text.strip():
        raise Refused("application.text_missing", field="words")
    differs = row.screened in (SAYS_NO if outcome == "approve" else SAYS_YES)
    if differs and len(" ".join(against.split())) < LEAST_AGAINST:
        raise Refused("application.against_needs_reason", field="against", least=LEAST_AGAINST)


def awarded(row: Application, award: AwardTerms | None, actor: Actor, law: rules.Law, override_id: UUID | None, on: dt.date, at: dt.datetime) -> UUID:
    """The id of the entitlement born of the approval. Raises what the award refuses."""
    if award is None:
        raise Refused("application.terms_missing", field="from_on")
    made = benefits.award(
        row.person_id, actor=actor, programme=row.programme, need=row.need, from_on=award.from_on, to_on=award.to_on, amount=award.amount,
        pay=award.pay, household_id=row.household_id,
        application_id=row.pk, override_id=override_id, law=law, on=on, at=at,
        figures=queries.known_sums(row.household_id, on=on, actor=actor))
    return UUID(str(made.pk))


def appeal_by(programme: rules.Programme, row: Application, on: dt.date) -> dt.date | None:
    """The last day to appeal, where a source gives the time."""
    appeal = programme.appeal
    return None if appeal is None or appeal.length is None else end_of_clock(on, appeal.length, appeal.unit, row.region)
