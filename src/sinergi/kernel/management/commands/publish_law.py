"""Publish the law files as the version in use."""
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sinergi.kernel.actors import command
from sinergi.kernel.errors import Refused
from sinergi.kernel.law import publish_law


class Command(BaseCommand):
    """`publish_law [FOLDER]`."""

    help = "Check the law files and keep them as the version in use. The same files again change nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the law lies."""
        parser.add_argument("folder", nargs="?", type=Path, default=settings.LAW_DIR)

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish, or end with 1 and the first fault."""
        try:
            version = publish_law(options["folder"], actor=command("publish_law", "law.publish"), purpose="administer")
        except Refused as refused:
            raise CommandError(refused.sentence("en")) from refused
        self.stdout.write(f"law version {version.version[:12]} is in use: {len(version.paths)} files")
