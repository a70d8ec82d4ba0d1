"""The law as published: every version is kept under the hash of its files, so that a past answer is recomputed exactly."""
import hashlib
import json
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.db.models.functions import Now

from sinergi.core import rules

from . import policy
from .action import action
from .errors import Refused
from .law_files import read_documents
from .models import LawDocument, LawVersion

DAY = "day"


def body_of(document: object) -> str:
    """A document as canonical JSON: the text that is hashed and kept. Days are marked, so that they come back as days."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=lambda day: {DAY: day.isoformat()})


def document_of(body: str) -> object:
    """The document again, equal to what was published."""
    return json.loads(body, object_hook=lambda found: date.fromisoformat(found[DAY]) if found.keys() == {DAY} else found)


@action("law.publish", policy.anyone)
def publish_law(folder: Path, *, actor: object) -> LawVersion:
    """Check the law files of a folder and keep them as the version in use. The same files again change nothing; older ones come back.

    Raises Refused("law.faulty") with the first fault.
    """
    documents = read_documents(folder)
    try:
        law = rules.build(documents)
    except rules.LawFaults as faults:
        raise Refused("law.faulty", fault=str(faults)) from faults
    paths = {}
    for path, document in documents.items():
        body = body_of(document)
        paths[path] = hashlib.sha256(body.encode()).hexdigest()
        LawDocument.objects.get_or_create(sha256=paths[path], defaults={"body": body})
    newest = LawVersion.objects.order_by("-published_at").first()
    if newest is None or newest.version != law.version:
        newest, _ = LawVersion.objects.update_or_create(
            version=law.version, defaults={"paths": paths, "published_by": getattr(actor, "id", ""), "published_at": Now()})
        newest.refresh_from_db()
    return newest


@lru_cache(maxsize=8)
def at_version(version: str) -> rules.Law:
    """The law of a version, rebuilt from what was kept and checked against its hash. Raises LookupError when it was never published."""
    row = LawVersion.objects.filter(version=version).first()
    if row is None:
        raise LookupError(f"law version {version} was never published here")
    bodies = dict(LawDocument.objects.filter(sha256__in=row.paths.values()).values_list("sha256", "body"))
    law = rules.build({path: document_of(bodies[sha]) for path, sha in row.paths.items()})
    if law.version != version:
        raise RuntimeError(f"law version {version} does not rebuild: its documents were changed")
    return law


def current() -> rules.Law:
    """The law as last published. One query; the law itself is cached by version."""
    newest = LawVersion.objects.order_by("-published_at").values_list("version", flat=True).first()
    if newest is None:
        raise LookupError("no law is published: run `./sinergi manage publish_law`")
    return at_version(newest)
