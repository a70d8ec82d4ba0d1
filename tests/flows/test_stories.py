"""The stories of the demo that concern assistance end as they are written: who pays, who refers, who is asked, and by whose word a case closes."""
from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from sinergi.assistance import actions as assistance
from sinergi.assistance import queries as sheets
from sinergi.benefits import actions as benefits
from sinergi.benefits import queries as held
from sinergi.cases import actions as cases
from sinergi.cases import queries as followed
from sinergi.cases.models import Referral
from sinergi.cli.demo.steps import carry_news
from sinergi.kernel.acting import acting
from sinergi.registry import actions as registry
from sinergi.registry import queries as people
from tests.flows.story_stage import AT, LATER, ON, accept, agreed, answer, award, came, case_of, refer, refused, says, served
from tests.registry.registry_stage import officer, spoken

pytestmark = pytest.mark.usefixtures("published_law")


def standing(actor, person):
    with acting(actor, purpose="follow"):
        return people.person(person).standing


def test_1_dialysis_is_paid_once_each_and_the_place_serves_another(owner):
    maiwp, irm = officer("maiwp", "officer"), officer("irm", "officer")
    _, kamarul = came("01-kamarul")
    paid = award(maiwp, kamarul.person_id, "maiwp.medical", "medical", pay="monthly")
    counter, subramaniam = came("01-subramaniam")
    with acting(counter, purpose="register"):
        found = people.find_persons("Md Kamaru b. Yusuf", "1968", actor=counter, on=ON).candidates
    assert [c.person_id for c in found] == [kamarul.person_id] and found[0].reasons and not found[0].mine
    registry.claim_person(kamarul.person_id, actor=counter, purpose="register", consent=spoken(purposes=("decide",)), at=AT)
    why = refused(award, irm, kamarul.person_id, "irm.aid", "medical")
    assert why.code in ("overlap.held", "overlap.held_by") and f"{LATER:%d/%m/%Y}" in why.sentence("ms")
    given = award(irm, subramaniam.person_id, "irm.aid", "medical")
    payers = owner.execute("SELECT person_id, count(*) FROM benefits_entitlement WHERE state = 'active' GROUP BY 1").fetchall()
    assert dict(payers) == {kamarul.person_id: 1, subramaniam.person_id: 1}
    assert refused(award, irm, subramaniam.person_id, "irm.aid", "medical").code.startswith("overlap.held")
    benefits.end(paid.pk, actor=maiwp, purpose="pay", on=ON, reason="Hospital menanggung rawatan", at=AT)
    assert award(irm, kamarul.person_id, "irm.aid", "medical", from_on=ON + dt.timedelta(days=1)).pk != given.pk


def test_2_not_covered_is_not_dropped_and_the_widow_closes_it_herself():
    maim = officer("maim", "officer")
    ppjm, rohani = came("02-rohani")
    social = answer(ppjm, rohani.household_id, "perkeso.act4_invalidity")
    assert social.group == "no" and any(reason.result is False and reason.cite for reason in social.reasons)
    buried = award(officer("ppjm", "officer"), rohani.person_id, "ppjm.burial", "funeral", to_on=None, pay="once")
    assert buried.state == "active"
    assert answer(ppjm, rohani.household_id, "maim.zakat").group == "ask"
    registry.record_facts(rohani.person_id, actor=ppjm, purpose="register", facts={"community_confirmation": True}, on=ON, at=AT)
    assert answer(ppjm, rohani.household_id, "maim.zakat").group == "yes"
    made = assistance.apply(rohani.household_id, actor=ppjm, purpose="refer", programme="maim.zakat", subject=None, need="funeral",
                            consent_id=agreed(ppjm, rohani.person_id, "maim", "decide"), on=ON, at=AT)
    carry_news()
    assert case_of(ppjm, rohani.person_id, "funeral").next_step == "await_decision"
    terms = assistance.AwardTerms(ON + dt.timedelta(days=1), None, Decimal(1500), "once")
    assistance.decide(made.pk, actor=maim, purpose="decide", outcome="approve", award=terms, on=ON, at=AT)
    carry_news()
    assert case_of(maim, rohani.person_id, "funeral").agency == "maim"
    says(served(maim, rohani.person_id, "funeral"), received=False, solved=False)
    again = case_of(maim, rohani.person_id, "funeral")
    assert (again.state, again.reopened, again.next_step) == ("open", 1, "call_person") and again.next_on > ON
    says(served(maim, rohani.person_id, "funeral"), received=True, solved=True)
    closed = case_of(maim, rohani.person_id, "funeral")
    assert (closed.state, closed.closed_as, closed.next_on) == ("closed", "confirmed", None)


def test_3_the_other_way_socso_pays_and_the_council_keeps_its_money():
    maipk, rahman = came("03-rahman")
    perkeso = officer("perkeso", "officer")
    assert answer(maipk, rahman.household_id, "perkeso.lindung_kendiri").group == "yes"
    sent = refer(maipk, rahman.person_id, "cash", "perkeso", agreed(maipk, rahman.person_id, "perkeso"), "perkeso.lindung_kendiri")
    assert case_of(maipk, rahman.person_id, "cash").agency == "maipk"
    accept(perkeso, sent)
    case = case_of(perkeso, rahman.person_id, "cash")
    assert (case.agency, case.next_on) == ("perkeso", ON + dt.timedelta(days=4))
    award(perkeso, rahman.person_id, "perkeso.lindung_kendiri", "cash", pay="once", to_on=ON + dt.timedelta(days=12), amount=Decimal("495.96"))
    assert refused(award, officer("maipk", "officer"), rahman.person_id, "maipk.zakat", "cash", pay="monthly").code.startswith("overlap.held")
    _, twin = came("03-twin")
    assert answer(maipk, twin.household_id, "perkeso.lindung_kendiri").group == "no"


def test_4_order_matters_and_the_reason_names_the_rule():
    perkeso, halimah = came("04-halimah")
    with acting(perkeso, purpose="screen"):
        package = sheets.plan(halimah.household_id, on=ON, actor=perkeso).package
    out = {one.offer.programme: one for one in package.rejected}
    assert "maipk.zakat" in out and out["maipk.zakat"].rule.rule.id == "maipk.no_other_aid" and out["maipk.zakat"].better
    assert {"mof.str", "mof.sara"} <= {step.offer.programme for step in package.steps}
    assert package.total_sen == sum(package.month_totals)


def test_5_money_and_credit_stand_apart():
    pbns, norazlina = came("05-norazlina")
    assert answer(pbns, norazlina.household_id, "pbns.zakat").group == "ask"
    registry.record_facts(norazlina.person_id, actor=pbns, purpose="register", facts={"had_kifayah": "RM 3,000.00", "asnaf": "miskin"}, on=ON, at=AT)
    with acting(pbns, purpose="screen"):
        package = sheets.plan(norazlina.household_id, on=ON, actor=pbns).package
    assert "aim.ikhtiar" in {loan.programme for loan in package.loans}
    assert {"mof.str", "mof.sara"} <= {step.offer.programme for step in package.steps} and not any(step.offer.credit for step in package.steps)
    assert answer(pbns, norazlina.household_id, "aim.ikhtiar").group in ("yes", "ask")


def test_9_a_contractor_is_referred_both_ways():
    jtksm, siva = came("09-siva")
    perkeso = officer("perkeso")
    sent = refer(jtksm, siva.person_id, "work", "perkeso", agreed(jtksm, siva.person_id, "perkeso"), "perkeso.myfuturejobs")
    accept(perkeso, sent)
    back = refer(perkeso, siva.person_id, "work", "jtksm", agreed(perkeso, siva.person_id, "jtksm"), "jtksm.complaint")
    accept(jtksm, back)
    case = case_of(jtksm, siva.person_id, "work")
    assert (case.agency, case.from_agency, case.state) == ("jtksm", "perkeso", "open")
    assert case_of(jtksm, siva.person_id, "rights").agency == "jtksm"


def test_10_the_goodwill_payment_is_made_once_to_a_household(owner):
    nadma = officer("nadma", "officer")
    _, som = came("10-chik-som", "nadma")
    award(nadma, som.person_id, "nadma.bwi", "disaster", pay="once", to_on=None, amount=Decimal(1000))
    for person in som.people:
        assert refused(award, nadma, person, "nadma.bwi", "disaster", pay="once", to_on=None, amount=Decimal(1000)).code.startswith("overlap.")
    assert owner.execute("SELECT count(*), sum(amount) FROM benefits_entitlement").fetchone() == (1, Decimal(1000))


def test_11_a_consent_taken_back_ends_the_access_and_is_acknowledged():
    akpk, izzati = came("11-izzati")
    miasa, ppim = officer("miasa"), officer("ppim")
    consent = agreed(akpk, izzati.person_id, "miasa")
    agreed(akpk, izzati.person_id, "ppim")
    sent = refer(akpk, izzati.person_id, "care", "miasa", consent, "miasa.support")
    accept(miasa, sent)
    assert case_of(ppim, izzati.person_id, "care") is None, "others must not learn of it"
    assert standing(ppim, izzati.person_id) in ("being_helped", "yet_to_be_helped")
    registry.withdraw_consent(consent, actor=akpk, purpose="request", at=AT)
    with acting(miasa, purpose="follow"):
        assert people.person(izzati.person_id) is None
    carry_news()
    cases.acknowledge_withdrawal(sent.pk, actor=miasa, purpose="follow", at=AT)
    with acting(miasa, purpose="follow"):
        row = Referral.objects.get(pk=sent.pk)
        assert row.acknowledged_at is not None and followed.referral(sent.pk).facts == ()
    assert case_of(akpk, izzati.person_id, "care").agency == "akpk"


def test_12_declined_for_want_of_a_place_the_next_accepts_and_he_confirms():
    irm, jimbai = came("12-jimbai", "irm")
    giatmara = officer("giatmara")
    sent = refer(irm, jimbai.person_id, "work", "giatmara", agreed(irm, jimbai.person_id, "giatmara"), "giatmara.skills")
    cases.decline(sent.pk, actor=giatmara, purpose="follow", code="full", words="Tiada tempat hingga Mac", on=ON, at=AT)
    back = case_of(irm, jimbai.person_id, "work")
    assert (back.agency, back.next_step) == ("irm", "refer_on") and back.next_on > ON
    with acting(irm, purpose="refer"):
        able = followed.able_agencies(jimbai.household_id, "work", on=ON, actor=irm, excluding=["giatmara"])
    assert able and able[0].agency == "perkeso"
    onward = officer(able[0].agency)
    accept(onward, refer(irm, jimbai.person_id, "work", able[0].agency, agreed(irm, jimbai.person_id, able[0].agency), able[0].programme))
    says(served(onward, jimbai.person_id, "work"), received=True, solved=True)
    assert case_of(onward, jimbai.person_id, "work").closed_as == "confirmed"
    with acting(irm, purpose="follow"):
        assert held.helped_until(jimbai.person_id, "work") is None
