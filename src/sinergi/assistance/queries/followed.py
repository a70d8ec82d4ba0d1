"""An application as the case that follows it must know it; read by the platform's own subscribers."""
import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from ..models import Application


@dataclass(frozen=True)
class Followed:
    """Whose application, for what, who decides, who sent it, how it stands, by when."""

    person_id: UUID
    household_id: UUID
    need: str
    agency: str
    from_agency: str
    state: str
    discreet: bool
    due_on: dt.date | None
    region: str


def followed(application_id: UUID) -> Followed | None:
    """One application the actor may see."""
    r = Application.objects.filter(pk=application_id).first()
    if r is None:
        return None
    return Followed(r.person_id, r.household_id, r.need, r.agency_id, r.from_agency_id, r.state, r.discreet, r.due_on, r.region)
