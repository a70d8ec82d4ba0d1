"""The context of one transaction: who acts, for which purpose, and whom he was shown. Set by `acting`, read by whoever must know."""
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

from .actors import Actor
from .ahead import Ahead


@dataclass
class Acting:
    """The context of one transaction. `shown` gathers the persons whose data left the database for somebody's eyes.

    `whole`: whatever is refused inside ends the whole transaction, so that an action needs no savepoint of its own. `ahead`: settings
    of the transaction on their way to PostgreSQL.
    """

    actor: Actor
    purpose: str
    request: str = ""
    page: str = ""
    whole: bool = False
    shown: dict[UUID, None] = field(default_factory=dict)
    ahead: Ahead = field(default_factory=Ahead)


CURRENT: ContextVar[Acting | None] = ContextVar("acting", default=None)


def current() -> Acting | None:
    """The context of this moment, or None."""
    return CURRENT.get()
