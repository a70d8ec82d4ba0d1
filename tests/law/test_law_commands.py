"""The commands that need no database: the sheet of a household file, the check of the law files, the generated page of facts."""

from __future__ import annotations

import json
import pathlib
import shutil
import subprocess
import sys

import pytest
import yaml

from sinergi.cli import law_check, package, reference, screen
from sinergi.core import rules
from sinergi.kernel.law_files import read_document, read_documents, read_text

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "tests/core/law_sample"
HOUSEHOLDS = sorted((ROOT / "examples").glob("*.yaml"))


@pytest.mark.parametrize("lang", ["ms", "en"])
@pytest.mark.parametrize("path", HOUSEHOLDS, ids=lambda p: p.stem)
def test_every_household_of_the_examples_is_screened(path, lang, capsys):
    assert screen.main([str(path), "--lang", lang]) == 0
    shown = capsys.readouterr().out
    assert all(f"{screen.WORDS[lang][group]} (" in shown for group in screen.GROUPS)
    assert "{" not in shown


def test_json_holds_everything_and_is_the_same_each_time(capsys):
    arguments = [str(ROOT / "examples/household.yaml"), "--json", "--as-of", "23/11/2026"]
    assert (screen.main(arguments), screen.main(arguments)) == (0, 0)
    one, again = (json.loads(part) for part in capsys.readouterr().out.strip().replace("\n}\n{", "\n}\x00{").split("\x00"))
    assert one == again
    found = next(a for a in one["answers"] if a["programme"] == "jkm.bwe")
    assert {"outcome", "reasons", "need", "benefits", "rests_on"} <= found.keys()
    assert isinstance(found["benefits"][0]["sen"], int)


@pytest.mark.parametrize(
    ("text", "lang", "says"),
    [
        (None, "en", "There is no file"),
        ("a: [", "ms", "bukan YAML yang betul"),
        ("- 1", "en", "A household file holds household and members."),
        ("a: 1\na: 2", "en", "the key 'a' is written twice"),
        ("as_of: soon\nmembers: [{}]", "ms", "'soon' bukan tarikh"),
        ("members: []", "ms", "Senaraikan sekurang-kurangnya seorang ahli"),
        ("as_of: 2026-02-31\nmembers: [{}]", "en", "is not correct YAML"),
        ("members: [{name: Ali, state: perak}]", "en", "Ali: state = perak\n      This is a fact of the household"),
        ("household: {ekasih: x}\nmembers: [{}]", "ms", "isi rumah: ekasih = x\n      Pilih satu: none, poor, hardcore."),
    ],
)
def test_bad_input_is_told_with_its_mend_and_code_two(text, lang, says, tmp_path, capsys):
    path = tmp_path / "household.yaml"
    if text is not None:
        path.write_text(text)
    assert screen.main([str(path), "--lang", lang]) == 2
    told = capsys.readouterr()
    assert says in told.err
    assert told.out == ""


def test_a_file_that_is_no_text_and_a_law_at_fault(tmp_path, capsys):
    path = tmp_path / "household.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    assert screen.main([str(path), "--lang", "en"]) == 2
    assert "cannot be read as text" in capsys.readouterr().err
    law = shutil.copytree(SAMPLE, tmp_path / "law")
    (law / "parameters/x.yaml").write_text("x: {}")
    path.write_text("members: [{}]")
    assert screen.main([str(path), "--law", str(law), "--lang", "en"]) == 2
    assert "run ./sinergi law check" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_ends_it_quietly():
    command = [sys.executable, "-m", "sinergi.cli.screen", str(ROOT / "examples/family.yaml"), "--json"]
    with subprocess.Popen(command, cwd=ROOT / "src", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait() == 0


def test_members_with_the_same_answer_stand_in_one_row(tmp_path, capsys):
    path = tmp_path / "household.yaml"
    path.write_text("members: [{name: Ali, works: false}, {name: Siti, works: false}, {name: Tan, lost_job: true}]")
    assert screen.main([str(path), "--law", str(SAMPLE), "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "Ali, Siti" in shown
    assert "As of" in shown


def test_the_law_of_this_checkout_has_no_fault(capsys):
    assert law_check.main([str(ROOT / "law")]) == 0
    assert ", 0 do not hold" in capsys.readouterr().out


def test_every_fault_is_printed_with_its_place_and_hides_no_other(tmp_path, capsys):
    law = shutil.copytree(SAMPLE, tmp_path / "law")
    (law / "parameters/x.yaml").write_text("a: 1\na: 2")
    path = law / "programmes/mof/grant.yaml"
    text = path.read_text().replace("aid.open = true", "aid.opn = true").replace('en: "Late."', f'en: "{"late " * 21}"')
    path.write_text(text.replace("outcome: unknown", "outcome: entitled"))
    path = law / "programmes/jkm/aid.yaml"
    path.write_text(path.read_text().replace("state in aid.states", "state in aid.stats"))
    assert law_check.main([str(law)]) == 1
    shown = capsys.readouterr().out
    assert "parameters/x.yaml: YAML: the key 'a' is written twice" in shown
    assert "criteria[0] (open).when: unknown name 'aid.opn': did you mean 'aid.open'?\n    aid.opn = true" in shown
    assert "criteria[1] (place).when: unknown name 'aid.stats'" in shown
    assert "example 'the day of the flood is not known': expected entitled, found unknown" in shown
    assert "soon.no.en: 21 words" in shown
    assert law_check.main([str(law), "--only", "perkeso"]) == 1
    assert "aid.opn" not in capsys.readouterr().out


def test_too_few_examples_are_told(tmp_path, capsys):
    law = shutil.copytree(SAMPLE, tmp_path / "law")
    path = law / "programmes/mof/grant.yaml"
    path.write_text(path.read_text().partition("- case: too late")[0])
    assert law_check.main([str(law)]) == 1
    assert "programmes/mof/grant.yaml: examples: 1 of at least 4" in capsys.readouterr().out


def test_a_folder_that_is_not_there(tmp_path, capsys):
    assert law_check.main([str(tmp_path / "none")]) == 2
    assert "no folder" in capsys.readouterr().err


def test_words_that_yaml_would_turn_into_yes_and_no_stay_words():
    assert read_text("no: {ms: Tidak}\nyes: on\nflag: true", "x") == {"no": {"ms": "Tidak"}, "yes": "on", "flag": True}


def test_a_fault_of_yaml_says_its_file_and_line(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("{income: RM 1,500.00, debt: RM 2,500.00}")
    with pytest.raises(yaml.YAMLError, match="an amount with a comma needs quotes") as found:
        read_document(path)
    assert "x.yaml" in str(found.value)


def test_a_key_of_a_merge_may_be_written_again():
    assert read_text("a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}", "x") == {"a": {"x": 1, "y": 2}, "b": {"x": 3, "y": 2}}


def test_the_page_of_facts_lists_every_fact_with_its_question_and_readers():
    page = reference.facts_md(rules.build(read_documents(SAMPLE)))
    assert "| `income` | money, from RM0, to RM1,000,000 | Income? / Pendapatan? | jkm.aid |" in page
    row = "| `loss_date` | date, not after the day of the assessment | Day the job was lost? / Tarikh hilang kerja? (only if `lost_job`)"
    assert f"{row} | perkeso.jobless |" in page
    assert "| `paid` | months | recorded, not asked | perkeso.jobless |" in page
    assert "| `debt` | money | Debt? / Hutang? | no programme yet |" in page
    assert "| `hh_income` | money | `sum(members.income)` |" in page


def test_the_page_of_facts_is_fresh():
    assert (ROOT / "docs/reference/facts.md").read_text() == reference.facts_md(rules.build(read_documents(ROOT / "law")))


def test_the_command_writes_the_page(tmp_path, monkeypatch, capsys):
    shutil.copytree(SAMPLE, tmp_path / "law")
    monkeypatch.setattr(reference, "ROOT", tmp_path)
    assert reference.main() == 0
    assert (tmp_path / "docs/reference/facts.md").read_text().startswith("# Facts")
    assert "wrote docs/reference/facts.md" in capsys.readouterr().out


@pytest.mark.parametrize("lang", ["ms", "en"])
@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_household_of_the_examples_has_a_package(path, lang, capsys):
    assert screen.main([str(path), "--lang", lang, "--package"]) == 0
    shown = capsys.readouterr().out
    assert any(word in shown for word in ("PAKEJ TERBAIK", "BEST LAWFUL", package.WORDS[lang]["none"]))


def test_the_package_as_json_adds_up(capsys):
    assert screen.main([str(ROOT / "examples/widow.yaml"), "--json", "--package"]) == 0
    found = json.loads(capsys.readouterr().out)["package"]
    assert sum(found["month_totals"]) == found["total_sen"] == sum(sum(step["sen_by_month"]) for step in found["steps"])
