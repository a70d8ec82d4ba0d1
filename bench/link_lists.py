"""./sinergi bench link-lists [--people N] [--list N]: a partner's list against a register in the database, whole way: prepared, compared, applied.

The people are bench/people's, put in by their tables' owner as a restore would; a list of other records of them and of strangers, with the damage
of its specification, is received as CSV and taken through the very actions of the pages. Truth is known, so quality is told, by tradition too.
--train FILE writes the weights an installation begins with, learnt from records drawn with another seed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import os
import resource
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).resolve().parent.parent)  # not bench/: this file is not the package of its name

import django  # noqa: E402

DATABASE = True
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sinergi.config.settings")
django.setup()

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402
import psycopg  # noqa: E402
from psycopg.types.json import Jsonb  # noqa: E402

from bench.people.damage import MIXED, REGISTER, Plan, records  # noqa: E402
from bench.people.partner_list import partner_list  # noqa: E402
from bench.people.population import ON, population  # noqa: E402
from bench.people.words import TRADITIONS  # noqa: E402
from bench.stage.people import AGENCY, AT, PERSON, clear, owner  # noqa: E402
from sinergi.core.linkage.encode import Vocabulary, encode  # noqa: E402
from sinergi.core.linkage.model import train  # noqa: E402
from sinergi.core.linkage.pairs import candidates  # noqa: E402
from sinergi.core.linkage.quality import curve  # noqa: E402
from sinergi.core.linkage.records import features  # noqa: E402
from sinergi.kernel.acting import acting  # noqa: E402
from sinergi.kernel.action import writing  # noqa: E402
from sinergi.kernel.actors import Actor, command  # noqa: E402
from sinergi.kernel.models import Agency  # noqa: E402
from sinergi.registry import tasks  # noqa: E402
from sinergi.registry.actions import comparing, linking, preparing  # noqa: E402
from sinergi.registry.queries.weighing import FIRST_VERSION  # noqa: E402
from sinergi.registry.submission.list_record import guess  # noqa: E402
from sinergi.registry.submission.spreadsheet import table_of  # noqa: E402

RECORD = "COPY registry_sourcerecord (id, agency_id, source, key, version, payload, received_at) FROM STDIN"
NUMBER = "COPY registry_recordidentifier (record_id, kind, country, value, quality) FROM STDIN"
DECISION = "COPY registry_identitydecision (id, verb, actor, agency_id, reason, person_id, first_id, evidence, decided_at) FROM STDIN"
BELONGING = "COPY registry_belonging (record_id, person_id, from_at, opened_by_id) FROM STDIN"
FIRST = Path(preparing.__file__).parents[1] / "first_model.json"
COLUMNS = {"record": "No ahli", "name": "Nama", "mykad": "No KP", "birth_date": "Tarikh lahir", "sex": "Jantina", "phone": "Telefon",
           "address": "Alamat", "postcode": "Poskod"}


def id_of(what: str, person: int) -> uuid.UUID:
    """The id of a drawn person's row."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{what}{person}")


def fill(connection: psycopg.Connection, people: pl.DataFrame) -> None:
    """Each person with one record of his, as registration leaves him."""
    rows = people.to_dicts()

    def copy(statement: str, lines: Iterator[tuple[Any, ...]]) -> None:
        with connection.cursor().copy(statement) as out:
            for line in lines:
                out.write_row(line)

    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        copy(PERSON, ((id_of("p", r["person"]), r["name"][:200], "", r["birth_date"], r["sex"], "ms", "yet_to_be_helped", "", False, AGENCY, AT)
                      for r in rows))
        copy(RECORD, ((id_of("r", r["person"]), AGENCY, "officer", f"person:{r['person']}", 1, Jsonb(said(r)), AT) for r in rows))
        copy(NUMBER, ((id_of("r", r["person"]), "mykad", "MY", r["mykad"], "asserted") for r in rows if r["mykad"]))
        copy(DECISION, ((id_of("d", r["person"]), "create", "command:bench", AGENCY, "", id_of("p", r["person"]), id_of("r", r["person"]),
                         Jsonb({}), AT) for r in rows))
        copy(BELONGING, ((id_of("r", r["person"]), id_of("p", r["person"]), AT, id_of("d", r["person"])) for r in rows))
    connection.execute("ANALYZE")


def said(person: dict[str, Any]) -> dict[str, Any]:
    """A person as his record keeps him."""
    born: dt.date = person["birth_date"]
    return {"name": person["name"], "birth_date": born.isoformat(), "birth_year": born.year, "sex": person["sex"],
            "phones": [p for p in (person["phone"], person["other_phone"]) if p], "address": person["address"], "postcode": person["postcode"]}


def timed(name: str, row: dict[str, Any], work: Callable[[], Any]) -> Any:
    """Do it; wall and CPU seconds go into `row`."""
    wall, cpu = time.perf_counter(), time.process_time()
    out = work()
    row[f"{name}_s"], row[f"{name}_cpu_s"] = round(time.perf_counter() - wall, 1), round(time.process_time() - cpu, 1)
    return out


def linked(count: int, rows: int, seed: int) -> tuple[dict[str, Any], pl.DataFrame, dict[str, Any]]:
    """(figures, the list with what was found of each row, the run's report)."""
    people = population(count, seed)
    drawn = partner_list(people, rows, seed + 1)
    content = csv_of(drawn)
    figures: dict[str, Any] = {"people": count, "list": rows}
    with owner() as connection:
        clear(connection)
        connection.execute("INSERT INTO registry_linkagemodel VALUES (%s, %s, now(), 0, 'first_model.json', '', NULL)",
                           [FIRST_VERSION, Jsonb(json.loads(FIRST.read_text("utf-8")))])
        with acting(command("bench"), purpose="administer"), writing("bench.stage"):
            Agency.objects.get_or_create(code=AGENCY, defaults={"name_ms": "AIM", "name_en": "AIM", "kind": "partner", "partner": True})
        fill(connection, people)
        timed("prepare", figures, prepare)
        actor = Actor(tasks.LINKER.id, "bench", AGENCY, tasks.LINKER.areas)
        run = timed("receive", figures, lambda: receive(content, actor))
        timed("compare", figures, lambda: compare(run, actor))
        told = connection.execute("SELECT key::int, zone, person_id, bits FROM registry_linkagerow WHERE run_id = %s", [run.pk]).fetchall()
        size = connection.execute("SELECT pg_total_relation_size('registry_linkagepiece')").fetchone()
    found = pl.DataFrame(told, schema={"record": pl.UInt32, "zone": pl.String, "found": pl.Object, "bits": pl.Float64}, orient="row")
    truth = {id_of("p", p): p for p in people["person"]}
    whose = pl.Series("found", [truth.get(p, -1) if p else -1 for p in found["found"]], dtype=pl.Int64)
    figures |= {"piece_mb": round((size[0] if size else 0) / 1e6), "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)}
    return figures, drawn.join(found.with_columns(whose), on="record"), run.report


def prepare() -> None:
    """The register made ready, to its end."""
    while preparing.refresh_register(True, actor=tasks.PREPARER, purpose="register", on=ON, at=AT):
        pass


def csv_of(drawn: pl.DataFrame) -> bytes:
    """The list as the partner sends it."""
    out = io.BytesIO()
    drawn.select(pl.col(name).alias(heading) for name, heading in COLUMNS.items()).write_csv(out)
    return out.getvalue()


def receive(content: bytes, actor: Actor) -> Any:
    """The list received and mapped."""
    run = linking.receive_run(content, actor=actor, purpose="register", table=table_of(content, "linkage"), title="Bench", on=ON, at=AT)
    return linking.map_run(run, actor=actor, purpose="register", columns=guess(run.header), at=AT)


def compare(run: Any, actor: Actor) -> None:
    """The list compared, to its end."""
    while run.state == "comparing":
        comparing.compare_next(run, actor=actor, purpose="register", on=ON, at=AT)


def judged(rows: pl.DataFrame, people: int) -> tuple[dict[str, Any], list[tuple[str, int, float, float]]]:
    """Quality of the best person of each row, and by tradition: (rows of people who are there, found at the best F1, sent to review)."""
    known = rows.filter(pl.col("person") < people)
    some = rows.filter(pl.col("found") >= 0)
    line = curve(some["bits"].to_numpy(), (some["found"] == some["person"]).to_numpy(), known.height)
    right = known.with_columns(right=pl.col("found") == pl.col("person"))
    by = [(TRADITIONS[key], len(part), float(part["right"].mean()), float((part["zone"] == "review").mean()))  # type: ignore[arg-type]
          for (key,), part in sorted(right.group_by("tradition"), key=lambda one: one[0])]
    return {"f1": round(line.best_f1(), 4), "r_p999": round(line.recall_at(0.999), 4),
            "ceiling": round(float(right["right"].mean()), 4)}, by  # type: ignore[arg-type]


def trained(path: Path, seed: int) -> None:
    """Write the weights an installation begins with."""
    drawn = records(population(100_000, seed), Plan(REGISTER, MIXED, seed))
    frame = features(drawn.select(
        name="name", number="mykad", birth_date="birth_date", sex="sex", phones=pl.concat_list("phone", "other_phone").list.drop_nulls(),
        address="address", postcode="postcode", document=pl.coalesce("passport", "unhcr")), ON)
    patterns, counts = np.unique(candidates(encode(frame, Vocabulary.of(frame))).pattern, return_counts=True)
    body = train(patterns, counts).as_json()
    made = {"on": f"{ON}", "by": f"./sinergi bench link-lists --train FILE --seed {seed}",
            "from": f"{frame.height} records of invented people: bench.people.population(100000, {seed}), damage.records(REGISTER, MIXED, seed "
                    f"{seed}); see bench/people/specification.md",
            "promise": "none: no label of a real person was seen; without a certificate it orders and proposes, and decides nothing"}
    path.write_text(json.dumps({"made": made, **short(body)}, separators=(",", ":")) + "\n", "utf-8")


def short(value: Any) -> Any:
    """Plain values with six digits."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    return {k: short(v) for k, v in value.items()} if isinstance(value, dict) else [short(v) for v in value] if isinstance(value, list) else value


def main() -> int:
    """Print the table and, last, one JSON line."""
    wanted = argparse.ArgumentParser("./sinergi bench link-lists")
    wanted.add_argument("--people", type=int, default=100_000)
    wanted.add_argument("--list", type=int, default=20_000)
    wanted.add_argument("--seed", type=int, default=1)
    wanted.add_argument("--train", type=Path)
    given = wanted.parse_args()
    if given.train:
        trained(given.train, given.seed)
        return 0
    figures, rows, report = linked(given.people, given.list, given.seed)
    quality, traditions = judged(rows, given.people)
    print(f"{'key':18}{'pairs':>10}{'alone':>9}{'over':>7}")
    for name, one in report["keys"].items():
        print(f"{name:18}{one['pairs']:>10,}{report['alone'].get(name, 0):>9,}{one['over']:>7,}")
    print(f"\n{'tradition':12}{'rows':>8}{'found':>8}{'review':>8}")
    for tradition, count, recall, review in traditions:
        print(f"{tradition:12}{count:>8,}{recall:>8.3f}{review:>8.3f}")
    print(json.dumps({**figures, **quality, "candidates": report["candidates"]}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
