"""What a link or a code asks the person. Looking spends nothing; only the answer does."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sinergi.kernel import links

from ..models import Asking


@dataclass(frozen=True)
class AskedView:
    """Two questions to one person: about which need, whose help, given when; `used_at`, `over`: no answer is taken any more."""

    asking_id: UUID
    outcome_id: UUID
    need: str
    agency: str
    served_on: date
    language: str
    expires_on: date
    used_at: datetime | None
    over: bool
    next_agency: str
    state: str


def asked(token: str, *, on: date) -> AskedView | None:
    """What a link asks, inside `acting` of the person's own command. None: nobody was asked so. Refused("link.broken") when it was changed."""
    return view(Asking.objects.filter(pk=links.read(token)).select_related("outcome__case").first(), on)


def asking_by_code(fingerprint: str) -> UUID | None:
    """The asking a letter's code belongs to, by the code's fingerprint."""
    return Asking.objects.filter(code=fingerprint).values_list("pk", flat=True).first()


def view(row: Asking | None, on: date) -> AskedView | None:
    """A row as a view."""
    if row is None:
        return None
    of = row.outcome
    return AskedView(
        row.pk,
        of.pk,
        of.case.need,
        of.agency_id,
        of.served_on,
        row.language,
        row.expires_on,
        row.used_at,
        row.expires_on < on,
        of.case.agency_id,
        of.state,
    )
