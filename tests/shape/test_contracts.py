"""Build an empty house, break each import rule once: every break must be caught, and by the contract meant for it."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from house import ROOT

BIN = Path(sys.executable).parent
ROOMS = ("registry", "benefits", "assistance", "insurance", "jobs", "cases")
INNER = ("models", "queries", "policy", "actions")
FLOW = "rings and flow: later may know earlier, never the reverse"
SHAPE = "every room has the same inner shape"
PURE = "core is pure: standard library and array libraries"
CYCLES = "no cycles anywhere"
PRIVATE = "models of {} are private to {}"
BREAKS = [
    ("core/rules.py", "import django.db", PURE),
    ("registry/actions.py", "from sinergi.cases import queries", FLOW),
    ("registry/queries.py", "def f():\n    from sinergi.cases import queries", FLOW),
    ("assistance/queries.py", "from sinergi.insurance import queries", FLOW),
    ("jobs/actions.py", "from sinergi.web import cases", FLOW),
    ("api/people.py", "from sinergi.web import cases", FLOW),
    ("common/__init__.py", "x = 1", FLOW),
    ("web/cases.py", "from sinergi.registry import models", PRIVATE.format("registry", "registry")),
    ("cases/queries.py", "from sinergi.assistance import models", PRIVATE.format("assistance", "assistance")),
    ("assistance/utils.py", "x = 1", SHAPE),
    ("registry/models.py", "from . import actions", SHAPE),
]


@pytest.fixture
def empty_house(tmp_path):
    """An empty src/sinergi with every ring and room, under the contracts of pyproject.toml."""
    src = tmp_path / "src" / "sinergi"
    for package in ("config", "web", "api", "cli", "kernel", "core", *ROOMS):
        (src / package).mkdir(parents=True)
        (src / package / "__init__.py").touch()
    (src / "__init__.py").touch()
    for room in ROOMS:
        for inner in INNER:
            (src / room / f"{inner}.py").touch()
    for name in ("core/rules.py", "web/cases.py", "kernel/action.py", "api/people.py"):
        (src / name).touch()
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def broken(house: Path) -> list[str]:
    """Names of the contracts that import-linter finds broken."""
    done = subprocess.run([BIN / "lint-imports", "--no-cache"], cwd=house, env={**os.environ, "PYTHONPATH": str(house / "src")},
                          capture_output=True, text=True)
    assert done.returncode == 0 or "BROKEN" in done.stdout, done.stdout + done.stderr
    return [line.rsplit(" BROKEN", 1)[0] for line in done.stdout.splitlines() if line.endswith("BROKEN")]


def test_the_empty_house_stands(empty_house):
    assert broken(empty_house) == []


@pytest.mark.parametrize("name, code, contract", BREAKS, ids=[f"{b[0]}: {b[1].splitlines()[-1].strip()}" for b in BREAKS])
def test_each_break_is_caught(empty_house, name, code, contract):
    path = empty_house / "src" / "sinergi" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(code + "\n")
    assert contract in broken(empty_house)


def test_a_cycle_inside_a_ring_is_caught(empty_house):
    (empty_house / "src/sinergi/kernel/action.py").write_text("from sinergi.core import rules\n")
    (empty_house / "src/sinergi/core/rules.py").write_text("from sinergi.kernel import action\n")
    assert {FLOW, CYCLES} <= set(broken(empty_house))


def test_a_type_only_import_is_allowed(empty_house):
    (empty_house / "src/sinergi/cases/actions.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sinergi.registry.models import Person\n")
    assert broken(empty_house) == []


def test_each_room_that_exists_is_under_the_contracts():
    settings = (ROOT / "pyproject.toml").read_text()
    for room in ROOMS:
        if (ROOT / "src" / "sinergi" / room).exists():
            assert f'"sinergi.{room}"' in settings and PRIVATE.format(room, room) in settings


def test_http_outside_ring_two_is_caught(empty_house):
    (empty_house / "src/sinergi/cases/actions.py").write_text("from django.http import HttpResponse\n")
    (empty_house / "src/sinergi/web/cases.py").write_text("from django.http import HttpResponse\n")
    command = [BIN / "ruff", "check", "--output-format=concise", "--select=TID251", "src"]
    found = subprocess.run(command, cwd=empty_house, capture_output=True, text=True)
    assert "cases/actions.py" in found.stdout and "web/cases.py" not in found.stdout
