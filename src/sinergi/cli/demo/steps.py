"""What every part of the story stands on: the demo's own users, steps that must end as they should, and the news carried to where it is awaited."""
from uuid import UUID

from sinergi.kernel import events
from sinergi.kernel.actors import Actor, actor_of
from sinergi.kernel.models import User


class StoryBroken(Exception):
    """A step did not end as it should."""


def must(holds: bool, what: str) -> None:
    """Go on only if it is so."""
    if not holds:
        raise StoryBroken(what)


def user(role: str, agency: str) -> Actor:
    """The demo's user of a partner: `penyelaras` registers and follows, `pegawai` decides."""
    return actor_of(User.objects.get(email=f"{role}@{agency}.demo"))


def carry_news() -> None:
    """Let cases follow what was done, as the worker does once a second; one that runs beside this takes its share."""
    while events.deliver():
        pass


def short(number: UUID) -> str:
    """An id as one reads it aloud."""
    return number.hex[-8:].upper()
