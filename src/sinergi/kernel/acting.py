"""The context in which anything is read or written: who, for whom, why.

It ends with its transaction; without it PostgreSQL shows no rows.
"""
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction

from .actors import Actor
from .ahead import Statement
from .audit import record_shown
from .context import CURRENT, Acting, current
from .errors import Refused
from .roles import PURPOSES, READS

__all__ = ["Acting", "acting", "current", "shown"]


def told(actor: Actor, purpose: str) -> Statement:
    """The statement that tells PostgreSQL, until the end of the transaction, who acts. Row security and triggers read these."""
    rights = ",".join(sorted(v + ("@national" if actor.nationwide(v) else "") for v in actor.verbs if v in READS))
    values = {"actor": actor.id, "agency": actor.agency, "purpose": purpose, "verb": "", "rights": f",{rights},",
              "states": ",".join(sorted(actor.states("person.read")))}
    calls = ", ".join(["set_config(%s, %s, true)"] * len(values))
    return f"SELECT {calls}", [x for key, value in values.items() for x in (f"sinergi.{key}", value)]


@contextmanager
def acting(actor: Actor, *, purpose: str, request: str = "", page: str = "", whole: bool = False) -> Iterator[Acting]:
    """Open a transaction in the name of `actor` for `purpose`. Inside another of the same actor it joins that one. `whole`: see Acting.

    On leaving, one audit entry names the persons shown, in the same transaction: what was not recorded was not shown.
    """
    outside = CURRENT.get()
    if outside is not None:
        if outside.actor.id != actor.id:
            raise RuntimeError("one transaction, one actor")
        yield outside
        return
    if purpose not in PURPOSES:
        raise Refused("no_purpose")
    inside = Acting(actor, purpose, request, page, whole)
    inside.ahead.put(*told(actor, purpose))
    with transaction.atomic(), connection.execute_wrapper(inside.ahead):
        token = CURRENT.set(inside)
        try:
            yield inside
            record_shown(inside)
        finally:
            CURRENT.reset(token)


def shown(persons: Iterable[UUID]) -> None:
    """Queries call this with the ids of the persons whose data they hand out."""
    context = CURRENT.get()
    if context is None:
        raise RuntimeError("persons were read outside `acting`")
    context.shown.update(dict.fromkeys(persons))
