"""Which application news is about; read by the subscribers of rooms above."""
from uuid import UUID

from django.db.models import Model

from ..models import Decision, Question

PARTS: dict[str, type[Model]] = {"assistance.Decision": Decision, "assistance.Question": Question}


def application_behind(subject: str) -> UUID | None:
    """The application behind the subject of an event: named itself, or by a question of it or its decision; None: of something else."""
    label, _, number = subject.partition(":")
    if label == "assistance.Application":
        return UUID(number)
    part = PARTS.get(label)
    return None if part is None else part._default_manager.filter(pk=number).values_list("application_id", flat=True).first()
