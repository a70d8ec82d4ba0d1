"""`manage link_list FILE --agency CODE`: a partner's list against this installation's register, as the page does it; prints what was found.

Nothing is applied unless `--apply` says so; the run stays on the page /padanan/ either way. `--out` writes the agency's own keys with the answer.
"""
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.models import Agency
from sinergi.registry import tasks
from sinergi.registry.queries import linking as queries


class Command(BaseCommand):
    """Links a list, in this process."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, whose list it is, and what to do with the result."""
        parser.add_argument("file")
        parser.add_argument("--agency", required=True, help="code of the agency whose list it is")
        parser.add_argument("--columns", default="", help="what columns mean, where their names do not tell: 0=key,2=person.name")
        parser.add_argument("--out", default="", help="where the agency's own keys with yes, no or review go: .csv or .xlsx")
        parser.add_argument("--apply", action="store_true", help="approve and apply what was found")

    def handle(self, *args: Any, **options: Any) -> None:
        """Receive, compare, print; then apply and write, if so told."""
        path, code = Path(options["file"]), options["agency"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        if not Agency.objects.filter(code=code).exists():
            raise CommandError(f"There is no agency {code}.")
        try:
            run, actor = tasks.link_now(path.read_bytes(), title=path.name, agency=code, columns=meant(options["columns"]), at=timezone.now(),
                                        apply=options["apply"])
            view, content = tasks.told_now(run, actor, Path(options["out"]).suffix)
        except Refused as refused:
            raise CommandError(refused.sentence("en")) from refused
        if options["out"]:
            Path(options["out"]).write_bytes(content)
        self.report(run.report, view, actor)

    def report(self, told: dict[str, Any], view: queries.RunView, actor: Actor) -> None:
        """A table of the keys, the zones, and one JSON line."""
        self.stdout.write(f"{'key':18}{'pairs':>10}{'alone':>10}{'over the cap':>14}")
        for name, one in told.get("keys", {}).items():
            self.stdout.write(f"{name:18}{one['pairs']:>10,}{told.get('alone', {}).get(name, 0):>10,}{one['over']:>14,}")
        for zone, n in sorted(view.counts.items()):
            self.stdout.write(f"{queries.ANSWER[zone]['en']:18}{n:>10,}")
        self.stdout.write(json.dumps({"run": str(view.id), "state": view.state, "rows": view.rows, "candidates": told.get("candidates", 0),
                                      "likely": told.get("likely", 0), **view.counts}))


def meant(said: str) -> dict[str, str]:
    """'0=key,2=person.name' -> {'0': 'key', '2': 'person.name'}."""
    return dict(pair.partition("=")[::2] for pair in said.split(",") if "=" in pair)
