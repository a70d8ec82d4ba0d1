"""screen FILE.yaml: the sheet of one household as a table, with no database. Words in Malay or English, or everything as JSON."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import pathlib
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from sinergi.cli import package
from sinergi.core import overlap, rules
from sinergi.core.time import date_words, parse_day
from sinergi.kernel.law_files import read_document, read_documents

LAW = pathlib.Path(__file__).resolve().parents[3] / "law"
LONGEST_VALUE, FEW = 80, 2
ZONE = ZoneInfo("Asia/Kuala_Lumpur")
GROUPS = ("yes", "ask", "judge", "no")
WORDS = {
    "ms": {
        "yes": "YA",
        "ask": "BELUM DIKETAHUI",
        "judge": "AGENSI MENILAI",
        "no": "TIDAK",
        "programme": "Program",
        "who": "Untuk",
        "amount": "Jumlah",
        "why": "Sebab",
        "household": "isi rumah",
        "everybody": "semua",
        "next": "Soalan seterusnya",
        "settles": "membantu {} program",
        "step": "Langkah",
        "office": "Pejabat",
        "bring": "Bawa",
        "as_of": "Pada {}",
        "law": "versi undang-undang {}",
        "likely": "(mungkin)",
        "no_file": "Fail {} tidak ditemui.",
        "not_text": "Fail {} tidak boleh dibaca sebagai teks.",
        "not_yaml": "Fail {} bukan YAML yang betul: {}",
        "no_day": "{!r} bukan tarikh. Tulis tarikh seperti 2026-11-23.",
        "household_file": "Fail isi rumah mesti mengandungi household dan members.",
        "of_household": "isi rumah",
        "given": "diberi",
        "law_faults": "Fail undang-undang mempunyai {} kesalahan; jalankan ./sinergi law check.",
        "mend": "{} fakta perlu dibetulkan:",
    },
    "en": {
        "yes": "YES",
        "ask": "NOT KNOWN YET",
        "judge": "THE AGENCY JUDGES",
        "no": "NO",
        "programme": "Programme",
        "who": "For",
        "amount": "Amount",
        "why": "Why",
        "household": "household",
        "everybody": "all",
        "next": "Next questions",
        "settles": "helps to settle {} programme(s)",
        "step": "Next step",
        "office": "Office",
        "bring": "Bring",
        "as_of": "As of {}",
        "law": "law version {}",
        "likely": "(likely)",
        "no_file": "There is no file {}.",
        "not_text": "The file {} cannot be read as text.",
        "not_yaml": "The file {} is not correct YAML: {}",
        "no_day": "{!r} is not a day. Write a day like 2026-11-23.",
        "household_file": "A household file holds household and members.",
        "of_household": "household",
        "given": "given",
        "law_faults": "The law files have {} faults; run ./sinergi law check.",
        "mend": "{} fact(s) to mend:",
    },
}


class Unreadable(Exception):
    """The input cannot be used; the message says why, in the language asked for."""


def parser() -> argparse.ArgumentParser:
    """The arguments of the command."""
    made = argparse.ArgumentParser("screen", description=__doc__)
    made.add_argument("file", type=pathlib.Path, help="a household: see examples/household.yaml and docs/reference/facts.md")
    made.add_argument("--as-of", metavar="DAY", help="the day of the assessment, like 2026-11-23 (default: the file's as_of, else today)")
    made.add_argument("--lang", choices=("ms", "en"), default="ms", help="language of the sheet and of messages (default: ms)")
    made.add_argument("--json", action="store_true", help="print everything as JSON: outcome, reasons, needs, amounts in sen, figures used")
    made.add_argument("--package", action="store_true", help="also the best lawful package: which together, in which order, what is given up and why")
    made.add_argument("--law", type=pathlib.Path, default=LAW, help=argparse.SUPPRESS)
    return made


def household_of(path: pathlib.Path, words: Mapping[str, str]) -> dict[str, Any]:
    """The household file as a mapping, or Unreadable."""
    try:
        found = read_document(path)
    except UnicodeDecodeError as fault:
        raise Unreadable(words["not_text"].format(path)) from fault
    except OSError as fault:
        raise Unreadable(words["no_file"].format(path)) from fault
    except (yaml.YAMLError, ValueError) as fault:
        raise Unreadable(words["not_yaml"].format(path, " ".join(str(fault).split()))) from fault
    if not isinstance(found, dict):
        raise Unreadable(words["household_file"])
    return found


def day_of(asked: str | None, written: object, words: Mapping[str, str]) -> dt.date:
    """The day of the assessment: as asked, else as the file has it, else today."""
    if asked is None and written is None:
        return dt.datetime.now(ZONE).date()
    if asked is None and isinstance(written, dt.date):
        return written
    try:
        return parse_day(asked if asked is not None else str(written))
    except ValueError as fault:
        raise Unreadable(words["no_day"].format(asked if asked is not None else str(written))) from fault


def sheet_of(asked: argparse.Namespace, words: Mapping[str, str]) -> rules.Sheet:
    """The sheet of the file, or Unreadable."""
    raw = household_of(asked.file, words)
    day = day_of(asked.as_of, raw.pop("as_of", None), words)
    try:
        law = rules.build(read_documents(asked.law))
    except rules.LawFaults as faults:
        raise Unreadable(words["law_faults"].format(len(faults.faults))) from faults
    try:
        return rules.screen(law, rules.read_situation(law, raw, day), day)
    except rules.FactFaults as faults:
        raise Unreadable(
            "\n".join([words["mend"].format(len(faults.faults)), *(fault_line(f, words, asked.lang) for f in faults.faults)])
        ) from faults


def fault_line(fault: rules.FactFault, words: Mapping[str, str], lang: str) -> str:
    """Member, fact, value, mend."""
    given = "" if fault.value is None else f" = {textwrap.shorten(str(fault.value), LONGEST_VALUE)}"
    return f"  {fault.member or words['of_household']}: {fault.fact}{given}\n      {fault.message[lang]}"


def rows_of(sheet: rules.Sheet, group: str, lang: str) -> list[tuple[str, str, str, str, rules.Answer]]:
    """(programme, for whom, amount, why, answer) of a group; members with the same sentence stand in one row."""
    found: dict[tuple[str, str, str], list[rules.Answer]] = {}
    for answer in sheet.answers:
        if answer.group == group:
            amounts = amounts_of(answer, lang) if group != "no" else ""
            found.setdefault((answer.programme, amounts, rules.sentence(answer, lang)), []).append(answer)
    names, words = sheet.situation.names, WORDS[lang]
    rows = []
    for (_, amounts, why), answers in found.items():
        subjects = [a.subject for a in answers if a.subject is not None]
        everybody = len(subjects) == len(names) > 1
        who = words["household"] if not subjects else words["everybody"] if everybody else ", ".join(names[i] for i in subjects)
        flag = f" {words['likely']}" if answers[0].likely else ""
        rows.append((answers[0].of.name[lang] + flag, who, amounts, why, answers[0]))
    return rows


def amounts_of(answer: rules.Answer, lang: str) -> str:
    """What the programme gives, each once; of a programme that is still open the first few only."""
    said = list(dict.fromkeys(rules.amount_words(b, lang) for b in answer.benefits))
    return "; ".join(said if answer.group == "yes" or len(said) <= FEW else [*said[:FEW], "…"])


def table_lines(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """One row of the table, each cell wrapped to its width."""
    wrapped = [textwrap.wrap(cell, width) or [""] for cell, width in zip(cells, widths, strict=True)]
    height = max(map(len, wrapped))
    lines = (
        "  ".join((part[i] if i < len(part) else "").ljust(width) for part, width in zip(wrapped, widths, strict=True))
        for i in range(height)
    )
    return [line.rstrip() for line in lines]


def more_lines(answer: rules.Answer, lang: str) -> list[tuple[str, str]]:
    """What to do next, where, and what to bring."""
    words = WORDS[lang]
    said = {words["step"]: answer.next_step[lang], words["office"]: answer.office[lang], words["bring"]: "; ".join(d[lang] for d in answer.documents)}
    labels: dict[str, list[str]] = {}
    for label, text in said.items():
        labels.setdefault(text, []).append(label)
    return [(", ".join(found), text) for text, found in labels.items() if text]


def printed(sheet: rules.Sheet, lang: str, width: int) -> list[str]:
    """The whole sheet as lines of text."""
    words = WORDS[lang]
    rest = max(60, width) - 8
    widths = (rest * 26 // 100, rest * 14 // 100, rest * 20 // 100, rest - rest * 26 // 100 - rest * 14 // 100 - rest * 20 // 100)
    lines = [
        f"{', '.join(sheet.situation.names)}. {words['as_of'].format(date_words(sheet.as_of, lang))}; {words['law'].format(sheet.law_version[:12])}"
    ]
    if sheet.ask:
        lines += ["", words["next"]]
        lines += [f"  {i}. {q.text[lang]}  [{words['settles'].format(len(q.programmes))}]" for i, q in enumerate(sheet.ask[:3], 1)]
    for group in GROUPS:
        rows = rows_of(sheet, group, lang)
        lines += [
            "",
            f"{words[group]} ({len(rows)})",
            *table_lines([words[k] for k in ("programme", "who", "amount", "why")], widths),
            "-" * max(60, width),
        ]
        for *cells, answer in rows:
            lines += table_lines(cells, widths)
            for label, text in more_lines(answer, lang) if group in ("yes", "judge") else []:
                lines += textwrap.wrap(f"{label}: {text}", max(60, width), initial_indent="    ", subsequent_indent="      ")
    return lines


def packed(sheet: rules.Sheet, lang: str) -> list[str]:
    """The package of the sheet as lines."""
    return package.printed(overlap.package_of(sheet.law, sheet), sheet.situation.names, lang)


def everything(sheet: rules.Sheet, with_package: bool) -> dict[str, Any]:
    """The sheet as plain JSON, with its package where it was asked for."""
    return sheet.as_json() | ({"package": overlap.package_of(sheet.law, sheet).as_json()} if with_package else {})


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the sheet; 0, or 2 with the reason on standard error where the input cannot be used."""
    asked = parser().parse_args(arguments)
    try:
        sheet = sheet_of(asked, WORDS[asked.lang])
    except Unreadable as reason:
        print(reason, file=sys.stderr)
        return 2
    width = min(shutil.get_terminal_size((120, 24)).columns, 160)
    text = json.dumps(everything(sheet, asked.package), ensure_ascii=False, indent=1) if asked.json else "\n".join(
        [*printed(sheet, asked.lang, width), *(packed(sheet, asked.lang) if asked.package else [])])
    try:
        print(text, flush=True)
    except BrokenPipeError:  # the reader, `head` for one, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
