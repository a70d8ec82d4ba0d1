"""The standing work of benefits: exceptions end when their day is past."""
from django.utils import timezone
from procrastinate.contrib.django import app

from sinergi.kernel.actors import command

from .actions import expire_overrides

NIGHTLY = command("benefits", "override.expire", "entitlement.read")


@app.periodic(cron="20 3 * * *")
@app.task(name="override.expire", queue="work", pass_context=False)
def expire(timestamp: int) -> None:
    """End exceptions whose day is past."""
    expire_overrides(None, actor=NIGHTLY, purpose="pay", on=timezone.localdate())
