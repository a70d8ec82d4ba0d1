"""The letter of a decision, in both languages, as tagged PDF."""
from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from registry_stage import ON

from sinergi.assistance import queries
from sinergi.kernel.acting import acting
from sinergi.web.letters import decision_letter


@pytest.mark.parametrize("language", ["ms", "en"])
def test_the_letter_says_why_by_which_law_and_how_to_appeal(stage, language):
    decision = stage.decide(stage.apply(), reasons=("no_funds", "had_kifayah"), text="Peruntukan habis <b>#let x = 1</b>")
    with acting(stage.pbns, purpose="decide"):
        view = queries.letter_of(decision.pk)
    assert [words[language].split(":")[0] for words, _ in view.reasons] == {
        "ms": ["Peruntukan tahun ini sudah habis", "Tidak dipenuhi"], "en": ["The funds of the year are spent", "Not met"]}[language]
    assert "{" not in str([words[language] for words, _ in view.reasons])
    pdf = decision_letter(view, language, [{"label": "Jumlah", "value": "RM300"}])
    assert pdf.startswith(b"%PDF-1.7") and b"/StructTreeRoot" in pdf and b"pdfuaid" in pdf
    assert decision_letter(replace(view, appeal_by_on=ON + dt.timedelta(30)), language, []).startswith(b"%PDF")
