"""What was made while two persons were one, for a person to settle after they were parted: listed with a proposal, never guessed.

Each room names itself in SETTLERS and brings two functions of PostgreSQL: `sinergi_between_ROOM(persons, since, until)` lists what it wrote on them
(kind, key, agency, instant: nothing of its content), `sinergi_settle_ROOM(kind, key, from, to)` moves one of these.
What the audit tells of that time is listed beside it: it is nobody's to move, for what was done stays done by whom it was done.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from psycopg import sql

from sinergi.kernel.models import User

from ..models import IdentityDecision
from .identity import bearers

SETTLERS: list[str] = ["registry"]  # later rooms enter theirs in apps.ready()


@dataclass(frozen=True)
class Between:
    """One thing made in between. `person_id`: where it stands; `proposed`: whose it is by the agency's records, None where they do not tell.

    `settled`: to whom somebody gave it, None while it waits.
    """

    room: str
    kind: str
    key: str
    agency: str
    made_at: datetime
    person_id: UUID
    proposed: UUID | None
    settled: UUID | None = None


@dataclass(frozen=True)
class Audited:
    """What somebody did about the two while they were one, or looked at: a verb of the audit, how often, from when until when."""

    actor: str
    name: str
    agency: str
    verb: str
    entries: int
    first_at: datetime
    last_at: datetime


def made_between(unmerged: IdentityDecision) -> tuple[Between, ...]:
    """Everything that was written on the survivor between a merge and its unmerge, by every room, oldest first."""
    merged = unmerged.undoes
    if merged is None or unmerged.person_id is None or merged.verb not in ("merge", "link", "auto_link"):
        return ()
    choices = {(d.evidence["kind"], d.evidence["key"]): d.person_id
               for d in IdentityDecision.objects.filter(verb="settle", evidence__unmerge=str(unmerged.pk))}
    staying, gone = bearers(unmerged.person_id), unmerged.other_id
    stays, goes = unmerged.evidence.get("agencies", ([], []))
    found: list[Between] = []
    with connection.cursor() as cursor:
        for room in SETTLERS:
            cursor.execute(sql.SQL("SELECT kind, key, agency, made_at, person FROM {}(%s, %s, %s)").format(sql.Identifier(f"sinergi_between_{room}")),
                           [[*staying, gone], merged.decided_at, unmerged.decided_at])
            for kind, key, agency, made, person in cursor.fetchall():
                proposed = proposal(agency in stays, agency in goes, staying[0], gone)
                found.append(Between(room, kind, key, agency, made, person, proposed, choices.get((kind, key))))
    return tuple(sorted(found, key=lambda b: (b.made_at, b.kind, b.key)))


def between_of(decision_id: UUID) -> tuple[Between, ...]:
    """`made_between` of an unmerge the actor may see; nothing of any other."""
    row = IdentityDecision.objects.filter(pk=decision_id, verb="unmerge").first()
    return made_between(row) if row is not None else ()


def audited_between(decision_id: UUID) -> tuple[Audited, ...]:
    """Who did what about the two between a merge and this unmerge of it, counted, the first to begin first; nothing where it is not ours to see."""
    if not IdentityDecision.objects.filter(pk=decision_id, verb="unmerge").exists():
        return ()
    with connection.cursor() as cursor:
        cursor.execute("SELECT actor, agency, verb, entries, first_at, last_at FROM sinergi_audit_between(%s)", [decision_id])
        rows = cursor.fetchall()
    users = User.objects.filter(pk__in={actor for actor, *_ in rows if len(actor) == 36})
    names = {str(pk): name for pk, name in users.values_list("id", "name")}
    return tuple(Audited(actor, names.get(actor, actor), *told) for actor, *told in rows)


def proposal(stays: bool, goes: bool, staying: UUID, gone: UUID | None) -> UUID | None:
    """Whose a thing is by the records of the agency that made it: the one side that has such a record; None where both or neither has."""
    return None if stays == goes else staying if stays else gone
