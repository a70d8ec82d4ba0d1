"""docs/reference/submission.md: the one form in which people come in, from the lists that the program itself reads by."""
from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sinergi.cli.house_reference import MADE, table
from sinergi.core.rules import Law
from sinergi.registry.codes import DISTRICTS, IDENTIFIER_KINDS, LANGUAGES, NEEDS, RELATIONS, SEXES, STATES
from sinergi.registry.submission.columns import SYNONYMS, fields
from sinergi.registry.submission.fields import ADDRESS_FIELDS, PERSON_FIELDS
from sinergi.registry.submission.people import RELATION_WORDS, SEX_WORDS
from sinergi.registry.submission.reading import MOST_MEMBERS

EXAMPLE: dict[str, Any] = {
    "person": {"name": "Norazlina binti Hamzah", "mykad": "891214-17-5078", "phone": "019-000 0110", "facts": {"income": "RM 600.00"}, "held": []},
    "members": [{"name": "Aisyah binti Faizal", "relation": "anak", "birth_date": "3/4/2015", "sex": "P"}],
    "address": {"lines": "12 Jalan Mawar", "postcode": "70100", "district": "Seremban", "state": "Negeri Sembilan"},
    "household": {"ekasih": "poor"}, "needs": ["food", "schooling"], "held_known": False, "language": "ms"}
WRITTEN = {
    "name": "as on the document; never reordered",
    "relation": "a code of the list below, or its word in Malay or English; the person registered is the head",
    "country": "two letters; for a passport that is not Malaysian",
    "no_document": "`true`: he has none",
    "birth_date": "`23/11/1989`, `1989-11-23`, `23 Nov 1989`",
    "sex": "`male` or `female`, L or P",
    "phone": "as dialled in Malaysia, or with +",
    "email": "an address",
    "lines": "street and number",
    "postcode": "five digits",
    "district": "of the state's list",
    "state": "a code or name; without it, that of the postcode",
    "safe": "`true`: address and phone are hidden from all but named people"}
MORE = [
    ("facts", "facts of the person by name, as in [facts.md](facts.md); money `RM 1,500.00` or `1500`, yes and no as `true`, `ya`, `false`, `tidak`"),
    ("held", "what he receives: `[{programme, agency, need, from, to, amount}]`; `[]` = nothing; left out = not known"),
    ("person_id", "a person found by search, instead of a name and numbers")]
PARTS = [
    ("person", "who is registered; must be there"),
    ("members", f"everybody else of the household, at most {MOST_MEMBERS}"),
    ("address", "where the household lives"),
    ("household", "facts of the household by name, as in [facts.md](facts.md)"), ("needs", "codes of the list below"),
    ("held_known", "`true`: whoever has no `held` receives nothing"), ("language", "the language to write to him in"),
    ("on", "the day it was said; left out: the day it is read")]
START = f"""# A household as sent

{MADE}
The intake page, a partner's list, `POST /api/v1/submissions` and the demo people all send this. It is kept as received, then read: either every
part is understood, or every wrong field is named with its mend. What is left out or empty is not known, and not known is never no.

"""


def submission_md(law: Law) -> str:
    """The page."""
    parts = [START, "```json\n", json.dumps(EXAMPLE, ensure_ascii=False, indent=1), "\n```\n\n", named_table("part", PARTS),
             "\n## A person (`person` and each of `members`)\n\n", fields_table(PERSON_FIELDS), "\n", named_table("also", MORE),
             "\n## The address\n\n", fields_table(ADDRESS_FIELDS), "\n## Lists of codes\n"]
    for title, codes, words in (("Needs", NEEDS, {}), ("Relations", RELATIONS, RELATION_WORDS), ("Sexes", SEXES, SEX_WORDS),
                                ("Numbers", IDENTIFIER_KINDS, {}), ("Languages", LANGUAGES, {})):
        parts.append(f"\n### {title}\n\n{codes_table(codes, words)}")
    states = [(f"`{code}`", state.name, ", ".join(DISTRICTS[code].values())) for code, state in STATES.items()]
    parts += ["\n### States and their districts\n\n", table(("code", "state", "districts"), list(states)),
              "\n## Columns of a list\n\nA CSV or XLSX with one person a row. These headings are understood in any capitals; any other is mapped by"
              " hand once and remembered for the agency.\n\n", columns_table(law)]
    return "".join(parts)


def named_table(heading: str, rows: list[tuple[str, str]]) -> str:
    """Names with what they are."""
    return table((heading, "is"), [(f"`{name}`", says) for name, says in rows])


def fields_table(of: Mapping[str, Mapping[str, str]]) -> str:
    """Fields with their labels and how they are written."""
    rows = [(f"`{name}`", words["en"], words["ms"], WRITTEN.get(name, "the number, with or without marks")) for name, words in of.items()]
    return table(("field", "English", "Bahasa Melayu", "written as"), list(rows))


def codes_table(codes: Mapping[str, Mapping[str, str]], spoken: Mapping[str, str]) -> str:
    """Codes with their words, and what else is understood as each."""
    def also(code: str) -> str:
        return ", ".join(word for word, means in spoken.items() if means == code and word != code)

    rows = [(f"`{code}`", words["en"], words["ms"], *([also(code)] if spoken else [])) for code, words in codes.items()]
    return table(("code", "English", "Bahasa Melayu", *(["also understood"] if spoken else [])), list(rows))


def columns_table(law: Law) -> str:
    """What a column may mean, and the headings that are understood by themselves."""
    return table(("field", "means", "headings"), [(f"`{field}`", f"{words['en']} / {words['ms']}", ", ".join(SYNONYMS.get(field, ())) or "by hand")
                                                  for field, words in fields(law).items()])
