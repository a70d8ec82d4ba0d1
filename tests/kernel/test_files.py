"""The file store: told by content, limited, encrypted, never a path of the sender's, moved under a new key."""
from __future__ import annotations

import io
import stat
import zipfile
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from kernel_stage import an_actor, entries, make_agency

from sinergi.kernel import files
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.errors import Refused
from sinergi.kernel.files import KINDS, clean_name, discard, every_file, keep, open_file, sniff
from sinergi.kernel.models import User
from sinergi.kernel.rotation import ROTATOR, rotate, rotated

PDF = b"%PDF-1.7\nAli bin Abu 600302-17-5062"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR


def workbook(**parts: bytes) -> bytes:
    """An archive with a workbook in it, and more."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>", **parts}.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_a_file_comes_back_as_it_was_and_lies_there_unreadable(store):
    kept = keep(PDF, name="surat beranak.pdf", kind="paper")
    assert (kept.name, kept.type, kept.media, kept.size) == ("surat beranak.pdf", "pdf", "application/pdf", len(PDF))
    assert open_file(kept.id) == (kept, PDF)
    path, = every_file()
    assert b"Ali" not in path.read_bytes() and b"beranak" not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert str(kept.id.hex) in path.name and list(store.rglob("*surat*")) == []


@pytest.mark.parametrize(("content", "found"), [
    (PDF, "pdf"), (PNG, "png"), (b"\xff\xd8\xff\xe0abc", "jpg"), (b"RIFF1234WEBPVP8 ", "webp"), (workbook(), "xlsx"),
    (b"nama,kad\nAli,600302175062\n", "csv"), ("nama;umur\nSítí;70".encode("cp1252"), "csv"), ("nama\tumur".encode("utf-16"), "csv"),
    (b"<html><script>", ""), (b"  \n<!doctype html>", ""), (b"#!/bin/sh\nrm", ""), (b"\x7fELF\x02\x01", ""), (b"MZ\x90\x00\x03", ""),
    (b"PK\x03\x04broken", ""), (b"\x00\x01\x02", ""), (b"a\x1bb", ""), (b"{\\rtf1", ""), (b"\xff\xfe\x00", ""),
])
def test_what_a_file_is_stands_in_its_content(content, found):
    assert sniff(content) == found


@pytest.mark.parametrize(("content", "kind", "code"), [
    (b"", "paper", "file.empty"), (b"%PDF-" + b"0" * (8 * 1024 * 1024), "paper", "file.too_large"), (b"a,b", "paper", "file.type"),
    (PDF, "list", "file.type"), (b"<svg onload=alert(1)>", "paper", "file.type"),
    (workbook(**{"xl/vbaProject.bin": b"x"}), "list", "file.archive"),
    (workbook(**{f"part{n}": b"" for n in range(2001)}), "list", "file.archive"),
    (workbook(**{f"sheet{n}": bytes(100 * 1024 * 1024) for n in range(4)}), "list", "file.archive"),
])
def test_what_is_refused_leaves_nothing(content, kind, code):
    with pytest.raises(Refused) as refused:
        keep(content, name="x", kind=kind)
    assert refused.value.code == code and refused.value.field == "file" and list(every_file()) == []
    assert refused.value.sentence("ms") and refused.value.sentence("en")


@pytest.mark.parametrize(("name", "cleaned"), [
    ("../../etc/passwd", "passwd.pdf"), ("C:\\Users\\x\\surat.PDF.exe", "surat.PDF.pdf"), ("a\r\nSet-Cookie: x", "a__Set-Cookie_ x.pdf"),
    ("", "file.pdf"), ("...", "file.pdf"), ("=cmd|' /C calc'!A0", "C calc__A0.pdf"), ("Kad Pengenalan (depan).jpg", "Kad Pengenalan (depan).pdf"),
    ("x" * 300, "x" * 80 + ".pdf"), ("نور.pdf", "نور.pdf"),
])
def test_a_name_is_cleaned_and_ends_as_what_it_is(name, cleaned):
    assert clean_name(name, "pdf") == cleaned


def test_a_changed_file_does_not_open_and_a_gone_one_says_so():
    kept = keep(PNG, name="x", kind="paper")
    path, = every_file()
    path.write_bytes(path.read_bytes()[:-4] + b"AAA=")
    with pytest.raises(RuntimeError, match="does not open"):
        open_file(kept.id)
    discard(kept.id)
    discard(kept.id)
    with pytest.raises(LookupError):
        open_file(kept.id)
    with pytest.raises(LookupError):
        open_file(uuid4())
    with pytest.raises(ValueError):
        open_file("../../../etc/passwd")


def test_rotation_moves_files_factors_and_keys_and_the_old_key_is_needed_no_more(own_db, owner, settings):
    old, new = settings.KEYS[0], Fernet.generate_key().decode()
    kept = keep(PDF, name="x", kind="paper")
    agency = make_agency()
    with acting(an_actor("administrator"), purpose="administer"), writing("try.make"):
        user = User.objects.create(email="a@b.my", name="A", agency=agency)
    secret = files.outer().encrypt(b"JBSWY3DP").decode()
    factor = Authenticator.objects.create(user=user, type="totp", data={"secret": secret, "used_mask": 3, "codes": [secret, "plain"]})
    settings.KEYS = [new, old]
    assert rotate(None, actor=ROTATOR, purpose="administer") == {"persons": 0, "factors": 2, "files": 1, "webhooks": 0, "answers": 0}
    settings.KEYS = [new]
    assert open_file(kept.id)[1] == PDF
    factor.refresh_from_db()
    assert files.outer().decrypt(factor.data["secret"].encode()) == b"JBSWY3DP" and factor.data["codes"][1] == "plain"
    entry, = entries(owner, "verb = 'key.rotate'")
    assert entry["changes"] == {"persons": 0, "factors": 2, "files": 1, "webhooks": 0, "answers": 0} and entry["actor"] == "command:rotate"
    assert rotated(5) == 5


def test_every_kind_names_known_types():
    assert all(set(kind.types) <= set(files.MEDIA) and kind.most > 0 for kind in KINDS.values())
