"""Who can help next: agencies with a programme for the need, whose rules do not say no, ranked by what was seen of their answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from sinergi.assistance import queries as assistance
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Agency

RANK = {"yes": 0, "ask": 1, "judge": 2}
LAST_RESORT = "perkeso"
NOTHING = (0, 0, None, 0)


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
    seen = evidence(need)
    found = [AbleAgency(agency, programme, group, *seen.get(agency, NOTHING)) for agency, (group, programme) in best.items()]
    found.sort(
        key=lambda f: (RANK[f.group], -(f.accepted / f.answered if f.answered else 0.5), f.days if f.days is not None else 99, f.waiting, f.agency)
    )
    if LAST_RESORT in partners - set(best):
        found.append(AbleAgency(LAST_RESORT, "", "judge", *seen.get(LAST_RESORT, NOTHING), last_resort=True))
    return tuple(found)


def evidence(need: str) -> dict[str, tuple[int, int, int | None, int]]:
    """How each agency answered referrals of a need: (accepted, answered, median days, waiting), of all agencies, no person read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT agency, accepted, answered, days, waiting FROM sinergi_referral_evidence(%s)", [need])
        return {row[0]: tuple(row[1:]) for row in cursor.fetchall()}
