"""The command line: one parser for every command, one place where an interruption or a refusal becomes an exit code."""
from __future__ import annotations

import argparse
import ast
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

from launcher import checks, demo
from launcher.checkout import ROOT, prepare
from launcher.packages import ensure_packages
from launcher.serving import attached
from launcher.speech import Stopped, say
from launcher.surroundings import environment, python

ABOUT = "Sinergi: every safety net, on one sheet. Everything it installs or stores lies in .sinergi/ of this folder."
SERVER = """With DATABASE_URL=postgresql://owner:password@host/name it uses that server (PostgreSQL 15 or newer; the owner may create
roles) and starts none. SINERGI_POSTGRES=system makes --postgres system the rule for every command."""
KINDS = ("wheel", "system")


def usual_kind() -> str:
    """Which database programs commands use that were not told: SINERGI_POSTGRES, or the wheel's."""
    kind = os.environ.get("SINERGI_POSTGRES", "wheel")
    if kind not in KINDS:
        sys.exit(f"SINERGI_POSTGRES={kind}: use {' or '.join(KINDS)}")
    return kind


def add_postgres(to: argparse.ArgumentParser) -> None:
    """The option that chooses the database programs."""
    to.add_argument("--postgres", choices=KINDS, default=usual_kind(),
                    help="database programs: from a Python package (wheel, the rule), or Debian's PostgreSQL (system)")


def add_running(command: Callable[..., argparse.ArgumentParser]) -> None:
    """demo, test, serve, stop, status, reset."""
    one = command("demo", "Install, load, run the main job in this terminal, then serve the pages until Ctrl-C.",
                  "The exit code is 0 only if the main job ended as it should.")
    one.add_argument("--no-serve", action="store_true", help="stop after the main job")
    one.add_argument("--port", type=int, help="port of the pages (default: 8000, or a free one)")
    add_postgres(one)
    one = command("test", "Install what tests need, check everything, run every test.",
                  "Any further argument goes to pytest, and then only pytest runs: ./sinergi test tests/core -k money",
                  "./sinergi test [--fast] [--with spark] [--postgres wheel|system] [pytest arguments]")
    one.add_argument("--fast", action="store_true", help="leave out the tests that drive a browser or a whole installation")
    one.add_argument("--with", dest="beside", choices=("spark",), help="run only the tests of the Spark job, which need Java and 1.3 GB of packages")
    add_postgres(one)
    one = command("serve", "Serve the pages and work off jobs until Ctrl-C.")
    one.add_argument("--port", type=int, help="port of the pages (default: 8000, or a free one)")
    add_postgres(one)
    command("stop", "Stop what runs in this checkout, from any terminal.")
    command("status", "Say what is installed and what runs.")
    one = command("reset", "Remove this checkout's databases, files, mail and secrets.", "A server named by DATABASE_URL is left alone.")
    one.add_argument("--yes", action="store_true", help="do not ask")
    one.add_argument("--all", action="store_true", help="remove the installed packages too")


def add_asking(command: Callable[..., argparse.ArgumentParser]) -> None:
    """manage, screen, link, law, audit, bench."""
    one = command("manage", "Run a Django command on this checkout's database, such as: ./sinergi manage showmigrations",
                  usage="./sinergi manage COMMAND …")
    one.add_argument("arguments", nargs=argparse.REMAINDER, help="Django's command and its arguments; help lists them")
    one = command("screen", "Print the sheet of one household from a file, with no database.",
                  usage="./sinergi screen FILE [--as-of DAY] [--lang ms|en] [--json] [--package]")
    one.add_argument("file", help="household in YAML or JSON; docs/reference/facts.md lists every fact")
    one.add_argument("--as-of", help="the day to answer for, YYYY-MM-DD")
    one.add_argument("--lang", choices=("ms", "en"), help="language of the sheet (default: ms)")
    one.add_argument("--json", action="store_true", help="print JSON instead of a table")
    one.add_argument("--package", action="store_true", help="also the best lawful package: which programmes together, in which order, and why")
    one = command("link", "Link a list of people to this checkout's register; or, with --fields, any list by declared fields, with no database.",
                  usage="./sinergi link FILE [--agency CODE] [--columns N=FIELD,…] [--out FILE] [--apply], or: "
                        "link FILE --fields name:name,born:date [--against FILE] [--id COLUMN] [--out FILE] [--clusters FILE]")
    one.add_argument("file", help="CSV, XLSX or Parquet with a row of column names")
    one.add_argument("--agency", help="whose list it is, by code (without --fields)")
    one.add_argument("--columns", help="what columns mean where their names do not tell: 0=key,2=person.name (without --fields)")
    one.add_argument("--apply", action="store_true", help="approve and apply what was found (without --fields)")
    one.add_argument("--fields", help="columns and what they hold: name, date, place, text, number or phone")
    one.add_argument("--against", help="a second list with the same columns")
    one.add_argument("--id", help="the column of the rows' own keys")
    one.add_argument("--out", help="where the pairs go: .csv, .xlsx or .parquet")
    one.add_argument("--clusters", help="where each row's cluster goes")
    one = command("law", "Check law/: every figure, programme and example.", "No database is needed.")
    one.add_argument("verb", choices=("check",))
    one.add_argument("--only", metavar="PREFIX", help="programmes that begin so: jkm, or jkm.bwe")
    one = command("audit", "Seal the audit entries that have ended, or recompute all of them and name the first that is not as written.")
    one.add_argument("verb", choices=("seal", "verify"))
    one = command("bench", "Measure one claim of speed: a table, then one JSON line. Without a name: what there is.")
    one.add_argument("name", nargs="?")
    one.add_argument("arguments", nargs=argparse.REMAINDER, help="for the measurement itself")


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser("./sinergi", description=ABOUT, epilog=SERVER, allow_abbrev=False)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, says: str, more: str = "", usage: str | None = None) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=says, description=f"{says} {more}".strip(), epilog=SERVER, allow_abbrev=False, usage=usage)

    add_running(command)
    add_asking(command)
    return top


def without_database(*arguments: str) -> int:
    """Run a module of sinergi.cli, which needs neither Django's settings nor a server."""
    prepare()
    ensure_packages("demo")
    return attached([python(), "-m", *arguments], environment())


def with_database(*arguments: str) -> int:
    """Run one Django command on this checkout's own database."""
    mode = os.environ.get("SINERGI_MODE", "demo")
    with demo.prepared(mode, usual_kind()) as surroundings:
        return demo.manage(surroundings, *arguments)


def screen(given: argparse.Namespace) -> int:
    """The sheet of a file."""
    options = [f"--as-of={given.as_of}"] * bool(given.as_of) + [f"--lang={given.lang}"] * bool(given.lang) + ["--json"] * given.json
    options += ["--package"] * given.package
    return without_database("sinergi.cli.screen", given.file, *options)


def link(given: argparse.Namespace) -> int:
    """A list against the register; with --fields two lists, or one, by declared fields."""
    if given.fields is None:
        if given.agency is None:
            raise Stopped("Whose list is it? ./sinergi link FILE --agency CODE", 2)
        options = [f"--{name}={value}" for name in ("columns", "out") if (value := getattr(given, name)) is not None] + ["--apply"] * given.apply
        return with_database("link_list", given.file, f"--agency={given.agency}", *options)
    options = [f"--{name}={value}" for name in ("fields", "against", "id", "out", "clusters") if (value := getattr(given, name)) is not None]
    return without_database("sinergi.cli.link_files", given.file, *options)


def bench(name: str | None, arguments: list[str]) -> int:
    """Run bench/NAME.py; one that says `DATABASE = True` gets a migrated database of its own, named sinergi_bench."""
    files = {path.stem.replace("_", "-"): path for path in sorted((ROOT / "bench").glob("[a-z]*.py"))}
    if name is None:
        for title, path in files.items():
            say(f"{title:12} {(ast.get_docstring(ast.parse(path.read_text())) or '').partition(chr(10))[0]}")
        return 0
    if name not in files:
        raise Stopped(f"There is no bench {name}. There is: {', '.join(files)}", 2)
    command = [python(), str(files[name]), *arguments]
    wants = any(isinstance(node, ast.Assign) and ast.unparse(node) == "DATABASE = True" for node in ast.parse(files[name].read_text()).body)
    if not wants:
        prepare()
        ensure_packages("demo")
        return attached(command, environment())
    with demo.prepared("test", usual_kind(), name="sinergi_bench", fast=False) as surroundings:
        demo.run_stages(surroundings, demo.MIGRATION)
        return attached(command, surroundings)


def run(given: argparse.Namespace, extra: list[str]) -> int:
    """Do one parsed command; returns its exit code."""
    match given.command:
        case "demo":
            return demo.demo(given.port, not given.no_serve, given.postgres)
        case "test":
            return checks.test_spark(extra) if given.beside else checks.test(extra, given.fast, given.postgres)
        case "serve":
            return demo.serve(given.port, given.postgres)
        case "stop":
            return demo.stop()
        case "status":
            return demo.status()
        case "reset":
            return demo.reset(given.yes, given.all)
        case "manage":
            return with_database(*given.arguments)
        case "screen":
            return screen(given)
        case "link":
            return link(given)
        case "law":
            return without_database("sinergi.cli.law_check", str(ROOT / "law"), *[f"--only={given.only}"] * bool(given.only))
        case "audit":
            return with_database(f"{given.verb}_audit")
        case _:
            return bench(given.name, given.arguments)


def interrupted(number: int, frame: FrameType | None) -> None:
    """SIGTERM and a closed terminal end a command the way Ctrl-C does, so that what it started is stopped."""
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
    """Parse and run; returns the exit code."""
    top = parser()
    given, extra = top.parse_known_args(arguments)
    if extra and given.command != "test":
        top.error(f"unknown arguments: {' '.join(extra)}")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    try:
        return run(given, extra)
    except Stopped as reason:
        print(f"\n{reason}", file=sys.stderr)
        return reason.code
    except KeyboardInterrupt:
        print("\nStopped. Nothing was left half done: the same command carries on.", file=sys.stderr)
        return 130
