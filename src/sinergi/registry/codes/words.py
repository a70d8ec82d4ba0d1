"""Lists that forms offer and pages show, each code with its words."""

Words = dict[str, str]
"""A text in both languages: {"ms": …, "en": …}."""


def listed(*rows: tuple[str, str, str]) -> dict[str, Words]:
    """(code, Malay, English) … -> the list."""
    return {code: {"ms": ms, "en": en} for code, ms, en in rows}


NEEDS = listed(
    ("food", "Makanan", "Food"), ("rent", "Sewa rumah", "Rent"), ("medical", "Rawatan perubatan", "Medical treatment"),
    ("funeral", "Pengurusan jenazah", "Funeral"), ("schooling", "Persekolahan", "Schooling"), ("debt", "Hutang", "Debt"),
    ("work", "Pekerjaan", "Work"), ("disaster", "Bencana", "Disaster"), ("cash", "Wang tunai", "Cash"),
    ("care", "Penjagaan", "Care"), ("business", "Perniagaan", "Business"),
    ("rights", "Hak dan aduan", "Rights and complaints"), ("cover", "Perlindungan sosial", "Social protection cover"))
RELATIONS = listed(
    ("head", "Ketua isi rumah", "Head of household"), ("spouse", "Suami atau isteri", "Husband or wife"), ("child", "Anak", "Child"),
    ("parent", "Ibu atau bapa", "Parent"), ("sibling", "Adik-beradik", "Brother or sister"), ("grandparent", "Datuk atau nenek", "Grandparent"),
    ("grandchild", "Cucu", "Grandchild"), ("foster_child", "Anak angkat", "Foster child"), ("other", "Lain-lain", "Other"))
SEXES = listed(("male", "Lelaki", "Male"), ("female", "Perempuan", "Female"))
LANGUAGES = listed(("ms", "Bahasa Melayu", "Malay"), ("en", "Bahasa Inggeris", "English"))
IDENTIFIER_KINDS = listed(
    ("mykad", "MyKad atau MyKid", "MyKad or MyKid"), ("mypr", "MyPR", "MyPR"), ("mykas", "MyKAS", "MyKAS"), ("passport", "Pasport", "Passport"),
    ("unhcr", "Kad UNHCR", "UNHCR card"), ("army", "Kad tentera", "Army card"), ("police", "Kad polis", "Police card"),
    ("old_card", "Kad pengenalan lama", "Old identity card"), ("birth_certificate", "Sijil lahir", "Birth certificate"))
STANDINGS = listed(("yet_to_be_helped", "Belum dibantu", "Yet to be helped"), ("being_helped", "Sedang dibantu", "Being helped"),
                   ("helped", "Telah dibantu", "Helped"))
HOW_GIVEN = listed(("signed", "Tandatangan", "Signed"), ("thumb_print", "Cap ibu jari", "Thumb print"),
                   ("spoken_with_witness", "Lisan, dengan saksi", "Spoken, with a witness"))
REQUEST_KINDS = listed(
    ("access", "Mahu melihat data saya", "See my data"), ("correct", "Betulkan data saya", "Correct my data"),
    ("object", "Membantah penggunaan data saya", "Object to the use of my data"), ("erase", "Padam data saya", "Erase my data"),
    ("portability", "Bawa data saya ke tempat lain", "Take my data elsewhere"))
SAID_BY = listed(
    ("self", "Orang itu sendiri", "The person"), ("household_member", "Ahli isi rumah", "A household member"), ("guardian", "Penjaga", "A guardian"),
    ("officer", "Pegawai", "An officer"), ("agency", "Rekod agensi", "An agency's record"), ("neighbour", "Jiran", "A neighbour"))
EVIDENCE_WORDS = listed(("declared", "Pengakuan", "Declared"), ("document_seen", "Dokumen dilihat", "Document seen"),
                        ("agency_record", "Rekod agensi", "Agency record"))
