"""One step for many cases at once: each is its own action with its own entry, and one that refuses stops no other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from .opening import hand_over, plan_case, record_contact


@dataclass(frozen=True)
class Many:
    """Which cases took the step, and which refused it, each with its refusal."""

    done: tuple[UUID, ...]
    refused: tuple[tuple[UUID, Refused], ...]


def each(case_ids: Iterable[UUID], step: Callable[..., Any], **given: Any) -> Many:
    """The step for each case, in the order of their ids so that two at once do not wait for each other."""
    done, refused = [], []
    for case_id in sorted(set(case_ids)):
        try:
            step(case_id, **given)
            done.append(case_id)
        except Refused as why:
            refused.append((case_id, why))
    return Many(tuple(done), tuple(refused))


def plan_many(case_ids: Iterable[UUID], *, actor: Actor, next_on: date, next_step: str, on: date, at: datetime) -> Many:
    """Plan many cases; inside `acting`. See `plan_case`."""
    return each(case_ids, plan_case, actor=actor, next_on=next_on, next_step=next_step, on=on, at=at)


def hand_over_many(
    case_ids: Iterable[UUID], *, actor: Actor, next_on: date, on: date, at: datetime, to_agency: str = "", to_user: UUID | None = None
) -> Many:
    """Hand many cases over; inside `acting`. See `hand_over`."""
    return each(case_ids, hand_over, actor=actor, next_on=next_on, on=on, at=at, to_agency=to_agency, to_user=to_user)


def contact_many(
    case_ids: Iterable[UUID],
    *,
    actor: Actor,
    channel: str,
    inward: bool,
    reached: bool,
    note: str,
    on: date,
    at: datetime,
    next_on: date | None = None,
) -> Many:
    """Write down one contact with the persons of many cases, for example a visit to a hall; inside `acting`. See `record_contact`."""
    return each(case_ids, record_contact, actor=actor, channel=channel, inward=inward, reached=reached, note=note, on=on, at=at, next_on=next_on)
