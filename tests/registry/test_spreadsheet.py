"""What a partner's file is read as, and what is not taken: CSV as offices save it, workbooks, archives and pages in disguise."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from itertools import chain
from typing import Any

import pytest
import xlsxwriter

from sinergi.kernel.errors import Refused
from sinergi.registry.submission.spreadsheet import MOST_COLUMNS, csv_bytes, table_of

SHEET = "xl/worksheets/sheet1.xml"


def lines(content: bytes) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of a file."""
    return list(table_of(content).rows)


def refused(content: bytes) -> str:
    """Why a file is not taken."""
    with pytest.raises(Refused) as why:
        lines(content)
    assert why.value.sentence("ms") != why.value.sentence("en") and "{" not in why.value.sentence("ms")
    return why.value.code


def workbook(*rows: list[Any]) -> bytes:
    """A workbook of one sheet; dates as dates, numbers as numbers."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                sheet.write(r, c, value, *([day] if isinstance(value, dt.date) else []))
    return out.getvalue()


def changed(content: bytes, extra: dict[str, bytes] | None = None, without: str = "") -> bytes:
    """The archive with parts put in or left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in chain(((n, given.read(n)) for n in given.namelist() if n not in (without, *(extra or {}))), (extra or {}).items()):
            made.writestr(name, part)
    return out.getvalue()


def saying(content: bytes, part: str, *, size: int | None = None, flags: int | None = None) -> bytes:
    """The archive with another size, or other flags, of a part in its table of contents."""
    found = bytearray(content)
    at = found.find(b"PK\x01\x02")
    while found[at + 46:at + 46 + struct.unpack_from("<H", found, at + 28)[0]] != part.encode():
        at = found.find(b"PK\x01\x02", at + 1)
        assert at > 0
    if size is not None:
        struct.pack_into("<I", found, at + 24, size)
    if flags is not None:
        struct.pack_into("<H", found, at + 8, flags)
    return bytes(found)


BOOK = workbook(["Nama", "No KP"], ["Ali bin Abu", 900227175136])


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_is_read_whatever_separates_it_and_however_it_is_written(mark, encoding):
    text = f"Nama{mark}No KP\r\nSiti Zubaidah binti Nordé{mark}900227175136\r\n"
    table = table_of(text.encode(encoding))
    assert table.header == ("Nama", "No KP") and list(table.rows) == [(2, ("Siti Zubaidah binti Nordé", "900227175136"))]


def test_quotes_lines_within_a_cell_and_empty_rows_keep_the_numbers_a_person_sees():
    content = b'\nNama,Alamat,\n\n"Ali ""Ayah"" Abu","12, Jalan\nMawar"\n,,\n\'=1+1,\n'
    table = table_of(content)
    assert table.header == ("Nama", "Alamat")
    assert list(table.rows) == [(4, ('Ali "Ayah" Abu', "12, Jalan Mawar")), (6, ("=1+1", ""))]


def test_rows_are_as_wide_as_the_header_and_what_lies_beyond_is_kept_apart():
    assert lines(b"Nama,Negeri\nAli\nAbu,Perak,\nAli,Perak,Ipoh\n") == [(2, ("Ali", "")), (3, ("Abu", "Perak")), (4, ("Ali", "Perak", "Ipoh"))]


def test_a_workbook_gives_numbers_and_dates_as_they_were_meant():
    book = workbook(["Nama", "No KP", "Tarikh lahir", "Pendapatan", "Kosong"],
                    ["Ali bin Abu", 900227175136, dt.date(1990, 2, 27), 1200.5, None], [None, None], ["Abu", 10203170001, "27/2/1990", 800, "x"],
                    ["Siti", "010203170001", dt.date(2001, 2, 3), 1500.0, ""])
    assert lines(book) == [(2, ("Ali bin Abu", "900227175136", "1990-02-27", "1200.50", "")), (4, ("Abu", "10203170001", "27/2/1990", "800", "x")),
                           (5, ("Siti", "010203170001", "2001-02-03", "1500", ""))]


def test_columns_that_our_result_file_added_are_left_out():
    for added in (("Baris", "Hasil", "Cara membetulkan"), ("Row", "Result", "How to mend")):
        content = csv_bytes(iter([["Nama", "Negeri", *added], ["Ali", "Perak", 2, "x", "y"], ["Abu", "Perak", 3, "x", "y", "beyond"]]))
        table = table_of(content)
        assert table.header == ("Nama", "Negeri") and list(table.rows) == [(2, ("Ali", "Perak")), (3, ("Abu", "Perak", "beyond"))]
        again = csv_bytes(iter([["Nama", "Negeri", *added, *added], ["Ali", "Perak", 2, "x", "y", 2, "x", "y"]]))
        assert refused(again) == "list.same_header"


def test_no_cell_of_a_result_file_is_a_formula_and_each_reads_back_as_it_was():
    values = ["=1+1", "+60191234567", "-1", "@x", "'=1", "plain", ""]
    content = csv_bytes(iter([["a", "b", "c", "d", "e", "f", "g"], values]))
    assert content.startswith(b"\xef\xbb\xbf") and lines(content) == [(2, ("=1+1", "+60191234567", "-1", "@x", "=1", "plain", ""))]
    assert b",=" not in content and b"\n=" not in content and b",+" not in content


@pytest.mark.parametrize("content, code", [
    (b"", "file.empty"), (b"Nama\n", "list.empty"), (b"\n\n,,\n", "list.empty"), (b"Nama,nama\nA,B\n", "list.same_header"),
    ((",".join(f"c{i}" for i in range(MOST_COLUMNS + 1)) + "\na\n").encode(), "list.too_many_columns"),
    (b"%PDF-1.7\n1 0 obj\n", "file.type"), (b"<!doctype html><table><tr><td>Nama</td></tr></table>", "file.type"),
    (b"\xef\xbb\xbf <html>\n", "file.type"), (b"#!/bin/sh\nrm -rf /\n", "file.type"), (b"Nama,No\x00KP\nA,B\n", "file.type"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "file.type"), (b"PK\x03\x04 not an archive", "file.type")])
def test_what_is_not_a_list_is_refused_with_the_mend(content, code):
    assert refused(content) == code


def test_an_archive_that_is_no_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("word/document.xml", "<x/>")
    assert refused(out.getvalue()) == "file.type"


def test_a_locked_workbook_and_one_with_macros_are_refused():
    assert refused(saying(BOOK, SHEET, flags=1)) == "file.archive"
    assert refused(changed(BOOK, {"xl/vbaProject.bin": b"x"})) == "file.archive"


def test_an_archive_bomb_is_refused_before_anything_is_unpacked():
    assert refused(saying(BOOK, SHEET, size=301 * 1024 * 1024)) == "file.archive"
    assert refused(changed(BOOK, {f"xl/media/{i}.txt": b"" for i in range(2001)})) == "file.archive"


def test_a_table_of_contents_that_lies_unfolds_no_further_than_it_says():
    heavy = changed(BOOK, {SHEET: b"<worksheet>" + b" " * 5_000_000 + b"</worksheet>"})
    assert refused(saying(heavy, SHEET, size=100)) == "list.wrong_kind"


@pytest.mark.parametrize("broken", [
    changed(BOOK, {"xl/workbook.xml": b"<workbook"}), changed(BOOK, {SHEET: b"<worksheet><sheetData><row"}), changed(BOOK, without=SHEET)])
def test_a_workbook_that_is_broken_is_refused(broken):
    assert refused(broken) in ("list.wrong_kind", "list.empty")


def test_a_workbook_that_names_a_file_outside_itself_reads_nothing_from_there(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("rahsia")
    strings = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]><sst>{"<si><t>&e;</t></si>" * 3}</sst>'
    try:
        found = str(lines(changed(BOOK, {"xl/sharedStrings.xml": strings.encode()})))
    except Refused as why:
        found = why.code
    assert "rahsia" not in found
