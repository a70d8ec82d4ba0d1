"""The law itself: every programme is there and complete in both languages, and every example holds by both readers."""

from __future__ import annotations

import pathlib
import re
from functools import cache

import pytest

from sinergi.core import rules
from sinergi.core.rules.examples import check_example
from sinergi.core.rules.law import STATUSES, Criterion
from sinergi.core.rules.written import findings
from sinergi.kernel.law_files import read_documents

LAW = pathlib.Path(__file__).resolve().parents[2] / "law"
IDS = [
    "perkeso.lindung_kendiri",
    "perkeso.lindung_kendiri_matching",
    "perkeso.eis",
    "perkeso.act4_injury",
    "perkeso.act4_invalidity",
    "perkeso.lindung_kasih",
    "perkeso.sip_prihatin",
    "perkeso.sip_emp_plus",
    "perkeso.daya_kerjaya",
    "perkeso.myfuturejobs",
    "perkeso.skuad_prihatin",
    "mof.str",
    "mof.sara",
    "icu.ekasih",
    "jkm.bwe",
    "jkm.bkk",
    "jkm.btb",
    "jkm.epoku",
    "jkm.bpt",
    "jkm.ba",
    "jkm.bap",
    "jkm.gp",
    "jkm.bat",
    "nadma.bwi",
    "maiwp.sara_hidup",
    "maiwp.housing",
    "maiwp.medical",
    "maim.zakat",
    "maipk.zakat",
    "pbns.zakat",
    "akpk.dmp",
    "aim.ikhtiar",
    "tekun.niaga",
    "tekun.teman",
    "giatmara.skills",
    "mdec.erezeki",
    "jtksm.complaint",
    "mafa.membership",
    "miasa.support",
    "irm.aid",
    "ppjm.burial",
    "ppim.consumer",
    "mvm.volunteers",
]
MOST_SPOKEN_WORDS = 20
CODES = re.compile(r"\b[a-z]+_[a-z_]+\b|\bpemohon\b", re.I)


@cache
def law() -> rules.Law:
    """The law of this checkout."""
    return rules.build(read_documents(LAW))


def criteria() -> list[tuple[rules.Programme, Criterion]]:
    """Every criterion of every version."""
    return [(p, c) for p in law().programmes.values() for v in p.versions for c in v.criteria]


def test_all_programmes_are_there():
    assert sorted(law().programmes) == sorted(IDS)
    assert len(IDS) == 43


def judge(made: rules.Law, programme: rules.Programme, situation: rules.Situation, subject: int | None) -> rules.Finding:
    """The judge's finding, after checking that the written code finds the same for everybody in the household."""
    for found in findings(made, situation):
        assert found == rules.find(made, found.bound.programme, situation, found.subject)
    return rules.find(made, programme, situation, subject)


@pytest.mark.parametrize("programme", IDS)
def test_examples_hold_by_both_readers(programme):
    found = law().programmes[programme]
    wrong = [f"{example['case']}: {line}" for example in found.examples for line in check_example(law(), found, example, judge)]
    assert wrong == []


@pytest.mark.parametrize("programme", IDS)
def test_examples_show_every_kind_of_answer(programme):
    found = law().programmes[programme]
    outcomes = {str(e["expect"]["outcome"]).replace(" ", "_") for e in found.examples}
    if any(v.criteria for v in found.versions):
        assert len(found.examples) >= 4
        assert outcomes & {"entitled", "human_review"}
        assert outcomes & {"not_entitled", "not_in_force"}
        assert outcomes & {"unknown", "cannot_be_computed"} or all(c.tree is None for v in found.versions for c in v.criteria)
    else:
        assert len(found.examples) >= 2
        assert "human_review" in outcomes


def test_every_criterion_has_both_languages_a_citation_a_source_and_a_status():
    for programme, criterion in criteria():
        where = f"{programme.id} {criterion.id}"
        assert all(criterion.text[lang].strip() for lang in ("ms", "en")), where
        assert criterion.cite and criterion.source, where
        assert criterion.status in STATUSES[:-1], where


def test_refusals_can_be_spoken_at_a_counter():
    for programme, criterion in criteria():
        for lang, text in (criterion.no or {}).items():
            assert len(text.split()) <= MOST_SPOKEN_WORDS, f"{programme.id} {criterion.id} {lang}: {text}"
            assert not CODES.search(re.sub(r"\{[^}]*\}", "", text)), f"{programme.id} {criterion.id} {lang}: {text}"


def test_every_programme_says_where_its_rules_come_from_and_what_to_do_next():
    for programme in law().programmes.values():
        assert {"act", "policy", "circular"} & set(programme.legal_basis), programme.id
        assert programme.sources, programme.id
        assert programme.needs, programme.id
        for text in (programme.name, programme.purpose, programme.next_step, programme.office, *programme.documents):
            assert text["ms"].strip() and text["en"].strip(), programme.id
        assert programme.documents, programme.id


def test_every_figure_has_its_source_and_both_names():
    for parameter in law().parameters.values():
        assert parameter.title["ms"] and parameter.title["en"] and parameter.unit, parameter.name
        assert all(row.source and row.cite for row in parameter.rows), parameter.name


def test_every_fact_that_is_asked_has_a_question_in_both_languages():
    for fact in law().facts.values():
        assert fact.tree is not None or fact.recorded or (fact.ask and fact.ask["ms"] != fact.ask["en"]), fact.name
