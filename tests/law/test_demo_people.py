"""The demo people as they are sent in: what the twelve stories say comes out on their sheets, without a database."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from typing import Any

import pytest
import yaml

from sinergi.core import rules
from sinergi.registry.submission import read_submission
from sinergi.registry.submission.values import written
from tests.law.test_stories import ROOT, answer, law, sums

DAY = dt.date(2026, 11, 23)
PEOPLE = {h["key"]: h["submission"] for h in yaml.safe_load((ROOT / "src/sinergi/cli/demo/people.yaml").read_text("utf-8"))["households"]}


def facts(given: Any) -> dict[str, Any]:
    """Facts as a household document has them; those with dates as rows through time."""
    found: dict[str, Any] = {}
    for one in given:
        value = written(law().facts[one.name].kind, one.value)
        row = {"from": one.valid_from, "to": one.valid_to, "value": value}
        found[one.name] = value if one.valid_from is None and one.valid_to is None else [*found.get(one.name, []), row]
    return found


@cache
def sheet(key: str, day: dt.date = DAY) -> rules.Sheet:
    """The sheet of one of the demo households."""
    clean = read_submission(json.loads(json.dumps(PEOPLE[key], default=str)), law=law(), on=DAY, demo=True)
    members = []
    for person in clean.people:
        own = {"name": person.name, "relation": person.relation, "birth_date": person.birth_date, "sex": person.sex or None, **facts(person.facts)}
        if person.held is not None:
            own["held"] = [{"programme": h.programme, "from": h.start, "to": h.end} for h in person.held]
        members.append(own)
    household = {"state": clean.address.state if clean.address else None, **facts(clean.facts)}
    return rules.screen(law(), rules.read_situation(law(), {"household": household, "members": members}, day), day)


def found(key: str, programme: str) -> rules.Answer:
    """One answer for the head, or for the household."""
    return answer(sheet(key), programme)


def test_kamarul_gets_dialysis_from_his_council_and_subramaniam_does_not():
    assert found("01-kamarul", "maiwp.medical").outcome == "entitled"
    assert found("01-subramaniam", "maiwp.medical").outcome == "not_entitled"
    assert found("01-subramaniam", "irm.aid").group == "judge"


def test_rohani_has_no_claim_for_want_of_contributions_and_lacks_one_paper_at_her_council():
    invalidity = found("02-rohani", "perkeso.act4_invalidity")
    assert [(r.id, r.cite) for r in invalidity.reasons if r.result is False] == [("contributions", "Act 4 s.17")]
    funeral = found("02-rohani", "maim.zakat")
    assert ([n.fact for n in funeral.need], sums(funeral)["funeral_fakir"]) == (["community_confirmation"], 150_000)
    assert {found("02-rohani", p).group for p in ("mof.str", "mof.sara")} == {"yes"}


def test_abdul_rahman_was_covered_and_his_twin_a_minute_too_late():
    paid = next(b for b in found("03-rahman", "perkeso.lindung_kendiri").benefits if b.id == "temporary_disablement")
    assert (paid.sen, paid.months) == (4_133, 12)
    assert [r.id for r in found("03-twin", "perkeso.lindung_kendiri").reasons if r.result is False] == ["covered"]


def test_halimah_and_her_neighbour():
    assert [sums(found("04-halimah", p)) for p in ("jkm.bwe", "mof.sara", "mof.str")] == [
        {"allowance": 60_000},
        {"ekasih_senior": 15_000},
        {"senior": 60_000},
    ]
    assert [n.fact for n in found("04-halimah", "maipk.zakat").need] == ["had_kifayah"]
    assert found("04-neighbour", "jkm.bwe").outcome == "not_entitled"
    assert answer(sheet("04-neighbour", dt.date(2025, 6, 1)), "jkm.bwe").outcome == "entitled"


def test_norazlina_has_cash_and_a_loan_and_the_council_enters_had_kifayah():
    assert sums(found("05-norazlina", "mof.str")) == {"household": 70_000}
    assert found("05-norazlina", "aim.ikhtiar").outcome == "entitled"
    assert [n.fact for n in found("05-norazlina", "pbns.zakat").need] == ["had_kifayah"]


def test_tan_mei_ling_gets_six_months():
    jsa = next(b for b in found("06-tan", "perkeso.eis").benefits if b.id == "jsa")
    assert sum(a or 0 for a in jsa.by_month or ()) == 1_066_500


def test_the_rider_is_in_a_compulsory_sector_and_the_fisherman_is_matched():
    assert found("07-haziq", "perkeso.lindung_kendiri_matching").group == "no"
    assert sums(found("08-awang", "perkeso.lindung_kendiri_matching"))["government_share"] == 16_300


def test_the_contractor_is_judged_by_the_labour_department():
    siva = found("09-siva", "jtksm.complaint")
    assert siva.outcome == "human_review"
    assert rules.sentence(siva, "en").startswith("You may be presumed an employee")


def test_the_flood_the_debt_and_the_way_back():
    assert sums(found("10-chik-som", "nadma.bwi"))["household"] == 100_000
    assert found("10-chik-som", "tekun.niaga").outcome == "entitled"
    assert found("11-izzati", "akpk.dmp").outcome == "entitled"
    assert (found("12-jimbai", "giatmara.skills").outcome, found("12-jimbai", "perkeso.myfuturejobs").outcome) == ("entitled", "entitled")


@pytest.mark.parametrize("key", PEOPLE)
def test_no_sheet_begins_with_a_claim_of_one_person(key):
    assert not {q.fact for q in sheet(key).ask[:2]} & {"accident", "invalidity", "kasih_event", "lost_job", "bankruptcy"}
