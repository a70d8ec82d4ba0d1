"""Bad lists: every cell that cannot be what its column says is named with the mend; what a spreadsheet did is undone; nothing is half read."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import polars as pl
import pytest

from sinergi.core.linkage import name_key
from sinergi.kernel.errors import Refused
from sinergi.registry.submission.list_record import ListRecord, fields, guess, is_garbled, read_row
from sinergi.registry.submission.spreadsheet import MOST_CELL, table_of

ON = dt.date(2026, 11, 24)
HEADER = ("No ID", "Nama", "No KP", "Tarikh lahir", "Telefon", "Jantina", "Alamat", "Poskod")
COLUMNS = guess(HEADER)


def read(*cells: str) -> ListRecord:
    """A row under HEADER, the rest empty."""
    line = [*cells, *[""] * (len(HEADER) - len(cells))]
    return read_row(line, row=7, width=len(HEADER), columns=COLUMNS, on=ON, demo=True)


def named(found: ListRecord) -> list[tuple[str, str]]:
    """(field, code) of what makes the row wrong."""
    return [(e.field, e.code) for e in found.errors]


def mended(found: ListRecord) -> list[tuple[str, str]]:
    """(field, code) of what was mended or left out."""
    return [(e.field, e.code) for e in found.warnings]


def test_a_good_row_has_no_word_said_about_it():
    found = read("A1", "Ali bin Abu", "010203-17-0001", "3/2/2001", "019-000 0110", "L", "12 Jalan Mawar", "70100")
    assert named(found) == mended(found) == [] and found.key == "A1"
    assert found.payload == {"name": "Ali bin Abu", "name_key": name_key("Ali bin Abu"), "birth_date": "2001-02-03", "birth_year": 2001,
                             "sex": "male", "phones": ["+60190000110"], "address": "12 Jalan Mawar",
                             "postcode": "70100", "state": "", "language": "ms"}
    assert [(n.kind, n.value, n.quality) for n in found.numbers] == [("mykad", "010203170001", "asserted")]


def test_leading_zeros_that_a_spreadsheet_ate_come_back():
    found = read("A1", "Ali bin Abu", "10203170001", "", "190000110", "", "", "1000")
    assert mended(found) == [("person.mykad", "linking.zeros"), ("person.phone", "linking.zeros"), ("address.postcode", "linking.zeros")]
    assert found.numbers[0].value == "010203170001" and found.payload["phones"] == ["+60190000110"] and found.payload["postcode"] == "01000"


def test_a_number_that_lost_digits_is_kept_as_typed_and_named():
    found = read("A1", "Ali bin Abu", "79100817511")
    assert mended(found) == [("person.mykad", "number.length")] and found.numbers[0].value == "79100817511" and found.numbers[0].quality == "typo"


def test_dates_as_numbers_are_read_and_said():
    found = read("A1", "Ali bin Abu", "", "36559")
    assert found.payload["birth_date"] == "2000-02-03" and mended(found) == [("person.birth_date", "linking.date_number")]
    assert "03/02/2000" in found.warnings[0].words["ms"]


@pytest.mark.parametrize("cells, told", [
    (("A1", "=B2&C2"), ("person.name", "linking.formula")), (("A1", "Ali", "#REF!"), ("person.mykad", "linking.formula")),
    (("A1", "Nurul Ã‚ain"), ("person.name", "linking.encoding")), (("A1", "Zain\ufffdl"), ("person.name", "linking.encoding")),
    (("A1", "x" * (MOST_CELL + 1)), ("person.name", "list.cell_too_long")),
    (("A1", "800101175001", "", "Ali bin Abu"), ("person.name", "linking.shifted")),
    (("A1", "Ali bin Abu", "Jalan Mawar Dua"), ("person.mykad", "linking.shifted")),
    (("A1", "Ali bin Abu", "", "", "Jalan Mawar Dua"), ("person.phone", "linking.shifted")),
    (("A1",), ("person.name", "linking.nobody"))])
def test_what_makes_a_row_wrong_is_named_with_field_and_mend_in_both_languages(cells, told):
    found = read(*cells)
    assert told in named(found)
    assert all(len(words) > 20 for e in found.errors for words in e.words.values()) and found.errors[0].words["ms"] != found.errors[0].words["en"]


def test_a_row_longer_than_its_header_is_not_read_shifted():
    found = read_row(["A1", "Ali", "Abu", "", "", "", "", "", "x"], row=3, width=len(HEADER), columns=COLUMNS, on=ON)
    assert named(found) == [("row", "linking.too_many_cells")] and found.payload == {}


def test_what_cannot_be_read_is_not_known_and_does_not_stop_the_row():
    found = read("", "Siti binti Ali", "8.90101E+11", "32/1/2000", "tiada 1", "X", "", "")
    assert named(found) == [] and found.key == "#7" and found.numbers == []
    assert mended(found) == [("person.mykad", "linking.scaled"), ("person.phone", "linking.unread"), ("person.sex", "linking.unread"),
                             ("person.birth_date", "linking.unread")]


def test_a_person_without_a_paper_is_a_full_row_and_a_number_alone_too():
    assert named(read("A1", "Aung Kyaw")) == [] and named(read("A2", "", "800101175001")) == []


def test_other_documents_and_the_year_of_birth_are_read():
    columns = {"0": "person.name", "1": "person.passport", "2": "person.country", "3": "birth_year", "4": "second_phone"}
    found = read_row(["Aung Kyaw", "MD123456", "mm", "1980", "019-0000111"], row=2, width=5, columns=columns, on=ON)
    assert [(n.kind, n.country, n.value) for n in found.numbers] == [("passport", "MM", "MD123456")]
    assert found.payload["birth_year"] == 1980 and found.payload["phones"] == ["+60190000111"]
    assert set(columns.values()) <= set(fields())


@pytest.mark.parametrize("text", ["Zainal", "José", "Müller", "李美玲", "Nurul’ain"])
def test_letters_of_other_languages_are_not_taken_for_broken(text):
    assert not is_garbled(text)


def test_a_cell_of_megabytes_is_named_and_the_other_rows_are_read():
    table = table_of(b"Nama,No KP\nAli bin Abu,800101175001\n" + b"x" * 5_000_000 + b",1\nAbu bin Ali,800101175003\n", "linkage")
    rows = [read_row(cells, row=n, width=2, columns={"0": "person.name", "1": "person.mykad"}, on=ON, demo=True) for n, cells in table.rows]
    assert [named(found) for found in rows] == [[], [("person.name", "list.cell_too_long")], []]


def test_a_file_of_more_than_it_may_hold_is_refused_before_it_is_read():
    with pytest.raises(Refused) as refused:
        table_of(b"Nama\n" + b"x" * (20 * 1024 * 1024 + 1), "linkage")
    assert refused.value.code == "file.too_large"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding_of_spreadsheets_is_read(encoding):
    table = table_of("Nama;No KP\nSiti José;800101175001\n".encode(encoding), "linkage")
    assert [cells[0] for _, cells in table.rows] == ["Siti José"]


def test_parquet_is_read_as_text_and_a_broken_one_is_refused():
    out = io.BytesIO()
    pl.DataFrame({"Nama": ["Ali"], "No KP": [10203170001], "Lahir": [dt.date(2001, 2, 3)]}).write_parquet(out)
    table = table_of(out.getvalue(), "linkage")
    assert table.header == ("Nama", "No KP", "Lahir") and [cells for _, cells in table.rows] == [("Ali", "10203170001", "2001-02-03")]
    for broken in (out.getvalue()[:60], b"PAR1" + b"\x00" * 50):
        with pytest.raises(Refused) as refused:
            table_of(broken, "linkage")
        assert refused.value.code == "list.wrong_kind"
    with pytest.raises(Refused) as refused:
        table_of(out.getvalue())
    assert refused.value.code == "file.type"


def test_a_workbook_with_macros_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("xl/workbook.xml", "<x/>")
        book.writestr("xl/vbaProject.bin", "x")
    with pytest.raises(Refused) as refused:
        table_of(out.getvalue(), "linkage")
    assert refused.value.code == "file.archive"
