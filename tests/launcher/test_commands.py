"""The command line: help everywhere, mistakes in words, true exit codes, and a closing line that tells the truth."""
import json
import subprocess
import sys

import pytest

from launcher.checks import Tally
from launcher.commands import main
from launcher.speech import spoken_time

COMMANDS = ("demo", "test", "serve", "stop", "status", "reset", "manage", "screen", "link", "law", "audit", "bench")


MISTAKES = ([], ["dance"], ["demo", "--loud"], ["demo", "--port", "x"], ["law", "bend"], ["audit"], ["screen"], ["link", "x.csv"], ["bench", "dance"])


def run(arguments: list[str], capsys) -> tuple[int, str, str]:
    """Run a command line in this process: its exit code and what it printed to each stream."""
    try:
        code = main(arguments)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, *capsys.readouterr()


def test_help_names_every_command(capsys):
    code, said, _ = run(["--help"], capsys)
    assert code == 0 and [name for name in COMMANDS if f"    {name} " not in said] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself(name, capsys):
    code, said, _ = run([name, "--help"], capsys)
    assert code == 0 and f"usage: ./sinergi {name}" in said and len(said) > 150


@pytest.mark.parametrize("arguments", MISTAKES, ids=" ".join)
def test_a_mistake_is_said_in_words_with_code_two(arguments, capsys):
    code, said, complaint = run(arguments, capsys)
    assert code == 2 and not said and complaint and "Traceback" not in complaint


def test_production_refuses_the_demo(capsys, monkeypatch):
    monkeypatch.setenv("SINERGI_MODE", "production")
    code, said, complaint = run(["demo", "--no-serve"], capsys)
    assert code == 2 and not said and "refuses demo people" in complaint


def test_an_old_python_is_told_so(checkout):
    code = f"import sys; sys.version_info = (3, 9); sys.argv = ['sinergi']; exec(open({str(checkout.folder / 'sinergi')!r}).read())"
    done = checkout.python(code)
    assert done.returncode == 1 and "Python 3.11 or newer" in done.stderr


def test_status_of_an_untouched_checkout(checkout):
    done = checkout.sinergi("status")
    assert done.returncode == 0 and "not served" in done.stdout and "none made yet" in done.stdout


def test_manage_passes_arguments_and_exit_code_through_and_stops_its_database(checkout):
    done = checkout.sinergi("manage", "shell", "-c", "import sys; print('mode', __import__('os').environ['SINERGI_MODE']); sys.exit(7)")
    assert done.returncode == 7 and "mode demo" in done.stdout
    assert "not running" in checkout.sinergi("status").stdout


def test_reset_asks_first(checkout):
    kept = checkout.state / "files" / "paper"
    checkout.sinergi("status")
    kept.write_text("x")
    asked = subprocess.run([sys.executable, checkout.folder / "sinergi", "reset"], input="no\n", text=True, capture_output=True)
    assert asked.returncode == 1 and "Nothing was removed" in asked.stderr and kept.exists()
    assert checkout.sinergi("reset", "--yes").returncode == 0
    assert not kept.exists() and (checkout.state / "venv").exists()


def test_an_installation_cut_short_is_known_as_such(checkout):
    ask = "from launcher import packages\nimport json\nprint(json.dumps(packages.installed()))"
    assert set(json.loads(checkout.answer(ask))) == {"demo", "test"}
    (checkout.state / "venv.unfinished").touch()
    assert json.loads(checkout.answer(ask)) == {}
    (checkout.state / "venv.unfinished").unlink()
    (checkout.state / "venv" / ".installed").write_text('{"demo": "an ol')
    assert json.loads(checkout.answer(ask)) == {}


RUN = """
import json, os
from launcher import checkout, checks
checkout.prepare()
tally = checks.Tally()
code = checks.run_tests({arguments}, dict(os.environ, PYTEST_ADDOPTS="-c /dev/null -p no:django"), tally)
print(json.dumps([code, tally.tests, tally.faults]))
"""


@pytest.mark.parametrize("text, tests, faults", [
    ("def test_a(): pass\ndef test_b(): pass\n", 2, []),
    ("def test_a(): pass\ndef test_b(): assert 0\n", 2, ["1 of 2 tests failed"]),
    ("import pytest\ndef test_a(): pytest.skip('x')\n", 1, ["1 tests skipped, which proves nothing"]),
    ("x = 1\n", 0, ["tests ended with code 5 and no test ran"]),
    ("import os\ndef test_a(): os._exit(3)\n", 0, ["tests ended with code 3 and no test ran"]),
])
def test_the_count_of_tests_is_the_truth(checkout, text, tests, faults):
    path = checkout.folder / "test_given.py"
    path.write_text(text)
    code, count, said = json.loads(checkout.answer(RUN.format(arguments=["-n0", str(path)])).splitlines()[-1])
    assert (count, said) == (tests, faults) and (code == 0) == (tests > 0 and not [f for f in faults if "skipped" not in f])


def test_the_closing_line():
    assert Tally(812).closing_line(250) == "All 812 tests passed in 4 min 10 s."
    assert Tally(812, ["3 of 812 tests failed", "types (mypy) failed"]).closing_line(9.96) == \
        "NOT GREEN after 10.0 s: 3 of 812 tests failed; types (mypy) failed."


@pytest.mark.parametrize("seconds, said", [(0.04, "0.0 s"), (59.94, "59.9 s"), (60, "1 min 00 s"), (250.4, "4 min 10 s")])
def test_time_is_said_as_a_person_says_it(seconds, said):
    assert spoken_time(seconds) == said


def test_database_programs_that_are_not_there_are_said_so(checkout):
    done = checkout.sinergi("status", SINERGI_POSTGRES="oracle")
    assert done.returncode == 1 and "use wheel or system" in done.stderr


@pytest.mark.installation
def test_the_main_job_runs_to_its_end_and_again_on_the_same_database(checkout):
    for _ in range(2):
        done = checkout.sinergi("demo", "--no-serve")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "the main job ended as it should" in done.stdout
    verified = checkout.sinergi("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.installation
def test_a_demo_that_cannot_load_its_law_says_so_and_fails(checkout):
    (checkout.folder / "no-law").mkdir()
    done = checkout.sinergi("demo", "--no-serve", SINERGI_LAW_DIR=str(checkout.folder / "no-law"))
    assert done.returncode == 1 and "Stopped" in done.stderr and "the main job ended" not in done.stdout
