"""The house rules, asked of the whole house; then each rule is broken once, to know that it would be noticed."""
import re
import subprocess
import sys

import pytest
from house import ROOT, broken_links, impurities, mocks, skips, sources, too_long, unexplained, unfinished, vague_names

HOUSE = ("src", "launcher")
EVERYTHING = (*HOUSE, "tests", "bench", "deploy")


def all_of(rule, paths) -> list[str]:
    return [fault for path in paths for fault in rule(path)]


def markdown() -> list:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "law").rglob("*.md"), *(ROOT / "vendor").rglob("*.md")]


def test_files_and_functions_are_short():
    assert all_of(too_long, [*sources(*EVERYTHING), ROOT / "sinergi"]) == []


def test_core_is_pure_and_reads_no_clock():
    assert all_of(impurities, sources("src/sinergi/core")) == []


def test_every_module_and_public_name_says_what_it_is():
    assert all_of(unexplained, [*sources(*HOUSE), ROOT / "sinergi"]) == []


def test_no_name_says_nothing():
    assert all_of(vague_names, sources(*HOUSE)) == []


def test_nothing_is_promised_instead_of_done():
    paths = [path for folder in ("src", "law", "bench", "launcher", "deploy") for path in (ROOT / folder).rglob("*")
             if path.suffix in {".py", ".yaml", ".html", ".css", ".js", ".sql", ".typ"}]
    found = all_of(unfinished, paths)
    assert found == []


def test_no_test_is_skipped_and_nothing_of_ours_is_mocked():
    paths = [path for path in sources("tests") if path.parent.name != "shape"]
    assert all_of(skips, paths) + all_of(mocks, paths) == []


def test_every_link_in_the_documents_leads_somewhere():
    assert all_of(broken_links, markdown()) == []


def test_every_command_and_bench_in_the_documents_is_one():
    commands = set(subprocess.run([sys.executable, ROOT / "sinergi", "--help"], capture_output=True, text=True, check=True).stdout.split())
    benches = {path.stem.replace("_", "-") for path in (ROOT / "bench").glob("*.py")}
    wrong = []
    for path in markdown():
        text = path.read_text()
        wrong += [f"{path}: ./sinergi {name}" for name in re.findall(r"\./sinergi (\w+)", text) if name not in commands]
        wrong += [f"{path}: bench {name}" for name in re.findall(r"\./sinergi bench ([a-z-]+)", text) if name not in benches]
    assert wrong == []


@pytest.mark.parametrize("kind", ["app", "bench", "demo", "spark", "test"])
def test_requirements_are_pinned_with_hashes_and_name_no_address(kind):
    text = (ROOT / "requirements" / f"{kind}.txt").read_text()
    pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert pins and all("==" in line for line in pins)
    assert text.count("--hash=sha256:") >= len(pins)
    assert "://" not in text and "--index" not in text and "--find-links" not in text


def test_a_test_environment_holds_all_of_the_demo_environment():
    def pins(kind):
        lines = (ROOT / "requirements" / f"{kind}.txt").read_text().splitlines()
        return {line.split(" ")[0] for line in lines if line and line[0] not in " #"}

    assert pins("app") <= pins("demo") <= pins("test")


def test_the_launcher_needs_the_standard_library_only():
    allowed = set(sys.stdlib_module_names) | {"launcher"}
    for path in [*sources("launcher"), ROOT / "sinergi"]:
        if path.name not in ("roles.py", "stages.py"):  # these run inside the virtual environment
            found = subprocess.run([sys.executable, "-c", IMPORTS, str(path)], capture_output=True, text=True, check=True).stdout.split()
            assert set(found) <= allowed, path


IMPORTS = """
import ast, sys
for node in ast.walk(ast.parse(open(sys.argv[1]).read())):
    if isinstance(node, ast.Import):
        print(*(a.name.split(".")[0] for a in node.names))
    if isinstance(node, ast.ImportFrom):
        print(node.module.split(".")[0])
"""

BREAKS = [
    (too_long, "x = 1\n" * 401),
    (too_long, "def f():\n" + "    x = 1\n" * 40),
    (impurities, "import os\n"),
    (impurities, "from django.db import models\n"),
    (impurities, "from datetime import date\nx = date.today()\n"),
    (impurities, "x = open('f')\n"),
    (unexplained, "x = 1\n"),
    (unexplained, '"""Owns f."""\ndef f():\n    return 1\n'),
    (unexplained, '"""Owns C."""\nclass C:\n    """A thing."""\n    def f(self):\n        return 1\n'),
    (vague_names, "class PersonManager:\n    pass\n"),
    (vague_names, "def process_claim():\n    pass\n"),
    (vague_names, "def own_data():\n    pass\n"),
    (unfinished, "# TO" + "DO: later\n"),
    (unfinished, "raise NotImplemented" + "Error\n"),
    (skips, "import pytest\n@pytest.mark.skip\ndef test_x():\n    pass\n"),
    (skips, "import pytest\ndef test_x():\n    pytest.skip('no')\n"),
    (mocks, "from unittest.mock import patch\n"),
    (broken_links, "[here](nowhere.md)\n"),
]


@pytest.mark.parametrize("rule, text", BREAKS, ids=[f"{rule.__name__}-{number}" for number, (rule, _) in enumerate(BREAKS)])
def test_a_break_of_a_rule_is_noticed(rule, text, tmp_path):
    path = tmp_path / "thing.py"
    path.write_text(text)
    assert len(list(rule(path))) == 1


@pytest.mark.parametrize("rule, text", [
    (too_long, '"""x"""\n' + "x = 1\n" * 399),
    (too_long, "def f():\n" + "    x = 1\n" * 39),
    (impurities, "import math\nfrom datetime import date\nx = date(2026, 1, 1)\n"),
    (unexplained, '"""Owns C."""\nclass C:\n    """A thing."""\n    class Meta:\n        pass\n    def _f(self):\n        return 1\n'),
    (vague_names, "class Database:\n    pass\n\ndef service_days():\n    pass\n"),
    (broken_links, "[there](https://example.org/x) [above](#part)\n"),
])
def test_what_keeps_a_rule_is_left_alone(rule, text, tmp_path):
    path = tmp_path / "thing.py"
    path.write_text(text)
    assert list(rule(path)) == []
