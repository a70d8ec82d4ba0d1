"""What every kind of list shares: its rows kept as they came beside the encrypted file, and one step of its life at a time."""
from itertools import islice
from typing import Any, Protocol

from sinergi.kernel import files
from sinergi.kernel.flow import Flow, move

from ..submission.spreadsheet import Table

KEPT_AT_ONCE = 2000


class KeptList(Protocol):
    """A list with its rows counted and its file named."""

    state: str
    rows: int
    file: str
    title: str

    def save(self, *, update_fields: list[str] | None = None) -> None:
        """Write it."""

    def refresh_from_db(self, *, fields: list[str], from_queryset: Any) -> None:
        """Read it again."""


def keep_rows(found: KeptList, table: Table, content: bytes, row: Any, kind: str = "list", **of: Any) -> None:
    """Keep the rows of a list just saved (`row`: their model, `of`: what ties them to it) and its file, encrypted, if it came as one.

    Refused: as reading the rows does; then nothing is kept.
    """
    while lines := [row(row=number, cells=list(cells), **of) for number, cells in islice(table.rows, KEPT_AT_ONCE)]:
        row.objects.bulk_create(lines)
        found.rows += len(lines)
    if content:
        found.file = str(files.keep(content, name=found.title, kind=kind).id)
    found.save()


def lock(found: KeptList) -> None:
    """Wait for whoever works on the list, then see where it stands."""
    found.refresh_from_db(fields=["state"], from_queryset=type(found).objects.select_for_update())  # type: ignore[attr-defined]


def step(found: KeptList, flow: Flow, verb: str) -> None:
    """One step of the list's life, kept. Refused: `flow.wrong_state`."""
    lock(found)
    move(found, flow, verb)
    found.save(update_fields=["state"])
