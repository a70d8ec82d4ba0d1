"""A partner's file -> rows of text. CSV or XLSX, limited in size and in what it may unfold to; nothing in it is ever run.

Cells are text: a number that a spreadsheet made of an identity number or a date comes back as it was meant.
"""
import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import fastexcel

from sinergi.kernel import files
from sinergi.kernel.errors import Refused

MOST_ROWS, MOST_COLUMNS, MOST_CELL = 100_000, 80, 500
READ_PARTS = re.compile(r"\[Content_Types\]\.xml|_rels/\.rels|xl/(workbook|sharedStrings|styles)\.xml|xl/_rels/.*|xl/worksheets/sheet\d+\.xml")
MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[ T]00:00:00(\.0+)?")
WHOLE = re.compile(r"(\d+)\.0")
ONE_DECIMAL = re.compile(r"\d+\.\d")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Table:
    """The first row as header, then the others with their numbers as a person sees them in the spreadsheet."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def table_of(content: bytes) -> Table:
    """The whole list. Refused: as files.checked, list.wrong_kind, list.empty, list.too_many_rows, list.too_many_columns, list.same_header."""
    lines = xlsx_lines(content) if files.checked(content, kind="list") == "xlsx" else csv_lines(content)
    filled = ((number, tuple(map(cell, line))) for number, line in enumerate(lines, 1))
    found = [(number, line) for number, line in filled if any(line)]
    if len(found) < 2:
        raise Refused("list.empty", field="file")
    if len(found) - 1 > MOST_ROWS:
        raise Refused("list.too_many_rows", field="file", most=MOST_ROWS)
    header = tuple(found[0][1])
    while header and not header[-1]:
        header = header[:-1]
    if len(header) > MOST_COLUMNS:
        raise Refused("list.too_many_columns", field="file", most=MOST_COLUMNS)
    named = [name.casefold() for name in header if name]
    if len(set(named)) != len(named):
        raise Refused("list.same_header", field="file", name=next(n for n in named if named.count(n) > 1))
    width = len(header)
    return Table(header, tuple((number, (line + ("",) * width)[:width]) for number, line in found[1:]))


def csv_lines(content: bytes) -> Iterator[list[str]]:
    """Rows of a CSV in UTF-8 (or, from older spreadsheets, Windows' Western code), whatever separates its cells."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.split("\n", 1)[0]
    mark = max(",;\t|", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    except csv.Error as broken:
        raise Refused("list.wrong_kind", field="file") from broken


def xlsx_lines(content: bytes) -> Iterator[tuple[str, ...]]:
    """Rows of the first sheet, cells as text."""
    try:
        frame = fastexcel.read_excel(rebuilt(content)).load_sheet(0, header_row=None, dtypes="string", n_rows=MOST_ROWS + 2).to_polars()
    except (fastexcel.FastExcelError, zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as broken:
        raise Refused("list.wrong_kind", field="file") from broken
    for row in frame.iter_rows():
        yield tuple("" if value is None else str(value) for value in row)


def rebuilt(content: bytes) -> bytes:
    """The parts of a workbook that are read, each cut at the length its table of contents gives: an archive that lies unfolds no further."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as kept:
        for part in given.infolist():
            if READ_PARTS.fullmatch(part.filename):
                kept.writestr(part.filename, given.read(part))
    return out.getvalue()


def cell(value: str) -> str:
    """A cell as it was meant: no time at midnight, no '.0' of a whole number, sen with two places, no quote put before a formula."""
    text = " ".join(value.split())[:MOST_CELL]
    if text.startswith("'") and text[1:2] in FORMULA:
        text = text[1:]
    if found := MIDNIGHT.fullmatch(text) or WHOLE.fullmatch(text):
        return found[1]
    return text + "0" if ONE_DECIMAL.fullmatch(text) else text


def safe_cell(value: object) -> str:
    """A value for a result file: whatever a spreadsheet would take for a formula begins with a quote."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(FORMULA) else text


def csv_bytes(rows: Iterator[list[object]]) -> bytes:
    """A result file: UTF-8 with its mark, so that spreadsheets read Malay names right; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")
