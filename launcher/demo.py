"""demo, serve, stop, status, reset: the running platform of this checkout."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from launcher import serving
from launcher.checkout import ROOT, STATE, VENV, prepare
from launcher.packages import ensure_packages, ensure_system_postgres, installed
from launcher.postgres import OWNER, Cluster, clusters_home, outside_folders
from launcher.speech import Stopped, say, spoken_time, step
from launcher.surroundings import database, python

PASSWORDS = STATE / "demo-users.json"  # written by demo_load: {e-mail: password}


QUIETER = {"SINERGI_LOG": "WARNING"}  # on a terminal the command speaks, not its log
LANGUAGES = ("compiling the languages", "compile_languages")
MIGRATION = ("migrating the database", "migrate", "--database", "owner", "--verbosity", "0", "--no-input")
LOADING = ("loading the law, the partners, users and demo people", "demo_load")
STORY = ("", "demo_story")


def manage(surroundings: dict[str, str], *arguments: str) -> int:
    """Run one Django command on this terminal; returns its exit code."""
    return serving.attached([python(), "-m", "sinergi.config.manage", *arguments], QUIETER | surroundings)


def run_stages(surroundings: dict[str, str], *stages: tuple[str, ...]) -> None:
    """Run Django commands in one process, each announced (see launcher/stages.py). Raises Stopped when one fails."""
    code = serving.attached([python(), str(ROOT / "launcher" / "stages.py"), json.dumps(stages)], QUIETER | surroundings)
    if code:
        raise Stopped("Stopped: see above. The same command carries on from there.", code)


def install(kind: str, postgres: str) -> None:
    """Have folders, packages and database programs."""
    prepare()
    ensure_packages(kind)
    if postgres == "system" and not os.environ.get("DATABASE_URL"):
        ensure_system_postgres()


@contextmanager
def prepared(mode: str, postgres: str = "wheel", port: int = 8000, name: str = OWNER, fast: bool | None = None) -> Iterator[dict[str, str]]:
    """The environment of an installed platform whose database runs."""
    install("demo", postgres)
    with database(mode, postgres, port, name, fast) as surroundings:
        yield surroundings


def refuse_second() -> None:
    """Raise Stopped when this checkout serves already."""
    found = serving.Serving.found()
    if found and found.answers():
        raise Stopped(f"This checkout serves already: http://127.0.0.1:{found.port} (stop it with ./sinergi stop)")
    if found:
        found.end()


def demo(port: int | None, serve_pages: bool, postgres: str) -> int:
    """Install, migrate, load, run the main job in the terminal, then serve until Ctrl-C. Returns the exit code."""
    begun = time.monotonic()
    if os.environ.get("SINERGI_MODE") == "production":
        raise Stopped("SINERGI_MODE=production refuses demo people. Without it the demo runs; ./sinergi serve serves.", 2)
    if serve_pages:
        prepare()
        refuse_second()
    chosen = serving.free_port(port or 8000, fixed=port is not None)
    with prepared("demo", postgres, chosen) as surroundings:
        run_stages(surroundings, LANGUAGES, MIGRATION, LOADING, STORY)
        say(f"· the main job ended as it should; {spoken_time(time.monotonic() - begun)} since the start")
        if serve_pages:
            serve_until_stopped(chosen, surroundings)
    return 0


def serve(port: int | None, postgres: str) -> int:
    """Serve the pages until Ctrl-C, without loading or running anything first."""
    prepare()
    refuse_second()
    mode = os.environ.get("SINERGI_MODE", "demo")
    chosen = serving.free_port(port or 8000, fixed=port is not None)
    with prepared(mode, postgres, chosen) as surroundings:
        run_stages(surroundings, LANGUAGES, MIGRATION)
        serve_until_stopped(chosen, surroundings)
    return 0


def serve_until_stopped(port: int, surroundings: dict[str, str]) -> None:
    """Start web server and worker, print where to go, wait. Ctrl-C or ./sinergi stop ends both; a child that dies ends the other."""
    children: dict[str, subprocess.Popen] = {}
    try:
        with step("starting web server and worker"):
            children["web"] = serving.start_web(port, surroundings)
            children["worker"] = serving.start_worker(surroundings)
            serving.record(port, children)
            if not serving.waited(lambda: dead(children) or serving.answers(port), 180) or dead(children):
                raise Stopped(f"The pages do not answer. The log says:\n{serving.tail(dead(children) or 'web')}")
        say(f"\n  {surroundings['SINERGI_ORIGIN']}\n")
        for email, password in json.loads(PASSWORDS.read_text()).items() if PASSWORDS.exists() else ():
            say(f"  {email:40} {password}")
        say("\nCtrl-C stops it, or ./sinergi stop in another terminal.")
        while not dead(children):
            time.sleep(0.5)
        raise Stopped(f"The {dead(children)} ended by itself. Its log says:\n{serving.tail(dead(children))}")
    except KeyboardInterrupt:
        say("")
    finally:
        with step("stopping web server and worker"):
            serving.stop_children(children)


def dead(children: dict[str, subprocess.Popen]) -> str:
    """Name of a child that has ended, or an empty string."""
    return next((name for name, child in children.items() if child.poll() is not None), "")


def known_clusters() -> list[Cluster]:
    """Every cluster that was made in this checkout and whose programs are still there."""
    found = []
    for home in sorted(path.parent for path in clusters_home().glob("*-*/lock")):
        kind, _, rest = home.name.partition("-")
        try:
            cluster = Cluster(kind, fast=rest.endswith("-test"))
        except Stopped:
            continue
        if cluster.home == home and (cluster.data / "PG_VERSION").exists():
            found.append(cluster)
    return found


def stop() -> int:
    """Stop what runs in this checkout: web server, worker, and every database that no other command is using."""
    prepare()
    found = serving.Serving.found()
    if found:
        with step(f"stopping what serves http://127.0.0.1:{found.port}"):
            found.end()
    running = [cluster for cluster in known_clusters() if cluster.running()]
    for cluster in running:
        if not cluster.unused():
            say(f"· {cluster.home.name} is in use by another command, so it stays up")
            continue
        with step(f"stopping PostgreSQL {cluster.home.name}"):
            cluster.stop()
    if not found and not running:
        say("Nothing runs in this checkout.")
    return 0


def status() -> int:
    """Print what is installed and what runs."""
    prepare()
    kinds = installed()
    say(f"packages   {'of ' + ' and '.join(kinds) if kinds else 'not installed by this launcher yet'} ({VENV})")
    found = serving.Serving.found()
    if found:
        names = ", ".join(f"{name} {pid}" for name, pid in found.children.items() if pid in found.living())
        answer = "answers" if found.answers() else "does not answer"
        say(f"pages      http://127.0.0.1:{found.port} {answer} (launcher {found.pid}, {names})")
    else:
        say("pages      not served")
    clusters = known_clusters()
    for cluster in clusters:
        state = "not running" if not cluster.running() else "running" if cluster.unused() else "running, in use"
        say(f"database   {cluster.home.name}: {state} ({cluster.home})")
    if not clusters:
        say("database   none made yet")
    return 0


def reset(sure: bool, everything: bool) -> int:
    """Forget the data of this checkout; with `everything` the packages too. A server of DATABASE_URL is left alone."""
    what = "everything this checkout has installed and stored" if everything else "this checkout's databases, files, mail and secrets"
    if not sure and input(f"Remove {what}? Type yes: ").strip() != "yes":
        raise Stopped("Nothing was removed.")
    stop()
    busy = [cluster.home.name for cluster in known_clusters() if cluster.running()]
    if busy:
        raise Stopped(f"Still in use: {', '.join(busy)}. End those commands first; nothing was removed.")
    with step("removing"):
        kept = () if everything else ("venv", "tools")
        for path in [*outside_folders(), clusters_home(), *(part for part in STATE.iterdir() if part.name not in kept)]:
            remove(path)
        if clusters_home().parent != STATE:
            with suppress(OSError):  # another checkout has its clusters there
                clusters_home().parent.rmdir()
    return 0


def remove(path: Path) -> None:
    """Remove a file or folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
