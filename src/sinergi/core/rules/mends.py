"""What is said in both languages about a fact that cannot be used: what is wrong and how to mend it."""

from __future__ import annotations

import datetime as dt

from sinergi.core.time import date_words

SENTENCES = {
    "no_members": ("Senaraikan sekurang-kurangnya seorang ahli di bawah members.", "List at least one person under members."),
    "comma": ('Amaun dengan koma perlu tanda petik: "RM 1,500.00".', 'An amount with a comma needs quotes inside {{ }}: "RM 1,500.00".'),
    "unknown_part": (
        "Bahagian ini tidak dikenali: tulis as_of, household dan members.",
        "This part is not known: write as_of, household and members.",
    ),
    "not_facts": ("Tulis fakta sebagai nama: nilai.", "Write facts as name: value."),
    "unknown_fact": ("Fakta ini tidak dikenali.{near}", "This fact is not known.{near}"),
    "derived_fact": ("Fakta ini dikira, bukan diisi: buang baris ini.", "This fact is computed, not given: remove the line."),
    "of_household": ("Fakta ini milik isi rumah: alihkan ke bawah household.", "This is a fact of the household: move it under household."),
    "of_member": ("Fakta ini milik seorang ahli: alihkan ke bawah ahli itu.", "This is a fact of one member: move it under that member."),
    "date": ("Tulis tarikh seperti 23/11/2026 atau 2026-11-23.", "Write a date like 23/11/2026 or 2026-11-23."),
    "enum": ("Pilih satu: {options}.", "Choose one of: {options}."),
    "bool": ("Tulis true (ya) atau false (tidak).", "Write true (yes) or false (no)."),
    "int": ("Tulis nombor bulat.", "Write a whole number."),
    "money": ("Tulis jumlah seperti RM 1,236.00.", "Write an amount like RM 1,236.00."),
    "rate": ("Tulis peratus seperti 1.25%.", "Write a percentage like 1.25%."),
    "months": ("Tulis bulan seperti [2023-09..2025-04].", "Write months like [2023-09..2025-04]."),
    "amounts": ("Tulis jumlah mengikut bulan seperti {{2026-04: RM 4,000.00}}.", "Write amounts by month like {{2026-04: RM 4,000.00}}."),
    "value": ("Nilai ini tidak boleh dibaca.", "This value cannot be read."),
    "after_as_of": ("Tarikh ini selepas hari penilaian ({day_ms}).", "This date is after the day of the assessment ({day_en})."),
    "too_low": ("Nilai ini terlalu kecil: sekurang-kurangnya {least}.", "This value is too small: at least {least}."),
    "too_high": ("Nilai ini terlalu besar: paling tinggi {most}.", "This value is too large: at most {most}."),
    "held": (
        "Tulis bantuan diterima seperti [{{programme: jkm.bwe, from: 2026-01-01}}], dengan kod program yang dikenali.",
        "Write benefits held like [{{programme: jkm.bwe, from: 2026-01-01}}], with a known programme code.",
    ),
}


def said(code: str, **words: object) -> dict[str, str]:
    """The sentence of a code in both languages, with its words filled in."""
    near = words.pop("near", "")
    day = words.pop("day", None)
    days = {f"day_{lang}": date_words(day, lang) for lang in ("ms", "en")} if isinstance(day, dt.date) else {}
    hints = {"ms": f" Adakah maksud anda {near}?" if near else "", "en": f" Did you mean {near}?" if near else ""}
    return {lang: text.format(near=hints[lang], **words, **days) for lang, text in zip(("ms", "en"), SENTENCES[code], strict=True)}
