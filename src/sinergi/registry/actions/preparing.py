"""The register made ready to be compared: every night from its records, step by step; what was erased or emptied goes with the old one."""
from datetime import UTC, date, datetime
from uuid import UUID

import polars as pl
from django.db import connection
from django.db.models import F

from sinergi.core.linkage.encode import Vocabulary
from sinergi.kernel.action import action, changes
from sinergi.kernel.actors import Actor

from .. import policy
from ..models import LinkagePiece, LinkageRegister
from ..queries.linkage_register import counted_words, frame_of, key_marks, next_records, parquet, prepared, ready, words_of

PIECE = 25_000
BEGINNING = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))


@action("linkage.refresh", policy.platform)
def refresh_register(whole: bool, *, actor: Actor, on: date, at: datetime) -> bool:
    """Take one step of making the register ready: anew (`whole`), or the one in use with the records that came since. True: there is more to do.

    A new one is used only once it is complete; then the old one goes.
    """
    current = LinkageRegister.objects.filter(ready_at=None).order_by("-id").first() or (None if whole else ready())
    if current is None:
        current = LinkageRegister.objects.create(made_at=at)
    changes().note(register=current.pk, records=current.total)
    if take_more(current, on):
        return True
    if current.ready_at is None and current.words is None:
        current.words = parquet(counted_words(current))
        current.save(update_fields=["words"])
        return True
    if give_keys(current):
        return True
    if current.ready_at is None:
        current.ready_at = at
        current.save(update_fields=["ready_at"])
        LinkageRegister.objects.filter(pk__lt=current.pk).delete()
    return False


def size() -> int:
    """About how many records there are, as PostgreSQL estimates it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'registry_sourcerecord'::regclass")
        return int(cursor.fetchone()[0])


def take_more(current: LinkageRegister, on: date) -> bool:
    """The next piece of records, if there are any; into a register in use with their keys at once."""
    last = LinkagePiece.objects.filter(register=current).order_by("-number").values_list("number", "last_at", "last_id").first()
    rows = next_records((last[1], last[2]) if last else BEGINNING, PIECE)
    if not rows:
        return False
    frame = prepared(rows, on)
    keys = parquet(marks_of(frame, words_of(current))) if current.ready_at else None
    LinkagePiece.objects.create(register=current, number=last[0] + 1 if last else 0, records=len(rows), last_at=rows[-1][1], last_id=rows[-1][0],
                                features=parquet(frame), keys=keys)
    LinkageRegister.objects.filter(pk=current.pk).update(total=F("total") + len(rows))
    return True


def give_keys(current: LinkageRegister) -> bool:
    """The keys of the next piece that has none."""
    piece = LinkagePiece.objects.filter(register=current, keys=None).order_by("number").first()
    if piece is None:
        return False
    piece.keys = parquet(marks_of(frame_of(piece.features), words_of(current)))
    piece.save(update_fields=["keys"])
    return True


def marks_of(frame: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    """Keys as a frame: one column a key."""
    marks = key_marks(frame, words)
    return pl.DataFrame({f"k{n}": marks[:, n] for n in range(marks.shape[1])})
