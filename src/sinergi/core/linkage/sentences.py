"""What each level says, in Malay and English; numbers for the curious, words first."""
from __future__ import annotations

Words = dict[str, str]


def said(*pairs: tuple[str, str]) -> tuple[Words, ...]:
    """(Malay, English) of levels 1, 2, …; level 0 says that it is not known."""
    return ({"ms": "Tidak diketahui", "en": "Not known"}, *({"ms": ms, "en": en} for ms, en in pairs))


LEVELS: dict[str, tuple[Words, ...]] = {
    "name": said(
        ("Nama sama, dan jarang", "Same name, and a rare one"),
        ("Nama sama, agak jarang", "Same name, fairly rare"),
        ("Nama sama, biasa", "Same name, a common one"),
        ("Semua kata nama yang membezakan sama, dan jarang", "All telling words of the name agree, and they are rare"),
        ("Semua kata nama yang membezakan sama, agak jarang", "All telling words of the name agree, fairly rare"),
        ("Semua kata nama yang membezakan sama", "All telling words of the name agree"),
        ("Nama sama, tetapi dipakai ramai", "The names agree, but many bear them"),
        ("Satu kata nama berbeza; yang lain jarang", "One word of the name differs; the others are rare"),
        ("Satu kata nama berbeza", "One word of the name differs"),
        ("Nama berbeza, dengan kata jarang yang sama", "The names differ, with rare words in common"),
        ("Nama berbeza, dengan sedikit persamaan", "The names differ, with a little in common"),
        ("Nama tiada persamaan", "The names share no part"),
    ),
    "father": said(
        ("Nama bapa atau keluarga sama", "Same father's name or surname"),
        ("Nama bapa atau keluarga sebahagian sama", "Father's name or surname agrees in part"),
        ("Nama bapa atau keluarga berbeza", "Another father's name or surname"),
        ("Nama sendiri dan nama bapa bertukar tempat (anak dan bapa?)", "Own and father's name are swapped (a son and his father?)"),
    ),
    "identity": said(
        ("Nombor pengenalan sama", "Same identity number"),
        ("Nombor pengenalan beza satu digit tarikh atau tempat", "The number differs in one digit of date or place"),
        ("Nombor pengenalan beza satu digit siri (mungkin kembar)", "The number differs in one digit of the serial (perhaps a twin)"),
        ("Nombor beza dua digit, tarikh lahir sama", "The number differs in two digits, same birth date"),
        ("Nombor beza dua digit", "The number differs in two digits"),
        ("Nombor lain, tarikh lahir sama", "Another number, same birth date"),
        ("Nombor lain dan tarikh lahir lain", "Another number and another birth date"),
        ("Tarikh lahir sama", "Same birth date"),
        ("Tarikh lahir beza satu bahagian", "The birth date differs in one part"),
        ("Tarikh lahir berbeza", "Another birth date"),
        ("Dokumen sama", "Same document"),
        ("Tahun lahir sama", "Same year of birth"),
    ),
    "sex": said(
        ("Jantina sama", "Same sex"),
        ("Jantina berbeza", "Another sex"),
    ),
    "phone": said(
        ("Nombor telefon sama", "Same phone number"),
        ("Nombor telefon beza satu digit", "The phone number differs in one digit"),
        ("Nombor telefon berbeza", "Another phone number"),
    ),
    "address": said(
        ("Alamat sama", "Same address"),
        ("Alamat hampir sama", "Nearly the same address"),
        ("Poskod sama", "Same postcode"),
        ("Kawasan sama", "Same area"),
        ("Alamat lain", "Another address"),
    ),
}
STRENGTH: tuple[tuple[float, Words], ...] = (
    (7.0, {"ms": "sangat menyokong", "en": "strongly for"}),
    (2.0, {"ms": "menyokong", "en": "for"}),
    (0.5, {"ms": "sedikit menyokong", "en": "slightly for"}),
    (-0.5, {"ms": "tidak memberi kesan", "en": "says little"}),
    (-2.0, {"ms": "sedikit menentang", "en": "slightly against"}),
    (-7.0, {"ms": "menentang", "en": "against"}),
    (float("-inf"), {"ms": "sangat menentang", "en": "strongly against"}),
)
