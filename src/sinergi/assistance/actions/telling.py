"""Messages to the person an application is about: by the channel he has, in his language, with ids and dates only."""
from sinergi.kernel import notify
from sinergi.kernel.actors import Actor
from sinergi.registry import queries as registry

from ..models import Application
from ..words import number_of


def tell(row: Application, template: str, actor: Actor, **facts: str | int) -> None:
    """Queue a message; where the person has neither phone nor e-mail it waits as a letter for whoever prints it."""
    reach = registry.reach_of(row.person_id)
    notify.queue(template, to=row.person_id, actor=actor, channel=reach.channel, language=reach.language, application=number_of(row.pk), **facts)
