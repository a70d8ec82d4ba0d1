"""./sinergi test: lint, types, contracts, migrations and documents checked, then every test; one closing line that tells the truth."""
from __future__ import annotations

import os
import shutil
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from launcher.checkout import ROOT, RUN, VENV, prepare
from launcher.demo import LANGUAGES, install, run_stages
from launcher.packages import ensure_chromium, ensure_java, ensure_peer
from launcher.serving import attached, captured
from launcher.speech import say, spoken_time
from launcher.surroundings import database, environment, python

BIN = VENV / "bin"
DJANGO = (python(), "-m", "sinergi.config.manage")
CHECKS: dict[str, tuple[str, ...]] = {
    "types (mypy)": (str(BIN / "mypy"), "--no-error-summary"),
    "style (ruff)": (str(BIN / "ruff"), "check", "--quiet", "."),
    "import contracts (lint-imports)": (str(BIN / "lint-imports"),),
    "migrations are complete": (*DJANGO, "makemigrations", "--check", "--dry-run"),
    "the reference is fresh": (*DJANGO, "reference", "--check"),
}
CORE = ("tests/core", "tests/law")  # what must cover every branch of core
ONE_PROCESS = ("-n", "--numprocesses", "-s", "--capture=no", "--pdb", "--trace", "--collect-only", "--co")


@dataclass
class Tally:
    """What was checked: tests counted, and everything that was not as it should be, in words."""

    tests: int = 0
    faults: list[str] = field(default_factory=list)

    def closing_line(self, seconds: float) -> str:
        """One line for a person."""
        if self.faults:
            return f"NOT GREEN after {spoken_time(seconds)}: {'; '.join(self.faults)}."
        return f"All {self.tests:,} tests passed in {spoken_time(seconds)}."


def run_check(name: str, command: tuple[str, ...], surroundings: dict[str, str]) -> str:
    """Run one check; returns its name when it fails, after printing what it said, else an empty string."""
    begun = time.monotonic()
    done = captured(command, surroundings)
    took = f"{time.monotonic() - begun:.1f} s"
    if done.returncode == 0:
        say(f"· {name} … {took}")
        return ""
    say(f"· {name} … FAILED after {took}\n{done.stdout.rstrip()}")
    return name


def run_checks(surroundings: dict[str, str], tally: Tally) -> None:
    """Everything but the tests, two at a time; the slowest begins first."""
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda name: run_check(name, CHECKS[name], surroundings), CHECKS)
        tally.faults += [f"{name} failed" for name in found if name]


def run_tests(arguments: list[str], surroundings: dict[str, str], tally: Tally, what: str = "tests", program: str = "") -> int:
    """Run pytest on this terminal and add its counts, read from its own report. Returns its exit code. `program`: another environment's Python."""
    report = RUN / f"tests-{os.getpid()}.xml"
    report.unlink(missing_ok=True)
    spread = [] if program or any(a == o or a.startswith(o + "=") for a in arguments for o in ONE_PROCESS) else ["-n", "auto", "--dist", "loadgroup"]
    code = attached([program or python(), "-m", "pytest", "-q", *spread, f"--junitxml={report}", *arguments], surroundings, ROOT)
    counts = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    if report.exists():
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):
            counts = {name: count + int(suite.get(name, 0)) for name, count in counts.items()}
        report.unlink()
    tally.tests += counts["tests"]
    bad = counts["failures"] + counts["errors"]
    if bad:
        tally.faults.append(f"{bad} of {counts['tests']:,} {what} failed")
    elif code:
        tally.faults.append(f"{what} ended with code {code}" + ("" if counts["tests"] else " and no test ran"))
    if counts["skipped"]:
        tally.faults.append(f"{counts['skipped']} {what} skipped, which proves nothing")
    return code


def test_spark(arguments: list[str]) -> int:
    """Install Spark beside, in an environment of its own, and run tests/spark in it. Returns the exit code."""
    begun, tally = time.monotonic(), Tally()
    prepare()
    ensure_java()
    program = str(ensure_peer("spark"))
    surroundings = environment() | {"PYSPARK_PYTHON": program, "PYSPARK_DRIVER_PYTHON": program}
    code = run_tests(["--confcutdir=tests/spark", "tests/spark", *arguments], surroundings, tally, "tests of the Spark job", program)
    say(f"\n{tally.closing_line(time.monotonic() - begun)}")
    return code or (1 if tally.faults else 0)


def test(arguments: list[str], fast: bool, postgres: str) -> int:
    """Install what tests need, check, test. With pytest arguments only pytest runs, with them. Returns the exit code."""
    begun, tally = time.monotonic(), Tally()
    install("test", postgres)
    if not fast:
        ensure_chromium()
    chosen = ["-m", "not browser and not installation"] if fast else []
    state = Path(tempfile.mkdtemp(prefix="test-", dir=RUN))
    try:
        with database("test", postgres) as surroundings:
            # Playwright keeps an event loop in the thread that runs its tests, which Django would take for asynchronous code.
            surroundings |= {"SINERGI_STATE_DIR": str(state), "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
            run_stages(surroundings, LANGUAGES)
            if arguments:
                code = run_tests([*chosen, *arguments], surroundings, tally)
            else:
                run_checks(surroundings, tally)
                say("· tests of core and law, with every branch of core covered")
                traced = surroundings | {"NUMBA_DISABLE_JIT": "1"}  # lines of machine code cannot be counted
                run_tests([*chosen, "--cov", "--cov-report=term", *CORE], traced, tally, "tests of core and law")
                say("· every other test")
                run_tests([*chosen, *(f"--ignore={folder}" for folder in CORE)], surroundings, tally)
                code = 1 if tally.faults else 0
    finally:
        shutil.rmtree(state, ignore_errors=True)
    say(f"\n{tally.closing_line(time.monotonic() - begun)}")
    return code or (1 if tally.faults else 0)
