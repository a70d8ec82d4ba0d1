"""write_openapi: writes docs/reference/openapi.json from the code, so that every change of what partners see stands in a diff."""
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from sinergi.api.specification import snapshot
from sinergi.api.urls import api

PATH = settings.BASE / "docs" / "reference" / "openapi.json"


class Command(BaseCommand):
    """Write the snapshot of the specification."""

    help = "Write docs/reference/openapi.json from the code."

    def handle(self, *args: Any, **options: Any) -> None:
        PATH.write_text(snapshot(api), "utf-8")
        self.stdout.write(f"{PATH.relative_to(settings.BASE)} is written.")
