#!/usr/bin/env python3
"""Backups of a real deployment: base copies and write-ahead log, locked with a key of their own; restored to any instant.

    backup.py base                     copy the whole cluster while it runs, then carry
    backup.py carry                    lock the log files that the server has put into the spool
    backup.py list                     what there is
    backup.py prune --keep-days N      remove what only serves instants more than N days ago
    backup.py restore FOLDER [--until 2026-11-24T14:05:00+08:00] [--owner USER]

Environment: SINERGI_BACKUP_DIR (the store), SINERGI_BACKUP_KEYS (Fernet keys, comma separated, newest first: new things are locked
with the first, old ones open with any), SINERGI_WAL_SPOOL, SINERGI_BACKUP_URL (login with REPLICATION), SINERGI_PG_BIN (if pg_basebackup is
not on the path). A locked file is lines of Fernet tokens; each holds its file's name, its number and whether it is the last, so that a
file cut short, reordered or put in another's place does not open.
"""
from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import pwd
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from io import RawIOBase
from pathlib import Path

import psycopg
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

CHUNK = 4 * 2**20  # bytes of compressed content in one token
HEAD = 8 + 8 + 1  # bytes: whose, number, last or not
STAMP = "%Y%m%dT%H%M%SZ"


def setting(name: str) -> str:
    """A variable of the environment; ends the program with a sentence when it is missing."""
    value = os.environ.get(name)
    if not value:
        sys.exit(f"{name} is not set: see docs/how-to/deploy.md")
    return value


def keys() -> MultiFernet:
    """The lock of the backups, newest key first."""
    return MultiFernet([Fernet(key.strip()) for key in setting("SINERGI_BACKUP_KEYS").split(",")])


def store(part: str) -> Path:
    """`base` or `wal` in the store, made when missing."""
    folder = Path(setting("SINERGI_BACKUP_DIR")) / part
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def compressed(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same content, smaller, in pieces of about CHUNK bytes."""
    press, waiting = zlib.compressobj(1, wbits=31), bytearray()
    for block in blocks:
        waiting += press.compress(block)
        while len(waiting) >= CHUNK:
            yield bytes(waiting[:CHUNK])
            del waiting[:CHUNK]
    yield bytes(waiting) + press.flush()


def lock(name: str, blocks: Iterable[bytes], target: Path) -> None:
    """Write content to `target`, compressed and locked. It takes its name last: a file cut short is never taken for a whole one."""
    fernet, whose, new = keys(), hashlib.sha256(name.encode()).digest()[:8], target.with_name(target.name + ".part")
    pieces = compressed(blocks)
    piece, number = next(pieces), 0
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        while piece is not None:
            following = next(pieces, None)
            out.write(fernet.encrypt(whose + number.to_bytes(8, "big") + bytes([following is None]) + piece) + b"\n")
            piece, number = following, number + 1
        out.flush()
        os.fsync(out.fileno())
    new.replace(target)


def unlock(name: str, source: Path) -> Iterator[bytes]:
    """The content of a locked file. Ends the program when it is not whole, not this file, or locked with another key."""
    fernet, whose, expand = keys(), hashlib.sha256(name.encode()).digest()[:8], zlib.decompressobj(wbits=31)
    last = False
    with open(source, "rb") as lines:
        for number, line in enumerate(lines):
            try:
                piece = fernet.decrypt(line.strip())
            except InvalidToken:
                sys.exit(f"{source} does not open: it was changed, or locked with a key that SINERGI_BACKUP_KEYS does not hold")
            if piece[:16] != whose + number.to_bytes(8, "big") or last:
                sys.exit(f"{source} is not the file {name} as it was written")
            last, packed = bool(piece[16]), piece[HEAD:]
            while packed:
                yield expand.decompress(packed, 4 * CHUNK)  # a page of nothing expands a thousandfold
                packed = expand.unconsumed_tail
    if not last:
        sys.exit(f"{source} was cut short")
    yield expand.flush()


class Reading(RawIOBase):
    """A stream of blocks as a file that tarfile can read."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self.blocks, self.rest = blocks, b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer) -> int:
        """Fill the buffer from the next block; 0 at the end."""
        while not self.rest:
            block = next(self.blocks, None)
            if block is None:
                return 0
            self.rest = block
        size = min(len(buffer), len(self.rest))
        buffer[:size], self.rest = self.rest[:size], self.rest[size:]
        return size


def file_blocks(path: Path) -> Iterator[bytes]:
    """A file in blocks of a megabyte."""
    with open(path, "rb") as handle:
        yield from iter(lambda: handle.read(2**20), b"")


def output_blocks(command: list[str]) -> Iterator[bytes]:
    """What a program writes; ends this one when it fails, so that nothing incomplete is kept."""
    with subprocess.Popen(command, stdout=subprocess.PIPE) as running:
        assert running.stdout
        yield from iter(lambda: running.stdout.read(2**20), b"")
    if running.returncode:
        sys.exit(f"{command[0]} ended with {running.returncode}; no backup was made")


def base() -> None:
    """Copy the cluster while it runs. The log since `first_wal` is needed to make the copy whole."""
    url, began = setting("SINERGI_BACKUP_URL"), datetime.now(UTC)
    with psycopg.connect(url) as connection:
        first_wal = connection.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone()[0]
        version = connection.info.server_version
    program = str(Path(os.environ.get("SINERGI_PG_BIN", "")) / "pg_basebackup")
    name, folder = began.strftime(STAMP), store("base")
    command = [program, "--dbname", url, "--format=tar", "--pgdata=-", "--wal-method=none", "--checkpoint=fast", "--no-password"]
    lock(f"{name}.tar", output_blocks(command), folder / f"{name}.tar.lock")
    about = {"began": began.isoformat(), "ended": datetime.now(UTC).isoformat(), "first_wal": first_wal, "server_version": version}
    about_file = folder / f"{name}.json"
    about_file.with_suffix(".part").write_text(json.dumps(about))
    about_file.with_suffix(".part").replace(about_file)
    carry()
    print(f"base copy {name}: {(folder / f'{name}.tar.lock').stat().st_size / 2**20:.1f} MiB")


def carry() -> None:
    """Lock each log file in the spool into the store, then remove it there. Safe to interrupt, to repeat and to run twice at once."""
    with open(store("wal") / ".carrying", "w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        for path in sorted(Path(setting("SINERGI_WAL_SPOOL")).iterdir()):
            if path.suffix != ".part":
                lock(path.name, file_blocks(path), store("wal") / f"{path.name}.lock")
                path.unlink()


def copies() -> dict[str, dict]:
    """Base copies that are whole, oldest first: {name: what is known about it}."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(store("base").glob("*.json"))}


def segment(name: str) -> str:
    """The place of a log file in the log, whichever timeline it belongs to."""
    return name[8:24]


def wal_since(first: str) -> list[Path]:
    """Locked log files from `first` on, and every timeline history."""
    return [path for path in sorted(store("wal").glob("*.lock")) if ".history" in path.name or segment(path.name) >= segment(first)]


def listing() -> None:
    """Print each base copy and how far the log reaches."""
    for name, about in copies().items():
        reach = len(wal_since(about["first_wal"]))
        print(f"{name}  ended {about['ended'][:19]}Z  PostgreSQL {about['server_version'] // 10000}  {reach} log files since")


def prune(keep_days: int) -> None:
    """Remove base copies that no instant of the last `keep_days` needs, and the log before the oldest one kept."""
    horizon = datetime.now(UTC) - timedelta(days=keep_days)
    known = copies()
    old = [name for name, about in known.items() if datetime.fromisoformat(about["ended"]) <= horizon]
    for name in old[:-1]:  # the newest of the old ones still serves the first instants that are kept
        for suffix in (".json", ".tar.lock"):
            (store("base") / (name + suffix)).unlink()
        del known[name]
    if known:
        needed = set(wal_since(next(iter(known.values()))["first_wal"]))
        for path in store("wal").glob("*.lock"):
            if path not in needed:
                path.unlink()


def restore(folder: Path, until: datetime | None, owner: str) -> None:
    """Lay out a data folder of user `owner` that, when a server is started on it, replays the log up to `until` and then serves."""
    usable = [name for name, about in copies().items() if until is None or datetime.fromisoformat(about["ended"]) <= until]
    if not usable:
        sys.exit("No base copy ended before that instant.")
    if folder.exists() and any(folder.iterdir()):
        sys.exit(f"{folder} is not empty. A restore never writes over anything.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = usable[-1]
    with tarfile.open(fileobj=Reading(unlock(f"{name}.tar", store("base") / f"{name}.tar.lock")), mode="r|") as archive:
        archive.extractall(folder)
    log = folder / "restored-wal"
    log.mkdir(mode=0o700)
    for path in wal_since(copies()[name]["first_wal"]):
        with open(log / path.name.removesuffix(".lock"), "wb") as out:
            out.writelines(unlock(path.name.removesuffix(".lock"), path))
    with open(folder / "postgresql.auto.conf", "a") as out:
        out.write("restore_command = 'cp restored-wal/%f \"%p\"'\nrecovery_target_action = 'promote'\n")
        if until:
            out.write(f"recovery_target_time = '{until.isoformat()}'\n")
    (folder / "recovery.signal").touch()
    if os.geteuid() == 0:
        user = pwd.getpwnam(owner)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    print(f"{folder} holds the copy {name} and the log since; start a server on it and it replays up to {until or 'the end of the log'}.")


def instant(text: str) -> datetime:
    """An instant with its offset from UTC, as argparse wants it."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError("name the offset of the clock, as in 2026-11-24T14:05:00+08:00")
    return found


def main() -> None:
    """Parse and do."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("base", "carry", "list"):
        commands.add_parser(name)
    commands.add_parser("prune").add_argument("--keep-days", type=int, required=True)
    one = commands.add_parser("restore")
    one.add_argument("folder", type=Path)
    one.add_argument("--until", type=instant)
    one.add_argument("--owner", default="postgres", help="when run as root: the user the server runs as")
    given = parser.parse_args()
    match given.command:
        case "base":
            base()
        case "carry":
            carry()
        case "list":
            listing()
        case "prune":
            prune(given.keep_days)
        case _:
            restore(given.folder.resolve(), given.until, given.owner)


if __name__ == "__main__":
    main()
