"""A partner's file -> rows of text. CSV or XLSX, limited in size and in what it may unfold to; nothing in it is ever run.

Cells are text: a number that a spreadsheet made of an identity number or a date comes back as it was meant.
"""
import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import fastexcel
import polars as pl

from sinergi.kernel import files
from sinergi.kernel.errors import Refused

MOST_ROWS, MOST_COLUMNS, MOST_CELL = 100_000, 80, 500
READ_PARTS = re.compile(r"\[Content_Types\]\.xml|_rels/\.rels|xl/(workbook|sharedStrings|styles)\.xml|xl/_rels/.*|xl/worksheets/sheet\d+\.xml")
MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[ T]00:00:00(\.0+)?")
WHOLE = re.compile(r"(\d+)\.0")
ONE_DECIMAL = re.compile(r"\d+\.\d")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
csv.field_size_limit(files.KINDS["list"].most)  # a cell of megabytes is named by whoever reads the row, instead of ending the reading
ADDED = {"ms": ("Baris", "Hasil", "Cara membetulkan"), "en": ("Row", "Result", "How to mend")}


@dataclass(frozen=True)
class Table:
    """The first row as header; then the others, read one by one and once, each with its number as a person sees it in the spreadsheet.

    A row is as long as the header, or longer where it holds more cells than the header names.
    """

    header: tuple[str, ...]
    rows: Iterator[tuple[int, tuple[str, ...]]]


def table_of(content: bytes, kind: str = "list") -> Table:
    """The list, of a `kind` of file that may be kept; columns that our own result file added are left out.

    Refused: as files.checked, list.wrong_kind, list.empty, list.too_many_columns, list.same_header; while its rows are read
    list.too_many_rows, list.wrong_kind.
    """
    lines = READERS.get(files.checked(content, kind=kind), csv_lines)(content)
    filled = ((number, line) for number, given in enumerate(lines, 1) if any(line := tuple(map(cell, given))))
    header, first = next(filled, (0, ()))[1], next(filled, None)
    if first is None:
        raise Refused("list.empty", field="file")
    header = header_of(header)
    left_out = len(ADDED["ms"]) if header[-len(ADDED["ms"]):] in ADDED.values() else 0
    return Table(header[:len(header) - left_out], rows_of(chain([first], filled), len(header), left_out))


def header_of(line: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the columns. Refused: list.too_many_columns, list.same_header."""
    while line and not line[-1]:
        line = line[:-1]
    if len(line) > MOST_COLUMNS:
        raise Refused("list.too_many_columns", field="file", most=MOST_COLUMNS)
    named = [name.casefold() for name in line if name]
    if len(set(named)) != len(named):
        raise Refused("list.same_header", field="file", name=next(n for n in named if named.count(n) > 1))
    return line


def rows_of(lines: Iterator[tuple[int, tuple[str, ...]]], width: int, left_out: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each row under the header's names. Refused: list.too_many_rows."""
    for count, (number, line) in enumerate(lines, 1):
        if count > MOST_ROWS:
            raise Refused("list.too_many_rows", field="file", most=MOST_ROWS)
        beyond = line[width:width + MOST_COLUMNS] if any(line[width:]) else ()
        yield number, (line[:width] + ("",) * (width - len(line)))[:width - left_out] + beyond


def csv_lines(content: bytes) -> Iterator[list[str]]:
    """Rows of a CSV in UTF-8 or UTF-16 (or, from older spreadsheets, Windows' Western code), whatever separates its cells."""
    encoding = encoding_of(content)
    first = next((line for line in io.TextIOWrapper(io.BytesIO(content), encoding, errors="replace") if line.strip()), "")
    mark = max(",;\t|", key=first.count)
    try:
        yield from csv.reader(io.TextIOWrapper(io.BytesIO(content), encoding, errors="replace", newline=""), delimiter=mark)
    except csv.Error as broken:
        raise Refused("list.wrong_kind", field="file") from broken


def encoding_of(content: bytes) -> str:
    """How a text is written."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def xlsx_lines(content: bytes) -> Iterator[tuple[str, ...]]:
    """Rows of the first sheet, cells as text."""
    try:
        frame = fastexcel.read_excel(rebuilt(content)).load_sheet(0, header_row=None, dtypes="string", n_rows=MOST_ROWS + 2).to_polars()
    except (fastexcel.FastExcelError, zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as broken:
        raise Refused("list.wrong_kind", field="file") from broken
    for row in frame.iter_rows():
        yield tuple("" if value is None else str(value) for value in row)


def parquet_lines(content: bytes) -> Iterator[tuple[str, ...]]:
    """The names of the columns, then the rows, cells as text."""
    try:
        frame = pl.scan_parquet(io.BytesIO(content)).head(MOST_ROWS + 1).select(pl.all().cast(pl.String, strict=False)).collect()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as broken:
        raise Refused("list.wrong_kind", field="file") from broken
    yield tuple(frame.columns)
    for row in frame.iter_rows():
        yield tuple("" if value is None else str(value) for value in row)


READERS: dict[str, Callable[[bytes], Iterator[Sequence[str]]]] = {"xlsx": xlsx_lines, "parquet": parquet_lines}


def rebuilt(content: bytes) -> bytes:
    """The parts of a workbook that are read, each cut at the length its table of contents gives: an archive that lies unfolds no further."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as kept:
        for part in given.infolist():
            if READ_PARTS.fullmatch(part.filename):
                kept.writestr(part.filename, given.read(part))
    return out.getvalue()


def cell(value: str) -> str:
    """A cell as it was meant: no time at midnight, no '.0' of a whole number, sen with two places, no quote put before a formula.

    One longer than any value keeps a letter more than MOST_CELL, so that whoever reads the row can name it.
    """
    text = " ".join(value[:MOST_CELL * 20].split())[:MOST_CELL + 1]
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
    out = io.BytesIO()
    text = io.TextIOWrapper(out, "utf-8-sig", newline="")
    csv.writer(text).writerows([safe_cell(value) for value in row] for row in rows)
    text.flush()
    return out.getvalue()
