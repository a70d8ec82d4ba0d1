"""Which column of a list means what: names in Malay or English are guessed, a person confirms once, the agency's choice is remembered."""
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sinergi.core.rules import Law

from ..codes import Words
from .fields import FORMAT, nest

SYNONYMS: dict[str, tuple[str, ...]] = {
    "person.name": ("nama", "nama penuh", "nama pemohon", "nama penerima", "name", "full name", "nama ketua isi rumah"),
    "person.mykad": ("no kp", "no. kp", "nokp", "kad pengenalan", "no kad pengenalan", "ic", "ic no", "no ic", "mykad", "nric", "identity number"),
    "person.passport": ("pasport", "no pasport", "passport", "passport no"),
    "person.country": ("negara", "negara pasport", "country"),
    "person.unhcr": ("unhcr", "kad unhcr", "no unhcr"),
    "person.birth_date": ("tarikh lahir", "tkh lahir", "dob", "date of birth", "birth date"),
    "person.sex": ("jantina", "sex", "gender"),
    "person.phone": ("telefon", "no telefon", "no tel", "tel", "hp", "no hp", "telefon bimbit", "phone", "phone no", "mobile"),
    "person.email": ("emel", "e-mel", "email", "e-mail"),
    "address.lines": ("alamat", "address", "alamat rumah"),
    "address.postcode": ("poskod", "postcode", "postal code"),
    "address.district": ("daerah", "district"),
    "address.state": ("negeri", "state"),
    "needs": ("keperluan", "needs", "jenis bantuan"),
    "person.facts.income": ("pendapatan", "gaji", "pendapatan bulanan", "income", "wage", "salary"),
    "person.facts.citizenship": ("warganegara", "kewarganegaraan", "citizenship"),
    "person.facts.marital": ("status perkahwinan", "taraf perkahwinan", "marital status"),
    "person.facts.work": ("pekerjaan", "status pekerjaan", "work", "employment"),
    "person.facts.oku_card": ("oku", "kad oku", "disability card"),
    "household.ekasih": ("ekasih", "status ekasih"),
}
FACTS = ("income", "citizenship", "marital", "work", "oku_card")
WHOLE_ROW = Words(ms="seluruh baris", en="the whole row")
LEFT_OUT = frozenset({"person.relation", "person.no_document", "address.safe", "held_known"})


def plain(name: str) -> str:
    """A column's name for comparing: small letters, no marks."""
    return re.sub(r"[^a-z0-9]+", " ", name.casefold()).strip()


BY_NAME = {plain(name): field for field, names in SYNONYMS.items() for name in names}


def fields(law: Law) -> dict[str, Words]:
    """What a column may mean: field -> its words."""
    found: dict[str, Words] = {name: words for name, words in FORMAT.items() if name not in LEFT_OUT}
    asked = [(f"person.facts.{name}", name) for name in FACTS] + [("household.ekasih", "ekasih")]
    return found | {field: Words(ms=ask["ms"], en=ask["en"]) for field, name in asked if name in law.facts and (ask := law.facts[name].ask)}


def guess(header: Sequence[str]) -> dict[str, str]:
    """Column number (as text, as JSON keeps it) -> field, each field once."""
    taken: set[str] = set()
    found = {}
    for i, name in enumerate(header):
        field = BY_NAME.get(plain(name), "")
        if field and field not in taken:
            taken.add(field)
            found[str(i)] = field
    return found


def header_key(header: Sequence[str]) -> str:
    """The same columns have the same key, whatever their capitals and marks."""
    return hashlib.sha256("|".join(map(plain, header)).encode()).hexdigest()


def body_of(line: Sequence[str], columns: Mapping[str, str], on: str) -> dict[str, Any]:
    """A row as a submission's body."""
    flat: dict[str, Any] = {}
    for number, field in columns.items():
        value = line[int(number)] if int(number) < len(line) else ""
        flat[field] = with_zeros(value) if field == "person.mykad" else value
    return nest(flat) | {"on": on}


def with_zeros(number: str) -> str:
    """A MyKad whose leading zeros a spreadsheet ate gets them back, if it then begins with a month and a day; else it is left to be named."""
    if not (number.isascii() and number.isdigit() and 9 <= len(number) < 12):
        return number
    whole = number.zfill(12)
    return whole if "01" <= whole[2:4] <= "12" and "01" <= whole[4:6] <= "31" else number


def column_of(field: str, columns: Mapping[str, str], header: Sequence[str], language: str) -> str:
    """The name of the column a fault's field came from; where none did, what the field is called, or that the whole row is meant."""
    number = next((n for n, mapped in columns.items() if mapped == field), None)
    if number is not None and int(number) < len(header):
        return header[int(number)] or str(int(number) + 1)
    words = FORMAT.get(field, WHOLE_ROW)
    return words["en"] if language == "en" else words["ms"]
