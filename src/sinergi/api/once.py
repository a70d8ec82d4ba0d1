"""The same write twice, one effect: an answer is kept under the client's Idempotency-Key, in the transaction of its write.

The key's row is unique. A second request of the same key waits for the first one's transaction: committed, it gets the kept answer; undone, it
takes its place. Refusals undo the row, so what was refused may be sent again. Answers lie encrypted, for a week (kernel/tasks.py).
"""
import re
from dataclasses import dataclass
from hashlib import sha256

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from sinergi.kernel import keys
from sinergi.kernel.action import writing
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import KeptAnswer

SHAPE = re.compile(r"[\x21-\x7e]{8,64}")
TAKE = """INSERT INTO kernel_keptanswer (actor, key, sha256, status, answer, at) VALUES (%s, %s, %s, 0, '', %s)
          ON CONFLICT (actor, key) DO NOTHING RETURNING id"""


@dataclass(frozen=True)
class Taken:
    """A key that this request took, or the answer that stands under it."""

    number: int
    status: int = 0
    answer: bytes = b""


def take(request: HttpRequest, actor: Actor, key: str) -> Taken:
    """Take the key, or find the answer kept under it. Refused: `api.key_shape`, `api.key_reused` (another request was sent with it)."""
    if not SHAPE.fullmatch(key):
        raise Refused("api.key_shape", field="Idempotency-Key")
    said = fingerprint(request)
    with writing("answer.keep"), connection.cursor() as cursor:
        cursor.execute(TAKE, [actor.id, key, said, timezone.now()])
        row = cursor.fetchone()
    if row is not None:
        return Taken(row[0])
    kept = KeptAnswer.objects.get(actor=actor.id, key=key)
    if kept.sha256 != said:
        raise Refused("api.key_reused", field="Idempotency-Key")
    return Taken(kept.pk, kept.status, keys.outer().decrypt(kept.answer.encode()))


def fingerprint(request: HttpRequest) -> str:
    """Of the operation, its query and its body. A form with a file is told by its parts: its boundary differs each time."""
    told = sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        for name, value in sorted(request.POST.items()):
            told.update(f"{name}={value}\n".encode())
        for name in sorted(request.FILES):
            for paper in request.FILES.getlist(name):
                told.update(f"{name}:{paper.name}\n".encode() + sha256(paper.read()).digest())
                paper.seek(0)
    else:
        told.update(request.body)
    return told.hexdigest()


def keep(taken: Taken, status: int, answer: bytes) -> None:
    """Keep the answer under the key, with the write itself."""
    with writing("answer.keep"):
        KeptAnswer.objects.filter(pk=taken.number).update(status=status, answer=keys.outer().encrypt(answer).decode())
