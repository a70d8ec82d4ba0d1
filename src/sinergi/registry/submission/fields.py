"""Flat names of the format, for forms and for columns of a list: 'members.0.birth_date'. And their labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..codes import IDENTIFIER_KINDS, Words

PERSON_FIELDS: dict[str, Words] = {
    "name": {"ms": "Nama", "en": "Name"},
    "relation": {"ms": "Hubungan dengan ketua isi rumah", "en": "Relation to the head"},
    **IDENTIFIER_KINDS,
    "country": {"ms": "Negara pasport (2 huruf)", "en": "Country of the passport (2 letters)"},
    "no_document": {"ms": "Tiada dokumen", "en": "No document"},
    "birth_date": {"ms": "Tarikh lahir", "en": "Date of birth"},
    "sex": {"ms": "Jantina", "en": "Sex"},
    "phone": {"ms": "Telefon", "en": "Phone"},
    "email": {"ms": "E-mel", "en": "E-mail"},
}
ADDRESS_FIELDS: dict[str, Words] = {
    "lines": {"ms": "Alamat", "en": "Address"},
    "postcode": {"ms": "Poskod", "en": "Postcode"},
    "district": {"ms": "Daerah", "en": "District"},
    "state": {"ms": "Negeri", "en": "State"},
    "safe": {"ms": "Sembunyikan alamat dan telefon", "en": "Hide address and phone"},
}
FORMAT: dict[str, Words] = {
    **{f"person.{name}": words for name, words in PERSON_FIELDS.items()},
    **{f"address.{name}": words for name, words in ADDRESS_FIELDS.items()},
    "needs": {"ms": "Keperluan", "en": "Needs"},
    "held_known": {"ms": "Bantuan yang disebut adalah semuanya", "en": "The aid named is all there is"},
    "language": {"ms": "Bahasa", "en": "Language"},
}


def nest(flat: Mapping[str, Any]) -> dict[str, Any]:
    """{'person.name': 'Ali', 'members.2.name': 'Abu'} -> {person: {name: Ali}, members: [None, None, {name: Abu}]}; empty values left out.

    Positions stay, so that a fault names the field as the form does.
    """
    root: dict[str, Any] = {}
    for path, value in flat.items():
        if value not in ("", None, [], {}):
            place(root, path.split("."), value)
    return {key: listed(value) for key, value in root.items()}


def place(root: dict[str, Any], parts: list[str], value: Any) -> None:
    """Put a value at its path."""
    for part in parts[:-1]:
        root = root.setdefault(part, {})
    root[parts[-1]] = value


def listed(value: Any) -> Any:
    """Mappings whose keys are all numbers (below 200) become lists."""
    if not isinstance(value, dict):
        return value
    inner = {key: listed(item) for key, item in value.items()}
    if inner and all(key.isdigit() and int(key) < 200 for key in inner):
        return [inner.get(str(i)) for i in range(max(map(int, inner)) + 1)]
    return inner
