"""My day: what is due, what is late, what waits for others, and what the persons have answered."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from sinergi.kernel.actors import Actor

from ..models import Case, Outcome
from .cases import CaseView, OutcomeView, outcome_view, views

WAITS = ("await_referral", "await_decision", "ask_person")
RECENT = timedelta(days=14)


@dataclass(frozen=True)
class DayView:
    """The cases of the actor's agency by what they need; `answers`: (case, what the person said), of the last two weeks, a no first.

    `undated`: open cases without a next date: none, ever; the constraint holds it, and the page shows that it does.
    """

    due: tuple[CaseView, ...]
    overdue: tuple[CaseView, ...]
    waiting: tuple[CaseView, ...]
    ahead: tuple[CaseView, ...]
    answers: tuple[tuple[CaseView, OutcomeView], ...]
    held: int
    undated: int


def my_day(actor: Actor, *, on: date, most: int = 100, mine: bool = False) -> DayView:
    """What waits for the actor's agency on a day; `mine`: only what he himself has in hand."""
    own = Case.objects.filter(Q(holder_id=actor.id) if mine else Q(), agency_id=actor.agency, state="open")
    near = views(own.filter(next_on__lte=on).order_by("next_on", "pk")[:most])
    later = views(own.filter(next_on__gt=on).order_by("next_on", "pk")[:most])
    said = list(
        Outcome.objects.filter(case__agency_id=actor.agency, state__in=["no", "yes", "silent"], case__touched_at__date__gte=on - RECENT)
        .select_related("case")
        .prefetch_related("askings")
        .order_by("-answered_at", "-made_at")[:most]
    )
    cases = dict(zip((o.case_id for o in said), views([o.case for o in said]), strict=True))
    answers = sorted(((cases[o.case_id], outcome_view(o)) for o in said), key=lambda pair: pair[1].state == "yes")
    return DayView(
        tuple(c for c in near if c.next_on == on and c.next_step not in WAITS),
        tuple(c for c in near if c.next_on and c.next_on < on),
        tuple(c for c in (*near, *later) if c.next_step in WAITS and c.next_on and c.next_on >= on),
        tuple(c for c in later if c.next_step not in WAITS),
        tuple(answers),
        own.count(),
        own.filter(next_on=None).count(),
    )
