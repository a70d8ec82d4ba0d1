"""Who can help next: agencies with a programme for the need, whose rules do not say no, ranked by what was seen of their answers."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sinergi.assistance import queries as assistance
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Agency

from ..models import Referral

RANK = {"yes": 0, "ask": 1, "judge": 2}
LAST_RESORT = "perkeso"


@dataclass(frozen=True)
class AbleAgency:
    """An agency that may be able to help: by which programme, what its rules say (yes, ask, judge), and how it answered so far.

    `accepted`, `answered`: referrals of this need; `days`: median days to answer, None: nothing seen yet; `waiting`: how many wait there now.
    """

    agency: str
    programme: str
    group: str
    accepted: int
    answered: int
    days: int | None
    waiting: int
    last_resort: bool = False


def able_agencies(household_id: UUID, need: str, *, on: date, actor: Actor, excluding: Iterable[str] = ()) -> tuple[AbleAgency, ...]:
    """Partners that can help with a need, the likeliest first: what the law says, then the share accepted, the days, and who has fewest waiting.

    At last comes PERKESO, which takes everybody no other takes. One sheet, one query for all evidence.
    """
    out = {actor.agency, *excluding}
    partners = set(Agency.objects.filter(partner=True, left_on=None).values_list("code", flat=True)) - out
    best: dict[str, tuple[str, str]] = {}
    try:
        answers = assistance.sheet_of(household_id, on=on, actor=actor).sheet.answers
    except Refused:
        answers = ()
    for a in answers:
        if need in a.of.needs and a.agency in partners and a.group in RANK:
            best[a.agency] = min(best.get(a.agency, (a.group, a.programme)), (a.group, a.programme), key=lambda pair: RANK[pair[0]])
    found = [evidence(agency, programme, group, need) for agency, (group, programme) in best.items()]
    found.sort(
        key=lambda f: (RANK[f.group], -(f.accepted / f.answered if f.answered else 0.5), f.days if f.days is not None else 99, f.waiting, f.agency)
    )
    if LAST_RESORT in partners - set(best):
        found.append(AbleAgency(LAST_RESORT, "", "judge", 0, 0, None, 0, last_resort=True))
    return tuple(found)


def evidence(agency: str, programme: str, group: str, need: str) -> AbleAgency:
    """How an agency answered referrals of a need that the actor may see."""
    rows = list(Referral.objects.filter(to_agency_id=agency, need=need).order_by("-sent_at").values_list("state", "sent_at", "answered_at")[:200])
    answered = [(state, (at - sent).days) for state, sent, at in rows if state in ("accepted", "declined", "expired") and at is not None]
    return AbleAgency(
        agency,
        programme,
        group,
        sum(state == "accepted" for state, _ in answered),
        len(answered),
        int(statistics.median(days for _, days in answered)) if answered else None,
        sum(s in ("sent", "asked") for s, _, _ in rows),
    )
