"""Verifying the audit: everything is hashed again and held against the seals and the files handed out; the first fault is named."""
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from .acting import acting
from .actors import command
from .models import AuditSeal
from .seals import ENTRIES, LAST, Leaf, head, pack, root_of, stream, unpack

SAYS = {
    "changed": "entry {entry} (block {block}) was changed",
    "missing": "entry {entry} (block {block}) is missing",
    "inserted": "entry {entry} (block {block}) was inserted after the block was sealed",
    "seal_missing": "the seal of block {block} is missing",
    "seal_rewritten": "the seal of block {block} was rewritten",
    "file_differs": "block {block} is not as it was handed out in {file}",
    "file_broken": "the file {file} of block {block} was changed: its root does not follow from its lines",
}


@dataclass(frozen=True)
class Fault:
    """The first thing that is not as it was sealed. `entry` is the audit entry's id, where one can be named."""

    kind: str
    block: int
    entry: int | None = None
    file: str = ""

    def __str__(self) -> str:
        return SAYS[self.kind].format(block=self.block, entry=self.entry, file=self.file)


@dataclass(frozen=True)
class Verified:
    """What was found: blocks and entries that hold, entries not sealed yet, handed-out files compared, and the first fault or None."""

    blocks: int
    entries: int
    waiting: int
    files: int
    fault: Fault | None = None


class _Found(Exception):
    """Carries the first fault out of the walk."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault


class _Walk:
    """The entries in order, one ahead."""

    def __init__(self) -> None:
        self.rows = stream(f"{ENTRIES} ORDER BY chain, xid, id", [])
        self.next: Leaf | None = next(self.rows, None)

    def upto(self, place: tuple[int, int, int]) -> Iterator[Leaf]:
        """Every entry that stands at or before a place."""
        while self.next is not None and self.next.place <= place:
            yield self.next
            self.next = next(self.rows, None)

    def rest(self) -> Iterator[Leaf]:
        """Every entry after what was walked."""
        return self.upto((LAST, LAST, LAST))


def verify(folder: Path | None = None) -> Verified:
    """Hash every entry again and compare with seals and files (`settings.SEALS_DIR` if no folder is given). Reads only, memory flat."""
    files = _files(folder or settings.SEALS_DIR)
    blocks = entries = waiting = compared = 0
    with acting(command("verify", "audit.read"), purpose="audit"):
        walk, prior = _Walk(), None
        try:
            for seal in _seals():
                compared += _check_seal(seal, prior, files)
                entries += _check_entries(seal, walk)
                blocks, prior = seal.block, seal
            if late := [block for block in files if block > blocks]:
                raise _Found(Fault("seal_missing", min(late)))
            waiting = _check_rest(prior, walk)
        except _Found as found:
            return Verified(blocks, entries, waiting, compared, found.fault)
    return Verified(blocks, entries, waiting, compared)


def _seals() -> Iterator[AuditSeal]:
    """The seals in order, one at a time."""
    at = 0
    while (one := AuditSeal.objects.filter(block__gt=at).first()) is not None:
        yield one
        at = one.block


def _check_seal(seal: AuditSeal, prior: AuditSeal | None, files: dict[int, list[Path]]) -> int:
    """Does the seal follow from the one before, and is it as handed out? Returns how many files of it were compared."""
    expected = prior.block + 1 if prior is not None else 1
    if seal.block != expected:
        raise _Found(Fault("seal_missing", expected))
    start = (prior.to_xid, prior.to_id) if prior is not None and prior.chain == seal.chain else (0, 0)
    follows = bytes(seal.prior) == (bytes(prior.root) if prior is not None else b"") and (seal.from_xid, seal.from_id) == start
    counted = len(seal.leaves) == 48 * seal.entries and (prior is None or seal.chain >= prior.chain)
    if not (follows and counted and root_of(head(seal), bytes(seal.leaves)) == bytes(seal.root)):
        raise _Found(Fault("seal_rewritten", seal.block))
    for path in files.get(seal.block, []):
        root, packed, sound = _read(path)
        if not sound:
            raise _Found(Fault("file_broken", seal.block, file=path.name))
        if root != bytes(seal.root):
            raise _Found(_difference(seal, unpack(seal.chain, packed), path))
    return len(files.get(seal.block, []))


def _difference(seal: AuditSeal, handed_out: list[Leaf], path: Path) -> Fault:
    """Seal and file disagree, both sound in themselves: name the first entry in which they do."""
    kept = {leaf.id: leaf for leaf in unpack(seal.chain, bytes(seal.leaves))}
    for leaf in handed_out:
        if leaf.id not in kept:
            return Fault("missing", seal.block, leaf.id, path.name)
        if kept[leaf.id].digest != leaf.digest:
            return Fault("changed", seal.block, leaf.id, path.name)
    added = kept.keys() - {leaf.id for leaf in handed_out}
    return Fault("inserted", seal.block, min(added), path.name) if added else Fault("file_differs", seal.block, file=path.name)


def _check_entries(seal: AuditSeal, walk: _Walk) -> int:
    """Walk the entries of one block beside its leaves. Returns how many there are."""
    sealed = iter(unpack(seal.chain, bytes(seal.leaves)))
    due = next(sealed, None)
    for leaf in walk.upto((seal.chain, seal.to_xid, seal.to_id)):
        if due is None or leaf.place < due.place:
            raise _Found(Fault("inserted", seal.block, leaf.id))
        if leaf.place > due.place:
            raise _Found(Fault("missing", seal.block, due.id))
        if leaf.digest != due.digest:
            raise _Found(Fault("changed", seal.block, leaf.id))
        due = next(sealed, None)
    if due is not None:
        raise _Found(Fault("missing", seal.block, due.id))
    return seal.entries


def _check_rest(last: AuditSeal | None, walk: _Walk) -> int:
    """Count what waits for a seal. An entry of a chain that neither is nor follows was put there by hand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sinergi_chain()")
        newest = cursor.fetchone()[0]
    oldest, waiting = last.chain if last is not None else newest, 0
    for leaf in walk.rest():
        if not oldest <= leaf.chain <= newest:
            raise _Found(Fault("inserted", last.block if last is not None else 0, leaf.id))
        waiting += 1
    return waiting


def _files(folder: Path) -> dict[int, list[Path]]:
    """The files handed out, by block."""
    found: dict[int, list[Path]] = {}
    for path in sorted(folder.glob("block-*.jsonl")):
        found.setdefault(int(path.name.split("-")[1]), []).append(path)
    return found


def _read(path: Path) -> tuple[bytes, bytes, bool]:
    """(root, leaves, does the root follow from the lines?) of one file."""
    try:
        first, *lines = [json.loads(line) for line in path.read_text("ascii").splitlines()]
        root = bytes.fromhex(first.pop("root"))
        first.pop("at")
        packed = pack(Leaf(first["chain"], line["xid"], line["id"], bytes.fromhex(line["sha256"])) for line in lines)
    except (ValueError, KeyError, TypeError):
        return b"", b"", False
    return root, packed, root_of(first, packed) == root
