"""The households of examples/: what each story of the demo says comes out on the sheet."""

from __future__ import annotations

import datetime as dt
import pathlib
from functools import cache
from typing import Any

from sinergi.core import rules
from sinergi.kernel.law_files import read_document, read_documents

ROOT = pathlib.Path(__file__).resolve().parents[2]


@cache
def law() -> rules.Law:
    """The law of this checkout."""
    return rules.build(read_documents(ROOT / "law"))


def sheet(name: str, as_of: dt.date | None = None, household: dict[str, Any] | None = None, head: dict[str, Any] | None = None) -> rules.Sheet:
    """The sheet of an example household, with further facts of the household or its head."""
    raw: Any = read_document(ROOT / f"examples/{name}.yaml")
    day = as_of or raw["as_of"]
    raw["household"].update(household or {})
    raw["members"][0].update(head or {})
    return rules.screen(law(), rules.read_situation(law(), raw, day), day)


def answer(made: rules.Sheet, programme: str, subject: int = 0) -> rules.Answer:
    """One answer, for the household or for a member."""
    return next(a for a in made.answers if a.programme == programme and a.subject in (None, subject))


def sums(found: rules.Answer) -> dict[str, int | None]:
    """Sen per period by benefit."""
    return {b.id: b.sen for b in found.benefits}


def test_the_widow_lacks_one_paper_for_the_funeral_aid():
    found = answer(sheet("widow"), "maim.zakat")
    assert (found.outcome, [n.fact for n in found.need]) == ("unknown", ["community_confirmation"])
    found = answer(sheet("widow", household={"community_confirmation": True}), "maim.zakat")
    assert (found.outcome, found.likely, sums(found)["funeral_fakir"]) == ("entitled", True, 150_000)
    assert answer(sheet("widow"), "perkeso.act4_invalidity").group == "no"
    assert answer(sheet("widow"), "ppjm.burial").group == "judge"


def test_the_injured_driver_is_covered_for_twelve_days():
    found = answer(sheet("hurt_at_work"), "perkeso.lindung_kendiri")
    paid = next(b for b in found.benefits if b.id == "temporary_disablement")
    assert (found.outcome, paid.sen, paid.months, paid.sen * paid.months) == ("entitled", 4_133, 12, 49_596)
    assert answer(sheet("hurt_at_work", head={"covered_at_accident": False}), "perkeso.lindung_kendiri").group == "no"


def test_the_older_widow_and_what_she_may_hold_together():
    made = sheet("household")
    assert sums(answer(made, "jkm.bwe")) == {"allowance": 60_000}
    assert sums(answer(made, "mof.sara")) == {"ekasih_senior": 15_000}
    assert sums(answer(made, "mof.str")) == {"senior": 60_000}
    assert [n.fact for n in answer(made, "maipk.zakat").need] == ["had_kifayah"]
    held = sheet(
        "household",
        household={"had_kifayah": "RM 1,200.00", "asnaf": "fakir"},
        head={"held": [{"programme": "jkm.bwe", "from": dt.date(2026, 9, 1)}]},
    )
    assert answer(held, "maipk.zakat").group == "no"


def test_the_neighbour_has_two_answers_on_two_days_each_explained():
    before, now = answer(sheet("neighbour", dt.date(2025, 6, 1)), "jkm.bwe"), answer(sheet("neighbour"), "jkm.bwe")
    assert (before.outcome, now.outcome) == ("entitled", "not_entitled")
    assert "RM2,589" in {f.words["en"] for f in before.rests_on}
    assert "RM1,236" in rules.sentence(now, "ms")


def test_the_family_gets_cash_and_a_loan_shown_apart_and_the_council_is_asked():
    made = sheet("family")
    assert sums(answer(made, "mof.str")) == {"household": 70_000}
    assert answer(made, "aim.ikhtiar").outcome == "entitled"
    assert answer(made, "aim.ikhtiar").benefits[0].in_kind
    assert answer(made, "aim.ikhtiar", 1).outcome == "not_entitled"
    assert "had_kifayah" in {n.fact for n in answer(made, "pbns.zakat").need}
    assert answer(sheet("family", household={"had_kifayah": "RM 3,200.00"}), "pbns.zakat").outcome == "human_review"


def test_the_retrenched_worker_gets_six_months_and_a_last_day_to_apply():
    found = answer(sheet("job_lost"), "perkeso.eis")
    jsa = next(b for b in found.benefits if b.id == "jsa")
    assert jsa.by_month == (316_000, 197_500, 158_000, 158_000, 118_500, 118_500)
    assert sum(a for a in jsa.by_month if a is not None) == 1_066_500
    assert [s.day for s in found.soon if s.kind == "deadline"] == [dt.date(2026, 12, 29)]


def test_a_new_job_in_the_second_month_brings_a_quarter_and_half_once_commenced():
    found = answer(sheet("job_lost", head={"back_at_work": True, "back_in_month": 2}), "perkeso.eis")
    assert sums(found)["early_reemployment"] == 138_250
    assert any("50% = RM2,765" in s.text["en"] for s in found.soon if s.kind == "passed")


def test_the_flooded_household_is_paid_once_as_a_household():
    made = sheet("flood")
    assert sums(answer(made, "nadma.bwi"))["household"] == 100_000
    assert answer(made, "nadma.bwi").subject is None
    assert answer(made, "tekun.niaga").outcome == "entitled"


def test_the_freelancer_in_debt_is_counselled_and_the_rest_is_judged():
    made = sheet("debt")
    assert answer(made, "akpk.dmp").outcome == "entitled"
    assert {answer(made, p).group for p in ("mafa.membership", "miasa.support", "mdec.erezeki", "ppim.consumer")} == {"judge"}
