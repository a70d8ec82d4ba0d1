"""The generated reference: complete, the same each time, and fresh."""
from __future__ import annotations

from xml.etree import ElementTree

import pytest
from django.core.management import call_command

from sinergi.cli import house_reference
from sinergi.cli.flow_drawing import drawing
from sinergi.kernel.errors import sentences
from sinergi.kernel.flow import FLOWS
from sinergi.kernel.roles import ROLES


def test_pages_are_complete_and_the_same_each_time():
    made = house_reference.pages()
    assert made == house_reference.pages()
    assert all(f"`{verb.name}`" in made["verbs.md"] for verb in house_reference.own_verbs())
    assert all(f"## {role}\n" in made["roles.md"] for role in ROLES)
    assert all(f"`{code}`" in made["refusals.md"] for code in sentences())
    assert all(f"](flows/{name}.svg)" in made["flows.md"] and f"flows/{name}.svg" in made for name in FLOWS)
    assert "`try." not in made["verbs.md"]


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
