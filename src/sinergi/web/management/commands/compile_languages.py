"""`compile_languages`: .po to .mo beside it, by babel, so that no system gettext is needed."""
import io
import os
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand


def compile_file(path: Path) -> bool:
    """Write the .mo beside a .po unless it is newer; True when it was written."""
    target = path.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime_ns >= path.stat().st_mtime_ns:
        return False
    language = path.parts[-3]
    out = io.BytesIO()
    write_mo(out, read_po(io.BytesIO(path.read_bytes()), locale=language))
    fresh = target.with_suffix(f".{os.getpid()}.mo")  # several test workers may compile at once; whoever is last wins
    fresh.write_bytes(out.getvalue())
    fresh.replace(target)
    return True


def compile_all() -> list[Path]:
    """Every catalogue of LOCALE_PATHS; the ones that were written."""
    return [path for folder in settings.LOCALE_PATHS for path in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")) if compile_file(path)]


class Command(BaseCommand):
    """Compile the catalogues that changed."""

    help = "Compile the language catalogues (.po to .mo)"

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a file."""
        for path in compile_all():
            self.stdout.write(str(path))
