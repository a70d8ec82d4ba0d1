"""Move everything encrypted under the newest key of SINERGI_KEYS."""
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from sinergi.kernel.rotation import ROTATOR, rotate


class Command(BaseCommand):
    """`rotate_keys`."""

    help = "Move persons' keys, files and second factors under the first of SINERGI_KEYS. Afterwards the older ones may be taken out."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate; says how many of each, and what to do next."""
        moved = rotate(None, actor=ROTATOR, purpose="administer")
        self.stdout.write(", ".join(f"{count} {name}" for name, count in moved.items()) + " are under the newest key")
        if len(settings.KEYS) > 1:
            self.stdout.write("Now take the older keys out of SINERGI_KEYS and restart the server and the worker.")
