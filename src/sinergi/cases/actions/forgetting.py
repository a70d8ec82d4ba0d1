"""What becomes of cases when a person is forgotten, a user leaves, or a partner leaves."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from sinergi.kernel.action import changes


def forget_cases(person_id: UUID) -> int:
    """Empty what an erased person's cases say; they are closed, and counted as they were. Called inside `person.erase`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sinergi_forget_cases(%s)", [person_id])
        return int(cursor.fetchone()[0])


def pass_held(leaver: Any, successor: Any) -> int:
    """The cases a leaver had in hand go to his successor. Inside `user.leave` only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sinergi_pass_held(%s, %s)", [leaver.pk, successor.pk])
        return int(cursor.fetchone()[0])


def pass_cases(leaving: Any, successor: Any, at: datetime) -> int:
    """A leaving partner's open cases go to its successor, and referrals to it come back to their senders. Inside `agency.leave` only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sinergi_pass_cases(%s, %s, %s)", [leaving.pk, successor.pk, at])
        changes().note(cases=int(cursor.fetchone()[0]))
    return 0
