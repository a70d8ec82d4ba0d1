"""Seal the audit now: what the worker does every minute."""
from typing import Any

from django.core.management.base import BaseCommand

from sinergi.kernel.seals import hand_out, seal


class Command(BaseCommand):
    """`seal_audit`."""

    help = "Seal every audit entry that can no longer change, and write the files to hand out."

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal, then write files; says how many."""
        blocks = seal()
        self.stdout.write(f"sealed {len(blocks)} block(s); wrote {hand_out()} file(s)")
