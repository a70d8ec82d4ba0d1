"""Loads the demo: the law, the agencies, one user per role and partner, the people of the stories. Safe to repeat; only what is missing is made."""
import json
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypedDict
from uuid import UUID

import yaml
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from sinergi.assistance import actions as assistance
from sinergi.benefits import actions as benefits
from sinergi.benefits import queries as held
from sinergi.kernel import law, partners, staff
from sinergi.kernel.acting import acting
from sinergi.kernel.actors import Actor, actor_of, command
from sinergi.kernel.law_files import read_documents
from sinergi.kernel.models import Agency, User
from sinergi.registry import actions as registry

HERE = Path(__file__).parent
LOADER = ("law.publish", "agency.join", "user.invite", "grant.give")


class DemoUser(TypedDict):
    """A line of the list that the demo prints."""

    email: str
    name: str
    agency: str
    role: str
    password: str


def passwords_file() -> Path:
    """Where the demo keeps the passwords it made: readable by its owner alone."""
    return Path(settings.STATE_DIR) / "demo-users.json"


def load_law_and_agencies(actor: Actor, now: datetime) -> int:
    """Publish law/ and enter the agencies of law/agencies.yaml; returns how many agencies there are."""
    law.publish_law(settings.LAW_DIR, actor=actor, purpose="administer")
    document: Any = read_documents(settings.LAW_DIR)["agencies.yaml"]
    there = set(Agency.objects.values_list("code", flat=True))
    for entry in document["agencies"]:
        if entry["code"] not in there:
            partners.join_agency(
                None, actor=actor, purpose="administer", code=entry["code"], name_ms=entry["name"]["ms"], name_en=entry["name"]["en"],
                kind=entry["kind"], area=entry["area"], partner=entry["partner"], website=entry.get("website", ""), on=timezone.localdate(now),
                ground="Demo: memorandum kerjasama rekaan" if entry["partner"] else "")
    return len(document["agencies"])


def load_users(actor: Actor) -> list[DemoUser]:
    """Users with fresh passwords, kept in `passwords_file`; those who are there already keep theirs."""
    path = passwords_file()
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    there = {user.email: user for user in User.objects.all()}
    rows = yaml.safe_load((HERE / "users.yaml").read_text("utf-8"))
    fresh: dict[str, User] = {}
    for row in rows:
        user = there.get(row["email"]) or staff.invite_user(
            Agency.objects.get(code=row["agency"]), actor=actor, purpose="administer", email=row["email"], name=row["name"])
        if row["email"] not in there:
            area_kind = row.get("area", "agency")
            staff.give_grant(user, actor=actor, purpose="administer", role=row["role"], area_kind=area_kind,
                             area="" if area_kind == "national" else row["agency"])
        if row["email"] not in known or row["email"] not in there:
            fresh[row["email"]] = user
    known |= {email: secrets.token_urlsafe(9) for email in fresh}
    with ThreadPoolExecutor() as pool:  # scrypt is slow on purpose and lets go of the interpreter's lock
        hashed = pool.map(make_password, [known[email] for email in fresh])
    for user, password in zip(fresh.values(), hashed, strict=True):
        user.password = password
        user.save(update_fields=["password"])
    unfinished = path.with_suffix(".new")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(known, file, indent=1)
    unfinished.rename(path)
    return [DemoUser(email=r["email"], name=r["name"], agency=r["agency"], role=r["role"], password=known[r["email"]]) for r in rows]


def load_people(now: datetime) -> int:
    """Register and screen the households of people.yaml, each by the coordinator of the agency it came to; who is there already stays as he is."""
    households = yaml.safe_load((HERE / "people.yaml").read_text("utf-8"))["households"]
    on = timezone.localdate(now)
    for household in households:
        actor = actor_of(User.objects.get(email=f"penyelaras@{household['agency']}.demo"))
        with acting(actor, purpose="register"):
            done = registry.take_in(household["submission"], actor=actor, on=on, channel="demo", at=now)
            if not done.known:
                assistance.screen_household(done.household_id, actor=actor, on=on, at=now)
        if "award" in household:
            load_award(done.person_id, household["agency"], household["award"], on, now)
    return len(households)


def load_award(person: UUID, agency: str, award: dict[str, Any], on: date, now: datetime) -> None:
    """Give what an agency pays this person already, by its officer; nothing where he holds it."""
    officer = actor_of(User.objects.get(email=f"pegawai@{agency}.demo"))
    with acting(officer, purpose="pay"):
        if not any(line.programme == award["programme"] for line in held.timeline(person, actor=officer)):
            benefits.award(person, actor=officer, law=law.current(), on=on, at=now, **award)


def loader() -> Actor:
    """The command that loads the demo, as the audit names it."""
    return command("demo_load", *LOADER)
