"""The part of assistance when a person is forgotten."""
from uuid import UUID

from ..models import Application, Attachment, Screening
from .papers import drop_files


def forget_assistance(person_id: UUID) -> int:
    """Delete what was determined of a person, what he applied for and its papers: of one who is forgotten; called inside `person.erase`."""
    drop_files(list(Attachment.objects.filter(application__person_id=person_id).values_list("pk", flat=True)))
    applications, _ = Application.objects.filter(person_id=person_id).delete()
    screenings, _ = Screening.objects.filter(determinations__person_id=person_id).delete()
    return applications + screenings
