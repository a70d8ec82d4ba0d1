"""`manage demo_load`: the law, the agencies, the users and the people of the demo."""
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from sinergi.cli.demo import load


class Command(BaseCommand):
    """Loads what the demo shows; refuses in production."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Each step with its time."""
        if not settings.DEMO_PEOPLE:
            raise CommandError("demo people are refused in production (SINERGI_MODE=production)")
        now = timezone.now()
        for says, step in (("law and agencies", lambda: load.load_law_and_agencies(load.loader(), now)),
                           ("users", lambda: len(load.load_users(load.loader()))),
                           ("households of the stories", lambda: load.load_people(now))):
            began = time.monotonic()
            count = step()
            self.stdout.write(f"  · {says}: {count}  ({time.monotonic() - began:.1f} s)")
