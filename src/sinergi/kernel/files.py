"""Papers and lists: encrypted at rest, outside anything that is served, never executed; what they are is told by their content.

`keep` answers an id; a room keeps that id beside its own row. The name a browser sent is shown again, cleaned, and never used as a path.
A transaction that is rolled back leaves an encrypted file nobody refers to.
"""
import hashlib
import io
import json
import os
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from cryptography.fernet import InvalidToken
from django.conf import settings

from .errors import Refused
from .keys import outer

MEGABYTE = 1024 * 1024
MEDIA = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "csv": "text/csv",
         "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "parquet": "application/vnd.apache.parquet"}
SIGNATURES = ((b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"), (b"PAR1", "parquet"))
MOST_PARTS, MOST_UNPACKED = 2000, 300 * MEGABYTE


@dataclass(frozen=True)
class Kind:
    """What may be kept under a name: types and greatest size in bytes."""

    types: tuple[str, ...]
    most: int


KINDS = {"paper": Kind(("pdf", "jpg", "png", "webp"), 8 * MEGABYTE), "list": Kind(("csv", "xlsx"), 20 * MEGABYTE),
         "linkage": Kind(("csv", "xlsx", "parquet"), 20 * MEGABYTE),
         "result": Kind(("csv", "xlsx", "pdf"), 64 * MEGABYTE)}


@dataclass(frozen=True)
class Kept:
    """A file in the store."""

    id: UUID
    name: str
    type: str
    size: int
    sha256: str

    @property
    def media(self) -> str:
        """Its media type, by what it is."""
        return MEDIA[self.type]


def keep(content: bytes, *, name: str, kind: str) -> Kept:
    """Check and store one file. Refused: as `checked`."""
    found = checked(content, kind=kind)
    kept = Kept(uuid4(), clean_name(name, found), found, len(content), hashlib.sha256(content).hexdigest())
    header = json.dumps({"name": kept.name, "type": kept.type, "sha256": kept.sha256}).encode()
    write(path_of(kept.id), outer().encrypt(header + b"\n" + content))
    return kept


def checked(content: bytes, *, kind: str) -> str:
    """What a file is, if it may be kept as `kind`. Refused: file.empty, file.too_large, file.type, file.archive."""
    limits = KINDS[kind]
    if not content:
        raise Refused("file.empty", field="file")
    if len(content) > limits.most:
        raise Refused("file.too_large", field="file", limit=limits.most // MEGABYTE)
    found = sniff(content)
    if found not in limits.types:
        raise Refused("file.type", field="file", types=", ".join(t.upper() for t in limits.types))
    if found == "xlsx":
        check_archive(content)
    return found


def open_file(file_id: UUID) -> tuple[Kept, bytes]:
    """The file again, with its content. LookupError when it is gone; RuntimeError when it was changed or its key is missing."""
    try:
        plain = outer().decrypt(path_of(file_id).read_bytes())
    except FileNotFoundError as gone:
        raise LookupError(f"no file {file_id}") from gone
    except InvalidToken as broken:
        raise RuntimeError(f"file {file_id} does not open: changed, or locked with a key that is not in SINERGI_KEYS") from broken
    header, _, content = plain.partition(b"\n")
    facts = json.loads(header)
    return Kept(file_id, facts["name"], facts["type"], len(content), facts["sha256"]), content


def discard(file_id: UUID) -> None:
    """Remove it for good; gone already is fine. Call it after commit."""
    path_of(file_id).unlink(missing_ok=True)


def sniff(content: bytes) -> str:
    """What a file is, by its content: a key of MEDIA, or ''."""
    for signature, found in SIGNATURES:
        if content.startswith(signature):
            return found
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content.startswith(b"%PDF-"):
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        return "xlsx" if "xl/workbook.xml" in parts_of(content) else ""
    return "csv" if is_text(content) else ""


def is_text(content: bytes) -> bool:
    """Lines of text in a known encoding, and no page or script in disguise."""
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<", b"#!", b"{\\rtf")):
        return False
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return all(character in "\t\r\n\f" or unicodedata.category(character) != "Cc" for character in text[:100_000])
    return False


def parts_of(content: bytes) -> dict[str, zipfile.ZipInfo]:
    """The table of contents of an archive; empty when it cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {part.filename: part for part in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, OSError):
        return {}


def check_archive(content: bytes) -> None:
    """Refuse an archive that unpacks to too much, is locked, or carries macros. Nothing is unpacked; a table of contents may lie, so
    who reads the archive takes no more of a part than it says."""
    parts = parts_of(content)
    whole = sum(part.file_size for part in parts.values())
    locked = any(part.flag_bits & 1 for part in parts.values())
    macros = any(name.lower().endswith("vbaproject.bin") for name in parts)
    if len(parts) > MOST_PARTS or whole > MOST_UNPACKED or locked or macros:
        raise Refused("file.archive", field="file")


def clean_name(name: str, found: str) -> str:
    """A name fit to show and to offer for saving: no path, no control characters, the ending of what it is."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    stem = re.sub(r"[^\w .()-]", "_", re.sub(r"\.[A-Za-z0-9]{1,5}$", "", last)).strip(" .")[:80]
    return f"{stem or 'file'}.{found}"


def path_of(file_id: UUID) -> Path:
    """Where a file lies: by its id alone."""
    number = UUID(str(file_id)).hex
    return Path(settings.FILES_DIR) / number[:2] / f"{number}.locked"


def write(path: Path, locked: bytes) -> None:
    """Wholly or not at all, readable by this user only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_suffix(f".{os.getpid()}")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(locked)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, path)


def every_file() -> Iterator[Path]:
    """Every locked file of the store."""
    yield from sorted(Path(settings.FILES_DIR).glob("??/*.locked"))


def rewrap() -> int:
    """Move every file under the newest outer key; returns how many. Safe to repeat and to interrupt; one file in memory at a time."""
    lock, moved = outer(), 0
    for path in every_file():
        write(path, lock.rotate(path.read_bytes()))
        moved += 1
    return moved
