"""Exceptions to the overlap lock: asked with a coded reason, approved by a second person, used once, ended by a day, reviewed."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sinergi.core import rules
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.flow import move
from sinergi.registry import queries as registry

from .. import policy
from ..models import CODES, OVERRIDE, Override

LEAST_REASON, LONGEST = 15, timedelta(days=90)


@action("override.ask", policy.serving)
def ask_override(
    person_id: UUID, *, actor: Actor, programme: str, need: str, code: str, reason: str, until_on: date, law: rules.Law, on: date, at: datetime
) -> Override:
    """Ask that a benefit may be given beside one that forbids it, at the latest until a day within 90 days.

    Refused: `award.programme_unknown`, `award.other_agency`, `award.need_unknown`, `override.code`, `reason_too_short`, `override.until`,
    `override.asked_already`.
    """
    of = law.programmes.get(programme)
    if of is None:
        raise Refused("award.programme_unknown", field="programme", given=programme)
    if of.agency != actor.agency:
        raise Refused("award.other_agency", field="programme", agency=of.agency.upper())
    if need not in of.needs:
        raise Refused("award.need_unknown", field="need", given=need, needs=", ".join(of.needs))
    if code not in CODES:
        raise Refused("override.code", field="code")
    if len(" ".join(reason.split())) < LEAST_REASON:
        raise Refused("reason_too_short", field="reason", least=LEAST_REASON)
    if not on <= until_on <= on + LONGEST:
        raise Refused("override.until", field="until_on", most=f"{on + LONGEST:%d/%m/%Y}")
    same = Override.objects.filter(person_id__in=registry.bearers(person_id), agency_id=actor.agency, programme=programme, need=need)
    if same.filter(state__in=["asked", "approved"]).exists():
        raise Refused("override.asked_already")
    return Override.objects.create(
        person_id=person_id,
        agency_id=actor.agency,
        programme=programme,
        need=need,
        code=code,
        reason=" ".join(reason.split())[:500],
        until_on=until_on,
        asked_at=at,
        asked_by=actor.id,
    )


@action("override.approve", policy.second_person)
def approve_override(override_id: UUID, *, actor: Actor, on: date, at: datetime) -> Override:
    """Let an exception pass, as a second person. Refused: `flow.wrong_state`, `override.too_late`."""
    return decided(override_id, "override.approve", actor, on, at)


@action("override.refuse", policy.second_person)
def refuse_override(override_id: UUID, *, actor: Actor, on: date, at: datetime) -> Override:
    """Refuse an exception, as a second person. Refused: `flow.wrong_state`, `override.too_late`."""
    return decided(override_id, "override.refuse", actor, on, at)


def decided(override_id: UUID, verb: str, actor: Actor, on: date, at: datetime) -> Override:
    """The exception, one step on."""
    row = Override.objects.select_for_update().get(pk=override_id)
    changes().watch(row)
    move(row, OVERRIDE, verb)
    if row.until_on < on:
        raise Refused("override.too_late", until=f"{row.until_on:%d/%m/%Y}")
    row.decided_at, row.decided_by = at, actor.id
    row.save(update_fields=["state", "decided_at", "decided_by"])
    return row


@action("override.review", policy.reviewing)
def review_override(override_id: UUID, *, actor: Actor, finding: str, at: datetime) -> Override:
    """Write down whether an exception was right. Refused: `override.reviewed_already`, `override.finding_missing`."""
    row = Override.objects.select_for_update().get(pk=override_id)
    if row.reviewed_at is not None:
        raise Refused("override.reviewed_already")
    if not finding.strip():
        raise Refused("override.finding_missing", field="finding")
    changes().watch(row)
    row.reviewed_at, row.reviewed_by, row.finding = at, actor.id, finding.strip()[:500]
    row.save(update_fields=["reviewed_at", "reviewed_by", "finding"])
    return row


@action("override.expire", policy.anyone)
def expire_overrides(subject: None, *, actor: Actor, on: date) -> int:
    """End the exceptions whose day is past; gives how many."""
    rows = list(Override.objects.select_for_update().filter(state__in=["asked", "approved"], until_on__lt=on))
    changes().watch(*rows)
    for row in rows:
        move(row, OVERRIDE, "override.expire")
        row.save(update_fields=["state"])
    return len(rows)
