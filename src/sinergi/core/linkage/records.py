"""What somebody wrote about a person -> what is compared: one frame of features, for one record at a counter or a million of a list.

A number is stripped to digits, its birth date and sex fill what is not said (they are derived, so they are not scored a second time);
phones are their last nine digits, addresses their telling words. What cannot be read is not known, never a fault.
"""
from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import polars as pl

from sinergi.core.identity import MISREAD
from sinergi.core.linkage.names import parse
from sinergi.core.linkage.spelling import fold, skeleton
from sinergi.core.linkage.words import WEAK

SURNAME, MARKED = 2, 1
ADDRESS_WORDS = ("JLN", "JL", "JALAN", "TMN", "TAMAN", "KG", "KPG", "KAMPUNG", "LT", "LOT", "BLK", "BLOK", "APT", "PANGSA", "PANGSAPURI", "NO", "LRG",
                 "LORONG")
Shape = dict[str, pl.DataType | type[pl.DataType]]
WRITTEN: Shape = {
    "name": pl.String, "number": pl.String, "document": pl.String, "birth_date": pl.Date, "birth_year": pl.Int32, "sex": pl.String,
    "phones": pl.List(pl.String), "address": pl.String, "postcode": pl.String}
OF_NAME: Shape = {
    "canon": pl.UInt64, "own": pl.List(pl.String), "father": pl.List(pl.String), "marker": pl.Int8, "initials": pl.UInt32, "given": pl.UInt64,
    "folds": pl.UInt64, "skeletons": pl.UInt64, "name_sex": pl.Int8}


@dataclass(frozen=True)
class Record:
    """A person as somebody wrote him down. Empty: not said. `number`: twelve digits or what was meant as such; `document`: kind:country:value."""

    name: str = ""
    number: str = ""
    document: str = ""
    birth_date: dt.date | None = None
    birth_year: int | None = None
    sex: str = ""
    phones: tuple[str, ...] = ()
    address: str = ""
    postcode: str = ""


def mark(*parts: str) -> int:
    """A stable hash of words, the same in every process and version; 0 means nothing."""
    return int.from_bytes(blake2b("|".join(parts).encode(), digest_size=8).digest(), "little") if any(parts) else 0


def written(records: Iterable[Record]) -> pl.DataFrame:
    """Records as a frame with the columns WRITTEN."""
    rows = list(records)
    columns = {name: [getattr(r, name) or None for r in rows] for name in WRITTEN}
    columns["phones"] = [list(r.phones) for r in rows]
    return pl.DataFrame(columns, schema=WRITTEN)


def features(frame: pl.DataFrame, on: dt.date) -> pl.DataFrame:
    """Columns WRITTEN (those that are missing are not known) -> what is compared, row by row in the same order. `on` settles the century."""
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in WRITTEN.items() if name not in frame.columns]
    whole = frame.with_columns(*missing)
    return pl.concat([of_names(whole["name"]), of_numbers(whole, on), of_places(whole)], how="horizontal").with_columns(
        sex=pl.coalesce(pl.col("said_sex"), pl.col("number_sex"), pl.col("name_sex"), pl.lit(0)).cast(pl.Int8)
    ).drop("said_sex", "number_sex", "name_sex")


def of_names(names: pl.Series) -> pl.DataFrame:
    """The columns OF_NAME: each distinct name is parsed once."""
    distinct = names.unique().drop_nulls()
    parsed = list(zip(*map(name_features, distinct), strict=True)) or [()] * len(OF_NAME)
    table = pl.DataFrame([distinct.alias("name"), *(pl.Series(n, v, dtype=t) for (n, t), v in zip(OF_NAME.items(), parsed, strict=True))])
    return pl.DataFrame({"name": names}).join(table, on="name", how="left", maintain_order="left").drop("name")


def name_features(name: str) -> tuple[int, list[str], list[str], int, int, int, int, int, int | None]:
    """One name -> the columns OF_NAME."""
    read = parse(name)
    extra = list(dict.fromkeys(t for alias in read.aliases for t in alias if t not in read.own and t not in read.father))
    words = [*read.own, *read.father, *extra]
    own, father, more = ([fold(t) for t in part] for part in (read.own, read.father, extra))
    strong = [fold(t) for t in read.own if t not in WEAK] or own
    every = [*own, *father, *more]
    skeletons = sorted({skeleton(t) for t in words if t not in WEAK} or {skeleton(t) for t in words})
    kind = SURNAME if read.marker == "SUR" else MARKED if read.marker else 0
    sex = {"BIN": 1, "AL": 1, "BINTI": 2, "AP": 2}.get(read.marker)
    return (mark(*words), [*own, *more], father, kind, initials(read.initials), mark("g", strong[0]) if strong else 0,
            mark("f", *sorted(every)) if every else 0, mark("s", *skeletons) if skeletons else 0, sex)


def initials(letters: Sequence[str]) -> int:
    """Single letters of a name as a set of bits, folded as words are (Y reads as I)."""
    return sum({1 << (ord(fold(letter)[0]) - ord("A")) for letter in letters if "A" <= fold(letter)[0] <= "Z"})


def of_numbers(frame: pl.DataFrame, on: dt.date) -> pl.DataFrame:
    """number, digits (how many), born (yyyymmdd), year, document, and the sexes said and derived."""
    mended = pl.col("number").str.to_uppercase().str.replace_many(*map(list, zip(*((chr(a), chr(b)) for a, b in pairs_misread()), strict=True)))
    plain = frame.select("document", "birth_date", "birth_year", "sex", x=mended.str.replace_all(r"[^0-9]", ""))
    usable = plain.with_columns(x=pl.when(pl.col("x").str.len_chars().is_between(1, 18)).then("x"))
    card = pl.when(pl.col("x").str.len_chars() == 12).then("x")
    odd = card.str.slice(11).cast(pl.Int8) % 2 == 1
    rows = usable.with_columns(derived=born_by(card, on), number_sex=pl.when(odd).then(1).when(card.is_not_null()).then(2))
    day = pl.coalesce("birth_date", "derived")
    said = pl.col("sex").str.to_lowercase().str.slice(0, 1)
    return rows.select(
        number=pl.col("x").cast(pl.Int64).fill_null(0),
        digits=pl.col("x").str.len_chars().cast(pl.Int8).fill_null(0),
        whole=pl.col("derived").is_not_null(),
        born=(day.dt.year() * 10000 + day.dt.month().cast(pl.Int32) * 100 + day.dt.day()).fill_null(0).cast(pl.Int32),
        year=pl.coalesce(day.dt.year(), "birth_year").fill_null(0).cast(pl.Int16),
        document=pl.col("document").map_elements(mark, return_dtype=pl.UInt64).fill_null(0),
        said_sex=pl.when(said == "m").then(1).when(said == "f").then(2).cast(pl.Int8),
        number_sex=pl.col("number_sex").cast(pl.Int8),
    )


def pairs_misread() -> list[tuple[int, int]]:
    """(letter, digit it is misread for)."""
    return [(int(a), int(b)) for a, b in MISREAD.items()]


def born_by(card: pl.Expr, on: dt.date) -> pl.Expr:
    """The birth date that twelve digits tell, as core.identity.birth_of reads it: nobody is born after `on`."""
    digits = card.str.slice(0, 6)
    late = (pl.lit("20") + digits).str.to_date("%Y%m%d", strict=False)
    early = (pl.lit("19") + digits).str.to_date("%Y%m%d", strict=False)
    return pl.when((card.str.slice(8, 1).cast(pl.Int8) < 5) & (late <= on)).then(late).otherwise(pl.when(early <= on).then(early))


def of_places(frame: pl.DataFrame) -> pl.DataFrame:
    """phones (two, last nine digits), words (telling words of the address, sorted), postcode."""
    nine = pl.element().str.replace_all(r"[^0-9]", "").str.strip_prefix("60")
    words = pl.col("address").str.to_uppercase().str.extract_all(r"[A-Z]+|[0-9]+").list.set_difference(pl.lit(list(ADDRESS_WORDS)))
    return frame.select(
        phones=pl.col("phones").list.eval(pl.when(nine.str.len_chars() >= 9).then(nine.str.slice(-9)).cast(pl.Int64)).list.drop_nulls(),
        words=words.list.sort(),
        postcode=pl.col("postcode").str.slice(0, 5).cast(pl.Int32, strict=False).fill_null(0),
    )
