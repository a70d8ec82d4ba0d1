"""Moving everything that is encrypted at rest under the newest outer key: persons' keys, files, second factors, secrets of webhooks.

`SINERGI_KEYS=new,old` → restart → `rotate_keys` → `SINERGI_KEYS=new` → restart. Backups have keys of their own (docs/how-to/deploy.md).
"""
from typing import Any

from django.apps import apps

from . import files, keys, policy
from .action import action, changes
from .actors import Actor, command
from .models import KeptAnswer, Webhook

ROTATOR = command("rotate", "key.rotate", "webhook.read")
TOKEN = "gAAAA"  # how every Fernet token begins


@action("key.rotate", policy.anyone)
def rotate(nothing: None, *, actor: Actor) -> dict[str, int]:
    """Move every person's key, every file and every second factor under the newest outer key."""
    moved = {"persons": keys.rewrap(), "factors": rewrap_factors(), "files": files.rewrap(),
             "webhooks": rewrap_texts(Webhook, "secret"), "answers": rewrap_texts(KeptAnswer, "answer")}
    changes().note(**moved)
    return moved


def rewrap_texts(model: Any, column: str) -> int:
    """A column of locked texts; returns how many."""
    rows = model.objects.exclude(**{column: ""}).order_by("pk").only("pk", column)
    for row in rows.iterator(chunk_size=500):
        model.objects.filter(pk=row.pk).update(**{column: rotated(getattr(row, column))})
    return int(rows.count())


def rewrap_factors() -> int:
    """The encrypted values of second factors, whatever their kind; returns how many values."""
    model, moved = apps.get_model("mfa", "Authenticator"), 0
    for factor in model.objects.order_by("pk").iterator(chunk_size=500):
        fresh = {name: rotated(value) for name, value in factor.data.items()}
        if fresh != factor.data:
            moved += sum(fresh[name] != value for name, value in factor.data.items())
            model.objects.filter(pk=factor.pk).update(data=fresh)
    return moved


def rotated(value: Any) -> Any:
    """A locked text, or each locked text of a list, under the newest key; anything else as it is."""
    if isinstance(value, list):
        return [rotated(one) for one in value]
    return keys.outer().rotate(value.encode()).decode() if isinstance(value, str) and value.startswith(TOKEN) else value
