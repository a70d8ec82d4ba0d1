"""Work that passes on when somebody leaves: a leaver's drafts to his successor, a leaving partner's persons to another.

Whoever runs these two verbs may see neither; PostgreSQL's own functions move the rows, and only while those verbs run.
"""

from datetime import datetime

from django.db import connection

from sinergi.kernel.models import Agency, User


def pass_drafts(leaver: User, successor: User) -> int:
    """The drafts of a leaver go to his successor; gives how many. Inside `user.leave` only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sinergi_pass_drafts(%s, %s)", [leaver.pk, successor.pk])
        return int(cursor.fetchone()[0])


def pass_persons(leaving: Agency, successor: Agency, at: datetime) -> int:
    """The persons a leaving partner registered go to its successor, and whatever was opened to it ends; gives how many persons.

    Inside `agency.leave` only.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT sinergi_pass_persons(%s, %s, %s)", [leaving.pk, successor.pk, at])
        return int(cursor.fetchone()[0])
