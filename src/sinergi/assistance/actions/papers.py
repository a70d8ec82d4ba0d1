"""Papers of an application: checked, scanned, encrypted, opened by who decides, removed by the retention rule."""
import datetime as dt
import functools
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from sinergi.kernel import files, scan
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused

from .. import policy
from ..models import Attachment, AttachmentFile
from . import clocks
from .applying import OPEN, locked

MOST = 20


@dataclass(frozen=True)
class Opened:
    """A paper with its content."""

    name: str
    media_type: str
    content: bytes


@action("application.attach", policy.a_party)
def attach(application_id: UUID, *, actor: Actor, content: bytes, name: str, at: dt.datetime) -> Attachment:
    """Attach a paper (pdf, jpg, png, webp; told by its content) to an open application.

    What the deciding agency attaches was brought to it, so the person came: his clocks are met.

    Raises Refused: `flow.wrong_state`, `application.too_many_files`, `file.empty`, `file.too_large`, `file.type`, `file.infected`,
    `scan.unavailable`.
    """
    row = locked(application_id)
    if row.state not in OPEN:
        raise Refused("flow.wrong_state", state=row.state, verb="application.attach", allowed=", ".join(sorted(OPEN)))
    if Attachment.objects.filter(application=row, removed_at=None).count() >= MOST:
        raise Refused("application.too_many_files", field="files", most=MOST)
    files.checked(content, kind="paper")
    scanned = scan.scan(content)
    kept = files.keep(content, name=name, kind="paper")
    made = Attachment.objects.create(application=row, person_id=row.person_id, name=kept.name, media_type=kept.media, size=kept.size, scan=scanned,
                                     attached_at=at, attached_by=actor.id)
    AttachmentFile.objects.create(attachment=made, file=kept.id)
    if actor.agency == row.agency_id:
        clocks.came(row, timezone.localdate(at))
    return made


@action("attachment.open", policy.opening)
def open_attachment(attachment_id: UUID, *, actor: Actor) -> Opened:
    """The content of a paper, for the agency that decides; each opening is an entry of the audit. Raises Refused: `attachment.removed`."""
    paper = Attachment.objects.select_related("application").get(pk=attachment_id)
    changes().concern(paper.person_id)
    changes().note(attachment=str(paper.pk), scan=paper.scan)
    if paper.removed_at is not None:
        raise Refused("attachment.removed")
    kept, content = files.open_file(AttachmentFile.objects.get(attachment=paper).file)
    return Opened(kept.name, kept.media, content)


@action("attachment.remove", policy.is_platform)
def remove_papers(application_id: UUID, *, actor: Actor, on: dt.date, at: dt.datetime) -> int:
    """Remove the papers of an application whose day has come. Gives how many. Raises Refused: `attachment.kept_longer`."""
    row = locked(application_id)
    if row.papers_until_on is None or on < row.papers_until_on:
        raise Refused("attachment.kept_longer")
    changes().watch(row)
    changes().concern(row.person_id)
    papers = list(Attachment.objects.filter(application=row, removed_at=None))
    for paper in papers:
        changes().watch(paper)
        paper.name, paper.removed_at = "", at
        paper.save(update_fields=["name", "removed_at"])
    drop_files([paper.pk for paper in papers])
    row.papers_until_on = None
    row.save(update_fields=["papers_until_on"])
    return len(papers)


def drop_files(attachments: list[UUID]) -> None:
    """Forget where the content lies and, once that is committed, the content."""
    kept = AttachmentFile.objects.filter(attachment_id__in=attachments)
    for file in kept.values_list("file", flat=True):
        transaction.on_commit(functools.partial(files.discard, file))
    kept.delete()
