"""Backup and point-in-time restore, tried for real: a cluster lives, is backed up, suffers an accident, dies, and is restored.

Uses exactly what a deployment uses (deploy/roles.sql, deploy/backup.py, migrations by an owner who is no superuser) on throw-away
clusters of the checkout, and compares every row of every table with what was there in the instant before the accident.
"""
from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from cryptography.fernet import Fernet
from psycopg import sql

from launcher.checkout import ROOT
from launcher.postgres import Cluster, server_identity
from launcher.speech import Stopped, say, spoken_time, step
from launcher.surroundings import PYTHONPATH, url_of

BACKUP = [sys.executable, str(ROOT / "deploy" / "backup.py")]
LOGINS = ("owner", "app", "finder", "backup")


class Trial:
    """The folders, keys and clusters of one trial."""

    def __init__(self, kind: str) -> None:
        mark = secrets.token_hex(3)
        self.folder = Path(tempfile.mkdtemp(prefix="sinergi-restore-"))
        self.spool = self.folder / "spool"
        self.spool.mkdir()
        (self.folder / "state").mkdir()
        for path in (self.folder, self.spool):
            path.chmod(0o711)
        if identity := server_identity():
            os.chown(self.spool, identity["user"], identity["group"])
        archive = f"cp %p {self.spool}/%f.part && mv {self.spool}/%f.part {self.spool}/%f"
        self.live = Cluster(kind, name=f"try-{mark}-live", extra=f"archive_mode = on\narchive_command = '{archive}'\n")
        self.again = Cluster(kind, name=f"try-{mark}-again")
        self.passwords = {login: secrets.token_urlsafe(24) for login in LOGINS}

    def url(self, login: str, cluster: Cluster) -> str:
        """Address of a login on a cluster."""
        return url_of(cluster.url("sinergi"), f"sinergi_{login}", self.passwords[login])

    def backup(self, *arguments: str, keys: str) -> subprocess.CompletedProcess[str]:
        """Run deploy/backup.py the way its systemd unit does."""
        surroundings = {**os.environ, "SINERGI_BACKUP_DIR": str(self.folder / "store"), "SINERGI_BACKUP_KEYS": keys,
                        "SINERGI_WAL_SPOOL": str(self.spool), "SINERGI_BACKUP_URL": self.url("backup", self.live),
                        "SINERGI_PG_BIN": str(self.live.bin)}
        return subprocess.run([*BACKUP, *arguments], env=surroundings, capture_output=True, text=True)

    def manage(self, cluster: Cluster, *commands: str) -> str:
        """Run Django commands as a deployment does, with the three logins of roles.sql; what they printed."""
        surroundings = {**os.environ, "SINERGI_MODE": "demo", "SINERGI_STATE_DIR": str(self.folder / "state"), "SINERGI_LOG": "ERROR",
                        "SINERGI_SEALS_DIR": str(self.folder / "state" / "seals"),
                        "SINERGI_SECRET_KEY": self.passwords["owner"], "SINERGI_OWNER_URL": self.url("owner", cluster),
                        "SINERGI_DATABASE_URL": self.url("app", cluster), "SINERGI_FINDER_URL": self.url("finder", cluster),
                        "PYTHONPATH": PYTHONPATH, "DJANGO_SETTINGS_MODULE": "sinergi.config.settings"}
        stages = json.dumps([["", *command.split()] for command in commands])
        done = subprocess.run([sys.executable, ROOT / "launcher" / "stages.py", stages], env=surroundings, capture_output=True, text=True)
        return demand(done)

    def remove(self) -> None:
        """Stop and forget everything of this trial."""
        for cluster in (self.live, self.again):
            cluster.stop()
            for path in (cluster.home, cluster.run):
                shutil.rmtree(path, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def demand(done: subprocess.CompletedProcess[str]) -> str:
    """What a program printed. Raises Stopped when it failed."""
    if done.returncode:
        raise Stopped(f"{' '.join(map(str, done.args[1:3]))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def every_row(cluster: Cluster) -> dict[str, tuple[int, str]]:
    """{table: (rows, digest of all rows)} of the whole database, seen by the superuser."""
    with psycopg.connect(cluster.url("sinergi")) as connection:
        names = connection.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace").fetchall()
        digest = sql.SQL("SELECT count(*), coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '') FROM {} t")
        return {name: connection.execute(digest.format(sql.Identifier(name))).fetchone() for (name,) in names}


def run_sql(cluster: Cluster, statement: str) -> object:
    """Run a statement as superuser, committing at once; the first value it answers, if any."""
    with psycopg.connect(cluster.url("sinergi"), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def live(trial: Trial) -> None:
    """Bring up the deployment and give it something to lose."""
    with step(f"a cluster of PostgreSQL {trial.live.version()} with its log archived"):
        trial.live.start()
    with step("database and logins by deploy/roles.sql, run twice to see that it may be"):
        given = {f"{login.upper()}_PASSWORD": password for login, password in trial.passwords.items()}
        command = [trial.live.bin / "psql", "-q", "-v", "ON_ERROR_STOP=1", trial.live.url("postgres"), "-f", ROOT / "deploy" / "roles.sql"]
        for _ in range(2):
            demand(subprocess.run(command, env={**os.environ, **given}, capture_output=True, text=True))
        with psycopg.connect(trial.url("app", trial.live)) as connection:
            kept = connection.execute("SELECT current_setting('log_min_error_statement'), current_setting('log_error_verbosity')").fetchone()
        if kept != ("panic", "terse"):
            raise Stopped(f"the server's log would keep what was typed: {kept}")
    with step("migrations by an owner who is no superuser; law, partners, users, demo people; the audit sealed"):
        trial.manage(trial.live, "migrate --database owner --verbosity 0", "demo_load", "seal_audit")


def back_up_and_lose(trial: Trial, keys: str) -> tuple[str, dict[str, tuple[int, str]]]:
    """Base copy, life going on, an accident, the end of the cluster. Returns the instant before the accident and what was there."""
    with step("base copy while it runs"):
        demand(trial.backup("base", keys=keys))
    run_sql(trial.live, "CREATE TABLE written_after_the_copy AS SELECT i, md5(i::text) FROM generate_series(1, 20000) i")
    before, instant = every_row(trial.live), datetime.now(UTC).isoformat()
    time.sleep(0.1)
    with step("the accident: two tables are gone; then the machine is"):
        run_sql(trial.live, "DROP TABLE written_after_the_copy")
        run_sql(trial.live, "DROP TABLE registry_person CASCADE")
        last = run_sql(trial.live, "SELECT pg_walfile_name(pg_current_wal_lsn())")
        run_sql(trial.live, "SELECT pg_switch_wal()")
        until = time.monotonic() + 30
        while not (trial.spool / str(last)).exists():
            if time.monotonic() > until:
                raise Stopped("the server did not archive its log within 30 s")
            time.sleep(0.1)
        demand(trial.backup("carry", keys=keys))
        trial.live.call("pg_ctl", "-D", trial.live.data, "-m", "immediate", "stop")
        shutil.rmtree(trial.live.data)
    return instant, before


def refuse(trial: Trial, keys: str, instant: str) -> None:
    """What must not restore: another key, a changed file, a file cut short."""
    with step("a wrong key, a changed byte and a file cut short are refused"):
        target = str(trial.folder / "refused")
        locked = next((trial.folder / "store" / "base").glob("*.tar.lock"))
        whole = locked.read_bytes()
        faults = {"a wrong key": (whole, Fernet.generate_key().decode()), "a changed byte": (whole[:5000] + b"A" + whole[5001:], keys),
                  "a file cut short": (whole[:whole.rindex(b"\n", 0, -1) + 1], keys)}
        for fault, (content, key) in faults.items():
            locked.write_bytes(content)
            if trial.backup("restore", target, "--until", instant, "--owner", "nobody", keys=key).returncode == 0:
                raise Stopped(f"{fault} was not noticed")
            shutil.rmtree(target, ignore_errors=True)
        locked.write_bytes(whole)


def restore(trial: Trial, keys: str, instant: str) -> None:
    """Restore into another cluster, up to the instant."""
    with step(f"restore to {instant}"):
        trial.again.home.mkdir(mode=0o711)
        shutil.copy(trial.live.password, trial.again.password)
        demand(trial.backup("restore", str(trial.again.data), "--until", instant, "--owner", "nobody", keys=keys))
        ours = [f"--ignore={name}" for name in ("restored-wal", "recovery.signal", "postgresql.auto.conf")]
        trial.again.call("pg_verifybackup", "--no-parse-wal", *ours, trial.again.data)
        trial.again.start()
        until = time.monotonic() + 60
        while run_sql(trial.again, "SELECT pg_is_in_recovery()"):
            if time.monotonic() > until:
                raise Stopped("the restored server did not end its recovery within 60 s")
            time.sleep(0.1)


def compare(trial: Trial, before: dict[str, tuple[int, str]]) -> None:
    """Every row must be as in the instant before the accident, and the application must be at home."""
    with step("every row of every table compared, the application signed in"):
        after = every_row(trial.again)
        wrong = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
        if wrong:
            raise Stopped(f"these tables differ from before the accident: {', '.join(wrong)}")
        with psycopg.connect(trial.url("app", trial.again)) as connection:
            people = connection.execute("SELECT count(*) FROM registry_person").fetchone()
        if people != (0,):
            raise Stopped("the application's login sees people without a context: row security was lost")
    with step("the audit sealed on, and all of it verified against the files handed out before"):
        said = trial.manage(trial.again, "seal_audit", "verify_audit")
    say(f"  {said.splitlines()[-2]}")
    rows = sum(count for count, _ in after.values())
    say(f"  {len(after)} tables, {rows:,} rows, all as before; the application sees none without a context")


def main(kind: str) -> None:
    """The whole trial; what it made is removed whatever happens."""
    begun, trial = time.monotonic(), Trial(kind)
    keys = f"{Fernet.generate_key().decode()},{Fernet.generate_key().decode()}"
    try:
        live(trial)
        instant, before = back_up_and_lose(trial, keys)
        newer = f"{Fernet.generate_key().decode()},{keys}"  # the keys were rotated since the backup
        refuse(trial, newer, instant)
        restore(trial, newer, instant)
        compare(trial, before)
    finally:
        with step("removing the throw-away clusters"):
            trial.remove()
    say(f"Restored to the instant before the accident, in {spoken_time(time.monotonic() - begun)}.")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Stopped as reason:
        sys.exit(f"\n{reason}")
