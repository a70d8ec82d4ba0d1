"""Pages of docs/reference that are generated from the law: the facts that a household file may give."""

from __future__ import annotations

import pathlib
import sys

from sinergi.core import rules
from sinergi.core.rules.tree import walk
from sinergi.core.rules.words import value_words
from sinergi.kernel.law_files import read_documents

ROOT = pathlib.Path(__file__).resolve().parents[3]
HEADINGS = {
    "person": "Facts of each member",
    "event": "Facts of an event (of the member it happened to)",
    "records": "Records (of a member)",
    "household": "Facts of the household",
    "derived": "Computed, never given",
}
START = """# Facts

Generated from `law/vocabulary/` by `python -m sinergi.cli.reference`; do not edit. Every fact that `./sinergi screen FILE.yaml`, the API and the
counter take: {given} that are given, {derived} that are computed.

A household file: `as_of` (a day), `household` (its facts), `members` (a list: `name`, facts, `held`). What is left out is not known, and not known
is never no. The first member with `relation: head` speaks for the household.

| type | written as |
|---|---|
| bool | `true` or `false` |
| int | `3` |
| money | `RM 1,236.00`; inside `{{ }}` an amount with a comma needs quotes |
| rate | `1.25%` |
| date | `2026-11-23` or `23/11/2026` |
| one of | one of the words listed |
| months | `[2024-06..2026-10, 2026-12]` |
| amounts | `{{2026-05..2026-10: RM 4000.00}}` |
| held | `[{{programme: jkm.bwe, from: 2026-01-01, to: 2026-12-31}}]`; `[]` = holds nothing; a benefit outside the catalogue is `other` |

A fact that changed is written with its dates: `ekasih: [{{from: 2026-01-01, to: 2026-06-30, value: poor}}, {{from: 2026-07-01, value: none}}]`.
Told without dates, it is taken to have been so until the day of the assessment.
"""


def readers_of(law: rules.Law) -> dict[str, list[str]]:
    """Fact -> programmes whose rules, benefits or event read it."""
    found: dict[str, dict[str, None]] = {}
    for programme in law.programmes.values():
        trees = [t for v in programme.versions for c in v.criteria for t in (c.tree, c.only_when)]
        trees += [t for v in programme.versions for b in v.benefits for t in (b.when, b.amount, b.months)]
        names = {node.value for tree in trees if tree is not None for node in walk(tree) if node.op == "fact"}
        for name in names | ({programme.event} - {"as_of"}):
            found.setdefault(name, {})[programme.id] = None
    return {name: list(programmes) for name, programmes in found.items()}


def type_words(fact: rules.Fact) -> str:
    """The type, with its bounds."""
    text = f"one of {fact.kind[5:].replace(',', ', ')}" if fact.kind.startswith("enum:") else fact.kind
    bounds = [
        f"{word} {value_words(fact.kind, bound, 'en')}" for word, bound in (("from", fact.least), ("to", fact.most)) if bound is not None
    ]
    if fact.not_after_as_of:
        bounds.append("not after the day of the assessment")
    return ", ".join([text, *bounds])


def facts_md(law: rules.Law) -> str:
    """docs/reference/facts.md: every fact with type, question and the programmes that read it, by group."""
    readers = readers_of(law)
    given = [f for f in law.facts.values() if f.tree is None]
    lines = [START.format(given=len(given), derived=len(law.facts) - len(given))]
    for group, heading in HEADINGS.items():
        facts = [f for f in law.facts.values() if f.group == group]
        if not facts:
            continue
        lines += [f"## {heading}", ""]
        lines += (
            ["| fact | type | from |", "|---|---|---|"]
            if group == "derived"
            else ["| fact | type | question | read by |", "|---|---|---|---|"]
        )
        lines += [fact_row(fact, readers.get(fact.name, [])) for fact in facts]
        lines.append("")
    return "\n".join(lines)


def fact_row(fact: rules.Fact, readers: list[str]) -> str:
    """One row of a table."""
    if fact.tree is not None:
        return f"| `{fact.name}` | {type_words(fact)} | `{str(fact.more['from']).replace('|', chr(92) + '|')}` |"
    asked = f"{fact.ask['en']} / {fact.ask['ms']}" if fact.ask else "recorded, not asked"
    marks = " (sensitive)" if fact.sensitive else ""
    if condition := fact.more.get("only_if"):
        marks += f" (only if `{condition}`)"
    return f"| `{fact.name}` | {type_words(fact)} | {asked}{marks} | {', '.join(readers) or 'no programme yet'} |"


def main() -> int:
    """Write the generated pages."""
    target = ROOT / "docs/reference/facts.md"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(facts_md(rules.build(read_documents(ROOT / "law"))), encoding="utf-8")
    print(f"wrote {target.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
