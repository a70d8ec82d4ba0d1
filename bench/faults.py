"""./sinergi bench faults [--kills N] [--seed TEXT]: web, worker and database are killed by -9 at random moments while partners work.

Clients of one partner award and refer through the API, each write under an Idempotency-Key that is sent again until it is answered; the
worker loads partners' lists of awards; an officer joins two persons and parts them again all the while. At the end every award, referral and
row that was meant must be there exactly once and no joining half: `lost` and `doubled` are 0. The installation is made for it
(bench/stage/installation.py): a durable cluster of its own, a web server of two processes, one worker.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import http.client
import io
import json
import os
import random
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parent.parent)  # not bench/: this file is not the package of its name

import psycopg  # noqa: E402

from bench.stage.installation import PARTS, Installation, installed  # noqa: E402

AGENCY, OTHER, CLIENTS, ROWS = "aim", "akpk", 4, 2_000
PAUSE = (0.3, 3.5)  # seconds between kills: some fall while a part still starts, some when all work
PATIENCE = 120.0  # seconds until what was begun must be answered
TAIL = 300.0  # seconds until the lists must be through
TODAY = dt.date.today()
MEANT_AWARDS = "SELECT count(*) FROM benefits_entitlement WHERE source = 'award' AND person_id = ANY(%s)"
DOUBLE_AWARDS = """SELECT count(*) FROM (SELECT person_id FROM benefits_entitlement WHERE source = 'award'
  GROUP BY person_id HAVING count(*) > 1) t"""
DOUBLE_REFERRALS = "SELECT count(*) FROM (SELECT person_id FROM cases_referral GROUP BY person_id HAVING count(*) > 1) t"
STANDS = """SELECT string_agg(concat_ws(' ', state, (SELECT string_agg(concat_ws(' ', task_name, status, attempts), ', ')
  FROM procrastinate_jobs)), '; ')
  FROM benefits_awardlist"""
LOADED = "SELECT count(DISTINCT reference), count(*) FROM benefits_entitlement WHERE source = 'file'"


@dataclass
class Tally:
    """What was meant and answered, by the clients' own account."""

    awards: list[str] = field(default_factory=list)
    referrals: list[str] = field(default_factory=list)
    sent_again: int = 0
    odd: list[str] = field(default_factory=list)
    decisions: list[uuid.UUID] = field(default_factory=list)


class Client:
    """A partner's system: sends a write until it is answered, each time under the same key."""

    def __init__(self, port: int, token: str, tally: Tally) -> None:
        self.port, self.token, self.tally = port, token, tally

    def once(self, path: str, body: dict[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        """One request on a line of its own."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            line.request("POST", f"/api/v1{path}", json.dumps(body), {
                "Authorization": f"Bearer {self.token}", "Purpose": "follow", "Content-Type": "application/json", "Idempotency-Key": key})
            answer = line.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            line.close()

    def write(self, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """Send it until it is answered; None, and a note, when it was refused."""
        key, until = uuid.uuid4().hex, time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                status, said = self.once(path, body, key)
            except (OSError, http.client.HTTPException, ValueError):
                status, said = 0, {}
            if status in (200, 201):
                return said
            if status and status < 500 and status != 429:
                self.tally.odd.append(f"{path.rsplit('/', 1)[-1]} {status} {said.get('code')}")
                return None
            self.tally.sent_again += 1
            time.sleep(0.1)
        self.tally.odd.append(f"{path.rsplit('/', 1)[-1]} was never answered")
        return None

    def person(self, number: int) -> tuple[str, str] | None:
        """Somebody new, registered; his id and his number."""
        mykad = mykad_of(number)
        body = {"person": {"name": f"Ujian bin {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[number % 26]}alu", "mykad": mykad}, "address": {"state": "selangor"}}
        sent = self.write("/submissions", body)
        made = sent and self.write(f"/submissions/{sent['id']}/registration", {})
        return (made["person_id"], mykad) if made else None

    def work(self, number: int) -> None:
        """One person's morning: registered, given a benefit, a case opened, a consent kept, referred."""
        who = self.person(number)
        if who is None:
            return
        person, soon = who[0], (TODAY + dt.timedelta(days=5)).isoformat()
        given = {"programme": "aim.ikhtiar", "need": "business", "from_on": TODAY.isoformat(), "to_on": (TODAY + dt.timedelta(days=300)).isoformat(),
                 "pay": "in_kind"}
        if self.write(f"/persons/{person}/awards", given) is not None:
            self.tally.awards.append(person)
        case = self.write(f"/persons/{person}/cases", {"need": "debt", "next_on": soon})
        agreed = {"agencies": [OTHER], "how": "spoken_with_witness", "witness": "Puan Siti", "purposes": ["refer"]}
        consent = self.write(f"/persons/{person}/consents", agreed)
        if case and consent and self.write(f"/cases/{case['id']}/referrals", {"to_agency": OTHER, "consent_id": consent["ids"][0]}) is not None:
            self.tally.referrals.append(person)


def mykad_of(i: int) -> str:
    """A number of an invented person, another for each."""
    return f"{dt.date(1960, 1, 1) + dt.timedelta(days=i % 14_000):%y%m%d}17{5001 + 2 * (i // 14_000):04d}"


def stage(made: Installation) -> tuple[str, Any]:
    """The law and the partners; a machine client's token, and an officer."""
    os.environ.update(made.environment)
    import django

    django.setup()
    from django.utils import timezone

    from sinergi.cli.demo.load import load_law_and_agencies, loader
    from sinergi.kernel import clients, staff
    from sinergi.kernel.actors import actor_of, command
    from sinergi.kernel.models import Agency
    from sinergi.kernel.roles import ROLES

    load_law_and_agencies(loader(), timezone.now())
    maker = command("bench", "client.create", "grant.give", "user.invite", *ROLES["machine"], *ROLES["officer"])
    agency = Agency.objects.get(code=AGENCY)
    issued = clients.create_client(agency, actor=maker, purpose="administer", name="Bench", expires_on=TODAY + dt.timedelta(days=30), on=TODAY)
    user = staff.invite_user(agency, actor=maker, purpose="administer", email="officer@bench.invalid", name="Officer")
    staff.give_grant(user, actor=maker, purpose="administer", role="officer", area_kind="agency", area=AGENCY)
    return clients.issue_token(str(issued.user.pk), issued.secret, at=timezone.now()).text, actor_of(user)


def queue_list(officer: Any, people: list[str], name: str) -> None:
    """Keep a list of awards and have the worker check it; `start_checked` goes on."""
    from django.utils import timezone

    from sinergi.benefits import tasks
    from sinergi.benefits.actions import lists
    from sinergi.benefits.list_rows import guess
    from sinergi.registry.submission.spreadsheet import table_of

    content = csv_of(people, name)
    found = lists.receive_list(content, actor=officer, purpose="pay", table=table_of(content), title=name, on=TODAY, at=timezone.now())
    tasks.map_and_check(found, actor=officer, columns=guess(found.header))


def start_checked(officer: Any) -> int:
    """Start every list that is checked; gives how many are not finished."""
    from sinergi.benefits import tasks
    from sinergi.benefits.models import AwardList
    from sinergi.kernel.acting import acting

    with acting(officer, purpose="pay"):
        rows = list(AwardList.objects.exclude(state="finished"))
    for row in rows:
        if row.state == "checked":
            tasks.start(row, actor=officer)
    return len(rows)


def csv_of(people: list[str], name: str) -> bytes:
    """A list of awards, one for each number, each with a reference of its own."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("No KP", "Program", "Keperluan", "Mula", "Hingga", "Cara bayaran", "Rujukan"))
    writer.writerows((mykad, "aim.ikhtiar", "Perniagaan", "1/1/2024", "31/12/2024", "barangan", f"{name}-{i}") for i, mykad in enumerate(people))
    return out.getvalue().encode()


def again(work: Callable[[], Any]) -> Any:
    """Do it until the database lets one; what was cut off left nothing."""
    from django.db import DatabaseError, connections

    until = time.monotonic() + PATIENCE
    while True:
        try:
            return work()
        except (DatabaseError, psycopg.Error, OSError):
            connections.close_all()
            if time.monotonic() > until:
                raise
            time.sleep(0.3)


def killed(made: Installation, kills: int, chance: random.Random) -> dict[str, int]:
    """Kill parts at random moments and start them again; how often each."""
    found = dict.fromkeys(PARTS, 0)
    for turn in range(kills):
        time.sleep(chance.uniform(*PAUSE))
        part = PARTS[turn % 3] if kills < 9 else chance.choice(PARTS)
        made.kill(part)
        found[part] += 1
    return found


def rows_of(owner_url: str, statement: str, *given: Any) -> tuple[Any, ...]:
    """One row, by the owner."""
    with psycopg.connect(owner_url) as owner:
        found = owner.execute(statement, given or None).fetchone()
        assert found is not None, "these count"
        return tuple(found)


def clients_at_work(made: Installation, token: str, tally: Tally, over: threading.Event) -> list[threading.Thread]:
    """So many clients, each with persons of its own, until it is over."""

    def run(number: int) -> None:
        client, turn = Client(made.port, token, tally), 0
        while not over.is_set():
            client.work(ROWS + number * 100_000 + turn)
            turn += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    return threads


def joined_and_parted(pair: tuple[str, str], officer: Any, tally: Tally, over: threading.Event) -> None:
    """Two persons are joined and parted again until it is over."""
    from django.db import connections

    from bench.stage.merging import merger, turn

    keep, gone = (uuid.UUID(person) for person in pair)
    actor = merger(officer.id, AGENCY)
    while not over.is_set():
        tally.decisions.append(again(lambda: turn(keep, gone, actor)))
    connections.close_all()


def listed_people(owner_url: str, rows: int) -> list[str]:
    """Persons that a list names, put in beforehand."""
    from bench.stage import people as stage_people

    found = list(stage_people.invented(rows))
    with psycopg.connect(owner_url, autocommit=True) as owner, owner.cursor() as cursor:
        owner.execute("SET session_replication_role = replica")
        with cursor.copy(stage_people.PERSON) as copy:
            for p in found:
                copy.write_row((p.id, p.name, p.name.lower(), p.birth_date, p.sex, "ms", "yet_to_be_helped", p.state, False, AGENCY, stage_people.AT))
        with cursor.copy(stage_people.NUMBER) as copy:
            for p in found:
                copy.write_row((p.id, "mykad", "MY", p.mykad, "asserted", stage_people.AT))
    return [p.mykad for p in found]


def tried(kills: int, seed: str, rows: int) -> dict[str, Any]:
    """The whole trial; its figures."""
    chance, tally, over = random.Random(seed), Tally(), threading.Event()
    with installed() as made:
        token, officer = stage(made)
        people = listed_people(made.owner_url, rows)
        for part in ("web", "worker"):
            made.begin(part)
        made.answers()
        began = time.monotonic()
        again(lambda: queue_list(officer, people, "senarai"))
        pair = [Client(made.port, token, tally).person(ROWS + CLIENTS * 100_000 + n) for n in range(2)]
        assert pair[0] and pair[1], "both are registered before the first kill"
        officers = threading.Thread(target=joined_and_parted, args=((pair[0][0], pair[1][0]), officer, tally, over))
        officers.start()
        threads = [officers, *clients_at_work(made, token, tally, over)]
        by_part = {}
        killer = threading.Thread(target=lambda: by_part.update(killed(made, kills, chance)))
        killer.start()
        while killer.is_alive():
            again(lambda: start_checked(officer))
            made.revive()
            time.sleep(0.5)
        over.set()
        for thread in threads:
            thread.join(PATIENCE + 30)
        until = time.monotonic() + TAIL
        while again(lambda: start_checked(officer)) and time.monotonic() < until:
            made.revive()
            time.sleep(0.5)
        found = figures(made, tally, rows) | {"seconds": round(time.monotonic() - began, 1), "killed": by_part}
        if found["lost"]:
            print(rows_of(made.owner_url, STANDS)[0], made.log.read_text(errors="replace")[-3000:], sep="\n", file=sys.stderr)
        return found


def figures(made: Installation, tally: Tally, rows: int) -> dict[str, Any]:
    """What is there, against what was meant."""
    from bench.stage.merging import faults_of

    url = made.owner_url
    awards = rows_of(url, "SELECT count(*), count(DISTINCT person_id) FROM benefits_entitlement WHERE source = 'award'")
    kept = rows_of(url, MEANT_AWARDS, [uuid.UUID(p) for p in tally.awards])[0]
    sent = rows_of(url, "SELECT count(*) FROM cases_referral WHERE person_id = ANY(%s)", [uuid.UUID(p) for p in tally.referrals])[0]
    loaded, lines = rows_of(url, LOADED)
    doubled = rows_of(url, DOUBLE_AWARDS)[0] + rows_of(url, DOUBLE_REFERRALS)[0] + lines - loaded
    decided = rows_of(url, "SELECT count(*) FROM registry_identitydecision WHERE id = ANY(%s)", tally.decisions)[0]
    lost = len(tally.awards) - kept + len(tally.referrals) - sent + rows - loaded + len(tally.decisions) - decided
    with psycopg.connect(url) as owner:
        doubled += sum(faults_of(owner).values())
    return {"awards": awards[0], "referrals": len(tally.referrals), "rows": loaded, "joined_and_parted": len(tally.decisions),
            "sent_again": tally.sent_again, "lost": lost, "doubled": doubled, "odd": tally.odd}


def main() -> None:
    """Kill, count, print; exit code 1 when something was lost or doubled."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--kills", type=int, default=20)
    given.add_argument("--seed", default="faults")
    given.add_argument("--rows", type=int, default=ROWS, help="rows of the list that the worker loads")
    asked = given.parse_args()
    found = tried(asked.kills, asked.seed, asked.rows)
    print(f"{'killed':<19}" + ", ".join(f"{part} {n}" for part, n in found["killed"].items()))
    for name in ("awards", "referrals", "rows", "joined_and_parted", "sent_again", "lost", "doubled", "seconds"):
        print(f"{name:<19}{found[name]}")
    for words in sorted(set(found["odd"])):
        print(f"{'odd':<19}{words} × {found['odd'].count(words)}")
    told = {name: value for name, value in found.items() if name not in ("killed", "odd")}
    print(json.dumps({"bench": "faults", "kills": asked.kills, **told, "odd": len(found["odd"])}))
    sys.exit(1 if found["lost"] or found["doubled"] or found["odd"] else 0)


if __name__ == "__main__":
    main()
