"""The law as published: kept under its content, rebuilt exactly, in use until the next; the same files change nothing."""
from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from kernel_stage import an_actor, tamper, value

from sinergi.core import rules
from sinergi.kernel import law
from sinergi.kernel.actors import command
from sinergi.kernel.errors import Refused
from sinergi.kernel.law_files import read_documents, read_text

PUBLISHER = command("publish_law", "law.publish")


@pytest.fixture
def folder(tmp_path) -> Path:
    """A copy of the law of this checkout that a test may change."""
    shutil.copytree(settings.LAW_DIR, tmp_path / "law")
    law.at_version.cache_clear()
    return tmp_path / "law"


def publish(folder: Path):
    return law.publish_law(folder, actor=PUBLISHER, purpose="administer")


def test_a_document_comes_back_equal():
    document = {"a": [{"from": date(2024, 12, 1), "value": 600, "name": {"ms": "ü", "en": None}}], "day": "2024-12-01", "on": {"x": True}}
    assert law.document_of(law.body_of(document)) == document


def test_the_law_is_published_once_rebuilt_exactly_and_audited(own_db, owner, folder):
    first = publish(folder)
    assert law.current().version == first.version == rules.build(read_documents(folder)).version
    assert publish(folder).version == first.version and value(owner, "SELECT count(*) FROM kernel_lawversion") == 1
    assert value(owner, "SELECT count(*) FROM kernel_auditentry WHERE verb = 'law.publish'") == 2
    assert first.published_by == "command:publish_law"


def test_a_new_version_is_in_use_and_the_old_one_can_still_be_asked(own_db, owner, folder):
    first = publish(folder).version
    path = folder / "parameters" / "jkm.yaml"
    path.write_text(path.read_text("utf-8").replace("600", "650", 1), "utf-8")
    second = publish(folder).version
    assert second != first and law.current().version == second and law.at_version(first).version == first
    kept = value(owner, "SELECT count(*) FROM kernel_lawdocument")
    assert kept == len(read_documents(folder)) + 1  # every file once, the changed one twice


def test_a_faulty_law_is_refused_with_its_place_and_nothing_is_kept(own_db, owner, folder):
    (folder / "parameters" / "jkm.yaml").write_text("jkm.nonsense: {type: amount}\n", "utf-8")
    with pytest.raises(Refused) as refused:
        publish(folder)
    assert refused.value.code == "law.faulty" and "jkm.yaml" in refused.value.sentence("en")
    assert value(owner, "SELECT count(*) FROM kernel_lawversion") == 0


def test_only_who_may_publishes(own_db, folder):
    with pytest.raises(Refused):
        law.publish_law(folder, actor=an_actor("coordinator"), purpose="administer")


def test_a_version_never_published_or_changed_behind_our_back_is_not_used(own_db, owner, folder):
    with pytest.raises(LookupError):
        law.current()
    with pytest.raises(LookupError):
        law.at_version("0" * 64)
    version = publish(folder).version
    tamper(owner, """UPDATE kernel_lawdocument SET body = replace(body, '600', '601') WHERE body LIKE '%jkm.hardcore%'""")
    law.at_version.cache_clear()
    with pytest.raises(RuntimeError, match="does not rebuild"):
        law.at_version(version)


def test_a_key_written_twice_is_refused_and_no_is_a_word():
    assert read_text("no: {ms: x}\nyes: true", "x.yaml") == {"no": {"ms": "x"}, "yes": True}
    with pytest.raises(yaml.YAMLError, match="twice"):
        read_text("a: 1\na: 2", "x.yaml")
