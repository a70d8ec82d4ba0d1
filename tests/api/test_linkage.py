"""Lists against the register by machine: sent in pieces, compared, approved, answered by one's own keys, taken back."""
from __future__ import annotations

import pytest
from api_stage import System, system_of
from linking_stage import PEOPLE, certified, linker, made_ready, registered
from registry_stage import setting

from sinergi.kernel.acting import acting
from sinergi.kernel.jobs import progress_about
from sinergi.kernel.models import User
from sinergi.registry import tasks
from sinergi.registry.queries import linking as queries

FIELDS = ["key", "person.name", "person.mykad"]
LIST = {"title": "Ahli", "fields": FIELDS, "rows": [["A0", *PEOPLE[0]], ["A1", "Kamarul bin Yusof", "680411175013"]]}


@pytest.fixture
def mvm(own_db) -> System:
    """A partner's system, beside another agency's people."""
    setting("mvm", "irm")
    registered(linker("aim", "coordinator"))
    made_ready()
    certified("mvm")
    return system_of("mvm")


def work(system: System, run: str, kind: str) -> None:
    """Do what the worker would."""
    job = {"compare": tasks.compare, "apply": tasks.apply, "undo": tasks.take_back}[kind]
    user = User.objects.get(pk=system.client)
    who = str(user.pk) if kind == "compare" else tasks.APPLIER.id
    with acting(tasks.applier_of("mvm"), purpose="register"):
        progress = progress_about(queries.subject(run))
    job.run(attempts=0, progress=str(progress.pk), actor=who, agency="mvm", purpose="register", ids={"run_id": run})


def taken(system: System, run: str, step: str):
    """A step under the tag of what was read."""
    path = f"/linkage-runs/{run}"
    return system.done("POST", f"{path}/{step}", if_match=system.call("GET", path)["ETag"])


def test_a_list_goes_its_whole_way(mvm):
    run = mvm.done("POST", "/linkage-runs", LIST, 201)["id"]
    more = mvm.done("POST", f"/linkage-runs/{run}/rows", {"rows": [["A2", "Orang Asing Azuri", "710101175777"], ["A3", "=A1", ""]]})
    assert more["rows"] == 4 and more["state"] == "received"
    assert taken(mvm, run, "compare")["state"] == "comparing"
    work(mvm, run, "compare")
    told = mvm.done("GET", f"/linkage-runs/{run}")
    assert told["state"] == "compared" and told["counts"] == {"auto": 2, "new": 1, "wrong": 1} and told["drop_on"]
    assert taken(mvm, run, "approve")["state"] == "applying"
    work(mvm, run, "apply")
    first = mvm.done("GET", f"/linkage-runs/{run}/answers?limit=3")
    rest = mvm.done("GET", f"/linkage-runs/{run}/answers?cursor={first['next']}")
    answers = first["items"] + rest["items"]
    assert [(a["key"], a["answer"]) for a in answers] == [("A0", "yes"), ("A1", "yes"), ("A2", "no"), ("A3", "not_read")]
    assert "formula" in answers[3]["mends"][0]["en"] and rest["next"] == "" and set(answers[0]) == {"row", "key", "answer", "mends"}
    assert taken(mvm, run, "undo")["state"] == "undone"
    work(mvm, run, "undo")
    assert mvm.done("GET", f"/linkage-runs/{run}")["undone"] == 2
    assert [one["id"] for one in mvm.done("GET", "/linkage-runs")["items"]] == [run]


def test_what_cannot_be_is_refused(mvm):
    assert mvm.refused("POST", "/linkage-runs", {**LIST, "rows": []})[0] == 422
    assert mvm.refused("POST", "/linkage-runs", {**LIST, "more": 1})[0] == 422
    run = mvm.done("POST", "/linkage-runs", {**LIST, "fields": ["key", "shoe", "person.mykad"]}, 201)["id"]
    tag = mvm.call("GET", f"/linkage-runs/{run}")["ETag"]
    assert mvm.refused("POST", f"/linkage-runs/{run}/compare", if_match=tag) == (422, "list.unknown_column")
    assert mvm.refused("POST", f"/linkage-runs/{run}/approve", if_match=tag) == (409, "flow.wrong_state")
    assert mvm.refused("POST", f"/linkage-runs/{run}/approve")[0] == 428
    other = system_of("irm")
    assert other.refused("GET", f"/linkage-runs/{run}") == (404, "input.nothing_there")
    assert other.refused("POST", f"/linkage-runs/{run}/rows", {"rows": [["x"]]}) == (404, "input.nothing_there")
    assert mvm.done("POST", f"/linkage-runs/{run}/cancel", if_match=tag)["state"] == "cancelled"
