"""The generated reference: complete, the same each time, and fresh."""
from __future__ import annotations

import json
from datetime import date
from xml.etree import ElementTree

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command

from sinergi.cli import house_reference, submission_reference
from sinergi.cli.flow_drawing import drawing
from sinergi.core.rules import build
from sinergi.kernel.errors import sentences
from sinergi.kernel.flow import FLOWS
from sinergi.kernel.law_files import read_documents
from sinergi.kernel.roles import ROLES
from sinergi.registry.codes import NEEDS, RELATIONS, STATES
from sinergi.registry.submission import FORMAT, read_submission


@pytest.fixture(scope="module")
def law():
    """The law of the repository."""
    return build(read_documents(django_settings.LAW_DIR))


def test_pages_are_complete_and_the_same_each_time():
    made = house_reference.pages()
    assert made == house_reference.pages()
    assert all(f"`{verb.name}`" in made["verbs.md"] for verb in house_reference.own_verbs())
    assert all(f"## {role}\n" in made["roles.md"] for role in ROLES)
    assert all(f"`{code}`" in made["refusals.md"] for code in sentences())
    assert all(f"](flows/{name}.svg)" in made["flows.md"] and f"flows/{name}.svg" in made for name in FLOWS)
    assert "`try." not in made["verbs.md"]


def test_the_form_of_a_submission_is_told_with_every_field_and_an_example_that_is_read(law):
    page = submission_reference.submission_md(law)
    assert all(f"`{field.split('.')[-1]}`" in page for field in FORMAT) and all(f"`{code}`" in page for code in (*NEEDS, *RELATIONS, *STATES))
    told = json.loads(page.split("```json\n")[1].split("\n```")[0])
    clean = read_submission(told, law=law, on=date(2026, 11, 23), demo=True)
    assert [p.relation for p in clean.people] == ["head", "child"] and clean.needs == ("food", "schooling") and not clean.warnings[1:]


def test_a_drawing_shows_every_state_and_verb():
    flow = {"a.begin": (frozenset({"new"}), "open"), "a.<end>": (frozenset({"open"}), "closed"), "a.again": (frozenset({"closed"}), "open")}
    root = ElementTree.fromstring(drawing("a", flow))
    words = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert words == {"new", "open", "closed", "a.begin", "a.<end>", "a.again"}


def test_a_setting_that_nobody_described_is_found(monkeypatch):
    monkeypatch.delitem(house_reference.SETTINGS, "SINERGI_MODE")
    with pytest.raises(ValueError, match="SINERGI_MODE"):
        house_reference.settings_md()


def test_the_reference_is_fresh_and_a_stale_page_is_named(settings, tmp_path, capsys):
    settings.BASE = tmp_path
    call_command("reference")
    call_command("reference", "--check")
    page = tmp_path / "docs/reference/verbs.md"
    page.write_text(page.read_text() + "by hand\n")
    (tmp_path / "docs/reference/flows/gone.svg").write_text("x")
    with pytest.raises(SystemExit):
        call_command("reference", "--check")
    said = capsys.readouterr().err
    assert "verbs.md" in said and "flows/gone.svg" in said
    call_command("reference")
    call_command("reference", "--check")
