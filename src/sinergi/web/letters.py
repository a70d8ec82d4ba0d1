"""Letters as tagged PDF (PDF/UA), typeset by typst from templates in web/letters. Data travels as JSON, never as markup."""
import json
from datetime import date
from pathlib import Path
from typing import Any

import typst

from sinergi.assistance.queries import LetterView
from sinergi.core.time import date_words

HERE = Path(__file__).parent / "letters"


def letter(template: str, data: dict[str, Any]) -> bytes:
    """A template with its data as PDF."""
    given = {"data": json.dumps(data, ensure_ascii=False, default=str)}
    return bytes(typst.compile(str(HERE / template), sys_inputs=given, pdf_standards=["ua-1"]))


def sheet_letter(context: dict[str, Any], language: str, on: date) -> bytes:
    """The sheet of web/sheet.py as a letter in `ms` or `en`."""
    groups = [{"id": group, "title": title, "rows": [
        {"name": row.name, "agency": row.agency, "names": row.names, "sentence": row.sentence, "law": row.law, "likely": row.likely,
         "amounts": [a["words"] for a in row.amounts], "documents": row.missing, "next_step": row.next_step, "office": row.place}
        for row in rows]} for group, title, rows in context["groups"] if rows]
    return letter("sheet.typ", {
        "language": language, "name": context["client"], "identity": context["person"]["identity"], "on": date_words(on, language),
        "groups": groups, "papers": context["papers"], "version": context["version"]})


OUTCOMES = {"approve": {"ms": "diluluskan", "en": "approved"}, "refuse": {"ms": "tidak diluluskan", "en": "not approved"}}


def decision_letter(view: LetterView, language: str, terms: list[dict[str, str]]) -> bytes:
    """The letter of a decision in `ms` or `en`; `terms`: what is given, as rows of {label, value} in that language."""
    return letter("decision.typ", {
        "language": language, "number": view.number, "name": view.name or "–", "identity": view.identity, "agency": view.agency[language],
        "programme": view.programme[language], "outcome": OUTCOMES[view.outcome][language], "refused": view.outcome == "refuse",
        "on": date_words(view.decided_on, language), "applied": date_words(view.applied_on, language), "text": view.text,
        "given": [f"{row['label']}: {row['value']}" for row in terms],
        "reasons": [{"words": words[language], "cite": cite} for words, cite in view.reasons], "basis": view.basis[language],
        "appeal": view.appeal[language], "appeal_cite": view.appeal_cite,
        "appeal_by": date_words(view.appeal_by_on, language) if view.appeal_by_on else view.deadline[language], "version": view.law_version[:12]})
