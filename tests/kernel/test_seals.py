"""The audit sealed in blocks: whatever a superuser changes is found, and the first entry is named."""
from __future__ import annotations

import hashlib
import json
import os
import tracemalloc
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from kernel_stage import an_actor, entries, seal_all, tamper, value
from psycopg import errors

from sinergi.kernel import keys, seals
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.audit import record
from sinergi.kernel.seals import hand_out, seal
from sinergi.kernel.verification import Fault, Verified, verify

ADD = """INSERT INTO kernel_auditentry (actor, agency, purpose, verb, subject, persons, changes, request)
         SELECT 'officer ' || n, 'aim', 'refer', 'referral.accept', 'Referral:' || n, ARRAY[gen_random_uuid()],
                '{"state": ["made", "accepted"]}', '' FROM generate_series(1, %s) n"""


@pytest.fixture
def folder(own_db, settings, tmp_path):
    settings.SEALS_DIR = tmp_path / "seals"
    return settings.SEALS_DIR


@pytest.fixture
def sealed(folder, owner, monkeypatch):
    """Three blocks of ten entries, ids 1 to 30, and five entries waiting."""
    monkeypatch.setattr(seals, "BLOCK", 10)
    for _ in range(3):
        owner.execute(ADD, [10])
        assert len(seal_all(owner)) == 1
    owner.execute(ADD, [5])
    assert verify().fault is None
    return owner


def test_sealed_blocks_hold_and_an_empty_round_makes_none(folder, owner):
    assert seal() == [] and verify() == verify(folder) and verify().blocks == 0
    owner.execute(ADD, [50])
    assert seal_all(owner) == [1] and seal() == []
    owner.execute(ADD, [5])
    found = verify()
    assert (found.blocks, found.entries, found.waiting, found.fault) == (1, 50, 5, None)
    assert seal_all(owner) == [2] and verify().entries == 55


def test_a_full_block_begins_the_next(folder, owner, monkeypatch):
    monkeypatch.setattr(seals, "BLOCK", 10)
    owner.execute(ADD, [25])
    assert seal_all(owner) == [1, 2, 3]
    assert owner.execute("SELECT entries FROM kernel_auditseal ORDER BY block").fetchall() == [(10,), (10,), (5,)]
    assert verify().fault is None


def test_a_running_transaction_is_never_sealed_over(folder, owner, own_db):
    with psycopg.connect(os.environ["SINERGI_OWNER_URL"], dbname=own_db) as slow:
        slow.execute(ADD, [1])  # takes the lowest id, commits last
        owner.execute(ADD, [3])
        assert seal() == [] and verify().waiting == 3
        slow.commit()
    assert seal_all(owner) == [1]
    assert (verify().entries, verify().fault) == (4, None)


COPY = """INSERT INTO kernel_auditentry (id, chain, xid, actor, agency, purpose, verb, subject, persons, changes, request)
          OVERRIDING SYSTEM VALUE
          SELECT 99, {chain}, xid, 'x', agency, purpose, verb, subject, persons, changes, request FROM kernel_auditentry WHERE id = 17"""


@pytest.mark.parametrize(("statement", "fault"), [
    ("UPDATE kernel_auditentry SET actor = 'nobody' WHERE id = 17", Fault("changed", 2, 17)),
    ("UPDATE kernel_auditentry SET changes = jsonb_set(changes, '{state,0}', '\"mode\"') WHERE id = 30", Fault("changed", 3, 30)),
    ("UPDATE kernel_auditentry SET at = at + interval '1 microsecond' WHERE id IN (5, 17)", Fault("changed", 1, 5)),
    ("UPDATE kernel_auditentry SET persons = '{}' WHERE id = 1", Fault("changed", 1, 1)),
    ("DELETE FROM kernel_auditentry WHERE id = 17", Fault("missing", 2, 17)),
    ("DELETE FROM kernel_auditentry WHERE id IN (20, 30)", Fault("missing", 2, 20)),
    ("DELETE FROM kernel_auditentry WHERE id BETWEEN 11 AND 20", Fault("missing", 2, 11)),
    (COPY.format(chain="chain"), Fault("inserted", 2, 99)),
    (COPY.format(chain="0"), Fault("inserted", 1, 99)),
    (COPY.format(chain="7"), Fault("inserted", 3, 99)),
    ("UPDATE kernel_auditentry SET chain = 2 WHERE id = 30", Fault("missing", 3, 30)),
    ("DELETE FROM kernel_auditseal WHERE block = 1", Fault("seal_missing", 1)),
    ("DELETE FROM kernel_auditseal WHERE block = 2", Fault("seal_missing", 2)),
    ("UPDATE kernel_auditseal SET root = sha256('x') WHERE block = 2", Fault("seal_rewritten", 2)),
    ("UPDATE kernel_auditseal SET leaves = substr(leaves, 1, 432), entries = 9 WHERE block = 3", Fault("seal_rewritten", 3)),
    ("UPDATE kernel_auditseal SET to_id = to_id - 1 WHERE block = 1", Fault("seal_rewritten", 1)),
])
def test_what_a_superuser_changes_is_found_and_named(sealed, statement, fault):
    tamper(sealed, statement)
    assert verify().fault == fault
    assert str(fault.block) in str(verify().fault)


def rewrite(owner, block: int, entry: int) -> None:
    """A superuser who changes an entry and makes every seal after it follow."""
    tamper(owner, f"UPDATE kernel_auditentry SET actor = 'nobody' WHERE id = {entry}")
    tamper(owner, f"DELETE FROM kernel_auditseal WHERE block >= {block}")


def test_a_rewritten_history_is_found_against_the_files_handed_out(sealed, folder, tmp_path):
    assert hand_out() == 3 and hand_out() == 0 and verify().files == 3
    rewrite(sealed, 2, 17)
    assert verify().fault == Fault("seal_missing", 2)
    seal_all(sealed)
    assert verify().fault == Fault("changed", 2, 17, next(folder.glob("block-00000002-*")).name)
    assert verify(tmp_path / "nothing").fault is None  # inside the database alone it cannot be seen: this is why files are handed out


def test_removed_newest_seals_are_found_against_the_files(sealed, tmp_path):
    hand_out()
    tamper(sealed, "DELETE FROM kernel_auditseal WHERE block = 3")
    assert verify().fault == Fault("seal_missing", 3)


def test_a_file_somebody_edited_is_named(sealed, folder):
    hand_out()
    path = next(folder.glob("block-00000002-*"))
    path.chmod(0o600)
    path.write_text(path.read_text().replace('"id": 13', '"id": 14'))
    assert verify().fault == Fault("file_broken", 2, file=path.name)
    path.write_text("{}")
    assert verify().fault == Fault("file_broken", 2, file=path.name)


def test_a_third_party_recomputes_the_root_from_the_file_alone(sealed, folder):
    """As docs/how-to/check-the-audit.md tells it, with nothing of ours."""
    hand_out()
    for path in folder.glob("block-*.jsonl"):
        header, *lines = [json.loads(line) for line in path.read_text().splitlines()]
        root = header.pop("root")
        del header["at"]
        leaves = b"".join(x["id"].to_bytes(8, "big") + x["xid"].to_bytes(8, "big") + bytes.fromhex(x["sha256"]) for x in lines)
        assert hashlib.sha256(json.dumps(header, sort_keys=True, separators=(",", ":")).encode() + b"\n" + leaves).hexdigest() == root
        assert path.stat().st_mode & 0o222 == 0


def test_the_hash_does_not_follow_the_session(sealed):
    there = "SELECT array_agg(sinergi_entry_hash(a) ORDER BY id) FROM kernel_auditentry a"
    before = value(sealed, there)
    for setting in ("TimeZone = 'America/New_York'", "DateStyle = 'SQL, DMY'", "IntervalStyle = 'sql_standard'", "bytea_output = 'escape'",
                    "extra_float_digits = -5", "client_encoding = 'LATIN1'"):
        sealed.execute(f"SET {setting}")
        assert value(sealed, there) == before, setting


def test_forgetting_a_person_leaves_the_chain_whole(folder, owner):
    person = uuid4()
    with acting(an_actor("coordinator"), purpose="register") as context, writing("try.lock"):
        token = keys.lock(person, [None, "Ali"])
        record(context, "person.register", "Person", [person], {"name": {"locked": token, "person": str(person)}})
    seal_all(owner)
    hand_out()
    with acting(an_actor("protection_officer"), purpose="request"), writing("try.forget"):
        keys.forget(person)
        assert keys.unlock(person, token) == keys.FORGOTTEN
    assert (verify().entries, verify().fault) == (1, None)
    assert "Ali" not in str(entries(owner))


def test_in_another_cluster_a_new_chain_cites_the_last_root(sealed, folder):
    """A restored dump: the same tables under another system identifier, with entries not sealed yet, and transactions counted anew."""
    tamper(sealed, "UPDATE kernel_auditseal SET cluster = '7'")
    refresh_roots(sealed)
    sealed.execute(ADD, [2])
    assert [entry["chain"] for entry in entries(sealed)][-3:] == [1, 2, 2]
    made = seal_all(sealed)
    assert made == [4, 5]
    rows = sealed.execute("""SELECT block, chain, cluster, entries, encode(prior, 'hex'), encode(root, 'hex')
        FROM kernel_auditseal ORDER BY block""").fetchall()
    assert [row[:2] for row in rows] == [(1, 1), (2, 1), (3, 1), (4, 1), (5, 2)]
    assert rows[3][2:4] == ("7", 5) and rows[4][3] == 2 and rows[4][4] == rows[3][5]
    assert (verify().entries, verify().waiting, verify().fault) == (37, 0, None)
    tamper(sealed, COPY.format(chain="1"))
    assert verify().fault == Fault("inserted", 2, 99)


def test_transactions_that_stand_behind_begin_a_new_chain_too(sealed):
    seal_all(sealed)
    tamper(sealed, f"UPDATE kernel_auditseal SET to_xid = {2**60} WHERE block = 4")
    refresh_roots(sealed)
    sealed.execute(ADD, [2])
    assert entries(sealed)[-1]["chain"] == 2
    assert seal_all(sealed) == [5, 6] and verify() == Verified(6, 37, 0, 0)


def refresh_roots(owner) -> None:
    """Make the seals follow from their changed columns, as if they had been made so."""
    from sinergi.kernel.models import AuditSeal

    prior = b""
    for one in AuditSeal.objects.order_by("block"):
        one.prior = prior
        prior = seals.root_of(seals.head(one), bytes(one.leaves))
        with owner.transaction():
            owner.execute("SET LOCAL session_replication_role = replica")
            owner.execute("UPDATE kernel_auditseal SET prior = %s, root = %s WHERE block = %s", [one.prior, prior, one.block])


@pytest.mark.parametrize("statement", ["UPDATE {} SET chain = 1", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["kernel_auditentry", "kernel_auditseal"])
def test_plain_changes_are_refused_even_to_the_owner(sealed, statement, table):
    with pytest.raises(errors.InsufficientPrivilege, match="append-only"):
        sealed.execute(statement.format(table))


def test_the_application_seals_only_with_its_pen(own_db):
    url = os.environ["SINERGI_DATABASE_URL"]
    assert urlsplit(url).username == "sinergi_app"
    with psycopg.connect(url, dbname=own_db) as app, pytest.raises(errors.InsufficientPrivilege, match="outside an action"):
        app.execute("INSERT INTO kernel_auditseal SELECT 1, 1, 'x', 0, 0, 1, 1, 0, '', '', '', now()")


def test_memory_stays_flat_and_the_search_for_what_waits_uses_the_index(folder, owner):
    owner.execute(ADD, [30_000])
    tracemalloc.start()
    assert len(seal_all(owner)) == 8
    assert verify().entries == 30_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000
    owner.execute("ANALYZE kernel_auditentry")
    with acting(seals.SEALER, purpose="audit"):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {seals.ENTRIES} WHERE chain = 1 AND (xid, id) > ('99999999'::xid8, 0) ORDER BY xid, id")
            assert "audit_order" in str(cursor.fetchall())
