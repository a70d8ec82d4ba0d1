"""Documents of a person: seen at the counter, or kept encrypted in the file store."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from sinergi.kernel import files
from sinergi.kernel.action import action
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from .. import policy
from ..models import Paper
from ..queries import resolve


@action("paper.store", policy.serving)
def store_paper(
    person_id: UUID, *, actor: Actor, kind: str, title: str = "", content: bytes | None = None, name: str = "", at: datetime | None = None
) -> Paper:
    """Keep a document (pdf, jpg, png, webp; told by its content), or note that it was seen (`content` None).

    Refused: `paper.kind_missing`, `file.empty`, `file.too_large`, `file.type`.
    """
    if not kind.strip():
        raise Refused("paper.kind_missing", field="kind")
    kept = files.keep(content, name=name or title or kind, kind="paper") if content is not None else None
    return Paper.objects.create(
        person_id=resolve(person_id),
        kind=kind.strip()[:24],
        title=title.strip()[:160],
        file=str(kept.id) if kept else "",
        media_type=kept.media if kept else "",
        size=kept.size if kept else 0,
        stored_at=at or timezone.now(),
        stored_by=actor.id,
    )
