"""Two persons joined and parted again for ever, each turn decided by what stands, so that whoever is killed in the middle goes on.

As a process: `python merging.py USER AGENCY KEEP GONE [KEEP GONE …]` prints the id of each decision once it is answered.
"""
from __future__ import annotations

import sys
from typing import Any
from uuid import UUID

import django
import psycopg

if __name__ == "__main__":
    django.setup()

from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor
from sinergi.kernel.roles import ROLES
from sinergi.registry import actions
from sinergi.registry.models import IdentityDecision

REASON = "Dicuba semasa pelayan dimatikan"
DECISIONS = "SELECT count(*) FROM registry_identitydecision WHERE verb IN ('merge', 'unmerge')"
UNWRITTEN = """SELECT count(*) FROM registry_identitydecision d WHERE verb IN ('merge', 'unmerge') AND 1 <>
  (SELECT count(*) FROM kernel_auditentry a WHERE a.changes ->> 'decision' = d.id::text)"""
NOT_ONE = """SELECT count(*) FROM registry_sourcerecord r WHERE 1 <>
  (SELECT count(*) FROM registry_belonging b WHERE b.record_id = r.id AND b.to_at IS NULL)"""
HALF = """SELECT count(*) FROM registry_person p WHERE p.merged_into_id IS NOT NULL AND
  EXISTS (SELECT FROM registry_belonging b WHERE b.person_id = p.id AND b.to_at IS NULL)"""


def merger(user: str, agency: str) -> Actor:
    """An officer of an agency who joins and parts, for the nation."""
    verbs = {verb for verb in ROLES["identity_officer"] if verb.startswith("identity.")}
    return Actor(user, "merger", agency, {verb: frozenset({("national", "")}) for verb in verbs})


def turn(keep: UUID, gone: UUID, actor: Actor) -> UUID:
    """Join the two; when they are joined, part them; when they were parted, let them be joined again. The decision's id."""
    do: dict[str, Any] = {"actor": actor, "purpose": "register", "reason": REASON}
    with acting(actor, purpose="register"):
        last = IdentityDecision.objects.select_related("undoes").filter(person_id=keep, other_id=gone).order_by("decided_at").last()
    lifted = last is not None and last.undoes is not None and last.undoes.verb == "unmerge"
    if last is not None and not lifted:
        return actions.unmerge(last.pk, **do).decision.pk
    return actions.merge_persons(keep, gone_id=gone, **do).pk


def faults_of(owner: psycopg.Connection[Any]) -> dict[str, int]:
    """What must be 0 at any moment: decisions without one audit entry, records not of one person, merged persons who hold a record."""
    found = {}
    for name, statement in (("unwritten", UNWRITTEN), ("not_one", NOT_ONE), ("half", HALF)):
        row = owner.execute(statement).fetchone()
        assert row is not None, "these count"
        found[name] = row[0]
    return found


def main(user: str, agency: str, *persons: str) -> None:
    """Go round the pairs until killed."""
    actor, ids = merger(user, agency), [UUID(person) for person in persons]
    while True:
        for keep, gone in zip(ids[::2], ids[1::2], strict=True):
            print(turn(keep, gone, actor), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
