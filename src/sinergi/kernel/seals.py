"""Sealing the audit: entries of ended transactions are hashed in blocks, each citing the root of the one before; and verifying all of it.

An entry cannot join a sealed block later: a block covers transactions below the oldest still running, in order of (transaction, id).
After a restore into another cluster a new chain begins; it seals the old one's rest, then cites its last root. What a superuser can
still do unseen inside the database (rewrite an entry and every seal after it) is seen against the files handed out: one a block, JSON
lines, enough for a third party to recompute the root. File format and the check by hand: docs/how-to/check-the-audit.md.
"""
import hashlib
import json
import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from .acting import acting
from .action import writing
from .actors import command
from .models import AuditSeal

BLOCK = 4096
LAST = 2**63 - 1
LEAF = struct.Struct(">qQ32s")
SEALER = command("seal", "audit.read")
ENTRIES = """SELECT chain, xid::text::bigint, id, sinergi_entry_hash(a) FROM kernel_auditentry a"""


@dataclass(frozen=True)
class Leaf:
    """One entry as sealed: where it stands and its hash."""

    chain: int
    xid: int
    id: int
    digest: bytes

    @property
    def place(self) -> tuple[int, int, int]:
        """Its place in the order of the whole audit."""
        return self.chain, self.xid, self.id


def pack(leaves: Iterable[Leaf]) -> bytes:
    """Leaves -> 48 bytes each: id, transaction, digest."""
    return b"".join(LEAF.pack(leaf.id, leaf.xid, leaf.digest) for leaf in leaves)


def unpack(chain: int, packed: bytes) -> list[Leaf]:
    """The leaves of a seal again. A length that is no multiple of 48 loses its rest: the root then differs."""
    whole = len(packed) // LEAF.size * LEAF.size
    return [Leaf(chain, xid, number, digest) for number, xid, digest in LEAF.iter_unpack(packed[:whole])]


def head(seal: AuditSeal) -> dict[str, Any]:
    """What the root covers beside the entries, as it stands in the handed-out file."""
    return {"block": seal.block, "chain": seal.chain, "cluster": seal.cluster, "from": [seal.from_xid, seal.from_id],
            "to": [seal.to_xid, seal.to_id], "entries": seal.entries, "prior": bytes(seal.prior).hex()}


def root_of(header: dict[str, Any], packed: bytes) -> bytes:
    """SHA-256 over the header (canonical JSON: keys sorted, no spaces), a newline, and the leaves."""
    return hashlib.sha256(json.dumps(header, sort_keys=True, separators=(",", ":")).encode() + b"\n" + packed).digest()


def seal() -> list[int]:
    """Seal every entry that can no longer change. Numbers of the new blocks; [] when nothing waited. One at a time, others wait.

    Streams: at most BLOCK entries are in memory. Safe to repeat and to kill: a block is there wholly or not at all.
    """
    with acting(SEALER, purpose="audit"), writing("audit.seal"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('sinergi.seal'))")
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, sinergi_chain(),"
                           " (SELECT system_identifier::text FROM pg_control_system())")
            high, chain, cluster = cursor.fetchone()
        last = AuditSeal.objects.defer("leaves").order_by("-block").first()
        made: list[int] = []
        if last is not None and last.chain != chain and last.to_xid != LAST:
            last = _seal_range(last, last.chain, last.cluster, LAST, made)
        _seal_range(last, chain, cluster, high - 1, made)
    return made


def _seal_range(last: AuditSeal | None, chain: int, cluster: str, upto: int, made: list[int]) -> AuditSeal | None:
    """Seal what stands after `last` in one chain, up to a transaction. Closing an ended chain (upto LAST) makes a block even if empty."""
    start = (last.to_xid, last.to_id) if last is not None and last.chain == chain else (0, 0)
    waiting = stream(f"{ENTRIES} WHERE chain = %s AND (xid, id) > (%s::text::xid8, %s) AND xid <= %s::text::xid8 ORDER BY xid, id",
                      [chain, str(start[0]), start[1], str(upto)])
    batch: list[Leaf] = []
    for leaf in waiting:
        if len(batch) == BLOCK:
            last = _write(last, chain, cluster, start, (batch[-1].xid, batch[-1].id), batch)
            made.append(last.block)
            start, batch = (last.to_xid, last.to_id), []
        batch.append(leaf)
    if batch or upto == LAST:
        last = _write(last, chain, cluster, start, (upto, LAST), batch)
        made.append(last.block)
    return last


def _write(last: AuditSeal | None, chain: int, cluster: str, start: tuple[int, int], end: tuple[int, int],
           batch: list[Leaf]) -> AuditSeal:
    """One block."""
    number, prior = (last.block + 1, bytes(last.root)) if last is not None else (1, b"")
    leaves = pack(batch)
    new = AuditSeal(block=number, chain=chain, cluster=cluster, from_xid=start[0], from_id=start[1], to_xid=end[0], to_id=end[1],
                    entries=len(batch), leaves=leaves, prior=prior)
    new.root = root_of(head(new), leaves)
    new.save(force_insert=True)
    return new


def stream(query: str, given: list[Any]) -> Iterator[Leaf]:
    """Rows of ENTRIES by a cursor of the server, so that memory stays flat."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, given)
        while rows := cursor.fetchmany(2000):
            for chain, xid, number, digest in rows:
                yield Leaf(chain, xid, number, bytes(digest))


def file_of(block: int, root: bytes) -> str:
    """Name of a block's file. The root's beginning is part of it, so that no second file of a block can replace the first."""
    return f"block-{block:08d}-{root.hex()[:12]}.jsonl"


def hand_out(folder: Path | None = None) -> int:
    """Write the file of every sealed block that has none yet; returns how many. Give the folder's files to somebody outside."""
    folder, written = folder or settings.SEALS_DIR, 0
    folder.mkdir(parents=True, exist_ok=True)
    there = {path.name for path in folder.glob("block-*.jsonl")}
    for block, root in AuditSeal.objects.values_list("block", "root"):
        if (name := file_of(block, bytes(root))) in there:
            continue
        one = AuditSeal.objects.get(block=block)
        lines = [json.dumps({**head(one), "root": bytes(one.root).hex(), "at": one.at.isoformat()})]
        lines += [json.dumps({"id": leaf.id, "xid": leaf.xid, "sha256": leaf.digest.hex()})
                  for leaf in unpack(one.chain, bytes(one.leaves))]
        unfinished = folder / f".{name}.{os.getpid()}"
        with open(unfinished, "w", encoding="ascii") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.chmod(unfinished, 0o444)
        os.replace(unfinished, folder / name)
        written += 1
    return written
