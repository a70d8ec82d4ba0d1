"""What a partner's file is read as, and what is not taken: CSV as offices save it, workbooks, archives and pages in disguise."""

from __future__ import annotations

import pytest

from sinergi.kernel.errors import Refused
from sinergi.registry.submission.spreadsheet import table_of


def lines(content: bytes) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of a file."""
    return list(table_of(content).rows)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_is_read_whatever_separates_it_and_however_it_is_written(mark, encoding):
    text = f"Nama{mark}No KP\r\nSiti Zubaidah binti Nordé{mark}900227175136\r\n"
    table = table_of(text.encode(encoding))
    assert table.header == ("Nama", "No KP") and list(table.rows) == [(2, ("Siti Zubaidah binti Nordé", "900227175136"))]


def test_an_empty_file_is_refused():
    with pytest.raises(Refused) as refused:
        table_of(b"Nama\n")
    assert refused.value.code == "list.empty"
