"""Codes of a decision that are no criterion of the programme, in the words a person reads (design: no agency publishes such a list); the number
of an application as people read it out."""
from uuid import UUID

REASONS: dict[str, dict[str, str]] = {
    "papers_missing": {"ms": "Dokumen yang diminta tidak diterima", "en": "The documents asked for were not received"},
    "no_answer": {"ms": "Tiada jawapan kepada soalan agensi", "en": "The agency's question was not answered"},
    "facts_differ": {"ms": "Maklumat yang disemak berbeza daripada yang dihantar", "en": "The facts found on checking differ from those sent"},
    "held_elsewhere": {"ms": "Keperluan ini sudah dibantu", "en": "This need is helped already"},
    "no_funds": {"ms": "Peruntukan tahun ini sudah habis", "en": "The funds of the year are spent"},
    "no_place": {"ms": "Tiada tempat buat masa ini", "en": "There is no place now"},
    "officer_found": {"ms": "Dapatan pegawai selepas lawatan atau temu bual", "en": "What an officer found at a visit or interview"},
    "not_wanted": {"ms": "Orang itu tidak mahu lagi", "en": "The person no longer wants it"},
}


def number_of(application_id: UUID) -> str:
    """The number of an application in messages and letters: the first eight signs of its id."""
    return str(application_id)[:8].upper()
