"""The operator's commands: what they say and how they end; and a database whose owner is no superuser."""
from __future__ import annotations

import os
import secrets
from io import StringIO
from uuid import UUID

import psycopg
import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from kernel_stage import an_actor, seal_all, tamper, value
from psycopg import sql

from sinergi.kernel import audit
from sinergi.kernel.acting import acting
from sinergi.kernel.audit_queries import Wanted, entries, looks_at

PERSON = UUID(int=5)


@pytest.fixture
def written(own_db, owner, settings, tmp_path):
    """Three entries about one person, nothing sealed."""
    settings.SEALS_DIR = tmp_path / "seals"
    settings.FILES_DIR = tmp_path / "files"
    for _ in range(3):
        with acting(an_actor("coordinator"), purpose="register") as context:
            audit.record(context, "person.read", "page", [PERSON], {})
    return owner


def said(*arguments: str) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_seal_and_verify(written, settings, capsys):
    seal_all(written)
    assert "wrote 1 file(s)" in said("seal_audit") and "sealed 0 block(s); wrote 0 file(s)" in said("seal_audit")
    assert "3 entries hold; 1 file(s) compared; 0 entries wait" in said("verify_audit") and "as it was sealed" in said("verify_audit")
    tamper(written, "UPDATE kernel_auditentry SET actor = 'nobody' WHERE id = 2")
    with pytest.raises(SystemExit) as end:
        call_command("verify_audit", files=settings.SEALS_DIR)
    assert end.value.code == 1 and "entry 2 (block 1) was changed" in capsys.readouterr().err


def test_rotate_keys_says_what_to_do_next(written, settings):
    assert "Now take" not in said("rotate_keys")
    settings.KEYS = [Fernet.generate_key().decode(), *settings.KEYS]
    assert "0 persons, 0 factors, 0 files, 0 webhooks, 0 answers are under the newest key" in said("rotate_keys")
    assert "Now take" in said("rotate_keys")


def test_publish_law_names_the_fault(own_db, tmp_path):
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "x.yaml").write_text("x.y: {type: nonsense}\n")
    with pytest.raises(CommandError, match="x.yaml"):
        call_command("publish_law", str(tmp_path))


@pytest.fixture
def plain_owner(written):
    """The audit given to an owner that is neither superuser nor passes row security, as in production."""
    name = f"plain_{secrets.token_hex(3)}"
    written.execute(sql.SQL("CREATE ROLE {} NOSUPERUSER NOBYPASSRLS").format(sql.Identifier(name)))
    for statement in ("GRANT CREATE ON SCHEMA public TO {0}", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {0}",
                      "ALTER TABLE kernel_auditentry OWNER TO {0}", "ALTER POLICY by_owner ON kernel_auditentry TO {0}",
                      "ALTER FUNCTION sinergi_entries_of(uuid) OWNER TO {0}", "ALTER FUNCTION sinergi_looks(uuid, bigint, int) OWNER TO {0}"):
        written.execute(sql.SQL(statement).format(sql.Identifier(name)))
    yield name
    written.execute(sql.SQL("REASSIGN OWNED BY {0} TO CURRENT_USER; DROP OWNED BY {0}").format(sql.Identifier(name)))
    written.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def test_one_persons_entries_are_found_when_the_owner_is_no_superuser(written, plain_owner):
    with acting(an_actor("coordinator"), purpose="register"):
        assert [entry.id for entry in looks_at(PERSON)] == [3, 2, 1]
    with acting(an_actor("auditor", national=True), purpose="audit"):
        assert [entry.id for entry in entries(Wanted(person=PERSON))] == [3, 2, 1]
    with acting(an_actor("administrator", national=True), purpose="administer"):
        assert looks_at(PERSON) == [] and entries(Wanted(person=PERSON)) == []


def test_no_context_finds_nobody_through_the_doors(written, own_db):
    with psycopg.connect(os.environ["SINERGI_DATABASE_URL"], dbname=own_db) as app:
        assert app.execute("SELECT * FROM sinergi_looks(%s, 99, 9)", [PERSON]).fetchall() == []
        assert app.execute("SELECT * FROM sinergi_entries_of(%s)", [PERSON]).fetchall() == []
    assert value(written, "SELECT count(*) FROM kernel_auditentry") == 3
