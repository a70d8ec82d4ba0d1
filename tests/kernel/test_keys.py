"""A key per person: locked, opened, forgotten, moved under a new outer key."""
from __future__ import annotations

from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.db import models
from django.test.utils import isolate_apps
from kernel_stage import an_actor, value

from sinergi.kernel import audit, keys
from sinergi.kernel.acting import acting
from sinergi.kernel.action import writing
from sinergi.kernel.actors import command


@pytest.fixture
def pen(own_db):
    with acting(an_actor("coordinator"), purpose="register"), writing("try.lock"):
        yield


def test_what_is_locked_opens_again_and_says_nothing_meanwhile(pen):
    person = uuid4()
    token = keys.lock(person, ["Ali bin Abu", None, 7])
    assert "Ali" not in token and keys.unlock(person, token) == ["Ali bin Abu", None, 7]
    assert keys.unlock(uuid4(), token) == keys.FORGOTTEN


def test_the_key_of_one_person_does_not_open_anothers(pen):
    one, other = uuid4(), uuid4()
    token = keys.lock(one, "x")
    keys.lock(other, "y")
    assert keys.unlock(other, token) == keys.FORGOTTEN


def test_forgetting_destroys_the_key_and_a_later_key_does_not_bring_it_back(pen):
    person = uuid4()
    token = keys.lock(person, "x")
    keys.forget(person)
    assert keys.unlock(person, token) == keys.FORGOTTEN
    keys.lock(person, "new")
    assert keys.unlock(person, token) == keys.FORGOTTEN


def test_the_key_in_the_table_is_itself_locked(own_db, owner):
    with acting(an_actor("coordinator"), purpose="register"), writing("try.lock"):
        keys.lock(uuid4(), "x")
    wrapped = bytes(value(owner, "SELECT wrapped FROM kernel_personkey"))
    assert len(keys.outer().decrypt(wrapped)) == 44


def test_rewrapping_moves_every_key_under_the_newest_and_the_old_one_is_needed_no_more(own_db, settings):
    person, old, new = uuid4(), settings.KEYS[0], Fernet.generate_key().decode()
    with acting(an_actor("coordinator"), purpose="register"), writing("try.lock"):
        token = keys.lock(person, "x")
    settings.KEYS = [new, old]
    with acting(command("rotate"), purpose="administer"), writing("try.rewrap"):
        assert keys.rewrap() == 1
    settings.KEYS = [new]
    with acting(an_actor("coordinator"), purpose="register"):
        assert keys.unlock(person, token) == "x"


@isolate_apps("sinergi.kernel")
def test_personal_columns_are_locked_in_the_audit_and_others_are_plain(pen):
    class Paper(models.Model):
        PERSONAL = ("name",)
        person_id = models.UUIDField(null=True)
        name = models.CharField(max_length=20)
        kind = models.CharField(max_length=20)

        class Meta:
            app_label = "kernel"

    paper = Paper(id=1, person_id=uuid4(), name="Ali", kind="birth")
    before = audit.values(paper)
    paper.name, paper.kind = "Abu", "death"
    found = audit.changed(paper, before)
    assert found["kind"] == ["birth", "death"] and set(found) == {"kind", "name"}
    assert found["name"]["person"] == str(paper.person_id) and "Abu" not in str(found)
    assert keys.unlock(paper.person_id, found["name"]["locked"]) == ["Ali", "Abu"]
