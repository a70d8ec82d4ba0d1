"""The one spoken sentence of an answer, and amounts as they are said, in Malay and English."""

from __future__ import annotations

from sinergi.core.money import money_words
from sinergi.core.rules.answer import Answer, BenefitLine
from sinergi.core.rules.find import OFFICER, Outcome
from sinergi.core.rules.words import value_words

LIKELY = {"ms": " Agensi perlu mengesahkannya.", "en": " The agency has to confirm it."}
YES = {"ms": "Ya. Anda layak bagi {}.", "en": "Yes. You qualify for {}."}
ASK = {"ms": "Belum diketahui. {}", "en": "Not known yet. {}"}
OPEN = {"ms": "Belum diketahui: tanya agensi.", "en": "Not known yet: ask the agency."}
JUDGE = {"ms": "Agensi yang menilai: {}.", "en": "The agency judges: {}."}
AGENCY = {"ms": "Agensi yang menilai. Syarat tidak diterbitkan.", "en": "The agency judges. No criteria are published."}
NO_FIGURE = {"ms": "Tidak dapat dikira: angka bagi {} tidak ditemui.", "en": "Cannot be computed: no figure was found for {}."}
NOT_IN_FORCE = {"ms": "Program ini tidak berkuat kuasa pada {}.", "en": "This programme is not in force on {}."}


def judged(answer: Answer, lang: str) -> str:
    """What the agency judges: the first thing an officer finds, in its own sentence where there is one; or that no criteria are published."""
    found = zip(answer.finding.bound.criteria, answer.finding.values, strict=True)
    judge = next((criterion for (criterion, _), value in found if value == OFFICER), None)
    if judge is None:
        return AGENCY[lang]
    if judge.no is not None:
        return answer.speaker.fill(judge.no)[lang]
    return JUDGE[lang].format(answer.speaker.fill(judge.text)[lang].rstrip("."))


def sentence(answer: Answer, lang: str) -> str:
    """The one spoken sentence of an answer, in 'ms' or 'en'."""
    if answer.outcome is Outcome.ENTITLED:
        text = answer.speaker.fill(answer.of.yes)[lang] if answer.of.yes else YES[lang].format(answer.of.name[lang])
    elif answer.outcome is Outcome.NOT_ENTITLED:
        failed = answer.finding.bound.criteria[answer.finding.values.index(False)][0]
        text = answer.speaker.fill(failed.no or failed.text)[lang]
    elif answer.outcome is Outcome.UNKNOWN:
        return ASK[lang].format(answer.question(answer.need[0])[lang]) if answer.need else OPEN[lang]
    elif answer.outcome is Outcome.HUMAN_REVIEW:
        text = judged(answer, lang)
    elif answer.outcome is Outcome.CANNOT_BE_COMPUTED:
        names = [answer.law.parameters[p].title[lang] for p in answer.missing if p in answer.law.parameters]
        return NO_FIGURE[lang].format(", ".join(names)) if names else OPEN[lang]
    else:
        return NOT_IN_FORCE[lang].format(value_words("date", answer.finding.day or answer.situation.as_of, lang))
    return text + (LIKELY[lang] if answer.likely else "")


def amount_words(line: BenefitLine, lang: str) -> str:
    """'RM250 sebulan', 'RM41.33 sehari, 12 hari: RM495.96', 'RM3,160, RM1,975 (2 bulan): RM5,135', what is given in kind, or that it is not known."""
    if line.by_month:
        known = [sen for sen in line.by_month if sen is not None]
        said = ", ".join(UNKNOWN_AMOUNT[lang] if sen is None else money_words(sen) for sen in line.by_month)
        whole = f": {money_words(sum(known))}" if len(known) == len(line.by_month) else ""
        return f"{said} ({len(line.by_month)} {PERIODS[line.pay][lang]}){whole}"
    if line.sen is None:
        return line.in_kind[lang] if line.in_kind else UNKNOWN_AMOUNT[lang]
    several = f", {line.months} {PERIODS[line.pay][lang]}: {money_words(line.sen * line.months)}" if line.months else ""
    return f"{money_words(line.sen)} {PAY[line.pay][lang]}{several}"


UNKNOWN_AMOUNT = {"ms": "jumlah belum diketahui", "en": "amount not known"}
PERIODS = {
    "once": {"ms": "kali", "en": "times"},
    "daily": {"ms": "hari", "en": "days"},
    "monthly": {"ms": "bulan", "en": "months"},
    "yearly": {"ms": "tahun", "en": "years"},
}
PAY = {
    "once": {"ms": "sekali", "en": "once"},
    "daily": {"ms": "sehari", "en": "a day"},
    "monthly": {"ms": "sebulan", "en": "a month"},
    "yearly": {"ms": "setahun", "en": "a year"},
}
