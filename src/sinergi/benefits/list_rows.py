"""A row of an award list -> what it says: whose number, which programme and need, from when to when, how much and how it is paid."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sinergi.core import rules
from sinergi.core.identity import read_day
from sinergi.core.money import sen_of_text
from sinergi.kernel.errors import sentences
from sinergi.registry.codes import NEEDS, Words
from sinergi.registry.submission.columns import plain, with_zeros

FIELDS: dict[str, Words] = {
    "number": {"ms": "No. kad pengenalan", "en": "Identity number"},
    "name": {"ms": "Nama (untuk semakan)", "en": "Name (to compare)"},
    "programme": {"ms": "Program (id atau nama)", "en": "Programme (id or name)"},
    "need": {"ms": "Keperluan", "en": "Need"},
    "from": {"ms": "Mula", "en": "From"},
    "to": {"ms": "Hingga", "en": "To"},
    "amount": {"ms": "Jumlah (RM)", "en": "Amount (RM)"},
    "pay": {"ms": "Cara bayaran", "en": "How it is paid"},
    "reference": {"ms": "Nombor rujukan agensi", "en": "The agency’s reference"},
}
SYNONYMS = {
    "number": ("no kp", "no. kp", "no kad pengenalan", "kad pengenalan", "mykad", "ic", "nric", "identity number", "number"),
    "name": ("nama", "nama penerima", "name"),
    "programme": ("program", "programme", "bantuan", "skim"),
    "need": ("keperluan", "need", "jenis"),
    "from": ("mula", "tarikh mula", "dari", "from", "start"),
    "to": ("hingga", "tamat", "tarikh tamat", "to", "until", "end"),
    "amount": ("jumlah", "amaun", "rm", "amount"),
    "pay": ("cara bayaran", "kekerapan", "pay", "frequency"),
    "reference": ("rujukan", "no rujukan", "reference", "ref"),
}
BY_NAME = {plain(name): field for field, names in SYNONYMS.items() for name in names}
PAYS = {
    "sekali": "once",
    "once": "once",
    "harian": "daily",
    "daily": "daily",
    "bulanan": "monthly",
    "sebulan": "monthly",
    "monthly": "monthly",
    "tahunan": "yearly",
    "setahun": "yearly",
    "yearly": "yearly",
    "barangan": "in_kind",
    "in kind": "in_kind",
}
NEEDED = ("number", "programme", "from")
MOST_SEN = 10**12  # what a column of the entitlement holds


class RowFaults(Exception):
    """The row cannot be read; `errors` names every wrong cell."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(str(errors))
        self.errors = errors


def guess(header: Sequence[str]) -> dict[str, str]:
    """Column number -> field, each field once, by the names of the columns."""
    found: dict[str, str] = {}
    for i, name in enumerate(header):
        field = BY_NAME.get(plain(name), "")
        if field and field not in found.values():
            found[str(i)] = field
    return found


def error(field: str, code: str, value: str = "", **facts: Any) -> dict[str, Any]:
    """A wrong cell with its mend in both languages."""
    return {"field": field, "code": code, "value": value[:80], "words": {lang: text.format(**facts) for lang, text in sentences()[code].items()}}


class Reader:
    """Reads rows of one agency under one law. Programmes are known by id, by their part of it, and by name in either language."""

    def __init__(self, law: rules.Law, agency: str, columns: Mapping[str, str], on: dt.date) -> None:
        self.law, self.columns, self.on = law, columns, on
        self.programmes = {
            plain(word): p
            for p in law.programmes.values()
            if p.agency == agency
            for word in (p.id, p.id.partition(".")[2], p.name["ms"], p.name["en"])
        }
        self.needs = {plain(word): code for code, words in NEEDS.items() for word in (code, *words.values())}

    def read(self, cells: Sequence[str]) -> dict[str, Any]:
        """{number, name, programme, need, from, to, sen, pay, reference}. Raises RowFaults."""
        given = {field: cells[int(n)] if int(n) < len(cells) else "" for n, field in self.columns.items()}
        errors: list[dict[str, Any]] = []
        found: dict[str, Any] = {"name": given.get("name", ""), "reference": given.get("reference", "")[:60]}
        for field, work in (
            ("number", self.number),
            ("programme", self.programme),
            ("from", self.day),
            ("to", self.day),
            ("amount", self.amount),
            ("pay", self.pay),
        ):
            try:
                found[field] = work(field, given.get(field, ""))
            except RowFaults as faults:
                errors += faults.errors
        if not errors:
            errors += self.together(found, given)
        if errors:
            raise RowFaults(errors)
        found["sen"] = found.pop("amount")
        return found

    def number(self, field: str, text: str) -> str:
        """The digits or letters of a number, zeros put back that a spreadsheet ate."""
        bare = with_zeros("".join(c for c in text.upper() if c.isalnum()))
        if len(bare) < 5:
            raise RowFaults([error(field, "award_row.number", text)])
        return bare

    def programme(self, field: str, text: str) -> str:
        """The programme's id."""
        found = self.programmes.get(plain(text))
        if found is None:
            known = ", ".join(sorted({p.id for p in self.programmes.values()}))
            raise RowFaults([error(field, "award_row.programme", text, known=known)])
        return found.id

    def day(self, field: str, text: str) -> str | None:
        """A day as ISO text; nothing where it may be left out."""
        if not text and field == "to":
            return None
        try:
            return read_day(text, on=self.on).isoformat()
        except ValueError as wrong:
            raise RowFaults([error(field, "award_row.day", text)]) from wrong

    def amount(self, field: str, text: str) -> int | None:
        """Sen; nothing where nothing is given."""
        if not text:
            return None
        try:
            sen = sen_of_text(text)
        except ValueError as wrong:
            raise RowFaults([error(field, "award_row.amount", text)]) from wrong
        if not 0 < sen < MOST_SEN:
            raise RowFaults([error(field, "award_row.amount", text)])
        return sen

    def pay(self, field: str, text: str) -> str:
        """How it is paid; nothing is monthly where there is a column that says nothing."""
        found = PAYS.get(plain(text)) if text else ""
        if found is None:
            raise RowFaults([error(field, "award_row.pay", text)])
        return found

    def together(self, found: dict[str, Any], given: Mapping[str, str]) -> list[dict[str, Any]]:
        """What the cells say together: a need of the programme, days in order, a sum only where money is given."""
        of = self.law.programmes[found["programme"]]
        need = self.needs.get(plain(given.get("need", ""))) if given.get("need") else of.needs[0]
        errors = [] if need in of.needs else [error("need", "award_row.need", given.get("need", ""), needs=", ".join(of.needs))]
        found["need"], found["pay"] = need, found["pay"] or ("monthly" if found["amount"] else "in_kind")
        if found["pay"] == "once" and found["to"] is None:
            found["to"] = found["from"]
        if found["to"] is not None and found["to"] < found["from"]:
            errors.append(error("to", "award_row.days", given.get("to", "")))
        if found["pay"] == "in_kind" and found["amount"]:
            errors.append(error("pay", "award_row.in_kind", given.get("pay", "")))
        if not of.in_force_on(dt.date.fromisoformat(found["from"])):
            errors.append(error("from", "award_row.not_in_force", given.get("from", "")))
        return errors


def ringgit(sen: int | None) -> Decimal | None:
    """Sen as the ringgit of a column."""
    return None if sen is None else Decimal(sen) / 100
