"""The sample law: its examples hold by both readers, and its answers say why, what is needed, what they rest on and what comes soon."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from sinergi.core import rules
from sinergi.core.rules.examples import check_example, household_of
from sinergi.core.rules.written import findings
from tests.core.small_law import BOTH, CRITERION, DAY, both, documents, law_of, sample

EXAMPLES = [(p, e) for p in sample().programmes.values() for e in p.examples]


def written(law: rules.Law, programme: rules.Programme, situation: rules.Situation, subject: int | None) -> rules.Finding:
    """The finding of the written code for one subject."""
    return next(f for f in findings(law, situation) if f.bound.programme is programme and f.subject == subject)


@pytest.mark.parametrize(("programme", "example"), EXAMPLES, ids=[f"{p.id}: {e['case']}" for p, e in EXAMPLES])
@pytest.mark.parametrize("reader", [rules.find, written])
def test_examples_hold(programme, example, reader):
    assert check_example(sample(), programme, example, reader) == []


def sheet(facts: dict[str, Any], household: dict[str, Any] | None = None, law: rules.Law | None = None, as_of: dt.date = DAY) -> rules.Sheet:
    """The sheet of one person."""
    law = law or sample()
    return rules.screen(law, rules.read_situation(law, {"household": household or {}, "members": [facts]}, as_of), as_of)


def answer(made: rules.Sheet, programme: str) -> rules.Answer:
    """One answer of a sheet."""
    return next(a for a in made.answers if a.programme == programme)


UNDER = ({"birth_date": dt.date(1980, 1, 1), "income": "RM 400.00", "held": []}, {"state": "perak", "listed": "none"})
LOST = {
    "lost_job": True,
    "loss_date": dt.date(2026, 10, 30),
    "claims": 0,
    "works": True,
    "paid": ["2024-01..2026-10"],
    "used": [],
    "wages": {"2026-04..2026-09": "RM 3950.00"},
}


def test_an_entitled_household_is_told_why_what_and_on_which_figures():
    found = answer(sheet(*UNDER), "jkm.aid")
    assert (found.outcome, found.group, found.likely, found.subject, found.agency) == ("entitled", "yes", True, None, "jkm")
    assert [(r.id, r.result, r.text["en"]) for r in found.reasons] == [
        ("line", True, "Income up to RM1,200"),
        ("place", True, "State"),
        ("holds", True, "No other monthly aid"),
    ]
    assert [(f.fact, f.member, f.words["en"]) for f in found.reasons[0].facts] == [("income", 0, "RM400")]
    assert found.reasons[1].facts[0].member is None
    assert [(b.id, b.sen, b.pay, b.certain) for b in found.benefits] == [("cash", 20_000, "monthly", True), ("topup", 250, "once", True)]
    assert [(f.parameter, f.words["en"], f.status, f.assumed) for f in found.rests_on][:2] == [
        ("aid.line", "RM1,200", "press", True),
        ("aid.head", "RM300", "official", False),
    ]
    assert found.documents == ({"ms": "Slip gaji", "en": "Payslip"},)
    assert found.office["en"] == "Not published: ask the agency"
    assert found.next_step["ms"] == "Mohon"
    assert rules.sentence(found, "en") == "Yes. You qualify for Household aid. The agency has to confirm it."
    assert [rules.amount_words(b, "ms") for b in found.benefits] == ["RM200 sebulan", "RM2.50 sekali"]


def test_a_refusal_names_every_failed_criterion_and_its_figures_only():
    found = answer(
        sheet({"birth_date": dt.date(1980, 1, 1), "income": "RM 1500.00", "held": [{"programme": "jkm.monthly"}]}, {"state": "perak"}), "jkm.aid"
    )
    assert [r.id for r in found.reasons if r.result is False] == ["line", "holds"]
    assert rules.sentence(found, "ms") == "Tidak, kerana pendapatan RM1,500 melebihi RM1,200."
    assert {f.parameter for f in found.rests_on} == {"aid.line", "aid.head"}
    assert (found.group, found.likely, found.benefits) == ("no", False, ())


def test_a_refusal_for_weak_reasons_only_is_likely():
    weak = law_of("works", criteria=[{**CRITERION, "when": "works", "status": "press"}])
    assert answer(sheet({"works": False}, law=weak), "aim.test").likely
    assert not answer(sheet({}, law=weak), "aim.test").likely
    mixed = law_of(criteria=[{**CRITERION, "when": "works", "status": "press"}, {**CRITERION, "id": "b", "when": "works"}])
    assert not answer(sheet({"works": False}, law=mixed), "aim.test").likely


def test_a_yes_is_likely_when_only_the_amount_is_weak():
    assert answer(sheet({"works": True}, law=law_of("works", "aid.line")), "aim.test").likely
    assert not answer(sheet({"works": True}, law=law_of("works", "aid.head")), "aim.test").likely


def test_an_open_answer_asks_and_a_judged_one_says_who_judges():
    made = sheet({"works": True, "held": []}, {"state": "perak"})
    assert rules.sentence(answer(made, "mof.grant"), "en") == "Not known yet. Day of the flood?"
    made = sheet({"works": True, "held": [], "flood_on": DAY, "share": "10%"}, {"state": "perak", "listed": "none"})
    found = answer(made, "mof.grant")
    assert rules.sentence(found, "ms") == "Agensi yang menilai: Lawatan. Agensi perlu mengesahkannya."
    assert found.officer_decides == ({"ms": "Lawatan", "en": "A visit"},)
    assert found.benefits[1].in_kind == {"ms": "Kursus bagi (belum diketahui)", "en": "A course for the (not known)"}
    assert rules.amount_words(found.benefits[1], "en") == "A course for the (not known)"
    assert found.benefits[0].name == {"ms": "Bahagian", "en": "Share"}
    assert rules.sentence(answer(made, "mvm.volunteers"), "en") == "The agency judges. No criteria are published."


def test_what_an_officer_finds_is_said_in_its_own_sentence_and_asked_only_where_it_binds():
    people = [{"birth_date": dt.date(1980, 1, 1), "income": "RM 100.00", "held": []}] * 3
    read = rules.read_situation(sample(), {"household": {"state": "perak", "listed": "poor"}, "members": people}, DAY)
    found = answer(rules.screen(sample(), read, DAY), "jkm.aid")
    assert (found.outcome, rules.sentence(found, "en")) == ("human_review", "An officer visits your home. The agency has to confirm it.")
    read = rules.read_situation(sample(), {"household": {"state": "perak", "listed": "poor"}, "members": people[:2]}, DAY)
    assert answer(rules.screen(sample(), read, DAY), "jkm.aid").outcome == "entitled"


def test_what_has_no_figure_is_named():
    made = sheet({"birth_date": dt.date(1980, 1, 1), "income": "RM 1300.00", "held": []}, {"state": "perak"}, as_of=dt.date(2025, 6, 1))
    found = answer(made, "jkm.aid")
    assert (found.outcome, found.missing) == ("cannot_be_computed", ("aid.head",))
    assert rules.sentence(found, "en") == "Cannot be computed: no figure was found for Line a head."


def test_an_answer_without_a_figure_or_a_question_sends_to_the_agency():
    out_of_time = law_of("add_months(as_of, 999999) > as_of")
    assert rules.sentence(answer(sheet({}, law=out_of_time), "aim.test"), "en") == "Not known yet: ask the agency."
    does_not_apply = law_of("loss_date > 2020-01-01", event="loss_date")
    found = answer(sheet({"lost_job": False}, law=does_not_apply), "aim.test")
    assert (found.outcome, found.need) == ("unknown", ())
    assert rules.sentence(found, "ms") == "Belum diketahui: tanya agensi."


def test_not_in_force_names_the_day():
    made = sheet({}, as_of=dt.date(2019, 6, 1))
    assert rules.sentence(answer(made, "jkm.aid"), "en") == "This programme is not in force on 1 June 2019."
    assert (answer(made, "jkm.aid").reasons, answer(made, "jkm.aid").soon, answer(made, "jkm.aid").group) == ((), (), "no")


def test_amounts_by_month_and_figures_passed_but_not_commenced():
    found = answer(sheet(LOST), "perkeso.jobless")
    assert rules.sentence(found, "en") == "Yes. You lost the job on 30 October 2026."
    assert [rules.amount_words(b, "en") for b in found.benefits] == ["RM3,160, RM1,975, RM1,580 (3 months): RM6,715", "RM250 once"]
    assert [(s.kind, s.day, s.text["en"]) for s in found.soon] == [
        ("deadline", dt.date(2026, 12, 29), "Apply by 29 December 2026: after that this no longer holds: Within 60 days"),
        ("passed", None, "Early allowance: 50% = RM500 once it commences (passed, not commenced: Act A1796)"),
        ("passed", None, "Fee: (figure not found) once it commences (passed, not commenced: c)"),
    ]
    assert found.service_days == 7


def test_a_figure_passed_is_shown_to_the_refused_without_an_amount():
    texts = [s.text["ms"] for s in answer(sheet({**LOST, "lost_job": False, "loss_date": None}), "perkeso.jobless").soon if s.kind == "passed"]
    assert texts[0] == "Elaun awal: 50% sebaik sahaja berkuat kuasa (diluluskan, belum berkuat kuasa: Act A1796)"


def test_a_birthday_ahead_is_told_to_the_refused():
    made = law_of("age >= 60")
    found = answer(sheet({"birth_date": dt.date(1967, 1, 5)}, law=made), "aim.test")
    assert [(s.kind, s.day) for s in found.soon] == [("from", dt.date(2027, 1, 5))]
    assert answer(sheet({"birth_date": dt.date(1968, 1, 5)}, law=made), "aim.test").soon == ()
    two = law_of(criteria=[{**CRITERION, "when": "age >= 60"}, {**CRITERION, "id": "other", "when": "works"}])
    assert answer(sheet({"birth_date": dt.date(1967, 1, 5), "works": False}, law=two), "aim.test").soon == ()
    assert answer(sheet({"birth_date": dt.date(1967, 1, 5), "works": True}, law=two), "aim.test").soon[0].day == dt.date(2027, 1, 5)
    assert answer(sheet({"birth_date": dt.date(1960, 1, 5), "works": False}, law=two), "aim.test").soon == ()


def test_every_criterion_may_turn():
    soon = "days_between(birth_date, as_of) < 21915"
    law = law_of(criteria=[{**CRITERION, "when": "age < 60"}, {**CRITERION, "id": "other", "when": soon}])
    found = answer(sheet({"birth_date": dt.date(1967, 1, 5)}, law=law), "aim.test")
    assert [(s.kind, s.day) for s in found.soon] == [("deadline", dt.date(2027, 1, 4)), ("deadline", dt.date(2027, 1, 4))]


def test_a_sum_known_in_part_is_at_least_so_much():
    raw = {"household": {"state": "perak"}, "members": [{"income": "RM 1500.00"}, {}]}
    found = answer(rules.screen(sample(), rules.read_situation(sample(), raw, DAY), DAY), "jkm.aid")
    assert rules.sentence(found, "en") == "No, because income at least RM1,500 is above RM1,200. The agency has to confirm it."
    assert rules.sentence(found, "ms").startswith("Tidak, kerana pendapatan sekurang-kurangnya RM1,500 melebihi RM1,200.")


def test_a_household_has_its_own_days_ahead():
    law = law_of("any(members where age < 18)", decides_for="household")
    found = answer(sheet({"birth_date": dt.date(2009, 1, 31)}, law=law), "aim.test")
    assert [(s.kind, s.day) for s in found.soon] == [("deadline", dt.date(2027, 1, 30))]


def test_the_next_question_settles_most_and_the_easiest_comes_first():
    law = law_of(criteria=[{**CRITERION, "when": "works and claims > 1 and holds(any, as_of)"}], benefits=[{"id": "b", "amount": "RM 1,000,000.00"}])
    made = sheet({}, {"state": "perak"}, law=law)
    assert (made.ask[0].fact, made.ask[0].programmes) == ("flood_on", ("mof.grant", "mvm.volunteers"))
    facts = [q.fact for q in made.ask]
    assert set(facts) >= {"works", "claims", "held", "income", "lost_job"}
    assert all(a.weight >= b.weight for a, b in zip(made.ask, made.ask[1:], strict=False))
    works, held = (next(q for q in made.ask if q.fact == fact) for fact in ("works", "held"))
    assert (works.text["ms"], works.kind, works.why, works.day) == ("Bekerja?", "bool", None, None)
    assert (held.text["en"], held.kind, held.why) == ("Which assistance is being received now?", "held", None)
    assert next(q for q in made.ask if q.fact == "income").why == {"ms": "Had pendapatan", "en": "Income line"}


def test_an_open_amount_weighs_less_than_an_open_answer():
    law = law_of("true", "savings")
    open_amount = next(q for q in sheet({}, law=law).ask if q.fact == "savings")
    asking = law_of("savings > RM 1.00", "RM 5.00")
    open_answer, again = (next(q for q in sheet({}, law=asking).ask if q.fact == "savings") for _ in range(2))
    assert open_answer.weight == again.weight
    assert open_amount.weight < open_answer.weight


def test_questions_name_the_member_and_the_day():
    law = law_of("relation at 2026-07-31 = head and income > RM 1.00")
    situation = rules.read_situation(
        law, {"members": [{"name": "Ali", "relation": [{"from": dt.date(2026, 8, 1), "value": "head"}]}, {"name": "Siti", "income": "RM 2.00"}]}, DAY
    )
    found = rules.screen(law, situation, DAY, ["aim.test"])
    assert [a.programme for a in found.answers] == ["aim.test", "aim.test"]
    first, second = found.answers
    assert [first.question(n)["en"] for n in first.need] == ["Relation? (on 31 July 2026)", "Income?"]
    assert [second.question(n)["ms"] for n in second.need] == ["Hubungan? (pada 31 Julai 2026)"]


def test_an_answer_of_the_household_names_whom_it_asks_about():
    situation = rules.read_situation(sample(), {"members": [{"name": "Ali", "income": "RM 1.00"}, {"name": "Siti"}]}, DAY)
    made = rules.screen(sample(), situation, DAY, ["jkm.aid"])
    assert made.answers[0].question(made.answers[0].need[0])["ms"] == "Siti: Pendapatan?"
    assert {q.text["en"] for q in made.ask} >= {"Siti: Income?", "Ali: Date of birth?", "State?"}


def test_a_sheet_of_another_day_and_of_named_programmes():
    situation = rules.read_situation(sample(), {"members": [{"birth_date": dt.date(2010, 1, 1), "works": False}]}, DAY)
    later = rules.screen(sample(), situation, dt.date(2030, 1, 1), ["jkm.aid", "mof.grant"])
    assert later.as_of == dt.date(2030, 1, 1)
    assert [a.programme for a in later.answers] == ["jkm.aid", "mof.grant"]
    with pytest.raises(KeyError):
        rules.screen(sample(), situation, DAY, ["jkm.none"])


def test_replaying_gives_the_same_bytes_and_plain_json():
    one, again = (sheet(LOST, {"state": "perak"}, law=rules.build(documents())).as_bytes() for _ in range(2))
    assert one == again
    plain = json.loads(one)
    assert plain["law_version"] == rules.build(documents()).version
    found = next(a for a in plain["answers"] if a["programme"] == "perkeso.jobless")
    assert found["benefits"][0]["by_month"] == [316_000, 197_500, 158_000]
    assert found["reasons"][2]["facts"][0]["value"][:2] == ["2024-01", "2024-02"]
    assert found["reasons"][1]["facts"][1]["value"] == "2026-10-30"
    assert plain["ask"][0]["text"].keys() == {"ms", "en"}


def test_the_version_of_the_law_is_its_content():
    assert rules.build(documents()).version == rules.build(dict(reversed(documents().items()))).version
    changed = documents()
    changed["parameters/sample.yaml"]["aid.line"]["values"][1]["value"] = "RM 1,201.00"
    assert rules.build(changed).version != rules.build(documents()).version


def test_sentences_fall_back_where_a_file_says_nothing_of_its_own():
    law = law_of("works", yes={"ms": "Ya, {income}.", "en": "Yes, {income}."})
    assert rules.sentence(answer(sheet({"works": True}, law=law), "aim.test"), "en") == "Yes, (not known)."
    assert BOTH["en"] in rules.sentence(answer(sheet({"works": True}, law=law_of("works")), "aim.test"), "en")


def test_an_example_at_fault_says_what_differs():
    law, jobless = sample(), sample().programmes["perkeso.jobless"]
    example = dict(jobless.examples[0])

    def wrong(**over: Any) -> str:
        return "\n".join(check_example(law, jobless, {**example, **over}))

    assert "unknown key 'zebra'" in wrong(zebra=1)
    assert "needs as_of" in wrong(as_of="yesterday")
    assert "unknown key expect.amounts" in wrong(expect={"outcome": "entitled", "amounts": 1})
    assert "unknown outcome 'maybe'" in wrong(expect={"outcome": "maybe"})
    assert "expected unknown, found entitled" in wrong(expect={"outcome": "unknown"})
    assert "expected failed ['paid'], found []" in wrong(expect={"outcome": "entitled", "failed": ["paid"]})
    assert "expected need ['paid'], found []" in wrong(expect={"outcome": "entitled", "need": ["paid"]})
    assert "expected likely True, found False" in wrong(expect={"outcome": "entitled", "likely": True})
    assert "amount: expected RM 1.00, found RM3,160, RM1,975, RM1,580" in wrong(expect={"outcome": "entitled", "amount": "RM 1.00"})
    assert "amount: write RM 1.00" in wrong(expect={"outcome": "entitled", "amount": 1})
    assert "benefit early: expected to apply" in wrong(expect={"outcome": "entitled", "benefits": {"early": True}})
    assert "benefit jsa: expected not to apply" in wrong(expect={"outcome": "entitled", "benefits": {"jsa": False}})
    assert "benefit early does not apply: found jsa" in wrong(expect={"outcome": "entitled", "benefits": {"early": "RM 1.00"}})
    assert "benefit jsa: expected ['RM 1.00'], found" in wrong(expect={"outcome": "entitled", "benefits": {"jsa": ["RM 1.00"]}})
    assert "1: claims: Write a whole number." in wrong(facts={"claims": "two"})
    assert "found no amount" in "\n".join(
        check_example(
            law,
            law.programmes["mvm.volunteers"],
            {"as_of": DAY, "household": {"flood_on": DAY}, "expect": {"outcome": "human review", "amount": "RM 1.00"}},
        )
    )


def test_facts_of_an_example_find_their_place():
    raw, subject = household_of(
        sample(), {"facts": {"state": "perak", "works": True}, "members": [{}, {}], "for": 2, "household": {"claims": 1, "flood_on": DAY}, "held": []}
    )
    assert (subject, raw) == (1, {"household": {"state": "perak", "flood_on": DAY}, "members": [{}, {"works": True, "claims": 1, "held": []}]})


def test_any_other_aid_is_not_the_programme_itself():
    law = law_of("not holds(any, as_of)")
    assert answer(sheet({"held": [{"programme": "aim.test"}]}, law=law), "aim.test").outcome == "entitled"
    assert answer(sheet({"held": [{"programme": "jkm.aid"}]}, law=law), "aim.test").outcome == "not_entitled"


def test_a_figure_and_a_programme_hold_on_their_last_day():
    law = law_of("income <= aid.line", in_force={"from": dt.date(2020, 1, 1), "to": dt.date(2025, 6, 30)})
    found = {
        day: answer(sheet({"income": "RM 1100.00"}, law=law, as_of=day), "aim.test").outcome
        for day in (dt.date(2024, 12, 31), dt.date(2025, 1, 1), dt.date(2025, 6, 30), dt.date(2025, 7, 1))
    }
    assert list(found.values()) == ["not_entitled", "entitled", "entitled", "not_in_force"]


def test_while_the_day_of_the_event_is_not_known_only_what_never_changed_is_sure():
    changed, constant = (law_of(f"income <= {line}", event="flood_on") for line in ("aid.line", "aid.head"))
    found = answer(sheet({"income": "RM 1500.00"}, law=changed), "aim.test")
    assert (found.outcome, [n.fact for n in found.need], found.finding.values) == ("unknown", ["flood_on"], (None,))
    assert answer(sheet({"income": "RM 1500.00"}, law=constant), "aim.test").outcome == "not_entitled"
    assert answer(sheet({"income": "RM 100.00"}, law=constant), "aim.test").outcome == "unknown"
    assert answer(sheet({"income": "RM 1500.00", "flood_on": dt.date(2026, 1, 1)}, law=changed), "aim.test").outcome == "not_entitled"
    assert [f.words["en"] for f in found.rests_on] == ["RM1,000", "RM1,200"]
    both(changed, found.situation)


def test_amounts_of_several_periods_are_added_up():
    law = law_of(
        "works",
        benefits=[
            {"id": "a", "pay": "daily", "months": "claims", "amount": "RM 41.33"},
            {"id": "b", "pay": "monthly", "months": 2, "amount": "if(month = 1, RM 5.00, savings)"},
        ],
    )
    found = answer(sheet({"works": True, "claims": 12}, law=law), "aim.test")
    assert [rules.amount_words(b, "ms") for b in found.benefits] == ["RM41.33 sehari, 12 hari: RM495.96", "RM5, jumlah belum diketahui (2 bulan)"]
    unknown = answer(sheet({"works": True}, {"savings": "RM 5.00"}, law=law), "aim.test")
    assert [rules.amount_words(b, "en") for b in unknown.benefits] == ["amount not known", "RM5 a month, 2 months: RM10"]


def test_the_day_of_a_snapshot_is_asked_before_the_fact():
    situation = rules.read_situation(sample(), {"members": [{}]}, DAY)
    law = law_of("state at flood_on = perak")
    found = next(f for f in both(law, situation) if f.bound.programme.id == "aim.test")
    assert [need.fact for need in found.need] == ["flood_on"]
    dated = rules.read_situation(law, {"members": [{"flood_on": DAY}]}, DAY)
    found = next(f for f in both(law, dated) if f.bound.programme.id == "aim.test")
    assert [(need.fact, need.member, need.day) for need in found.need] == [("state", None, DAY)]


def test_two_members_whose_events_lie_under_one_law():
    situation = rules.read_situation(
        sample(), {"members": [LOST, {**LOST, "loss_date": dt.date(2026, 9, 30)}, {**LOST, "loss_date": dt.date(2020, 9, 30)}]}, DAY
    )
    found = [f for f in both(sample(), situation) if f.bound.programme.id == "perkeso.jobless"]
    assert [(f.subject, str(f.outcome), f.day) for f in found] == [
        (0, "entitled", dt.date(2026, 10, 30)),
        (1, "entitled", dt.date(2026, 9, 30)),
        (2, "entitled", dt.date(2020, 9, 30)),
    ]


def test_a_course_that_may_apply_is_not_sure_and_asks():
    law = law_of(
        benefits=[{"id": "course", "when": "works", "in_kind": BOTH}, {"id": "months", "pay": "monthly", "months": "claims", "in_kind": BOTH}],
        criteria=[{**CRITERION, "when": True}],
    )
    found = answer(sheet({}, law=law), "aim.test")
    assert [(b.id, b.certain, b.months) for b in found.benefits] == [("course", False, None), ("months", True, None)]
    assert [n.fact for n in found.need] == ["works", "claims"]
    both(law, found.situation)
