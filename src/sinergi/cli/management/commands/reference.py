"""Write docs/reference anew from the program and the law, or check that it is fresh."""
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from sinergi.cli.house_reference import MADE, pages
from sinergi.cli.reference import facts_md
from sinergi.cli.submission_reference import submission_md
from sinergi.core import rules
from sinergi.kernel.law_files import read_documents


class Command(BaseCommand):
    """`reference [--check]`."""

    help = "Write docs/reference from the program and the law: verbs, roles, flows, refusals, settings, submission, facts. --check: what is stale."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Write, or check."""
        parser.add_argument("--check", action="store_true", help="change nothing; end with 1 when a page is stale")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write what differs; or name it and end with 1."""
        folder = settings.BASE / "docs" / "reference"
        law = rules.build(read_documents(settings.LAW_DIR))
        wanted = pages() | {"facts.md": facts_md(law), "submission.md": submission_md(law)}
        there = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob("*.*")}
        gone = [name for name, text in there.items() if name not in wanted and (MADE in text or name.startswith("flows/"))]
        stale = [name for name, text in wanted.items() if there.get(name) != text]
        if options["check"]:
            if stale or gone:
                self.stderr.write(f"stale: {', '.join(stale + gone)}. Run ./sinergi manage reference")
                raise SystemExit(1)
            return
        for name in stale:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(wanted[name], "utf-8")
        for name in gone:
            (folder / name).unlink()
        self.stdout.write(f"{len(stale)} page(s) written, {len(gone)} removed, {len(wanted) - len(stale)} were fresh")
