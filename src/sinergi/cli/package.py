"""The package of a household as lines of text: in which order to apply, what it adds up to, what is given up and by which rule."""

from __future__ import annotations

from sinergi.core import overlap
from sinergi.core.money import money_words
from sinergi.core.time import date_words

WORDS = {
    "ms": {
        "head": "PAKEJ TERBAIK YANG SAH: {} dalam {} bulan",
        "sure": "pasti {}, jika disahkan {}",
        "from": "dari {}",
        "to": "hingga {}",
        "month": "sebulan",
        "once": "sekali",
        "confirm": "(perlu disahkan)",
        "months": "Setiap bulan: {}",
        "out": "DITINGGALKAN",
        "silent": "undang-undang tidak menyebutnya",
        "instead": "sebaliknya: {}",
        "ways": "CARA LAIN",
        "loans": "PINJAMAN, tidak dijumlahkan",
        "read": "Perlu disahkan: {}",
        "none": "Tiada program yang boleh dipohon sekarang.",
        "price": "bernilai {}",
        "beside": "Boleh bersama, jumlah tidak diterbitkan: {}",
        "open": "MENUNGGU JAWAPAN, tidak dijumlahkan",
        "adds": "{}: ya akan menambah sekurang-kurangnya {}",
    },
    "en": {
        "head": "BEST LAWFUL PACKAGE: {} in {} months",
        "sure": "certain {}, if confirmed {}",
        "from": "from {}",
        "to": "until {}",
        "month": "a month",
        "once": "once",
        "confirm": "(to be confirmed)",
        "months": "Month by month: {}",
        "out": "LEFT OUT",
        "silent": "the law is silent",
        "instead": "instead: {}",
        "ways": "OTHER WAYS",
        "loans": "LOANS, not added up",
        "read": "To be confirmed: {}",
        "none": "There is no programme to apply for now.",
        "price": "worth {}",
        "beside": "May stand beside these, sum not published: {}",
        "open": "WAITING FOR AN ANSWER, not added up",
        "adds": "{}: a yes would add at least {}",
    },
}


def printed(found: overlap.Package, names: tuple[str, ...], lang: str) -> list[str]:
    """The whole package as lines."""
    words = WORDS[lang]
    if not found.steps:
        return ["", words["none"]]
    lines = [
        "",
        words["head"].format(money_words(found.total_sen), len(found.month_totals)),
        "  " + words["sure"].format(money_words(found.certain_sen), money_words(found.if_confirmed_sen)),
    ]
    paid = [step for step in found.steps if any(step.sen_by_month)]
    lines += [f"  {i}. {step_line(step, names, lang)}" for i, step in enumerate(paid, 1)]
    unpaid = dict.fromkeys(step.offer.name[lang] for step in found.steps if not any(step.sen_by_month))
    lines += ["  " + words["beside"].format(", ".join(unpaid))] if unpaid else []
    lines.append("  " + words["months"].format(", ".join(map(money_words, found.month_totals))))
    lines += ["  " + words["read"].format(reading[lang]) for reading in found.readings]
    if found.alternatives:
        lines += ["", words["ways"], *(f"  {way.name[lang]}: {money_words(way.total_sen)}. {way.why[lang]}" for way in found.alternatives)]
    opened = [one for one in found.unknown if one.adds_sen]
    if opened:
        lines += ["", words["open"], *(f"  {words['adds'].format(name_of(u.offer, names, lang), money_words(u.adds_sen or 0))}" for u in opened)]
    if found.rejected:
        lines += ["", words["out"], *(f"  {rejected_line(one, names, lang)}" for one in found.rejected)]
    if found.loans:
        lines += ["", words["loans"], *(f"  {name_of(loan, names, lang)}" for loan in found.loans)]
    return lines


def name_of(offer: overlap.Offer, names: tuple[str, ...], lang: str) -> str:
    """A programme, and for whom where there are several."""
    return offer.name[lang] + (f" ({names[offer.subject]})" if offer.subject is not None and len(names) > 1 else "")


def step_line(step: overlap.Step, names: tuple[str, ...], lang: str) -> str:
    """One programme with its days and sums."""
    words, offer = WORDS[lang], step.offer
    sums = [f"{money_words(offer.month_sen)} {words['month']}"] if offer.month_sen else []
    sums += [f"{money_words(offer.once_sen)} {words['once']}"] if offer.once_sen else []
    days = words["from"].format(date_words(step.start, lang)) + (f" {words['to'].format(date_words(step.end, lang))}" if step.end else "")
    flag = "" if offer.certain else f" {words['confirm']}"
    return f"{name_of(offer, names, lang)}: {', '.join(sums)}, {days}{flag}"


def rejected_line(one: overlap.Rejected, names: tuple[str, ...], lang: str) -> str:
    """What is left out, by which rule, and what is taken instead."""
    words = WORDS[lang]
    cite = one.rule.rule.cite if one.rule.rule else words["silent"]
    price = f", {words['price'].format(money_words(one.price_sen))}" if one.price_sen else ""
    better = f" {words['instead'].format(', '.join(name_of(o, names, lang) for o in one.better))}." if one.better else ""
    return f"{name_of(one.offer, names, lang)}{price}: {one.rule.text[lang]} [{cite}]{better}"
