"""`manage link_list FILE --agency CODE`: what the page does, in one process: compared, printed, and applied only when told."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command
from linking_stage import certified, csv_of, linker, registered, row
from registry_stage import setting


def told(path, **options) -> tuple[str, dict]:
    """(what it prints, its last line)."""
    out = io.StringIO()
    call_command("link_list", str(path), agency="mvm", stdout=out, **options)
    return out.getvalue(), json.loads(out.getvalue().splitlines()[-1])


@pytest.fixture
def listed(own_db, tmp_path):
    """A list of a partner, beside another agency's people; the register is not made ready yet."""
    setting("mvm")
    registered(linker("aim", "coordinator"))
    path = tmp_path / "ahli.csv"
    path.write_bytes(csv_of([row(0), row(1), row(9)]))
    return path


def test_a_list_is_linked_and_the_answer_written(listed, tmp_path, owner):
    certified("mvm")
    text, line = told(listed, out=str(tmp_path / "jawapan.csv"))
    assert line["state"] == "compared" and (line["auto"], line["new"]) == (2, 1) and "number" in text and "candidates" in line
    rows = list(csv.reader((tmp_path / "jawapan.csv").open(encoding="utf-8-sig")))
    assert [cells[::2] for cells in rows[1:]] == [["A000", "yes"], ["A001", "yes"], ["A009", "no"]]
    assert owner.execute("SELECT count(*) FROM registry_sourcerecord WHERE source = 'list'").fetchone() == (0,)
    _, line = told(listed, apply=True)
    assert line["state"] == "applied"
    assert owner.execute("SELECT count(*) FROM registry_identitydecision WHERE verb = 'auto_link'").fetchone() == (2,)


def test_what_it_cannot_do_is_said(listed, tmp_path):
    for path, agency, words in ((tmp_path / "nothing.csv", "mvm", "no file"), (listed, "nobody", "no agency")):
        with pytest.raises(CommandError, match=words):
            call_command("link_list", str(path), agency=agency)
    with pytest.raises(CommandError, match="column"):
        told(listed, columns="0=shoe")
    listed.write_bytes(b"Nama\n")
    with pytest.raises(CommandError, match="empty"):
        told(listed)
