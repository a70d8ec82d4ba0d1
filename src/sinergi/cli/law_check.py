"""law check: every fault of the law files at once, with its place, and every example of every programme run through the judge."""

from __future__ import annotations

import argparse
import pathlib
import sys
from collections.abc import Sequence

import yaml

from sinergi.core.rules import Fault, Law, assemble
from sinergi.core.rules.examples import check_example
from sinergi.kernel.law_files import law_paths, read_document

EPILOG = """types of parameters: int money rate date bool text, one of [a, b], a fact with fixed values (state), list of <type>,
table(<key>[, <key>] -> <type>). A key is one cell: int, state, one of [..]; or two, [over, up to], closed at the top, null = open:
band int, band money, band date. Rows: [1, RM 5.00], [johor, urban, "RM 2,705.00"], [null, "RM 2,500.00", 0, 2, RM 700.00].
A parameter meant for some only: rows with for: {fact: value}. Facts: the same types, and months (read by months(...)), amounts (month: money; read by
mean(record[6 before day])), code. A fact through time: [{from: 2026-01-01, to: …, value: poor}]; 'fact at day' reads it."""


def documents_of(folder: pathlib.Path) -> tuple[dict[str, object], list[Fault]]:
    """Every file that can be read, and a fault for every one that cannot."""
    documents: dict[str, object] = {}
    faults = []
    for path in law_paths(folder):
        name = path.relative_to(folder).as_posix()
        try:
            documents[name] = read_document(path)
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError) as fault:
            faults.append(Fault(name, "YAML", " ".join(str(fault).split())))
    return documents, faults


def wrong_examples(law: Law, only: str) -> tuple[list[str], int, int]:
    """Lines about examples that do not hold, how many ran, how many did not hold."""
    lines, ran, bad = [], 0, 0
    for programme in law.programmes.values():
        if not programme.id.startswith(only):
            continue
        if len(programme.examples) < 4 and programme.versions[0].criteria:
            lines.append(f"{programme.file}: examples: {len(programme.examples)} of at least 4")
        for example in programme.examples:
            ran += 1
            if wrong := check_example(law, programme, example):
                bad += 1
                lines += [f"{programme.file}: example {example.get('case', '?')!r}: {w}" for w in wrong]
    return lines, ran, bad


def long_sentences(law: Law, only: str) -> list[str]:
    """Spoken sentences of more than twenty words."""
    lines = []
    for programme in law.programmes.values():
        for version in programme.versions if programme.id.startswith(only) else ():
            for criterion in version.criteria:
                for lang, text in (criterion.no or {}).items():
                    if len(text.split()) > 20:
                        lines.append(
                            f"{programme.file}: {criterion.id}.no.{lang}: {len(text.split())} words, more than 20 cannot be spoken at a counter"
                        )
    return lines


def parser() -> argparse.ArgumentParser:
    """The arguments of the command."""
    made = argparse.ArgumentParser("law check", description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("folder", nargs="?", default="law", type=pathlib.Path, help="the law folder (default: law)")
    made.add_argument("--only", default="", metavar="PREFIX", help="faults and examples of programmes that begin so: jkm, or jkm.bwe")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Print faults, examples that do not hold, and a summary; 0 only if there is none of either, 2 if there is no such folder."""
    asked = parser().parse_args(arguments)
    if not asked.folder.is_dir():
        print(f"no folder {asked.folder}", file=sys.stderr)
        return 2
    documents, faults = documents_of(asked.folder)
    law, more = assemble(documents)
    prefix = "programmes/" + asked.only.replace(".", "/", 1)
    faults = [f for f in faults + more if not f.file.startswith("programmes/") or f.file.startswith(prefix)]
    lines, ran, bad = wrong_examples(law, asked.only)
    lines = [*map(str, faults), *lines, *long_sentences(law, asked.only)]
    print("\n".join(lines), end="\n" if lines else "")
    print(
        f"{len(law.programmes)} programmes, {len(law.parameters)} parameters, {len(law.facts)} facts; {len(faults)} faults; "
        f"{ran} examples, {bad} do not hold"
    )
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
