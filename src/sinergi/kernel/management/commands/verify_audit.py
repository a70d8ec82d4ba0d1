"""Verify the audit: exit code 0 if all is as it was sealed, 1 with the first fault named."""
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from sinergi.kernel.verification import verify


class Command(BaseCommand):
    """`verify_audit [--files FOLDER]`."""

    help = "Hash every audit entry again and compare with the seals and with the files handed out."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where the files handed out lie, if not in the settings' folder."""
        parser.add_argument("--files", type=Path, default=settings.SEALS_DIR, metavar="FOLDER",
                            help="the files handed out, from whoever keeps them")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what holds; end with 1 at a fault."""
        found = verify(options["files"])
        self.stdout.write(f"{found.blocks} block(s), {found.entries} entries hold; {found.files} file(s) compared;"
                          f" {found.waiting} entries wait for a seal")
        if found.fault is not None:
            self.stderr.write(f"NOT AS SEALED: {found.fault}")
            raise SystemExit(1)
        self.stdout.write("The audit is as it was sealed.")
