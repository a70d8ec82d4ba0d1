"""Clocks and appeals as the programme files write them."""
from __future__ import annotations

import pytest

from sinergi.core.rules.clocks import appeal, clocks, remind_days
from sinergi.core.rules.law import Appeal
from sinergi.core.rules.reading import Reading

WORDS = {"ms": "Datang", "en": "Come"}
COME = {"id": "come", "event": "applied", "length": 14, "unit": "days", "side": "person", "on_lapse": "lapse", "text": WORDS, "cite": "JKM",
        "status": "official", "source": "page"}


def read(raw, needs=("cash", "medical")):
    faults: list = []
    return clocks(Reading("programmes/x/y.yaml", faults), raw, needs), [f"{f.key}: {f.message}" for f in faults]


def test_a_clock_is_read_whole():
    (clock,), faults = read([{**COME, "least": 7, "needs": ["medical"]}])
    assert not faults and (clock.id, clock.length, clock.least, clock.unit, clock.on_lapse) == ("come", 14, 7, "days", "lapse")
    assert clock.needs == ("medical",) and clock.text == WORDS and (clock.cite, clock.status, clock.source) == ("JKM", "official", "page")


def test_no_clocks_are_no_fault():
    assert read(None) == ((), []) and read([]) == ((), [])


@pytest.mark.parametrize(("change", "said"), [
    ({"length": 0}, "clocks[0].length: write a whole number"), ({"length": True}, "clocks[0].length"), ({"unit": "weeks"}, "clocks[0].unit"),
    ({"event": "noon"}, "clocks[0].event"), ({"side": "nobody"}, "clocks[0].side"), ({"on_lapse": "forget"}, "clocks[0].on_lapse"),
    ({"cite": ""}, "clocks[0].cite: needs its cite"), ({"source": None}, "clocks[0].source"), ({"status": "rumour"}, "clocks[0].status"),
    ({"id": ""}, "clocks[0].id: needs an id"), ({"least": 15}, "clocks[0].least"), ({"needs": ["rent"]}, "clocks[0].needs"),
    ({"text": "Come"}, "clocks[0].text"), ({"soon": 1}, "clocks[0].soon: unknown key")])
def test_each_fault_is_named(change, said):
    _, faults = read([{**COME, **change}])
    assert len(faults) == 1 and faults[0].startswith(said)


def test_faults_of_the_list():
    assert read("14 days")[1] == ["clocks: write a list"]
    assert read([COME, COME])[1] == ["clocks: the id 'come' is used twice"]


def test_an_appeal_with_and_without_its_time():
    faults: list = []
    raw = {"to": WORDS, "cite": "Act", "status": "official", "source": "page"}
    reading = Reading("programmes/x/y.yaml", faults)
    assert appeal(reading, None) is None
    assert appeal(reading, raw) == Appeal(WORDS, None, "days", "Act", "official", "page")
    assert appeal(reading, {**raw, "length": 21, "unit": "working_days"}) == Appeal(WORDS, 21, "working_days", "Act", "official", "page")
    assert not faults
    appeal(reading, {**raw, "length": 21})
    assert [f.key for f in faults] == ["appeal.unit"]


def test_people_are_reminded_in_time():
    assert [remind_days(n) for n in (60, 30, 14, 10, 5, 2, 1)] == [7, 7, 3, 3, 1, 1, 0]
