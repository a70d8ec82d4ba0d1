"""Encryption at rest: one key per person for values in the audit, one for the file store. The outer keys come from the environment.

`settings.KEYS` is a list, newest first: new things are locked with the first, old ones open with any, and `rewrap` moves them on.
"""
import json
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from .models import PersonKey

FORGOTTEN = "forgotten"


def outer() -> MultiFernet:
    """The outer lock, newest key first."""
    return MultiFernet([Fernet(key.encode()) for key in settings.KEYS])


def key_of(person_id: UUID, *, make: bool = False) -> Fernet | None:
    """The person's own key; None once forgotten (or never made)."""
    row = PersonKey.objects.filter(person_id=person_id).values_list("wrapped", flat=True).first()
    if row is None and make:
        fresh = Fernet.generate_key()
        PersonKey.objects.create(person_id=person_id, wrapped=outer().encrypt(fresh))
        return Fernet(fresh)
    return None if row is None else Fernet(outer().decrypt(bytes(row)))


def lock(person_id: UUID, value: object) -> str:
    """A personal value -> text that only the person's key opens; the key is made at the first value."""
    key = key_of(person_id, make=True)
    assert key is not None
    return key.encrypt(json.dumps(value, default=str).encode()).decode()


def unlock(person_id: UUID, token: str) -> object:
    """The value again, or `forgotten` once the key is destroyed."""
    key = key_of(person_id)
    try:
        return FORGOTTEN if key is None else json.loads(key.decrypt(token.encode()))
    except InvalidToken:
        return FORGOTTEN


def forget(person_id: UUID) -> None:
    """Destroy the key: whatever was locked with it can never be read again. Inside an action only."""
    PersonKey.objects.filter(person_id=person_id).delete()


def rewrap() -> int:
    """Move every person's key under the newest outer key; returns how many. Safe to repeat and to interrupt."""
    lock_, moved = outer(), 0
    for row in PersonKey.objects.order_by("person_id").iterator(chunk_size=1000):
        PersonKey.objects.filter(pk=row.pk).update(wrapped=lock_.rotate(bytes(row.wrapped)))
        moved += 1
    return moved
