"""./sinergi bench requests [--people N] [--rounds N]: what sign-in, row security and audit cost a read and a write, and the search box.

Ours: GET /api/v1/persons/{id} and POST /api/v1/submissions with a machine client's token, its purpose, row security, one audit entry each
(the write: one event too), logs on. Bare: the same two as plain django-ninja views on the same tables, same query, same kind of server, no
sign-in, no middleware, as the tables' owner with triggers off. CPU milliseconds of the server's process (user + system, from /proc), in
interleaved rounds, medians. The search box: registry.queries.find_persons at the query level, wall clock, one search after another, its
audit entry written. Ratio goals: read 1.5, write 2.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parent.parent)  # not bench/: this file is not the package of its name

import django  # noqa: E402
from django.conf import settings  # noqa: E402
from django.utils import timezone  # noqa: E402

DATABASE = True
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sinergi.config.settings")
django.setup()

from bench.stage import people as stage  # noqa: E402
from bench.stage.servers import Server, peak_mb, serving  # noqa: E402
from sinergi.kernel import clients  # noqa: E402
from sinergi.kernel.acting import acting  # noqa: E402
from sinergi.kernel.action import writing  # noqa: E402
from sinergi.kernel.actors import Actor, command  # noqa: E402
from sinergi.kernel.models import Agency, User  # noqa: E402
from sinergi.kernel.roles import ROLES  # noqa: E402
from sinergi.registry.queries import find_persons  # noqa: E402

FEW, ROUNDS, EACH, SEARCHES = 10_000, 15, 100, 300
BODY = {
    "person": {"name": "Norazlina binti Hamzah", "mykad": "891214-17-5078", "phone": "019-000 0110", "facts": {"income": "RM 600.00"}},
    "members": [{"name": "Faizal bin Ahmad Shah", "mykad": "860521-17-5083", "relation": "spouse", "facts": {"income": "2,000"}},
                {"name": "Aisyah binti Faizal", "birth_date": "3/4/2015", "sex": "P", "relation": "anak"}],
    "address": {"lines": "12 Jalan Mawar", "postcode": "70100", "state": "Negeri Sembilan", "district": "Seremban"},
    "household": {"ekasih": "poor"}, "needs": ["food", "schooling"], "held_known": True}


def partner() -> tuple[Actor, str]:
    """A partner with a coordinator and a machine client; the coordinator, and the client's token."""
    with acting(command("bench"), purpose="administer"), writing("bench.stage"):
        agency = Agency.objects.create(code=stage.AGENCY, name_ms="AIM", name_en="AIM", kind="partner", partner=True)
        user = User.objects.create(email="coordinator@bench.invalid", name="Coordinator", agency=agency)
    coordinator = Actor(str(user.pk), "Coordinator", stage.AGENCY, {verb: frozenset({("agency", stage.AGENCY)}) for verb in ROLES["coordinator"]})
    today = dt.date.today()
    maker = command("bench", "client.create", "grant.give", *ROLES["machine"])
    issued = clients.create_client(agency, actor=maker, purpose="administer", name="Bench", expires_on=today + dt.timedelta(days=30), on=today)
    return coordinator, clients.issue_token(str(issued.user.pk), issued.secret, at=timezone.now()).text


def spent(server: Server, owner: Any, kind: str, headers: dict[str, str], ids: list[Any], chance: random.Random) -> tuple[float, float]:
    """CPU milliseconds of one request, by the server and by its PostgreSQL processes, over EACH requests."""
    before = server.used(owner)
    for _ in range(EACH):
        if kind == "read":
            server.ask("GET", f"/api/v1/persons/{chance.choice(ids)}", None, headers, 200)
        else:
            server.ask("POST", "/api/v1/submissions", json.dumps(BODY), {**headers, "Content-Type": "application/json"}, 201)
    after = server.used(owner)
    return tuple((late - early) * 1000 / EACH for early, late in zip(before, after, strict=True))  # type: ignore[return-value]


def requests(token: str, owner: Any, people: list[stage.Invented], rounds: int) -> dict[str, float]:
    """Medians over interleaved rounds: CPU milliseconds, and the ratio within a round; the servers' peak memory."""
    ids, chance = [p.id for p in people], random.Random("requests")
    sent = {"ours": {"Authorization": f"Bearer {token}", "Purpose": "screen"}, "bare": {}}
    taken: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder, \
            serving("sinergi.config.wsgi", "sinergi.config.settings", "bench_ours", Path(folder) / "ours.log") as ours, \
            serving("bench.stage.bare", "bench.stage.bare_settings", "bench_bare", Path(folder) / "bare.log") as bare:
        for turn in range(-1, rounds):  # the first round only warms
            for name, server in (("ours", ours), ("bare", bare))[:: 1 if turn % 2 else -1]:
                for kind in ("read", "write"):
                    cost = spent(server, owner, kind, sent[name], ids, chance)
                    taken.setdefault(f"{name}_{kind}", []).extend([cost] * (turn >= 0))
        memory = {"ours_mb": peak_mb(ours.worker), "bare_mb": peak_mb(bare.worker)}
    found = {f"{name}_ms": statistics.median(cost for cost, _ in costs) for name, costs in taken.items()}
    for kind in ("read", "write"):
        pairs = zip(taken[f"ours_{kind}"], taken[f"bare_{kind}"], strict=True)
        found[f"{kind}_ratio"] = statistics.median(ours / bare for (ours, _), (bare, _) in pairs)
    return found | {f"{name}_db_ms": statistics.median(cost for _, cost in costs) for name, costs in taken.items()} | memory


def damaged(text: str, chance: random.Random) -> str:
    """A name as a hurried hand types it: blanks lost or doubled, capitals anyhow."""
    words = text.split()
    if len(words) > 2:
        at = chance.randrange(len(words) - 1)
        words[at:at + 2] = [words[at] + chance.choice(("", "  ", " - ")) + words[at + 1]]
    return f"  {'   '.join(words)} ".swapcase() if chance.random() < 0.5 else "  ".join(words).lower()


def typed(kind: str, person: stage.Invented, chance: random.Random) -> str:
    """What is typed into the box for a person."""
    number = person.mykad
    return {"name and year": lambda: f"{person.name} {person.birth_date.year}",
            "MyKad": lambda: chance.choice((number, f"{number[:6]}-{number[6:8]}-{number[8:]}", f" {number[:6]} {number[6:8]} {number[8:]}")),
            "damaged spacing": lambda: f"{damaged(person.name, chance)} {person.birth_date.year}"}[kind]()


def searches(actor: Actor, people: list[stage.Invented]) -> list[dict[str, Any]]:
    """The box, kind by kind: milliseconds of each search, and how many of a hundred found the person meant among the first ten."""
    chance, on, rows = random.Random("searches"), dt.date(2026, 11, 23), []
    settings.SEARCHES_AN_HOUR = 10**6  # nobody at a counter searches a thousand times an hour; the counting itself stays in
    for kind in ("name and year", "MyKad", "damaged spacing"):
        times, hits = [], 0
        for turn, person in enumerate(chance.sample(people, SEARCHES + 30)):
            text = typed(kind, person, chance)
            began = time.perf_counter_ns()
            with acting(actor, purpose="register"):
                found = find_persons(text, actor=actor, on=on)
            if turn >= 30:  # the first ones only warm
                times.append((time.perf_counter_ns() - began) / 1e6)
                hits += any(c.person_id == person.id for c in found.candidates)
        rows.append({"typed": kind, "times": times, "found": round(100 * hits / SEARCHES)})
    return rows


def part(times: list[float], share: float) -> float:
    """The time below which this share of the searches lay."""
    return round(sorted(times)[min(len(times) - 1, int(share * len(times)))], 2)


def search_table(count: int, rows: list[dict[str, Any]]) -> dict[str, float]:
    """Print the searches among so many people; the p50 and p99 over all kinds."""
    print(f"\n{f'search among {count:,} people':34}{'p50 ms':>9}{'p99 ms':>9}{'found':>8}")
    for row in rows:
        print(f"{row['typed']:34}{part(row['times'], 0.5):>9.1f}{part(row['times'], 0.99):>9.1f}{row['found']:>7} %")
    every = [t for row in rows for t in row["times"]]
    return {"search_p50_ms": part(every, 0.5), "search_p99_ms": part(every, 0.99)}


def request_table(count: int, found: dict[str, float]) -> None:
    """Print what a request costs."""
    print(f"\n{f'CPU ms of one request, {count:,} people':40}{'ours':>8}{'bare':>8}{'ratio':>8}{'ours, PostgreSQL':>18}{'bare, PostgreSQL':>18}")
    for kind, says in (("read", "GET /api/v1/persons/{id}"), ("write", "POST /api/v1/submissions")):
        ours, bare = found[f"ours_{kind}_ms"], found[f"bare_{kind}_ms"]
        print(f"{says:40}{ours:>8.2f}{bare:>8.2f}{found[f'{kind}_ratio']:>8.2f}{found[f'ours_{kind}_db_ms']:>18.2f}{found[f'bare_{kind}_db_ms']:>18.2f}")
    print(f"peak memory of one server process: ours {found['ours_mb']:.0f} MB, bare {found['bare_mb']:.0f} MB")


def main() -> int:
    """Print the tables and, last, one JSON line."""
    wanted = argparse.ArgumentParser("./sinergi bench requests")
    wanted.add_argument("--people", type=int, default=100_000, help="how many people are in the register (default: 100,000)")
    wanted.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds of {EACH} requests of each kind (default: {ROUNDS})")
    given = wanted.parse_args()
    count = given.people
    sizes: dict[int, tuple[dict[str, float], dict[str, float]]] = {}
    with stage.owner() as owner:
        stage.clear(owner)
        actor, token = partner()
        for size in sorted({min(FEW, count), count}):
            began = time.monotonic()
            people = stage.load(owner, size)
            print(f"{size:,} invented people loaded in {time.monotonic() - began:.0f} s", flush=True)
            found = requests(token, owner, people, given.rounds if size == count else min(3, given.rounds))
            request_table(size, found)
            sizes[size] = found, search_table(size, searches(actor, people))
    found, search = sizes[count]
    few = sizes[min(sizes)][1]
    print(f"\nten times the people: search p50 {few['search_p50_ms']} -> {search['search_p50_ms']} ms, p99 {few['search_p99_ms']} -> "
          f"{search['search_p99_ms']} ms. Peak memory of the searching process {peak_mb():.0f} MB.")
    print("Not timed: pages, staff sign-in with password and session, TLS and the way over a network, connecting (both sides pool), several\n"
          "requests at once, sealing the audit and delivering events (jobs), PostgreSQL's CPU in the ratio (it stands beside it).")
    print(json.dumps(line(found, search, count)))
    return 0


def line(found: dict[str, float], search: dict[str, float], count: int) -> dict[str, Any]:
    """The one JSON line."""
    ratios = {f"{kind}_ratio": round(found[f"{kind}_ratio"], 2) for kind in ("read", "write")}
    costs = {"read_ms": "ours_read_ms", "write_ms": "ours_write_ms", "bare_read_ms": "bare_read_ms", "bare_write_ms": "bare_write_ms",
             "server_mb": "ours_mb"}
    return ratios | search | {key: round(found[name], 2) for key, name in costs.items()} | {"people": count}


if __name__ == "__main__":
    sys.exit(main())
