"""The codes of case work in words, and its days. All of it is design of this platform: no published source gives finer states than three."""

from typing import Any

Words = dict[str, dict[str, str]]


def listed(*rows: tuple[str, str, str]) -> Words:
    """Rows of (code, Malay, English)."""
    return {code: {"ms": ms, "en": en} for code, ms, en in rows}


STEPS = listed(
    ("screen", "Saring dan tunjukkan lembaran", "Screen and show the sheet"),
    ("refer", "Rujuk kepada agensi yang boleh membantu", "Refer to an agency that can help"),
    ("await_referral", "Tunggu jawapan rujukan", "Await the answer to the referral"),
    ("await_decision", "Tunggu keputusan permohonan", "Await the decision"),
    ("serve", "Beri bantuan", "Give the help"),
    ("ask_person", "Tunggu jawapan orang itu", "Await the person’s own answer"),
    ("call_person", "Hubungi orang itu", "Call the person"),
    ("refer_on", "Rujuk kepada agensi berikutnya", "Refer to the next agency"),
)
CLOSED_AS = listed(
    ("confirmed", "Selesai, kata orang itu sendiri", "Solved, the person says"),
    ("unreachable", "Tidak dapat dihubungi", "Could not be reached"),
    ("forgotten", "Data dipadam atas permintaan", "Erased at own request"),
)
DECLINES = listed(
    ("full", "Tiada tempat sekarang", "No place now"),
    ("area", "Di luar kawasan", "Outside the area"),
    ("not_entitled", "Tidak layak di sini", "Not entitled here"),
    ("no_service", "Tiada perkhidmatan ini", "No such service"),
    ("unreachable", "Tidak dapat dihubungi", "Could not be reached"),
    ("helped", "Sudah dibantu", "Helped already"),
    ("other", "Sebab lain", "Another reason"),
)
CHANNELS = listed(
    ("sms", "SMS", "Text message"),
    ("email", "E-mel", "E-mail"),
    ("letter", "Surat", "Letter"),
    ("phone", "Telefon", "Phone"),
    ("counter", "Kaunter", "Counter"),
    ("visit", "Lawatan", "Visit"),
    ("link", "Pautan", "Link"),
)
FAIR_ATTEMPTS, TRIES = 2, 2
DAYS: dict[str, list[dict[str, Any]]] = {
    "first_step": [{"from": "2020-01-01", "days": 7}],
    "answer": [{"from": "2020-01-01", "days": 30}],
    "remind": [{"from": "2020-01-01", "days": 10}],
    "decision": [{"from": "2020-01-01", "days": 30}],
    "ask_again": [{"from": "2020-01-01", "days": 7}],
    "link": [{"from": "2020-01-01", "days": 30}],
    "reopened": [{"from": "2020-01-01", "days": 2}],
    "refer_on": [{"from": "2020-01-01", "days": 3}],
    "follow": [{"from": "2020-01-01", "days": 30}],
}
